"""Payment intents, drawn from the charges that were their attempts; they leave no events. Pure."""

from collections.abc import Iterable
from typing import Any

Thing = dict[str, Any]


def intents(charges: Iterable[Thing]) -> dict[str, Thing]:
    """Draw the intents of charges, which come oldest first."""
    attempts: dict[str, list[Thing]] = {}
    for one in charges:
        if one["payment_intent"]:
            attempts.setdefault(one["payment_intent"], []).append(one)
    return {number: _intent(number, tries) for number, tries in attempts.items()}


def _intent(number: str, tries: list[Thing]) -> Thing:
    last = tries[-1]
    status = _status(last)
    waits = status == "requires_capture"
    return {
        "id": number, "object": "payment_intent", "created": tries[0]["created"],
        "livemode": last["livemode"], "amount": last["amount"],
        "amount_capturable": last["amount"] if waits else 0, "amount_details": {"tip": {}},
        "amount_received": last["amount_captured"] if status == "succeeded" else 0,
        "application": None, "application_fee_amount": None, "automatic_payment_methods": None,
        "canceled_at": None, "cancellation_reason": None,
        "capture_method": "manual" if waits or status == "canceled" else "automatic",
        "client_secret": None, "confirmation_method": "automatic", "currency": last["currency"],
        "customer": last["customer"], "description": last["description"],
        "invoice": last["invoice"], "last_payment_error": _error(last),
        "latest_charge": last["id"], "metadata": last["metadata"], "next_action": None,
        "on_behalf_of": None, "payment_method": None, "payment_method_options": None,
        "payment_method_types": ["card"], "processing": None, "receipt_email": None,
        "review": None, "setup_future_usage": None, "shipping": None,
        "statement_descriptor": None, "statement_descriptor_suffix": None, "status": status,
        "transfer_data": None, "transfer_group": None,
    }  # fmt: skip


def _status(charge: Thing) -> str:
    """Say how an intent stands after its last attempt."""
    if charge["status"] == "failed":
        return "requires_payment_method"
    if charge["status"] == "pending":
        return "processing"
    if charge["captured"]:
        return "succeeded"
    return "canceled" if charge["refunded"] else "requires_capture"


def _error(charge: Thing) -> Thing | None:
    if charge["status"] != "failed":
        return None
    return {"type": "card_error", "code": charge["failure_code"], "charge": charge["id"],
            "message": charge["failure_message"]}  # fmt: skip
