"""The field mapping of Shopify shops: which moment of an order means which event, as values.

Says what rules there are; `normalise` applies them.
"""

import re
from collections.abc import Iterator
from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field

from journeysync.connectors.mapping_files import ANY, Globs, Kinds, Name, Part, fits, version
from journeysync.core.models import Scalar

NORMALISER = "2"
"""Raised whenever `normalise` reads a record differently: stored records are then read again."""

TOOL = "shopify"

_PATH = re.compile(r"[a-zA-Z]\w*(\.[a-zA-Z]\w*)*|metafield\.[\w$-]+(--[\w-]+)*\.[\w-]+", re.ASCII)


def _path(value: str | None) -> str | None:
    if value is not None and not _PATH.fullmatch(value):
        raise ValueError("a field is named as in Shopify's API, such as `defaultAddress.city`")
    return value


Paths = dict[Name, Annotated[str | None, AfterValidator(_path)]]
"""Attribute -> field of Shopify's API, a dot leads inside; `metafield.NAMESPACE.KEY` too."""


class OrderRule(Part):
    """What the moments of an order mean."""

    product: Globs = ANY
    """Name of any of its items."""
    sku: Globs = ANY
    tag: Globs = ANY
    source: Globs = ANY
    placed: Kinds = ()
    deposit: Kinds = ()
    paid: Kinds = ()
    failed: Kinds = ()
    shipped: Kinds = ()
    in_transit: Kinds = ()
    expected: Kinds = ()
    delivered: Kinds = ()
    completed: Kinds = ()
    cancelled: Kinds = ()
    refunded: Kinds = ()
    set: dict[Name, Scalar] = Field(default={})

    MOMENTS: ClassVar = (
        "placed", "deposit", "paid", "failed", "shipped", "in_transit", "expected", "delivered",
        "completed", "cancelled", "refunded",
    )  # fmt: skip
    FACTS: ClassVar = ("product", "sku", "tag", "source")

    def decides(self, facts: dict[str, list[str]]) -> bool:
        """Whether every pattern of the rule fits."""
        return all(
            getattr(self, key) == ANY or fits(getattr(self, key), *facts[key]) for key in self.FACTS
        )

    @property
    def fits_all(self) -> bool:
        """Whether no later rule can ever decide."""
        return all(getattr(self, key) == ANY for key in self.FACTS)


class Customers(Part):
    """Customers of the shop."""

    attributes: Paths = Field(default={})
    subscribed: Kinds = ()
    """Since when the e-mail address takes marketing, or does not."""
    unsubscribed: Kinds = ()


class Orders(Part):
    """Orders with their payments, parcels and refunds."""

    attributes: Paths = Field(default={})
    rules: tuple[OrderRule, ...] = ()


class Returns(Part):
    """Goods on their way back."""

    opened: Kinds = ()
    closed: Kinds = ()


class Checkouts(Part):
    """Checkouts that were begun."""

    attributes: Paths = Field(default={})
    abandoned_after: Annotated[int, Field(ge=1)] = 60
    """Minutes without a change after which one counts as abandoned."""
    created: Kinds = ()
    abandoned: Kinds = ()


class Drafts(Part):
    """Draft orders: what the staff wrote for somebody, and sent as an invoice."""

    attributes: Paths = Field(default={})
    invoiced: Kinds = ()


class Subscriptions(Part):
    """Subscription contracts of the app whose key is used."""

    attributes: Paths = Field(default={})
    started: Kinds = ()
    renewed: Kinds = ()
    failed: Kinds = ()
    cancelled: Kinds = ()


class ShopMapping(Part):
    """A whole mapping."""

    format: Annotated[int, Field(ge=1, le=1)] = 1
    customers: Customers = Customers()
    orders: Orders = Orders()
    returns: Returns = Returns()
    checkouts: Checkouts = Checkouts()
    drafts: Drafts = Drafts()
    subscriptions: Subscriptions = Subscriptions()

    @property
    def version(self) -> str:
        """Changes with the mapping and with what reads it."""
        return version(self, NORMALISER)

    def paths(self, stream: str) -> tuple[str, ...]:
        """Name the fields that a stream's attributes are taken from."""
        return tuple(sorted({path for path in getattr(self, stream).attributes.values() if path}))

    def gives(self, stream: str) -> frozenset[str]:
        """The event kinds that records of a stream can give under this mapping."""
        return frozenset(self._of[stream](self))

    def kinds(self) -> frozenset[str]:
        """The event kinds that records can give under this mapping."""
        return frozenset().union(*(self.gives(stream) for stream in self._of))

    def _customers(self) -> Iterator[str]:
        yield "person.created"
        yield from self.customers.subscribed
        yield from self.customers.unsubscribed

    def _orders(self) -> Iterator[str]:
        for rule in self.orders.rules:
            for moment in OrderRule.MOMENTS:
                yield from getattr(rule, moment)
            if rule.fits_all:
                break
        yield from self.returns.opened
        yield from self.returns.closed

    def _checkouts(self) -> Iterator[str]:
        yield from self.checkouts.created
        yield from self.checkouts.abandoned

    def _drafts(self) -> Iterator[str]:
        yield from self.drafts.invoiced

    def _subscriptions(self) -> Iterator[str]:
        told = self.subscriptions
        yield from (*told.started, *told.renewed, *told.failed, *told.cancelled)

    _of: ClassVar = {
        "customers": _customers,
        "orders": _orders,
        "checkouts": _checkouts,
        "drafts": _drafts,
        "subscriptions": _subscriptions,
    }
