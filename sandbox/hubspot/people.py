"""Somebody at work in the portal: edits that do not come through the API.

By default a person (`CRM_UI`); with `"by": "automation"` a workflow, with
`"by": "integration"` another app. What they change is found by searches at once, because
people do not edit in the second before a run; `"lag": true` makes it late.
"""

from typing import Any

from journeysync.sandbox.front import BadEdit
from journeysync.sandbox.hubspot import effects, objects
from journeysync.sandbox.hubspot.answers import Refusal
from journeysync.sandbox.hubspot.kinds import KINDS, PLAIN, PRIMARY, Kind, find_kind
from journeysync.sandbox.hubspot.portal import SEARCH_LAG, Portal
from journeysync.sandbox.hubspot.store import Record, Stamp
from journeysync.sandbox.hubspot.validation import check

_SOURCES = {
    "person": ("CRM_UI", "userId:1001", 1001),
    "automation": ("AUTOMATION_PLATFORM", "enrollmentId:73511", None),
    "integration": ("INTEGRATION", "9001234", None),
}
ACTIONS = ("set", "complete", "delete", "merge", "create", "link", "unlink", "require")


def edit(portal: Portal, command: dict[str, Any]) -> dict[str, Any]:
    """Do what the command says and show the record afterwards."""
    action, kind = str(command.get("action", "")), find_kind(str(command.get("object", "")))
    by = str(command.get("by", "person"))
    if kind is None:
        raise BadEdit(f"object must be one of {', '.join(KINDS)}")
    if by not in _SOURCES:
        raise BadEdit(f"by must be one of {', '.join(_SOURCES)}")
    if action not in ACTIONS:
        raise BadEdit(f"action must be one of {', '.join(ACTIONS)} for hubspot")
    source, source_id, user = _SOURCES[by]
    stamp = Stamp(portal.tick(), source, source_id, user)
    portal.store.visible_from = portal.requests + 1 + SEARCH_LAG if command.get("lag") else None
    try:
        return _edit(portal, kind, action, command, stamp)
    except Refusal as refusal:
        raise BadEdit(refusal.message) from None
    finally:
        portal.store.visible_from = None


def _edit(
    portal: Portal, kind: Kind, action: str, command: dict[str, Any], stamp: Stamp
) -> dict[str, Any]:
    if action in ("create", "require"):
        make = _create if action == "create" else _require
        return make(portal, kind, command, stamp)
    record = _find(portal, kind, command)
    if action == "set":
        _set(portal, record, _wanted(command), stamp)
    elif action == "complete":
        if kind.name != "tasks":
            raise BadEdit("only tasks can be completed")
        _set(portal, record, {"hs_task_status": "COMPLETED"}, stamp)
    elif action == "delete":
        if command.get("permanently"):
            portal.store.forget(record)
            return {"id": str(record.id), "deleted": True}
        portal.store.archive(record, stamp.at)
    elif action == "merge":
        other = _get(portal, kind, command.get("other", command.get("with", command.get("into"))))
        if "into" in command:
            record, other = other, record
        if other is record:
            raise BadEdit("a record cannot be merged with itself")
        record = objects.merge(portal, record, other, stamp, new_id=bool(command.get("new_id")))
    else:
        _links(portal, record, command, stamp, make=action == "link")
    return portal.show(record, list(record.values))


def _require(portal: Portal, kind: Kind, command: dict[str, Any], _: Stamp) -> dict[str, Any]:
    """Make an administrator's rule: where `property` is `value`, `needed` must be filled in."""
    rule = tuple(str(command.get(name, "")) for name in ("property", "value", "needed"))
    if not rule[0] or not rule[2]:
        raise BadEdit("require needs property, value and needed")
    portal.admin_rules.setdefault(kind.name, []).append((rule[0], rule[1], rule[2]))
    return {"rules": len(portal.admin_rules[kind.name])}


def _wanted(command: dict[str, Any]) -> dict[str, Any]:
    """Read what to set: `properties`, or one `property` with its `value`."""
    for name in ("properties", "values", "fields"):
        if isinstance(command.get(name), dict):
            return dict(command[name])
    if "id" in command and "property" in command:
        return {str(command["property"]): command.get("value", "")}
    raise BadEdit("set needs properties: {NAME: VALUE}")


def _set(portal: Portal, record: Record, properties: dict[str, Any], stamp: Stamp) -> None:
    values = check(portal, record.kind, properties, record.values)
    portal.check_unique(record.kind, values, record.id)
    objects.write(portal, record, values, stamp)


def _create(portal: Portal, kind: Kind, command: dict[str, Any], stamp: Stamp) -> dict[str, Any]:
    values = check(portal, kind, command.get("properties") or {}, {})
    portal.check_unique(kind, values, None)
    record = portal.store.create(kind, values, stamp)
    effects.after_create(portal, record, stamp)
    _links(portal, record, command, stamp, make=True)
    return portal.show(record, list(record.values))


def _links(
    portal: Portal, record: Record, command: dict[str, Any], stamp: Stamp, *, make: bool
) -> None:
    for end in command.get("to") or []:
        target = find_kind(str(end.get("object", "")))
        if target is None:
            raise BadEdit("to is a list of {object, id}")
        other = _get(portal, target, end.get("id"))
        pair = (record.kind.name, target.name)
        if make:
            types = (PRIMARY[pair], PLAIN[pair]) if end.get("primary") else (PLAIN[pair],)
            portal.store.link(record, other, *types)
            portal.store.logged(record, other, stamp.at)
        else:
            portal.store.unlink(record, other)


def _find(portal: Portal, kind: Kind, command: dict[str, Any]) -> Record:
    """Find the record by id, or by any property: `{"property": ..., "value": ...}`."""
    if "id" in command:
        return _get(portal, kind, command["id"])
    name, value = str(command.get("property", "")), str(command.get("value", ""))
    for record in portal.store.walk(kind, 0, archived=False, now=portal.now):
        if name and record.values.get(name) == value:
            return record
    raise BadEdit(f"no {kind.singular} has {name!r} = {value!r}")


def _get(portal: Portal, kind: Kind, number: Any) -> Record:
    text = str(number)
    record = portal.store.get(kind, int(text)) if text.isdecimal() else None
    if record is None:
        raise BadEdit(f"there is no {kind.singular} {text}")
    return record
