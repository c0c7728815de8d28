"""Charges and refunds the cards of a pretend shop beside it, in the order of time."""

from typing import TYPE_CHECKING, Protocol

from journeysync.sandbox.stripe.desk import Desk
from journeysync.sandbox.woocommerce.shop import Shop

if TYPE_CHECKING:
    from journeysync.sandbox.stripe.account import Thing


class Sales(Protocol):
    """A shop in which something happens."""

    shop: Shop

    def until(self, at: int) -> None:
        """Let everything happen up to an instant."""


class Cards:
    """The card payments of one shop in one account."""

    def __init__(self, desk: Desk, sales: Sales, name: str) -> None:
        self._desk = desk
        self._sales = sales
        self._name = name
        self._charged: dict[int, Thing] = {}

    def follow(self, at: int) -> None:
        """Write down what the shop's cards paid and got back up to then."""
        self._sales.until(at)
        shop = self._sales.shop
        for order in shop.sold:
            if order.transaction and order.paid is not None:
                billing = order.billing
                payer = {"email": billing["email"], "phone": billing["phone"] or None,
                         "name": f"{billing['first_name']} {billing['last_name']}"}  # fmt: skip
                self._charged[order.id] = self._desk.charge(
                    order.paid, _minor(order.total), payer, payment_intent=order.transaction,
                    description=f"{self._name} - Order {order.id}",
                    metadata={"order_id": str(order.id)},
                )  # fmt: skip
        for back in shop.given_back:
            if back.order in self._charged:
                self._desk.refund(back.created, self._charged[back.order], _minor(back.amount))
        shop.sold.clear()
        shop.given_back.clear()


def _minor(amount: str) -> int:
    return int(amount.replace(".", ""))
