"""What is kept of a record: all that `normalise` needs, and nothing that changes by itself. Pure.

Runs once for every record that is ever read, so it goes over a record's properties as seldom as
it can: what depends on the type alone is worked out before, in `Shape`. What it makes in great
numbers are tuples of texts, which the garbage collector lays aside: lists it would look through
again and again, and that cost more than the reading itself.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from journeysync.connectors.hubspot import answers
from journeysync.connectors.hubspot.markers import only_marker
from journeysync.connectors.hubspot.streams import OPT_OUT, OURS, OVERRIDES

_VOLATILE = frozenset({"hs_object_id", "lastmodifieddate", "hs_lastmodifieddate"})


@dataclass(frozen=True, slots=True)
class Shape:
    """What is the same for all records of a type."""

    ours: tuple[str, ...] = ()
    """The properties that we write: what they hold is no news about the customer."""
    dropped: frozenset[str] = _VOLATILE
    days: tuple[str, ...] = ()
    """Properties that hold whole days, which begin where the business is; sorted."""
    left: tuple[tuple[str, str, str], ...] = ()
    """Opt-outs from kinds of e-mail: property, number, the kind's name."""

    @classmethod
    def of(
        cls, defined: Mapping[str, answers.Definition], mapped: Iterable[str], left: Iterable[str]
    ) -> "Shape":
        """Work it out from what the portal has and the mapping names."""
        ours = tuple(name for name in defined if is_ours(name))
        days = {name for name in mapped if name in defined and defined[name].type == "date"}
        return cls(
            ours,
            _VOLATILE | set(ours),
            tuple(sorted(days)),
            tuple(
                (name, name.removeprefix(OPT_OUT), defined[name].label.split(": ", 1)[-1])
                for name in left
            ),
        )


def content_of(record: answers.Record, shape: Shape) -> dict[str, Any]:
    """Keep what `normalise` needs of a record itself."""
    dropped = shape.dropped
    properties = {
        name: value for name, value in record.properties.items() if value and name not in dropped
    }
    if "hs_task_body" in properties:
        marker = only_marker(properties.pop("hs_task_body"))
        if marker:
            properties["hs_task_body"] = marker
    if record.createdAt:
        properties.setdefault("createdate", record.createdAt)
    history: dict[str, tuple[tuple[str, str], ...]] = {}
    for name, past in record.propertiesWithHistory.items():
        if len(past) == 1:
            (one,) = past
            history[name] = ((one.value or "", str(one.timestamp)),)
        elif past:
            versions = [(one.value or "", str(one.timestamp)) for one in past]
            versions.sort(key=_when)
            history[name] = tuple(versions)
    content: dict[str, Any] = {"properties": properties, "history": history}
    days = shape.days
    content["days"] = tuple([name for name in days if name in properties]) if days else ()
    for name, number, kind in shape.left:
        if name in history:
            content.setdefault("subscriptions", {})[number] = kind
    return content


def _when(version: tuple[str, str]) -> str:
    return version[1]


def shown_of(record: answers.Record, shape: Shape) -> dict[str, str]:
    """Show what a record holds in our own properties."""
    held = record.properties
    return {name: held[name] or "" for name in shape.ours if name in held}


def told_by_forms(names: Iterable[str], forms: Iterable[str]) -> list[str]:
    """Name those of a contact's conversions that the stream of submissions tells."""
    return sorted(one for one in names if any(_is_of(one, form) for form in forms))


def conversions(content: Mapping[str, Any]) -> set[str]:
    """Name the conversions that a contact remembers."""
    properties, history = content["properties"], content["history"]
    names = {value for value, _at in history.get("recent_conversion_event_name", ())}
    names.add(properties.get("first_conversion_event_name", ""))
    names.add(properties.get("recent_conversion_event_name", ""))
    names.discard("")
    return names


def _is_of(conversion: str, form: str) -> bool:
    """Say whether HubSpot's text for a conversion, `Page title: form name`, names this form."""
    return conversion == form or conversion.endswith(f": {form}")


def is_ours(name: str) -> bool:
    """Say whether we write a property."""
    return name.startswith(OURS) and name not in OVERRIDES
