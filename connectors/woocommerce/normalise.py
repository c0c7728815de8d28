"""What a shop's records say: people and events. Pure.

Everything needed stands in the record's content and in the mapping, so stored records can be read
again under another mapping. Ids of events are made of the order, the kind and, for refunds, the
refund's own id.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from journeysync.connectors import money
from journeysync.connectors.mapping_files import ANY, fits
from journeysync.connectors.woocommerce.contents import CUSTOMER, GUEST, ORDER, SUBSCRIPTION
from journeysync.connectors.woocommerce.mapping import OrderRule, ShopMapping, StatusRule
from journeysync.connectors.woocommerce.times import parse_any, parse_gmt
from journeysync.core.instants import to_micros
from journeysync.core.models import Event, PersonRecord, RawRecord, Reading, Scalar, SetAside

_NOTHING = OrderRule()


def normalise(record: RawRecord, mapping: ShopMapping, currency: str | None) -> Reading:
    """Say what a record means; amounts in another currency than that are not called `amount`."""
    if record.deleted:
        return Reading()
    return _BY_TYPE[record.key.type](record, mapping, currency)


def _customer(record: RawRecord, mapping: ShopMapping, _currency: str | None) -> Reading:
    content: Any = record.content
    created = parse_gmt(content["date_created_gmt"])
    person = PersonRecord(
        tool=record.key.tool,
        type=CUSTOMER,
        id=record.key.id,
        created_at=created,
        emails=_unique(content["email"], content["billing"]["email"]),
        phones=_unique(content["billing"]["phone"]),
        first_name=content["first_name"],
        last_name=content["last_name"],
        attributes=_attributes(content, mapping.customers.attributes),
    )
    name = person.name
    events = (
        [Event(f"{name}:person.created", person.tool, "person.created", created, name)]
        if created
        else []
    )
    return Reading(people=(person,), events=tuple(events))


def _guest(record: RawRecord, _mapping: ShopMapping, _currency: str | None) -> Reading:
    content: Any = record.content
    person = PersonRecord(
        tool=record.key.tool,
        type=GUEST,
        id=record.key.id,
        emails=_unique(content["email"]),
        phones=_unique(content["phone"]),
        first_name=content["first_name"],
        last_name=content["last_name"],
    )
    return Reading(people=(person,))


def _unique(*texts: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one for one in texts if one))


def _attributes(content: Mapping[str, Any], names: Mapping[str, str | None]) -> dict[str, Scalar]:
    found = content["attributes"]
    return {name: found[path] for name, path in names.items() if path and path in found}


# --- orders --------------------------------------------------------------------------------------


def _order(record: RawRecord, mapping: ShopMapping, currency: str | None) -> Reading:
    order = _Order(record, mapping, currency)
    events = order.events() if "who" in record.content else ()
    # Two rules may tell one fact, such as a status and a plugin that both say "shipped".
    unique: dict[str, Event] = {}
    for event in events:
        unique.setdefault(event.id, event)
    paid = record.content.get("transaction_id")
    return Reading(
        events=tuple(unique.values()),
        set_aside=tuple(order.set_aside()),
        tells=(str(paid),) if paid and "who" in record.content else (),
    )


@dataclass(frozen=True)
class _Order:
    """One order under one mapping."""

    record: RawRecord
    mapping: ShopMapping
    currency: str | None

    @property
    def content(self) -> Any:
        return self.record.content

    def at(self, name: str) -> datetime | None:
        return parse_gmt(self.content[f"date_{name}_gmt"])

    @cached_property
    def status(self) -> StatusRule | None:
        """The rule that speaks of the order's status."""
        return self.mapping.orders.status(self.content["status"])

    @cached_property
    def rule(self) -> OrderRule:
        """The first rule that fits the order."""
        items = self.content["items"]
        facts = {
            "product": [item["name"] or "" for item in items],
            "sku": [item["sku"] or "" for item in items],
            "meta": list(self.content["meta"]),
            "created_via": [self.content["created_via"]],
        }
        return next(
            (
                rule
                for rule in self.mapping.orders.rules
                if all(
                    getattr(rule, key) == ANY or fits(getattr(rule, key), *texts)
                    for key, texts in facts.items()
                )
            ),
            _NOTHING,
        )

    def events(self) -> Iterator[Event]:
        created, changed, paid = self.at("created"), self.at("modified"), self.at("paid")
        rule, status = self.rule, self.status
        if status and status.is_ == "cart":
            yield from self._events(rule.cart, created)
            if last := changed or created:
                pause = timedelta(minutes=self.mapping.orders.abandoned_after)
                yield from self._events(rule.abandoned, last + pause)
            return
        bought = self.mapping.orders.is_purchase(self.content["status"], paid=paid is not None)
        if bought:
            # An order brought in from elsewhere may have been paid before it was made.
            placed = created or paid
            yield from self._events(rule.placed, placed)
            yield from self._events(rule.paid, paid and placed and max(paid, placed))
            yield from self._events(rule.completed, self.at("completed"))
            yield from self._refunds(rule)
        if status and (bought or status.is_ != "dropped"):
            yield from self._events(status.events, changed or created)
        yield from self._dated()
        yield from self._beside()

    def _refunds(self, rule: OrderRule) -> Iterator[Event]:
        total = money.decimal(self.content["total"])
        given = Decimal(0)
        refunds = [(parse_gmt(one["date_created_gmt"]), one) for one in self.content["refunds"]]
        dated = [(at, one) for at, one in refunds if at]
        for at, one in sorted(dated, key=lambda pair: (pair[0], int(pair[1]["id"] or 0))):
            amount = money.decimal(one["amount"])
            if amount is not None:
                given += abs(amount)
            more: dict[str, Scalar] = {"full": total is not None and given >= total}
            if amount is not None:
                more |= self._money(abs(amount), total)
            if total is not None:
                more |= self._named("net", money.as_long_as(total - given, total))
            yield from self._events(rule.refunded, at, mark=one["id"], more=more)

    def _dated(self) -> Iterator[Event]:
        """Tell the dates that plugins keep; of several packages, each."""
        for rule in self.mapping.orders.dates:
            kept = self.content["meta"].get(rule.meta)
            for one in kept if isinstance(kept, list) else [kept]:
                value = one.get(rule.date) if rule.date and isinstance(one, Mapping) else one
                at = parse_any(value) if isinstance(value, str | int) else None
                mark = f"{to_micros(at) // 1_000_000}" if at and isinstance(kept, list) else ""
                yield from self._events(rule.events, at, mark=mark)

    def _beside(self) -> Iterator[Event]:
        """Tell what notes and the addresses of tracking plugins say."""
        section = self.mapping.orders
        for note in self.content.get("notes", ()):
            rule = next((one for one in section.notes if fits(one.note, note["note"])), None)
            if rule:
                at = parse_gmt(note["date_created_gmt"])
                yield from self._events(rule.events, at, mark=f"note-{note['id']}")
        for told in section.tracking:
            for value in self.content.get("tracking", {}).get(told.path, ()):
                if at := parse_any(value):
                    mark = f"{to_micros(at) // 1_000_000}"
                    yield from self._events(told.events, at, mark=mark)

    def _events(
        self,
        kinds: tuple[str, ...],
        at: datetime | None,
        *,
        mark: str = "",
        more: Mapping[str, Scalar] | None = None,
    ) -> Iterator[Event]:
        if at is None:
            return
        key = self.record.key
        attributes = {**self.common, **(more or {}), **self.rule.set}
        for kind in kinds:
            yield Event(
                f"{key}:{kind}" + (f":{mark}" if mark else ""),
                key.tool,
                kind,
                at,
                f"{key.tool}:{self.content['who']}",
                ORDER,
                key.id,
                attributes,
            )

    @cached_property
    def common(self) -> dict[str, Scalar]:
        found = _attributes(self.content, self.mapping.orders.attributes)
        meta = self.content["meta"]
        for name, path in self.mapping.orders.attributes.items():
            value = meta.get(path.removeprefix("meta.")) if path else None
            if path and path.startswith("meta.") and isinstance(value, str | int | float):
                found[name] = value
        counts = [money.decimal(item["quantity"]) for item in self.content["items"]]
        found["items"] = money.text(sum((one for one in counts if one), Decimal(0)))
        total = money.decimal(self.content["total"])
        return found | ({} if total is None else self._money(total, total))

    def _money(self, amount: Decimal, like: Decimal | None) -> dict[str, Scalar]:
        """Write an amount with its currency, with as many digits as the order's total."""
        amount = amount if like is None else money.as_long_as(amount, like)
        return {**self._named("amount", amount), "currency": self.content["currency"]}

    def _named(self, name: str, amount: Decimal) -> dict[str, Scalar]:
        return {**money.named(name, amount, self.content["currency"], self.currency)}

    def set_aside(self) -> Iterator[SetAside]:
        """Say what of the order could not be read."""
        record = str(self.record.key)
        status = self.content["status"]
        if self.status is None:
            yield SetAside(
                record,
                "UNKNOWN_STATUS",
                f"No rule of the field mapping names the order status `{status}`, so the order "
                f"counts as a purchase only if it is paid. Add to `orders: statuses:` a line such "
                f"as `- {{status: {status}, is: order}}`.",
            )
        if self.at("created") is None:
            yield SetAside(record, "BAD_DATE", "The order has no date of creation.")
        if money.decimal(self.content["total"]) is None:
            yield SetAside(record, "BAD_AMOUNT", "The order's total is no number.")
        if any(parse_gmt(one["date_created_gmt"]) is None for one in self.content["refunds"]):
            yield SetAside(
                record, "BAD_REFUND", "The shop keeps no date of one of the order's refunds."
            )


def _subscription(record: RawRecord, mapping: ShopMapping, currency: str | None) -> Reading:
    content: Any = record.content
    if "who" not in content or content["status"] == "pending":
        return Reading()
    total = money.decimal(content["total"])
    attributes: dict[str, Scalar] = {"currency": content["currency"]}
    if total is not None:
        attributes |= money.named("amount", total, content["currency"], currency)
    left = parse_gmt(content["cancelled_date_gmt"])
    if left is None and content["status"] in ("cancelled", "expired"):
        left = parse_gmt(content["end_date_gmt"])
    section = mapping.subscriptions
    moments = ((section.started, parse_gmt(content["start_date_gmt"])), (section.cancelled, left))
    key = record.key
    events = tuple(
        Event(
            f"{key}:{kind}", key.tool, kind, at, f"{key.tool}:{content['who']}",
            SUBSCRIPTION, key.id, attributes,
        )
        for kinds, at in moments
        for kind in kinds
        if at
    )  # fmt: skip
    return Reading(events=events)


_BY_TYPE: Mapping[str, Callable[[RawRecord, ShopMapping, str | None], Reading]] = {
    CUSTOMER: _customer,
    GUEST: _guest,
    ORDER: _order,
    SUBSCRIPTION: _subscription,
}
