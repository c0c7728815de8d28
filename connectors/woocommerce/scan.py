"""Walks through a list page by page, by ascending id, and notices what slips between pages.

Pages are counted, so a row that vanishes meanwhile moves all later ones forward, and one of them
is passed over without a word. Totals tell: a walk during which rows vanished is done again.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from journeysync.connectors.woocommerce.client import Page
from journeysync.connectors.woocommerce.times import naive
from journeysync.core.errors import ToolDown

SIZE = 100
_WALKS = 3

Ask = Callable[[int], Page]
"""Gives page n, from 1."""


def scan(ask: Ask, tool: str, what: str, *, moved: str) -> Iterator[Page]:
    """Yield every page of a list, rows possibly twice.

    `moved` names the date by which a row came into the list: its creation, or its change where
    the list is a window of changes.
    """
    for _ in range(_WALKS):
        walk = _Walk(moved)
        yield from walk.pages(ask)
        if not walk.lost:
            return
    raise ToolDown(
        tool, f"{what} vanish while they are read, so some may be missed. Run again later."
    )


class _Walk:
    """One pass from the first page to the last."""

    def __init__(self, moved: str) -> None:
        self._moved = moved
        self.lost = False

    def pages(self, ask: Ask) -> Iterator[Page]:
        first, number, new, last = ask(1), 0, 0, 0
        page = first
        start = naive(first.at) if first.at is not None else ""
        while True:
            number += 1
            yield page
            if page.rows:
                # The same page again: somebody answers from a cache.
                self.lost |= number > 1 and _id(page.rows[0]) <= last
                last = _id(page.rows[-1])
            if start:
                # Compared as texts, which both sort as instants do.
                dates = [row.get(self._moved) for row in page.rows]
                new += sum(at > start for at in dates if type(at) is str)
            total = page.total
            if total is None:
                more = len(page.rows) == SIZE
            elif not page.rows:
                # Past the end no total is told, or a total of zero: it says nothing of the list.
                more = False
                self.lost |= number > 1
            else:
                more = number * SIZE < total
                left = total - (number - 1) * SIZE
                short = len(page.rows) < min(SIZE, left)
                vanished = first.total is not None and first.total + new > total
                self.lost |= short or (number > 1 and vanished)
            if not more:
                return
            page = ask(number + 1)


def _id(row: Mapping[str, Any]) -> int:
    """Read an id; what is none is found by whoever reads the row."""
    number = str(row.get("id"))
    return int(number) if number.isdecimal() else 0
