"""A studio whose customers are in a pretend HubSpot and a pretend Salesforce at once."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hubspot_portal import Portal
from salesforce_org import Org
from studio import STATE, shipped

from journeysync.connectors.hubspot.connector import HubSpot
from journeysync.connectors.salesforce.connector import Salesforce
from journeysync.core.language.model import Journey
from journeysync.core.planning.fields import field_specs
from journeysync.core.running.sync import Finished, Job, Outlook, finish, look
from journeysync.core.state.store import open_store
from journeysync.core.workspace import Workspace
from journeysync.sandbox.server import start

FIELDS = [spec.name for spec in field_specs([shipped()])]
BOTH = ("hubspot", "salesforce")
Tools = dict[str, HubSpot | Salesforce]


@dataclass
class TwoCrms:
    """One workspace on both."""

    portal: Portal
    org: Org
    folder: Path
    settings: dict[str, Any] = field(default_factory=dict)
    journeys: tuple[Journey, ...] = field(default_factory=lambda: (shipped(),))
    state: str = STATE
    order: tuple[str, ...] = BOTH
    """Which is read first."""

    @property
    def workspace(self) -> Workspace:
        return Workspace.model_validate(
            {
                "journeys": ["before-during-after"],
                "timezone": "Europe/London",
                "tools": {name: {} for name in self.order},
                "write_to": list(BOTH),
                "precedence": list(BOTH),
                **self.settings,
            }
        )

    def connect(self) -> Tools:
        made: Tools = {
            "hubspot": self.portal.connect(name="hubspot"),
            "salesforce": self.org.connect(name="salesforce"),
        }
        return {name: made[name] for name in self.order}

    @contextmanager
    def job(self, *, dry_run: bool = False, **more: Any) -> Iterator[Job]:
        tools = self.connect()
        store = open_store(self.state, self.folder, dry_run=dry_run)
        now = more.pop("now", self.portal.now)
        try:
            yield Job(
                store=store, workspace=self.workspace, journeys=self.journeys,
                sources=dict(tools), destinations={name: tools[name] for name in BOTH},
                now=now, clock=self.portal.now, **more,
            )  # fmt: skip
        finally:
            store.close()

    def provision(self) -> None:
        for tool in self.connect().values():
            tool.provision(["contact"], field_specs(self.journeys), dry_run=False, remove=False)

    def dry_run(self, **more: Any) -> Outlook:
        with self.job(dry_run=True, **more) as job:
            return look(job)

    def sync(self, **more: Any) -> Finished:
        with self.job(**more) as job:
            return finish(job, look(job), command="sync")

    def snapshot(self) -> Any:
        return self.portal.admin("GET", "/snapshot")

    def advance(self, days: float) -> None:
        self.portal.admin("POST", "/advance", {"days": days})

    def writes(self) -> dict[str, int]:
        """How many requests changed something since the journal was cleared, by tool."""
        found = dict.fromkeys(BOTH, 0)
        for one in self.portal.journal():
            found[one["tool"]] += bool(one["writes"])
        return found

    def held(self, tool: str, kind: str, number: str) -> dict[str, str]:
        """What a record holds in our fields now."""
        crm = self.connect()[tool]
        (answer,) = crm.present(kind, [number], FIELDS)
        return {name: one.value for name, one in answer.fields.items()}


@contextmanager
def two_crms(
    folder: Path, *, customers: int = 12, state: str = STATE, **settings: Any
) -> Iterator[TwoCrms]:
    """Serve both; their fields are made and nothing is written yet."""
    with start(customers=customers, limits=False, tools=BOTH) as sandbox:
        made = TwoCrms(Portal(sandbox, folder), Org(sandbox, folder), folder, settings, state=state)
        made.provision()
        made.org.clear()
        yield made
