"""The engine behind the interpreter's face: values in, rows out, so that both can be compared."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import pyarrow as pa
from interpreter import Answer, ExpectationRow, MoveRow, PlaceRow
from strategies import Person

from journeysync.core.engine.evaluate import Evaluation, evaluate
from journeysync.core.instants import from_micros, iso, to_micros
from journeysync.core.language.model import Journey
from journeysync.core.models import Event, Scalar

Row = dict[str, Any]


def answers(
    journey: Journey,
    people: Sequence[Person],
    now: datetime,
    *,
    tools: Collection[str] | None = None,
) -> list[Answer]:
    """Evaluate customers together; one answer each, in the order given."""
    return read(ask(journey, people, now, tools=tools), people)


def ask(
    journey: Journey,
    people: Sequence[Person],
    now: datetime,
    *,
    tools: Collection[str] | None = None,
) -> Evaluation:
    """Call the engine as the commands do."""
    customers, events = customers_table(people), events_table(people)
    return evaluate(journey, customers, events, now=to_micros(now), tools=tools)


def changes(journey: Journey, people: Sequence[Person], now: datetime) -> list[datetime | None]:
    """Return when each customer's answer may change next."""
    found = ask(journey, people, now).next_change.to_pylist()
    return [None if one is None else from_micros(one) for one in found]


def read(evaluation: Evaluation, people: Sequence[Person]) -> list[Answer]:
    """Take the engine's tables apart."""
    events = [event for _, event in _sorted(people)]
    places = {row["customer"]: row for row in evaluation.places.to_pylist()}
    moves = evaluation.moves.to_pylist()
    expectations = evaluation.expectations.to_pylist()
    return [
        Answer(
            _place(places[number], events),
            tuple(_move(row, events) for row in moves if row["customer"] == number),
            tuple(_expectation(row, events) for row in expectations if row["customer"] == number),
        )
        for number in range(len(people))
    ]


def _place(row: Row, events: Sequence[Event]) -> PlaceRow:
    since = None if row["since"] is None else from_micros(row["since"])
    evidence = _id(row["evidence_row"], events)
    return PlaceRow(row["route"], row["place"], row["kind"], since, row["previous"], evidence)


def _move(row: Row, events: Sequence[Event]) -> MoveRow:
    evidence = _id(row["evidence_row"], events)
    return MoveRow(from_micros(row["at"]), row["place"], row["previous"], evidence)


def _expectation(row: Row, events: Sequence[Event]) -> ExpectationRow:
    alone = f"{row['anchor_place']}@{iso(row['anchor_at'])}"
    satisfied = row["satisfied_at"]
    return ExpectationRow(
        row["touchpoint"],
        _id(row["anchor_row"], events) or alone,
        from_micros(row["anchor_at"]),
        row["k"],
        from_micros(row["opens"]),
        from_micros(row["deadline"]),
        row["status"],
        None if satisfied is None else from_micros(satisfied),
        _id(row["satisfied_row"], events),
        row["actionable"],
    )


def _id(row: int, events: Sequence[Event]) -> str:
    return "" if row < 0 else events[row].id


def customers_table(people: Sequence[Person]) -> pa.Table:
    """Make the engine's table of customers."""
    columns = {"customer": pa.array([person.name for person in people], pa.string())}
    for name in sorted({name for person in people for name in person.attributes}):
        values = [_text(person.attributes.get(name)) for person in people]
        columns[f"attr.{name}"] = pa.array(values, pa.string())
    return pa.table(columns)


def events_table(people: Sequence[Person]) -> pa.Table:
    """Make the engine's table of events, sorted as it wants them."""
    rows = _sorted(people)
    events = [event for _, event in rows]

    def texts(values: list[str | None]) -> pa.StringArray:
        return pa.array(values, pa.string())

    columns = {
        "customer": pa.array([number for number, _ in rows], pa.int32()),
        "at": pa.array([to_micros(event.at) for event in events], pa.int64()),
        "id": texts([event.id for event in events]),
        "person": texts([event.person for event in events]),
        "kind": texts([event.kind for event in events]),
        "tool": texts([event.tool for event in events]),
        "subject_type": texts([event.subject_type for event in events]),
        "subject_id": texts([event.subject_id for event in events]),
    }
    for name in sorted({name for event in events for name in event.attributes}):
        columns[f"attr.{name}"] = texts([_text(e.attributes.get(name)) for e in events])
    return pa.table(columns)


def _sorted(people: Sequence[Person]) -> list[tuple[int, Event]]:
    rows = [(number, event) for number, person in enumerate(people) for event in person.events]
    return sorted(rows, key=lambda row: (row[0], row[1].at, row[1].id))


def _text(value: Scalar | None) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None else str(value)
