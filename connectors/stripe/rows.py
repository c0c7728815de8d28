"""Decodes of a page of objects only what is kept of them. Pure.

Charges, invoices and events are long, and little of them is used: to skip the rest while decoding
saves a third of the time. A page that holds anything of another form than usual is decoded whole.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypedDict

import msgspec

Read = Callable[[bytes], dict[str, Any]]
"""Reads an answer's body. Raises ValueError for what is no JSON object."""


class _Typed(TypedDict, total=False):
    email: Any
    name: Any
    phone: Any


class _Refund(TypedDict, total=False):
    id: Any
    amount: Any
    created: Any
    status: Any
    balance_transaction: Any


class _Refunds(TypedDict, total=False):
    data: list[_Refund]
    has_more: Any


class _Line(TypedDict, total=False):
    description: Any
    price: Any
    pricing: Any


class _Lines(TypedDict, total=False):
    data: list[_Line]


class _About(TypedDict, total=False):
    id: Any
    object: Any
    charge: Any


class _Data(TypedDict, total=False):
    object: _About


_USUAL: Mapping[str, Any] = {
    "billing_details": _Typed | None, "refunds": _Refunds | None, "lines": _Lines | None,
    "data": _Data,
}  # fmt: skip

FIELDS: Mapping[str, tuple[str, ...]] = {
    "charges": (
        "id", "livemode", "created", "status", "currency", "amount", "amount_captured",
        "amount_refunded", "captured", "failure_code", "payment_intent", "invoice", "metadata",
        "description", "customer", "billing_details", "receipt_email", "refunds",
    ),
    "invoices": (
        "id", "livemode", "created", "status", "currency", "total", "amount_paid", "amount_due",
        "paid_out_of_band", "billing_reason", "due_date", "number", "status_transitions",
        "subscription", "parent", "charge", "payment_intent", "payments", "metadata",
        "description", "lines", "customer", "customer_email", "customer_name", "customer_phone",
    ),
    "events": ("id", "livemode", "created", "data"),
}  # fmt: skip
"""What is kept of the objects of a list; of those that are not here, all is read."""


def whole(body: bytes) -> dict[str, Any]:
    """Read all that an answer holds."""
    try:
        return msgspec.json.decode(body, type=dict[str, Any])
    except msgspec.MsgspecError as error:
        raise ValueError("no JSON object") from error


def only(path: str, roots: Iterable[str] = ()) -> Read:
    """Make what reads a page of a list; `roots` are fields of which everything is wanted."""
    if path not in FIELDS:
        return whole
    entire = set(roots)
    forms = {
        name: Any if name in entire else _USUAL.get(name, Any) for name in {*FIELDS[path], *entire}
    }
    make: Any = TypedDict  # a mapping says which fields there are
    rows: Any = list[make("Row", forms, total=False)]  # type: ignore[misc]  # a type made as we go
    pages = msgspec.json.Decoder(make("Page", {"data": rows, "has_more": Any}, total=False))

    def read(body: bytes) -> dict[str, Any]:
        try:
            found: dict[str, Any] = pages.decode(body)
        except msgspec.MsgspecError:
            return whole(body)
        return found

    return read
