"""What a person reads when something went wrong: sentences, and the exit code that goes with them.

Every error ends here. A mistake by the user is one clear sentence with the next step; a traceback
is for those who ask for one. Nothing here shows a key, and no message of an unexpected error is
printed: it could hold somebody's data.
"""

import errno
import re
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from journeysync.core.errors import JourneysyncError, Skip, Stop, Usage
from journeysync.core.problems import Problem

UNEXPECTED, USAGE, SOME_FAILED, LOCKED, INTERRUPTED = 1, 2, 3, 9, 130

PRECEDENCE = (9, 2, 4, 6, 7, 130, 1, 8, 3, 5, 0)
"""Which exit code wins when several apply, first to last."""

_FULL = {errno.ENOSPC, errno.EDQUOT}
_FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}
_MISSING = {errno.ENOENT, errno.ENOTDIR, errno.EISDIR}

_DISK_FULL = "The disk is full. Free some space and run again; what was finished before is kept."

_INTERRUPTED = "Interrupted. What was finished is kept; the next run goes on from there."

_SQLITE = (
    ("disk is full", _DISK_FULL, UNEXPECTED),
    (
        "readonly",
        (
            "The state database cannot be written. Give this user the right to write the workspace "
            "folder and the database in it."
        ),
        USAGE,
    ),
    (
        "unable to open",
        (
            "The state database cannot be opened. Look at `state` in journeysync.yaml, and whether "
            "this user may write the workspace folder."
        ),
        USAGE,
    ),
    (
        "not a database",
        (
            "The state file is no journeysync state. Look at `state` in journeysync.yaml, or move "
            "the file away to start afresh."
        ),
        USAGE,
    ),
    (
        "malformed",
        (
            "The state database is damaged. Restore it from a backup, or move it away to start "
            "afresh; the CRM is read again."
        ),
        USAGE,
    ),
    (
        "disk i/o error",
        (
            "The disk does not take the state database. Look at its free space and health, and run "
            "again; what was finished before is kept."
        ),
        UNEXPECTED,
    ),
    ("locked", "Another run works on this workspace. Wait until it has ended.", LOCKED),
)

_POSTGRES = (
    ("53100", _DISK_FULL.replace("The disk", "The disk of the PostgreSQL server"), UNEXPECTED),
    (
        "25006",
        "PostgreSQL takes no writes any more: it is a standby. Name the primary server.",
        USAGE,
    ),
    (
        "42501",
        "PostgreSQL lets this user change too little. Make the user owner of the state's tables.",
        USAGE,
    ),
    ("55P03", "Something else holds the state's tables. Wait until it has ended.", LOCKED),
)
"""SQLSTATE, sentence, exit code. Any message of the server itself could hold somebody's data."""

_LOST_STATES = ("08", "57P")  # connection exceptions; the operator stopped the server


@dataclass(frozen=True, slots=True)
class Failure:
    """What to say, and how to exit."""

    sentence: str
    exit_code: int
    problems: tuple[Problem, ...] = ()


def worst(codes: Iterable[int]) -> int:
    """Pick the exit code that tells most; one that is not documented counts as unexpected."""
    known = {code if code in PRECEDENCE else UNEXPECTED for code in codes}
    return next((code for code in PRECEDENCE if code in known), 0)


def failure(error: BaseException) -> Failure:
    """Turn any error into a sentence with the next step, and an exit code."""
    if isinstance(error, JourneysyncError):
        return _on_purpose(error)
    if isinstance(error, KeyboardInterrupt):
        return Failure(_INTERRUPTED, INTERRUPTED)
    if isinstance(error, OSError):
        return _of_the_system(error)
    below = getattr(error, "orig", None) or error  # what SQLAlchemy wraps
    if isinstance(below, sqlite3.Error):
        text = str(below).lower()
        for sign, sentence, code in _SQLITE:
            if sign in text:
                return Failure(sentence, code)
    if type(below).__module__.startswith("psycopg"):
        return _of_postgres(below) or _unexpected(error)
    return _unexpected(error)


def _of_postgres(error: BaseException) -> Failure | None:
    from journeysync.core.state.postgres import LOST

    state = getattr(error, "sqlstate", None)
    for sign, sentence, code in _POSTGRES:
        if sign == state:
            return Failure(sentence, code)
    lost = state.startswith(_LOST_STATES) if state else type(error).__name__ == "OperationalError"
    return Failure(LOST, UNEXPECTED) if lost else None


def _on_purpose(error: JourneysyncError) -> Failure:
    match error:
        case Usage():
            return Failure(str(error), USAGE, error.problems)
        case Stop():
            return Failure(str(error), error.exit_code)
        case Skip():
            return Failure(str(error), SOME_FAILED)
        case _:
            return Failure(f"{error} Run again later; nothing is lost.", SOME_FAILED)


def _of_the_system(error: OSError) -> Failure:
    """Read an OSError; its file name is the user's own and may be shown."""
    name = str(error.filename) if error.filename is not None else ""
    what = f"`{name}`" if name else "A file or folder"
    if error.errno in _FULL:
        return Failure(_DISK_FULL, UNEXPECTED)
    if error.errno in _FORBIDDEN:
        return Failure(
            f"{what} cannot be read or written by this user. Change its permissions, or choose "
            "another folder.",
            USAGE,
        )
    if error.errno in _MISSING and name:
        return Failure(
            f"{what} is not there, or is not what it should be. Look at the path.", USAGE
        )
    return _unexpected(error)


def _unexpected(error: BaseException) -> Failure:
    return Failure(
        f"Unexpected error ({type(error).__name__}). What was finished before is kept. Run again; "
        "if it stays, run with -v and report what it shows.",
        UNEXPECTED,
    )


_ADDRESS = re.compile(r"([\w.+-])[\w.+-]*@([\w-]+(?:\.[\w-]+)+)")


_SHORTEST = 4
"""Anything shorter is no key, and hiding it would garble every sentence."""


def redact(text: str, secrets: Iterable[str]) -> str:
    """Take known secrets out of a text."""
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= _SHORTEST:
            text = text.replace(secret, "***")
    return text


def shorten_addresses(text: str) -> str:
    """Leave of an e-mail address its first letter and its domain."""
    return _ADDRESS.sub(r"\1***@\2", text)
