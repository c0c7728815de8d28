"""What a booking of Cal.com says, under a mapping. Pure.

A booking that was moved is cancelled, and another with a uid of its own took its place: neither
is a cancellation. One whose business asked for another time is cancelled too, and what tells it
apart is that nobody is named as the one who cancelled.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from msgspec import structs

from journeysync.connectors.booking_rules import Rules, ServiceRule
from journeysync.connectors.booking_texts import parse_instant, parse_number
from journeysync.connectors.bookings import ASKED_TO_MOVE, Booking, By, Status, events
from journeysync.connectors.guests import guest_id
from journeysync.core.models import (
    Event,
    Link,
    PersonRecord,
    RawRecord,
    Reading,
    Scalar,
    SetAside,
)

VERSION = "2"
"""Raised whenever a record is read differently: stored records are then read again."""

RATED = "survey.answered"
BEYOND = frozenset({ASKED_TO_MOVE, RATED})
"""Kinds that come beside those of every booking tool."""

SCALE = 5
_STATUSES = {"accepted", "pending", "cancelled", "rejected"}
_NO_ADDRESS = "@sms.cal.com"
"""Who booked with a phone number alone is given an address here that is none."""
_ANSWERS_OF_ALL = {
    "name", "email", "guests", "location", "title", "notes", "rescheduleReason",
    "attendeePhoneNumber", "smsReminderNumber",
}  # fmt: skip
"""What every booking form asks: no answers of a form of one's own."""

Row = Mapping[str, Any]


def normalise(record: RawRecord, rules: Rules, zone: str) -> Reading:
    """Say what a raw record means; `zone` is meant where a time names none."""
    if record.deleted:
        return Reading()
    row: Row = record.content
    kind = _part(row, "eventType")
    rule = rules.service(_text(kind, "slug"), _text(kind, "id"))
    if not rule.read:
        return Reading()
    starts = parse_instant(row.get("start"), zone)
    status = _text(row, "status").lower()
    if starts is None:
        return _aside(record, "NO_START", "The booking has no start that can be read.")
    if status not in _STATUSES:
        return _aside(
            record, "UNKNOWN_STATUS", "The booking has a status that this version does not know."
        )
    created = parse_instant(row.get("createdAt"), zone)
    booking = _booking(record, row, rule, zone, starts, created or starts)
    hosts = {_text(host, "email").lower() for host in row["hosts"]}
    people: dict[str, PersonRecord] = {}
    told: list[Event] = []
    links: dict[Link, None] = {}
    for number, attendee in enumerate([*row["attendees"], *row.get("gone", ())]):
        person = _person(record, attendee, number, created)
        if person.name not in people and _text(attendee, "email").lower() not in hosts:
            people[person.name] = person
            attributes = _attributes(row, attendee, rule, rules)
            told += _told(replace(booking, people=(person.name,), attributes=attributes), row,
                          attendee)  # fmt: skip
            # What the booking's link carried speaks of one person.
            told_of = _answers(row if len(row["attendees"]) == 1 else {}, attendee)
            links.update((Link(person.name, one, "answer in Cal.com"), None) for one in
                         rules.linked(told_of))  # fmt: skip
    return Reading(people=tuple(people.values()), events=tuple(told), links=tuple(links))


def remember(record: RawRecord, before: Row, now: datetime) -> RawRecord:
    """Carry over what a list alone does not show: the chain, and who gave up a seat."""
    if record.deleted:
        return record
    content = dict(record.content)
    if "chain" in before:
        # Also where a link on the way to the first was erased meanwhile.
        content["chain"] = before["chain"]
    if "recurringBookingUid" in content and "rescheduledToUid" in before:
        # Those of a series are never shown which link followed.
        content.setdefault("rescheduledToUid", before["rescheduledToUid"])
    gone = _gone(record.content, before, now)
    if gone:
        content["gone"] = gone
    return structs.replace(record, content=content)


def _gone(row: Row, before: Row, now: datetime) -> list[Row]:
    """List who had a seat and has none any more, and when that was first seen."""
    had = [*before.get("gone", ()), *before.get("attendees", ())]
    seats = {one.get("seatUid") for one in row["attendees"]}
    return [
        {"seen": now.isoformat(), **one}
        for one in had
        if one.get("seatUid") and one["seatUid"] not in seats
    ]


def _booking(
    record: RawRecord, row: Row, rule: ServiceRule, zone: str, starts: datetime, created: datetime
) -> Booking:
    uid, before = record.key.id, _text(row, "rescheduledFromUid")
    status = _status(row)
    changed = parse_instant(row.get("updatedAt"), zone)
    rejected = _text(row, "status").lower() == "rejected"
    by: By = "business" if rejected or status == "reschedule_requested" else ""
    return Booking(
        tool=record.key.tool,
        chain=_text(row, "chain") or before or uid,
        people=(),
        created_at=created,
        starts=starts,
        ends=parse_instant(row.get("end"), zone) or starts,
        link=uid if before else "",
        moved_by=_who(row, "rescheduledByEmail"),
        status=status,
        decided_at=changed if status != "booked" else None,
        by=by or _who(row, "cancelledByEmail"),
        reason=_text(row, "cancellationReason"),
        sends=tuple(one.sends() for one in rule.sends),
    )


def _status(row: Row) -> Status:
    status = _text(row, "status").lower()
    if status == "rejected":
        return "cancelled"
    if status != "cancelled":
        return "booked"
    if _text(row, "rescheduledToUid"):
        return "moved_away"
    # Bookings with seats name nobody at all.
    seated = any("seatUid" in one for one in (*row["attendees"], *row.get("gone", ())))
    return "cancelled" if seated or _text(row, "cancelledByEmail") else "reschedule_requested"


def _told(booking: Booking, row: Row, attendee: Row) -> Iterator[Event]:
    """Say what the booking means to one of its attendees."""
    pending = _text(row, "status").lower() == "pending"
    if "seen" in attendee and booking.status == "booked":
        seen = parse_instant(attendee["seen"]) or booking.starts
        booking = replace(
            booking, status="cancelled", decided_at=min(seen, booking.starts), by="customer"
        )
    elif attendee.get("absent") is True and booking.status == "booked":
        booking = replace(booking, status="no_show")
    for event in events(booking):
        if pending and event.kind not in ("booking.created", "booking.rescheduled"):
            continue  # Asked for and not yet confirmed: it may never come.
        if event.kind == "booking.attended" and row.get("absentHost") is True:
            continue
        yield event
    rating = parse_number(row.get("rating"))
    if rating is not None and booking.status == "booked":
        (person,) = booking.people
        at = parse_instant(row.get("updatedAt")) or booking.ends
        yield Event(
            f"{booking.tool}:booking:{booking.chain}:{RATED}/{person}",
            booking.tool, RATED, max(at, booking.ends), person, "booking", booking.chain,
            {**booking.attributes, "score": rating, "scale": SCALE},
        )  # fmt: skip


def _person(
    record: RawRecord, attendee: Row, number: int, created: datetime | None
) -> PersonRecord:
    """Take an attendee by their address, without what Cal.com may have added to it."""
    email = _text(attendee, "displayEmail") or _text(attendee, "email")
    phone = _text(attendee, "phoneNumber")
    first, _, last = _text(attendee, "name").partition(" ")
    known = guest_id(email)
    return PersonRecord(
        tool=record.key.tool,
        type="attendee",
        id=known or f"booking-{record.key.id}-{number}",
        created_at=created,
        emails=(email,) if known and not email.lower().endswith(_NO_ADDRESS) else (),
        phones=(phone,) if phone else (),
        first_name=first,
        last_name=last.strip(),
        attributes={"timezone": _text(attendee, "timeZone")} if attendee.get("timeZone") else {},
        gathered=True,
    )


def _attributes(row: Row, attendee: Row, rule: ServiceRule, rules: Rules) -> dict[str, Scalar]:
    kind = _part(row, "eventType")
    hosts = [name for host in row["hosts"] if (name := _text(host, "name")) not in ("", "unknown")]
    found: dict[str, Scalar | None] = {
        "service": rule.name or _text(kind, "slug"),
        "duration": parse_number(row.get("duration")),
        "staff": ", ".join(hosts),
        "host_absent": True if row.get("absentHost") is True else None,
        "location": _text(row, "location"),
        "timezone": _text(attendee, "timeZone"),
        "series": _text(row, "recurringBookingUid"),
        "confirmed": False if _text(row, "status").lower() == "pending" else None,
        **rules.answered(_answers(row, attendee)),
        **rule.set,
    }
    return {name: value for name, value in found.items() if value is not None and value != ""}


def _answers(row: Row, attendee: Row) -> Iterator[tuple[str, str]]:
    """Yield what was asked and answered: by each seat, by the booking, and what links carried."""
    for source in (attendee, row):
        for name in ("bookingFieldsResponses", "metadata"):
            for question, answer in _part(source, name).items():
                if question not in _ANSWERS_OF_ALL:
                    yield str(question), _answer(answer)


def _answer(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    if isinstance(value, Mapping):
        return _answer(value.get("value", ""))
    return "" if value is None else str(value)


def _who(row: Row, name: str) -> By:
    """Say which side somebody is on."""
    email = _text(row, name).lower()
    if not email:
        return ""
    if email in {_text(host, "email").lower() for host in row["hosts"]}:
        return "business"
    theirs = {_text(one, key).lower() for one in row["attendees"] for key in
              ("email", "displayEmail")}  # fmt: skip
    return "customer" if email in theirs else ""


def _part(row: Row, name: str) -> Row:
    """Give a part of a row that may be null, missing, or something else."""
    value = row.get(name)
    return value if isinstance(value, Mapping) else {}


def _text(row: Row, name: str) -> str:
    value = row.get(name)
    return "" if value is None else str(value).strip()


def _aside(record: RawRecord, code: str, reason: str) -> Reading:
    return Reading(set_aside=(SetAside(str(record.key), code, reason),))
