"""What the text of a calendar object holds, as JSON: the event, its occurrences, who takes part.

Kept is what can matter to a journey: descriptions are not, but for their lines of the form
`question: answer`. An object that cannot be read right is `Broken`, never guessed at. Pure.
"""

import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from typing import Any
from zoneinfo import ZoneInfo

import recurring_ical_events
from icalendar import Calendar, Component

Row = dict[str, Any]

_STUMBLES = (
    ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, RecursionError
)  # fmt: skip
"""What the libraries raise over a text that is broken; tried with thousands of them."""
_TOO_OFTEN = {"SECONDLY", "MINUTELY", "HOURLY"}
"""Nobody books so often; and there would be no end of them."""
_ANSWER = re.compile(r"^\s*([^:\n]{2,80}?)\s*:\s+(\S.*?)\s*$", re.MULTILINE)
_LONGEST = 200
_STAMPS = {"created": "CREATED", "modified": "LAST-MODIFIED", "stamp": "DTSTAMP"}


class Broken(Exception):
    """An object that is reported, with a code, instead of being read."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Span:
    """From when to when the occurrences of a series are told."""

    low: datetime
    high: datetime


def read_object(text: str, zone: ZoneInfo, span: Span) -> Row | None:
    """Read one object; None where it is no event. Raises Broken."""
    calendar = _parsed(text)
    events = calendar.walk("VEVENT")
    if not events:
        return None
    uid = str(events[0].get("UID") or "").strip()
    if not uid:
        raise Broken("NO_UID", "The event has no UID, by which it could be known again.")
    masters = [one for one in events if "RECURRENCE-ID" not in one]
    content: Row = {"uid": uid, "base": _row((masters or events)[0], zone)}
    if not masters or any(name in masters[0] for name in ("RRULE", "RDATE")):
        content |= _series(calendar, events, content["base"], zone, span)
    return content


def last_start(content: Row) -> datetime | None:
    """Say when it happens for the last time; None where it never does."""
    if "instances" in content:
        starts = [start for _, start, _ in content["instances"]]
    else:
        starts = [content["base"]["start"]]
    return datetime.fromisoformat(max(starts)) if starts else None


def _parsed(text: str) -> Calendar:
    try:
        with warnings.catch_warnings():
            # It says so where it has to guess what a zone's name means.
            warnings.simplefilter("ignore")
            found = Calendar.from_ical(text)
    except _STUMBLES as error:
        raise Broken("NO_ICALENDAR", "This is no iCalendar object that can be read.") from error
    return found


def _series(
    calendar: Calendar, events: Sequence[Component], base: Row, zone: ZoneInfo, span: Span
) -> Row:
    """List the occurrences, and what those that were changed by hand have of their own."""
    changed = {_id(one, zone): one for one in events if "RECURRENCE-ID" in one}
    found = dict(changed)
    if len(changed) < len(events):
        every = _occurrences(calendar, events, span)
        found = {_planned_id(one, changed, zone): one for one in every}
    instances, own, moves = [], {}, {}
    for name, one in sorted(found.items()):
        row = _row(one, zone)
        if not span.low <= datetime.fromisoformat(row["start"]) < span.high:
            continue
        instances.append([name, row["start"], row["end"]])
        if name in changed or (changed and _without_times(row) != _without_times(base)):
            own[name] = row
        planned = _planned(name, zone)
        if planned != row["start"]:
            moves[name] = [{"seen": row["modified"] or row["created"], "from": planned}]
    told = {"own": own, "moves": moves}
    return {"instances": instances, **{name: some for name, some in told.items() if some}}


def _occurrences(calendar: Calendar, events: Sequence[Component], span: Span) -> list[Component]:
    rules = [one["RRULE"] for one in events if "RRULE" in one]
    if any(_TOO_OFTEN & set(rule.get("FREQ", ())) for rule in rules if isinstance(rule, dict)):
        raise Broken("TOO_OFTEN", "The event repeats every hour or oftener: nobody books that.")
    try:
        return list(recurring_ical_events.of(calendar).between(span.low, span.high))
    except _STUMBLES as error:
        raise Broken("BAD_RULE", "The rule by which the event repeats cannot be read.") from error


def _id(event: Component, zone: ZoneInfo) -> str:
    """Name an occurrence by when it was to be, as long as nobody changed it."""
    named = "RECURRENCE-ID" if "RECURRENCE-ID" in event else "DTSTART"
    at, whole_day = _instant(event, named, zone)
    if at is None:
        raise Broken("NO_START", "An occurrence of the event has no start.")
    return _named(at, whole_day, zone)


def _named(at: datetime, whole_day: bool, zone: ZoneInfo) -> str:
    return at.astimezone(zone).strftime("%Y%m%d") if whole_day else at.strftime("%Y%m%dT%H%M%SZ")


def _planned_id(one: Component, changed: Mapping[str, Component], zone: ZoneInfo) -> str:
    """Name an occurrence; one that follows a change of "this and all later" has its name, too."""
    name = _id(one, zone)
    change = changed.get(name)
    start = _value(one, "DTSTART")
    if change is None or start == (moved := _value(change, "DTSTART")):
        return name
    planned = start - (moved - _value(change, "RECURRENCE-ID"))
    at, whole_day = _placed(planned, zone)
    return _named(at, whole_day, zone)


def _value(event: Component, name: str) -> Any:
    found: Any = event[name]
    return found.dt


def _planned(name: str, zone: ZoneInfo) -> str:
    if not name.endswith("Z"):
        return _day(date.fromisoformat(name), zone).isoformat()
    return datetime.strptime(name, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).isoformat()


def _row(event: Component, zone: ZoneInfo) -> Row:
    start, whole_day = _instant(event, "DTSTART", zone)
    if start is None:
        raise Broken("NO_START", "The event has no start.")
    end, _ = _instant(event, "DTEND", zone)
    if end is None:
        end = start + _length(event, whole_day)
    told = {name: _instant(event, stamp, zone)[0] for name, stamp in _STAMPS.items()}
    created = told["created"] or told["modified"] or told["stamp"]
    modified = told["modified"] or told["stamp"]
    return {
        "start": start.isoformat(),
        "end": max(start, end).isoformat(),
        "all_day": whole_day,
        "zone": _zone_name(event, zone),
        "created": created.isoformat() if created else "",
        "modified": modified.isoformat() if modified else "",
        "sequence": _number(event.get("SEQUENCE")),
        "title": _text(event, "SUMMARY"),
        "status": _text(event, "STATUS").upper(),
        "class": _text(event, "CLASS").upper(),
        "free": _text(event, "TRANSP").upper() == "TRANSPARENT",
        "location": _text(event, "LOCATION"),
        "categories": _categories(event),
        "organizer": next((_person(one) for one in _several(event.get("ORGANIZER"))), None),
        "attendees": [_person(one) for one in _several(event.get("ATTENDEE"))],
        "answers": _answers(_text(event, "DESCRIPTION")),
    }


def _without_times(row: Row) -> Row:
    told = {"start", "end", "created", "modified", "sequence"}
    return {name: value for name, value in row.items() if name not in told}


# --- times ---------------------------------------------------------------------------------------


def _instant(event: Component, name: str, zone: ZoneInfo) -> tuple[datetime | None, bool]:
    """Read a time and whether it is a whole day; what names no zone is meant in the calendar's."""
    value = event.get(name)
    if value is None:
        return None, False
    try:
        found = value.dt
    except _STUMBLES as error:
        raise Broken("BAD_TIME", f"Its {name} is no time that can be read.") from error
    if isinstance(found, datetime):
        named = str(value.params.get("TZID") or "")
        if found.tzinfo is None and named and named.upper() != "UTC":
            raise Broken(
                "UNKNOWN_ZONE", "It names a time zone that neither it nor anybody else defines."
            )
    if not isinstance(found, date):
        raise Broken("BAD_TIME", f"Its {name} is no time that can be read.")
    return _placed(found, zone)


def _placed(found: date, zone: ZoneInfo) -> tuple[datetime, bool]:
    if isinstance(found, datetime):
        at = found.replace(tzinfo=zone) if found.tzinfo is None else found
        return at.astimezone(UTC), False
    return _day(found, zone), True


def _day(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, clock(), zone).astimezone(UTC)


def _length(event: Component, whole_day: bool) -> timedelta:
    duration = event.get("DURATION")
    if duration is None:
        return timedelta(days=1 if whole_day else 0)
    try:
        found = duration.dt
    except _STUMBLES as error:
        raise Broken("BAD_TIME", "Its DURATION is none that can be read.") from error
    if not isinstance(found, timedelta):
        raise Broken("BAD_TIME", "Its DURATION is none that can be read.")
    return found


def _zone_name(event: Component, zone: ZoneInfo) -> str:
    """Name the zone that the event is in, where it is one that has a name everywhere."""
    info = getattr(getattr(event.get("DTSTART"), "dt", None), "tzinfo", None)
    key = getattr(info, "key", "") or ""
    return key if key and key != "UTC" else zone.key


# --- texts ---------------------------------------------------------------------------------------


def _person(address: Any) -> Row:
    """Read who takes part, and how."""
    params = getattr(address, "params", {})
    value = str(address).strip()
    scheme, _, rest = value.partition(":")
    email = rest if scheme.lower() == "mailto" else str(params.get("EMAIL") or "")
    if not rest and "@" in value:
        email = value
    name = str(params.get("CN") or "").strip()
    return {
        "email": email.strip() if "@" in email else "",
        "phone": rest.strip() if scheme.lower() in {"tel", "sms"} else "",
        "name": "" if name.lower() == email.strip().lower() else name,
        "kind": str(params.get("CUTYPE") or "INDIVIDUAL").upper(),
        "role": str(params.get("ROLE") or "").upper(),
        "says": str(params.get("PARTSTAT") or "NEEDS-ACTION").upper(),
    }


def _answers(text: str) -> list[list[str]]:
    found = [(question, answer) for question, answer in _ANSWER.findall(text)]
    return [[q, a[:_LONGEST]] for q, a in found if not q.lower().endswith(("http", "https"))]


def _categories(event: Component) -> list[str]:
    found: list[str] = []
    for one in _several(event.get("CATEGORIES")):
        found += [str(name).strip() for name in getattr(one, "cats", [one])]
    return [name for name in found if name]


def _text(event: Component, name: str) -> str:
    return next((str(one).strip() for one in _several(event.get(name))), "")


def _number(value: Any) -> int:
    try:
        return int(str(value))
    except ValueError:
        return 0


def _several(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


# --- files ---------------------------------------------------------------------------------------

_FOLD = re.compile(r"\r?\n[ \t]")


def split_file(text: str) -> Iterator[tuple[str, str]]:
    """Cut an .ics file into objects of one UID each, as text: one that is broken breaks no other.

    An event without a UID is one of its own, without a name.
    """
    zones: dict[str, list[str]] = {}
    events: dict[str, list[str]] = {}
    for number, block in enumerate(_blocks(_FOLD.sub("", text))):
        lines = [one.strip() for one in block]
        if block[0].upper() == "BEGIN:VTIMEZONE":
            zones["".join(one[5:] for one in lines if one.upper().startswith("TZID:"))] = block
        else:
            uid = next((one[4:] for one in lines if one.upper().startswith("UID:")), "")
            events.setdefault(uid or f"\n{number}", []).extend(block)
    for uid, block in events.items():
        whole = "\n".join(block)
        named = [line for zone, lines in zones.items() if zone and zone in whole for line in lines]
        text = "\r\n".join(
            ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-", *named, *block, "END:VCALENDAR", ""]
        )
        yield uid.strip(), text


def _blocks(text: str) -> Iterator[list[str]]:
    """Yield the lines of each event and each zone."""
    block: list[str] = []
    inside = ""
    for line in text.splitlines():
        word = line.strip().upper()
        if not inside and word in {"BEGIN:VEVENT", "BEGIN:VTIMEZONE"}:
            inside, block = word.removeprefix("BEGIN:"), []
        if inside:
            block.append(line)
        if inside and word == f"END:{inside}":
            yield block
            inside = ""
