"""How the pretend Shopify fails: in its own shapes, and in those of the line."""

from collections.abc import Iterator
from typing import Any

import pytest
from shopify_asker import PATH, Asker, asker


@pytest.fixture
def shop() -> Iterator[Asker]:
    with asker(customers=3) as served:
        yield served


@pytest.mark.parametrize("status", [402, 403, 404, 423, 430])
def test_refusals_are_a_sentence(shop: Asker, status: int) -> None:
    shop.fault("refused", status=status)
    reply = shop.post("{ shop { id } }")

    assert reply.status == status
    assert isinstance(reply.body["errors"], str)
    assert shop.post("{ shop { id } }").status == 200


@pytest.mark.parametrize(
    ("state", "status"), [("frozen", 402), ("fraudulent", 403), ("gone", 404), ("locked", 423)]
)
def test_a_shop_can_be_shut(shop: Asker, state: str, status: int) -> None:
    shop.edit("shop", "set", state=state)
    assert shop.post("{ shop { id } }").status == status
    shop.edit("shop", "set", state="open")
    assert shop.post("{ shop { id } }").status == 200


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        ({"kind": "429"}, 200, "THROTTLED"),
        ({"kind": "500", "graphql": True}, 200, "INTERNAL_SERVER_ERROR"),
        ({"kind": "lost-scope"}, 200, "ACCESS_DENIED"),
    ],
)
def test_faults_that_come_with_a_200(
    shop: Asker, fault: dict[str, Any], status: int, code: str
) -> None:
    shop.fault(**fault)
    reply = shop.post("{ orders(first: 9) { nodes { id } } }")

    assert (reply.status, reply.body["errors"][0]["extensions"]["code"]) == (status, code)
    assert not reply.body.get("data")


def test_a_fault_says_how_long_to_wait(shop: Asker) -> None:
    shop.fault("429", short=30)
    cost = shop.post("{ orders(first: 98) { nodes { id } } }").body["extensions"]["cost"]

    assert cost["requestedQueryCost"] - cost["throttleStatus"]["currentlyAvailable"] == 30


@pytest.mark.parametrize(
    ("fault", "status", "kind"),
    [
        ({"kind": "429", "http": True}, 429, "application/json"),
        ({"kind": "500"}, 500, "application/json"),
        ({"kind": "503"}, 503, "text/html"),
        ({"kind": "refused", "status": 403, "html": True}, 403, "text/html"),
        ({"kind": "html"}, 200, "text/html"),
        ({"kind": "expired-token"}, 401, "application/json"),
    ],
)
def test_faults_of_the_line(shop: Asker, fault: dict[str, Any], status: int, kind: str) -> None:
    shop.fault(**fault)
    reply = shop.post("{ shop { id } }")

    assert (reply.status, reply.headers["content-type"].split(";")[0]) == (status, kind)


def test_a_partial_answer_has_data_and_errors(shop: Asker) -> None:
    for _ in range(3):
        shop.edit("order", "create", customer=shop.edit("customer", "create", email="a@b.c")["id"])
    shop.fault("partial")
    query = '{ orders(first: 9, query: "source_name:web") { nodes { id customer { id } } } }'
    reply = shop.post(query).body
    rows = reply["data"]["orders"]["nodes"]

    assert [error["extensions"]["code"] for error in reply["errors"]] == ["INTERNAL_SERVER_ERROR"]
    assert reply["errors"][0]["path"] == ["orders", "nodes", 0, "customer"]
    assert rows[0]["customer"] is None
    assert all(row["customer"] for row in rows[-2:])


def test_half_applied_is_the_first_half_of_a_mutation(shop: Asker) -> None:
    ann = shop.edit("customer", "create", email="ann@example.com", tags=["VIP"])["id"]
    one = f'tagsAdd(id: "{ann}", tags: "one") {{ node {{ id }} }}'
    other = f'b: tagsAdd(id: "{ann}", tags: "other") {{ node {{ id }} }}'
    shop.fault("half-applied")
    reply = shop.post(f"mutation {{ {one} {other} }}")

    assert reply.status == 500
    assert shop.admin("GET", "/snapshot").body["shopify"]["tags"][ann] == ["VIP", "one"]


def test_a_page_can_repeat_or_shrink() -> None:
    with asker(customers=20) as shop:
        whole = shop.ids("orders", "first: 250")
        page = "query($a: String) { orders(first: 4, after: $a) { nodes { id } pageInfo { hasNextPage endCursor } } }"  # noqa: E501 - one query
        shop.fault("repeat-page")
        first = shop.ask(page)["orders"]
        again = shop.ask(page, a=first["pageInfo"]["endCursor"])["orders"]
        shop.fault("shrink-page")
        short = shop.ask(page)["orders"]

    assert first["nodes"] == again["nodes"] == [{"id": one} for one in whole[:4]]
    assert short["nodes"] == first["nodes"][:2]
    assert short["pageInfo"]["hasNextPage"]


@pytest.mark.parametrize(
    ("body", "status", "told"),
    [
        (b"{", 400, "errors"),
        (b"[]", 400, "errors"),
        (b'{"query": "{ shop { nonsense } }"}', 200, "undefinedField"),
        (b'{"query": "{ shop {"}', 200, "Syntax Error"),
        (b'{"query": "query A { shop { id } } query B { shop { id } }"}', 200, "operation name"),
        (b'{"query": "query($id: ID!) { order(id: $id) { id } }"}', 200, "INVALID_VARIABLE"),
    ],
)
def test_what_is_no_query_is_told(shop: Asker, body: bytes, status: int, told: str) -> None:
    token = shop.sandbox.tools["shopify"]["access_token"]
    connection = shop.client._connection
    headers = {"X-Shopify-Access-Token": token, "Content-Type": "application/json"}
    connection.request("POST", PATH, body, headers)
    answer = connection.getresponse()

    assert answer.status == status
    assert told in answer.read().decode()
