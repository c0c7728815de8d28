"""A state in PostgreSQL: how it is reached, held for a run, tried out, and what stops it.

Everything a run does with its state goes through one session, and the lock belongs to that
session: a run that has lost its connection has lost the lock and can write no more. Nothing here
says a password, whatever the server answers.
"""

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import URL, ExceptionContext
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import StaticPool

from journeysync.core.errors import BadCredentials, JourneysyncError, Locked, Stop, Usage
from journeysync.core.state.tables import META

LOST = (
    "The connection to the state in PostgreSQL was lost. What was finished is kept; look at the "
    "server and the network, then run again."
)
TAKEN = "Another run holds this workspace. Wait until it ends, then run again."

_LOCK = 0x6A73796E  # "jsyn": any number that other programs are unlikely to lock

_DEFAULTS = {
    "connect_timeout": 10,
    "application_name": "journeysync",
    # A connection that a firewall has dropped is found within two minutes, not two hours.
    "keepalives_idle": 60,
    "keepalives_interval": 10,
    "keepalives_count": 6,
}

_NO_SCHEMA = (
    "The schema that the state's URL names is not there. Create it with `CREATE SCHEMA NAME;`, or "
    "name another one."
)
_REFUSED = ("authentication failed", "no password", "no pg_hba.conf entry", "role ")
_UNREADY = ("starting up", "shutting down", "too many clients", "recovery mode")


def engine(place: URL, *, read_only: bool = False) -> Engine:
    """Return how to reach the server; connects to nothing yet."""
    try:
        import psycopg  # noqa: F401 - an extra: only those who use PostgreSQL need it
    except ImportError:
        raise Usage(
            "A state in PostgreSQL needs a driver that is not installed. "
            "Run `pip install 'journeysync[postgres]'`, then run again."
        ) from None
    made = create_engine(
        place.set(drivername="postgresql+psycopg"),
        poolclass=StaticPool,
        hide_parameters=True,  # they are personal data, and errors are shown with -v
        connect_args={name: value for name, value in _DEFAULTS.items() if name not in place.query},
    )
    event.listen(made, "connect", _once())
    event.listen(made, "connect", _prepare)
    event.listen(made, "handle_error", _quiet)
    if read_only:
        event.listen(made, "begin", _only_read)
    return made


def _once() -> Callable[[object, object], None]:
    """Let a session that is gone stay gone: a new one would have neither the lock nor the copy."""
    met: list[object] = []

    def connected(connection: object, _record: object) -> None:
        if met:
            raise Stop(LOST)
        met.append(connection)

    return connected


def _quiet(context: ExceptionContext) -> None:
    say_less(context.original_exception)
    if context.sqlalchemy_exception is not None and context.connection is not None:
        say_less(context.sqlalchemy_exception)


def say_less(error: BaseException) -> None:
    """Leave of what the server said its first line: the others hold the row."""
    if getattr(getattr(error, "orig", error), "sqlstate", None):
        error.args = (str(error.args[0]).partition("\n")[0], *error.args[1:])


def _prepare(connection: Any, _record: object) -> None:
    """Let no record stop a run because it holds a NUL, which PostgreSQL has no place for."""
    from psycopg.types.string import StrDumper

    class Dumper(StrDumper):
        def dump(self, obj: str) -> Any:
            return super().dump(storable(obj))

    connection.adapters.register_dumper(str, Dumper)


def storable(value: str) -> str:
    """Return a text as PostgreSQL can hold it."""
    return value.replace("\0", "\ufffd")


def _only_read(connection: Connection) -> None:
    connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")


def take_lock(connection: Connection) -> None:
    """Hold this workspace until the session ends. Raises Locked where another session holds it.

    A workspace is a database, or a schema of one where the URL names a search path.
    """
    statement = text("SELECT pg_try_advisory_lock(:n, hashtext(coalesce(current_schema(), '')))")
    if not connection.execute(statement, {"n": _LOCK}).scalar():
        raise Locked(TAKEN)


def look_usable(connection: Connection) -> None:
    """Raise Usage where the database could not hold every text."""
    encoding = connection.exec_driver_sql("SHOW server_encoding").scalar()
    if encoding != "UTF8":
        raise Usage(
            f"The database's encoding is {encoding}, which cannot hold every name. Create one with "
            "`createdb --encoding UTF8 --template template0 NAME` and name it in the state's URL."
        )


def shadow(connection: Connection) -> None:
    """Give this session a copy of the state, and hide the real one from it.

    The copy is temporary tables: the server drops them with the session, nobody else sees them,
    and neither this nor any other run waits for a lock. Must come first in its transaction.
    """
    connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
    quote = connection.dialect.identifier_preparer.quote
    schema = connection.exec_driver_sql("SELECT current_schema()").scalar()
    if schema is None:
        raise Usage(_NO_SCHEMA)
    there = set(inspect(connection).get_table_names(schema))
    for name in [quote(table.name) for table in META.sorted_tables if table.name in there]:
        real, mine = f"{quote(schema)}.{name}", f"pg_temp.{name}"
        connection.exec_driver_sql(f"CREATE TEMPORARY TABLE {name} (LIKE {real} INCLUDING ALL)")
        connection.exec_driver_sql(f"INSERT INTO {mine} TABLE {real}")
        connection.exec_driver_sql(f"ANALYZE {mine}")  # nobody else ever counts temporary tables
    connection.exec_driver_sql("SET search_path TO pg_temp")


@contextlib.contextmanager
def explained(place: URL) -> Iterator[None]:
    """Turn what a server says while a state is being opened into a sentence and an exit code."""
    try:
        yield
    except DBAPIError as error:
        raise _explanation(place, error) or error from None


def _explanation(place: URL, error: DBAPIError) -> JourneysyncError | None:
    code = getattr(error.orig, "sqlstate", None)
    said = str(error.orig)
    host = place.host or place.query.get("host")
    where = f"PostgreSQL at {host}" if host else "PostgreSQL on this machine"
    if code is None:
        return _unconnected(place, where, said)
    match code:
        case "42501":
            return Usage(
                f"{where} does not let this user work on the state. Make the user owner of the "
                "database, or grant CREATE on its schema and TEMPORARY on the database."
            )
        case "3F000":
            return Usage(_NO_SCHEMA)
        case "25006":
            return Usage(
                f"{where} takes no writes: it is a standby, or set to read only. "
                "Name the primary server in the state's URL."
            )
        case "53100":
            return None  # no mistake of anybody's: said as a full disk everywhere else
        case _:
            return Usage(
                f"The state in {where} cannot be opened (PostgreSQL's code {code}). Look at the "
                "server's log, or restore a backup."
            )


def _unconnected(place: URL, where: str, said: str) -> JourneysyncError:
    if f'database "{place.database}" does not exist' in said:
        return Usage(
            f"{where} has no database `{place.database}`. Create it with "
            f"`createdb {place.database}`, or correct the name in the state's URL."
        )
    if any(sign in said for sign in _REFUSED):
        return BadCredentials(
            where, "Correct the user and the password in JOURNEYSYNC_STATE, and run again."
        )
    if any(sign in said for sign in _UNREADY):
        return Usage(f"{where} takes no connections at the moment. Wait a little and run again.")
    return Usage(
        f"{where} cannot be reached. Look at host and port in the state's URL, at whether the "
        "server runs, and at the network between; then run again."
    )
