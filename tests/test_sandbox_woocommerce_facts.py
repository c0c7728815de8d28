"""What the pretend shop answers to odd requests: each as a real one did (WooCommerce 9.9.5)."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from shop import Shop, shop


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with shop(tmp_path_factory.mktemp("shop")) as served:
        served.edit("site", "set", https=True)
        served.edit("customer", "create", email="ana@example.com")  # 2
        number = served.order(customer=2, billing={"email": "ana@example.com", "phone": "1"})
        served.edit("order", "refund", id=number, amount="5")
        served.edit("order", "note", id=number, note="Shipped")
        served.edit("order", "trash", id=served.order())
        yield served


FIRST = 1_000_001
"""The order that is not in the trash."""


def ask(here: Shop, path: str, method: str = "GET", **more: Any) -> requests.Response:
    tool = here.sandbox.tools["woocommerce"]
    key = (tool["consumer_key"], tool["consumer_secret"])
    url = f"{tool['base_url']}/wp-json/wc/v3/{path}"
    return requests.request(method, url, auth=key, timeout=10, **more)


FIELDS = {
    "a part of an address": (
        "orders", "id,billing.email", {"billing": {"email": "ana@example.com"}},
    ),
    "a part of items: none at all": ("orders", "id,line_items.name", {}),
    "a part of refunds: none at all": ("orders", "id,refunds.id", {}),
    "a part of meta data: none at all": ("orders", "id,meta_data.key", {}),
    "a part of an account's meta data: an empty list": (
        "customers", "id,meta_data.key", {"meta_data": []},
    ),
    "a part of what is named whole ends the list": (
        "orders", "id,number,number.x,status", {"number": str(FIRST)},
    ),
    "blanks": ("orders", "id, number", {"number": str(FIRST)}),
    "an unknown name": ("orders", "id,nothing", {}),
}  # fmt: skip


@pytest.mark.parametrize("case", FIELDS.values(), ids=FIELDS)
def test_fields(here: Shop, case: tuple[str, str, dict[str, Any]]) -> None:
    path, fields, found = case
    (row,) = ask(here, f"{path}?_fields={fields}").json()

    assert {**found, "id": row["id"]} == row


def test_no_known_field_leaves_phps_one_empty_thing(here: Shop) -> None:
    assert ask(here, "orders?_fields=nothing").json() == [[]]


REFUSED = {
    "orders?per_page=0": "per_page must be between 1 (inclusive) and 100 (inclusive)",
    "orders?per_page=-1": "per_page must be between 1 (inclusive) and 100 (inclusive)",
    "orders?per_page=1.5": "per_page is not of type integer.",
    "orders?page=0": "page must be greater than or equal to 1",
    "orders?page=x": "page is not of type integer.",
    "orders?order=up": "order is not one of asc and desc.",
    "orders?context=all": "context is not one of view and edit.",
    "orders?customer=x": "customer is not of type integer.",
    "orders?dates_are_gmt=maybe": "dates_are_gmt is not of type boolean.",
    "orders?modified_after=2026-11-22": "Invalid date.",
    "customers?email=ana": "Invalid email address.",
    "customers?role=cook": "role is not one of all, administrator, editor, author, contributor, "
    "subscriber, customer, and shop_manager.",
    f"orders/{FIRST}/notes?type=x": "type is not one of any, customer, and internal.",
}


@pytest.mark.parametrize("path", REFUSED)
def test_parameters_that_are_refused(here: Shop, path: str) -> None:
    reply = ask(here, path)
    name = path.partition("?")[2].partition("=")[0]

    assert (reply.status_code, reply.json()["code"]) == (400, "rest_invalid_param")
    assert reply.json()["data"]["params"] == {name: REFUSED[path]}


COUNTED = {
    "orders?status=any,trash": 1,
    "orders?status=": 1,
    "orders?status[]=processing&status[]=trash": 2,
    f"orders?parent={FIRST}": 0,
    "orders?unknown=1": 1,
    f"orders/{FIRST}/notes?type=customer": 0,
    f"orders/{FIRST}/notes?type=internal": 1,
}


@pytest.mark.parametrize("path", COUNTED)
def test_parameters_that_are_taken(here: Shop, path: str) -> None:
    assert len(ask(here, path).json()) == COUNTED[path]


@pytest.mark.parametrize(
    ("path", "posts", "total"),
    [
        ("orders", False, "0"), ("refunds", False, "0"), ("customers", False, "1"),
        ("orders", True, "1"), ("refunds", True, "1"), ("customers", True, "1"),
    ],
)  # fmt: skip
def test_totals_past_the_end(here: Shop, path: str, posts: bool, total: str) -> None:
    """Of accounts, and of orders kept as posts, the total is told still."""
    here.edit("site", "set", posts=posts)
    reply = ask(here, f"{path}?page=9")

    assert (reply.json(), reply.headers["X-WP-Total"]) == ([], total)


WRITES: dict[str, tuple[bytes, Any]] = {
    "nothing": (b"", []),
    "a list": (b"[1]", []),
    "no account": (b'{"update": []}', []),
    "what is no list": (b'{"update": "x"}', []),
}


@pytest.mark.parametrize("case", WRITES.values(), ids=WRITES)
def test_a_change_of_nothing(here: Shop, case: tuple[bytes, Any]) -> None:
    body, answer = case
    headers = {"Content-Type": "application/json"}
    reply = ask(here, "customers/batch", "POST", data=body, headers=headers)

    assert (reply.status_code, reply.json()) == (200, answer)


KEPT = {
    "a text": ("x", "x"),
    "an empty text": ("", ""),
    "a number": (5, "5"),
    "true": (True, "1"),
    "an object": ({"a": 1}, {"a": 1}),
    "null takes the key away": (None, ...),
}


@pytest.mark.parametrize("case", KEPT.values(), ids=KEPT)
def test_how_metadata_is_kept(here: Shop, case: tuple[Any, Any]) -> None:
    given, kept = case
    for value in ("before", given):
        rows = [{"id": "2", "meta_data": [{"key": "k", "value": value}, {"value": "no key"}]}]
        (row,) = ask(here, "customers/batch", "POST", json={"update": rows}).json()["update"]

    assert {one["key"]: one["value"] for one in row["meta_data"]} == (
        {} if kept is ... else {"k": kept}
    )


def test_an_account_is_named_as_it_was_when_it_is_unknown(here: Shop) -> None:
    rows = [{"id": "c"}, {"meta_data": []}, {"id": 0}]
    answers = ask(here, "customers/batch", "POST", json={"update": rows}).json()["update"]

    assert [one["id"] for one in answers] == ["c", None, 0]
    assert {one["error"]["code"] for one in answers} == {"woocommerce_rest_invalid_id"}


@pytest.mark.parametrize(
    ("zone", "hours"),
    [("Pacific/Auckland", 13), ("America/New_York", -5), ("Asia/Kolkata", 5.5), ("UTC", 0)],
)
def test_the_root_tells_the_zone_and_its_hours(here: Shop, zone: str, hours: float) -> None:
    here.edit("site", "set", timezone=zone)
    root = requests.get(f"{here.sandbox.tools['woocommerce']['base_url']}/wp-json/", timeout=10)

    assert (root.json()["timezone_string"], root.json()["gmt_offset"]) == (zone, hours)
