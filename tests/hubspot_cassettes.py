"""Cassettes of the pretend portal: recorded by `python tests/hubspot_cassettes.py`.

What may stand in a cassette is an allow list: no request header, a handful of response headers. A
key cannot slip in, and recording again gives a small diff.
"""

import sys
import tempfile
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from pydantic import SecretStr
from vcr import VCR

FOLDER = Path(__file__).with_name("cassettes")
HEADER = "# Recorded from journeysync's own sandbox, not from a live portal; made-up people only.\n"
KEPT_HEADERS = {
    "content-type", "x-hubspot-ratelimit-daily", "x-hubspot-ratelimit-daily-remaining",
    "x-hubspot-ratelimit-max", "x-hubspot-ratelimit-remaining",
}  # fmt: skip
LIVE = "https://api.hubapi.com"
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
SINCE = datetime(2026, 11, 10, 9, 0, tzinfo=UTC)
DUE = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)


def player(mode: str = "none") -> VCR:
    """Make a recorder or, by default, a player that lets nothing through to the network."""
    return VCR(
        cassette_library_dir=str(FOLDER),
        record_mode=mode,
        # Not by query and body: a mapping that asks for one more attribute needs no new cassette.
        match_on=("method", "host", "path"),
        before_record_request=_scrub_request,
        before_record_response=_scrub_response,
        decode_compressed_response=True,
    )


def _scrub_request(request: Any) -> Any:
    request.headers = {}
    parts = urlsplit(request.uri)
    request.uri = urlunsplit((*urlsplit(LIVE)[:2], parts.path, parts.query, ""))
    return request


def _scrub_response(response: dict[str, Any]) -> dict[str, Any]:
    headers = response["headers"]
    response["headers"] = {name: headers[name] for name in headers if name.lower() in KEPT_HEADERS}
    return response


def connect(base_url: str = LIVE, token: str = "pat-nobody") -> Any:
    """Make a connector that never sleeps."""
    from journeysync.connectors.hubspot.connector import HubSpot
    from journeysync.connectors.hubspot.settings import read_settings
    from journeysync.core.ports import ToolSetup

    given = {"base_url": base_url, "access_token": SecretStr(token)}
    setup = ToolSetup("crm", given, Path(tempfile.gettempdir()) / "no-workspace", "Europe/London")
    return HubSpot(setup, read_settings(setup), sleep=lambda _seconds: None)


# --- what was recorded -------------------------------------------------------------------------


def deals(tool: Any) -> list[str]:
    """Read all deals with their stage history, and tell the events of the first one."""
    records = [r for batch in tool.read("deals", None, NOW) for r in batch.records]
    told = [
        f"{event.kind} {event.at:%Y-%m-%d} {event.attributes.get('to', '')}".strip()
        for event in tool.normalise(min(records, key=lambda one: int(one.key.id))).events
    ]
    return list(dict.fromkeys(told))


def contacts(tool: Any) -> list[str]:
    """Read the contacts that changed in ten days."""
    found = [r for batch in tool.read("contacts", SINCE, NOW) for r in batch.records]
    return sorted(record.key.id for record in found)


def writing(tool: Any) -> list[str]:
    """Write three stages: one well, one with a wrong option, one of nobody (HubSpot says 207)."""
    from journeysync.core.ports import RecordWrite

    rows = [
        RecordWrite("contact", one, {"journey_stage": value})
        for one, value in (("99951", "before"), ("99952", "nowhere"), ("424242", "before"))
    ]
    return [f"{one.key} {one.status} {one.code}".strip() for one in tool.write_records(rows)]


def task(tool: Any) -> list[str]:
    """Make a task and find it by its key."""
    from journeysync.core.ports import TaskWrite

    row = TaskWrite("k1", "", "Call them", "Ask.", DUE, about=(("contact", "99951"),))
    made = tool.create_tasks([row])
    again = tool.create_tasks([row])
    return [f"{one.key} {one.status}" for one in (*made, *again)] + [
        f"{one.subject} {one.status}" for one in tool.tasks(keys=["k1"])
    ]


SCENES: Mapping[str, Callable[[Any], list[str]]] = {
    "hubspot_deals": deals,
    "hubspot_contacts": contacts,
    "hubspot_writing": writing,
    "hubspot_task": task,
}


def record() -> None:
    """Record every scene anew."""
    from hubspot_portal import SPECS

    from journeysync.sandbox.server import start

    for name, scene in SCENES.items():
        file = FOLDER / f"{name}.yaml"
        file.unlink(missing_ok=True)
        with start(customers=30, limits=False) as sandbox:
            tool = sandbox.tools["hubspot"]
            crm = connect(tool["base_url"], tool["access_token"])
            crm.provision(["contact"], SPECS, dry_run=False, remove=False)
            with player("once").use_cassette(file.name):
                told = scene(crm)
        file.write_text(HEADER + file.read_text())
        print(name, told)  # noqa: T201  a person looks at it


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent))
    record()
