"""The state on each database: dry runs, locks, versions, rights, and what is said when it fails."""

import os
import stat
import subprocess
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from command_line import run
from databases import PASSWORD, WITH_PASSWORD, address, fresh, query
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from journeysync.commands.failures import failure
from journeysync.core.errors import BadCredentials, JourneysyncError, Locked, Stop, Usage
from journeysync.core.state import tables as t
from journeysync.core.state.store import (
    Store,
    has_state,
    open_store,
    read_store,
    run_lock,
    upsert,
)

HERE = Path()


def mark(store: Store, *names: str) -> None:
    with store.begin() as connection:
        upsert(connection, t.dirty, [{"person": name} for name in names])


def marked(store: Store) -> list[str]:
    with store.begin() as connection:
        return list(
            connection.execute(select(t.dirty.c.person).order_by(t.dirty.c.person)).scalars()
        )


@pytest.fixture
def store(state: str) -> Iterator[Store]:
    made = open_store(state, HERE, dry_run=False)
    yield made
    made.close()


# --- transactions --------------------------------------------------------------------------------


def _mark_and_fail(store: Store, name: str) -> None:
    with store.begin() as connection:
        upsert(connection, t.dirty, [{"person": name}])
        raise ZeroDivisionError


def test_a_transaction_is_kept_whole_or_not_at_all(store: Store) -> None:
    mark(store, "kept")
    with pytest.raises(ZeroDivisionError):
        _mark_and_fail(store, "lost")

    assert marked(store) == ["kept"]


def test_a_transaction_inside_another_is_part_of_it(store: Store) -> None:
    """It sees what the outer one wrote, and goes alone where it fails alone."""
    with store.begin() as connection:
        upsert(connection, t.dirty, [{"person": "outer"}])
        assert marked(store) == ["outer"]
        with pytest.raises(ZeroDivisionError):
            _mark_and_fail(store, "inner")

    assert marked(store) == ["outer"]


def test_texts_are_sorted_by_code_point(store: Store) -> None:
    """On every database, whatever language its server speaks: plans must not differ."""
    mark(store, "b", "B", "é", "_", "a")

    assert marked(store) == ["B", "_", "a", "b", "é"]


def test_a_nul_stops_no_run(store: Store) -> None:
    """PostgreSQL cannot hold one; one odd record must not hold up all others."""
    mark(store, "a\0b")

    assert marked(store) in (["a\0b"], ["a\ufffdb"])


def test_an_error_shows_no_row(store: Store) -> None:
    """What is stored is personal data, and a traceback is what people send around."""
    row = {"source": "ann@example.com", "left": "x", "right": None, "because": ""}
    with (
        store.begin() as connection,
        pytest.raises(DBAPIError) as caught,
        connection.begin_nested(),
    ):
        connection.execute(t.link.insert(), [row])

    assert "ann@" not in "".join(traceback.format_exception(caught.value))


# --- dry runs, looking ---------------------------------------------------------------------------


def test_a_dry_run_creates_no_state(state: str) -> None:
    trial = open_store(state, HERE, dry_run=True)
    mark(trial, "anna")

    assert marked(trial) == ["anna"]
    trial.close()
    assert not has_state(state, HERE)


def test_a_dry_run_leaves_the_state_as_it_was(state: str, store: Store) -> None:
    """It sees all of it and can change its own copy; a run beside it sees and waits for nothing."""
    mark(store, "anna")
    trial = open_store(state, HERE, dry_run=True)
    mark(trial, "bob")
    mark(store, "carol")

    assert marked(trial) == ["anna", "bob"]
    trial.close()
    assert marked(store) == ["anna", "carol"]


def test_looking_changes_nothing(state: str, store: Store) -> None:
    mark(store, "anna")
    look = read_store(state, HERE)

    assert marked(look) == ["anna"]
    look.close()


def test_who_may_only_read_can_make_dry_runs(tmp_path: Path) -> None:
    """And gets a sentence instead of a run."""
    state = fresh("postgresql", tmp_path)
    made = open_store(state, HERE, dry_run=False)
    mark(made, "anna")
    schema = state.rpartition("%3D")[2]
    query(f"CREATE USER reader_{schema}; GRANT USAGE ON SCHEMA {schema} TO reader_{schema};"
          f"GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO reader_{schema}")  # fmt: skip
    reader = address(f"reader_{schema}", schema=schema)
    trial = open_store(reader, HERE, dry_run=True)
    mark(trial, "bob")

    assert marked(trial) == ["anna", "bob"]
    real = open_store(reader, HERE, dry_run=False)
    with pytest.raises(DBAPIError) as caught:
        mark(real, "bob")
    assert failure(caught.value).exit_code == 2
    for one in (made, trial, real):
        one.close()


# --- one run at a time ---------------------------------------------------------------------------


def test_two_runs_do_not_meet(state: str) -> None:
    """Exit 9, and when the first has ended the next may go on."""
    first = open_store(state, HERE, dry_run=False, lock=True)
    with pytest.raises(Locked) as caught:
        open_store(state, HERE, dry_run=False, lock=True)
    with pytest.raises(Locked), run_lock(state, HERE):
        pass
    first.close()
    with run_lock(state, HERE), pytest.raises(Locked):
        open_store(state, HERE, dry_run=False, lock=True)
    open_store(state, HERE, dry_run=False, lock=True).close()

    assert failure(caught.value).exit_code == 9


def test_workspaces_in_one_database_do_not_hold_each_other_up(tmp_path: Path) -> None:
    """Each has a schema of its own."""
    with (
        run_lock(fresh("postgresql", tmp_path), HERE),
        run_lock(fresh("postgresql", tmp_path), HERE),
    ):
        pass


HOLDER = """
import os, sys, signal
from pathlib import Path
from journeysync.core.state.store import open_store
open_store(sys.argv[1], Path(), dry_run=False, lock=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_killed_run_lets_go_of_the_lock(state: str) -> None:
    killed = subprocess.run([sys.executable, "-c", HOLDER, state], check=False)
    assert killed.returncode < 0

    _soon(lambda: open_store(state, HERE, dry_run=False, lock=True)).close()


def _soon(work: Any) -> Any:
    """Try until the server has noticed that a process has died."""
    for _ in range(200):
        try:
            return work()
        except Locked:
            query("SELECT pg_sleep(0.02)")
    return work()


def test_a_run_that_lost_its_connection_writes_no_more(tmp_path: Path) -> None:
    """The lock went with it: another run may be at work. Exit 1, one sentence."""
    state = fresh("postgresql", tmp_path)
    run = open_store(state, HERE, dry_run=False, lock=True)
    with run.begin() as connection:
        number = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar()
    query(f"SELECT pg_terminate_backend({number}, 5000)")
    with pytest.raises(DBAPIError) as caught:
        mark(run, "anna")
    with pytest.raises(Stop, match="was lost"):
        mark(run, "anna")
    run.close()

    found = failure(caught.value)
    assert (found.exit_code, "was lost" in found.sentence) == (1, True)
    with run_lock(state, HERE):
        pass


# --- versions ------------------------------------------------------------------------------------


@pytest.mark.parametrize("dry_run", [False, True])
def test_a_state_of_a_newer_version_is_refused(state: str, store: Store, dry_run: bool) -> None:
    with store.begin() as connection:
        connection.exec_driver_sql("update meta set value = '99' where name = 'schema_version'")

    with pytest.raises(Usage, match="newer journeysync"):
        open_store(state, HERE, dry_run=dry_run)
    with pytest.raises(Usage, match="newer journeysync"):
        read_store(state, HERE)


ADDED = ("raw_record_mapping", "customer_founder", "customer_alias_new", "task_alias_key")


def _make_old(store: Store) -> None:
    """Take away what version 2 added."""
    with store.begin() as connection:
        for name in ADDED:
            connection.exec_driver_sql(f"drop index {name}")
        connection.exec_driver_sql("update meta set value = '1' where name = 'schema_version'")


def test_an_older_state_is_brought_up(state: str, store: Store) -> None:
    """By a run for good, by a dry run and by looking only for itself."""
    mark(store, "anna")
    _make_old(store)
    for opened in (open_store(state, HERE, dry_run=True), read_store(state, HERE)):
        assert marked(opened) == ["anna"]
        opened.close()
    with store.begin() as connection:
        assert connection.execute(select(t.meta.c.value)).scalar() == "1"
    open_store(state, HERE, dry_run=False).close()
    with store.begin() as connection:
        assert connection.execute(select(t.meta.c.value)).scalar() != "1"
        for name in ADDED:
            connection.exec_driver_sql(f"drop index {name}")  # they are there again


# --- whose eyes ----------------------------------------------------------------------------------


@pytest.mark.skipif(os.name != "posix", reason="rights of files are another matter here")
def test_only_the_owner_reads_the_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The database, its side files, the lock and the copy of a dry run hold personal data."""
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    before = os.umask(0)
    try:
        real = open_store("sqlite:///s.db", tmp_path, dry_run=False, lock=True)
        mark(real, "anna")
        trial = open_store("sqlite:///s.db", tmp_path, dry_run=True)
        mark(trial, "bob")
        files = [path for path in tmp_path.rglob("*") if path.is_file()]
        open_to_others = [path for path in files if stat.S_IMODE(path.stat().st_mode) & 0o077]
    finally:
        os.umask(before)

    assert {path.name for path in files} >= {
        "s.db",
        "s.db-wal",
        "s.db-shm",
        "s.db.lock",
        "state.db",
    }
    assert open_to_others == []
    real.close()
    trial.close()


# --- what cannot be opened -----------------------------------------------------------------------


def _latin() -> str:
    query("DROP DATABASE IF EXISTS latin")
    query("CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0 LOCALE 'C'")
    return address(database="latin")


def _powerless() -> str:
    query("DROP USER IF EXISTS powerless")
    query("CREATE USER powerless")
    return address("powerless")


CANNOT: dict[str, tuple[Any, type[JourneysyncError], str]] = {
    "nobody listens": (
        lambda: "postgresql://me:hunter22@127.0.0.1:1/x", Usage, "127.0.0.1 cannot be reached",
    ),
    "no such host": (
        lambda: "postgresql://me:hunter22@db.invalid/x", Usage, "db.invalid cannot be reached",
    ),
    "a wrong password": (
        lambda: address(f"{WITH_PASSWORD}:hunter22"), BadCredentials, "refused the key",
    ),
    "no password": (lambda: address(WITH_PASSWORD), BadCredentials, "refused the key"),
    "an unknown user": (lambda: address("ghost:hunter22"), BadCredentials, "refused the key"),
    "no such database": (lambda: address(database="nope"), Usage, "createdb nope"),
    "no such schema": (lambda: address(schema="nowhere"), Usage, "CREATE SCHEMA"),
    "no right to make tables": (_powerless, Usage, "does not let this user"),
    "a database of one language": (_latin, Usage, "encoding is LATIN1"),
    "another database's URL": (lambda: "mysql://me:hunter22@x/y", Usage, "no database URL"),
    "a port that is no number": (lambda: "postgresql://me:hunter22@h:x/y", Usage, "no database"),
}  # fmt: skip


@pytest.mark.parametrize(("url", "kind", "says"), CANNOT.values(), ids=CANNOT)
def test_what_cannot_be_opened(url: Any, kind: type[JourneysyncError], says: str) -> None:
    """One sentence with the next step, and no password in it."""
    with pytest.raises(kind) as caught:
        open_store(url(), HERE, dry_run=False)

    assert says in str(caught.value)
    assert "hunter22" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_right_password_opens() -> None:
    """What a wrong one is tested against."""
    query(f"CREATE SCHEMA IF NOT EXISTS AUTHORIZATION {WITH_PASSWORD}")
    open_store(address(f"{WITH_PASSWORD}:{PASSWORD}"), HERE, dry_run=False).close()


def test_without_the_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is an extra: the sentence says how to get it."""
    monkeypatch.setitem(sys.modules, "psycopg", None)

    with pytest.raises(Usage, match=r"pip install 'journeysync\[postgres\]'"):
        open_store("postgresql://me@localhost/x", HERE, dry_run=False)


def test_the_short_name_of_providers_is_understood(tmp_path: Path) -> None:
    """`postgres://` is what many show to copy."""
    state = fresh("postgresql", tmp_path)
    open_store(state.replace("postgresql:", "postgres:", 1), HERE, dry_run=False).close()

    assert has_state(state, HERE)


# --- as a user has it ----------------------------------------------------------------------------

WORKSPACE = """\
journeys: [before-during-after]
tools: {files: {people: people.csv, events: events.csv}}
"""


def test_a_workspace_with_its_state_in_postgresql(tmp_path: Path) -> None:
    """The URL stands in `.env`; a dry run makes no table, a look sees what a run has left."""
    (tmp_path / "journeysync.yaml").write_text(WORKSPACE)
    (tmp_path / "people.csv").write_text("id,email\n1,ann@example.com\n2,bob@example.com\n")
    (tmp_path / "events.csv").write_text("person_id,kind,at\n1,form.submitted,2026-11-01T09:00Z\n")
    state = fresh("postgresql", tmp_path)
    dotenv = tmp_path / ".env"
    dotenv.touch(0o600)
    dotenv.write_text(f"JOURNEYSYNC_STATE='{state}'\n")
    place = ("--workspace", tmp_path)

    dry = run("sync", "--dry-run", *place)
    assert (dry.code, has_state(state, tmp_path)) == (0, False)
    assert run("status", *place).code == 2
    assert run("sync", *place).code == 0
    with run_lock(state, tmp_path):
        assert run("sync", *place).code == 9
        shown = run("status", "--json", *place)
        assert run("explain", "files:1", *place).code == 0
    assert (shown.code, shown.document["holds"]["people"]) == (0, 2)
    assert list(tmp_path.glob("*.db*")) == []


def test_a_wrong_password_on_the_command_line(tmp_path: Path) -> None:
    """Exit 4; not even `-v` shows it."""
    (tmp_path / "journeysync.yaml").write_text(WORKSPACE)
    dotenv = tmp_path / ".env"
    dotenv.touch(0o600)
    dotenv.write_text(f"JOURNEYSYNC_STATE='{address(f'{WITH_PASSWORD}:hunter22')}'\n")
    ran = run("status", "-v", "--workspace", tmp_path)

    assert ran.code == 4
    assert "hunter22" not in ran.out + ran.err
