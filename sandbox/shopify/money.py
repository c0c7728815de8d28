"""How Shopify writes money: exact decimals, at least one digit after the point, two currencies."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Protocol

from journeysync.sandbox.shopify.things import ZERO

SHOP_CURRENCY = "GBP"
_WHOLE = frozenset({"JPY"})
_CENT, _ONE = Decimal("0.01"), Decimal(1)


class Priced(Protocol):
    """Whatever was priced for a buyer."""

    currency: str
    rate: Decimal


def amount(value: Decimal, currency: str = SHOP_CURRENCY) -> str:
    """Write an amount: `24.0`, `9.95`."""
    rounded = value.quantize(_ONE if currency in _WHOLE else _CENT, ROUND_HALF_UP)
    text = f"{rounded:f}".rstrip("0") if "." in f"{rounded:f}" else f"{rounded:f}."
    return f"{text}0" if text.endswith(".") else text


def money(value: Decimal, currency: str = SHOP_CURRENCY) -> dict[str, Any]:
    """Write an amount with its currency."""
    return {"amount": amount(value, currency), "currencyCode": currency}


def bag(of: Priced, value: Decimal) -> dict[str, Any]:
    """Write an amount as the shop and as the buyer see it."""
    shown = money(value) if of.currency == SHOP_CURRENCY else money(value * of.rate, of.currency)
    return {"shopMoney": money(value), "presentmentMoney": shown}


def tax(value: Decimal) -> Decimal:
    """The tax inside an amount: a fifth on top of what is left."""
    return (value / 6).quantize(_CENT, ROUND_HALF_UP) if value else ZERO
