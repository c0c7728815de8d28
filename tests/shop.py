"""A connector on a pretend shop, with time that passes only by sleeping."""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from pydantic import SecretStr

from journeysync.connectors.woocommerce.connector import WooCommerce
from journeysync.connectors.woocommerce.settings import read_settings
from journeysync.core.models import Event, RawRecord, RecordKey
from journeysync.core.ports import Batch, ToolSetup
from journeysync.sandbox.server import Sandbox, start


@dataclass
class Shop:
    """A sandbox's shop and what a person can do to it."""

    sandbox: Sandbox
    folder: Path
    slept: list[float] = field(default_factory=list)

    @property
    def now(self) -> datetime:
        return datetime.fromisoformat(self.sandbox.now)

    def connect(self, *, currency: str | None = None, **settings: Any) -> WooCommerce:
        """Make a connector that never really sleeps."""
        tool = self.sandbox.tools["woocommerce"]
        keys = {name: SecretStr(tool[name]) for name in ("consumer_key", "consumer_secret")}
        given = {"base_url": tool["base_url"], **keys, **settings}
        setup = ToolSetup("shop", given, self.folder, "Europe/London", "GB", currency)
        clock = [1000.0]

        def sleep(seconds: float) -> None:
            self.slept.append(seconds)
            clock[0] += seconds

        return WooCommerce(setup, read_settings(setup), sleep=sleep, monotonic=lambda: clock[0])

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
        command = {"tool": "woocommerce", "object": kind, "action": action, **more}
        return self.admin("POST", "/edit", command)

    def order(self, **more: Any) -> str:
        """Let somebody order; return the order's number."""
        given = {"status": "processing", "billing": {"email": "ana@example.com"}, **more}
        return str(self.edit("order", "create", **given)["id"])

    def fault(self, kind: str, match: str = "GET /wp-json/wc/v3/orders", **more: Any) -> None:
        """Let a coming request fail."""
        self.admin("POST", "/faults", {"tool": "woocommerce", "kind": kind, "match": match, **more})

    def journal(self) -> list[dict[str, Any]]:
        return list(self.admin("GET", "/journal")["requests"])


@contextmanager
def shop(folder: Path, *, customers: int = 0, zone: str = "") -> Iterator[Shop]:
    """Serve a shop; without customers it is empty."""
    with start(customers=customers, tools=("woocommerce",), limits=False) as sandbox:
        here = Shop(sandbox, folder)
        if zone:
            here.edit("site", "set", timezone=zone)
        yield here


def everything(tool: WooCommerce, until: datetime) -> dict[RecordKey, RawRecord]:
    """Read all streams whole."""
    return {
        record.key: record
        for stream in tool.streams
        for batch in tool.read(stream, None, until)
        for record in batch.records
        if not record.deleted
    }


def events(tool: WooCommerce, records: Iterable[RawRecord]) -> list[Event]:
    return [event for record in records for event in tool.normalise(record).events]


class Kept:
    """What a state would hold: records by stream, after any readings."""

    def __init__(self) -> None:
        self.streams: dict[str, dict[RecordKey, RawRecord]] = {}

    def take(self, stream: str, batches: Iterable[Batch]) -> None:
        """Do with the batches of a reading of changes what a run does."""
        kept = self.streams.setdefault(stream, {})
        for batch in batches:
            for record in batch.records:
                kept.pop(record.key, None)
                if not record.deleted:
                    kept[record.key] = record
            if batch.still is not None:
                for key in set(kept) - batch.still:
                    del kept[key]

    @property
    def all(self) -> dict[RecordKey, RawRecord]:
        return {key: one for kept in self.streams.values() for key, one in kept.items()}
