"""The endpoints about the account itself: details, usage, owners, pipelines."""

from typing import Any

from journeysync.sandbox.hubspot import limits
from journeysync.sandbox.hubspot.answers import Missing, answer
from journeysync.sandbox.hubspot.definitions import BORN
from journeysync.sandbox.hubspot.kinds import Kind
from journeysync.sandbox.hubspot.objects import Call
from journeysync.sandbox.hubspot.portal import PORTAL_ID, Owner, Pipeline
from journeysync.sandbox.wire import Answer

MAX_OWNERS = 500


def details(call: Call) -> Answer:
    del call
    return answer(
        200,
        {
            "portalId": PORTAL_ID,
            "accountType": "STANDARD",
            "timeZone": "Europe/London",
            "companyCurrency": "GBP",
            "additionalCurrencies": [],
            "utcOffset": "+00:00",
            "utcOffsetMilliseconds": 0,
            "uiDomain": "app-eu1.hubspot.com",
            "dataHostingLocation": "eu1",
        },
    )


def usage(call: Call) -> Answer:
    row = {
        "name": "private-apps-api-calls-daily",
        "usageLimit": limits.DAILY,
        "currentUsage": call.portal.limits.today,
        "fetchStatus": "SUCCESS",
        "resetsAt": call.portal.now_text(),
        "collectedAt": call.portal.now_text(),
    }
    return answer(200, {"results": [row]})


def owners(call: Call) -> Answer:
    """List owners; the inactive ones are listed as archived."""
    archived, email = call.flag("archived"), call.one("email")
    limit = call.number("limit", 100, MAX_OWNERS)
    start = int(call.one("after", "0") or "0")
    found = [
        owner
        for owner in sorted(call.portal.owners.values(), key=lambda owner: owner.id)
        if owner.active is not archived and email in ("", owner.email) and owner.id >= start
    ]
    body: dict[str, Any] = {"results": [_owner(owner) for owner in found[:limit]]}
    if len(found) > limit:
        cursor = str(found[limit].id)
        body["paging"] = {"next": {"after": cursor, "link": call.link(after=cursor)}}
    return answer(200, body)


def owner(call: Call, text: str) -> Answer:
    """Read one owner, by owner id or with `idProperty=userId` by user id."""
    by_user = call.one("idProperty") == "userId"
    for found in call.portal.owners.values():
        number = found.user if by_user else found.id
        if str(number) == text and found.active is not call.flag("archived"):
            return answer(200, _owner(found))
    raise Missing


def _owner(item: Owner) -> dict[str, Any]:
    body: dict[str, Any] = {
        "id": str(item.id),
        "email": item.email,
        "type": "PERSON",
        "firstName": item.first,
        "lastName": item.last,
        "userIdIncludingInactive": item.user,
        "createdAt": BORN,
        "updatedAt": BORN,
        "archived": not item.active,
    }
    if item.active:
        body["userId"] = item.user
    if item.team:
        body["teams"] = [{"id": "501", "name": item.team, "primary": True}]
    return body


def pipelines(call: Call, kind: Kind) -> Answer:
    known = call.portal.pipelines.get(kind.name, {}).values()
    rows = [_pipeline(item, order) for order, item in enumerate(known)]
    return answer(200, {"results": rows})


def pipeline(call: Call, kind: Kind, name: str) -> Answer:
    for order, item in enumerate(call.portal.pipelines.get(kind.name, {}).values()):
        if item.id == name:
            return answer(200, _pipeline(item, order))
    raise Missing


def stages(call: Call, kind: Kind, name: str) -> Answer:
    found = call.portal.pipelines.get(kind.name, {}).get(name)
    if found is None:
        raise Missing
    return answer(200, {"results": _pipeline(found, 0)["stages"]})


def _pipeline(item: Pipeline, order: int) -> dict[str, Any]:
    return {
        "label": item.label,
        "displayOrder": order,
        "id": item.id,
        "stages": [
            {
                "label": stage.label,
                "displayOrder": at,
                "metadata": stage.metadata,
                "id": stage.id,
                "createdAt": BORN,
                "updatedAt": BORN,
                "archived": False,
                "writePermissions": "CRM_PERMISSIONS_ENFORCEMENT",
            }
            for at, stage in enumerate(item.stages)
        ],
        "createdAt": BORN,
        "updatedAt": BORN,
        "archived": item.archived,
    }
