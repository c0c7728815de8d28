"""The pretend shop beside recorded answers of a real one: status, headers, shape, and bounds."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from shop import Shop, shop

ROOT = Path(__file__).parents[1]
RECORDINGS = ROOT / "../shared/recordings/woocommerce"
LISTS = [
    "orders_page1", "orders_status_any", "orders_status_any_with_draft", "orders_status_trash",
    "orders_status_checkout-draft_with_draft", "orders_search_email", "orders_customer_0",
    "orders_fields", "orders_orderby_id", "orders_orderby_modified", "customers_default",
    "customers_role_all", "customers_modified_after", "customers_by_email_case", "refunds_all",
    "refunds_list_for_order", "order_notes_list", "report_order_totals",
    "order_after_partial_refund",
    "page_past_end",
]  # fmt: skip
ERRORS = [
    "error_bad_key", "error_bad_secret", "error_per_page_101", "error_order_not_found",
    "orders_orderby_bogus", "orders_status_all", "modified_after_garbage",
]  # fmt: skip
BOUNDS = sorted(path.stem for path in RECORDINGS.glob("modified_after_*.json"))
VOLATILE = {"Date"}


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Shop]:
    with shop(tmp_path, zone="America/New_York") as served:
        served.edit("site", "set", https=True)
        yield served


def recorded(name: str) -> dict[str, Any]:
    if not RECORDINGS.is_dir():
        pytest.skip("the recordings of a real shop are not beside this checkout")
    told: dict[str, Any] = json.loads((RECORDINGS / f"{name}.json").read_text("utf-8"))
    return told


def fill(here: Shop) -> str:
    """Make the shop that was recorded; return the order that has a refund and a note."""
    for email in ("ana@example.test", "BOB@Example.test", "chi@example.test"):
        here.edit("customer", "create", email=email)
    ana = {"email": "ana@example.test"}
    made = [
        here.order(status=status, customer=customer, billing=ana)
        for status, customer in (
            ("pending", 0), ("processing", 2), ("on-hold", 3), ("processing", 0),
        )
    ]  # fmt: skip
    here.order(status="checkout-draft", billing={"email": "cara@example.test"})
    here.edit("order", "refund", id=made[1], amount="10")
    here.edit("order", "note", id=made[1], note="Shipped with DHL 123")
    here.edit("order", "trash", id=here.order())
    return made[1]


def ask(here: Shop, told: dict[str, Any], order: str = "", **keys: str) -> requests.Response:
    tool = here.sandbox.tools["woocommerce"]
    parts = urlsplit(told["request"]["url"])
    auth = (keys.get("key", tool["consumer_key"]), keys.get("secret", tool["consumer_secret"]))
    path = parts.path.replace("/orders/13", f"/orders/{order}")
    return requests.get(f"{tool['base_url']}{path}?{parts.query}", auth=auth, timeout=10)


def shape(value: Any) -> Any:
    """Reduce an answer to names and types; a list to what its members have in common."""
    if isinstance(value, dict):
        return {name: shape(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return "number" if isinstance(value, int | float) else type(value).__name__


def same(mine: Any, theirs: Any, where: str = "") -> None:
    """Compare shapes; what is empty or null in one of them says nothing."""
    if isinstance(mine, dict) and isinstance(theirs, dict):
        assert list(mine) == list(theirs), where
        for name in mine:
            same(mine[name], theirs[name], f"{where}.{name}")
    elif isinstance(mine, list) and isinstance(theirs, list):
        for one, two in zip(mine, theirs, strict=False):
            same(one, two, f"{where}[]")
    elif "NoneType" not in (mine, theirs):
        assert mine == theirs, where


@pytest.mark.parametrize("name", LISTS)
def test_answers_have_the_shape_of_a_real_shop(here: Shop, name: str) -> None:
    told = recorded(name)
    reply = ask(here, told, fill(here))

    assert reply.status_code == told["status"]
    assert set(told["headers"]) - VOLATILE <= set(reply.headers)
    assert bool(reply.json()) == bool(told["body"])
    mine, theirs = shape(reply.json()), shape(told["body"])
    for one in (mine, theirs):
        for row in one if isinstance(one, list) else [one]:
            links = row.get("_links", {})
            links.pop("customer", None)
    same(mine, theirs)


@pytest.mark.parametrize("name", ERRORS)
def test_refusals_are_those_of_a_real_shop(here: Shop, name: str) -> None:
    told = recorded(name)
    keys = {"error_bad_key": {"key": "ck_x"}, "error_bad_secret": {"secret": "cs_x"}}
    reply = ask(here, told, **keys.get(name, {}))

    assert reply.status_code == told["status"]
    assert reply.json() == told["body"]


@pytest.mark.parametrize("name", BOUNDS)
def test_bounds_find_what_a_real_shop_found(here: Shop, name: str) -> None:
    """In four zones, with and without `Z` and flag."""
    told = recorded(name)
    if told["status"] != 200:
        pytest.skip("a refusal")
    tail = name.rsplit("_", maxsplit=1)[-1]
    zones = {"Berlin": "Europe/Berlin", "Auckland": "Pacific/Auckland", "UTC": "UTC"}
    here.edit("site", "set", timezone=zones.get(tail, "America/New_York"))
    everything = recorded(
        "modified_after_gmt_noflag_Pacific_Auckland" if tail in zones else
        "modified_after_gmt_Z_flag"
    )  # fmt: skip
    for row in everything["body"]:
        at = datetime.fromisoformat(row["date_modified_gmt"]).replace(tzinfo=UTC)
        here.order(at=round(at.timestamp() * 1000), total=str(row["id"]))

    found = {row["total"] for row in ask(here, told).json()}

    assert found == {str(row["id"]) for row in told["body"]}


def test_ties_come_in_no_order(here: Shop) -> None:
    """Why nothing is ever read in the order of dates."""
    for _ in range(30):
        here.order()
    told = {"request": {"url": "/wp-json/wc/v3/orders?orderby=modified&per_page=100&_fields=id"}}

    assert ask(here, told).json() != ask(here, told).json()


def test_time_brings_the_same_however_it_is_divided(tmp_path: Path) -> None:
    told = {"request": {"url": "/wp-json/wc/v3/orders?per_page=100&orderby=id"}}
    answers = []
    for steps in ((6,), (1, 0.5, 2.5, 2)):
        with shop(tmp_path, customers=40) as served:
            served.edit("site", "set", https=True)
            for days in steps:
                served.admin("POST", "/advance", {"days": days})
            answers.append(ask(served, told).json())

    assert answers[0]
    assert answers[0] == answers[1]
