"""Acuity and Cal.com tell, HubSpot shows: stages follow, and a moved booking moves its task."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from bookable import Bookable, ahead
from hubspot_portal import Portal
from studio import Studio

from journeysync.connectors.hubspot.connector import HubSpot
from journeysync.core.language.loader import read_map
from journeysync.core.planning.plan import TaskChange
from journeysync.core.running.sync import Job
from journeysync.core.state.store import Store
from journeysync.sandbox.data.people import person
from journeysync.sandbox.server import start

PETER = 9
"""Has enquired and never booked."""
CONTACT = str(99_951 + PETER)

MAP = """\
format: 1
journey: visits
stages:
  - {id: booked, owner: sales, reached_by: [{event: booking.created, where: {tool: tool}}]}
  - {id: visited, owner: sales, reached_by: [{event: booking.attended, where: {tool: tool}}]}
exits:
  - {id: lost, entered_by: [{event: booking.cancelled, where: {tool: tool}}]}
touchpoints:
  - id: reminder
    owner: sales
    before: {event: booking.starts, where: {tool: tool}}
    opens: 10d
    at_least: 24h
    expect: {event: message.sent, where: {tool: tool}}
    unless: booking.cancelled
    same: booking
    task: {title: Remind them, due: 1h}
"""


@dataclass
class Both(Studio):
    """A workspace with a pretend HubSpot and a pretend booking tool."""

    book: Bookable | None = None

    @property
    def booked(self) -> Bookable:
        assert self.book is not None
        return self.book

    def _job(self, store: Store, tool: HubSpot, **more: Any) -> Job:
        job = super()._job(store, tool, **more)
        return Job(
            store=job.store, workspace=job.workspace, journeys=job.journeys,
            sources={"crm": tool, "tool": self.booked.connect()}, destinations=job.destinations,
            now=job.now, clock=job.clock,
        )  # fmt: skip

    def tasks(self) -> list[TaskChange]:
        """What a sync now writes about tasks."""
        changes = list(self.dry_run().plan.tasks)
        self.sync()
        return changes

    def open_tasks(self) -> Counter[str]:
        """The keys of the tasks that are open in the portal."""
        return Counter(
            task.key for task in self.portal.connect().tasks(keys=list(self.keys()))
            if task.status == "open"
        )  # fmt: skip

    def keys(self) -> set[str]:
        from sqlalchemy import select

        from journeysync.core.state import tables as t
        from journeysync.core.state.store import open_store

        store = open_store("sqlite:///journeysync.db", self.folder, dry_run=False)
        try:
            with store.begin() as connection:
                return {key for (key,) in connection.execute(select(t.task.c.key))}
        finally:
            store.close()

    # -- what people do, in the words of each tool ------------------------------------------------

    def make(self, hours: float, address: str = "") -> str:
        booked = self.booked
        thing = "appointment" if booked.tool == "acuity" else "booking"
        shown = booked.edit(
            "create", thing, start=ahead(booked.now, hours=hours),
            email=address or person(PETER).email,
        )  # fmt: skip
        return str(shown["id" if thing == "appointment" else "uid"])

    def move(self, one: str, hours: float) -> str:
        booked, at = self.booked, ahead(self.booked.now, hours=hours)
        if booked.tool == "acuity":
            booked.edit("set", "appointment", one, start=at)
            return one
        return str(booked.edit("move", "booking", one, start=at)["uid"])

    def cancel(self, one: str) -> None:
        if self.booked.tool == "acuity":
            self.booked.edit("set", "appointment", one, canceled=True)
        else:
            self.booked.edit("cancel", "booking", one)

    def missed(self, one: str) -> None:
        if self.booked.tool == "acuity":
            self.booked.edit("set", "appointment", one, noShow=True)
        else:
            self.booked.edit("set", "booking", one, absent=True)


@pytest.fixture(params=["acuity", "calcom"])
def both(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Both]:
    journey, problems = read_map(MAP, "visits.yaml")
    assert journey is not None, problems
    with start(customers=10, limits=False, tools=["hubspot", request.param]) as sandbox:
        made = Both(
            Portal(sandbox, tmp_path),
            tmp_path,
            {"tools": {"crm": {"type": "hubspot"}, "tool": {"type": request.param}}},
            (journey,),
            book=Bookable(sandbox, request.param, tmp_path),
        )
        made.provision()
        yield made


def stage(both: Both) -> str:
    return both.contact(CONTACT)["journey_stage"]


def test_a_booking_that_is_moved_moves_its_task(both: Both) -> None:
    both.sync()
    one = both.make(30)
    both.advance(10 / 24)
    (opened,) = [task for task in both.tasks() if task.action == "open"]

    both.move(one, 15)
    (moved,) = both.tasks()

    assert (moved.action, moved.key) == ("move", opened.key)
    assert moved.due - opened.due == timedelta(hours=-5)
    assert both.tasks() == []


def test_stages_follow_what_becomes_of_a_booking(both: Both) -> None:
    """Attended comes with time alone and is taken back; moved is not lost, cancelled is."""
    one = both.make(1)
    both.sync()
    both.advance(1)
    both.sync()
    assert stage(both) == "visited"

    both.missed(one)
    two = both.move(both.make(20), 40)
    both.advance(0.1)
    both.sync()
    assert stage(both) == "booked"

    both.cancel(two)
    both.advance(0.1)
    both.sync()
    assert stage(both) == "lost"


@pytest.mark.parametrize("both", ["acuity"], indirect=True)
def test_whatever_happens_there_is_one_task_for_an_expectation(both: Both) -> None:
    """And what a run decided is what a state that has seen nothing before would decide."""
    rng = Random(3)
    made = [both.make(30)]
    for _ in range(10):
        both.advance(rng.choice((0.1, 0.5, 1)))
        number = rng.randrange(len(made))
        what = rng.choice(("make", "move", "move", "cancel", "missed"))
        if what == "make":
            made.append(both.make(rng.randrange(2, 90), person(rng.randrange(10)).email))
        elif what == "move":
            made[number] = both.move(made[number], rng.randrange(2, 90))
        elif what == "cancel":
            both.cancel(made.pop(number))
            made.append(both.make(rng.randrange(20, 90)))
        else:
            both.missed(made[number])
        if rng.random() < 0.5:
            both.sync()
    both.sync()

    assert both.open_tasks()
    assert set(both.open_tasks().values()) == {1}
    both.portal.forget_journal()
    both.sync()
    assert both.writes() == []
    places = {number: both.contact(str(99_951 + number))["journey_stage"] for number in range(9)}
    (both.folder / "journeysync.db").unlink()
    both.sync()
    again = {number: both.contact(str(99_951 + number))["journey_stage"] for number in range(9)}
    assert again == places
    assert set(both.open_tasks().values()) == {1}
