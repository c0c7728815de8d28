"""A studio with a pretend portal, a workspace and a state: runs as `sync` does, without waiting."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from hubspot_portal import Portal, portal

from journeysync.connectors.hubspot.connector import HubSpot
from journeysync.core.language.model import Journey
from journeysync.core.planning.fields import field_specs
from journeysync.core.planning.plan import Plan, TaskChange
from journeysync.core.running.apply import apply
from journeysync.core.running.maps import load_journey
from journeysync.core.running.sync import Finished, Job, Outlook, finish, look
from journeysync.core.state.store import Store, open_store
from journeysync.core.workspace import Workspace

STATE = "sqlite:///journeysync.db"


@lru_cache
def shipped() -> Journey:
    """The journey of the demo."""
    journey, problems, _ = load_journey("before-during-after", Path())
    assert journey is not None, problems
    return journey


@dataclass
class Studio:
    """One workspace on one pretend portal."""

    portal: Portal
    folder: Path
    settings: dict[str, Any] = field(default_factory=dict)
    journeys: tuple[Journey, ...] = field(default_factory=lambda: (shipped(),))
    state: str = STATE

    @property
    def workspace(self) -> Workspace:
        return Workspace.model_validate(
            {
                "journeys": ["before-during-after"],
                "timezone": "Europe/London",
                "tools": {"crm": {"type": "hubspot"}},
                "write_to": ["crm"],
                **self.settings,
            }
        )

    @contextmanager
    def job(self, *, dry_run: bool = False, **more: Any) -> Iterator[Job]:
        tool = self.portal.connect()
        store = open_store(self.state, self.folder, dry_run=dry_run)
        try:
            yield self._job(store, tool, **more)
        finally:
            store.close()

    def _job(self, store: Store, tool: HubSpot, **more: Any) -> Job:
        now = more.pop("now", self.portal.now)
        return Job(
            store=store,
            workspace=self.workspace,
            journeys=self.journeys,
            sources={"crm": tool},
            destinations={"crm": tool},
            now=now,
            clock=self.portal.now,
            **more,
        )

    def provision(self) -> None:
        self.portal.connect().provision(
            ["contact"], field_specs(self.journeys), dry_run=False, remove=False
        )

    def dry_run(self, **more: Any) -> Outlook:
        with self.job(dry_run=True, **more) as job:
            return look(job)

    def sync(self, **more: Any) -> Finished:
        with self.job(**more) as job:
            return finish(job, look(job), command="sync")

    def apply(self, plan: Plan, max_age: timedelta = timedelta(hours=24)) -> Finished:
        with self.job() as job:
            return apply(job, plan, max_age=max_age)

    def snapshot(self) -> Any:
        return self.portal.admin("GET", "/snapshot")

    def advance(self, days: float) -> None:
        self.portal.admin("POST", "/advance", {"days": days})

    def contact(self, number: str) -> dict[str, str]:
        """What a contact holds in our fields now."""
        (answer,) = self.portal.connect().present("contact", [number], FIELDS)
        return {name: held.value for name, held in answer.fields.items()}

    def writes(self) -> list[dict[str, Any]]:
        return [one for one in self.portal.journal() if one["writes"]]

    def contacts(self) -> list[str]:
        """List the contacts that are there now, by their ids."""
        with self._ask("GET", "/crm/objects/2026-03/contacts?limit=100") as answer:
            return [str(one["id"]) for one in json.load(answer)["results"]]

    def sandbox_request(self, method: str, path: str) -> int:
        """Ask the portal as any program with the key can; return the status."""
        with self._ask(method, path) as answer:
            return int(answer.status)

    def _ask(self, method: str, path: str) -> Any:
        tool = self.portal.sandbox.tools["hubspot"]
        asked = Request(tool["base_url"] + path, method=method)
        asked.add_header("Authorization", f"Bearer {tool['access_token']}")
        return urlopen(asked, timeout=10)

    def task(self, touchpoint: str) -> TaskChange:
        """The task that a dry run would open for a touchpoint."""
        return next(task for task in self.dry_run().plan.tasks if task.touchpoint == touchpoint)


FIELDS = [spec.name for spec in field_specs([shipped()])]


@contextmanager
def studio(
    folder: Path, *, customers: int = 25, state: str = STATE, **settings: Any
) -> Iterator[Studio]:
    """Serve a studio whose fields are made and of which nothing is written yet."""
    with portal(folder, customers=customers) as served:
        made = Studio(served, folder, settings, state=state)
        made.provision()
        served.forget_journal()
        yield made


def plain(document: Any) -> str:
    """Write a snapshot so that two can be compared and read."""
    return json.dumps(document, indent=1, sort_keys=True)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)
