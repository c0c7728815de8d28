"""Measures writing to Salesforce: requests for many stages, and what an unchanged run costs.

The org is the sandbox's, in a process of its own: only this side's CPU is counted. Stages are
written as a run does, so many rows at a time as the connector asks for.
"""

import json
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

from journeysync.commands.jobs import spare_collecting
from journeysync.connectors.salesforce.connector import Salesforce
from journeysync.connectors.salesforce.settings import read_settings
from journeysync.core.planning.fields import field_specs
from journeysync.core.ports import RecordWrite, ToolSetup
from journeysync.core.running.maps import load_journey
from journeysync.core.running.sync import Finished, Job, finish, look
from journeysync.core.state.store import open_store
from journeysync.core.workspace import Workspace

CUSTOMERS = 3_000
"""Enough for a steady figure; CPU is given for 100,000."""
PER = 100_000
BATCH = 200
SPARE = 12
"""Requests that writing may cost whatever the number of rows: signing in, a look at the org."""
JOB = 60
"""Requests that a bulk job may cost whatever the number of its rows."""
MAP = "before-during-after"


@dataclass(frozen=True, slots=True)
class Org:
    """A sandbox to write to."""

    tool: dict[str, str]
    now: datetime

    def connect(self, folder: Path, **settings: Any) -> Salesforce:
        given = {
            "base_url": self.tool["base_url"],
            "client_id": self.tool["client_id"],
            "client_secret": SecretStr(self.tool["client_secret"]),
            **settings,
        }
        setup = ToolSetup("salesforce", given, folder, "Europe/London", "GB")
        return Salesforce(setup, read_settings(setup), sleep=lambda _seconds: None)


def run(customers: int = CUSTOMERS) -> bool:
    """Print the figures; return whether all are within their limits."""
    spare_collecting()  # as `sync` does
    with sandbox(customers) as org, tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        journey, problems, _ = load_journey(MAP, folder)
        assert journey is not None, problems
        made = org.connect(folder).provision(
            ["contact"], field_specs([journey]), dry_run=False, remove=False
        )
        assert made
        tool = org.connect(folder)
        ids = [r["Id"] for page in tool.client.query("SELECT Id FROM Contact") for r in page]
        calls, seconds = _write(tool, ids, tool.batch, "measured")
        jobs, _ = _write(org.connect(folder), ids, tool.bulk_batch, "measured again")
        first, again = _sync(org, folder), _sync(org, folder)
    least = ceil(len(ids) / BATCH)
    print(f"salesforce, {len(ids):,} contacts:")
    print(f"  stages by hundreds: {calls} calls = {least} + {calls - least} (at most {SPARE} more)")
    print(f"  CPU for {PER:,} stages: {seconds * PER / len(ids):.1f} s")
    print(f"  the same as a bulk job: {jobs} calls (at most {JOB})")
    print(f"  whole sync: {first[0].counts.calls} calls for {first[0].counts.stages:,} stages")
    wrote = again[0].counts
    print(f"  unchanged: {again[1]} calls, all of them reading; {wrote.stages} stages written")
    return calls <= least + SPARE and jobs <= JOB and wrote.calls == wrote.stages == 0


def _write(tool: Salesforce, ids: list[str], size: int, text: str) -> tuple[int, float]:
    """Write a field of every contact; return the requests and the CPU it took."""
    tool.owners()
    before, start, done = tool.calls, time.process_time(), 0
    for at in range(0, len(ids), size):
        rows = [
            RecordWrite("contact", one, {"journey_reason": text}) for one in ids[at : at + size]
        ]
        done += sum(one.status == "done" for one in tool.write_records(rows))
    assert done == len(ids)
    return tool.calls - before, time.process_time() - start


def _sync(org: Org, folder: Path) -> tuple[Finished, int]:
    """Run the whole product once; return what it did and how many requests it sent."""
    journey, _, _ = load_journey(MAP, folder)
    assert journey is not None
    tool = org.connect(folder)
    workspace = Workspace.model_validate(
        {"journeys": [MAP], "timezone": "Europe/London", "tools": {"salesforce": {}},
         "write_to": ["salesforce"]}
    )  # fmt: skip
    store = open_store("sqlite:///bench.db", folder, dry_run=False)
    try:
        job = Job(
            store=store, workspace=workspace, journeys=(journey,), sources={"salesforce": tool},
            destinations={"salesforce": tool}, now=org.now, clock=org.now,
        )  # fmt: skip
        return finish(job, look(job), command="sync"), tool.calls
    finally:
        store.close()


@contextmanager
def sandbox(customers: int) -> Iterator[Org]:
    """Serve an org from another process."""
    command = (
        sys.executable, "-m", "journeysync.cli", "sandbox",
        "--customers", str(customers), "--limits", "off", "--only", "salesforce",
    )  # fmt: skip
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        ready: dict[str, Any] = json.loads(server.stdout.readline())
        yield Org(ready["tools"]["salesforce"], datetime.fromisoformat(ready["now"]))
    finally:
        server.terminate()
        server.wait()


if __name__ == "__main__":
    sys.exit(not run(*(int(one) for one in sys.argv[1:])))
