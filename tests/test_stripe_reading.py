"""Reading an account: new things by date, changes by events, nothing of the other mode."""

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from urllib.error import HTTPError

import pytest
from pydantic import SecretStr
from shop import Kept
from stripe_account import Account, account, everything, told

from journeysync.connectors.stripe.connector import LAG, Stripe
from journeysync.connectors.stripe.read import STREAMS
from journeysync.core.errors import BadCredentials, ToolDown, Usage
from journeysync.core.models import RecordKey

MINUTES = timedelta(minutes=1)
DAYS = timedelta(days=1)
MONTHS = int(os.environ.get("JOURNEYSYNC_MONTHS", "1"))
"""So many random months."""


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Account]:
    with account(tmp_path) as served:
        yield served


def micro(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def test_pages_end_where_the_list_ends(here: Account) -> None:
    made = {
        here.edit("charge", "create", amount=100, email="a@example.com")["id"] for _ in range(230)
    }
    found = everything(here.connect(), here.now)

    assert {key.id for key in found if key.type == "payment"} == made


@pytest.mark.parametrize("kind", ["shrink-page", "repeat-page"])
def test_a_page_that_is_not_what_it_should_be_loses_nothing(here: Account, kind: str) -> None:
    made = {
        here.edit("charge", "create", amount=100, email="a@example.com")["id"] for _ in range(150)
    }
    here.fault(kind, nth=2)
    found = everything(here.connect(), here.now)

    assert {key.id for key in found if key.type == "payment"} == made


def test_a_refund_of_an_old_payment_is_found_by_its_event(here: Account) -> None:
    old = micro(here.now - 90 * DAYS)
    charge = here.edit("charge", "create", amount=1000, email="a@example.com", at=old)["id"]
    tool = here.connect()
    here.edit("charge", "refund", id=charge, amount=250)
    since = here.now - 5 * MINUTES
    records = [r for b in tool.read("charges", since, here.now) for r in b.records]

    assert [e.kind for r in records for e in tool.normalise(r).events] == [
        "order.placed", "order.paid", "order.refunded",
    ]  # fmt: skip


def test_more_refunds_than_a_payment_shows_are_all_read(here: Account) -> None:
    charge = here.edit("charge", "create", amount=1200, email="a@example.com")["id"]
    for _ in range(12):
        here.edit("charge", "refund", id=charge, amount=100)
    refunds = [attributes for kind, attributes in told(here) if kind == "order.refunded"]

    assert len(refunds) == 12
    assert [one["full"] for one in refunds].count(True) == 1


def test_a_customer_who_was_deleted_is_gone(here: Account) -> None:
    number = here.edit("customer", "create", email="a@example.com", name="Ana Ruiz")["id"]
    tool, kept = here.connect(), Kept()
    kept.take("customers", tool.read("customers", None, here.now))
    here.edit("customer", "delete", id=number)
    kept.take("customers", tool.read("customers", here.now - 5 * MINUTES, here.now))

    assert kept.all == {}


def test_what_our_keys_hold_comes_with_the_customer(here: Account) -> None:
    """The stage also where it was taken away; it is no part of what the customer is."""
    number = here.edit("customer", "create", email="a@example.com", name="Ana Ruiz")["id"]
    tool = here.connect()
    held = [{"journey_stage": "lost", "journey_name": "x", "other": "y"}, {"other": "y"}]
    found = []
    for metadata in held:
        here.edit("customer", "set", id=number, metadata=metadata)
        since = here.now - 5 * MINUTES
        found += [r for b in tool.read("customers", since, here.now) for r in b.records]

    assert [one.shown for one in found] == [
        {"journey_stage": "lost", "journey_name": "x"}, {"journey_stage": ""}
    ]  # fmt: skip
    assert found[0].content == found[1].content


def test_a_reading_in_which_nothing_changed_makes_fourteen_calls(here: Account) -> None:
    tool = here.connect()
    for stream in tool.streams:
        assert not [one for b in tool.read(stream, here.now, here.now) for one in b.records]

    assert tool.calls == 14


def test_an_old_dispute_that_ends_is_found_beside_a_new_one_of_the_same_payment(
    here: Account,
) -> None:
    old = micro(here.now - 50 * DAYS)
    charge = here.edit("charge", "create", amount=100, email="a@example.com", at=old)["id"]
    first = here.edit("charge", "dispute", id=charge, at=old)["id"]
    second = here.edit("charge", "dispute", id=charge)["id"]
    here.edit("dispute", "close", id=first, status="lost")
    batches = here.connect().read("disputes", here.now - MINUTES, here.now)
    found = {r.key.id: r.content["status"] for b in batches for r in b.records
             if r.key.type == "dispute"}  # fmt: skip

    assert found == {first: "lost", second: "needs_response"}


def test_a_clock_that_runs_ahead_of_stripes_hides_nothing(here: Account) -> None:
    """Ours says an hour later: what is new there is older than our last reading."""
    tool, hour = here.connect(), 60 * MINUTES
    since = here.now + hour - LAG
    made = here.edit("charge", "create", amount=100, email="a@example.com")["id"]
    here.admin("POST", "/advance", {"days": 0.01})
    until = here.now + hour
    records = [r for b in tool.read("charges", since, until) for r in b.records]

    assert made in {record.key.id for record in records}
    assert tool.told() == here.now


@pytest.mark.parametrize("stream", ["charges", "disputes"])
def test_what_is_not_shown_inside_an_object_is_asked_for(
    here: Account, monkeypatch: pytest.MonkeyPatch, stream: str
) -> None:
    """No proxy that opens nothing may hide a refund, or whose money it was."""
    charge = here.edit("charge", "create", amount=100, email="a@example.com")["id"]
    here.edit("charge", "refund", id=charge, amount=10)
    here.edit("charge", "dispute", id=charge)
    opened = list(here.connect().read(stream, None, here.now))
    monkeypatch.setitem(STREAMS, stream, replace(STREAMS[stream], expand=()))

    assert list(here.connect().read(stream, None, here.now)) == opened


def test_a_draft_that_was_deleted_is_gone(here: Account) -> None:
    number = here.edit("customer", "create", email="a@example.com", name="Ana Ruiz")["id"]
    draft = here.edit("invoice", "create", customer=number, amount=100, description="x")["id"]
    tool, kept = here.connect(), Kept()
    kept.take("invoices", tool.read("invoices", None, here.now))
    assert [key.id for key in kept.all] == [draft]
    here.edit("invoice", "delete", id=draft)
    kept.take("invoices", tool.read("invoices", here.now - 5 * MINUTES, here.now))

    assert kept.all == {}


def test_a_change_at_the_end_of_the_days_that_events_last_is_found(here: Account) -> None:
    """Whether events are asked, or all is listed again: nothing falls between."""
    for gap in (28.9, 29.0, 29.1, 31.0):
        charge = here.edit("charge", "create", amount=1000, email="a@example.com")["id"]
        tool, kept, since = here.connect(), Kept(), here.now
        kept.take("charges", tool.read("charges", None, here.now))
        here.edit("charge", "refund", id=charge, amount=250)
        here.admin("POST", "/advance", {"days": gap})
        kept.take("charges", tool.read("charges", since - LAG, here.now))

        assert len(kept.all[RecordKey("billing", "payment", charge)].content["refunds"]) == 1  # type: ignore[arg-type]  # a list


@pytest.mark.parametrize("status", [200, 403])
def test_a_firewalls_page_stops_the_reading_and_is_named(here: Account, status: int) -> None:
    here.fault("html", status=status, times=None)
    with pytest.raises(ToolDown, match="HTML instead of JSON"):
        list(here.connect().read("charges", None, here.now))


def test_a_customer_deleted_where_a_page_ended_ends_nothing(here: Account) -> None:
    made = [
        here.edit("customer", "create", email="a@example.com", name="Ana")["id"] for _ in range(150)
    ]
    batches = here.connect().read("customers", None, here.now)
    read = {record.key.id for record in next(batches).records}
    here.edit("customer", "delete", id=made[50])
    read |= {record.key.id for batch in batches for record in batch.records}

    assert read == set(made)


def test_after_a_gap_longer_than_events_last_everything_is_listed(here: Account) -> None:
    number = here.edit("customer", "create", email="a@example.com", name="Ana")["id"]
    tool, kept, since = here.connect(), Kept(), here.now
    kept.take("customers", tool.read("customers", None, here.now))
    here.edit("customer", "delete", id=number)
    here.admin("POST", "/advance", {"days": 45})
    kept.take("customers", tool.read("customers", since, here.now))

    assert kept.all == {}
    assert not any(one["path"].endswith("/events") for one in here.journal())


def test_every_request_asks_for_one_version(here: Account) -> None:
    """An upgrade of the account changes nothing; events of other versions are not read."""
    here.edit("charge", "create", amount=100, email="a@example.com", metadata={"type": "deposit"},
              at=micro(here.now - 60 * MINUTES))  # fmt: skip
    tool = here.connect()
    whole = everything(tool, here.now)
    since = here.now - 2 * DAYS
    changed = {r.key: r for s in tool.streams for b in tool.read(s, since, here.now)
               for r in b.records}  # fmt: skip

    assert changed == whole


@pytest.mark.parametrize("seed", range(MONTHS))
def test_a_month_of_changes_ends_as_a_full_reading(tmp_path: Path, seed: int) -> None:
    """Paid, captured, refunded, invoiced, voided, subscribed, disputed, read at random moments."""
    rng = Random(seed)
    with account(tmp_path, customers=30) as here:
        tool, kept = here.connect(), Kept()
        marks: dict[str, datetime] = {}
        made: dict[str, list[str]] = {}
        done: Counter[tuple[str, str]] = Counter()
        for _day in range(30):
            for _ in range(rng.randrange(3, 14)):
                _something(here, rng, made, done)  # in one second: the clock stands still
            if rng.random() < 0.4:
                _read(tool, kept, marks, here.now)
            here.admin("POST", "/advance", {"days": rng.choice((0.0, 0.0001, 0.4, 2))})
        _read(tool, kept, marks, here.now)

        assert len(done) > 20, "it was hardly a month"
        assert kept.all == everything(tool, here.now)


def _read(tool: Stripe, kept: Kept, marks: dict[str, datetime], now: datetime) -> None:
    for stream in tool.streams:
        kept.take(stream, tool.read(stream, marks.get(stream), now))
        marks[stream] = max(now - LAG, marks.get(stream, now - LAG))


def _something(
    here: Account, rng: Random, made: dict[str, list[str]], done: Counter[tuple[str, str]]
) -> None:
    kind, action, of = rng.choice(ACTS)
    if of and not made.get(of):
        kind, action, of = "customer", "create", ""
    more: dict[str, Any] = {"amount": rng.randrange(1, 9) * 100, "email": "ana@example.com"}
    more |= rng.choice(WAYS) if action in ("create", "complete") else {}
    more |= {"status": rng.choice(("won", "lost"))} if action == "close" else {}
    if of == kind:
        more["id"] = rng.choice(made[of])
    elif of:
        more["customer"] = rng.choice(made[of])
    try:
        found = here.edit(kind, action, **more)
    except HTTPError as error:
        # Whoever subscribed was deleted, the invoice is no draft, nothing was set aside...
        if error.code != 400:
            raise
        return
    done[kind, action] += 1
    if found.get("id") and found["id"] not in made.setdefault(found["object"], []):
        made[found["object"]].append(found["id"])
    if action == "delete":
        made[kind].remove(more["id"])


ACTS = [
    ("customer", "create", ""), ("customer", "set", "customer"), ("customer", "delete", "customer"),
    ("refund", "fail", "refund"), ("charge", "create", ""),
    ("charge", "create", "customer"), ("charge", "refund", "charge"), ("charge", "set", "charge"),
    ("charge", "capture", "charge"), ("charge", "let-go", "charge"), ("charge", "arrive", "charge"),
    ("charge", "bounce", "charge"),
    ("charge", "dispute", "charge"), ("dispute", "close", "dispute"),
    ("invoice", "create", "customer"), ("invoice", "decline", "invoice"),
    ("invoice", "pay-outside", "invoice"), ("invoice", "write-off", "invoice"),
    ("invoice", "delete", "invoice"), ("invoice", "finalise", "invoice"),
    ("invoice", "pay", "invoice"),
    ("invoice", "void", "invoice"), ("subscription", "create", "customer"),
    ("subscription", "renew", "subscription"), ("subscription", "cancel", "subscription"),
    ("subscription", "cancel-at-end", "subscription"),
    ("checkout.session", "create", ""), ("checkout.session", "expire", "checkout.session"),
    ("checkout.session", "complete", "checkout.session"),
]  # fmt: skip
WAYS: list[dict[str, Any]] = [
    {}, {"captured": False}, {"failed": True}, {"pending": True}, {"trial": 14},
    {"currency": "jpy"}, {"payment_intent": "pi_1"},
]  # fmt: skip


# --- keys ----------------------------------------------------------------------------------------


def test_test_data_is_refused_before_anything_is_kept(here: Account) -> None:
    here.edit("account", "set", livemode=False)
    here.edit("charge", "create", amount=100, email="a@example.com")
    with pytest.raises(BadCredentials, match="test data"):
        list(here.connect().read("charges", None, here.now))

    assert everything(here.connect(livemode=False), here.now)


def test_a_test_key_is_refused_without_asking(here: Account) -> None:
    with pytest.raises(BadCredentials, match="livemode: false"):
        here.connect(api_key=SecretStr("rk_test_1"))


def test_a_right_that_is_missing_is_named_and_the_key_is_not(here: Account) -> None:
    here.fault("lost-scope")
    with pytest.raises(BadCredentials, match="rak_charge_read") as caught:
        everything(here.connect(), here.now)
    assert "rk_live" not in str(caught.value)


def test_check_names_each_right_that_is_missing(here: Account) -> None:
    here.fault("lost-scope", match="GET /v1/charges")
    here.fault("lost-scope", match="GET /v1/invoices")
    found = [one.what for one in here.connect().check() if one.level == "error"]

    assert [what.split(":")[0] for what in found] == ["invoices", "charges"]


def test_check_proposes_the_currency_of_most_payments(here: Account) -> None:
    for currency in ("eur", "gbp", "gbp"):
        here.edit("charge", "create", amount=100, currency=currency, email="a@example.com")

    (mixed,) = (one for one in here.connect().check() if "EUR, GBP" in one.what)
    assert "`currency: GBP`" in mixed.next_step


REFUSED = {
    "plain http": ({"base_url": "http://api.stripe.com"}, Usage, "https"),
    "an unknown setting": ({"shp": "x"}, Usage, "shp"),
    "no key": ({"api_key": SecretStr("")}, BadCredentials, "JOURNEYSYNC_BILLING__API_KEY"),
}


@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED)
def test_settings_that_cannot_be_used(
    here: Account, case: tuple[dict[str, Any], type[Exception], str]
) -> None:
    settings, error, said = case
    with pytest.raises(error, match=said):
        here.connect(**settings)


@pytest.mark.parametrize("kind", ["429", "500", "503", "reset", "truncate", "html"])
def test_a_bad_moment_passes(here: Account, kind: str) -> None:
    number = here.edit("charge", "create", amount=100, email="a@example.com")["id"]
    here.fault(kind)

    assert RecordKey("billing", "payment", number) in everything(here.connect(), here.now)


def test_what_stripe_says_not_to_repeat_is_not_repeated(here: Account) -> None:
    here.fault("500", final=True)
    tool = here.connect()
    with pytest.raises(ToolDown):
        list(tool.read("charges", None, here.now))
    assert tool.calls == 1
