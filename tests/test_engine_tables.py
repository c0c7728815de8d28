"""The engine's tables: however the columns come and however customers are split, one answer."""

from dataclasses import astuple
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from interpreter import interpret
from kernel import answers, customers_table, events_table
from strategies import Person

from journeysync.core.engine.evaluate import Evaluation, evaluate, sort_events
from journeysync.core.engine.live import live_statuses
from journeysync.core.engine.texts import anchor_texts, shared_ids
from journeysync.core.instants import DAY, to_micros
from journeysync.core.language.model import Journey
from journeysync.core.models import Event

NOW = datetime(2026, 11, 22, tzinfo=UTC)
KINDS = ("form.submitted", "booking.created", "booking.starts", "email.sent", "deal.lost")
JOURNEY = Journey.model_validate({
    "format": 1,
    "journey": "all-sorts",
    "stages": [
        {"id": "asked", "reached_by": "form.submitted"},
        {"id": "booked", "reached_by": {"event": "booking.created", "sum": {"amount": 9}}},
    ],
    "exits": [
        {"id": "lost", "entered_by": "deal.lost"},
        {"id": "gone", "quiet_for": "20d"},
    ],
    "routes": [{"id": "big", "when": {"size": {"gte": 10}}}],
    "touchpoints": [
        {"id": "answer", "after": "form.submitted", "within": "2d", "expect": "email.sent"},
        {
            "id": "confirm",
            "before": "booking.starts",
            "at_least": "1d",
            "expect": {"event": "email.sent", "where": {"template": "yes"}},
            "same": "booking",
        },
        {"id": "prepare", "before": "booking.starts", "expect": "email.sent", "only": "big"},
        {"id": "win-back", "entering": "gone", "every": "10d", "expect": "email.sent"},
    ],
})  # fmt: skip


def person(number: int, random: Random) -> Person:
    events = []
    for n in range(random.randrange(25)):
        booking = random.choice(("", "", "B1", "B2", "shop:B1"))
        subject = random.choice(("booking", "order")) if booking else ""
        attributes = {"template": random.choice(("yes", "no", "")), "amount": random.choice("125x")}
        if random.random() < 0.3:
            attributes["booking"] = random.choice(("B1", "shop:B1", "crm:B2", "other:B1"))
        events.append(
            Event(
                id=f"{number}-{n}",
                tool=random.choice(("crm", "shop")),
                kind=random.choice(KINDS),
                at=NOW - timedelta(hours=6 * random.randrange(-40, 400)),
                person=f"crm:{number}",
                subject_type=subject,
                subject_id=booking,
                attributes=attributes,
            )
        )
    return Person(f"crm:{number}", {"size": random.choice(("5", "50", ""))}, tuple(events))


PEOPLE = [person(number, Random(number)) for number in range(60)]
CUSTOMERS, EVENTS = customers_table(PEOPLE), events_table(PEOPLE)
TOOLS = ("crm", "shop")


def ask(customers: pa.Table, events: pa.Table) -> Evaluation:
    return evaluate(JOURNEY, customers, events, now=to_micros(NOW), tools=TOOLS)


def rows(evaluation: Evaluation) -> list[Any]:
    tables = (evaluation.places, evaluation.moves, evaluation.expectations)
    return [*(table.to_pylist() for table in tables), evaluation.next_change.to_pylist()]


EXPECTED = rows(ask(CUSTOMERS, EVENTS))
TEXTS = [name for name in EVENTS.column_names if EVENTS.schema.field(name).type == pa.string()]


def as_dictionaries(table: pa.Table, index: pa.DataType) -> pa.Table:
    for name in TEXTS:
        kind: Any = pa.dictionary(index, pa.string())
        place = table.column_names.index(name)
        table = table.set_column(place, name, table.column(name).cast(kind))
    return table


def in_chunks(table: pa.Table) -> pa.Table:
    return pa.concat_tables([table.slice(0, 7), table.slice(7, 0), table.slice(7)])


def with_foreign_words(table: pa.Table) -> pa.Table:
    """Make a slice of a larger file: its dictionaries say more than its rows."""
    other = table.slice(0, 400)
    for name in TEXTS:
        strange = pa.array([f"strange {n}" for n in range(len(other))], pa.string())
        other = other.set_column(other.column_names.index(name), name, strange)
    whole = as_dictionaries(pa.concat_tables([other, table]), pa.int32()).unify_dictionaries()
    return whole.combine_chunks().slice(len(other))


SHAPES = {
    "as dictionaries": as_dictionaries(EVENTS, pa.int32()),
    "as small dictionaries": as_dictionaries(EVENTS, pa.int16()),
    "in chunks": in_chunks(EVENTS),
    "in chunks of dictionaries": pa.concat_tables(
        [as_dictionaries(part, pa.int32()) for part in (EVENTS.slice(0, 9), EVENTS.slice(9))]
    ),
    "as a slice of a larger file": with_foreign_words(EVENTS),
    "as large strings": EVENTS.cast(
        pa.schema([
            field.with_type(pa.large_string()) if field.name in TEXTS else field
            for field in EVENTS.schema
        ])
    ),
    "in another order, sorted": sort_events(EVENTS.take(list(range(len(EVENTS)))[::-1])),
}  # fmt: skip


@pytest.mark.parametrize("events", SHAPES.values(), ids=SHAPES)
def test_the_shape_of_columns_does_not_matter(events: pa.Table) -> None:
    assert rows(ask(CUSTOMERS, events)) == EXPECTED


def test_absent_columns_are_absent_values() -> None:
    names = ("subject_type", "subject_id", "attr.template", "attr.amount", "attr.booking")
    empty = EVENTS
    for name in names:
        empty = empty.set_column(
            empty.column_names.index(name), name, pa.nulls(len(empty), pa.string())
        )

    assert rows(ask(CUSTOMERS, EVENTS.drop_columns(list(names)))) == rows(ask(CUSTOMERS, empty))


@pytest.mark.parametrize("size", [1, 7, 60])
def test_customers_may_be_split_in_any_way(size: int) -> None:
    found = [answers_of(first, size) for first in range(0, len(PEOPLE), size)]

    assert [row for part in found for row in part] == answers_of(0, len(PEOPLE))


def answers_of(first: int, size: int) -> list[Any]:
    """Return, customer by customer, what does not depend on row numbers."""
    some = PEOPLE[first : first + size]
    evaluation = ask(customers_table(some), events_table(some))
    found: list[Any] = []
    for number, (row, change) in enumerate(
        zip(evaluation.places.to_pylist(), evaluation.next_change.to_pylist(), strict=True)
    ):
        mine = [e for e in evaluation.expectations.to_pylist() if e["customer"] == number]
        names = ("touchpoint", "anchor_at", "k", "opens", "deadline", "status", "actionable")
        place = (row["route"], row["place"], row["kind"], row["since"], row["previous"])
        found.append((place, [[one[name] for name in names] for one in mine], change))
    return found


def test_nobody_and_nothing_is_no_trouble() -> None:
    nobody = ask(CUSTOMERS.slice(0, 0), EVENTS.slice(0, 0))
    quiet = ask(CUSTOMERS, EVENTS.slice(0, 0))

    assert nobody.places.num_rows == nobody.expectations.num_rows == 0
    assert quiet.places.column("place").to_pylist() == [""] * len(PEOPLE)
    assert quiet.next_change.null_count == len(PEOPLE)
    assert nobody.expectations.schema == ask(CUSTOMERS, EVENTS).expectations.schema


def test_a_very_long_history_is_walked_as_the_text_says() -> None:
    random = Random(5)
    events = tuple(
        Event(f"{n:04}", "crm", random.choice(KINDS), NOW - timedelta(hours=1700 - n), "crm:1",
              attributes={"amount": "10"})
        for n in range(1600)
    )  # fmt: skip
    journey = JOURNEY.model_copy(update={"touchpoints": ()})

    (answer,) = answers(journey, [Person("crm:1", {}, events)], NOW)

    assert len(answer.moves) > 256
    assert answer == interpret(journey, {}, events, now=NOW)


def test_a_tool_of_the_run_is_known_where_it_gave_no_event() -> None:
    at = NOW - timedelta(days=3)
    booking = {"booking": "shop:B1"}
    events = (
        Event("1", "crm", "booking.starts", at, "crm:1", attributes=booking),
        Event("2", "crm", "email.sent", at, "crm:1", "booking", "shop:B1"),
    )
    some = [Person("crm:1", {}, events)]
    tables = customers_table(some), events_table(some)
    confirm = next(one for one in JOURNEY.touchpoints if one.id == "confirm")
    free = confirm.model_copy(update={"at_least": None, "expect": confirm.expect[:0]})
    journey = JOURNEY.model_copy(update={"touchpoints": (
        free.model_copy(update={"expect": JOURNEY.touchpoints[0].expect}),
    )})  # fmt: skip

    def status(tools: tuple[str, ...]) -> list[str]:
        found = evaluate(journey, *tables, now=to_micros(NOW), tools=tools)
        return [str(one) for one in found.expectations.column("status").to_pylist()]

    # `shop:B1` is booking B1 of the shop, or the booking of the CRM whose id reads `shop:B1`.
    assert status(("crm", "shop")) == ["missed"]
    assert status(()) == ["done"]


DISORDER = {
    "a customer comes back": ([0, 1, 0], [1, 2, 3]),
    "time runs backwards": ([0, 0, 1], [2, 1, 1]),
    "nobody knows the customer": ([0, 0, 2], [1, 2, 3]),
}


@pytest.mark.parametrize(("customer", "at"), DISORDER.values(), ids=DISORDER)
def test_events_out_of_order_are_refused(customer: list[int], at: list[int]) -> None:
    events = pa.table({"customer": customer, "at": at, "kind": ["email.sent"] * 3})

    with pytest.raises(ValueError, match="sorted"):
        ask(CUSTOMERS.slice(0, 2), events)


def test_durations_beyond_all_time_are_no_trouble() -> None:
    forever = {
        "exits": [{"id": "gone", "quiet_for": "99999999999999d"}],
        "touchpoints": [
            {
                "id": "never",
                "after": "form.submitted",
                "every": "999999999y",
                "expect": "email.sent",
            },
            {"id": "long", "after": "form.submitted", "within": "9999999w", "expect": "email.sent"},
        ],
    }
    journey = Journey.model_validate({**JOURNEY.model_dump(by_alias=True), **forever})

    found = evaluate(journey, CUSTOMERS, EVENTS, now=to_micros(NOW))

    assert set(found.expectations.column("status").to_pylist()) <= {"due", "done", "waived"}
    assert "gone" not in found.moves.column("place").to_pylist()


# --- texts ----------------------------------------------------------------------------------------


def test_anchors_are_named_by_event_or_place() -> None:
    events = pa.table({"id": ["a", "d1/crm:7", "b/crm:8"], "person": ["crm:1", "crm:7", "crm:7"]})
    row = np.array([1, -1, 0, 2], dtype=np.int64)

    named = anchor_texts(events, row, np.full(4, DAY, dtype=np.int64), "lapsed")

    assert named.to_pylist() == ["d1/crm:7", "lapsed@1970-01-02T00:00:00+00:00", "a", "b/crm:8"]
    assert shared_ids(events, row, named).to_pylist() == [
        "d1", "lapsed@1970-01-02T00:00:00+00:00", "a", "b/crm:8",
    ]  # fmt: skip


# --- live tools -----------------------------------------------------------------------------------

LIVE = {
    "read past the deadline": ("missed", 11, ("missed", True)),
    "read up to the deadline": ("missed", 10, ("unknown", False)),
    "not read for long": ("missed", 0, ("unknown", False)),
    "no tool can see it": ("missed", None, ("unseen", True)),
    "no tool can see it, and it is due": ("due", None, ("unseen", False)),
    "due is due": ("due", 0, ("due", False)),
    "done is done without a tool": ("done", None, ("done", False)),
    "waived is waived": ("waived", 0, ("waived", False)),
}


@pytest.mark.parametrize(("status", "read_until", "expected"), LIVE.values(), ids=LIVE)
def test_over_live_tools(status: str, read_until: int | None, expected: tuple[str, bool]) -> None:
    table = pa.table(
        {
            "touchpoint": pa.array(["call"]).dictionary_encode(),
            "deadline": [10],
            "status": pa.array([status]).dictionary_encode(),
            "actionable": [status == "missed"],
        }
    )

    (row,) = live_statuses(table, {"call": read_until}).to_pylist()

    assert (row["status"], row["actionable"]) == expected


def test_the_interpreter_agrees_on_all_sorts() -> None:
    told = answers(JOURNEY, PEOPLE, NOW)

    for one, answer in zip(PEOPLE, told, strict=True):
        expected = interpret(JOURNEY, one.attributes, one.events, now=NOW, tools=frozenset(TOOLS))
        assert (answer.place, answer.moves) == (expected.place, expected.moves)
        assert sorted(map(astuple, answer.expectations)) == sorted(
            map(astuple, expected.expectations)
        )
