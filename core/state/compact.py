"""Writing a database anew, so that no freed page keeps what it held. No transaction can do this."""

from pathlib import Path

from journeysync.core.state import postgres, sqlite
from journeysync.core.state.store import parse
from journeysync.core.state.tables import META


def compact(url: str, folder: Path) -> None:
    """Pack the state at `url`; whoever calls this holds it, and no transaction is open."""
    place = parse(url, folder)
    lite = place.get_backend_name() == "sqlite"
    engine = sqlite.engine(place) if lite else postgres.engine(place)
    try:
        connection = engine.raw_connection()
        if lite:
            connection.cursor().execute("VACUUM")
            connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        else:
            connection.driver_connection.autocommit = True  # type: ignore[union-attr]  # open
            tables = ", ".join(f'"{table.name}"' for table in META.sorted_tables)
            connection.cursor().execute(f"VACUUM FULL {tables}")
        connection.close()
    finally:
        engine.dispose()
