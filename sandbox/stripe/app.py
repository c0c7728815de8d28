"""The pretend Stripe: lists, single objects and events, and what a person can do in the account."""

import re
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from journeysync.sandbox.front import BadEdit
from journeysync.sandbox.stripe import forms
from journeysync.sandbox.stripe.account import LISTS, Account, Thing
from journeysync.sandbox.stripe.business import Business
from journeysync.sandbox.stripe.desk import Desk
from journeysync.sandbox.stripe.till import Till
from journeysync.sandbox.wire import Answer, Request
from journeysync.sandbox.world import STUDIO, World

_KINDS = {path: kind for kind, path in LISTS.items()}
_BOUND = re.compile(r"created\[(gte|gt|lte|lt)\]")
_HOLDS: Mapping[str, Callable[[int, int], bool]] = {
    "gte": lambda one, other: one >= other,
    "gt": lambda one, other: one > other,
    "lte": lambda one, other: one <= other,
    "lt": lambda one, other: one < other,
}
_FILTERS = ("customer", "charge", "payment_intent", "invoice", "subscription", "status")
_UNDATED = ("checkout.session",)
MOST = 100
_METADATA = re.compile(r"metadata\[([^\]]{1,40})\]")
KEYS, LONGEST = 50, 500
"""Of metadata: how many keys, and how long a value."""


class Refusal(Exception):
    """The request ends here with an error of Stripe."""

    def __init__(self, status: int, message: str, **more: Any) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"error": {"message": message, "type": "invalid_request_error", **more}}


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
            refusal = _unknown(self.access_token)
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
            "Request-Id": f"req_{self._requests:014d}",
            "Stripe-Version": request.headers.get("stripe-version", "2019-12-03"),
        }
        return Answer(status, msgspec.json.encode(body), headers)

    def _admit(self, request: Request) -> None:
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        if kind.lower() != "bearer" or token.strip() != self.access_token:
            raise _unknown(token)

    # --- reading ---------------------------------------------------------------------------------

    def _run(self, request: Request) -> Any:
        path = request.path.removeprefix("/v1/").strip("/")
        if request.method == "POST" and path.startswith("customers/"):
            return self._set_metadata(path.removeprefix("customers/"), request.body.decode())
        if request.method != "GET" or not request.path.startswith("/v1/"):
            raise Refusal(404, f"Unrecognized request URL ({request.method}: {request.path}).")
        query = parse_qsl(request.query, keep_blank_values=True)
        if path in _KINDS:
            return self._list(_KINDS[path], path, dict(query), request.twist)
        parent, _, number = path.rpartition("/")
        kind = _KINDS.get(parent, "")
        found = self.account.things.get(kind, {}).get(number)
        if found is None:
            message = f"No such {kind or 'object'}: '{number}'"
            raise Refusal(404, message, code="resource_missing", param="id")
        return self._shown(found, [value for name, value in query if name.startswith("expand")])

    def _set_metadata(self, number: str, form: str) -> Any:
        """Change a customer's metadata: all that is pretended of writing."""
        customer = self.account.things["customer"].get(number)
        if customer is None:
            message = f"No such customer: '{number}'"
            raise Refusal(404, message, code="resource_missing", param="id")
        metadata = dict(customer.get("metadata") or {})
        for name, value in parse_qsl(form, keep_blank_values=True):
            key = _METADATA.fullmatch(name)
            if key is None:
                raise Refusal(400, f"Received unknown parameter: {name}",
                              code="parameter_unknown", param=name)  # fmt: skip
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
        return self._shown(customer, [])

    def _list(self, kind: str, path: str, query: dict[str, str], twist: str) -> Any:
        limit = query.get("limit", "10")
        if not limit.isdecimal() or not 1 <= int(limit) <= MOST:
            raise Refusal(400, f"Invalid integer: {limit}", param="limit")
        rows = self._filtered(kind, query)
        start = 0
        if after := query.get("starting_after"):
            places = [number for number, row in enumerate(rows) if row["id"] == after]
            if not places:
                raise Refusal(400, f"No such {kind}: '{after}'", code="resource_missing",
                              param="starting_after")  # fmt: skip
            start = places[0] + 1
        if twist == "repeat-page":
            start = max(0, start - int(limit))
        size = max(1, int(limit) // 2) if twist == "shrink-page" else int(limit)
        shown = rows[start : start + size]
        expand = [value.removeprefix("data.") for name, value in query.items()
                  if name.startswith("expand")]  # fmt: skip
        return {
            "object": "list",
            "url": f"/v1/{path}",
            "has_more": start + size < len(rows),
            "data": [self._shown(row, expand) for row in shown],
        }

    def _filtered(self, kind: str, query: dict[str, str]) -> list[Thing]:
        rows = self.account.listed(kind)
        for name, value in query.items():
            bound = _BOUND.fullmatch(name)
            if bound and kind in _UNDATED:
                raise Refusal(400, f"Received unknown parameter: {name}",
                              code="parameter_unknown", param=name)  # fmt: skip
            if bound:
                holds = _HOLDS[bound[1]]
                rows = [row for row in rows if holds(row["created"], int(value))]
            elif name == "type" and kind == "event":
                pattern = re.compile(re.escape(value).replace(r"\*", ".*"))
                rows = [row for row in rows if pattern.fullmatch(row["type"])]
            elif name in _FILTERS and value != "all":
                rows = [row for row in rows if row.get(name) == value]
        if kind == "subscription" and "status" not in query:
            rows = [row for row in rows if row["status"] != "canceled"]
        return rows

    def _shown(self, thing: Thing, expand: list[str]) -> Thing:
        shown = dict(thing)
        for name in expand:
            if name == "refunds":
                own = [one for one in self.account.listed("refund")
                       if one["charge"] == thing["id"]]  # fmt: skip
                shown["refunds"] = {
                    **forms.listing(f"/v1/charges/{thing['id']}/refunds", own[:10]),
                    "has_more": len(own) > 10,  # noqa: PLR2004 - Stripe shows ten
                }
            elif isinstance(thing.get(name), str):
                shown[name] = self.account.find(thing[name])
        return shown

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
        account, desk = self.account, Desk(self.account)
        kind, action = str(command.get("object", "")), str(command.get("action", ""))
        at = int(command.get("at", account.world.now))
        more = {name: command[name] for name in _GIVEN if name in command}

        def text(name: str) -> str:
            return str(command.get(name, ""))

        def thing() -> Thing:
            return account.things[kind][text("id")]

        acts: dict[tuple[str, str], Callable[[], Any]] = {
            ("account", "set"): lambda: setattr(account, "livemode", bool(command["livemode"])),
            ("customer", "create"): lambda: desk.customer(at, text("email"), text("name")),
            ("customer", "set"): lambda: account.change(thing(), at, "updated", **more),
            ("customer", "delete"): lambda: account.forget(thing(), at),
            ("charge", "create"): lambda: desk.charge(
                at, int(command["amount"]), {"email": text("email")},
                failed=bool(command.get("failed")),
                **{k: v for k, v in more.items() if k not in _WHO},
            ),
            ("charge", "set"): lambda: account.change(thing(), at, "updated", **more),
            ("charge", "refund"): lambda: desk.refund(at, thing(), int(command["amount"])),
            ("charge", "dispute"): lambda: desk.dispute(at, thing()),
            ("refund", "fail"): lambda: account.change(thing(), at, "failed", status="failed"),
            ("invoice", "create"): lambda: desk.invoice(
                at, account.things["customer"][text("customer")], int(command["amount"]),
                text("description"), **{k: v for k, v in more.items() if k != "customer"},
            ),
            ("invoice", "finalise"): lambda: desk.finalise(at, thing()),
            ("invoice", "pay"): lambda: desk.pay(at, thing()),
            ("invoice", "delete"): lambda: account.forget(_draft(thing()), at),
            ("invoice", "void"): lambda: account.change(thing(), at, "voided", status="void"),
            ("subscription", "create"): lambda: desk.subscribe(
                at, account.things["customer"][text("customer")], int(command["amount"])
            ),
            ("subscription", "renew"): lambda: desk.renew(at, thing(), int(command["amount"])),
            ("subscription", "cancel"): lambda: desk.cancel(at, thing()),
            ("checkout.session", "create"): lambda: desk.leave_checkout(
                at, int(command["amount"]), text("email"), ""
            ),
            ("checkout.session", "expire"): lambda: desk.expire(at, thing()),
        }  # fmt: skip
        if (kind, action) not in acts:
            known = "; ".join(f"{one} {what}" for one, what in acts)
            raise BadEdit(f"an account has {known}")
        try:
            return dict(acts[kind, action]() or {})
        except (KeyError, TypeError, ValueError):
            raise BadEdit(f"this {kind} cannot be found, or not be changed so") from None


def _draft(invoice: Thing) -> Thing:
    """Only a draft can be deleted."""
    if invoice["status"] != "draft":
        raise ValueError
    return invoice


_WHO = ("email", "name")
_GIVEN = (
    *_WHO, "customer", "metadata", "currency", "payment_intent", "description", "created",
    "captured",
)  # fmt: skip


def _unknown(key: str) -> Refusal:
    return Refusal(401, f"Invalid API Key provided: {key[:8]}****")
