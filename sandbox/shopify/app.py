"""The pretend Shopify as the sandbox sees it: addresses, tokens, versions and refusals."""

import re
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

import msgspec

from journeysync.sandbox.shopify.business import Business
from journeysync.sandbox.shopify.keys import Keys
from journeysync.sandbox.shopify.shop import Shop
from journeysync.sandbox.wire import Answer, Request
from journeysync.sandbox.world import World

if TYPE_CHECKING:
    from journeysync.sandbox.shopify.office import Office

VERSIONS = ("2025-10", "2026-01", "2026-04", "2026-07", "2026-10")
_API = re.compile(r"/admin/api/([\w-]+)/graphql\.json")
_VERSION = re.compile(r"\d{4}-\d{2}")
_UNKNOWN = "[API] Invalid API key or access token (unrecognized login or wrong password)"
REFUSALS: Mapping[int, str] = {
    402: "Unavailable Shop",
    403: "[API] This action requires merchant approval for read_orders scope.",
    404: "Not Found",
    423: "[API] This shop is currently locked.",
    430: "Shopify Security Rejection",
}
STATES = {"open": 200, "frozen": 402, "fraudulent": 403, "gone": 404, "locked": 423}


class Shopify:
    """The tool as the sandbox sees it."""

    name = "shopify"

    def __init__(self, world: World, *, limits: bool) -> None:
        self._limits = limits
        self._world = world
        self._opened = world.now
        self._requests = 0
        self.keys = Keys(world)
        self.access_token = self.keys.token
        self.state = "open"
        self.versions = VERSIONS

    @cached_property
    def business(self) -> Business:
        """What happens in the shop; made when somebody looks first, as it would be by now."""
        made = Business(Shop(self._world), self._opened)
        made.until(self._world.now)
        return made

    @cached_property
    def office(self) -> "Office":
        """What answers queries; made late, because its library is slow to load."""
        from journeysync.sandbox.shopify.office import Office

        return Office(self.business.shop, self.keys, limits=self._limits)

    @property
    def changes(self) -> int:
        return self.business.shop.changes

    def canonical(self, path: str) -> str:
        """Give the path without its version."""
        return re.sub(r"^/admin/api/[\w-]+/", "/admin/api/", path)

    def handle(self, request: Request) -> Answer:
        """Answer one request as Shopify would."""
        if request.path.startswith("/bulk-results/"):
            return self.office.file(request)
        if STATES[self.state] != 200:  # noqa: PLR2004 - the status of an open shop
            return self._refused(STATES[self.state])
        if request.path == "/admin/oauth/access_token" and request.method == "POST":
            return self.keys.lend(request)
        found = _API.fullmatch(request.path)
        version = found and self._version(found[1])
        if not version or request.method != "POST":
            return self._refused(404)
        if not self.keys.admits(request.headers.get("x-shopify-access-token", "")):
            return self._stamped(Answer(401, _body({"errors": _UNKNOWN})))
        if request.twist == "half-applied":
            self.office.answer(request, half=True)
            return self.refuse("500", request, {})
        status, told = self.office.answer(request)
        return self._stamped(Answer(status, _body(told), {"X-Shopify-API-Version": version}))

    def _version(self, asked: str) -> str:
        """Give the version that answers: one that is no more, or never was, is another's work."""
        if asked == "unstable" or asked in self.versions:
            return asked
        return self.versions[0] if _VERSION.fullmatch(asked) else ""

    def refuse(self, kind: str, request: Request, options: Mapping[str, Any]) -> Answer:
        """Play a fault in Shopify's own shapes."""
        if kind == "429" and not options.get("http"):
            told = self.office.throttled(request, int(options.get("short", 20)))
            return self._stamped(Answer(200, _body(told)))
        if kind == "429":
            given = self._refused(429, "Exceeded 2 calls per second for api client. Reduce request "
                                       "rates to resume uninterrupted service.")  # fmt: skip
            given.headers["Retry-After"] = str(options.get("retry_after", 2.0))
            return given
        if kind == "500" and options.get("graphql"):
            return self._stamped(Answer(200, _body({"data": None, "errors": [_broken()]})))
        if kind == "500":
            return self._refused(500, "Internal Server Error")
        if kind == "503":
            page = b"<!DOCTYPE html>\n<html><body><h1>There was a problem loading this website" \
                   b"</h1></body></html>\n"  # fmt: skip
            return Answer(503, page, {"Content-Type": "text/html; charset=utf-8"})
        if kind == "lost-scope":
            told = self.office.denied(request, str(options.get("scope", "read_orders")))
            return self._stamped(Answer(200, _body(told)))
        if kind == "refused":
            return self._refused(int(options.get("status", 403)))
        return self._stamped(Answer(401, _body({"errors": _UNKNOWN})))

    def _refused(self, status: int, words: str = "") -> Answer:
        return self._stamped(Answer(status, _body({"errors": words or REFUSALS[status]})))

    def _stamped(self, given: Answer) -> Answer:
        self._requests += 1
        given.headers["Content-Type"] = "application/json; charset=utf-8"
        given.headers["X-Request-Id"] = f"{self._requests:08d}-sandbox"
        return given

    # --- the sandbox's own ways in ---------------------------------------------------------------

    def snapshot(self) -> dict[str, Any]:
        """Show what a run could write: tags of customers and orders, and metafields."""
        return self.office.snapshot()

    def advance(self, until: int) -> None:
        """Let orders arrive."""
        if "business" in vars(self):
            self.business.until(until)

    def settled(self) -> None:
        """Nothing of a shop waits for the clock alone."""

    def edit(self, command: dict[str, Any]) -> dict[str, Any]:
        """Let a person work in the shop; `at` dates it otherwise than now."""
        from journeysync.sandbox.shopify.desk import Desk

        return Desk(self).edit(command)


def _broken() -> dict[str, Any]:
    return {
        "message": "Internal error. Looks like something went wrong on our end.\n"
        "Request ID: 00000000-sandbox (include this in support requests).",
        "extensions": {"code": "INTERNAL_SERVER_ERROR", "requestId": "00000000-sandbox"},
    }


def _body(value: Any) -> bytes:
    return msgspec.json.encode(value)
