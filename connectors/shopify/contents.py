"""What is kept of an answer: the facts that `normalise` will need, and nothing else. Pure.

Ids are kept as the numbers that people see in the shop's addresses, without `gid://shopify/...`.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from journeysync.connectors.guests import guest_id
from journeysync.connectors.shopify.documents import alias_of
from journeysync.core.models import RawRecord, RecordKey

CUSTOMER, ORDER, CART, SUBSCRIPTION = "customer", "order", "cart", "subscription"
INVOICE = "invoice"
"""What a draft order is for the one who gets it."""
_DATED = (ORDER, CART, INVOICE)
"""What goes out of sight when it is old."""

Row = dict[str, Any]
Content = dict[str, Any]


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
    if isinstance(value, str):
        return value.strip()
    return str(value) if isinstance(value, int | float) else ""


def number(row: object) -> str:
    """Read the number out of a record's `gid://shopify/Order/1`; empty where there is none."""
    named = row.get("id") if isinstance(row, dict) else None
    found = named.rpartition("/")[2].partition("?")[0] if isinstance(named, str) else ""
    return found if found.isdecimal() else ""


def inside(row: object, path: str) -> Any:
    """Follow a dotted path."""
    for step in path.split("."):
        row = row.get(step) if isinstance(row, dict) else None
    return row


def nodes(row: Row, name: str) -> list[Row]:
    """List what is in a connection, or in a plain list, by ascending id: files have no order."""
    found = row.get(name)
    found = found.get("nodes") if isinstance(found, dict) else found
    if not found or not isinstance(found, list):
        return []
    rows = [one for one in found if isinstance(one, dict)]
    return sorted(rows, key=lambda one: int(number(one) or 0)) if len(rows) > 1 else rows


def keep(tool: str, stream: str, row: Row, paths: Sequence[str]) -> RawRecord:
    """Keep a record of a stream."""
    kind, of = _KEPT[stream]
    content = {**of(row), "attributes": _attributes(row, paths)}
    listed = instant(row.get("createdAt")) if kind in _DATED else None
    return RawRecord(RecordKey(tool, kind, number(row)), content, listed_at=listed)


def kind_of(stream: str) -> str:
    """Name the type of a stream's records."""
    return _KEPT[stream][0]


def _attributes(row: Row, paths: Sequence[str]) -> dict[str, str]:
    """Keep what a mapping names, as texts; a list of texts as one."""
    found: dict[str, str] = {}
    for path in paths:
        if path.startswith("metafield."):
            value = inside(row, f"{alias_of(path)}.value")
        else:
            value = inside(row, path) if "." in path else row.get(path)
        if isinstance(value, bool):
            value = str(value).lower()
        if isinstance(value, list):
            value = ", ".join(filter(None, map(text, value)))
        if told := text(value):
            found[path] = told
    return found


def _customer(row: Row) -> Content:
    mail = row.get("defaultEmailAddress")
    return {
        "created": text(row.get("createdAt")),
        "first_name": text(row.get("firstName")),
        "last_name": text(row.get("lastName")),
        "email": text(inside(mail, "emailAddress")),
        "phone": text(inside(row, "defaultPhoneNumber.phoneNumber")),
        "marketing": text(inside(mail, "marketingState")),
        "marketing_since": text(inside(mail, "marketingUpdatedAt")),
    }


def _order(row: Row) -> Content:
    content: Content = {name: text(row.get(field)) for name, field in _ORDER.items()}
    return (
        content
        | _buyer(row)
        | {
            "test": row.get("test") is True,
            "tags": [text(one) for one in row.get("tags") or ()],
            "total": _money(row.get("totalPriceSet")),
            "items": [
                {name: text(one.get(name)) for name in ("name", "sku", "quantity")}
                for one in nodes(row, "lineItems")
            ],
            "refunds": [
                {
                    "id": number(one),
                    "at": text(one.get("processedAt")) or text(one.get("createdAt")),
                    "money": _money(one.get("totalRefundedSet")),
                }
                for one in nodes(row, "refunds")
            ],
            "payments": [
                {
                    "id": number(one),
                    "at": text(one.get("processedAt")) or text(one.get("createdAt")),
                    "money": _money(one.get("amountSet")),
                    **{name: text(one.get(name)) for name in ("kind", "status", "errorCode")},
                }
                for one in nodes(row, "transactions")
            ],
            "parcels": [_parcel(one) for one in nodes(row, "fulfillments")],
            "returns": [
                {
                    "id": number(one),
                    **{name: text(one.get(name)) for name in ("status", "createdAt", "closedAt")},
                    "quantity": text(one.get("totalQuantity")),
                }
                for one in nodes(row, "returns")
            ],
        }
    )


_ORDER = {
    "created": "createdAt",
    "processed": "processedAt",
    "cancelled": "cancelledAt",
    "reason": "cancelReason",
    "source": "sourceName",
    "paid": "displayFinancialStatus",
    "fulfilled": "displayFulfillmentStatus",
}


def _parcel(row: Row) -> Content:
    dates = ("createdAt", "inTransitAt", "deliveredAt", "estimatedDeliveryAt")
    return {
        "id": number(row),
        **{name: text(row.get(name)) for name in ("status", *dates)},
        "sent": row.get("requiresShipping") is not False,
        "tracked": any(text(one.get("number")) for one in nodes(row, "trackingInfo")),
    }


def _cart(row: Row) -> Content:
    return _who(row) | {
        "created": text(row.get("createdAt")),
        "changed": text(row.get("updatedAt")),
        "completed": text(row.get("completedAt")),
        "total": _money(row.get("totalPriceSet")),
        "items": [{"quantity": text(one.get("quantity"))} for one in nodes(row, "lineItems")],
    }


def _invoice(row: Row) -> Content:
    return _buyer(row) | {
        "created": text(row.get("createdAt")),
        "sent": text(row.get("invoiceSentAt")),
        "order": number(row.get("order")),
        "total": _money(row.get("totalPriceSet")),
    }


def _subscription(row: Row) -> Content:
    return _who(row) | {
        "created": text(row.get("createdAt")),
        "changed": text(row.get("updatedAt")),
        "status": text(row.get("status")),
        "attempts": [
            {
                "id": number(one),
                "at": text(one.get("completedAt")),
                "reason": text(one.get("errorCode")),
                "order": number(one.get("order")),
                "money": _money(inside(one, "order.totalPriceSet")),
            }
            for one in nodes(row, "billingAttempts")
        ],
    }


def _who(row: Row) -> Content:
    customer = number(row.get("customer"))
    return {"customer": customer} if customer else {}


def _buyer(row: Row) -> Content:
    """Say whose it is, also where that one has no record in the shop."""
    found = _who(row)
    if not found and (guest := _guest(row)):
        return {"guest": guest}
    return found


def _guest(row: Row) -> dict[str, str] | None:
    """Say who ordered and has no record in the shop: the e-mail address tells, else the phone."""
    email, phone = text(row.get("email")), text(row.get("phone"))
    # A phone number is hidden in the same way, as an address that nobody can have.
    known = guest_id(email) or guest_id(f"{phone}@phone.invalid" if phone else "")
    if not known:
        return None
    return {
        "id": known,
        "email": email,
        "phone": phone,
        "first_name": text(inside(row, "billingAddress.firstName")),
        "last_name": text(inside(row, "billingAddress.lastName")),
    }


def _money(bag: object) -> dict[str, list[str]]:
    """Keep an amount as the shop counts it, and as the customer saw it."""
    both = bag if isinstance(bag, dict) else {}
    return {
        "shop": _amount(both.get("shopMoney")),
        "customer": _amount(both.get("presentmentMoney")),
    }


def _amount(money: object) -> list[str]:
    if not isinstance(money, dict):
        return ["", ""]
    return [text(money.get("amount")), text(money.get("currencyCode"))]


_KEPT: Mapping[str, tuple[str, Callable[[Row], Content]]] = {
    "customers": (CUSTOMER, _customer),
    "orders": (ORDER, _order),
    "checkouts": (CART, _cart),
    "drafts": (INVOICE, _invoice),
    "subscriptions": (SUBSCRIPTION, _subscription),
}
