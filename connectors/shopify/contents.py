"""What is kept of an answer: nearly all, as nothing is asked for that `normalise` does not need.

Ids of records and of those who bought are kept as the numbers that people see in the shop's
addresses, without `gid://shopify/...`; a list is a list, by ascending id, however it was asked for.
Pure.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from journeysync.connectors.guests import guest_id
from journeysync.connectors.shopify.documents import alias_of
from journeysync.core.models import RawRecord, RecordKey

CUSTOMER, ORDER, CART, SUBSCRIPTION = "customer", "order", "cart", "subscription"
INVOICE = "invoice"
"""What a draft order is for the one who gets it."""

Row = dict[str, Any]

_KINDS: Mapping[str, str] = {
    "customers": CUSTOMER, "orders": ORDER, "checkouts": CART, "drafts": INVOICE,
    "subscriptions": SUBSCRIPTION,
}  # fmt: skip
_LISTS: Mapping[str, tuple[str, ...]] = {
    ORDER: ("lineItems", "returns", "refunds", "fulfillments", "transactions"),
    CART: ("lineItems",),
    SUBSCRIPTION: ("billingAttempts",),
}
_DATED = (ORDER, CART, INVOICE)
"""What goes out of sight when it is old."""
_NAMED = (ORDER, INVOICE)
"""What names the one who bought, also where that one has no record in the shop."""
_PERSONAL = ("email", "phone", "billingAddress")


def instant(value: object) -> datetime | None:
    """Read an ISO 8601 instant; None for what is none."""
    if not isinstance(value, str) or not value:
        return None
    try:
        found = datetime.fromisoformat(value)
        return found.astimezone(UTC) if found.tzinfo else None
    except (ValueError, OverflowError):
        return None


def text(value: object) -> str:
    """Take a text as it is, trimmed; a number as text; anything else is none."""
    if type(value) is str:
        return value.strip()
    return str(value) if isinstance(value, int | float) else ""


def number(row: object) -> str:
    """Read the number out of a record's `gid://shopify/Order/1`; empty where there is none."""
    named = row.get("id") if type(row) is dict else None
    if type(named) is not str:
        return ""
    found = named[named.rfind("/") + 1 :]
    if not found.isdecimal():
        found = found.partition("?")[0]
    return found if found.isdecimal() else ""


def inside(row: object, path: str) -> Any:
    """Follow a dotted path."""
    for step in path.split("."):
        row = row.get(step) if isinstance(row, dict) else None
    return row


def nodes(row: Row, name: str) -> list[Row]:
    """List what is in a connection, or in a plain list, by ascending id, each once.

    Files have no order, and pages of a list that grew meanwhile may overlap.
    """
    found = row.get(name)
    if type(found) is dict:
        found = found.get("nodes")
    if not found or type(found) is not list:
        return []
    if len(found) == 1:
        return found if type(found[0]) is dict else []
    unique = {one.get("id"): one for one in found if type(one) is dict}
    return sorted(unique.values(), key=_place)


def _place(row: Row) -> int:
    return int(number(row) or 0)


def keep(tool: str, stream: str, row: Row, paths: Sequence[str]) -> RawRecord:
    """Keep a record of a stream. The row is the record's from now on."""
    kind = _KINDS[stream]
    row["attributes"] = _attributes(row, paths)
    for name in _LISTS.get(kind, ()):
        row[name] = nodes(row, name)
    if kind != CUSTOMER:
        _name(row, kind)
    listed = instant(row.get("createdAt")) if kind in _DATED else None
    return RawRecord(RecordKey(tool, kind, number(row)), row, listed_at=listed)


def kind_of(stream: str) -> str:
    """Name the type of a stream's records."""
    return _KINDS[stream]


def _attributes(row: Row, paths: Sequence[str]) -> dict[str, str]:
    """Keep what a mapping names, as texts; a list of texts as one."""
    found: dict[str, str] = {}
    for path in paths:
        value = row.get(path)
        if value is None and "." in path:
            metafield = path.startswith("metafield.")
            value = inside(row, f"{alias_of(path)}.value" if metafield else path)
        if type(value) is bool:
            value = str(value).lower()
        elif type(value) is list:
            value = ", ".join(filter(None, map(text, value)))
        if told := text(value):
            found[path] = told
    return found


def _name(row: Row, kind: str) -> None:
    """Say whose it is: a customer, or a guest; what is known of a customer stands elsewhere."""
    customer = row["customer"] = number(row.get("customer"))
    if kind not in _NAMED:
        return
    if customer:
        for name in _PERSONAL:
            row.pop(name, None)
        return
    email, phone = text(row.get("email")), text(row.get("phone"))
    # A phone number is hidden in the same way, as an address that nobody can have.
    row["guest"] = guest_id(email) or guest_id(f"{phone}@phone.invalid" if phone else "")
