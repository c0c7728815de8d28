"""Makes the lists that a team works through each morning, and takes them away.

The API knows lists, not the saved views of an index page, and no list knows who looks at it: what
is only mine stays a step to click.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from journeysync.connectors.http import LacksScope, Refused
from journeysync.connectors.hubspot.client import Client, nothing
from journeysync.core.ports import FieldSpec, Provisioning

_NOT_FOUND = 404
_TYPES = {"contacts": "0-1", "companies": "0-2"}
_STAGE, _STATUS, _NEXT = "journey_stage", "journey_status", "journey_next_touchpoint"


class _Named(msgspec.Struct):
    listId: str = ""  # noqa: N815  the name HubSpot uses


class _Found(msgspec.Struct):
    list: _Named


_found = msgspec.json.Decoder(_Found, strict=False).decode


@dataclass(frozen=True, slots=True)
class _List:
    name: str
    steps: str
    filters: tuple[dict[str, Any], ...]


def _is(name: str, *values: str) -> dict[str, Any]:
    operation = {
        "operationType": "ENUMERATION",
        "operator": "IS_ANY_OF",
        "values": list(values),
        "includeObjectsWithNoValueSet": False,
    }
    return {"filterType": "PROPERTY", "property": name, "operation": operation}


def _known(name: str, *, known: bool) -> dict[str, Any]:
    operation = {
        "operationType": "ALL_PROPERTY",
        "operator": "IS_KNOWN" if known else "IS_UNKNOWN",
        "includeObjectsWithNoValueSet": not known,
    }
    return {"filterType": "PROPERTY", "property": name, "operation": operation}


_LISTS = (
    _List("Behind", "Journey status is Behind", (_is(_STATUS, "behind"),)),
    _List("Stuck", "Journey status is Stuck", (_is(_STATUS, "stuck"),)),
    _List(
        "No next step",
        "Journey stage is known, Journey next touchpoint is unknown, Journey status is not Done",
        (
            _known(_STAGE, known=True),
            _known(_NEXT, known=False),
            _is(_STATUS, "on_track", "behind", "stuck"),
        ),
    ),
)


class Lists:
    """Makes and removes our lists in one portal."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def make(
        self, stream: str, specs: Sequence[FieldSpec], *, dry_run: bool
    ) -> Iterator[Provisioning]:
        """Make the lists that are missing, where the properties they look at are ours."""
        if stream not in _TYPES or not {_STAGE, _STATUS, _NEXT} <= {one.name for one in specs}:
            return
        made = False
        for one in _LISTS:
            what = f"list of {stream} {_name(stream, one)}"
            try:
                if self._number(stream, one):
                    yield Provisioning(what, "keep")
                    continue
                if not dry_run:
                    path = self._client.paths.lists()
                    self._client.write("POST", path, nothing, _body(stream, one))
            except (LacksScope, Refused):
                yield Provisioning(
                    f"{what}: the key may make none (scopes crm.lists.read, crm.lists.write); or "
                    f"make it in HubSpot under CRM > Lists, with the filter: {one.steps}",
                    "click",
                )
            else:
                made = True
                yield Provisioning(what, "create")
        if made:
            yield Provisioning(
                f"view of {stream} Behind, mine: open {stream} in HubSpot, filter by Journey "
                "status is Behind and by owner is Me, and save the view",
                "click",
            )

    def remove(self, stream: str, *, dry_run: bool) -> Iterator[Provisioning]:
        """Take away what `make` made. Filters need their properties: lists go first."""
        for one in _LISTS if stream in _TYPES else ():
            try:
                number = self._number(stream, one)
                if number and not dry_run:
                    self._client.write("DELETE", self._client.paths.lists(number), nothing)
            except LacksScope:
                return
            if number:
                yield Provisioning(f"list of {stream} {_name(stream, one)}", "remove")

    def _number(self, stream: str, one: _List) -> str:
        """Return the number of a list; empty where there is none of its name."""
        path = self._client.paths.list_named(_TYPES[stream], _name(stream, one))
        try:
            return self._client.get(path, _found).list.listId
        except Refused as refused:
            if refused.answer.status == _NOT_FOUND:
                return ""
            raise


def _name(stream: str, one: _List) -> str:
    """Name a list; names are unique in a portal, whatever the list is of."""
    return f"Journey: {one.name}" + ("" if stream == "contacts" else f" ({stream})")


def _body(stream: str, one: _List) -> dict[str, Any]:
    every = {
        "filterBranchType": "AND",
        "filterBranchOperator": "AND",
        "filterBranches": [],
        "filters": list(one.filters),
    }
    return {
        "name": _name(stream, one),
        "objectTypeId": _TYPES[stream],
        "processingType": "DYNAMIC",
        "filterBranch": {
            "filterBranchType": "OR",
            "filterBranchOperator": "OR",
            "filterBranches": [every],
            "filters": [],
        },
    }
