"""The pretend Stripe: lists, single objects and events, and what a person can do in the account."""

import re
from collections.abc import Mapping
from email.utils import formatdate
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from journeysync.sandbox.stripe import edits, lists
from journeysync.sandbox.stripe.account import Account
from journeysync.sandbox.stripe.business import Business
from journeysync.sandbox.stripe.refusals import (
    Refusal,
    missing,
    unknown_key,
    unknown_parameter,
)
from journeysync.sandbox.stripe.till import Till
from journeysync.sandbox.wire import Answer, Request
from journeysync.sandbox.world import STUDIO, World

_METADATA = re.compile(r"metadata\[([^\]]{1,40})\]")
KEYS, LONGEST = 50, 500
"""Of metadata: how many keys, and how long a value."""


class Stripe:
    """The tool as the sandbox sees it."""

    name = "stripe"

    def __init__(self, world: World, *, limits: bool) -> None:
        self._limits = limits
        """Only a fault answers 429: a real account's limits are wider than anybody reads."""
        self.access_token = f"rk_live_sandbox_{world.seed}"
        self.secrets = {"api_key": self.access_token}
        self._world = world
        self._opened = world.now
        self._requests = 0

    @cached_property
    def business(self) -> Business | Till:
        """What is paid; made when somebody looks first, as it would be by now."""
        kind = Business if self._world.business == STUDIO else Till
        made = kind(Account(self._world), self._opened)
        made.until(self._world.now)
        return made

    @property
    def account(self) -> Account:
        return self.business.account

    @property
    def changes(self) -> int:
        return self.account.changes

    def canonical(self, path: str) -> str:
        return path

    def handle(self, request: Request) -> Answer:
        """Answer one request as Stripe would."""
        try:
            self._admit(request)
            given = self._stamped(200, self._run(request), request)
        except Refusal as refusal:
            given = self._stamped(refusal.status, refusal.body, request)
        if request.twist == "half-applied":
            given = self.refuse("500", request, {})
        return given

    def refuse(self, kind: str, request: Request, options: Mapping[str, Any]) -> Answer:
        """Play a fault in Stripe's own words."""
        path = request.path.removeprefix("/v1/").split("/")[0]
        right = "read" if request.method == "GET" else "write"
        errors: dict[str, tuple[int, dict[str, Any]]] = {
            "429": (429, {"message": "Request rate limit exceeded.", "type":
                          "invalid_request_error", "code": "rate_limit"}),
            "500": (500, {"message": "An unknown error occurred", "type": "api_error"}),
            "503": (503, {"message": "Stripe is currently unavailable.", "type": "api_error"}),
            "lost-scope": (403, {"type": "invalid_request_error", "message":
                           f"The provided key 'rk_live_*********{self.access_token[-4:]}' does not "
                           "have the required permissions for this endpoint. Having the "
                           f"'rak_{path.rstrip('s')}_{right}' permission would allow this request "
                           "to continue."}),
        }  # fmt: skip
        if kind not in errors:
            refusal = unknown_key(self.access_token)
            return self._stamped(refusal.status, refusal.body, request)
        status, error = errors[kind]
        given = self._stamped(status, {"error": error}, request)
        if kind == "500" and options.get("final"):
            given.headers["Stripe-Should-Retry"] = "false"
        return given

    def _stamped(self, status: int, body: Any, request: Request) -> Answer:
        self._requests += 1
        headers = {
            "Content-Type": "application/json",
            "Date": formatdate(self._world.now / 1000, usegmt=True),
            "Request-Id": f"req_{self._requests:014d}",
            "Stripe-Version": request.headers.get("stripe-version", "2019-12-03"),
        }
        return Answer(status, msgspec.json.encode(body), headers)

    def _admit(self, request: Request) -> None:
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        if kind.lower() != "bearer" or token.strip() != self.access_token:
            raise unknown_key(token)

    # --- reading ---------------------------------------------------------------------------------

    def _run(self, request: Request) -> Any:
        path = request.path.removeprefix("/v1/").strip("/")
        if request.method == "POST" and path.startswith("customers/"):
            return self._set_metadata(path.removeprefix("customers/"), request.body.decode())
        if request.method != "GET" or not request.path.startswith("/v1/"):
            raise _no_such_address(request)
        query = parse_qsl(request.query, keep_blank_values=True)
        if path in lists.KINDS:
            return lists.listed(self.account, lists.KINDS[path], query, request.twist)
        parent, _, number = path.rpartition("/")
        if parent not in lists.KINDS or not number:
            raise _no_such_address(request)
        return lists.single(self.account, lists.KINDS[parent], number, query)

    def _set_metadata(self, number: str, form: str) -> Any:
        """Change a customer's metadata: all that is pretended of writing."""
        customer = self.account.things["customer"].get(number)
        if customer is None:
            raise missing("customer", number)
        metadata = dict(customer.get("metadata") or {})
        for name, value in parse_qsl(form, keep_blank_values=True):
            key = _METADATA.fullmatch(name)
            if key is None:
                raise unknown_parameter(name)
            if len(value) > LONGEST:
                raise Refusal(400, f"Metadata values can have up to {LONGEST} characters, but you "
                              f"passed in a value that is {len(value)} characters.",
                              param=name)  # fmt: skip
            metadata[key[1]] = value
        metadata = {key: value for key, value in metadata.items() if value}
        if len(metadata) > KEYS:
            raise Refusal(400, f"Metadata can have up to {KEYS} keys.", param="metadata")
        if metadata != customer.get("metadata"):
            self.account.change(customer, self._world.now, "updated", metadata=metadata)
        return lists.shown(self.account, customer, [])

    # --- the sandbox's own ways in ---------------------------------------------------------------

    def snapshot(self) -> dict[str, Any]:
        """Show what a run can write: the metadata of customers."""
        return {
            "customers": {
                number: dict(sorted(one["metadata"].items()))
                for number, one in sorted(self.account.things["customer"].items())
                if one.get("metadata")
            }
        }

    def advance(self, until: int) -> None:
        """Let payments arrive."""
        if "business" in vars(self):
            self.business.until(until)

    def settled(self) -> None:
        """Nothing of an account waits for the clock alone."""

    def edit(self, command: dict[str, Any]) -> dict[str, Any]:
        """Let a person work in the account; `at` dates it otherwise than now."""
        return edits.edit(self.account, command)


def _no_such_address(request: Request) -> Refusal:
    return Refusal(404, f"Unrecognized request URL ({request.method}: {request.path}). Please see "
                   "https://stripe.com/docs or we can help at https://support.stripe.com/."
                   )  # fmt: skip
