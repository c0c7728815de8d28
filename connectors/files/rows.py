"""CSV and JSONL files as columns of text with their line numbers; broken rows are set aside.

A row that cannot be taken apart is reported with its line and the rest goes on. What stands in
the columns is not judged here.
"""

import csv
import gzip
import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa

from journeysync.core.errors import Usage
from journeysync.core.problems import Problem

_LONGEST_CELL = 131_072
_PART = 50_000
_SURROGATES = range(0xDC80, 0xDD00)


@dataclass
class Rows:
    """A file taken apart."""

    columns: dict[str, Any]
    """Column -> its cells as an Arrow column of text; null where empty."""
    lines: list[int] = field(default_factory=list)
    """The line each row begins on."""
    problems: list[Problem] = field(default_factory=list)


def read_text(path: Path) -> str:
    """Read a file, unpacked if need be; bytes that are no UTF-8 are kept as surrogates."""
    try:
        raw = path.read_bytes()
        if path.name.endswith(".gz"):
            raw = gzip.decompress(raw)
    except FileNotFoundError:
        raise Usage(f"There is no file `{path}`. Look at its name and folder.") from None
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise Usage(
            f"`{path}` cannot be unpacked: it is damaged or no gzip. Get it again."
        ) from None
    except OSError as error:
        raise Usage(f"`{path}` cannot be read: {error.strerror}.") from None
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in raw[:1000]:
        raise Usage(
            f"`{path}` is no UTF-8 text (UTF-16, or a spreadsheet or other binary file). "
            "Save it as CSV in UTF-8."
        )
    return raw.decode("utf-8-sig", errors="surrogateescape")


def read_csv(path: Path) -> Rows:
    """Read a CSV file with a header."""
    lines = list(io.StringIO(read_text(path), newline=""))
    if not any(line.strip() for line in lines):
        raise Usage(f"`{path}` is empty. Its first line must name the columns.")
    parsed = _CsvRows(lines, str(path))
    header = _header(path, parsed)
    width = len(header)
    kept: list[list[str]] = []
    parts: list[Any] = []
    rows = Rows({}, problems=parsed.problems)
    escaped = any(_undecoded(line) for line in lines)
    for line, cells in parsed:
        if not any(cells):
            continue
        if escaped and any(_undecoded(cell) for cell in cells):
            rows.problems.append(_not_utf8(path, line))
        elif len(cells) == width:
            kept.append(cells)
            rows.lines.append(line)
            if len(kept) == _PART:
                parts.append(_turned(header, kept))
                kept = []
        else:
            rows.problems.append(_ragged(path, line, len(cells), width))
    whole = pa.concat_tables([*parts, _turned(header, kept)])
    rows.columns = dict(zip(header, whole.columns, strict=True))
    return rows


def _turned(header: list[str], rows: list[list[str]]) -> "pa.Table":
    """Turn rows into columns: Arrow holds them in a tenth of what Python needs."""
    turned: Any = zip(*rows, strict=True) if rows else ((),) * len(header)
    columns = [pa.array([cell or None for cell in cells], pa.string()) for cells in turned]
    return pa.Table.from_arrays(columns, names=header)


class _CsvRows:
    """Rows with their first line; after a broken one reading goes on with the next line.

    A quote that is never closed would swallow all that follows it: then only its line is lost.
    """

    def __init__(self, lines: list[str], file: str) -> None:
        self.problems: list[Problem] = []
        self._lines = lines
        self._file = file
        self._next = 0

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        reader = self._reader()
        while self._next < len(self._lines):
            first = self._next
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                self.problems.append(
                    Problem(
                        self._file,
                        first + 1,
                        "JF101",
                        f"The row is no CSV ({error}). Is a quote missing or one too many?",
                    )
                )
                self._next = first + 1
                reader = self._reader()
                continue
            yield first + 1, cells

    def _reader(self) -> Iterator[list[str]]:
        csv.field_size_limit(_LONGEST_CELL)
        return csv.reader(self._feed(), strict=True)

    def _feed(self) -> Iterator[str]:
        while self._next < len(self._lines):
            self._next += 1
            yield self._lines[self._next - 1]


def _header(path: Path, parsed: _CsvRows) -> list[str]:
    names = next((cells for _, cells in parsed if cells and any(cells)), [])
    if parsed.problems or any(_undecoded(name) for name in names):
        raise Usage(f"The header of `{path}` cannot be read. Save the file as CSV in UTF-8.")
    header = [name.strip() for name in names]
    if "" in header:
        raise Usage(
            f"Column {header.index('') + 1} of `{path}` has no name. Name it or take it out."
        )
    twice = sorted({name for name in header if header.count(name) > 1})
    if twice:
        raise Usage(f"`{path}` has two columns called `{twice[0]}`. Rename or remove one of them.")
    return header


def read_jsonl(path: Path) -> Rows:
    """Read a file of one JSON object per line."""
    rows = Rows({})
    columns: dict[str, list[str | None]] = {}
    decoder = msgspec.json.Decoder()
    for line, text in enumerate(io.StringIO(read_text(path), newline="\n"), start=1):
        if not text.strip():
            continue
        try:
            if _undecoded(text):
                rows.problems.append(_not_utf8(path, line))
                continue
            content = decoder.decode(text.strip())
        except msgspec.DecodeError:
            rows.problems.append(Problem(str(path), line, "JF102", "The line is no valid JSON."))
            continue
        if not isinstance(content, dict):
            rows.problems.append(
                Problem(str(path), line, "JF102", "The line is no JSON object `{...}`.")
            )
            continue
        for name in content:
            if name not in columns:
                columns[name] = [None] * len(rows.lines)
        for name, cells in columns.items():
            cells.append(_text(content.get(name)))
        rows.lines.append(line)
    rows.columns = {name: pa.array(cells, pa.string()) for name, cells in columns.items()}
    return rows


def _text(value: Any) -> str | None:
    """Write a JSON value as a file would hold it; whole numbers without `.0`."""
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:  # noqa: PLR2004
        return str(int(value))
    return msgspec.json.encode(value).decode()


def _undecoded(text: str) -> bool:
    return not text.isascii() and any(ord(letter) in _SURROGATES for letter in text)


def _not_utf8(path: Path, line: int) -> Problem:
    return Problem(
        str(path), line, "JF103", "The row is not UTF-8. Save the file as UTF-8 and run again."
    )


def _ragged(path: Path, line: int, found: int, wanted: int) -> Problem:
    cells = f"{found} cell" if found == 1 else f"{found} cells"
    return Problem(
        str(path),
        line,
        "JF104",
        f"The row has {cells} where the header names {wanted}. Is a comma not quoted?",
    )
