"""A connector on a pretend Calendly, with time that passes only by sleeping or `/advance`."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from pydantic import SecretStr

from journeysync.connectors.calendly.connector import Calendly
from journeysync.connectors.calendly.settings import read_settings
from journeysync.core.models import RawRecord, Reading, RecordKey
from journeysync.core.ports import ToolSetup
from journeysync.sandbox.server import Sandbox, start

STREAM = "bookings"


@dataclass
class Here:
    """A sandbox's Calendly and what people can do in it."""

    sandbox: Sandbox
    folder: Path
    slept: list[float] = field(default_factory=list)

    @property
    def now(self) -> datetime:
        return datetime.fromisoformat(self.sandbox.now)

    def connect(self, **settings: Any) -> Calendly:
        """Make a connector that never really sleeps."""
        tool = self.sandbox.tools["calendly"]
        given = {
            "base_url": tool["base_url"],
            "access_token": SecretStr(tool["access_token"]),
            **settings,
        }
        setup = ToolSetup("cal", given, self.folder, "Europe/London", "GB")
        clock = [1000.0]

        def sleep(seconds: float) -> None:
            self.slept.append(seconds)
            clock[0] += seconds

        return Calendly(setup, read_settings(setup), sleep=sleep, monotonic=lambda: clock[0])

    def admin(self, method: str, path: str, value: Any = None) -> Any:
        body = None if value is None else json.dumps(value).encode()
        with urlopen(Request(self.sandbox.admin + path, body, method=method)) as answer:
            return json.load(answer)

    def edit(self, action: str, **more: Any) -> Any:
        return self.admin("POST", "/edit", {"tool": "calendly", "action": action, **more})

    def create(self, start: str, email: str = "ann@example.com", **more: Any) -> str:
        """Book, and give the invitee's id."""
        made = self.edit("create", start=start, email=email, first="Ann", last="Lee", **more)
        return str(made["id"])

    def move(self, invitee: str, start: str, by: str = "invitee") -> str:
        return str(self.edit("move", id=invitee, start=start, by=by)["id"])

    def advance(self, days: float) -> None:
        self.admin("POST", "/advance", {"days": days})

    def fault(self, kind: str, match: str = "", **more: Any) -> None:
        self.admin("POST", "/faults", {"tool": "calendly", "kind": kind, "match": match, **more})

    def journal(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.admin("GET", "/journal")["requests"]
        return found

    def forget_journal(self) -> None:
        self.admin("DELETE", "/journal")

    def invitees(self, event: str) -> list[str]:
        """Name who is invited to an event, in the order of their making."""
        tool = self.sandbox.tools["calendly"]
        asked = Request(
            f"{tool['base_url']}/scheduled_events/{event}/invitees",
            headers={"Authorization": f"Bearer {tool['access_token']}"},
        )
        with urlopen(asked) as answer:
            rows = json.load(answer)["collection"]
        return [str(row["uri"]).rpartition("/")[2] for row in rows]

    def whole(self, tool: Calendly | None = None) -> dict[RecordKey, RawRecord]:
        """Read everything."""
        tool = tool or self.connect()
        batches = tool.read(STREAM, None, self.now)
        return {record.key: record for batch in batches for record in batch.records}

    def readings(self, tool: Calendly | None = None) -> list[Reading]:
        tool = tool or self.connect()
        return [tool.normalise(record) for record in self.whole(tool).values()]

    def told(self, email: str = "ann@example.com") -> list[tuple[str, str]]:
        """(kind, instant) of what one person did, in the order of time."""
        found = self.readings()
        names = {one.name for reading in found for one in reading.people if email in one.emails}
        told = [event for one in found for event in one.events if event.person in names]
        return [(one.kind, one.at.isoformat()) for one in sorted(told, key=lambda e: (e.at, e.id))]


@contextmanager
def calendly(folder: Path, *, customers: int = 12, **more: Any) -> Iterator[Here]:
    """Serve a pretend Calendly, by default without limits."""
    options: dict[str, Any] = {"limits": False, **more}
    with start(customers=customers, tools=["calendly"], **options) as sandbox:
        yield Here(sandbox, folder)
