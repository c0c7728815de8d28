"""Walks through a list page by page, by ascending id, and notices what slips between pages.

Pages are counted, so a row that vanishes meanwhile moves all later ones forward, and one of them
is passed over without a word. Totals tell: the walk then steps back as many pages as it takes. A
list of a thousand pages is read for minutes, and some row always vanishes; to begin anew each time
would never end.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from journeysync.connectors.woocommerce.client import Page
from journeysync.connectors.woocommerce.times import naive
from journeysync.core.errors import ToolDown

SIZE = 100
_WALKS = 3
_STEPS = 20
"""So many steps back may be taken on a walk, and one more for every page: more is no progress."""

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
        self._start = ""
        """The shop's clock at the first page."""
        self._first: int | None = None
        """How many rows there were then."""
        self._total = 0
        self._new: set[int] = set()
        """Ids of rows that came since."""
        self._gone = 0
        """Rows that are known to have vanished since; what they hid was read."""

    def pages(self, ask: Ask) -> Iterator[Page]:
        number, highest, last, steps = 1, 0, 0, 0
        while True:
            page = ask(number)
            yield page
            if page.rows and number > highest:
                # The same page again: somebody answers from a cache.
                end = _id(page.rows[-1])
                self.lost |= end <= last
                highest, last = number, end
            back = self._back(page, number)
            if back:
                number, steps = max(1, number - back), steps + 1
                if steps > _STEPS + highest:
                    self.lost = True
                    return
            elif self._more(page, number):
                number += 1
            else:
                return

    def _back(self, page: Page, number: int) -> int:
        """Say how many pages to step back, after rows have vanished."""
        self._count_new(page)
        if page.total is None:
            return 0
        if not page.rows:
            # Past the end no total is told, or a total of zero: it says nothing of the list.
            return 1 if number > 1 else 0
        if self._first is None:
            self._first = self._total = page.total
        gone, self._total = max(self._total - page.total, 0), page.total
        self._gone += gone
        return -(-gone // SIZE)

    def _count_new(self, page: Page) -> None:
        if page.at is None:
            return
        now = naive(page.at)
        if not self._start:
            self._start = now
            return
        for row in page.rows:
            at = row.get(self._moved)
            # Compared as texts, which both sort as instants do. A date yet to come is of a clock
            # that was put back.
            if type(at) is str and self._start < at <= now:
                self._new.add(_id(row))

    def _more(self, page: Page, number: int) -> bool:
        """Say whether another page follows; on the last one, whether all were seen."""
        total = page.total
        if total is None:
            return len(page.rows) == SIZE
        if not page.rows:
            return False
        self.lost |= len(page.rows) < min(SIZE, total - (number - 1) * SIZE)
        if number * SIZE < total:
            return True
        # A row that vanished in the same moment in which another came left the total as it was.
        self.lost |= (self._first or 0) + len(self._new) - self._gone > total
        return False


def _id(row: Mapping[str, Any]) -> int:
    """Read an id; what is none is found by whoever reads the row."""
    number = str(row.get("id"))
    return int(number) if number.isdecimal() else 0
