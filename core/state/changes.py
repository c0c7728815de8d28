"""What each run changed in the CRMs, with what was there before: so that it can be put back."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import msgspec
from sqlalchemy import Connection, delete, select

from journeysync.core.errors import Usage
from journeysync.core.planning.plan import RecordChange, TaskChange
from journeysync.core.state import tables as t
from journeysync.core.state.intents import key_of, kind_of
from journeysync.core.state.store import upsert

KEPT_FOR = timedelta(days=30)
"""How long a run can be undone: older ones would fill the state, and hardly fit the world."""


def note(
    connection: Connection, run: str, changes: Sequence[RecordChange | TaskChange], now: int
) -> None:
    """Remember what a run has changed; a task's text is not needed to put it back."""
    rows = []
    for one in changes:
        bare = replace(one, body="") if isinstance(one, TaskChange) else one
        rows.append(
            {
                "run": run, "tool": one.tool, "kind": kind_of(one), "key": key_of(one),
                "payload": msgspec.json.encode(bare).decode(), "at": now,
            }
        )  # fmt: skip
    upsert(connection, t.change, rows)


def prune(connection: Connection, now: int) -> None:
    """Forget what can no longer be put back."""
    oldest = now - KEPT_FOR // timedelta(microseconds=1)
    connection.execute(delete(t.change).where(t.change.c.at < oldest))


def changes_of(connection: Connection, run: str) -> list[RecordChange | TaskChange]:
    """Return what a run changed, in a stable order."""
    row = t.change.c
    found: list[RecordChange | TaskChange] = []
    for kind, payload in connection.execute(
        select(row.kind, row.payload).where(row.run == run).order_by(row.tool, row.kind, row.key)
    ):
        if kind == "record":
            found.append(msgspec.json.decode(payload, type=RecordChange))
        else:
            found.append(msgspec.json.decode(payload, type=TaskChange))
    return found


def find_run(connection: Connection, text: str) -> str:
    """Find a run by its id or the beginning of it. Raises Usage."""
    wanted = text.strip()
    ids = [
        run
        for (run,) in connection.execute(
            select(t.run.c.id).where(t.run.c.id.startswith(wanted, autoescape=True))
        )
    ]
    if wanted and len(ids) == 1:
        return str(ids[0])
    many = "several runs" if wanted and ids else "no run"
    raise Usage(f"There is {many} `{wanted}`. `journeysync status` shows the ids of the last ones.")
