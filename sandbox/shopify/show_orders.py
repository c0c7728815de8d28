"""What each field of an order shows, and of what belongs to it."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from graphql import GraphQLResolveInfo

from journeysync.sandbox.shopify.gids import gid
from journeysync.sandbox.shopify.money import bag, tax
from journeysync.sandbox.shopify.paging import Key, by_id, connection
from journeysync.sandbox.shopify.search import stamp
from journeysync.sandbox.shopify.things import (
    ZERO,
    Fulfillment,
    Order,
    Refund,
    Return,
    Transaction,
)
from journeysync.sandbox.world import DAY

Info = GraphQLResolveInfo[Any]
Fields = Mapping[str, Callable[..., Any]]
_GATEWAYS = {"shopify_payments": "Shopify Payments", "gift_card": "Gift card"}


def home(info: Info, number: int) -> Order:
    """Find the order that something belongs to."""
    found: Order = info.context.shop.homes[number]
    return found


def paid_status(one: Order) -> str:
    """Tell how far an order is paid."""
    received, back = one.received, one.refunded
    if back and back >= received:
        return "REFUNDED"
    if back:
        return "PARTIALLY_REFUNDED"
    if received >= one.total:
        return "PAID"
    if received:
        return "PARTIALLY_PAID"
    if one.cancelled is not None:
        return "VOIDED"
    held = any(t.kind == "AUTHORIZATION" and t.status == "SUCCESS" for t in one.transactions)
    return "AUTHORIZED" if held else "PENDING"


def sent_status(one: Order) -> str:
    """Tell how much of an order is sent."""
    if not any(line.left for line in one.lines):
        return "FULFILLED" if one.fulfillments else "UNFULFILLED"
    return "PARTIALLY_FULFILLED" if one.fulfillments else "UNFULFILLED"


def return_status(one: Order) -> str:
    """Tell what is on its way back."""
    told = {back.status for back in one.returns}
    for status, shown in (("OPEN", "IN_PROGRESS"), ("REQUESTED", "RETURN_REQUESTED"),
                          ("CLOSED", "RETURNED")):  # fmt: skip
        if status in told:
            return shown
    return "NO_RETURN"


def address(owner: str) -> Callable[..., Any]:
    """Show an address, if there is one."""

    def show(one: Any, info: Info) -> Any:
        info.context.fail_here(info)
        told = getattr(one, owner)
        if not told or info.context.keys.protected:
            return None
        return {"id": f"{gid('MailingAddress', one.id)}?model_name=Address", **told}

    return show


def customer_of(one: Any, info: Info) -> Any:
    """Show the customer of something."""
    info.context.fail_here(info)
    return info.context.customer(one.customer, info)


def metafields_of(one: Any, info: Info, **args: Any) -> Any:
    """Show what apps keep at something."""
    shop = info.context.shop
    own = [shop.metafields[n] for n in shop.owned.get(info.context.owner(one), [])]
    wanted = args.pop("namespace", None)
    keys = args.pop("keys", None)
    own = [
        one
        for one in own
        if wanted in (None, one.namespace)
        and (keys is None or one.key in keys or f"{one.namespace}.{one.key}" in keys)
    ]
    return connection(info, by_id(own), **args)


def metafield_of(one: Any, info: Info, key: str, namespace: str | None = None) -> Any:
    """Show one value that an app keeps at something."""
    shop = info.context.shop
    own = [shop.metafields[n] for n in shop.owned.get(info.context.owner(one), [])]
    wanted = namespace or info.context.keys.own_namespace
    return next((m for m in own if (m.namespace, m.key) == (wanted, key)), None)


def _returns(one: Order, info: Info, query: str | None = None, **args: Any) -> Any:
    del query  # of an order's few returns all are shown
    info.context.need("read_returns", info)
    return connection(info, by_id(one.returns), **args)


def _back(one: Refund, info: Info) -> Return | None:
    info.context.need("read_returns", info)
    return next((back for back in home(info, one.id).returns if back.id == one.back), None)


def _receipt(one: Transaction, _: Info) -> str | None:
    if not one.payment:
        return None
    return json.dumps({"id": one.payment, "object": "payment_intent"})


def _display(one: Fulfillment, _: Info) -> str:
    if one.status == "CANCELLED":
        return "CANCELED"
    if one.events:
        return max(one.events, key=lambda told: (told[2], told[0]))[1]
    return "FULFILLED" if one.tracking is None else "CONFIRMED"


def _events(one: Fulfillment, info: Info, **args: Any) -> Any:
    order, by_time = home(info, one.id), args.pop("sortKey", "") != "ID"
    rows: list[tuple[Key, Any]] = [
        ((at if by_time else 0, number), {"of": order, "number": number, "status": what, "at": at})
        for number, what, at in one.events
    ]
    return connection(info, sorted(rows, key=lambda row: row[0]), **args)


def _sent_lines(one: Fulfillment, info: Info, **args: Any) -> Any:
    return connection(info, _pieces(home(info, one.id), one.lines, 1, ""), **args)


def _back_lines(one: Refund, info: Info, **args: Any) -> Any:
    kind = "RETURN" if one.back else "NO_RESTOCK"
    return connection(info, _pieces(home(info, one.id), one.lines, 2, kind), **args)


def _pieces(
    order: Order, lines: list[tuple[int, int]], step: int, kind: str
) -> list[tuple[Key, Any]]:
    """Give parts of an order's lines ids of their own."""
    return [
        ((0, number), {"order": order, "line": order.line(number), "quantity": quantity,
                       "number": number + step, "kind": kind})
        for number, quantity in lines
    ]  # fmt: skip


def _refund_payments(one: Refund, info: Info, **args: Any) -> Any:
    own = [t for t in home(info, one.id).transactions if t.id in one.transactions]
    return connection(info, by_id(own), **args)


def _parent(one: Transaction, info: Info) -> Transaction | None:
    return next((t for t in home(info, one.id).transactions if t.id == one.parent), None)


def _payments(one: Order, _: Info, first: int | None = None, **__: Any) -> list[Transaction]:
    return one.transactions[:first]


def _count(many: int) -> dict[str, Any]:
    return {"count": many, "precision": "EXACT"}


def _journey(one: Order, info: Info) -> Any:
    info.context.fail_here(info)
    if one.customer is None or one.customer not in info.context.shop.customers:
        return None
    own = info.context.shop.customers[one.customer].orders
    return {"customerOrderIndex": own.index(one.id), "daysToConversion": None, "ready": True}


ORDER: Fields = {
    "billingAddress": address("billing"),
    "cancelReason": lambda o, _: o.reason,
    "cancelledAt": lambda o, _: stamp(o.cancelled),
    "cartToken": lambda o, _: f"cart{o.id:x}",
    "checkoutToken": lambda o, _: f"checkout{o.id:x}",
    "closed": lambda o, _: o.closed is not None,
    "closedAt": lambda o, _: stamp(o.closed),
    "confirmationNumber": lambda o, _: f"{o.id * 7919 % 10**9:09d}",
    "confirmed": lambda _, __: True,
    "createdAt": lambda o, _: stamp(o.created),
    "currencyCode": lambda _, i: i.context.shop.currency,
    "currentSubtotalLineItemsQuantity": lambda o, _: sum(line.current for line in o.lines),
    "currentSubtotalPriceSet": lambda o, _: bag(
        o, sum((line.price * line.current for line in o.lines), ZERO)
    ),
    "currentShippingPriceSet": lambda o, _: bag(o, o.shipping),
    "currentTotalDiscountsSet": lambda o, _: bag(o, o.discount),
    "currentTotalPriceSet": lambda o, _: bag(o, o.current),
    "currentTotalTaxSet": lambda o, _: bag(o, tax(o.current)),
    "customer": customer_of,
    "customerAcceptsMarketing": lambda _, __: False,
    "customerJourneySummary": _journey,
    "customerLocale": lambda _, __: "en",
    "discountCode": lambda o, _: next(iter(o.codes), None),
    "discountCodes": lambda o, _: o.codes,
    "displayAddress": address("billing"),
    "displayFinancialStatus": lambda o, _: paid_status(o),
    "displayFulfillmentStatus": lambda o, _: sent_status(o),
    "edited": lambda _, __: False,
    "email": lambda o, i: i.context.personal(o.email),
    "estimatedTaxes": lambda _, __: False,
    "fulfillable": lambda o, _: any(line.left for line in o.lines),
    "fulfillments": lambda o, _, first=None, query=None: o.fulfillments[:first],  # noqa: ARG005
    "fulfillmentsCount": lambda o, _: _count(len(o.fulfillments)),
    "fullyPaid": lambda o, _: o.received >= o.total,
    "id": lambda o, _: gid("Order", o.id),
    "legacyResourceId": lambda o, _: str(o.id),
    "lineItems": lambda o, i, **args: connection(i, by_id(o.lines), **args),
    "metafield": metafield_of,
    "metafields": metafields_of,
    "name": lambda o, _: f"#{o.number}",
    "netPaymentSet": lambda o, _: bag(o, o.received - o.refunded),
    "note": lambda o, _: o.note,
    "number": lambda o, _: o.number,
    "originalTotalPriceSet": lambda o, _: bag(o, o.total),
    "paymentGatewayNames": lambda o, _: list(dict.fromkeys(t.gateway for t in o.transactions)),
    "phone": lambda o, i: i.context.personal(o.phone),
    "poNumber": lambda o, _: o.po_number,
    "presentmentCurrencyCode": lambda o, _: o.currency,
    "processedAt": lambda o, _: o.imported or stamp(o.processed),
    "refundable": lambda o, _: o.received > o.refunded,
    "refunds": lambda o, _, first=None: o.refunds[:first],
    "requiresShipping": lambda o, _: any(line.ships for line in o.lines),
    "returnStatus": lambda o, _: return_status(o),
    "returns": _returns,
    "shippingAddress": address("billing"),
    "sourceIdentifier": lambda _, __: None,
    "sourceName": lambda o, _: o.source,
    "subtotalLineItemsQuantity": lambda o, _: sum(line.quantity for line in o.lines),
    "subtotalPriceSet": lambda o, _: bag(o, o.total - o.shipping),
    "tags": lambda o, _: sorted(o.tags),
    "taxExempt": lambda _, __: False,
    "taxesIncluded": lambda _, __: True,
    "test": lambda o, _: o.test,
    "totalCapturableSet": lambda o, _: bag(o, o.total if paid_status(o) == "AUTHORIZED" else ZERO),
    "totalDiscountsSet": lambda o, _: bag(o, o.discount),
    "totalOutstandingSet": lambda o, _: bag(o, max(o.current - (o.received - o.refunded), ZERO)),
    "totalPriceSet": lambda o, _: bag(o, o.total),
    "totalReceivedSet": lambda o, _: bag(o, o.received),
    "totalRefundedSet": lambda o, _: bag(o, o.refunded),
    "totalRefundedShippingSet": lambda o, _: bag(o, ZERO),
    "totalShippingPriceSet": lambda o, _: bag(o, o.shipping),
    "totalTaxSet": lambda o, _: bag(o, tax(o.total)),
    "transactions": _payments,
    "transactionsCount": lambda o, _: _count(len(o.transactions)),
    "unpaid": lambda o, _: o.received < o.total,
    "updatedAt": lambda o, _: stamp(o.updated),
}

LINE: Fields = {
    "contract": lambda o, i: i.context.shop.contracts.get(o.contract),
    "currentQuantity": lambda o, _: o.current,
    "discountedTotalSet": lambda o, i, **_: bag(home(i, o.id), o.total),
    "discountedUnitPriceSet": lambda o, i: bag(home(i, o.id), o.price),
    "id": lambda o, _: gid("LineItem", o.id),
    "isGiftCard": lambda o, _: o.gift,
    "name": lambda o, _: o.title,
    "nonFulfillableQuantity": lambda o, _: o.quantity - o.left,
    "originalTotalSet": lambda o, i: bag(home(i, o.id), o.total),
    "originalUnitPriceSet": lambda o, i: bag(home(i, o.id), o.price),
    "quantity": lambda o, _: o.quantity,
    "refundableQuantity": lambda o, _: o.current,
    "requiresShipping": lambda o, _: o.ships,
    "sku": lambda o, _: o.sku,
    "taxable": lambda o, _: not o.gift,
    "title": lambda o, _: o.title,
    "totalDiscountSet": lambda o, i: bag(home(i, o.id), ZERO),
    "unfulfilledQuantity": lambda o, _: o.left,
    "variantTitle": lambda _, __: None,
    "vendor": lambda _, __: "Willow Street Studio",
}

TRANSACTION: Fields = {
    "amountSet": lambda o, i: bag(home(i, o.id), o.amount),
    "createdAt": lambda o, _: stamp(o.created),
    "errorCode": lambda o, _: o.error,
    "formattedGateway": lambda o, _: _GATEWAYS.get(o.gateway, o.gateway),
    "gateway": lambda o, _: o.gateway,
    "id": lambda o, _: gid("OrderTransaction", o.id),
    "kind": lambda o, _: o.kind,
    "manualPaymentGateway": lambda o, _: o.gateway not in _GATEWAYS,
    "order": lambda o, i: home(i, o.id),
    "parentTransaction": _parent,
    "paymentId": lambda o, i: f"#{home(i, o.id).number}.{o.id % 97}" if o.payment else None,
    "processedAt": lambda o, _: stamp(o.created),
    "receiptJson": _receipt,
    "status": lambda o, _: o.status,
    "test": lambda o, i: home(i, o.id).test,
}

FULFILLMENT: Fields = {
    "createdAt": lambda o, _: stamp(o.created),
    "deliveredAt": lambda o, _: stamp(o.when("DELIVERED")),
    "displayStatus": _display,
    "estimatedDeliveryAt": lambda o, _: stamp(o.created + 3 * DAY) if o.tracking else None,
    "events": _events,
    "fulfillmentLineItems": _sent_lines,
    "id": lambda o, _: gid("Fulfillment", o.id),
    "inTransitAt": lambda o, _: stamp(o.when("IN_TRANSIT")),
    "legacyResourceId": lambda o, _: str(o.id),
    "name": lambda o, i: f"#{home(i, o.id).number}-F{o.number}",
    "order": lambda o, i: home(i, o.id),
    "requiresShipping": lambda o, _: o.tracking is not None,
    "status": lambda o, _: o.status,
    "totalQuantity": lambda o, _: sum(quantity for _, quantity in o.lines),
    "trackingInfo": lambda o, _, first=None: [o.tracking][:first] if o.tracking else [],
    "updatedAt": lambda o, _: stamp(o.updated),
}
EVENT: Fields = {
    "city": lambda o, _: o["of"].billing.get("city"),
    "country": lambda _, __: "GB",
    "createdAt": lambda o, _: stamp(o["at"]),
    "happenedAt": lambda o, _: stamp(o["at"]),
    "id": lambda o, _: gid("FulfillmentEvent", o["number"]),
    "message": lambda _, __: None,
    "status": lambda o, _: o["status"],
}
SENT_LINE: Fields = {
    "discountedTotalSet": lambda o, _: bag(o["order"], o["line"].price * o["quantity"]),
    "id": lambda o, _: gid("FulfillmentLineItem", o["number"]),
    "lineItem": lambda o, _: o["line"],
    "originalTotalSet": lambda o, _: bag(o["order"], o["line"].price * o["quantity"]),
    "quantity": lambda o, _: o["quantity"],
}

REFUND: Fields = {
    "createdAt": lambda o, _: stamp(o.created),
    "id": lambda o, _: gid("Refund", o.id),
    "legacyResourceId": lambda o, _: str(o.id),
    "note": lambda o, _: o.note,
    "order": lambda o, i: home(i, o.id),
    "processedAt": lambda o, _: stamp(o.created),
    "refundLineItems": _back_lines,
    "return": _back,
    "totalRefundedSet": lambda o, i: bag(home(i, o.id), o.amount),
    "transactions": _refund_payments,
    "updatedAt": lambda o, _: stamp(o.created),
}
BACK_LINE: Fields = {
    "id": lambda o, _: gid("RefundLineItem", o["number"]),
    "lineItem": lambda o, _: o["line"],
    "priceSet": lambda o, _: bag(o["order"], o["line"].price),
    "quantity": lambda o, _: o["quantity"],
    "restockType": lambda o, _: o["kind"],
    "restocked": lambda o, _: o["kind"] == "RETURN",
    "subtotalSet": lambda o, _: bag(o["order"], o["line"].price * o["quantity"]),
    "totalTaxSet": lambda o, _: bag(o["order"], tax(o["line"].price * o["quantity"])),
}

RETURN: Fields = {
    "closedAt": lambda o, _: stamp(o.closed),
    "createdAt": lambda o, _: stamp(o.created),
    "id": lambda o, _: gid("Return", o.id),
    "name": lambda o, i: f"#{home(i, o.id).number}-R{o.number}",
    "order": lambda o, i: home(i, o.id),
    "refunds": lambda o, i, **args: connection(
        i, by_id([one for one in home(i, o.id).refunds if one.id in o.refunds]), **args
    ),
    "requestApprovedAt": lambda o, _: stamp(o.created) if o.status != "REQUESTED" else None,
    "status": lambda o, _: o.status,
    "totalQuantity": lambda o, _: o.quantity,
}
