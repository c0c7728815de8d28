"""How often a Shopify shop is asked."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr
from shopify_shop import Store, store

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


def test_a_file_takes_five(here: Store) -> None:
    """A page to count by, to begin, to look twice, and the file."""
    assert asked(here, since=None, bulk_from=100) == ["graphql.json"] * 4 + [".jsonl"]
