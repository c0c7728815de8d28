"""The pretend Acuity: who may ask, how often, and what is answered.

Lists have a longest length and no next page, hide what was canceled, and know no order but the
start. Nothing here can be changed through the API; people change it by `/edit`.
"""

import base64
import re
import time
from collections import deque
from collections.abc import Callable, Mapping
from datetime import date, datetime
from email.utils import formatdate
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs

import msgspec

from journeysync.sandbox.acuity import show
from journeysync.sandbox.acuity.book import Appointment, Book
from journeysync.sandbox.agenda import Agenda
from journeysync.sandbox.front import BadEdit
from journeysync.sandbox.wire import Answer, Request
from journeysync.sandbox.world import World, millis

USER = "31000031"
LIMIT = 5_000
MINUTE = 60
LONGEST = 100
PAGE_503 = b"<html><body><h1>503 Service Unavailable</h1></body></html>\n"
ACTIONS = ("create", "set", "delete")


class Refusal(Exception):
    """A request that is not answered with what it asked for."""

    def __init__(self, status: int, error: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.error = error
        self.message = message


class Acuity:
    """The tool as the sandbox sees it."""

    name = "acuity"

    def __init__(self, world: World, *, limits: bool) -> None:
        self.access_token = f"acuity-sandbox-{world.seed}"
        self.book = Book(world)
        self._world = world
        self._limited = limits
        self._asked: deque[float] = deque()
        self._agenda = Agenda(world, self.book.write)
        self._agenda.open()
        self._routes: tuple[tuple[re.Pattern[str], Callable[..., Any]], ...] = (
            (re.compile(r"/api/v1/appointments"), self._list),
            (re.compile(r"/api/v1/appointments/(\d+)"), self._one),
            (re.compile(r"/api/v1/appointments/(\d+)/payments"), self._payments),
            (re.compile(r"/api/v1/appointment-types"), lambda _: show.types()),
            (re.compile(r"/api/v1/calendars"), lambda _: show.calendars()),
            (re.compile(r"/api/v1/me"), lambda _: show.me()),
        )

    @property
    def changes(self) -> int:
        """Nothing a run could write is kept here."""
        return 0

    def canonical(self, path: str) -> str:
        return path

    def handle(self, request: Request) -> Answer:
        """Answer one request as the live tool would."""
        try:
            self._admit(request)
            given = _json(200, self._run(request))
        except Refusal as refusal:
            given = _refused(refusal)
        return self._dressed(given)

    def refuse(self, kind: str, request: Request, options: Mapping[str, Any]) -> Answer:  # noqa: ARG002
        """Play a fault in Acuity's own words."""
        if kind == "429":
            given = _refused(_too_fast())
        elif kind == "503":
            given = Answer(503, PAGE_503, {"Content-Type": "text/html; charset=utf-8"})
        elif kind == "500":
            given = _refused(Refusal(500, "server_error", "An unexpected error occurred."))
        elif kind == "lost-scope":
            given = _refused(Refusal(403, "forbidden", "Not permitted."))
        else:
            given = _refused(_unknown())
        return self._dressed(given)

    def snapshot(self) -> dict[str, Any]:
        """A run writes nothing here."""
        return {}

    def edit(self, command: dict[str, Any]) -> dict[str, Any]:
        """Let somebody at the desk make, change or erase an appointment."""
        action = str(command.get("action", ""))
        if command.get("object") != "appointment":
            raise BadEdit("object must be appointment")
        if action not in ACTIONS:
            raise BadEdit(f"action must be one of {', '.join(ACTIONS)} for acuity")
        wanted = dict(command.get("properties") or {})
        if action == "create":
            return self._create(wanted)
        one = self._find(str(command.get("id", "")))
        if one is None:
            raise BadEdit(f"there is no appointment {command.get('id')}")
        if action == "delete":
            del self.book.appointments[one.id]
            return {"id": str(one.id), "deleted": True}
        _set(one, wanted)
        return show.appointment(one, forms=True, no_show=True)

    def advance(self, until: int) -> None:
        self._agenda.until(until)

    def settled(self) -> None:
        """Nothing here takes its time."""

    # -- who may ask -------------------------------------------------------------------------

    def _admit(self, request: Request) -> None:
        kind, _, given = request.headers.get("authorization", "").partition(" ")
        basic = base64.b64encode(f"{USER}:{self.access_token}".encode()).decode()
        if (kind.lower(), given) not in {("basic", basic), ("bearer", self.access_token)}:
            raise _unknown()
        now = time.monotonic()
        while self._asked and self._asked[0] <= now - MINUTE:
            self._asked.popleft()
        if self._limited and len(self._asked) >= LIMIT:
            raise _too_fast()
        self._asked.append(now)

    def _dressed(self, given: Answer) -> Answer:
        """Add what every answer carries: the budget starts anew with every minute."""
        now = time.time()
        given.headers["Date"] = formatdate(now, usegmt=True)
        given.headers["X-RateLimit-Limit"] = str(LIMIT)
        given.headers["X-RateLimit-Remaining"] = str(max(LIMIT - len(self._asked), 0))
        given.headers["X-RateLimit-Reset"] = str(int(now // MINUTE + 1) * MINUTE)
        return given

    def _run(self, request: Request) -> Any:
        for pattern, run in self._routes:
            found = pattern.fullmatch(request.path.rstrip("/"))
            if found:
                if request.method != "GET":
                    raise Refusal(405, "method_not_allowed", "Method not allowed.")
                return run(request, *found.groups())
        raise Refusal(404, "not_found", "The requested resource could not be found.")

    # -- what is answered ----------------------------------------------------------------------

    def _list(self, request: Request) -> list[dict[str, Any]]:
        query = {name: values[-1] for name, values in parse_qs(request.query).items()}
        canceled, everything = _true(query.get("canceled")), _true(query.get("showall"))
        low, high = _day(query.get("minDate")), _day(query.get("maxDate"))
        found = [
            one
            for one in self.book.appointments.values()
            if (everything or one.canceled == canceled)
            and (low is None or show.day(one.start) >= low)
            and (high is None or show.day(one.start) <= high)
            and query.get("calendarID", str(one.calendar)) == str(one.calendar)
            and query.get("appointmentTypeID", str(one.type)) == str(one.type)
            and query.get("email", one.email).casefold() == one.email.casefold()
        ]
        # Of equal starts the later id comes first, whichever way the list is sorted.
        found.sort(key=lambda one: -one.id)
        found.sort(key=lambda one: one.start, reverse=query.get("direction") != "ASC")
        most = int(query.get("max", LONGEST))
        forms = not _true(query.get("excludeForms"))
        return [
            show.appointment(one, forms=forms, no_show=canceled and one.canceled)
            for one in found[:most]
        ]

    def _find(self, number: str) -> Appointment | None:
        return self.book.appointments.get(int(number)) if number.isdecimal() else None

    def _known(self, number: str) -> Appointment:
        one = self._find(number)
        if one is None:
            raise Refusal(404, "not_found", f"Appointment {number} not found.")
        return one

    def _one(self, _: Request, number: str) -> dict[str, Any]:
        one = self._known(number)
        return show.appointment(one, forms=True, no_show=one.canceled)

    def _payments(self, _: Request, number: str) -> list[dict[str, Any]]:
        return show.payments(self._known(number))

    # -- somebody at the desk --------------------------------------------------------------------

    def _create(self, wanted: dict[str, Any]) -> dict[str, Any]:
        if "start" not in wanted:
            raise BadEdit("create needs properties: {start: INSTANT, email: ...}")
        one = self.book.add(
            first=str(wanted.pop("firstName", "")),
            last=str(wanted.pop("lastName", "")),
            email=str(wanted.pop("email", "")),
            phone=str(wanted.pop("phone", "")),
            service=int(wanted.pop("service", 1)),
            start=millis(str(wanted.pop("start"))),
            created=self._world.now,
        )
        _set(one, wanted)
        return show.appointment(one, forms=True, no_show=one.canceled)


_PROPERTIES: Mapping[str, tuple[str, Callable[[Any], Any]]] = {
    "start": ("start", lambda value: millis(str(value))),
    "created": ("created", lambda value: millis(str(value))),
    "canceled": ("canceled", bool),
    "noShow": ("no_show", bool),
    "firstName": ("first", str),
    "lastName": ("last", str),
    "email": ("email", str),
    "phone": ("phone", str),
    "calendarID": ("calendar", int),
    "amountPaid": ("amount_paid", float),
    "label": ("label", str),
    "timezone": ("zone", str),
    "answers": ("answers", dict),
}


def _set(one: Appointment, wanted: Mapping[str, Any]) -> None:
    for name, value in wanted.items():
        if name not in _PROPERTIES:
            raise BadEdit(f"an appointment has {', '.join(_PROPERTIES)}, not {name}")
        attribute, read = _PROPERTIES[name]
        setattr(one, attribute, read(value))
    # One who did not turn up stands among the canceled.
    one.canceled = one.canceled or one.no_show


def _day(text: str | None) -> str | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text[:10]).isoformat()
    except ValueError:
        pass
    try:
        return datetime.strptime(text, "%B %d, %Y").date().isoformat()  # noqa: DTZ007 - a day
    except ValueError:
        raise Refusal(400, "invalid_date", f"The date {text!r} is invalid.") from None


def _true(text: str | None) -> bool:
    return (text or "").lower() in {"true", "1", "yes"}


def _unknown() -> Refusal:
    return Refusal(401, "unauthorized", "Unauthorized")


def _too_fast() -> Refusal:
    return Refusal(429, "too_many_requests", "Too Many Requests")


def _refused(refusal: Refusal) -> Answer:
    return _json(
        refusal.status,
        {
            "status_code": refusal.status,
            "message": refusal.message or HTTPStatus(refusal.status).phrase,
            "error": refusal.error,
        },
    )


def _json(status: int, value: Any) -> Answer:
    return Answer(status, msgspec.json.encode(value), {"Content-Type": "application/json"})
