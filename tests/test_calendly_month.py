"""A month of bookings, read now and then, ends as one reading of it at the end.

Bookings are made, moved (earlier, later, twice), cancelled, not kept, taken up again and erased at
random, and the incremental readings fall between at random moments.
"""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from calendly_month import ACTIONS, Month
from calendly_tool import Here, calendly
from sqlalchemy import select

from journeysync.core.identity.rules import IdentityRules
from journeysync.core.running.ingest import ingest
from journeysync.core.state import tables as t
from journeysync.core.state.store import open_store


class State:
    """A state that reads this tool."""

    def __init__(self, here: Here, folder: Path) -> None:
        folder.mkdir()
        self._here = here
        self._store = open_store("sqlite:///state.db", folder, dry_run=False)
        self._tool = here.connect(no_show_days=7, days_back=40)

    def sync(self, now: datetime) -> None:
        report = ingest(
            self._store, {"cal": self._tool}, IdentityRules(), now=now, full=False, only=(),
            most_gone=1.0, progress=lambda *_: None,
        )  # fmt: skip
        assert not report.failed

    def known(self) -> dict[str, list[tuple[object, ...]]]:
        """All events and people, as rules see them."""
        with self._store.begin() as connection:
            return {
                table.name: sorted(
                    tuple(row) for row in connection.execute(select(*columns)) if row
                )
                for table, columns in (
                    (t.event, [column for column in t.event.c if column.name != "source"]),
                    (t.person, [t.person.c.name, t.person.c.data]),
                    (t.person_key, list(t.person_key.c)),
                    (t.link, list(t.link.c)),
                )
            }

    def no_shows(self, booking: str) -> int:
        wanted = (t.event.c.kind == "booking.no_show") & (t.event.c.subject_id == booking)
        with self._store.begin() as connection:
            return len(connection.execute(select(t.event.c.id).where(wanted)).all())

    def close(self) -> None:
        self._store.close()


def test_a_no_show_that_is_marked_late_is_found_by_the_next_whole_reading(tmp_path: Path) -> None:
    """Nothing in a list tells of it: not the next reading finds it, but one within a week."""
    with calendly(tmp_path, customers=6) as here:
        state = State(here, tmp_path / "state")
        state.sync(here.now)
        one = here.create((here.now + timedelta(hours=5)).isoformat())
        for _ in range(20):
            here.advance(1)
            state.sync(here.now)
        here.edit("no_show", id=one)
        marked = [state.no_shows(one)]
        for _ in range(7):
            here.advance(1)
            state.sync(here.now)
            marked.append(state.no_shows(one))
        state.close()

    assert marked[0] == 0
    assert marked[-1] == 1


@pytest.mark.parametrize("seed", range(4))
def test_readings_at_random_moments_end_as_one_full_reading(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the full reading of every week, which would find what the others overlook."""
    monkeypatch.setattr("journeysync.core.running.ingest.FULL_EVERY", timedelta(days=365))
    with calendly(tmp_path, customers=6, seed=seed) as here:
        month, often = Month(here, seed), State(here, tmp_path / "often")
        often.sync(month.now)
        for _ in range(70):
            action = month.random.choice(ACTIONS)
            if action == "sync":
                often.sync(month.now)
            else:
                month.act(action)
            if month.random.random() < 0.6:
                days = month.random.choice((0.05, 0.3, 1.0, 1.4))
                here.advance(days)
                month.now = here.now
        often.sync(month.now)
        once = State(here, tmp_path / "once")
        once.sync(month.now)

        left, right = often.known(), once.known()
        for table in right:
            assert set(left[table]) ^ set(right[table]) == set()
        kinds = {row[4] for row in once.known()["event"]}
        assert {"booking.rescheduled", "booking.attended", "booking.starts"} <= kinds
        often.close()
        once.close()
