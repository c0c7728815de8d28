"""What an account's records say: people and events. Pure.

Everything needed stands in the record's content and in the mapping. Ids of events are made of the
object, the kind and, for refunds, the refund's own id. A payment for an invoice is told by the
invoice; only what the invoice does not tell (refunds, failures) comes from the payment.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from journeysync.connectors import money
from journeysync.connectors.mapping_files import fits
from journeysync.connectors.stripe.contents import (
    CHECKOUT,
    CUSTOMER,
    DISPUTE,
    GUEST,
    INVOICE,
    PAYMENT,
    SUBSCRIPTION,
)
from journeysync.connectors.stripe.mapping import InvoiceRule, PaymentRule, Rule, StripeMapping
from journeysync.connectors.stripe.odd import aside, instant, whole_number
from journeysync.core.models import Event, PersonRecord, RawRecord, Reading, Scalar

R = TypeVar("R", bound=Rule)


@dataclass(frozen=True, slots=True)
class Under:
    """What records are read under."""

    mapping: StripeMapping
    currency: str | None = None
    shop: str | None = None
    """The tool whose orders it tells itself."""


def normalise(record: RawRecord, under: Under) -> Reading:
    """Say what a record means."""
    if record.deleted:
        return Reading()
    if record.key.type in _PEOPLE:
        return _PEOPLE[record.key.type](record, under)
    events: tuple[Event, ...] = ()
    if "who" in record.content:
        events = tuple(_EVENTS[record.key.type](_Facts(record, under)))
    return Reading(
        events=events,
        set_aside=tuple(aside(record)),
        tells=_payments_of(record),
        known_as=_names_of(record, under.shop),
    )


def _payments_of(invoice: RawRecord) -> tuple[str, ...]:
    """List the payments that an invoice tells."""
    content: Any = invoice.content
    told = invoice.key.type == INVOICE and content["status"] != "draft"
    return tuple(content.get("payments", ())) if told else ()


def _names_of(record: RawRecord, shop: str | None) -> tuple[str, ...]:
    """List the ids by which a shop or an invoice may name a payment, or that of a dispute."""
    content: Any = record.content
    if record.key.type == PAYMENT:
        number, payment = record.key.id, content
    elif record.key.type == DISPUTE:
        number, payment = content["charge"], content["payment"]
    else:
        return ()
    if shop:
        return _unique(number, payment["intent"])
    # An invoice names both; a payment that names its invoice need not be found.
    return () if payment["invoice"] else _unique(payment["intent"] or number)


def _customer(record: RawRecord, under: Under) -> Reading:
    content: Any = record.content
    created = instant(content["created"])
    first, last = _names(content["name"])
    found = content["attributes"]
    person = PersonRecord(
        tool=record.key.tool,
        type=CUSTOMER,
        id=record.key.id,
        created_at=created,
        emails=_unique(content["email"]),
        phones=_unique(content["phone"]),
        first_name=first,
        last_name=last,
        attributes={
            name: found[path]
            for name, path in under.mapping.customers.attributes.items()
            if path in found
        },
    )
    name = person.name
    made = (Event(f"{name}:person.created", person.tool, "person.created", created, name),) if (
        created
    ) else ()  # fmt: skip
    return Reading(people=(person,), events=made)


def _guest(record: RawRecord, _under: Under) -> Reading:
    content: Any = record.content
    first, last = _names(content["name"])
    person = PersonRecord(
        tool=record.key.tool,
        type=GUEST,
        id=record.key.id,
        emails=_unique(content["email"]),
        phones=_unique(content["phone"]),
        first_name=first,
        last_name=last,
    )
    return Reading(people=(person,))


def _names(name: object) -> tuple[str, str]:
    """Cut a name at its last space: Stripe keeps it in one piece."""
    first, _, last = str(name or "").strip().rpartition(" ")
    return first, last


def _unique(*values: object) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(one) for one in values if one))


# --- events --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Facts:
    """One object, opened."""

    record: RawRecord
    under: Under

    @property
    def content(self) -> Any:
        return self.record.content

    def at(self, name: str) -> datetime | None:
        return instant(self.content.get(name))

    def money(self, value: object, name: str = "amount") -> dict[str, Scalar]:
        """Write an amount in major units, with its currency."""
        currency = str(self.content["currency"] or "").upper()
        amount = money.from_minor(value, currency)
        if amount is None:
            return {}
        return {**money.named(name, amount, currency, self.under.currency), "currency": currency}

    def attributes(self, names: Mapping[str, str | None]) -> dict[str, Scalar]:
        found = self.content["attributes"]
        return {name: found[path] for name, path in names.items() if path and path in found}

    def rule(self, rules: Sequence[R], nothing: R) -> R:
        """Find the first rule that fits."""
        return next((one for one in rules if one.decides(self.content)), nothing)

    def events(
        self,
        kinds: tuple[str, ...],
        at: datetime | None,
        attributes: Mapping[str, Scalar],
        *,
        mark: str = "",
        subject: tuple[str, str] | None = None,
    ) -> Iterator[Event]:
        """Make events of the person behind the object."""
        key = self.record.key
        kind_of, number = subject or (key.type, key.id)
        if at is None:
            return
        for kind in kinds:
            yield Event(
                f"{key}:{kind}" + (f":{mark}" if mark else ""),
                key.tool,
                kind,
                at,
                f"{key.tool}:{self.content['who']}",
                kind_of,
                number,
                attributes,
            )


def _invoice(facts: _Facts) -> Iterator[Event]:
    content = facts.content
    section = facts.under.mapping.invoices
    rule = facts.rule(section.rules, InvoiceRule())
    common = facts.attributes(section.attributes) | rule.set
    if content["subscription"]:
        common["subscription"] = content["subscription"]
    due = facts.at("due_date")
    # What is paid was paid at some time, even if an old or odd invoice does not say when.
    paid = facts.at("paid_at") or facts.at("finalized_at") or facts.at("created")
    total = common | facts.money(content["total"])
    yield from facts.events(rule.sent, facts.at("finalized_at"), total)
    if content["status"] == "paid":
        came = content["amount_paid"]
        if content.get("paid_out_of_band"):
            came = came or content["amount_due"]  # in cash, say: nothing came through Stripe
        yield from facts.events(rule.paid, paid, common | facts.money(came))
    late = content["status"] == "paid" and paid and due and paid > due
    if late or content["status"] in ("open", "uncollectible"):
        yield from facts.events(rule.overdue, due, total)


def _payment(facts: _Facts) -> Iterator[Event]:
    content = facts.content
    rule = facts.rule(facts.under.mapping.payments.rules, PaymentRule())
    if _shop_order(facts, content):
        return  # the shop tells of its own orders
    common, subject = _payment_attributes(facts, content), _subject(facts, content)
    amount = whole_number(content["amount_captured"]) or whole_number(content["amount"])
    common |= rule.set
    if content["status"] == "failed":
        code = content["failure_code"]
        more: dict[str, Scalar] = {"reason": str(code)} if code else {}
        whole = common | facts.money(content["amount"]) | more
        yield from facts.events(rule.failed, facts.at("created"), whole, subject=subject)
        return
    if content["status"] != "succeeded" or not content["captured"]:
        return  # what was only set aside on a card and then let go was neither paid nor refunded
    if not _invoice_of(facts, content):
        whole = common | facts.money(amount)
        yield from facts.events(rule.paid, facts.at("created"), whole, subject=subject)
    yield from _refunds(facts, rule, common, subject, amount)


def _refunds(
    facts: _Facts,
    rule: PaymentRule,
    common: Mapping[str, Scalar],
    subject: tuple[str, str],
    total: int,
) -> Iterator[Event]:
    """Tell each refund that gave money back."""
    given = 0
    for one in _given_back(facts.content):
        given += whole_number(one["amount"])
        more: dict[str, Scalar] = {"full": given >= total}
        more |= facts.money(one["amount"]) | facts.money(total - given, "net")
        yield from facts.events(
            rule.refunded,
            instant(one["created"]),
            {**common, **more},
            mark=one["id"],
            subject=subject,
        )


_VOID = ("failed", "canceled", "requires_action")
"""Refunds that gave nothing back, or not yet: their receiver must say where the money goes."""


def _given_back(content: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """List the refunds in the order of time.

    Where less is captured than was set aside, Stripe writes a refund of the rest. No money moved,
    so it has no entry in the books.
    """
    found = [one for one in content["refunds"] if one["status"] not in _VOID]
    found.sort(key=lambda one: (whole_number(one["created"]), str(one["id"])))
    let_go = whole_number(content["amount"]) - whole_number(content["amount_captured"])
    if content["amount_captured"] and let_go:
        fits_it = (
            number
            for number, one in enumerate(found)
            if one["amount"] == let_go and not one.get("balance_transaction")
        )
        del found[(first := next(fits_it, len(found))) : first + 1]
    return found


def _payment_attributes(facts: _Facts, payment: Mapping[str, Any]) -> dict[str, Scalar]:
    """Name the invoice, or the shop's order, that a payment is for."""
    found = facts.attributes(facts.under.mapping.payments.attributes)
    if invoice := _invoice_of(facts, payment):
        found["invoice"] = invoice
    if order := _shop_order(facts, payment):
        found["order"] = order
    return found


def _shop_order(facts: _Facts, payment: Mapping[str, Any]) -> str:
    """Name the order that a shop's payment is for; empty where it is no shop's.

    The shop's own word counts for more than what it left in the payment's metadata.
    """
    shop = facts.under.shop
    if not shop:
        return ""
    told = next((one for one in facts.record.told_by if one.startswith(f"{shop}:")), "")
    held = payment["metadata"]
    globs = facts.under.mapping.payments.shop_order
    key = min((key for key in held if held[key] and fits(globs, key)), default="")
    return told or (f"{shop}:{held[key]}" if key else "")


def _invoice_of(facts: _Facts, payment: Mapping[str, Any]) -> str:
    """Name the invoice that a payment is for: by its own word, or else by the invoice's."""
    own = f"{facts.record.key.tool}:"
    told = (one.removeprefix(own) for one in facts.record.told_by if one.startswith(own))
    return payment["invoice"] or next(told, "")


def _subject(facts: _Facts, payment: Mapping[str, Any]) -> tuple[str, str]:
    """Say what a payment is about: all attempts of one intent are about the same."""
    if invoice := _invoice_of(facts, payment):
        return INVOICE, invoice
    return PAYMENT, payment["intent"] or facts.content.get("charge") or facts.record.key.id


def _subscription(facts: _Facts) -> Iterator[Event]:
    section = facts.under.mapping.subscriptions
    if facts.content["status"] in ("incomplete", "incomplete_expired"):
        return
    common = facts.attributes(section.attributes)
    yield from facts.events(section.started, facts.at("start_date") or facts.at("created"), common)
    left = facts.at("canceled_at") or facts.at("ended_at")
    yield from facts.events(section.cancelled, left, common)


def _checkout(facts: _Facts) -> Iterator[Event]:
    if facts.content["status"] == "expired" and facts.content.get("mode") != "setup":
        told = facts.money(facts.content["amount_total"])
        yield from facts.events(facts.under.mapping.checkouts.expired, facts.at("expires_at"), told)


def _dispute(facts: _Facts) -> Iterator[Event]:
    payment = facts.content["payment"]
    rules = facts.under.mapping.payments.rules
    rule = next((one for one in rules if one.decides(payment)), PaymentRule())
    common = _payment_attributes(facts, payment) | rule.set
    common |= facts.money(facts.content["amount"])
    for name in ("reason", "status"):
        if told := facts.content[name]:
            common[name] = str(told)
    yield from facts.events(
        rule.disputed, facts.at("created"), common, subject=_subject(facts, payment)
    )


_PEOPLE: Mapping[str, Callable[[RawRecord, Under], Reading]] = {
    CUSTOMER: _customer,
    GUEST: _guest,
}
_EVENTS: Mapping[str, Callable[[_Facts], Iterator[Event]]] = {
    INVOICE: _invoice,
    PAYMENT: _payment,
    SUBSCRIPTION: _subscription,
    CHECKOUT: _checkout,
    DISPUTE: _dispute,
}
