"""DuckDB as the reader and sorter of files: one connection with our limits and functions.

Its stubs do not know what a query returns; here that is said once.
"""

import errno
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pyarrow as pa

from journeysync.connectors.files.instants import parse_instant
from journeysync.core.addresses import normal_email
from journeysync.core.errors import Usage

MEMORY = "1GB"
"""What may be held before sorting goes on on disk."""

Error = duckdb.Error


@contextmanager
def _plain_errors() -> Iterator[None]:
    """Turn what a full disk or a damaged file does to DuckDB into what it is."""
    try:
        yield
    except duckdb.OutOfMemoryException:
        # What memory does not hold goes to disk: only a full one ends in this.
        raise OSError(errno.ENOSPC, "The disk is full") from None
    except duckdb.Error as error:
        text = str(error)
        if "No space left" in text:
            raise OSError(errno.ENOSPC, "The disk is full") from None
        if any(sign in text for sign in _DAMAGED):
            raise Usage("One of the Parquet files is damaged. Get it again.") from None
        raise


_DAMAGED = ("Failed to read file", "in Parquet file", "Out of buffer", "bytes outside file")
"""How DuckDB says that a Parquet file's inside is not what its end promised."""


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
        with _plain_errors():
            self._connection.execute(sql)

    def offer(self, name: str, table: Any) -> None:
        """Let queries read an Arrow table by a name."""
        self._connection.register(name, table)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Fetch all rows."""
        with _plain_errors():
            found: list[tuple[Any, ...]] = self._connection.execute(sql).fetchall()
        return found

    def table(self, sql: str) -> Any:
        """Fetch all rows as an Arrow table."""
        with _plain_errors():
            return self._connection.sql(sql).to_arrow_table()

    def numbers(self, sql: str) -> list[Any]:
        """Fetch the columns of a query as NumPy arrays."""
        with _plain_errors():
            return list(self._connection.sql(sql).fetchnumpy().values())

    def batches(self, sql: str, size: int) -> Iterator[Any]:
        """Fetch rows as Arrow batches, little by little; no other query may run meanwhile."""
        with _plain_errors():
            reader = iter(self._connection.sql(sql).to_arrow_reader(size))
        while True:
            with _plain_errors():
                batch = next(reader, None)
            if batch is None:
                return
            yield batch

    def close(self) -> None:
        """Let go of everything."""
        self._connection.close()
        self._connection = None


def _instant(text: str | None, zone: ZoneInfo) -> int | None:
    try:
        return None if text is None else parse_instant(text, zone)
    except ValueError:
        return None
