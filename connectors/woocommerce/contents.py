"""What is kept of an answer: the facts that `normalise` will need, and nothing else. Pure.

A guest has no record in the shop. What he typed into the order form is the record: the same
address and name, the same guest. Two spellings are two guests, joined by their address like any
two records; so a guest's record never depends on which of his orders was read last.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any

from journeysync.connectors.mapping_files import fits
from journeysync.core.models import RawRecord, RecordKey

CUSTOMER, ORDER, GUEST, SUBSCRIPTION = "customer", "order", "guest", "subscription"

ORDER_FIELDS = (
    "id", "number", "status", "currency", "total", "customer_id", "created_via",
    "date_created_gmt", "date_modified_gmt", "date_paid_gmt", "date_completed_gmt",
    "billing", "line_items", "refunds",
)  # fmt: skip
"""What is asked of every order; the mapping adds to it."""

CUSTOMER_FIELDS = ("id", "email", "first_name", "last_name", "date_created_gmt", "billing")

SUBSCRIPTION_FIELDS = (
    "id", "status", "currency", "total", "customer_id", "billing", "date_created_gmt",
    "date_modified_gmt", "start_date_gmt", "cancelled_date_gmt", "end_date_gmt",
)  # fmt: skip

WHO_FIELDS = ("id", "customer_id", "billing", "date_created_gmt", "status")
"""What tells whose an order is."""


def text(value: object) -> str:
    """Take a text as it is, trimmed; a number as text; anything else is none."""
    if type(value) is str:  # nearly always: asked first, it takes a third of the time
        return value.strip()
    return str(value).strip() if isinstance(value, str | int | float) else ""


def inside(row: Mapping[str, Any], path: str) -> str:
    """Follow a dotted path to a text."""
    found: Any = row.get(path)
    if found is None and "." in path:
        found = row
        for step in _steps(path):
            found = found.get(step) if isinstance(found, dict) else None
    if isinstance(found, bool):
        return str(found).lower()
    return text(found)


@cache
def _steps(path: str) -> tuple[str, ...]:
    return tuple(path.split("."))


def roots(paths: Iterable[str | None]) -> set[str]:
    """Name the fields to ask for, so that paths can be followed."""
    return {path.split(".", 1)[0] for path in paths if path} - {"meta"}


def guest_of(kind: str, row: Mapping[str, Any]) -> tuple[str, dict[str, str]] | None:
    """Say who ordered without an account: an id made of it, and what was typed. None: nobody.

    A guest belongs to one stream: when none of its orders names them any more, they are gone.
    """
    billing = row.get("billing")
    if not isinstance(billing, dict):
        return None
    get = billing.get
    email, first, last, phone = (
        text(get("email")).lower(), text(get("first_name")), text(get("last_name")),
        text(get("phone")),
    )  # fmt: skip
    if phone:
        phone = _NO_DIGIT.sub("", phone)
    if not (email or first or last or phone):
        return None
    digest = hashlib.sha256(f"{kind}\n{email}\n{first}\n{last}\n{phone}".encode()).hexdigest()
    typed = {"email": email, "first_name": first, "last_name": last, "phone": phone}
    return f"guest-{digest[:16]}", typed


_NO_DIGIT = re.compile(r"(?!^\+)\D")


def has_account(row: Mapping[str, Any]) -> bool:
    """Say whether an order was made by somebody with an account."""
    number = row.get("customer_id")
    return number != 0 if type(number) is int else text(number) not in {"", "0"}


def order_records(
    tool: str,
    row: Mapping[str, Any],
    refunds: Mapping[str, Mapping[str, Any]],
    paths: Sequence[str],
    meta: tuple[str, ...],
    beside: Mapping[str, Any] | None = None,
) -> list[RawRecord]:
    """Keep an order with its refunds and what stands beside it, and the guest who made it."""
    get = row.get
    # Texts as they are, nearly always: this is done for each of a hundred thousand orders.
    content: dict[str, Any] = {
        name: found if type(found := get(name)) is str else text(found) for name in _PLAIN
    }
    content["attributes"] = {path: found for path in paths if (found := inside(row, path))}
    content["items"] = [
        {
            "name": text(item.get("name")),
            "sku": text(item.get("sku")),
            "quantity": text(item.get("quantity")),
        }
        for item in list_of(get("line_items"))
    ]
    content["refunds"] = [_refund(one, refunds) for one in list_of(get("refunds"))]
    content["meta"] = {
        key: one.get("value")
        for one in list_of(get("meta_data"))
        if (key := text(one.get("key"))) and _is_asked(meta, key)
    }
    if beside:
        content |= beside
    return _with_who(tool, ORDER, row, content)


@lru_cache(maxsize=4096)
def _is_asked(meta: tuple[str, ...], key: str) -> bool:
    """Whether the mapping names a key of meta data; a shop's orders have the same dozens."""
    return fits(meta, key)


def subscription_records(tool: str, row: Mapping[str, Any]) -> list[RawRecord]:
    """Keep a subscription, and who made it where there is no account."""
    names = ("status", "currency", "total", "start_date_gmt", "cancelled_date_gmt", "end_date_gmt")
    return _with_who(tool, SUBSCRIPTION, row, {name: text(row.get(name)) for name in names})


def _with_who(
    tool: str, kind: str, row: Mapping[str, Any], content: dict[str, Any]
) -> list[RawRecord]:
    guests: list[RawRecord] = []
    if has_account(row):
        content["who"] = text(row["customer_id"])
    elif guest := guest_of(kind, row):
        content["who"] = guest[0]
        guests = [RawRecord(RecordKey(tool, GUEST, guest[0]), guest[1])]
    return [*guests, RawRecord(RecordKey(tool, kind, text(row.get("id"))), content)]


_PLAIN = (
    "status", "currency", "total", "created_via",
    "date_created_gmt", "date_modified_gmt", "date_paid_gmt", "date_completed_gmt",
)  # fmt: skip


def _refund(one: Mapping[str, Any], known: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Put the date, which orders leave out, beside the amount."""
    number = text(one.get("id"))
    whole = known.get(number, {})
    return {
        "id": number,
        "amount": text(whole.get("amount")) or text(one.get("total")),
        "date_created_gmt": text(whole.get("date_created_gmt")),
    }


def customer_record(tool: str, row: Mapping[str, Any], paths: Sequence[str]) -> RawRecord:
    """Keep an account."""
    names = ("email", "first_name", "last_name", "date_created_gmt")
    content: dict[str, Any] = {name: text(row.get(name)) for name in names}
    content["billing"] = {name: inside(row, f"billing.{name}") for name in ("email", "phone")}
    content["attributes"] = {path: found for path in paths if (found := inside(row, path))}
    return RawRecord(RecordKey(tool, CUSTOMER, text(row.get("id"))), content)


def keys_of(tool: str, kind: str, row: Mapping[str, Any]) -> list[RecordKey]:
    """Name the records that an order or subscription stands for."""
    keys = [RecordKey(tool, kind, text(row.get("id")))]
    if not has_account(row) and (guest := guest_of(kind, row)):
        keys.append(RecordKey(tool, GUEST, guest[0]))
    return keys


def list_of(value: object) -> list[Mapping[str, Any]]:
    """Take a list's rows; what is no list has none."""
    if not value or not isinstance(value, list):
        return []
    return [one for one in value if isinstance(one, dict)]
