"""The customers and events of one call, laid out for the rules; columns are read when asked for.

Rows are positions in the `events` table: ascending rows of a customer are in event order.
Never changes what it was given.
"""

from functools import cached_property

import numpy as np
import pyarrow as pa

from journeysync.core.engine.columns import Exact, Texts, exact, texts, whole_numbers
from journeysync.core.engine.primitives import Bools, Ints, Line, least_per
from journeysync.core.engine.primitives import starts_of as _starts_of
from journeysync.core.texts import listed

_FEW_KINDS = 2**15


class History:
    """Everything that is known of some customers, up to `now` and beyond."""

    def __init__(
        self, customers: pa.Table, events: pa.Table, now: int, tools: frozenset[str]
    ) -> None:
        self.customers = customers
        self.events = events
        self.now = now
        self.count = customers.num_rows
        self.size = events.num_rows
        self.customer = whole_numbers(events, "customer")
        self.at = whole_numbers(events, "at")
        if not _in_order(self.customer, self.at, self.count):
            raise ValueError("Events must be sorted by customer, instant and id: sort_events.")
        self.starts = _starts_of(self.customer, self.count)
        self._named_tools = tools
        self._columns: dict[str, Texts | None] = {}
        self._attributes: dict[str, Texts | None] = {}
        self._exact: dict[str, Exact] = {}

    def column(self, name: str) -> Texts | None:
        """Return a text column of the events, or None where it says nothing."""
        if name not in self._columns:
            self._columns[name] = texts(self.events, name)
        return self._columns[name]

    def fact(self, name: str) -> Texts | None:
        """Return what a `where` means by a name."""
        return self.column(name if name in ("tool", "subject_type") else f"attr.{name}")

    def attribute(self, name: str) -> Texts | None:
        """Return an attribute of the customers."""
        if name not in self._attributes:
            self._attributes[name] = texts(self.customers, f"attr.{name}")
        return self._attributes[name]

    @cached_property
    def future(self) -> Bools | None:
        """Which events lie after `now`; None where none does."""
        future = self.at > self.now
        return future if future.any() else None

    @cached_property
    def next_future(self) -> Ints:
        """Return the instant of each customer's first event after `now`."""
        future = self.future
        rows = np.empty(0, np.int64) if future is None else np.flatnonzero(future)
        return least_per(self.customer[rows], self.at[rows], self.count)

    def present(self, rows: Ints) -> Ints:
        """Leave out the rows that lie after `now`."""
        return rows if self.future is None else rows[~self.future[rows]]

    def line(self, rows: Ints) -> Line:
        """Lay rows out by customer."""
        return Line.of(self.customer[rows], self.at[rows], self.count)

    # --- kinds -------------------------------------------------------------------------------

    @cached_property
    def kinds(self) -> list[str]:
        """The kinds that occur."""
        kind = self.column("kind")
        return [] if kind is None else listed(kind.values)

    @cached_property
    def _by_kind(self) -> tuple[Ints, Ints]:
        """Rows sorted by kind, and where each kind starts."""
        kind = self.column("kind")
        assert kind is not None
        codes = kind.codes
        # Small codes are sorted by radix: several times faster.
        small = codes.astype(np.int16) if len(self.kinds) < _FEW_KINDS else codes
        counts = np.bincount(codes + 1, minlength=len(self.kinds) + 1)
        return np.argsort(small, kind="stable"), np.cumsum(counts)

    def of_kinds(self, wanted: list[int]) -> Ints:
        """Return the rows of some kinds, ascending."""
        kind = self.column("kind")
        if kind is None or not wanted:
            return np.empty(0, dtype=np.int64)
        if len(wanted) == 1:
            rows, starts = self._by_kind
            return rows[starts[wanted[0]] : starts[wanted[0] + 1]]
        chosen = np.zeros(len(self.kinds) + 1, dtype=np.bool_)
        chosen[wanted] = True
        return np.flatnonzero(chosen[kind.codes])

    # --- records ------------------------------------------------------------------------------

    @cached_property
    def tools(self) -> frozenset[str]:
        """The tools of the run: those that were named, and those that occur."""
        return self._named_tools.union(listed(self.exact("tool").values))

    def exact(self, name: str) -> Exact:
        """Return a text column as what it says, trimmed, case kept."""
        if name not in self._exact:
            self._exact[name] = exact(self.column(name), self.size)
        return self._exact[name]


def _in_order(customer: Ints, at: Ints, count: int) -> bool:
    """Check what a wrong answer would not show; the order of ids at one instant is trusted."""
    if not len(customer):
        return True
    same = customer[1:] == customer[:-1]
    forward = bool(((customer[1:] > customer[:-1]) | (same & (at[1:] >= at[:-1]))).all())
    return forward and int(customer[0]) >= 0 and int(customer[-1]) < count
