"""Runs and what they leave for the next one: reports, due customers, the fingerprint."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Connection, delete, func, insert, select, update

from journeysync.core.state import tables as t
from journeysync.core.state.among import among
from journeysync.core.state.store import chunks, upsert
from journeysync.core.state.watermarks import NOT_GIVEN

_FINGERPRINT = "fingerprint"
_INSTANT = 1000
"""Microseconds within which runs count as begun at once: a clock may be coarse, or stand still."""


@dataclass(frozen=True, slots=True)
class RunRow:
    """One run, as `status` shows it."""

    id: str
    command: str
    started: int
    finished: int | None
    exit_code: int | None
    summary: Mapping[str, Any]


def start_run(connection: Connection, run: str, command: str, now: int) -> None:
    """Note that a run has begun. One that begins in the same instant as another comes after it."""
    row = t.run.c
    last = connection.execute(
        select(func.max(row.started)).where(row.started >= now, row.started < now + _INSTANT)
    ).scalar()
    now = now if last is None else last + 1
    connection.execute(
        insert(t.run).values(
            id=run, command=command, started=now, finished=None, exit_code=None, summary="{}"
        )
    )


def finish_run(
    connection: Connection, run: str, now: int, exit_code: int, summary: Mapping[str, Any]
) -> None:
    """Note how a run has ended."""
    started = connection.execute(select(t.run.c.started).where(t.run.c.id == run)).scalar()
    connection.execute(
        update(t.run)
        .where(t.run.c.id == run)
        .values(
            finished=max(now, started or now),
            exit_code=exit_code,
            summary=msgspec.json.encode(summary).decode(),
        )
    )


def last_runs(connection: Connection, count: int) -> list[RunRow]:
    """Return the newest runs first."""
    rows = connection.execute(
        select(t.run).order_by(t.run.c.started.desc(), t.run.c.id.desc()).limit(count)
    )
    return [
        RunRow(
            row.id, row.command, row.started, row.finished, row.exit_code,
            msgspec.json.decode(row.summary),
        )
        for row in rows
    ]  # fmt: skip


def last_good(connection: Connection, commands: Collection[str]) -> int | None:
    """Return when the last of these commands ended with exit code 0, in microseconds."""
    return connection.execute(
        select(func.max(t.run.c.finished)).where(
            t.run.c.exit_code == 0, t.run.c.command.in_(commands)
        )
    ).scalar()


def fingerprint(connection: Connection) -> str:
    """Return what the last full evaluation was made with."""
    found = connection.execute(select(t.meta.c.value).where(t.meta.c.name == _FINGERPRINT)).scalar()
    return found or ""


def set_fingerprint(connection: Connection, value: str) -> None:
    """Remember what a full evaluation was made with."""
    upsert(connection, t.meta, [{"name": _FINGERPRINT, "value": value}])


def dirty_people(connection: Connection) -> list[str]:
    """Return the records whose customers must be decided anew."""
    return [name for (name,) in connection.execute(select(t.dirty.c.person))]


def clean(connection: Connection, people: Iterable[str]) -> None:
    """Forget that records were dirty, once all that followed from it is done."""
    for part in chunks(sorted(people)):
        connection.execute(delete(t.dirty).where(among(t.dirty.c.person, part)))


def due_customers(connection: Connection, now: int) -> set[str]:
    """Return the customers whose answer can differ by now without any news."""
    return {
        customer
        for (customer,) in connection.execute(select(t.due.c.customer).where(t.due.c.at <= now))
    }


def all_customers(connection: Connection) -> set[str]:
    """Return every customer that a record stands for."""
    return {
        customer
        for (customer,) in connection.execute(
            select(t.person.c.customer).where(t.person.c.customer != "").distinct()
        )
    }


def overview(connection: Connection) -> dict[str, Any]:
    """Count what the state holds, for `status`."""

    def count(table: Any, *where: Any) -> int:
        return int(
            connection.execute(select(func.count()).select_from(table).where(*where)).scalar() or 0
        )

    return {
        "people": count(t.person),
        "customers": len(all_customers(connection)),
        "events": count(t.event),
        "tasks_open": count(t.task, t.task.c.standing == "open"),
        "set_aside": count(t.set_aside),
        "failed": count(t.failed),
        "unsettled": count(t.intent),
    }


def failures(connection: Connection) -> list[dict[str, Any]]:
    """Return the rows that failed and wait for another try."""
    row = t.failed.c
    return [
        dict(found._mapping)  # noqa: SLF001 - SQLAlchemy's public name for a row as a mapping
        for found in connection.execute(
            select(row.tool, row.key, row.code, row.message, row.tries, row.at).order_by(
                row.tool, row.key
            )
        )
    ]


def rows_set_aside(connection: Connection) -> list[dict[str, Any]]:
    """Return the rows that could not be read right."""
    row = t.set_aside.c
    return [
        dict(found._mapping)  # noqa: SLF001 - SQLAlchemy's public name for a row as a mapping
        for found in connection.execute(
            select(row.record, row.code, row.reason).order_by(row.record, row.code)
        )
    ]


def watermarks(connection: Connection) -> list[tuple[str, str, int, int]]:
    """Return tool, stream, read until, read in full at, of the streams that tools give."""
    row = t.watermark.c
    return [
        (tool, stream, at, full)
        for tool, stream, at, full in connection.execute(
            select(row.tool, row.stream, row.at, row.full_at)
            .where(row.at != NOT_GIVEN)
            .order_by(row.tool, row.stream)
        )
    ]


def set_due(connection: Connection, customers: Collection[str], due: Mapping[str, int]) -> None:
    """Say when to look at these customers again; those without an instant only on news."""
    for part in chunks(sorted(customers)):
        connection.execute(delete(t.due).where(among(t.due.c.customer, part)))
    upsert(connection, t.due, [{"customer": one, "at": at} for one, at in sorted(due.items())])


def reach(connection: Connection) -> dict[str, int]:
    """Return for each tool up to when all its streams were read."""
    found: dict[str, int] = {}
    for tool, _, at, _ in watermarks(connection):
        found[tool] = min(at, found.get(tool, at))
    return found
