"""Lists as WordPress gives them: parameters checked, filtered, ordered, cut into pages.

The quirks that were measured on a real shop stand here: strict and whole-second bounds, zones,
ties in no order, totals that vanish past the end. Unknown parameters are ignored without a word.
"""

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode

import msgspec

from journeysync.sandbox.wire import Answer, Request
from journeysync.sandbox.woocommerce.shapes import API, HOME
from journeysync.sandbox.woocommerce.shop import HIDDEN, Order, Refund, Shop

JSON = "application/json; charset=UTF-8"
MOST = 100
ORDERS = ("date", "id", "include", "title", "slug", "modified")
CUSTOMERS = ("id", "include", "name", "registered_date")
Row = Any


class Refusal(Exception):
    """The request ends here with an error of WordPress."""

    def __init__(self, status: int, code: str, message: str, data: Any = None) -> None:
        super().__init__(message)
        self.status = status
        self.body = {
            "code": code,
            "message": message,
            "data": {"status": status} if data is None else data,
        }


@dataclass(frozen=True, slots=True)
class Query:
    """The parameters of one request."""

    given: dict[str, str]

    @classmethod
    def of(cls, request: Request) -> "Query":
        return cls(dict(parse_qsl(request.query, keep_blank_values=True)))

    def text(self, name: str, default: str = "") -> str:
        return self.given.get(name, default)

    def number(self, name: str, default: int, most: int | None = None) -> int:
        text = self.given.get(name)
        if text is None:
            return default
        if not text.isdecimal():
            raise invalid(name, f"{name} is not of type integer.", "rest_invalid_type")
        if most is not None and not 1 <= int(text) <= most:
            why = f"{name} must be between 1 (inclusive) and {most} (inclusive)"
            raise invalid(name, why, "rest_out_of_bounds")
        return int(text)

    def one_of(self, name: str, known: Sequence[str], default: str) -> str:
        text = self.text(name, default)
        if text not in known:
            raise invalid(name, f"{name} is not one of {_or(known)}.", "rest_not_in_enum")
        return text

    def ids(self, name: str) -> set[int] | None:
        text = self.given.get(name)
        return {int(one) for one in text.split(",") if one.isdecimal()} if text else None

    def flag(self, name: str) -> bool:
        return self.text(name).lower() in ("true", "1")

    def date(self, name: str, shop: Shop) -> datetime | None:
        """Read a bound: with an offset it is turned into the shop's own time, whatever follows."""
        text = self.given.get(name)
        if text is None:
            return None
        try:
            found = datetime.fromisoformat(text)
        except ValueError:
            raise invalid(name, "Invalid date.", "rest_invalid_date") from None
        return found.astimezone(shop.zone).replace(tzinfo=None) if found.tzinfo else found


def invalid(name: str, why: str, code: str) -> Refusal:
    """Refuse a parameter."""
    detail = {"code": code, "message": why, "data": None}
    data = {"status": 400, "params": {name: why}, "details": {name: detail}}
    return Refusal(400, "rest_invalid_param", f"Invalid parameter(s): {name}", data)


def _or(known: Sequence[str]) -> str:
    return f"{', '.join(known[:-1])}, and {known[-1]}"


def orders(shop: Shop, query: Query, turn: int) -> list[Order]:
    """Choose and order the orders that a request asks for."""
    known = ["any", *HIDDEN, *shop.statuses]
    statuses = query.text("status", "any").split(",")
    for number, one in enumerate(statuses):
        if one not in known:
            why = f"status[{number}] is not one of {_or(known)}."
            raise invalid("status", why, "rest_not_in_enum")
    wanted = set(statuses)
    if "any" in wanted:
        wanted |= set(shop.statuses)
    customer = query.given.get("customer")
    search = query.text("search").lower()
    found = [
        one
        for one in _dated(shop, query, list(shop.orders.values()))
        if (one.status in wanted or ("any" in wanted and one.status not in HIDDEN))
        and (customer is None or one.customer == int(customer))
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
    by = query.one_of("orderby", CUSTOMERS, "name")
    down = query.one_of("order", ("asc", "desc"), "asc") == "desc"
    role = query.text("role", "customer")
    email = query.text("email").lower()
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
    request: Request, query: Query, path: str, rows: Sequence[Row], write: Callable[[Row], Any]
) -> Answer:
    """Cut out a page; past the end there is nothing, and no total either."""
    size = query.number("per_page", 10, MOST)
    number = query.number("page", 1)
    start = query.number("offset", (number - 1) * size)
    shown = list(rows[start : start + size])
    if request.twist == "repeat-page" and number > 1:
        shown = list(rows[start - size : start])
    if request.twist == "shrink-page":
        shown = shown[: len(shown) // 2]
    fields = [one for one in query.text("_fields").split(",") if one]
    written = [cut(write(one), fields) for one in shown]
    total = len(rows) if shown else 0
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


def cut(record: dict[str, Any], fields: Sequence[str]) -> dict[str, Any]:
    """Leave out what `_fields` does not name; a dot leads inside."""
    if not fields:
        return record
    found: dict[str, Any] = {}
    for name, value in record.items():
        inner = [one.partition(".")[2] for one in fields if one.partition(".")[0] == name]
        if not inner:
            continue
        whole = "" in inner or not isinstance(value, dict)
        found[name] = value if whole else {key: value[key] for key in value if key in inner}
    return found


def answer(status: int, value: Any, headers: dict[str, str] | None = None) -> Answer:
    """Answer with JSON."""
    link = f'<{HOME}/wp-json/>; rel="https://api.w.org/"'
    given = {"Content-Type": JSON, "Link": link, **(headers or {})}
    # A header is Latin-1; addresses in links are encoded already.
    return Answer(status, msgspec.json.encode(value), given)
