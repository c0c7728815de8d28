"""Any of the three formats as something DuckDB can read, and the rules for its columns.

CSV and JSONL come through `rows` as text with line numbers; Parquet is read where it lies, and its
"line" is the number of the row. No cell is judged here.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import pyarrow as pa

from journeysync.connectors.files.duck import Duck, Error
from journeysync.connectors.files.rows import Rows, read_csv, read_jsonl
from journeysync.core.errors import Usage
from journeysync.core.problems import Problem

_NESTED = ("STRUCT", "MAP", "UNION", "BLOB", "JSON")
_WHOLE_BELOW = 1_000_000_000_000_000


@dataclass(frozen=True)
class Opened:
    """A file whose columns can be asked for in SQL."""

    path: Path
    relation: str
    """What stands after FROM: its rows are called `e`."""
    line: str
    """In SQL: the line a row begins on."""
    types: dict[str, str]
    """Column of the file -> DuckDB type."""
    cells: dict[str, str]
    """Column of the file -> in SQL: what it holds. SQL knows no upper and lower case, files do."""
    problems: list[Problem] = field(default_factory=list)

    @property
    def is_parquet(self) -> bool:
        """Whether the file is read where it lies."""
        return self.path.suffix.lower() == ".parquet"

    def text(self, column: str) -> str:
        """Say in SQL what a column holds as text; null where it is empty or not there."""
        plain = self.plain(column)
        return f"nullif({plain}, '')" if self.types.get(column) == "VARCHAR" else plain

    def plain(self, column: str) -> str:
        """Say in SQL what a column holds as text; null or empty text where there is none."""
        if column not in self.types:
            return "NULL::VARCHAR"
        name, kind = self.cells[column], self.types[column]
        if kind == "VARCHAR":
            return name
        if kind == "DATE":
            return f"strftime({name}, '%Y-%m-%d')"
        if kind.startswith("TIMESTAMP"):
            return f"strftime({name}, '%Y-%m-%dT%H:%M:%S.%f') || '+00:00'"
        if kind in {"DOUBLE", "FLOAT"} or kind.startswith("DECIMAL"):
            return (
                f"CASE WHEN {name} = trunc({name}) AND abs({name}) < {_WHOLE_BELOW} "
                f"THEN {name}::BIGINT::VARCHAR "
                f"WHEN isfinite({name}::DOUBLE) THEN {name}::VARCHAR END"
            )
        if kind.startswith(_NESTED) or kind.endswith("]"):
            raise Usage(
                f"The column `{column}` of `{self.path}` holds {kind.partition('(')[0].lower()} "
                "values. Write text, numbers or true and false."
            )
        return f"{name}::VARCHAR"

    def trimmed(self, column: str) -> str:
        """Say in SQL what a column holds as text without outer spaces."""
        if self.types.get(column) != "VARCHAR":
            return self.text(column)
        # Nearly no text has any: looking at both ends is ten times cheaper than trimming.
        name = self.cells[column]
        return (
            f"nullif(CASE WHEN unicode({name}) <= 32 OR unicode({name}[-1]) <= 32 "
            f"THEN trim({name}, ' ' || chr(9) || chr(10) || chr(11) || chr(12) || chr(13)) "
            f"ELSE {name} END, '')"
        )

    def need(self, *columns: str) -> None:
        """Raise Usage unless the file has these columns; an empty JSONL file has all."""
        if not self.types and self.path.name.removesuffix(".gz").endswith((".jsonl", ".ndjson")):
            return
        missing = [f"`{column}`" for column in columns if column not in self.types]
        if missing:
            raise Usage(
                f"`{self.path}` has no column {' and none '.join(missing)}{self._hint(columns)}"
            )

    def _hint(self, wanted: Collection[str]) -> str:
        names = list(self.types)
        for mark, word in ((";", "semicolons"), ("\t", "tabs")):
            if len(names) == 1 and mark in names[0]:
                return f": its columns are parted by {word}. Save it with commas."
        plain = {name.lower().replace(" ", "_").replace("-", "_"): name for name in names}
        for column in wanted:
            near = get_close_matches(column, plain, n=1)
            if column not in self.types and near:
                return f"; did you mean `{plain[near[0]]}`? Call it `{column}`."
        return f". It has {', '.join(f'`{name}`' for name in names)}."


def open_file(duck: Duck, path: Path, name: str) -> Opened:
    """Open a file; `name` is what its rows are called in the database."""
    plain = path.name.removesuffix(".gz").lower()
    if plain.endswith(".parquet") and not path.name.endswith(".gz"):
        return _open_parquet(duck, path)
    if plain.endswith(".csv"):
        return _register(duck, path, name, read_csv(path))
    if plain.endswith((".jsonl", ".ndjson")):
        return _register(duck, path, name, read_jsonl(path))
    raise Usage(
        f"`{path}` is of no known format. Files end in .csv, .jsonl or .parquet; .csv and .jsonl "
        "may be followed by .gz."
    )


def _register(duck: Duck, path: Path, name: str, rows: Rows) -> Opened:
    cells = {column: f"c{at}" for at, column in enumerate(rows.columns)}
    table: dict[str, Any] = {"line": pa.array(rows.lines, pa.int64())}
    table |= {cells[one]: texts for one, texts in rows.columns.items()}
    duck.offer(name, pa.table(table))
    return Opened(
        path=path,
        relation=f"{name} e",
        line="e.line",
        types=dict.fromkeys(cells, "VARCHAR"),
        cells={column: f"e.{cell}" for column, cell in cells.items()},
        problems=rows.problems,
    )


def _open_parquet(duck: Duck, path: Path) -> Opened:
    if not path.is_file():
        raise Usage(f"There is no file `{path}`. Look at its name and folder.")
    source = f"read_parquet({literal(str(path))}, file_row_number = true)"
    try:
        described = duck.rows(f"DESCRIBE SELECT * FROM {source}")  # noqa: S608
    except Error:
        raise Usage(f"`{path}` is no Parquet file, or a damaged one. Get it again.") from None
    types = {str(row[0]): str(row[1]) for row in described if row[0] != "file_row_number"}
    return Opened(
        path=path,
        relation=f"{source} e",
        line="(e.file_row_number + 1)",
        types=types,
        cells={column: f"e.{quoted(column)}" for column in types},
    )


def quoted(name: str) -> str:
    """Write a name for SQL."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Write a text for SQL."""
    return "'" + text.replace("'", "''") + "'"
