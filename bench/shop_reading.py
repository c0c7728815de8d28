"""Measures reading a shop: requests, and CPU beside peer extractors on the same pretend shop.

The shop is the sandbox's, in a process of its own: only this side's CPU is counted. Peers run in
environments of their own (`make peers`), in the same run, and leave their imports out.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from bench.served import edit, serve
from journeysync.commands.jobs import spare_collecting
from journeysync.connectors.woocommerce.connector import WooCommerce
from journeysync.connectors.woocommerce.settings import read_settings
from journeysync.core.identity.rules import IdentityRules
from journeysync.core.ports import ToolSetup
from journeysync.core.running.ingest import ingest
from journeysync.core.running.progress import silent
from journeysync.core.state.store import open_store
from journeysync.core.workspace import Workspace

ORDERS = 10_000
"""Enough for a steady figure; all figures are given for 100,000."""
PAGE = 100
PER = 100_000
LEAST = 5
"""So many times less CPU than a peer is promised."""
TIMES = 2
SPARE = 4
"""Requests that a reading may make whatever the number of orders."""
ROOT = Path(__file__).parents[1]
PEERS = {
    "dlt's REST source": (".venv-dlt", "dlt_orders.py"),
    "Singer's tap-woocommerce": (".venv-tap", "singer_orders.py"),
}


@dataclass(frozen=True, slots=True)
class Shop:
    """A pretend shop to read."""

    admin: str
    url: str
    key: str
    secret: str
    now: datetime

    def connect(self, folder: Path) -> WooCommerce:
        given = {
            "base_url": self.url, "auth": "basic",
            "consumer_key": SecretStr(self.key), "consumer_secret": SecretStr(self.secret),
        }  # fmt: skip
        setup = ToolSetup("shop", given, folder, "Europe/London")
        return WooCommerce(setup, read_settings(setup))

    def edit(self, kind: str, action: str, **more: object) -> Any:
        return edit(self.admin, "woocommerce", kind, action, **more)


@contextmanager
def sandbox(customers: int) -> Iterator[Shop]:
    """Serve a shop from another process, which knows that its visitors come by https."""
    with serve("woocommerce", customers) as ready:
        tool = ready["tools"]["woocommerce"]
        made = Shop(
            ready["admin"], tool["base_url"], tool["consumer_key"], tool["consumer_secret"],
            datetime.fromisoformat(ready["now"]),
        )  # fmt: skip
        made.edit("site", "set", https=True)
        yield made


def run(orders: int = ORDERS) -> None:
    """Print the figures."""
    spare_collecting()  # as `sync` does
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        with sandbox(1) as shop:
            _refunded(shop, folder)
        with sandbox(orders) as shop:
            _many(shop, folder)


def _refunded(shop: Shop, folder: Path) -> None:
    """Read 100 orders of which each was refunded."""
    for _ in range(PAGE):
        one = shop.edit("order", "create", status="completed")
        shop.edit("order", "refund", id=one["id"], amount="1")
    tool = shop.connect(folder)
    records = [one for batch in tool.read("orders", None, shop.now) for one in batch.records]
    dated = sum(
        bool(back["date_created_gmt"])
        for one in records
        if one.key.type == "order"
        for back in one.content["refunds"]  # type: ignore[attr-defined]
    )
    print(f"woocommerce, 100 orders with their {dated} refunds: {tool.calls} calls (at most 2)")


def _many(shop: Shop, folder: Path) -> None:
    ours, seen, calls = min(_read(shop, folder) for _ in range(TIMES))
    least = 2 * ceil(seen / PAGE)
    whole = _ingest(shop, folder)
    print(f"woocommerce, for {PER:,} orders ({seen:,} were read):")
    print(f"  fetch, decode, keep: {_per(ours, seen)}")
    print(f"  whole ingest, accounts and guests too, durable: {_per(whole, seen)}")
    print(
        f"  requests: {calls} (at most {least // 2} for orders, one for 100 refunds, and {SPARE})"
    )
    for name, (folder_name, script) in PEERS.items():
        python = ROOT / folder_name / "bin" / "python"
        if not python.exists():
            print(f"  {name}: not installed here (`make peers`)")
            continue
        runs = [_peer(python, script, shop) for _ in range(TIMES)]
        assert all(one["orders"] == seen for one in runs), f"{name} saw other orders"
        theirs = min(one["seconds"] for one in runs)
        print(f"  {name}, extracting: {_per(theirs, seen)}, {_times(theirs, ours)}")
        durable = min(one.get("whole", 0.0) for one in runs)
        if durable:
            print(f"  {name}, durable: {_per(durable, seen)}, {_times(durable, whole)}")


def _read(shop: Shop, folder: Path) -> tuple[float, int, int]:
    """Read all orders as a first run does; return CPU seconds, orders and requests."""
    tool = shop.connect(folder)
    start = time.process_time()
    seen = sum(
        record.key.type == "order"
        for batch in tool.read("orders", None, shop.now)
        for record in batch.records
    )
    return time.process_time() - start, seen, tool.calls


def _ingest(shop: Shop, folder: Path) -> float:
    """Read, normalise and store all there is."""
    store = open_store("sqlite:///bench.db", folder, dry_run=False)
    try:
        rules = IdentityRules.of(Workspace.model_validate({"tools": {"shop": {}}}))
        tools = {"shop": shop.connect(folder)}
        start = time.process_time()
        ingest(
            store, tools, rules, now=shop.now, full=True, only=(), most_gone=1.0, progress=silent
        )
        return time.process_time() - start
    finally:
        store.close()


def _peer(python: Path, script: str, shop: Shop) -> dict[str, float]:
    command = [python, ROOT / "bench" / "peers" / script, shop.url, shop.key, shop.secret]
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
