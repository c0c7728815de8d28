"""What the cards of the business's shop paid and got back, whichever pretend shop it is.

One purchase, seen by two tools: the shop and Stripe draw it from the same seed, each for itself.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

from journeysync.sandbox.shopify.business import Business as ShopifyBusiness
from journeysync.sandbox.shopify.money import amount
from journeysync.sandbox.shopify.shop import Shop as ShopifyShop
from journeysync.sandbox.shopify.things import Order, Transaction
from journeysync.sandbox.woocommerce.business import Business as WooBusiness
from journeysync.sandbox.woocommerce.shop import Shop as WooShop
from journeysync.sandbox.world import World

_WHOLE = frozenset({"JPY"})


@dataclass(frozen=True, slots=True)
class Taking:
    """A payment, or money that went back for one."""

    at: int
    payment: str
    order: str
    minor: int
    currency: str = "gbp"
    payer: dict[str, Any] | None = None
    """None: it went back."""


class Takings(Protocol):
    """A shop's card payments."""

    def until(self, at: int) -> Iterator[Taking]:
        """Tell what came since one was told before."""


class Sales(Protocol):
    """A pretend WooCommerce in which something happens."""

    shop: WooShop

    def until(self, at: int) -> None:
        """Let everything happen up to an instant."""


class WooTakings:
    """Those of the pretend WooCommerce."""

    def __init__(self, sales: Sales) -> None:
        self._shop = sales.shop
        self._sales = sales

    def until(self, at: int) -> Iterator[Taking]:
        self._sales.until(at)
        for one in self._shop.sold:
            if one.transaction and one.paid is not None:
                by = one.billing
                payer = {"email": by["email"], "phone": by["phone"] or None,
                         "name": f"{by['first_name']} {by['last_name']}"}  # fmt: skip
                yield Taking(one.paid, one.transaction, str(one.id), _minor(one.total), payer=payer)
        for back in self._shop.given_back:
            order = self._shop.orders[back.order]
            if order.transaction:
                yield Taking(back.created, order.transaction, str(back.order), _minor(back.amount))
        self._shop.sold.clear()
        self._shop.given_back.clear()


class ShopifyTakings:
    """Those of the pretend Shopify: in the buyer's currency, a deposit and the rest apart."""

    def __init__(self, world: World, opened: int) -> None:
        self._shop = ShopifyShop(world)
        self._business = ShopifyBusiness(self._shop, opened)

    def until(self, at: int) -> Iterator[Taking]:
        self._business.until(at)
        for order, paid in self._shop.paid:
            payer = {"email": order.email or None, "phone": order.phone or None,
                     "name": order.billing.get("name")}  # fmt: skip
            yield Taking(
                paid.created, paid.payment, str(order.id), _paid(order, paid),
                order.currency.lower(), None if paid.kind == "REFUND" else payer,
            )  # fmt: skip
        self._shop.paid.clear()


def takings(world: World, opened: int) -> Takings:
    """Choose the shop: Shopify where it is served and WooCommerce is not."""
    if "shopify" in world.tools and "woocommerce" not in world.tools:
        return ShopifyTakings(world, opened)
    return WooTakings(WooBusiness(WooShop(world, opened), opened))


def _paid(order: Order, paid: Transaction) -> int:
    shown = Decimal(amount(paid.amount * order.rate, order.currency))
    return int(shown if order.currency in _WHOLE else shown * 100)


def _minor(text: str) -> int:
    return int(text.replace(".", ""))
