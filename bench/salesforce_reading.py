"""Measures reading Salesforce: requests, and CPU beside simple-salesforce's own `query_all`.

The org is one that holds pages ready (`salesforce_pages`), in a process of its own: only this
side's CPU is counted. The yardstick asks the very same query, takes the whole answer and makes a
dictionary of every record; ours makes of it the records that are kept.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import ceil
from pathlib import Path

import requests
from pydantic import SecretStr
from simple_salesforce.api import Salesforce as SimpleSalesforce

from bench.salesforce_pages import NOW, PAGE
from journeysync.commands.jobs import spare_collecting
from journeysync.connectors.salesforce.connector import Salesforce
from journeysync.connectors.salesforce.query import select
from journeysync.connectors.salesforce.session import Led
from journeysync.connectors.salesforce.settings import read_settings
from journeysync.connectors.salesforce.streams import STREAMS
from journeysync.core.ports import ToolSetup

CONTACTS = 100_000
LIMIT = 1 / 3
SPARE = 12
"""Requests that a reading may make whatever the number of contacts."""
TIMES = 5


def run(contacts: int = CONTACTS) -> bool:
    """Print the figures; return whether all are within their limits."""
    spare_collecting()  # as `sync` does
    with serving(contacts) as address, tempfile.TemporaryDirectory() as temporary:
        tool = _connect(address, Path(temporary))
        simple, soql = _simple(tool, address), _query(tool)
        before = tool.calls
        ours, read = _best(lambda: _contacts(tool))
        calls = (tool.calls - before) // TIMES
        theirs, seen = _best(lambda: _theirs(simple, soql))
    assert seen == read == contacts
    ratio, least = ours / theirs, ceil(contacts / PAGE)
    print(f"salesforce, {contacts:,} contacts:")
    print(
        f"  fetch, decode, keep: {ours:.2f} s CPU, simple-salesforce {theirs:.2f} s CPU, "
        f"ratio {ratio:.2f} (at most {LIMIT:.2f})"
    )
    print(f"  requests: {calls} = {least} + {calls - least} (at most {SPARE} more)")
    return ratio <= LIMIT and calls <= least + SPARE


def _cpu(work: Callable[[], int]) -> tuple[float, int]:
    start = time.process_time()
    found = work()
    return time.process_time() - start, found


def _best(work: Callable[[], int]) -> tuple[float, int]:
    """Take the quickest of a few times: everything slower is the machine's doing."""
    return min(_cpu(work) for _ in range(TIMES))


@contextmanager
def serving(contacts: int) -> Iterator[str]:
    """Serve an org from another process."""
    command = (sys.executable, "-m", "bench.salesforce_pages", str(contacts))
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        yield server.stdout.readline().strip()
    finally:
        server.terminate()
        server.wait()


def _connect(address: str, folder: Path) -> Salesforce:
    given = {"base_url": address, "client_id": "key", "client_secret": SecretStr("secret")}
    # By pages, however many there are.
    setup = ToolSetup("salesforce", {**given, "bulk_from": sys.maxsize}, folder, "Europe/London")
    return Salesforce(setup, read_settings(setup))


def _contacts(tool: Salesforce) -> int:
    """Read the contacts as a first run does."""
    return sum(len(batch.records) for batch in tool.read("contacts", None, NOW))


def _query(tool: Salesforce) -> str:
    """Return what the connector asks of contacts."""
    stream = STREAMS["contacts"]
    marks = {"IsDeleted", "SystemModstamp"}
    fields = [one for one in tool.reader.shape(stream).fields if one not in marks]
    return select(fields, stream.source)


def _simple(tool: Salesforce, address: str) -> SimpleSalesforce:
    """Let simple-salesforce speak to the same org, which is no https."""
    session = requests.Session()
    session.mount("https://", Led(address))
    return SimpleSalesforce(
        session_id=tool.client.token, instance_url="https://org.my.salesforce.com",
        session=session, version=tool.client.settings.api_version,
    )  # fmt: skip


def _theirs(simple: SimpleSalesforce, soql: str) -> int:
    """Ask for everything and make a dictionary of each record's fields, as its users do."""
    records = simple.query_all(soql)["records"]
    return len(
        [{name: value for name, value in one.items() if name != "attributes"} for one in records]
    )


if __name__ == "__main__":
    sys.exit(not run(*(int(one) for one in sys.argv[1:])))
