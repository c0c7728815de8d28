"""What each field shows of the shop, its customers, its checkouts, contracts and drafts."""

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from journeysync.sandbox.shopify import show_orders as orders
from journeysync.sandbox.shopify.gids import gid, read_gid
from journeysync.sandbox.shopify.money import bag, money, tax
from journeysync.sandbox.shopify.paging import by_id, connection
from journeysync.sandbox.shopify.search import stamp
from journeysync.sandbox.shopify.show_orders import Fields, Info, address, customer_of
from journeysync.sandbox.shopify.things import ZERO, Checkout, Contract, Customer, Draft, Metafield
from journeysync.sandbox.world import DAY

DOMAIN = "willow-street.myshopify.com"


def _lines_total(one: Checkout | Draft) -> Any:
    return bag(one if isinstance(one, Checkout) else _HERE,
               sum((line.total for line in one.lines), ZERO))  # fmt: skip


class _Here:
    """Priced in the shop's own currency."""

    currency, rate = "GBP", ZERO


_HERE = _Here()


def _email(one: Customer, info: Info) -> Any:
    shown = info.context.personal(one.email)
    if shown is None:
        return None
    return {
        "emailAddress": shown, "marketingState": one.marketing, "validFormat": "@" in shown,
        "marketingOptInLevel": "SINGLE_OPT_IN" if one.marketing == "SUBSCRIBED" else None,
        "marketingUpdatedAt": stamp(one.created) if one.marketing == "SUBSCRIBED" else None,
    }  # fmt: skip


def _phone(one: Customer, info: Info) -> Any:
    shown = info.context.personal(one.phone)
    return {"phoneNumber": shown, "marketingState": "NOT_SUBSCRIBED"} if shown else None


def _orders_of(one: Customer, info: Info, **args: Any) -> Any:
    from journeysync.sandbox.shopify.roots import orders_of

    return orders_of(info, [info.context.shop.orders[n] for n in one.orders], **args)


def _last_order(one: Customer, info: Info) -> Any:
    info.context.need("read_orders", info)
    return info.context.shop.orders[one.orders[-1]] if one.orders else None


def _contracts_of(one: Customer, info: Info, **args: Any) -> Any:
    info.context.need("read_own_subscription_contracts", info)
    own = [c for c in info.context.shop.contracts.values() if c.customer == one.id]
    return connection(info, by_id(own), **args)


def _subscriber(one: Customer, info: Info) -> str:
    told = [c.status for c in info.context.shop.contracts.values() if c.customer == one.id]
    return "ACTIVE" if "ACTIVE" in told else told[-1] if told else "NEVER_SUBSCRIBED"


def _name(one: Customer, info: Info) -> str:
    name = info.context.personal(f"{one.first} {one.last}".strip())
    return name or info.context.personal(one.email) or ""


CUSTOMER: Fields = {
    "amountSpent": lambda o, i: money(
        sum((i.context.shop.orders[n].received - i.context.shop.orders[n].refunded
             for n in o.orders), ZERO)
    ),
    "canDelete": lambda o, _: not o.orders,
    "createdAt": lambda o, _: stamp(o.created),
    "dataSaleOptOut": lambda _, __: False,
    "defaultAddress": address("address"),
    "defaultEmailAddress": _email,
    "defaultPhoneNumber": _phone,
    "displayName": _name,
    "email": lambda o, i: i.context.personal(o.email),
    "firstName": lambda o, i: i.context.personal(o.first),
    "id": lambda o, _: gid("Customer", o.id),
    "lastName": lambda o, i: i.context.personal(o.last),
    "lastOrder": _last_order,
    "legacyResourceId": lambda o, _: str(o.id),
    "locale": lambda _, __: "en",
    "metafield": orders.metafield_of,
    "metafields": orders.metafields_of,
    "note": lambda o, _: o.note,
    "numberOfOrders": lambda o, _: str(len(o.orders)),
    "orders": _orders_of,
    "phone": lambda o, i: i.context.personal(o.phone),
    "productSubscriberStatus": _subscriber,
    "state": lambda o, _: o.account,
    "subscriptionContracts": _contracts_of,
    "tags": lambda o, _: sorted(o.tags),
    "taxExempt": lambda _, __: False,
    "updatedAt": lambda o, _: stamp(o.updated),
    "verifiedEmail": lambda o, _: bool(o.email),
}  # fmt: skip

CHECKOUT: Fields = {
    "abandonedCheckoutUrl": lambda o, _: f"https://{DOMAIN}/checkouts/{o.id:x}/recover",
    "billingAddress": address("address"),
    "completedAt": lambda o, _: stamp(o.completed),
    "createdAt": lambda o, _: stamp(o.created),
    "customer": customer_of,
    "discountCodes": lambda _, __: [],
    "id": lambda o, _: gid("AbandonedCheckout", o.id),
    "lineItems": lambda o, i, **args: connection(
        i, [((0, line.id), {"of": o, "line": line}) for line in o.lines], **args
    ),
    "name": lambda o, _: f"#{o.id}",
    "note": lambda _, __: "",
    "shippingAddress": address("address"),
    "subtotalPriceSet": lambda o, _: _lines_total(o),
    "taxesIncluded": lambda _, __: True,
    "totalDiscountSet": lambda o, _: bag(o, ZERO),
    "totalLineItemsPriceSet": lambda o, _: _lines_total(o),
    "totalPriceSet": lambda o, _: _lines_total(o),
    "totalTaxSet": lambda o, _: bag(o, tax(sum((line.total for line in o.lines), ZERO))),
    "updatedAt": lambda o, _: stamp(o.updated),
}
CHECKOUT_LINE: Fields = {
    "discountedTotalPriceSet": lambda o, _: bag(o["of"], o["line"].total),
    "id": lambda o, _: gid("AbandonedCheckoutLineItem", o["line"].id),
    "originalTotalPriceSet": lambda o, _: bag(o["of"], o["line"].total),
    "originalUnitPriceSet": lambda o, _: bag(o["of"], o["line"].price),
    "quantity": lambda o, _: o["line"].quantity,
    "sku": lambda o, _: o["line"].sku,
    "title": lambda o, _: o["line"].title,
    "variantTitle": lambda _, __: None,
}


def _last_payment(one: Contract, _: Info) -> str | None:
    if not one.attempts:
        return None
    return "FAILED" if one.attempts[-1].error else "SUCCEEDED"


CONTRACT: Fields = {
    "billingAttempts": lambda o, i, **args: connection(i, by_id(o.attempts), **args),
    "createdAt": lambda o, _: stamp(o.created),
    "currencyCode": lambda _, i: i.context.shop.currency,
    "customer": customer_of,
    "deliveryPrice": lambda _, __: money(ZERO),
    "id": lambda o, _: gid("SubscriptionContract", o.id),
    "lastBillingAttemptErrorType": lambda o, i: (
        "PAYMENT_ERROR" if _last_payment(o, i) == "FAILED" else None
    ),
    "lastPaymentStatus": _last_payment,
    "linesCount": lambda _, __: {"count": 1, "precision": "EXACT"},
    "nextBillingDate": lambda o, _: stamp(o.following),
    "note": lambda _, __: None,
    "orders": lambda o, i, **args: connection(
        i, by_id([i.context.shop.orders[n] for n in o.orders if n in i.context.shop.orders]), **args
    ),
    "originOrder": lambda o, i: i.context.shop.orders.get(o.origin),
    "revisionId": lambda o, _: str(o.revision),
    "status": lambda o, _: o.status,
    "updatedAt": lambda o, _: stamp(o.updated),
}
ATTEMPT: Fields = {
    "completedAt": lambda o, _: stamp(o.completed),
    "createdAt": lambda o, _: stamp(o.created),
    "errorCode": lambda o, _: o.error,
    "errorMessage": lambda o, _: "The card was declined." if o.error else None,
    "id": lambda o, _: gid("SubscriptionBillingAttempt", o.id),
    "idempotencyKey": lambda o, _: f"bill-{o.id}",
    "order": lambda o, i: i.context.shop.orders.get(o.order),
    "originTime": lambda o, _: stamp(o.created),
    "ready": lambda _, __: True,
    "subscriptionContract": lambda o, i: i.context.shop.contracts[o.contract],
}


def _draft_status(one: Draft, _: Info) -> str:
    if one.completed is not None:
        return "COMPLETED"
    return "OPEN" if one.sent is None else "INVOICE_SENT"


DRAFT: Fields = {
    "completedAt": lambda o, _: stamp(o.completed),
    "createdAt": lambda o, _: stamp(o.created),
    "currencyCode": lambda _, i: i.context.shop.currency,
    "customer": customer_of,
    "email": lambda o, i: i.context.personal(o.email),
    "id": lambda o, _: gid("DraftOrder", o.id),
    "invoiceSentAt": lambda o, _: stamp(o.sent),
    "invoiceUrl": lambda o, _: f"https://{DOMAIN}/invoices/{o.id:x}" if o.sent else None,
    "legacyResourceId": lambda o, _: str(o.id),
    "name": lambda o, _: f"#D{o.number}",
    "note2": lambda _, __: None,
    "order": lambda o, i: i.context.shop.orders.get(o.order),
    "phone": lambda _, __: None,
    "poNumber": lambda o, _: o.po_number,
    "presentmentCurrencyCode": lambda _, i: i.context.shop.currency,
    "ready": lambda _, __: True,
    "status": _draft_status,
    "subtotalPriceSet": lambda o, _: _lines_total(o),
    "tags": lambda o, _: sorted(o.tags),
    "taxesIncluded": lambda _, __: True,
    "totalPriceSet": lambda o, _: _lines_total(o),
    "totalQuantityOfLineItems": lambda o, _: sum(line.quantity for line in o.lines),
    "updatedAt": lambda o, _: stamp(o.updated),
}


def _json_value(one: Metafield, _: Info) -> Any:
    if one.type in ("json", "boolean") or one.type.startswith(("number", "list.")):
        return json.loads(one.value)
    return one.value


def digest(one: Metafield) -> str:
    """Sum a value up, for writes that must not overwrite another."""
    return sha256(one.value.encode()).hexdigest()


METAFIELD: Fields = {
    "compareDigest": lambda o, _: digest(o),
    "createdAt": lambda o, _: stamp(o.created),
    "id": lambda o, _: gid("Metafield", o.id),
    "jsonValue": _json_value,
    "key": lambda o, _: o.key,
    "legacyResourceId": lambda o, _: str(o.id),
    "namespace": lambda o, _: o.namespace,
    "ownerType": lambda o, _: (read_gid(o.owner) or ("", 0))[0].upper(),
    "type": lambda o, _: o.type,
    "updatedAt": lambda o, _: stamp(o.updated),
    "value": lambda o, _: o.value,
}

BULK: Fields = {
    "completedAt": lambda o, _: stamp(o.completed),
    "createdAt": lambda o, _: stamp(o.created),
    "errorCode": lambda o, _: o.error,
    "fileSize": lambda o, _: str(len(o.file)) if o.url else None,
    "id": lambda o, _: gid("BulkOperation", o.id),
    "objectCount": lambda o, _: str(o.objects),
    "partialDataUrl": lambda o, _: o.partial_url,
    "query": lambda o, _: o.query,
    "rootObjectCount": lambda o, _: str(o.roots),
    "status": lambda o, _: o.status,
    "type": lambda _, __: "QUERY",
    "url": lambda o, _: o.url,
}

APP: Fields = {
    "accessScopes": lambda _, i: [
        {"handle": scope, "description": scope.replace("_", " ").capitalize()}
        for scope in i.context.keys.scopes
    ],
    "id": lambda _, __: gid("AppInstallation", 501_001),
    "launchUrl": lambda _, __: f"https://{DOMAIN}/admin/apps/journey",
}


def _offset(info: Info) -> int:
    from datetime import UTC, datetime

    now = datetime.fromtimestamp(info.context.shop.now / 1000, UTC)
    ahead = now.astimezone(info.context.shop.zone).utcoffset()
    return int(ahead.total_seconds()) // 60 if ahead else 0


SHOP: Fields = {
    "contactEmail": lambda _, __: "hello@willow-street.example",
    "createdAt": lambda _, i: stamp(i.context.shop.now - 900 * DAY),
    "currencyCode": lambda _, i: i.context.shop.currency,
    "email": lambda _, __: "hello@willow-street.example",
    "enabledPresentmentCurrencies": lambda _, __: ["EUR", "GBP", "JPY", "USD"],
    "ianaTimezone": lambda _, i: i.context.shop.zone.key,
    "id": lambda _, __: gid("Shop", 60_001),
    "myshopifyDomain": lambda _, __: DOMAIN,
    "name": lambda _, __: "Willow Street Studio",
    "orderNumberFormatPrefix": lambda _, __: "#",
    "orderNumberFormatSuffix": lambda _, __: "",
    "shopOwnerName": lambda _, __: "Ana Reyes",
    "taxesIncluded": lambda _, __: True,
    "timezoneAbbreviation": lambda _, i: i.context.shop.zone.key[-3:].upper(),
    "timezoneOffset": lambda _, i: f"{_offset(i) // 60:+03d}{_offset(i) % 60:02d}",
    "timezoneOffsetMinutes": lambda _, i: _offset(i),
    "updatedAt": lambda _, i: stamp(i.context.shop.now),
    "url": lambda _, __: f"https://{DOMAIN}",
}

OTHERS: Mapping[str, Fields] = {
    "Customer": CUSTOMER, "AbandonedCheckout": CHECKOUT,
    "AbandonedCheckoutLineItem": CHECKOUT_LINE, "SubscriptionContract": CONTRACT,
    "SubscriptionBillingAttempt": ATTEMPT, "DraftOrder": DRAFT, "Metafield": METAFIELD,
    "BulkOperation": BULK, "AppInstallation": APP, "Shop": SHOP,
}  # fmt: skip
