"""What a person can do in the shop, as `POST /edit` tells it."""

from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from journeysync.sandbox.front import BadEdit
from journeysync.sandbox.shopify.app import STATES
from journeysync.sandbox.shopify.gids import gid, read_gid
from journeysync.sandbox.shopify.shop import CARD
from journeysync.sandbox.shopify.things import Checkout, Contract, Customer, Line, Order
from journeysync.sandbox.world import DAY

if TYPE_CHECKING:
    from collections.abc import Callable

    from journeysync.sandbox.shopify.app import Shopify

Command = dict[str, Any]
_CUSTOMER = ("email", "first", "last", "phone", "tags", "note", "marketing", "address")
_ORDER = ("email", "phone", "currency", "codes", "billing", "tags", "note", "source", "po_number",
          "number", "imported", "test", "processed", "created")  # fmt: skip


class Desk:
    """Hands on one shop."""

    def __init__(self, tool: "Shopify") -> None:
        self._tool = tool
        self._shop = tool.business.shop
        self._acts: dict[tuple[str, str], Callable[[Command, int], Any]] = {
            ("shop", "set"): self._set_shop,
            ("app", "set"): self._set_app,
            ("bulk", "set"): self._set_bulk,
            ("bulk", "fail"): self._fail_bulk,
            ("customer", "create"): self._create_customer,
            ("customer", "set"): self._set_customer,
            ("customer", "delete"): self._delete_customer,
            ("customer", "erase"): self._erase_customer,
            ("customer", "merge"): self._merge_customers,
            ("order", "create"): self._create_order,
            ("order", "set"): self._set_order,
            ("order", "pay"): self._pay,
            ("order", "fulfill"): self._fulfil,
            ("order", "track"): lambda c, at: self._track(c, at, str(c["status"])),
            ("order", "deliver"): lambda c, at: self._track(c, at, "DELIVERED"),
            ("order", "return"): self._return,
            ("order", "close_return"): self._close_return,
            ("order", "refund"): self._refund,
            ("order", "cancel"): self._cancel,
            ("order", "archive"): self._archive,
            ("order", "delete"): self._delete_order,
            ("checkout", "create"): self._create_checkout,
            ("checkout", "complete"): self._complete_checkout,
            ("checkout", "delete"): self._delete_checkout,
            ("subscription", "create"): self._create_contract,
            ("subscription", "bill"): self._bill,
            ("subscription", "set"): self._set_contract,
        }

    def edit(self, command: Command) -> dict[str, Any]:
        """Do one thing, and show what came of it."""
        kind, action = str(command.get("object", "order")), str(command.get("action", ""))
        run = self._acts.get((kind, action))
        if run is None:
            known = "; ".join(f"{one} {what}" for one, what in self._acts)
            raise BadEdit(f"a shop has {known}")
        at = int(command.get("at", self._shop.now)) // 1000 * 1000
        try:
            made = run(command, at)
        except (KeyError, IndexError, TypeError, ValueError, InvalidOperation, StopIteration):
            raise BadEdit(f"this {kind} cannot be found, or not be changed so") from None
        return _shown(made)

    # --- the shop and the app --------------------------------------------------------------------

    def _set_shop(self, command: Command, _: int) -> None:
        if "timezone" in command:
            self._shop.zone = ZoneInfo(command["timezone"])
        self._shop.slow = round(float(command.get("slow", self._shop.slow / 1000)) * 1000)
        if "versions" in command:
            self._tool.versions = tuple(command["versions"])
        state = command.get("state", self._tool.state)
        if state not in STATES:
            raise ValueError
        self._tool.state = state
        bucket = self._tool.office.endpoint.bucket
        bucket.restore = float(command.get("restore_rate", bucket.restore))
        bucket.most = float(command.get("maximum", bucket.most))
        if command.get("empty"):
            bucket.empty()

    def _set_app(self, command: Command, _: int) -> None:
        if "scopes" in command:
            self._tool.keys.grant(list(command["scopes"]))
        self._tool.keys.protected = str(command.get("protected", self._tool.keys.protected))

    def _set_bulk(self, command: Command, _: int) -> None:
        bulk = self._tool.office.bulk
        bulk.at_once = int(command.get("at_once", bulk.at_once))
        bulk.looks = int(command.get("looks", bulk.looks))

    def _fail_bulk(self, command: Command, _: int) -> None:
        self._tool.office.bulk.next_fails = command

    # --- customers -------------------------------------------------------------------------------

    def _customer(self, value: Any) -> Customer:
        return self._shop.customers[_number(value)]

    def _create_customer(self, command: Command, at: int) -> Customer:
        return self._shop.register(at, **{k: command[k] for k in _CUSTOMER if k in command})

    def _set_customer(self, command: Command, at: int) -> Customer:
        one = self._customer(command["id"])
        for name in _CUSTOMER:
            if name in command:
                setattr(one, name, command[name])
        self._shop.touch_customer(one, at)
        return one

    def _delete_customer(self, command: Command, _: int) -> None:
        self._shop.remove_customer(self._customer(command["id"]))

    def _erase_customer(self, command: Command, at: int) -> Customer:
        one = self._customer(command["id"])
        self._shop.erase(one, at)
        return one

    def _merge_customers(self, command: Command, at: int) -> Customer:
        kept, gone = self._customer(command["id"]), self._customer(command["other"])
        if kept is gone:
            raise ValueError
        self._shop.merge(kept, gone, at)
        return kept

    # --- orders ----------------------------------------------------------------------------------

    def _order(self, command: Command) -> Order:
        return self._shop.orders[_number(command["id"])]

    def _lines(self, command: Command) -> list[Line]:
        """Read `items`: `[SKU, quantity]` or `[SKU, quantity, price]`."""
        made = []
        for sku, quantity, *price in command.get("items", [["ROLL-1", 1]]):
            more = {"price": Decimal(str(price[0]))} if price else {}
            made.append(self._shop.line(str(sku), int(quantity), **more))
        return made

    def _create_order(self, command: Command, at: int) -> Order:
        about = {name: command[name] for name in _ORDER if name in command and name != "created"}
        for name in ("shipping", "discount"):
            if name in command:
                about[name] = Decimal(str(command[name]))
        if command.get("customer"):
            customer = self._customer(command["customer"])
            about = {"email": customer.email, **about, "customer": customer.id}
        made = self._shop.place(at, self._lines(command), **about)
        if command.get("paid", True):
            self._pay({**command, "id": made.id}, at)
        return made

    def _set_order(self, command: Command, at: int) -> Order:
        one = self._order(command)
        for name in _ORDER:
            if name in command:
                setattr(one, name, command[name])
        if not command.get("quiet"):
            self._shop.touch(one, at)
        return one

    def _pay(self, command: Command, at: int) -> Order:
        one = self._order(command)
        amount = Decimal(str(command["amount"])) if "amount" in command else None
        self._shop.pay(
            one, at, amount, gateway=str(command.get("gateway", CARD)),
            status="FAILURE" if command.get("failed") else str(command.get("status", "SUCCESS")),
            kind=str(command.get("kind", "SALE")), payment=str(command.get("payment", "")),
            error="CARD_DECLINED" if command.get("failed") else None,
        )  # fmt: skip
        return one

    def _fulfil(self, command: Command, at: int) -> Order:
        one = self._order(command)
        number = command.get("tracking")
        tracking = {"company": "Royal Mail", "number": str(number), "url": ""} if number else None
        lines = [(one.lines[int(place)].id, int(many)) for place, many in command.get("lines", [])]
        self._shop.fulfil(one, at, lines, tracking)
        return one

    def _track(self, command: Command, at: int, status: str) -> Order:
        one = self._order(command)
        if not one.fulfillments:
            self._shop.fulfil(one, at)
        self._shop.track(one, one.fulfillments[int(command.get("parcel", -1))], at, status)
        return one

    def _return(self, command: Command, at: int) -> Order:
        one = self._order(command)
        many = int(command.get("quantity", 1))
        self._shop.send_back(one, at, many, str(command.get("status", "OPEN")))
        return one

    def _close_return(self, command: Command, at: int) -> Order:
        one = self._order(command)
        self._shop.close_return(one, one.returns[-1], at)
        return one

    def _refund(self, command: Command, at: int) -> Order:
        one = self._order(command)
        back = one.returns[-1] if command.get("return") else None
        lines = [(one.lines[int(place)].id, int(many)) for place, many in command.get("lines", [])]
        amount = Decimal(str(command.get("amount", one.received - one.refunded)))
        self._shop.refund(one, at, amount, lines, back, str(command.get("note", "")))
        return one

    def _cancel(self, command: Command, at: int) -> Order:
        one = self._order(command)
        self._shop.cancel(one, at, str(command.get("reason", "CUSTOMER")))
        return one

    def _archive(self, command: Command, at: int) -> Order:
        one = self._order(command)
        self._shop.archive(one, at)
        return one

    def _delete_order(self, command: Command, _: int) -> None:
        self._shop.delete(self._order(command))

    # --- the rest --------------------------------------------------------------------------------

    def _create_checkout(self, command: Command, at: int) -> Checkout:
        known = command.get("customer")
        return self._shop.leave(
            at, self._lines(command), customer=self._customer(known).id if known else None,
            currency=str(command.get("currency", "GBP")), address=command.get("address", {}),
        )  # fmt: skip

    def _complete_checkout(self, command: Command, at: int) -> Checkout:
        one = self._shop.checkouts[_number(command["id"])]
        one.completed = one.updated = at
        self._shop.changes += 1
        return one

    def _delete_checkout(self, command: Command, _: int) -> None:
        del self._shop.checkouts[_number(command["id"])]
        self._shop.changes += 1

    def _create_contract(self, command: Command, at: int) -> Contract:
        order = self._create_order({"items": [["BOX-1", 1]], **command}, at)
        return self._shop.subscribe(at, order, order.total, at + 30 * DAY)

    def _bill(self, command: Command, at: int) -> Contract:
        one = self._shop.contracts[_number(command["id"])]
        order = None
        if not command.get("failed"):
            lines = [replace(self._shop.line("BOX-1"), price=one.price)]
            customer = self._shop.customers.get(one.customer or 0)
            order = self._shop.place(at, lines, customer=one.customer,
                                     email=customer.email if customer else "",
                                     source="subscription_contract")  # fmt: skip
            self._shop.pay(order, at)
        error = "CARD_DECLINED" if command.get("failed") else ""
        self._shop.bill(one, at, order, at + 30 * DAY, error)
        return one

    def _set_contract(self, command: Command, at: int) -> Contract:
        one = self._shop.contracts[_number(command["id"])]
        self._shop.set_contract(one, at, str(command["status"]))
        return one


def _number(value: Any) -> int:
    known = read_gid(str(value))
    return known[1] if known else int(value)


def _shown(made: Any) -> dict[str, Any]:
    if made is None:
        return {}
    kinds = {"Checkout": "AbandonedCheckout", "Contract": "SubscriptionContract"}
    name = type(made).__name__
    shown: dict[str, Any] = {"id": gid(kinds.get(name, name), made.id), "number": made.id}
    if isinstance(made, Order):
        shown |= {
            "name": f"#{made.number}",
            "lines": [gid("LineItem", one.id) for one in made.lines],
            "fulfillments": [gid("Fulfillment", one.id) for one in made.fulfillments],
            "refunds": [gid("Refund", one.id) for one in made.refunds],
            "returns": [gid("Return", one.id) for one in made.returns],
        }
    if isinstance(made, Contract):
        shown["orders"] = [gid("Order", one) for one in made.orders]
    return shown
