"""Moving a state to another database: all of it or nothing, and compared before it is kept.

Table by table, a few thousand rows at a time, in one transaction of the target. What is compared
is read back from the target: the number of rows and a digest that no order of rows changes.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Connection, Table, delete, func, insert, select
from sqlalchemy.engine import URL

from journeysync.core.errors import Stop, Usage
from journeysync.core.running.progress import Progress, silent
from journeysync.core.state import postgres, sqlite
from journeysync.core.state.store import has_state, open_store, parse, read_store, run_lock
from journeysync.core.state.tables import META, meta

_ROWS = 5000
_WHOLE = 2**128


class NotTheSame(Stop):
    """What arrived is not what was sent; nothing was kept."""


@dataclass(frozen=True, slots=True)
class Content:
    """A table as it can be compared."""

    rows: int = 0
    digest: int = 0
    """The sum of the digests of its rows."""


def copy_state(
    source: str, target: str, folder: Path, *, progress: Progress = silent
) -> dict[str, Content]:
    """Copy the state at one URL to another; return what each table holds.

    Raises Usage where there is nothing to copy or something in the way, Locked while a run works
    on either, NotTheSame where the target does not give back what it was given.
    """
    here, there = parse(source, folder), parse(target, folder)
    if _same(here, there):
        raise Usage("FROM and TO are the same state. Name another place to copy to.")
    if not has_state(source, folder):
        raise Usage(
            "There is no state at FROM. Look at its URL; relative files start in the workspace "
            "folder."
        )
    path = sqlite.file_of(there) if there.get_backend_name() == "sqlite" else None
    if path is None and there.get_backend_name() == "sqlite":
        raise Usage("TO is in memory and would be gone at once. Name a file or a database.")
    new = path is not None and not path.exists()
    with ExitStack() as stack:
        stack.enter_context(run_lock(source, folder))
        reader = read_store(source, folder)
        stack.callback(reader.close)
        writer = open_store(target, folder, dry_run=False, lock=True)
        if path is not None and new:
            stack.push(_removal(path))
        stack.callback(writer.close)
        with reader.begin() as old, writer.begin() as fresh:
            return _copy(old, fresh, progress)


def _copy(old: Connection, fresh: Connection, progress: Progress) -> dict[str, Content]:
    for table in META.sorted_tables:
        rows = fresh.execute(select(func.count()).select_from(table)).scalar() or 0
        if rows > (table is meta):  # an empty state knows its own version
            raise Usage(
                "There is a state at TO already, and copying would mix the two. Name an empty "
                "database or a new file, or move that state away."
            )
    fresh.execute(delete(meta))
    plain = postgres.storable if fresh.dialect.name == "postgresql" else str
    sent = {table.name: _send(old, fresh, table, plain, progress) for table in META.sorted_tables}
    for table in META.sorted_tables:
        if _content(fresh, table) != sent[table.name]:
            raise NotTheSame(
                f"The table `{table.name}` did not arrive as it was sent. Nothing was kept at TO, "
                "and FROM is as it was. Look at the disk of TO, then copy again."
            )
    return sent


def summary(contents: dict[str, Content]) -> str:
    """Return one digest of a whole state, the same in whatever database it lies."""
    told = [f"{name} {one.rows} {one.digest}" for name, one in sorted(contents.items())]
    return hashlib.blake2b("\n".join(told).encode(), digest_size=16).hexdigest()


def _same(one: URL, other: URL) -> bool:
    if one.get_backend_name() == other.get_backend_name() == "sqlite":
        return Path(str(one.database)).resolve() == Path(str(other.database)).resolve()
    return one == other


def _send(
    source: Connection,
    target: Connection,
    table: Table,
    plain: Callable[[str], str],
    progress: Progress,
) -> Content:
    content = Content()
    for rows in _read(source, table):
        some = [[plain(one) if isinstance(one, str) else one for one in row] for row in rows]
        _write(target, table, some)
        content = _with(content, some)
        progress(f"copying {table.name}", content.rows)
    return content


def _content(connection: Connection, table: Table) -> Content:
    content = Content()
    for rows in _read(connection, table):
        content = _with(content, rows)
    return content


def _read(connection: Connection, table: Table) -> Iterator[Sequence[Sequence[Any]]]:
    statement = select(table).execution_options(yield_per=_ROWS)
    yield from connection.execute(statement).partitions()


def _write(connection: Connection, table: Table, rows: list[list[Any]]) -> None:
    names = [column.name for column in table.columns]
    if connection.dialect.name != "postgresql":
        connection.execute(insert(table), [dict(zip(names, row, strict=True)) for row in rows])
        return
    quote = connection.dialect.identifier_preparer.quote
    columns = ", ".join(map(quote, names))
    driver: Any = connection.connection.driver_connection
    statement = f"COPY {quote(table.name)} ({columns}) FROM STDIN"
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
    except Exception as error:
        postgres.say_less(error)
        raise


def _with(content: Content, rows: Sequence[Sequence[Any]]) -> Content:
    encode = msgspec.msgpack.encode
    total = sum(
        int.from_bytes(hashlib.blake2b(encode(tuple(row)), digest_size=16).digest()) for row in rows
    )
    return Content(content.rows + len(rows), (content.digest + total) % _WHOLE)


def _removal(path: Path) -> Callable[..., None]:
    """Leave no empty state behind where the copy did not come about."""

    def remove(failed: type[BaseException] | None, *_: object) -> None:
        for name in (path.name, f"{path.name}-wal", f"{path.name}-shm") if failed else ():
            path.with_name(name).unlink(missing_ok=True)

    return remove
