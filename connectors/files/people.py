"""Person records out of a file, as one Arrow table in the order of their names.

Of rows with one id the lower one counts. A row without an id or with a date nobody can read is
set aside with its reason; the rest goes on.
"""

from collections.abc import Collection
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute

from journeysync.connectors.files.duck import Duck
from journeysync.connectors.files.instants import instant_sql, parse_instant
from journeysync.connectors.files.opening import Opened, literal
from journeysync.core.problems import Problem

pc: Any = pyarrow.compute

COLUMNS = ("id", "email", "phone", "first_name", "last_name", "company_id", "created_at")
LINK = "link:"
ATTRIBUTE = "attr."


def read_people(
    duck: Duck,
    file: Opened,
    tool: str,
    zone: ZoneInfo,
    attributes: Collection[str] | None,
) -> tuple[Any, list[Problem], list[Problem]]:
    """Return the people, the problems and the notes.

    The table: `name` (`tool:id`, ascending, unique), `id`, `email`, `phone`, `first_name`,
    `last_name`, `company` (`tool:id`), `created` (microseconds or null), `line`, `link:TOOL` with
    `TOOL:ID`, and `attr.NAME`. All text; empty text where there is none.
    """
    file.need("id")
    created = "NULL::BIGINT"
    if "created_at" in file.types:
        created = instant_sql(file.cells["created_at"], file.types["created_at"], zone)
    parts = {
        "id": file.trimmed("id"),
        **{name: file.trimmed(name) for name in COLUMNS[1:5]},
        "company": f"{literal(tool + ':')} || {file.trimmed('company_id')}",
        **{
            name: f"{literal(name.removeprefix(LINK) + ':')} || {file.trimmed(name)}"
            for name in file.types
            if name.startswith(LINK)
        },
        **{ATTRIBUTE + name: file.text(name) for name in _attributes(file, attributes)},
    }
    # SQL knows no upper and lower case, files do: columns get their names back afterwards.
    texts = ", ".join(f"coalesce({sql}, '') AS p{at}" for at, sql in enumerate(parts.values()))
    given = file.trimmed("created_at")
    found = duck.table(
        f"SELECT {file.line} AS line, {created} AS created, "  # noqa: S608 - names are quoted
        f"{given} IS NOT NULL AND ({created}) IS NULL AS bad_date, {texts} "
        f"FROM {file.relation} ORDER BY p0, 1"
    ).rename_columns(["line", "created", "bad_date", *parts])
    good, problems = _set_aside(duck, file, found, zone)
    good, notes = _newest(file, good)
    names: Any = pc.binary_join_element_wise(tool, good["id"], ":")
    return good.drop_columns(["bad_date"]).append_column("name", names), problems, notes


def _attributes(file: Opened, wanted: Collection[str] | None) -> list[str]:
    """Name the columns that are attributes and asked for."""
    return [
        name
        for name in file.types
        if name not in COLUMNS and not name.startswith(LINK) and (wanted is None or name in wanted)
    ]


def _set_aside(duck: Duck, file: Opened, found: Any, zone: ZoneInfo) -> tuple[Any, list[Problem]]:
    nameless: Any = pc.equal(found["id"], "")
    bad: Any = pc.or_(nameless, found["bad_date"])
    if not pc.any(bad).as_py():
        return found, []
    problems = []
    for row in found.filter(bad).to_pylist():
        if not row["id"]:
            problems.append(_problem(file, row["line"], "JF201", "The row has no `id`."))
            continue
        (given,) = duck.rows(
            f"SELECT {file.text('created_at')} FROM {file.relation} "  # noqa: S608 - a number
            f"WHERE {file.line} = {int(row['line'])}"
        )[0]
        reason = _reason(str(given), zone)
        problems.append(_problem(file, row["line"], "JF202", f"`created_at`: {reason}."))
    return found.filter(pc.invert(bad)), problems


def _reason(text: str, zone: ZoneInfo) -> str:
    try:
        parse_instant(text, zone)
    except ValueError as error:
        return str(error)
    return f"`{text}` is no date and time"


def _newest(file: Opened, good: Any) -> tuple[Any, list[Problem]]:
    """Keep the lowest row of each id; the table comes in the order of id and line."""
    ids = good["id"].combine_chunks()
    if len(ids) < 2:  # noqa: PLR2004 - two rows are the fewest that can be equal
        return good, []
    same: Any = pc.equal(ids[1:], ids[:-1])
    older = np.append(same.to_numpy(zero_copy_only=False), False)
    if not older.any():
        return good, []
    first = int(np.flatnonzero(older)[0])
    line, then = good["line"][first].as_py(), good["line"][first + 1].as_py()
    note = Problem(
        str(file.path),
        int(then),
        "JF203",
        f"The id stands in line {line} too; the lower row is taken as the newer version. "
        f"There are {int(older.sum())} such older rows.",
        warning=True,
    )
    return good.filter(pa.array(~older)), [note]


def _problem(file: Opened, line: int, code: str, what: str) -> Problem:
    return Problem(str(file.path), line, code, what)
