"""Rows that failed are tried again: alone, decided anew, and dropped when nobody wants them."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from command_line import run
from memory_tool import START, MemoryTool, contact, happened
from plans import MAP

from journeysync.commands.common import Console
from journeysync.commands.pretend import pretend
from journeysync.commands.status import waiting
from journeysync.core.errors import BadCredentials, OverBudget, ToolDown
from journeysync.core.language.model import Journey
from journeysync.core.ports import Outcome, RecordWrite
from journeysync.core.running.sync import Finished, Job, Outlook, finish, look
from journeysync.core.state import runs
from journeysync.core.state.store import Store, open_store
from journeysync.core.workspace import Workspace

NOW = START + timedelta(days=5)
STUDIO = Journey.model_validate(MAP)


@dataclass
class Picky(MemoryTool):
    """Refuses to write some records."""

    refused: set[str] = field(default_factory=set)

    def write_records(self, rows: Sequence[RecordWrite]) -> list[Outcome]:
        answers = super().write_records([row for row in rows if row.id not in self.refused])
        refused = [row.id for row in rows if row.id in self.refused]
        return answers + [Outcome(one, "failed", code="RULE", message="No.") for one in refused]


class Office:
    def __init__(self, folder: Path) -> None:
        self.tool = Picky(refused={"2"})
        self.tool.batches = [
            [contact("1"), happened("a", "crm:1", "form.submitted", 1),
             contact("2"), happened("b", "crm:2", "form.submitted", 2)]
        ]  # fmt: skip
        self.store: Store = open_store("sqlite:///s.db", folder, dry_run=False)
        self.workspace = Workspace.model_validate(
            {"journeys": ["studio"], "tools": {"crm": {}}, "write_to": ["crm"]}
        )
        self.journeys = (STUDIO,)

    def job(self, *, failed_only: bool = False) -> Job:
        tools = {"crm": self.tool}
        return Job(
            self.store, self.workspace, self.journeys, tools, tools, NOW, NOW,
            failed_only=failed_only,
        )  # fmt: skip

    def run(self, *, failed_only: bool = False) -> tuple[Outlook, Finished]:
        job = self.job(failed_only=failed_only)
        outlook = look(job)
        return outlook, finish(job, outlook, command="retry" if failed_only else "sync")

    def failed(self) -> int:
        with self.store.begin() as connection:
            return len(runs.failures(connection))


@pytest.fixture
def office(tmp_path: Path) -> Office:
    made = Office(tmp_path)
    _, finished = made.run()
    assert (finished.exit_code, made.failed()) == (3, 1)
    made.tool.batches = [[contact("3"), happened("c", "crm:3", "form.submitted", 3)]]
    return made


def test_only_the_customers_of_failed_rows_are_looked_at(office: Office) -> None:
    """And no tool is read."""
    office.tool.refused = set()
    outlook, finished = office.run(failed_only=True)

    assert (len(outlook.customers), outlook.read.seen) == (1, 0)
    assert (finished.exit_code, finished.counts.stages, office.failed()) == (0, 1, 0)
    assert "3" not in office.tool.fields
    assert office.tool.fields["2"]["journey_stage"] == "before"


def test_one_that_fails_again_is_kept(office: Office) -> None:
    _, finished = office.run(failed_only=True)

    assert (finished.exit_code, office.failed()) == (3, 1)
    with office.store.begin() as connection:
        assert runs.failures(connection)[0]["tries"] == 2


def test_one_that_is_no_longer_wanted_is_dropped(office: Office) -> None:
    """Somebody has typed it in by hand."""
    plan = look(office.job(failed_only=True)).plan
    (change,) = plan.records
    office.tool.fields["2"] = {one.field: one.after for one in change.fields}
    _, finished = office.run(failed_only=True)

    assert (finished.exit_code, finished.counts.calls, office.failed()) == (0, 0, 0)


def test_without_a_failure_nothing_happens(office: Office) -> None:
    office.tool.refused = set()
    office.run(failed_only=True)
    outlook, finished = office.run(failed_only=True)

    assert (outlook.customers, finished.counts.calls) == ((), 0)


def test_a_changed_map_still_waits_for_the_next_sync(office: Office) -> None:
    """A retry has not looked at everybody."""
    office.journeys = (STUDIO.model_copy(update={"label": "Another"}),)
    office.run(failed_only=True)
    office.tool.batches = []

    assert len(look(office.job()).customers) == 2


def test_what_failed_waits_while_its_tool_is_down(office: Office) -> None:
    def down(*_: object, **__: object) -> list[object]:
        raise ToolDown("crm", "is down.")

    office.tool.present = down  # type: ignore[assignment,method-assign]
    office.run(failed_only=True)

    assert office.failed() == 1


def test_the_command(tmp_path: Path) -> None:
    """Nothing had failed: exit 0 and the last line; before the first run exit 2."""
    quiet = Console(tmp_path, as_json=False, verbose=False)
    with pretend(quiet, limits=False, folder=tmp_path / "w") as ready:
        assert run("retry", "--workspace", ready.workspace).code == 2
        run("sync", "--workspace", ready.workspace)
        ran = run("retry", "--workspace", ready.workspace)
        dry = run("retry", "--dry-run", "--workspace", ready.workspace, "--json")

    assert (ran.code, ran.out.splitlines()[-1].startswith("Done: stages=0")) == (0, True)
    assert dry.document["customers"] == 0


@dataclass
class Used(Picky):
    """Has given all the calls it gives in a day."""

    def write_records(self, rows: Sequence[RecordWrite]) -> list[Outcome]:
        raise OverBudget(self.name, f"tomorrow, for {len(rows)} rows")


class Locked(Picky):
    """Does not take the key any more."""

    def write_records(self, rows: Sequence[RecordWrite]) -> list[Outcome]:
        raise BadCredentials(self.name, f"Renew the key for {len(rows)} rows.", "401")


def test_runs_of_one_instant_are_shown_the_last_one_first(tmp_path: Path) -> None:
    """A sandbox's clock stands still."""
    store = open_store("sqlite:///s.db", tmp_path, dry_run=False)
    names = ["m", "z", "a", "k", "b"]
    for name in names:
        with store.begin() as connection:
            runs.start_run(connection, name, "sync", 7)
            runs.finish_run(connection, name, 7, 0, {})
    with store.begin() as connection:
        last = runs.last_runs(connection, 9)

    assert [one.id for one in last] == names[::-1]
    assert all(one.finished is not None and one.finished >= one.started for one in last)


NO_TASK_SENT = Counter({("NOT_TRIED", 0): 2})


@dataclass
class Silent(Picky):
    """Takes rows and says nothing; or takes none and says nothing."""

    takes: bool = True

    def write_records(self, rows: Sequence[RecordWrite]) -> list[Outcome]:
        if self.takes:
            super().write_records(rows)
        raise ToolDown(self.name, "does not answer.")


@pytest.mark.parametrize(
    ("kind", "code", "written"),
    [
        (Locked, "NOT_TRIED", 2),
        (Used, "NOT_TRIED", 2),
        (partial(Silent, takes=False), "NO_ANSWER", 2),
        (Silent, "NO_ANSWER", 0),
    ],
    ids=["the key was refused", "the day's calls are used up", "not taken", "taken"],
)
def test_rows_that_nobody_refused_are_tried_too(
    tmp_path: Path, kind: Callable[..., Picky], code: str, written: int
) -> None:
    """What the tool has taken all the same is found there, and not written again."""
    office = Office(tmp_path)
    well = office.tool
    office.tool = kind(fields=well.fields, batches=well.batches)
    _, first = office.run()
    with office.store.begin() as connection:
        kept = [(one["code"], one["tries"]) for one in runs.failures(connection)]
    office.tool = well
    well.refused = set()
    outlook, again = office.run(failed_only=True)

    # The tasks came after the records: nobody has sent them in any case.
    assert Counter(kept) == Counter({(code, int(code == "NO_ANSWER")): 2}) + NO_TASK_SENT
    assert len(first.executed.failures) == 4
    assert (len(outlook.customers), outlook.read.seen) == (2, 0)
    assert (again.exit_code, again.counts.stages, office.failed()) == (0, written, 0)
    assert (again.counts.tasks_opened, len(well.held)) == (2, 2)
    assert {one["journey_stage"] for one in well.fields.values()} == {"before"}


def test_status_names_some_rows_of_one_reason_and_counts_the_rest() -> None:
    """A refused key leaves thousands of them; a row with a reason of its own is not lost there."""
    refused = {"tool": "crm", "code": "NOT_TRIED", "message": "Renew the key."}
    rows = [{**refused, "key": f"contact:{number}"} for number in range(2000)]
    odd = {"tool": "crm", "key": "contact:x", "code": "RULE", "message": "No."}

    *lines, last = waiting([*rows, odd])
    assert lines[:2] == [
        "failed  crm contact:0: NOT_TRIED. Renew the key.",
        "failed  crm contact:1: NOT_TRIED. Renew the key.",
    ]
    assert lines[5:] == [
        "failed  crm: NOT_TRIED, 1995 more for the same reason; --json lists them.",
        "failed  crm contact:x: RULE. No.",
    ]
    assert "`journeysync retry`" in last
    assert list(waiting([])) == []


def test_rows_that_nobody_sent_are_not_called_unanswered(tmp_path: Path) -> None:
    office = Office(tmp_path)
    office.tool = Locked(batches=office.tool.batches)
    _, done = office.run()

    assert {one.code for one in done.executed.failures} == {"NOT_TRIED"}
    assert done.exit_code == 4


def test_a_sync_says_whom_nobody_is_in_charge_of(tmp_path: Path) -> None:
    """A dry run is not the only one who is told."""
    quiet = Console(tmp_path, as_json=False, verbose=False)
    with pretend(quiet, customers=20, limits=False, folder=tmp_path / "w") as ready:
        ran = run("sync", "--workspace", ready.workspace)

    assert "hubspot: unassigned" in ran.err
    assert "is not active; the next in line gets it" in ran.err
