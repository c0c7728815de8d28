"""Reading a Shopify shop: nothing is lost of what is large, cut off, deleted or out of sight."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from shopify_shop import Shelf, Store, events, everything, store, turn_many_pages

from journeysync.connectors.http import Refused
from journeysync.connectors.shopify import documents, pages, read
from journeysync.connectors.shopify.connector import Shopify
from journeysync.core.errors import Stop, ToolDown
from journeysync.core.models import RecordKey
from journeysync.core.ports import Batch

MINUTES = timedelta(minutes=1)
DAYS = timedelta(days=1)


@pytest.fixture(autouse=True)
def _many_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    turn_many_pages(monkeypatch)


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Store]:
    with store(tmp_path) as served:
        yield served


def milli(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def changed(tool: Shopify, stream: str, since: datetime, until: datetime) -> set[str]:
    return {
        record.key.id
        for batch in tool.read(stream, since, until)
        for record in batch.records
        if not record.deleted
    }


def order(number: str) -> RecordKey:
    return RecordKey("shop", "order", number)


def asked(here: Store) -> int:
    """How often the API was asked."""
    return sum(one["path"].endswith("graphql.json") for one in here.journal())


# --- what changed --------------------------------------------------------------------------------


def test_what_changed_is_found_and_nothing_else(here: Store) -> None:
    tool = here.connect(sweep_hours=24 * 365)
    old = here.order(at=milli(here.now - 30 * MINUTES))
    new = {here.order(at=milli(here.now - 2 * MINUTES)) for _ in range(3)}

    assert changed(tool, "orders", here.now - 5 * MINUTES, here.now) == new
    assert old in changed(tool, "orders", here.now - 60 * MINUTES, here.now)


def test_the_second_of_the_bound_is_not_left_out(here: Store) -> None:
    tool = here.connect()
    since = here.now - 5 * MINUTES
    orders = {here.order(at=milli(since) + part) for part in (0, 0, 999)}

    assert changed(tool, "orders", since, here.now) >= orders


CLOCKS = {
    "is behind": (30, 30),
    "is put right": (600, 0, 0),
    "falls behind": (0, 30, 30),
    "falls behind and is put right": (0, 30, 0, 0),
    "falls further behind": (30, 600),
    "is ahead and put right": (-30, 0),
}
"""Minutes that a shop's clock is slow at each reading; it is set anew somewhere between two."""


@pytest.mark.parametrize("slow", CLOCKS.values(), ids=CLOCKS)
def test_a_shop_whose_clock_is_wrong_loses_nothing(here: Store, slow: tuple[int, ...]) -> None:
    tool, seen, made = here.connect(sweep_hours=24 * 365), set[str](), set[str]()
    mark: datetime | None = None
    here.edit("shop", "set", slow=slow[0] * 60)
    for minutes in (*slow, slow[-1]):
        batches = tool.read("orders", mark, here.now)
        seen |= {record.key.id for batch in batches for record in batch.records}
        mark = here.now - tool.lag
        missing = made - seen
        assert not missing
        made |= {here.order()}
        here.edit("shop", "set", slow=minutes * 60)
        made |= {here.order()}
        here.admin("POST", "/advance", {"days": 10 / (24 * 60)})


def test_a_slow_clock_costs_one_request_a_run(here: Store) -> None:
    here.edit("shop", "set", slow=3600)
    tool = here.connect(sweep_hours=24 * 365)
    for stream in tool.streams:
        list(tool.read(stream, here.now - 5 * MINUTES, here.now))

    assert asked(here) == 6


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Pacific/Auckland"])
def test_customers_are_asked_for_from_the_day_before(here: Store, zone: str) -> None:
    """Shopify says that its filter knows the days of their changes; whose days, it does not."""
    here.edit("shop", "set", timezone=zone)
    tool = here.connect()
    number = here.edit("customer", "create", email="a@example.com", at=milli(here.now - 2 * DAYS))
    here.edit("customer", "set", id=number["number"], at=milli(here.now - 2 * MINUTES))
    since = here.now - 5 * MINUTES

    assert changed(tool, "customers", since, here.now) == {str(number["number"])}


def test_a_parcel_that_arrives_is_seen_though_its_order_keeps_its_date(here: Store) -> None:
    """Once a day orders of the last 30 days are read again."""
    made = milli(here.now - 10 * DAYS)
    number = here.order(at=made)
    here.edit("order", "fulfill", id=number, tracking="RM1", at=made)
    tool = here.connect()
    here.edit("order", "deliver", id=number, at=made)
    found = [
        record
        for batch in tool.read("orders", here.now - 1 * DAYS, here.now)
        for record in batch.records
    ]

    assert "order.delivered" in [event.kind for event in events(tool, found)]


def test_a_charge_is_seen_though_its_contract_keeps_its_date(here: Store) -> None:
    """Once a day subscriptions are read whole."""
    customer = here.edit("customer", "create", email="ana@example.com")["number"]
    long_ago = milli(here.now - 90 * DAYS)
    contract = here.edit("subscription", "create", customer=customer, at=long_ago)["id"]
    tool = here.connect()
    here.edit("subscription", "bill", id=contract, at=milli(here.now - 60 * DAYS))
    found = [
        record
        for batch in tool.read("subscriptions", here.now - 1 * DAYS, here.now)
        for record in batch.records
    ]

    assert "subscription.renewed" in [event.kind for event in events(tool, found)]


def test_a_reading_in_which_nothing_changed_asks_once_a_stream(here: Store) -> None:
    here.order(at=milli(here.now - 60 * MINUTES))
    tool = here.connect(sweep_hours=24 * 365)
    for stream in tool.streams:
        list(tool.read(stream, here.now - 5 * MINUTES, here.now))

    assert asked(here) == len(tool.streams) == 5


# --- what does not fit on a page -----------------------------------------------------------------


def test_pages_are_made_smaller_until_they_may_be_asked_for(here: Store) -> None:
    numbers = {here.order() for _ in range(60)}
    tool = here.connect()
    tool._reader._pages._sizes["Orders"] = 100
    found = everything(tool, here.now)

    assert tool._reader._pages._sizes["Orders"] < 100
    assert {key.id for key in found if key.type == "order"} == numbers


def test_300_items_are_all_read(here: Store) -> None:
    items = [[f"SKU-{number}", 1, "1.00"] for number in range(300)]
    number = here.order(items=items)
    record = everything(here.connect(), here.now)[order(number)]

    kept: Any = record.content["lineItems"]
    assert [one["sku"] for one in kept] == [sku for sku, *_ in items]


def test_lists_that_shopify_cuts_off_are_all_read(here: Store) -> None:
    """Refunds, parcels and payments come without a word of how many there are."""
    number = here.order(items=[["ROLL-1", 12, "10.00"]])
    for _ in range(11):
        here.edit("order", "refund", id=number, amount="5.00")
        here.edit("order", "fulfill", id=number, lines=[[0, 1]], tracking="RM1")
    tool = here.connect()
    kinds = [one.kind for one in events(tool, everything(tool, here.now).values())]

    assert kinds.count("order.refunded") == 11
    assert kinds.count("order.shipped") == 11


def test_many_returns_and_many_charges_are_all_read(here: Store) -> None:
    customer = here.edit("customer", "create", email="ana@example.com")["number"]
    number = here.order()
    for _ in range(7):
        here.edit("order", "return", id=number)
    contract = here.edit("subscription", "create", customer=customer)["number"]
    for _ in range(20):
        here.edit("subscription", "bill", id=contract)
    tool = here.connect()
    kinds = [one.kind for one in events(tool, everything(tool, here.now).values())]

    assert kinds.count("return.opened") == 7
    assert kinds.count("subscription.renewed") == 20


def test_pages_begin_anew_before_shopify_turns_no_further(
    here: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = {here.order() for _ in range(50)}
    monkeypatch.setattr(pages, "_TURNS", 20)
    found = everything(here.connect(), here.now)

    assert {key.id for key in found if key.type == "order"} == numbers


@pytest.mark.parametrize("kind", ["shrink-page", "repeat-page"])
def test_a_page_that_is_not_what_it_should_be_loses_nothing(
    here: Store, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    numbers = {here.order() for _ in range(50)}
    monkeypatch.setattr(pages, "_ALLOWED", 200.0)
    here.fault(kind, nth=6)
    found = everything(here.connect(), here.now)

    assert [one["fault"] for one in here.journal() if "fault" in one] == [kind]
    assert {key.id for key in found if key.type == "order"} == numbers


# --- files ---------------------------------------------------------------------------------------


@pytest.fixture
def busy(tmp_path: Path) -> Iterator[Store]:
    with store(tmp_path, customers=40) as served:
        yield served


def test_a_file_says_what_pages_say(busy: Store) -> None:
    """In it items stand anywhere, before their orders, too."""
    number = busy.order(items=[[f"SKU-{number}", 1, "1.00"] for number in range(40)])
    pages = everything(busy.connect(), busy.now)
    before = asked(busy)
    files = everything(busy.connect(bulk_from=5), busy.now)

    assert files == pages
    assert len(pages[order(number)].content["lineItems"]) == 40  # type: ignore[arg-type]
    assert asked(busy) - before == 8


BROKEN: dict[str, tuple[str, dict[str, Any]]] = {
    "it breaks off and leaves a part": ("fail", {"partial": True}),
    "it breaks off": ("fail", {}),
    "it is not to be seen": ("fail", {"code": "ACCESS_DENIED"}),
    "there is no room for it": ("set", {"at_once": 0}),
}


@pytest.mark.parametrize("case", BROKEN.values(), ids=BROKEN)
def test_without_a_whole_file_pages_are_turned(
    busy: Store, case: tuple[str, dict[str, Any]]
) -> None:
    action, more = case
    pages = everything(busy.connect(), busy.now)
    busy.edit("bulk", action, **more)

    assert everything(busy.connect(bulk_from=5), busy.now) == pages


def test_a_file_that_never_comes_is_not_waited_for_for_ever(busy: Store) -> None:
    pages = everything(busy.connect(), busy.now)
    busy.edit("bulk", "set", looks=10_000)

    assert everything(busy.connect(bulk_from=5), busy.now) == pages
    assert 3600 < sum(busy.slept) < 3 * 3600


def test_a_file_that_is_gone_is_no_refusal_of_the_key(busy: Store) -> None:
    tool = busy.connect()
    address = busy.sandbox.tools["shopify"]["base_url"] + "/bulk-results/1.jsonl"
    with pytest.raises(Refused):
        tool._client.fetch(address, BytesIO())


def test_a_file_at_an_address_that_others_can_read_is_not_fetched(busy: Store) -> None:
    with pytest.raises(ToolDown, match="not safe"):
        busy.connect()._client.fetch("http://files.example/1.jsonl", BytesIO())


def test_the_key_does_not_go_where_files_lie(busy: Store) -> None:
    tool = busy.connect(bulk_from=5)
    everything(tool, busy.now)
    files = [one for one in busy.journal() if one["path"].startswith("/bulk-results/")]

    assert files
    assert not any("shopify" in name.lower() for name in tool._client._files.headers)


# --- what is gone, and what is only out of sight -------------------------------------------------


def test_what_is_deleted_is_found_by_looking_at_all_ids(here: Store) -> None:
    number, other = here.order(), here.order()
    lonely = here.edit("customer", "create", email="a@example.com")["number"]
    tool, shelf = here.connect(sweep_hours=0), Shelf()
    for stream in tool.streams:
        shelf.take(stream, tool.read(stream, None, here.now))
    here.edit("order", "delete", id=number)
    here.edit("customer", "delete", id=lonely)
    for stream in tool.streams:
        shelf.take(stream, tool.read(stream, here.now - MINUTES, here.now))

    assert set(shelf.all) == {order(other)}


def test_where_there_are_many_ids_come_in_a_file_too(
    here: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = [here.order() for _ in range(50)]
    few = replace(documents.ORDERS, most=20)
    monkeypatch.setattr(read, "SHAPES", {**documents.SHAPES, "orders": few})
    tool, shelf = here.connect(sweep_hours=0, bulk_from=5), Shelf()
    shelf.take("orders", tool.read("orders", None, here.now))
    here.admin("POST", "/advance", {"days": 40})
    here.edit("order", "delete", id=numbers.pop())
    shelf.take("orders", tool.read("orders", here.now - MINUTES, here.now))
    files = [one["path"] for one in here.journal() if one["path"].startswith("/bulk-results/")]

    assert len(files) == 1
    assert set(shelf.all) == {order(number) for number in numbers}


@pytest.mark.parametrize("full", [False, True])
def test_an_order_that_only_grew_old_stays(here: Store, full: bool) -> None:
    """An app without `read_all_orders` loses sight of it after 60 days; a deleted one is gone."""
    here.edit("app", "set", scopes=["read_customers", "read_orders", "read_returns"])
    grows, stays, goes = (here.order(at=milli(here.now - days * DAYS)) for days in (58, 5, 4))
    tool, shelf = here.connect(sweep_hours=0), Shelf()
    shelf.take("orders", tool.read("orders", None, here.now))
    here.admin("POST", "/advance", {"days": 10})
    here.edit("order", "delete", id=goes)
    since = None if full else here.now - MINUTES
    shelf.take("orders", tool.read("orders", since, here.now))

    assert set(shelf.all) == {order(grows), order(stays)}


@pytest.mark.parametrize("days", [1, 100])
def test_a_checkout_that_shopify_threw_away_for_its_age_stays(here: Store, days: int) -> None:
    customer = here.edit("customer", "create", email="ana@example.com")["number"]
    made = here.edit("checkout", "create", customer=customer, at=milli(here.now - days * DAYS))
    tool, shelf = here.connect(), Shelf()
    shelf.take("checkouts", tool.read("checkouts", None, here.now))
    here.edit("checkout", "delete", id=made["id"])
    shelf.take("checkouts", tool.read("checkouts", None, here.now))

    assert len(shelf.all) == (0 if days == 1 else 1)


def test_customers_who_were_merged_are_one(here: Store) -> None:
    ids = [here.edit("customer", "create", email=f"{name}@example.com")["number"] for name in "ab"]
    here.order(customer=ids[1])
    tool, shelf = here.connect(sweep_hours=0), Shelf()
    for stream in tool.streams:
        shelf.take(stream, tool.read(stream, None, here.now))
    here.edit("customer", "merge", id=ids[0], other=ids[1])
    for stream in tool.streams:
        shelf.take(stream, tool.read(stream, here.now - MINUTES, here.now))

    assert {event.person for event in events(tool, shelf.all.values())} == {f"shop:{ids[0]}"}


# --- what may not be seen ------------------------------------------------------------------------


def batches(tool: Shopify, stream: str, until: datetime) -> list[Batch]:
    return list(tool.read(stream, None, until))


def test_subscriptions_that_may_not_be_seen_are_left_out_and_that_is_said(busy: Store) -> None:
    busy.edit("app", "set", scopes=["read_customers", "read_all_orders", "write_orders",
                                    "read_returns"])  # fmt: skip
    tool = busy.connect()
    (only,) = batches(tool, "subscriptions", busy.now)
    (drafts,) = batches(tool, "drafts", busy.now)

    assert "read_own_subscription_contracts" in only.withheld
    assert "read_draft_orders" in drafts.withheld
    assert tool.calls == 2
    assert tool.gives("subscriptions") - tool.gives("orders") == {
        "subscription.started", "subscription.renewed", "subscription.cancelled",
    }  # fmt: skip


@pytest.mark.parametrize("scope", ["read_orders", "read_customers", "read_returns"])
def test_a_scope_that_is_needed_is_named(busy: Store, scope: str) -> None:
    scopes = {"read_orders", "read_customers", "read_returns", "read_all_orders"} - {scope}
    busy.edit("app", "set", scopes=sorted(scopes))
    tool = busy.connect()
    with pytest.raises(Stop, match=scope) as caught:
        batches(tool, "orders" if scope != "read_customers" else "customers", busy.now)

    assert "shpat" not in str(caught.value)


def test_customers_that_may_not_be_seen_stop_the_reading(busy: Store) -> None:
    busy.edit("app", "set", protected="denied")
    with pytest.raises(Stop, match="Protected customer data"):
        batches(busy.connect(), "customers", busy.now)


def test_data_that_is_blacked_out_makes_no_guest_of_a_customer(busy: Store) -> None:
    busy.edit("app", "set", protected="redacted")
    tool = busy.connect()
    found = everything(tool, busy.now)
    people = {person.name for one in found.values() for person in tool.normalise(one).people}

    assert people
    assert all(key.split(":")[1].isdecimal() for key in people)


@pytest.mark.parametrize("times", [1, None])
def test_half_an_answer_is_none(busy: Store, times: int | None) -> None:
    """Data with an error beside it is asked for again; if it stays so, the reading fails."""
    whole = everything(busy.connect(), busy.now)
    busy.fault("partial", times=times)
    if times:
        assert everything(busy.connect(), busy.now) == whole
        return
    with pytest.raises(ToolDown, match="INTERNAL_SERVER_ERROR"):
        everything(busy.connect(), busy.now)
