"""The field mapping of shops: which moment of an order means which event, as values.

Says what rules there are; `normalise` applies them.
"""

import re
from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from pydantic import Field, field_validator

from journeysync.connectors.mapping_files import (
    ANY,
    Globs,
    Kinds,
    Name,
    Named,
    Part,
    fits,
    version,
)
from journeysync.core.models import Scalar

NORMALISER = "3"
"""Raised whenever `normalise` reads a record differently: stored records are then read again."""

TOOL = "woocommerce"
_PATH = re.compile(r"[\w.-]+|\{order\}")


class StatusRule(Part):
    """What a status says of an order."""

    status: Globs
    is_: Literal["cart", "open", "order", "dropped"] = Field(default="order", alias="is")
    """`cart`: not sent off; `open`: sent off, a purchase only once it is paid; `order`: one;
    `dropped`: given up, and what is told of it is told only if it was a purchase."""
    events: Kinds = ()
    """What else it means that an order has the status, since its last change."""


class OrderRule(Part):
    """What the moments of an order mean."""

    product: Globs = ANY
    """Name of any of its items."""
    sku: Globs = ANY
    meta: Globs = ANY
    """Key of any of its meta data."""
    created_via: Globs = ANY
    cart: Kinds = ()
    abandoned: Kinds = ()
    placed: Kinds = ()
    paid: Kinds = ()
    completed: Kinds = ()
    refunded: Kinds = ()
    set: dict[Name, Scalar] = Field(default={})

    MOMENTS: ClassVar = ("cart", "abandoned", "placed", "paid", "completed", "refunded")


class DateRule(Part):
    """A date that a plugin keeps in an order's meta data."""

    meta: str
    date: str = ""
    """The key inside, where a plugin keeps a list of packages; empty: the value itself."""
    events: Kinds


class NoteRule(Part):
    """A note that a plugin, or a person, writes beside an order."""

    note: Globs
    """What it says."""
    events: Kinds


class Tracking(Part):
    """The addresses of tracking plugins, below `/wp-json`."""

    path: str
    """Such as `wc-shipment-tracking/v3/orders/{order}/shipment-trackings`."""
    date: str
    """The key of the day in each row."""
    events: Kinds

    @field_validator("path")
    @classmethod
    def _below(cls, value: str) -> str:
        parts = value.strip("/").split("/")
        plain = all(_PATH.fullmatch(one) and one != ".." for one in parts)
        if "{order}" not in parts or not plain:
            raise ValueError("a path such as `wc-shipment-tracking/v3/orders/{order}/trackings`")
        return "/".join(parts)


class Customers(Part):
    """Accounts of the shop."""

    attributes: Named = Field(default={})


class Orders(Part):
    """Orders, carts and refunds."""

    attributes: Named = Field(default={})
    abandoned_after: Annotated[int, Field(ge=1)] = 60
    """Minutes without a change after which a cart counts as abandoned."""
    statuses: tuple[StatusRule, ...] = ()
    rules: tuple[OrderRule, ...] = ()
    dates: tuple[DateRule, ...] = ()
    notes: tuple[NoteRule, ...] = ()
    """A call for each order that changed, so there is none as shipped."""
    tracking: tuple[Tracking, ...] = ()
    """As `notes`."""

    def status(self, slug: str) -> StatusRule | None:
        """Find the rule that speaks of a status."""
        return next((one for one in self.statuses if fits(one.status, slug)), None)

    def is_purchase(self, slug: str, *, paid: bool) -> bool:
        """Whether an order of that status was placed; a cart never was, whatever it says."""
        rule = self.status(slug)
        stands = rule.is_ if rule else "open"
        return stands == "order" or (paid and stands != "cart")


class Subscriptions(Part):
    """Subscriptions of the plugin WooCommerce Subscriptions."""

    started: Kinds = ()
    cancelled: Kinds = ()


class ShopMapping(Part):
    """A whole mapping."""

    format: Annotated[int, Field(ge=1, le=1)] = 1
    customers: Customers = Customers()
    orders: Orders = Orders()
    subscriptions: Subscriptions = Subscriptions()

    @property
    def version(self) -> str:
        """Changes with the mapping and with what reads it."""
        return version(self, NORMALISER)

    def kinds(self) -> frozenset[str]:
        """The event kinds that records can give under this mapping."""
        return frozenset({"person.created", *self._mapped()})

    def _mapped(self) -> Iterator[str]:
        for rule in self.orders.rules:
            for moment in OrderRule.MOMENTS:
                yield from getattr(rule, moment)
            if all(getattr(rule, key) == ANY for key in ("product", "sku", "meta", "created_via")):
                break
        for status in self.orders.statuses:
            yield from status.events
        for told in (self.orders.dates, self.orders.notes, self.orders.tracking):
            for one in told:
                yield from one.events
        yield from self.subscriptions.started
        yield from self.subscriptions.cancelled

    def meta_keys(self) -> tuple[str, ...]:
        """The keys of meta data that any rule asks for, as patterns."""
        rules = [glob for rule in self.orders.rules if rule.meta != ANY for glob in rule.meta]
        paths = self.orders.attributes.values()
        named = [path.split(".", 1)[1] for path in paths if path and path.startswith("meta.")]
        return tuple(sorted({*rules, *named, *(one.meta for one in self.orders.dates)}))
