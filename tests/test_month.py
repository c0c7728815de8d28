"""A month of daily syncs while people edit, complete, delete and merge: LANGUAGE's promises hold.

No task comes twice, no person's value goes without a line in a plan, and at the end `explain`
justifies what every contact shows, as an evaluation from nothing does. One seed here; more with
`JOURNEYSYNC_MONTHS=2,3,4`.
"""

import os
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pytest
from month import Month
from studio import Studio, studio

from journeysync.core.identity.rules import IdentityRules
from journeysync.core.planning.edits import equal
from journeysync.core.planning.shown import WRITTEN, Atlas, against, wanted
from journeysync.core.planning.records import override_pin
from journeysync.core.running.answers import Setting
from journeysync.core.running.explain import Explanation, explain
from journeysync.core.running.ingest import emitted
from journeysync.core.running.sync import finish, look
from journeysync.core.state import ledger, runs

DAYS = 30
SEEDS = [int(one) for one in os.environ.get("JOURNEYSYNC_MONTHS", "1").split(",")]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_month(tmp_path: Path, seed: int) -> None:
    with studio(tmp_path, customers=10) as place:
        month = Month(place, Random(seed))
        for _ in range(DAYS):
            month.day()
        assert month.broken == []
        print(month.done)
