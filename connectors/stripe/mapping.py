"""The field mapping of Stripe: which moment of an invoice or payment means which event, as values.

Says what rules there are; `normalise` applies them.
"""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar

from pydantic import Field

from journeysync.connectors.mapping_files import (
    ANY,
    Globs,
    Kinds,
    Name,
    Part,
    fits,
    version,
)
from journeysync.core.models import Scalar

NORMALISER = "3"
"""Raised whenever `normalise` reads a record differently: stored records are then read again."""

TOOL = "stripe"


class Rule(Part):
    """What the moments of an invoice or a payment mean."""

    metadata: dict[str, Globs] = Field(default={})
    """Key -> what it holds; `?*` is anything but nothing."""
    description: Globs = ANY
    """Of the thing itself, or of any of an invoice's lines."""
    product: Globs = ANY
    """Id of the product of any of an invoice's lines."""
    set: dict[Name, Scalar] = Field(default={})

    MOMENTS: ClassVar[tuple[str, ...]] = ()

    def decides(self, facts: Mapping[str, Any]) -> bool:
        """Whether every pattern of the rule fits."""
        held = facts["metadata"]
        return (
            all(fits(globs, held.get(key, "")) for key, globs in self.metadata.items())
            and (self.description == ANY or fits(self.description, *facts["descriptions"]))
            and (self.product == ANY or fits(self.product, *facts["products"]))
        )

    @property
    def fits_all(self) -> bool:
        """Whether no later rule can ever decide."""
        return not self.metadata and self.description == ANY and self.product == ANY


class InvoiceRule(Rule):
    """What the moments of an invoice mean."""

    billing_reason: Globs = ANY
    sent: Kinds = ()
    paid: Kinds = ()
    overdue: Kinds = ()

    MOMENTS = ("sent", "paid", "overdue")

    def decides(self, facts: Mapping[str, Any]) -> bool:
        """Whether every pattern of the rule fits."""
        reason = facts["billing_reason"]  # some invoices have none
        told = reason if isinstance(reason, str) else ""
        return super().decides(facts) and fits(self.billing_reason, told)

    @property
    def fits_all(self) -> bool:
        """Whether no later rule can ever decide."""
        return super().fits_all and self.billing_reason == ANY


class PaymentRule(Rule):
    """What the moments of a payment without an invoice mean."""

    paid: Kinds = ()
    refunded: Kinds = ()
    failed: Kinds = ()
    disputed: Kinds = ()

    MOMENTS = ("paid", "refunded", "failed", "disputed")


class Customers(Part):
    """Customers."""

    attributes: dict[Name, str | None] = Field(default={})


class Invoices(Part):
    """Invoices."""

    attributes: dict[Name, str | None] = Field(default={})
    rules: tuple[InvoiceRule, ...] = ()


class Payments(Part):
    """Charges: payments and attempts."""

    attributes: dict[Name, str | None] = Field(default={})
    shop_order: Annotated[Globs, Field(default=())]
    """Keys of metadata that hold the number of a shop's order."""
    rules: tuple[PaymentRule, ...] = ()


class Subscriptions(Part):
    """Subscriptions."""

    attributes: dict[Name, str | None] = Field(default={})
    started: Kinds = ()
    cancelled: Kinds = ()


class Checkouts(Part):
    """Checkout sessions."""

    expired: Kinds = ()


class StripeMapping(Part):
    """A whole mapping."""

    format: Annotated[int, Field(ge=1, le=1)] = 1
    customers: Customers = Customers()
    invoices: Invoices = Invoices()
    payments: Payments = Payments(shop_order=())
    subscriptions: Subscriptions = Subscriptions()
    checkouts: Checkouts = Checkouts()

    @property
    def version(self) -> str:
        """Changes with the mapping and with what reads it."""
        return version(self, NORMALISER)

    def kinds(self) -> frozenset[str]:
        """The event kinds that records can give under this mapping."""
        return frozenset({"person.created", *self._mapped()})

    def _mapped(self) -> Iterator[str]:
        for rules in (self.invoices.rules, self.payments.rules):
            for rule in rules:
                for moment in rule.MOMENTS:
                    yield from getattr(rule, moment)
                if rule.fits_all:
                    break
        yield from self.subscriptions.started
        yield from self.subscriptions.cancelled
        yield from self.checkouts.expired
