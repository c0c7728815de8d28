"""What invoices, payments and subscriptions mean: done in a pretend account, then read."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from stripe_account import Account, account, events, everything, told

from journeysync.connectors import registry
from journeysync.connectors.mapping_files import parse_mapping, read_mapping
from journeysync.connectors.stripe.contents import Kept
from journeysync.connectors.stripe.mapping import StripeMapping
from journeysync.connectors.stripe.normalise import Under, normalise
from journeysync.core.ports import ToolSetup
from journeysync.sandbox.server import start

SHIPPED = read_mapping(Path("nowhere"), None, "stripe", StripeMapping)
DAYS = timedelta(days=1)


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Account]:
    with account(tmp_path) as served:
        yield served


def kinds(here: Account, **settings: Any) -> list[str]:
    return [kind for kind, _ in told(here, **settings) if kind != "person.created"]


def customer(here: Account) -> str:
    return str(here.edit("customer", "create", email="Ana@Example.com", name="Ana Ruiz")["id"])


def invoice(here: Account, text: str = "Course", **more: Any) -> str:
    made = here.edit(
        "invoice", "create", customer=customer(here), amount=12345, description=text, **more
    )
    return str(made["id"])


def test_a_draft_is_nothing_yet(here: Account) -> None:
    invoice(here)

    assert kinds(here) == []


def test_an_invoice_is_sent_and_paid_and_its_payment_is_not_told_again(here: Account) -> None:
    number = invoice(here)
    here.edit("invoice", "finalise", id=number)
    here.edit("invoice", "pay", id=number)

    assert kinds(here) == ["invoice.paid", "invoice.sent"]
    paid = dict(told(here))["invoice.paid"]
    assert (paid["amount"], paid["currency"]) == ("123.45", "GBP")


def test_an_unpaid_invoice_is_overdue_on_its_day(here: Account) -> None:
    here.edit("invoice", "finalise", id=invoice(here))
    tool = here.connect()
    found = {e.kind: e.at for e in events(tool, everything(tool, here.now).values())}

    assert found["invoice.overdue"] == found["invoice.sent"] + 14 * DAYS


def test_a_void_invoice_is_not_overdue(here: Account) -> None:
    number = invoice(here)
    here.edit("invoice", "finalise", id=number)
    here.edit("invoice", "void", id=number)

    assert kinds(here) == ["invoice.sent"]


@pytest.mark.parametrize(
    ("text", "metadata"), [("Course", {"type": "deposit"}), ("Your Deposit", {})]
)
def test_a_deposit_is_told_from_a_final_invoice(
    here: Account, text: str, metadata: dict[str, str]
) -> None:
    number = invoice(here, text, metadata=metadata)
    here.edit("invoice", "finalise", id=number)
    here.edit("invoice", "pay", id=number)

    assert kinds(here) == ["deposit.paid", "invoice.sent"]
    told = events(tool := here.connect(), everything(tool, here.now).values())
    assert [one.attributes.get("deposit") for one in told if one.kind != "person.created"] == [
        True, True,
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["Less the deposit of May", "Work, minus deposit",
                                  "Deposit deducted"])  # fmt: skip
def test_a_final_invoice_may_take_a_deposit_off(here: Account, text: str) -> None:
    number = invoice(here, text)
    here.edit("invoice", "finalise", id=number)
    here.edit("invoice", "pay", id=number)

    assert kinds(here) == ["invoice.paid", "invoice.sent"]


def test_a_workspace_has_its_own_rule_for_deposits(here: Account) -> None:
    own = "invoices: {rules: [{metadata: {art: anz*}, paid: deposit.paid}]}"
    (here.folder / "own.yaml").write_text(own)
    for kind in ("Anzahlung", "Schlussrechnung"):
        number = invoice(here, metadata={"art": kind})
        here.edit("invoice", "finalise", id=number)
        here.edit("invoice", "pay", id=number)

    assert kinds(here, mapping="own.yaml") == ["deposit.paid", "invoice.paid", "invoice.sent"]


def test_a_subscription_starts_renews_and_ends(here: Account) -> None:
    number = here.edit("subscription", "create", customer=customer(here), amount=3900)["id"]
    here.edit("subscription", "renew", id=number, amount=3900)
    here.edit("subscription", "cancel", id=number)

    assert kinds(here) == [
        "invoice.paid", "invoice.paid", "invoice.sent", "invoice.sent", "subscription.cancelled",
        "subscription.renewed", "subscription.started",
    ]  # fmt: skip


def test_partial_refunds_sum_up_and_a_failed_one_gave_nothing(here: Account) -> None:
    charge = here.edit("charge", "create", amount=1000, email="a@example.com")["id"]
    failed = here.edit("charge", "refund", id=charge, amount=100)["id"]
    here.edit("refund", "fail", id=failed)
    for amount in (250, 750):
        here.edit("charge", "refund", id=charge, amount=amount)
    found = [one for kind, one in told(here) if kind == "order.refunded"]

    assert [(one["amount"], one["net"], one["full"]) for one in found] == [
        ("2.50", "7.50", False), ("7.50", "0.00", True),
    ]  # fmt: skip


def test_money_that_was_only_set_aside_and_let_go_is_no_refund(here: Account) -> None:
    """Stripe writes a refund for it."""
    charge = here.edit("charge", "create", amount=1000, email="a@example.com")["id"]
    here.edit("charge", "set", id=charge, captured=False)
    here.edit("charge", "refund", id=charge, amount=1000)

    assert kinds(here) == []


def test_amounts_in_three_currencies_count_where_the_workspaces_is_theirs(here: Account) -> None:
    for currency in ("gbp", "eur", "jpy"):
        charge = here.edit("charge", "create", amount=5000, currency=currency,
                           email="a@example.com")["id"]  # fmt: skip
        here.edit("charge", "refund", id=charge, amount=1000)
    found = [one for kind, one in told(here, currency="GBP") if kind == "order.refunded"]

    assert [(one["amount"], one["net"]) for one in found if "amount" in one] == [("10.00", "40.00")]
    foreign = {(one["foreign_amount"], one["foreign_net"]) for one in found if "net" not in one}
    assert foreign == {("10.00", "40.00"), ("1000", "4000")}
    said = [one.what for one in here.connect(currency="GBP").check()]
    assert any("EUR, JPY do not count towards sums and thresholds" in what for what in said)


def test_an_attribute_called_order_hides_no_payment(here: Account) -> None:
    (here.folder / "own.yaml").write_text("payments: {attributes: {order: metadata.cart}}")
    here.edit("charge", "create", amount=1000, email="a@example.com", metadata={"cart": "7"})

    assert kinds(here, mapping="own.yaml") == ["order.paid", "order.placed"]


def test_a_failed_attempt_is_no_purchase(here: Account) -> None:
    here.edit("charge", "create", amount=1000, email="a@example.com", failed=True)

    assert told(here) == [
        ("payment.failed", {"amount": "10.00", "currency": "GBP", "reason": "card_declined"})
    ]


def test_yen_have_no_hundredths(here: Account) -> None:
    here.edit("charge", "create", amount=500, currency="jpy", email="a@example.com")

    assert dict(told(here))["order.paid"]["amount"] == "500"
    assert "amount" not in dict(told(here, currency="GBP"))["order.paid"]


def test_a_left_checkout_is_an_abandoned_cart(here: Account) -> None:
    number = here.edit("checkout.session", "create", amount=7000, email="a@example.com")["id"]
    assert kinds(here) == []
    here.edit("checkout.session", "expire", id=number)

    assert kinds(here) == ["cart.abandoned"]


def test_nobody_gives_no_event(here: Account) -> None:
    here.edit("charge", "create", amount=1000, email="")

    assert told(here) == []


def test_a_dispute_belongs_to_whoever_paid(here: Account) -> None:
    charge = here.edit("charge", "create", amount=1000, email="a@example.com",
                       metadata={"order_id": "1001"})["id"]  # fmt: skip
    here.edit("charge", "dispute", id=charge)

    assert dict(told(here, shop="shop"))["payment.disputed"]["order"] == "shop:1001"


def test_a_shops_payments_are_the_shops_to_tell(here: Account) -> None:
    for metadata in ({"order_id": "1001"}, {}):
        made = here.edit("charge", "create", amount=1000, email="a@b.example", metadata=metadata)
        here.edit("charge", "refund", id=made["id"], amount=10)
    paid = {"metadata": {"order_id": "1002"}, "amount": 1, "email": "a@b.example"}
    here.edit("charge", "create", **paid, failed=True)

    assert kinds(here, shop="shop") == ["order.paid", "order.placed", "order.refunded"]
    assert kinds(here).count("order.paid") == 2
    assert any("counts twice" in one.what for one in here.connect().check())
    assert not any("counts twice" in one.what for one in here.connect(shop="shop").check())


def test_one_purchase_in_a_shop_and_in_stripe_is_one(tmp_path: Path) -> None:
    """The pretend shop's cards are charged in the pretend Stripe of the same business."""
    with start(customers=40, tools=("woocommerce", "stripe"), limits=False) as box:
        settings: dict[str, dict[str, Any]] = {
            name: {key: SecretStr(value) if key != "base_url" else value
                   for key, value in tool.items()}
            for name, tool in box.tools.items()
        }  # fmt: skip
        settings["stripe"]["shop"] = "shop"
        names = {"woocommerce": "shop", "stripe": "billing"}
        paid: list[str] = []
        tools = [
            registry.make(kind, ToolSetup(name, settings[kind], tmp_path))
            for kind, name in names.items()
        ]
        from datetime import datetime

        now = datetime.fromisoformat(box.now)
        for tool in tools:
            for stream in tool.streams:
                for batch in tool.read(stream, None, now):
                    for record in batch.records:
                        paid += [
                            f"{event.at} {event.attributes['amount']}"
                            for event in tool.normalise(record).events
                            if event.kind == "order.paid"
                        ]

    assert len(paid) > 20
    assert len(paid) == len(set(paid))


NEWER = {
    "id": "in_1", "object": "invoice", "created": 1_790_000_000, "status": "paid", "total": 3900,
    "amount_paid": 3900, "currency": "eur", "billing_reason": "subscription_cycle",
    "customer": {"id": "cus_1"}, "metadata": None, "due_date": None,
    "status_transitions": {"finalized_at": 1_790_000_000, "paid_at": 1_790_000_060},
    "parent": {"subscription_details": {"subscription": "sub_1"}},
    "lines": {"data": [{"pricing": {"price_details": {"product": "prod_1"}}}, "odd"]},
}  # fmt: skip


def test_an_invoice_of_a_newer_version_is_read_as_well() -> None:
    (record,) = Kept("billing", {}).invoice(NEWER)
    found = normalise(record, Under(SHIPPED)).events

    assert [one.kind for one in found] == ["invoice.sent", "invoice.paid", "subscription.renewed"]
    assert found[0].attributes["subscription"] == "sub_1"
    assert record.content["products"] == ["prod_1"]


@pytest.mark.parametrize("created", [None, "soon", True, 10**18])
def test_a_date_that_is_none_is_reported(created: object) -> None:
    (record,) = Kept("billing", {}).subscription({"id": "sub_1", "created": created,
                                                  "customer": "cus_1"})  # fmt: skip
    reading = normalise(record, Under(SHIPPED))

    assert [aside.code for aside in reading.set_aside] == ["BAD_DATE"]
    assert reading.events == ()


def test_a_mistake_is_said_with_its_line() -> None:
    text = "invoices:\n  rules:\n    - {metadata: {type: x}, payed: deposit.paid}\n"
    _, (problem,) = parse_mapping(text, "own.yaml", StripeMapping)

    assert problem.line == 3
    assert "did you mean `paid`" in problem.what
