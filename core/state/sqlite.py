"""A state in a SQLite file: private to its owner, copied for dry runs, held by a file beside it.

SQLite gives its side files the rights of the database, so the database is made with none for
others before SQLite first opens it: all of it is personal data.
"""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL

from journeysync.core.errors import Locked, Usage

OWNER_ONLY = 0o600


def engine(place: URL) -> Engine:
    """Return how to reach the file, which is made where it is not there."""
    path = file_of(place)
    if path is not None:
        try:
            _private(path)
        except OSError as error:
            raise Usage(cannot(place, error)) from None
    made = create_engine(place, hide_parameters=True)  # they are personal data
    event.listen(made, "connect", _tune)
    event.listen(made, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    return made


def file_of(place: URL) -> Path | None:
    """Name the file; None where the state is in memory."""
    return None if place.database in (None, "", ":memory:") else Path(str(place.database))


@contextlib.contextmanager
def lock(place: URL, taken: Locked) -> Iterator[None]:
    """Hold the file for one run; the operating system lets go when the process dies."""
    path = file_of(place)
    if path is None:
        yield
        return
    beside = Path(f"{path}.lock")
    try:
        _private(beside)
        held = sqlite3.connect(beside, timeout=0, isolation_level=None)
        held.execute("BEGIN EXCLUSIVE")
    except (OSError, sqlite3.OperationalError) as error:
        if "locked" in str(error):
            raise taken from None
        raise Usage(cannot(place, error)) from None
    try:
        yield
    finally:
        held.close()


def copied(place: URL, folder: Path) -> URL:
    """Copy a state as it was last committed; where there is none, name the place for a new one."""
    target = folder / "state.db"
    original = file_of(place)
    if original is not None and original.exists():
        try:
            _back_up(original, target)
        except sqlite3.DatabaseError as error:
            raise Usage(cannot(place, error)) from None
    return place.set(database=str(target))


def cannot(place: URL, error: Exception) -> str:
    """Say that a file cannot be opened, and what to look at."""
    return (
        f"The state at {place.database} cannot be opened ({short(error)}). "
        "Check that the folder exists and may be written to."
    )


def short(error: Exception) -> str:
    """Return the first line of what SQLite said."""
    if isinstance(error, OSError):
        return error.strerror or type(error).__name__
    return str(getattr(error, "orig", None) or error).splitlines()[0]


def _private(path: Path) -> None:
    if not path.exists():
        path.touch(mode=OWNER_ONLY)


def _tune(connection: sqlite3.Connection, _record: object) -> None:
    # The driver's own transaction handling would commit around DDL: migrations must be whole.
    connection.isolation_level = None
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")  # an intent must survive a power cut
    connection.execute("PRAGMA cache_size=-65536")  # KiB: the upper pages of large indexes fit


def _back_up(original: Path, target: Path) -> None:
    """Copy also out of a folder that may not be written to."""
    _private(target)
    quiet = not Path(f"{original}-wal").exists()
    # `immutable` needs no side files, and nobody can be writing a state whose log is not there.
    source = f"file:{quote(str(original))}?mode=ro" + ("&immutable=1" if quiet else "")
    with (
        contextlib.closing(sqlite3.connect(source, uri=True)) as connection,
        contextlib.closing(sqlite3.connect(target)) as copy,
    ):
        connection.backup(copy)
