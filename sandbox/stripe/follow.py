"""Charges and refunds the cards of a pretend shop beside it, in the order of time."""

from typing import TYPE_CHECKING

from journeysync.sandbox.stripe.desk import Desk
from journeysync.sandbox.stripe.takings import Takings

if TYPE_CHECKING:
    from journeysync.sandbox.stripe.account import Thing


class Cards:
    """The card payments of one shop in one account."""

    def __init__(self, desk: Desk, takings: Takings, name: str) -> None:
        self._desk = desk
        self._takings = takings
        self._name = name
        self._charged: dict[str, Thing] = {}

    def follow(self, at: int) -> None:
        """Write down what the shop's cards paid and got back up to then."""
        for one in self._takings.until(at):
            if one.payer is None:
                self._desk.refund(one.at, self._charged[one.payment], one.minor)
                continue
            self._charged[one.payment] = self._desk.charge(
                one.at, one.minor, one.payer, currency=one.currency, payment_intent=one.payment,
                description=f"{self._name} - Order {one.order}",
                metadata={"order_id": one.order},
            )  # fmt: skip
