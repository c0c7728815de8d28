"""What we were about to write when we stopped, and which rows failed.

An intent is stored before the call that it announces and taken away with the answer's row; one
that is left over after a crash is read back from the CRM before anything else is written.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import msgspec
from sqlalchemy import Connection, delete, select

from journeysync.core.instants import to_micros
from journeysync.core.planning.plan import RecordChange, TaskChange
from journeysync.core.state import tables as t
from journeysync.core.state.among import among
from journeysync.core.state.store import chunks, upsert

Kind = Literal["record", "create_task", "change_task"]


def announce(
    connection: Connection, run: str, changes: Sequence[RecordChange | TaskChange]
) -> None:
    """Store what the next call will do."""
    upsert(connection, t.intent, [
        {"tool": change.tool, "kind": kind_of(change), "key": key_of(change), "run": run,
         "payload": msgspec.json.encode(change).decode()}
        for change in changes
    ])  # fmt: skip


def kind_of(change: RecordChange | TaskChange) -> Kind:
    """Name the kind of a change as intents do."""
    if isinstance(change, RecordChange):
        return "record"
    return "create_task" if change.action == "open" else "change_task"


def key_of(change: RecordChange | TaskChange) -> str:
    """Name a change among those of its kind."""
    if isinstance(change, RecordChange):
        return f"{change.object_type}:{change.id}"
    return change.key


def pending(connection: Connection) -> list[tuple[str, RecordChange | TaskChange]]:
    """Return the run and the change wherever nobody knows whether the CRM has made it."""
    found: list[tuple[str, RecordChange | TaskChange]] = []
    row = t.intent.c
    for run, kind, payload in connection.execute(
        select(row.run, row.kind, row.payload).order_by(row.tool, row.kind, row.key)
    ):
        if kind == "record":
            found.append((run, msgspec.json.decode(payload, type=RecordChange)))
        else:
            found.append((run, msgspec.json.decode(payload, type=TaskChange)))
    return found


def settle(connection: Connection, changes: Iterable[RecordChange | TaskChange]) -> None:
    """Take away the intents of changes whose outcome is known."""
    row = t.intent.c
    by_kind: dict[tuple[str, str], list[str]] = {}
    for change in changes:
        by_kind.setdefault((change.tool, kind_of(change)), []).append(key_of(change))
    for (tool, kind), keys in by_kind.items():
        for part in chunks(keys):
            connection.execute(
                delete(t.intent).where(row.tool == tool, row.kind == kind, among(row.key, part))
            )


@dataclass(frozen=True, slots=True)
class Missed:
    """A row that did not go through, and why."""

    change: RecordChange | TaskChange
    code: str
    message: str
    tried: bool = True
    """False: it was never sent."""


def note_failures(connection: Connection, missed: Sequence[Missed], now: datetime) -> None:
    """Keep rows that did not go through: the next run tries them again, `status` shows them."""
    tries = _tries(connection, [one.change for one in missed])
    rows = []
    for one in missed:
        change = one.change
        where = (change.tool, key_of(change))
        whose = (change.customer,) if isinstance(change, RecordChange) else change.customers
        rows.append(
            {"tool": where[0], "key": where[1], "customer": whose[0] if whose else "",
             "code": one.code, "message": one.message, "at": to_micros(now),
             "tries": tries.get(where, 0) + one.tried}
        )  # fmt: skip
    upsert(connection, t.failed, rows)


def _tries(
    connection: Connection, changes: Iterable[RecordChange | TaskChange]
) -> dict[tuple[str, str], int]:
    row = t.failed.c
    return {
        (tool, key): tries
        for tool, keys in _by_tool(changes).items()
        for part in chunks(keys)
        for key, tries in connection.execute(
            select(row.key, row.tries).where(row.tool == tool, among(row.key, part))
        )
    }


def forget_failures(connection: Connection, changes: Iterable[RecordChange | TaskChange]) -> None:
    """Forget earlier failures of rows that have now gone through."""
    for tool, keys in _by_tool(changes).items():
        for part in chunks(keys):
            connection.execute(
                delete(t.failed).where(t.failed.c.tool == tool, among(t.failed.c.key, part))
            )


def _by_tool(changes: Iterable[RecordChange | TaskChange]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for change in changes:
        found.setdefault(change.tool, []).append(key_of(change))
    return found


def drop_failures(
    connection: Connection,
    customers: Collection[str],
    again: Collection[tuple[str, str]],
    down: Collection[str],
) -> None:
    """Forget failures of customers who were looked at, but those that failed `again`.

    What is no longer wanted cannot fail any more. Tools that are `down` were not asked.
    """
    row = t.failed.c
    for part in chunks(sorted(customers)):
        for tool, key in connection.execute(
            select(row.tool, row.key).where(among(row.customer, part))
        ).all():
            if (tool, key) not in again and tool not in down:
                connection.execute(delete(t.failed).where(row.tool == tool, row.key == key))


def failed_customers(connection: Connection) -> set[str]:
    """Return the customers with a row that failed."""
    return {customer for (customer,) in connection.execute(select(t.failed.c.customer))}
