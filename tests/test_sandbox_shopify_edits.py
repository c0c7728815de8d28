"""What people do in the pretend Shopify, and what is then to be read."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from shopify_asker import Asker, asker


@pytest.fixture
def shop() -> Iterator[Asker]:
    with asker(customers=3) as served:
        yield served


@pytest.fixture
def ann(shop: Asker) -> str:
    """A customer's id."""
    made: str = shop.edit("customer", "create", email="ann@example.com", tags=["VIP"])["id"]
    return made


def order_of(shop: Asker, number: str) -> Any:
    query = """query($id: ID!) { order(id: $id) { updatedAt cancelledAt cancelReason closed
        returnStatus
        displayFinancialStatus displayFulfillmentStatus customer { id }
        totalOutstandingSet { shopMoney { amount } presentmentMoney { amount currencyCode } }
        fulfillments { displayStatus inTransitAt deliveredAt events(first: 9) { nodes { status } } }
        refunds { totalRefundedSet { shopMoney { amount } } return { id }
          refundLineItems(first: 5) { nodes { quantity lineItem { sku currentQuantity } } } }
        returns(first: 5) { nodes { id status closedAt totalQuantity } } } }"""
    return shop.ask(query, id=number)["order"]


def test_an_order_goes_all_its_way(shop: Asker) -> None:
    number = shop.edit("order", "create", items=[["ROLL-1", 2], ["OIL-1", 1]])["id"]
    moved = [order_of(shop, number)["updatedAt"]]

    def then(action: str, **more: Any) -> Any:
        shop.admin("POST", "/advance", {"days": 1})
        shop.edit("order", action, id=number, **more)
        told = order_of(shop, number)
        moved.append(told["updatedAt"])
        return told

    part = then("fulfill", lines=[[0, 2]], tracking="T1")
    then("track", status="IN_TRANSIT")
    arrived = then("deliver")
    back = then("return", quantity=1)
    refunded = then("refund", amount="24", lines=[[0, 1]], **{"return": True})
    done = then("close_return")
    shut = then("archive")

    assert part["displayFulfillmentStatus"] == "PARTIALLY_FULFILLED"
    assert arrived["fulfillments"][0]["displayStatus"] == "DELIVERED"
    assert arrived["fulfillments"][0]["deliveredAt"] == arrived["updatedAt"]
    assert back["returnStatus"] == "IN_PROGRESS"
    assert refunded["displayFinancialStatus"] == "PARTIALLY_REFUNDED"
    lines = refunded["refunds"][0]["refundLineItems"]["nodes"]
    assert lines == [{"quantity": 1, "lineItem": {"sku": "ROLL-1", "currentQuantity": 1}}]
    assert refunded["refunds"][0]["return"] == {"id": back["returns"]["nodes"][0]["id"]}
    assert (done["returnStatus"], shut["closed"]) == ("RETURNED", True)
    assert moved == sorted(set(moved))


def test_what_is_done_by_a_slow_clock_is_dated_by_it(shop: Asker) -> None:
    right = shop.post("{ shop { name } }").headers["date"]
    shop.edit("shop", "set", slow=3600)
    number = shop.edit("order", "create")["id"]
    dated = parsedate_to_datetime(shop.post("{ shop { name } }").headers["date"])

    assert parsedate_to_datetime(right) - dated == timedelta(hours=1)
    assert datetime.fromisoformat(order_of(shop, number)["updatedAt"]) == dated


def test_a_deposit_leaves_something_outstanding(shop: Asker) -> None:
    made = shop.edit("order", "create", items=[["COURSE-1", 1]], currency="EUR", amount="50")
    first = order_of(shop, made["id"])
    shop.edit("order", "pay", id=made["id"], amount="145")
    then = order_of(shop, made["id"])

    assert first["displayFinancialStatus"] == "PARTIALLY_PAID"
    assert first["totalOutstandingSet"] == {
        "shopMoney": {"amount": "145.0"},
        "presentmentMoney": {"amount": "169.65", "currencyCode": "EUR"},
    }
    assert then["displayFinancialStatus"] == "PAID"
    assert then["totalOutstandingSet"]["shopMoney"]["amount"] == "0.0"


def test_an_order_may_hold_what_nobody_expects(shop: Asker) -> None:
    items = [["ROLL-1", 1], ["discount", 1, "-5.00"], *[["TAPE-1", 1]] * 298]
    more = {"items": items, "imported": "0000-01-01T00:00:00Z", "email": ""}
    number = shop.edit("order", "create", **more)["id"]
    query = """query($id: ID!, $after: String) { order(id: $id) { processedAt email
        totalPriceSet { shopMoney { amount } } lineItems(first: 250, after: $after) {
        nodes { originalTotalSet { shopMoney { amount } } } pageInfo { endCursor } } } }"""
    told = shop.ask(query, id=number)["order"]
    after = told["lineItems"]["pageInfo"]["endCursor"]
    rest = shop.ask(query, id=number, after=after)["order"]["lineItems"]["nodes"]

    assert (told["processedAt"], told["email"]) == ("0000-01-01T00:00:00Z", None)
    assert told["lineItems"]["nodes"][1]["originalTotalSet"]["shopMoney"]["amount"] == "-5.0"
    assert len(told["lineItems"]["nodes"]) + len(rest) == 300
    assert told["totalPriceSet"]["shopMoney"]["amount"] == "2179.5"


@pytest.mark.parametrize(
    ("currency", "amount"), [("GBP", "24.0"), ("EUR", "28.08"), ("JPY", "4752.0")]
)
def test_amounts_are_told_in_two_currencies(shop: Asker, currency: str, amount: str) -> None:
    number = shop.edit("order", "create", currency=currency, paid=False)["id"]

    assert order_of(shop, number)["totalOutstandingSet"] == {
        "shopMoney": {"amount": "24.0"},
        "presentmentMoney": {"amount": amount, "currencyCode": currency},
    }


def test_yen_have_no_parts(shop: Asker) -> None:
    items = [["OIL-1", 1, "12.34"]]
    number = shop.edit("order", "create", currency="JPY", items=items, paid=False)["id"]

    shown = order_of(shop, number)["totalOutstandingSet"]["presentmentMoney"]
    assert shown["amount"] == "2443.0"


def test_a_cancelled_order_is_refunded(shop: Asker) -> None:
    shop.edit("order", "create")
    number = shop.edit("order", "create")["id"]
    shop.edit("order", "cancel", id=number, reason="INVENTORY")
    told = order_of(shop, number)
    query = "query($q: String) { orders(first: 9, query: $q) { nodes { id } } }"

    assert shop.ask(query, q="status:cancelled")["orders"]["nodes"] == [{"id": number}]
    assert (told["cancelReason"], told["displayFinancialStatus"]) == ("INVENTORY", "REFUNDED")
    assert told["cancelledAt"] == told["updatedAt"]


def test_what_is_deleted_leaves_no_trace(shop: Asker) -> None:
    made = shop.edit("order", "create")
    shop.edit("order", "delete", id=made["id"])
    gone = shop.ask(
        "query($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=[made["id"], made["lines"][0]]
    )

    assert order_of(shop, made["id"]) is None
    assert gone["nodes"] == [None, None]


def test_customers_are_merged_erased_and_deleted(shop: Asker, ann: str) -> None:
    other = shop.edit("customer", "create", email="ann@work.example", tags=["b2b"])["id"]
    order = shop.edit("order", "create", customer=other)["id"]
    refused = shop.admin("POST", "/edit", {"tool": "shopify", "object": "customer",
                                           "action": "delete", "id": other})  # fmt: skip
    shop.edit("customer", "merge", id=ann, other=other)
    query = "query($id: ID!) { customer(id: $id) { email tags numberOfOrders } }"
    merged = shop.ask(query, id=ann)["customer"]
    shop.edit("customer", "erase", id=ann)

    assert refused.status == 400
    assert merged == {"email": "ann@example.com", "tags": ["VIP", "b2b"], "numberOfOrders": "1"}
    assert shop.ask(query, id=other)["customer"] is None
    assert order_of(shop, order)["customer"] == {"id": ann}
    assert shop.ask(query, id=ann)["customer"]["email"] is None


def test_checkouts_are_left_and_taken_up_again(shop: Asker, ann: str) -> None:
    made = shop.edit("checkout", "create", customer=ann, items=[["OIL-1", 2]])["id"]
    query = """query($q: String) { abandonedCheckouts(first: 90, query: $q) { nodes { id
        completedAt totalPriceSet { shopMoney { amount } } } } }"""

    def found(search: str) -> list[Any]:
        rows = shop.ask(query, q=search)["abandonedCheckouts"]["nodes"]
        return [row for row in rows if row["id"] == made]

    assert found("status:open")[0]["totalPriceSet"]["shopMoney"]["amount"] == "25.0"
    shop.edit("checkout", "complete", id=made)
    assert found("status:open") == []
    assert found("recovery_state:recovered")[0]["completedAt"] == "2026-11-20T09:00:00Z"
    shop.edit("checkout", "delete", id=made)
    assert found("") == []


def test_subscriptions_renew_fail_and_end(shop: Asker, ann: str) -> None:
    number = shop.edit("subscription", "create", customer=ann)["id"]
    shop.edit("subscription", "bill", id=number)
    shop.edit("subscription", "bill", id=number, failed=True)
    query = """query($id: ID!) { node(id: $id) { ... on SubscriptionContract { status
        lastPaymentStatus
        nextBillingDate orders(first: 9) { nodes { sourceName } }
        billingAttempts(first: 9) { nodes { errorCode order { id } } } } } }"""
    failing = shop.ask(query, id=number)["node"]
    shop.edit("subscription", "set", id=number, status="CANCELLED")
    ended = shop.ask(query, id=number)["node"]

    assert (failing["status"], failing["lastPaymentStatus"]) == ("ACTIVE", "FAILED")
    assert [one["sourceName"] for one in failing["orders"]["nodes"]] == [
        "web", "subscription_contract"
    ]  # fmt: skip
    attempts = failing["billingAttempts"]["nodes"]
    assert [one["errorCode"] for one in attempts] == [None, "CARD_DECLINED"]
    assert [one["order"] is None for one in attempts] == [False, True]
    assert (ended["status"], ended["nextBillingDate"]) == ("CANCELLED", None)


def test_an_edit_that_cannot_be_made_says_so(shop: Asker) -> None:
    for command in ({"action": "fly"}, {"action": "refund", "id": 5}, {"action": "set"}):
        reply = shop.admin("POST", "/edit", {"tool": "shopify", "object": "order", **command})
        assert reply.status == 400
        assert reply.body["error"]
