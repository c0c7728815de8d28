"""What a task looks like in one org: where its key stands, its words for done, its fields. Pure.

Salesforce keeps the day a task is due, not the hour: the instant stands beside the key, so that a
day that a person chose is told from ours.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from functools import cached_property
from typing import Any, Literal
from zoneinfo import ZoneInfo

from journeysync.connectors.salesforce.markers import Marker, marked, read_marker
from journeysync.connectors.salesforce.names import (
    ANCHOR,
    CLOSED,
    DUE,
    KEY,
    OBJECTS,
    PREFIXES,
    TASK_FIELDS,
    TOUCHPOINT,
)
from journeysync.connectors.salesforce.times import literal
from journeysync.connectors.salesforce.values import cut, day, day_of, instant
from journeysync.core.ports import PresentTask, TaskWrite

Keeping = Literal["external id", "field", "text"]
"""Where a task's key stands: it decides how a second task is kept from being made."""
Record = dict[str, Any]

_STANDARD = (
    "Id", "Subject", "Status", "IsClosed", "IsDeleted", "ActivityDate", "OwnerId", "Description",
)  # fmt: skip
_TEXT = 255
_BODY = 32_000
_PRIORITIES = {"high": "High", "medium": "Normal", "low": "Low"}
_DONE, _NOT_BEGUN = "Completed", "Not Started"
_PEOPLE = ("Contact", "Lead")
_MATTERS = ("Opportunity", "Account")


@dataclass(frozen=True)
class Shape:
    """One org's tasks."""

    fields: Mapping[str, Record]
    """As `describe` tells them, by name."""
    closing: Collection[str]
    """The statuses in which a task is done."""
    zone: ZoneInfo

    @cached_property
    def keeping(self) -> Keeping:
        """Say where a key stands here."""
        if not set(TASK_FIELDS) <= set(self.fields):
            return "text"
        key = self.fields[KEY]
        return "external id" if key.get("externalId") or key.get("idLookup") else "field"

    @cached_property
    def read(self) -> Sequence[str]:
        """The fields to read."""
        return _STANDARD if self.keeping == "text" else (*_STANDARD, *TASK_FIELDS)

    # --- from Salesforce -------------------------------------------------------------------------

    def present(self, row: Record) -> PresentTask:
        """Say what a task holds."""
        marker = self.marker(row)
        on = day(row.get("ActivityDate"))
        due = marker.due if on is not None else None
        if on is not None and (due is None or day_of(due, self.zone) != on):
            due = datetime.combine(on, time(), self.zone).astimezone(UTC)
        return PresentTask(
            id=row["Id"],
            key=marker.key,
            status="deleted" if row["IsDeleted"] else "completed" if row["IsClosed"] else "open",
            due=due,
            owner=row.get("OwnerId") or "",
            subject=row.get("Subject") or "",
            closed_by_us=marker.closed,
        )

    def marker(self, row: Record) -> Marker:
        """Read what we know a task by."""
        if self.keeping == "text":
            return read_marker(row.get("Description") or "")
        return Marker(
            row.get(KEY) or "",
            row.get(TOUCHPOINT) or "",
            row.get(ANCHOR) or "",
            instant(row.get(DUE)),
            bool(row.get(CLOSED)),
        )

    # --- to Salesforce ---------------------------------------------------------------------------

    def new(self, row: TaskWrite) -> Record:
        """Return the fields of a new task."""
        marker = Marker(row.key, row.touchpoint, row.anchor, row.due)
        values = self._plain(row) | about(row)
        values.setdefault("Subject", "")
        if self.keeping == "text":
            return values | _signed(row.body or "", marker)
        return values | {
            "Description": cut(row.body or "", _BODY),
            KEY: marker.key,
            TOUCHPOINT: cut(marker.touchpoint, _TEXT),
            ANCHOR: cut(marker.anchor, _TEXT),
            DUE: None if marker.due is None else literal(marker.due),
        }

    def changes(self, row: TaskWrite, before: Record) -> Record:
        """Return the fields that change; `before` is needed where the key stands in the text."""
        closed = row.close_because is not None
        values = self._plain(row)
        if closed or row.reopen:
            values["Status"] = self._status(closed=closed)
        if self.keeping == "text":
            text = before.get("Description") or ""
            known = read_marker(text)
            marker = Marker(
                row.key,
                row.touchpoint or known.touchpoint,
                row.anchor or known.anchor,
                row.due or known.due,
                closed or (known.closed and not row.reopen),
            )
            return values | _signed(text if row.body is None else row.body, marker)
        if row.body is not None:
            values["Description"] = cut(row.body, _BODY)
        if row.due is not None:
            values[DUE] = literal(row.due)
        if row.anchor:
            values[ANCHOR] = cut(row.anchor, _TEXT)
        if closed or row.reopen:
            values[CLOSED] = cut(row.close_because or "", _TEXT) or None
        return values

    def _plain(self, row: TaskWrite) -> Record:
        """Return Salesforce's own fields, as far as the row speaks of them.

        A task always has an owner: without one, it stays whose it is, or is our own user's.
        """
        values: Record = {
            "Subject": None if row.subject is None else cut(row.subject, _TEXT),
            "Priority": row.priority and self._word("Priority", _PRIORITIES[row.priority]),
            "ActivityDate": row.due and day_of(row.due, self.zone).isoformat(),
            "OwnerId": row.owner,
        }
        return {name: value for name, value in values.items() if value}

    def _words(self, name: str) -> list[Record]:
        """Return the values of a choice, the org's default first."""
        words = [one for one in self.fields[name].get("picklistValues") or () if one["active"]]
        return sorted(words, key=lambda one: not one.get("defaultValue"))

    def _word(self, name: str, wanted: str) -> str:
        """Return the value of that name where the org has it, else the org's own default."""
        here = [str(one["value"]) for one in self._words(name)]
        return wanted if wanted in here or not here else here[0]

    def _status(self, *, closed: bool) -> str:
        """Return the org's word for done, or for not begun."""
        if closed:
            return _DONE if _DONE in self.closing else min(self.closing, default=_DONE)
        open_ = (one["value"] for one in self._words("Status") if one["value"] not in self.closing)
        return str(next(open_, _NOT_BEGUN))


def about(row: TaskWrite) -> Record:
    """Say whom and what a task hangs on: a person, and a deal or an account.

    A task on a lead can hang on nothing else; a contact goes before a lead.
    """
    here: dict[str, list[str]] = {}
    for kind, number in row.about:
        if kind in OBJECTS:
            here.setdefault(PREFIXES.get(number[:3], ""), []).append(number)
    who = next((here[kind][0] for kind in _PEOPLE if kind in here), "")
    what = next((here[kind][0] for kind in _MATTERS if kind in here), "")
    found = {"WhoId": who} if who else {}
    if what and PREFIXES.get(who[:3]) != "Lead":
        found["WhatId"] = what
    return found


def _signed(body: str, marker: Marker) -> Record:
    """Put what we know a task by at the end of its text."""
    room = _BODY - len(marked("", marker)) - len("\n\n")
    return {"Description": marked(cut(body, room), marker)}
