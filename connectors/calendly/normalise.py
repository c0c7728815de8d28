"""What an event and its invitees mean: who they are, and the bookings they have. Pure.

Everyone invited has a booking of their own: of a class, one may cancel and the others stay.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from journeysync.connectors import bookings
from journeysync.connectors.booking_rules import Rules
from journeysync.connectors.booking_texts import parse_instant, parse_number, record_id
from journeysync.connectors.bookings import Booking, By, Paid, Status
from journeysync.connectors.calendly.client import name_of
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
"""Raised whenever this file reads a record differently: stored records are then read again."""

Row = Mapping[str, Any]
_WHO: Mapping[str, By] = {"host": "business", "invitee": "customer"}
_TRACKED = {
    "source": "utm_source",
    "campaign": "utm_campaign",
    "medium": "utm_medium",
    "content": "utm_content",
    "term": "utm_term",
}
_SALESFORCE = re.compile(r"(003|00Q)[0-9A-Za-z]{12}([0-9A-Za-z]{3})?")
"""Ids of contacts and leads: another object's id names no human being."""


def normalise(record: RawRecord, rules: Rules, salesforce: str) -> Reading:
    """Say who is invited and what became of their bookings."""
    if record.deleted:
        return Reading()
    event: Row = _map(record.content.get("event"))
    service, number = str(event.get("name") or ""), name_of(event.get("event_type"))
    rule = rules.service(service, number)
    if not rule.read:
        return Reading()
    starts, ends = parse_instant(event.get("start_time")), parse_instant(event.get("end_time"))
    if starts is None:
        reason = "The event has no start time that can be read."
        return Reading(set_aside=(SetAside(str(record.key), "NO_START", reason),))
    common: dict[str, Scalar] = {
        "service": rule.name or service or number,
        "duration": round(((ends or starts) - starts).total_seconds() / 60),
        "staff": ", ".join(map(str, event.get("staff") or [])),
        **_place(_map(event.get("location"))),
        "guests": int(str(record.content.get("guests") or 0)),
    }
    people: dict[str, PersonRecord] = {}
    events: list[Event] = []
    links: dict[Link, None] = {}
    asides: list[SetAside] = []
    chains = _map(record.content.get("chains"))
    for one in _rows(record.content.get("invitees")):
        name, created = name_of(one.get("uri")), parse_instant(one.get("created_at"))
        if not name or created is None:
            reason = "An invitee of the event has no id or no date of its making."
            asides.append(SetAside(str(record.key), "BAD_INVITEE", reason))
            continue
        chain = _map(chains.get(name))
        first = str(chain.get("first") or name)
        person = _person(record.key.tool, first, one, event, created)
        people.setdefault(person.name, person)
        links.update(dict.fromkeys(_links(person.name, one, rules, salesforce)))
        status, decided, by, reason = _became(one, event, moved=bool(chain.get("moved")))
        booking = Booking(
            record.key.tool,
            first,
            (person.name,),
            created,
            starts,
            ends or starts,
            link="" if first == name else name,
            moved_by=_WHO.get(str(chain.get("by")), ""),
            status=status,
            decided_at=decided,
            by=by,
            reason=reason,
            paid=_paid(one),
            sends=tuple(sent.sends() for sent in rule.sends),
            attributes=_filled({**common, **_own(one, rules), **rule.set}),
        )
        events += bookings.events(booking)
    return Reading(
        people=tuple(people.values()),
        events=tuple({event.id: event for event in events}.values()),
        links=tuple(links),
        set_aside=tuple(asides),
    )


# --- who ---------------------------------------------------------------------------------------


def _person(tool: str, first: str, one: Row, event: Row, created: datetime) -> PersonRecord:
    """Tell who is invited; without an address, they are known by their booking alone."""
    email = str(one.get("email") or "")
    whole = str(one.get("name") or "").strip()
    given, _, family = whole.rpartition(" ")
    zone = one.get("timezone")
    return PersonRecord(
        tool,
        "invitee",
        guest_id(email) or first,
        created,
        (email,) if email else (),
        tuple(dict.fromkeys(_phones(one, event))),
        str(one.get("first_name") or given or whole),
        str(one.get("last_name") or (family if given else "")),
        attributes={"timezone": str(zone)} if zone else {},
        gathered=True,
    )


def _phones(one: Row, event: Row) -> Iterator[str]:
    """Find the numbers of the customer: for text messages, and to be called at."""
    if one.get("text_reminder_number"):
        yield str(one["text_reminder_number"])
    place = _map(event.get("location"))
    if place.get("type") == "outbound_call" and place.get("location"):
        yield str(place["location"])


def _links(person: str, one: Row, rules: Rules, salesforce: str) -> Iterator[Link]:
    """Take over whom tracking names: a contact or lead of Salesforce, or what the mapping says."""
    number = str(_map(one.get("tracking")).get("salesforce_uuid") or "").strip()
    if _SALESFORCE.fullmatch(number):
        yield Link(person, f"{salesforce}:{record_id(number)}", "salesforce_uuid in Calendly")
    for other in rules.linked([*_asked(one), *_tracking(one)]):
        yield Link(person, other, "answer in Calendly")


# --- what ----------------------------------------------------------------------------------------


def _became(one: Row, event: Row, *, moved: bool) -> tuple[Status, datetime | None, By, str]:
    """Say what became of an invitee's booking, when, by whom and why."""
    end = _map(one.get("cancellation")) or _map(event.get("cancellation"))
    at = parse_instant(end.get("created_at")) or parse_instant(one.get("updated_at"))
    by = _WHO.get(str(end.get("canceler_type")), "")
    if moved:
        return "moved_away", at, by, ""
    if "canceled" in (one.get("status"), event.get("status")):
        return "cancelled", at, by, str(end.get("reason") or "")
    absent = _map(one.get("no_show"))
    if absent:
        return "no_show", parse_instant(absent.get("created_at")), "", ""
    return "booked", None, "", ""


def _own(one: Row, rules: Rules) -> dict[str, Scalar]:
    """Tell what is an invitee's own: money, answers, zone and where they came from."""
    tracking = _map(one.get("tracking"))
    found: dict[str, Scalar] = {
        name: str(tracking.get(source) or "") for name, source in _TRACKED.items()
    }
    found["timezone"] = str(one.get("timezone") or "")
    payment = _map(one.get("payment"))
    amount = parse_number(payment.get("amount"))
    if amount is not None:
        paid = bool(payment.get("successful"))
        found |= {"price": amount, "currency": str(payment.get("currency") or ""), "paid": paid}
    found |= rules.answered(_asked(one))
    asked = _map(one.get("reconfirmation"))
    if asked:
        found["reconfirmed"] = bool(asked.get("confirmed_at"))
    return found


def _asked(one: Row) -> Iterator[tuple[str, str]]:
    """Yield what was asked and answered."""
    for row in _rows(one.get("questions_and_answers")):
        yield str(row.get("question") or ""), str(row.get("answer") or "")


def _tracking(one: Row) -> Iterator[tuple[str, str]]:
    """Yield what the booking's link carried."""
    for name, value in _map(one.get("tracking")).items():
        yield str(name), str(value or "")


def _paid(one: Row) -> Paid | None:
    payment = _map(one.get("payment"))
    amount = parse_number(payment.get("amount"))
    if amount is None or not payment.get("successful"):
        return None
    return Paid(amount, str(payment.get("currency") or ""))


def _place(location: Row) -> dict[str, Scalar]:
    """Tell where; a number that is called is the customer's and is no place."""
    kind = str(location.get("type") or "")
    where = "" if kind == "outbound_call" else str(location.get("location") or "")
    return {"location": where or kind, "location_type": kind}


def _filled(found: Mapping[str, Scalar]) -> dict[str, Scalar]:
    return {name: value for name, value in found.items() if value != "" and value is not None}


def _map(value: object) -> Row:
    return value if isinstance(value, Mapping) else {}


def _rows(value: object) -> list[Row]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []
