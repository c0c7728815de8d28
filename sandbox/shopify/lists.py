"""The lists of the shop: in which orders they come, and what each can be searched by."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from journeysync.sandbox.shopify.paging import Key, ordered
from journeysync.sandbox.shopify.search import Keep, Read, Search
from journeysync.sandbox.shopify.shop import Shop
from journeysync.sandbox.shopify.show_orders import paid_status, return_status, sent_status
from journeysync.sandbox.shopify.things import Order

_SENT = {"unshipped": "UNFULFILLED", "shipped": "FULFILLED", "partial": "PARTIALLY_FULFILLED"}


def _order_state(value: str) -> Keep | None:
    tests: dict[str, Keep] = {
        "open": lambda one: one.closed is None and one.cancelled is None,
        "closed": lambda one: one.closed is not None,
        "cancelled": lambda one: one.cancelled is not None,
        "not_closed": lambda one: one.closed is None,
        "any": lambda _: True,
    }
    return tests.get(value.lower())


def _sent(value: str) -> Keep:
    wanted = _SENT.get(value.lower(), value.upper())
    return lambda one: sent_status(one) == wanted


def _checkout_state(value: str) -> Keep | None:
    tests: dict[str, Keep] = {
        "open": lambda one: one.completed is None,
        "not_recovered": lambda one: one.completed is None,
        "closed": lambda one: one.completed is not None,
        "recovered": lambda one: one.completed is not None,
    }
    return tests.get(value.lower())


def _without(value: str) -> Keep:
    tags = {tag.strip().casefold() for tag in value.split(",")}
    return lambda one: not tags & {tag.casefold() for tag in one.tags}


_ORDERS: Mapping[str, tuple[str, Read]] = {
    "created_at": ("time", lambda one: one.created),
    "customer_id": ("id", lambda one: one.customer),
    "email": ("text", lambda one: one.email),
    "financial_status": ("text", paid_status),
    "fulfillment_status": ("test", _sent),
    "id": ("id", lambda one: one.id),
    "name": ("text", lambda one: f"#{one.number}"),
    "processed_at": ("time", lambda one: one.processed),
    "return_status": ("text", return_status),
    "source_name": ("text", lambda one: one.source),
    "status": ("test", _order_state),
    "tag": ("tag", lambda one: one.tags),
    "tag_not": ("test", _without),
    "test": ("text", lambda one: str(one.test)),
    "updated_at": ("time", lambda one: one.updated),
}
_CUSTOMERS: Mapping[str, tuple[str, Read]] = {
    "customer_date": ("time", lambda one: one.created),
    "email": ("text", lambda one: one.email),
    "first_name": ("text", lambda one: one.first),
    "id": ("id", lambda one: one.id),
    "last_name": ("text", lambda one: one.last),
    "phone": ("text", lambda one: one.phone),
    "state": ("text", lambda one: one.account),
    "tag": ("tag", lambda one: one.tags),
    "tag_not": ("test", _without),
    "updated_at": ("day", lambda one: one.updated),
}
_CHECKOUTS: Mapping[str, tuple[str, Read]] = {
    "created_at": ("time", lambda one: one.created),
    "id": ("id", lambda one: one.id),
    "recovery_state": ("test", _checkout_state),
    "status": ("test", _checkout_state),
    "updated_at": ("time", lambda one: one.updated),
}
_CONTRACTS: Mapping[str, tuple[str, Read]] = {
    "created_at": ("time", lambda one: one.created),
    "id": ("id", lambda one: one.id),
    "status": ("text", lambda one: one.status),
    "updated_at": ("time", lambda one: one.updated),
}
_DRAFTS: Mapping[str, tuple[str, Read]] = {
    "created_at": ("time", lambda one: one.created),
    "customer_id": ("id", lambda one: one.customer),
    "id": ("id", lambda one: one.id),
    "tag": ("tag", lambda one: one.tags),
    "updated_at": ("time", lambda one: one.updated),
}
_NAME: Read = lambda one: f"{one.last}, {one.first}"  # noqa: E731 - one of a table of such


@dataclass(frozen=True)
class Listing:
    """One list."""

    own: str
    """The shop's attribute that holds the rows."""
    sorts: Mapping[str, Read]
    """The id breaks ties, and orders what has no entry here."""
    fields: Mapping[str, tuple[str, Read]]
    words: Callable[[Any], str]


_DATES: Mapping[str, Read] = {
    "CREATED_AT": lambda one: one.created,
    "UPDATED_AT": lambda one: one.updated,
}
LISTINGS: Mapping[str, Listing] = {
    "orders": Listing("orders", {
        **_DATES, "PROCESSED_AT": lambda one: one.processed,
        "ORDER_NUMBER": lambda one: one.number, "TOTAL_PRICE": lambda one: float(one.total),
    }, _ORDERS, lambda one: f"#{one.number} {one.email} {one.billing.get('name', '')}"),
    "customers": Listing("customers", {**_DATES, "NAME": _NAME}, _CUSTOMERS,
                         lambda one: f"{one.first} {one.last} {one.email} {one.phone}"),
    "abandonedCheckouts": Listing("checkouts", {
        "CREATED_AT": _DATES["CREATED_AT"],
        "TOTAL_PRICE": lambda one: float(sum(line.total for line in one.lines)),
    }, _CHECKOUTS, lambda one: one.address.get("name", "")),
    "subscriptionContracts": Listing("contracts", {**_DATES, "STATUS": lambda one: one.status},
                                     _CONTRACTS, lambda one: one.status),
    "draftOrders": Listing("drafts", {
        "UPDATED_AT": _DATES["UPDATED_AT"], "NUMBER": lambda one: one.number,
        "TOTAL_PRICE": lambda one: float(one.total),
    }, _DRAFTS, lambda one: f"#D{one.number} {one.email}"),
}  # fmt: skip


class Lists:
    """The lists of one shop, each sorted once until something changes."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._sorted: dict[tuple[str, str], tuple[int, list[tuple[Key, Any]]]] = {}

    def rows(self, name: str, sort: str) -> list[tuple[Key, Any]]:
        """Give a list in an order."""
        known = self._sorted.get((name, sort))
        if known is not None and known[0] == self._shop.changes:
            return known[1]
        listing = LISTINGS[name]
        rows = getattr(self._shop, listing.own).values()
        made = ordered(rows, listing.sorts.get(sort, lambda _: 0))
        self._sorted[name, sort] = (self._shop.changes, made)
        return made

    def search(self, name: str) -> Search:
        """Begin a search."""
        listing = LISTINGS[name]
        now = self._shop.now
        return Search(listing.fields, listing.words, self._shop.zone, now)


def visible(since: int) -> Callable[[Order], bool]:
    """Test whether an order is young enough to be shown."""
    return lambda one: one.created >= since
