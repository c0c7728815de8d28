"""An office with one state and one tool in memory: runs as `sync` does, without any request."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from memory_tool import START, MemoryTool, contact, happened
from plans import MAP

from journeysync.core.language.model import Journey
from journeysync.core.models import RawRecord
from journeysync.core.planning.plan import Plan
from journeysync.core.running.sync import Finished, Job, finish, look
from journeysync.core.state.store import Store, open_store
from journeysync.core.workspace import Workspace

NOW = START + timedelta(days=5)
STUDIO = Journey.model_validate(MAP)

RECORDS = (
    contact("1", email="ann@example.com"),
    contact("2", email="Ann@Example.com"),
    contact("3", email="bob@example.com"),
    contact("4", email="carol@example.com", links=["crm:3"]),
    happened("a", "crm:1", "form.submitted", 1),
    happened("b", "crm:2", "email.sent", 9),
    happened("c", "crm:3", "form.submitted", 2),
    happened("d", "crm:4", "booking.attended", 3),
    happened("e", "crm:9", "form.submitted", 3),
)

NO_CAP = {"max_open_per_customer": 9}


def workspace(**more: object) -> Workspace:
    return Workspace.model_validate(
        {"journeys": ["studio"], "tools": {"crm": {}}, "write_to": ["crm"], **more}
    )


class Office:
    """One state and one tool, run after run."""

    def __init__(self, state: str, **settings: object) -> None:
        self.tool = MemoryTool()
        self.workspace = workspace(**settings)
        self.store: Store = open_store(state, Path(), dry_run=False)

    def job(self, now: datetime = NOW) -> Job:
        return Job(
            self.store, self.workspace, (STUDIO,), {"crm": self.tool}, {"crm": self.tool}, now, now
        )

    def sync(self, *batches: Sequence[RawRecord], now: datetime = NOW) -> Finished:
        self.tool.batches = list(batches)
        return finish(self.job(now), look(self.job(now)), command="sync")

    def plan(self, *batches: Sequence[RawRecord], now: datetime = NOW) -> Plan:
        self.tool.batches = list(batches)
        return look(self.job(now)).plan

    def customers(self) -> dict[str, set[str]]:
        """Customer -> the records that stand for them."""
        with self.store.begin() as connection:
            rows = connection.exec_driver_sql("select customer, id from person order by id").all()
        found: dict[str, set[str]] = {}
        for customer, number in rows:
            found.setdefault(customer, set()).add(number)
        return found
