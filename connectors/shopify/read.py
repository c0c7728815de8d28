"""Reads a shop: customers, orders with all that hangs on them, checkouts and subscriptions.

Changes are a window of the date of change, walked through by ascending id, so that nothing moves
between pages; many records come from a bulk file. What went away for good only a look at all ids
tells. What the app may see of the past is a window, too, and what leaves it is not gone.
Sends nothing that changes the shop.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from journeysync.connectors.shopify import bulk
from journeysync.connectors.shopify.client import Client, Row
from journeysync.connectors.shopify.contents import keep, kind_of, nodes, number
from journeysync.connectors.shopify.documents import (
    APP,
    PERSONAL,
    SHAPES,
    Shape,
    count,
    ids,
    page,
    rest,
    whole,
)
from journeysync.connectors.shopify.mapping import ShopMapping
from journeysync.connectors.shopify.replies import Denied, TooCostly
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
_TURNS = 20_000
"""Rows after which pages begin anew behind the last id: Shopify turns no further than 25,000."""
_ALLOWED = 950.0
"""Points that one page may cost: Shopify allows 1,000."""
_PATIENCE = 3
"""How often a page is asked for that leads to itself."""


class Reader:
    """Reads one shop under one mapping."""

    def __init__(
        self, client: Client, mapping: ShopMapping, sweep: timedelta, bulk_from: int
    ) -> None:
        self._client = client
        self._mapping = mapping
        self._sweep = sweep
        self._bulk_from = bulk_from
        self._denied: set[str] = set()
        self._sizes: dict[str, int] = {}
        self._known: tuple[datetime, datetime, frozenset[str]] | None = None

    @property
    def denied(self) -> frozenset[str]:
        """The personal data that the app turned out not to see."""
        return frozenset(self._denied)

    def read(self, stream: str, since: datetime | None, until: datetime) -> Iterator[Batch]:
        """Yield everything, or what changed."""
        now, scopes = self._look(until)
        shape = self._shape(stream)
        reach = None if stream == "orders" and ALL_ORDERS in scopes else _SEEN.get(stream)
        window = Window(now - reach) if reach else None
        if since is None:
            for rows in self._rows(shape, ""):
                yield Batch(tuple(self._records(stream, rows)))
            yield Batch((), complete=True, window=window)
            return
        due = self._is_due(since, until)
        if stream == "subscriptions" and due:
            # A charge need not change the date of its contract: these few are read whole.
            yield from self._all(stream, shape)
            return
        start = min(since, since - (until - now)) - OVERLAP
        start -= _A_DAY if stream == "customers" else timedelta(0)
        if stream == "orders" and due:
            start = min(start, now - _QUIET)
        for rows in self._rows(shape, f"updated_at:>='{_iso(start)}'"):
            yield Batch(tuple(self._records(stream, rows)))
        if due and stream in ("customers", "orders"):
            keys = self._there(stream, shape)
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
            self._send_page(self._shape(stream), {"first": 1, "after": None, "query": None})

    def scopes(self) -> frozenset[str]:
        """Say what the app may do."""
        app = self._client.send(APP, {}, repeatable=True).get("currentAppInstallation") or {}
        return frozenset(str(one.get("handle")) for one in app.get("accessScopes") or ())

    def _look(self, until: datetime) -> tuple[datetime, frozenset[str]]:
        """Ask once in a run for the shop's clock and for what the app may see."""
        if self._known is None or self._known[0] != until:
            scopes = self.scopes()
            self._known = (until, self._client.at or until, scopes)
        return self._known[1], self._known[2]

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
        for rows in self._rows(shape, ""):
            records = self._records(stream, rows)
            seen |= {record.key for record in records}
            yield Batch(tuple(records))
        yield Batch((), still=frozenset(seen))

    def _there(self, stream: str, shape: Shape) -> frozenset[RecordKey]:
        """Look which records there are."""
        tool, kind = self._client.tool, kind_of(stream)
        return frozenset(
            RecordKey(tool, kind, self._id(row))
            for rows in self._rows(ids(shape), "")
            for row in rows
        )

    def _records(self, stream: str, rows: list[Row]) -> list[RawRecord]:
        paths = self._mapping.paths(stream)
        found: dict[RecordKey, RawRecord] = {}
        for row in rows:
            self._id(row)
            record = keep(self._client.tool, stream, row, paths)
            found[record.key] = record
        return list(found.values())

    def _id(self, row: Row) -> str:
        if not (found := number(row)):
            raise ToolDown(self._client.tool, "answers records without an id.")
        return found

    def _filled(self, shape: Shape, row: Row) -> Row:
        """Ask for the rest of the lists that did not fit."""
        for name in shape.connections:
            part = row.get(name) or {}
            while (part.get("pageInfo") or {}).get("hasNextPage"):
                asked = {"id": row["id"], "after": part["pageInfo"]["endCursor"]}
                more = self._send(rest(shape, name), asked).get("node")
                if more is None:
                    break  # deleted meanwhile: the next look finds it gone
                part = {**more[name], "nodes": [*nodes(row, name), *nodes(more, name)]}
                row[name] = part
        if any(len(nodes(row, name)) >= one.first for name, one in shape.lists.items()):
            found = self._send(whole(shape), {"id": row["id"]}).get("node")
            row.update(found or {})
        return row

    # --- how it is asked -------------------------------------------------------------------------

    def _rows(self, shape: Shape, query: str) -> Iterator[list[Row]]:
        """Yield the records that fit a query, in parts: from a bulk file where there are many."""
        found = self._page(shape, query, None)
        many = _next(found) and shape.count and self._count(shape, query) >= self._bulk_from
        rows = bulk.rows(self._client, shape.without(self._denied), query) if many else None
        yield from self._pages(shape, query, found) if rows is None else rows

    def _count(self, shape: Shape, query: str) -> int:
        asked: dict[str, Any] = {"query": query or None, "limit": self._bulk_from}
        found = self._send(count(shape), asked).get(shape.count) or {}
        return int(found.get("count") or 0)

    def _pages(self, shape: Shape, query: str, found: Row) -> Iterator[list[Row]]:
        """Turn pages from the first one on."""
        turned, behind = 0, ""
        while True:
            rows = found.get("nodes") or []
            yield [self._filled(shape, row) for row in rows]
            after, turned = _next(found), turned + len(rows)
            if not after:
                return
            if turned >= _TURNS and rows:
                after, turned, behind = None, 0, f"id:>={int(self._id(rows[-1])) + 1}"
            asked = " AND ".join(filter(None, [query, behind]))
            for _ in range(_PATIENCE):
                found = self._page(shape, asked, after)
                if after is None or _next(found) != after:
                    break
            else:
                raise ToolDown(self._client.tool, f"repeats a page of {shape.root}.")

    def _page(self, shape: Shape, query: str, after: str | None) -> Row:
        """Ask for a page as large as it may cost."""
        size = self._sizes.get(shape.name, shape.first)
        while True:
            asked = {"first": size, "after": after, "query": query or None}
            try:
                found: Row = self._send_page(shape, asked)
            except TooCostly:
                if size == 1:
                    raise
                size = self._sizes[shape.name] = size // 2
                continue
            cost = self._client.bucket.cost(shape.name)
            if cost:
                self._sizes[shape.name] = max(1, min(shape.most, int(size * _ALLOWED / cost)))
            return found

    def _send_page(self, shape: Shape, asked: Mapping[str, Any]) -> Row:
        try:
            found = self._send(page(shape.without(self._denied)), asked)
        except Denied as error:
            self._deny(error)
            return self._send_page(shape, asked)
        return found.get(shape.root) or {}

    def _deny(self, error: Denied) -> None:
        """Do without what the app may not see, where one can."""
        missing = (error.fields & PERSONAL) - self._denied
        if not missing or error.fields - PERSONAL:
            raise error
        self._denied |= missing

    def _send(self, document: str, variables: Mapping[str, Any]) -> Row:
        return self._client.send(document, variables, repeatable=True)


def _next(page: Row) -> str | None:
    """Say where the next page begins; None where there is none."""
    info = page.get("pageInfo") or {}
    return str(info.get("endCursor")) if info.get("hasNextPage") else None


def _iso(at: datetime) -> str:
    """Write an instant as the shop's filter reads it: in quotes, whole seconds, with its zone."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
