"""What is kept of an answer: the facts that `normalise` will need, and nothing else. Pure.

A guest has no record in the shop. What he typed into the order form is the record: the same
address and name, the same guest. Two spellings are two guests, joined by their address like any
two records; so a guest's record never depends on which of his orders was read last.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Any

from journeysync.connectors.mapping_files import fits
from journeysync.connectors.woocommerce.values import inside, text
from journeysync.core.models import RawRecord, RecordKey

CUSTOMER, ORDER, GUEST, SUBSCRIPTION = "customer", "order", "guest", "subscription"

ORDER_FIELDS = (
    "id", "number", "status", "currency", "total", "customer_id", "created_via",
    "date_created_gmt", "date_modified_gmt", "date_paid_gmt", "date_completed_gmt",
    "billing", "line_items", "refunds", "transaction_id",
)  # fmt: skip
"""What is asked of every order; the mapping adds to it."""

CUSTOMER_FIELDS = ("id", "email", "first_name", "last_name", "date_created_gmt", "billing")

SUBSCRIPTION_FIELDS = (
    "id", "status", "currency", "total", "customer_id", "billing", "date_created_gmt",
    "date_modified_gmt", "start_date_gmt", "cancelled_date_gmt", "end_date_gmt",
)  # fmt: skip

WHO_FIELDS = ("id", "customer_id", "billing", "date_created_gmt", "status")
"""What tells whose an order is."""


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


class Asked(dict[str, bool]):
    """Which keys of meta data the mapping names; a shop's orders have the same dozens."""

    def __init__(self, globs: tuple[str, ...]) -> None:
        self._globs = globs

    def __missing__(self, key: str) -> bool:
        self[key] = found = fits(self._globs, key)
        return found


def order_records(
    tool: str,
    row: Mapping[str, Any],
    refunds: Mapping[str, Mapping[str, Any]],
    paths: Sequence[str],
    meta: Asked,
    beside: Mapping[str, Any] | None = None,
) -> list[RawRecord]:
    """Keep an order with its refunds and what stands beside it, and the guest who made it.

    The order comes in the usual form: this is done for each of a hundred thousand.
    """
    get = row.get
    content: dict[str, Any] = {name: get(name) or "" for name in _PLAIN}
    content["attributes"] = {path: found for path in paths if (found := inside(row, path))}
    content["items"] = get("line_items") or []
    given = get("refunds")
    content["refunds"] = [_refund(one, refunds) for one in given] if given else []
    held = get("meta_data")
    content["meta"] = (
        {one["key"]: one["value"] for one in held if one["key"] and meta[one["key"]]}
        if held
        else {}
    )
    if beside:
        content |= beside
    return _with_who(tool, ORDER, row, content)


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
    "status", "currency", "total", "created_via", "transaction_id",
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
