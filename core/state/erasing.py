"""Taking people out of the state: every row that came from them, or speaks of them.

What others share with them stays theirs. SQLite overwrites what is freed (`secure_delete`); packing
the database afterwards is `compact`.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

import msgspec
from sqlalchemy import Connection, Table, delete, func, or_, select, text, update

from journeysync.core.models import RawRecord, RecordKey
from journeysync.core.state import tables as t
from journeysync.core.state import twins
from journeysync.core.state.forgetting import Memory
from journeysync.core.state.ledger import former_ids
from journeysync.core.state.store import chunks, upsert

WITHHELD = 2
"""Stands as `deleted` of a raw record that is there, but whose content is not kept."""


@dataclass(slots=True)
class Erased:
    """What was taken out, and what stays in the tools."""

    records: list[tuple[str, str, str]] = field(default_factory=list)
    """(tool, object type, id) of each person record."""
    tasks: list[tuple[str, str]] = field(default_factory=list)
    """(tool, id) of tasks of ours that were about them alone."""
    events: int = 0
    raw: int = 0
    customers: list[str] = field(default_factory=list)
    """Customers of whom nothing is left."""


def erase(connection: Connection, names: Collection[str], memory: Memory, now: int) -> Erased:
    """Take the people with these record names out; their keys are in the memory already."""
    if connection.dialect.name == "sqlite":
        connection.execute(text("PRAGMA secure_delete=ON"))
    some = sorted(names)
    row = t.person.c
    people = connection.execute(
        select(row.name, row.tool, row.type, row.id, row.customer, row.source, row.data).where(
            row.name.in_(some)
        )
    ).all()
    found = Erased([(one.tool, one.type, one.id) for one in people])
    sources = {one.source for one in people if one.source} | _sources(connection, some)
    sources |= _mentions(connection, people, memory)
    found.events = _count(connection, t.event, some)
    for table, column in ((t.event, t.event.c.person), (t.person_key, t.person_key.c.person),
                          (t.dirty, t.dirty.c.person), (t.person_part, t.person_part.c.name),
                          (t.person, row.name)):  # fmt: skip
        connection.execute(delete(table).where(column.in_(some)))
    connection.execute(delete(t.link).where(or_(t.link.c.left.in_(some), t.link.c.right.in_(some))))
    found.raw = _raw(connection, sources)
    for tool, kind, number in found.records:
        _of_record(connection, tool, kind, number)
    for customer in sorted({one.customer for one in people} - {""}):
        _customer(connection, customer, some, found, now)
    return found


def _count(connection: Connection, table: Table, names: list[str]) -> int:
    return int(
        connection.execute(
            select(func.count()).select_from(table).where(table.c.person.in_(names))
        ).scalar()
        or 0
    )


def _sources(connection: Connection, names: list[str]) -> set[str]:
    """Return the raw records that gave events or links of these people, or told of them."""
    link = t.link.c
    events = select(t.event.c.source).where(t.event.c.person.in_(names))
    links = select(link.source).where(or_(link.left.in_(names), link.right.in_(names)))
    parts = select(t.person_part.c.source).where(t.person_part.c.name.in_(names))
    return {source for (source,) in connection.execute(events.union(links, parts))}


def _mentions(connection: Connection, people: Iterable[object], memory: Memory) -> set[str]:
    """Return the raw records that name these people, also where they gave nothing."""
    row = t.raw_record.c
    found: set[str] = set()
    for person in people:
        data = msgspec.json.decode(person.data)  # type: ignore[attr-defined]  # a row
        needles = [f'"{person.id}"', f"{person.tool}:{person.id}"]  # type: ignore[attr-defined]
        needles += [email.strip().lower() for email in data.get("emails", ())]
        for needle in needles:
            for tool, kind, number, content in connection.execute(
                select(row.tool, row.type, row.id, row.content).where(
                    func.lower(row.content).contains(needle, autoescape=True)
                )
            ):
                record = RawRecord(RecordKey(tool, kind, number), msgspec.json.decode(content))
                if memory.mentions(tool, record.content):
                    found.add(str(record.key))
    return found


def _raw(connection: Connection, sources: set[str]) -> int:
    """Take raw records away; of those that mean something for others, only the content."""
    taken = 0
    for source in sorted(sources):
        shared = any(
            connection.execute(select(table.c.source).where(table.c.source == source)).first()
            for table in (t.person, t.person_part, t.event, t.company, t.link)
        )
        tool, kind, number = source.split(":", 2)
        row = t.raw_record.c
        which = (row.tool == tool, row.type == kind, row.id == number)
        if shared:
            connection.execute(
                update(t.raw_record).where(*which).values(content="{}", digest="", deleted=WITHHELD)
            )
        else:
            connection.execute(delete(t.raw_record).where(*which))
            connection.execute(delete(t.set_aside).where(t.set_aside.c.source == source))
            twins.drop(connection, source)
        taken += 1
    return taken


def _of_record(connection: Connection, tool: str, kind: str, number: str) -> None:
    """Take away what was written, meant and failed on one record."""
    row = t.written.c
    connection.execute(
        delete(t.written).where(row.tool == tool, row.object_type == kind, row.id == number)
    )
    for table in (t.intent, t.failed, t.change):
        connection.execute(
            delete(table).where(table.c.tool == tool, table.c.key == f"{kind}:{number}")
        )


def _customer(
    connection: Connection, customer: str, names: list[str], found: Erased, now: int
) -> None:
    left = (
        connection.execute(
            select(t.person.c.name).where(t.person.c.customer == customer).order_by(t.person.c.name)
        )
        .scalars()
        .all()
    )
    ids = [customer, *former_ids(connection, [customer])]
    _tasks(connection, ids, found, now, gone=not left)
    if left:
        # A company goes on without them; its id was minted from somebody who stays.
        connection.execute(
            update(t.customer)
            .where(t.customer.c.id == customer, t.customer.c.founder.in_(names))
            .values(founder=left[0])
        )
        upsert(connection, t.due, [{"customer": customer, "at": now}])
        return
    found.customers.append(customer)
    for table in (t.due, t.pin, t.hold, t.override, t.failed):
        connection.execute(delete(table).where(table.c.customer.in_(ids)))
    connection.execute(delete(t.customer).where(t.customer.c.id.in_(ids)))
    alias = t.customer_alias.c
    connection.execute(delete(t.customer_alias).where(or_(alias.old.in_(ids), alias.new.in_(ids))))


def _tasks(connection: Connection, ids: list[str], found: Erased, now: int, *, gone: bool) -> None:
    """Take away the tasks about a customer alone; from those of several, the name."""
    keys = (
        connection.execute(
            select(t.task_customer.c.key).where(t.task_customer.c.customer.in_(ids)).distinct()
        )
        .scalars()
        .all()
    )
    for part in chunks(sorted(keys)):
        for table in (t.intent, t.change):
            connection.execute(delete(table).where(table.c.key.in_(part)))
        rows = connection.execute(select(t.task).where(t.task.c.key.in_(part))).all()
        for task in rows:
            others = [one for one in msgspec.json.decode(task.customers) if one not in ids]
            row = t.raw_record.c
            connection.execute(
                delete(t.raw_record).where(
                    row.tool == task.tool, row.type == "task", row.id == task.id
                )
            )
            if not gone or others:
                kept = others if gone else msgspec.json.decode(task.customers)
                _keep_task(connection, task.key, task.touchpoint, ids if gone else [], kept)
                due = [{"customer": one, "at": now} for one in others]
                upsert(connection, t.due, due)
                continue
            found.tasks.append((task.tool, task.id))
            for table in (t.task, t.task_customer, t.task_alias, t.failed):
                connection.execute(delete(table).where(table.c.key == task.key))


def _keep_task(
    connection: Connection, key: str, touchpoint: str, ids: list[str], customers: list[str]
) -> None:
    connection.execute(
        delete(t.task_customer).where(
            t.task_customer.c.key == key, t.task_customer.c.customer.in_(ids)
        )
    )
    connection.execute(
        update(t.task)
        .where(t.task.c.key == key)
        .values(subject=touchpoint, customers=msgspec.json.encode(customers).decode())
    )
