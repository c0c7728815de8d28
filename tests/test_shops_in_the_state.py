"""A shop read into a real state: what is gone in the shop is gone in the state, the rest stays."""

from datetime import datetime, timedelta
from pathlib import Path

from shop import Shop, shop
from shopify_shop import Store, events, everything, store
from sqlalchemy import select
from stripe_account import Account, account
from stripe_account import events as stripe_events
from stripe_account import everything as stripe_everything

from journeysync.core.identity.rules import IdentityRules
from journeysync.core.ports import Source
from journeysync.core.running.ingest import ingest
from journeysync.core.running.progress import silent
from journeysync.core.state import tables as t
from journeysync.core.state.store import open_store
from journeysync.sandbox.server import start


def run(folder: Path, source: Source, now: datetime) -> tuple[int, list[tuple[str, str]]]:
    """Read as a run does; return what changed, and all people and kinds of events there are."""
    store = open_store("sqlite:///journeysync.db", folder, dry_run=False)
    try:
        report = ingest(
            store, {source.name: source}, IdentityRules(), now=now, full=False, only=(),
            most_gone=1.0, progress=silent,
        )  # fmt: skip
        assert report.failed == {}
        with store.begin() as connection:
            found = [
                (str(person), str(kind))
                for person, kind in connection.execute(
                    select(t.event.c.person, t.event.c.kind).order_by(t.event.c.id)
                )
            ]
            people = {name for (name,) in connection.execute(select(t.person.c.name))}
        assert {person for person, _ in found} <= people
        return report.changed, found
    finally:
        store.close()


def one_more(here: Shop) -> str:
    return here.order(billing={"email": "ana@example.com", "first_name": "Ana"})


def test_deleted_orders_leave_the_state_and_their_guest_stays_for_the_others(
    tmp_path: Path,
) -> None:
    with shop(tmp_path) as here:
        first, second = one_more(here), one_more(here)
        tool = here.connect()
        _, before = run(tmp_path, tool, here.now)
        here.edit("order", "delete", id=first)
        here.admin("POST", "/advance", {"days": 1})
        changed, after = run(tmp_path, tool, here.now)

    assert changed == 1
    assert len(before) == 5
    assert after == [before[0], *before[3:]]
    assert second


def test_a_second_reading_changes_nothing(tmp_path: Path) -> None:
    with shop(tmp_path, customers=40) as here:
        tool = here.connect()
        first, found = run(tmp_path, tool, here.now)

        assert first > 20
        assert run(tmp_path, tool, here.now) == (0, found)


def test_a_second_reading_of_payments_changes_nothing(tmp_path: Path) -> None:
    with account(tmp_path, customers=40) as here:
        tool = here.connect()
        first, found = run(tmp_path, tool, here.now)

        assert first > 20
        assert run(tmp_path, tool, here.now) == (0, found)


def test_a_second_reading_of_shopify_changes_nothing(tmp_path: Path) -> None:
    with store(tmp_path, customers=40) as here:
        tool = here.connect(sweep_hours=0)
        first, found = run(tmp_path, tool, here.now)

        assert first > 20
        assert run(tmp_path, tool, here.now) == (0, found)


def test_an_order_that_grew_too_old_to_be_seen_stays_in_the_state(tmp_path: Path) -> None:
    """Without `read_all_orders` Shopify shows orders of 60 days; one that was deleted is gone."""
    with store(tmp_path) as here:
        here.edit("app", "set", scopes=["read_customers", "read_orders", "read_returns"])
        grows = here.order(email="ana@example.com")
        goes = here.order(email="ben@example.org", at=_later(here.now, 50))
        here.admin("POST", "/advance", {"days": 57})
        tool = here.connect()
        _, before = run(tmp_path, tool, here.now)
        here.admin("POST", "/advance", {"days": 6})
        here.edit("order", "delete", id=goes)
        changed, after = run(tmp_path, tool, here.now)

    assert len(before) == 4
    assert changed == 1
    assert after == [(person, kind) for person, kind in before if person == after[0][0]]
    assert len(after) == 2
    assert grows


def test_what_a_slow_clock_dated_back_is_in_the_state_though_the_clock_is_put_right(
    tmp_path: Path,
) -> None:
    with store(tmp_path) as here:
        tool = here.connect(sweep_hours=24 * 365)
        run(tmp_path, tool, here.now)
        for slow in (1800, 0):
            here.admin("POST", "/advance", {"days": 10 / (24 * 60)})
            here.order()
            here.edit("shop", "set", slow=slow)
            run(tmp_path, tool, here.now)
            here.order()
        _, found = run(tmp_path, tool, here.now)

    assert sum(kind == "order.placed" for _, kind in found) == 4


def _later(now: datetime, days: int) -> int:
    return round((now + timedelta(days=days)).timestamp() * 1000)


def test_one_purchase_in_shopify_and_stripe_is_one(tmp_path: Path) -> None:
    """The shop tells it; what Stripe alone sees, such as a dispute, names the shop's order."""
    with start(customers=0, tools=("shopify", "stripe"), limits=False) as sandbox:
        seller, bank = Store(sandbox, tmp_path), Account(sandbox, tmp_path)
        number = seller.order()
        paid = {"amount": 2400, "email": "ana@example.com", "metadata": {"order_id": number}}
        bank.edit("charge", "dispute", id=bank.edit("charge", "create", **paid)["id"])
        bank.edit("charge", "create", amount=900, email="ben@example.org")
        shopify, stripe = seller.connect(), bank.connect(shop=seller.connect().name)
        sold = events(shopify, everything(shopify, seller.now).values())
        taken = stripe_events(stripe, stripe_everything(stripe, seller.now).values())

    placed = [one for one in (*sold, *taken) if one.kind == "order.placed"]
    assert [one.tool for one in placed] == ["shop", "billing"]
    (dispute,) = [one for one in taken if one.kind == "payment.disputed"]
    assert dispute.attributes["order"] == f"shop:{placed[0].subject_id}" == f"shop:{number}"
