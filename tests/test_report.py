"""The report's figures are those of the customers one by one."""

from collections import Counter
from pathlib import Path
from zoneinfo import ZoneInfo

from command_line import run
from studio import Studio, studio

from journeysync.core.identity.rules import IdentityRules
from journeysync.core.planning.views import CustomerView
from journeysync.core.running import report as reports
from journeysync.core.running.answers import Setting, evaluate_customers
from journeysync.core.state import runs
from journeysync.core.state.store import open_store


def _both(place: Studio) -> tuple[reports.Report, list[CustomerView]]:
    tool = place.portal.connect()
    store = open_store("sqlite:///journeysync.db", place.folder, dry_run=True)
    with store.begin() as connection:
        setting = Setting(
            place.journeys,
            IdentityRules.of(place.workspace),
            place.portal.now,
            ZoneInfo("Europe/London"),
            runs.reach(connection),
            {"crm": tool.emits()},
        )
        everybody = evaluate_customers(connection, runs.all_customers(connection), setting)
        found = reports.report(connection, setting)
    store.close()
    return found, everybody.views


def test_the_report_counts_what_the_customers_say(tmp_path: Path) -> None:
    """Also where the customers are evaluated in parts."""
    with studio(tmp_path, customers=40) as place:
        place.sync()
        found, views = _both(place)
        before, reports._PART = reports._PART, 7
        in_parts, _ = _both(place)
        reports._PART = before

    (one,) = found.journeys
    answers = [view.answers[0] for view in views]
    counted = Counter(need.status for answer in answers for need in answer.expectations)
    assert one.standing == Counter(answer.place for answer in answers)
    assert (one.on_time.done, one.on_time.late, one.on_time.missed) == (
        counted["done"],
        counted["late"],
        counted["missed"],
    )
    assert in_parts == found


def test_a_workspace_without_a_run_says_so(tmp_path: Path) -> None:
    (tmp_path / "journeysync.yaml").write_text("journeys: [before-during-after]\n")
    answer = run("report", "--workspace", str(tmp_path))

    assert answer.code == 2
    assert "Run `journeysync sync` first" in answer.err


def test_nobody_is_no_crash(tmp_path: Path) -> None:
    """A state without customers has a report of zeros."""
    with studio(tmp_path, customers=1) as place:
        store = open_store("sqlite:///journeysync.db", place.folder, dry_run=False)
        store.close()
        found, _ = _both(place)

    assert (found.journeys[0].customers, found.journeys[0].on_time.counted) == (0, 0)
