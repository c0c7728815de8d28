"""Turning the pages of a list in which rows come, vanish and move meanwhile."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from journeysync.connectors.woocommerce.client import Page
from journeysync.connectors.woocommerce.scan import SIZE, scan
from journeysync.connectors.woocommerce.times import naive
from journeysync.core.errors import ToolDown

OPENED = datetime(2026, 11, 22, 9, tzinfo=UTC)


class Rows:
    """A list whose rows change between two pages."""

    def __init__(self, many: int, change: Callable[["Rows"], None]) -> None:
        self.rows = dict.fromkeys(range(1, many + 1), naive(OPENED - timedelta(days=1)))
        self.stayed = set(self.rows)
        self.asked = 0
        self._next = many + 1
        self._change = change

    @property
    def now(self) -> datetime:
        return OPENED + timedelta(seconds=2 * self.asked)

    def come(self) -> None:
        # A second after the page before: what comes in that page's own second cannot be told.
        self.rows[self._next] = naive(self.now + timedelta(seconds=1))
        self._next += 1

    def vanish(self, number: int) -> None:
        del self.rows[number]
        self.stayed.discard(number)

    def ask(self, number: int) -> Page:
        if self.asked:
            self._change(self)
        self.asked += 1
        ids = sorted(self.rows)[(number - 1) * SIZE : number * SIZE]
        shown = [{"id": one, "date_created_gmt": self.rows[one]} for one in ids]
        return Page(shown, len(self.rows) if shown else 0, self.now)

    def read(self) -> set[int]:
        pages = scan(self.ask, "shop", "orders", moved="date_created_gmt")
        return {row["id"] for page in pages for row in page.rows}


@pytest.mark.parametrize("seed", range(40))
def test_no_row_that_stayed_is_passed_over(seed: int) -> None:
    """Rows that come and rows that vanish, one or hundreds between two pages."""
    rng = Random(seed)
    often = rng.choice((0.1, 0.4))

    def change(rows: Rows) -> None:
        if rng.random() > often:
            return
        comes = rng.random() < 0.6
        for _ in range(rng.choice((1, 1, 1, 30, 150))):
            if comes:
                rows.come()
            elif rows.rows:
                rows.vanish(rng.choice(list(rows.rows)))

    rows = Rows(rng.choice((0, 1, 100, 101, 730)), change)

    read = rows.read()

    assert rows.stayed <= read


@pytest.mark.parametrize("seed", range(20))
def test_what_comes_as_another_vanishes_is_noticed_at_the_end(seed: int) -> None:
    """The total stays the same. All is read again then, or it is said that it was in vain."""
    rng = Random(seed)

    def change(rows: Rows) -> None:
        if rng.random() < 0.2:
            rows.come()
            rows.vanish(rng.choice(list(rows.rows)))

    rows = Rows(730, change)
    try:
        read = rows.read()
    except ToolDown:
        return
    assert rows.stayed <= read


def test_a_row_that_vanishes_now_and_then_costs_two_pages_each() -> None:
    """Two thousand rows in a shop in which every fifth page something is deleted."""
    rows = Rows(2000, lambda rows: rows.vanish(min(rows.rows)) if rows.asked % 5 == 0 else None)
    found = rows.read()

    assert rows.stayed <= found
    assert rows.asked <= 20 + 2 * (rows.asked // 5)


def test_rows_that_come_cost_nothing() -> None:
    rows = Rows(950, Rows.come)
    found = rows.read()

    assert rows.stayed <= found
    assert rows.asked == 10


def test_dates_yet_to_come_are_of_a_clock_that_was_put_back() -> None:
    rows = Rows(450, lambda _: None)
    for number in (1, 250, 450):
        rows.rows[number] = naive(OPENED + timedelta(hours=1))

    assert rows.read() == rows.stayed
    assert rows.asked == 5
