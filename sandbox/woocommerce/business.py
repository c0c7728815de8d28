"""The studio's shop: rollers, oils, vouchers and deposits, bought by the people it knows.

A function of the seed: every purchase, past and future, is drawn at the start and written down
when its time has come, in the order of time.
"""

import heapq
from itertools import count
from random import Random
from typing import Any

from journeysync.sandbox.data.happenings import daytime
from journeysync.sandbox.data.people import person
from journeysync.sandbox.woocommerce.shop import Customer, Order, Shop
from journeysync.sandbox.world import DAY, HOUR, MINUTE

MANY = 5_000
"""Beyond so many customers everybody buys once: it is size that is wanted then."""
BUYS, REGISTERS = 0.6, 0.5
CARD = ("stripe", "Credit card")
TRANSFER = ("bacs", "Direct bank transfer")


class Business:
    """What happens in one shop."""

    def __init__(self, shop: Shop, opened: int) -> None:
        self.shop = shop
        self._ahead: list[tuple[int, int, str, dict[str, Any]]] = []
        self._order = count()
        self._accounts: dict[int, Customer] = {}
        self._orders: dict[int, Order] = {}
        world = shop.world
        for number in range(world.customers):
            self._draw(number, Random(world.seed * 9_176_351 + number), opened)
        heapq.heapify(self._ahead)

    def until(self, at: int) -> None:
        """Let everything happen up to an instant."""
        while self._ahead and self._ahead[0][0] <= at:
            then, _, what, details = heapq.heappop(self._ahead)
            self._happen(then, what, details)

    def _plan(self, at: int, what: str, **details: Any) -> None:
        self._ahead.append((at // 1000 * 1000, next(self._order), what, details))

    def _draw(self, number: int, rng: Random, now: int) -> None:
        """Make up what one customer buys."""
        brief = self.shop.world.customers > MANY
        if not brief and rng.random() > BUYS:
            return
        at = daytime(now - round(rng.uniform(5, 330) * DAY))
        registers = rng.random() < REGISTERS
        if registers:
            self._plan(at - 5 * MINUTE, "registered", who=number)
        for _ in range(1 if brief else rng.choice((1, 1, 2, 3, 5))):
            self._buy(number, rng, at, account=registers and rng.random() < 0.9)  # noqa: PLR2004
            at = daytime(at + round(rng.uniform(10, 120) * DAY))

    def _buy(self, number: int, rng: Random, at: int, *, account: bool) -> None:
        """Make up one purchase, or an attempt at one."""
        which = next(self._order)
        items = [(rng.choice((10, 11, 12, 13, 14)), rng.choice((1, 1, 2)))]
        if items[0][0] != 11 and rng.random() < 0.3:  # noqa: PLR2004 - a deposit comes alone
            items.append((12, 1))
        fate = rng.random()
        placed = {"which": which, "who": number, "items": items, "account": account}
        if fate < 0.1:  # noqa: PLR2004 - left in the cart
            self._plan(at, "drafted", **placed)
            return
        if fate < 0.15:  # noqa: PLR2004 - the card was refused
            self._plan(at, "refused", **placed)
            return
        transfer = fate < 0.3  # noqa: PLR2004
        self._plan(at, "on-hold" if transfer else "processing", **placed)
        if transfer and fate < 0.18:  # noqa: PLR2004 - never paid
            self._plan(at + 7 * DAY, "cancelled", which=which)
            return
        paid = at + round(rng.uniform(20, 60) * HOUR) if transfer else at
        if transfer:
            self._plan(paid, "received", which=which)
        done = daytime(paid + round(rng.uniform(6, 70) * HOUR))
        self._plan(done, "completed", which=which)
        if rng.random() < 0.12:  # noqa: PLR2004
            part = rng.choice(("part", "part", "all"))
            self._plan(daytime(done + 4 * DAY), "returned", which=which, part=part)

    def _happen(self, at: int, what: str, details: dict[str, Any]) -> None:
        shop = self.shop
        if what == "registered":
            one = person(details["who"])
            self._accounts[details["who"]] = shop.register(
                at, one.email, one.first, one.last, {"phone": one.phone, "city": one.city}
            )
        elif what in ("drafted", "refused", "on-hold", "processing"):
            self._orders[details["which"]] = self._placed(at, what, details)
        elif what == "returned":
            order = self._orders[details["which"]]
            amount = order.total if details["part"] == "all" else order.items[0]["total"]
            shop.refund(order, at, amount)
        else:
            status = {"received": "processing"}.get(what, what)
            shop.enter(self._orders[details["which"]], status, at)

    def _placed(self, at: int, what: str, details: dict[str, Any]) -> Order:
        one = person(details["who"])
        account = self._accounts.get(details["who"]) if details["account"] else None
        billing = {"first_name": one.first, "last_name": one.last, "email": one.email,
                   "phone": one.phone, "city": one.city, "country": "GB"}  # fmt: skip
        status = {"drafted": "checkout-draft", "refused": "failed"}.get(what, what)
        paid = status == "processing"
        return self.shop.place(
            at,
            status,
            details["items"],
            customer=account.id if account else 0,
            billing=billing,
            payment=CARD
            if paid or what == "refused"
            else TRANSFER
            if what == "on-hold"
            else ("", ""),
            transaction=f"pi_sandbox_{details['which']:06d}" if paid else "",
            via="store-api" if what == "drafted" else "checkout",
        )
