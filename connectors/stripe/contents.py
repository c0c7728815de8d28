"""What is kept of an answer: the facts that `normalise` will need, and nothing else. Pure.

Whoever pays without being a customer of the account is known by what was typed: the same address,
name and phone are the same guest, whichever payment is read last. No card, no address of a page,
no secret of a payment is kept.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from journeysync.core.models import RawRecord, RecordKey

CUSTOMER, GUEST = "customer", "guest"
OURS, STAGE = "journey_", "journey_stage"
"""How the keys begin that we write into a customer's metadata, and the one that is never empty."""
_NOTHING: Mapping[str, str] = {}
INVOICE, PAYMENT, SUBSCRIPTION, CHECKOUT, DISPUTE = (
    "invoice", "payment", "subscription", "checkout", "dispute",
)  # fmt: skip


def text(value: object) -> str:
    """Take a text as it is, trimmed; a number as text; anything else is none."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value).strip() if isinstance(value, str | int) else ""


def inside(row: object, path: str) -> Any:
    """Follow a dotted path; None where it ends early."""
    for step in path.split("."):
        row = row.get(step) if isinstance(row, Mapping) else None
    return row


def id_of(value: object) -> str:
    """Name an object that is given as its id or, expanded, as itself."""
    return text(value.get("id") if isinstance(value, Mapping) else value)


def _typed(emails: Iterable[object], name: object, phone: object) -> dict[str, str]:
    return {
        "email": next((text(one).lower() for one in emails if text(one)), ""),
        "name": text(name),
        "phone": re.sub(r"(?!^\+)\D", "", text(phone)),
    }


class Kept:
    """Makes raw records of one account under one mapping's paths."""

    def __init__(self, tool: str, paths: Mapping[str, Sequence[str]]) -> None:
        self._tool = tool
        self._paths = paths

    def customer(self, row: Mapping[str, Any]) -> list[RawRecord]:
        """Keep a customer; a deleted one as a tombstone."""
        if row.get("deleted"):
            return [self._record(CUSTOMER, row, None)]
        names = ("email", "name", "phone", "created")
        content = {name: row.get(name) for name in names}
        return [self._record(CUSTOMER, row, content, shown=_shown(row))]

    def invoice(self, row: Mapping[str, Any]) -> list[RawRecord]:
        """Keep an invoice; in newer versions of the API its subscription stands elsewhere."""
        names = ("status", "currency", "total", "amount_paid", "billing_reason", "created",
                 "due_date", "number")  # fmt: skip
        lines = _list(inside(row, "lines.data"))
        content = {name: row.get(name) for name in names} | {
            "finalized_at": inside(row, "status_transitions.finalized_at"),
            "paid_at": inside(row, "status_transitions.paid_at"),
            "subscription": id_of(row.get("subscription"))
            or id_of(inside(row, "parent.subscription_details.subscription")),
            "metadata": _metadata(row),
            "descriptions": _texts(
                row.get("description"), *(one.get("description") for one in lines)
            ),
            "products": _texts(*(_product(one) for one in lines)),
        }
        typed = _typed([row.get("customer_email")], row.get("customer_name"),
                       row.get("customer_phone"))  # fmt: skip
        return self._with_who(INVOICE, row, content, row.get("customer"), typed)

    def payment(
        self, row: Mapping[str, Any], refunds: Sequence[Mapping[str, Any]]
    ) -> list[RawRecord]:
        """Keep a charge with its refunds."""
        content = self._payment(row) | {
            "refunds": [
                {name: one.get(name) for name in ("id", "amount", "created", "status")}
                for one in refunds
            ],
        }
        return self._with_who(PAYMENT, row, content, row.get("customer"), _payer(row))

    def _payment(self, row: Mapping[str, Any]) -> dict[str, Any]:
        names = ("status", "currency", "amount", "amount_captured", "captured", "created",
                 "failure_code")  # fmt: skip
        return {name: row.get(name) for name in names} | {
            "intent": id_of(row.get("payment_intent")),
            "invoice": id_of(row.get("invoice")),
            "metadata": _metadata(row),
            "descriptions": _texts(row.get("description")),
            "products": [],
        }

    def subscription(self, row: Mapping[str, Any]) -> list[RawRecord]:
        """Keep a subscription."""
        names = ("status", "created", "start_date", "canceled_at", "ended_at", "cancel_at")
        content = {name: row.get(name) for name in names} | {"metadata": _metadata(row)}
        return self._with_who(SUBSCRIPTION, row, content, row.get("customer"), _typed((), "", ""))

    def checkout(self, row: Mapping[str, Any]) -> list[RawRecord]:
        """Keep a checkout session."""
        names = ("status", "payment_status", "currency", "amount_total", "created", "expires_at")
        content = {name: row.get(name) for name in names} | {"metadata": _metadata(row)}
        told = inside(row, "customer_details") or {}
        emails = [told.get("email"), row.get("customer_email")]
        typed = _typed(emails, told.get("name"), told.get("phone"))
        return self._with_who(CHECKOUT, row, content, row.get("customer"), typed)

    def dispute(self, row: Mapping[str, Any]) -> list[RawRecord]:
        """Keep a dispute with the payment that it is about."""
        names = ("status", "reason", "currency", "amount", "created")
        charge = row.get("charge")
        paid = charge if isinstance(charge, Mapping) else {}
        content = {name: row.get(name) for name in names} | {
            "charge": id_of(charge),
            "payment": self._payment(paid),
            "metadata": _metadata(paid),
        }
        return self._with_who(DISPUTE, row, content, paid.get("customer"), _payer(paid))

    def _with_who(
        self,
        kind: str,
        row: Mapping[str, Any],
        content: dict[str, Any],
        customer: object,
        typed: dict[str, str],
    ) -> list[RawRecord]:
        if customer := id_of(customer):
            return [self._record(kind, row, {**content, "who": customer})]
        if not any(typed.values()):
            return [self._record(kind, row, content)]
        # What is typed into a checkout may still change; a payment's guest must not go with it.
        group = kind if kind == CHECKOUT else PAYMENT
        digest = hashlib.sha256("\n".join([group, *typed.values()]).encode()).hexdigest()[:16]
        guest = RawRecord(RecordKey(self._tool, GUEST, f"guest-{digest}"), typed)
        return [guest, self._record(kind, row, {**content, "who": guest.key.id})]

    def _record(
        self,
        kind: str,
        row: Mapping[str, Any],
        content: dict[str, Any] | None,
        shown: Mapping[str, str] = _NOTHING,
    ) -> RawRecord:
        key = RecordKey(self._tool, kind, id_of(row))
        if content is None:
            return RawRecord(key, {}, deleted=True)
        found = {path: text(inside(row, path)) for path in self._paths.get(kind, ())}
        content |= {"attributes": {path: one for path, one in found.items() if one}}
        return RawRecord(key, content, shown=shown)


def _payer(row: Mapping[str, Any]) -> dict[str, str]:
    told = inside(row, "billing_details") or {}
    return _typed(
        [told.get("email"), row.get("receipt_email")], told.get("name"), told.get("phone")
    )


def _shown(row: Mapping[str, Any]) -> dict[str, str]:
    """Say what our keys hold: the stage always, since a key that was emptied is gone."""
    held = {key: value for key, value in _metadata(row).items() if key.startswith(OURS)}
    return {STAGE: "", **held}


def _metadata(row: Mapping[str, Any]) -> dict[str, str]:
    held = row.get("metadata")
    return {str(key): text(value) for key, value in held.items()} if isinstance(held, dict) else {}


def _product(line: Mapping[str, Any]) -> object:
    return id_of(inside(line, "price.product")) or inside(line, "pricing.price_details.product")


def _list(value: object) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def _texts(*values: object) -> list[str]:
    return [text(one) for one in values if text(one)]
