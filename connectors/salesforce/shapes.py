"""What an object is made of in this org, and what is kept of a record of it. Pure.

Runs once for every record that is ever read: what depends on the object alone is worked out
before. Records come as JSON or as CSV, with values of their own forms; what is kept is the same.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from journeysync.connectors.salesforce.names import OURS, OVERRIDES, TASK_FIELDS
from journeysync.connectors.salesforce.streams import STAMP

Row = Mapping[str, Any]

_KEPT_APART = frozenset({"Id", "IsDeleted", STAMP, "MasterRecordId", "RecordTypeId"})
_NUMBERS = frozenset({"int", "double", "currency", "percent", "long"})
_UNREADABLE = frozenset({"address", "location", "base64", "complexvalue"})
"""Types of fields that hold other fields: ask for those."""
_READ_OF_OURS = frozenset({*OVERRIDES, *TASK_FIELDS})


@dataclass(frozen=True, slots=True)
class Shape:
    """What is the same for all records of an object."""

    fields: tuple[str, ...] = ()
    """To ask for."""
    texts: tuple[str, ...] = ()
    others: tuple[tuple[str, Callable[[Any], str]], ...] = ()
    """Fields that JSON and CSV write differently, and what makes one of it."""
    parents: tuple[tuple[str, str, str, Callable[[Any], str]], ...] = ()
    """Fields of parents: the path, its two parts, and what makes a text of it."""
    ours: tuple[str, ...] = ()
    """The fields that we write: what they hold is no news about the customer."""
    record_types: Mapping[str, str] = field(default_factory=dict)
    """Id -> name."""
    unknown: tuple[str, ...] = ()
    """Wanted, and not there for this user."""
    formulas: tuple[str, ...] = ()
    """Wanted, and worked out by Salesforce: a change of theirs moves no time stamp."""


Describe = Callable[[str], Row]


def shape_of(described: Row, wanted: Iterable[str], describe: Describe) -> Shape:
    """Work it out from what an org has and what is wanted; parents are described as needed."""
    defined = fields_of(described)
    texts: list[str] = []
    others: list[tuple[str, Callable[[Any], str]]] = []
    parents: list[tuple[str, str, str, Callable[[Any], str]]] = []
    unknown, formulas, asked = [], [], []
    for path in wanted:
        found = _find(path, defined, describe)
        if found is None or found["type"] in _UNREADABLE:
            unknown.append(path)
            continue
        asked.append(path)
        if found.get("calculated"):
            formulas.append(path)
        head, _, tail = path.partition(".")
        write = _writer(str(found["type"]))
        if tail:
            parents.append((path, head, tail, write))
        elif path not in _KEPT_APART:
            others.append((path, write))
    texts = [path for path, write in others if write is _text]
    ours = tuple(one for one in defined if one.startswith(OURS) and one not in _READ_OF_OURS)
    types = described.get("recordTypeInfos") or ()
    return Shape(
        fields=(*asked, *(one for one in ours if one not in asked)),
        texts=tuple(texts),
        others=tuple((path, write) for path, write in others if write is not _text),
        parents=tuple(parents),
        ours=ours,
        record_types={
            str(one.get("recordTypeId")): str(one.get("developerName") or one.get("name") or "")
            for one in types
            if not one.get("master")
        },
        unknown=tuple(unknown),
        formulas=tuple(formulas),
    )


def fields_of(described: Row) -> dict[str, Row]:
    """Return the described fields by name."""
    return {str(one["name"]): one for one in described.get("fields", ())}


def _find(path: str, defined: Mapping[str, Row], describe: Describe) -> Row | None:
    """Find what is known of a field, or of a parent's field."""
    head, _, tail = path.partition(".")
    if not tail:
        return defined.get(head)
    for one in defined.values():
        if one.get("relationshipName") == head and one.get("referenceTo"):
            return fields_of(describe(str(one["referenceTo"][0]))).get(tail)
    return None


def content_of(row: Row, shape: Shape) -> dict[str, Any]:
    """Keep what `normalise` needs of a record itself."""
    found = {name: value for name in shape.texts if (value := row[name])}
    for name, write in shape.others:
        value = row[name]
        if value is not None and value != "":
            found[name] = write(value)
    for path, head, tail, write in shape.parents:
        value = row[path] if path in row else (row.get(head) or {}).get(tail)
        if value is not None and value != "":
            found[path] = write(value)
    content: dict[str, Any] = {"fields": found}
    kind = shape.record_types.get(row.get("RecordTypeId") or "") if shape.record_types else None
    if kind:
        content["record_type"] = kind
    return content


def shown_of(row: Row, shape: Shape) -> dict[str, str]:
    """Show what a record holds in our own fields."""
    return {name: held(row[name]) for name in shape.ours}


def held(value: Any) -> str:
    """Write what a field of ours holds, whichever type it has."""
    if isinstance(value, bool | float | int):
        return _flag(value) if isinstance(value, bool) else _number(value)
    text = str(value or "")
    return _instant(text) if text.endswith("+0000") else text


def _text(value: Any) -> str:
    return str(value)


def _flag(value: Any) -> str:
    return "true" if value in {True, "true"} else "false"


def _number(value: Any) -> str:
    try:
        number = Decimal(str(value))
    except ArithmeticError:
        return str(value)
    whole = number.to_integral_value()
    return f"{whole:f}" if number == whole else f"{number.normalize():f}"


def _instant(value: Any) -> str:
    """Write an instant in one way: JSON ends it in `+0000`, CSV in `Z`."""
    text = str(value)
    return f"{text[:-5]}Z" if text.endswith("+0000") else text


def _writer(kind: str) -> Callable[[Any], str]:
    if kind == "datetime":
        return _instant
    if kind == "boolean":
        return _flag
    return _number if kind in _NUMBERS else _text
