"""One raw record, opened: texts, instants, history and people, and events made of it.

Pure. Says nothing of what a record means.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from journeysync.connectors import money
from journeysync.connectors.salesforce.ids import long_id
from journeysync.connectors.salesforce.shapes import written
from journeysync.connectors.salesforce.times import parse_date, parse_instant, shown
from journeysync.core.instants import to_micros
from journeysync.core.models import Event, RawRecord, Scalar, SetAside

_USER = "005"
_DEAL, _CASE = "006", "500"


@dataclass(frozen=True, slots=True)
class Facts:
    """A record to ask."""

    record: RawRecord
    zone: str
    currency: str | None = None
    """The workspace's."""

    @property
    def tool(self) -> str:
        return self.record.key.tool

    @property
    def type(self) -> str:
        return self.record.key.type

    @property
    def id(self) -> str:
        return self.record.key.id

    @property
    def content(self) -> Mapping[str, Any]:
        return self.record.content

    @property
    def record_type(self) -> str:
        """The record type's name; empty for the only one."""
        return str(self.content.get("record_type", ""))

    def text(self, name: str | None) -> str:
        """Return a field's text; empty where there is none."""
        return written(self.content.get("fields", {}).get(name))

    def flag(self, name: str) -> bool:
        """Say whether a box is ticked."""
        return self.text(name) == "true"

    def instant(self, *names: str) -> datetime | None:
        """Return the first of these fields that holds an instant, or the day it holds."""
        for name in names:
            found = parse_date(self.text(name), self.zone) if self.text(name) else None
            if found is not None:
                return found
        return None

    def history(self, name: str) -> list[tuple[datetime, str]]:
        """Return the values that a field had, oldest first."""
        past = self.content.get("history", {}).get(name, [])
        found = [(parse_instant(str(at)), str(value)) for value, at in past]
        return sorted((at, value) for at, value in found if at is not None)

    def since(self, name: str, value: str) -> datetime | None:
        """Return when a field took the value it has now."""
        last = None
        for at, had in self.history(name):
            if had != value:
                last = None
            elif last is None:
                last = at
        return last

    @property
    def people(self) -> list[str]:
        """The ids of those whom this is about."""
        return [str(one) for one in self.content.get("people", [])]

    def attributes(self, names: Mapping[str, str | None]) -> dict[str, Scalar]:
        """Return the mapped attributes that have a value."""
        found = {
            name: shown(self.text(source)) for name, source in names.items() if source is not None
        }
        return {name: value for name, value in found.items() if value}

    def amounts(self, names: Mapping[str, str | None]) -> dict[str, Scalar]:
        """Return the mapped attributes; an amount in a foreign currency is called so."""
        found = self.attributes(names)
        given = money.decimal(found.get("amount", ""))
        if given is None or "currency" not in found:
            return found
        del found["amount"]
        return {**money.named("amount", given, str(found["currency"]), self.currency), **found}

    @property
    def owner(self) -> dict[str, Scalar]:
        """The person in charge, as an attribute; a queue is nobody."""
        found = self.text("OwnerId")
        return {"owner": found} if found.startswith(_USER) else {}

    @property
    def about(self) -> dict[str, Scalar]:
        """The deal or case that this hangs on, as an attribute."""
        found = long_id(self.text("WhatId") or self.text("RelatedToId") or self.text("ParentId"))
        if found.startswith(_DEAL):
            return {"deal": found}
        return {"ticket": found} if found.startswith(_CASE) else {}

    def own_event(
        self,
        kind: str,
        at: datetime,
        *,
        subject_type: str = "",
        mark: str = "",
        attributes: Mapping[str, Scalar] | None = None,
    ) -> Event:
        """Make an event of the person that this record stands for."""
        person = f"{self.tool}:{self.id}"
        return Event(
            f"{person}:{kind}" + (f":{mark}" if mark else ""),
            self.tool,
            kind,
            at,
            person,
            subject_type,
            self.id if subject_type else "",
            attributes or {},
        )

    def events(
        self,
        kind: str,
        at: datetime,
        *,
        subject_type: str,
        mark: str = "",
        attributes: Mapping[str, Scalar] | None = None,
    ) -> Iterator[Event]:
        """Make an event for each person that this record is about."""
        shared = f"{self.tool}:{self.type}:{self.id}:{kind}" + (f":{mark}" if mark else "")
        for one in self.people:
            person = f"{self.tool}:{one}"
            yield Event(
                f"{shared}/{person}",
                self.tool,
                kind,
                at,
                person,
                subject_type,
                self.id,
                attributes or {},
            )

    def mark(self, at: datetime) -> str:
        """Write an instant as part of an event's id."""
        return str(to_micros(at) // 1000)

    def set_aside(self, code: str, reason: str) -> SetAside:
        """Say that this record, or a part of it, could not be read."""
        return SetAside(str(self.record.key), code, reason)


def filled(attributes: Mapping[str, Scalar]) -> dict[str, Scalar]:
    """Leave out what is empty."""
    return {name: value for name, value in attributes.items() if value != ""}
