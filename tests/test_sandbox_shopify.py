"""The pretend Shopify as it is read: pages, searches, costs, tokens, versions, what is hidden."""

import json
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sandbox_client import Client
from shopify_asker import Asker, asker

from journeysync.commands.pretend import _write_workspace
from journeysync.core.running.workspace_file import open_workspace
from journeysync.sandbox.server import start
from journeysync.sandbox.world import DAY, millis

NOW = millis("2026-11-20T09:00:00Z")


@pytest.fixture(scope="module")
def shop() -> Iterator[Asker]:
    """A shop that no test changes."""
    with asker() as served:
        yield served


@pytest.fixture
def bench() -> Iterator[Asker]:
    """A shop with three people, to be changed."""
    with asker(customers=3) as served:
        yield served


# --- pages ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("sort", ["ID", "UPDATED_AT", "PROCESSED_AT", "CREATED_AT"])
@pytest.mark.parametrize("size", [1, 7, 250])
def test_pages_hold_every_order_once_in_every_order(shop: Asker, sort: str, size: int) -> None:
    rows = shop.ids("orders", f"first: {size}, sortKey: {sort}")

    assert Counter(rows) == Counter(shop.ids("orders", "first: 250"))
    assert list(reversed(rows)) == shop.ids(
        "orders", f"first: {size}, sortKey: {sort}, reverse: true"
    )


def test_dozens_of_orders_change_within_one_second(shop: Asker) -> None:
    rows = shop.ids("orders", "first: 250, sortKey: UPDATED_AT", "updatedAt id")
    most = Counter(row["updatedAt"] for row in rows).most_common(1)[0][1]

    assert most >= 12
    assert [row["updatedAt"] for row in rows] == sorted(row["updatedAt"] for row in rows)


def test_a_page_that_ends_with_the_list_is_the_last(shop: Asker) -> None:
    query = "query($n: Int) { customers(first: $n) { pageInfo { hasNextPage } } }"
    many = len(shop.ids("customers", "first: 250"))

    assert [shop.ask(query, n=n)["customers"]["pageInfo"]["hasNextPage"]
            for n in (many - 1, many, many + 1)] == [True, False, False]  # fmt: skip


def test_pages_backwards_end_where_pages_forwards_begin(shop: Asker) -> None:
    page = "{ orders(%s) { nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor } } }"
    whole = shop.ids("orders", "first: 250")
    last = shop.ask(page % "last: 5")["orders"]
    before = shop.ask(page % f'last: 5, before: "{last["pageInfo"]["startCursor"]}"')["orders"]

    assert [row["id"] for row in last["nodes"]] == whole[-5:]
    assert [row["id"] for row in before["nodes"]] == whole[-10:-5]
    assert last["pageInfo"]["hasPreviousPage"]
    assert before["pageInfo"]["hasNextPage"]


def test_an_order_touched_while_somebody_reads_comes_again_and_hides_none(bench: Asker) -> None:
    made = [bench.edit("order", "create", at=NOW - 10 * DAY)["id"] for _ in range(6)]
    query = """query($after: String) { orders(first: 3, sortKey: UPDATED_AT, after: $after,
        query: "updated_at:>='2026-11-10T09:00:00Z'") { nodes { id } pageInfo { endCursor } } }"""
    first = bench.ask(query)["orders"]
    bench.edit("order", "set", id=made[0], note="touched")
    then = bench.ask(query, after=first["pageInfo"]["endCursor"])["orders"]

    assert [row["id"] for row in first["nodes"]] == made[:3]
    assert made[3:] == [row["id"] for row in then["nodes"]]


@pytest.mark.parametrize("arguments", ["first: 251", "first: 0", "first: 1, last: 1", 'query: ""'])
def test_a_list_wants_one_size_of_at_most_250(shop: Asker, arguments: str) -> None:
    reply = shop.post(f"{{ orders({arguments}) {{ nodes {{ id }} }} }}")

    assert reply.status == 200
    assert reply.body["data"] is None
    assert reply.body["errors"][0]["extensions"]["code"] == "BAD_REQUEST"


def test_a_list_inside_an_order_is_cut_silently(bench: Asker) -> None:
    """`refunds` are no connection: nothing says that there are more."""
    order = bench.edit("order", "create", items=[["ROLL-1", 3]])["id"]
    for _ in range(3):
        bench.edit("order", "refund", id=order, amount="1.10")
    query = "query($id: ID!) { order(id: $id) { refunds(first: 2) { id } totalRefundedSet { shopMoney { amount } } } }"  # noqa: E501 - one query

    told = bench.ask(query, id=order)["order"]

    assert len(told["refunds"]) == 2
    assert told["totalRefundedSet"]["shopMoney"]["amount"] == "3.3"


# --- ids -----------------------------------------------------------------------------------------


def test_a_global_id_leads_to_what_it_names(shop: Asker) -> None:
    rows = shop.ids(
        "orders",
        "first: 50",
        """id customer { id } lineItems(first: 9) { nodes { id } }
        refunds { id } fulfillments { id } transactions { id }""",
    )
    ids = [row["id"] for row in rows] + [row["customer"]["id"] for row in rows if row["customer"]]
    for row in rows:
        parts = (*row["lineItems"]["nodes"], *row["refunds"], *row["fulfillments"])
        ids += [one["id"] for one in (*parts, *row["transactions"])]
    found = []
    for first in range(0, len(ids), 250):
        found += shop.ask(
            "query($ids: [ID!]!) { nodes(ids: $ids) { id __typename } }",
            ids=ids[first : first + 250],
        )["nodes"]

    assert [one["id"] for one in found] == ids
    assert all(one["id"].split("/")[3] == one["__typename"] for one in found)
    assert len({one["__typename"] for one in found}) == 6


def test_an_unknown_id_is_null(shop: Asker) -> None:
    query = (
        '{ order(id: "gid://shopify/Order/1") { id } node(id: "gid://shopify/Customer/7") { id } }'
    )

    assert shop.ask(query) == {"order": None, "node": None}


# --- costs ---------------------------------------------------------------------------------------


def test_rows_that_are_asked_for_by_their_ids_cost_each(shop: Asker) -> None:
    query = """query($ids: [ID!]!)
        { nodes(ids: $ids) { ... on Order { lineItems(first: 5) { nodes { id } } } } }"""
    ids = [*shop.ids("orders", "first: 3")[:3], "gid://shopify/Order/1"]
    cost = shop.post(query, ids=ids).body["extensions"]["cost"]

    assert cost["requestedQueryCost"] == 4 * (1 + 2 + 5)
    assert 3 * (1 + 2 + 1) <= cost["actualQueryCost"] < 3 * (1 + 2 + 5)


def test_costs_are_told_as_asked_for_and_as_used(shop: Asker) -> None:
    query = "{ orders(first: 100) { nodes { id lineItems(first: 5) { nodes { id } } } } }"
    cost = shop.post(query).body["extensions"]["cost"]
    orders = len(shop.ids("orders", "first: 250"))

    assert cost["requestedQueryCost"] == 2 + 100 * (1 + 2 + 5)
    assert 2 + orders * 4 <= cost["actualQueryCost"] < cost["requestedQueryCost"]
    assert cost["throttleStatus"] == {
        "maximumAvailable": 2000.0, "currentlyAvailable": 2000, "restoreRate": 100.0
    }  # fmt: skip


def test_a_query_over_a_thousand_points_is_refused_whole(shop: Asker) -> None:
    query = "query($n: Int) { orders(first: $n) { edges { node { id lineItems(first: 9) { nodes { id } } } } } }"  # noqa: E501 - one query
    reply = shop.post(query, n=84).body

    assert "data" not in reply
    assert reply["errors"][0]["extensions"] == {
        "code": "MAX_COST_EXCEEDED", "cost": 2 + 84 * 12, "maxCost": 1000,
        "documentation": "https://shopify.dev/api/usage/rate-limits",
    }  # fmt: skip
    assert "errors" not in shop.post(query, n=83).body


def test_who_has_spent_the_points_is_throttled_with_a_200() -> None:
    with asker(customers=1, limits=True) as shop:
        shop.edit("shop", "set", empty=True, restore_rate=0.001)
        reply = shop.post("{ orders(first: 50) { nodes { id } } }")
        cost = reply.body["extensions"]["cost"]
        shop.edit("shop", "set", restore_rate=100_000_000)
        later = shop.post("{ orders(first: 50) { nodes { id } } }").body

    assert reply.status == 200
    assert reply.body["errors"][0]["extensions"]["code"] == "THROTTLED"
    assert (cost["requestedQueryCost"], cost["actualQueryCost"]) == (52, None)
    assert cost["throttleStatus"]["currentlyAvailable"] < 52
    assert "errors" not in later


def test_what_was_asked_for_and_not_used_is_given_back() -> None:
    with asker(customers=0, limits=True) as shop:
        shop.edit("shop", "set", restore_rate=0)
        for _ in range(5):
            cost = shop.post("{ orders(first: 250) { nodes { id } } }").body["extensions"]["cost"]

    assert cost["throttleStatus"]["currentlyAvailable"] == 2000 - 5 * 2


# --- what it is made of --------------------------------------------------------------------------


def test_the_shop_has_what_shops_have() -> None:
    fields = """email customer { id } displayFinancialStatus displayFulfillmentStatus returnStatus
        presentmentCurrencyCode cancelledAt closedAt sourceName
        fulfillments { displayStatus deliveredAt } lineItems(first: 5) { nodes { isGiftCard } }"""
    with asker(customers=150) as large:
        rows = large.ids("orders", "first: 50", fields)
        firms = large.ids("draftOrders", "first: 50", "status poNumber")

    def some(name: str) -> set[Any]:
        return {row[name] for row in rows}

    assert {
        "PAID",
        "PARTIALLY_PAID",
        "PENDING",
        "REFUNDED",
        "PARTIALLY_REFUNDED",
        "VOIDED",
    } <= some("displayFinancialStatus")
    assert {"FULFILLED", "UNFULFILLED"} <= some("displayFulfillmentStatus")
    assert some("returnStatus") >= {"NO_RETURN", "RETURNED"}
    assert some("presentmentCurrencyCode") == {"GBP", "EUR", "USD", "JPY"}
    assert some("sourceName") == {"web", "pos", "draft_order", "subscription_contract"}
    assert any(row["customer"] is None and row["email"] for row in rows)
    assert any(row["customer"] is None and not row["email"] for row in rows)
    parcels = [one for row in rows for one in row["fulfillments"]]
    assert {one["displayStatus"] for one in parcels} >= {"DELIVERED", "FULFILLED"}
    assert any(line["isGiftCard"] for row in rows for line in row["lineItems"]["nodes"])
    assert all(one["status"] == "COMPLETED" and one["poNumber"] for one in firms)


def test_time_brings_the_same_however_it_is_divided() -> None:
    answers = []
    for steps in ((12,), (1, 0.5, 2.5, 8)):
        with asker(customers=30) as served:
            served.ids("orders", "first: 250")
            for days in steps:
                served.admin("POST", "/advance", {"days": days})
            answers.append(served.ids("orders", "first: 250", "id updatedAt tags"))

    assert answers[0]
    assert answers[0] == answers[1]


@pytest.mark.parametrize("edited", [False, True])
def test_what_cards_paid_in_the_shop_is_charged_in_the_pretend_stripe(edited: bool) -> None:
    """Under the number of the order, in the buyer's currency and its smallest unit.

    What people do in the shop by hand does not move what comes later by itself.
    """
    fields = """legacyResourceId transactions { kind status receiptJson amountSet {
        presentmentMoney { amount currencyCode } } }"""
    with asker(customers=60, tools=("stripe", "shopify")) as shop:
        if edited:
            shop.edit("order", "delete", id=shop.edit("order", "create")["id"])
            shop.admin("POST", "/advance", {"days": 20})
        rows = shop.ids("orders", "first: 50", fields)
        stripe = Client(shop.sandbox.tools["stripe"]["base_url"],
                        shop.sandbox.tools["stripe"]["api_key"])  # fmt: skip
        charges, after = [], ""
        while True:
            page = stripe("GET", f"/v1/charges?limit=100{after}").body
            charges += [one for one in page["data"] if one["metadata"]]
            if not page["has_more"]:
                break
            after = f"&starting_after={page['data'][-1]['id']}"
    paid, back = Counter[tuple[str, ...]](), Counter[str]()
    for row in rows:
        for one in row["transactions"]:
            if not one["receiptJson"]:
                continue
            money = one["amountSet"]["presentmentMoney"]
            unit = 1 if money["currencyCode"] == "JPY" else 100
            minor = round(Decimal(money["amount"]) * unit)
            payment = json.loads(one["receiptJson"])["id"]
            if one["kind"] == "REFUND":
                back[payment] += minor
            else:
                paid[row["legacyResourceId"], payment, money["currencyCode"], str(minor)] += 1

    assert {key[2] for key in paid} > {"GBP"}
    assert paid == Counter(
        (one["metadata"]["order_id"], one["payment_intent"], one["currency"].upper(),
         str(one["amount"])) for one in charges
    )  # fmt: skip
    assert back == Counter(
        {one["payment_intent"]: one["amount_refunded"] for one in charges if one["amount_refunded"]}
    )


@pytest.mark.parametrize(
    ("tools", "shop"),
    [
        (("shopify", "stripe"), "shopify"),
        (("stripe", "shopify", "woocommerce"), "woocommerce"),
    ],
)
def test_the_workspace_of_a_sandbox_names_stripes_shop(
    tmp_path: Path, tools: tuple[str, ...], shop: str
) -> None:
    with start(customers=1, tools=tools) as sandbox:
        _write_workspace(tmp_path, sandbox, "product-business")
    opened = open_workspace(tmp_path)

    assert opened.workspace.tools["stripe"].model_dump()["shop"] == shop
    assert "shpat_sandbox_1" in opened.secrets
