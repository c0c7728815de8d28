"""`state copy` moves everything or nothing, between any two databases; backups can be restored."""

import os
import re
import shutil
import subprocess
from contextlib import closing
from pathlib import Path

import pytest
from command_line import run, run_alone
from databases import KINDS, PASSWORD, WITH_PASSWORD, address, binaries, fresh, query
from office import RECORDS, Office
from sqlalchemy import func, insert, select

from journeysync.core.errors import Locked, Usage
from journeysync.core.state import copying
from journeysync.core.state import tables as t
from journeysync.core.state.copying import Content, NotTheSame, copy_state, summary
from journeysync.core.state.store import has_state, open_store, read_store, run_lock

PAGE = Path(__file__).parents[1] / "docs/operations.md"
ODD = "é \t \\N \n {} \u2028 😀"
"""What a careless copy stumbles over."""


def fill(state: str) -> str:
    """Make a state by a run; add what only odd records hold."""
    office = Office(state)
    office.sync(RECORDS)
    with office.store.begin() as connection:
        connection.execute(insert(t.dirty), [{"person": ODD}, {"person": ""}])
        connection.execute(
            insert(t.pin).values(customer=ODD, stage="", tool="crm", against="", at=None)
        )
    office.store.close()
    return state


def other(kind: str, folder: Path, name: str = "other") -> str:
    (folder / name).mkdir(exist_ok=True)
    return fresh(kind, folder / name)


def rows(state: str) -> int:
    with closing(read_store(state, Path())) as store, store.begin() as connection:
        return connection.execute(select(func.count()).select_from(t.event)).scalar() or 0


@pytest.mark.parametrize("to", KINDS)
def test_there_and_back(state: str, to: str, tmp_path: Path) -> None:
    """The digest of the whole is the same in every database, and a run goes on from the copy."""
    there, back = other(to, tmp_path), other("sqlite", tmp_path, "back")
    first = copy_state(fill(state), there, tmp_path)
    second = copy_state(there, back, tmp_path)

    assert first == second
    assert summary(first) == summary(second)
    assert first["event"].rows == 5
    with closing(read_store(back, tmp_path)) as store, store.begin() as connection:
        assert connection.execute(select(t.pin.c.customer)).scalar() == ODD
    office = Office(back)
    assert office.sync().counts.calls == 0
    office.store.close()


def test_a_text_that_postgresql_cannot_hold_does_not_stop_a_copy(tmp_path: Path) -> None:
    """A NUL becomes the sign for what cannot be shown, as it does when a run meets one."""
    source = fresh("sqlite", tmp_path)
    store = open_store(source, tmp_path, dry_run=False)
    with store.begin() as connection:
        connection.execute(insert(t.dirty).values(person="a\0b"))
    store.close()

    assert copy_state(source, fresh("postgresql", tmp_path), tmp_path)["dirty"].rows == 1


# --- what is refused -----------------------------------------------------------------------------


@pytest.mark.parametrize("to", KINDS)
def test_a_target_with_a_state_is_refused(state: str, to: str, tmp_path: Path) -> None:
    target = fill(other(to, tmp_path))
    before = rows(target)
    with pytest.raises(Usage, match="a state at TO already"):
        copy_state(fill(state), target, tmp_path)

    assert rows(target) == before


def test_an_empty_state_is_no_obstacle(state: str, tmp_path: Path) -> None:
    """Such as a copy leaves behind that was killed half-way."""
    target = other("postgresql", tmp_path)
    open_store(target, tmp_path, dry_run=False).close()

    assert copy_state(fill(state), target, tmp_path)["event"].rows == 5


@pytest.mark.parametrize("held", ["FROM", "TO"])
def test_a_run_at_work_is_not_disturbed(state: str, held: str, tmp_path: Path) -> None:
    """Exit 9, on whichever side it works."""
    source, target = fill(state), other("postgresql", tmp_path)
    with run_lock(source if held == "FROM" else target, tmp_path), pytest.raises(Locked):
        copy_state(source, target, tmp_path)

    assert not has_state(target, tmp_path)


REFUSED = {
    "nothing to copy": ("sqlite:///none.db", "sqlite:///new.db", "no state at FROM"),
    "the same file": ("sqlite:///s.db", "sqlite:///./s.db", "same state"),
    "no place at all": ("sqlite:///s.db", "sqlite://", "in memory"),
    "no URL": ("s.db", "sqlite:///new.db", "no database URL"),
}


@pytest.mark.parametrize(("source", "target", "says"), REFUSED.values(), ids=REFUSED)
def test_refused(source: str, target: str, says: str, tmp_path: Path) -> None:
    open_store("sqlite:///s.db", tmp_path, dry_run=False).close()
    with pytest.raises(Usage, match=says):
        copy_state(source, target, tmp_path)

    assert not (tmp_path / "new.db").exists()


# --- all or nothing ------------------------------------------------------------------------------

SPOIL = {
    "sqlite": """create trigger spoil after insert on event begin
                   update event set kind = 'other' where id = new.id; end""",
    "postgresql": """create function spoil() returns trigger language plpgsql as
                       $$ begin new.kind := 'other'; return new; end $$;
                     create trigger spoil before insert on event
                       for each row execute function spoil()""",
}


@pytest.mark.parametrize("to", KINDS)
def test_a_target_that_changes_what_it_is_given_keeps_nothing(to: str, tmp_path: Path) -> None:
    """Every row has arrived, and still the copy is refused: values are compared, not counts."""
    target = other(to, tmp_path)
    store = open_store(target, tmp_path, dry_run=False)
    with store.begin() as connection:
        connection.exec_driver_sql(SPOIL[to])
    store.close()
    with pytest.raises(NotTheSame, match="`event`"):
        copy_state(fill(fresh("sqlite", tmp_path)), target, tmp_path)

    assert rows(target) == 0


@pytest.mark.parametrize("to", KINDS)
def test_a_copy_that_is_cut_off_leaves_nothing(
    to: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the next one goes through."""
    source, target = fill(fresh("sqlite", tmp_path)), other(to, tmp_path)
    with monkeypatch.context() as patched:
        patched.setattr(copying, "_content", _interrupt)
        with pytest.raises(KeyboardInterrupt):
            copy_state(source, target, tmp_path)
    assert not has_state(target, tmp_path) or rows(target) == 0
    assert list((tmp_path / "other").glob("*.db*[!k]")) == []  # all but the lock

    assert copy_state(source, target, tmp_path)["event"].rows == 5


def _interrupt(*_: object) -> Content:
    raise KeyboardInterrupt


# --- the command ---------------------------------------------------------------------------------


def test_the_command(tmp_path: Path) -> None:
    fill(f"sqlite:///{tmp_path / 'journeysync.db'}")
    ran = run("state", "copy", "sqlite:///journeysync.db", "sqlite:///b.db", "--workspace",
              tmp_path, "--json")  # fmt: skip

    assert ran.code == 0
    assert ran.document["rows"]["event"] == 5
    assert "both states are the same" in ran.err


def test_a_url_out_of_a_variable(tmp_path: Path) -> None:
    """From `.env` too; the password that is in it is never shown."""
    fill(f"sqlite:///{tmp_path / 'journeysync.db'}")
    query(f"DROP SCHEMA IF EXISTS {WITH_PASSWORD} CASCADE")
    query(f"CREATE SCHEMA AUTHORIZATION {WITH_PASSWORD}")
    ran = {}
    for password in ("hunter22", PASSWORD):
        dotenv = tmp_path / ".env"
        dotenv.write_text(f"JOURNEYSYNC_STATE='{address(f'{WITH_PASSWORD}:{password}')}'\n")
        dotenv.chmod(0o600)
        ran[password] = run(
            "state", "copy", "sqlite:///journeysync.db", "env:JOURNEYSYNC_STATE", "-v",
            "--workspace", tmp_path,
        )  # fmt: skip

    assert [one.code for one in ran.values()] == [4, 0]
    for password, one in ran.items():
        assert password not in one.out + one.err


def test_a_variable_that_is_not_set(tmp_path: Path) -> None:
    ran = run_alone("state", "copy", "sqlite:///a.db", "env:NOWHERE", "--workspace", tmp_path)

    assert (ran.code, "`NOWHERE` is not set" in ran.err) == (2, True)


# --- backups, as the page on operations describes them -------------------------------------------


def described(sign: str) -> str:
    """The shell block of the page that holds a sign."""
    text = PAGE.read_text("utf-8")
    blocks = re.finditer(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    return next(block[1] for block in blocks if sign in block[1])


def shell(script: str, folder: Path, **variables: str) -> None:
    path = f"{binaries()}{os.pathsep}{os.environ['PATH']}"
    subprocess.run(
        ["sh", "-euc", script],
        cwd=folder, env={**os.environ, "PATH": path, **variables}, check=True, capture_output=True,
    )  # fmt: skip


def test_a_backup_of_postgresql_can_be_restored(tmp_path: Path) -> None:
    """The commands of the page as they stand, into a database of its own."""
    for name in ("studio", "restored"):
        query(f"DROP DATABASE IF EXISTS {name}")
    query("CREATE DATABASE studio")
    state, restored = fill(address(database="studio")), address(database="restored")
    shell(described("pg_dump"), tmp_path, JOURNEYSYNC_STATE=state)
    query("CREATE DATABASE restored")
    shell(described("pg_restore"), tmp_path, RESTORED=restored)

    copies = [other("sqlite", tmp_path, name) for name in ("a", "b")]
    digests = [summary(copy_state(one, two, tmp_path))
               for one, two in zip((state, restored), copies, strict=True)]  # fmt: skip
    assert digests[0] == digests[1]


@pytest.mark.skipif(shutil.which("sqlite3") is None, reason="no sqlite3 command here")
def test_a_backup_of_sqlite_can_be_restored(tmp_path: Path) -> None:
    fill(f"sqlite:///{tmp_path / 'journeysync.db'}")
    shell(described("VACUUM INTO"), tmp_path)

    assert rows(f"sqlite:///{tmp_path / 'journeysync-backup.db'}") == 5
