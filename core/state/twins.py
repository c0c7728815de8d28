"""One fact in two tools: a shop's order and its payment, which the billing system keeps, too.

The shop's record names the ids that the other tool gave it (`Reading.tells`), the other tool's
record names its own (`Reading.known_as`). Where they meet, the latter is read again, knowing who
tells it (`RawRecord.told_by`), in whatever order the two came. Which of them speaks, only the
connector says.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from msgspec import structs
from sqlalchemy import Connection, bindparam, delete, select, update

from journeysync.core.models import RawRecord, Reading
from journeysync.core.state import tables as t
from journeysync.core.state.among import among
from journeysync.core.state.store import chunks, upsert

STALE = ""
"""Stands as the mapping of a raw record that must be read again."""

Normalise = Callable[[RawRecord], Reading]


def read(
    connection: Connection, some: Sequence[RawRecord], normalise: Normalise
) -> dict[str, Reading]:
    """Say what these records mean, those that another tool tells knowing it; by source."""
    readings = {
        str(one.key): Reading() if one.deleted else normalise(one) for one in some
    }  # fmt: skip
    named = {one: source for source, found in readings.items() for one in found.known_as}
    if not named:
        return readings
    tellers = _tellers(connection, named)
    for record in some:
        source = str(record.key)
        told_by = {by for one in readings[source].known_as for by in tellers.get(one, ())}
        if told_by:
            readings[source] = normalise(structs.replace(record, told_by=tuple(sorted(told_by))))
    return readings


def keep(connection: Connection, readings: Mapping[str, Reading]) -> None:
    """Put what these records tell and are known as in the place of what they did before.

    Whatever another tool has by an id that is told now, or is told no more, becomes stale.
    """
    after = {
        (source, one, tells)
        for source, reading in readings.items()
        for ids, tells in ((reading.tells, 1), (reading.known_as, 0))
        for one in ids
    }
    before = _of(connection, readings)
    _take(connection, before - after)
    rows = [{"source": source, "id": one, "tells": tells} for source, one, tells in after - before]
    upsert(connection, t.twin, rows)
    _spoil(connection, {one for _, one, tells in before ^ after if tells})


def drop(connection: Connection, source: str) -> None:
    """Forget what a record tells and is known as."""
    before = _of(connection, [source])
    _take(connection, before)
    _spoil(connection, {one for _, one, tells in before if tells})


def _of(connection: Connection, sources: Collection[str]) -> set[tuple[str, str, int]]:
    row = t.twin.c
    return {
        (source, one, tells)
        for part in chunks(sorted(sources))
        for source, one, tells in connection.execute(
            select(row.source, row.id, row.tells).where(among(row.source, part))
        )
    }


def _take(connection: Connection, some: Collection[tuple[str, str, int]]) -> None:
    if not some:
        return
    row = t.twin.c
    connection.execute(
        delete(t.twin).where(row.source == bindparam("of"), row.id == bindparam("named")),
        [{"of": source, "named": one} for source, one, _ in some],
    )


def _tellers(connection: Connection, ids: Collection[str]) -> dict[str, list[str]]:
    """Return which records, as `tool:id`, tell of each of these ids."""
    row = t.twin.c
    found: dict[str, list[str]] = {}
    for part in chunks(sorted(ids)):
        for one, source in connection.execute(
            select(row.id, row.source).where(row.tells == 1, among(row.id, part))
        ):
            tool, _, number = source.split(":", 2)
            found.setdefault(one, []).append(f"{tool}:{number}")
    return found


def _spoil(connection: Connection, ids: Collection[str]) -> None:
    """Make stale whatever is known by these ids."""
    row, raw = t.twin.c, t.raw_record.c
    some: list[dict[str, Any]] = [
        dict(zip(("of", "kind", "number"), source.split(":", 2), strict=True))
        for part in chunks(sorted(ids))
        for (source,) in connection.execute(
            select(row.source).where(row.tells == 0, among(row.id, part)).distinct()
        )
    ]
    if some:
        connection.execute(
            update(t.raw_record)
            .where(
                raw.tool == bindparam("of"),
                raw.type == bindparam("kind"),
                raw.id == bindparam("number"),
            )
            .values(mapping=STALE),
            some,
        )
