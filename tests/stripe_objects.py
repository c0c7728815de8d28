"""Stripe's objects as a real account shows them, few words each; dates are days since the first."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from journeysync.connectors.mapping_files import read_mapping
from journeysync.connectors.stripe.contents import Kept
from journeysync.connectors.stripe.mapping import StripeMapping
from journeysync.core.models import RawRecord

SHIPPED = read_mapping(Path("nowhere"), None, "stripe", StripeMapping)
FIRST = 1_790_000_000
DAY = 86_400

Thing = dict[str, Any]


def at(day: float) -> int:
    return FIRST + round(day * DAY)


def day(moment: datetime) -> float:
    """Say how many days after the first something was."""
    return round((moment - datetime.fromtimestamp(FIRST, UTC)).total_seconds() / DAY, 3)


def customer(number: str = "cus_1", **more: Any) -> Thing:
    return {"id": number, "object": "customer", "created": at(0), "email": "ana@example.com",
            "name": "Ana Ruiz", "phone": None, "metadata": {}, **more}  # fmt: skip


def charge(number: str, when: float, amount: Any, **more: Any) -> Thing:
    """Write a charge of a customer's card that went through, unless told otherwise."""
    failed = more.get("status") == "failed"
    return {
        "id": number, "object": "charge", "created": at(when), "amount": amount,
        "amount_captured": 0 if failed else amount, "amount_refunded": 0, "currency": "eur",
        "status": "succeeded", "captured": not failed, "customer": "cus_1", "invoice": None,
        "payment_intent": "pi_" + number.partition("_")[2], "description": None, "metadata": {},
        "failure_code": "card_declined" if failed else None, "receipt_email": None,
        "billing_details": {"email": None, "name": None, "phone": None},
        "refunds": {"object": "list", "data": [], "has_more": False}, **more,
    }  # fmt: skip


def refund(number: str, when: float, amount: Any, **more: Any) -> Thing:
    return {"id": number, "object": "refund", "created": at(when), "amount": amount,
            "status": "succeeded", "balance_transaction": f"txn_{number}", **more}  # fmt: skip


def refunded(paid: Thing, *refunds: Thing) -> Thing:
    return {**paid, "refunds": {"object": "list", "data": [*refunds][::-1], "has_more": False}}


def invoice(
    number: str, when: float, total: int, *, paid: float | None = None, **more: Any
) -> Thing:
    """Write an invoice that was finalised at once, and paid where a day says when."""
    steps = {"finalized_at": at(when), "paid_at": None if paid is None else at(paid),
             "voided_at": None, "marked_uncollectible_at": None}  # fmt: skip
    return {
        "id": number, "object": "invoice", "created": at(when), "total": total,
        "amount_due": total, "amount_paid": 0 if paid is None else total, "currency": "eur",
        "status": "open" if paid is None else "paid", "paid_out_of_band": False,
        "billing_reason": "manual", "due_date": None, "number": None, "customer": "cus_1",
        "subscription": None, "metadata": {}, "description": None,
        "lines": {"object": "list", "data": [], "has_more": False},
        "status_transitions": steps, **more,
    }  # fmt: skip


def lines(*texts: str, product: str = "") -> Thing:
    price = {"product": product} if product else None
    return {"data": [{"description": text, "price": price} for text in texts], "has_more": False}


def subscription(when: float, **more: Any) -> Thing:
    return {"id": "sub_1", "object": "subscription", "created": at(when), "start_date": at(when),
            "status": "active", "customer": "cus_1", "canceled_at": None, "ended_at": None,
            "cancel_at": None, "cancel_at_period_end": False, "metadata": {}, **more}  # fmt: skip


def session(number: str, when: float, amount: int | None, **more: Any) -> Thing:
    return {
        "id": number, "object": "checkout.session", "created": at(when), "status": "open",
        "mode": "payment", "payment_status": "unpaid", "amount_total": amount, "currency": "eur",
        "expires_at": at(when + 1), "customer": None, "customer_email": None, "metadata": {},
        "customer_details": {"email": "ana@example.com", "name": None, "phone": None}, **more,
    }  # fmt: skip


def dispute(when: float, paid: Thing, status: str, **more: Any) -> Thing:
    return {"id": "dp_1", "object": "dispute", "created": at(when), "amount": paid["amount"],
            "currency": paid["currency"], "charge": paid, "status": status,
            "reason": "product_not_received", "metadata": {}, **more}  # fmt: skip


def kept(*things: Thing) -> list[RawRecord]:
    """Keep objects as a reading does, without attributes of a mapping."""
    keep = Kept("billing", {})
    by: dict[str, Any] = {
        "customer": keep.customer, "invoice": keep.invoice, "subscription": keep.subscription,
        "charge": lambda row: keep.payment(row, row["refunds"]["data"]),
        "checkout.session": keep.checkout, "dispute": keep.dispute,
    }  # fmt: skip
    return [record for thing in things for record in by[thing["object"]](thing)]
