"""Our fields as Salesforce defines custom fields, and what an existing one lacks. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from journeysync.connectors.salesforce.names import (
    ANCHOR,
    CLOSED,
    DUE,
    KEY,
    TOUCHPOINT,
    api_name,
)
from journeysync.core.ports import FieldSpec

ACTIVITY = "Activity"
"""Tasks and events share their custom fields."""
_TEXT = 255
_KEY = 80
_LONG = 4000
_LONG_ONES = frozenset({"journey_reason"})
"""Texts that can grow: no view filters by them."""
_TRACKED = frozenset({"journey_stage"})
"""What people change by hand: its history tells who did."""

Metadata = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Wanted:
    """One field that should be on an object."""

    object: str
    name: str
    label: str
    attempts: tuple[Metadata, ...]
    """Definitions, the best first: an org may refuse what it has no room or no right for."""
    options: tuple[tuple[str, str], ...] = ()

    @property
    def full_name(self) -> str:
        """The name that definitions go by."""
        return f"{self.object}.{self.name}"

    @property
    def what(self) -> str:
        """The field as it is shown to people."""
        return f"{self.object} field {self.name}"

    @property
    def type(self) -> str:
        """Salesforce's name of the type."""
        return str(self.attempts[0]["type"])


def wanted(object_: str, spec: FieldSpec) -> Wanted:
    """Describe one of our fields on an object."""
    plain = {"label": spec.label, "description": spec.description, **_type(spec)}
    if spec.kind == "choice":
        plain["inlineHelpText"] = spec.description
    tracked = {**plain, "trackHistory": True}
    attempts = (tracked, plain) if spec.name in _TRACKED else (plain,)
    return Wanted(object_, api_name(spec.name), spec.label, attempts, spec.options)


def _type(spec: FieldSpec) -> Metadata:
    match spec.kind:
        case "choice":
            return {"type": "Picklist", "valueSet": value_set(spec.options)}
        case "instant":
            return {"type": "DateTime"}
        case "date":
            return {"type": "Date"}
        case "number":
            return {"type": "Number", "precision": 9, "scale": 0}
        case "text":
            if spec.name in _LONG_ONES:
                return {"type": "LongTextArea", "length": _LONG, "visibleLines": 3}
            return {"type": "Text", "length": _TEXT}


def value_set(options: Sequence[tuple[str, str]]) -> Metadata:
    """Write the values of a choice: a value that is not among them is refused."""
    return {
        "restricted": True,
        "valueSetDefinition": {
            "sorted": False,
            "value": [
                {"fullName": value, "default": False, "label": label} for value, label in options
            ],
        },
    }


def more_values(options: Sequence[tuple[str, str]], here: Metadata) -> Metadata | None:
    """Return a definition with what is missing of ours; None where nothing is.

    What people added stays, and so do the places of an older map: records may still hold them. Two
    values may not share a label: one that is in our way gets its value added.
    """
    known = {
        str(one.get("fullName") or one.get("valueName") or ""): one
        for one in ((here.get("valueSet") or {}).get("valueSetDefinition") or {}).get("value") or ()
    }
    if all(_fits(known.get(value), label) for value, label in options):
        return None
    ours = dict(options)
    values = value_set(options)["valueSetDefinition"]["value"]
    for value, one in known.items():
        if value not in ours:
            label = one.get("label") or value
            taken = f"{label} ({value})" if label in ours.values() else label
            values.append({**one, "label": taken})
    return {
        **here,
        "valueSet": {
            "restricted": True,
            "valueSetDefinition": {"sorted": False, "value": values},
        },
    }


def _fits(here: Mapping[str, Any] | None, label: str) -> bool:
    return here is not None and here.get("label") == label and here.get("isActive") is not False


def _text(name: str, label: str, about: str, length: int = _TEXT) -> Wanted:
    plain = {"label": label, "description": about, "type": "Text", "length": length}
    return Wanted(ACTIVITY, name, label, (plain,))


_KEY_FIELD = {
    "label": "Journey key",
    "description": "Tells journeysync which task this is.",
    "type": "Text",
    "length": _KEY,
}
TASK_FIELDS: tuple[Wanted, ...] = (
    Wanted(
        ACTIVITY,
        KEY,
        "Journey key",
        (
            {**_KEY_FIELD, "externalId": True, "unique": True, "caseSensitive": True},
            {**_KEY_FIELD, "externalId": True},
            _KEY_FIELD,
        ),
    ),
    _text(TOUCHPOINT, "Journey touchpoint", "The contact this task stands for."),
    _text(ANCHOR, "Journey anchor", "What the contact was due after or before."),
    _text(CLOSED, "Journey closed", "Why journeysync closed this task itself."),
    Wanted(
        ACTIVITY,
        DUE,
        "Journey due",
        (
            {
                "label": "Journey due",
                "description": "When this task was due for journeysync, to the minute.",
                "type": "DateTime",
            },
        ),
    ),
)
"""What a task carries."""
