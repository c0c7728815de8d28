"""What an app writes to the pretend Shopify: tags, metafields, a customer's own fields."""

from collections.abc import Iterator
from typing import Any

import pytest
from shopify_asker import Asker, asker

TAG = "mutation($id: ID!, $tags: [String!]!) { tagsAdd(id: $id, tags: $tags) { node { id } userErrors { field message } } }"  # noqa: E501 - one query
SET = "mutation($rows: [MetafieldsSetInput!]!) { metafieldsSet(metafields: $rows) { metafields { value type namespace key compareDigest } userErrors { field message code } } }"  # noqa: E501
UPDATE = "mutation($input: CustomerInput!) { customerUpdate(input: $input) { customer { tags note } userErrors { field message } } }"  # noqa: E501


@pytest.fixture
def shop() -> Iterator[Asker]:
    with asker(customers=3) as served:
        yield served


@pytest.fixture
def ann(shop: Asker) -> str:
    """A customer's id."""
    made: str = shop.edit("customer", "create", email="ann@example.com", tags=["VIP"])["id"]
    return made


def updated(shop: Asker, customer: str) -> str:
    query = "query($id: ID!) { customer(id: $id) { updatedAt } }"
    at: str = shop.ask(query, id=customer)["customer"]["updatedAt"]
    return at


def snapshot(shop: Asker) -> Any:
    return shop.admin("GET", "/snapshot").body["shopify"]


def test_tags_are_added_once_whatever_their_case(shop: Asker, ann: str) -> None:
    before = updated(shop, ann)
    shop.admin("POST", "/advance", {"days": 1})
    shop.ask(TAG, id=ann, tags=["vip"])
    assert updated(shop, ann) == before
    shop.ask(TAG, id=ann, tags=["Stage: visit, early", "vip"])

    assert snapshot(shop)["tags"][ann] == ["Stage: visit", "VIP", "early"]
    assert updated(shop, ann) > before
    writes = [one["writes"] for one in shop.admin("GET", "/journal").body["requests"]]
    assert writes == [False, False, False, True, False]


def test_tags_are_taken_away_whatever_their_case(shop: Asker, ann: str) -> None:
    query = TAG.replace("tagsAdd", "tagsRemove")
    shop.ask(query, id=ann, tags=["vip", "never there"])
    shop.ask(query, id=ann, tags=["vip"])

    assert ann not in snapshot(shop)["tags"]
    writes = [one["writes"] for one in shop.admin("GET", "/journal").body["requests"]]
    assert writes == [True, False]


def test_metafields_are_taken_away(shop: Asker, ann: str) -> None:
    row = {"ownerId": ann, "namespace": "journey", "key": "stage"}
    shop.ask(SET, rows=[{**row, "value": "visit", "type": "single_line_text_field"}])
    query = """mutation($rows: [MetafieldIdentifierInput!]!) { metafieldsDelete(metafields: $rows) {
        deletedMetafields { key namespace ownerId } userErrors { field message } } }"""
    told = shop.ask(query, rows=[row, {**row, "key": "other"}])["metafieldsDelete"]
    lost = {**row, "ownerId": "gid://shopify/Customer/1"}

    assert told == {"deletedMetafields": [row, None], "userErrors": []}
    assert snapshot(shop)["metafields"] == []
    assert shop.ask(query, rows=[lost])["metafieldsDelete"]["userErrors"][0]["field"] == [
        "metafields", "0", "ownerId"
    ]  # fmt: skip


def test_a_customers_tags_can_be_replaced(shop: Asker, ann: str) -> None:
    told = shop.ask(UPDATE, input={"id": ann, "tags": ["b", "a"], "note": "hello"})

    assert told["customerUpdate"] == {
        "customer": {"tags": ["a", "b"], "note": "hello"}, "userErrors": []
    }  # fmt: skip


def test_metafields_are_made_then_set(shop: Asker, ann: str) -> None:
    row = {"ownerId": ann, "namespace": "journey", "key": "stage", "value": "visit",
           "type": "single_line_text_field"}  # fmt: skip
    made = shop.ask(SET, rows=[row])["metafieldsSet"]
    digest = made["metafields"][0]["compareDigest"]
    del row["type"]
    again = shop.ask(SET, rows=[{**row, "value": "after", "compareDigest": digest}])
    stale = shop.ask(SET, rows=[{**row, "value": "late", "compareDigest": digest}])
    query = 'query($id: ID!) { customer(id: $id) { metafield(namespace: "journey", key: "stage") { jsonValue } metafields(first: 5) { nodes { key } } } }'  # noqa: E501 - one query

    shop.ask(SET, rows=[{**row, "value": "after"}])
    writes = [one["writes"] for one in shop.admin("GET", "/journal").body["requests"]]

    assert made["userErrors"] == []
    assert writes == [True, True, False, False]
    assert again["metafieldsSet"]["metafields"][0]["value"] == "after"
    assert stale["metafieldsSet"]["metafields"] is None
    assert stale["metafieldsSet"]["userErrors"][0]["code"] == "STALE_OBJECT"
    assert shop.ask(query, id=ann)["customer"] == {
        "metafield": {"jsonValue": "after"}, "metafields": {"nodes": [{"key": "stage"}]}
    }  # fmt: skip
    own = [ann, "journey", "stage", "single_line_text_field", "after"]
    assert snapshot(shop)["metafields"] == [own]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"ownerId": "gid://shopify/Customer/1"}, "INVALID"),
        ({"key": "a"}, "INVALID"),
        ({"type": None}, "BLANK"),
        ({"type": "poem"}, "INCLUSION"),
        ({"type": "number_integer"}, "INVALID_VALUE"),
        ({"type": "json"}, "INVALID_VALUE"),
        ({"value": ""}, "BLANK"),
        ({"value": "two\nlines"}, "INVALID_VALUE"),
        ({"compareDigest": "0"}, "STALE_OBJECT"),
    ],
)
def test_one_wrong_metafield_keeps_all_of_them_out(
    shop: Asker, ann: str, change: dict[str, Any], code: str
) -> None:
    row = {"ownerId": ann, "namespace": "journey", "key": "stage", "value": "visit",
           "type": "single_line_text_field"}  # fmt: skip
    told = shop.ask(SET, rows=[row, {**row, "key": "other", **change}])["metafieldsSet"]

    assert told["metafields"] is None
    assert [one["code"] for one in told["userErrors"]] == [code]
    assert told["userErrors"][0]["field"][:2] == ["metafields", "1"]
    assert snapshot(shop)["metafields"] == []


def test_at_most_25_metafields_in_a_request(shop: Asker, ann: str) -> None:
    rows = [{"ownerId": ann, "namespace": "j", "key": f"key{n}", "value": "1",
             "type": "number_integer"} for n in range(26)]  # fmt: skip

    assert shop.ask(SET, rows=rows)["metafieldsSet"]["userErrors"][0]["code"] == (
        "LESS_THAN_OR_EQUAL_TO"
    )
    assert shop.ask(SET, rows=rows[:25])["metafieldsSet"]["userErrors"] == []


@pytest.mark.parametrize("tags", [["x" * 41], [f"tag{n}" for n in range(251)]])
def test_tags_have_limits(shop: Asker, ann: str, tags: list[str]) -> None:
    assert shop.ask(TAG, id=ann, tags=tags)["tagsAdd"]["userErrors"][0]["field"] == ["tags"]
    assert snapshot(shop)["tags"][ann] == ["VIP"]


def test_who_may_not_write_is_denied(shop: Asker, ann: str) -> None:
    shop.edit("app", "set", scopes=["read_customers"])

    assert shop.code(TAG, id=ann, tags=["a"]) == "ACCESS_DENIED"
    assert snapshot(shop)["tags"][ann] == ["VIP"]
