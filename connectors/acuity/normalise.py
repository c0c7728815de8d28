"""What an appointment of Acuity says, under a mapping. Pure.

Acuity keeps one row for an appointment, whatever becomes of it, and neither tells when it was
moved nor when it was canceled: those instants are when we first saw it, at the latest its start.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from msgspec import structs

from journeysync.connectors.acuity.read import GAP, truth
from journeysync.connectors.booking_rules import Rules, ServiceRule
from journeysync.connectors.booking_texts import known_zone, parse_instant, parse_number
from journeysync.connectors.bookings import PAID, SUBJECT, Booking, Move, Status, events
from journeysync.connectors.guests import guest_id
from journeysync.core.instants import to_micros
from journeysync.core.models import Event, Link, PersonRecord, RawRecord, Reading, Scalar, SetAside

VERSION = "2"
"""Raised whenever a record is read differently: stored records are then read again."""


def normalise(record: RawRecord, rules: Rules, zone: str) -> Reading:
    """Say what a raw record means; `zone` is meant where a time names none."""
    if record.deleted:
        return Reading()
    row: Mapping[str, Any] = record.content
    if record.key.type == GAP:
        return _aside(
            record,
            "DAY_TOO_FULL",
            f"More appointments start on {row.get('day')} than Acuity lists for one calendar and "
            "type; some may be missing. Ask Acuity's support for a higher limit.",
        )
    rule = rules.service(_text(row, "type"), _text(row, "appointmentTypeID"))
    if not rule.read:
        return Reading()
    zone = known_zone(row.get("calendarTimezone"), zone)
    starts = parse_instant(row.get("datetime"), zone)
    if starts is None:
        return _aside(
            record, "NO_START", "The appointment has no start that can be read; open it in Acuity."
        )
    created = parse_instant(row.get("datetimeCreated"), zone)
    person = _person(record, row, created)
    booking = _booking(record, row, rule, zone, starts, created or starts)
    booking = replace(
        booking, people=(person.name,), attributes=_attributes(row, rule, rules, zone)
    )
    links = tuple(Link(person.name, one, "answer in Acuity") for one in
                  rules.linked(_asked(row)))  # fmt: skip
    told = (*events(booking), *_payments(row, booking))
    return Reading(people=(person,), events=told, links=links)


def remember(record: RawRecord, before: Mapping[str, Any], now: datetime) -> RawRecord:
    """Carry over when a row was first seen canceled, and every start that it had."""
    if record.deleted:
        return record
    content = dict(record.content)
    if "payments" in before and parse_number(content.get("amountPaid")):
        # They are asked for again where the sum is another.
        content.setdefault("payments", before["payments"])
    if "canceled_by" in content and "canceled_by" in before:
        content["canceled_by"] = before["canceled_by"]
    moves = list(before.get("moves", []))
    zone = known_zone(content.get("calendarTimezone"))
    was, starts = (parse_instant(one.get("datetime"), zone) for one in (before, content))
    if was is not None and starts is not None and was != starts:
        moves.append({"seen": now.isoformat(), "from": was.isoformat()})
    if moves:
        content["moves"] = moves
    return structs.replace(record, content=content)


def _booking(
    record: RawRecord,
    row: Mapping[str, Any],
    rule: ServiceRule,
    zone: str,
    starts: datetime,
    created: datetime,
) -> Booking:
    status: Status = "booked"
    decided = None
    if truth(row.get("canceled")):
        status = "no_show" if truth(row.get("noShow")) else "cancelled"
    if status == "cancelled":
        seen = parse_instant(row.get("canceled_by"), zone) or starts
        decided = max(min(seen, starts), min(created, starts))
    moves = row.get("moves", [])
    first = parse_instant(moves[0]["from"]) if moves else None
    return Booking(
        tool=record.key.tool,
        chain=record.key.id,
        people=(),
        created_at=created,
        starts=starts,
        ends=starts + timedelta(minutes=_minutes(row)),
        first_starts=first,
        moves=tuple(Move(at) for one in moves if (at := parse_instant(one["seen"])) is not None),
        status=status,
        decided_at=decided,
        sends=tuple(one.sends() for one in rule.sends),
    )


def _payments(row: Mapping[str, Any], booking: Booking) -> Iterator[Event]:
    """Tell each payment by itself, at its own instant."""
    (person,) = booking.people
    for one in row.get("payments") or ():
        at, amount = parse_instant(one.get("created")), parse_number(one.get("amount"))
        if at is None or not amount:
            continue
        number = str(one.get("transactionID") or to_micros(at) // 1000)
        more: dict[str, Scalar] = {"amount": amount, "processor": str(one.get("processor") or "")}
        told: dict[str, Scalar] = {**booking.attributes, **more, "payment": number}
        yield Event(
            f"{booking.tool}:{SUBJECT}:{booking.chain}:{PAID}:{number}/{person}",
            booking.tool, PAID, at, person, SUBJECT, booking.chain,
            {name: value for name, value in told.items() if value != ""},
        )  # fmt: skip


def _person(record: RawRecord, row: Mapping[str, Any], created: datetime | None) -> PersonRecord:
    """Take the customer by their address; without one, this appointment's customer is unknown."""
    email, phone = _text(row, "email"), _text(row, "phone")
    return PersonRecord(
        tool=record.key.tool,
        type="client",
        id=guest_id(email) or f"appointment-{record.key.id}",
        created_at=created,
        emails=(email,) if guest_id(email) else (),
        phones=(phone,) if any(letter.isdigit() for letter in phone) else (),
        first_name=_text(row, "firstName"),
        last_name=_text(row, "lastName"),
        attributes={"timezone": _text(row, "timezone")} if _text(row, "timezone") else {},
        gathered=True,
    )


def _attributes(
    row: Mapping[str, Any], rule: ServiceRule, rules: Rules, zone: str
) -> dict[str, Scalar]:
    price = parse_number(row.get("priceSold"))
    price = parse_number(row.get("price")) if price is None else price
    paid = parse_number(row.get("amountPaid")) or 0.0
    found: dict[str, Scalar | None] = {
        "service": rule.name or _text(row, "type"),
        "category": _text(row, "category"),
        "duration": _minutes(row) or None,
        "price": price,
        "paid": truth(row.get("paid")) or paid > 0,
        "amount_paid": paid or None,
        # Less than the price was paid: Acuity calls that paid, too.
        "deposit": paid if paid and price is not None and paid < price else None,
        "staff": _text(row, "calendar"),
        "location": _text(row, "location"),
        "timezone": _text(row, "timezone") or zone,
        "labels": ", ".join(row.get("labels") or ()),
        **rules.answered(_asked(row)),
        **rule.set,
    }
    return {name: value for name, value in found.items() if value is not None and value != ""}


def _asked(row: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(question, answer) for question, answer in row.get("answers") or ()]


def _minutes(row: Mapping[str, Any]) -> float:
    return max(parse_number(row.get("duration")) or 0.0, 0.0)


def _text(row: Mapping[str, Any], name: str) -> str:
    value = row.get(name)
    return "" if value is None else str(value).strip()


def _aside(record: RawRecord, code: str, reason: str) -> Reading:
    return Reading(set_aside=(SetAside(str(record.key), code, reason),))
