"""How the pretend Cal.com shows what it keeps: four shapes of booking in one list."""

from collections.abc import Callable
from typing import Any

from journeysync.sandbox.calcom.book import SEATED, Attendee, Booking
from journeysync.sandbox.data.happenings import SERVICES
from journeysync.sandbox.world import iso

ZONE = "Europe/London"
FIRST_TYPE = 2_101


def slug(service: int) -> str:
    return SERVICES[service][0].lower().replace(" ", "-")


def address(host: tuple[int, str]) -> str:
    return f"{host[1].lower()}@willow.example"


def booking(one: Booking, successor: Callable[[Booking], Booking | None]) -> dict[str, Any]:
    """Show a booking in the shape that is its own."""
    new = successor(one) if one.status == "cancelled" else None
    kind = {"id": FIRST_TYPE + one.service, "slug": slug(one.service)}
    number, name = one.host
    host = {
        "id": number,
        "name": name,
        "email": address(one.host),
        "displayEmail": address(one.host),
        "username": name.lower(),
        "timeZone": ZONE,
    }
    shown: dict[str, Any] = {
        "id": one.id,
        "uid": one.uid,
        "title": f"{SERVICES[one.service][0]} at Willow Street Studio",
        "description": "",
        "hosts": [host],
        "status": one.status,
        "start": iso(one.start),
        "end": iso(one.end),
        "duration": SERVICES[one.service][1],
        "eventTypeId": kind["id"],
        "eventType": kind,
        "location": "14 Willow Street",
        "meetingUrl": "14 Willow Street",
        "absentHost": one.absent_host,
        "createdAt": iso(one.created),
        "updatedAt": iso(one.updated),
        "icsUid": f"{one.uid}@cal.example",
        "metadata": one.metadata,
        "attendees": [_attendee(person, one) for person in one.attendees],
    }
    more = {
        "rescheduledFromUid": one.from_uid,
        "rescheduledToUid": new.uid if new and not one.series else "",
        "rescheduledByEmail": new.moved_by if new else one.moved_by,
        "recurringBookingUid": one.series,
        "rating": one.rating,
    }
    if one.service != SEATED:
        shown["bookingFieldsResponses"] = _responses(one, one.attendees[0])
        if one.guests:
            shown["guests"] = one.guests
        more["cancelledByEmail"] = one.cancelled_by
    if one.status == "cancelled":
        more["cancellationReason"] = one.reason
    return shown | {name: value for name, value in more.items() if value}


def _attendee(one: Attendee, of: Booking) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "name": one.name,
        "email": one.email,
        "displayEmail": one.display or one.email,
        "timeZone": one.zone,
        "language": "en",
        "absent": one.absent,
    }
    if one.phone:
        shown["phoneNumber"] = one.phone
    if of.service == SEATED:
        answers = {name: value for name, value in _responses(of, one).items() if name != "email"}
        shown |= {"seatUid": one.seat, "bookingFieldsResponses": answers, "metadata": {}}
    return shown


def _responses(one: Booking, person: Attendee) -> dict[str, Any]:
    return {"name": person.name, "email": person.email, "guests": one.guests, **one.answers}


def types() -> list[dict[str, Any]]:
    return [
        {
            "id": FIRST_TYPE + number,
            "title": name,
            "slug": slug(number),
            "lengthInMinutes": minutes,
            "bookingFields": [{"type": "text", "slug": "heard-about-us", "required": False}],
        }
        for number, (name, minutes, _) in enumerate(SERVICES)
    ]


def me() -> dict[str, Any]:
    return {
        "id": 41,
        "username": "ana",
        "email": "ana@willow.example",
        "timeFormat": 24,
        "defaultScheduleId": 1,
        "weekStart": "Monday",
        "timeZone": ZONE,
        "organizationId": None,
    }
