"""What Salesforce forgets and the state remembers: moves and outcomes of events, merged records.

A calendar event has no history. What it shows is kept with the time stamp it was first seen under,
so that a later reading tells when its start was moved or its outcome marked. Pure.
"""

from collections.abc import Mapping
from typing import Any

from msgspec import structs

from journeysync.connectors.salesforce.mapping import Events
from journeysync.connectors.salesforce.shapes import Shape
from journeysync.core.models import RawRecord


def add_seen(content: dict[str, Any], stamp: str, shape: Shape, section: Events) -> None:
    """Write what an event shows now, as the beginning of its history."""
    fields = content["fields"]
    shows = {
        "start": fields.get("StartDateTime", ""),
        "outcome": fields.get(section.outcome or "", ""),
        "moved": fields.get(section.moved or "", ""),
    }
    content["history"] = {name: [[value, stamp]] for name, value in shows.items() if value}
    if not section.outcome or section.outcome not in shape.fields:
        content["unmarked"] = True


def remember(record: RawRecord, before: Mapping[str, object]) -> RawRecord:
    """Carry over what is stored of a record; one that did not change comes out as it is stored."""
    content: dict[str, Any] = dict(record.content)
    if record.deleted:
        return record
    if record.key.type == "meeting":
        content["history"] = _carried(content.get("history", {}), _part(before, "history"))
    old = before.get("merged")
    if isinstance(old, list):
        content["merged"] = sorted({*map(str, old), *map(str, content.get("merged", ()))})
    return record if content == record.content else structs.replace(record, content=content)


def _carried(now: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    found = {**before}
    for name, new in now.items():
        past = [list(one) for one in before.get(name, ())]
        same = past and past[-1][0] == new[0][0]
        found[name] = past if same else [*past, *new]
    return found


def _part(content: Mapping[str, object], name: str) -> Mapping[str, Any]:
    part = content.get(name)
    return part if isinstance(part, dict) else {}
