"""The pretend HubSpot beside recorded answers of a real portal: status, headers, shape.

Each recorded request is sent to the sandbox, with ids put in that exist there.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from sandbox_client import Running, running

RECORDINGS = Path(__file__).parents[1] / "../shared/recordings/hubspot-v3"
# Kept by HubSpot's network and not by HubSpot.
PASSING = {"cf-ray"}
NAMES = sorted(path.stem for path in RECORDINGS.glob("*.json"))
SCOPELESS = {name for name in NAMES if name.endswith("no_scope")}
# What a portal has hundreds of is compared by name in a test of its own.
WIDE = {"contacts__properties"}

pytestmark = pytest.mark.skipif(
    not NAMES, reason="the recordings of a real portal are not beside this checkout"
)


def interactions(name: str) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = json.loads((RECORDINGS / f"{name}.json").read_text("utf-8"))[
        "interactions"
    ]
    return told


class Stage:
    """A sandbox in which the recorded requests make sense."""

    def __init__(self, box: Running) -> None:
        self.box = box
        self.ids: dict[str, str] = {}
        """Recorded id -> id here."""

    def known(self, kind: str, recorded: str) -> str:
        """Give a record for a recorded id; the first mention makes one."""
        if recorded not in self.ids:
            properties = {"name": "ACME Example"} if kind == "companies" else {}
            if kind == "contacts":
                email = f"known-{recorded}@example.com"
                properties = {"email": email, "firstname": "Test", "lastname": "User"}
            if kind == "companies":
                properties["domain"] = "example.com"
            reply = self.box.hubspot("POST", f"/crm/v3/objects/{kind}", {"properties": properties})
            self.ids[recorded] = reply.body["id"]
        return self.ids[recorded]

    def play(self, interaction: dict[str, Any]) -> Any:
        """Send a recorded request."""
        request = interaction["request"]
        parts = urlsplit(request["uri"])
        words = parts.path.split("/")
        found = interaction["response"]["status"] != 404
        if len(words) > 5 and words[5].isdecimal() and found and words[5] != "1":
            words[5] = self.known(words[4], words[5])
        body = request["body"] or None
        if body and words[-1] == "archive":
            body = {"inputs": [{"id": self.known(words[4], str(r["id"]))} for r in body["inputs"]]}
        query = f"?{parts.query}" if parts.query else ""
        reply = self.box.hubspot(request["method"], "/".join(words) + query, body, Accept="*/*")
        if interaction["response"]["status"] == 201 and "id" in interaction["response"]["body"]:
            self.ids[interaction["response"]["body"]["id"]] = reply.body["id"]
        return reply


@pytest.fixture
def stage() -> Iterator[Stage]:
    with running(5) as box:
        yield Stage(box)


def shape(value: Any) -> Any:
    """Reduce an answer to its keys and types; of a list the first row counts."""
    if isinstance(value, dict):
        return {key: shape(item) for key, item in sorted(value.items())}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return type(value).__name__


def prepare(stage: Stage, name: str) -> None:
    """Make what the recording took for granted."""
    if name == "lifecycle__contacts__batches__search":
        return
    if "search" in name or name.startswith("contacts__find_test"):
        for number in range(11):
            email = f"test{number or ''}@example.{'org' if number else 'com'}"
            values = {"email": email, "firstname": f"Test {number}", "lastname": "User"}
            stage.box.hubspot("POST", "/crm/v3/objects/contacts", {"properties": values})
        for _ in range(5):
            stage.box.hubspot("GET", "/crm/v3/owners")
    if name in SCOPELESS:
        stage.box.fault("lost-scope")


@pytest.mark.parametrize("name", [name for name in NAMES if name not in WIDE])
def test_a_recorded_exchange(stage: Stage, name: str) -> None:
    """Status, header names and the shape of the body are the recorded ones."""
    prepare(stage, name)
    for interaction in interactions(name):
        recorded, reply = interaction["response"], stage.play(interaction)
        assert reply.status == recorded["status"], reply.content
        missing = set(recorded["headers"]) - PASSING - set(reply.headers)
        assert not missing
        for header in ("content-type", "x-hubspot-notfound"):
            assert reply.headers.get(header) == recorded["headers"].get(header)
        if isinstance(recorded["body"], dict):
            assert comparable(reply.body, name) == comparable(recorded["body"], name)
        else:
            assert reply.content.decode() == recorded["body"]


def comparable(body: dict[str, Any], name: str) -> Any:
    told = shape(body)
    if name in SCOPELESS and "errors" in told:
        # Which scopes an answer lists is the portal's business.
        del told["errors"][0]["context"]
    if name == "users__list_first":
        told.pop("paging", None)  # the recorded portal had a single user
    return told


def test_searches_tell_only_of_the_day(stage: Stage) -> None:
    """Their answers carry the daily pair of limits and no other."""
    for name in ("contacts__search", "contacts__search_by_email", "contacts__search_by_string"):
        recorded = interactions(name)[0]["response"]["headers"]
        reply = stage.play(interactions(name)[0])
        told = {header for header in reply.headers if "ratelimit" in header}
        assert told == {header for header in recorded if "ratelimit" in header}


def test_property_definitions(stage: Stage) -> None:
    """Those we have are described like those of the portal, value by value where it matters."""
    recorded = {
        row["name"]: row
        for row in interactions("contacts__properties")[0]["response"]["body"]["results"]
    }
    here = {
        row["name"]: row
        for row in stage.box.hubspot("GET", "/crm/v3/properties/contacts").body["results"]
    }
    both = set(here) & set(recorded)
    assert len(both) > 35
    differing = {
        (name, key)
        for name in both
        for key in ("type", "fieldType", "hubspotDefined", "externalOptions", "hidden")
        if recorded[name][key] != here[name][key]
    }
    assert not differing
    read_only = {
        name
        for name in both
        if recorded[name]["modificationMetadata"]["readOnlyValue"]
        != here[name]["modificationMetadata"]["readOnlyValue"]
    }
    assert not read_only
    assert set(recorded["email"]) <= set(here["email"])
    assert set(recorded["email"]["modificationMetadata"]) == set(
        here["email"]["modificationMetadata"]
    )
