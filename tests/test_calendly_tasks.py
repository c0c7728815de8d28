"""Calendly tells, HubSpot shows: a booking that is moved moves its task."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from calendly_month import ACTIONS, Month
from calendly_tool import Here
from hubspot_portal import Portal
from studio import Studio

from journeysync.connectors.hubspot.connector import HubSpot
from journeysync.core.language.loader import read_map
from journeysync.core.language.model import Journey
from journeysync.core.planning.plan import TaskChange
from journeysync.core.running.sync import Job
from journeysync.core.state.store import Store
from journeysync.sandbox.data.people import person
from journeysync.sandbox.server import start

PETER = 9
"""Has enquired and never booked."""

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
    expect: {event: message.sent, where: {tool: cal}}
    unless: booking.cancelled
    same: booking
    task: {title: Remind them, due: 1h}
"""


def journey() -> Journey:
    found, problems = read_map(MAP, "visits.yaml")
    assert found is not None, problems
    return found


@dataclass
class Both(Studio):
    """A workspace with a pretend HubSpot and a pretend Calendly."""

    cal: Here | None = None

    def _job(self, store: Store, tool: HubSpot, **more: Any) -> Job:
        assert self.cal is not None
        job = super()._job(store, tool, **more)
        return Job(
            store=job.store, workspace=job.workspace, journeys=job.journeys,
            sources={"crm": tool, "cal": self.cal.connect()}, destinations=job.destinations,
            now=job.now, clock=job.clock,
        )  # fmt: skip

    def tasks(self) -> list[TaskChange]:
        """What a sync now writes about tasks."""
        changes = list(self.dry_run().plan.tasks)
        self.sync()
        return changes


@pytest.fixture
def both(tmp_path: Path) -> Iterator[Both]:
    with start(customers=18, limits=False, tools=["hubspot", "calendly"]) as sandbox:
        made = Both(
            Portal(sandbox, tmp_path),
            tmp_path,
            {"tools": {"crm": {"type": "hubspot"}, "cal": {"type": "calendly"}}},
            (journey(),),
            cal=Here(sandbox, tmp_path),
        )
        made.provision()
        yield made


def _in(both: Both, hours: float) -> str:
    return (both.portal.now + timedelta(hours=hours)).isoformat()


def _booked(both: Both, hours: float) -> str:
    assert both.cal is not None
    return both.cal.create(_in(both, hours), person(PETER).email)


def test_a_booking_that_is_moved_moves_its_task(both: Both) -> None:
    assert both.cal is not None
    both.sync()
    one = _booked(both, 30)
    both.sync()
    both.advance(10 / 24)
    (opened,) = [task for task in both.tasks() if task.action == "open"]

    both.cal.move(one, _in(both, 15), by="host")
    (moved,) = both.tasks()

    assert (moved.action, moved.key) == ("move", opened.key)
    assert moved.due - opened.due == timedelta(hours=-5)
    assert both.tasks() == []


def test_a_cancelled_booking_is_lost(both: Both) -> None:
    assert both.cal is not None
    one = _booked(both, 20)
    both.sync()
    both.advance(0.1)

    both.cal.edit("cancel", id=one)
    both.sync()

    assert both.contact(str(99_951 + PETER))["journey_stage"] == "lost"


def test_attended_comes_with_time_alone_and_is_taken_back(both: Both) -> None:
    assert both.cal is not None
    one = _booked(both, 1)
    both.sync()
    both.advance(1)
    both.sync()
    assert both.contact(str(99_951 + PETER))["journey_stage"] == "visited"

    both.cal.edit("no_show", id=one)
    both.sync()

    assert both.contact(str(99_951 + PETER))["journey_stage"] == "booked"


def test_a_random_month_ends_with_the_stages_and_tasks_of_one_reading(both: Both) -> None:
    assert both.cal is not None
    month = Month(both.cal, 5, [person(number).email for number in (PETER, 17, 1, 2, 3)])
    both.sync()
    for _ in range(45):
        action = month.random.choice(ACTIONS)
        if action == "sync":
            both.sync()
        else:
            month.act(action)
        both.advance(month.random.choice((0.0, 0.3, 0.8)))
        month.now = both.portal.now
    both.sync()
    folder = both.folder / "fresh"
    folder.mkdir()
    fresh = Both(both.portal, folder, both.settings, both.journeys, cal=both.cal)

    plan = fresh.dry_run().plan

    stages = [
        field for one in plan.records for field in one.fields if field.field == "journey_stage"
    ]
    assert stages == []
    assert plan.tasks == ()
    tasks = [task["properties"] for task in both.snapshot()["hubspot"]["tasks"]]
    anchors = [(one["journeysync_touchpoint"], one["journeysync_anchor"]) for one in tasks]
    assert anchors
    assert len(set(anchors)) == len(anchors)
