"""Says what of a record cannot be read: what is missing would look as if it never was. Pure."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from journeysync.connectors import money
from journeysync.connectors.stripe.contents import DISPUTE, INVOICE, PAYMENT
from journeysync.core.instants import EARLIEST, LATEST, SECOND, from_micros
from journeysync.core.models import RawRecord, SetAside

_DATES = ("finalized_at", "paid_at", "due_date", "start_date", "canceled_at", "ended_at",
          "expires_at")  # fmt: skip
_AMOUNTS = {INVOICE: "total", PAYMENT: "amount", DISPUTE: "amount"}


def instant(value: object) -> datetime | None:
    """Read seconds since 1970; None for what is none."""
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    micros = value * SECOND
    return from_micros(micros) if EARLIEST <= micros <= LATEST else None


def whole_number(value: object) -> int:
    """Read a whole number; what is none counts nothing."""
    return value if isinstance(value, int) else 0


def aside(record: RawRecord) -> Iterator[SetAside]:
    """Say what of a record could not be read."""
    name, content = str(record.key), record.content
    if instant(content.get("created")) is None:
        yield SetAside(name, "BAD_DATE", "The object has no date of creation.")
    odd = [one for one in _DATES if content.get(one) is not None and not instant(content[one])]
    if odd:
        yield SetAside(name, "BAD_DATE", f"What the object says for `{odd[0]}` is no date.")
    amount = _AMOUNTS.get(record.key.type)
    if amount and money.from_minor(content.get(amount), "") is None:
        yield SetAside(name, "BAD_AMOUNT", f"What the object says for `{amount}` is no amount.")
    refunds: Any = content.get("refunds") or ()
    if any(not instant(one["created"]) or not whole_number(one["amount"]) for one in refunds):
        yield SetAside(name, "BAD_REFUND", "One of the payment's refunds has no date or no amount.")
