"""DuckDB as the reader and sorter of files: one connection with our limits and functions.

Its stubs do not know what a query returns; here that is said once.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pyarrow as pa

from journeysync.connectors.files.instants import parse_instant
from journeysync.core.addresses import normal_email

MEMORY = "1GB"
"""What may be held before sorting goes on on disk."""

Error = duckdb.Error


class Duck:
    """A database in memory for the time of one reading."""

    def __init__(self, folder: Path, zone: ZoneInfo) -> None:
        self._connection: Any = duckdb.connect(
            config={"memory_limit": MEMORY, "temp_directory": str(folder)}
        )
        self.run("SET TimeZone = 'UTC'")
        self.run("SET enable_progress_bar = false")
        self._function("read_instant", lambda text: _instant(text, zone), "BIGINT", pa.int64())
        self._function(
            "normal_email", lambda text: normal_email(text or ""), "VARCHAR", pa.string()
        )

    def _function(self, name: str, body: Callable[[Any], Any], kind: str, made: Any) -> None:
        self._connection.create_function(
            name,
            lambda texts: pa.array([body(text) for text in texts.to_pylist()], made),
            ["VARCHAR"],
            kind,
            type="arrow",
            null_handling="special",
        )

    def run(self, sql: str) -> None:
        """Carry out a statement."""
        self._connection.execute(sql)

    def offer(self, name: str, table: Any) -> None:
        """Let queries read an Arrow table by a name."""
        self._connection.register(name, table)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Fetch all rows."""
        found: list[tuple[Any, ...]] = self._connection.execute(sql).fetchall()
        return found

    def table(self, sql: str) -> Any:
        """Fetch all rows as an Arrow table."""
        return self._connection.sql(sql).to_arrow_table()

    def numbers(self, sql: str) -> list[Any]:
        """Fetch the columns of a query as NumPy arrays."""
        return list(self._connection.sql(sql).fetchnumpy().values())

    def batches(self, sql: str, size: int) -> Iterator[Any]:
        """Fetch rows as Arrow batches, little by little; no other query may run meanwhile."""
        yield from self._connection.sql(sql).to_arrow_reader(size)

    def close(self) -> None:
        """Let go of everything."""
        self._connection.close()


def _instant(text: str | None, zone: ZoneInfo) -> int | None:
    try:
        return None if text is None else parse_instant(text, zone)
    except ValueError:
        return None
