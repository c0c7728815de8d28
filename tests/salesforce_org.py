"""A connector on a pretend Salesforce org, with time that passes only by sleeping."""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from pydantic import SecretStr

from journeysync.connectors.salesforce.connector import Salesforce
from journeysync.connectors.salesforce.settings import read_settings
from journeysync.core.models import Event, RawRecord, Reading, RecordKey
from journeysync.core.ports import Batch, ToolSetup
from journeysync.sandbox.server import Sandbox, start

MINUTES = timedelta(minutes=1)
SECRETS = ("client_secret", "session_id", "password", "private_key", "security_token")


@dataclass
class Org:
    """A sandbox's org and what a person can do to it."""

    sandbox: Sandbox
    folder: Path
    slept: list[float] = field(default_factory=list)

    @property
    def now(self) -> datetime:
        return datetime.fromisoformat(self.sandbox.now)

    def connect(
        self, *, currency: str | None = None, name: str = "tool", **settings: Any
    ) -> Salesforce:
        """Make a connector that never really sleeps."""
        given = {
            key: SecretStr(str(value)) if key in SECRETS else value
            for key, value in {**self.sandbox.tools["salesforce"], **settings}.items()
        }
        setup = ToolSetup(name, given, self.folder, "Europe/London", "GB", currency)
        clock = [1000.0]

        def sleep(seconds: float) -> None:
            self.slept.append(seconds)
            clock[0] += seconds

        return Salesforce(setup, read_settings(setup), sleep=sleep, monotonic=lambda: clock[0])

    def mapping(self, text: str) -> None:
        """Lay a mapping of the workspace's own over the shipped one."""
        path = self.folder / "mappings/fields/salesforce.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")

    def admin(self, method: str, path: str, body: object = None) -> Any:
        request = Request(
            self.sandbox.admin + path,
            data=None if body is None else json.dumps(body).encode(),
            method=method,
            headers={"Content-Type": "application/json"},
        )
        with urlopen(request, timeout=10) as answer:
            return json.load(answer)

    def edit(self, action: str, kind: str, **more: Any) -> Any:
        """Let a person work in the org."""
        command = {"tool": "salesforce", "object": kind, "action": action, **more}
        return self.admin("POST", "/edit", command)

    def create(self, kind: str, *, to: Sequence[str] = (), **properties: Any) -> str:
        """Let a person make a record, hung on others; say its id."""
        ends = [{"id": one} for one in to]
        return str(self.edit("create", kind, properties=properties, to=ends)["id"])

    def turn(self, **switches: Any) -> None:
        """Let an administrator turn switches."""
        self.edit("set", "org", properties=switches)

    def fault(self, kind: str, match: str = "GET /services/data", **more: Any) -> None:
        self.admin("POST", "/faults", {"tool": "salesforce", "match": match, "kind": kind, **more})

    def journal(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.admin("GET", "/journal")["requests"]
        return found

    def clear(self) -> None:
        self.admin("DELETE", "/journal")


@contextmanager
def org(folder: Path, *, customers: int = 0, seed: int = 1, limits: bool = True) -> Iterator[Org]:
    """Serve an org; without customers it holds its users and settings only."""
    with start(customers=customers, seed=seed, tools=("salesforce",), limits=limits) as sandbox:
        yield Org(sandbox, folder)


def living(batches: Iterable[Batch]) -> dict[RecordKey, RawRecord]:
    """Take the records that are not gone, the last version of each."""
    return {r.key: r for batch in batches for r in batch.records if not r.deleted}


def whole(tool: Salesforce, stream: str, now: datetime) -> dict[RecordKey, RawRecord]:
    return living(tool.read(stream, None, now))


def changed(tool: Salesforce, stream: str, now: datetime) -> list[RawRecord]:
    """Read what changed a moment ago."""
    since = now - 5 * MINUTES
    return [r for batch in tool.read(stream, since, now) for r in batch.records]


def readings(tool: Salesforce, stream: str, now: datetime) -> list[Reading]:
    return [tool.normalise(one) for one in whole(tool, stream, now).values()]


def told(tool: Salesforce, stream: str, now: datetime) -> list[Event]:
    """Return the events of a stream, in order."""
    found = [event for one in readings(tool, stream, now) for event in one.events]
    return sorted(found, key=lambda one: (one.at, one.kind, one.person))
