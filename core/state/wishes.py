"""Stages pinned and customers left alone with a command, until they end.

One that has ended is kept until a run has told so. Where customers were joined, those of all the
ids that became one count: the later end of a hold, the override that was set last.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Table, delete, func, select, update

from journeysync.core.instants import from_micros, to_micros
from journeysync.core.state import tables as t
from journeysync.core.state.among import among
from journeysync.core.state.ledger import former_ids
from journeysync.core.state.store import chunks, upsert


@dataclass(frozen=True, slots=True)
class Standing:
    """One thing that was asked for and has not ended, for `status`."""

    what: str
    """hold | override"""
    customer: str
    stage: str
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Pinned:
    """A stage that was pinned with `override`."""

    stage: str
    until: datetime | None


def holds(connection: Connection, customers: Collection[str]) -> dict[str, datetime]:
    """Return until when customers are (or were) to be left alone."""
    if not _any(connection, t.hold):
        return {}
    names = _names(connection, customers)
    row = t.hold.c
    found: dict[str, datetime] = {}
    for part in chunks(sorted(names)):
        for customer, until in connection.execute(
            select(row.customer, row.until).where(among(row.customer, part)).order_by(row.until)
        ):
            found[names[customer]] = max(from_micros(until), found.get(names[customer], _FIRST))
    return found


_FIRST = from_micros(0)


def overrides(connection: Connection, customers: Collection[str]) -> dict[str, Pinned]:
    """Return the stages that are (or were) pinned with a command."""
    if not _any(connection, t.override):
        return {}
    names = _names(connection, customers)
    row = t.override.c
    found = [
        (at, customer, Pinned(stage, None if until is None else from_micros(until)))
        for part in chunks(sorted(names))
        for customer, stage, until, at in connection.execute(
            select(row.customer, row.stage, row.until, row.at).where(among(row.customer, part))
        )
    ]
    return {names[customer]: pinned for _, customer, pinned in sorted(found, key=lambda f: f[:2])}


def standing(connection: Connection, now: datetime) -> list[Standing]:
    """List what holds now, by customer."""
    found = []
    for what, table in (("hold", t.hold), ("override", t.override)):
        rows = connection.execute(table.select().order_by(table.c.customer))
        for row in rows:
            until = None if row.until is None else from_micros(row.until)
            if until is None or until > now:
                found.append(Standing(what, row.customer, getattr(row, "stage", ""), until))
    return found


def hold(connection: Connection, customer: str, until: datetime, now: datetime) -> None:
    """Leave a customer alone; the next run looks at them."""
    upsert(connection, t.hold, [
        {"customer": customer, "until": to_micros(until), "at": to_micros(now)}
    ])  # fmt: skip
    _look_again(connection, customer, now)


def override(
    connection: Connection, customer: str, stage: str, until: datetime | None, now: datetime
) -> None:
    """Pin a customer's stage; the next run looks at them."""
    upsert(connection, t.override, [{
        "customer": customer, "stage": stage, "at": to_micros(now),
        "until": None if until is None else to_micros(until),
    }])  # fmt: skip
    _look_again(connection, customer, now)


def end_hold(connection: Connection, customer: str, now: datetime) -> bool:
    """End a hold now; say whether there was one."""
    return _end(connection, t.hold, customer, now)


def end_override(connection: Connection, customer: str, now: datetime) -> bool:
    """End an override now; say whether there was one."""
    return _end(connection, t.override, customer, now)


def _end(connection: Connection, table: Table, customer: str, now: datetime) -> bool:
    at = to_micros(now)
    ended = connection.execute(
        update(table)
        .where(
            table.c.customer.in_(sorted(_names(connection, [customer]))),
            func.coalesce(table.c.until, at + 1) > at,
        )
        .values(until=at)
    )
    if ended.rowcount:
        _look_again(connection, customer, now)
    return bool(ended.rowcount)


def clear_ended(connection: Connection, customers: Collection[str], now: datetime) -> None:
    """Forget what has ended, once a run has told it."""
    tables = [table for table in (t.hold, t.override) if _any(connection, table)]
    names = sorted(_names(connection, customers)) if tables else []
    for table in tables:
        for part in chunks(names):
            connection.execute(
                delete(table).where(among(table.c.customer, part), table.c.until <= to_micros(now))
            )


def _any(connection: Connection, table: Table) -> bool:
    """Say whether there is a row at all: mostly there is none, and nothing else need be asked."""
    return connection.execute(select(table.c.customer).limit(1)).first() is not None


def _names(connection: Connection, customers: Collection[str]) -> dict[str, str]:
    """Return every id of these customers, former ones included -> their id today."""
    return {**former_ids(connection, customers), **{one: one for one in customers}}


def _look_again(connection: Connection, customer: str, now: datetime) -> None:
    upsert(connection, t.due, [{"customer": customer, "at": to_micros(now)}])
