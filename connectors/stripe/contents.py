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
    if type(value) is str:  # nearly always
        return value.strip()
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int) else ""


def inside(row: object, path: str) -> Any:
    """Follow a dotted path; None where it ends early."""
    if "." not in path:
        return row.get(path) if isinstance(row, dict) else None
    for step in path.split("."):
        row = row.get(step) if isinstance(row, dict) else None
    return row


def id_of(value: object) -> str:
    """Name an object that is given as its id or, expanded, as itself."""
    return text(value.get("id") if isinstance(value, dict) else value)


_NO_DIGIT = re.compile(r"(?!^\+)\D")


def _typed(emails: Iterable[object], name: object, phone: object) -> dict[str, str]:
    return {
        "email": next((found.lower() for one in emails if (found := text(one))), ""),
        "name": text(name),
        "phone": _NO_DIGIT.sub("", text(phone)) if phone else "",
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
        names = ("status", "currency", "total", "amount_paid", "amount_due", "paid_out_of_band",
                 "billing_reason", "created", "due_date", "number")  # fmt: skip
        lines = list_of(inside(row, "lines.data"))
        content = {name: row.get(name) for name in names} | {
            "finalized_at": inside(row, "status_transitions.finalized_at"),
            "paid_at": inside(row, "status_transitions.paid_at"),
            "subscription": id_of(row.get("subscription"))
            or id_of(inside(row, "parent.subscription_details.subscription")),
            "payments": _payments(row),
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
        content = self._payment(row)
        content["refunds"] = [{name: one.get(name) for name in _REFUND} for one in refunds]
        return self._with_who(PAYMENT, row, content, row.get("customer"), _payer(row))

    def _payment(self, row: Mapping[str, Any]) -> dict[str, Any]:
        get = row.get
        content: dict[str, Any] = {name: get(name) for name in _PAYMENT}
        content["intent"] = id_of(get("payment_intent"))
        content["invoice"] = id_of(get("invoice"))
        content["metadata"] = _metadata(row)
        content["descriptions"] = _texts(get("description"))
        content["products"] = []
        return content

    def subscription(self, row: Mapping[str, Any]) -> list[RawRecord]:
        """Keep a subscription."""
        names = ("status", "created", "start_date", "canceled_at", "ended_at", "cancel_at")
        content = {name: row.get(name) for name in names} | {"metadata": _metadata(row)}
        return self._with_who(SUBSCRIPTION, row, content, row.get("customer"), _typed((), "", ""))

    def checkout(self, row: Mapping[str, Any]) -> list[RawRecord]:
        """Keep a checkout session."""
        names = ("status", "mode", "payment_status", "currency", "amount_total", "created",
                 "expires_at")  # fmt: skip
        content = {name: row.get(name) for name in names} | {"metadata": _metadata(row)}
        typed = _typed_in(row.get("customer_details"), row.get("customer_email"))
        return self._with_who(CHECKOUT, row, content, row.get("customer"), typed)

    def dispute(self, row: Mapping[str, Any]) -> list[RawRecord]:
        """Keep a dispute with the payment that it is about."""
        names = ("status", "reason", "currency", "amount", "created")
        charge = row.get("charge")
        paid = charge if isinstance(charge, dict) else {}
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
        paths = self._paths.get(kind, ())
        content["attributes"] = {path: one for path in paths if (one := text(inside(row, path)))}
        return RawRecord(key, content, shown=shown)


_PAYMENT = ("status", "currency", "amount", "amount_captured", "captured", "created",
            "failure_code")  # fmt: skip
_REFUND = ("id", "amount", "created", "status", "balance_transaction")


def _payer(row: Mapping[str, Any]) -> dict[str, str]:
    return _typed_in(row.get("billing_details"), row.get("receipt_email"))


def _typed_in(told: object, email: object) -> dict[str, str]:
    """Read what was typed into a form; the address may also stand beside it."""
    form = told if isinstance(told, dict) else {}
    return _typed((form.get("email"), email), form.get("name"), form.get("phone"))


def _shown(row: Mapping[str, Any]) -> dict[str, str]:
    """Say what our keys hold: the stage always, since a key that was emptied is gone."""
    held = {key: value for key, value in _metadata(row).items() if key.startswith(OURS)}
    return {STAGE: "", **held}


def _metadata(row: Mapping[str, Any]) -> dict[str, str]:
    held = row.get("metadata")
    if not held or not isinstance(held, dict):
        return {}
    return {key: text(value) for key, value in held.items()}


def _payments(invoice: Mapping[str, Any]) -> list[str]:
    """Name an invoice's payments; in newer versions of the API they stand in a list."""
    several = [inside(one, "payment") for one in list_of(inside(invoice, "payments.data"))]
    named = [inside(one, name) for one in (invoice, *several) for name in _NAMES_OF_A_PAYMENT]
    return sorted({number for one in named if (number := id_of(one))})


_NAMES_OF_A_PAYMENT = ("charge", "payment_intent")


def _product(line: Mapping[str, Any]) -> object:
    return id_of(inside(line, "price.product")) or inside(line, "pricing.price_details.product")


def list_of(value: object) -> list[dict[str, Any]]:
    """Take a list's rows; what is no list has none."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _texts(*values: object) -> list[str]:
    return [found for one in values if (found := text(one))]
