"""The pretend Calendly: who may ask, how often, and what is answered.

Lists are pages with opaque tokens and know no filter for what changed. Nothing is changed through
the API; people change it by `/edit`, and as time passes.
"""

import base64
import binascii
import re
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from email.utils import formatdate
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlencode

import msgspec

from journeysync.sandbox.agenda import Agenda
from journeysync.sandbox.calendly import desk, show
from journeysync.sandbox.calendly.book import USERS, Book, Meeting
from journeysync.sandbox.wire import Answer, Request
from journeysync.sandbox.world import World, millis

LIMIT = 500
MINUTE = 60
DEFAULT_COUNT, LONGEST = 20, 100
PAGE_503 = b"<html><body><h1>503 Service Unavailable</h1></body></html>\n"
_ID = r"([\w-]+)"
T = TypeVar("T")


class Refusal(Exception):
    """A request that is not answered with what it asked for."""

    def __init__(self, status: int, title: str, message: str, parameter: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.body: dict[str, Any] = {"title": title, "message": message}
        if parameter:
            self.body["details"] = [{"parameter": parameter, "message": "is invalid"}]


class Calendly:
    """The tool as the sandbox sees it."""

    name = "calendly"

    def __init__(self, world: World, *, limits: bool) -> None:
        self.access_token = f"calendly-sandbox-{world.seed}"
        self.book = Book(world)
        self._world = world
        self._limited = limits
        self._asked: deque[float] = deque()
        self._agenda = Agenda(world, self.book.write)
        self._agenda.open()
        self._routes: tuple[tuple[re.Pattern[str], Callable[..., Any]], ...] = (
            (re.compile("/users/me"), lambda _: _resource(show.user(0))),
            (re.compile(f"/users/{_ID}"), self._user),
            (re.compile("/organization_memberships"), self._memberships),
            (re.compile("/event_types"), self._types),
            (re.compile(f"/event_types/{_ID}"), self._type),
            (re.compile("/scheduled_events"), self._events),
            (re.compile(f"/scheduled_events/{_ID}"), self._event),
            (re.compile(f"/scheduled_events/{_ID}/invitees"), self._invitees),
            (re.compile(f"/scheduled_events/{_ID}/invitees/{_ID}"), self._invitee),
        )

    @property
    def changes(self) -> int:
        """Nothing that a run could write is kept here."""
        return 0

    def canonical(self, path: str) -> str:
        return path

    def handle(self, request: Request) -> Answer:
        """Answer one request as the live tool would."""
        try:
            self._admit(request)
            given = _json(200, self._run(request))
        except Refusal as refusal:
            given = _json(refusal.status, refusal.body)
        return self._dressed(given)

    def refuse(self, kind: str, request: Request, options: Mapping[str, Any]) -> Answer:  # noqa: ARG002
        """Play a fault in Calendly's own words."""
        if kind == "503":
            given = Answer(503, PAGE_503, {"Content-Type": "text/html; charset=utf-8"})
        elif kind == "500":
            given = _json(500, {"title": "Internal Server Error", "message": "An error occurred."})
        else:
            refusal = {
                "429": _too_fast(),
                "lost-scope": Refusal(403, "Permission Denied", "You do not have permission."),
                "expired-token": Refusal(401, "Unauthenticated", "The access token expired"),
            }.get(kind, _unknown_token())
            given = _json(refusal.status, refusal.body)
        given = self._dressed(given)
        if kind == "429":
            given.headers["X-RateLimit-Remaining"] = "0"
            given.headers["X-RateLimit-Reset"] = str(options.get("reset", 1))
        return given

    def snapshot(self) -> dict[str, Any]:
        """A run writes nothing here."""
        return {}

    def edit(self, command: dict[str, Any]) -> dict[str, Any]:
        """Let a customer or a colleague book, move, cancel, mark or erase."""
        return desk.edit(self.book, command)

    def advance(self, until: int) -> None:
        self._agenda.until(until)

    def settled(self) -> None:
        """Nothing here takes its time."""

    # -- who may ask -------------------------------------------------------------------------

    def _admit(self, request: Request) -> None:
        kind, _, given = request.headers.get("authorization", "").partition(" ")
        if kind.lower() != "bearer" or given.strip() != self.access_token:
            raise _unknown_token()
        now = time.monotonic()
        while self._asked and self._asked[0] <= now - MINUTE:
            self._asked.popleft()
        if len(self._asked) >= LIMIT:
            if self._limited:
                raise _too_fast()
            self._asked.popleft()
        self._asked.append(now)

    def _dressed(self, given: Answer) -> Answer:
        """Add what every answer carries: seconds until the oldest call is forgotten."""
        now = time.monotonic()
        left = self._asked[0] + MINUTE - now if self._asked else MINUTE
        given.headers["Date"] = formatdate(self._world.now / 1000, usegmt=True)
        given.headers["X-RateLimit-Limit"] = str(LIMIT)
        room = LIMIT - len(self._asked) if self._limited else LIMIT - 1
        given.headers["X-RateLimit-Remaining"] = str(max(room, 0))
        given.headers["X-RateLimit-Reset"] = str(max(round(left), 1))
        return given

    def _run(self, request: Request) -> Any:
        for pattern, run in self._routes:
            found = pattern.fullmatch(request.path.rstrip("/"))
            if found:
                if request.method != "GET":
                    raise Refusal(405, "Method Not Allowed", "This method is not allowed here.")
                return run(request, *found.groups())
        raise _not_found()

    # -- what is answered ----------------------------------------------------------------------

    def _events(self, request: Request) -> dict[str, Any]:
        query = _query(request)
        _whose(query)
        low, high = _instant(query, "min_start_time"), _instant(query, "max_start_time")
        status, email = query.get("status"), query.get("invitee_email", "").lower()
        if status not in (None, "active", "canceled"):
            raise Refusal(400, "Invalid Argument", "The supplied parameters are invalid.", "status")
        found = [
            one
            for one in self.book.events.values()
            if (low is None or one.start >= low)
            and (high is None or one.start <= high)
            and (status is None or status == ("canceled" if one.canceled else "active"))
            and query.get("user", show.user_uri(one.user)) == show.user_uri(one.user)
            and (not email or any(who.email.lower() == email for who in one.invitees))
        ]
        found.sort(key=lambda one: (one.start, one.id))
        if query.get("sort", "start_time:asc") == "start_time:desc":
            found.reverse()
        return _page(request, found, lambda one: show.event_uri(one.id), show.event)

    def _meeting(self, number: str) -> Meeting:
        found = self.book.events.get(number)
        if found is None:
            raise _not_found()
        return found

    def _event(self, _: Request, number: str) -> dict[str, Any]:
        return _resource(show.event(self._meeting(number)))

    def _invitees(self, request: Request, number: str) -> dict[str, Any]:
        everybody = sorted(self._meeting(number).invitees, key=lambda one: (one.created, one.id))
        return _page(request, everybody, show.invitee_uri, show.invitee)

    def _invitee(self, _: Request, number: str, who: str) -> dict[str, Any]:
        for one in self._meeting(number).invitees:
            if one.id == who:
                return _resource(show.invitee(one))
        raise _not_found()

    def _user(self, _: Request, number: str) -> dict[str, Any]:
        for one in range(len(USERS)):
            if show.user_uri(one).endswith(number):
                return _resource(show.user(one))
        raise _not_found()

    def _memberships(self, request: Request) -> dict[str, Any]:
        _whose(_query(request))
        return _page(request, range(len(USERS)), str, show.membership)

    def _types(self, request: Request) -> dict[str, Any]:
        _whose(_query(request))
        house = self.book.house
        return _page(
            request, range(len(house.services)), str, lambda one: show.event_type(house, one)
        )

    def _type(self, _: Request, number: str) -> dict[str, Any]:
        house = self.book.house
        for one in range(len(house.services)):
            if show.type_uri(one).endswith(number):
                return _resource(show.event_type(house, one))
        raise _not_found()


def _query(request: Request) -> dict[str, str]:
    return {name: values[-1] for name, values in parse_qs(request.query).items()}


def _whose(query: Mapping[str, str]) -> None:
    """Insist on being told whose things are asked for."""
    if "user" not in query and "organization" not in query:
        raise Refusal(
            400, "Invalid Argument", "The supplied parameters are invalid.", "organization"
        )
    if query.get("organization", show.ORGANIZATION) != show.ORGANIZATION:
        raise Refusal(403, "Permission Denied", "You do not have permission.")


def _instant(query: Mapping[str, str], name: str) -> int | None:
    if name not in query:
        return None
    try:
        return millis(query[name])
    except ValueError:
        raise Refusal(
            400, "Invalid Argument", "The supplied parameters are invalid.", name
        ) from None


def _page(
    request: Request,
    rows: Sequence[T],
    name: Callable[[T], str],
    shown_as: Callable[[T], dict[str, Any]],
) -> dict[str, Any]:
    """Cut one page out of a list; a token says after which row it begins."""
    query = _query(request)
    count = query.get("count", str(DEFAULT_COUNT))
    if not count.isdigit() or not 1 <= int(count) <= LONGEST:
        raise Refusal(400, "Invalid Argument", "The supplied parameters are invalid.", "count")
    token = query.get("page_token", "")
    start = _after(token, [name(one) for one in rows]) if token else 0
    length = int(count)
    if request.twist == "shrink-page":
        length = max(length // 2, 1)
    page = rows[start : start + length]
    following = _token(name(page[-1])) if start + length < len(rows) else None
    if request.twist == "repeat-page":
        following = token or _token("")
    return {
        "collection": [shown_as(one) for one in page],
        "pagination": {
            "count": len(page),
            "next_page": _link(request, query, following),
            "previous_page": None,
            "next_page_token": following,
            "previous_page_token": None,
        },
    }


def _after(token: str, names: Sequence[str]) -> int:
    try:
        last = base64.urlsafe_b64decode(token).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise Refusal(
            400, "Invalid Argument", "The supplied parameters are invalid.", "page_token"
        ) from None
    return names.index(last) + 1 if last in names else 0


def _token(last: str) -> str:
    """Make a token of the row after which the next page begins; of none, the first page's."""
    return base64.urlsafe_b64encode((last or "start").encode()).decode()


def _link(request: Request, query: Mapping[str, str], token: str | None) -> str | None:
    if token is None:
        return None
    return f"{show.API}{request.path}?{urlencode({**query, 'page_token': token})}"


def _resource(shown: dict[str, Any]) -> dict[str, Any]:
    return {"resource": shown}


def _not_found() -> Refusal:
    message = "The server could not find the requested resource."
    return Refusal(404, "Resource Not Found", message)


def _unknown_token() -> Refusal:
    return Refusal(401, "Unauthenticated", "The access token is invalid")


def _too_fast() -> Refusal:
    return Refusal(429, "Too Many Requests", "You have exceeded the rate limit.")


def _json(status: int, value: Any) -> Answer:
    return Answer(status, msgspec.json.encode(value), {"Content-Type": "application/json"})
