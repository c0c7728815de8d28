"""A connector on a pretend portal, with time that passes only by sleeping."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from pydantic import SecretStr

from journeysync.connectors.hubspot.connector import HubSpot
from journeysync.connectors.hubspot.settings import read_settings
from journeysync.core.models import RawRecord, Reading
from journeysync.core.ports import FieldSpec, ToolSetup
from journeysync.sandbox.server import Sandbox, start

SPECS = (
    FieldSpec("journey_stage", "Journey stage", "Where they stand.", "choice",
              (("before", "Before"), ("during", "During"))),
    FieldSpec("journey_stage_since", "Since", "Since when.", "instant"),
    FieldSpec("journey_reason", "Reason", "Why.", "text"),
    FieldSpec("journey_missed", "Missed", "How many.", "number"),
)  # fmt: skip
TOKEN_NAME = "JOURNEYSYNC_CRM__ACCESS_TOKEN"


@dataclass
class Portal:
    """A sandbox's portal and what a person can do to it."""

    sandbox: Sandbox
    folder: Path
    slept: list[float] = field(default_factory=list)

    @property
    def now(self) -> datetime:
        return datetime.fromisoformat(self.sandbox.now)

    def connect(self, *, patient: bool = False, name: str = "crm", **settings: Any) -> HubSpot:
        """Make a connector; unless it is patient, it never really sleeps."""
        tool = self.sandbox.tools["hubspot"]
        given = {
            "base_url": tool["base_url"],
            "access_token": SecretStr(tool["access_token"]),
            **settings,
        }
        setup = ToolSetup(name, given, self.folder, "Europe/London", "GB")
        clock = [1000.0]

        def sleep(seconds: float) -> None:
            self.slept.append(seconds)
            clock[0] += seconds

        if patient:
            return HubSpot(setup, read_settings(setup))
        return HubSpot(setup, read_settings(setup), sleep=sleep, monotonic=lambda: clock[0])

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
        self.admin("POST", "/faults", {"tool": "hubspot", "match": match, "kind": kind, **more})

    def edit(self, action: str, kind: str, record: str, **more: Any) -> Any:
        """Let a person work in the portal."""
        command = {"tool": "hubspot", "object": kind, "id": record, "action": action, **more}
        return self.admin("POST", "/edit", command)

    def journal(self) -> list[dict[str, Any]]:
        return list(self.admin("GET", "/journal")["requests"])

    def forget_journal(self) -> None:
        self.admin("DELETE", "/journal")


@contextmanager
def portal(folder: Path, *, customers: int = 30, limits: bool = False) -> Iterator[Portal]:
    """Serve a portal of a small business; it counts real seconds where it limits."""
    with start(customers=customers, limits=limits) as sandbox:
        yield Portal(sandbox, folder)


def everything(tool: HubSpot, stream: str, until: datetime) -> dict[str, RawRecord]:
    """Read a whole stream, what is gone left out."""
    return living(r for batch in tool.read(stream, None, until) for r in batch.records)


def living(records: Iterator[RawRecord]) -> dict[str, RawRecord]:
    return {record.key.id: record for record in records if not record.deleted}


def changes(tool: HubSpot, stream: str, since: datetime, until: datetime) -> list[RawRecord]:
    return [r for batch in tool.read(stream, since, until) for r in batch.records]


def readings(tool: HubSpot, records: Sequence[RawRecord]) -> list[Reading]:
    return [tool.normalise(record) for record in records]


def outcomes(found: Sequence[Any]) -> Mapping[str, tuple[str, str]]:
    """Show outcomes as key -> (status, code)."""
    return {one.key: (one.status, one.code) for one in found}
