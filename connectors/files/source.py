"""The `files` tool in a live workspace: a source that is read as a whole in every run.

Each good row is a record; a broken one is a record that says what is wrong with it, so that it is
reported as long as it stands there and forgotten when it is mended. Rows that vanish from the
file become tombstones because every read is complete.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from journeysync.connectors.files.events import ATTRIBUTE
from journeysync.connectors.files.people import LINK
from journeysync.connectors.files.reading import FilesReading
from journeysync.core.addresses import normal_email
from journeysync.core.errors import Usage
from journeysync.core.instants import iso
from journeysync.core.models import (
    Event,
    Link,
    PersonRecord,
    RawRecord,
    Reading,
    RecordKey,
    SetAside,
)
from journeysync.core.ports import Batch, Finding, ToolSetup
from journeysync.core.problems import Problem
from journeysync.core.workspace import ROLE_ADDRESSES, Workspace

_BATCH = 1000
_CREATED = "person.created"
_TEXTS = ("email", "phone", "first_name", "last_name", "company")


def make(setup: ToolSetup) -> "FilesSource":
    """Make the source of two files. Raises Usage where the workspace does not name them."""
    paths = {}
    for key in ("people", "events"):
        value = setup.settings.get(key)
        if not isinstance(value, str) or not value:
            raise Usage(
                f"The tool `{setup.name}` has no `{key}` file. Write `{setup.name}: "
                "{type: files, people: people.csv, events: events.csv}` in journeysync.yaml."
            )
        paths[key] = setup.folder / value
    kinds = setup.settings.get("kinds", ())
    if not isinstance(kinds, list | tuple) or not all(isinstance(kind, str) for kind in kinds):
        raise Usage(
            f"`kinds` of the tool `{setup.name}` is a list of event kinds, such as "
            "`kinds: [order.placed, order.refunded]`."
        )
    zone = ZoneInfo(setup.timezone)
    return FilesSource(setup.name, paths["people"], paths["events"], zone, frozenset(kinds))


class FilesSource:
    """People and events out of two files."""

    streams: tuple[str, ...] = ("people", "events")
    lag = timedelta(0)
    mapping_version = "files-1"

    def __init__(
        self, name: str, people: Path, events: Path, zone: ZoneInfo, kinds: frozenset[str]
    ) -> None:
        self.name = name
        self._people = people
        self._events = events
        self._zone = zone
        self._kinds = kinds

    def emits(self) -> frozenset[str]:
        """Return the kinds that stand in the events file now or that the workspace announces.

        A file could hold anything; what it never held cannot be called missed.
        """
        with self._reading() as reading:
            people = reading.people(())
            created = people.column("created").null_count < people.num_rows
            return self._kinds | reading.kinds() | ({_CREATED} if created else set())

    def read(
        self,
        stream: str,
        since: datetime | None,  # noqa: ARG002 - a file does not say what is new in it
        until: datetime,  # noqa: ARG002
    ) -> Iterator[Batch]:
        """Yield everything, in batches; the last one is complete."""
        records = self._people_records() if stream == "people" else self._event_records()
        batch = tuple(islice(records, _BATCH))
        while following := tuple(islice(records, _BATCH)):
            yield Batch(batch)
            batch = following
        yield Batch(batch, complete=True)

    def normalise(self, record: RawRecord) -> Reading:
        """Say what a row means."""
        content: Mapping[str, Any] = record.content
        if record.key.type == "person":
            return self._person(record.key.id, content)
        if record.key.type == "event":
            return Reading(events=(self._event(record.key.id, content),))
        return Reading(
            set_aside=(SetAside(record.key.id, str(content["code"]), str(content["what"])),)
        )

    def check(self) -> Sequence[Finding]:
        """Read both files and say what is in them."""
        try:
            with self._reading() as reading:
                people = reading.people(())
                events = sum(
                    table.num_rows for table in reading.events(np.arange(people.num_rows), ())
                )
        except Usage as error:
            return [Finding("error", str(error), "Mend the file and check again.", 2)]
        found = [Finding("ok", f"{people.num_rows} people and {events} events.")]
        if reading.problems:
            first, count = min(reading.problems), len(reading.problems)
            rows = "1 row" if count == 1 else f"{count} rows, the first"
            found.append(
                Finding(
                    "warning",
                    f"Cannot read {rows}: {first}",
                    "Mend what is wrong in the file; all other rows are used.",
                    3,
                )
            )
        return found

    def _reading(self) -> FilesReading:
        return FilesReading(self._people, self._events, self.name, self._zone)

    def _people_records(self) -> Iterator[RawRecord]:
        with self._reading() as reading:
            for batch in reading.people(None).to_batches(_BATCH):
                for row in batch.to_pylist():
                    content = {key: row[key] for key in _TEXTS if row[key]}
                    if row["created"] is not None:
                        content["created_at"] = iso(row["created"])
                    content |= _parts(row, LINK, "links") | _parts(row, ATTRIBUTE, "attributes")
                    yield RawRecord(RecordKey(self.name, "person", row["id"]), content)
            yield from self._broken(reading.problems)

    def _event_records(self) -> Iterator[RawRecord]:
        with self._reading() as reading:
            people = reading.people(())
            before = len(reading.problems)
            names = people.column("name").to_pylist()
            for table in reading.events(_by_address(people.column("email").to_pylist()), None):
                for row in table.to_pylist():
                    if not row["line"]:
                        continue  # a creation belongs to its person's row
                    content = {
                        "kind": row["kind"],
                        "at": iso(row["moment"]),
                        "person": names[row["person"]],
                        "subject_type": row["subject_type"] or "",
                        "subject_id": row["subject_id"] or "",
                    }
                    content |= _parts(row, ATTRIBUTE, "attributes")
                    yield RawRecord(RecordKey(self.name, "event", row["id"]), content)
            yield from self._broken(reading.problems[before:])

    def _broken(self, problems: Sequence[Problem]) -> Iterator[RawRecord]:
        for problem in problems:
            place = f"{Path(problem.file).name}:{problem.line}"
            content = {"code": problem.code, "what": problem.what}
            yield RawRecord(RecordKey(self.name, "row", place), content)

    def _person(self, record_id: str, content: Mapping[str, Any]) -> Reading:
        name = f"{self.name}:{record_id}"
        created = content.get("created_at")
        at = datetime.fromisoformat(created) if created else None
        person = PersonRecord(
            tool=self.name,
            type="person",
            id=record_id,
            created_at=at,
            emails=(content["email"],) if "email" in content else (),
            phones=(content["phone"],) if "phone" in content else (),
            first_name=content.get("first_name", ""),
            last_name=content.get("last_name", ""),
            company=content.get("company", ""),
            attributes=content.get("attributes", {}),
        )
        links = tuple(
            Link(name, other, f"external id in {self.name}")
            for other in content.get("links", {}).values()
        )
        events = (Event(f"{name}:{_CREATED}", self.name, _CREATED, at, name),) if at else ()
        return Reading(people=(person,), events=events, links=links)

    def _event(self, event_id: str, content: Mapping[str, Any]) -> Event:
        return Event(
            id=event_id,
            tool=self.name,
            kind=content["kind"],
            at=datetime.fromisoformat(content["at"]),
            person=content["person"],
            subject_type=content["subject_type"],
            subject_id=content["subject_id"],
            attributes=content.get("attributes", {}),
        )


def _parts(row: Mapping[str, Any], prefix: str, name: str) -> dict[str, Any]:
    """Gather the columns of one prefix; nothing where all are empty."""
    found = {
        key.removeprefix(prefix): value
        for key, value in row.items()
        if key.startswith(prefix) and value
    }
    return {name: found} if found else {}


def _by_address(addresses: Sequence[str]) -> Any:
    """Number people so that those whom an e-mail address may name together have one number.

    A role address, or one of more people than the default allows, names nobody in particular.
    """
    holders: dict[str, list[int]] = {}
    for row, text in enumerate(addresses):
        if email := normal_email(text):
            holders.setdefault(email, []).append(row)
    numbers = np.arange(len(addresses))
    most = Workspace().max_people_per_key
    for email, rows in holders.items():
        if len(rows) <= most and email.rpartition("@")[0] not in ROLE_ADDRESSES:
            numbers[rows] = rows[0]
    return numbers
