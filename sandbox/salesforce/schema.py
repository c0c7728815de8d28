"""What a kind of record is made of: its fields, their types and what may be done with them.

The tables themselves stand in `standard.py` and its likes, one line a field:

    NAME TYPE[(LENGTH)] FLAGS [>TARGET,...] [kids:PLURAL] [words...] [= VALUE|VALUE]

Flags are u (updateable), c (createable), n (may be empty) or `-`.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

NUMBERS = frozenset({"int", "double", "currency", "percent"})
CHOICES = frozenset({"picklist", "combobox", "multipicklist"})
COMPOUND = frozenset({"address", "location"})
_UNGROUPED = frozenset({"double", "currency", "datetime", "address", "location"})
LONG_TEXT = 255
_LINE = re.compile(r"^(\w+) (\w+)(?:\((\d+)\))? ([ucn-]{3})((?: [^=]*)?)(?:= (.*))?$")
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z][a-z]+|[a-z]+|\d+")
_SOAP = {
    "id": "tns:ID", "reference": "tns:ID", "boolean": "xsd:boolean", "int": "xsd:int",
    "double": "xsd:double", "currency": "xsd:double", "percent": "xsd:double", "date": "xsd:date",
    "datetime": "xsd:dateTime", "address": "urn:address",
}  # fmt: skip

SYSTEM = """
Id id(18) --- lookup
IsDeleted boolean ---
CreatedDate datetime ---
CreatedById reference(18) --- >User
LastModifiedDate datetime ---
LastModifiedById reference(18) --- >User
SystemModstamp datetime ---
"""


@dataclass(slots=True)
class Field:
    """One field of one kind of record."""

    name: str
    type: str
    length: int = 0
    update: bool = False
    create: bool = False
    nillable: bool = True
    targets: tuple[str, ...] = ()
    relation: str = ""
    """Name of the way to the parent, such as `Account` of `AccountId`."""
    kids: str = ""
    """Name of the way back, such as `Contacts`."""
    values: list[tuple[str, str]] = field(default_factory=list)
    """Value and label of each choice."""
    restricted: bool = False
    lookup: bool = False
    external: bool = False
    unique: bool = False
    case_sensitive: bool = False
    tracked: bool = False
    """Its changes are kept in the history of the record."""
    custom: bool = False
    default: Any = None
    label: str = ""
    precision: int = 0
    scale: int = 0
    formula: Callable[..., Any] | None = None
    about: str = ""
    """Description for administrators."""
    help: str = ""

    @property
    def long(self) -> bool:
        return self.type == "textarea" and self.length > LONG_TEXT

    @property
    def filterable(self) -> bool:
        return not self.long

    @property
    def polymorphic(self) -> bool:
        return len(self.targets) > 1

    def describe(self) -> dict[str, Any]:
        """Tell about the field as `describe` does."""
        text = self.type not in _SOAP
        return {
            "aggregatable": not self.long, "aiPredictionField": False, "autoNumber": False,
            "byteLength": self.length * 3 if text else self.length,
            "calculated": self.formula is not None and self.custom, "calculatedFormula": None,
            "cascadeDelete": False, "caseSensitive": self.case_sensitive,
            "compoundFieldName": None, "controllerName": None, "createable": self.create,
            "custom": self.custom,
            "defaultValue": self.default if self.type == "boolean" else None,
            "defaultValueFormula": None,
            "defaultedOnCreate": self.type == "boolean" or not (self.create or self.nillable),
            "dependentPicklist": False, "deprecatedAndHidden": False, "digits": 0,
            "displayLocationInDecimal": False, "encrypted": False, "externalId": self.external,
            "extraTypeInfo": None, "filterable": self.filterable, "filteredLookupInfo": None,
            "formulaTreatNullNumberAsZero": False,
            "groupable": not self.long and self.type not in _UNGROUPED,
            "highScaleNumber": False, "htmlFormatted": False, "idLookup": self.lookup,
            "inlineHelpText": self.help or None, "label": self.label, "length": self.length,
            "mask": None, "maskType": None, "name": self.name,
            "nameField": self.name == "Name", "namePointing": self.polymorphic,
            "nillable": self.nillable, "permissionable": self.nillable and self.name != "Id",
            "picklistValues": [
                {"active": True, "defaultValue": value == self.default, "label": label,
                 "validFor": None, "value": value}
                for value, label in self.values
            ],
            "polymorphicForeignKey": self.polymorphic, "precision": self.precision,
            "queryByDistance": False, "referenceTargetField": None,
            "referenceTo": list(self.targets), "relationshipName": self.relation or None,
            "relationshipOrder": None, "restrictedDelete": False,
            "restrictedPicklist": self.restricted, "scale": self.scale,
            "searchPrefilterable": self.type == "reference",
            "soapType": _SOAP.get(self.type, "xsd:string"),
            "sortable": not self.long and self.type not in COMPOUND,
            "type": self.type, "unique": self.unique, "updateable": self.update,
            "writeRequiresMasterRead": False,
        }  # fmt: skip


@dataclass(slots=True)
class Kind:
    """One kind of record."""

    name: str
    prefix: str
    fields: dict[str, Field]
    label: str = ""
    plural: str = ""
    tooling: str = "no"
    """Whether the Tooling API knows it: `no`, `only` or `too`."""
    writable: bool = True
    bulk: bool = True
    setup: bool = False
    history: str = ""
    """The kind that keeps its history, and the reference there."""
    rows: Callable[..., Iterable[dict[str, Any]]] | None = None
    """For kinds that hold no records of their own: makes them when they are asked for."""
    spelled: dict[str, str] = field(default_factory=dict)
    defaults: dict[str, Any] = field(default_factory=dict)
    counted: int = -1

    def find(self, name: str) -> Field | None:
        """Find a field whatever its case."""
        if len(self.spelled) != len(self.fields):
            self.spelled = {known.lower(): known for known in self.fields}
        known = self.spelled.get(name.lower())
        return None if known is None else self.fields[known]

    def first(self) -> dict[str, Any]:
        """Give what stands in a new record's fields unless something was sent."""
        if self.counted != len(self.fields):
            self.counted = len(self.fields)
            self.defaults = {
                one.name: one.default
                for one in self.fields.values()
                if one.default is not None or one.type == "boolean"
            }
        return self.defaults

    def has(self, name: str) -> bool:
        return name in self.fields


def words(name: str) -> str:
    """Make a label of a name: `LeadSource` is `Lead Source`, `AccountId` `Account ID`."""
    bare = name.removesuffix("__c").replace("_", " ")
    if bare.startswith("Is") and bare[2:3].isupper():
        bare = bare[2:]
    return " ".join(bare.split() if " " in bare else _WORDS.findall(bare)).replace(" Id", " ID")


def read_field(line: str) -> Field:
    """Read one line of a table."""
    found = _LINE.match(line)
    if found is None:
        raise ValueError(line)
    name, type_, length, flags, more, values = found.groups()
    made = Field(name, type_, int(length or 0), "u" in flags, "c" in flags, "n" in flags)
    made.custom, made.label = name.endswith("__c"), words(name)
    for word in (more or "").split():
        if word.startswith(">"):
            made.targets = tuple(word[1:].split(","))
            made.relation = name.removesuffix("Id") if name.endswith("Id") else name[:-1] + "r"
        elif word == "unrelated":
            made.relation = ""
        elif word.startswith("kids:"):
            made.kids = word.removeprefix("kids:")
        elif word.startswith("default:"):
            made.default = word.removeprefix("default:").replace("_", " ")
        else:
            setattr(made, word, True)
    if type_ == "boolean":
        made.default = made.default == "true"
    if type_ in NUMBERS:
        made.precision, made.scale = (8, 0) if type_ == "int" else (18, 2)
    made.values = [(value, value) for value in values.strip().split("|")] if values else []
    return made


def read_kind(name: str, prefix: str, table: str, **more: Any) -> Kind:
    """Read the table of one kind."""
    lines = [line for line in table.strip().splitlines() if line]
    fields = [read_field(line) for line in lines]
    label = words(name)
    plural = label[:-1] + "ies" if label.endswith("y") else f"{label}s"
    fields[0].label = f"{label} ID"
    return Kind(name, prefix, {one.name: one for one in fields}, label, plural, **more)
