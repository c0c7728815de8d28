"""What `journeysync check` says of writing to an org: our fields, their visibility, owners.

A few cheap calls, none of which changes anything. A description shows a field that is missing and
one that our user may not see in the same way, not at all: only the setup tells them apart.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from journeysync.connectors.http import LacksScope, Refused
from journeysync.connectors.salesforce.client import Client
from journeysync.connectors.salesforce.names import (
    KEY,
    OBJECTS,
    OVERRIDES,
    TASK_FIELDS,
    api_name,
)
from journeysync.connectors.salesforce.query import among, count, select
from journeysync.connectors.salesforce.shapes import fields_of
from journeysync.core.ports import Finding

_PROVISION = "Run `journeysync provision`."
_ASSIGN = (
    "Assign the permission set Journey Sync to the user of journeysync (Setup > Permission Sets), "
    "or run `journeysync provision`, which does."
)
_TASK, _ACTIVITY = OBJECTS["task"], "Activity"


def check_writing(
    client: Client, object_types: Sequence[str], fields: Sequence[str]
) -> Iterator[Finding]:
    """Look at what writing to these types of records needs; leads are people as contacts are."""
    ours = [api_name(one) for one in fields]
    for name in dict.fromkeys((*(OBJECTS[one] for one in object_types), OBJECTS["lead"])):
        described = _described(client, name)
        if described is None:
            continue
        if not described.get("updateable"):
            yield _forbidden(f"edit {name} records")
        yield from _fields(client, name, name, described, ours)
        yield from _owners(client, name)
    described = _described(client, _TASK)
    if described is None:
        yield _forbidden("see tasks")
        return
    if not (described.get("createable") and described.get("updateable")):
        yield _forbidden("make and edit tasks")
    yield from _fields(client, _TASK, _ACTIVITY, described, TASK_FIELDS)
    key = fields_of(described).get(KEY)
    if key is not None and not (key.get("externalId") or key.get("idLookup")):
        yield Finding(
            "note",
            "This org takes no external id on tasks: before a task is made, it is looked for.",
        )


def _described(client: Client, name: str) -> dict[str, Any] | None:
    try:
        return client.describe(name)
    except (LacksScope, Refused):
        return None


def _forbidden(what: str) -> Finding:
    return Finding(
        "error",
        f"The user of journeysync may not {what}.",
        "Give it the right by its profile or a permission set.",
        4,
    )


def _fields(
    client: Client, name: str, home: str, described: dict[str, Any], wanted: Sequence[str]
) -> Iterator[Finding]:
    """Say of our fields on an object whether they are there, seen and editable."""
    seen = fields_of(described)
    hidden = [one for one in wanted if one not in seen]
    fixed = [one for one in wanted if one in seen and not seen[one]["updateable"]]
    if not hidden and not fixed:
        yield Finding("ok", f"{name} has our fields.")
    if hidden:
        yield from _hidden(client, name, home, hidden)
    if fixed := [one for one in fixed if one not in OVERRIDES]:
        yield Finding(
            "error",
            f"The user of journeysync may see {', '.join(fixed)} on {name}, but not edit.",
            _ASSIGN,
            4,
        )


def _hidden(client: Client, name: str, home: str, hidden: Sequence[str]) -> Iterator[Finding]:
    there = _in_the_setup(client, home, hidden)
    if there is None:
        yield _lacking(
            name,
            f"{name} does not show {', '.join(hidden)}: the fields are missing, or may not be "
            "seen; the user of journeysync may not look at the setup, which would tell.",
            f"{_PROVISION[:-1]}, or: {_ASSIGN}",
        )
        return
    missing = [one for one in hidden if one not in there]
    unseen = [one for one in hidden if one in there]
    if missing:
        less = "" if name != _TASK else " Until then, their keys will stand in their text."
        yield _lacking(name, f"{name} lacks our fields {', '.join(missing)}.{less}", _PROVISION)
    if unseen:
        yield Finding(
            "error",
            f"{name} has {', '.join(unseen)}, but the user of journeysync may not see them.",
            _ASSIGN,
            4,
        )


def _lacking(name: str, what: str, step: str) -> Finding:
    """Say that fields are missing: rows that name them fail, but a task's key can stand in text."""
    if name == _TASK:
        return Finding("warning", what, step)
    return Finding("error", what, step, 2)


def _in_the_setup(client: Client, home: str, names: Sequence[str]) -> frozenset[str] | None:
    """Return which fields an object has, whoever may see them; None where we may not look."""
    developer = [one.removesuffix("__c") for one in names]
    soql = select(
        ["DeveloperName", "TableEnumOrId"], "CustomField", among("DeveloperName", developer)
    )
    try:
        rows = [row for page in client.tooling(soql) for row in page]
    except (LacksScope, Refused):
        return None
    return frozenset(f"{row['DeveloperName']}__c" for row in rows if row["TableEnumOrId"] == home)


def _owners(client: Client, name: str) -> Iterator[Finding]:
    """Count records whose owner can do nothing any more."""
    converted = "IsConverted = false" if name == OBJECTS["lead"] else ""
    number = client.count(count(name, "Owner.IsActive = false", converted))
    if number:
        yield Finding(
            "warning",
            f"{number} {name} records belong to users who are not active; tasks about them go to "
            "the department's owner.",
            "Give them another owner in Salesforce.",
        )
