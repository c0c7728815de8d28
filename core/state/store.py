"""The state's door: opens, locks, copies and migrates it, and hands out transactions.

SQLite by default, in the workspace folder; PostgreSQL by URL. A crash at any moment leaves the
last committed transaction, whole.
"""

import contextlib
import tempfile
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import Connection, Dialect, Engine, Table
from sqlalchemy.dialects import postgresql as postgresql_dialect
from sqlalchemy.dialects import sqlite as sqlite_dialect
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, NoSuchModuleError, OperationalError

from journeysync.core.errors import Locked, Usage
from journeysync.core.state import postgres, sqlite
from journeysync.core.state.migrations import VERSION, migrate, version_of

if TYPE_CHECKING:
    from sqlalchemy.sql.compiler import SQLCompiler


class Store:
    """An open state. `begin()` gives a transaction; all functions of this package take one."""

    def __init__(self, engine: Engine, *, held: contextlib.ExitStack | None = None) -> None:
        self._engine = engine
        self._held = held or contextlib.ExitStack()
        self._open: Connection | None = None

    @contextlib.contextmanager
    def begin(self) -> Iterator[Connection]:
        """Run one transaction: all of it is kept, or nothing. One inside another is part of it."""
        if self._open is not None:
            with self._open.begin_nested():
                yield self._open
            return
        with self._engine.begin() as connection:
            self._open = connection
            try:
                yield connection
            finally:
                self._open = None

    def close(self) -> None:
        """Let go of the database and the lock; a copy made for a dry run is thrown away."""
        self._engine.dispose()
        self._held.close()


def open_store(url: str, folder: Path, *, dry_run: bool, lock: bool = False) -> Store:
    """Open the state at `url`, relative paths from `folder`; `lock` holds it for one run.

    A dry run works on a throw-away copy, and where there is no state yet it creates none.
    Raises Usage when the URL is wrong, the state unreadable or newer, or the folder read-only;
    Locked when another run holds the state.
    """
    place = parse(url, folder)
    opened = _open_sqlite if place.get_backend_name() == "sqlite" else _open_postgres
    return opened(place, dry_run=dry_run, lock=lock)


def read_store(url: str, folder: Path) -> Store:
    """Open a state to look at it: nothing can be changed, and no run is disturbed."""
    place = parse(url, folder)
    if place.get_backend_name() == "postgresql" and _version(place) == VERSION:
        return Store(postgres.engine(place, read_only=True))
    return open_store(url, folder, dry_run=True)


def has_state(url: str, folder: Path) -> bool:
    """Say whether there is a state to open, without creating one."""
    place = parse(url, folder)
    if place.get_backend_name() == "sqlite":
        path = sqlite.file_of(place)
        return path is not None and path.exists()
    return _version(place) > 0


@contextlib.contextmanager
def run_lock(url: str, folder: Path) -> Iterator[None]:
    """Hold a workspace without opening its state. Raises Locked when another run holds it.

    A run takes the lock with `open_store(..., lock=True)`, which a lost connection ends too.
    """
    place = parse(url, folder)
    if place.get_backend_name() == "sqlite":
        with sqlite.lock(place, Locked(postgres.TAKEN)):
            yield
        return
    engine = postgres.engine(place)
    try:
        with postgres.explained(place), engine.begin() as connection:
            postgres.take_lock(connection)
        yield
    finally:
        engine.dispose()


def upsert(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    """Insert rows, or replace all other columns where the primary key is there already."""
    if not rows:
        return
    dialect = connection.dialect
    statement, order = _upsert(table, tuple(rows[0]), dialect)
    # Past SQLAlchemy's own care for each row, which costs more than storing it.
    if order is None:
        connection.exec_driver_sql(statement, rows)
    else:
        connection.exec_driver_sql(
            statement, [tuple([row[name] for name in order]) for row in rows]
        )


@lru_cache(maxsize=256)
def _upsert(
    table: Table, given: tuple[str, ...], dialect: Dialect
) -> tuple[str, tuple[str, ...] | None]:
    """Write the statement, and the order of its parameters where they have no names."""
    keys = [column.name for column in table.primary_key]
    rest = [column.name for column in table.columns if column.name not in keys]
    made = sqlite_dialect if dialect.name == "sqlite" else postgresql_dialect
    statement = made.insert(table)
    if rest:
        statement = statement.on_conflict_do_update(
            index_elements=keys, set_={name: statement.excluded[name] for name in rest}
        )
    else:
        statement = statement.on_conflict_do_nothing(index_elements=keys)
    compiled = cast("SQLCompiler", statement.compile(dialect=dialect, column_keys=list(given)))
    order = compiled.positiontup
    return str(compiled), None if order is None else tuple(order)


def chunks(values: list[str], size: int = 5000) -> Iterator[list[str]]:
    """Cut a list so that each part is one question to the database."""
    for start in range(0, len(values), size):
        yield values[start : start + size]


def parse(url: str, folder: Path) -> URL:
    """Read a state's URL; relative files start in the folder. Raises Usage."""
    backend = ""
    with contextlib.suppress(ArgumentError, NoSuchModuleError, ValueError):
        # The name without `ql` is what many providers show.
        place = make_url(f"postgresql{url[8:]}" if url.startswith("postgres:") else url)
        backend = place.get_backend_name()
    if backend not in ("sqlite", "postgresql"):
        raise Usage(
            "`state` is no database URL that journeysync knows. "
            "Write `sqlite:///journeysync.db` or `postgresql://…`."
        )
    path = sqlite.file_of(place) if backend == "sqlite" else None
    return place if path is None else place.set(database=str(folder / path))


def _open_sqlite(place: URL, *, dry_run: bool, lock: bool) -> Store:
    with contextlib.ExitStack() as held:
        if lock:
            held.enter_context(sqlite.lock(place, Locked(postgres.TAKEN)))
        if dry_run:
            copy = tempfile.TemporaryDirectory(prefix="journeysync-dry-run-")
            place = sqlite.copied(place, Path(held.enter_context(copy)))
        try:
            engine = sqlite.engine(place)
            with engine.begin() as connection:
                migrate(connection)
        except OperationalError as error:
            if "disk is full" in str(error):
                raise  # no mistake of anybody's: said as a full disk everywhere else
            raise Usage(sqlite.cannot(place, error)) from None
        except DatabaseError as error:
            raise Usage(
                f"The state {place.database} is no database of journeysync "
                f"({sqlite.short(error)}). Move it away to start a new one, or restore a backup."
            ) from None
        return Store(engine, held=held.pop_all())


def _open_postgres(place: URL, *, dry_run: bool, lock: bool) -> Store:
    engine = postgres.engine(place)
    try:
        with postgres.explained(place), engine.begin() as connection:
            if dry_run:
                postgres.shadow(connection)
            postgres.look_usable(connection)
            if lock:
                postgres.take_lock(connection)
            migrate(connection)
    except BaseException:
        engine.dispose()
        raise
    return Store(engine)


def _version(place: URL) -> int:
    engine = postgres.engine(place, read_only=True)
    try:
        with postgres.explained(place), engine.begin() as connection:
            return version_of(connection)
    finally:
        engine.dispose()
