"""Measures reading a Stripe account: requests, and CPU beside peers on the same pretend account.

The account is the sandbox's, in a process of its own: only this side's CPU is counted. The peers
are Stripe's own package, and dlt's REST source in an environment of its own (`make peers`); both
leave their imports out.
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
from journeysync.connectors.stripe.connector import Stripe
from journeysync.connectors.stripe.settings import read_settings
from journeysync.core.identity.rules import IdentityRules
from journeysync.core.ports import ToolSetup
from journeysync.core.running.ingest import ingest
from journeysync.core.running.progress import silent
from journeysync.core.state.store import open_store
from journeysync.core.workspace import Workspace

CUSTOMERS = 10_000
"""So many people of the pretend business: about 12,000 payments; figures are given for 100,000."""
PAGE = 100
PER = 100_000
LEAST = 5
"""So many times less CPU than Stripe's own package is promised."""
TIMES = 2
ROOT = Path(__file__).parents[1]
PEERS = {
    "Stripe's own package, nothing kept": (sys.executable, "stripe_charges.py"),
    "dlt's REST source": (str(ROOT / ".venv-dlt" / "bin" / "python"), "dlt_charges.py"),
}


@dataclass(frozen=True, slots=True)
class Account:
    """A pretend account to read."""

    admin: str
    url: str
    key: str
    now: datetime

    def connect(self, folder: Path) -> Stripe:
        given = {
            "base_url": self.url,
            "api_key": SecretStr(self.key),
            "calls_per_second": 100,
        }
        setup = ToolSetup("billing", given, folder, "Europe/London")
        return Stripe(setup, read_settings(setup))

    def edit(self, kind: str, action: str, **more: object) -> Any:
        return edit(self.admin, "stripe", kind, action, **more)


@contextmanager
def sandbox(customers: int) -> Iterator[Account]:
    """Serve an account from another process."""
    with serve("stripe", customers) as ready:
        tool = ready["tools"]["stripe"]
        yield Account(
            ready["admin"], tool["base_url"], tool["api_key"], datetime.fromisoformat(ready["now"])
        )


def run(customers: int = CUSTOMERS) -> None:
    """Print the figures."""
    spare_collecting()  # as `sync` does
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        with sandbox(1) as account:
            _refunded(account, folder)
        with sandbox(customers) as account:
            _many(account, folder)


def _refunded(account: Account, folder: Path) -> None:
    """Read 100 payments of which each was refunded."""
    for _ in range(PAGE):
        one = account.edit("charge", "create", amount=900, email="ana@example.com")
        account.edit("charge", "refund", id=one["id"], amount=100)
    tool = account.connect(folder)
    records = [one for batch in tool.read("charges", None, account.now) for one in batch.records]
    refunds = sum(
        len(one.content["refunds"])  # type: ignore[arg-type]  # a list
        for one in records
        if one.key.type == "payment"
    )
    print(f"stripe, 100 payments with their {refunds} refunds: {tool.calls} calls (at most 2)")


def _many(account: Account, folder: Path) -> None:
    account.connect(folder).check()  # the pretend account makes its payments when first asked
    ours, seen, calls = min(_read(account, folder) for _ in range(TIMES))
    whole = _ingest(account, folder)
    print(f"stripe, for {PER:,} payments ({seen:,} were read):")
    print(f"  fetch, decode, keep: {_per(ours, seen)}")
    print(f"  whole ingest, guests too, durable: {_per(whole, seen)}")
    print(f"  requests: {calls} (at most {ceil(seen / PAGE)})")
    for name, (python, script) in PEERS.items():
        if not Path(python).exists():
            print(f"  {name}: not installed here (`make peers`)")
            continue
        runs = [_peer(python, script, account) for _ in range(TIMES)]
        assert all(one["charges"] == seen for one in runs), f"{name} saw other payments"
        theirs = min(one["seconds"] for one in runs)
        least = f" (at least {LEAST})" if python == sys.executable else ""
        print(f"  {name}: {_per(theirs, seen)}, {theirs / ours:.1f} times ours{least}")
        if durable := min(one.get("whole", 0.0) for one in runs):
            print(f"  {name}, durable: {_per(durable, seen)}, {durable / whole:.1f} times ours")


def _read(account: Account, folder: Path) -> tuple[float, int, int]:
    """Read all payments as a first run does; return CPU seconds, payments and requests."""
    tool = account.connect(folder)
    start = time.process_time()
    seen = sum(
        record.key.type == "payment"
        for batch in tool.read("charges", None, account.now)
        for record in batch.records
    )
    return time.process_time() - start, seen, tool.calls


def _ingest(account: Account, folder: Path) -> float:
    """Read, normalise and store all payments, refunds and guests."""
    store = open_store("sqlite:///bench.db", folder, dry_run=False)
    try:
        rules = IdentityRules.of(Workspace.model_validate({"tools": {"billing": {}}}))
        tool = account.connect(folder)
        tool.streams = ("charges",)  # what the peers read
        start = time.process_time()
        ingest(
            store, {"billing": tool}, rules, now=account.now, full=True, only=(), most_gone=1.0,
            progress=silent,
        )  # fmt: skip
        return time.process_time() - start
    finally:
        store.close()


def _peer(python: str, script: str, account: Account) -> dict[str, float]:
    command = [python, ROOT / "bench" / "peers" / script, account.url, account.key]
    done = subprocess.run(
        command, capture_output=True, text=True, check=True, env={**os.environ, "PYTHONPATH": ""}
    )
    told: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return told


def _per(seconds: float, payments: int) -> str:
    return f"{seconds * PER / payments:.1f} s CPU"


if __name__ == "__main__":
    run(*(int(one) for one in sys.argv[1:]))
