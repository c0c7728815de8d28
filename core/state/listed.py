"""What the lists of a tool showed of its records: marks, by which a change is found."""

from collections.abc import Mapping

from sqlalchemy import Connection, select

from journeysync.core.models import RecordKey
from journeysync.core.state import tables as t
from journeysync.core.state.among import among
from journeysync.core.state.store import chunks


def unknown(connection: Connection, listed: Mapping[RecordKey, str]) -> list[RecordKey]:
    """Name those of the listed records that are not stored with the mark that the list showed."""
    row = t.raw_record.c
    by_type: dict[tuple[str, str], list[str]] = {}
    for key in listed:
        by_type.setdefault((key.tool, key.type), []).append(key.id)
    same = {
        RecordKey(tool, kind, number)
        for (tool, kind), ids in by_type.items()
        for part in chunks(ids)
        for number, mark in connection.execute(
            select(row.id, row.mark).where(
                row.tool == tool, row.type == kind, row.deleted == 0, among(row.id, part)
            )
        )
        if mark == listed[RecordKey(tool, kind, number)]
    }
    return [key for key in listed if key not in same]


def marks(connection: Connection, tool: str, stream: str) -> dict[RecordKey, str]:
    """Give the marks of all records of a stream that are not gone."""
    row = t.raw_record.c
    stored = connection.execute(
        select(row.type, row.id, row.mark).where(
            row.tool == tool, row.stream == stream, row.deleted != 1
        )
    )
    return {RecordKey(tool, kind, number): mark for kind, number, mark in stored}
