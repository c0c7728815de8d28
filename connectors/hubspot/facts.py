"""One raw record, opened: texts, instants, history and links by name, and events made of it.

Pure. Says nothing of what a record means.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from journeysync.connectors.hubspot.times import parse_date, parse_instant, shown
from journeysync.core.instants import to_micros
from journeysync.core.models import Event, RawRecord, Scalar, SetAside


@dataclass(frozen=True, slots=True)
class Facts:
    """A record to ask."""

    record: RawRecord
    zone: str
    properties: Mapping[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "properties", self.record.content.get("properties", {}))

    @property
    def tool(self) -> str:
        return self.record.key.tool

    @property
    def id(self) -> str:
        return self.record.key.id

    @property
    def content(self) -> Mapping[str, Any]:
        return self.record.content

    def text(self, name: str) -> str:
        """Return a property's text; empty where there is none."""
        return str(self.properties.get(name) or "")

    def instant(self, *names: str) -> datetime | None:
        """Return the first of these properties that holds an instant."""
        for name in names:
            text = self.text(name)
            found = parse_instant(text) if text else None
            if found is not None:
                return found
        return None

    def day_or_instant(self, name: str) -> datetime | None:
        """Return when a date in a field begins, in our zone; an instant as it stands."""
        days = self.content.get("days", ())
        return parse_date(self.text(name), self.zone, whole_day=name in days)

    def history(self, name: str) -> list[tuple[datetime, str]]:
        """Return the values that a property had, oldest first."""
        past = self.content.get("history", {}).get(name, [])
        found = [(parse_instant(at), str(value)) for value, at in past]
        return sorted((at, value) for at, value in found if at is not None)

    def since(self, name: str, value: str) -> datetime | None:
        """Return when a property took the value it has now."""
        last = None
        for at, had in self.history(name):
            if had != value:
                last = None
            elif last is None:
                last = at
        return last

    def linked(self, other: str) -> list[tuple[str, bool]]:
        """Return the records of a type that hang on this one, and which is primary."""
        return [(str(one), bool(primary)) for one, primary in self.content.get(other, [])]

    def attributes(self, names: Mapping[str, str | None]) -> dict[str, Scalar]:
        """Return the mapped attributes that have a value."""
        held = self.properties
        return {
            name: shown(str(held[source]))
            for name, source in names.items()
            if source is not None and held.get(source)
        }

    @property
    def owner(self) -> dict[str, Scalar]:
        """The person in charge, as an attribute."""
        return {"owner": self.text("hubspot_owner_id")} if self.text("hubspot_owner_id") else {}

    @property
    def deal(self) -> dict[str, Scalar]:
        """The deal that this hangs on, as an attribute, where it is only one."""
        found = self.linked("deals")
        return {"deal": found[0][0]} if len(found) == 1 else {}

    def own_event(
        self,
        kind: str,
        at: datetime,
        *,
        subject_type: str = "",
        repeats: bool = False,
        attributes: Mapping[str, Scalar] | None = None,
    ) -> Event:
        """Make an event of the person that this record stands for."""
        person = f"{self.tool}:{self.id}"
        return Event(
            f"{person}:{kind}" + (f":{to_micros(at) // 1000}" if repeats else ""),
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
        """Make an event for each contact that this record hangs on."""
        shared = f"{self.tool}:{self.record.key.type}:{self.id}:{kind}" + (
            f":{mark}" if mark else ""
        )
        for contact, _primary in self.linked("contacts"):
            person = f"{self.tool}:{contact}"
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
