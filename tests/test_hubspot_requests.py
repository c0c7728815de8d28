"""Every request of the connector is one that HubSpot's own package can express.

The connector makes its requests raw, because the package's typed methods end at paths that are
retired and decode fifteen times slower. Its paths and models are the proof that we speak right.
"""

import importlib
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import hubspot
import pytest
from hubspot_portal import SPECS, Portal, changes, everything, portal

from journeysync.connectors.http import Exchange
from journeysync.connectors.hubspot.client import Client
from journeysync.connectors.hubspot.connector import HubSpot
from journeysync.connectors.hubspot.settings import VERSIONS
from journeysync.core.planning.fields import field_specs
from journeysync.core.ports import RecordWrite, TaskWrite

DUE = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
SUBMISSIONS = "/form-integrations/v1/submissions/forms/"
"""The package has no path for them."""
NOT_IN_THE_PACKAGE = {("GET", "/account-info/v3/details")}

MODELS = {
    ("POST", r"/crm/v3/objects/\w+/search"): ("objects", "PublicObjectSearchRequest"),
    ("POST", r"/crm/v3/objects/\w+/batch/read"): (
        "objects",
        "BatchReadInputSimplePublicObjectId",
    ),
    ("POST", r"/crm/v3/objects/\w+/batch/update"): (
        "objects",
        "BatchInputSimplePublicObjectBatchInput",
    ),
    ("POST", r"/crm/v3/objects/\w+/batch/create"): (
        "objects",
        "BatchInputSimplePublicObjectBatchInputForCreate",
    ),
    ("POST", r"/crm/v4/associations/\w+/\w+/batch/read"): (
        "associations.v4",
        "BatchInputPublicFetchAssociationsBatchRequest",
    ),
    ("POST", r"/crm/v3/lists"): ("lists", "ListCreateRequest"),
    ("POST", r"/crm/v3/properties/\w+/groups"): ("properties", "PropertyGroupCreate"),
    ("POST", r"/crm/v3/properties/\w+"): ("properties", "PropertyCreate"),
    ("PATCH", r"/crm/v3/properties/\w+/\w+"): ("properties", "PropertyUpdate"),
}


Sent = list[tuple[str, str, Any]]


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sent]:
    """Everything the connector ever sends, in the numbered version that the package knows."""
    found: Sent = []
    plain = Client._exchange

    def noted(self: Client, method: Any, path: str, query: Any, body: Any) -> Exchange:
        found.append((method, path, body))
        return plain(self, method, path, query, body)

    with pytest.MonkeyPatch.context() as patch, portal(tmp_path_factory.mktemp("portal")) as here:
        patch.setattr(Client, "_exchange", noted)
        do_everything(here, here.connect(api_version="v3"))
        yield found


def do_everything(here: Portal, tool: HubSpot) -> None:
    for stream in tool.streams:
        everything(tool, stream, here.now)
        changes(tool, stream, here.now - timedelta(days=30), here.now)
    tool.check()
    tool.owners()
    tool.record_url("contact", "1")
    tool.provision(["contact"], SPECS, dry_run=False, remove=False)
    tool.provision(["company"], field_specs([]), dry_run=False, remove=False)
    tool.provision(["company"], field_specs([]), dry_run=False, remove=True)
    options = (*SPECS[0].options, ("after", "After"))
    more = type(SPECS[0])("journey_stage", "Journey stage", "…", "choice", options)
    tool.provision(["contact"], [more], dry_run=False, remove=False)
    one = min(everything(tool, "contacts", here.now))
    tool.write_records([RecordWrite("contact", one, {"journey_stage": "after"})])
    tool.present("contact", [one, "424242"], ["journey_stage"], history=True)
    row = TaskWrite("k", "", "Call", "Ask.", DUE, "", "high", None, "t", "a", (("contact", one),))
    (made,) = tool.create_tasks([row])
    tool.change_tasks([TaskWrite("k", made.id, close_because="seen")])
    tool.tasks(keys=["k"], ids=[made.id])
    tool.provision(["contact"], SPECS, dry_run=False, remove=True)


def test_every_path_is_one_of_the_package(sent: Sent) -> None:
    known = {re.sub(r"\{\w+\}", r"[^/]+", path).rstrip("/") for path in _paths()}
    asked = {(method, path) for method, path, _ in sent} - NOT_IN_THE_PACKAGE
    asked = {one for one in asked if not one[1].startswith(SUBMISSIONS)}

    assert len(asked) > 50
    assert [one for one in asked if not any(re.fullmatch(p, one[1]) for p in known)] == []


def _paths() -> Iterator[str]:
    """Read every path that the package's generated methods use."""
    for part in ("crm", "marketing/forms", "oauth"):
        for file in (Path(hubspot.__file__).parent / part).rglob("*_api.py"):
            yield from re.findall(r'"(/(?:crm|marketing|oauth)/[^"]+)"', file.read_text())


def test_every_body_is_one_of_the_package(sent: Sent) -> None:
    """A body that goes through the package's model comes out as it went in: no key is ours."""
    seen = set()
    for method, path, body in sent:
        if body is None:
            continue
        (shape,) = [s for s in MODELS if s[0] == method and re.fullmatch(s[1], path)]
        seen.add(shape)
        package, model = MODELS[shape]
        module = importlib.import_module(f"hubspot.crm.{package}")
        client = module.ApiClient()
        decoded = client._ApiClient__deserialize(body, model)
        if "sorts" in body:
            # The model says a list of texts; HubSpot's guide, and what works, is what we send.
            decoded.sorts = body["sorts"]
        assert _as_sent(client.sanitize_for_serialization(decoded), body) == body

    assert seen == set(MODELS)


def _as_sent(again: Any, body: Any) -> Any:
    """Take out the `type` that the package's model of all filters in one adds to each of them."""
    if isinstance(again, dict) and isinstance(body, dict):
        kept = {name: value for name, value in again.items() if name in body or name != "type"}
        return {name: _as_sent(value, body.get(name)) for name, value in kept.items()}
    if isinstance(again, list) and isinstance(body, list) and len(again) == len(body):
        return [_as_sent(one, other) for one, other in zip(again, body, strict=True)]
    return again


@pytest.mark.parametrize("version", VERSIONS)
def test_every_version_of_the_api_reads_the_same(tmp_path: Path, version: str) -> None:
    """The paths differ, the portal is the same."""
    with portal(tmp_path) as here:
        tool, other = here.connect(), here.connect(api_version=version)
        for stream in tool.streams:
            assert everything(tool, stream, here.now) == everything(other, stream, here.now)
        do_everything(here, other)
        asked = {one["path"] for one in here.journal()}

    assert any(f"/{version}/" in path or f"/{version}" in path for path in asked)
