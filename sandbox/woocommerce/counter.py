"""The counter of a pretend shop: writes what its customers buy down as orders.

Parcels and promised days are kept in the orders' meta data, as plugins do.
"""

from typing import Any

from journeysync.sandbox.agenda import Agenda
from journeysync.sandbox.data.businesses import house_of
from journeysync.sandbox.data.happenings import Happening, Story
from journeysync.sandbox.data.people import person
from journeysync.sandbox.woocommerce.business import CARD
from journeysync.sandbox.woocommerce.shop import Order, Shop
from journeysync.sandbox.world import World

SEEN = frozenset({"carted", "bought", "refused", "sent", "arrived", "returned", "refunded"})
PROMISED, DELIVERED, RETURN = "_promised_for", "_delivered_on", "_return_asked_on"
PARCELS = "_wc_shipment_tracking_items"


class Counter:
    """What happens in one shop whose stories are told."""

    def __init__(self, world: World, opened: int) -> None:
        self.shop = Shop(world, opened, house_of(world).products)
        self._orders: dict[tuple[int, int], Order] = {}
        self._agenda = Agenda(world, self._write, SEEN)
        self._open = False

    def until(self, at: int) -> None:
        """Let everything happen up to an instant."""
        if not self._open:
            self._agenda.open()
            self._open = True
        self._agenda.until(at)

    def _write(self, story: Story, happening: Happening) -> None:
        at, what, details = happening.at, happening.what, happening.details
        key = (story.number, details["order"])
        if what in ("carted", "bought", "refused"):
            self._orders[key] = self._placed(story, at, what, details)
            return
        order = self._orders[key]
        if what == "sent":
            self._note(order, at, PARCELS, [{"date_shipped": _seconds(at)}])
        elif what == "arrived":
            self._note(order, at, DELIVERED, _seconds(at))
            self.shop.enter(order, "completed", at)
        elif what == "returned":
            self._note(order, at, RETURN, _seconds(at))
        else:
            self.shop.refund(order, at, order.total)

    def _note(self, order: Order, at: int, key: str, value: Any) -> None:
        order.meta.append({"id": len(order.meta) + 1, "key": key, "value": value})
        self.shop.touch(order, at)

    def _placed(self, story: Story, at: int, what: str, details: dict[str, Any]) -> Order:
        one = person(story.number)
        billing = {"first_name": one.first, "last_name": one.last, "email": one.email,
                   "phone": one.phone, "city": one.city, "country": "GB"}  # fmt: skip
        carted, bought = what == "carted", what == "bought"
        status = {"carted": "checkout-draft", "refused": "failed"}.get(what, "processing")
        made = self.shop.place(
            at,
            status,
            list(details["items"]),
            billing=billing,
            payment=("", "") if carted else CARD,
            transaction=f"pi_sandbox_{story.number:05d}{details['order']}" if bought else "",
            via="store-api" if carted else "checkout",
        )
        if "promised" in details:
            self._note(made, at, PROMISED, _seconds(details["promised"]))
        return made


def _seconds(at: int) -> str:
    return str(at // 1000)
