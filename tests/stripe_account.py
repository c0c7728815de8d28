"""A connector on a pretend Stripe account, with time that passes only by sleeping."""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from pydantic import SecretStr

from journeysync.connectors.stripe.connector import Stripe
from journeysync.connectors.stripe.settings import read_settings
from journeysync.core.models import Event, RawRecord, RecordKey
from journeysync.core.ports import ToolSetup
from journeysync.sandbox.server import Sandbox, start


@dataclass
class Account:
    """A sandbox's account and what a person can do to it."""

    sandbox: Sandbox
    folder: Path
    slept: list[float] = field(default_factory=list)

    @property
    def now(self) -> datetime:
        return datetime.fromisoformat(self.sandbox.now)

    def connect(self, *, currency: str | None = None, **settings: Any) -> Stripe:
        """Make a connector that never really sleeps."""
        tool = self.sandbox.tools["stripe"]
        given = {"base_url": tool["base_url"], "api_key": SecretStr(tool["api_key"]), **settings}
        setup = ToolSetup("billing", given, self.folder, "Europe/London", "GB", currency)
        clock = [1000.0]

        def sleep(seconds: float) -> None:
            self.slept.append(seconds)
            clock[0] += seconds

        return Stripe(setup, read_settings(setup), sleep=sleep, monotonic=lambda: clock[0])

    def admin(self, method: str, path: str, body: object = None) -> Any:
        request = Request(
            self.sandbox.admin + path,
            data=None if body is None else json.dumps(body).encode(),
            method=method,
            headers={"Content-Type": "application/json"},
        )
        with urlopen(request, timeout=10) as answer:
            return json.load(answer)

    def edit(self, kind: str, action: str, **more: Any) -> Any:
        """Let a person work in the account."""
        command = {"tool": "stripe", "object": kind, "action": action, **more}
        return self.admin("POST", "/edit", command)

    def fault(self, kind: str, match: str = "GET /v1/charges", **more: Any) -> None:
        """Let a coming request fail."""
        self.admin("POST", "/faults", {"tool": "stripe", "kind": kind, "match": match, **more})

    def journal(self) -> list[dict[str, Any]]:
        return list(self.admin("GET", "/journal")["requests"])


@contextmanager
def account(folder: Path, *, customers: int = 0) -> Iterator[Account]:
    """Serve an account; without customers it is empty."""
    with start(customers=customers, tools=("stripe",), limits=False) as sandbox:
        yield Account(sandbox, folder)


def everything(tool: Stripe, until: datetime) -> dict[RecordKey, RawRecord]:
    """Read all streams whole."""
    return {
        record.key: record
        for stream in tool.streams
        for batch in tool.read(stream, None, until)
        for record in batch.records
        if not record.deleted
    }


def events(tool: Stripe, records: Iterable[RawRecord]) -> list[Event]:
    return [event for record in records for event in tool.normalise(record).events]


def told(here: Account, **settings: Any) -> list[tuple[str, dict[str, Any]]]:
    """Read all and list events as (kind, attributes), in the order of kinds."""
    tool = here.connect(**settings)
    found = events(tool, everything(tool, here.now).values())
    return sorted(((one.kind, dict(one.attributes)) for one in found), key=lambda one: one[0])
