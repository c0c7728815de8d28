"""How often a Shopify shop is asked."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from shopify_shop import Store, store

from journeysync.connectors.shopify import pages
from journeysync.sandbox.shopify.keys import CLIENT_ID

MINUTES = timedelta(minutes=1)


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A shop of 100 orders, each of them refunded in part."""
    with store(tmp_path_factory.mktemp("shop")) as served:
        for _ in range(100):
            number = served.order()
            served.edit("order", "refund", id=number, amount="1.00")
        yield served


def asked(here: Store, *, since: timedelta | None, **settings: Any) -> list[str]:
    """Read all orders, or what changed; say what was asked for, with all refunds to show for it."""
    tool = here.connect(sweep_hours=24 * 365, **settings)
    here.admin("DELETE", "/journal")
    start = None if since is None else here.now - since
    records = [one for batch in tool.read("orders", start, here.now) for one in batch.records]
    kinds = [event.kind for record in records for event in tool.normalise(record).events]
    assert kinds.count("order.refunded") == 100
    assert tool.calls == len(here.journal())
    return [one["path"].rpartition("/")[2].lstrip("0123456789") for one in here.journal()]


@pytest.mark.parametrize("since", [None, 5 * MINUTES], ids=["first", "later"])
def test_100_orders_with_refunds_take_two_calls(here: Store, since: timedelta | None) -> None:
    assert asked(here, since=since) == ["graphql.json"] * 2


def test_a_key_of_a_day_takes_one_call_more(here: Store) -> None:
    app = {"client_id": SecretStr(CLIENT_ID), "client_secret": SecretStr("shpss_sandbox_1")}

    assert asked(here, since=None, access_token=None, **app) == [
        "access_token", "graphql.json", "graphql.json",
    ]  # fmt: skip


@pytest.mark.parametrize(("items", "calls"), [(25, 6), (26, 106)])
def test_what_does_not_fit_into_orders_is_asked_for_many_at_once(
    tmp_path: Path, items: int, calls: int
) -> None:
    lines = [[f"SKU-{number}", 1, "1.00"] for number in range(items)]
    with store(tmp_path) as here:
        for _ in range(100):
            here.order(items=lines)
        tool = here.connect()
        records = [one for batch in tool.read("orders", None, here.now) for one in batch.records]

    assert {len(list(record.content["lineItems"])) for record in records} == {items}  # type: ignore[call-overload]
    assert tool.calls == calls


def test_less_is_asked_for_again_where_it_costs_too_much(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "_AGAIN", 100)
    with store(tmp_path) as here:
        numbers = {here.order(items=[["ROLL-1", 1]] * 6) for _ in range(50)}
        tool = here.connect()
        records = [one for batch in tool.read("orders", None, here.now) for one in batch.records]

    assert {record.key.id for record in records} == numbers
    assert tool.calls == 1 + 1 + 2  # 50 are too many at once, 25 and 25 are not


def test_a_file_takes_five(here: Store) -> None:
    """A page to count by, to begin, to look twice, and the file."""
    assert asked(here, since=None, bulk_from=100) == ["graphql.json"] * 4 + [".jsonl"]
