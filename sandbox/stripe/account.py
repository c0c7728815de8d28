"""The pretend account: its objects as Stripe shows them, and the events that tell of them.

Every change leaves an event with the object as it was then, in the version of the API that the
account had then: an older one than anybody asks for. Events are kept for 30 days.
"""

from copy import deepcopy
from typing import Any

from journeysync.sandbox.stripe.intents import intents
from journeysync.sandbox.world import DAY, World

Thing = dict[str, Any]
LISTS = {
    "customer": "customers",
    "invoice": "invoices",
    "charge": "charges",
    "payment_intent": "payment_intents",
    "subscription": "subscriptions",
    "checkout.session": "checkout/sessions",
    "refund": "refunds",
    "dispute": "disputes",
    "event": "events",
}
_MARKS = {
    "customer": "cus", "invoice": "in", "charge": "ch", "payment_intent": "pi",
    "subscription": "sub", "checkout.session": "cs_live", "refund": "re", "dispute": "dp",
    "event": "evt",
}  # fmt: skip
_TELLS = {"subscription": "customer.subscription", "dispute": "charge.dispute"}
OLD_VERSION = "2019-12-03"
EVENTS_LAST = 30 * DAY


class Account:
    """All that the account holds."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.livemode = True
        self.things: dict[str, dict[str, Thing]] = {kind: {} for kind in LISTS}
        self.places: dict[str, int] = {}
        """Id -> place among all objects, for those of one second."""
        self.deleted: set[str] = set()
        """Customers who were: that much can still be asked."""
        self.changes = 0
        self._refunds: dict[str, list[Thing]] = {}
        self._listed: dict[str, tuple[int, list[Thing]]] = {}

    def add(
        self, kind: str, at: int, what: str = "created", number: str = "", **more: Any
    ) -> Thing:
        """Make an object, and tell of it."""
        self.changes += 1
        own = self.things[kind]
        number = number or f"{_MARKS[kind]}_{self.world.seed:02d}{len(self.places) + 1:010d}"
        made = {"id": number, "object": kind, "created": at // 1000, **more}
        if kind != "refund":
            made["livemode"] = self.livemode
        else:
            self._refunds.setdefault(made["charge"], []).append(made)
        own[number] = made
        self.places[number] = len(self.places)
        if kind != "event" and what:
            self.tell(made, what, at)
        return made

    def change(self, thing: Thing, at: int, what: str, **values: Any) -> None:
        """Change an object, and tell of it."""
        self.changes += 1
        thing.update(values)
        self.tell(thing, what, at)

    def tell(self, thing: Thing, what: str, at: int) -> None:
        """Leave an event."""
        kind = thing["object"]
        shown = deepcopy(thing)
        shown.pop("metadata", None)  # an old version may show less
        self.add(
            "event", at, api_version=OLD_VERSION, data={"object": shown}, pending_webhooks=0,
            request={"id": None, "idempotency_key": None}, type=f"{_TELLS.get(kind, kind)}.{what}",
        )  # fmt: skip

    def forget(self, thing: Thing, at: int) -> None:
        """Delete an object for good: a customer, or the draft of an invoice."""
        self.changes += 1
        self.tell(thing, "deleted", at)
        del self.things[thing["object"]][thing["id"]]
        if thing["object"] == "customer":
            self.deleted.add(thing["id"])

    def listed(self, kind: str) -> list[Thing]:
        """Give all of a kind, newest first."""
        made, found = self._listed.get(kind, (-1, []))
        if made != self.changes:
            if kind == "payment_intent":
                self.things[kind] = intents(reversed(self.listed("charge")))
                found = [*self.things[kind].values()][::-1]
            else:
                found = sorted(self.things[kind].values(), key=self._newest)
            self._listed[kind] = self.changes, found
        if kind == "event":
            since = (self.world.now - EVENTS_LAST) // 1000
            return [one for one in found if one["created"] > since]
        return found

    def refunds(self, charge: str) -> list[Thing]:
        """Give the refunds of a charge, newest first."""
        return sorted(self._refunds.get(charge, []), key=self._newest)

    def _newest(self, thing: Thing) -> tuple[int, int]:
        return -thing["created"], -self.places[thing["id"]]

    def find(self, number: str) -> Thing | None:
        """Find an object by its id, whatever it is."""
        if number.startswith("pi_"):
            self.listed("payment_intent")
        return next((own[number] for own in self.things.values() if number in own), None)
