"""What an order means: one fact per name. Orders are written as the shop answers them."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from journeysync.connectors.mapping_files import parse_mapping, read_mapping
from journeysync.connectors.woocommerce.contents import Asked, order_records
from journeysync.connectors.woocommerce.mapping import ShopMapping
from journeysync.connectors.woocommerce.normalise import normalise
from journeysync.connectors.woocommerce.rows import usual
from journeysync.core.models import RawRecord, Reading

SHIPPED = read_mapping(Path("nowhere"), None, "woocommerce", ShopMapping)
MADE, PAID, DONE, BACK = (f"2026-11-{day:02d}T10:00:00" for day in (1, 2, 3, 4))
BILLING = {"email": "Ana@Example.com", "first_name": "Ana", "last_name": "Ruiz", "phone": "+1 (5)"}


def mapping(text: str = "", folder: Path | None = None) -> ShopMapping:
    if not text:
        return SHIPPED
    assert folder is not None
    (folder / "own.yaml").write_text(text)
    return read_mapping(folder, "own.yaml", "woocommerce", ShopMapping)


def order(**more: Any) -> dict[str, Any]:
    """An order as the shop gives it, complete with what plugins put into it."""
    return {
        "id": 13, "number": "13", "status": "processing", "currency": "EUR", "total": "50.00",
        "customer_id": 0, "date_created_gmt": MADE, "date_modified_gmt": DONE,
        "date_paid_gmt": None, "date_completed_gmt": None, "billing": BILLING,
        "line_items": [{"name": "Ceramic mug", "sku": "MUG-1", "quantity": 2, "price": 25}],
        "refunds": [], "meta_data": [], "plugin_field": {"x": [1]}, **more,
    }  # fmt: skip


def kept(
    row: Mapping[str, Any], using: ShopMapping = SHIPPED, refunds: Mapping[str, Any] | None = None
) -> list[RawRecord]:
    paths = tuple(filter(None, using.orders.attributes.values()))
    formed = usual(row, list(row))
    return order_records("shop", formed, refunds or {}, paths, Asked(using.meta_keys()))


def read(
    row: Mapping[str, Any],
    using: ShopMapping = SHIPPED,
    *,
    currency: str | None = None,
    refunds: Mapping[str, Any] | None = None,
) -> Reading:
    return normalise(kept(row, using, refunds)[-1], using, currency)


def kinds(reading: Reading) -> list[tuple[str, str]]:
    return [(event.kind, event.at.strftime("%d")) for event in reading.events]


WHAT = {
    "in process, unpaid": ({}, [("order.placed", "01")]),
    "paid": ({"date_paid_gmt": PAID}, [("order.placed", "01"), ("order.paid", "02")]),
    "completed": (
        {"status": "completed", "date_paid_gmt": PAID, "date_completed_gmt": DONE},
        [("order.placed", "01"), ("order.paid", "02"), ("order.completed", "03")],
    ),
    "pending is no purchase yet": ({"status": "pending"}, []),
    "on hold is one": ({"status": "on-hold"}, [("order.placed", "01")]),
    "a draft is a cart": (
        {"status": "checkout-draft"}, [("cart.created", "01"), ("cart.abandoned", "03")],
    ),
    "a draft is no purchase, whatever it says": (
        {"status": "checkout-draft", "date_paid_gmt": PAID},
        [("cart.created", "01"), ("cart.abandoned", "03")],
    ),
    "failed": ({"status": "failed"}, [("payment.failed", "03")]),
    "cancelled unpaid was no purchase": ({"status": "cancelled"}, []),
    "paid before it was made, in a shop it was brought from": (
        {"date_created_gmt": PAID, "date_paid_gmt": MADE},
        [("order.placed", "02"), ("order.paid", "02")],
    ),
    "paid, and made in the year 0": (
        {"date_created_gmt": "0000-00-00T00:00:00", "date_paid_gmt": PAID},
        [("order.placed", "02"), ("order.paid", "02")],
    ),
    "pending, and the day of payment left over from a plugin": (
        {"status": "pending", "date_paid_gmt": PAID},
        [("order.placed", "01"), ("order.paid", "02")],
    ),
    "refunded before it was ever placed": ({"status": "pending", "refunds": [
        {"id": 7, "total": "-1.00", "date_created_gmt": PAID}]}, []),
    "fields of an unknown form": (
        {"line_items": "odd", "refunds": {"a": 1}, "meta_data": [None, 3], "created_via": {}},
        [("order.placed", "01")],
    ),
    "cancelled after it was paid": (
        {"status": "cancelled", "date_paid_gmt": PAID},
        [("order.placed", "01"), ("order.paid", "02"), ("order.cancelled", "03")],
    ),
    "a plugin's status, unpaid": ({"status": "packed"}, []),
    "a plugin's status, paid": (
        {"status": "packed", "date_paid_gmt": PAID}, [("order.placed", "01"), ("order.paid", "02")],
    ),
    "a renewal": (
        {"date_paid_gmt": PAID, "meta_data": [{"key": "_subscription_renewal", "value": "9"}]},
        [("order.placed", "01"), ("order.paid", "02"), ("subscription.renewed", "02")],
    ),
    "tracked packages": (
        {"meta_data": [{"key": "_wc_shipment_tracking_items", "value": [
            {"date_shipped": "1793527200"}, {"date_shipped": 1793700000}, {"odd": 1}, "odd"]}]},
        [("order.placed", "01"), ("order.shipped", "01"), ("order.shipped", "03")],
    ),
    "nobody": ({"billing": {"email": "", "phone": None}}, []),
    "no billing at all": ({"billing": None}, []),
    "a date of year 0": ({"date_paid_gmt": "0000-00-00T00:00:00"}, [("order.placed", "01")]),
    "300 items": (
        {"line_items": [{"name": "x", "quantity": 1}] * 300}, [("order.placed", "01")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", WHAT.values(), ids=WHAT)
def test_what_an_order_means(case: tuple[dict[str, Any], list[tuple[str, str]]]) -> None:
    given, expected = case

    assert kinds(read(order(**given))) == expected


def test_an_order_says_its_amount_exactly_with_its_currency() -> None:
    (event,) = read(order(line_items=[{"name": "x", "quantity": 2}, {"quantity": -1}])).events

    assert event.attributes["amount"] == "50.00"
    assert event.attributes["currency"] == "EUR"
    assert event.attributes["items"] == "1"
    assert event.at == datetime(2026, 11, 1, 10, tzinfo=UTC)


def test_an_amount_in_another_currency_is_called_so() -> None:
    """A threshold in pounds is not met by yen."""
    (event,) = read(order(currency="JPY", total="5000"), currency="GBP").events

    assert event.attributes["foreign_amount"] == "5000"
    assert "amount" not in event.attributes


def test_partial_refunds_sum_up() -> None:
    refunds = {
        "17": {"amount": "10.10", "date_created_gmt": DONE},
        "18": {"amount": "39.90", "date_created_gmt": BACK},
    }
    row = order(refunds=[{"id": 18, "total": "-39.90"}, {"id": 17, "total": "-10.10"}])
    told = [e for e in read(row, refunds=refunds).events if e.kind == "order.refunded"]

    assert [e.id for e in told] == [
        "shop:order:13:order.refunded:17", "shop:order:13:order.refunded:18",
    ]  # fmt: skip
    assert [(e.attributes["amount"], e.attributes["net"], e.attributes["full"]) for e in told] == [
        ("10.10", "39.90", False), ("39.90", "0.00", True),
    ]  # fmt: skip


ASIDE = {
    "a status that no rule names": ({"status": "packed"}, "UNKNOWN_STATUS"),
    "no date of creation": ({"date_created_gmt": "0000-00-00T00:00:00"}, "BAD_DATE"),
    "a total that is no number": ({"total": "NaN"}, "BAD_AMOUNT"),
    "a total beyond all measure": ({"total": "1e999999"}, "BAD_AMOUNT"),
    "a refund without a date": ({"refunds": [{"id": 5, "total": "-1"}]}, "BAD_REFUND"),
}


@pytest.mark.parametrize("case", ASIDE.values(), ids=ASIDE)
def test_what_cannot_be_read_is_reported(case: tuple[dict[str, Any], str]) -> None:
    given, code = case
    (aside,) = read(order(**given)).set_aside

    assert aside.code == code
    assert aside.record == "shop:order:13"
    assert "ana" not in aside.reason.lower()


def test_a_guest_is_what_was_typed_into_the_form() -> None:
    guest, bought = kept(order())
    (person,) = normalise(guest, SHIPPED, None).people

    assert person.emails == ("ana@example.com",)
    assert person.phones == ("+15",)
    assert (
        person.name == f"shop:{guest.key.id}" == normalise(bought, SHIPPED, None).events[0].person
    )
    assert "ana" not in person.id


def test_the_same_address_in_capitals_is_the_same_guest() -> None:
    other = {**BILLING, "email": " ANA@example.COM ", "phone": "+1 5"}

    assert kept(order())[0] == kept(order(id=14, billing=other))[0]


def test_an_order_with_an_account_makes_no_guest() -> None:
    (bought,) = kept(order(customer_id=7))

    assert {event.person for event in normalise(bought, SHIPPED, None).events} == {"shop:7"}


OWN = """
orders:
  attributes: {gift: meta._gift, created_via: null}
  abandoned_after: 1440
  statuses:
    - {status: packed, is: order, events: order.shipped}
  rules:
    - {sku: "MUG-*", placed: order.placed, paid: deposit.paid, set: {kind: mug}}
  dates:
    - {meta: _delivered, events: order.delivered}
"""


def test_a_workspace_says_what_its_shop_means(tmp_path: Path) -> None:
    own = mapping(OWN, tmp_path)
    meta = [{"key": "_delivered", "value": "2026-11-09"}, {"key": "_gift", "value": "yes"}]
    reading = read(order(status="packed", date_paid_gmt=PAID, meta_data=meta), own)

    assert kinds(reading) == [
        ("order.placed", "01"), ("deposit.paid", "02"), ("order.shipped", "03"),
        ("order.delivered", "09"),
    ]  # fmt: skip
    assert reading.set_aside == ()
    assert {"gift": "yes", "kind": "mug"}.items() <= dict(reading.events[0].attributes).items()
    assert {"order.shipped", "order.delivered", "deposit.paid"} <= own.kinds()


def test_kinds_behind_a_rule_that_fits_all_are_not_promised(tmp_path: Path) -> None:
    """A touchpoint that waits for them would count as missed."""
    own = mapping("orders: {rules: [{placed: order.placed}]}", tmp_path)

    assert "cart.abandoned" not in own.kinds()


def test_a_mistake_is_said_with_its_line() -> None:
    text = "orders:\n  attributes: {}\n  ruls: []\n  statuses:\n    - {statos: x}\n"
    _, problems = parse_mapping(text, "own.yaml", ShopMapping)

    assert (3, True) in [(one.line, "did you mean `rules`" in one.what) for one in problems]
    assert (5, True) in [(one.line, "did you mean `status`" in one.what) for one in problems]
