"""A calendar tells, a CRM shows: a booking that is moved moves its task."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from calendar_month import GUESTS, Month
from calendar_server import Desk, basic, desk, event
from memory_tool import MemoryTool, contact

from journeysync.core.language.loader import read_map
from journeysync.core.language.model import Journey
from journeysync.core.planning.plan import Plan, TaskChange
from journeysync.core.running.sync import Job, finish, look
from journeysync.core.state.store import open_store
from journeysync.core.workspace import Workspace

MAP = """\
format: 1
journey: visits
stages:
  - {id: booked, owner: sales, reached_by: [{event: booking.created, where: {tool: cal}}]}
  - {id: visited, owner: sales, reached_by: [{event: booking.attended, where: {tool: cal}}]}
exits:
  - {id: lost, entered_by: [{event: booking.cancelled, where: {tool: cal}}]}
touchpoints:
  - id: reminder
    owner: sales
    before: {event: booking.starts, where: {tool: cal}}
    opens: 10d
    at_least: 24h
    expect: {event: email.sent, where: {tool: cal}}
    unless: booking.cancelled
    same: booking
    task: {title: Remind them, due: 1h}
"""
REMINDS = "services: [{service: '*', sends: [{event: email.sent, before: starts, by: 48h}]}]\n"


def journey(text: str = MAP) -> Journey:
    found, problems = read_map(text, "visits.yaml")
    assert found is not None, problems
    return found


JOURNEY = journey()
UNSEEN = journey(MAP.replace("email.sent", "message.sent"))
"""No tool can see what is expected: the task opens as soon as it can be done."""


class Both:
    """A state that reads a CRM in memory and a real calendar."""

    journey = JOURNEY

    def __init__(self, place: Desk, state: str, crm: MemoryTool) -> None:
        self.desk = place
        self.crm = crm
        self.state = f"sqlite:///{state}.db"
        self.crm.batches = [[contact(str(n), email=one) for n, one in enumerate(GUESTS)]]
        self.workspace = Workspace.model_validate(
            {
                "journeys": ["visits"],
                "timezone": "Europe/Rome",
                "tools": {"crm": {}, "cal": {"type": "caldav"}},
                "write_to": ["crm"],
                "tasks": {"max_open_per_customer": 9},
            }
        )

    def run(self, *, write: bool = True) -> Plan:
        """Sync; return what was to be written."""
        store = open_store(self.state, self.desk.folder, dry_run=False)
        try:
            now = self.desk.now
            sources = {"crm": self.crm, "cal": self.desk.connect()}
            job = Job(store, self.workspace, (self.journey,), sources, {"crm": self.crm}, now, now)
            outlook = look(job)
            if write:
                finish(job, outlook, command="sync")
            return outlook.plan
        finally:
            store.close()

    def tasks(self) -> Sequence[TaskChange]:
        return self.run().tasks

    def book(self, hours: float, uid: str = "one", *more: str) -> None:
        """Write one booking of the first guest's, made or changed now."""
        at = basic(self.desk.now + timedelta(hours=hours))
        changed = f"LAST-MODIFIED:{basic(self.desk.now)}"
        self.desk.put(uid, event(uid, at, changed, *more, guests=GUESTS[:1]))

    def advance(self, hours: float) -> None:
        self.desk.now += timedelta(hours=hours)

    def stage(self) -> str:
        return self.crm.fields["0"]["journey_stage"]


@pytest.fixture
def both(tmp_path: Path) -> Iterator[Both]:
    with desk(tmp_path) as place:
        place.name = "cal"
        yield Both(place, "runs", MemoryTool())


def test_a_booking_that_is_moved_moves_its_task(both: Both) -> None:
    """Earlier, then away: the task goes along, and is closed."""
    both.run()
    both.book(30)
    both.run()
    both.advance(10)
    (opened,) = both.tasks()
    assert opened.action == "open"
    assert both.stage() == "booked"

    both.book(15)
    (moved,) = both.tasks()
    assert (moved.action, moved.key) == ("move", opened.key)
    assert moved.due - opened.due == timedelta(hours=-5)
    assert both.tasks() == ()

    both.desk.delete("one")
    (closed,) = both.tasks()
    assert (closed.action, closed.key) == ("close", opened.key)


def test_a_reminder_that_is_sent_by_itself_is_not_missed(both: Both) -> None:
    both.desk.folder.joinpath("own.yaml").write_text(REMINDS)
    both.desk.settings = {"mapping": "own.yaml"}
    both.book(60)
    both.run()
    both.advance(41)
    assert both.tasks() == ()

    both.desk.folder.joinpath("own.yaml").write_text(REMINDS.replace("48h", "12h"))
    assert [task.action for task in both.tasks()] == ["open"]


def test_what_became_of_it_moves_the_stage_and_back(both: Both) -> None:
    both.book(1)
    both.run()
    both.advance(24)
    both.run()
    assert both.stage() == "visited"
    both.book(-23, "one", "CATEGORIES:No-show")
    both.run()
    assert both.stage() == "booked"
    both.book(48, "two", "STATUS:CANCELLED")
    both.run()
    assert both.stage() == "lost"


def test_a_random_month_ends_with_the_stages_and_tasks_of_one_reading(both: Both) -> None:
    both.journey = UNSEEN
    month = Month(both.desk, 5)
    both.run()
    for _ in range(30):
        month.act()
        both.advance(month.rng.choice((0, 8, 20)))
        if month.rng.random() < 0.3:
            both.run()
    both.run()

    fresh = Both(both.desk, "fresh", both.crm)
    fresh.journey = UNSEEN
    plan = fresh.run(write=False)

    stages = [
        field for one in plan.records for field in one.fields if field.field == "journey_stage"
    ]
    assert stages == []
    assert plan.tasks == ()
    assert {both.crm.fields[str(n)]["journey_stage"] for n in range(5)} >= {"visited"}
    # The CRM in memory refuses a second task of one expectation.
    assert len(both.crm.held) >= 2
