"""Finds the first link of a booking that was moved: Calendly makes a new event of every move.

An invitee names the one it replaces. Where it does not, an old and a new event of one person are
one booking if they share the entry in the connected calendar and the old one ended as the new one
began. Page order is arbitrary: nothing is said of a chain before the whole list was seen.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from journeysync.connectors.booking_texts import parse_instant
from journeysync.connectors.calendly.client import NOT_FOUND, Client, Row, name_of, path_of
from journeysync.connectors.http import Refused

AT_ONCE = timedelta(seconds=2)
"""How long after the old event's end the new one is made, at most; seen: 17 to 322 ms."""


class Chains:
    """What one reading knows of old and new."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._invitees: dict[str, list[Row]] = {}
        self._by_name: dict[str, Row | None] = {}
        self._old: dict[str, str] = {}
        self._new: dict[str, str] = {}

    def notice(self, rows: Iterable[Row]) -> None:
        """Forget the last reading; pair off the events of a list by their calendar entry."""
        self._invitees, self._by_name, self._old, self._new = {}, {}, {}, {}
        ended: dict[str, list[tuple[datetime, str]]] = {}
        made: list[tuple[datetime, str, str]] = []
        for row in rows:
            entry = str((row.get("calendar_event") or {}).get("external_id") or "")
            if not entry or not _alone(row):
                continue
            name = name_of(row.get("uri"))
            at = parse_instant((row.get("cancellation") or {}).get("created_at"))
            if row.get("status") == "canceled" and at is not None:
                ended.setdefault(entry, []).append((at, name))
            created = parse_instant(row.get("created_at"))
            if created is not None:
                made.append((created, name, entry))
        for created, name, entry in sorted(made):
            for at, old in ended.get(entry, []):
                if old != name and old not in self._new and abs(created - at) <= AT_ONCE:
                    self._old[name], self._new[old] = old, name
                    break

    def invitees(self, event: str) -> list[Row] | None:
        """Ask who is invited, in the order of their making; None where the event is gone."""
        if event in self._invitees:
            return self._invitees[event]
        try:
            found = list(self._client.all(f"/scheduled_events/{event}/invitees"))
        except Refused as refused:
            if refused.answer.status != NOT_FOUND:
                raise
            return None
        found.sort(key=lambda one: (str(one.get("created_at")), str(one.get("uri"))))
        self._invitees[event] = found
        self._by_name.update({name_of(one.get("uri")): one for one in found})
        return found

    def of(self, event: str, invitees: list[Row]) -> dict[str, dict[str, Any]]:
        """Say of each invitee which booking it is part of, and whether it was moved away."""
        told: dict[str, dict[str, Any]] = {}
        for one in invitees:
            name, old = name_of(one.get("uri")), self._replaced(event, one)
            moved = bool(one.get("rescheduled") or one.get("new_invitee"))
            moved = moved or (len(invitees) == 1 and event in self._new)
            told[name] = {"first": self._first(name, old), "moved": moved}
            if old:
                before = self._find(old) or {}
                told[name]["by"] = (before.get("cancellation") or {}).get("canceler_type") or ""
        return told

    def _replaced(self, event: str, one: Row) -> str:
        """Name the invitee that this one took the place of, by address; empty for the first."""
        old = str(one.get("old_invitee") or "")
        if old or event not in self._old or len(self.invitees(event) or []) != 1:
            return old
        before = self.invitees(self._old[event]) or []
        return str(before[0].get("uri")) if len(before) == 1 else ""

    def _first(self, name: str, old: str) -> str:
        """Walk back to the first link; one that was erased is still known by its id."""
        seen = {name}
        while old and name_of(old) not in seen:
            name = name_of(old)
            seen.add(name)
            before = self._find(old)
            old = self._replaced(_event_of(old), before) if before is not None else ""
        return name

    def _find(self, uri: str) -> Row | None:
        """Find an invitee by address, or None where it is gone."""
        name = name_of(uri)
        if name not in self._by_name:
            self.invitees(_event_of(uri))
        if name not in self._by_name:
            self._by_name[name] = self._client.found(path_of(uri))
        return self._by_name[name]


def _event_of(uri: str) -> str:
    """Take the event's id out of an invitee's address."""
    return name_of(path_of(uri).partition("/invitees")[0])


def _alone(row: Row) -> bool:
    """Say whether an event is one person's: a class goes on when one of many moves."""
    counter = row.get("invitees_counter") or {}
    return int(counter.get("limit") or 1) <= 1 and int(counter.get("total") or 1) <= 1
