"""Writes records as the REST API v3 does: fields, order of fields, forms of values.

Compared with recorded answers of a real shop in the tests.
"""

from datetime import UTC, datetime
from typing import Any

from journeysync.sandbox.woocommerce.shop import (
    Customer,
    Note,
    Order,
    Refund,
    Shop,
    Subscription,
    address,
)

HOME = "https://willow-street.example"
"""The address that WordPress believes to have: links in answers lead there."""
API = f"{HOME}/wp-json/wc/v3"
_SIGNS = {"GBP": "£", "EUR": "€", "USD": "$"}
_REGION = ("postcode", "country", "state")
"""Accounts and orders write addresses in different orders."""
_ALL = ["GET", "POST", "PUT", "PATCH", "DELETE"]


def gmt(at: int | None) -> str | None:
    """Write an instant in UTC, without saying so."""
    if at is None:
        return None
    return datetime.fromtimestamp(at // 1000, UTC).replace(tzinfo=None).isoformat()


def local(shop: Shop, at: int | None) -> str | None:
    """Write an instant by the shop's own clock."""
    if at is None:
        return None
    return datetime.fromtimestamp(at // 1000, shop.zone).replace(tzinfo=None).isoformat()


def order(shop: Shop, one: Order) -> dict[str, Any]:
    """Write an order."""
    zero = "0.00"
    key = f"wc_order_{one.id:013d}"
    pay = f"{HOME}/checkout/order-pay/{one.id}/?pay_for_order=true&key={key}"
    return {
        "id": one.id, "parent_id": 0, "status": one.status, "currency": one.currency,
        "version": "9.9.5", "prices_include_tax": False,
        "date_created": local(shop, one.created), "date_modified": local(shop, one.modified),
        "discount_total": zero, "discount_tax": zero, "shipping_total": zero, "shipping_tax": zero,
        "cart_tax": zero, "total": one.total, "total_tax": zero, "customer_id": one.customer,
        "order_key": key, "billing": address(one.billing, "email", "phone"),
        "shipping": address({}, "phone"), "payment_method": one.payment[0],
        "payment_method_title": one.payment[1], "transaction_id": one.transaction,
        "customer_ip_address": "", "customer_user_agent": "", "created_via": one.via,
        "customer_note": "", "date_completed": local(shop, one.completed),
        "date_paid": local(shop, one.paid), "cart_hash": "", "number": str(one.id),
        "meta_data": one.meta, "line_items": [_item(line) for line in one.items],
        "tax_lines": [], "shipping_lines": [], "fee_lines": [], "coupon_lines": [],
        "refunds": [
            {"id": back.id, "reason": back.reason, "total": f"-{back.amount}"}
            for back in (shop.refunds[number] for number in reversed(one.refunds))
        ],
        "payment_url": pay, "is_editable": one.status in ("pending", "on-hold", "auto-draft"),
        "needs_payment": one.status in ("pending", "failed", "checkout-draft"),
        "needs_processing": True, "date_created_gmt": gmt(one.created),
        "date_modified_gmt": gmt(one.modified), "date_completed_gmt": gmt(one.completed),
        "date_paid_gmt": gmt(one.paid), "currency_symbol": _SIGNS.get(one.currency, ""),
        "_links": {
            **_links(f"orders/{one.id}", "orders", _ALL),
            "email_templates": [
                {"embeddable": True, "href": f"{API}/orders/{one.id}/actions/email_templates"}
            ],
            **({"customer": [{"href": f"{API}/customers/{one.customer}"}]} if one.customer else {}),
        },
    }  # fmt: skip


def subscription(shop: Shop, one: Subscription) -> dict[str, Any]:
    """Write a subscription: an order with dates of its own, empty where there are none."""
    dates = {"trial_end": None, "next_payment": None, "cancelled": one.cancelled, "end": one.ended}
    return {
        **order(shop, one),
        "billing_period": "month",
        "billing_interval": "1",
        "start_date_gmt": gmt(one.created),
        **{f"{name}_date_gmt": gmt(at) or "" for name, at in dates.items()},
    }


def _item(line: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": line["id"], "name": line["name"], "product_id": line["product_id"],
        "variation_id": 0, "quantity": line["quantity"], "tax_class": "",
        "subtotal": line["total"], "subtotal_tax": "0.00", "total": line["total"],
        "total_tax": "0.00", "taxes": [], "meta_data": [], "sku": line["sku"],
        "price": line["price"], "image": {"id": "", "src": ""}, "parent_name": None,
    }  # fmt: skip


def refund(shop: Shop, one: Refund) -> dict[str, Any]:
    """Write a refund."""
    own = f"orders/{one.order}/refunds"
    return {
        "id": one.id, "parent_id": one.order, "date_created": local(shop, one.created),
        "date_created_gmt": gmt(one.created), "amount": one.amount, "reason": one.reason,
        "refunded_by": 1, "refunded_payment": False, "meta_data": [], "line_items": [],
        "shipping_lines": [], "tax_lines": [], "fee_lines": [],
        "_links": {
            **_links(f"{own}/{one.id}", own, ["GET", "DELETE"]),
            "up": [{"href": f"{API}/orders/{one.order}"}],
        },
    }  # fmt: skip


def note(shop: Shop, order: Order, one: Note) -> dict[str, Any]:
    """Write a note."""
    own = f"orders/{order.id}/notes"
    return {
        "id": one.id, "author": "system", "date_created": local(shop, one.created),
        "date_created_gmt": gmt(one.created), "note": one.text, "customer_note": False,
        "_links": {
            **_links(f"{own}/{one.id}", own, ["GET", "DELETE"]),
            "up": [{"href": f"{API}/orders/{order.id}"}],
        },
    }  # fmt: skip


def customer(shop: Shop, one: Customer) -> dict[str, Any]:
    """Write an account."""
    return {
        "id": one.id, "date_created": local(shop, one.created),
        "date_created_gmt": gmt(one.created), "date_modified": local(shop, one.modified),
        "date_modified_gmt": gmt(one.modified), "email": one.email, "first_name": one.first,
        "last_name": one.last, "role": one.role, "username": one.email.split("@")[0],
        "billing": address(one.billing, "email", "phone", region=_REGION),
        "shipping": address({}, "phone", region=_REGION),
        "is_paying_customer": one.paying,
        "avatar_url": "https://secure.gravatar.com/avatar/0?s=96&d=mm&r=g",
        "meta_data": one.meta,
        "_links": _links(f"customers/{one.id}", "customers", _ALL),
    }  # fmt: skip


def _links(own: str, many: str, allow: list[str]) -> dict[str, Any]:
    hints = {"allow": list(allow)}
    return {
        "self": [{"href": f"{API}/{own}", "targetHints": hints}],
        "collection": [{"href": f"{API}/{many}"}],
    }
