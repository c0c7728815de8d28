"""Measures reading Shopify's orders: requests, and CPU beside a bare client, by file and by pages.

The shop is the sandbox's, in a process of its own: only this side's CPU is counted. The yardstick
runs the very same bulk operation, fetches its file over urllib3 and decodes it with msgspec line by
line; of the pages it fetches and decodes the same ones. It keeps nothing.
"""

import gc
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import urllib3
from pydantic import SecretStr

from journeysync.connectors.shopify import documents
from journeysync.connectors.shopify.connector import Shopify
from journeysync.connectors.shopify.settings import VERSION, read_settings
from journeysync.core.ports import ToolSetup

CUSTOMERS = 1_000
"""The pretend shop is slow, as it runs real GraphQL; all figures are given for 100,000 orders."""
PER = 100_000
_PAGE = 48


@dataclass(frozen=True, slots=True)
class Shop:
    """A sandbox to read."""

    base_url: str
    token: str
    now: datetime

    def connect(self, folder: Path, bulk_from: int) -> Shopify:
        given = {
            "base_url": self.base_url,
            "access_token": SecretStr(self.token),
            "bulk_from": bulk_from,
        }
        setup = ToolSetup("shopify", given, folder, "Europe/London", "GB")
        return Shopify(setup, read_settings(setup), sleep=lambda _: None, monotonic=lambda: 0.0)


def run(customers: int = CUSTOMERS) -> None:
    """Print the figures."""
    gc.freeze()  # as `sync` does
    with sandbox(customers) as shop, tempfile.TemporaryDirectory() as folder:
        print(f"shopify, for {PER:,} orders:")
        for name, bulk_from, bare in (("file", 1, _bare_file), ("pages", 10_000, _bare_pages)):
            tool = shop.connect(Path(folder), bulk_from)
            orders, ours = _timed(lambda tool=tool: _orders(tool, shop.now))
            _, theirs = _timed(lambda bare=bare: bare(shop))
            print(
                f"  by {name}: {ours * PER / orders:.1f} s CPU, bare client "
                f"{theirs * PER / orders:.1f} s, ratio {ours / theirs:.2f}; "
                f"{tool.calls} requests for {orders:,} orders"
            )


def _orders(tool: Shopify, now: datetime) -> int:
    return sum(len(batch.records) for batch in tool.read("orders", None, now))


def _timed(work: Callable[[], int]) -> tuple[int, float]:
    start = time.process_time()
    return work(), time.process_time() - start


def _asking(shop: Shop) -> Callable[..., dict[str, Any]]:
    pool = urllib3.PoolManager()
    address = f"{shop.base_url}/admin/api/{VERSION}/graphql.json"
    headers = {"X-Shopify-Access-Token": shop.token, "Content-Type": "application/json"}

    def ask(document: str, **variables: object) -> dict[str, Any]:
        body = json.dumps({"query": document, "variables": variables})
        reply = pool.request("POST", address, body=body, headers=headers)
        found: dict[str, Any] = msgspec.json.decode(reply.data)["data"]
        return found

    return ask


def _bare_file(shop: Shop) -> int:
    ask = _asking(shop)
    made = ask(documents.RUN, query=documents.bulk(documents.ORDERS, ""))
    number = made["bulkOperationRunQuery"]["bulkOperation"]["id"]
    while not (url := ask(documents.LOOK, id=number)["bulkOperation"]["url"]):
        pass
    lines = urllib3.PoolManager().request("GET", url).data.splitlines()
    return sum("__parentId" not in msgspec.json.decode(line) for line in lines)


def _bare_pages(shop: Shop) -> int:
    ask, after, count = _asking(shop), None, 0
    document = documents.page(documents.ORDERS)
    while True:
        found = ask(document, first=_PAGE, after=after, query=None)["orders"]
        count += len(found["nodes"])
        if not found["pageInfo"]["hasNextPage"]:
            return count
        after = found["pageInfo"]["endCursor"]


@contextmanager
def sandbox(customers: int) -> Iterator[Shop]:
    """Serve a shop from another process."""
    command = (
        sys.executable, "-m", "journeysync.cli", "sandbox",
        "--customers", str(customers), "--limits", "off", "--only", "hubspot", "--only", "shopify",
    )  # fmt: skip
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        ready: dict[str, Any] = json.loads(server.stdout.readline())
        tool = ready["tools"]["shopify"]
        now = datetime.fromisoformat(ready["now"])
        yield Shop(tool["base_url"], tool["access_token"], now)
    finally:
        server.terminate()
        server.wait()


if __name__ == "__main__":
    run(*(int(one) for one in sys.argv[1:]))
