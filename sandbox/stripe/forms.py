"""Empty forms of Stripe's objects: every field that a version of 2023 requires. Pure."""

from typing import Any


def listing(url: str, rows: list[Any] | None = None) -> dict[str, Any]:
    """Write a list inside an object."""
    return {"object": "list", "data": rows or [], "has_more": False, "url": url}


def customer(email: str, name: str, phone: str, city: str) -> dict[str, Any]:
    """Write a customer."""
    address = {"city": city, "country": "GB", "line1": None, "line2": None, "postal_code": None,
               "state": None}  # fmt: skip
    return {
        "address": address, "balance": 0, "currency": None, "delinquent": False,
        "default_source": None, "description": None, "discount": None, "email": email,
        "invoice_prefix": None, "metadata": {}, "name": name, "phone": phone or None,
        "preferred_locales": [], "shipping": None, "tax_exempt": "none", "test_clock": None,
        "invoice_settings": {"custom_fields": None, "default_payment_method": None,
                             "footer": None, "rendering_options": None},
    }  # fmt: skip


_CARD: dict[str, Any] = {
    "brand": "visa", "country": "GB", "exp_month": 12, "exp_year": 2030, "fingerprint": "pretend",
    "checks": {"address_line1_check": None, "address_postal_code_check": None,
               "cvc_check": "pass"},
    "funding": "credit", "installments": None, "last4": "4242", "mandate": None,
    "network": "visa", "network_token": {"used": False}, "three_d_secure": None, "wallet": None,
}  # fmt: skip


def charge(amount: int, currency: str, payer: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Write a charge that succeeded, unless told otherwise."""
    return {
        "amount": amount, "amount_captured": amount, "amount_refunded": 0, "application": None,
        "application_fee": None, "application_fee_amount": None, "balance_transaction": None,
        "billing_details": {"address": {"city": None, "country": None, "line1": None,
                                        "line2": None, "postal_code": None, "state": None},
                            "email": None, "name": None, "phone": None, **payer},
        "calculated_statement_descriptor": None, "captured": True, "currency": currency,
        "customer": None, "description": None, "disputed": False,
        "failure_balance_transaction": None, "failure_code": None, "failure_message": None,
        "fraud_details": {}, "invoice": None, "metadata": {}, "on_behalf_of": None,
        "outcome": {"network_status": "approved_by_network", "reason": None,
                    "risk_level": "normal", "risk_score": 12, "type": "authorized",
                    "seller_message": "Payment complete."},
        "paid": True, "payment_intent": None, "payment_method": "pm_pretend",
        "payment_method_details": {"card": dict(_CARD), "type": "card"},
        "receipt_email": None, "receipt_number": None,
        "receipt_url": None, "refunded": False, "review": None, "shipping": None,
        "source_transfer": None, "statement_descriptor": None,
        "statement_descriptor_suffix": None, "status": "succeeded", "transfer_data": None,
        "transfer_group": None, **more,
    }  # fmt: skip


def line(number: str, amount: int, currency: str, text: str) -> dict[str, Any]:
    """Write a line of an invoice."""
    return {
        "id": f"il_{number}", "object": "line_item", "amount": amount, "currency": currency,
        "description": text, "discountable": True, "discounts": [], "livemode": True,
        "metadata": {}, "period": {"end": 0, "start": 0}, "price": None, "proration": False,
        "quantity": 1, "type": "invoiceitem", "amount_excluding_tax": amount,
        "discount_amounts": [], "subscription": None, "tax_amounts": [], "tax_rates": [],
    }  # fmt: skip


def invoice(
    customer_of: dict[str, Any], lines: list[dict[str, Any]], at: int, **more: Any
) -> dict[str, Any]:
    """Write a draft of an invoice."""
    total = sum(one["amount"] for one in lines)
    return {
        "account_country": "GB", "account_name": None, "account_tax_ids": None,
        "amount_due": total, "amount_paid": 0, "amount_remaining": total, "amount_shipping": 0,
        "application": None, "application_fee_amount": None, "attempt_count": 0,
        "attempted": False, "auto_advance": True,
        "automatic_tax": {"enabled": False, "status": None}, "billing_reason": "manual",
        "charge": None, "collection_method": "send_invoice", "currency": "gbp",
        "custom_fields": None, "customer": customer_of["id"], "customer_address": None,
        "customer_email": customer_of["email"], "customer_name": customer_of["name"],
        "customer_phone": customer_of["phone"], "customer_shipping": None,
        "customer_tax_exempt": "none", "customer_tax_ids": [], "default_payment_method": None,
        "default_source": None, "default_tax_rates": [], "description": None, "discount": None,
        "discounts": [], "due_date": None, "effective_at": None, "ending_balance": None,
        "footer": None, "from_invoice": None, "hosted_invoice_url": None, "invoice_pdf": None,
        "last_finalization_error": None, "latest_revision": None,
        "lines": listing("/v1/invoices/lines", lines), "metadata": {},
        "next_payment_attempt": None, "number": None, "on_behalf_of": None, "paid": False,
        "paid_out_of_band": False, "payment_intent": None,
        "payment_settings": {"default_mandate": None, "payment_method_options": None,
                             "payment_method_types": None},
        "period_end": at // 1000, "period_start": at // 1000,
        "post_payment_credit_notes_amount": 0, "pre_payment_credit_notes_amount": 0,
        "quote": None, "receipt_number": None, "rendering_options": None, "shipping_cost": None,
        "shipping_details": None, "starting_balance": 0, "statement_descriptor": None,
        "status": "draft",
        "status_transitions": {"finalized_at": None, "marked_uncollectible_at": None,
                               "paid_at": None, "voided_at": None},
        "subscription": None, "subscription_details": None, "subtotal": total,
        "subtotal_excluding_tax": total, "tax": None, "test_clock": None, "total": total,
        "total_discount_amounts": [], "total_excluding_tax": total, "total_tax_amounts": [],
        "transfer_data": None, "webhooks_delivered_at": None, **more,
    }  # fmt: skip


def subscription(customer_of: dict[str, Any], at: int, end: int) -> dict[str, Any]:
    """Write a running subscription."""
    return {
        "application": None, "application_fee_percent": None,
        "automatic_tax": {"enabled": False}, "billing_cycle_anchor": at // 1000,
        "billing_thresholds": None, "cancel_at": None, "cancel_at_period_end": False,
        "canceled_at": None,
        "cancellation_details": {"comment": None, "feedback": None, "reason": None},
        "collection_method": "charge_automatically", "currency": "gbp",
        "current_period_end": end // 1000, "current_period_start": at // 1000,
        "customer": customer_of["id"], "days_until_due": None, "default_payment_method": None,
        "default_source": None, "default_tax_rates": [], "description": "Studio membership",
        "discount": None, "ended_at": None, "items": listing("/v1/subscription_items"),
        "latest_invoice": None, "metadata": {}, "next_pending_invoice_item_invoice": None,
        "on_behalf_of": None, "pause_collection": None, "payment_settings": None,
        "pending_invoice_item_interval": None, "pending_setup_intent": None,
        "pending_update": None, "schedule": None, "start_date": at // 1000, "status": "active",
        "test_clock": None, "transfer_data": None, "trial_end": None, "trial_settings": None,
        "trial_start": None,
    }  # fmt: skip


def checkout(amount: int, email: str, name: str, expires: int) -> dict[str, Any]:
    """Write an open checkout session."""
    return {
        "after_expiration": None, "allow_promotion_codes": None, "amount_subtotal": amount,
        "amount_total": amount, "automatic_tax": {"enabled": False, "status": None},
        "billing_address_collection": None, "cancel_url": None, "client_reference_id": None,
        "consent": None, "consent_collection": None, "currency": "gbp",
        "currency_conversion": None, "custom_fields": [],
        "custom_text": {"shipping_address": None, "submit": None,
                        "terms_of_service_acceptance": None},
        "customer": None, "customer_creation": "if_required",
        "customer_details": {"address": None, "email": email, "name": name, "phone": None,
                             "tax_exempt": "none", "tax_ids": []},
        "customer_email": None, "expires_at": expires // 1000, "invoice": None,
        "invoice_creation": None, "locale": None, "metadata": {}, "mode": "payment",
        "payment_intent": None, "payment_link": None, "payment_method_collection": None,
        "payment_method_options": None, "payment_method_types": ["card"],
        "payment_status": "unpaid", "phone_number_collection": {"enabled": False},
        "recovered_from": None, "setup_intent": None, "shipping_address_collection": None,
        "shipping_cost": None, "shipping_details": None, "shipping_options": [],
        "status": "open", "submit_type": None, "subscription": None, "success_url": None,
        "total_details": None, "url": None,
    }  # fmt: skip


def refund(amount: int, of: dict[str, Any]) -> dict[str, Any]:
    """Write a refund."""
    return {
        "amount": amount, "balance_transaction": of["id"].replace("ch_", "txn_"),
        "charge": of["id"], "currency": of["currency"], "metadata": {},
        "payment_intent": of["payment_intent"],
        "reason": None, "receipt_number": None, "source_transfer_reversal": None,
        "status": "succeeded", "transfer_reversal": None,
    }  # fmt: skip


def dispute(of: dict[str, Any]) -> dict[str, Any]:
    """Write a dispute."""
    return {
        "amount": of["amount"], "balance_transactions": [], "charge": of["id"],
        "currency": of["currency"], "evidence": {}, "is_charge_refundable": False, "metadata": {},
        "evidence_details": {"due_by": None, "has_evidence": False, "past_due": False,
                             "submission_count": 0},
        "payment_intent": of["payment_intent"], "reason": "product_not_received",
        "status": "needs_response",
    }  # fmt: skip
