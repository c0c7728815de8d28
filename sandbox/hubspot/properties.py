"""The endpoints of property definitions and groups."""

import re
from typing import Any

from journeysync.sandbox.hubspot.answers import Missing, Refusal, answer, batch, empty
from journeysync.sandbox.hubspot.definitions import Definition, Group
from journeysync.sandbox.hubspot.kinds import Kind
from journeysync.sandbox.hubspot.objects import Call
from journeysync.sandbox.hubspot.portal import Portal
from journeysync.sandbox.wire import Answer
from journeysync.sandbox.world import iso

MAX_UNIQUE = 10
_NAME = re.compile(r"^[a-z][a-z0-9_]{0,99}$")
_FIELD_TYPES = {
    "string": {"text", "textarea", "html", "phonenumber", "file", "calculation_equation"},
    "number": {"number", "calculation_equation"},
    "bool": {"booleancheckbox", "calculation_equation"},
    "enumeration": {"booleancheckbox", "checkbox", "radio", "select", "calculation_equation"},
    "date": {"date"},
    "datetime": {"date"},
}


def read_all(call: Call, kind: Kind) -> Answer:
    archived = call.flag("archived")
    known = call.portal.definitions[kind.name].values()
    rows = [item.json() for item in known if bool(item.archived_at) is archived]
    return answer(200, {"results": rows})


def read_one(call: Call, kind: Kind, name: str) -> Answer:
    item = call.portal.definitions[kind.name].get(name)
    if item is None or bool(item.archived_at) is not call.flag("archived"):
        raise _unknown(name)
    return answer(200, item.json())


def create(call: Call, kind: Kind) -> Answer:
    made = _create(call.portal, kind, call.body())
    return answer(201, made.json())


def change(call: Call, kind: Kind, name: str) -> Answer:
    """Answer `PATCH`: options that are given replace the whole list."""
    portal, body = call.portal, call.body()
    item = portal.definitions[kind.name].get(name)
    if item is None or item.archived_at:
        raise _unknown(name)
    if item.standard and set(body) - {"label", "description", "options", "displayOrder"}:
        raise Refusal(400, f"Property {name} is read only", "VALIDATION_ERROR")
    merged = item.json() | body
    fresh = _read(portal, kind, merged)
    for name_of in ("label", "type", "field_type", "group", "description", "options", "hidden",
                    "display_order", "form_field"):  # fmt: skip
        setattr(item, name_of, getattr(fresh, name_of))
    item.updated = iso(portal.tick())
    portal.store.changes += 1
    return answer(200, item.json())


def archive(call: Call, kind: Kind, name: str) -> Answer:
    _archive(call.portal, kind, name)
    return empty()


def batch_read(call: Call, kind: Kind) -> Answer:
    body = call.body()
    names = [str(row.get("name", "")) for row in body.get("inputs") or []]
    archived = bool(body.get("archived", False))
    known = call.portal.definitions[kind.name]
    rows = [
        known[name].json()
        for name in names
        if name in known and bool(known[name].archived_at) is archived
    ]
    return batch(rows, [], call.portal.now_text())


def batch_create(call: Call, kind: Kind) -> Answer:
    """Answer `batch/create`: one bad row refuses them all."""
    inputs = call.body().get("inputs") or []
    for row in inputs:
        _refuse_existing(call.portal, kind, _read(call.portal, kind, row))
    rows = [_create(call.portal, kind, row).json() for row in inputs]
    return batch(rows, [], call.portal.now_text(), 201)


def batch_archive(call: Call, kind: Kind) -> Answer:
    for row in call.body().get("inputs") or []:
        _archive(call.portal, kind, str(row.get("name", "")))
    return empty()


def _create(portal: Portal, kind: Kind, body: dict[str, Any]) -> Definition:
    fresh = _read(portal, kind, body)
    _refuse_existing(portal, kind, fresh)
    fresh.created = fresh.updated = iso(portal.tick())
    portal.definitions[kind.name][fresh.name] = fresh
    if fresh.unique:
        portal.store.make_unique(kind, fresh.name)
    portal.store.changes += 1
    return fresh


def _refuse_existing(portal: Portal, kind: Kind, fresh: Definition) -> None:
    """Refuse a name that is taken; one that was archived comes back with the new definition."""
    old = portal.definitions[kind.name].get(fresh.name)
    if old is not None and not old.archived_at:
        raise Refusal(
            409,
            f"A property named '{fresh.name}' already exists.",
            "OBJECT_ALREADY_EXISTS",
            subCategory="Properties.PROPERTY_WITH_NAME_EXISTS",
        )
    taken = [name for owner, name in portal.store.unique if owner == kind.name and name != "email"]
    if fresh.unique and len(set(taken) | {fresh.name}) > MAX_UNIQUE:
        raise Refusal(400, f"At most {MAX_UNIQUE} unique properties are allowed per object type")


def _read(portal: Portal, kind: Kind, body: dict[str, Any]) -> Definition:
    missing = [
        field
        for field in ("name", "label", "type", "fieldType", "groupName")
        if not body.get(field)
    ]
    if missing:
        raise Refusal(400, f"Some required fields were not set: [{', '.join(missing)}]")
    name, type_, field_type = str(body["name"]), str(body["type"]), str(body["fieldType"])
    if not _NAME.match(name):
        raise Refusal(
            400, f"The property name '{name}' is not valid: lower-case letters, digits, _"
        )
    if field_type not in _FIELD_TYPES.get(type_, ()):
        raise Refusal(400, f"fieldType {field_type} is not valid for type {type_}")
    group = portal.groups[kind.name].get(str(body["groupName"]))
    if group is None or group.archived:
        raise Refusal(
            400,
            f"The property group '{body['groupName']}' does not exist.",
            "VALIDATION_ERROR",
            subCategory="Properties.GROUP_DOES_NOT_EXIST",
        )
    return Definition(
        name,
        str(body["label"]),
        type_,
        field_type,
        group.name,
        description=str(body.get("description") or ""),
        options=_read_options(body),
        unique=bool(body.get("hasUniqueValue", False)),
        hidden=bool(body.get("hidden", False)),
        external=bool(body.get("externalOptions", False)),
        display_order=int(body.get("displayOrder", -1)),
        form_field=bool(body.get("formField", False)),
    )


def _read_options(body: dict[str, Any]) -> list[dict[str, Any]]:
    given = body.get("options") or []
    if body["type"] == "bool" and not given:
        raise Refusal(400, "Boolean properties must have exactly two options", "VALIDATION_ERROR")
    options = []
    for order, option in enumerate(given):
        if not option.get("label") or option.get("value") in (None, ""):
            raise Refusal(400, "Property options need a label and a value", "VALIDATION_ERROR")
        options.append(
            {
                "label": str(option["label"]),
                "value": str(option["value"]),
                "description": str(option.get("description") or ""),
                "displayOrder": int(option.get("displayOrder", order)),
                "hidden": bool(option.get("hidden", False)),
            }
        )
    for field in ("label", "value"):
        values = [option[field] for option in options]
        if len(set(values)) < len(values):
            raise Refusal(
                400,
                f"Property option {field}s must be unique",
                "VALIDATION_ERROR",
                subCategory="Properties.DUPLICATE_OPTION",
            )
    return options


def _archive(portal: Portal, kind: Kind, name: str) -> None:
    item = portal.definitions[kind.name].get(name)
    if item is None or item.archived_at:
        raise _unknown(name)
    if item.standard:
        raise Refusal(400, f"Property {name} is read only and cannot be archived")
    item.archived_at = iso(portal.tick())
    portal.store.unique.pop((kind.name, name), None)
    portal.store.changes += 1


def _unknown(name: str) -> Refusal:
    return Refusal(
        404, f"Property '{name}' does not exist", "OBJECT_NOT_FOUND",
        subCategory="Properties.PROPERTY_NOT_FOUND",
    )  # fmt: skip


# -- groups --------------------------------------------------------------------------------


def groups(call: Call, kind: Kind) -> Answer:
    rows = [item.json() for item in call.portal.groups[kind.name].values() if not item.archived]
    return answer(200, {"results": rows})


def group(call: Call, kind: Kind, name: str) -> Answer:
    return answer(200, _group(call.portal, kind, name).json())


def create_group(call: Call, kind: Kind) -> Answer:
    body = call.body()
    name, label = str(body.get("name") or ""), str(body.get("label") or "")
    if not name or not label:
        raise Refusal(400, "Some required fields were not set: [name, label]")
    known = call.portal.groups[kind.name]
    if name in known and not known[name].archived:
        raise Refusal(
            409,
            f"A property group named '{name}' already exists.",
            "OBJECT_ALREADY_EXISTS",
            subCategory="Properties.GROUP_WITH_NAME_EXISTS",
        )
    call.portal.tick()
    known[name] = Group(name, label, int(body.get("displayOrder", -1)))
    call.portal.store.changes += 1
    return answer(201, known[name].json())


def change_group(call: Call, kind: Kind, name: str) -> Answer:
    found, body = _group(call.portal, kind, name), call.body()
    call.portal.tick()
    found.label = str(body.get("label", found.label))
    found.display_order = int(body.get("displayOrder", found.display_order))
    call.portal.store.changes += 1
    return answer(200, found.json())


def archive_group(call: Call, kind: Kind, name: str) -> Answer:
    """Answer `DELETE`; a group that still holds properties stays."""
    found = _group(call.portal, kind, name)
    held = [
        item.name
        for item in call.portal.definitions[kind.name].values()
        if item.group == name and not item.archived_at
    ]
    if held:
        raise Refusal(400, f"Property group '{name}' still holds properties: {', '.join(held)}")
    call.portal.tick()
    found.archived = True
    call.portal.store.changes += 1
    return empty()


def _group(portal: Portal, kind: Kind, name: str) -> Group:
    found = portal.groups[kind.name].get(name)
    if found is None or found.archived:
        raise Missing
    return found
