"""Makes a state of very many customers quickly: a thousand, made by the product, many times over.

A thousand customers are read, decided and written as ever. Then the database copies their rows
under other names, so that every table holds what the product itself would have put there.
"""

import json
import sqlite3
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from memory_tool import START, MemoryTool, contact, happened

from journeysync.core.instants import DAY
from journeysync.core.language.model import Journey
from journeysync.core.models import RawRecord
from journeysync.core.planning.duties import task_key
from journeysync.core.ports import Outcome, PresentRecord, PresentTask, TaskWrite
from journeysync.core.running.maps import load_journey
from journeysync.core.running.sync import Job, finish, look
from journeysync.core.state.store import Store, open_store
from journeysync.core.state.tables import META
from journeysync.core.workspace import Workspace

BASE = 1000
EACH = 5
"""Events of a customer, about."""
NOW = START + timedelta(days=20)
STATE = "sqlite:///many.db"
MANY = 1_000_000
WORKSPACE = Workspace.model_validate(
    {
        "journeys": ["before-during-after"],
        "timezone": "Europe/London",
        "tools": {"crm": {}},
        "write_to": ["crm"],
        "tasks": {"max_per_day": MANY, "max_per_owner_per_day": MANY},
        "guard": {"max_changes": "100%"},
    }
)

_PATHS = (
    ("form.submitted", "email.sent", "call.logged", "email.sent"),
    ("form.submitted", "email.sent", "booking.created", "email.sent", "booking.attended"),
    ("booking.created", "email.sent", "booking.attended", "call.logged", "survey.answered"),
    ("form.submitted", "call.logged", "email.received", "email.sent", "deal.lost"),
)
_COPIED = (
    "raw_record", "person", "person_key", "event", "customer", "due", "written", "task",
    "task_customer",
)  # fmt: skip
_CUSTOMER = {("customer", "id"), ("written", "value")}
"""Columns that hold a customer's id, beside those that are called after it."""


def named(thousand: int, number: int) -> str:
    """Name a contact; every thousand's names differ from the first ones in the same place."""
    return f"m{thousand:04}x{number:03}"


def _first(name: str) -> str:
    return f"m0000{name[5:]}"


@dataclass
class Crm(MemoryTool):
    """A CRM that holds the first thousand, and shows every other thousand as it does them."""

    batch: int = 100

    def emits(self) -> frozenset[str]:
        return frozenset(kind for path in _PATHS for kind in path)

    def present(
        self, object_type: str, ids: Sequence[str], fields: Sequence[str], *, history: bool = False
    ) -> list[PresentRecord]:
        for one in ids:
            if one not in self.fields:
                first = self.fields.get(_first(one), {})
                text = json.dumps(first).replace("m0000", one[:5])
                self.fields[one] = {
                    name: f"c-{one[:5]}{value[2:]}" if value.startswith("c-") else value
                    for name, value in json.loads(text).items()
                }
        return super().present(object_type, ids, fields, history=history)

    def tasks(self, *, keys: Sequence[str] = (), ids: Sequence[str] = ()) -> list[PresentTask]:
        found = [replace(self._task(one), id=one, key="") for one in ids]
        return found + [self.held[one] for one in keys if one in self.held]

    def create_tasks(self, rows: Sequence[TaskWrite]) -> list[Outcome]:
        self.calls += 1
        for row in rows:
            self.held[row.key] = PresentTask(f"m0000:{row.key}", row.key, "open", row.due)
        return [Outcome(row.key, "done", self.held[row.key].id) for row in rows]

    def change_tasks(self, rows: Sequence[TaskWrite]) -> list[Outcome]:
        self.calls += 1
        for row in rows:
            self.held[row.id] = replace(self._task(row.id), status="completed")
        return [Outcome(row.key, "done", row.id) for row in rows]

    def _task(self, name: str) -> PresentTask:
        return self.held.get(name) or self.held[name[6:]]


def journey() -> Journey:
    """The journey of the demo."""
    found, problems, _ = load_journey("before-during-after", Path())
    assert found is not None, problems
    return found


def job(store: Store, tool: Crm, now: datetime, *, full: bool = False) -> Job:
    """A run over this CRM."""
    tools = {"crm": tool}
    return Job(store, WORKSPACE, (journey(),), tools, tools, now, now, full=full)


def make(customers: int, folder: Path) -> Crm:
    """Make a state of so many customers in a folder, and the CRM it was read from."""
    tool = Crm(batches=[_thousand()])
    store = open_store(STATE, folder, dry_run=False)
    try:
        work = job(store, tool, NOW)
        finish(work, look(work), command="sync")
    finally:
        store.close()
    database = sqlite3.connect(folder / "many.db", isolation_level=None)
    database.execute("PRAGMA synchronous=OFF")
    database.execute("PRAGMA journal_mode=OFF")
    database.execute("BEGIN")
    for table in _COPIED:
        database.execute(f"CREATE TEMP TABLE first_{table} AS SELECT * FROM {table}")
    database.execute("CREATE TEMP TABLE other (old TEXT PRIMARY KEY, new TEXT)")
    for thousand in range(1, customers // BASE):
        _copy(database, f"m{thousand:04}")
    database.execute("COMMIT")
    database.execute("PRAGMA journal_mode=WAL")
    database.close()
    return tool


def _copy(database: sqlite3.Connection, name: str) -> None:
    def renamed(column: str) -> str:
        return f"replace({column}, 'm0000', '{name}')"

    database.execute("DELETE FROM other")
    database.executemany(
        "INSERT INTO other VALUES (?, ?)",
        [
            (old, _key(touchpoint, anchor.replace("m0000", name), k, whose, name))
            for old, touchpoint, anchor, k, whose in database.execute(
                "SELECT key, touchpoint, anchor, k, customers ->> 0 FROM first_task"
            )
        ],
    )
    for table in _COPIED:
        columns = []
        for column in META.tables[table].columns:
            value = f'"{column.name}"'
            if table.startswith("task") and column.name == "key":
                value = f"(SELECT new FROM other WHERE old = {value})"
            elif column.name.startswith("customer") or (table, column.name) in _CUSTOMER:
                value = f"replace({value}, 'c-', 'c-{name}')"
            elif column.name == "opened_at":  # else all of them had been opened today
                value = f"{value} - {7 * DAY}"
            elif column.type.python_type is str:
                value = renamed(value)
            columns.append(value)
        database.execute(f"INSERT INTO {table} SELECT {', '.join(columns)} FROM first_{table}")


def _key(touchpoint: str, anchor: str, k: int, whose: str, name: str) -> str:
    alone = "" if anchor.startswith("crm:") else whose.replace("c-", f"c-{name}")
    return task_key(touchpoint, anchor, k, alone)


def _thousand() -> list[RawRecord]:
    chance = Random(7)
    found: list[RawRecord] = []
    for number in range(BASE):
        name = named(0, number)
        found.append(contact(name, email=f"{name}@example.com"))
        hours = chance.random() * 300
        for step, kind in enumerate(chance.choice(_PATHS)):
            hours += chance.random() * 40
            found.append(happened(f"{name}e{step}", f"crm:{name}", kind, hours))
    return found


def news(customers: int, changed: int) -> list[RawRecord]:
    """Records of customers spread over all: each has changed, and something happened to them."""
    chance = Random(11)
    found: list[RawRecord] = []
    for one in sorted(chance.sample(range(customers), changed)):
        name = named(*divmod(one, BASE))
        found.append(contact(name, email=f"{name}@example.com", first_name="Changed"))
        kind = chance.choice(("form.submitted", "booking.created", "email.sent", "call.logged"))
        found.append(happened(f"{name}e9", f"crm:{name}", kind, 20 * 24))
    return found
