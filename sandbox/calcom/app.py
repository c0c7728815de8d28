"""The pretend Cal.com: one account, served as the hosted API or as an installation of one's own.

Both speak the same paths and page in their own way; what belongs to the other is passed over
without a word, and a wrong version of the API gets an older shape.
"""

import re
import time
from collections import deque
from collections.abc import Callable, Mapping
from email.utils import formatdate
from typing import Any
from urllib.parse import parse_qs

import msgspec

from journeysync.sandbox.agenda import Agenda
from journeysync.sandbox.calcom import desk, show
from journeysync.sandbox.calcom.book import Book, Booking
from journeysync.sandbox.wire import Answer, Request
from journeysync.sandbox.world import World, iso, millis

LIMIT = 120
MINUTE = 60
STATUSES = ("upcoming", "recurring", "past", "cancelled", "unconfirmed")
Query = Mapping[str, str]


class Refusal(Exception):
    """A request that is not answered with what it asked for."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


class CalCom:
    """The hosted API as the sandbox sees it."""

    name = "calcom"
    lists = "2026-05-01"
    reads = "2026-02-25"
    prefix = "cal_live_"
    limit: int | None = LIMIT

    def __init__(self, world: World, *, limits: bool) -> None:
        self.access_token = f"{self.prefix}sandbox{world.seed}"
        self.book = Book(world)
        self._world = world
        self._limited = limits and self.limit is not None
        self._asked: deque[float] = deque()
        self._agenda = Agenda(world, self.book.write)
        self._agenda.open()
        self._routes: tuple[tuple[re.Pattern[str], Callable[..., Any]], ...] = (
            (re.compile(r"/v2/bookings"), self._list),
            (re.compile(r"/v2/bookings/([\w-]+)"), self._one),
            (re.compile(r"/v2/event-types"), lambda _: {"data": show.types()}),
            (re.compile(r"/v2/me"), lambda _: {"data": show.me()}),
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
            given = _json(200, {"status": "success", **self._run(request)})
        except Refusal as refusal:
            given = self._refused(refusal, request)
        return self._dressed(given)

    def refuse(self, kind: str, request: Request, options: Mapping[str, Any]) -> Answer:
        """Play a fault in Cal.com's own words."""
        refusals = {
            "429": Refusal(429, "TooManyRequestsException", "Too many requests."),
            "500": Refusal(500, "InternalServerErrorException", "Internal server error."),
            "503": Refusal(503, "ServiceUnavailableException", "Service unavailable."),
            "lost-scope": Refusal(403, "ForbiddenException", "Forbidden."),
        }
        given = self._refused(refusals.get(kind, _unknown()), request)
        if "retry_after" in options:
            given.headers["Retry-After"] = str(options["retry_after"])
        return self._dressed(given)

    def snapshot(self) -> dict[str, Any]:
        """A run writes nothing here."""
        return {}

    def edit(self, command: dict[str, Any]) -> dict[str, Any]:
        return desk.edit(self.book, command)

    def advance(self, until: int) -> None:
        self._agenda.until(until)

    def settled(self) -> None:
        """Nothing here takes its time."""

    # -- who may ask -------------------------------------------------------------------------

    def _admit(self, request: Request) -> None:
        kind, _, given = request.headers.get("authorization", "").partition(" ")
        if kind.lower() != "bearer" or given != self.access_token:
            raise _unknown()
        now = time.monotonic()
        while self._asked and self._asked[0] <= now - MINUTE:
            self._asked.popleft()
        if self._limited and len(self._asked) >= LIMIT:
            raise Refusal(429, "TooManyRequestsException", "Too many requests.")
        self._asked.append(now)

    def _dressed(self, given: Answer) -> Answer:
        given.headers["Date"] = formatdate(time.time(), usegmt=True)
        if self.limit is not None:
            left = max(self.limit - len(self._asked), 0)
            given.headers["X-RateLimit-Limit-Default"] = str(self.limit)
            given.headers["X-RateLimit-Remaining-Default"] = str(left)
            if given.status == 429:  # noqa: PLR2004 - a status
                given.headers.setdefault("Retry-After", str(MINUTE))
        return given

    def _refused(self, refusal: Refusal, request: Request) -> Answer:
        return _json(
            refusal.status,
            {
                "status": "error",
                "timestamp": iso(self._world.now),
                "path": request.path,
                "error": {"code": refusal.code, "message": str(refusal), "details": {}},
            },
        )

    def _run(self, request: Request) -> dict[str, Any]:
        for pattern, run in self._routes:
            found = pattern.fullmatch(request.path.rstrip("/"))
            if found and request.method == "GET":
                return dict(run(request, *found.groups()))
        raise Refusal(404, "NotFoundException", f"Cannot {request.method} {request.path}")

    # -- what is answered ----------------------------------------------------------------------

    def _show(self, one: Booking) -> dict[str, Any]:
        return show.booking(one, self.book.successor)

    def _one(self, request: Request, uid: str) -> dict[str, Any]:
        if request.headers.get("cal-api-version") != self.reads:
            raise Refusal(404, "NotFoundException", f"Cannot GET {request.path}")
        if uid not in self.book.bookings:
            raise Refusal(404, "NotFoundException", f"Booking with uid={uid} was not found")
        return {"data": self._show(self.book.bookings[uid])}

    def _list(self, request: Request) -> dict[str, Any]:
        query = {name: values[-1] for name, values in parse_qs(request.query).items()}
        found = self._found(query)
        if request.headers.get("cal-api-version") != self.lists:
            # An older version of the endpoint, as nobody asked for another.
            return {"data": {"bookings": [self._show(one) for one in found[:100]]}}
        return self._page(found, query, request.twist)

    def _found(self, query: Query) -> list[Booking]:
        tests: dict[str, Callable[[Booking, int], bool]] = {
            "afterStart": lambda one, at: one.start > at,
            "beforeEnd": lambda one, at: one.end < at,
            "afterCreatedAt": lambda one, at: one.created > at,
            "beforeCreatedAt": lambda one, at: one.created < at,
            "afterUpdatedAt": lambda one, at: one.updated > at,
            "beforeUpdatedAt": lambda one, at: one.updated < at,
        }
        found = list(self.book.bookings.values())
        for name, test in tests.items():
            if name in query:
                at = millis(query[name])
                found = [one for one in found if test(one, at)]
        if "bookingUid" in query:
            found = [one for one in found if one.uid == query["bookingUid"]]
        if "attendeeEmail" in query:
            wanted = query["attendeeEmail"]
            found = [one for one in found if any(wanted == a.email for a in one.attendees)]
        if "status" in query:
            found = [one for one in found if self._has_status(one, query["status"])]
        return self._sorted(found, query)

    def _has_status(self, one: Booking, asked: str) -> bool:
        wanted = asked.split(",")
        if not set(wanted) <= set(STATUSES) or not self._allows(wanted):
            raise Refusal(400, "BadRequestException", f"status must be one of {STATUSES}")
        now = self._world.now
        standing = {
            "cancelled": one.status in ("cancelled", "rejected"),
            "unconfirmed": one.status == "pending",
            "upcoming": one.status == "accepted" and one.end > now,
            "past": one.status == "accepted" and one.end <= now,
            "recurring": bool(one.series),
        }
        return any(standing[name] for name in wanted)

    def _allows(self, wanted: list[str]) -> bool:
        return len(wanted) == 1

    def _sorted(self, found: list[Booking], query: Query) -> list[Booking]:
        """Put in the order of uids, whatever was asked: pages hang on them."""
        del query
        return sorted(found, key=lambda one: one.uid)

    def _page(self, found: list[Booking], query: Query, twist: str) -> dict[str, Any]:
        size = min(int(query.get("limit", "50")), 100)
        after = query.get("cursor", "")
        rest = [one for one in found if one.uid > after]
        page = rest[: size // 2 if twist == "shrink-page" else size]
        more = len(rest) > len(page)
        last = after if twist == "repeat-page" else page[-1].uid if more else None
        return {
            "data": [self._show(one) for one in page],
            "pagination": {"nextCursor": last, "hasMore": more},
        }


class CalDiy(CalCom):
    """The same account on an installation of one's own."""

    name = "calcom-selfhosted"
    lists = "2024-08-13"
    reads = "2024-08-13"
    prefix = "diy_"
    limit = None

    def _allows(self, wanted: list[str]) -> bool:
        return bool(wanted)

    def _sorted(self, found: list[Booking], query: Query) -> list[Booking]:
        keys: dict[str, Callable[[Booking], int]] = {
            "sortStart": lambda one: one.start,
            "sortEnd": lambda one: one.end,
            "sortCreated": lambda one: one.created,
            "sortUpdatedAt": lambda one: one.updated,
        }
        for name, key in keys.items():
            if name in query:
                found = sorted(found, key=key, reverse=query[name] == "desc")
        return found

    def _page(self, found: list[Booking], query: Query, twist: str) -> dict[str, Any]:
        take, skip = min(int(query.get("take", "100")), 250), int(query.get("skip", "0"))
        page = found[skip : skip + (take // 2 if twist == "shrink-page" else take)]
        if twist == "repeat-page":
            page = found[max(skip - take, 0) :][:take]
        left = max(len(found) - skip - len(page), 0)
        return {
            "data": [self._show(one) for one in page],
            "pagination": {
                "totalItems": len(found),
                "remainingItems": left,
                "returnedItems": len(page),
                "itemsPerPage": take,
                "currentPage": skip // take + 1,
                "totalPages": -(-len(found) // take),
                "hasNextPage": left > 0,
                "hasPreviousPage": skip > 0,
            },
        }


def _unknown() -> Refusal:
    return Refusal(401, "UnauthorizedException", "Invalid API Key")


def _json(status: int, value: Any) -> Answer:
    return Answer(status, msgspec.json.encode(value), {"Content-Type": "application/json"})
