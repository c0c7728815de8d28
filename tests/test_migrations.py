"""A state of an older version becomes one of this version, and loses nothing."""

from pathlib import Path

from sqlalchemy import create_engine, insert, inspect

from journeysync.core.state import tables as t
from journeysync.core.state.migrations import MIGRATIONS, VERSION, VERSION_NAME, version_of
from journeysync.core.state.store import open_store

FIRST = {
    "meta", "raw_record", "person", "company", "person_key", "link", "event", "set_aside",
    "watermark", "dirty", "customer", "customer_alias", "due", "pin", "written", "task",
    "task_customer", "task_alias", "intent", "failed", "run",
}  # fmt: skip


def test_a_first_state_becomes_todays(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'old.db'}")
    with engine.begin() as connection:
        MIGRATIONS[0](connection)
        connection.execute(insert(t.meta).values(name=VERSION_NAME, value="1"))
        connection.execute(insert(t.due).values(customer="c-1", at=1))
        assert set(inspect(connection).get_table_names()) == FIRST
    engine.dispose()
    store = open_store("sqlite:///old.db", tmp_path, dry_run=False)
    with store.begin() as connection:
        assert version_of(connection) == VERSION
        assert set(inspect(connection).get_table_names()) == set(t.META.tables)
        assert connection.execute(t.due.select()).all() == [("c-1", 1)]
    store.close()
