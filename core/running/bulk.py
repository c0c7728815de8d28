"""A whole evaluation over files: people become customers, events are evaluated batch by batch.

Memory holds all people, but events of some customers only. Customers are numbered in the order of
their names, so what comes out is sorted already. Whoever reads the files hands in a `BulkReading`.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pyarrow as pa

from journeysync.core.engine.evaluate import evaluate
from journeysync.core.identity.columns import NEVER, LinkColumns, PeopleColumns, Texts
from journeysync.core.identity.joining import Joined, join
from journeysync.core.identity.naming import customer_names, merge_attributes
from journeysync.core.identity.resolution import Refusal
from journeysync.core.identity.rules import IdentityRules, shown
from journeysync.core.language.model import Journey
from journeysync.core.models import shared_id
from journeysync.core.problems import Problem
from journeysync.core.running.needs import Needs, needs_of
from journeysync.core.running.progress import Progress, silent
from journeysync.core.running.rows import rows_of
from journeysync.core.texts import (
    Column,
    Ints,
    column,
    concat,
    flags,
    listed,
    pc,
    take,
    text_order,
    whole,
)

_CUSTOMERS, _EVENTS = 50_000, 500_000
"""How many are evaluated at once, at most and about."""
_ATTRIBUTE, _LINK = "attr.", "link:"


class BulkReading(Protocol):
    """People and events, read together."""

    tool: str
    problems: list[Problem]

    def people(self, attributes: Collection[str] | None) -> Any:
        """Read person records, ascending by name.

        The columns: `name`, `created`, `email`, `phone`, `last_name`, `company`, `link:TOOL`,
        `attr.NAME`; text empty where there is none.
        """
        ...

    def events(
        self, customer: Any, attributes: Collection[str] | None, *, subjects: bool
    ) -> Iterator[Any]:
        """Read events by customer and instant; each record's customer is given.

        The columns: `customer`, `person` (the row of `people`), `moment`, `id`, `kind`,
        `subject_type`, `subject_id`, `attr.NAME`. Of one instant they come in any order.
        """
        ...


@dataclass(frozen=True)
class Customers:
    """Customers in the order of their names."""

    of_record: Ints
    """Each record's customer."""
    names: Column
    people: Column
    """Each customer's records, joined by spaces."""
    several: Any
    """True for customers of several records."""
    attributes: dict[str, Column]
    refused: tuple[Refusal, ...]

    def table(self, first: int, end: int) -> "pa.Table":
        """Give the engine some of them."""
        parts = {"customer": self.names, **self.attributes}
        return pa.table({name: texts.slice(first, end - first) for name, texts in parts.items()})


@dataclass(frozen=True, slots=True)
class Summary:
    """What an evaluation went through."""

    customers: int
    events: int
    refused: tuple[Refusal, ...]


def evaluate_in_bulk(
    journey: Journey,
    reading: BulkReading,
    rules: IdentityRules,
    now: int,
    take_rows: Callable[[Mapping[str, "pa.Table"]], None],
    progress: Progress = silent,
) -> Summary:
    """Evaluate a map for everybody in the files."""
    needs = needs_of(journey)
    people = reading.people(needs.person_attributes)
    records = whole(people.column("name"))
    customers = find_customers(people, reading.tool, rules)
    count, events = len(customers.names), 0
    read = reading.events(customers.of_record, needs.event_attributes, subjects=needs.subjects)
    for first, end, batch in _batches(read, count):
        table = _engine_events(in_order(batch), records, customers, first, reading.tool, needs)
        found = evaluate(journey, customers.table(first, end), table, now=now, tools={reading.tool})
        size = end - first
        names, held = customers.names.slice(first, size), customers.people.slice(first, size)
        take_rows(rows_of(journey.journey, found, names, held, whole(table.column("id"))))
        events += table.num_rows
        progress("Customers evaluated", end, count)
    return Summary(count, events, customers.refused)


def find_customers(people: Any, tool: str, rules: IdentityRules) -> Customers:
    """Find out who is who, and bring the customers into the order of their names."""
    columns = _people_columns(people)
    joined = join(columns, rules)
    roots, group = np.unique(joined.customer, return_inverse=True)
    names = take(customer_names(columns, joined.customer, rules), roots)
    order = text_order(names)
    number = np.empty(len(order), dtype=np.int64)
    number[order] = np.arange(len(order))
    of_record = number[group] if len(order) else group
    several = np.bincount(of_record, minlength=len(order)) > 1
    attributes = {
        name: whole(people.column(name))
        for name in people.column_names
        if name.startswith(_ATTRIBUTE)
    }
    merged = merge_attributes(columns, {0: tool}, joined.customer, rules, attributes)
    return Customers(
        of_record=of_record,
        names=take(names, order),
        people=_people_texts(columns.names, roots[order], of_record, several),
        several=several,
        attributes={name: take(texts, roots[order]) for name, texts in merged.items()},
        refused=_refusals(joined, columns.names),
    )


def _people_columns(people: Any) -> PeopleColumns:
    names = whole(people.column("name"))
    links = [
        Texts.of_column(whole(people.column(name)))
        for name in people.column_names
        if name.startswith(_LINK)
    ]
    rows = np.concatenate([np.zeros(0, dtype=np.int64), *(one.record for one in links)])
    right = concat([column([]), *(one.text for one in links)])
    return PeopleColumns(
        names=names,
        tools=np.zeros(len(names), dtype=np.int64),
        created=pc.fill_null(people.column("created"), NEVER).to_numpy(),
        emails=Texts.of_column(whole(people.column("email"))),
        phones=Texts.of_column(whole(people.column("phone"))),
        last_names=whole(people.column("last_name")),
        companies=Texts.of_column(whole(people.column("company"))),
        links=LinkColumns(take(names, rows), right, column(["external id"] * len(right))),
    )


def _people_texts(names: Column, roots: Ints, of_record: Ints, several: Any) -> Column:
    """Join the names of each customer's records; nearly all have one."""
    texts = take(names, roots)
    rows = np.flatnonzero(several[of_record])
    if not len(rows):
        return texts
    held: dict[int, list[str]] = {}
    for customer, name in zip(of_record[rows].tolist(), listed(take(names, rows)), strict=True):
        held.setdefault(customer, []).append(name)
    numbers = sorted(held)
    place = np.arange(len(roots))
    place[numbers] = len(roots) + np.arange(len(numbers))
    return take(concat([texts, column([" ".join(held[one]) for one in numbers])]), place)


def _refusals(joined: Joined, names: Column) -> tuple[Refusal, ...]:
    return tuple(
        sorted(
            Refusal(
                one.kind,
                shown(one.kind, one.value),
                tuple(listed(take(names, one.records))),
                one.reason,
            )
            for one in joined.refused
        )
    )


def _batches(read: Iterator[Any], count: int) -> Iterator[tuple[int, int, Any]]:
    """Cut sorted events between customers; yields (first customer, end, their events).

    Every customer is in one batch, those without events too.
    """
    held: list[Any] = []
    rows = first = 0
    last: Any = None
    for table in read:
        held.append(table)
        rows += table.num_rows
        if rows < _EVENTS:
            continue
        last = pa.concat_tables(held)
        numbers = last.column("customer").to_numpy()
        end = int(numbers[-1])
        cut = int(np.searchsorted(numbers, end))
        if end > first:
            yield from _small(last.slice(0, cut), first, end)
            first, held, rows = end, [last.slice(cut)], last.num_rows - cut
    if held:
        yield from _small(pa.concat_tables(held), first, count)
    else:
        yield from _small(_NO_EVENTS, first, count)


def _small(table: Any, first: int, end: int) -> Iterator[tuple[int, int, Any]]:
    numbers = table.column("customer").to_numpy()
    for begin in range(first, end, _CUSTOMERS):
        stop = min(end, begin + _CUSTOMERS)
        low, high = np.searchsorted(numbers, [begin, stop])
        yield begin, stop, table.slice(low, high - low)


_NO_EVENTS = pa.table(
    {
        "customer": pa.array([], pa.int32()),
        "person": pa.array([], pa.int32()),
        "moment": pa.array([], pa.int64()),
        **{
            name: pa.array([], pa.string()) for name in ("id", "kind", "subject_type", "subject_id")
        },
    }
)


def in_order(events: Any) -> Any:
    """Put the events of one customer and instant in the order of their ids."""
    customer, at = events.column("customer").to_numpy(), events.column("moment").to_numpy()
    new = (customer[1:] != customer[:-1]) | (at[1:] != at[:-1])
    if new.all():
        return events
    run = np.concatenate([[0], np.cumsum(new)])
    tied = np.flatnonzero(~np.append(new, True) | ~np.append(True, new))
    ties = pa.table({"run": run[tied], "id": take(whole(events.column("id")), tied)})
    order = np.arange(len(at))
    order[tied] = tied[pc.sort_indices(ties, [("run", "ascending"), ("id", "ascending")])]
    return events.take(pa.array(order))


def _shared_once(events: Any, records: Column, customers: Customers) -> Any:
    """Keep one of the events of one record that several people of one customer share."""
    numbers = events.column("customer").to_numpy()
    rows = np.flatnonzero(customers.several[numbers])
    if not len(rows):
        return events
    rows = rows[flags(pc.match_substring(take(whole(events.column("id")), rows), "/"))]
    kept: dict[tuple[int, str], tuple[str, int]] = {}
    extra: list[int] = []
    for row, customer, one, person in zip(
        rows.tolist(),
        numbers[rows].tolist(),
        listed(take(whole(events.column("id")), rows)),
        listed(take(records, events.column("person").to_numpy()[rows])),
        strict=True,
    ):
        shared = shared_id(one, person)
        if shared == one:
            continue
        before = kept.get((customer, shared))
        least = (one, row) if before is None else min(before, (one, row))
        if before is not None:
            extra.append(max(before, (one, row))[1])
        kept[customer, shared] = least
    if not extra:
        return events
    wanted = np.ones(len(numbers), dtype=bool)
    wanted[extra] = False
    return events.filter(pa.array(wanted))


def _engine_events(
    events: Any, records: Column, customers: Customers, first: int, tool: str, needs: Needs
) -> "pa.Table":
    """Name the columns as the engine does; customers count from the batch's first."""
    events = _shared_once(events, records, customers)
    person = events.column("person").combine_chunks()
    columns = {
        "customer": pc.subtract(events.column("customer"), pa.scalar(first, pa.int32())),
        "at": events.column("moment"),
        "id": events.column("id"),
        "person": pa.DictionaryArray.from_arrays(person, records),
        "kind": events.column("kind"),
        "tool": _one_text(tool, events.num_rows),
    }
    wanted = [_ATTRIBUTE + name for name in needs.event_attributes]
    wanted += ["subject_type", "subject_id"] if needs.subjects else []
    columns |= {name: events.column(name) for name in wanted if name in events.column_names}
    return pa.table(columns)


def _one_text(text: str, count: int) -> Any:
    number: Any = pa.array(np.zeros(count, dtype=np.int8))
    return pa.DictionaryArray.from_arrays(number, pa.array([text], pa.string()))
