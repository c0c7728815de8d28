"""The state's door: opens, locks, copies and migrates it, and hands out transactions.

SQLite by default, in the workspace folder; PostgreSQL by URL. A crash at any moment leaves the
last committed transaction, whole.
"""

import contextlib
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, Table, create_engine, event, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, NoSuchModuleError, OperationalError

from journeysync.core.errors import Locked, Usage
from journeysync.core.state.migrations import migrate, version_of

_LOCK_NUMBER = 0x6A73796E63  # "jsync": any number that other programs are unlikely to lock


class Store:
    """An open state. `begin()` gives a transaction; all functions of this package take one."""

    def __init__(
        self, engine: Engine, *, copy: tempfile.TemporaryDirectory[str] | None = None
    ) -> None:
        self._engine = engine
        self._copy = copy

    @contextlib.contextmanager
    def begin(self) -> Iterator[Connection]:
        """Run one transaction: all of it is kept, or nothing."""
        with self._engine.begin() as connection:
            yield connection

    def close(self) -> None:
        """Let go of the database; a copy made for a dry run is thrown away."""
        self._engine.dispose()
        if self._copy is not None:
            self._copy.cleanup()


def open_store(url: str, folder: Path, *, dry_run: bool) -> Store:
    """Open the state at `url`, relative paths from `folder`.

    A dry run works on a throw-away copy, and where there is no state yet it creates none.
    Raises Usage when the URL is wrong, the state unreadable or newer, or the folder read-only.
    """
    place = _parse(url, folder)
    copy: tempfile.TemporaryDirectory[str] | None = None
    if dry_run and place.get_backend_name() == "sqlite":
        copy = tempfile.TemporaryDirectory(prefix="journeysync-dry-run-")
        place = _copied(place, Path(copy.name))
    try:
        engine = _engine(place)
        with engine.begin() as connection:
            migrate(connection)
    except OperationalError as error:
        if "disk is full" in str(error):
            raise  # no mistake of anybody's: said as a full disk everywhere else
        raise Usage(_cannot(place, error)) from None
    except DatabaseError as error:
        raise Usage(
            f"The state {place.database} is no database of journeysync ({_short(error)}). "
            "Move it away to start a new one, or restore a backup."
        ) from None
    return Store(engine, copy=copy)


def has_state(url: str, folder: Path) -> bool:
    """Say whether there is a state to open, without creating one."""
    place = _parse(url, folder)
    if place.get_backend_name() == "sqlite":
        return bool(place.database) and Path(str(place.database)).exists()
    with _engine(place).connect() as connection:
        return version_of(connection) > 0


@contextlib.contextmanager
def run_lock(url: str, folder: Path) -> Iterator[None]:
    """Hold the workspace for one run; the operating system lets go when the process dies.

    Raises Locked when another run holds it.
    """
    place = _parse(url, folder)
    taken = Locked("Another run holds this workspace. Wait until it ends, then run again.")
    if place.get_backend_name() == "sqlite":
        if place.database in (None, "", ":memory:"):
            yield
            return
        try:
            lock = sqlite3.connect(f"{place.database}.lock", timeout=0, isolation_level=None)
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            if "locked" in str(error):
                raise taken from None
            raise Usage(_cannot(place, error)) from None
        try:
            yield
        finally:
            lock.close()
        return
    with _engine(place).connect() as connection:
        if not connection.execute(
            text("select pg_try_advisory_lock(:n)"), {"n": _LOCK_NUMBER}
        ).scalar():
            raise taken
        yield


def upsert(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    """Insert rows, or replace all other columns where the primary key is there already."""
    if not rows:
        return
    keys = [column.name for column in table.primary_key]
    rest = [column.name for column in table.columns if column.name not in keys]
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    statement = dialect.insert(table)
    if rest:
        statement = statement.on_conflict_do_update(
            index_elements=keys, set_={name: statement.excluded[name] for name in rest}
        )
    else:
        statement = statement.on_conflict_do_nothing(index_elements=keys)
    connection.execute(statement, rows)


def chunks(values: list[str], size: int = 500) -> Iterator[list[str]]:
    """Cut a list so that each part fits into one `IN (…)`."""
    for start in range(0, len(values), size):
        yield values[start : start + size]


def _parse(url: str, folder: Path) -> URL:
    try:
        place = make_url(url)
        backend = place.get_backend_name()
    except (ArgumentError, NoSuchModuleError):
        backend = ""
    if backend not in ("sqlite", "postgresql"):
        raise Usage(
            "`state` is no database URL that journeysync knows. "
            "Write `sqlite:///journeysync.db` or `postgresql://…`."
        )
    if backend == "sqlite" and place.database not in (None, "", ":memory:"):
        return place.set(database=str(folder / str(place.database)))
    return place


def _engine(place: URL) -> Engine:
    engine = create_engine(place)
    if place.get_backend_name() == "sqlite":
        event.listen(engine, "connect", _tune)
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    return engine


def _tune(connection: sqlite3.Connection, _record: object) -> None:
    # The driver's own transaction handling would commit around DDL: migrations must be whole.
    connection.isolation_level = None
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")  # an intent must survive a power cut


def _copied(place: URL, folder: Path) -> URL:
    target = folder / "state.db"
    original = Path(str(place.database)) if place.database else None
    if original is not None and original.exists():
        try:
            _back_up(original, target)
        except sqlite3.DatabaseError as error:
            raise Usage(_cannot(place, error)) from None
    return place.set(database=str(target))


def _back_up(original: Path, target: Path) -> None:
    """Copy a state as it was last committed, also out of a folder that may not be written to."""
    quiet = not Path(f"{original}-wal").exists()
    # `immutable` needs no side files, and nobody can be writing a state whose log is not there.
    source = f"file:{quote(str(original))}?mode=ro" + ("&immutable=1" if quiet else "")
    with (
        contextlib.closing(sqlite3.connect(source, uri=True)) as connection,
        contextlib.closing(sqlite3.connect(target)) as copy,
    ):
        connection.backup(copy)


def _cannot(place: URL, error: Exception) -> str:
    where = place.database if place.get_backend_name() == "sqlite" else place.host
    return (
        f"The state at {where} cannot be opened ({_short(error)}). "
        "Check that the folder exists and may be written to."
    )


def _short(error: Exception) -> str:
    return str(getattr(error, "orig", None) or error).splitlines()[0]
