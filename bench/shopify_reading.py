"""Measures reading Shopify: requests, and CPU beside a peer extractor on the same pretend shop.

The shop is the sandbox's, in a process of its own: only this side's CPU is counted. The peer runs
in an environment of its own (`make peers`), in the same run, asks for the same fields of the same
orders, and leaves its imports out. It turns pages, as it knows no files.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from bench.served import ask, edit, serve
from journeysync.commands.jobs import spare_collecting
from journeysync.connectors.shopify import documents
from journeysync.connectors.shopify.connector import Shopify
from journeysync.connectors.shopify.settings import VERSION, read_settings
from journeysync.core.identity.rules import IdentityRules
from journeysync.core.ports import ToolSetup
from journeysync.core.running.ingest import ingest
from journeysync.core.running.progress import silent
from journeysync.core.state.store import open_store
from journeysync.core.workspace import Workspace
from journeysync.sandbox.shopify.keys import CLIENT_ID

CUSTOMERS = 5_000
"""The most whose parcels and returns are told; all figures are given for 100,000 orders."""
PER = 100_000
REFUNDED = 100
LEAST = 5
"""So many times less CPU than a peer is promised."""
TIMES = 3
ROOT = Path(__file__).parents[1]
PEER = "dlt's REST source"
_APP = {
    "access_token": None, "client_id": SecretStr(CLIENT_ID),
    "client_secret": SecretStr("shpss_sandbox_1"),
}  # fmt: skip
"""Keys that are exchanged for a token of a day, in place of one that stays."""
_NEVER = 24 * 365
"""Hours between two looks at all ids, where only changes are counted."""
_FILE, _PAGES = 500, 10_000
"""From so many records on Shopify writes a file: as it comes, and never."""


@dataclass(frozen=True, slots=True)
class Shop:
    """A pretend shop to read."""

    admin: str
    base_url: str
    keys: Mapping[str, SecretStr]
    now: datetime

    def connect(self, folder: Path, **settings: object) -> Shopify:
        """Make a connector that need not wait: limits are off."""
        given = {"base_url": self.base_url, "sweep_hours": _NEVER, **self.keys, **settings}
        setup = ToolSetup("shop", given, folder, "Europe/London", "GB")
        return Shopify(setup, read_settings(setup), sleep=lambda _: None, monotonic=lambda: 0.0)

    def ask(self, path: str, body: object = None) -> Any:
        return ask(self.admin, path, body)

    def edit(self, kind: str, action: str, **more: object) -> Any:
        return edit(self.admin, "shopify", kind, action, **more)


@contextmanager
def sandbox(customers: int) -> Iterator[Shop]:
    """Serve a shop from another process."""
    with serve("shopify", customers) as ready:
        tool = ready["tools"]["shopify"]
        keys = {"access_token": SecretStr(tool["access_token"])}
        yield Shop(ready["admin"], tool["base_url"], keys, datetime.fromisoformat(ready["now"]))


def run(customers: int = CUSTOMERS) -> None:
    """Print the figures."""
    spare_collecting()  # as `sync` does
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        with sandbox(1) as shop:
            _refunded(shop, folder)
        with sandbox(customers) as shop:
            _many(shop, folder)


# --- requests ------------------------------------------------------------------------------------


def _refunded(shop: Shop, folder: Path) -> None:
    """Read 100 orders of which each was refunded: all of them, and as what changed."""
    for _ in range(REFUNDED):
        one = shop.edit("order", "create", email="ana@example.com")
        shop.edit("order", "refund", id=one["id"], amount="1")
    reading = 0
    for what, since in (("first", None), ("later", shop.now - timedelta(minutes=5))):
        tool = shop.connect(folder)
        records = [one for batch in tool.read("orders", since, shop.now) for one in batch.records]
        refunds = sum(
            event.kind == "order.refunded"
            for one in records
            for event in tool.normalise(one).events
        )
        assert refunds == REFUNDED
        reading = tool.calls
        print(f"shopify, {refunds} orders with refunds, {what}: {reading} calls (at most 2)")
    tool = shop.connect(folder, **_APP)
    list(tool.read("orders", since, shop.now))
    print(f"  where the app has keys of its own: {tool.calls - reading} more a day, for a token")
    later = datetime.fromisoformat(shop.ask("/advance", {"days": 1})["now"])
    tool = shop.connect(folder)
    for stream in tool.streams:
        list(tool.read(stream, later, later))
    print(f"shopify, nothing new: {tool.calls} calls for {len(tool.streams)} streams")


# --- CPU -----------------------------------------------------------------------------------------


def _many(shop: Shop, folder: Path) -> None:
    by_file = min(_read(shop, folder, _FILE) for _ in range(TIMES))
    by_pages = min(_read(shop, folder, _PAGES) for _ in range(TIMES))
    seen = by_file[1]
    assert by_pages[1] == seen
    whole = _ingest(shop, folder)
    print(f"shopify, for {PER:,} orders ({seen:,} were read):")
    print(f"  fetch, decode, keep: {_per(by_file[0], seen)} by file, in {by_file[2]} requests")
    print(f"  ... by pages: {_per(by_pages[0], seen)}, in {by_pages[2]} requests")
    print(f"  whole ingest, guests too, durable: {_per(whole, seen)}")
    python = ROOT / ".venv-dlt" / "bin" / "python"
    if not python.exists():
        print(f"  {PEER}: not installed here (`make peers`)")
        return
    runs = [_peer(python, shop) for _ in range(TIMES)]
    assert all(one["orders"] == seen for one in runs), f"{PEER} saw other orders"
    theirs = min(one["seconds"] for one in runs)
    print(f"  {PEER}, extracting: {_per(theirs, seen)}, {_times(theirs, by_file[0])};")
    print(f"  ... {theirs / by_pages[0]:.1f} times ours where we turn pages, too")
    durable = min(one["whole"] for one in runs)
    print(f"  {PEER}, durable: {_per(durable, seen)}, {_times(durable, whole)}")


def _read(shop: Shop, folder: Path, bulk_from: int) -> tuple[float, int, int]:
    """Read all orders as a first run does; return CPU seconds, orders and requests."""
    tool = shop.connect(folder, bulk_from=bulk_from)
    start = time.process_time()
    seen = sum(len(batch.records) for batch in tool.read("orders", None, shop.now))
    return time.process_time() - start, seen, tool.calls


def _ingest(shop: Shop, folder: Path) -> float:
    """Read, normalise and store all orders."""
    store = open_store("sqlite:///bench.db", folder, dry_run=False)
    try:
        rules = IdentityRules.of(Workspace.model_validate({"tools": {"shop": {"type": "shopify"}}}))
        tool = shop.connect(folder)
        tool.streams = ("orders",)
        start = time.process_time()
        ingest(
            store,
            {"shop": tool},
            rules,
            now=shop.now,
            full=True,
            only=(),
            most_gone=1.0,
            progress=silent,
        )
        return time.process_time() - start
    finally:
        store.close()


def _peer(python: Path, shop: Shop) -> dict[str, float]:
    address = f"{shop.base_url}/admin/api/{VERSION}/graphql.json"
    token = shop.keys["access_token"].get_secret_value()
    document, size = documents.page(documents.ORDERS), str(documents.ORDERS.first)
    command = [python, ROOT / "bench" / "peers" / "dlt_graphql.py", address, token, document, size]
    done = subprocess.run(
        command, capture_output=True, text=True, check=True, env={**os.environ, "PYTHONPATH": ""}
    )
    told: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return told


def _times(theirs: float, ours: float) -> str:
    return f"{theirs / ours:.1f} times ours (at least {LEAST})"


def _per(seconds: float, records: int) -> str:
    return f"{seconds * PER / records:.1f} s CPU"


if __name__ == "__main__":
    run(*(int(one) for one in sys.argv[1:]))
