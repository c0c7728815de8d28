"""Reads events: all of them, or what changed, as far as the server can tell.

An event is what has one UID, in however many calendars it stands: its record is made of its copies,
and is gone when the last of them is. Which copies there are is stored with it, as its mark.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from journeysync.connectors.booking_texts import known_zone
from journeysync.connectors.caldav.changes import News, Texts, in_file, on_server
from journeysync.connectors.caldav.client import Client
from journeysync.connectors.caldav.objects import Broken, Row, Span, last_start, read_object
from journeysync.connectors.caldav.places import Calendar, calendars
from journeysync.connectors.caldav.settings import Settings
from journeysync.core.models import RawRecord, RecordKey
from journeysync.core.ports import Batch, Window

EVENT, OBJECT, CALENDAR = "event", "object", "calendar"
BATCH = 100
ALWAYS = datetime(9000, 1, 1, tzinfo=UTC)
"""Where that is listed which has no time: in every window that has no end."""
_LONGEST_ID = 150


@dataclass(frozen=True, slots=True)
class _Copy:
    """An event as it stands in one calendar."""

    key: RecordKey
    path: str
    tag: str
    calendar: str
    content: Row
    last: datetime
    """When it happens for the last time."""

    @property
    def rank(self) -> tuple[int, str, str]:
        """The copy with the highest rank knows best."""
        base = self.content.get("base", {})
        return base.get("sequence", 0), base.get("modified", ""), self.path


@dataclass(frozen=True, slots=True)
class _Stored:
    """What is stored of one copy."""

    key: RecordKey
    tag: str
    last: datetime


@dataclass(slots=True)
class _Found:
    """What one reading found."""

    copies: dict[str, _Copy] = field(default_factory=dict)
    read: set[str] = field(default_factory=set)
    """Paths whose present content is known, also where there is nothing of interest."""
    deleted: set[str] = field(default_factory=set)
    """The server says so."""
    missing: set[str] = field(default_factory=set)
    """Not shown any more."""
    records: list[RawRecord] = field(default_factory=list)
    """The calendars."""


class Reader:
    """Reads the calendars of one tool."""

    def __init__(self, client: Client, settings: Settings, zone: str) -> None:
        self._client = client
        self._settings = settings
        self._zone = zone
        self._marks: Mapping[RecordKey, str] = {}

    def resume(self, marks: Mapping[RecordKey, str]) -> None:
        """Take what is stored."""
        self._marks = marks

    def calendars(self) -> list[Calendar]:
        """Find what is read."""
        if self._settings.is_file:
            return [Calendar(self._settings.where, "")]
        return calendars(self._client, self._settings)

    def read(self, since: datetime | None, until: datetime) -> Iterator[Batch]:
        """Yield all events of the window, or those that changed.

        The window moves with the months: in a new one everything is read, so that a series goes on.
        """
        span = self._span(until)
        index = {} if since is None or self._span(since) != span else self._index()
        found = self._find(span, index, until)
        records = list(self._records(found, index, span))
        for first in range(0, len(records), BATCH):
            yield Batch(tuple(records[first : first + BATCH]))
        if not index:
            yield Batch(tuple(found.records), complete=True, window=Window(span.low))
            return
        present = {record.key for record in (*records, *found.records) if not record.deleted}
        gone = {
            stored.key
            for path, stored in index.items()
            if path in found.missing and stored.key not in present
        }
        still = frozenset((self._marks.keys() - gone) | present) if gone else None
        yield Batch(tuple(found.records), still=still)

    # -- what there is --------------------------------------------------------------------------

    def _find(self, span: Span, index: Mapping[str, _Stored], until: datetime) -> _Found:
        found = _Found()
        here = self.calendars()
        for one in here:
            key = self._key(CALENDAR, _hash(one.path))
            known = {
                path: stored.tag
                for path, stored in index.items()
                if path.startswith(one.path) and stored.last >= span.low
            }
            news = self._news(one, self._marks.get(key, "") if index else "", known, span)
            self._take(replace(one, zone=one.zone or news.zone), news.texts, found, span, until)
            found.deleted |= news.deleted
            found.missing |= news.missing
            found.records.append(RawRecord(key, {"name": one.name}, mark=news.mark))
        paths = tuple(one.path for one in here)
        found.missing |= {path for path in index if not path.startswith(paths)}
        for key in self._marks.keys() - {one.key for one in found.records}:
            if key.type == CALENDAR:
                found.records.append(RawRecord(key, {}, deleted=True))
        self._complete(here, found, index, span, until)
        return found

    def _news(self, one: Calendar, mark: str, known: Mapping[str, str], span: Span) -> News:
        if self._settings.is_file:
            return in_file(self._client, one, mark, known, span.low)
        return on_server(self._client, one, mark, known, span.low)

    def _take(
        self, calendar: Calendar, texts: Texts, found: _Found, span: Span, until: datetime
    ) -> None:
        """Read objects; a path without text is gone."""
        zone = ZoneInfo(known_zone(calendar.zone, self._zone))
        for path, tag, text in texts:
            found.read.add(path)
            if text is None:
                found.deleted.add(path)
                continue
            try:
                content = read_object(text, zone, span)
            except Broken as broken:
                content = {"code": broken.code, "reason": broken.reason}
                name = path.rpartition("/")[2].rpartition("#")[2]
                key, last = self._key(OBJECT, f"{name[:80]}~{_hash(path)[:6]}"), ALWAYS
            else:
                if content is None or (at := last_start(content)) is None:
                    continue
                key, last = self._key(EVENT, _event_id(content["uid"])), at
                content["base"]["created"] = content["base"]["created"] or until.isoformat()
            found.copies[path] = _Copy(key, path, tag, calendar.name, content, last)

    def _complete(
        self,
        here: Sequence[Calendar],
        found: _Found,
        index: Mapping[str, _Stored],
        span: Span,
        until: datetime,
    ) -> None:
        """Read the other copies of events of which one changed."""
        touched = {copy.key for copy in found.copies.values()}
        known = found.read | found.deleted | found.missing
        touched |= {index[path].key for path in known if path in index}
        rest = [path for path, one in index.items() if one.key in touched and path not in known]
        for one in here:
            mine = [path for path in rest if path.startswith(one.path)]
            if mine:
                again = on_server(self._client, one, "", {}, span.low, only=mine)
                self._take(one, again.texts, found, span, until)

    # -- records --------------------------------------------------------------------------------

    def _records(
        self, found: _Found, index: Mapping[str, _Stored], span: Span
    ) -> Iterator[RawRecord]:
        stored = {one.key for one in index.values()}
        by_key: dict[RecordKey, list[_Copy]] = {}
        for copy in found.copies.values():
            if copy.last >= span.low or copy.key in stored:
                by_key.setdefault(copy.key, []).append(copy)
        for key, copies in by_key.items():
            yield _record(key, copies)
        told = found.read | found.deleted
        for key in {index[path].key for path in told if path in index} - by_key.keys():
            if not any(one.key == key and path in found.missing for path, one in index.items()):
                yield RawRecord(key, {}, deleted=True)

    def _index(self) -> dict[str, _Stored]:
        """Read the stored marks: which copy belongs to what."""
        index: dict[str, _Stored] = {}
        for key, mark in self._marks.items():
            if key.type in (EVENT, OBJECT) and mark:
                told = json.loads(mark)
                last = datetime.fromisoformat(told["last"])
                index.update(
                    (path, _Stored(key, tag, last)) for path, tag in told["copies"].items()
                )
        return index

    def _key(self, kind: str, number: str) -> RecordKey:
        return RecordKey(self._client.caller.tool, kind, number)

    def _span(self, until: datetime) -> Span:
        """Say what is read: whole months, so that it is the same for all runs of one."""
        low = until.astimezone(UTC) - timedelta(days=self._settings.history_days)
        high = until.astimezone(UTC) + timedelta(days=self._settings.days_ahead)
        return Span(_month(low), _month(_month(high) + timedelta(days=32)))


def _record(key: RecordKey, copies: Iterable[_Copy]) -> RawRecord:
    """Put the copies of an event together."""
    told = sorted(copies, key=lambda one: one.rank)
    best = told[-1]
    last = max(one.last for one in told)
    mark = json.dumps(
        {"last": last.isoformat(), "copies": {one.path: one.tag for one in told}}, sort_keys=True
    )
    content = {**best.content, "calendar": best.calendar}
    return RawRecord(key, content, listed_at=last, mark=mark)


def _event_id(uid: str) -> str:
    """Name an event by its UID; a very long one by what it begins with."""
    return uid if len(uid) <= _LONGEST_ID else f"{uid[:80]}~{_hash(uid)}"


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _month(at: datetime) -> datetime:
    return at.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
