"""The pretend shop: its accounts, orders and refunds, and what can be done to them.

Nearly every change moves an order's modification date, to the second; in a shop that keeps orders
as posts, few do. A note never does, nor a refund that is taken back. Knows nothing of HTTP.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from journeysync.sandbox.world import DAY, World

STATUSES = {
    "pending": "Pending payment",
    "processing": "Processing",
    "on-hold": "On hold",
    "completed": "Completed",
    "cancelled": "Cancelled",
    "refunded": "Refunded",
    "failed": "Failed",
    "checkout-draft": "Draft",
}
HIDDEN = ("trash", "auto-draft")
PRODUCTS = (
    (10, "Foam roller", "ROLL-1", "24.00"),
    (11, "Deposit for a course", "DEP-1", "50.00"),
    (12, "Massage oil", "OIL-1", "12.50"),
    (13, "Exercise band", "BAND-1", "9.90"),
    (14, "Gift voucher", "GIFT-1", "70.00"),
)
"""Id, name, SKU, price."""
_STREET = ("first_name", "last_name", "company", "address_1", "address_2", "city")
_REGION = ("state", "postcode", "country")


_BY_HAND = 1_000_001
"""The first id of what people add."""


class NoSuch(Exception):
    """There is no such record."""


@dataclass(slots=True)
class Customer:
    """An account."""

    id: int
    email: str
    first: str
    last: str
    created: int
    modified: int | None
    role: str = "customer"
    billing: dict[str, str] = field(default_factory=dict)
    paying: bool = False
    meta: list[dict[str, Any]] = field(default_factory=list)


@dataclass(slots=True)
class Refund:
    """Money given back."""

    id: int
    order: int
    created: int
    amount: str
    reason: str = ""


@dataclass(slots=True)
class Note:
    """What somebody wrote beside an order."""

    id: int
    created: int
    text: str


@dataclass(slots=True)
class Order:
    """An order, or the draft of one."""

    id: int
    status: str
    created: int
    modified: int
    items: list[dict[str, Any]]
    total: str
    currency: str = "GBP"
    customer: int = 0
    billing: dict[str, str] = field(default_factory=dict)
    paid: int | None = None
    completed: int | None = None
    payment: tuple[str, str] = ("", "")
    transaction: str = ""
    via: str = "checkout"
    meta: list[dict[str, Any]] = field(default_factory=list)
    refunds: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Subscription(Order):
    """An order that comes again; only a shop with the plugin has any."""

    cancelled: int | None = None
    ended: int | None = None


class Shop:
    """All that the shop holds."""

    def __init__(
        self,
        world: World,
        opened: int,
        products: tuple[tuple[int, str, str, str], ...] = PRODUCTS,
    ) -> None:
        self.world = world
        self.products = {one[0]: one for one in products}
        self.zone = ZoneInfo("Europe/London")
        self.slow = 0
        """Milliseconds that its clock is behind."""
        self.https = False
        """Whether WordPress believes that visitors come by https."""
        self.host = ""
        """The host that WordPress believes to have; empty: the one that is asked."""
        self.minds_clock = False
        """Whether signatures must be of this shop's time, as they must; the clock here may stand
        still in another year."""
        self.posts = False
        """Whether orders are kept as posts, as before WooCommerce 8 and in many shops since."""
        self.passwords = False
        """Whether WordPress' own application passwords are in use."""
        self.language = "en"
        self.read_only = False
        """Whether the key may only read."""
        self.all_refunds = True
        """Whether there is one list of all refunds, as since WooCommerce 9."""
        self.statuses = dict(STATUSES)
        self.unlisted: tuple[str, ...] = ()
        """Statuses that a plugin registered so that posts are left out of lists."""
        self.customers: dict[int, Customer] = {}
        self.orders: dict[int, Order] = {}
        self.refunds: dict[int, Refund] = {}
        self.subscriptions: dict[int, Subscription] | None = None
        """None: without the plugin there is no such address."""
        self.sold: list[Order] = []
        """Orders in the order in which they were paid."""
        self.given_back: list[Refund] = []
        self.changes = 0
        self.last_meta = 0
        self.notes: dict[int, list[Note]] = {}
        self.tracked: dict[int, list[dict[str, Any]]] | None = None
        """None: without the plugin there is no such address."""
        self.by_hand = False
        """Whether somebody works in the shop now: else things happen by themselves."""
        self._next = {False: 20, True: _BY_HAND}
        self._next_line = 1
        self._next_user = 2
        self.customers[1] = Customer(
            1, "admin@example.com", "", "", opened - 400 * DAY, None, "administrator"
        )

    @property
    def now(self) -> int:
        """What the shop's clock says."""
        return self.world.now - self.slow

    def customer(self, number: int) -> Customer:
        """Find an account."""
        if number not in self.customers:
            raise NoSuch
        return self.customers[number]

    def order(self, number: int) -> Order:
        """Find an order, trashed ones included."""
        if number not in self.orders:
            raise NoSuch
        return self.orders[number]

    # --- what happens ----------------------------------------------------------------------------

    def register(
        self, at: int, email: str, first: str, last: str, billing: dict[str, str] | None = None
    ) -> Customer:
        """Make an account."""
        self.changes += 1
        number, self._next_user = self._next_user, self._next_user + 1
        made = Customer(number, email, first, last, at, at, billing=dict(billing or {}))
        self.customers[number] = made
        return made

    def place(self, at: int, status: str, items: list[tuple[int, int]], **more: Any) -> Order:
        """Write down an order; items are (product id, quantity)."""
        self.changes += 1
        lines = [self._line(product, quantity) for product, quantity in items]
        total = sum((Decimal(line["total"]) for line in lines), Decimal("0.00"))
        made = Order(self._id(), status, at, at, lines, **{"total": f"{total:.2f}", **more})
        self.orders[made.id] = made
        if made.customer in self.customers:
            self.customers[made.customer].modified = at
        self.enter(made, status, at)
        return made

    def _line(self, product: int, quantity: int) -> dict[str, Any]:
        _, name, sku, price = self.products[product]
        number, self._next_line = self._next_line, self._next_line + 1
        total = f"{Decimal(price) * quantity:.2f}"
        return {"id": number, "name": name, "product_id": product, "quantity": quantity,
                "total": total, "sku": sku, "price": float(price)}  # fmt: skip

    def _id(self) -> int:
        """Give the next id; what people add takes none of what is yet to come.

        So the pretend Stripe, which draws the same orders, knows them by the same ids.
        """
        number = self._next[self.by_hand]
        self._next[self.by_hand] += 1
        return number

    def enter(self, order: Order, status: str, at: int) -> None:
        """Give an order a status, with the dates that come with it."""
        order.status = status
        if status in ("processing", "completed") and order.paid is None:
            order.paid = at
            self.sold.append(order)
            if order.customer in self.customers:
                self.customers[order.customer].paying = True
        if status == "completed":
            order.completed = at
        self.touch(order, at)

    def touch(self, order: Order, at: int, *, seen: bool = True) -> None:
        """Change something about an order; `seen`: also where it is kept as a post."""
        self.changes += 1
        if seen or not self.posts:
            order.modified = at

    def refund(self, order: Order, at: int, amount: str, reason: str = "") -> Refund:
        """Give money back; all of it ends the order."""
        made = Refund(self._id(), order.id, at, f"{Decimal(amount):.2f}", reason)
        self.refunds[made.id] = made
        order.refunds.append(made.id)
        self.given_back.append(made)
        back = sum((Decimal(self.refunds[one].amount) for one in order.refunds), Decimal(0))
        if back >= Decimal(order.total):
            order.status = "refunded"
        self.touch(order, at)
        return made

    def take_back(self, order: Order) -> None:
        """Delete the last refund of an order: its date of change and its status stay."""
        self.changes += 1
        if order.refunds:
            self.given_back.remove(self.refunds.pop(order.refunds.pop()))

    def note(self, order: Order, at: int, text: str) -> Note:
        """Write beside an order: its date of change does not move."""
        self.changes += 1
        made = Note(self._id(), at, text)
        self.notes.setdefault(order.id, []).append(made)
        return made

    def track(self, order: Order, at: int, **about: Any) -> dict[str, Any]:
        """Let a plugin keep a package."""
        made = {"tracking_id": f"{self._id():032x}", **about}
        self.tracked = self.tracked or {}
        self.tracked.setdefault(order.id, []).append(made)
        self.touch(order, at, seen=False)
        return made

    def subscribe(self, at: int, customer: int) -> Subscription:
        """Let an account subscribe."""
        self.changes += 1
        line = self._line(12, 1)
        made = Subscription(self._id(), "active", at, at, [line], line["total"], customer=customer)
        self.subscriptions = {**(self.subscriptions or {}), made.id: made}
        return made

    def end(self, one: Subscription, at: int) -> None:
        """Cancel a subscription."""
        one.cancelled = one.ended = at
        one.status = "cancelled"
        self.touch(one, at)

    def delete(self, order: Order) -> None:
        """Delete an order for good: nothing tells of it afterwards."""
        self.changes += 1
        for one in order.refunds:
            self.refunds.pop(one, None)
        del self.orders[order.id]

    def close_account(self, customer: Customer) -> None:
        """Delete an account; its orders become a guest's."""
        self.changes += 1
        del self.customers[customer.id]
        for order in self.orders.values():
            if order.customer == customer.id:
                order.customer = 0
                self.touch(order, self.now, seen=False)


def address(given: dict[str, str], *more: str, region: tuple[str, ...] = _REGION) -> dict[str, str]:
    """Write an address with all its fields, empty ones too."""
    return {name: given.get(name, "") for name in (*_STREET, *region, *more)}
