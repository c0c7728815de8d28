"""The pretend WooCommerce: which endpoint answers, and what a person can do in the shop.

What is read is pretended, and accounts' metadata; people work in the shop through `/edit`.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from email.utils import formatdate
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from journeysync.sandbox.data.businesses import house_of
from journeysync.sandbox.front import BadEdit
from journeysync.sandbox.wire import Answer, Request
from journeysync.sandbox.woocommerce import lists, shapes
from journeysync.sandbox.woocommerce.batch import change_many, set_metadata
from journeysync.sandbox.woocommerce.business import Business
from journeysync.sandbox.woocommerce.counter import Counter
from journeysync.sandbox.woocommerce.keys import admit, admit_to_root, unknown
from journeysync.sandbox.woocommerce.lists import answer
from journeysync.sandbox.woocommerce.queries import Query, Refusal
from journeysync.sandbox.woocommerce.shop import NoSuch, Order, Refund, Shop
from journeysync.sandbox.world import STUDIO, World

ROOT = "/wp-json"
_GIVEN = ("total", "currency", "customer", "billing", "via", "meta", "transaction")
_TRACKED = re.compile(r"^/wc-shipment-tracking/v3/orders/(\d+)/shipment-trackings/?$")
MANY, ONE = "GET, POST", "GET, POST, PUT, PATCH, DELETE"


class WooCommerce:
    """The tool as the sandbox sees it."""

    name = "woocommerce"

    def __init__(self, world: World, *, limits: bool) -> None:
        self._limits = limits
        """A shop counts no calls; its host may."""
        self.access_token = f"cs_sandbox_{world.seed}"
        self.secrets = {
            "consumer_key": f"ck_sandbox_{world.seed}",
            "consumer_secret": self.access_token,
        }
        self._world = world
        self._opened = world.now
        self._turn = 0
        self._routes: tuple[tuple[re.Pattern[str], Callable[..., Answer]], ...] = tuple(
            (re.compile(f"^/wc/v3/{path}/?$"), run)
            for path, run in (
                ("orders", self._orders),
                (r"orders/(\d+)", self._order),
                (r"orders/(\d+)/refunds", self._refunds),
                (r"orders/(\d+)/notes", self._notes),
                ("refunds", self._refunds),
                ("subscriptions", self._subscriptions),
                ("customers", self._customers),
                (r"customers/(\d+)", self._customer),
                ("reports/orders/totals", self._totals),
            )
        )

    @cached_property
    def business(self) -> Business | Counter:
        """What happens in the shop; made when somebody looks first, as it would be by now."""
        world = self._world
        made: Business | Counter = Counter(world, self._opened)
        if world.business == STUDIO:
            made = Business(Shop(world, self._opened), self._opened)
        made.until(world.now)
        return made

    @property
    def shop(self) -> Shop:
        return self.business.shop

    @property
    def changes(self) -> int:
        return self.shop.changes

    def canonical(self, path: str) -> str:
        return path

    def handle(self, request: Request) -> Answer:
        """Answer one request as a shop would."""
        self._turn += 1
        try:
            given = self._run(request)
        except Refusal as refusal:
            given = answer(refusal.status, refusal.body)
        if request.twist == "half-applied":
            given = self.refuse("500", request, {})
        return self._stamped(given)

    def refuse(self, kind: str, _request: Request, options: Mapping[str, Any]) -> Answer:
        """Play a fault as a shop or its host would."""
        if kind in ("429", "503"):
            page = f"<html><body><h1>{kind}</h1></body></html>\n".encode()
            given = Answer(int(kind), page, {"Content-Type": "text/html; charset=utf-8"})
        elif kind == "500" and options.get("code"):
            body = {"code": options["code"], "message": "Invalid refund amount.", "data": 500}
            given = answer(500, body)
        elif kind == "500":
            message = "There has been a critical error on this website."
            given = answer(500, {"code": "internal_server_error", "message": message,
                                 "data": {"status": 500}, "additional_errors": []})  # fmt: skip
        else:
            refusal = unknown()
            given = answer(refusal.status, refusal.body)
        if "retry_after" in options:
            given.headers["Retry-After"] = str(options["retry_after"])
        return self._stamped(given)

    def _stamped(self, given: Answer) -> Answer:
        given.headers["Date"] = formatdate(self.shop.now / 1000, usegmt=True)
        return given

    # --- endpoints -------------------------------------------------------------------------------

    def _run(self, request: Request) -> Answer:
        if not request.path.startswith(ROOT):
            return Answer(404, b"<html><body>Page not found</body></html>\n",
                          {"Content-Type": "text/html; charset=UTF-8"})  # fmt: skip
        path = request.path.removeprefix(ROOT)
        if path in ("", "/"):
            admit_to_root(request, self.shop)
            return answer(200, self._site(request.headers.get("host", "")))
        if path == "/wc/v3/customers/batch" and request.method in ("POST", "PUT", "PATCH"):
            self._admit(request)
            return answer(200, change_many(self.shop, request.body), {"Allow": "POST, PUT, PATCH"})
        if tracked := _TRACKED.match(path):
            self._admit(request)
            return answer(200, self._trackings(int(tracked[1])))
        for pattern, run in self._routes:
            if (found := pattern.match(path)) and request.method == "GET":
                self._admit(request)
                return run(request, *map(int, found.groups()))
        raise _no_route()

    def _admit(self, request: Request) -> None:
        admit(request, self.secrets["consumer_key"], self.access_token, self.shop)

    def _site(self, asked: str) -> dict[str, Any]:
        ahead = datetime.fromtimestamp(self._world.now / 1000, self.shop.zone).utcoffset()
        home = f"{'https' if self.shop.https else 'http'}://{self.shop.host or asked}"
        return {
            "name": house_of(self._world).name,
            "description": "",
            "url": home,
            "home": home,
            "gmt_offset": (ahead or timedelta()) / timedelta(hours=1),
            "timezone_string": self.shop.zone.key,
            "namespaces": ["oembed/1.0", "wc/store", "wc/store/v1", "wc/v1", "wc/v2", "wc/v3",
                           "wp/v2"],
            "authentication": {},
            "routes": {},
        }  # fmt: skip

    def _orders(self, request: Request) -> Answer:
        query = Query.of(request)
        rows = lists.orders(self.shop, query, self._turn)
        write = lambda one: shapes.order(self.shop, one)  # noqa: E731 - a name for the call below
        forgetful = not self.shop.posts
        given = lists.page(request, query, "orders", rows, write, forgetful=forgetful)
        given.headers["Allow"] = MANY
        return given

    def _order(self, request: Request, number: int) -> Answer:
        fields = Query.of(request).fields
        found = lists.cut(shapes.order(self.shop, self._known(number)), fields)
        return answer(200, found, {"Allow": ONE})

    def _known(self, number: int, refusal: str = "Invalid ID.") -> Order:
        try:
            return self.shop.order(number)
        except NoSuch:
            code = "woocommerce_rest_shop_order_invalid_id"
            raise Refusal(404, code, refusal) from None

    def _notes(self, request: Request, number: int) -> Answer:
        """Give all notes: there are no pages of them."""
        query = Query.of(request)
        kind = query.one_of("type", ("any", "customer", "internal"), "any")
        order = self._known(number, "Invalid order ID.")
        notes = reversed(self.shop.notes.get(number, []) if kind != "customer" else [])
        shown = [lists.cut(shapes.note(self.shop, order, one), query.fields) for one in notes]
        return answer(200, shown, {"Allow": MANY})

    def _trackings(self, number: int) -> list[dict[str, Any]]:
        if self.shop.tracked is None:
            raise _no_route()
        return self.shop.tracked.get(number, [])

    def _refunds(self, request: Request, order: int | None = None) -> Answer:
        if order is None and not self.shop.all_refunds:
            raise _no_route()
        query = Query.of(request)
        rows = lists.refunds(self.shop, query, self._turn, order)
        path = "refunds" if order is None else f"orders/{order}/refunds"

        def write(one: Refund) -> dict[str, Any]:
            shown = shapes.refund(self.shop, one)
            if order is not None:
                del shown["parent_id"]
            return shown

        given = lists.page(request, query, path, rows, write, forgetful=not self.shop.posts)
        given.headers["Allow"] = "GET" if order is None else MANY
        return given

    def _subscriptions(self, request: Request) -> Answer:
        if self.shop.subscriptions is None:
            raise _no_route()
        query = Query.of(request)
        rows = lists.subscriptions(self.shop, query, self._turn)
        return lists.page(
            request, query, "subscriptions", rows,
            lambda one: shapes.subscription(self.shop, one),
        )  # fmt: skip

    def _customers(self, request: Request) -> Answer:
        query = Query.of(request)
        rows = lists.customers(self.shop, query)
        write = lambda one: shapes.customer(self.shop, one)  # noqa: E731 - as above
        given = lists.page(request, query, "customers", rows, write, forgetful=False)
        given.headers["Allow"] = MANY
        return given

    def _customer(self, request: Request, number: int) -> Answer:
        try:
            found = shapes.customer(self.shop, self.shop.customer(number))
        except NoSuch:
            raise Refusal(404, "woocommerce_rest_invalid_id", "Invalid resource ID.") from None
        return answer(200, lists.cut(found, Query.of(request).fields), {"Allow": ONE})

    def _totals(self, _request: Request) -> Answer:
        counts = [one.status for one in self.shop.orders.values()]
        rows = [
            {"slug": slug, "name": label, "total": counts.count(slug)}
            for slug, label in self.shop.statuses.items()
        ]
        return answer(200, rows, {"Allow": "GET"})

    # --- the sandbox's own ways in ---------------------------------------------------------------

    def snapshot(self) -> dict[str, Any]:
        """Show what a run can write: the metadata of accounts."""
        return {
            "customers": {
                str(one.id): {meta["key"]: meta["value"] for meta in one.meta}
                for one in self.shop.customers.values()
                if one.meta
            }
        }

    def advance(self, until: int) -> None:
        """Let orders arrive."""
        if "business" in vars(self):
            self.business.until(until)

    def settled(self) -> None:
        """Nothing of a shop waits for the clock alone."""

    def edit(self, command: dict[str, Any]) -> dict[str, Any]:
        """Let a person work in the shop; `at` dates it otherwise than now."""
        kind, action = str(command.get("object", "order")), str(command.get("action", ""))
        at = int(command.get("at", self.shop.now))
        run = {
            ("site", "set"): self._set_site,
            ("customer", "create"): self._create_customer,
            ("customer", "set"): self._set_customer,
            ("customer", "delete"): self._delete_customer,
            ("subscription", "create"): self._create_subscription,
            ("subscription", "cancel"): self._cancel_subscription,
            ("order", "create"): self._create_order,
            ("order", "set"): self._set_order,
            ("order", "refund"): self._refund_order,
            ("order", "unrefund"): self._unrefund_order,
            ("order", "note"): self._note_order,
            ("order", "track"): self._track_order,
            ("order", "trash"): self._trash_order,
            ("order", "delete"): self._delete_order,
        }.get((kind, action))
        if run is None:
            raise BadEdit("a shop has site (set), customer (create, set, delete), order (create, "
                          "set, refund, unrefund, note, track, trash, delete)")  # fmt: skip
        self.shop.by_hand = True
        try:
            return run(command, at)
        except (NoSuch, KeyError, TypeError, ValueError):
            raise BadEdit(f"this {kind} cannot be found, or not be changed so") from None
        finally:
            self.shop.by_hand = False

    def _set_site(self, command: dict[str, Any], _at: int) -> dict[str, Any]:
        if "timezone" in command:
            self.shop.zone = ZoneInfo(command["timezone"])
        self.shop.slow = round(float(command.get("slow", self.shop.slow / 1000)) * 1000)
        self.shop.https = bool(command.get("https", self.shop.https))
        for name in ("minds_clock", "passwords", "posts"):
            setattr(self.shop, name, bool(command.get(name, getattr(self.shop, name))))
        self.shop.unlisted = tuple(command.get("unlisted", self.shop.unlisted))
        self.shop.language = str(command.get("language", self.shop.language))
        self.shop.host = str(command.get("host", self.shop.host))
        self.shop.read_only = bool(command.get("read_only", self.shop.read_only))
        self.shop.all_refunds = bool(command.get("all_refunds", self.shop.all_refunds))
        self.shop.statuses |= command.get("statuses", {})
        return self._site("")

    def _create_customer(self, command: dict[str, Any], at: int) -> dict[str, Any]:
        email, first, last = (
            str(command.get(name, "")) for name in ("email", "first_name", "last_name")
        )
        return shapes.customer(self.shop, self.shop.register(at, email, first, last))

    def _set_customer(self, command: dict[str, Any], at: int) -> dict[str, Any]:
        one = self.shop.customer(int(command["id"]))
        self.shop.changes += 1
        one.email = str(command.get("email", one.email))
        one.first = str(command.get("first_name", one.first))
        one.last = str(command.get("last_name", one.last))
        set_metadata(self.shop, one, command.get("meta_data", []))
        one.modified = at
        return shapes.customer(self.shop, one)

    def _delete_customer(self, command: dict[str, Any], _at: int) -> dict[str, Any]:
        self.shop.close_account(self.shop.customer(int(command["id"])))
        return {}

    def _create_subscription(self, command: dict[str, Any], at: int) -> dict[str, Any]:
        made = self.shop.subscribe(at, int(command.get("customer", 0)))
        return shapes.subscription(self.shop, made)

    def _cancel_subscription(self, command: dict[str, Any], at: int) -> dict[str, Any]:
        one = (self.shop.subscriptions or {})[int(command["id"])]
        self.shop.end(one, at)
        return shapes.subscription(self.shop, one)

    def _create_order(self, command: dict[str, Any], at: int) -> dict[str, Any]:
        items = [(int(one[0]), int(one[1])) for one in command.get("items", [[10, 1]])]
        more = {name: command[name] for name in _GIVEN if name in command}
        made = self.shop.place(at, str(command.get("status", "pending")), items, **more)
        return shapes.order(self.shop, made)

    def _set_order(self, command: dict[str, Any], at: int) -> dict[str, Any]:
        one = self._found(command)
        moved = command.get("status", one.status) != one.status
        if "status" in command:
            self.shop.enter(one, str(command["status"]), at)
        for name in ("billing", "meta", "total", "currency", "items", "transaction"):
            if name in command:
                setattr(one, name, command[name])
        if "created" in command:
            one.created = int(command["created"])
        self.shop.touch(one, at, seen=moved)
        return shapes.order(self.shop, one)

    def _refund_order(self, command: dict[str, Any], at: int) -> dict[str, Any]:
        one = self._found(command)
        return shapes.refund(self.shop, self.shop.refund(one, at, str(command["amount"])))

    def _unrefund_order(self, command: dict[str, Any], _at: int) -> dict[str, Any]:
        self.shop.take_back(self._found(command))
        return {}

    def _note_order(self, command: dict[str, Any], at: int) -> dict[str, Any]:
        one = self._found(command)
        return shapes.note(self.shop, one, self.shop.note(one, at, str(command["note"])))

    def _track_order(self, command: dict[str, Any], at: int) -> dict[str, Any]:
        day = str(command["date_shipped"])
        return self.shop.track(self._found(command), at, date_shipped=day)

    def _trash_order(self, command: dict[str, Any], at: int) -> dict[str, Any]:
        one = self._found(command)
        one.status = "trash"
        self.shop.touch(one, at)
        return shapes.order(self.shop, one)

    def _delete_order(self, command: dict[str, Any], _at: int) -> dict[str, Any]:
        one = self._found(command)
        shown = shapes.order(self.shop, one)
        self.shop.delete(one)
        return shown

    def _found(self, command: dict[str, Any]) -> Order:
        return self.shop.order(int(command["id"]))


def _no_route() -> Refusal:
    message = "No route was found matching the URL and request method."
    return Refusal(404, "rest_no_route", message)
