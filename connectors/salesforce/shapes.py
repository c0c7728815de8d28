"""What an object is made of in this org, and how its records are read from JSON and from CSV. Pure.

Runs for every record that is ever read: what depends on the object alone is worked out before, and
what is not kept is never made. A record is a dictionary of its fields that hold something, with the
values that JSON has; in CSV they have other forms, and become the same.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import msgspec

from journeysync.connectors.salesforce.answers import Page
from journeysync.connectors.salesforce.names import OURS, OVERRIDES, TASK_FIELDS

Row = dict[str, Any]
Described = Mapping[str, Any]

_UNREADABLE = frozenset({"address", "location", "base64", "complexvalue"})
"""Types of fields that hold other fields: ask for those."""
_READ_OF_OURS = frozenset({*OVERRIDES, *TASK_FIELDS})


@dataclass(frozen=True, slots=True)
class Shape:
    """What is the same for all records of an object."""

    fields: tuple[str, ...] = ()
    """To ask for."""
    types: Mapping[str, str] = field(default_factory=dict)
    """Field -> its type in Salesforce."""
    ours: tuple[str, ...] = ()
    """The fields that we write: what they hold is no news about the customer."""
    record_types: Mapping[str, str] = field(default_factory=dict)
    """Id -> name."""
    unknown: tuple[str, ...] = ()
    """Wanted, and not there for this user."""
    formulas: tuple[str, ...] = ()
    """Wanted, and worked out by Salesforce: a change of theirs moves no time stamp."""

    @property
    def parents(self) -> tuple[tuple[str, str, str], ...]:
        """Fields of parents: the path and its two parts."""
        split = (one.partition(".") for one in self.fields)
        return tuple((f"{head}.{tail}", head, tail) for head, _, tail in split if tail)


Describe = Callable[[str], Described]


def shape_of(described: Described, wanted: Iterable[str], describe: Describe) -> Shape:
    """Work it out from what an org has and what is wanted; parents are described as needed."""
    defined = fields_of(described)
    types: dict[str, str] = {}
    unknown, formulas = [], []
    for path in wanted:
        found = _find(path, defined, describe)
        if found is None or found["type"] in _UNREADABLE:
            unknown.append(path)
            continue
        types[path] = str(found["type"])
        if found.get("calculated"):
            formulas.append(path)
    ours = tuple(one for one in defined if one.startswith(OURS) and one not in _READ_OF_OURS)
    types |= {one: str(defined[one]["type"]) for one in ours}
    return Shape(
        fields=tuple(types),
        types=types,
        ours=ours,
        record_types={
            str(one.get("recordTypeId")): str(one.get("developerName") or one.get("name") or "")
            for one in described.get("recordTypeInfos") or ()
            if not one.get("master")
        },
        unknown=tuple(unknown),
        formulas=tuple(formulas),
    )


def fields_of(described: Described) -> dict[str, Described]:
    """Return the described fields by name."""
    return {str(one["name"]): one for one in described.get("fields", ())}


def _find(path: str, defined: Mapping[str, Described], describe: Describe) -> Described | None:
    """Find what is known of a field, or of a parent's field."""
    head, _, tail = path.partition(".")
    if not tail:
        return defined.get(head)
    for one in defined.values():
        if one.get("relationshipName") == head and one.get("referenceTo"):
            return fields_of(describe(str(one["referenceTo"][0]))).get(tail)
    return None


# --- records of JSON -----------------------------------------------------------------------------


def page_reader(shape: Shape) -> Callable[[bytes], Page]:
    """Return what reads a page: only what was asked for is made, and nothing that is empty."""
    simple = [one for one in shape.fields if "." not in one]
    heads = dict.fromkeys(head for _path, head, _tail in shape.parents)
    columns = [(one, Any, None) for one in (*simple, *heads)]
    row = msgspec.defstruct("Row", columns, gc=False, omit_defaults=True)
    rows = msgspec.defstruct("Rows", [("records", list[row])], bases=(_Head,))  # type: ignore[valid-type]
    decode = msgspec.json.Decoder(rows).decode
    parents = shape.parents

    def read(body: bytes) -> Page:
        found: Any = decode(body)
        records: list[Row] = msgspec.to_builtins(found.records)
        if parents:
            _flatten(records, parents)
        return Page(records, found.done, found.totalSize, found.nextRecordsUrl)

    return read


class _Head(msgspec.Struct, kw_only=True):
    """What every page says besides its records."""

    done: bool = True
    totalSize: int | None = None  # noqa: N815  the name Salesforce uses
    nextRecordsUrl: str | None = None  # noqa: N815


def _flatten(records: Iterable[Row], parents: Sequence[tuple[str, str, str]]) -> None:
    """Write the fields of parents under their paths, as CSV has them."""
    heads = dict.fromkeys(head for _path, head, _tail in parents)
    for record in records:
        known = {head: record.pop(head, None) or {} for head in heads}
        for path, head, tail in parents:
            value = known[head].get(tail)
            if value is not None:
                record[path] = value


# --- records of CSV ------------------------------------------------------------------------------


def from_csv(rows: Iterable[Mapping[str, str]], shape: Shape) -> list[Row]:
    """Return the records of CSV as JSON would have them."""
    reads = [(name, _READS.get(kind, str)) for name, kind in shape.types.items()]
    return [{name: read(row[name]) for name, read in reads if row.get(name)} for row in rows]


def _instant(text: str) -> str:
    return f"{text[:-1]}+0000" if text.endswith("Z") else text


_READS: Mapping[str, Callable[[str], Any]] = {
    "boolean": lambda text: text == "true",
    "datetime": _instant,
    "int": lambda text: int(float(text)),
    "double": float,
    "currency": float,
    "percent": float,
    "long": int,
}


# --- values --------------------------------------------------------------------------------------


def written(value: Any) -> str:
    """Write a value as text, whichever type it has: instants end in `Z`."""
    if isinstance(value, str):
        return f"{value[:-5]}Z" if value.endswith("+0000") else value
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return ""
    number = Decimal(str(value))
    whole = number.to_integral_value()
    return f"{whole:f}" if number == whole else f"{number.normalize():f}"
