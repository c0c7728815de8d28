"""Every shipped map runs on the pretend portal, with people or companies as its customers."""

from pathlib import Path

import pytest
from hubspot_portal import portal
from shipped import NAMES, shipped
from studio import Studio

from journeysync.core.planning.fields import field_specs

CUSTOMER = {"five-phases": "company"}
"""Who the customer is, where the page says that it is not the person."""


@pytest.mark.parametrize("name", NAMES)
def test_what_was_missed_becomes_a_task_and_a_second_run_writes_nothing(
    name: str, tmp_path: Path
) -> None:
    journeys = (shipped(name).journey,)
    settings = {"journeys": [name], "customer": CUSTOMER.get(name, "person")}
    with portal(tmp_path, customers=25) as served:
        served.connect().provision(
            ["contact", "company"], field_specs(journeys), dry_run=False, remove=False
        )
        business = Studio(served, tmp_path, settings, journeys)

        first = business.sync()
        served.forget_journal()
        business.sync()

        assert (first.exit_code, first.executed.opened > 0) == (0, True)
        assert business.writes() == []
