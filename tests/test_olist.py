"""`evaluate` on a real order history: facts checked by hand, totals by plain loops, and row by row.

The history is read where it lies and is no part of this repository; without it the tests skip.
"""

import csv
import gzip
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from command_line import run
from interpreter import interpret

from journeysync.core.language.model import Journey
from journeysync.core.models import Event
from journeysync.core.running.maps import read_maps

DATA = Path(__file__).parents[1] / "../shared/data/olist"
MAP = Path(__file__).parent / "maps" / "olist.yaml"
NOW = datetime(2018, 12, 1, tzinfo=UTC)

pytestmark = pytest.mark.skipif(
    not DATA.is_dir(), reason="the order history is not beside this checkout"
)

Rows = list[dict[str, str]]


def history(name: str) -> Rows:
    with gzip.open(DATA / f"{name}.csv.gz", "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@dataclass(frozen=True)
class Told:
    """What went in and what came out, by person."""

    people: dict[str, dict[str, str]]
    events: dict[str, Rows]
    tables: dict[str, dict[str, Rows]]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    out = tmp_path_factory.mktemp("olist")
    ran = run(
        "evaluate", "--workspace", out, "--journey", MAP, "--now", NOW.isoformat(),
        "--people", DATA / "people.csv.gz", "--events", DATA / "events.csv.gz", "--out", out,
    )  # fmt: skip
    assert (ran.code, ran.err) == (0, "")
    tables: dict[str, dict[str, Rows]] = {}
    for name in ("places", "moves", "expectations"):
        rows: dict[str, Rows] = defaultdict(list)
        with (out / f"{name}.csv").open(newline="") as file:
            for row in csv.DictReader(file):
                rows[row["customer"].removeprefix("files:")].append(row)
        tables[name] = rows
    events: dict[str, Rows] = defaultdict(list)
    for row in history("events"):
        events[row["person_id"]].append(row)
    return Told({row["id"]: row for row in history("people")}, events, tables)


# --- facts -----------------------------------------------------------------------------------
# Customers are named by their place in the order of ids. Each fact was worked out on paper from the
# customer's events and the map before it was written down.


FACTS: dict[str, tuple[int, str, str, dict[str, str]]] = {
    "four business days over a weekend in Sao Paulo": (
        4122, "dispatch", "0",
        {"opens": "2018-08-07T15:15:29+00:00", "deadline": "2018-08-13T15:15:29+00:00",
         "status": "missed", "actionable": "false"},
    ),
    "paid within the day": (
        4122, "payment", "0",
        {"status": "done", "satisfied_at": "2018-08-07T15:15:29+00:00"},
    ),
    "two months on: the clock change comes later": (
        4122, "next-order", "1",
        {"deadline": "2018-10-15T05:13:19+00:00", "status": "waived"},
    ),
    "four months on: the clock has changed": (
        4122, "next-order", "2", {"deadline": "2018-12-15T04:13:19+00:00", "status": "waived"},
    ),
    "an apology long missed to one who cancelled": (
        4122, "apology", "0",
        {"deadline": "2018-08-22T05:13:19+00:00", "status": "missed", "actionable": "false"},
    ),
    "a promise kept with weeks to spare": (
        4019, "promise-kept", "0",
        {"deadline": "2017-07-03T23:59:59+00:00", "opens": "2017-05-04T23:59:59+00:00",
         "status": "done", "satisfied_at": "2017-06-19T10:32:18+00:00"},
    ),
    "the third window holds the day of falling silent": (
        4019, "next-order", "3", {"deadline": "2017-12-21T00:48:26+00:00", "status": "waived"},
    ),
    "of missed windows only the last can be acted on": (
        4077, "next-order", "1", {"status": "missed", "actionable": "false"},
    ),
    "and it can": (4077, "next-order", "2", {"status": "missed", "actionable": "true"}),
    "a window that is still open": (4077, "next-order", "3", {"status": "due"}),
    "asked on the day after delivery": (
        4077, "survey", "0",
        {"opens": "2018-06-21T20:33:16+00:00", "deadline": "2018-06-24T20:33:16+00:00",
         "status": "done", "satisfied_at": "2018-06-22T00:00:00+00:00"},
    ),
    "paid six minutes after one business day": (
        5495, "payment", "0",
        {"deadline": "2017-07-18T22:44:23+00:00", "status": "late",
         "satisfied_at": "2017-07-18T22:50:12+00:00"},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("number", "touchpoint", "k", "fact"), FACTS.values(), ids=FACTS)
def test_facts(told: Told, number: int, touchpoint: str, k: str, fact: dict[str, str]) -> None:
    person = sorted(told.people)[number]
    (row,) = [
        row
        for row in told.tables["expectations"][person]
        if (row["touchpoint"], row["k"]) == (touchpoint, k)
    ]

    assert {name: row[name] for name in fact} == fact


PLACES = {
    4122: ("instalments", "cancelled", "exit", "2018-10-31T00:00:00+00:00", "heard"),
    4019: ("paulista", "dormant", "exit", "2017-12-18T01:48:26+00:00", "heard"),
    4077: ("paulista", "heard", "stage", "2018-06-23T18:27:11+00:00", "delivered"),
    4386: ("default", "unavailable", "exit", "2018-10-31T00:00:00+00:00", "dormant"),
    5495: ("paulista", "dormant", "exit", "2018-01-22T13:45:15+00:00", "heard"),
}


@pytest.mark.parametrize(("number", "place"), PLACES.items(), ids=map(str, PLACES))
def test_places(told: Told, number: int, place: tuple[str, ...]) -> None:
    (row,) = told.tables["places"][sorted(told.people)[number]]

    assert tuple(row[name] for name in ("route", "place", "kind", "since", "previous")) == place
    assert bool(row["evidence"]) == (row["place"] != "dormant")


# --- totals ----------------------------------------------------------------------------------

STAGES = ["order.placed", "order.paid", "order.shipped", "order.delivered", "survey.answered"]
NAMES = ["ordered", "paid", "shipped", "delivered", "heard", "loyal"]
EXITS = {"order.unavailable": "unavailable", "order.cancelled": "cancelled"}
QUIET = timedelta(days=180)
Walk = list[tuple[datetime, str]]


def past(rows: Rows) -> Rows:
    """The events up to now, in order."""
    known = [row for row in rows if at(row) <= NOW]
    return sorted(known, key=lambda row: (at(row), row["id"]))


def at(row: dict[str, str]) -> datetime:
    return datetime.fromisoformat(row["at"])


def walk(rows: Rows) -> Walk:
    """Follow one customer, event by event."""
    signs = [at(row) for row in rows if row["kind"] in {"order.placed", "survey.answered"}]
    silences = [
        (one + QUIET, 1, "", "")
        for one in signs
        if one + QUIET <= NOW and not any(one < other <= one + QUIET for other in signs)
    ]
    events = [(at(row), 0, row["id"], row["kind"]) for row in rows]
    place, moves, orders = "", [], 0
    for instant, silent, _, kind in sorted([*events, *silences]):
        orders += kind == "order.placed"
        if silent:
            new = "dormant" if place in NAMES else place
        elif kind in EXITS:
            new = EXITS[kind]
        elif kind == "order.placed" and orders > 1:
            new = "loyal"
        elif kind in STAGES:
            new = NAMES[STAGES.index(kind)]
            if place in NAMES and NAMES.index(place) >= NAMES.index(new):
                new = place
        else:
            new = place
        if new != place:
            moves.append((instant, new))
            place = new
    return moves


def test_everybody_has_moved_as_plain_loops_say(told: Told) -> None:
    for person, events in told.events.items():
        moves = [
            (datetime.fromisoformat(row["at"]), row["place"])
            for row in told.tables["moves"][person]
        ]
        assert moves == sorted(walk(past(events))), person


def test_totals_of_places(told: Told) -> None:
    ends = Counter(walk(past(events))[-1][1] for events in told.events.values())

    assert Counter(rows[0]["place"] for rows in told.tables["places"].values()) == ends
    assert sum(ends.values()) == len(told.people)


def surveys(rows: Rows, moves: Walk) -> Iterator[str]:
    """Tell how each delivery was followed by a survey within three days."""
    ends = [instant for instant, _ in moves[1:]] + [NOW + timedelta(days=1)]
    out = [
        (begin, end)
        for (begin, place), end in zip(moves, ends, strict=True)
        if place in {"dormant", *EXITS.values()}
    ]
    for delivered in (row for row in rows if row["kind"] == "order.delivered"):
        opens = at(delivered)
        deadline = opens + timedelta(days=3)
        sent = min(
            (
                at(row)
                for row in rows
                if row["kind"] == "survey.sent"
                and row["subject_id"] == delivered["subject_id"]
                and at(row) >= opens
            ),
            default=None,
        )
        until = deadline if sent is None else min(deadline, sent - timedelta(microseconds=1))
        if any(begin <= until and end > opens for begin, end in out):
            yield "waived"
        elif sent is None:
            yield "due" if deadline >= NOW else "missed"
        else:
            yield "done" if sent <= deadline else "late"


def test_totals_of_surveys(told: Told) -> None:
    expected: Counter[str] = Counter()
    for events in told.events.values():
        rows = past(events)
        expected.update(surveys(rows, walk(rows)))

    found = Counter(
        row["status"]
        for rows in told.tables["expectations"].values()
        for row in rows
        if row["touchpoint"] == "survey"
    )
    assert found == expected
    assert min(found["done"], found["late"], found["missed"]) > 0


def test_totals_of_promises(told: Told) -> None:
    """Every promise is one expectation with the promised instant as its deadline."""
    promised = sorted(
        at(row) for rows in told.events.values() for row in rows
        if row["kind"] == "order.delivery_estimated"
    )  # fmt: skip

    assert promised == sorted(
        datetime.fromisoformat(row["deadline"])
        for rows in told.tables["expectations"].values()
        for row in rows
        if row["touchpoint"] == "promise-kept"
    )


# --- row by row ------------------------------------------------------------------------------


@cache
def journey() -> Journey:
    (found,), _ = read_maps([str(MAP)], Path(), {"order.unavailable"})
    return found


OWN = {"id", "person_id", "kind", "at", "subject_type", "subject_id"}


def events_of(rows: Rows) -> list[Event]:
    return [
        Event(
            row["id"], "files", row["kind"], at(row), f"files:{row['person_id']}",
            row["subject_type"], row["subject_id"],
            {name: value for name, value in row.items() if name not in OWN and value},
        )
        for row in rows
    ]  # fmt: skip


def test_every_tenth_customer_is_as_the_interpreter_says(told: Told) -> None:
    for person in sorted(told.people)[::10]:
        answer = interpret(
            journey(), told.people[person], events_of(told.events[person]), now=NOW,
            tools={"files"},
        )  # fmt: skip
        found: Any = [
            (row["touchpoint"], row["anchor"], row["k"], row["deadline"], row["status"],
             row["satisfied_by"], row["actionable"])
            for row in told.tables["expectations"][person]
        ]  # fmt: skip
        assert found == sorted(
            (one.touchpoint, one.anchor, str(one.k), one.deadline.isoformat(), one.status,
             one.satisfied_by, str(one.actionable).lower())
            for one in answer.expectations
        )  # fmt: skip
