"""How a state of an older version becomes one of this version; a newer one is refused.

A migration is never changed once released: the next change is the next migration.
"""

from collections.abc import Callable

from sqlalchemy import Connection, insert, inspect, select, text, update

from journeysync.core.errors import Usage
from journeysync.core.state import tables as t
from journeysync.core.state.tables import META, meta

VERSION_NAME = "schema_version"


_FIRST = (
    t.meta, t.raw_record, t.person, t.company, t.person_key, t.link, t.event, t.set_aside,
    t.watermark, t.dirty, t.customer, t.customer_alias, t.due, t.pin, t.written, t.task,
    t.task_customer, t.task_alias, t.intent, t.failed, t.run,
)  # fmt: skip
_DAY_TO_DAY = (t.hold, t.override, t.forgotten, t.change)


def _first(connection: Connection) -> None:
    META.create_all(connection, tables=_FIRST)


def _indexes(connection: Connection) -> None:
    """What every run asks for must not cost a look at every row."""
    for table, name in (
        (t.raw_record, "raw_record_mapping"),
        (t.customer, "customer_founder"),
        (t.customer_alias, "customer_alias_new"),
        (t.task_alias, "task_alias_key"),
    ):
        index = next(one for one in table.indexes if one.name == name)
        index.create(connection, checkfirst=True)


def _windows(connection: Connection) -> None:
    """Lists that are read window by window, and people whom several records tell of."""
    if "mark" not in {column["name"] for column in inspect(connection).get_columns("raw_record")}:
        connection.execute(text("ALTER TABLE raw_record ADD COLUMN listed_at BIGINT"))
        connection.execute(text("ALTER TABLE raw_record ADD COLUMN mark TEXT NOT NULL DEFAULT ''"))
    for index in t.raw_record.indexes:
        index.create(connection, checkfirst=True)
    t.person_part.create(connection, checkfirst=True)


def _day_to_day(connection: Connection) -> None:
    """Customers left alone or forgotten, stages pinned, and what each run changed."""
    META.create_all(connection, tables=_DAY_TO_DAY)


def _twins(connection: Connection) -> None:
    """Facts that two tools tell."""
    t.twin.create(connection, checkfirst=True)


MIGRATIONS: tuple[Callable[[Connection], None], ...] = (
    _first, _indexes, _windows, _day_to_day, _twins,
)  # fmt: skip
"""The n-th makes version n out of version n - 1."""

VERSION = len(MIGRATIONS)


def migrate(connection: Connection) -> None:
    """Bring the state to this version, in the caller's transaction.

    Raises Usage where the state was written by a newer journeysync.
    """
    found = version_of(connection)
    if found > VERSION:
        raise Usage(
            f"The state was written by a newer journeysync (its version is {found}, this one knows "
            f"{VERSION}). Upgrade journeysync, or restore the backup that fits this version."
        )
    for migration in MIGRATIONS[found:]:
        migration(connection)
    if found == 0:
        connection.execute(insert(meta).values(name=VERSION_NAME, value=str(VERSION)))
    elif found < VERSION:
        connection.execute(
            update(meta).where(meta.c.name == VERSION_NAME).values(value=str(VERSION))
        )


def version_of(connection: Connection) -> int:
    """Read the version of a state; 0 where there is none yet."""
    if not inspect(connection).has_table(meta.name):
        return 0
    value = connection.execute(select(meta.c.value).where(meta.c.name == VERSION_NAME)).scalar()
    return int(value or 0)
