"""Every error becomes a sentence and the documented exit code, and never shows a secret."""

import errno
import os
import pty
import sqlite3
import subprocess
import sys
from itertools import combinations
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from sqlalchemy.exc import OperationalError

from journeysync.commands.common import Console, options
from journeysync.commands.failures import PRECEDENCE, failure, redact, shorten_addresses, worst
from journeysync.core.errors import (
    BadCredentials,
    Guarded,
    Locked,
    OverBudget,
    RateLimited,
    Retry,
    Skip,
    Stale,
    ToolDown,
    Usage,
)
from journeysync.core.problems import Problem

ERRORS = {
    "a mistake by the user": (Usage("No such map."), 2, "No such map."),
    "a refused key": (BadCredentials("hubspot", "Renew it."), 4, "hubspot refused the key. Renew"),
    "a tripped guard": (Guarded("Too many."), 6, "Too many."),
    "a stale plan": (Stale("The world moved on."), 7, "moved on"),
    "no calls left": (OverBudget("hubspot", "tomorrow"), 8, "Run again tomorrow"),
    "another run": (Locked("Another run works here."), 9, "Another run"),
    "a tool that is down": (ToolDown("hubspot", "is down."), 3, "hubspot is down. Run again"),
    "a request that never worked": (Retry("hubspot", "answered 500."), 3, "Run again later"),
    "a tool that is too busy": (RateLimited("hubspot", 9), 3, "asks to wait 9 s"),
    "a record that cannot be handled": (Skip("hubspot", "7", "E1", "Mend it."), 3, "hubspot 7"),
    "Ctrl-C": (KeyboardInterrupt(), 130, "Interrupted"),
    "a full disk": (OSError(errno.ENOSPC, "No space left"), 1, "The disk is full."),
    "a full quota": (OSError(errno.EDQUOT, "Quota"), 1, "The disk is full."),
    "a read-only folder": (PermissionError(errno.EACCES, "", "/w/x"), 2, "`/w/x` cannot be"),
    "a read-only disk": (OSError(errno.EROFS, "", "/w/x"), 2, "`/w/x` cannot be"),
    "a missing file": (FileNotFoundError(errno.ENOENT, "", "m.yaml"), 2, "`m.yaml` is not there"),
    "a database on a full disk": (
        OperationalError("", {}, sqlite3.OperationalError("database or disk is full")),
        1,
        "The disk is full.",
    ),
    "a read-only database": (
        sqlite3.OperationalError("attempt to write a readonly database"),
        2,
        "cannot be written",
    ),
    "a file that is no database": (
        sqlite3.DatabaseError("file is not a database"),
        2,
        "is no journeysync state",
    ),
    "a database that another run holds": (
        sqlite3.OperationalError("database is locked"),
        9,
        "Another run",
    ),
    "anything else": (KeyError("ann@example.com"), 1, "Unexpected error (KeyError)"),
}


@pytest.mark.parametrize(("error", "code", "says"), ERRORS.values(), ids=ERRORS)
def test_failure(error: BaseException, code: int, says: str) -> None:
    """A sentence, and the exit code that DESIGN promises."""
    found = failure(error)

    assert found.exit_code == code
    assert says in found.sentence
    assert "ann@" not in found.sentence


def test_the_first_in_the_documented_order_wins() -> None:
    """Of two exit codes the one that stands first in the order, in whatever order they came."""
    for first, second in combinations(PRECEDENCE, 2):
        assert worst([first, second]) == first
        assert worst([second, first, second]) == first


def test_nothing_is_no_failure() -> None:
    """No codes at all: 0. An undocumented one is an unexpected error."""
    assert worst([]) == 0
    assert worst([77]) == 1


def test_redaction() -> None:
    """The longest secret goes first, so that nothing of it is left when one begins another."""
    assert redact("key abcd and abcdef.", ["abcd", "abcdef", "", "k"]) == "key *** and ***."


def test_addresses_are_shortened() -> None:
    """Enough is left to recognise one's own record."""
    assert shorten_addresses("from Ann.Lee+x@example.co.uk!") == "from A***@example.co.uk!"


SECRET = "correct-horse-battery"


@click.command()
@click.option("--how")
@options
def broken(console: Console, how: str) -> int:
    """Fail in a given way."""
    console.hide(SECRET)
    match how:
        case "mistakes":
            raise Usage(
                "Two mistakes.",
                [Problem("a.yaml", 1, "JS1", "One."), Problem("a.yaml", 9, "JS2", "Two.")],
            )
        case "bug":
            raise RuntimeError(f"{SECRET} of ann@example.com")
        case "answered":
            console.show("for people")
            console.answer({"key": SECRET})
            return 5
        case _:
            raise KeyboardInterrupt


def test_all_problems_then_the_summary() -> None:
    """Each problem on a line of its own, the next step last."""
    result = CliRunner().invoke(broken, ["--how", "mistakes"])

    assert result.exit_code == 2
    assert result.stderr.splitlines() == [
        "a.yaml:1: JS1 One.",
        "a.yaml:9: JS2 Two.",
        "Two mistakes.",
    ]


def test_errors_as_json() -> None:
    """With `--json` an error is a document too: one, on stdout."""
    result = CliRunner().invoke(broken, ["--how", "mistakes", "--json"])

    assert '"exit_code": 2, "message": "Two mistakes."' in result.stdout
    assert '"file": "a.yaml", "line": 9, "code": "JS2"' in result.stdout
    assert len(result.stdout.splitlines()) == 1


def test_a_bug_shows_no_traceback() -> None:
    """One sentence, unless somebody asks."""
    result = CliRunner().invoke(broken, ["--how", "bug"])

    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1
    assert "Traceback" not in result.output


def test_a_traceback_on_request_keeps_secrets() -> None:
    """`-v` shows where it happened; keys and addresses stay hidden even there."""
    result = CliRunner().invoke(broken, ["--how", "bug", "-v"])

    assert "Traceback" in result.stderr
    assert "*** of a***@example.com" in result.stderr
    assert SECRET not in result.output


def test_interrupted() -> None:
    """Ctrl-C is 130, not click's "Aborted!"."""
    result = CliRunner().invoke(broken, ["--how", "interrupt"])

    assert result.exit_code == 130
    assert "the next run goes on" in result.stderr


def test_stdout_is_for_the_document() -> None:
    """With `--json` what people read goes to stderr; secrets go nowhere."""
    plain = CliRunner().invoke(broken, ["--how", "answered"])
    as_json = CliRunner().invoke(broken, ["--how", "answered", "--json"])

    assert (plain.stdout, plain.exit_code) == ("for people\n", 5)
    assert as_json.stdout == '{"key": "***"}\n'
    assert as_json.stderr == "for people\n"


def test_progress_without_a_terminal_is_silent(capsys: pytest.CaptureFixture[str]) -> None:
    """Logs of a scheduler hold no bars."""
    with Console(Path(), as_json=False, verbose=False).progress() as progress:
        progress("reading", 1, 10)

    assert capsys.readouterr() == ("", "")


WATCHED = """
from pathlib import Path
from journeysync.commands.common import Console
with Console(Path(), as_json=False, verbose=False).progress() as progress:
    for done in range(3):
        progress("reading hubspot", done, 3)
"""


def test_progress_at_a_terminal() -> None:
    """While a person watches there is a bar, on stderr and not on stdout."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "80"}

    done = subprocess.run(
        [sys.executable, "-c", WATCHED],
        stdout=subprocess.PIPE,
        stderr=theirs,
        env=environment,
        check=True,
    )
    os.close(theirs)
    with os.fdopen(ours, "rb") as terminal:
        drawn = terminal.read1(10_000)

    assert done.stdout == b""
    assert b"reading hubspot" in drawn
