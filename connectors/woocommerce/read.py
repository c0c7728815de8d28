"""Reads a shop: orders with their refunds and guests, and accounts.

Changes are a window of the date that an order was modified. It tells of most changes, and in shops
that keep orders as posts of little more than a new status; of what is deleted it never tells. So
now and then everything is read. Accounts have no such window: new ones are found by their ids,
changed ones when all are read. Sends nothing that changes the shop.
"""

from collections import ChainMap
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from journeysync.connectors.http import Refused
from journeysync.connectors.woocommerce.beside import Beside
from journeysync.connectors.woocommerce.client import Client, Page, refused_as
from journeysync.connectors.woocommerce.contents import (
    CUSTOMER_FIELDS,
    ORDER,
    ORDER_FIELDS,
    SUBSCRIPTION,
    SUBSCRIPTION_FIELDS,
    WHO_FIELDS,
    Asked,
    customer_record,
    keys_of,
    order_records,
    subscription_records,
)
from journeysync.connectors.woocommerce.mapping import ShopMapping
from journeysync.connectors.woocommerce.rows import only, whole
from journeysync.connectors.woocommerce.scan import SIZE, scan
from journeysync.connectors.woocommerce.times import naive, parse_gmt
from journeysync.connectors.woocommerce.values import roots, text
from journeysync.core.errors import ToolDown
from journeysync.core.models import RawRecord, RecordKey
from journeysync.core.ports import Batch

STREAMS = ("customers", "orders", "subscriptions")
"""Accounts first: an order is of no use without the one who made it."""

_REFUND_FIELDS = ("id", "parent_id", "amount", "date_created_gmt")
_NO_ROUTE = "rest_no_route"

OVERLAP = timedelta(seconds=60)
"""`modified_after` leaves out the second it names, and several orders share a second."""


class Reader:
    """Reads one shop under one mapping."""

    def __init__(self, client: Client, mapping: ShopMapping, sweep: timedelta) -> None:
        self._client = client
        self._sweep = sweep
        self._meta = mapping.meta_keys()
        self._asked = Asked(self._meta)
        self._beside = Beside(client, mapping.orders)
        self._order_paths = tuple(filter(None, mapping.orders.attributes.values()))
        self._customer_paths = tuple(filter(None, mapping.customers.attributes.values()))
        self._run: datetime | None = None
        self._told = False
        """Whether the shop has told its time in this run."""
        self.behind = timedelta(0)
        """How far the shop's clock was behind ours in this run."""
        self._read = {"orders": only(self._order_fields(), roots(self._order_paths))}

    def read(self, stream: str, since: datetime | None, until: datetime) -> Iterator[Batch]:
        """Yield everything, or what changed."""
        if self._run != until:
            self._run, self._told, self.behind = until, False, timedelta(0)
        if stream == "customers":
            yield from self._customers(since, until)
        elif stream == "orders":
            yield from self._bought(stream, ORDER, since, until)
        else:
            yield from self._subscriptions(since, until)

    # --- orders and subscriptions ----------------------------------------------------------------

    def _subscriptions(self, since: datetime | None, until: datetime) -> Iterator[Batch]:
        """Read what the plugin keeps; most shops do not have it."""
        try:
            yield from self._bought("subscriptions", SUBSCRIPTION, since, until)
        except Refused as error:
            if not refused_as(error, _NO_ROUTE):
                raise
            yield Batch((), complete=True, still=None if since is None else frozenset())

    def _bought(
        self, path: str, kind: str, since: datetime | None, until: datetime
    ) -> Iterator[Batch]:
        fields: tuple[str, ...] = SUBSCRIPTION_FIELDS
        batch: Callable[[Page], Batch] = self._subscription_batch
        due = since is not None and self._is_due(since, until)
        afresh = since is None or (due and not self._beside.asks)
        if kind == ORDER:
            known = self._all_refunds() if afresh else {}
            fields, batch = self._order_fields(), partial(self._order_batch, known=known)
        if since is None or afresh:
            seen: set[RecordKey] = set()
            for page in self._scan(self._asking(path, fields, status="any"), path):
                part = batch(page)
                seen |= {record.key for record in part.records}
                yield part
            yield Batch((), complete=True, still=None if since is None else frozenset(seen))
            return
        after = self._window(path, since)
        ask = self._asking(path, fields, status="any", **after)
        for page in self._scan(ask, path, moved="date_modified_gmt"):
            yield batch(page)
        ask = self._asking(path, ("id", "date_modified_gmt"), status="trash", **after)
        for page in self._scan(ask, path, moved="date_modified_gmt"):
            keys = [RecordKey(self._client.tool, kind, self._id(row)) for row in page.rows]
            yield Batch(tuple(RawRecord(key, {}, deleted=True) for key in keys))
        if due:
            yield Batch((), still=self._who(path, kind))

    def _who(self, path: str, kind: str) -> frozenset[RecordKey]:
        """Look which orders and guests there are, whatever they hold."""
        ask = self._asking(path, WHO_FIELDS, status="any")
        return frozenset(
            key
            for page in self._scan(ask, path)
            for row in page.rows
            for key in keys_of(self._client.tool, kind, row)
        )

    def _subscription_batch(self, page: Page) -> Batch:
        found = {
            record.key: record
            for row in page.rows
            if self._id(row)
            for record in subscription_records(self._client.tool, row)
        }
        return Batch(tuple(found.values()))

    def _order_batch(self, page: Page, known: dict[str, Mapping[str, Any]]) -> Batch:
        tool, paths, asked = self._client.tool, self._order_paths, self._asked
        refunds = ChainMap(self._refunds(page.rows, known), known)
        found: dict[str, RawRecord] = {}
        for row in page.rows:
            self._id(row)
            beside = self._beside.of(row)
            for record in order_records(tool, row, refunds, paths, asked, beside):
                found[record.key.id] = record
        return Batch(tuple(found.values()))

    def _all_refunds(self) -> dict[str, Mapping[str, Any]]:
        """Ask for all refunds, where all orders are read: fewer pages than orders have."""
        ask = self._asking("refunds", _REFUND_FIELDS)
        try:
            pages = list(self._scan(ask, "refunds"))
        except Refused as error:
            if not refused_as(error, _NO_ROUTE):
                raise
            return {}
        return {text(row.get("id")): row for page in pages for row in page.rows}

    def _refunds(
        self,
        rows: Sequence[Mapping[str, Any]],
        known: Mapping[str, Mapping[str, Any]],
    ) -> dict[str, Mapping[str, Any]]:
        """Ask for the refunds of all these orders at once: orders leave their dates out."""
        owners = {
            text(one.get("id")): text(row.get("id"))
            for row in rows
            for one in row.get("refunds") or ()
            if text(one.get("id")) not in known
        }
        ids = sorted(owners)
        found: dict[str, Mapping[str, Any]] = {}
        for start in range(0, len(ids), SIZE):
            some = ids[start : start + SIZE]
            try:
                page = self._refund_page("refunds", include=",".join(some))
            except Refused as error:
                if not refused_as(error, _NO_ROUTE):
                    raise
                # Shops before WooCommerce 9 have no list of all refunds.
                parts = [
                    self._refund_page(f"orders/{order}/refunds")
                    for order in sorted({owners[one] for one in some})
                ]
                found |= {text(row.get("id")): row for part in parts for row in part.rows}
                continue
            found |= {text(row.get("id")): row for row in page.rows}
        return found

    def _refund_page(self, path: str, **query: str) -> Page:
        fields = ",".join(_REFUND_FIELDS)
        return self._client.page(path, per_page=str(SIZE), _fields=fields, **query)

    def _order_fields(self) -> tuple[str, ...]:
        more = {"meta_data"} if self._meta else set()
        return tuple(sorted({*ORDER_FIELDS, *roots(self._order_paths), *more}))

    # --- accounts --------------------------------------------------------------------------------

    def _customers(self, since: datetime | None, until: datetime) -> Iterator[Batch]:
        if since is not None and not self._is_due(since, until):
            yield from self._new_customers(since, until)
            return
        seen: set[RecordKey] = set()
        ask = self._asking("customers", self._customer_fields(), role="all")
        for page in self._scan(ask, "customers"):
            batch = self._customer_batch(page)
            seen |= {record.key for record in batch.records}
            yield batch
        yield Batch((), complete=True, still=None if since is None else frozenset(seen))

    def _new_customers(self, since: datetime, until: datetime) -> Iterator[Batch]:
        """Read the newest accounts down to one that is old enough by the shop's clock."""
        fields = self._customer_fields()
        ask = self._asking("customers", fields, role="all", order="desc")
        number = 1
        while True:
            page = ask(number)
            yield self._customer_batch(page)
            dates = [parse_gmt(row.get("date_created_gmt")) for row in page.rows]
            start = since - _behind(page, until) - OVERLAP
            old = any(at is not None and at < start for at in dates)
            if old or len(page.rows) < SIZE:
                return
            number += 1

    def _customer_batch(self, page: Page) -> Batch:
        rows = [row for row in page.rows if self._id(row)]
        made = [customer_record(self._client.tool, row, self._customer_paths) for row in rows]
        return Batch(tuple(made))

    def _customer_fields(self) -> tuple[str, ...]:
        return tuple(sorted({*CUSTOMER_FIELDS, *roots(self._customer_paths)}))

    # --- how it is asked -------------------------------------------------------------------------

    def _asking(
        self, path: str, fields: Sequence[str], order: str = "asc", **query: str
    ) -> Callable[[int], Page]:
        """Ask for pages in the order of ids.

        In the order of dates, equal ones change places between two pages, and some never show.
        """
        asked = {
            "orderby": "id", "order": order, "_fields": ",".join(fields), "per_page": str(SIZE),
        }  # fmt: skip
        ask = self._client.pages(path, asked | query, self._read.get(path, whole))
        return lambda number: self._noted(ask(number))

    def _scan(
        self, ask: Callable[[int], Page], what: str, moved: str = "date_created_gmt"
    ) -> Iterator[Page]:
        return scan(ask, self._client.tool, what, moved=moved)

    def _window(self, path: str, since: datetime) -> dict[str, str]:
        """Say from when on, by the shop's clock, which may be behind ours."""
        if not self._told:
            self._noted(self._client.page(path, per_page="1", _fields="id"))
        start = since - self.behind - OVERLAP
        return {"modified_after": naive(start), "dates_are_gmt": "true"}

    def _noted(self, page: Page) -> Page:
        """Note how far the shop's clock is behind: what it dates so far back is yet to be read."""
        assert self._run
        self._told = True
        self.behind = max(self.behind, _behind(page, self._run))
        return page

    def _is_due(self, since: datetime, until: datetime) -> bool:
        """Say whether it is time to look at everything: once in each span of that length."""
        if not self._sweep:
            return True
        epoch = datetime(1970, 1, 1, tzinfo=until.tzinfo)
        return (since - epoch) // self._sweep != (until - epoch) // self._sweep

    def _id(self, row: Mapping[str, Any]) -> str:
        found = row.get("id")
        number = str(found) if type(found) is int else text(found)
        if not number.isdecimal():
            raise ToolDown(self._client.tool, "answers records without an id.")
        return number


def _behind(page: Page, until: datetime) -> timedelta:
    """Say how far the shop's clock is behind ours."""
    return max(until - page.at, timedelta(0)) if page.at else timedelta(0)
