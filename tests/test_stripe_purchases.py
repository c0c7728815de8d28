"""A purchase that Stripe shows as an invoice, a payment and a page is told once, in any order."""

from itertools import permutations
from pathlib import Path

import pytest
from sqlalchemy import select
from stripe_objects import SHIPPED, Thing, charge, dispute, invoice, kept, refund, refunded, session

from journeysync.connectors.stripe.normalise import Under, normalise
from journeysync.core.models import RawRecord, Reading
from journeysync.core.state import records
from journeysync.core.state import tables as t
from journeysync.core.state.store import open_store


def meaning(record: RawRecord) -> Reading:
    return normalise(record, Under(SHIPPED))


def told(folder: Path, *things: Thing) -> list[str]:
    """Store objects one after the other; return the events, `kind subject`, in the end."""
    store = open_store("sqlite://", folder, dry_run=False)
    try:
        for thing in things:
            with store.begin() as connection:
                records.store_batch(
                    connection, "all", kept(thing), normalise=meaning, mapping="1",
                    keys=lambda _: [], now=0,
                )  # fmt: skip
        with store.begin() as connection:
            records.renormalise(connection, "billing", meaning, "1", lambda _: [])
            row = t.event.c
            found = connection.execute(select(row.kind, row.subject_id).order_by(row.kind))
            return [f"{kind} {subject}" for kind, subject in found]
    finally:
        store.close()


def of(name: str, number: str, **more: object) -> Thing:
    """Say in the form of a newer version of the API which payment an invoice has."""
    paid = {"type": name, name: number}
    return {"payments": {"object": "list", "data": [{"payment": paid}]}, **more}


PAID = charge("ch_1", 0, 7000)
PURCHASES: dict[str, tuple[list[Thing], list[str]]] = {
    "the payment names its invoice": (
        [{**PAID, "invoice": "in_1"}, invoice("in_1", 0, 7000, paid=0, charge="ch_1")],
        ["invoice.paid in_1", "invoice.sent in_1"],
    ),
    "only the invoice names the payment": (
        [PAID, invoice("in_1", 0, 7000, paid=0, charge="ch_1", payment_intent="pi_1"),
         session("cs_1", 0, 7000, status="complete", payment_status="paid", invoice="in_1")],
        ["invoice.paid in_1", "invoice.sent in_1"],
    ),
    "a payment that was attached to the invoice later, as newer versions tell": (
        [PAID, invoice("in_1", 0, 7000, paid=0, **of("payment_intent", "pi_1"))],
        ["invoice.paid in_1", "invoice.sent in_1"],
    ),
    "an attempt at it failed, some of it was given back": (
        [charge("ch_0", 0, 7000, payment_intent="pi_1", status="failed"),
         refunded(PAID, refund("re_1", 3, 500)),
         invoice("in_1", 0, 7000, paid=0, **of("charge", "pi_1"))],
        ["invoice.paid in_1", "invoice.sent in_1", "order.refunded in_1", "payment.failed in_1"],
    ),
    "a payment of no intent": (
        [{**PAID, "payment_intent": None}, invoice("in_1", 0, 7000, paid=0, charge="ch_1")],
        ["invoice.paid in_1", "invoice.sent in_1"],
    ),
    "a disputed one": (
        [dispute(9, PAID, "won"), invoice("in_1", 0, 7000, paid=0, charge="ch_1",
                                          payment_intent="pi_1")],
        ["invoice.paid in_1", "invoice.sent in_1", "payment.disputed in_1"],
    ),
    "a draft tells nothing yet": (
        [PAID, invoice("in_1", 0, 7000, status="draft", charge="ch_1", payment_intent="pi_1",
                       status_transitions={})],
        ["order.paid pi_1", "order.placed pi_1"],
    ),
    "another's payment": (
        [PAID, invoice("in_1", 0, 7000, paid=0, charge="ch_2", payment_intent="pi_2")],
        ["invoice.paid in_1", "invoice.sent in_1", "order.paid pi_1", "order.placed pi_1"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", PURCHASES.values(), ids=PURCHASES)
def test_a_purchase_is_told_once_in_whatever_order_it_came(
    tmp_path: Path, case: tuple[list[Thing], list[str]]
) -> None:
    things, expected = case

    for order in permutations(things):
        assert told(tmp_path, *order) == expected


def test_a_deleted_invoice_tells_its_payment_no_more(tmp_path: Path) -> None:
    bill = invoice("in_1", 0, 7000, paid=0, charge="ch_1", payment_intent="pi_1")
    draft = {**bill, "status": "draft", "status_transitions": {}}

    assert told(tmp_path, PAID, bill, draft) == ["order.paid pi_1", "order.placed pi_1"]
