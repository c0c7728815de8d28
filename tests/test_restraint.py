"""What a plan holds back and why: no flood from an old business, nothing dropped silently."""

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from command_line import run
from plans import NOW, STUDIO, Case, ago, entry, event, need, person, view
from studio import studio

from journeysync.core.planning.ledger import Ledger, Rules
from journeysync.core.planning.make import concerned
from journeysync.core.planning.plan import HeldBack
from journeysync.core.planning.restraint import lines
from journeysync.core.planning.shown import Atlas
from journeysync.core.planning.views import CustomerView

SECOND = need(anchor=event(id="crm:form.submitted:2"), late=0.5)


def left_out(seen: CustomerView, tasks: dict[str, str] | None = None,
             live_from: datetime | None = None) -> dict[str, int]:  # fmt: skip
    rules = Rules(("crm",), {}, {}, False, ago(14), live_from, 1, 200, 20, {"crm": 100})
    known = {key: entry(key, standing=standing) for key, standing in (tasks or {}).items()}
    ledger = Ledger(tasks=known)
    atlas = Atlas.of((STUDIO,), ZoneInfo("UTC"))
    found = concerned([seen], atlas, rules, ledger, NOW).left_out
    return {str(reason): count for reason, count in found.items()}


def test_too_old_or_before_we_began() -> None:
    """Where both are true, live_from is named: it is what a person chose."""
    assert left_out(view(need(late=15))) == {"horizon": 1}
    assert left_out(view(need(late=2)), live_from=ago(1)) == {"before_live_from": 1}
    assert left_out(view(need(late=15)), live_from=ago(1)) == {"before_live_from": 1}
    assert left_out(view(need(late=1)), live_from=ago(1)) == {}


def test_what_would_make_no_task_anyway_is_not_counted() -> None:
    from journeysync.core.planning.duties import task_key

    key = task_key("answer", "crm:form.submitted:1", 0)
    assert left_out(view(need(status="late", late=15))) == {}
    assert left_out(view(need(late=15), people=[person("9", "shop")])) == {}
    assert left_out(view(need(late=15)), {key: "completed"}) == {}


CAPS = {
    "an open task of the same customer": (
        Case([view(need("check-in", late=2), need(late=1))]),
        [("customer_cap", 1)],
    ),
    "the day's tasks": (
        Case([view(need())], rules={"max_per_day": 0}),
        [("daily_cap", 1)],
    ),
    "an owner's tasks": (
        Case(
            [view(need()), view(SECOND, name="c-2", people=[person("2")])],
            rules={"max_per_owner_per_day": 1},
        ),
        [("owner_cap", 1)],
    ),
    "nothing": (Case([view(need())]), []),
}


@pytest.mark.parametrize(("case", "held"), CAPS.values(), ids=CAPS)
def test_caps(case: Case, held: list[tuple[str, int]]) -> None:
    assert [(one.reason, one.count) for one in case.plan().held_back] == held


def test_people_read_counts_and_the_setting_that_says_so() -> None:
    told = list(lines([HeldBack("horizon", 1200, "due before 1 Nov 2026 (tasks.horizon): old")]))

    assert told == [
        "Missed, but no task now",
        "    1200  due before 1 Nov 2026 (tasks.horizon): old",
    ]


def test_the_first_sync_of_an_old_business(tmp_path: Path) -> None:
    """Live from tomorrow: not one task; every one left out is counted; stages are written."""
    with studio(tmp_path) as place:
        wanted = place.dry_run().plan
        place.settings = {"live_from": f"{place.portal.now + timedelta(days=1):%Y-%m-%d}"}
        plan = place.dry_run().plan
        held = {one.reason: one.count for one in plan.held_back}
        earlier = {one.reason: one.count for one in wanted.held_back}

        assert plan.tasks == ()
        assert len(plan.records) == len(wanted.records)
        assert held["before_live_from"] == sum(earlier.values()) + len(wanted.tasks)
        assert place.dry_run().plan.held_back == plan.held_back


def test_init_starts_today_or_on_the_day_that_is_named(tmp_path: Path) -> None:
    run("init", "--workspace", tmp_path / "a", "--live-from", "2026-12-01")
    assert '\nlive_from: "2026-12-01"\n' in (tmp_path / "a" / "journeysync.yaml").read_text()
    run("init", "--workspace", tmp_path / "b")
    text = (tmp_path / "b" / "journeysync.yaml").read_text()
    assert '\nlive_from: "20' in text
    wrong = run("init", "--workspace", tmp_path / "c", "--live-from", "tomorrow")
    assert (wrong.code, "is no date" in wrong.err) == (2, True)
    assert not (tmp_path / "c").exists()
