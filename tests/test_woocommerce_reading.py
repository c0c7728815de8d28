"""Reading a shop: nothing is lost, whatever its zone, its pages and its temper."""

import os
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from shop import Kept, Shop, events, everything, shop

from journeysync.connectors.woocommerce.connector import LAG
from journeysync.core.errors import ToolDown
from journeysync.core.models import RecordKey
from journeysync.core.ports import TellsTime

ZONES = ["America/New_York", "Europe/Berlin", "Pacific/Auckland"]
MINUTES = timedelta(minutes=1)
MONTHS = int(os.environ.get("JOURNEYSYNC_MONTHS", "1"))
"""So many random months in each zone."""


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Shop]:
    with shop(tmp_path) as served:
        yield served


def order_key(number: str) -> RecordKey:
    return RecordKey("shop", "order", number)


def changed(tool: Any, since: datetime, until: datetime) -> set[str]:
    return {
        record.key.id
        for batch in tool.read("orders", since, until)
        for record in batch.records
        if record.key.type == "order" and not record.deleted
    }


@pytest.mark.parametrize("zone", ZONES)
def test_what_changed_is_found_east_and_west_of_greenwich(tmp_path: Path, zone: str) -> None:
    """A bound in the wrong zone gives an empty list, or all, and never an error."""
    with shop(tmp_path, zone=zone) as here:
        tool = here.connect()
        old = here.order(at=micro(here.now - 30 * MINUTES))
        new = [here.order(at=micro(here.now - 2 * MINUTES)) for _ in range(3)]

        assert changed(tool, here.now - 5 * MINUTES, here.now) == set(new)
        assert old in changed(tool, here.now - 60 * MINUTES, here.now)


def micro(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def test_the_second_of_the_bound_is_not_left_out(here: Shop) -> None:
    """The shop's bounds are strict and know whole seconds only."""
    tool = here.connect()
    since = here.now - 5 * MINUTES
    orders = {here.order(at=micro(since) + part) for part in (0, 0, 999)}

    assert changed(tool, since, here.now) == orders


CLOCKS = {
    "is put right": (600, 0, 0),
    "falls behind and is put right": (0, 30, 0, 0),
    "is ahead and put right": (-30, 0),
}
"""Minutes that a shop's clock is slow at each reading; it is set anew somewhere between two."""


@pytest.mark.parametrize("slow", CLOCKS.values(), ids=CLOCKS)
def test_a_shop_whose_clock_is_wrong_loses_nothing(here: Shop, slow: tuple[int, ...]) -> None:
    tool, made, seen = here.connect(sweep_hours=24 * 365), set[str](), set[str]()
    mark: datetime | None = None
    here.edit("site", "set", slow=slow[0] * 60)
    for minutes in (*slow, slow[-1]):
        batches = tool.read("orders", mark, here.now)
        seen |= {record.key.id for batch in batches for record in batch.records}
        mark = here.now - tool.lag
        missing = made - seen
        assert not missing
        made |= {here.order()}
        here.edit("site", "set", slow=minutes * 60)
        made |= {here.order()}
        here.admin("POST", "/advance", {"days": 10 / (24 * 60)})


def test_check_hears_what_time_it_is_in_the_shop(here: Shop) -> None:
    here.edit("site", "set", slow=1800)
    tool = here.connect()
    assert tool.told() is None
    tool.check()

    assert isinstance(tool, TellsTime)
    assert here.now - (tool.told() or here.now) == 30 * MINUTES


def test_pages_are_in_the_order_of_ids_and_never_by_a_link(here: Shop) -> None:
    """Links in answers lead to the address WordPress believes to have."""
    numbers = {here.order() for _ in range(230)}
    tool = here.connect()

    assert {key.id for key in everything(tool, here.now) if key.type == "order"} == numbers
    asked = [one["query"] for one in here.journal() if one["path"].endswith("/orders")]
    assert len(asked) == 3
    assert all("orderby=id&order=asc" in query for query in asked)


def test_a_hundred_orders_with_refunds_take_two_calls(here: Shop) -> None:
    for _ in range(100):
        here.edit("order", "refund", id=here.order(), amount="5")
    tool = here.connect()
    found = [one for batch in tool.read("orders", None, here.now) for one in batch.records]

    assert tool.calls == 2
    assert sum(event.kind == "order.refunded" for event in events(tool, found)) == 100


def test_a_later_reading_takes_a_call_for_each_question(here: Shop) -> None:
    """The shop tells its time with the accounts; nobody asks for it apart."""
    tool = here.connect()
    for stream in tool.streams:
        list(tool.read(stream, here.now, here.now))
    without_news = tool.calls
    for _ in range(100):
        here.edit("order", "refund", id=here.order(total="20.00"), amount="5.00")
    list(tool.read("orders", here.now, here.now))

    assert without_news == 4  # accounts, orders, the trash, and whether there are subscriptions
    assert tool.calls - without_news == 3  # orders, their refunds, the trash


def test_a_shop_without_a_list_of_refunds_is_asked_order_by_order(here: Shop) -> None:
    number = here.order()
    here.edit("order", "refund", id=number, amount="5")
    here.edit("site", "set", all_refunds=False)
    tool = here.connect()

    assert [e.kind for e in events(tool, everything(tool, here.now).values())].count(
        "order.refunded"
    ) == 1


def test_orders_that_vanish_between_pages_hide_no_other(here: Shop) -> None:
    """A row less on the first page moves one from the second page to the first: it is read."""
    numbers = [here.order(at=micro(here.now - 60 * MINUTES)) for _ in range(150)]
    tool = here.connect()
    batches = tool.read("orders", None, here.now)
    read = {record.key for record in next(batches).records}
    for number in numbers[:3]:
        here.edit("order", "delete", id=number)
    read |= {record.key for batch in batches for record in batch.records}

    assert {order_key(number) for number in numbers} <= read


@pytest.mark.parametrize("gone", [1, 120])
def test_orders_that_keep_vanishing_cost_a_step_back_each(here: Shop, gone: int) -> None:
    """A long list is never read without one that vanishes: it is not begun anew."""
    numbers = [here.order(at=micro(here.now - 60 * MINUTES)) for _ in range(450)]
    tool = here.connect()
    read: set[RecordKey] = set()
    batches = tool.read("orders", None, here.now)
    for turn, batch in enumerate(batches):
        read |= {record.key for record in batch.records}
        if turn < 2:
            for number in numbers[turn * gone : (turn + 1) * gone]:
                here.edit("order", "delete", id=number)

    assert {order_key(number) for number in numbers[2 * gone :]} <= read
    pages = sum(one["path"].endswith("/orders") for one in here.journal())
    assert pages <= 5 + 2 * 2 * (1 + gone // 100)


def test_an_order_in_the_trash_is_gone(here: Shop) -> None:
    number = here.order(at=micro(here.now - 60 * MINUTES))
    tool = here.connect()
    here.edit("order", "trash", id=number)
    told = [r for b in tool.read("orders", here.now - MINUTES, here.now) for r in b.records]

    assert [record.key for record in told if record.deleted] == [order_key(number)]


def test_an_order_deleted_for_good_is_found_by_looking_at_all_ids(here: Shop) -> None:
    """Once a day, or as often as the workspace says."""
    number, other = here.order(), here.order()
    tool = here.connect(sweep_hours=0)
    kept = Kept()
    kept.take("orders", tool.read("orders", None, here.now))
    here.edit("order", "delete", id=number)
    kept.take("orders", tool.read("orders", here.now - MINUTES, here.now))

    assert order_key(number) not in kept.all
    assert order_key(other) in kept.all


UNSEEN = {
    "in any shop, a refund that is taken back": (False, {"action": "unrefund"}),
    "in orders kept as posts, who ordered": (True, {"billing": {"email": "ben@example.org"}}),
    "in orders kept as posts, the total": (True, {"total": "7.00"}),
    "in orders kept as posts, a plugin's data": (True, {"meta": [{"key": "_on", "value": "x"}]}),
    "in orders kept as posts, a currency": (True, {"currency": "JPY"}),
}


@pytest.mark.parametrize("case", UNSEEN.values(), ids=UNSEEN)
def test_what_moves_no_date_is_found_when_all_is_read(
    here: Shop, case: tuple[bool, dict[str, Any]]
) -> None:
    posts, change = case
    here.edit("site", "set", posts=posts)
    (here.folder / "mapping.yaml").write_text("orders: {dates: [{meta: _on, events: a.b}]}\n")
    number = here.order(at=micro(here.now - 60 * MINUTES), status="processing")
    here.edit("order", "refund", id=number, amount="5", at=micro(here.now - 60 * MINUTES))
    tool = here.connect(sweep_hours=24 * 365, mapping="mapping.yaml")
    kept = Kept()
    kept.take("orders", tool.read("orders", None, here.now))
    here.edit("order", **{"action": "set", **change}, id=number)
    kept.take("orders", tool.read("orders", here.now - 5 * MINUTES, here.now))
    sweeping = here.connect(sweep_hours=0, mapping="mapping.yaml")
    whole = Kept()
    whole.take("orders", sweeping.read("orders", None, here.now))
    assert kept.all != whole.all

    kept.take("orders", sweeping.read("orders", here.now - 5 * MINUTES, here.now))

    assert kept.all == whole.all


def test_notes_are_not_asked_for_again_when_all_ids_are_looked_at(here: Shop) -> None:
    """They cost a call for each purchase."""
    (here.folder / "mapping.yaml").write_text("orders: {notes: [{note: x, events: a.b}]}\n")
    number = here.order(at=micro(here.now - 60 * MINUTES))
    tool = here.connect(sweep_hours=0, mapping="mapping.yaml")
    batches = list(tool.read("orders", here.now - 5 * MINUTES, here.now))

    assert [one for batch in batches for one in batch.records] == []
    assert order_key(number) in (batches[-1].still or ())
    assert not any(one["path"].endswith("/notes") for one in here.journal())


@pytest.mark.parametrize("seed", range(MONTHS))
@pytest.mark.parametrize(("zone", "posts"), [*((zone, False) for zone in ZONES), (ZONES[2], True)])
def test_a_month_of_changes_ends_as_a_full_reading(
    tmp_path: Path, zone: str, posts: bool, seed: int
) -> None:
    """Orders made, touched, refunded, fulfilled, trashed and deleted, read at random moments."""
    rng = Random(f"{zone} {seed}")
    with shop(tmp_path, zone=zone) as here:
        here.edit("site", "set", posts=posts)
        tool, kept, alive, accounts = here.connect(), Kept(), list[str](), list[str]()
        marks: dict[str, datetime] = {}
        for _day in range(30):
            for _ in range(rng.randrange(6)):
                _something(here, rng, alive, accounts)
            if rng.random() < 0.4:
                _read(tool, kept, marks, here.now)
            here.admin("POST", "/advance", {"days": rng.choice((0.0, 0.0001, 0.4, 2))})
        here.admin("POST", "/advance", {"days": 1})
        _read(tool, kept, marks, here.now)

        whole = everything(tool, here.now)
        assert len(alive) > 20
        assert {"customer", "guest", "order"} == {key.type for key in whole}
        assert kept.all == whole


def _read(tool: Any, kept: Kept, marks: dict[str, datetime], now: datetime) -> None:
    for stream in tool.streams:
        kept.take(stream, tool.read(stream, marks.get(stream), now))
        marks[stream] = max(now - LAG, marks.get(stream, now - LAG))


def _something(here: Shop, rng: Random, alive: list[str], accounts: list[str]) -> None:
    what = rng.choice(("new", "new", "new", "touch", "refund", "unrefund", "fulfil", "trash",
                      "restore", "delete", "who", "join", "rename", "leave"))  # fmt: skip
    second = micro(here.now)
    if what == "new" or not alive:
        email = rng.choice(("ana@example.com", "Ana@example.com", "ben@example.org", ""))
        billing = {"email": email, "first_name": rng.choice(("Ana", "A."))}
        status = rng.choice(("pending", "processing", "on-hold", "checkout-draft", "failed"))
        money = rng.choice(("GBP", "EUR", "JPY"))
        account = int(rng.choice(("0", *accounts)))
        alive += [
            here.order(at=second, status=status, billing=billing, currency=money, customer=account)
            for _ in range(3)
        ]
        return
    if what in ("join", "rename", "leave"):
        _with_an_account(here, rng, what, accounts)
        return
    number = rng.choice(alive)
    acts: dict[str, Callable[[], Any]] = {
        "touch": lambda: here.edit("order", "set", id=number),
        "refund": lambda: here.edit("order", "refund", id=number, amount="2.50"),
        "unrefund": lambda: here.edit("order", "unrefund", id=number),
        "fulfil": lambda: here.edit("order", "set", id=number, status="completed"),
        "who": lambda: here.edit("order", "set", id=number, billing={"email": "cy@example.com"}),
        "restore": lambda: here.edit("order", "set", id=number, status="processing"),
        "trash": lambda: here.edit("order", "trash", id=number),
        "delete": lambda: here.edit("order", "delete", id=number),
    }
    acts[what]()
    if what == "delete":
        alive.remove(number)


def _with_an_account(here: Shop, rng: Random, what: str, accounts: list[str]) -> None:
    if what == "join" or not accounts:
        email = f"{rng.randrange(9)}@example.com"
        accounts.append(str(here.edit("customer", "create", email=email)["id"]))
    elif what == "rename":
        here.edit("customer", "set", id=rng.choice(accounts), last_name=rng.choice("ABC"))
    else:
        gone = accounts.pop(rng.randrange(len(accounts)))
        here.edit("customer", "delete", id=gone)


def test_subscriptions_are_read_where_the_plugin_is(here: Shop) -> None:
    tool = here.connect()
    assert [batch.complete for batch in tool.read("subscriptions", None, here.now)] == [True]
    account = here.edit("customer", "create", email="ana@example.com")["id"]
    number = here.edit("subscription", "create", customer=account)["id"]
    since = here.now - 5 * MINUTES
    began = [r for b in tool.read("subscriptions", since, here.now) for r in b.records]
    here.edit("subscription", "cancel", id=number)
    whole = [r for b in tool.read("subscriptions", None, here.now) for r in b.records]

    assert [one.kind for one in events(tool, began)] == ["subscription.started"]
    assert [(one.kind, one.person, one.subject_type) for one in events(tool, whole)] == [
        ("subscription.started", f"shop:{account}", "subscription"),
        ("subscription.cancelled", f"shop:{account}", "subscription"),
    ]


# --- what goes wrong -----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["shrink-page", "repeat-page"])
def test_a_page_that_is_not_what_it_should_be_is_noticed(here: Shop, kind: str) -> None:
    """A cache or a plugin between us and the list."""
    numbers = {here.order() for _ in range(150)}
    here.fault(kind, nth=2 if kind == "repeat-page" else 1)
    found = everything(here.connect(), here.now)

    assert {key.id for key in found if key.type == "order"} == numbers


@pytest.mark.parametrize("kind", ["html", "truncate"])
def test_half_an_answer_or_a_page_from_a_firewall_is_asked_for_again(here: Shop, kind: str) -> None:
    number = here.order()
    here.fault(kind)

    assert order_key(number) in everything(here.connect(), here.now)


@pytest.mark.parametrize("kind", ["429", "500", "503", "reset"])
def test_a_bad_moment_passes(here: Shop, kind: str) -> None:
    number = here.order()
    here.fault(kind)

    assert order_key(number) in everything(here.connect(), here.now)


def test_a_firewall_that_stays_is_named(here: Shop) -> None:
    here.fault("html", times=None)
    with pytest.raises(ToolDown, match="firewall"):
        everything(here.connect(), here.now)


def test_a_500_that_the_shop_means_is_not_asked_again(here: Shop) -> None:
    """Its own code stands in it: the same question gets the same answer."""
    here.fault("500", code="woocommerce_rest_cannot_create_order_refund")
    tool = here.connect()
    with pytest.raises(ToolDown, match="500"):
        list(tool.read("orders", None, here.now))
    assert tool.calls == 2  # the refunds, and the orders once


def test_check_names_a_status_that_no_rule_names(here: Shop) -> None:
    here.edit("site", "set", statuses={"packed": "Packed"})
    steps = "\n".join(finding.next_step for finding in here.connect().check())

    assert "- {status: packed, is: order}" in steps


@pytest.mark.parametrize("posts", [True, False])
def test_check_names_a_status_that_lists_leave_out(here: Shop, posts: bool) -> None:
    """An order that moves into it looks deleted, where orders are kept as posts."""
    statuses = {"packed": "Packed", "empty": "Empty"}
    here.edit("site", "set", posts=posts, statuses=statuses, unlisted=["packed", "empty"])
    here.order()
    here.order(status="packed")
    told = [one.what for one in here.connect().check() if "taken for deleted" in one.what]

    assert bool(told) == posts
    assert all("packed" in one and "empty" not in one for one in told)


def test_check_says_that_sums_would_mix_currencies(here: Shop) -> None:
    for currency in ("EUR", "JPY", "JPY"):
        here.order(currency=currency)

    (mixed,) = (one for one in here.connect().check() if "EUR, JPY" in one.what)
    assert "`currency: JPY`" in mixed.next_step  # the one that most orders are in
    assert any("foreign_amount" in one.what for one in here.connect(currency="EUR").check())
