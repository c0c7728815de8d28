"""A month in a Shopify shop, read at random moments, ends as a full reading does.

Orders made, touched, paid, part-refunded, sent, delivered, sent back, cancelled and deleted,
several in one second, by a clock that somebody sets now and then. `JOURNEYSYNC_MONTHS=20` runs more
of them.
"""

import os
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest
from shopify_shop import Shelf, Store, everything, store, turn_many_pages

from journeysync.connectors.shopify.connector import Shopify

SEEDS = range(int(os.environ.get("JOURNEYSYNC_MONTHS", "1")))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_month_of_changes_ends_as_a_full_reading(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    rng = Random(seed)
    turn_many_pages(monkeypatch)
    with store(tmp_path, customers=10) as here:
        month = Month(here, rng)
        tool, shelf = here.connect(bulk_from=rng.choice((5, 10_000))), Shelf()
        marks: dict[str, datetime] = {}
        unset = True
        for _day in range(30):
            for _ in range(rng.randrange(6)):
                month.something()
            if unset and rng.random() < 0.2:
                unset = False  # what is set and set back between two readings, nobody can know
                here.edit("shop", "set", slow=60 * rng.choice((0, 0, 10, 300, -20)))
            if rng.random() < 0.4:
                _read(tool, shelf, marks, here.now)
                unset = True
            here.admin("POST", "/advance", {"days": rng.choice((0.0, 0.0001, 0.4, 2))})
        here.admin("POST", "/advance", {"days": 1})
        _read(tool, shelf, marks, here.now)

        assert len(month.orders) > 20
        assert shelf.all == everything(here.connect(bulk_from=10_000), here.now)


def _read(tool: Shopify, shelf: Shelf, marks: dict[str, datetime], now: datetime) -> None:
    for stream in tool.streams:
        shelf.take(stream, tool.read(stream, marks.get(stream), now))
        marks[stream] = now - tool.lag


class Month:
    """What happens in the shop."""

    def __init__(self, here: Store, rng: Random) -> None:
        self._here = here
        self._rng = rng
        self.orders: list[str] = []
        self._customers: list[str] = []
        self._contracts: list[str] = []
        self._checkouts: list[str] = []

    def something(self) -> None:
        if not self.orders or self._rng.random() < 0.35:
            for _ in range(3):
                self._make()
            return
        rare = (self._make_customer, self._subscribe, self._touch_customer, self._leave, self._bill)
        self._rng.choice((*rare, *[self._work] * 8))()

    def _make(self) -> None:
        email = self._rng.choice(("ana@example.com", "Ana@example.com", "ben@example.org", ""))
        items = [[self._rng.choice(("ROLL-1", "OIL-1", "COURSE-1")), self._rng.randrange(1, 4)]]
        more: dict[str, Any] = {"items": items, "paid": self._rng.random() < 0.7}
        if self._customers and self._rng.random() < 0.5:
            more["customer"] = self._rng.choice(self._customers)
        self.orders.append(self._here.order(email=email, **more))

    def _make_customer(self) -> None:
        made = self._here.edit("customer", "create", email=f"{self._rng.random()}@example.com")
        self._customers.append(str(made["number"]))

    def _touch_customer(self) -> None:
        if self._customers:
            number = self._rng.choice(self._customers)
            if self._rng.random() < 0.2:
                self._customers.remove(number)
                self._here.edit("customer", "erase", id=number)
            else:
                self._here.edit("customer", "set", id=number, phone=f"+49151{self._rng.random()}")

    def _subscribe(self) -> None:
        if self._customers:
            customer = self._rng.choice(self._customers)
            made = self._here.edit("subscription", "create", customer=customer)
            self._contracts.append(made["id"])

    def _bill(self) -> None:
        if self._contracts:
            contract = self._rng.choice(self._contracts)
            self._here.edit("subscription", "bill", id=contract, failed=self._rng.random() < 0.3)

    def _leave(self) -> None:
        if self._checkouts and self._rng.random() < 0.5:
            self._here.edit("checkout", "complete", id=self._checkouts.pop())
        elif self._customers:
            customer = self._rng.choice(self._customers)
            made = self._here.edit("checkout", "create", customer=customer)
            self._checkouts.append(made["id"])

    def _work(self) -> None:
        """Do something with an order, now or with a date that nobody sees move."""
        number = self._rng.choice(self.orders)
        action, more = self._rng.choice(ACTS)
        self._here.edit("order", action, id=number, **more)
        if action == "delete":
            self.orders.remove(number)


ACTS: list[tuple[str, dict[str, Any]]] = [
    ("set", {"note": "x"}), ("set", {"email": "cy@example.com"}), ("set", {"tags": ["vip"]}),
    ("pay", {"amount": "2.00"}), ("pay", {"failed": True}), ("refund", {"amount": "1.50"}),
    ("refund", {"amount": "0.00"}), ("fulfill", {"tracking": "RM1"}), ("fulfill", {}),
    ("track", {"status": "IN_TRANSIT"}), ("deliver", {}), ("return", {}), ("cancel", {}),
    ("archive", {}), ("delete", {}),
]  # fmt: skip
