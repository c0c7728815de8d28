"""Finds what changed in one calendar since it was last read, by the best way that there is.

With a token the server says what changed and what was deleted. A server that has none, or has
forgotten ours, lists the tags of all events, which are compared with those that are stored; an .ics
file is compared as a whole.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from journeysync.connectors.caldav import dav
from journeysync.connectors.caldav.client import Client
from journeysync.connectors.caldav.objects import split_file
from journeysync.connectors.caldav.places import Calendar, zone_in
from journeysync.connectors.http import LacksScope, Refused
from journeysync.core.errors import ToolDown

AT_ONCE = 100
"""Objects that are asked for in one call."""
_GONE = {404, 410}

Texts = Iterable[tuple[str, str, str | None]]
"""Path, tag and text of objects; None for what is gone."""


@dataclass(slots=True)
class News:
    """What is new in one calendar."""

    mark: str
    texts: Texts = ()
    deleted: set[str] = field(default_factory=set)
    """What the server says is deleted."""
    missing: set[str] = field(default_factory=set)
    """What is not shown any more, without a word."""
    zone: str = ""
    """The calendar's zone, where only reading it tells."""


def on_server(
    client: Client,
    calendar: Calendar,
    mark: str,
    known: Mapping[str, str],
    low: datetime,
    *,
    only: Sequence[str] = (),
) -> News:
    """Say what changed in a calendar of a server; `known`: path -> tag of what is stored of it."""
    if only:
        return News(calendar.mark, _texts(client, calendar, only))
    if mark and mark == calendar.mark:
        return News(mark)
    if mark.startswith("token "):
        told = _since(client, calendar, mark.removeprefix("token "))
        if told is not None:
            changed, deleted, token = told
            return News(f"token {token}", _texts(client, calendar, changed), deleted)
    tags = _tags(client, calendar, low)
    new = [path for path, tag in tags.items() if not tag or known.get(path) != tag]
    return News(calendar.mark, _texts(client, calendar, new), missing=known.keys() - tags.keys())


def _since(
    client: Client, calendar: Calendar, token: str
) -> tuple[list[str], set[str], str] | None:
    """Ask what changed since a token; None where the server does not know it any more."""
    changed: dict[str, None] = {}
    deleted: set[str] = set()
    while True:
        try:
            _, parts = client.ask("REPORT", calendar.url, dav.sync(token), depth=0)
        except (Refused, LacksScope):
            return None
        for part in parts.parts:
            if part.path.rstrip("/") == calendar.path.rstrip("/"):
                continue
            changed.pop(part.path, None)
            deleted.discard(part.path)
            if part.status in _GONE:
                deleted.add(part.path)
            else:
                changed[part.path] = None
        if not parts.more:
            return list(changed), deleted, parts.token or token
        if parts.token in ("", token):
            raise ToolDown(
                client.caller.tool, "gives the same part of its changes again and again."
            )
        token = parts.token


def _tags(client: Client, calendar: Calendar, low: datetime) -> dict[str, str]:
    body = dav.listing(low.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ"))
    _, parts = client.ask("REPORT", calendar.url, body, depth=1)
    if parts.more:
        raise ToolDown(
            client.caller.tool,
            "does not list a calendar whole. Shorten the tool's key `history_days`.",
        )
    return {
        part.path: part.text(f"{dav.D}getetag")
        for part in parts.parts
        if part.path.rstrip("/") != calendar.path.rstrip("/")
    }


def _texts(
    client: Client, calendar: Calendar, paths: Sequence[str]
) -> Iterator[tuple[str, str, str | None]]:
    """Read objects, some at a time; what is not answered is gone."""
    for first in range(0, len(paths), AT_ONCE):
        some = paths[first : first + AT_ONCE]
        _, parts = client.ask("REPORT", calendar.url, dav.multiget(some), depth=1)
        told = {part.path: part for part in parts.parts}
        for path in some:
            part = told.get(path)
            data = part.text(f"{dav.C}calendar-data") if part is not None else ""
            yield path, part.text(f"{dav.D}getetag") if part is not None else "", data or None


# --- files ---------------------------------------------------------------------------------------

_STAMP = re.compile(r"^DTSTAMP[;:].*\r?\n?", re.MULTILINE | re.IGNORECASE)
_START = re.compile(r"^DTSTART[^:\n]*:(\d{8})", re.MULTILINE | re.IGNORECASE)
_REPEATS = re.compile(r"^(?:RRULE|RDATE|RECURRENCE-ID)[;:]", re.MULTILINE | re.IGNORECASE)


def in_file(
    client: Client, calendar: Calendar, mark: str, known: Mapping[str, str], low: datetime
) -> News:
    """Say what changed in an .ics file. When it was made does not count: many say `now`."""
    text = _STAMP.sub("", client.file(calendar.url))
    whole = f"tag {_hash(text)}"
    if whole == mark:
        return News(whole)
    old = (low - timedelta(days=2)).strftime("%Y%m%d")
    told: dict[str, tuple[str, str]] = {}
    for uid, part in split_file(text):
        if _is_old(part, old):
            continue
        tag = _hash(part)
        told[f"{calendar.path}#{uid or tag}"] = tag, part
    texts = [(path, tag, part) for path, (tag, part) in told.items() if known.get(path) != tag]
    head = text.partition("BEGIN:VEVENT")[0].partition("BEGIN:VTIMEZONE")[0]
    return News(whole, texts, missing=known.keys() - told.keys(), zone=zone_in(head))


def _is_old(part: str, day: str) -> bool:
    """Say whether an event is long over: it need not be read."""
    days = _START.findall(part.partition("BEGIN:VEVENT")[2])
    return bool(days) and not _REPEATS.search(part) and max(days) < day


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
