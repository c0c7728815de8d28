"""What stands beside orders, and what is odd about them: made in a pretend shop, then read."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from shop import Shop, events, everything, shop

from journeysync.connectors.mapping_files import parse_mapping
from journeysync.connectors.woocommerce.mapping import ShopMapping
from journeysync.core.errors import ToolDown

MINUTES = timedelta(minutes=1)
NOTES = "orders: {notes: [{note: '*shipped with*', events: order.shipped}]}"
TRACKING = """
orders:
  tracking:
    - path: wc-shipment-tracking/v3/orders/{order}/shipment-trackings
      date: date_shipped
      events: order.shipped
"""


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Shop]:
    with shop(tmp_path) as served:
        yield served


def told(here: Shop, own: str = "", **settings: Any) -> list[tuple[str, datetime]]:
    """Read all; list the events of orders."""
    if own:
        (here.folder / "own.yaml").write_text(own)
        settings["mapping"] = "own.yaml"
    tool = here.connect(**settings)
    found = events(tool, everything(tool, here.now).values())
    return [(one.kind, one.at) for one in found if one.kind != "person.created"]


def micro(at: datetime) -> int:
    return round(at.timestamp() * 1000)


# --- notes and tracking --------------------------------------------------------------------------


def asked(here: Shop) -> list[str]:
    return [
        one["path"].rsplit("/", 1)[1]
        for one in here.journal()
        if one["path"].endswith(("/notes", "/shipment-trackings"))
    ]


def test_notes_are_not_asked_for_unless_the_mapping_names_one(here: Shop) -> None:
    here.edit("order", "note", id=here.order(), note="Shipped with DHL 123")

    assert {kind for kind, _ in told(here)} == {"order.placed", "order.paid"}
    assert asked(here) == []


def test_a_note_says_that_an_order_was_shipped(here: Shop) -> None:
    number = here.order()
    at = here.now - 7 * MINUTES
    here.edit("order", "note", id=number, note="Shipped with DHL 123", at=micro(at))
    here.edit("order", "note", id=number, note="Called her, she is glad")

    assert ("order.shipped", at) in told(here, NOTES)
    kept = str(list(everything(here.connect(mapping="own.yaml"), here.now).values()))
    assert "DHL" in kept
    assert "glad" not in kept


def test_only_purchases_that_changed_are_asked_for_their_notes(here: Shop) -> None:
    here.order(status="pending")
    here.order(status="checkout-draft")
    old = here.order(at=micro(here.now - 60 * MINUTES))
    told(here, NOTES)
    assert asked(here) == ["notes"]
    here.admin("DELETE", "/journal")
    here.order()
    list(here.connect(mapping="own.yaml").read("orders", here.now - 5 * MINUTES, here.now))

    assert asked(here) == ["notes"]
    assert not any(f"/{old}/" in one["path"] for one in here.journal())


def test_a_note_that_was_written_late_is_seen_with_the_next_change(here: Shop) -> None:
    """A note moves no date."""
    number = here.order(at=micro(here.now - 60 * MINUTES))
    (here.folder / "own.yaml").write_text(NOTES)
    tool = here.connect(mapping="own.yaml")
    here.edit("order", "note", id=number, note="Shipped with DHL 123")

    def changes() -> list[str]:
        batches = tool.read("orders", here.now - 5 * MINUTES, here.now)
        return [one.kind for one in events(tool, [r for b in batches for r in b.records])]

    assert "order.shipped" not in changes()
    here.edit("order", "set", id=number, status="completed")
    assert "order.shipped" in changes()


def test_each_package_of_a_tracking_plugin_is_told(here: Shop) -> None:
    number = here.order()
    for day in ("2026-11-09", "1793700000", ""):
        here.edit("order", "track", id=number, date_shipped=day)
    found = [at.day for kind, at in told(here, TRACKING) if kind == "order.shipped"]

    assert sorted(found) == [3, 9]
    assert asked(here) == ["shipment-trackings"]


def test_a_tracking_plugin_that_is_not_there_is_named(here: Shop) -> None:
    here.order()
    with pytest.raises(ToolDown, match="`tracking`: is the plugin active"):
        told(here, TRACKING)


@pytest.mark.parametrize(
    "path", ["x/{order}/../../users", "https://else.example/{order}", "x/y", "x/{order}?key=1"]
)
def test_an_address_that_leads_elsewhere_is_refused(path: str) -> None:
    text = f"orders: {{tracking: [{{path: '{path}', date: d, events: order.shipped}}]}}"
    _, problems = parse_mapping(text, "own.yaml", ShopMapping)

    assert "a path such as" in problems[0].what


def test_statuses_of_a_shops_own_say_shipped_and_delivered(here: Shop) -> None:
    here.edit("site", "set", statuses={"shipped": "Shipped", "delivered": "Delivered"})
    own = """
orders:
  statuses:
    - {status: shipped, is: order, events: order.shipped}
    - {status: delivered, is: order, events: [order.shipped, order.delivered]}
"""
    here.order(status="delivered")

    assert [kind for kind, _ in told(here, own)] == [
        "order.placed", "order.shipped", "order.delivered",
    ]  # fmt: skip


# --- odd shops and odd orders --------------------------------------------------------------------


@pytest.mark.parametrize("off", [-180, -30, 30, 180], ids=lambda off: f"{off} minutes")
def test_a_shop_whose_clock_is_off_loses_no_order_and_no_account(here: Shop, off: int) -> None:
    """Its dates and its bounds are by its own clock; what we ask is by ours."""
    tool = here.connect()
    ours = here.now - off * MINUTES
    numbers = {here.order(at=micro(here.now - part * MINUTES)) for part in (0, 1, 4)}
    here.edit("customer", "create", email="ana@example.com")

    found = {
        record.key
        for stream in ("customers", "orders")
        for batch in tool.read(stream, ours - 5 * MINUTES, ours)
        for record in batch.records
    }
    assert numbers <= {key.id for key in found if key.type == "order"}
    assert "customer" in {key.type for key in found}


@pytest.mark.parametrize("status", [200, 403])
def test_a_firewalls_page_stops_the_reading_and_is_named(here: Shop, status: int) -> None:
    """Neither is a bad key, and neither moves a watermark: no batch says that it was all."""
    here.order()
    here.fault("html", status=status, times=None)
    with pytest.raises(ToolDown, match="HTML instead of JSON"):
        list(here.connect().read("orders", None, here.now))


def test_orders_in_three_currencies_count_where_the_workspaces_is_theirs(here: Shop) -> None:
    for currency, total in (("GBP", "50.00"), ("EUR", "60.00"), ("JPY", "7000")):
        number = here.order(currency=currency, total=total)
        here.edit("order", "refund", id=number, amount="10")
    tool = here.connect(currency="GBP")
    found = [one.attributes for one in events(tool, everything(tool, here.now).values())]

    assert {one["amount"] for one in found if "amount" in one} == {"50.00", "10.00"}
    assert {one["net"] for one in found if "net" in one} == {"40.00"}
    foreign = {(one["currency"], one["foreign_net"]) for one in found if "foreign_net" in one}
    assert foreign == {("EUR", "50.00"), ("JPY", "6990")}
    (said,) = [one.what for one in tool.check() if "foreign_amount" in one.what]
    assert "EUR, JPY do not count towards sums and thresholds, which are in GBP" in said


def test_an_order_of_three_hundred_items_with_a_negative_line_is_one_order(here: Shop) -> None:
    number = here.order()
    line = {"id": 1, "name": "Mug", "product_id": 10, "quantity": 1, "total": "1.00", "sku": "M",
            "price": 1.0}  # fmt: skip
    back = {**line, "name": "Discount", "quantity": -3, "total": "-3.00", "price": -1.0}
    here.edit("order", "set", id=number, items=[line] * 300 + [back], total="297.00")
    tool = here.connect()
    (placed,) = [
        one for one in events(tool, everything(tool, here.now).values())
        if one.kind == "order.placed"
    ]  # fmt: skip

    assert (placed.attributes["items"], placed.attributes["amount"]) == ("297", "297.00")


def test_a_whole_page_with_one_odd_row_is_read(here: Shop) -> None:
    """A plugin writes what it likes; the rows beside it are as good as ever."""
    odd = here.order(meta=[{"key": "_x", "value": {"a": [1]}}])
    here.edit("order", "set", id=odd, meta="odd")
    even = here.order()

    keys = {key.id for key in everything(here.connect(), here.now) if key.type == "order"}
    assert keys == {odd, even}


def test_work_by_hand_moves_no_id_of_what_comes_by_itself(tmp_path: Path) -> None:
    """The pretend Stripe, which draws the same orders, names them in its metadata."""
    later = []
    for by_hand in (0, 3):
        with shop(tmp_path, customers=60) as here:
            before = {key for key in everything(here.connect(), here.now) if key.type == "order"}
            mine = {here.order() for _ in range(by_hand)}
            here.admin("POST", "/advance", {"days": 60})
            found = {key for key in everything(here.connect(), here.now) if key.type == "order"}
            later.append({key.id for key in found - before} - mine)

    assert len(later[0]) > 3
    assert later[0] == later[1]
