"""The search syntax of the pretend Shopify: what is found, and what is passed over in silence."""

from collections.abc import Iterator
from typing import Any

import pytest
from shopify_asker import Asker, asker

from journeysync.sandbox.world import millis

COUNT = "query($q: String) { ordersCount(query: $q) { count } }"
NAMES = "query($q: String) { orders(first: 250, query: $q) { nodes { name } } }"


@pytest.fixture(scope="module")
def shop() -> Iterator[Asker]:
    """A shop that no test changes."""
    with asker() as served:
        yield served


def count(shop: Asker, query: str) -> int:
    found: int = shop.ask(COUNT, q=query)["ordersCount"]["count"]
    return found


@pytest.fixture(scope="module")
def searched() -> Iterator[Asker]:
    with asker(customers=0) as served:
        for day in (1, 2, 3):
            at = millis(f"2026-11-0{day}T00:00:00Z")
            more: dict[str, Any] = {"tags": ["Blue"]} if day == 2 else {}
            email = "Ann@example.com" if day == 3 else ""
            made = served.edit(
                "order", "create", at=at, number=day, email=email, paid=day > 1, **more
            )
            if day == 2:
                served.edit("order", "archive", id=made["id"], at=at)
        yield served


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("updated_at:>='2026-11-01T00:00:00Z'", "#1 #2 #3"),
        ("updated_at:>'2026-11-01T00:00:00Z'", "#2 #3"),
        ("updated_at:<='2026-11-01T00:00:00Z'", "#1"),
        ("updated_at:'2026-11-02'", "#2"),
        ("updated_at:>='2026-11-02T00:00:00Z' AND updated_at:<'2026-11-03T00:00:00Z'", "#2"),
        ("updated_at:>='2026-11-02T00:00:00Z' updated_at:<'2026-11-03T00:00:00Z'", "#2"),
        ("updated_at:>='2026-11-03T01:00:00+01:00'", "#3"),
        ("updated_at:<=2026", "#1 #2 #3"),
        ("updated_at:>2026", ""),
        ("updated_at:<now", "#1 #2 #3"),
        ("name:'#2' OR name:'#3'", "#2 #3"),
        ("NOT name:'#2'", "#1 #3"),
        ("-name:'#2'", "#1 #3"),
        ("(name:'#1' OR name:'#2') AND tag:blue", "#2"),
        ("tag_not:blue", "#1 #3"),
        ("financial_status:pending", "#1"),
        ("email:ann@example.com", "#3"),
        ("status:any", "#1 #2 #3"),
        ("status:closed", "#2"),
        ("status:open", "#1 #3"),
        ("ann@example", "#3"),
        ("", "#1 #2 #3"),
    ],
)  # fmt: skip
def test_what_a_search_finds(searched: Asker, query: str, found: str) -> None:
    reply = searched.post(NAMES, q=query).body

    assert " ".join(row["name"] for row in reply["data"]["orders"]["nodes"]) == found
    assert "search" not in reply["extensions"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("modified_at:>='2030-01-01'", "modified_at"),
        ("updated_at:>='soon'", "updated_at"),
        ("updated_at:>=2030-01-01T00:30:00Z", "30"),
        ("id:abc", "id"),
    ],
)
def test_what_cannot_be_searched_by_is_passed_over(searched: Asker, query: str, field: str) -> None:
    """Everything comes back: only a warning beside the data tells."""
    reply = searched.post(NAMES, q=query).body

    assert len(reply["data"]["orders"]["nodes"]) == 3
    warning = reply["extensions"]["search"][0]
    assert warning["path"] == ["orders"]
    assert [one["code"] for one in warning["warnings"]] == ["invalid_field"]
    assert warning["query"] == query
    assert field in warning["warnings"][0]["field"] or field == "30"


def test_a_date_without_a_zone_is_read_by_the_shops_clock(searched: Asker) -> None:
    searched.edit("shop", "set", timezone="Pacific/Auckland")

    assert count(searched, "updated_at:>='2026-11-02T13:00:00'") == 2
    assert count(searched, "updated_at:>='2026-11-02T13:00:01'") == 1

    searched.edit("shop", "set", timezone="Europe/London")


def test_customers_are_not_searched_by_when_they_were_made(shop: Asker) -> None:
    query = "query($q: String) { customers(first: 250, query: $q) { nodes { id } } }"
    whole = len(shop.ids("customers", "first: 250"))
    reply = shop.post(query, q="created_at:>='2030-01-01'").body

    assert len(reply["data"]["customers"]["nodes"]) == whole
    assert shop.ask(query, q="customer_date:>='2030-01-01'")["customers"]["nodes"] == []
