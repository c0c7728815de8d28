"""Measures reading and writing HubSpot: requests, and CPU beside a bare pooled client.

The portal is the sandbox's, in a process of its own: only this side's CPU is counted. The yardstick
fetches the very same pages over urllib3 and decodes them with msgspec, and keeps nothing.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import msgspec
import urllib3
from pydantic import SecretStr

from journeysync.commands.jobs import spare_collecting
from journeysync.connectors.hubspot import answers
from journeysync.connectors.hubspot.connector import HubSpot
from journeysync.connectors.hubspot.settings import read_settings
from journeysync.core.identity.rules import IdentityRules
from journeysync.core.ports import RecordWrite, ToolSetup
from journeysync.core.running.ingest import ingest
from journeysync.core.running.progress import silent
from journeysync.core.state.store import open_store
from journeysync.core.workspace import Workspace

CUSTOMERS = 10_000
"""Enough for a steady figure; all figures are given for 100,000."""
PAGE = 50
"""Contacts on a page, with the history that the mapping asks for."""
LINKS = 1000
LIMIT = 2.5
SPARE = 12
"""Requests that a reading may make whatever the number of contacts."""
PER = 100_000
TIMES = 7


@dataclass(frozen=True, slots=True)
class Portal:
    """A sandbox to read."""

    admin: str
    base_url: str
    token: str
    now: datetime

    def connect(self, folder: Path) -> HubSpot:
        given = {
            "base_url": self.base_url,
            "access_token": SecretStr(self.token),
        }
        setup = ToolSetup("hubspot", given, folder, "Europe/London", "GB")
        clock = [0.0]

        def sleep(seconds: float) -> None:
            clock[0] += seconds

        # It keeps its pace on a clock of its own: the sandbox allows everything.
        return HubSpot(setup, read_settings(setup), sleep=sleep, monotonic=lambda: clock[0])


def run(customers: int = CUSTOMERS) -> bool:
    """Print the figures; return whether all are within their limits."""
    spare_collecting()  # as `sync` does
    with sandbox(customers) as portal, tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        tool = portal.connect(folder)
        _contacts(tool, portal.now)
        query = _asked(portal)
        before = tool.calls
        # In turn, so that a busy minute of the machine meets both; the quickest of each counts.
        both = [
            (_cpu(lambda: _contacts(tool, portal.now)), _cpu(lambda: _bare(portal, query)))
            for _ in range(TIMES)
        ]
        calls = (tool.calls - before) // TIMES
        ours, read = min(one for one, _ in both)
        bare, contacts = min(one for _, one in both)
        whole, seen = _cpu(lambda: _ingest(portal, folder))
        wrote, written = _wrote(portal, folder, contacts)
    ratio = ours / bare
    least = ceil(contacts / PAGE) + ceil(contacts / LINKS)
    print(f"hubspot, for {PER:,} contacts ({contacts:,} were read):")
    print(
        f"  fetch, decode, keep: {_per(ours, read)}, bare client {_per(bare, contacts)}, "
        f"ratio {ratio:.2f} (at most {LIMIT})"
    )
    print(f"  requests: {calls} = {least} + {calls - least} (at most {SPARE} more)")
    print(f"  whole ingest, every stream, durable: {_per(whole, contacts)} ({seen:,} records)")
    batches = ceil(written / 100)
    print(f"  stages: {written:,} written in {wrote} calls = {batches} + {wrote - batches}")
    return ratio <= LIMIT and calls <= least + SPARE and wrote <= batches + SPARE


def _per(seconds: float, records: int) -> str:
    return f"{seconds * PER / records:.1f} s CPU"


def _cpu(work: Callable[[], int]) -> tuple[float, int]:
    start = time.process_time()
    found = work()
    return time.process_time() - start, found


@contextmanager
def sandbox(customers: int) -> Iterator[Portal]:
    """Serve a portal from another process."""
    command = (
        sys.executable, "-m", "journeysync.cli", "sandbox",
        "--customers", str(customers), "--limits", "off", "--only", "hubspot",
    )  # fmt: skip
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        ready: dict[str, Any] = json.loads(server.stdout.readline())
        tool = ready["tools"]["hubspot"]
        now = datetime.fromisoformat(ready["now"])
        yield Portal(ready["admin"], tool["base_url"], tool["access_token"], now)
    finally:
        server.terminate()
        server.wait()


def _asked(portal: Portal) -> str:
    """Return what the connector asked of the first page of contacts."""
    with urlopen(f"{portal.admin}/journal", timeout=60) as answer:
        requests = json.load(answer)["requests"]
    pages = (one for one in requests if one["path"].endswith("/contacts"))
    return next(str(one["query"]) for one in pages if f"limit={PAGE}" in one["query"])


def _bare(portal: Portal, query: str) -> int:
    """Fetch and decode every page over one connection; return how many contacts there are.

    The pages that say whose company is whose are among them: the connector reads them too.
    """
    pool = urllib3.PoolManager()
    headers = {"Authorization": f"Bearer {portal.token}", "Accept": "application/json"}
    address = f"{portal.base_url}/crm/objects/2026-03/contacts?{query}"
    links = f"{portal.base_url}/crm/associations/2026-03/contacts/companies/batch/read"
    after, found = "", 0
    ids: list[dict[str, str]] = []
    while True:
        reply = pool.request("GET", f"{address}{after}", headers=headers)
        page = answers.page(reply.data)
        found += len(page.results)
        ids += ({"id": one.id} for one in page.results)
        while len(ids) >= LINKS or (ids and not page.after):
            body = msgspec.json.encode({"inputs": ids[:LINKS]})
            asked = {**headers, "Content-Type": "application/json"}
            answers.links(pool.request("POST", links, body=body, headers=asked).data)
            del ids[:LINKS]
        if not page.after:
            return found
        after = f"&after={page.after}"


def _contacts(tool: HubSpot, now: datetime) -> int:
    """Read the contacts as a first run does, with their companies and what was archived."""
    found = 0
    for batch in tool.read("contacts", None, now):
        found += sum(not record.deleted for record in batch.records)
    return found


def _ingest(portal: Portal, folder: Path) -> int:
    """Read, normalise and store everything."""
    store = open_store("sqlite:///bench.db", folder, dry_run=False)
    try:
        rules = IdentityRules.of(Workspace.model_validate({"tools": {"hubspot": {}}}))
        tools = {"hubspot": portal.connect(folder)}
        report = ingest(
            store, tools, rules, now=portal.now, full=True, only=(), most_gone=1.0,
            progress=silent,
        )  # fmt: skip
    finally:
        store.close()
    return report.seen


def _wrote(portal: Portal, folder: Path, contacts: int) -> tuple[int, int]:
    """Write a stage to every contact; return how many calls it took and how many were written."""
    tool = portal.connect(folder)
    ids = [
        record.key.id
        for batch in tool.read("contacts", None, portal.now)
        for record in batch.records
        if not record.deleted
    ]
    before, done = tool.calls, 0
    for start in range(0, len(ids), tool.batch):
        rows = [
            RecordWrite("contact", one, {"journey_reason": "measured"})
            for one in ids[start : start + tool.batch]
        ]
        done += sum(one.status == "done" for one in tool.write_records(rows))
    assert done == contacts
    return tool.calls - before, done


if __name__ == "__main__":
    sys.exit(not run(*(int(one) for one in sys.argv[1:])))
