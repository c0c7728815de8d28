"""One purchase in a shop and in a billing system is told once, in whatever order the two came."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from shop import Shop
from sqlalchemy import Connection, func, select
from stripe_account import Account

from journeysync.core.identity.rules import IdentityRules
from journeysync.core.models import Event, RawRecord, Reading, RecordKey
from journeysync.core.ports import Source
from journeysync.core.running.ingest import ingest
from journeysync.core.running.progress import silent
from journeysync.core.state import records, twins
from journeysync.core.state import tables as t
from journeysync.core.state.store import open_store
from journeysync.sandbox.server import start

NOW = datetime(2026, 11, 1, tzinfo=UTC)
IDS = ("ch_1", "ch_2", "pi_1", "pi_2")
Batches = list[list[RawRecord]]


def order(number: int, *paid: str, gone: bool = False) -> RawRecord:
    return RawRecord(RecordKey("shop", "order", str(number)), {"ids": list(paid)}, deleted=gone)


def payment(number: int, *names: str, gone: bool = False) -> RawRecord:
    return RawRecord(RecordKey("bank", "payment", str(number)), {"ids": list(names)}, deleted=gone)


def normalise(record: RawRecord) -> Reading:
    """Tell an order always, a payment unless an order tells it."""
    ids: Any = tuple(record.content["ids"])  # type: ignore[arg-type]  # as made above
    event = Event(str(record.key), record.key.tool, "order.paid", NOW, f"{record.key.tool}:ann")
    if record.key.type == "order":
        return Reading(events=(event,), tells=ids)
    return Reading(events=() if record.told_by else (event,), known_as=ids)


def told(connection: Connection) -> list[str]:
    return sorted(connection.execute(select(t.event.c.id)).scalars())


def after(batches: Sequence[Sequence[RawRecord]], folder: Path) -> list[str]:
    """Store batches one after the other; return what is told in the end."""
    store = open_store("sqlite://", folder, dry_run=False)
    try:
        for batch in batches:
            with store.begin() as connection:
                records.store_batch(
                    connection, "all", batch, normalise=normalise, mapping="1",
                    keys=lambda _: [], now=0,
                )  # fmt: skip
        with store.begin() as connection:
            for tool in ("shop", "bank"):
                records.renormalise(connection, tool, normalise, "1", lambda _: [])
            return told(connection)
    finally:
        store.close()


ORDER, PAYMENT = order(1, "ch_1"), payment(7, "ch_1", "pi_1")
ALONE = {
    "the order first": ([[ORDER], [PAYMENT]], ["shop:order:1"]),
    "the payment first": ([[PAYMENT], [ORDER]], ["shop:order:1"]),
    "both at once": ([[PAYMENT, ORDER]], ["shop:order:1"]),
    "named by any of its ids": ([[PAYMENT], [order(1, "pi_1")]], ["shop:order:1"]),
    "the order names none yet": ([[PAYMENT], [order(1)]], ["bank:payment:7", "shop:order:1"]),
    "the order names it later": ([[order(1)], [PAYMENT], [ORDER]], ["shop:order:1"]),
    "the order names another": (
        [[ORDER], [PAYMENT], [order(1, "ch_9")]],
        ["bank:payment:7", "shop:order:1"],
    ),
    "the order is gone": ([[ORDER], [PAYMENT], [order(1, gone=True)]], ["bank:payment:7"]),
    "one of two orders that name it is gone": (
        [[ORDER, order(2, "pi_1")], [PAYMENT], [order(1, gone=True)]],
        ["shop:order:2"],
    ),
    "the payment is gone": ([[ORDER], [PAYMENT], [payment(7, gone=True)]], ["shop:order:1"]),
    "another payment": ([[ORDER], [payment(8, "ch_2")]], ["bank:payment:8", "shop:order:1"]),
}


def test_a_purchase_is_told_once(tmp_path: Path) -> None:
    found = {name: after(batches, tmp_path) for name, (batches, _) in ALONE.items()}
    assert found == {name: expected for name, (_, expected) in ALONE.items()}


def test_a_new_way_of_reading_finds_what_is_told_by_the_same_tool(tmp_path: Path) -> None:
    """Both are read again: the payment first, when nobody is known to tell it yet."""

    def before(record: RawRecord) -> Reading:
        return Reading(events=normalise(record).events)

    invoice = RawRecord(RecordKey("bank", "order", "9"), {"ids": ["ch_1"]})
    store = open_store("sqlite://", tmp_path, dry_run=False)
    with store.begin() as connection:
        for record in (PAYMENT, invoice):
            records.store_batch(
                connection, "all", [record], normalise=before, mapping="1",
                keys=lambda _: [], now=0,
            )  # fmt: skip
        once = told(connection)
        records.renormalise(connection, "bank", normalise, "2", lambda _: [])
        assert (once, told(connection)) == (["bank:order:9", "bank:payment:7"], ["bank:order:9"])
    store.close()


ids = st.lists(st.sampled_from(IDS), max_size=2, unique=True)
one = st.one_of(
    st.builds(lambda n, i, g: order(n, *i, gone=g), st.integers(1, 3), ids, st.booleans()),
    st.builds(lambda n, i, g: payment(n, *i, gone=g), st.integers(1, 3), ids, st.booleans()),
)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(one, max_size=4), max_size=5))
def test_what_came_when_makes_no_difference(tmp_path_factory: Any, batches: Batches) -> None:
    folder = tmp_path_factory.getbasetemp()
    last = {record.key: record for batch in batches for record in batch}
    fresh = [record for record in last.values() if not record.deleted]
    assert after(batches, folder) == after([fresh], folder)


def test_what_is_forgotten_tells_nothing_any_more(tmp_path: Path) -> None:
    store = open_store("sqlite://", tmp_path, dry_run=False)
    with store.begin() as connection:
        for record in (ORDER, PAYMENT):
            records.store_batch(
                connection, "all", [record], normalise=normalise, mapping="1",
                keys=lambda _: [], now=0,
            )  # fmt: skip
        twins.drop(connection, "shop:order:1")
        twins.drop(connection, "bank:payment:7")
        left = connection.execute(select(func.count()).select_from(t.twin)).scalar()
    store.close()
    assert left == 0


# --- on the pretend tools ------------------------------------------------------------------------


def run(folder: Path, sources: Sequence[Source], now: datetime, *only: str) -> list[str]:
    store = open_store("sqlite:///journeysync.db", folder, dry_run=False)
    try:
        report = ingest(
            store, {one.name: one for one in sources}, IdentityRules(), now=now, full=False,
            only=only, most_gone=1.0, progress=silent,
        )  # fmt: skip
        assert report.failed == {}
        with store.begin() as connection:
            row = t.event.c
            found = connection.execute(select(row.tool, row.kind).order_by(row.id))
            return [f"{tool} {kind}" for tool, kind in found if kind != "person.created"]
    finally:
        store.close()


def test_a_shop_that_leaves_no_number_in_stripe_names_the_payment_itself(tmp_path: Path) -> None:
    with start(customers=0, tools=("woocommerce", "stripe"), limits=False) as sandbox:
        seller, bank = Shop(sandbox, tmp_path), Account(sandbox, tmp_path)
        charge = bank.edit("charge", "create", amount=5000, email="ana@example.com")["id"]
        bank.edit("charge", "dispute", id=charge)
        billing, shop = bank.connect(shop="shop"), seller.connect()
        before = run(tmp_path, [billing, shop], bank.now)
        seller.order(transaction=charge, total="50.00")
        now = run(tmp_path, [billing, shop], bank.now, "shop")
        again = run(tmp_path, [shop, billing], bank.now)

        store = open_store("sqlite:///journeysync.db", tmp_path, dry_run=False)
        with store.begin() as connection:
            row = t.event.c
            dispute = connection.execute(
                select(row.attributes).where(row.kind == "payment.disputed")
            ).scalar()
        store.close()

    assert before == ["billing payment.disputed", "billing order.paid", "billing order.placed"]
    assert now == again == ["billing payment.disputed", "shop order.paid", "shop order.placed"]
    assert '"order":"shop:' in str(dispute)
