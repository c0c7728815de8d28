"""What a Shopify record means: one fact per name. Records are written as the shop answers them."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from journeysync.connectors.mapping_files import parse_mapping, read_mapping
from journeysync.connectors.shopify.contents import keep
from journeysync.connectors.shopify.facts import Under
from journeysync.connectors.shopify.mapping import ShopMapping
from journeysync.connectors.shopify.normalise import normalise
from journeysync.core.models import Event, RawRecord, Reading

SHIPPED = read_mapping(Path("nowhere"), None, "shopify", ShopMapping)
DAY = {day: f"2026-11-{day:02d}T10:00:00Z" for day in range(1, 20)}


def bag(amount: str, currency: str = "EUR", seen: tuple[str, str] | None = None) -> dict[str, Any]:
    other = seen or (amount, currency)
    return {
        "shopMoney": {"amount": amount, "currencyCode": currency},
        "presentmentMoney": {"amount": other[0], "currencyCode": other[1]},
    }


def listed(*rows: Any) -> dict[str, Any]:
    return {"nodes": list(rows), "pageInfo": {"hasNextPage": False, "endCursor": None}}


def item(name: str = "Ceramic mug", sku: str | None = "MUG-1", quantity: int = 2) -> dict[str, Any]:
    number = sum(map(ord, name))
    return {"id": f"gid://shopify/LineItem/{number}", "name": name, "sku": sku,
            "quantity": quantity}  # fmt: skip


def order(**more: Any) -> dict[str, Any]:
    """An order as the shop gives it."""
    return {
        "id": "gid://shopify/Order/13", "name": "#1013", "createdAt": DAY[1],
        "processedAt": DAY[1], "cancelledAt": None, "cancelReason": None, "test": False,
        "sourceName": "web", "tags": [], "paymentGatewayNames": ["stripe"],
        "displayFinancialStatus": "PENDING", "displayFulfillmentStatus": "UNFULFILLED",
        "email": "Ana@Example.com", "phone": None, "customer": None,
        "billingAddress": {"firstName": "Ana", "lastName": "Ruiz"},
        "totalPriceSet": bag("50.0"), "lineItems": listed(item()), "returns": listed(),
        "refunds": [], "fulfillments": [], "transactions": [], **more,
    }  # fmt: skip


def money(kind: str, amount: str, day: int = 1, status: str = "SUCCESS", **more: Any) -> Any:
    return {
        "id": f"gid://shopify/OrderTransaction/{day}", "kind": kind, "status": status,
        "createdAt": DAY[day], "processedAt": DAY[day], "errorCode": None,
        "amountSet": bag(amount), **more,
    }  # fmt: skip


def parcel(day: int = 3, **more: Any) -> Any:
    return {
        "id": f"gid://shopify/Fulfillment/{day}", "status": "SUCCESS", "createdAt": DAY[day],
        "inTransitAt": None, "deliveredAt": None, "estimatedDeliveryAt": None,
        "requiresShipping": True, "trackingInfo": [{"number": "RM1"}], **more,
    }  # fmt: skip


def refund(day: int, amount: str, **more: Any) -> Any:
    return {"id": f"gid://shopify/Refund/{day}", "createdAt": DAY[day], "processedAt": DAY[day],
            "totalRefundedSet": bag(amount), **more}  # fmt: skip


def returned(day: int, status: str = "OPEN", closed: int = 0) -> Any:
    return {"id": f"gid://shopify/Return/{day}", "status": status, "createdAt": DAY[day],
            "closedAt": DAY.get(closed), "totalQuantity": 1}  # fmt: skip


PAID = {"displayFinancialStatus": "PAID", "transactions": [money("SALE", "50.0", 2)]}
DONE = {"displayFulfillmentStatus": "FULFILLED"}


def kept(row: dict[str, Any], using: ShopMapping = SHIPPED, stream: str = "orders") -> RawRecord:
    return keep("shop", stream, row, using.paths(stream))


def read(
    row: dict[str, Any],
    using: ShopMapping = SHIPPED,
    *,
    currency: str | None = None,
    stream: str = "orders",
) -> Reading:
    return normalise(kept(row, using, stream), Under(using, currency))


def kinds(reading: Reading) -> list[tuple[str, str]]:
    return [(event.kind, event.at.strftime("%d")) for event in reading.events]


def told(row: dict[str, Any], kind: str, **more: Any) -> list[Event]:
    return [event for event in read(row, **more).events if event.kind == kind]


PLACED = ("order.placed", "01")
WHAT = {
    "not paid yet": ({}, [PLACED]),
    "brought in from elsewhere": ({"processedAt": DAY[1], "createdAt": DAY[9]}, [PLACED]),
    "paid at once": (PAID, [PLACED, ("order.paid", "02")]),
    "reserved, then taken": (
        {"displayFinancialStatus": "PAID", "transactions": [
            money("AUTHORIZATION", "50.0", 1), money("CAPTURE", "50.0", 3)]},
        [PLACED, ("order.paid", "03")],
    ),
    "reserved only": (
        {"displayFinancialStatus": "AUTHORIZED", "transactions": [
            money("AUTHORIZATION", "50.0", 1)]}, [PLACED],
    ),
    "a deposit": (
        {"displayFinancialStatus": "PARTIALLY_PAID", "transactions": [money("SALE", "20.0", 1)]},
        [PLACED, ("deposit.paid", "01")],
    ),
    "a deposit and the rest": (
        {"displayFinancialStatus": "PAID", "transactions": [
            money("SALE", "30.0", 4), money("SALE", "20.0", 1)]},
        [PLACED, ("deposit.paid", "01"), ("order.paid", "04")],
    ),
    "a voucher and a card are no deposit": (
        {"displayFinancialStatus": "PAID", "transactions": [
            money("SALE", "20.0", 1),
            money("SALE", "30.0", 1, id="gid://shopify/OrderTransaction/99",
                  processedAt="2026-11-01T10:04:00Z")]},
        [PLACED, ("order.paid", "01")],
    ),
    "taken with each parcel: no deposit": (
        {"displayFinancialStatus": "PAID", "transactions": [
            money("CAPTURE", "20.0", 2), money("CAPTURE", "30.0", 4)]},
        [PLACED, ("order.paid", "04")],
    ),
    "made smaller, then paid": (
        {"displayFinancialStatus": "PAID", "transactions": [money("CAPTURE", "40.0", 4)]},
        [PLACED, ("order.paid", "04")],
    ),
    "a deposit that went back": (
        {"displayFinancialStatus": "REFUNDED", "transactions": [money("SALE", "20.0", 1)]},
        [PLACED, ("deposit.paid", "01")],
    ),
    "nothing to pay": (
        {"displayFinancialStatus": "PAID", "totalPriceSet": bag("0.0")},
        [PLACED, ("order.paid", "01")],
    ),
    "a refused card": (
        {"transactions": [money("SALE", "50.0", 2, "FAILURE", errorCode="CARD_DECLINED")]},
        [PLACED, ("payment.failed", "02")],
    ),
    "sent": ({"fulfillments": [parcel(3)]}, [PLACED, ("order.shipped", "03")]),
    "sent, with a promised day": (
        {"fulfillments": [parcel(3, estimatedDeliveryAt=DAY[6], inTransitAt=DAY[4])]},
        [PLACED, ("order.shipped", "03"), ("order.delivery_estimated", "06")],
    ),
    "delivered in two parcels": (
        {**DONE, "fulfillments": [parcel(3, deliveredAt=DAY[5]), parcel(4, deliveredAt=DAY[7])]},
        [PLACED, ("order.shipped", "03"), ("order.delivered", "05"), ("order.shipped", "04"),
         ("order.delivered", "07"), ("order.completed", "07")],
    ),
    "one of two parcels has arrived": (
        {**DONE, "fulfillments": [parcel(3, deliveredAt=DAY[5]), parcel(4)]},
        [PLACED, ("order.shipped", "03"), ("order.delivered", "05"), ("order.shipped", "04")],
    ),
    "sent without a number to track": (
        {**DONE, "fulfillments": [parcel(3, trackingInfo=[])]},
        [PLACED, ("order.shipped", "03"), ("order.completed", "03")],
    ),
    "nothing to send": (
        {**DONE, "fulfillments": [parcel(3, requiresShipping=False)]},
        [PLACED, ("order.completed", "03")],
    ),
    "a parcel that was called back": ({"fulfillments": [parcel(3, status="CANCELLED")]}, [PLACED]),
    "cancelled before anything was paid: no purchase": (
        {"cancelledAt": DAY[2]}, [("order.cancelled", "02")],
    ),
    "cancelled after it was paid": (
        {**PAID, "cancelledAt": DAY[3]}, [PLACED, ("order.paid", "02"), ("order.cancelled", "03")],
    ),
    "a return": ({"returns": listed(returned(8))}, [PLACED, ("return.opened", "08")]),
    "a return that is done": (
        {"returns": listed(returned(8, "CLOSED", 9))},
        [PLACED, ("return.opened", "08"), ("return.closed", "09")],
    ),
    "a return that was declined": ({"returns": listed(returned(8, "DECLINED"))}, [PLACED]),
    "goods back, no money": ({"refunds": [refund(9, "0.0")]}, [PLACED]),
    "nobody": ({"email": None}, []),
    "an address that is none": ({"email": "none"}, []),
    "a phone number alone": ({"email": None, "phone": "+4915112345678"}, [PLACED]),
    "a test order": ({**PAID, "test": True}, []),
    "a date of year 0": ({"processedAt": "0000-01-01T00:00:00Z"}, [PLACED]),
    "no lists at all": (
        dict.fromkeys(("lineItems", "returns", "refunds", "fulfillments", "transactions")),
        [PLACED],
    ),
    "300 items": ({"lineItems": listed(*[item()] * 300)}, [PLACED]),
}  # fmt: skip


@pytest.mark.parametrize("case", WHAT.values(), ids=WHAT)
def test_what_an_order_means(case: tuple[dict[str, Any], list[tuple[str, str]]]) -> None:
    given, expected = case

    assert kinds(read(order(**given))) == expected


def test_an_order_says_its_amount_exactly_with_its_currency() -> None:
    (event,) = read(order(lineItems=listed(item(), item("Discount", None, 1)))).events

    assert event.attributes == {
        "amount": "50.00", "currency": "EUR", "items": "3", "number": "#1013",
        "payment": "stripe", "created_via": "web",
    }  # fmt: skip
    assert event.at == datetime(2026, 11, 1, 10, tzinfo=UTC)
    assert (event.subject_type, event.subject_id) == ("order", "13")


def test_what_two_pages_show_of_an_order_counts_once() -> None:
    twice = {"lineItems": listed(item(), item()), "returns": listed(returned(3), returned(3))}
    events = read(order(**twice)).events

    assert [event.kind for event in events] == ["order.placed", "return.opened"]
    assert events[0].attributes["items"] == "2"


CURRENCIES = {
    "the shop's, where the workspace names none": (None, {"amount": "50.00", "currency": "EUR"}),
    "the shop's": ("EUR", {"amount": "50.00", "currency": "EUR"}),
    "the customer's, where that is the workspace's": (
        "JPY", {"amount": "8100", "currency": "JPY"},
    ),
    "neither": ("GBP", {"foreign_amount": "50.00", "currency": "EUR"}),
}  # fmt: skip


@pytest.mark.parametrize("case", CURRENCIES.values(), ids=CURRENCIES)
def test_of_two_currencies_the_workspace_s_counts(case: tuple[str | None, dict[str, str]]) -> None:
    currency, expected = case
    row = order(totalPriceSet=bag("50.0", "EUR", ("8100.0", "JPY")))
    (event,) = read(row, currency=currency).events

    found = {name: value for name, value in event.attributes.items() if "amount" in name}
    assert found | {"currency": event.attributes["currency"]} == expected


def test_partial_refunds_sum_up() -> None:
    row = order(refunds=[refund(9, "39.9"), refund(5, "0.0"), refund(4, "10.1")])
    events = told(row, "order.refunded")

    assert [event.id for event in events] == [
        "shop:order:13:order.refunded:4", "shop:order:13:order.refunded:9",
    ]  # fmt: skip
    facts = [(e.attributes["amount"], e.attributes["net"], e.attributes["full"]) for e in events]
    assert facts == [("10.10", "39.90", False), ("39.90", "0.00", True)]


def test_a_refund_in_a_third_currency_is_not_counted_with_the_others() -> None:
    row = order(refunds=[refund(4, "0", totalRefundedSet=bag("9.0", "CHF")), refund(5, "50.0")])
    first, second = told(row, "order.refunded", currency="EUR")

    assert first.attributes["foreign_amount"] == "9.00"
    assert "full" not in first.attributes
    assert second.attributes["full"] is True


def test_an_order_of_less_than_nothing_stays_what_it_is() -> None:
    """A line with a negative price, bigger than the rest."""
    (event,) = read(order(totalPriceSet=bag("-12.5"))).events

    assert event.attributes["amount"] == "-12.50"


ASIDE = {
    "no date": ({"createdAt": "0000-01-01T00:00:00Z", "processedAt": None}, "BAD_DATE"),
    "a total that is no number": ({"totalPriceSet": bag("NaN")}, "BAD_AMOUNT"),
    "no total": ({"totalPriceSet": None}, "BAD_AMOUNT"),
    "a refund without a date": (
        {"refunds": [refund(4, "1.0", createdAt=None, processedAt="soon")]}, "BAD_REFUND",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", ASIDE.values(), ids=ASIDE)
def test_what_cannot_be_read_is_reported(case: tuple[dict[str, Any], str]) -> None:
    given, code = case
    (aside,) = read(order(**given)).set_aside

    assert (aside.record, aside.code) == ("shop:order:13", code)


def test_a_guest_is_an_e_mail_address() -> None:
    one, other = read(order()), read(order(email=" ana@EXAMPLE.com "))
    (person,) = one.people

    assert person.name == one.events[0].person == other.events[0].person
    assert (person.first_name, person.last_name, person.gathered) == ("Ana", "Ruiz", True)
    assert "ana" not in person.id


def test_an_order_with_a_customer_makes_no_guest() -> None:
    reading = read(order(customer={"id": "gid://shopify/Customer/7"}))

    assert reading.people == ()
    assert {event.person for event in reading.events} == {"shop:7"}


def test_test_orders_count_where_the_workspace_says_so() -> None:
    record = kept(order(test=True))

    assert kinds(normalise(record, Under(SHIPPED, test_orders=True))) == [PLACED]


# --- customers, checkouts, subscriptions ---------------------------------------------------------


def customer(**more: Any) -> dict[str, Any]:
    return {
        "id": "gid://shopify/Customer/7", "createdAt": DAY[1], "firstName": "Ana",
        "lastName": "Ruiz", "defaultEmailAddress": {
            "emailAddress": "ana@example.com", "marketingState": "NOT_SUBSCRIBED",
            "marketingUpdatedAt": None},
        "defaultPhoneNumber": {"phoneNumber": "+4915112345678"},
        "defaultAddress": {"city": "Bonn", "countryCodeV2": "DE"}, **more,
    }  # fmt: skip


def test_a_customer_is_a_person() -> None:
    reading = read(customer(), stream="customers")
    (person,) = reading.people

    assert (person.name, person.emails, person.phones) == (
        "shop:7", ("ana@example.com",), ("+4915112345678",),
    )  # fmt: skip
    assert person.attributes == {"city": "Bonn", "country": "DE"}
    assert kinds(reading) == [("person.created", "01")]


def test_a_customer_whose_data_may_not_be_seen_is_still_one() -> None:
    bare = dict.fromkeys(("firstName", "lastName", "defaultEmailAddress", "defaultPhoneNumber"))
    (person,) = read(customer(**bare, defaultAddress=None), stream="customers").people

    assert (person.emails, person.phones, person.attributes) == ((), (), {})


TAKES = {
    "takes newsletters": ("SUBSCRIBED", ["subscriber.joined"]),
    "takes none any more": ("UNSUBSCRIBED", ["subscriber.left"]),
    "was asked and has not answered": ("PENDING", []),
}


@pytest.mark.parametrize("case", TAKES.values(), ids=TAKES)
def test_what_a_customer_said_of_newsletters(case: tuple[str, list[str]]) -> None:
    state, expected = case
    mail = {"emailAddress": "a@b.example", "marketingState": state, "marketingUpdatedAt": DAY[5]}
    reading = read(customer(defaultEmailAddress=mail), stream="customers")

    assert [event.kind for event in reading.events[1:]] == expected


def checkout(**more: Any) -> dict[str, Any]:
    return {
        "id": "gid://shopify/AbandonedCheckout/5", "name": "#5", "createdAt": DAY[1],
        "updatedAt": DAY[2], "completedAt": None, "customer": {"id": "gid://shopify/Customer/7"},
        "totalPriceSet": bag("24.0"), "lineItems": listed({"id": "x", "quantity": 3}), **more,
    }  # fmt: skip


CARTS = {
    "left": ({}, [("cart.created", "01"), ("cart.abandoned", "02")]),
    "bought after all": ({"completedAt": DAY[3]}, [("cart.created", "01")]),
    "nobody's": ({"customer": None}, []),
}


@pytest.mark.parametrize("case", CARTS.values(), ids=CARTS)
def test_what_a_checkout_means(case: tuple[dict[str, Any], list[tuple[str, str]]]) -> None:
    given, expected = case
    reading = read(checkout(**given), stream="checkouts")

    assert kinds(reading) == expected
    assert all(event.attributes["items"] == "3" for event in reading.events)


def draft(**more: Any) -> dict[str, Any]:
    return {
        "id": "gid://shopify/DraftOrder/6", "name": "#D6", "createdAt": DAY[1],
        "invoiceSentAt": DAY[2], "email": "ana@example.com", "phone": None, "customer": None,
        "order": None, "totalPriceSet": bag("90.0"), **more,
    }  # fmt: skip


def test_a_draft_order_that_was_sent_is_an_invoice() -> None:
    reading = read(draft(order={"id": "gid://shopify/Order/13"}), stream="drafts")
    (event,) = reading.events

    assert (event.kind, event.subject_type, event.subject_id) == ("invoice.sent", "invoice", "6")
    assert event.at.day == 2
    assert event.attributes == {
        "amount": "90.00", "currency": "EUR", "number": "#D6", "order": "13",
    }  # fmt: skip
    assert event.person == reading.people[0].name == read(order()).people[0].name


def test_a_draft_order_that_nobody_got_is_nothing() -> None:
    assert read(draft(invoiceSentAt=None), stream="drafts").events == ()


def contract(**more: Any) -> dict[str, Any]:
    renewed = {"id": "gid://shopify/Order/20", "totalPriceSet": bag("18.0")}
    return {
        "id": "gid://shopify/SubscriptionContract/9", "status": "ACTIVE", "createdAt": DAY[1],
        "updatedAt": DAY[12], "customer": {"id": "gid://shopify/Customer/7"},
        "billingAttempts": listed(
            {"id": "gid://shopify/SubscriptionBillingAttempt/1", "createdAt": DAY[8],
             "completedAt": DAY[8], "errorCode": None, "order": renewed},
            {"id": "gid://shopify/SubscriptionBillingAttempt/2", "createdAt": DAY[9],
             "completedAt": DAY[9], "errorCode": "CARD_DECLINED", "order": None},
            {"id": "gid://shopify/SubscriptionBillingAttempt/3", "createdAt": DAY[10],
             "completedAt": None, "errorCode": None, "order": None},
        ), **more,
    }  # fmt: skip


def test_what_a_subscription_means() -> None:
    reading = read(contract(status="CANCELLED"), stream="subscriptions")

    assert kinds(reading) == [
        ("subscription.started", "01"), ("subscription.renewed", "08"), ("payment.failed", "09"),
        ("subscription.cancelled", "12"),
    ]  # fmt: skip
    renewed = reading.events[1].attributes
    assert renewed == {"order": "20", "amount": "18.00", "currency": "EUR"}


@pytest.mark.parametrize("stream", ["checkouts", "drafts", "subscriptions"])
def test_a_record_without_a_date_is_reported(stream: str) -> None:
    made = {"checkouts": checkout, "drafts": draft, "subscriptions": contract}
    row = made[stream](createdAt=None)

    assert [one.code for one in read(row, stream=stream).set_aside] == ["BAD_DATE"]


# --- a workspace's own mapping -------------------------------------------------------------------

OWN = """
customers:
  attributes: {country: null, segment: metafield.custom.segment}
orders:
  attributes: {payment: null, gift: tags}
  rules:
    - {sku: "MUG-*", tag: "VIP*", placed: order.placed, paid: deposit.paid, set: {kind: mug}}
returns: {opened: [], closed: []}
"""


def own(text: str, folder: Path) -> ShopMapping:
    (folder / "own.yaml").write_text(text)
    return read_mapping(folder, "own.yaml", "shopify", ShopMapping)


def test_a_workspace_says_what_its_shop_means(tmp_path: Path) -> None:
    using = own(OWN, tmp_path)
    reading = read(order(**PAID, tags=["vip gold", "x"], returns=listed(returned(8))), using)

    assert kinds(reading) == [PLACED, ("deposit.paid", "02")]
    attributes = reading.events[0].attributes
    assert (attributes["kind"], attributes["gift"]) == ("mug", "vip gold, x")
    assert "payment" not in attributes
    assert "return.opened" not in using.kinds()


def test_a_metafield_is_an_attribute(tmp_path: Path) -> None:
    row = customer(metafield_custom_segment={"value": "gold"})
    (person,) = read(row, own(OWN, tmp_path), stream="customers").people

    assert person.attributes == {"city": "Bonn", "segment": "gold"}


def test_kinds_behind_a_rule_that_fits_all_are_not_promised(tmp_path: Path) -> None:
    """A touchpoint that waits for them would count as missed."""
    using = own("orders: {rules: [{placed: order.placed}]}", tmp_path)

    assert "order.delivered" not in using.kinds()


def test_a_mistake_is_said_with_its_line() -> None:
    text = "customers:\n  attributes:\n    city: default address\norders:\n  ruls: []\n"
    _, problems = parse_mapping(text, "own.yaml", ShopMapping)

    assert (3, True) in [(one.line, "Shopify's API" in one.what) for one in problems]
    assert (5, True) in [(one.line, "did you mean `rules`" in one.what) for one in problems]
