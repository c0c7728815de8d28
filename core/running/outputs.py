"""Tables of text as files: CSV or Parquet, all of them or none.

Batches go into a folder of their own beside the files they are to become; only when the last one is
written do they take their names. Whatever goes wrong before that leaves the old files as they were.
"""

import csv
import io
import shutil
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Literal, cast

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from journeysync.core.errors import Usage
from journeysync.core.running.rows import COLUMNS

Format = Literal["csv", "parquet"]


class _Writer(ABC):
    """Writes one table."""

    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        self.path = path
        self.columns = columns
        # A Python file, because its errors say by number that a disk is full.
        self._file = path.open("wb")

    @abstractmethod
    def write(self, table: "pa.Table") -> None:
        """Write the next rows."""

    def close(self) -> None:
        """Write what is left."""
        self._file.close()


class _Csv(_Writer):
    """Quotes only where a text needs it, as people expect of a CSV file."""

    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        super().__init__(path, columns)
        self._file.write((",".join(columns) + "\n").encode())

    def write(self, table: "pa.Table") -> None:
        plain = pyarrow.csv.WriteOptions(include_header=False, quoting_style="none")
        texts = table.cast(pa.schema([(name, pa.string()) for name in table.column_names]))
        buffer = io.BytesIO()
        try:
            pyarrow.csv.write_csv(texts, buffer, plain)
        except pa.ArrowInvalid:  # a text holds a comma, a quote or a line's end
            self._file.write(_quoted(texts))
        else:
            self._file.write(buffer.getbuffer())


def _quoted(table: "pa.Table") -> bytes:
    text = io.StringIO(newline="")
    rows = zip(*(column.to_pylist() for column in table.columns), strict=True)
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


class _Parquet(_Writer):
    """All columns are text, as in the CSV file."""

    _writer: Any = None

    def write(self, table: "pa.Table") -> None:
        if self._writer is None:
            self._open(table.schema)
        self._writer.write_table(table)

    def _open(self, schema: "pa.Schema") -> None:
        repeating = [one.name for one in schema if pa.types.is_dictionary(one.type)]
        self._writer = pyarrow.parquet.ParquetWriter(
            self._file,
            schema,
            compression="snappy",
            use_dictionary=cast("Any", repeating),
            write_statistics=False,
            store_schema=False,
        )

    def close(self) -> None:
        if self._writer is None:
            self._open(pa.schema([(name, pa.string()) for name in self.columns]))
        self._writer.close()
        super().close()


_WRITERS: Mapping[Format, type[_Writer]] = {"csv": _Csv, "parquet": _Parquet}


class Outputs:
    """Files of all tables in the making."""

    def __init__(self, folder: Path, form: Format | None) -> None:
        self.folder = folder
        """Where they are made; also for what a reading sorts on disk."""
        self._writers = (
            {
                name: _WRITERS[form](folder / f"{name}.{form}", columns)
                for name, columns in COLUMNS.items()
            }
            if form
            else {}
        )

    def add(self, tables: Mapping[str, "pa.Table"]) -> None:
        """Take the next rows of each table."""
        for name, writer in self._writers.items():
            writer.write(tables[name])

    def close(self) -> None:
        """Write what is left, so that a full disk shows itself before anything gets its name."""
        for writer in self._writers.values():
            writer.close()

    def move_to(self, out: Path) -> None:
        """Give the files their names."""
        for writer in self._writers.values():
            writer.path.replace(out / writer.path.name)


@contextmanager
def outputs(out: Path | None, form: Format) -> Iterator[Outputs]:
    """Make files for a folder (None: none), which is made if need be.

    Call `close` and `move_to` when all is written; nothing that is not whole is left behind.
    Raises Usage where the folder cannot be used.
    """
    made = out is not None and not out.exists()
    try:
        if out is not None:
            out.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=".journeysync-", dir=out))
    except OSError as error:
        raise Usage(
            f"The folder `{out}` cannot be written: {error.strerror}. Name another one with --out."
        ) from None
    done = False
    try:
        yield Outputs(folder, None if out is None else form)
        done = True
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if made and not done and out is not None:
            with suppress(OSError):  # somebody put something there meanwhile
                out.rmdir()
