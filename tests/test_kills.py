"""A run killed with SIGKILL anywhere, then run again, ends as if nothing had happened.

Killed in a forked child, before and after requests and commits. A sample here; all of them with
JOURNEYSYNC_EVERY_KILL=1, which takes minutes.
"""

from functools import partial
from pathlib import Path
from typing import Any

import pytest
from databases import fresh
from killing import MOMENTS, Moments, needs_fork, points
from studio import Studio, plain, studio

from journeysync.core.running.apply import carry_out
from journeysync.core.running.undo import plan_undo
from journeysync.core.state import runs

CUSTOMERS = 12
SAMPLE, SAMPLE_OF_AN_UNDO = 4, 2


@needs_fork
@pytest.mark.parametrize(
    ("moment", "kind"),
    [*((moment, "sqlite") for moment in MOMENTS), ("before a commit", "postgresql")],
)
def test_a_sync_killed_and_run_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str, kind: str
) -> None:
    moments = Moments(monkeypatch)
    with studio(tmp_path, customers=CUSTOMERS) as calm:
        total = moments.count(calm.sync)[moment]
        want = plain(calm.snapshot())
    for point in points(total, SAMPLE):
        folder = tmp_path / str(point)
        folder.mkdir()
        with studio(folder, customers=CUSTOMERS, state=fresh(kind, folder)) as place:
            moments.kill(place.sync, (moment, point))
            place.sync()
            assert place.sync().counts.calls == 0
            assert plain(place.snapshot()) == want, f"killed {moment} {point} of {total}"


@needs_fork
def test_an_undo_killed_and_run_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The CRM is as it was before the run, with no task of it left open."""
    moments = Moments(monkeypatch)
    with studio(tmp_path, customers=6) as place:
        before = _left(place)
        place.sync()
        number = _last_run(place)
        counts = moments.count(lambda: _undo(place, number))
        assert _left(place) == before
        for moment in MOMENTS:
            for point in points(counts[moment], SAMPLE_OF_AN_UNDO):
                place.sync(full=True)
                number = _last_run(place)
                assert _left(place) != before
                moments.kill(partial(_undo, place, number), (moment, point))
                _undo(place, number)
                assert _left(place) == before, f"killed {moment} {point} of {counts[moment]}"


def _undo(place: Studio, number: str) -> None:
    with place.job() as job:
        _, plan = plan_undo(job, number)
        carry_out(job, plan, "undo")


def _last_run(place: Studio) -> str:
    with place.job() as job, job.store.begin() as connection:
        return next(one.id for one in runs.last_runs(connection, 9) if one.command == "sync")


def _left(place: Studio) -> tuple[list[Any], int]:
    """What contacts show, and how many tasks of ours are open."""
    shown = place.snapshot()["hubspot"]
    fields = [
        {name: value for name, value in one["properties"].items() if value}
        for one in shown["contacts"]
    ]
    tasks = (one["properties"] for one in shown["tasks"] if not one["archived"])
    mine = [one for one in tasks if one.get("journeysync_key")]
    return fields, sum(one["hs_task_status"] == "NOT_STARTED" for one in mine)
