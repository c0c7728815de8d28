"""One record opened: its dates, its amounts, and the events made of them. Pure.

Amounts are the shop's own unless only the customer's are in the workspace's currency; what is in
neither keeps its currency and is called foreign.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from journeysync.connectors import money
from journeysync.connectors.shopify.contents import inside, instant, text
from journeysync.connectors.shopify.mapping import ShopMapping
from journeysync.core.models import Event, PersonRecord, RawRecord, Scalar

GUEST = "guest"


@dataclass(frozen=True, slots=True)
class Under:
    """What records are read under."""

    mapping: ShopMapping
    currency: str | None = None
    test_orders: bool = False


@dataclass(frozen=True, slots=True)
class Amount:
    """How much, of what."""

    value: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Facts:
    """One record under one mapping."""

    record: RawRecord
    under: Under

    @property
    def content(self) -> Any:
        return self.record.content

    @property
    def person(self) -> str:
        """The person record; empty where nobody is named."""
        known = self.content["customer"] or self.content.get("guest")
        return f"{self.record.key.tool}:{known}" if known else ""

    def guests(self) -> tuple[PersonRecord, ...]:
        """Return the one who bought and has no record in the shop, if there is one."""
        guest = self.content.get("guest")
        if not guest:
            return ()
        email, phone = text(self.content.get("email")), text(self.content.get("phone"))
        person = PersonRecord(
            tool=self.record.key.tool,
            type=GUEST,
            id=guest,
            created_at=self.at("createdAt"),
            emails=(email,) if email else (),
            phones=(phone,) if phone else (),
            first_name=text(inside(self.content, "billingAddress.firstName")),
            last_name=text(inside(self.content, "billingAddress.lastName")),
            gathered=True,
        )
        return (person,)

    def at(self, name: str) -> datetime | None:
        return instant(self.content.get(name))

    def amount(self, bag: object) -> Amount | None:
        """Choose between the shop's money and the customer's."""
        both = bag if isinstance(bag, dict) else {}
        seen, own = _amount(both.get("presentmentMoney")), self.under.currency
        shop = _amount(both.get("shopMoney")) or seen
        return seen if own and seen and shop and _same(seen, own) > _same(shop, own) else shop

    def named(self, name: str, amount: Amount) -> dict[str, Scalar]:
        """Write an amount in the digits of its currency."""
        value = money.in_digits_of(amount.value, amount.currency)
        return {**money.named(name, value, amount.currency, self.under.currency)}

    def money(self, amount: Amount | None) -> dict[str, Scalar]:
        """Write an amount with its currency."""
        if amount is None:
            return {}
        return {**self.named("amount", amount), "currency": amount.currency}

    def attributes(self, names: Mapping[str, str | None]) -> dict[str, Scalar]:
        """Take over what the mapping names."""
        found = self.content["attributes"]
        return {name: found[path] for name, path in names.items() if path and path in found}

    def items(self) -> dict[str, Scalar]:
        """Count pieces."""
        counts = [money.decimal(text(one.get("quantity"))) for one in self.content["lineItems"]]
        return {"items": money.text(sum((one for one in counts if one), Decimal(0)))}

    def events(
        self,
        kinds: tuple[str, ...],
        at: datetime | None,
        attributes: Mapping[str, Scalar],
        *,
        mark: str = "",
    ) -> Iterator[Event]:
        """Make events of the person behind the record."""
        key = self.record.key
        if at is None or not self.person:
            return
        for kind in kinds:
            yield Event(
                f"{key}:{kind}" + (f":{mark}" if mark else ""),
                key.tool,
                kind,
                at,
                self.person,
                key.type,
                key.id,
                attributes,
            )


def _amount(found: object) -> Amount | None:
    if not isinstance(found, dict):
        return None
    value = money.decimal(text(found.get("amount")))
    return None if value is None else Amount(value, text(found.get("currencyCode")))


def _same(amount: Amount, currency: str) -> bool:
    return amount.currency.upper() == currency.upper()
