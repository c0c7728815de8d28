"""Reads a shop: customers, orders with all that hangs on them, checkouts and subscriptions.

Changes are a window of the date of change, walked through by ascending id, so that nothing moves
between pages; many records come from a bulk file. What went away for good only a look at all ids
tells. What the app may see of the past is a window, too, and what leaves it is not gone.
Sends nothing that changes the shop.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

from journeysync.connectors.shopify.client import Client, Row
from journeysync.connectors.shopify.contents import keep, kind_of, number
from journeysync.connectors.shopify.documents import SHAPES, Shape, ids
from journeysync.connectors.shopify.mapping import ShopMapping
from journeysync.connectors.shopify.pages import First, Pages
from journeysync.core.errors import ToolDown
from journeysync.core.models import RawRecord, RecordKey
from journeysync.core.ports import Batch, Window

ALL_ORDERS = "read_all_orders"

OVERLAP = timedelta(seconds=60)
"""The shop's dates are whole seconds, and several orders share one."""
_A_DAY = timedelta(days=1)
"""Customers are found by the day of their change, as Shopify describes its filter."""
_QUIET = timedelta(days=30)
"""A parcel that arrives need not change the date of its order: so far back a look at all ids
reads orders again."""
_SEEN: Mapping[str, timedelta] = {
    "orders": timedelta(days=59),
    "checkouts": timedelta(days=80),
    "drafts": timedelta(days=350),
}
"""How far back an app sees for sure: orders of 60 days without `read_all_orders`; Shopify itself
throws away checkouts after three months, and draft orders after a year."""
_SLACK = timedelta(seconds=30)
"""So much of the overlap a shop's clock may be behind ours before changes are asked for again."""


class Reader:
    """Reads one shop under one mapping."""

    def __init__(
        self, client: Client, mapping: ShopMapping, sweep: timedelta, bulk_from: int
    ) -> None:
        self._client = client
        self._mapping = mapping
        self._sweep = sweep
        self._pages = Pages(client, bulk_from)
        self._run: datetime | None = None
        self._now: datetime | None = None
        self._scopes: frozenset[str] | None = None
        self.behind = timedelta(0)
        """How far the shop's clock was behind ours in this run."""

    @property
    def denied(self) -> frozenset[str]:
        """The personal data that the app turned out not to see."""
        return frozenset(self._pages.denied)

    def read(self, stream: str, since: datetime | None, until: datetime) -> Iterator[Batch]:
        """Yield everything, or what changed."""
        if self._run != until:
            self._run, self._scopes, self.behind = until, None, timedelta(0)
        shape = self._shape(stream)
        if since is None:
            first = self._first(stream, shape, "")
            for rows in self._pages.rows(shape, "", first):
                yield Batch(tuple(self._records(stream, rows)))
            yield Batch((), complete=True, window=self._window(stream))
            return
        due = self._is_due(since, until)
        if stream == "subscriptions" and due:
            # A charge need not change the date of its contract: these few are read whole.
            yield from self._all(stream, shape)
            return
        query, first = self._changes(stream, shape, since, due=due)
        for rows in self._pages.rows(shape, query, first):
            yield Batch(tuple(self._records(stream, rows)))
        if due and stream in ("customers", "orders"):
            keys, window = self._there(stream, shape), self._window(stream)
            if window is None:
                yield Batch((), still=keys)
            else:
                yield Batch((), listed=dict.fromkeys(keys, ""), window=window)

    def _shape(self, stream: str) -> Shape:
        shape = SHAPES[stream].also(self._mapping.paths(stream))
        told = self._mapping.returns
        return shape if told.opened or told.closed else shape.less("returns")

    def taste(self) -> None:
        """Ask for one customer and one order, to learn what the app may not see."""
        for stream in ("customers", "orders"):
            self._pages.taste(self._shape(stream))

    def scopes(self) -> frozenset[str]:
        """Say what the app may do."""
        return self._pages.scopes()

    # --- from when on ----------------------------------------------------------------------------

    def _changes(
        self, stream: str, shape: Shape, since: datetime, *, due: bool
    ) -> tuple[str, First]:
        """Ask for what changed; again from further back, if the shop's clock turns out to be slow.

        The clock may have become slow since the last reading, so that what happened after that
        reading is dated before it.
        """
        while True:
            known = self.behind
            start = self._start(stream, since, due=due)
            query = f"updated_at:>='{_iso(start)}'"
            first = self._first(stream, shape, query)
            slower = self.behind - known > _SLACK
            if not slower or self._start(stream, since, due=due) >= start:
                return query, first

    def _start(self, stream: str, since: datetime, *, due: bool) -> datetime:
        """Say from when on changes are asked for, by the shop's clock as far as it is known."""
        start = since - self.behind - OVERLAP
        if stream == "customers":
            return start - _A_DAY
        return min(start, since - _QUIET) if stream == "orders" and due else start

    def _first(self, stream: str, shape: Shape, query: str) -> First:
        """Ask for a first page, and learn the shop's clock and, once a run, what the app may do."""
        asks = stream == "orders" and self._scopes is None
        first = self._pages.first(shape, query, scopes=asks)
        if asks:
            self._scopes = first.scopes
        assert self._run
        if self._client.at:
            self._now = self._client.at
            self.behind = max(self.behind, self._run - self._now)
        return first

    def _today(self) -> datetime:
        """Say what time it is in the shop, as far as that is known."""
        assert self._run
        return self._now or self._run

    def _window(self, stream: str) -> Window | None:
        """Say which part of a list an app sees for sure; None: all of it."""
        if stream == "orders" and ALL_ORDERS in (self._scopes or ()):
            return None
        reach = _SEEN.get(stream)
        return Window(self._today() - reach) if reach else None

    def _is_due(self, since: datetime, until: datetime) -> bool:
        """Say whether it is time to look at everything: once in each span of that length."""
        if not self._sweep:
            return True
        epoch = datetime(1970, 1, 1, tzinfo=UTC)
        return (since - epoch) // self._sweep != (until - epoch) // self._sweep

    # --- records ---------------------------------------------------------------------------------

    def _all(self, stream: str, shape: Shape) -> Iterator[Batch]:
        """Read a stream whole in a reading of changes."""
        seen: set[RecordKey] = set()
        for rows in self._pages.rows(shape, "", self._first(stream, shape, "")):
            records = self._records(stream, rows)
            seen |= {record.key for record in records}
            yield Batch(tuple(records))
        yield Batch((), still=frozenset(seen))

    def _there(self, stream: str, shape: Shape) -> frozenset[RecordKey]:
        """Look which records there are."""
        tool, kind, only = self._client.tool, kind_of(stream), ids(shape)
        return frozenset(
            RecordKey(tool, kind, self._named(number(row)))
            for rows in self._pages.rows(only, "", self._pages.first(only, ""))
            for row in rows
        )

    def _records(self, stream: str, rows: list[Row]) -> list[RawRecord]:
        paths = self._mapping.paths(stream)
        found: dict[RecordKey, RawRecord] = {}
        for row in rows:
            record = keep(self._client.tool, stream, row, paths)
            found[record.key] = record
            self._named(record.key.id)
        return list(found.values())

    def _named(self, number: str) -> str:
        """Take an id, if it is one."""
        if not number:
            raise ToolDown(self._client.tool, "answers records without an id.")
        return number


def _iso(at: datetime) -> str:
    """Write an instant as the shop's filter reads it: in quotes, whole seconds, with its zone."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
