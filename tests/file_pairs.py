"""Writing people and events to files, and reading them as the `files` tool does."""

import gzip
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from journeysync.connectors.files.reading import FilesReading

PEOPLE = "id,email\nann,ann@x.example\nben,ben@x.example\n"
EVENTS = "id,person_id,kind,at\ne1,ann,order.placed,2026-01-05T10:00:00Z\n"
UTC_ZONE = ZoneInfo("UTC")


@dataclass(frozen=True)
class Read:
    """What stood in two files."""

    people: list[dict[str, Any]]
    events: list[dict[str, Any]]
    problems: list[str]
    notes: list[str]

    @property
    def ids(self) -> list[str]:
        return sorted(event["id"] for event in self.events)


def read(
    folder: Path,
    people: str | bytes = PEOPLE,
    events: str | bytes = EVENTS,
    *,
    suffix: str = ".csv",
    zone: str = "UTC",
    customers: Sequence[int] | None = None,
) -> Read:
    """Write two files and read them; problems as `FILE:LINE CODE`, files without their suffix."""
    paths = []
    for name, content in (("people", people), ("events", events)):
        path = folder / f"{name}{suffix}"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        paths.append(path)
    return read_paths(*paths, zone=zone, customers=customers)


def read_paths(
    people: Path, events: Path, *, zone: str = "UTC", customers: Sequence[int] | None = None
) -> Read:
    with FilesReading(people, events, zone=ZoneInfo(zone)) as reading:
        found = reading.people(None)
        numbers = np.arange(found.num_rows) if customers is None else np.array(customers)
        rows = [row for table in reading.events(numbers, None) for row in table.to_pylist()]
    short = [
        f"{Path(one.file).name.partition('.')[0]}:{one.line} {one.code}"
        for one in sorted(reading.problems)
    ]
    return Read(found.to_pylist(), rows, short, [one.what for one in reading.notes])


def write(path: Path, text: str) -> Path:
    """Write the content of a CSV text in the format that a path names."""
    header, *lines = text.splitlines()
    rows = [dict(zip(header.split(","), line.split(","), strict=True)) for line in lines]
    content = text.encode()
    if ".jsonl" in path.name:
        content = "".join(json.dumps(row) + "\n" for row in rows).encode()
    if path.suffix == ".parquet":
        pq.write_table(pa.Table.from_pylist(rows), path)
    else:
        path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return path
