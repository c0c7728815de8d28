"""The pretend Shopify as the sandbox sees it: addresses, tokens, versions and refusals."""

import re
from collections.abc import Mapping
from email.utils import formatdate
from functools import cached_property
from typing import TYPE_CHECKING, Any

from journeysync.sandbox.shopify import refusals
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
STATES = {"open": 0, "frozen": 402, "fraudulent": 403, "gone": 404, "locked": 423}


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
        if STATES[self.state]:
            return self._stamped(refusals.refused(STATES[self.state]))
        if (request.method, request.path) == ("POST", "/admin/oauth/access_token"):
            return self.keys.lend(request)
        return self._stamped(self._asked(request))

    def _asked(self, request: Request) -> Answer:
        """Answer what comes to the API itself."""
        found = _API.fullmatch(request.path)
        version = self._version(found[1]) if found else ""
        if not version or request.method != "POST":
            return refusals.refused(404)
        if not self.keys.admits(request.headers.get("x-shopify-access-token", "")):
            return refusals.unknown()
        given = self.office.answer(request, half=request.twist == "half-applied")
        if request.twist == "half-applied":
            return refusals.fault("500", {})
        given.headers["X-Shopify-API-Version"] = version
        return given

    def _version(self, asked: str) -> str:
        """Give the version that answers: one that is no more, or never was, is another's work."""
        if asked == "unstable" or asked in self.versions:
            return asked
        return self.versions[0] if _VERSION.fullmatch(asked) else ""

    def refuse(self, kind: str, request: Request, options: Mapping[str, Any]) -> Answer:
        """Play a fault in Shopify's own shapes."""
        if kind == "429" and not options.get("http"):
            given = self.office.throttled(request, int(options.get("short", 20)))
        elif kind == "lost-scope":
            given = self.office.denied(request, str(options.get("scope", "read_orders")))
        else:
            given = refusals.fault(kind, options)
        return self._stamped(given)

    def _stamped(self, given: Answer) -> Answer:
        self._requests += 1
        now = self.business.shop.now if "business" in vars(self) else self._world.now
        given.headers["Date"] = formatdate(now / 1000, usegmt=True)
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
