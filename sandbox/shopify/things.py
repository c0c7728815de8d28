"""What a shop holds: customers, orders and all that hangs on them, as plain values.

Amounts are in the shop's currency; instants are milliseconds, whole seconds of them.
"""

from dataclasses import dataclass, field
from decimal import Decimal

Address = dict[str, str]
ZERO = Decimal(0)


@dataclass(slots=True)
class Metafield:
    """A value that an app keeps at an owner."""

    id: int
    owner: str
    namespace: str
    key: str
    type: str
    value: str
    created: int
    updated: int


@dataclass(slots=True)
class Customer:
    """Somebody with a record; guests have none."""

    id: int
    created: int
    updated: int
    email: str = ""
    first: str = ""
    last: str = ""
    phone: str = ""
    address: Address = field(default_factory=dict)
    tags: list[str] = field(default_factory=list)
    note: str | None = None
    marketing: str = "NOT_SUBSCRIBED"
    account: str = "DISABLED"
    orders: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Line:
    """What was ordered; `left` is what of it has neither been sent nor given back."""

    id: int
    title: str
    sku: str | None
    quantity: int
    price: Decimal
    gift: bool = False
    ships: bool = True
    current: int = 0
    left: int = 0
    contract: int | None = None

    @property
    def total(self) -> Decimal:
        return self.price * self.quantity


@dataclass(slots=True)
class Transaction:
    """Money that moved, or did not."""

    id: int
    order: int
    created: int
    kind: str
    status: str
    amount: Decimal
    gateway: str
    parent: int | None = None
    payment: str = ""
    error: str | None = None

    @property
    def brought(self) -> bool:
        """Whether money came in by it."""
        return self.kind in ("SALE", "CAPTURE") and self.status == "SUCCESS"


@dataclass(slots=True)
class Fulfillment:
    """A parcel, or something handed over."""

    id: int
    order: int
    number: int
    created: int
    updated: int
    lines: list[tuple[int, int]]
    """Line and quantity."""
    status: str = "SUCCESS"
    tracking: dict[str, str] | None = None
    events: list[tuple[int, str, int]] = field(default_factory=list)
    """Id, status, instant."""

    def when(self, status: str) -> int | None:
        """Give the first instant of a status."""
        return next((at for _, what, at in self.events if what == status), None)


@dataclass(slots=True)
class Refund:
    """Money given back, or goods taken back without any."""

    id: int
    order: int
    created: int
    amount: Decimal
    lines: list[tuple[int, int]]
    note: str = ""
    back: int | None = None
    """The return it belongs to."""
    transactions: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Return:
    """Goods on their way back."""

    id: int
    order: int
    number: int
    created: int
    quantity: int
    status: str = "OPEN"
    closed: int | None = None
    refunds: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Order:
    """An order."""

    id: int
    number: int
    created: int
    updated: int
    lines: list[Line]
    processed: int = 0
    imported: str = ""
    """What an importer wrote as the time of the purchase, sense or not."""
    customer: int | None = None
    email: str = ""
    phone: str = ""
    currency: str = "GBP"
    """What the buyer saw and paid in."""
    rate: Decimal = Decimal(1)
    shipping: Decimal = ZERO
    discount: Decimal = ZERO
    codes: list[str] = field(default_factory=list)
    billing: Address = field(default_factory=dict)
    tags: list[str] = field(default_factory=list)
    note: str | None = None
    source: str = "web"
    po_number: str | None = None
    test: bool = False
    cancelled: int | None = None
    reason: str | None = None
    closed: int | None = None
    transactions: list[Transaction] = field(default_factory=list)
    fulfillments: list[Fulfillment] = field(default_factory=list)
    refunds: list[Refund] = field(default_factory=list)
    returns: list[Return] = field(default_factory=list)

    @property
    def total(self) -> Decimal:
        """What was asked for at first."""
        return sum((line.total for line in self.lines), ZERO) + self.shipping - self.discount

    @property
    def received(self) -> Decimal:
        """What came in."""
        return sum((one.amount for one in self.transactions if one.brought), ZERO)

    @property
    def refunded(self) -> Decimal:
        return sum((one.amount for one in self.refunds), ZERO)

    @property
    def current(self) -> Decimal:
        """What is asked for after refunds and removals."""
        if self.cancelled is not None and not self.received:
            return ZERO
        return max(self.total - self.refunded, ZERO)

    def line(self, number: int) -> Line:
        return next(one for one in self.lines if one.id == number)


@dataclass(slots=True)
class Checkout:
    """A checkout that was begun, with something in it."""

    id: int
    number: int
    created: int
    updated: int
    lines: list[Line]
    customer: int | None = None
    address: Address = field(default_factory=dict)
    completed: int | None = None
    currency: str = "GBP"
    rate: Decimal = Decimal(1)


@dataclass(slots=True)
class Attempt:
    """One try at charging for a subscription."""

    id: int
    contract: int
    created: int
    completed: int | None = None
    order: int | None = None
    error: str | None = None


@dataclass(slots=True)
class Contract:
    """A subscription."""

    id: int
    created: int
    updated: int
    customer: int | None
    origin: int | None
    price: Decimal
    status: str = "ACTIVE"
    following: int | None = None
    attempts: list[Attempt] = field(default_factory=list)
    orders: list[int] = field(default_factory=list)
    revision: int = 1


@dataclass(slots=True)
class Draft:
    """An order that the staff wrote, before it is one."""

    id: int
    number: int
    created: int
    updated: int
    lines: list[Line]
    customer: int | None = None
    email: str = ""
    sent: int | None = None
    completed: int | None = None
    order: int | None = None
    po_number: str | None = None
    tags: list[str] = field(default_factory=list)

    @property
    def total(self) -> Decimal:
        return sum((line.total for line in self.lines), ZERO)
