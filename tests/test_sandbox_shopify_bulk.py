"""Bulk operations of the pretend Shopify: their files, stages, refusals and failures."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from shopify_asker import Asker, asker

RUN = "mutation($q: String!, $g: Boolean! = false) { bulkOperationRunQuery(query: $q, groupObjects: $g) { bulkOperation { id status url } userErrors { field message code } } }"  # noqa: E501
LOOK = "query($id: ID!) { bulkOperation(id: $id) { status errorCode objectCount rootObjectCount fileSize url partialDataUrl completedAt } }"  # noqa: E501
ORDERS = "{ orders { edges { node { id name refunds { id } lineItems { edges { node { id sku } } } } } } }"  # noqa: E501


@pytest.fixture
def shop() -> Iterator[Asker]:
    with asker(customers=3) as served:
        yield served


def begin(shop: Asker, query: str, *, grouped: bool = False) -> Any:
    return shop.ask(RUN, q=query, g=grouped)["bulkOperationRunQuery"]


def finish(shop: Asker, query: str, *, grouped: bool = False) -> Any:
    number = begin(shop, query, grouped=grouped)["bulkOperation"]["id"]
    while True:
        told = shop.ask(LOOK, id=number)["bulkOperation"]
        if told["status"] not in ("CREATED", "RUNNING"):
            return told


@pytest.mark.parametrize("grouped", [False, True])
def test_a_bulk_file_holds_what_pages_hold(grouped: bool) -> None:
    with asker(customers=20) as shop:
        told = finish(shop, ORDERS, grouped=grouped)
        lines = shop.rows_of_file(told["url"])
        pages = shop.ids(
            "orders",
            "first: 50",
            "id name refunds { id } lineItems(first: 10) { nodes { id sku } }",
        )
    roots = {line["id"]: line for line in lines if "__parentId" not in line}
    expected = {row["id"]: {key: row[key] for key in ("id", "name", "refunds")} for row in pages}
    children = [line for line in lines if "__parentId" in line]
    below = [{**one, "__parentId": row["id"]} for row in pages for one in row["lineItems"]["nodes"]]

    assert told["status"] == "COMPLETED"
    assert roots == expected
    assert sorted(map(json.dumps, children)) == sorted(map(json.dumps, below))
    assert (told["objectCount"], told["rootObjectCount"]) == (str(len(lines)), str(len(roots)))
    seen: set[str] = set()
    early = 0
    for line in lines:
        early += "__parentId" in line and line["__parentId"] not in seen
        seen.add(line["id"])
    assert bool(early) is not grouped


def test_a_bulk_operation_is_created_then_runs_then_is_done(shop: Asker) -> None:
    shop.edit("bulk", "set", looks=3)
    made = begin(shop, "{ customers { nodes { id } } }")["bulkOperation"]
    stages = [shop.ask(LOOK, id=made["id"])["bulkOperation"] for _ in range(4)]

    assert (made["status"], made["url"]) == ("CREATED", None)
    assert [one["status"] for one in stages] == ["RUNNING", "RUNNING", "COMPLETED", "COMPLETED"]
    assert [one["completedAt"] is None for one in stages] == [True, True, False, False]


def test_what_changes_after_the_start_is_not_in_the_file(shop: Asker) -> None:
    made = begin(shop, "{ orders { nodes { id note } } }")["bulkOperation"]
    order = shop.edit("order", "create", note="late")["id"]
    for _ in range(2):
        told = shop.ask(LOOK, id=made["id"])["bulkOperation"]
    lines = shop.rows_of_file(told["url"]) if told["url"] else []

    assert order not in [line["id"] for line in lines]


def test_a_search_narrows_a_bulk_query_too(shop: Asker) -> None:
    shop.edit("order", "create", number=7)
    told = finish(shop, "{ orders(query: \"name:'#7'\") { nodes { name } } }")

    assert shop.rows_of_file(told["url"]) == [{"name": "#7"}]


def test_nothing_found_is_done_without_a_file(shop: Asker) -> None:
    told = finish(shop, "{ orders(query: \"name:'#7'\") { nodes { name } } }")

    assert (told["status"], told["url"], told["objectCount"]) == ("COMPLETED", None, "0")


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("{ shop { name } }", "at least one connection"),
        ("{ orders { nodes { nonsense } } }", "nonsense"),
        ("{ orders { nodes { id ", "Syntax Error"),
        ("{ orders { nodes { id refunds { transactions { nodes { id } } } } } }", "list field"),
        ("{ orders { nodes { name lineItems { nodes { id } } } } }", "'id'"),
        ('{ nodes(ids: ["gid://shopify/Order/1"]) { id } }', "top-level"),
        ("{ orders { nodes { id } } customers { nodes { id } } }", "top-level"),
        ("{ customers { nodes { id orders { nodes { id returns { nodes { id refunds { nodes { id } } } } } } } } }", "deeper"),  # noqa: E501 - one query
    ],
)  # fmt: skip
def test_what_cannot_be_run_in_bulk_is_refused(shop: Asker, query: str, words: str) -> None:
    told = begin(shop, query)

    assert told["bulkOperation"] is None
    assert told["userErrors"][0]["code"] == "INVALID"
    assert words in told["userErrors"][0]["message"]


@pytest.mark.parametrize(("at_once", "code"), [(5, "LIMIT_REACHED"), (1, "OPERATION_IN_PROGRESS")])
def test_only_so_many_run_at_once(shop: Asker, at_once: int, code: str) -> None:
    shop.edit("bulk", "set", at_once=at_once)
    query = "{ orders { nodes { id } } }"
    first = [begin(shop, query)["bulkOperation"]["id"] for _ in range(at_once)]
    refused = begin(shop, query)
    cancel = "mutation($id: ID!) { bulkOperationCancel(id: $id) { bulkOperation { status } } }"
    stopped = shop.ask(cancel, id=first[0])["bulkOperationCancel"]["bulkOperation"]["status"]

    assert (refused["bulkOperation"], refused["userErrors"][0]["code"]) == (None, code)
    assert stopped == "CANCELING"
    assert shop.ask(LOOK, id=first[0])["bulkOperation"]["status"] == "CANCELED"
    assert begin(shop, query)["bulkOperation"]


@pytest.mark.parametrize("partial", [False, True])
def test_a_bulk_operation_can_fail_with_half_of_the_rows(partial: bool) -> None:
    with asker(customers=20) as shop:
        whole = len(shop.ids("orders", "first: 250"))
        shop.edit("bulk", "fail", code="INTERNAL_SERVER_ERROR", partial=partial)
        told = finish(shop, "{ orders { nodes { id } } }")
        lines = shop.rows_of_file(told["partialDataUrl"]) if partial else []
        again = finish(shop, "{ orders { nodes { id } } }")

    assert (told["status"], told["errorCode"]) == ("FAILED", "INTERNAL_SERVER_ERROR")
    assert told["url"] is None
    assert len(lines) == (whole // 2 if partial else 0)
    assert again["status"] == "COMPLETED"


def test_a_bulk_operation_without_the_scope_fails(shop: Asker) -> None:
    shop.edit("app", "set", scopes=["read_customers"])
    told = finish(shop, "{ orders { nodes { id } } }")

    assert (told["status"], told["errorCode"]) == ("FAILED", "ACCESS_DENIED")


def test_a_file_is_kept_for_seven_days(shop: Asker) -> None:
    shop.edit("order", "create")
    told = finish(shop, "{ orders { nodes { id } } }")
    path = "/" + told["url"].split("/", 3)[3]

    shop.admin("POST", "/advance", {"days": 7})
    assert shop.client("GET", path).status == 200
    shop.admin("POST", "/advance", {"days": 1})
    assert shop.client("GET", path).status == 403
