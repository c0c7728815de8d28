"""Reads bookings: a list of events window by window, and the invitees of those that changed.

Calendly lists events by their start and tells no change; an event names nobody, so its invitees
are asked for one event at a time. A list is cheap and invitees are not: of an event whose row is
as it was, nothing is asked. Nothing here says what a booking means.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

import msgspec

from journeysync.connectors.booking_texts import parse_instant
from journeysync.connectors.calendly.chains import Chains
from journeysync.connectors.calendly.client import Client, Row, name_of
from journeysync.connectors.calendly.settings import Settings
from journeysync.connectors.calendly.times import written
from journeysync.connectors.http import Refused
from journeysync.core.errors import BadCredentials
from journeysync.core.models import RawRecord, RecordKey
from journeysync.core.ports import Batch, Window

TYPE = "scheduled_event"
BATCH = 25
"""Events whose invitees are asked for before they are stored."""

EVENT = (
    "uri", "name", "status", "start_time", "end_time", "event_type", "location", "created_at",
    "cancellation",
)  # fmt: skip
INVITEE = (
    "uri", "email", "first_name", "last_name", "name", "status", "questions_and_answers",
    "timezone", "created_at", "updated_at", "tracking", "text_reminder_number", "rescheduled",
    "old_invitee", "new_invitee", "cancellation", "payment", "no_show", "reconfirmation",
)  # fmt: skip
"""What is kept; links to cancel or move a booking are keys to it and are not."""

_encode = msgspec.json.Encoder(order="sorted").encode


class Reader:
    """Reads one organisation."""

    def __init__(self, client: Client, settings: Settings) -> None:
        self._client = client
        self._settings = settings
        self._chains = Chains(client)
        self._rows: dict[str, Row] = {}
        """What the last list showed, by id."""
        self._staff: dict[str, str] = {}

    def full(self, until: datetime) -> Iterator[Batch]:
        """Yield everything from the beginning of the history, and what lies ahead."""
        start = until - timedelta(days=self._settings.history_days)
        self._list(start)
        for records in self._records(self._rows):
            yield Batch(records)
        yield Batch((), complete=True, window=Window(start))

    def changed(self, since: datetime, until: datetime) -> Iterator[Batch]:
        """Yield what may have changed unseen; of the rest, show what the list shows."""
        before = min(since, until)
        start = before - timedelta(days=self._settings.days_back)
        self._list(start)
        unsure = before - timedelta(days=self._settings.no_show_days)
        recent = {name for name, row in self._rows.items() if _may_turn(row, unsure, until)}
        for records in self._records(recent):
            yield Batch(records)
        listed = {
            RecordKey(self._client.tool, TYPE, name): mark(row)
            for name, row in self._rows.items()
            if name not in recent
        }
        yield Batch((), listed=listed, window=Window(start))

    def reread(self, keys: Sequence[RecordKey]) -> Iterator[Batch]:
        """Yield these events as they are now."""
        for records in self._records(key.id for key in keys):
            yield Batch(records)

    def scope(self) -> dict[str, str]:
        """Say whose events to ask for."""
        me = self._client.one("/users/me")
        if self._settings.scope == "user":
            return {"user": str(me["uri"])}
        return {"organization": str(me["current_organization"])}

    def _list(self, start: datetime) -> None:
        """List all events that begin at or after an instant, the future's too."""
        scope = self.scope()
        query = {**scope, "min_start_time": written(start), "sort": "start_time:asc"}
        rows = self._client.all("/scheduled_events", **query)
        self._rows = {name_of(row.get("uri")): row for row in rows}
        self._chains.notice(self._rows.values())
        self._staff = self._colleagues(scope)

    def _colleagues(self, scope: Mapping[str, str]) -> dict[str, str]:
        """Learn who the users of an organisation are; who may not look does without names."""
        if "organization" not in scope:
            return {}
        try:
            members = list(self._client.all("/organization_memberships", **scope))
        except (BadCredentials, Refused):
            return {}
        users = [one.get("user") or {} for one in members]
        return {str(one.get("uri")): str(one.get("name") or "") for one in users}

    def _records(self, names: Iterable[str]) -> Iterator[tuple[RawRecord, ...]]:
        source = iter(list(names))
        while some := list(islice(source, BATCH)):
            yield tuple(self._record(name) for name in some)

    def _record(self, name: str) -> RawRecord:
        key = RecordKey(self._client.tool, TYPE, name)
        row = self._rows.get(name) or self._client.found(f"/scheduled_events/{name}")
        invitees = self._chains.invitees(name)
        if row is None or invitees is None:
            return RawRecord(key, {}, deleted=True)
        content = {
            "event": {**_kept(row, EVENT), "staff": self._staff_of(row)},
            "guests": len(row.get("event_guests") or []),
            "invitees": [_kept(one, INVITEE) for one in invitees],
            "chains": self._chains.of(name, invitees),
        }
        return RawRecord(
            key, content, listed_at=parse_instant(row.get("start_time")), mark=mark(row)
        )

    def _staff_of(self, row: Row) -> list[str]:
        members = row.get("event_memberships") or []
        return [
            str(one.get("user_name") or self._staff.get(str(one.get("user")), ""))
            or name_of(one.get("user"))
            for one in members
        ]


def mark(row: Row) -> str:
    """Fingerprint a row of the list: another one means that something changed."""
    return hashlib.blake2b(_encode(row), digest_size=8).hexdigest()


def _kept(row: Row, names: Sequence[str]) -> dict[str, Any]:
    return {name: row[name] for name in names if row.get(name) is not None}


def _may_turn(row: Row, unsure: datetime, until: datetime) -> bool:
    """Say whether a no-show may have been marked, which the list does not promise to show."""
    start, end = parse_instant(row.get("start_time")), parse_instant(row.get("end_time"))
    if start is None or row.get("status") == "canceled":
        return False
    return start <= until and (end or start) >= unsure
