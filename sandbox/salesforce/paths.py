"""Finds the value that a path of a query leads to, over any number of parents."""

from collections.abc import Callable
from typing import Any

from journeysync.sandbox.salesforce.schema import Field, Kind, read_kind
from journeysync.sandbox.salesforce.soql import Path, fail, placed
from journeysync.sandbox.salesforce.store import Org, Record
from journeysync.sandbox.world import iso

Get = Callable[[Record], Any]
MAX_PARENTS = 5
NAME = read_kind(
    "Name",
    "",
    """
Id id(18) --- lookup
Name string(121) ---
FirstName string(40) --n
LastName string(80) --n
Type picklist(40) ---
Email email(80) --n
Phone phone(40) --n
Title string(128) --n
Alias string(8) --n
Username string(80) --n
IsActive boolean --n
""",
)
"""What is known of a parent that may be one of several kinds."""
APPEND = (
    "If you are attempting to use a custom field, be sure to append the '__c' after the custom "
    "field name. Please reference your WSDL or the describe call for the appropriate names."
)
RELATION = (
    "If you are attempting to use a custom relationship, be sure to append the '__r' after the "
    "custom relationship name. Please reference your WSDL or the describe call for the "
    "appropriate names."
)


def field_of(org: Org, kind: Kind, name: str, text: str, at: int) -> Field:
    """Find a field that the user sees, or refuse: one out of sight is as good as none."""
    one = kind.find(name)
    if one is None or (kind is not NAME and not org.readable(kind, one)):
        words = f"No such column '{name}' on entity '{kind.name}'. {APPEND}"
        fail(text, at, "INVALID_FIELD", words)
    return one


def parent_of(org: Org, kind: Kind, word: str, text: str, at: int) -> tuple[Field, Kind]:
    """Find the reference behind a step such as `Account`, and the kind it leads to."""
    lower = word.lower()
    for one in kind.fields.values():
        if one.relation.lower() == lower and one.targets and org.readable(kind, one):
            if one.polymorphic:
                return one, NAME
            target = org.kind(one.targets[0])
            if target is not None:
                return one, target
    words = f"Didn't understand relationship '{word}' in field path. {RELATION}"
    raise placed(text, at, "INVALID_FIELD", words)


def resolve(org: Org, kind: Kind, path: Path, text: str) -> tuple[Field, Get]:
    """Find the field at the end of a path, and a way to its value."""
    parts = path.parts
    if len(parts) > 1 and parts[0].lower() == kind.name.lower():
        parts = parts[1:]
    steps: list[str] = []
    here = kind
    for word in parts[:-1]:
        one, here = parent_of(org, here, word, text, path.at)
        steps.append(one.name)
    if len(steps) > MAX_PARENTS:
        fail(text, path.at, "INVALID_FIELD", "The relationship is more than 5 levels deep")
    last = field_of(org, here, parts[-1], text, path.at)
    get = getter(org, last, here)
    return last, _through(org, steps, get) if steps else get


def _through(org: Org, steps: list[str], get: Get) -> Get:
    def walk(record: Record) -> Any:
        here: Record | None = record
        for name in steps:
            here = follow(org, here, name) if here else None
        return get(here) if here else None

    return walk


def follow(org: Org, record: Record, name: str) -> Record | None:
    """Go to the parent that a reference names."""
    number = record.values.get(name)
    if name == "EntityDefinitionId":
        entity = org.kinds["EntityDefinition"]
        values = next(row for row in (entity.rows or _nothing)(org) if row["DurableId"] == number)
        return Record(entity, "", values)
    return org.of_id(number)


def _nothing(_: Org) -> list[dict[str, Any]]:
    return []


def getter(org: Org, one: Field, kind: Kind) -> Get:
    """Read one field of a record itself."""
    name = one.name
    if kind is NAME and name == "Type":
        return lambda record: record.kind.name
    if one.formula is not None:
        formula = one.formula
        return lambda record: formula(org, record)
    return lambda record: record.values.get(name)


def show(one: Field, value: Any) -> Any:
    """Write a value as JSON answers do."""
    if value is None:
        return None
    if one.type == "datetime":
        return f"{iso(value)[:-1]}+0000"
    if one.type in ("double", "currency", "percent"):
        return float(value)
    if one.type == "int":
        return int(value)
    return value


def show_csv(one: Field, value: Any) -> str:
    """Write a value as the Bulk API does."""
    if value is None:
        return ""
    if one.type == "datetime":
        return iso(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(show(one, value))
