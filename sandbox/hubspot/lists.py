"""The endpoints about lists of records: made, found by name, taken away. Members are not kept."""

from typing import Any

from journeysync.sandbox.hubspot.answers import Missing, Refusal, answer, empty
from journeysync.sandbox.hubspot.kinds import find_kind
from journeysync.sandbox.hubspot.objects import Call
from journeysync.sandbox.hubspot.portal import Portal
from journeysync.sandbox.wire import Answer

_MADE_OF = frozenset({"MANUAL", "DYNAMIC", "SNAPSHOT"})


def create(call: Call) -> Answer:
    """Answer `POST /crm/v3/lists`."""
    body, portal = call.body(), call.portal
    name, kind = str(body.get("name") or ""), find_kind(str(body.get("objectTypeId") or ""))
    if not name or kind is None or body.get("processingType") not in _MADE_OF:
        raise Refusal(400, "Invalid input JSON: name, objectTypeId and processingType are needed")
    if any(one["name"] == name for one in portal.lists.values()):
        raise Refusal(400, f"A list with the name {name} already exists", "VALIDATION_ERROR",
                      subCategory="ILS.DUPLICATE_LIST_NAMES")  # fmt: skip
    for one in _filters(body.get("filterBranch") or {}):
        if one.get("property") not in portal.definitions[kind.name]:
            raise Refusal(400, f"Property {one.get('property')} does not exist")
    number = str(len(portal.lists) + portal.lists_removed + 1)
    portal.lists[number] = {
        "listId": number,
        "listVersion": 1,
        "name": name,
        "objectTypeId": kind.type_id,
        "processingType": body["processingType"],
        "processingStatus": "COMPLETE",
        "filterBranch": body.get("filterBranch"),
        "createdAt": portal.now_text(),
        "updatedAt": portal.now_text(),
    }
    portal.store.changes += 1
    return answer(200, {"list": portal.lists[number]})


def _filters(branch: dict[str, Any]) -> list[dict[str, Any]]:
    found = list(branch.get("filters") or [])
    for one in branch.get("filterBranches") or []:
        found += _filters(one)
    return found


def named(call: Call, type_id: str, name: str) -> Answer:
    """Answer `GET /crm/v3/lists/object-type-id/{type}/name/{name}`."""
    for one in call.portal.lists.values():
        if (one["objectTypeId"], one["name"]) == (type_id, name):
            shown = {key: value for key, value in one.items() if key != "filterBranch"}
            return answer(200, {"list": one if call.flag("includeFilters") else shown})
    raise Missing


def remove(call: Call, number: str) -> Answer:
    """Answer `DELETE /crm/v3/lists/{number}`."""
    if call.portal.lists.pop(number, None) is None:
        raise Missing
    call.portal.lists_removed += 1
    call.portal.store.changes += 1
    return empty()


def snapshot(portal: Portal) -> list[dict[str, Any]]:
    """Show the lists without their numbers and clocks."""
    clocks = ("listId", "createdAt", "updatedAt")
    rows = [
        {key: value for key, value in one.items() if key not in clocks}
        for one in portal.lists.values()
    ]
    return sorted(rows, key=lambda row: str(row["name"]))
