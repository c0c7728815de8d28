"""The pretend shop: what it holds, and what can be done in it.

Everything done to an order moves its `updated`, and an order that is placed moves its customer's.
Knows nothing of GraphQL.
"""

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from journeysync.sandbox.shopify.things import (
    ZERO,
    Attempt,
    Checkout,
    Contract,
    Customer,
    Draft,
    Fulfillment,
    Line,
    Metafield,
    Order,
    Refund,
    Return,
    Transaction,
)
from journeysync.sandbox.world import World

if TYPE_CHECKING:
    from collections.abc import Mapping

PRODUCTS: dict[str, tuple[str, Decimal, bool, bool]] = {
    "ROLL-1": ("Foam roller", Decimal("24.00"), False, True),
    "DEP-1": ("Deposit for a course", Decimal("50.00"), False, False),
    "OIL-1": ("Massage oil", Decimal("12.50"), False, True),
    "BAND-1": ("Exercise band", Decimal("9.90"), False, True),
    "GIFT-1": ("Gift voucher", Decimal("70.00"), True, False),
    "COURSE-1": ("Back school, six evenings", Decimal("195.00"), False, False),
    "BOX-1": ("Monthly oil box", Decimal("18.00"), False, True),
    "TAPE-1": ("Kinesiology tape", Decimal("7.25"), False, True),
}
"""SKU: title, price, whether it is a voucher, whether it is sent."""
RATES = {"GBP": Decimal(1), "EUR": Decimal("1.17"), "USD": Decimal("1.31"), "JPY": Decimal(198)}
CARD, TRANSFER = "shopify_payments", "Bank Deposit"
_BASE = {"order": 5_100_000_000_000, "customer": 7_200_000_000_000, "checkout": 3_300_000_000_000}
_FIRST_NUMBER = 1001
_SINCE, _SECOND, _STEP = 946_684_800, 1_048_576, 4
"""Ids of one second lie together; between two of them is room for those of their parts."""


class NoSuch(Exception):
    """There is no such record."""


class Shop:
    """All that the shop holds."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.zone = ZoneInfo("Europe/London")
        self.currency = "GBP"
        self.customers: dict[int, Customer] = {}
        self.orders: dict[int, Order] = {}
        self.checkouts: dict[int, Checkout] = {}
        self.contracts: dict[int, Contract] = {}
        self.drafts: dict[int, Draft] = {}
        self.metafields: dict[int, Metafield] = {}
        self.owned: dict[str, list[int]] = {}
        """Owner's id: its metafields."""
        self.homes: dict[int, Order] = {}
        """Line, transaction, parcel, refund or return: its order."""
        self.changes = 0
        self.paid: list[tuple[Order, Transaction]] = []
        """What cards paid, and what went back to them, until somebody takes it up."""
        self.drawn_at: int | None = None
        """The moment of what happens by itself; None while people or apps work in the shop."""
        self.slow = 0
        """Milliseconds that its clock is behind."""
        self._number = _FIRST_NUMBER - 1
        self._used = {True: (0, 0), False: (0, 0)}

    @property
    def now(self) -> int:
        """What the shop's clock says."""
        return self.world.now - self.slow

    def _id(self, kind: str = "") -> int:
        """Give an id that grows with time; what people add takes none of what is yet to come.

        So another pretend tool that draws the same orders gives them the same ids.
        """
        self.changes += 1
        by_hand = self.drawn_at is None
        second = (self.world.now if self.drawn_at is None else self.drawn_at) // 1000
        last, many = self._used[by_hand]
        many = many + 1 if last == second else 0
        self._used[by_hand] = (second, many)
        place = (second - _SINCE) * _SECOND + many * _STEP + (_SECOND // 2 if by_hand else 0)
        return _BASE.get(kind, 9_400_000_000_000) + place

    # --- customers -------------------------------------------------------------------------------

    def register(self, at: int, **about: Any) -> Customer:
        """Make a customer."""
        made = Customer(self._id("customer"), at, at, **about)
        self.customers[made.id] = made
        return made

    def touch_customer(self, customer: Customer, at: int) -> None:
        self.changes += 1
        customer.updated = max(customer.updated, at)

    def remove_customer(self, customer: Customer) -> None:
        """Delete a customer; only one without orders can be."""
        if customer.orders:
            raise ValueError
        self.changes += 1
        del self.customers[customer.id]

    def erase(self, customer: Customer, at: int) -> None:
        """Forget who somebody was, as the law asks; what they bought stays."""
        for number in customer.orders:
            order = self.orders[number]
            order.email, order.phone, order.billing = "", "", {}
            self.touch(order, at)
        customer.email = customer.first = customer.last = customer.phone = ""
        customer.address, customer.note = {}, None
        self.touch_customer(customer, at)

    def merge(self, kept: Customer, gone: Customer, at: int) -> None:
        """Make one customer of two: the other's id leads nowhere from then on."""
        for number in gone.orders:
            self.orders[number].customer = kept.id
            self.touch(self.orders[number], at)
        tables: tuple[Mapping[int, Checkout | Contract | Draft], ...]
        tables = (self.checkouts, self.contracts, self.drafts)
        for one in (one for table in tables for one in table.values()):
            if one.customer == gone.id:
                one.customer, one.updated = kept.id, at
        kept.orders += gone.orders
        kept.tags += [tag for tag in gone.tags if tag not in kept.tags]
        del self.customers[gone.id]
        self.touch_customer(kept, at)

    # --- orders ----------------------------------------------------------------------------------

    def line(self, sku: str, quantity: int = 1, **more: Any) -> Line:
        """Write a line of what the shop sells, or of something of its own."""
        title, price, gift, ships = PRODUCTS.get(sku, (sku or "Something", ZERO, False, True))
        made = Line(self._id(), title, sku or None, quantity, price, gift, ships)
        made = replace(made, **more)
        made.current = made.left = made.quantity
        return made

    def place(self, at: int, lines: list[Line], **about: Any) -> Order:
        """Write down an order; nothing is paid yet."""
        self._number += 1
        number = about.pop("number", self._number)
        made = Order(self._id("order"), number, at, at, lines, **{"processed": at, **about})
        made.rate = RATES[made.currency] if made.rate == 1 else made.rate
        self.orders[made.id] = made
        for line in lines:
            self.homes[line.id] = made
        if made.customer in self.customers:
            customer = self.customers[made.customer]
            customer.orders.append(made.id)
            self.touch_customer(customer, at)
        return made

    def touch(self, order: Order, at: int) -> None:
        """Change something about an order."""
        self.changes += 1
        order.updated = max(order.updated, at)

    def pay(
        self, order: Order, at: int, amount: Decimal | None = None, *, gateway: str = CARD,
        status: str = "SUCCESS", kind: str = "SALE", error: str | None = None, payment: str = "",
    ) -> Transaction:  # fmt: skip
        """Take money for an order, or fail to."""
        due = order.current - order.received + order.refunded if amount is None else amount
        made = Transaction(self._id(), order.id, at, kind, status, due, gateway, error=error,
                           payment=payment)  # fmt: skip
        order.transactions.append(made)
        self.homes[made.id] = order
        if payment and status == "SUCCESS" and kind in ("SALE", "CAPTURE"):
            self.paid.append((order, made))
        self.touch(order, at)
        return made

    def fulfil(
        self, order: Order, at: int, lines: list[tuple[int, int]] | None = None,
        tracking: dict[str, str] | None = None,
    ) -> Fulfillment:  # fmt: skip
        """Send what is left of an order, or some of it."""
        chosen = lines or [(one.id, one.left) for one in order.lines if one.left]
        made = Fulfillment(self._id(), order.id, len(order.fulfillments) + 1, at, at, chosen,
                           tracking=tracking)  # fmt: skip
        for number, quantity in chosen:
            line = order.line(number)
            line.left = max(line.left - quantity, 0)
        order.fulfillments.append(made)
        self.homes[made.id] = order
        self.touch(order, at)
        return made

    def track(self, order: Order, parcel: Fulfillment, at: int, status: str) -> None:
        """Let a carrier tell of a parcel."""
        number = self._id()
        parcel.events.append((number, status, at))
        parcel.updated = at
        self.homes[number] = order
        self.touch(order, at)

    def send_back(self, order: Order, at: int, quantity: int, status: str = "OPEN") -> Return:
        """Open a return."""
        made = Return(self._id(), order.id, len(order.returns) + 1, at, quantity, status)
        order.returns.append(made)
        self.homes[made.id] = order
        self.touch(order, at)
        return made

    def refund(
        self, order: Order, at: int, amount: Decimal, lines: list[tuple[int, int]] | None = None,
        back: Return | None = None, note: str = "",
    ) -> Refund:  # fmt: skip
        """Give money back, and take goods back with it or not."""
        chosen = lines or []
        made = Refund(self._id(), order.id, at, amount, chosen, note, back.id if back else None)
        for number, quantity in chosen:
            line = order.line(number)
            line.current = max(line.current - quantity, 0)
            line.left = min(line.left, line.current)
        sale = next((one for one in order.transactions if one.brought), None)
        if amount and sale is not None:
            paid = Transaction(self._id(), order.id, at, "REFUND", "SUCCESS", amount, sale.gateway,
                               sale.id, sale.payment)  # fmt: skip
            order.transactions.append(paid)
            self.homes[paid.id] = order
            made.transactions.append(paid.id)
            if paid.payment:
                self.paid.append((order, paid))
        order.refunds.append(made)
        self.homes[made.id] = order
        if back is not None:
            back.refunds.append(made.id)
        self.touch(order, at)
        return made

    def close_return(self, order: Order, back: Return, at: int) -> None:
        back.status, back.closed = "CLOSED", at
        self.touch(order, at)

    def cancel(self, order: Order, at: int, reason: str = "CUSTOMER") -> None:
        """Cancel an order; what was paid is given back by a refund."""
        order.cancelled, order.reason = at, reason
        if order.received > order.refunded:
            everything = [(line.id, line.current) for line in order.lines if line.current]
            self.refund(order, at, order.received - order.refunded, everything)
        for line in order.lines:
            line.current = line.left = 0
        order.closed = at
        self.touch(order, at)

    def archive(self, order: Order, at: int) -> None:
        order.closed = at
        self.touch(order, at)

    def delete(self, order: Order) -> None:
        """Delete an order for good: nothing tells of it afterwards."""
        self.changes += 1
        del self.orders[order.id]
        for number in [number for number, home in self.homes.items() if home is order]:
            del self.homes[number]
        if order.customer in self.customers:
            self.customers[order.customer].orders.remove(order.id)

    # --- the rest --------------------------------------------------------------------------------

    def leave(self, at: int, lines: list[Line], **about: Any) -> Checkout:
        """Begin a checkout and go away."""
        made = Checkout(self._id("checkout"), len(self.checkouts) + 1, at, at, lines, **about)
        made.rate = RATES[made.currency]
        self.checkouts[made.id] = made
        return made

    def subscribe(self, at: int, order: Order, price: Decimal, following: int) -> Contract:
        """Make a contract of an order."""
        made = Contract(self._id(), at, at, order.customer, order.id, price, following=following)
        made.orders.append(order.id)
        order.lines[0].contract = made.id
        self.contracts[made.id] = made
        return made

    def bill(
        self, contract: Contract, at: int, order: Order | None, following: int, error: str = ""
    ) -> Attempt:
        """Charge for a contract, or fail to."""
        made = Attempt(self._id(), contract.id, at, at, order.id if order else None, error or None)
        contract.attempts.append(made)
        contract.updated, contract.following = at, following
        if order is not None:
            order.lines[0].contract = contract.id
            contract.orders.append(order.id)
        return made

    def set_contract(self, contract: Contract, at: int, status: str) -> None:
        self.changes += 1
        contract.status, contract.updated = status, at
        contract.revision += 1
        if status != "ACTIVE":
            contract.following = None

    def draft(self, at: int, lines: list[Line], **about: Any) -> Draft:
        """Write an order for somebody."""
        made = Draft(self._id(), len(self.drafts) + 1, at, at, lines, **about)
        self.drafts[made.id] = made
        return made

    def drop_metafield(self, one: Metafield) -> None:
        """Take a value away."""
        self.changes += 1
        del self.metafields[one.id]
        self.owned[one.owner].remove(one.id)

    def set_metafield(
        self, owner: str, namespace: str, key: str, kind: str, value: str, at: int
    ) -> Metafield:
        """Keep a value for an app."""
        for number in self.owned.get(owner, []):
            one = self.metafields[number]
            if (one.namespace, one.key) == (namespace, key):
                self.changes += (one.value, one.type) != (value, kind)
                one.value, one.type, one.updated = value, kind, at
                return one
        made = Metafield(self._id(), owner, namespace, key, kind, value, at, at)
        self.metafields[made.id] = made
        self.owned.setdefault(owner, []).append(made.id)
        return made
