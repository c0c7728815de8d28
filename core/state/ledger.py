"""The ledger: what we wrote, and what people changed. What is meant to be written: `intents`."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, delete, func, select

from journeysync.core.instants import from_micros, to_micros
from journeysync.core.models import RawRecord
from journeysync.core.planning.edits import equal
from journeysync.core.planning.ledger import Entry, Ledger, RecordId, TaskEntry
from journeysync.core.planning.plan import Adoption, PinFound, RecordChange, TaskChange, TaskFinding
from journeysync.core.planning.shown import Pin
from journeysync.core.state import tables as t
from journeysync.core.state.among import among
from journeysync.core.state.store import chunks, upsert

# --- reading ---------------------------------------------------------------------------------


def load_ledger(
    connection: Connection,
    customers: Collection[str],
    records: Collection[RecordId],
    day_start: datetime,
) -> Ledger:
    """Load what the ledger knows of these customers and records."""
    tasks = _tasks(connection, customers, former_ids(connection, customers))
    # Counted here: asked to group them, SQLite would go through all tasks there ever were.
    today = Counter(
        (tool, owner)
        for tool, owner in connection.execute(
            select(t.task.c.tool, t.task.c.owner).where(t.task.c.opened_at >= to_micros(day_start))
        )
    )
    return Ledger(
        fields=_fields(connection, records),
        tasks=tasks,
        aliases=_aliases(connection, list(tasks)),
        pins=_pins(connection, customers),
        opened_today=today.total(),
        opened_today_by_owner=dict(today),
    )


def _fields(
    connection: Connection, records: Collection[RecordId]
) -> dict[RecordId, dict[str, Entry]]:
    row = t.written.c
    by_type: dict[tuple[str, str], list[str]] = {}
    for tool, kind, number in records:
        by_type.setdefault((tool, kind), []).append(number)
    found: dict[RecordId, dict[str, Entry]] = {}
    for (tool, kind), ids in by_type.items():
        for part in chunks(ids):
            for number, name, *rest in connection.execute(
                select(row.id, row.field, row.value, row.standing, row.against, row.flips).where(
                    row.tool == tool, row.object_type == kind, among(row.id, part)
                )
            ):
                found.setdefault((tool, kind, number), {})[name] = Entry(*rest)
    return found


def former_ids(connection: Connection, customers: Collection[str]) -> dict[str, str]:
    """Return the ids that these customers had before they were joined -> their id today."""
    return {
        old: new
        for part in chunks(sorted(customers))
        for old, new in connection.execute(
            select(t.customer_alias.c.old, t.customer_alias.c.new).where(
                among(t.customer_alias.c.new, part)
            )
        )
    }


def _tasks(
    connection: Connection, customers: Collection[str], formerly: Mapping[str, str]
) -> dict[str, TaskEntry]:
    keys = {
        key
        for part in chunks(sorted({*customers, *formerly}))
        for (key,) in connection.execute(
            select(t.task_customer.c.key).where(among(t.task_customer.c.customer, part))
        )
    }
    return {
        row.key: _task(row, formerly)
        for part in chunks(sorted(keys))
        for row in connection.execute(select(t.task).where(among(t.task.c.key, part)))
    }


def _task(row: Any, formerly: Mapping[str, str]) -> TaskEntry:
    customers = msgspec.json.decode(row.customers)
    return TaskEntry(
        key=row.key, tool=row.tool, id=row.id, standing=row.standing,
        customers=tuple(dict.fromkeys(formerly.get(one, one) for one in customers)),
        journeys=tuple(msgspec.json.decode(row.journeys)),
        touchpoint=row.touchpoint, anchor=row.anchor, k=row.k, due=from_micros(row.due),
        owner=row.owner, subject=row.subject, opened_at=from_micros(row.opened_at),
    )  # fmt: skip


def _aliases(connection: Connection, keys: list[str]) -> dict[str, str]:
    return {
        alias: key
        for part in chunks(keys)
        for alias, key in connection.execute(
            select(t.task_alias.c.alias, t.task_alias.c.key).where(among(t.task_alias.c.key, part))
        )
    }


def _pins(connection: Connection, customers: Collection[str]) -> dict[str, Pin]:
    row = t.pin.c
    return {
        customer: Pin(stage, tool, against, None if at is None else from_micros(at))
        for part in chunks(sorted(customers))
        for customer, stage, tool, against, at in connection.execute(
            select(row.customer, row.stage, row.tool, row.against, row.at).where(
                among(row.customer, part)
            )
        )
    }


def called_today(connection: Connection, customers: Collection[str]) -> set[str]:
    """Return the ids that these customers have today: some were joined to others since."""
    today = {
        old: new
        for part in chunks(sorted(customers))
        for old, new in connection.execute(
            select(t.customer_alias.c.old, t.customer_alias.c.new).where(
                among(t.customer_alias.c.old, part)
            )
        )
    }
    return {today.get(customer, customer) for customer in customers}


def with_sharers(connection: Connection, customers: Collection[str]) -> set[str]:
    """Return these customers, and those who share a task with one: they are decided together.

    A task names the customers of the day when it was opened. One that has another id by now is
    looked at under that id: the former one alone would seem to need its task no more.
    """
    today = called_today(connection, customers)
    keys = [
        key
        for part in chunks(sorted({*today, *former_ids(connection, today)}))
        for (key,) in connection.execute(
            select(t.task_customer.c.key).where(among(t.task_customer.c.customer, part))
        )
    ]
    sharers = {
        customer
        for part in chunks(keys)
        for (customer,) in connection.execute(
            select(t.task_customer.c.customer).where(among(t.task_customer.c.key, part))
        )
    }
    return today | called_today(connection, sharers)


def with_tasks(connection: Connection, customers: Collection[str]) -> set[str]:
    """Return those of the customers for whom there is or was a task of ours."""
    formerly = former_ids(connection, customers)
    return {
        formerly.get(customer, customer)
        for part in chunks(sorted({*customers, *formerly}))
        for (customer,) in connection.execute(
            select(t.task_customer.c.customer).where(among(t.task_customer.c.customer, part))
        )
    }


def customers_of_tasks(connection: Connection, tool: str, ids: Collection[str]) -> set[str]:
    """Return the customers of the tasks with these ids in a tool."""
    return {
        customer
        for part in chunks(sorted(ids))
        for (customer,) in connection.execute(
            select(t.task_customer.c.customer)
            .join(t.task, t.task.c.key == t.task_customer.c.key)
            .where(t.task.c.tool == tool, among(t.task.c.id, part))
        )
    }


def customers_written(connection: Connection, at_most: int | None = None) -> int:
    """Count the records whose stage was written so far, for the guard on changes.

    `at_most` so many are looked for: all of them are many, and hardly ever is their number needed.
    """
    stages = select(t.written.c.id).where(t.written.c.field == "journey_stage").limit(at_most)
    return int(
        connection.execute(select(func.count()).select_from(stages.subquery())).scalar() or 0
    )


def edited_records(connection: Connection, records: Iterable[RawRecord]) -> set[str]:
    """Name the records whose fields hold something else than we wrote: somebody changed them."""
    shown = {(one.key.tool, one.key.type, one.key.id): one for one in records if one.shown}
    return {
        shown[record].key.name
        for record, entries in _fields(connection, shown).items()
        for name, entry in entries.items()
        if not equal(name, shown[record].shown.get(name, ""), entry.value)
    }


def longest_waiting(connection: Connection) -> str:
    """Name a record of the customer whose open task was due first; where none is open, of any."""
    anybody = select(func.min(t.person.c.name)).where(t.person.c.customer != "")
    found = connection.execute(
        select(t.person.c.name)
        .join(t.task_customer, t.task_customer.c.customer == t.person.c.customer)
        .join(t.task, t.task.c.key == t.task_customer.c.key)
        .where(t.task.c.standing == "open")
        .order_by(t.task.c.due, t.task.c.key, t.person.c.name)
        .limit(1)
    ).scalar()
    return found or connection.execute(anybody).scalar() or ""


# --- noting ----------------------------------------------------------------------------------


def note_adoptions(connection: Connection, adoptions: Iterable[Adoption], now: datetime) -> None:
    """Remember what the CRM holds already, and what a person's edit stands against."""
    upsert(connection, t.written, [
        _written(a.tool, a.object_type, a.id, a.field, a.value, now,
                 standing=a.standing, against=a.against)
        for a in adoptions
    ])  # fmt: skip


def note_pins(connection: Connection, pins: Iterable[PinFound]) -> None:
    """Remember stages set by hand; forget those that have ended."""
    for pin in pins:
        connection.execute(delete(t.pin).where(t.pin.c.customer == pin.customer))
        if pin.tool:
            upsert(connection, t.pin, [{
                "customer": pin.customer, "stage": pin.stage, "tool": pin.tool,
                "against": pin.against, "at": None if pin.at is None else to_micros(pin.at),
            }])  # fmt: skip


def note_findings(connection: Connection, findings: Iterable[TaskFinding]) -> None:
    """Remember what became of tasks of ours."""
    found = list(findings)
    before = _noted(connection, [one.key for one in found])
    # A task taken over was not opened by this run: it must not use up the day's cap.
    _store_tasks(connection, [
        _task_row(one, one.id, one.standing,
                  before[one.key].opened_at if one.key in before else 0, one.owner)
        for one in found
    ], found)  # fmt: skip


def note_records(connection: Connection, changes: Iterable[RecordChange], now: datetime) -> None:
    """Remember the fields of records that the CRM has confirmed."""
    upsert(connection, t.written, [
        _written(change.tool, change.object_type, change.id, one.field, one.after, now,
                 flips=one.flips)
        for change in changes
        for one in change.fields
    ])  # fmt: skip


def note_tasks(
    connection: Connection, made: Sequence[tuple[TaskChange, str]], now: datetime
) -> None:
    """Remember tasks that the CRM has confirmed to be opened, moved, closed or opened again."""
    before = _noted(connection, [change.key for change, _ in made])
    rows = []
    for change, number in made:
        known = before.get(change.key)
        if change.action in ("open", "reopen"):
            rows.append(_task_row(change, number, "open", to_micros(now), change.owner))
            continue
        standing = "closed" if change.action == "close" else "open"
        opened, owner = (known.opened_at, known.owner) if known else (0, change.owner)
        rows.append(_task_row(change, number or change.id, standing, opened, owner))
    _store_tasks(connection, rows, [change for change, _ in made])


def _noted(connection: Connection, keys: Sequence[str]) -> dict[str, Any]:
    row = t.task.c
    return {
        found.key: found
        for part in chunks(list(keys))
        for found in connection.execute(
            select(row.key, row.opened_at, row.owner).where(among(row.key, part))
        )
    }


def _task_row(
    task: TaskChange | TaskFinding, task_id: str, standing: str, opened_at: int, owner: str
) -> dict[str, Any]:
    return {
        "key": task.key, "tool": task.tool, "id": task_id, "standing": standing,
        "customers": msgspec.json.encode(task.customers).decode(),
        "journeys": msgspec.json.encode(task.journeys).decode(),
        "touchpoint": task.touchpoint, "anchor": task.anchor, "k": task.k,
        "due": to_micros(task.due), "owner": owner,
        "subject": task.subject, "opened_at": opened_at,
    }  # fmt: skip


def _store_tasks(
    connection: Connection, rows: list[dict[str, Any]], tasks: Sequence[TaskChange | TaskFinding]
) -> None:
    upsert(connection, t.task, rows)
    for part in chunks([task.key for task in tasks]):
        connection.execute(delete(t.task_customer).where(among(t.task_customer.c.key, part)))
    upsert(connection, t.task_customer, [
        {"key": task.key, "customer": customer} for task in tasks for customer in task.customers
    ])  # fmt: skip
    upsert(connection, t.task_alias, [
        {"alias": task.alias, "key": task.key} for task in tasks if task.alias
    ])  # fmt: skip


def _written(
    tool: str, kind: str, number: str, name: str, value: str, now: datetime, *,
    standing: str = "ours", against: str = "", flips: int = 0,
) -> dict[str, Any]:  # fmt: skip
    return {
        "tool": tool, "object_type": kind, "id": number, "field": name, "value": value,
        "standing": standing, "against": against, "flips": flips, "at": to_micros(now),
    }  # fmt: skip
