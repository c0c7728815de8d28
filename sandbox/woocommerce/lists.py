"""Lists as WordPress gives them: filtered, ordered, cut into pages.

The quirks that were measured on a real shop stand here: strict and whole-second bounds, zones,
ties in no order, totals that vanish past the end.
"""

import zlib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any
from urllib.parse import urlencode

import msgspec

from journeysync.sandbox.wire import Answer, Request
from journeysync.sandbox.woocommerce.queries import Query, invalid, listed
from journeysync.sandbox.woocommerce.shapes import API, HOME
from journeysync.sandbox.woocommerce.shop import HIDDEN, Order, Refund, Shop

JSON = "application/json; charset=UTF-8"
ORDERS = ("date", "id", "include", "title", "slug", "modified")
CUSTOMERS = ("id", "include", "name", "registered_date")
ROLES = (
    "all", "administrator", "editor", "author", "contributor", "subscriber", "customer",
    "shop_manager",
)  # fmt: skip
Row = Any


def orders(shop: Shop, query: Query, turn: int) -> list[Order]:
    """Choose and order the orders that a request asks for."""
    known = ["any", *HIDDEN, *shop.statuses]
    query.check()
    statuses = (query.text("status") or "any").split(",")
    for number, one in enumerate(statuses):
        if one not in known:
            why = f"status[{number}] is not one of {listed(known)}."
            raise invalid("status", why, "rest_not_in_enum")
    wanted = set(statuses)
    unlisted = {*HIDDEN, *(shop.unlisted if shop.posts else ())}
    customer = query.whole("customer")
    query.whole("product")
    if query.ids("parent"):
        return []  # nothing here is a part of an order
    search = query.text("search").lower()
    found = [
        one
        for one in _dated(shop, query, list(shop.orders.values()))
        if (one.status not in unlisted if "any" in wanted else one.status in wanted)
        and customer in (None, one.customer)
        and (not search or search in one.billing.get("email", "").lower())
    ]
    return _ordered(query, found, turn)


def subscriptions(shop: Shop, query: Query, turn: int) -> list[Row]:
    """Choose and order subscriptions."""
    found = [
        one
        for one in (shop.subscriptions or {}).values()
        if (one.status == "trash") == (query.text("status") == "trash")
    ]
    return _ordered(query, _dated(shop, query, found), turn)


def refunds(shop: Shop, query: Query, turn: int, order: int | None = None) -> list[Refund]:
    """Choose and order refunds."""
    query.check()
    found = [one for one in shop.refunds.values() if order in (None, one.order)]
    hidden = {one.id for one in found if shop.orders[one.order].status == "trash"}
    alive = [one for one in found if order is not None or one.id not in hidden]
    return _ordered(query, _dated(shop, query, alive), turn)


def _dated(shop: Shop, query: Query, rows: list[Row]) -> list[Row]:
    bounds: list[tuple[str, str, Callable[[datetime, datetime], bool]]] = [
        ("after", "created", lambda at, bound: at > bound),
        ("before", "created", lambda at, bound: at < bound),
        ("modified_after", "modified", lambda at, bound: at > bound),
        ("modified_before", "modified", lambda at, bound: at < bound),
    ]
    zone = UTC if query.flag("dates_are_gmt") else shop.zone
    for name, attribute, holds in bounds:
        bound = query.date(name, shop)
        if bound is None:
            continue
        rows = [
            one
            for one in rows
            if holds(
                datetime.fromtimestamp(getattr(one, attribute, one.created) // 1000, zone).replace(
                    tzinfo=None
                ),
                bound,
            )
        ]
    return rows


def _ordered(query: Query, rows: list[Row], turn: int) -> list[Row]:
    by = query.one_of("orderby", ORDERS, "date")
    down = query.one_of("order", ("asc", "desc"), "desc") == "desc"
    include, exclude = query.ids("include"), query.ids("exclude") or set()
    rows = [one for one in rows if (include is None or one.id in include) and one.id not in exclude]

    def place(one: Row) -> tuple[int, int]:
        # Equal dates come in another order with every request, as a database may give them.
        luck = zlib.crc32(f"{turn}:{one.id}".encode())
        if by == "modified":
            return getattr(one, "modified", one.created) // 1000, luck
        if by == "date":
            return one.created // 1000, luck
        return one.id, 0

    return sorted(rows, key=place, reverse=down)


def customers(shop: Shop, query: Query) -> list[Row]:
    """Choose and order accounts: by name unless told otherwise; dates are ignored."""
    query.check()
    by = query.one_of("orderby", CUSTOMERS, "name")
    down = query.one_of("order", ("asc", "desc"), "asc") == "desc"
    role = query.one_of("role", ROLES, "customer")
    email = query.email()
    include = query.ids("include")
    found = [
        one
        for one in shop.customers.values()
        if role in ("all", one.role)
        and (not email or one.email.lower() == email)
        and (include is None or one.id in include)
    ]

    def place(one: Row) -> Any:
        return (one.email.split("@")[0], one.id) if by == "name" else one.id

    return sorted(found, key=place, reverse=down)


def page(
    request: Request,
    query: Query,
    path: str,
    rows: Sequence[Row],
    write: Callable[[Row], Any],
    *,
    forgetful: bool = True,
) -> Answer:
    """Cut out a page; past the end there is nothing, and of orders no total either."""
    size, number = query.size(), query.page()
    start = query.whole("offset")
    start = (number - 1) * size if start is None else max(start, 0)
    shown = list(rows[start : start + size])
    if request.twist == "repeat-page" and number > 1:
        shown = list(rows[start - size : start])
    if request.twist == "shrink-page":
        shown = shown[: len(shown) // 2]
    written = [cut(write(one), query.fields) for one in shown]
    total = len(rows) if shown or not forgetful else 0
    pages = -(-total // size)
    links = []
    if number > 1:
        links.append((min(number - 1, pages), "prev"))
    if number < pages:
        links.append((number + 1, "next"))
    told = ", ".join(
        f'<{API}/{path}?{urlencode({**query.given, "page": str(to)})}>; rel="{rel}"'
        for to, rel in links
    )
    headers = {
        "X-WP-Total": str(total),
        "X-WP-TotalPages": str(pages),
        "Link": told or f'<{HOME}/wp-json/>; rel="https://api.w.org/"',
    }
    return answer(200, written, headers)


EXTRA = (
    "meta_data", "line_items", "tax_lines", "shipping_lines", "fee_lines", "coupon_lines",
    "refunds", "payment_url", "is_editable", "needs_payment", "needs_processing",
)  # fmt: skip
"""What an order holds only where `_fields` names it as a whole."""


def cut(record: dict[str, Any], fields: Sequence[str]) -> Any:
    """Leave out what `_fields` does not name; a dot leads inside, but into no list."""
    if not fields:
        return record
    wanted = _tree(tuple(fields))
    if "customer_id" in record:
        wanted = {k: v for k, v in wanted.items() if v is True or k not in EXTRA}
    return _inside(record, wanted) or []  # PHP has one empty thing for lists and objects


@cache
def _tree(fields: tuple[str, ...]) -> dict[str, Any]:
    """Read names into a tree; a part of what is named as a whole ends the reading, as it does."""
    tree: dict[str, Any] = {}
    for one in fields:
        *path, last = one.split(".")
        place = tree
        for step in path:
            if place.get(step) is True:
                return tree
            place = place.setdefault(step, {})
        place[last] = True
    return tree


def _inside(value: dict[str, Any], wanted: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, inner in value.items():
        deeper = wanted.get(name)
        if deeper is None:
            continue
        if isinstance(deeper, dict) and isinstance(inner, list):
            found[name] = []
        elif isinstance(deeper, dict) and isinstance(inner, dict):
            found[name] = _inside(inner, deeper)
        else:
            found[name] = inner
    return found


def answer(status: int, value: Any, headers: dict[str, str] | None = None) -> Answer:
    """Answer with JSON."""
    link = f'<{HOME}/wp-json/>; rel="https://api.w.org/"'
    given = {"Content-Type": JSON, "Link": link, **(headers or {})}
    # A header is Latin-1; addresses in links are encoded already.
    return Answer(status, msgspec.json.encode(value), given)
