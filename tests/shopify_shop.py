"""A connector on a pretend Shopify, with time that passes only by sleeping."""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
from pydantic import SecretStr

from journeysync.connectors.shopify import documents, read
from journeysync.connectors.shopify.connector import Shopify
from journeysync.connectors.shopify.settings import read_settings
from journeysync.core.models import Event, RawRecord, RecordKey
from journeysync.core.ports import Batch, ToolSetup
from journeysync.sandbox.server import Sandbox, start


@dataclass
class Store:
    """A sandbox's shop and what a person can do to it."""

    sandbox: Sandbox
    folder: Path
    slept: list[float] = field(default_factory=list)

    @property
    def now(self) -> datetime:
        return datetime.fromisoformat(self.sandbox.now)

    def connect(self, *, currency: str | None = None, **settings: Any) -> Shopify:
        """Make a connector that never really sleeps."""
        tool = self.sandbox.tools["shopify"]
        keys = {"access_token": SecretStr(tool["access_token"])}
        given = {"base_url": tool["base_url"], **keys, **settings}
        setup = ToolSetup("shop", given, self.folder, "Europe/London", "GB", currency)
        clock = [1000.0]

        def sleep(seconds: float) -> None:
            self.slept.append(seconds)
            clock[0] += seconds

        return Shopify(setup, read_settings(setup), sleep=sleep, monotonic=lambda: clock[0])

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
        """Let a person work in the shop."""
        command = {"tool": "shopify", "object": kind, "action": action, **more}
        return self.admin("POST", "/edit", command)

    def order(self, **more: Any) -> str:
        """Let somebody order; return the order's number in addresses."""
        return str(self.edit("order", "create", **{"email": "ana@example.com", **more})["number"])

    def fault(self, kind: str, **more: Any) -> None:
        """Let a coming request fail."""
        match = "POST /admin/api/graphql.json"
        self.admin("POST", "/faults", {"tool": "shopify", "kind": kind, "match": match, **more})

    def journal(self) -> list[dict[str, Any]]:
        return list(self.admin("GET", "/journal")["requests"])


def turn_many_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the first page hold so few orders that there is always a second one."""
    orders = replace(documents.ORDERS, first=10)
    monkeypatch.setattr(read, "SHAPES", {**documents.SHAPES, "orders": orders})


@contextmanager
def store(folder: Path, *, customers: int = 0, limits: bool = False) -> Iterator[Store]:
    """Serve a shop; without customers it is empty."""
    with start(customers=customers, tools=("shopify",), limits=limits) as sandbox:
        yield Store(sandbox, folder)


def everything(tool: Shopify, until: datetime) -> dict[RecordKey, RawRecord]:
    """Read all streams whole."""
    return {
        record.key: record
        for stream in tool.streams
        for batch in tool.read(stream, None, until)
        for record in batch.records
        if not record.deleted
    }


def events(tool: Shopify, records: Iterable[RawRecord]) -> list[Event]:
    return [event for record in records for event in tool.normalise(record).events]


class Shelf:
    """What a state would hold of one tool after any readings, as a run stores them."""

    def __init__(self) -> None:
        self.streams: dict[str, dict[RecordKey, RawRecord]] = {}

    def take(self, stream: str, batches: Iterable[Batch]) -> None:
        kept = self.streams.setdefault(stream, {})
        seen: set[RecordKey] = set()
        ends: list[Batch] = []
        for batch in batches:
            kept.update({record.key: record for record in batch.records})
            seen |= {record.key for record in batch.records} | batch.listed.keys()
            if batch.still is not None:
                self._keep(kept, batch.still, None)
            if batch.complete or batch.window:
                ends.append(batch)
        for end in ends:
            self._keep(kept, seen, end.window.start if end.window else None)

    def _keep(
        self,
        kept: dict[RecordKey, RawRecord],
        there: Iterable[RecordKey],
        start: datetime | None,
    ) -> None:
        found = set(there)
        for key, record in list(kept.items()):
            inside = start is None or (record.listed_at is not None and record.listed_at >= start)
            if inside and key not in found:
                del kept[key]

    @property
    def all(self) -> dict[RecordKey, RawRecord]:
        return {key: one for kept in self.streams.values() for key, one in kept.items()}
