"""What an event of a calendar says, under a mapping. Pure.

A calendar knows no customers: they are those who are invited and are neither us nor a room. It
knows no moves either: an event has another time than before, and the stored one is asked for it.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from msgspec import structs

from journeysync.connectors.booking_rules import Rules, ServiceRule, fits
from journeysync.connectors.booking_texts import parse_instant
from journeysync.connectors.bookings import Booking, By, Move, Status, events
from journeysync.connectors.caldav.read import EVENT, OBJECT
from journeysync.connectors.guests import guest_id
from journeysync.core.models import Event, Link, PersonRecord, RawRecord, Reading, Scalar, SetAside

VERSION = "1"
"""Raised whenever a record is read differently: stored records are then read again."""

Row = Mapping[str, Any]
_THINGS = {"ROOM", "RESOURCE"}
_SHORTEST = 3
_EDGES = " \t-\u2013\u2014:|/,()"


@dataclass(frozen=True, slots=True)
class View:
    """What the settings say about whose events these are."""

    ours: tuple[str, ...] = ()
    staff: Mapping[str, str] = field(default_factory=dict)
    no_show: tuple[str, ...] = ()
    private: bool = False
    free: bool = False

    @property
    def version(self) -> str:
        """Change with every change of meaning."""
        whole = repr((self.ours, sorted(self.staff.items()), self.no_show, self.private, self.free))
        return hashlib.sha256(whole.encode()).hexdigest()[:8]


def normalise(record: RawRecord, rules: Rules, view: View) -> Reading:
    """Say what a raw record means."""
    content: Row = record.content
    if record.deleted or record.key.type not in (EVENT, OBJECT):
        return Reading()
    if record.key.type == OBJECT:
        aside = SetAside(str(record.key), str(content["code"]), str(content["reason"]))
        return Reading(set_aside=(aside,))
    people: dict[str, PersonRecord] = {}
    told: dict[str, Event] = {}
    links: dict[Link, None] = {}
    for name, row in _occurrences(content):
        rule = rules.service(row["title"], *row["categories"])
        if not rule.read or _none_of_ours(row, view):
            continue
        guests = list(_guests(row, view))
        for number, guest in enumerate(guests):
            person = _person(record, number, guest, row)
            people.setdefault(person.name, person)
            booking = _booking(record, name, row, content, guest, rule, view)
            attributes = _attributes(content, name, row, guest, rule, rules, view)
            booking = replace(booking, people=(person.name,), attributes=attributes)
            told.update((event.id, event) for event in events(booking))
            # A description speaks of one person.
            if len(guests) == 1:
                links.update((Link(person.name, one, "in the event"), None) for one in
                             rules.linked(_asked(row)))  # fmt: skip
    return Reading(people=tuple(people.values()), events=tuple(told.values()), links=tuple(links))


def remember(record: RawRecord, before: Row, now: datetime) -> RawRecord:
    """Carry over what an event forgets: its earlier times, and since when it was as it is."""
    if record.deleted or "base" not in record.content or "base" not in before:
        return record
    content: dict[str, Any] = dict(record.content)
    made = min(before["base"]["created"], content["base"]["created"])
    content["base"] = {**content["base"], "created": made}
    was = dict(_occurrences(before))
    moves: dict[str, Any] = dict(content.pop("moves", {}))
    ended: dict[str, Any] = {}
    for name, row in _occurrences(content):
        if name not in was:
            continue
        seen = _seen(was[name], row, now)
        had = before.get("moves", {}).get(name, [])
        if was[name]["start"] != row["start"]:
            had = [*had, {"seen": seen, "from": was[name]["start"]}]
        if had:
            moves[name] = had
        since = before.get("ended", {}).get(name, {})
        before_that = dict.fromkeys(_ends(was[name]), was[name]["modified"])
        kept = {why: {**before_that, **since}.get(why, seen) for why in _ends(row)}
        # Where the event itself gives the same date, there is nothing to remember.
        if kept := {why: at for why, at in kept.items() if at != row["modified"]}:
            ended[name] = kept
    content |= {"moves": moves} if moves else {}
    content |= {"ended": ended} if ended else {}
    return structs.replace(record, content=content)


def _seen(was: Row, row: Row, now: datetime) -> str:
    """Date a change: by the event's own word where it has one, else by when it was noticed."""
    changed = parse_instant(row["modified"])
    before = parse_instant(was["modified"])
    told = changed is not None and changed <= now and (before is None or before < changed)
    return changed.isoformat() if told and changed is not None else now.isoformat()


def _ends(row: Row) -> list[str]:
    """Name what of an event is over: all of it, or somebody's part in it."""
    declined = [f"declined {one['email']}" for one in row["attendees"] if one["says"] == "DECLINED"]
    return [*(["cancelled"] if row["status"] == "CANCELLED" else []), *declined]


def _occurrences(content: Row) -> Iterator[tuple[str, Row]]:
    """Yield what happens: once, or time after time; each with what it has of its own."""
    base: Row = content["base"]
    if "instances" not in content:
        yield "", base
        return
    for name, start, end in content["instances"]:
        own = content.get("own", {}).get(name, {})
        yield name, {**base, **own, "created": base["created"], "start": start, "end": end}


# --- who -----------------------------------------------------------------------------------------


def _none_of_ours(row: Row, view: View) -> bool:
    """Say whether an event is nobody's business, or takes nobody's time."""
    private = row["class"] in {"PRIVATE", "CONFIDENTIAL"}
    return (private and not view.private) or (row["free"] and not view.free)


def _guests(row: Row, view: View) -> Iterator[Row]:
    """Yield the customers: neither we nor rooms, nor those who are told for their information."""
    organizer = _email(row["organizer"] or {})
    for one in row["attendees"]:
        if one["kind"] in _THINGS or one["role"] == "NON-PARTICIPANT" or one["says"] == "DELEGATED":
            continue
        email = _email(one)
        if not (email and (email == organizer or fits(view.ours, email))):
            yield one


def _staff(row: Row, view: View) -> list[str]:
    """Name those of us who take part."""
    names = {one.lower(): name for one, name in view.staff.items()}
    found = []
    for one in [row["organizer"] or {}, *row["attendees"]]:
        email = _email(one)
        if email in names or fits(view.ours, email) or (one is row["organizer"] and one["name"]):
            found.append(names.get(email) or one["name"] or email)
    return list(dict.fromkeys(name for name in found if name))


def _email(person: Row) -> str:
    return str(person.get("email") or "").lower()


def _person(record: RawRecord, number: int, guest: Row, row: Row) -> PersonRecord:
    """Take a guest by their address; without one, this event's guest is unknown."""
    first, _, last = guest["name"].rpartition(" ")
    known = guest_id(guest["email"])
    return PersonRecord(
        tool=record.key.tool,
        type="guest",
        id=known or f"event-{record.key.id}-{number}",
        created_at=parse_instant(row["created"]),
        emails=(guest["email"],) if known else (),
        phones=(guest["phone"],) if guest["phone"] else (),
        first_name=first or last,
        last_name=last if first else "",
        gathered=True,
    )


# --- what ----------------------------------------------------------------------------------------


def _booking(
    record: RawRecord,
    name: str,
    row: Row,
    content: Row,
    guest: Row,
    rule: ServiceRule,
    view: View,
) -> Booking:
    starts, ends = _at(row["start"]), _at(row["end"])
    created = min(parse_instant(row["created"]) or starts, starts)
    status, by, why = _became(row, guest, view)
    over = content.get("ended", {}).get(name, {})
    decided = parse_instant(over.get(why) or row["modified"]) if why else None
    moves = [
        (parse_instant(one["seen"]) or created, _at(one["from"]))
        for one in content.get("moves", {}).get(name, ())
    ]
    return Booking(
        tool=record.key.tool,
        chain=f"{record.key.id}/{name}" if name else record.key.id,
        people=(),
        created_at=created,
        starts=starts,
        ends=ends,
        first_starts=moves[0][1] if moves else None,
        moves=tuple(Move(max(at, created)) for at, _ in moves),
        status=status,
        decided_at=max(decided, created) if decided else None,
        by=by,
        sends=tuple(one.sends() for one in rule.sends),
    )


def _became(row: Row, guest: Row, view: View) -> tuple[Status, By, str]:
    """Say what became of a guest's booking, by whom, and what that is called in `ended`."""
    if row["status"] == "CANCELLED":
        organizer = _email(row["organizer"] or {})
        return (
            "cancelled",
            "business" if organizer and fits(view.ours, organizer) else "",
            ("cancelled"),
        )
    if guest["says"] == "DECLINED":
        return "cancelled", "customer", f"declined {guest['email']}"
    if any(fits(view.no_show, one) for one in (row["title"], *row["categories"])):
        return "no_show", "", ""
    return "booked", "", ""


def _attributes(
    content: Row, name: str, row: Row, guest: Row, rule: ServiceRule, rules: Rules, view: View
) -> dict[str, Scalar]:
    length = (_at(row["end"]) - _at(row["start"])).total_seconds() / 60
    found: dict[str, Scalar] = {
        "service": rule.name or _service(row, guest),
        "category": ", ".join(row["categories"]),
        "calendar": str(content.get("calendar") or ""),
        "duration": round(length),
        "staff": ", ".join(_staff(row, view)),
        "location": row["location"],
        "timezone": row["zone"],
        "all_day": True if row["all_day"] else "",
        "response": guest["says"].lower(),
        "confirmed": False if row["status"] == "TENTATIVE" else "",
        "series": str(content["uid"]) if name else "",
        **rules.answered(_asked(row)),
        **rule.set,
    }
    return {key: value for key, value in found.items() if value != ""}


def _service(row: Row, guest: Row) -> str:
    """Name what was booked: the title, without the customer's name, which many put there."""
    title, name = str(row["title"]), str(guest["name"])
    at = title.lower().find(name.lower()) if len(name) >= _SHORTEST else -1
    if at < 0:
        return title
    left, right = title[:at].strip(_EDGES), title[at + len(name) :].strip(_EDGES)
    return " ".join(part for part in (left, right) if part)


def _asked(row: Row) -> list[tuple[str, str]]:
    return [(question, answer) for question, answer in row["answers"]]


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def occurrences_with_guests(content: Row, view: View) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield what customers were invited to, and by which names a rule can find it."""
    for _, row in _occurrences(content):
        if not _none_of_ours(row, view):
            for guest in _guests(row, view):
                yield _service(row, guest), (row["title"], *row["categories"])
