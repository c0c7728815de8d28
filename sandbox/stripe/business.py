"""The studio's money: memberships, deposits and invoices, and the cards that its shop charged.

A function of the seed. The shop's card payments are those of the pretend shop of the same world,
with the number of the order in their metadata: one purchase, seen by two tools.
"""

import heapq
from itertools import count
from random import Random
from typing import Any

from journeysync.sandbox.data.businesses import house_of
from journeysync.sandbox.data.happenings import daytime
from journeysync.sandbox.data.people import person
from journeysync.sandbox.stripe.account import Account, Thing
from journeysync.sandbox.stripe.desk import Desk
from journeysync.sandbox.stripe.follow import Cards
from journeysync.sandbox.stripe.takings import takings
from journeysync.sandbox.world import DAY, HOUR

MANY = 5_000
FEE = 3900
AT_THE_DESK = 6200
MONTHS = 8


class Business:
    """What happens in one account."""

    def __init__(self, account: Account, opened: int) -> None:
        self.account = account
        self._desk = Desk(account)
        self._ahead: list[tuple[int, int, str, dict[str, Any]]] = []
        self._order = count()
        self._things: dict[tuple[str, int], Thing] = {}
        world = account.world
        self._cards = Cards(self._desk, takings(world, opened), house_of(world).name)
        for number in range(min(world.customers, MANY)):
            self._draw(number, Random(world.seed * 5_915_587 + number), opened)
        heapq.heapify(self._ahead)

    def until(self, at: int) -> None:
        """Let everything happen up to an instant, and the shop beside it."""
        while self._ahead and self._ahead[0][0] <= at:
            then, _, what, details = heapq.heappop(self._ahead)
            self._cards.follow(then)
            self._happen(then, what, details)
        self._cards.follow(at)

    def _plan(self, at: int, what: str, **details: Any) -> None:
        self._ahead.append((at // 1000 * 1000, next(self._order), what, details))

    def _draw(self, number: int, rng: Random, now: int) -> None:
        """Make up what one customer pays beside the shop."""
        fate = rng.random()
        at = daytime(now - round(rng.uniform(10, 300) * DAY))
        if fate < 0.2:  # noqa: PLR2004 - a member
            self._plan(at, "joined", who=number)
            for month in range(1, rng.randrange(2, MONTHS)):
                self._plan(at + month * 30 * DAY, "renewed", who=number)
            if rng.random() < 0.5:  # noqa: PLR2004
                self._plan(at + (MONTHS * 30 - 3) * DAY, "left", who=number)
        elif fate < 0.35:  # noqa: PLR2004 - a course: a deposit, then the rest
            self._plan(at, "booked", who=number)
            self._plan(at + 5 * HOUR, "deposited", who=number)
            self._plan(at + 9 * DAY, "billed", who=number)
            if rng.random() < 0.8:  # noqa: PLR2004
                self._plan(at + round(rng.uniform(10, 40) * DAY), "settled", who=number)
        elif fate < 0.42:  # noqa: PLR2004 - a page for paying, left
            self._plan(at, "looked", who=number)
            self._plan(at + DAY, "expired", who=number)
        elif fate < 0.5:  # noqa: PLR2004 - at the terminal
            self._plan(at, "paid", who=number)
            if rng.random() < 0.2:  # noqa: PLR2004
                self._plan(at + 6 * DAY, "disputed", who=number)

    def _happen(self, at: int, what: str, details: dict[str, Any]) -> None:
        getattr(self, f"_{what}")(at, details["who"])

    def _known(self, at: int, who: int) -> Thing:
        """Make a customer of somebody."""
        one = person(who)
        made = self._desk.customer(at, one.email, f"{one.first} {one.last}", one.phone, one.city)
        self._things["customer", who] = made
        return made

    def _joined(self, at: int, who: int) -> None:
        self._things["member", who] = self._desk.subscribe(at, self._known(at, who), FEE)

    def _renewed(self, at: int, who: int) -> None:
        self._desk.renew(at, self._things["member", who], FEE)

    def _left(self, at: int, who: int) -> None:
        self._desk.cancel(at, self._things["member", who])

    def _booked(self, at: int, who: int) -> None:
        told = {"type": "deposit"}
        made = self._desk.invoice(at, self._known(at, who), 5000, "Course", metadata=told)
        self._desk.finalise(at, made)
        self._things["deposit", who] = made

    def _deposited(self, at: int, who: int) -> None:
        self._desk.pay(at, self._things["deposit", who])

    def _billed(self, at: int, who: int) -> None:
        customer = self._things["customer", who]
        made = self._desk.invoice(at, customer, 19500, "Course, final invoice")
        self._desk.finalise(at, made)
        self._things["final", who] = made

    def _settled(self, at: int, who: int) -> None:
        self._desk.pay(at, self._things["final", who])

    def _looked(self, at: int, who: int) -> None:
        one = person(who)
        name = f"{one.first} {one.last}"
        self._things["page", who] = self._desk.leave_checkout(at, 7000, one.email, name)

    def _expired(self, at: int, who: int) -> None:
        self._desk.expire(at, self._things["page", who])

    def _paid(self, at: int, who: int) -> None:
        one = person(who)
        payer = {"email": one.email, "name": f"{one.first} {one.last}", "phone": one.phone or None}
        self._things["card", who] = self._desk.charge(at, AT_THE_DESK, payer)

    def _disputed(self, at: int, who: int) -> None:
        self._desk.dispute(at, self._things["card", who])
