"""What an order says: its purchase, payments, parcels, refunds and returns. Pure.

Ids of events are made of the order, the kind and the payment, parcel or refund they are about, so
they stay whatever else happens to the order.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

from journeysync.connectors.shopify.contents import Row, instant, number, text
from journeysync.connectors.shopify.facts import Amount, Facts
from journeysync.connectors.shopify.mapping import OrderRule
from journeysync.core.models import Event, Reading, Scalar, SetAside

_PAID, _GIVEN_BACK = "PAID", ("PARTIALLY_REFUNDED", "REFUNDED")
_DONE = ("FULFILLED", "FULFILLMENT_NOT_REQUIRED")
_SALE = "SALE"
_TAKEN = (_SALE, "CAPTURE")
_ASKED = (*_TAKEN, "AUTHORIZATION")
_AT_ONCE = timedelta(hours=1)
"""A voucher and a card pay for one order within minutes: neither of them is a deposit."""
_NO_RULE = OrderRule()


class _Payment(NamedTuple):
    at: datetime
    value: Decimal
    kind: str


def reading(facts: Facts) -> Reading:
    """Say what an order means."""
    if facts.content.get("test") is True and not facts.under.test_orders:
        return Reading()
    order = _Order(facts)
    return Reading(
        people=facts.guests(), events=tuple(order.events()), set_aside=tuple(order.set_aside())
    )


class _Order:
    """One order under one mapping."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._content = facts.content
        self._total = facts.amount(self._content.get("totalPriceSet"))

    @cached_property
    def _rule(self) -> OrderRule:
        """The first rule that fits."""
        items = self._content["lineItems"]
        facts = {
            "product": [text(item.get("name")) for item in items],
            "sku": [text(item.get("sku")) for item in items],
            "tag": [text(one) for one in self._content.get("tags") or ()],
            "source": [text(self._content.get("sourceName"))],
        }
        rules = self._facts.under.mapping.orders.rules
        return next((rule for rule in rules if rule.decides(facts)), _NO_RULE)

    @cached_property
    def _common(self) -> dict[str, Scalar]:
        return self._facts.attributes(self._facts.under.mapping.orders.attributes) | (
            self._facts.items()
        )

    @property
    def _bought(self) -> datetime | None:
        """When; an order that was brought in from elsewhere was made later than that."""
        return self._facts.at("processedAt") or self._facts.at("createdAt")

    def events(self) -> Iterator[Event]:
        rule, whole = self._rule, self._facts.money(self._total)
        reason = text(self._content.get("cancelReason")).lower()
        taken = self._taken()
        if taken or not self._content.get("cancelledAt"):
            yield from self._tell(rule.placed, self._bought, whole)
        yield from self._payments(taken)
        yield from self._parcels()
        yield from self._tell(
            rule.cancelled,
            self._facts.at("cancelledAt"),
            whole | ({"reason": reason} if reason else {}),
        )
        yield from self._refunds()
        yield from self._returns()

    def _tell(
        self,
        kinds: tuple[str, ...],
        at: datetime | None,
        more: dict[str, Scalar],
        mark: str = "",
    ) -> Iterator[Event]:
        attributes = self._common | more | self._rule.set
        yield from self._facts.events(kinds, at, attributes, mark=mark)

    # --- money -----------------------------------------------------------------------------------

    def _payments(self, taken: list[_Payment]) -> Iterator[Event]:
        whole = self._facts.money(self._total)
        for one in self._content["transactions"]:
            if one.get("kind") in _ASKED and one.get("status") in ("FAILURE", "ERROR"):
                reason = text(one.get("errorCode")).lower()
                more = self._facts.money(self._facts.amount(one.get("amountSet")))
                more |= {"reason": reason} if reason else {}
                yield from self._tell(self._rule.failed, _done(one), more, number(one))
        if taken and self._total and taken[0].kind == _SALE:
            first = taken[0].at + _AT_ONCE
            came = sum((one.value for one in taken if one.at <= first), Decimal(0))
            if came < self._total.value:
                more = self._facts.money(Amount(came, self._total.currency))
                yield from self._tell(self._rule.deposit, taken[0].at, more)
        yield from self._tell(self._rule.paid, self._paid_at(taken), whole)

    def _taken(self) -> list[_Payment]:
        """List what came in, oldest first, in the currency of the total."""
        found = [
            (_done(one), self._facts.amount(one.get("amountSet")), one["kind"])
            for one in self._content["transactions"]
            if one.get("kind") in _TAKEN and one.get("status") == "SUCCESS"
        ]
        return sorted(
            _Payment(at, amount.value, kind)
            for at, amount, kind in found
            if at and amount and self._total and amount.currency == self._total.currency
        )

    def _paid_at(self, taken: list[_Payment]) -> datetime | None:
        """Say when nothing was open any more; None: something is."""
        status = self._content.get("displayFinancialStatus")
        if status != _PAID and status not in _GIVEN_BACK:
            return None
        came = Decimal(0)
        for one in taken:
            came += one.value
            if self._total and came >= self._total.value:
                return one.at
        if status != _PAID:
            return None  # money of an order that was never paid in full went back
        # What no payment paid, such as an order that was made smaller afterwards.
        return taken[-1].at if taken else self._bought

    def _refunds(self) -> Iterator[Event]:
        given, total = Decimal(0), self._total
        dated = [(_done(one), one) for one in self._content["refunds"]]
        known = [(at, one) for at, one in dated if at]
        for at, one in sorted(known, key=lambda pair: (pair[0], int(number(pair[1]) or 0))):
            amount = self._facts.amount(one.get("totalRefundedSet"))
            if amount is None or not amount.value:
                continue  # goods were taken back, or a line taken out, and no money given
            more = self._facts.money(amount)
            if total and amount.currency == total.currency:
                given += amount.value
                more["full"] = given >= total.value
                more |= self._facts.named("net", Amount(total.value - given, total.currency))
            yield from self._tell(self._rule.refunded, at, more, number(one))

    # --- goods -----------------------------------------------------------------------------------

    def _parcels(self) -> Iterator[Event]:
        rule, whole = self._rule, self._facts.money(self._total)
        good = [
            one
            for one in self._content["fulfillments"]
            if text(one.get("status")) in ("SUCCESS", "")
        ]
        for one in good:
            moments = (
                (rule.shipped if _is_sent(one) else (), "createdAt"),
                (rule.in_transit, "inTransitAt"),
                (rule.expected, "estimatedDeliveryAt"),
                (rule.delivered, "deliveredAt"),
            )
            for kinds, name in moments:
                yield from self._tell(kinds, instant(one.get(name)), whole, number(one))
        if self._content.get("displayFulfillmentStatus") in _DONE:
            ends = [_ended(one) for one in good]
            known = [at for at in ends if at]
            if known and len(known) == len(ends):
                yield from self._tell(rule.completed, max(known), whole)

    def _returns(self) -> Iterator[Event]:
        told = self._facts.under.mapping.returns
        for one in self._content["returns"]:
            if one.get("status") in ("DECLINED", "CANCELED"):
                continue
            pieces = text(one.get("totalQuantity"))
            more: dict[str, Scalar] = {"items": pieces} if pieces else {}
            for kinds, name in ((told.opened, "createdAt"), (told.closed, "closedAt")):
                yield from self._tell(kinds, instant(one.get(name)), more, number(one))

    # --- what could not be read ------------------------------------------------------------------

    def set_aside(self) -> Iterator[SetAside]:
        record = str(self._facts.record.key)
        if self._bought is None:
            yield SetAside(record, "BAD_DATE", "The order has no date.")
        if self._total is None:
            yield SetAside(record, "BAD_AMOUNT", "The order's total is no number.")
        if any(_done(one) is None for one in self._content["refunds"]):
            yield SetAside(record, "BAD_REFUND", "One of the order's refunds has no date.")


def _ended(parcel: Row) -> datetime | None:
    """Say when something reached the customer: what nobody tracks, when it was handed over."""
    arrived = instant(parcel.get("deliveredAt"))
    tracked = any(text(one.get("number")) for one in parcel.get("trackingInfo") or ())
    return arrived if _is_sent(parcel) and tracked else arrived or instant(parcel.get("createdAt"))


def _is_sent(parcel: Row) -> bool:
    return parcel.get("requiresShipping") is not False


def _done(one: Row) -> datetime | None:
    """Say when a payment or refund was made; some keep only when they were written down."""
    return instant(one.get("processedAt")) or instant(one.get("createdAt"))
