"""A pretend booking tool, a connector on it, and a state: what is read is stored as by a run."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from pydantic import SecretStr

from journeysync.connectors import registry
from journeysync.core.identity.rules import IdentityRules
from journeysync.core.models import Event, RawRecord, Reading
from journeysync.core.ports import Source, ToolSetup
from journeysync.core.running.ingest import ReadReport, ingest
from journeysync.core.running.progress import silent
from journeysync.core.state.store import open_store
from journeysync.sandbox.server import Sandbox, start


class Readable:
    """A connector on some tool, and states that it is read into."""

    folder: Path
    now: datetime

    def connect(self) -> Source:
        """Make a connector as the registry does."""
        raise NotImplementedError

    def records(
        self, source: Source | None = None, since: datetime | None = None
    ) -> dict[str, RawRecord]:
        """Read everything, or what a run after `since` reads; the last version of each record."""
        source = source or self.connect()
        batches = [b for name in source.streams for b in source.read(name, since, self.now)]
        return {r.key.id: r for b in batches for r in b.records if not r.deleted}

    def reading(self, number: object) -> Reading:
        """Read one record as it is now, and say what it means."""
        source = self.connect()
        return source.normalise(self.records(source)[str(number)])

    def sync(self, state: str, *, full: bool = False) -> ReadReport:
        """Read into a state as a run does."""
        store = open_store(f"sqlite:///{state}.db", self.folder, dry_run=False)
        try:
            return ingest(
                store, {"tool": self.connect()}, IdentityRules(),
                now=self.now, full=full, only=(), most_gone=0.1, progress=silent,
            )  # fmt: skip
        finally:
            store.close()

    def stored(self, state: str) -> dict[str, tuple[str, str, dict[str, Any]]]:
        """What a state holds: id of an event -> its person, instant and attributes."""
        from sqlalchemy import select

        from journeysync.core.instants import iso
        from journeysync.core.state import tables as t

        store = open_store(f"sqlite:///{state}.db", self.folder, dry_run=False)
        try:
            with store.begin() as connection:
                rows = connection.execute(
                    select(t.event.c.id, t.event.c.person, t.event.c.at, t.event.c.attributes)
                ).all()
        finally:
            store.close()
        return {row[0]: (row[1], iso(row[2]), json.loads(row[3])) for row in rows}


@dataclass
class Bookable(Readable):
    """One pretend tool and what a person can do to it."""

    sandbox: Sandbox
    tool: str
    folder: Path
    settings: dict[str, Any] = field(default_factory=dict)

    @property
    def now(self) -> datetime:  # type: ignore[override]
        return datetime.fromisoformat(self.sandbox.now)

    def connect(self, **settings: Any) -> Source:
        """Make a connector as the registry does."""
        given: dict[str, Any] = dict(self.sandbox.tools[self.tool])
        kind = given.pop("type", self.tool)
        given["access_token"] = SecretStr(given["access_token"])
        setup = ToolSetup(
            "tool", {**given, **self.settings, **settings}, self.folder, "Europe/London"
        )
        return registry.make(kind, setup)

    def admin(self, method: str, path: str, body: object = None) -> Any:
        request = Request(
            self.sandbox.admin + path,
            data=None if body is None else json.dumps(body).encode(),
            method=method,
            headers={"Content-Type": "application/json"},
        )
        with urlopen(request, timeout=10) as answer:
            return json.load(answer)

    def fault(self, match: str, kind: str, **more: Any) -> None:
        """Let a coming request fail."""
        self.admin("POST", "/faults", {"tool": self.tool, "match": match, "kind": kind, **more})

    def edit(self, action: str, kind: str, number: object = None, **properties: Any) -> Any:
        """Let somebody at the desk work in the tool."""
        command: dict[str, Any] = {"tool": self.tool, "object": kind, "action": action}
        if number is not None:
            command["id"] = str(number)
        return self.admin("POST", "/edit", {**command, "properties": properties})

    def advance(self, days: float) -> None:
        self.admin("POST", "/advance", {"days": days})

    def journal(self) -> list[dict[str, Any]]:
        return list(self.admin("GET", "/journal")["requests"])


@contextmanager
def bookable(
    tool: str, folder: Path, *, customers: int = 20, seed: int = 1, **settings: Any
) -> Iterator[Bookable]:
    """Serve one pretend booking tool; it counts no requests."""
    with start(customers=customers, seed=seed, tools=[tool], limits=False) as sandbox:
        yield Bookable(sandbox, tool, folder, settings)


def kinds(events: tuple[Event, ...]) -> dict[str, Event]:
    """Events by the second half of their kind."""
    return {event.kind.removeprefix("booking."): event for event in events}


def ahead(now: datetime, **more: float) -> str:
    """Write an instant some time from now."""
    return (now + timedelta(**more)).isoformat()
