"""What happens in a real account, as Stripe's objects in the end show it, and what it means.

Each case: objects in, events out; an event is its day, kind, subject and attributes.
"""

import pytest
from stripe_objects import (
    SHIPPED,
    Thing,
    at,
    charge,
    customer,
    day,
    dispute,
    invoice,
    kept,
    lines,
    refund,
    refunded,
    session,
    subscription,
)

from journeysync.connectors.mapping_files import parse_mapping
from journeysync.connectors.stripe.mapping import StripeMapping
from journeysync.connectors.stripe.normalise import Under, normalise
from journeysync.core.models import Reading

GUEST: Thing = {
    "customer": None,
    "billing_details": {"email": "G@Example.com", "name": "Gus", "phone": None},
}
FAILED: Thing = {"status": "failed"}
PAID = charge("ch_1", 1, 4000)
DEPOSIT = charge("ch_1", 0, 5000, metadata={"type": "deposit"})
WHY = "reason=product_not_received"
ASKS = "warning_needs_response"


def read(*things: Thing, under: Under | None = None) -> list[Reading]:
    return [normalise(record, under or Under(SHIPPED)) for record in kept(*things)]


def told(*things: Thing, under: Under | None = None) -> list[str]:
    """Write events as lines, in the order of time."""
    found = [event for one in read(*things, under=under) for event in one.events]
    assert len({event.id for event in found}) == len(found)
    return [
        " ".join(
            [
                f"{day(event.at):g}",
                event.kind,
                event.subject_id,
                *(f"{name}={value}" for name, value in sorted(event.attributes.items())),
            ]
        )
        for event in sorted(found, key=lambda event: (event.at, event.id))
    ]


HISTORIES: dict[str, tuple[list[Thing], list[str]]] = {
    "a trial, its first payment, an upgrade in between, cancelled for the end of the period": (
        [
            subscription(0, canceled_at=at(50), cancel_at=at(74), cancel_at_period_end=True),
            invoice("in_1", 0, 0, paid=0, subscription="sub_1",
                    billing_reason="subscription_create"),
            invoice("in_2", 14, 3900, paid=14, subscription="sub_1",
                    billing_reason="subscription_cycle"),
            charge("ch_2", 14, 3900, invoice="in_2"),
            invoice("in_3", 20, 1240, paid=20, subscription="sub_1",
                    billing_reason="subscription_update"),
            charge("ch_3", 20, 1240, invoice="in_3"),
        ],
        [
            "0 invoice.paid in_1 amount=0.00 currency=EUR subscription=sub_1",
            "0 invoice.sent in_1 amount=0.00 currency=EUR subscription=sub_1",
            "0 subscription.started sub_1",
            "14 invoice.paid in_2 amount=39.00 currency=EUR subscription=sub_1",
            "14 invoice.sent in_2 amount=39.00 currency=EUR subscription=sub_1",
            "14 subscription.renewed in_2 amount=39.00 currency=EUR subscription=sub_1",
            "20 invoice.paid in_3 amount=12.40 currency=EUR subscription=sub_1",
            "20 invoice.sent in_3 amount=12.40 currency=EUR subscription=sub_1",
            "50 subscription.cancelled sub_1",
        ],
    ),
    "a renewal that fails twice, then is paid; then cancelled at once": (
        [
            subscription(0, status="canceled", canceled_at=at(40), ended_at=at(40)),
            invoice("in_2", 30, 3900, paid=35, subscription="sub_1",
                    billing_reason="subscription_cycle"),
            charge("ch_1", 30, 3900, invoice="in_2", payment_intent="pi_2", **FAILED),
            charge("ch_2", 33, 3900, invoice="in_2", payment_intent="pi_2", **FAILED),
            charge("ch_3", 35, 3900, invoice="in_2", payment_intent="pi_2"),
        ],
        [
            "0 subscription.started sub_1",
            "30 invoice.sent in_2 amount=39.00 currency=EUR subscription=sub_1",
            "30 payment.failed in_2 amount=39.00 currency=EUR invoice=in_2 reason=card_declined",
            "33 payment.failed in_2 amount=39.00 currency=EUR invoice=in_2 reason=card_declined",
            "35 invoice.paid in_2 amount=39.00 currency=EUR subscription=sub_1",
            "35 subscription.renewed in_2 amount=39.00 currency=EUR subscription=sub_1",
            "40 subscription.cancelled sub_1",
        ],
    ),
    "a subscription that was never paid for never started": (
        [
            subscription(0, status="incomplete_expired", canceled_at=at(1), ended_at=at(1)),
            invoice("in_1", 0, 3900, status="void", subscription="sub_1"),
            charge("ch_1", 0, 3900, invoice="in_1", **FAILED),
        ],
        [
            "0 invoice.sent in_1 amount=39.00 currency=EUR subscription=sub_1",
            "0 payment.failed in_1 amount=39.00 currency=EUR invoice=in_1 reason=card_declined",
        ],
    ),
    "a void invoice was sent; it is neither paid nor overdue": (
        [invoice("in_1", 0, 5000, status="void", due_date=at(14))],
        ["0 invoice.sent in_1 amount=50.00 currency=EUR"],
    ),
    "one written off stays overdue": (
        [invoice("in_1", 0, 5000, status="uncollectible", due_date=at(14))],
        ["0 invoice.sent in_1 amount=50.00 currency=EUR",
         "14 invoice.overdue in_1 amount=50.00 currency=EUR"],
    ),
    "one paid late was overdue": (
        [invoice("in_1", 0, 5000, paid=20, due_date=at(14))],
        ["0 invoice.sent in_1 amount=50.00 currency=EUR",
         "14 invoice.overdue in_1 amount=50.00 currency=EUR",
         "20 invoice.paid in_1 amount=50.00 currency=EUR"],
    ),
    "paid in cash: nothing came through Stripe": (
        [invoice("in_1", 0, 5000, paid=3, paid_out_of_band=True, amount_paid=0)],
        ["0 invoice.sent in_1 amount=50.00 currency=EUR",
         "3 invoice.paid in_1 amount=50.00 currency=EUR"],
    ),
    "half of it is the customer's credit": (
        [invoice("in_1", 0, 5000, paid=3, amount_due=2000, amount_paid=2000)],
        ["0 invoice.sent in_1 amount=50.00 currency=EUR",
         "3 invoice.paid in_1 amount=20.00 currency=EUR"],
    ),
    "several payments, the last of which pays it": (
        [invoice("in_1", 0, 5000, paid=9),
         charge("ch_1", 3, 2000, invoice="in_1"), charge("ch_2", 9, 3000, invoice="in_1")],
        ["0 invoice.sent in_1 amount=50.00 currency=EUR",
         "9 invoice.paid in_1 amount=50.00 currency=EUR"],
    ),
    "an old paid invoice that says neither when nor why": (
        [invoice("in_1", 4, 5000, status="paid", amount_paid=5000, billing_reason=None)],
        ["4 invoice.paid in_1 amount=50.00 currency=EUR",
         "4 invoice.sent in_1 amount=50.00 currency=EUR"],
    ),
    "a deposit by its metadata, then the final invoice": (
        [invoice("in_1", 0, 5000, paid=1, metadata={"type": "deposit"}),
         invoice("in_2", 9, 15000, paid=12, lines=lines("Course", "Less deposit already paid"))],
        ["0 invoice.sent in_1 amount=50.00 currency=EUR deposit=True",
         "1 deposit.paid in_1 amount=50.00 currency=EUR deposit=True",
         "9 invoice.sent in_2 amount=150.00 currency=EUR",
         "12 invoice.paid in_2 amount=150.00 currency=EUR"],
    ),
    "a deposit paid by a payment link, given back in part, and disputed": (
        [refunded(DEPOSIT, refund("re_1", 2, 1000)), dispute(3, DEPOSIT, "won")],
        ["0 deposit.paid pi_1 amount=50.00 currency=EUR deposit=True",
         "2 order.refunded pi_1 amount=10.00 currency=EUR deposit=True full=False net=40.00",
         f"3 payment.disputed pi_1 amount=50.00 currency=EUR deposit=True {WHY} status=won"],
    ),
    "a page for paying: session, payment intent and charge are one purchase": (
        [session("cs_1", 0, 7000, status="complete", payment_status="paid"),
         charge("ch_1", 0.01, 7000, **GUEST)],
        ["0.01 order.paid pi_1 amount=70.00 currency=EUR",
         "0.01 order.placed pi_1 amount=70.00 currency=EUR"],
    ),
    "a page that writes an invoice: the invoice alone tells it": (
        [session("cs_1", 0, 7000, status="complete", payment_status="paid", invoice="in_1"),
         charge("ch_1", 0.01, 7000, invoice="in_1"), invoice("in_1", 0.02, 7000, paid=0.02)],
        ["0.02 invoice.paid in_1 amount=70.00 currency=EUR",
         "0.02 invoice.sent in_1 amount=70.00 currency=EUR"],
    ),
    "a page that was left": (
        [session("cs_1", 0, 7000, status="expired")],
        ["1 cart.abandoned cs_1 amount=70.00 currency=EUR"],
    ),
    "a page that only takes a card's number is no cart": (
        [session("cs_1", 0, None, status="expired", mode="setup", currency=None)], [],
    ),
    "a bank's payment is none before it has come": (
        [session("cs_1", 0, 7000, status="complete"), charge("ch_1", 0, 7000, status="pending")],
        [],
    ),
    "a bank's payment that came counts from when it was made": (
        [session("cs_1", 0, 7000, status="complete", payment_status="paid"),
         charge("ch_1", 0, 7000)],
        ["0 order.paid pi_1 amount=70.00 currency=EUR",
         "0 order.placed pi_1 amount=70.00 currency=EUR"],
    ),
    "a bank's payment that bounced": (
        [session("cs_1", 0, 7000, status="complete"), charge("ch_1", 0, 7000, **FAILED)],
        ["0 payment.failed pi_1 amount=70.00 currency=EUR reason=card_declined"],
    ),
    "two failed attempts, then it went through: one payment": (
        [charge("ch_1", 0, 900, payment_intent="pi_9", **FAILED),
         charge("ch_2", 0.1, 900, payment_intent="pi_9", **FAILED),
         charge("ch_3", 0.2, 900, payment_intent="pi_9")],
        ["0 payment.failed pi_9 amount=9.00 currency=EUR reason=card_declined",
         "0.1 payment.failed pi_9 amount=9.00 currency=EUR reason=card_declined",
         "0.2 order.paid pi_9 amount=9.00 currency=EUR",
         "0.2 order.placed pi_9 amount=9.00 currency=EUR"],
    ),
    "what is set aside is no purchase yet": (
        [charge("ch_1", 0, 900, captured=False, amount_captured=0)], [],
    ),
    "what is set aside and let go never was one": (
        [refunded(charge("ch_1", 0, 900, captured=False, amount_captured=0, amount_refunded=900),
                  refund("re_1", 7, 900, balance_transaction=None))],
        [],
    ),
    "some of it is taken: the rest that is let go is no refund": (
        [refunded(charge("ch_1", 0, 1000, amount_captured=700, amount_refunded=300),
                  refund("re_1", 2, 300, balance_transaction=None))],
        ["0 order.paid pi_1 amount=7.00 currency=EUR",
         "0 order.placed pi_1 amount=7.00 currency=EUR"],
    ),
    "some of it is taken, and as much as was let go is given back": (
        [refunded(charge("ch_1", 0, 1000, amount_captured=500, amount_refunded=1000),
                  refund("re_1", 2, 500, balance_transaction=None), refund("re_2", 3, 500))],
        ["0 order.paid pi_1 amount=5.00 currency=EUR",
         "0 order.placed pi_1 amount=5.00 currency=EUR",
         "3 order.refunded pi_1 amount=5.00 currency=EUR full=True net=0.00"],
    ),
    "refunds sum up, those that failed or wait for their receiver do not count": (
        [refunded(PAID, refund("re_1", 2, 1000), refund("re_2", 3, 500, status="failed"),
                  refund("re_3", 4, 900, status="canceled"), refund("re_4", 5, 3000),
                  refund("re_5", 6, 700, status="requires_action"))],
        ["1 order.paid pi_1 amount=40.00 currency=EUR",
         "1 order.placed pi_1 amount=40.00 currency=EUR",
         "2 order.refunded pi_1 amount=10.00 currency=EUR full=False net=30.00",
         "5 order.refunded pi_1 amount=30.00 currency=EUR full=True net=0.00"],
    ),
    "a refund of an invoice's payment is about the invoice": (
        [refunded(charge("ch_1", 0, 5000, invoice="in_1"), refund("re_1", 2, 1000))],
        ["2 order.refunded in_1 amount=10.00 currency=EUR full=False invoice=in_1 net=40.00"],
    ),
    "a lost dispute": (
        [dispute(9, PAID, "lost")],
        [f"9 payment.disputed pi_1 amount=40.00 currency=EUR {WHY} status=lost"],
    ),
    "a bank that only asks, of an invoice's payment": (
        [dispute(9, charge("ch_1", 1, 4000, invoice="in_1"), ASKS)],
        [f"9 payment.disputed in_1 amount=40.00 currency=EUR invoice=in_1 {WHY} status={ASKS}"],
    ),
    "yen have no hundredths": (
        [charge("ch_1", 0, 500, currency="jpy")],
        ["0 order.paid pi_1 amount=500 currency=JPY",
         "0 order.placed pi_1 amount=500 currency=JPY"],
    ),
    "dinars have thousandths": (
        [charge("ch_1", 0, 5120, currency="kwd")],
        ["0 order.paid pi_1 amount=5.120 currency=KWD",
         "0 order.placed pi_1 amount=5.120 currency=KWD"],
    ),
    "Uganda's shillings have none and are counted in hundredths": (
        [charge("ch_1", 0, 500000, currency="ugx")],
        ["0 order.paid pi_1 amount=5000.00 currency=UGX",
         "0 order.placed pi_1 amount=5000.00 currency=UGX"],
    ),
    "a currency that is new": (
        [charge("ch_1", 0, 1234, currency="xyz")],
        ["0 order.paid pi_1 amount=12.34 currency=XYZ",
         "0 order.placed pi_1 amount=12.34 currency=XYZ"],
    ),
    "the payments of a customer who was deleted stay theirs": (
        [{"id": "cus_1", "object": "customer", "deleted": True}, charge("ch_1", 0, 900)],
        ["0 order.paid pi_1 amount=9.00 currency=EUR",
         "0 order.placed pi_1 amount=9.00 currency=EUR"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", HISTORIES.values(), ids=HISTORIES)
def test_what_a_history_tells(case: tuple[list[Thing], list[str]]) -> None:
    things, expected = case

    assert told(*things) == expected
    assert [aside for one in read(*things) for aside in one.set_aside] == []


def test_a_deposit_is_told_by_the_product_where_the_workspace_says_so() -> None:
    own = "invoices: {rules: [{product: prod_D, paid: deposit.paid, set: {deposit: true}}]}"
    mapping, mistakes = parse_mapping(own, "own.yaml", StripeMapping)
    assert mapping is not None
    assert not mistakes
    bills = [invoice("in_1", 0, 5000, paid=1, lines=lines("Course", product="prod_D")),
             invoice("in_2", 9, 9000, paid=9, lines=lines("Course", product="prod_C"))]  # fmt: skip

    assert told(*bills, under=Under(mapping)) == [
        "1 deposit.paid in_1 amount=50.00 currency=EUR deposit=True"
    ]


def test_money_in_another_currency_than_the_workspaces_is_called_so() -> None:
    back = refunded(charge("ch_1", 0, 500, currency="jpy"), refund("re_1", 2, 100))

    assert told(back, under=Under(SHIPPED, "EUR"))[-1] == (
        "2 order.refunded pi_1 currency=JPY foreign_amount=100 foreign_net=400 full=False"
    )


def test_a_guest_is_whoever_typed_the_same() -> None:
    records = kept(charge("ch_1", 0, 900, **GUEST), charge("ch_2", 5, 900, **GUEST))
    guests = {record.key.id for record in records if record.key.type == "guest"}
    (person,) = normalise(records[0], Under(SHIPPED)).people

    assert len(guests) == 1
    assert person.emails == ("g@example.com",)
    assert {event.person for one in records for event in normalise(one, Under(SHIPPED)).events} == {
        f"billing:{guests.pop()}"
    }


ODD: dict[str, tuple[Thing, str, int]] = {
    "year 0": (charge("ch_1", 0, 900, created=-62_167_219_200), "BAD_DATE", 0),
    "a date that is a text": (charge("ch_1", 0, 900, created="2026-01-01"), "BAD_DATE", 0),
    "a bill paid in the year 300,000": (
        invoice("in_1", 0, 900, paid=1, status_transitions={"finalized_at": at(0),
                "paid_at": 9_400_000_000_000}), "BAD_DATE", 2),
    "no amount": (charge("ch_1", 0, None), "BAD_AMOUNT", 2),
    "an amount beyond all money": (charge("ch_1", 0, 10**30), "BAD_AMOUNT", 2),
    "an amount that is a text": (charge("ch_1", 0, "900"), "BAD_AMOUNT", 2),
    "a refund of no amount": (
        refunded(PAID, refund("re_1", 2, None), refund("re_2", 3, 100)), "BAD_REFUND", 4),
    "a refund of no date": (
        refunded(PAID, refund("re_1", 2, 100, created=None)), "BAD_REFUND", 2),
}  # fmt: skip


@pytest.mark.parametrize("case", ODD.values(), ids=ODD)
def test_what_cannot_be_read_is_said_and_stops_nothing(case: tuple[Thing, str, int]) -> None:
    thing, code, events = case
    (reading,) = read(thing)

    assert [aside.code for aside in reading.set_aside] == [code]
    assert len(reading.events) == events


def test_a_date_before_1970_is_one() -> None:
    assert told(charge("ch_1", -21_000, 900))[0].startswith("-21000 order.paid")


PLUGINS: dict[str, Thing] = {
    "metadata of every kind": {"metadata": {"a": None, "b": 1, "c": ["x"], "ü": "ö"}},
    "no metadata": {"metadata": None},
    "metadata that is none": {"metadata": []},
    "no form": {"billing_details": None},
    "a form that is none": {"billing_details": "x"},
    "fields nobody knows": {"plugin_data": {"deep": [1]}},
}


@pytest.mark.parametrize("more", PLUGINS.values(), ids=PLUGINS)
def test_what_others_add_harms_nothing(more: Thing) -> None:
    assert len(told(charge("ch_1", 0, 900, **more))) == 2


def test_a_customer_is_a_person() -> None:
    assert told(customer()) == ["0 person.created "]
