"""One reading of a people file and an events file: what `evaluate` and live workspaces share.

Two steps: the people first; then, once it is known who is which customer, the events.
"""

import shutil
import tempfile
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa

from journeysync.connectors.files.duck import Duck
from journeysync.connectors.files.events import EventReading
from journeysync.connectors.files.ids import with_ids
from journeysync.connectors.files.opening import Opened, open_file
from journeysync.connectors.files.people import read_people
from journeysync.core.problems import Problem


@dataclass
class FilesReading:
    """Two files, open. Use as a context: it keeps a folder for sorting on disk."""

    people_file: Path
    events_file: Path
    tool: str = "files"
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    spill: Path | None = None
    """Where to sort what memory does not hold; the system's place for temporary files if None."""
    problems: list[Problem] = field(default_factory=list)
    """Rows that were set aside."""
    notes: list[Problem] = field(default_factory=list)
    """What a person should know although nothing is missing."""

    def __enter__(self) -> Self:
        self._folder = Path(tempfile.mkdtemp(prefix="journeysync-", dir=self.spill))
        self._duck = Duck(self._folder, self.zone)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._duck.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def people(self, attributes: Collection[str] | None) -> Any:
        """Read the people: see `people.read_people`. `attributes` None: all."""
        opened = open_file(self._duck, self.people_file, "people_rows")
        found, problems, notes = read_people(self._duck, opened, self.tool, self.zone, attributes)
        self.problems += [*opened.problems, *problems]
        self.notes += notes
        self._found = found
        return found

    def events(
        self,
        customer: Any,
        attributes: Collection[str] | None,
        *,
        subjects: bool = True,
        size: int = 250_000,
    ) -> Iterator[Any]:
        """Read the events of the people, whose customers' numbers are given, row by row.

        Yields tables with customers ascending, each customer's events by instant and id: see
        `EventReading.sorted_rows` and `ids.with_ids`. Problems are complete after the last one.
        """
        numbered = self._found.select(["id", "email", "created"]).append_column(
            "customer", pa.array(customer, pa.int32())
        )
        numbered = numbered.append_column(
            "person", pa.array(np.arange(len(customer), dtype=np.int32))
        )
        self._duck.offer("people", numbered)
        names: Any = self._found["name"].combine_chunks()
        opened = self._events
        reading = EventReading(self._duck, opened, self.tool, self.zone, opened.problems)
        for batch in reading.sorted_rows(attributes, subjects=subjects, size=size):
            yield with_ids(batch, names)
        self.problems += reading.problems
        self.notes += reading.notes

    @cached_property
    def _events(self) -> Opened:
        return open_file(self._duck, self.events_file, "event_rows")

    def kinds(self) -> set[str]:
        """Read which kinds stand in the events file."""
        opened = self._events
        opened.need("kind")
        kind = opened.trimmed("kind")
        rows = self._duck.rows(f"SELECT DISTINCT {kind} FROM {opened.relation}")  # noqa: S608
        return {str(row[0]) for row in rows if row[0]}
