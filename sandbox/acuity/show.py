"""How the pretend Acuity shows what it keeps: every number a text, every clock another one.

`datetime` has an offset without a colon, in the zone of the calendar; `datetimeCreated` is
always in Chicago's summer time; `date`, `time` and `endTime` are for people.
"""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

from journeysync.sandbox.acuity.book import CALENDARS, FIRST_TYPE, Appointment
from journeysync.sandbox.data.happenings import SERVICES
from journeysync.sandbox.world import MINUTE

ZONE = "Europe/London"
CHICAGO = timezone(timedelta(hours=-5))
FORM = 3_101
FIRST_FIELD = 17_001
LABEL = 91
PAGE = "https://acuity.example/schedule.php?owner=31&action=appt&id%5B%5D="


def local(at: int) -> datetime:
    """An instant on the account's wall clock."""
    return datetime.fromtimestamp(at / 1000, UTC).astimezone(ZoneInfo(ZONE))


def day(at: int) -> str:
    """The account's calendar day of an instant."""
    return local(at).date().isoformat()


def _clock(at: int) -> str:
    moment = local(at)
    return f"{moment.hour % 12 or 12}:{moment.minute:02d}{'am' if moment.hour < 12 else 'pm'}"  # noqa: PLR2004


def _date(at: int) -> str:
    moment = local(at)
    return f"{moment:%B} {moment.day}, {moment.year}"


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S%z")


def appointment(one: Appointment, *, forms: bool, no_show: bool) -> dict[str, Any]:
    """Show an appointment; only the list of canceled ones tells who did not turn up."""
    shown: dict[str, Any] = {
        "id": one.id,
        "firstName": one.first,
        "lastName": one.last,
        "phone": one.phone,
        "email": one.email,
        "date": _date(one.start),
        "time": _clock(one.start),
        "endTime": _clock(one.start + one.minutes * MINUTE),
        "dateCreated": _date(one.created),
        "datetimeCreated": _stamp(datetime.fromtimestamp(one.created / 1000, CHICAGO)),
        "datetime": _stamp(local(one.start)),
        "price": f"{one.price:.2f}",
        "priceSold": f"{one.price:.2f}",
        "paid": "yes" if one.amount_paid else "no",
        "amountPaid": f"{one.amount_paid:.2f}",
        "type": SERVICES[one.service][0],
        "appointmentTypeID": one.type,
        "classID": None,
        "addonIDs": [],
        "category": "",
        "duration": str(one.minutes),
        "calendar": dict(CALENDARS).get(one.calendar, "Dan"),
        "calendarID": one.calendar,
        "certificate": None,
        "confirmationPage": f"{PAGE}{one.id:x}",
        "confirmationPagePaymentLink": f"{PAGE}{one.id:x}#payment",
        "location": "14 Willow Street",
        "notes": "",
        "timezone": one.zone,
        "calendarTimezone": ZONE,
        "canceled": one.canceled,
        "canClientCancel": not one.canceled,
        "canClientReschedule": not one.canceled,
        "labels": [{"id": LABEL, "name": one.label, "color": "green"}] if one.label else None,
        "formsText": "\n".join(f"{name}: {value}" for name, value in one.answers.items()),
    }
    if forms:
        shown["forms"] = _forms(one)
    if no_show:
        shown["noShow"] = one.no_show
    return shown


def _forms(one: Appointment) -> list[dict[str, Any]]:
    if not one.answers:
        return []
    values = [
        {"id": one.id + number, "fieldID": FIRST_FIELD + number, "name": name, "value": value}
        for number, (name, value) in enumerate(one.answers.items())
    ]
    return [{"id": FORM, "name": "Before your first visit", "values": values}]


def calendars() -> list[dict[str, Any]]:
    return [
        {
            "id": number,
            "name": name,
            "email": f"{name.lower()}@willow.example",
            "replyTo": f"{name.lower()}@willow.example",
            "description": "",
            "location": "14 Willow Street",
            "timezone": ZONE,
            "thumbnail": False,
            "image": False,
        }
        for number, name in CALENDARS
    ]


def types() -> list[dict[str, Any]]:
    return [
        {
            "id": FIRST_TYPE + number,
            "name": name,
            "active": True,
            "description": "",
            "duration": minutes,
            "price": f"{price:.2f}",
            "category": "",
            "color": "#ED7087",
            "private": False,
            "type": "service",
            "calendarIDs": [number for number, _ in CALENDARS],
        }
        for number, (name, minutes, price) in enumerate(SERVICES)
    ]


def me() -> dict[str, Any]:
    return {
        "id": 31,
        "email": "desk@willow.example",
        "timezone": ZONE,
        "name": "Willow Street Studio",
        "currency": "GBP",
        "plan": "Premium",
        "planCapabilities": {"can_use_api": False},
    }


def payments(one: Appointment) -> list[dict[str, Any]]:
    if not one.amount_paid:
        return []
    made = datetime.fromtimestamp((one.created + 2 * MINUTE) / 1000, CHICAGO)
    return [
        {
            "transactionID": f"pi_{one.id:x}",
            "created": _stamp(made),
            "processor": "stripe",
            "amount": f"{one.amount_paid:.2f}",
        }
    ]
