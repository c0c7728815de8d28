"""Customers of the state as the engine takes them: two Arrow tables, sorted.

Only the attributes that the maps name become columns.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from sqlalchemy import Connection, select

from journeysync.core.identity.resolution import merged
from journeysync.core.identity.rules import IdentityRules
from journeysync.core.language.model import Conditions, Journey, Pattern
from journeysync.core.models import Attributes, CompanyRecord, PersonRecord, Scalar, shared_id
from journeysync.core.state import records
from journeysync.core.state import tables as t
from journeysync.core.state.among import among
from journeysync.core.state.store import chunks


@dataclass(frozen=True, slots=True)
class History:
    """Some customers with all that happened to them."""

    ids: list[str]
    people: list[tuple[PersonRecord, ...]]
    companies: list[tuple[CompanyRecord, ...]]
    attributes: list[Attributes]
    customers: pa.Table
    events: pa.Table
    event_attributes: list[Attributes]
    """Of every row of `events`."""


def load_history(
    connection: Connection,
    customers: Collection[str],
    journeys: Sequence[Journey],
    rules: IdentityRules,
) -> History:
    """Load these customers; those that no record stands for any more are left out."""
    members = _members(connection, customers)
    ids = sorted(members)
    number = {name: i for i, customer in enumerate(ids) for name in members[customer]}
    loaded = {p.name: p for p in records.load_people(connection, number)}
    people = [_ordered([loaded[name] for name in members[customer]], rules) for customer in ids]
    companies = _companies(connection, people)
    attributes: list[Attributes] = [
        {**_merged(theirs), **merged(some, rules)}
        for some, theirs in zip(people, companies, strict=True)
    ]
    rows = _events(connection, number)
    wanted = sorted(attributes_named(journeys))
    return History(
        ids=ids,
        people=people,
        companies=companies,
        attributes=attributes,
        customers=_customer_table(ids, attributes, journeys),
        events=_event_table(rows, wanted),
        event_attributes=[row[8] for row in rows],
    )


def _members(connection: Connection, customers: Collection[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for part in chunks(sorted(customers)):
        for name, customer in connection.execute(
            select(t.person.c.name, t.person.c.customer)
            .where(among(t.person.c.customer, part))
            .order_by(t.person.c.name)
        ):
            found.setdefault(customer, []).append(name)
    return found


def _ordered(people: list[PersonRecord], rules: IdentityRules) -> tuple[PersonRecord, ...]:
    """Put the records of the first tool in `precedence` first, and the newest of a tool."""
    rank = {tool: i for i, tool in enumerate(rules.precedence)}

    def order(person: PersonRecord) -> tuple[int, float, str]:
        at = person.created_at
        return (rank.get(person.tool, len(rank)), -(at.timestamp() if at else 0.0), person.name)

    return tuple(sorted(people, key=order))


def _companies(
    connection: Connection, people: Sequence[tuple[PersonRecord, ...]]
) -> list[tuple[CompanyRecord, ...]]:
    """Load the companies that each customer's records name, in the order of the records."""
    names = [list(dict.fromkeys(p.company for p in some if p.company)) for some in people]
    loaded = records.load_companies(connection, {name for some in names for name in some})
    return [tuple(loaded[name] for name in some if name in loaded) for some in names]


def _merged(companies: Sequence[CompanyRecord]) -> Attributes:
    """Take each attribute from the first company that has it."""
    found: dict[str, Scalar] = {}
    for company in reversed(companies):
        found |= company.attributes
    return found


def _events(connection: Connection, number: Mapping[str, int]) -> list[tuple[Any, ...]]:
    """Return the events sorted by customer, instant and id; shared ones once for a customer."""
    rows = sorted(
        (number[person], at, name, person, kind, tool, subject_type, subject_id, attributes)
        for name, tool, person, at, kind, subject_type, subject_id, attributes in (
            _plain(row) for row in records.load_events(connection, number)
        )
    )
    seen: set[tuple[int, str]] = set()
    kept = []
    for row in rows:
        shared = (row[0], shared_id(row[2], row[3]))
        if shared not in seen:
            seen.add(shared)
            kept.append(row)
    return kept


def _plain(row: Sequence[Any]) -> tuple[Any, ...]:
    name, tool, person, at, kind, subject_type, subject_id, attributes = row
    return name, tool, person, at, kind, subject_type, subject_id, _Attributes(attributes)


class _Attributes(dict[str, Scalar]):
    """Attributes that take no part in sorting: instant and id have decided before them."""

    def __lt__(self, other: object) -> bool:
        return False


def _customer_table(
    ids: list[str], attributes: list[Attributes], journeys: Sequence[Journey]
) -> pa.Table:
    columns = {"customer": pa.array(ids, pa.string())}
    for name in sorted(customer_attributes_named(journeys)):
        values = [_text(some.get(name)) for some in attributes]
        columns[f"attr.{name}"] = pa.array(values, pa.string())
    return pa.table(columns)


def _event_table(rows: list[tuple[Any, ...]], wanted: list[str]) -> pa.Table:
    names = ("customer", "at", "id", "person", "kind", "tool", "subject_type", "subject_id")
    types = (pa.int32(), pa.int64(), *[pa.string()] * 6)
    columns = {
        name: pa.array([row[i] for row in rows], kind)
        for i, (name, kind) in enumerate(zip(names, types, strict=True))
    }
    for name in wanted:
        values = [_text(row[8].get(name)) for row in rows]
        columns[f"attr.{name}"] = pa.array(values, pa.string())
    return pa.table(columns)


def _text(value: Scalar | None) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None or value == "" else str(value)


# --- what the maps name --------------------------------------------------------------------------


def attributes_named(journeys: Sequence[Journey]) -> set[str]:
    """Return the attributes of events that any of these maps looks at."""
    found = {"touchpoint", "anchor"}
    for journey in journeys:
        for pattern in _patterns(journey):
            found |= set(pattern.where) | set(pattern.sum or ())
        found |= {touchpoint.same for touchpoint in journey.touchpoints if touchpoint.same}
        found |= {"score" for target in journey.targets if target.feedback}
    return found - {"tool", "subject_type"}


def customer_attributes_named(journeys: Sequence[Journey]) -> set[str]:
    """Return the attributes of customers that any of these maps looks at."""
    conditions: list[Conditions] = []
    for journey in journeys:
        conditions += [route.when for route in journey.routes]
        conditions += [touchpoint.when for touchpoint in journey.touchpoints]
    return {name for some in conditions for name in some}


def _patterns(journey: Journey) -> list[Pattern]:
    found: list[Pattern] = []
    for place in journey.places:
        found += place.entered_by
    for stage in journey.stages:
        found += stage.reached_by
    for exit_ in journey.exits:
        found += exit_.of
    for state in journey.states:
        found += (*state.from_, *state.to)
    for route in journey.routes:
        found += route.having
    for one in journey.touchpoints:
        found += (*one.after, *one.before, *one.until, *one.expect, *one.unless)
    return found
