"""What a run changed is put back where nobody changed it since; the rest stays and is said."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from command_line import run
from databases import fresh
from office import RECORDS, Office
from plans import NOW, ago
from studio import Studio, plain, studio

from journeysync.commands.common import Console
from journeysync.commands.pretend import pretend
from journeysync.core.errors import Usage
from journeysync.core.planning.ledger import World
from journeysync.core.planning.plan import FieldChange, Plan, RecordChange, TaskChange
from journeysync.core.planning.shown import WRITTEN
from journeysync.core.planning.undo import undo_plan
from journeysync.core.ports import Held, PresentRecord, PresentTask
from journeysync.core.running.apply import carry_out
from journeysync.core.running.sync import Finished
from journeysync.core.running.undo import plan_undo
from journeysync.core.state import changes, runs

STAGED = RecordChange(
    "crm", "contact", "1", "c-1", "why", (FieldChange("journey_stage", "before", "after"),)
)
TASK = TaskChange(
    "open", "crm", "js1-k", "t1", ("c-1",), ("Studio",), "answer", "a", 0, "why", "Answer", ago(1)
)
CLOSED = replace(TASK, action="close")
MOVED = replace(TASK, action="move", due_before=ago(3))
OPEN = PresentTask("t1", "js1-k", "open", ago(1))
OURS = replace(OPEN, status="completed", closed_by_us=True)
THEIRS = replace(OPEN, status="completed")


def _undone(change: RecordChange | TaskChange, held: str = "", task: PresentTask | None = None,
            number: str = "1") -> Plan:  # fmt: skip
    record = PresentRecord("1", number, {"journey_stage": Held(held)})
    world = World({("crm", "contact", "1"): record}, {task.key: task} if task else {})
    return undo_plan([change], world, "r", now=NOW, fingerprint="f", batch={"crm": 100})


FIELDS = {
    "as the run left it: put back": ("after", "1", "after -> before"),
    "changed since: it stays": ("lost", "1", "kept"),
    "put back already: nothing": ("before", "1", ""),
    "the record is gone: said": ("after", "", "gone"),
    "the record was merged: said": ("after", "2", "gone"),
}


@pytest.mark.parametrize(("held", "number", "done"), FIELDS.values(), ids=FIELDS)
def test_fields(held: str, number: str, done: str) -> None:
    plan = _undone(STAGED, held, number=number)
    changed = [f"{one.before} -> {one.after}" for change in plan.records for one in change.fields]

    assert " ".join(changed + [note.kind for note in plan.notes]) == done


TASKS = {
    "one it opened is closed": (TASK, OPEN, "close"),
    "one it opened and a person completed stays": (TASK, THEIRS, "kept"),
    "one it opened and a person moved stays": (TASK, replace(OPEN, due=ago(-1)), "kept"),
    "one it opened and a person deleted stays": (TASK, replace(OPEN, status="deleted"), "kept"),
    "one it opened and is closed as ours: nothing": (TASK, OURS, ""),
    "one it closed opens again": (CLOSED, OURS, "reopen"),
    "one it closed that is open already: nothing": (CLOSED, OPEN, ""),
    "one it closed and a person completed stays": (CLOSED, THEIRS, "kept"),
    "one it moved moves back": (MOVED, OPEN, "move"),
    "one it moved and a person moved on stays": (MOVED, replace(OPEN, due=ago(-1)), "kept"),
    "one it moved that is back already: nothing": (MOVED, replace(OPEN, due=ago(3)), ""),
    "one it opened again is closed": (replace(TASK, action="reopen"), OPEN, "close"),
    "one that the CRM no longer knows: said": (CLOSED, None, "kept"),
}


@pytest.mark.parametrize(("change", "task", "done"), TASKS.values(), ids=TASKS)
def test_tasks(change: TaskChange, task: PresentTask | None, done: str) -> None:
    plan = _undone(change, task=task)

    told = [one.action for one in plan.tasks] + [note.kind for note in plan.notes]
    assert " ".join(told) == done
    assert all(one.due == (change.due_before or change.due) for one in plan.tasks)


# --- against a pretend portal --------------------------------------------------------------------


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Studio]:
    with studio(tmp_path) as made:
        yield made


def _run(place: Studio, command: str = "sync") -> str:
    """The one run of a command."""
    with place.job() as job, job.store.begin() as connection:
        (found,) = [run.id for run in runs.last_runs(connection, 9) if run.command == command]
        return found


def _undo(place: Studio, number: str) -> tuple[Plan, Finished]:
    with place.job() as job:
        _, plan = plan_undo(job, number)
        return plan, carry_out(job, plan, "undo")


def _fields(place: Studio) -> list[str]:
    """Our fields of every contact."""
    held = [
        {name: one["properties"].get(name) or "" for name in (*WRITTEN, "email", "firstname")}
        for one in place.snapshot()["hubspot"]["contacts"]
    ]
    return sorted(plain(one) for one in held)


def _open(place: Studio) -> int:
    return sum(
        one["properties"].get("hs_task_status") == "NOT_STARTED"
        for one in place.snapshot()["hubspot"]["tasks"]
        if one["properties"].get("journeysync_key")
    )


def test_a_whole_sync_is_put_back_and_then_done_again(place: Studio) -> None:
    """No field of ours, no open task; undone twice it does nothing; the next sync does it anew."""
    before = _fields(place)
    done = place.sync()
    synced, opened, number = _fields(place), _open(place), _run(place)
    plan, undone = _undo(place, number)

    assert _fields(place) == before
    assert (opened, _open(place)) == (done.counts.tasks_opened, 0)
    assert (undone.exit_code, undone.counts.stages) == (0, done.counts.stages)
    assert undone.counts.tasks_closed == done.counts.tasks_opened
    assert plan.notes == ()
    again, _ = _undo(place, number)
    assert (again.empty, again.notes) == (True, ())
    place.sync(full=True)
    assert (_fields(place), _open(place)) == (synced, opened)


def test_the_next_sync_decides_anew_without_any_news(tmp_path: Path) -> None:
    """Also where a CRM does not tell that the undo has changed a record."""
    office = Office(fresh("sqlite", tmp_path))
    first = office.sync(RECORDS).counts
    with office.store.begin() as connection:
        number = runs.last_runs(connection, 1)[0].id
    _, plan = plan_undo(office.job(), number)
    carry_out(office.job(), plan, "undo")
    again = office.sync().counts
    office.store.close()

    assert first.stages > 0
    assert (again.stages, again.tasks_opened) == (first.stages, first.tasks_opened)


def test_an_undo_can_be_undone(place: Studio) -> None:
    place.sync()
    synced, opened = _fields(place), _open(place)
    _undo(place, _run(place))
    _undo(place, _run(place, "undo"))

    assert (_fields(place), _open(place)) == (synced, opened)


def test_what_a_person_changed_since_stays(place: Studio) -> None:
    person = place.dry_run().plan.records[0].id
    place.sync()
    place.portal.edit("set", "contacts", person, properties={"journey_name": "Mine"})
    plan, _ = _undo(place, _run(place))

    assert [(note.kind, note.record) for note in plan.notes] == [("kept", f"contact {person}")]
    held = {name: value for name, value in place.contact(person).items() if value}
    assert held == {"journey_name": "Mine"}


def test_a_dry_run_writes_nothing(place: Studio) -> None:
    place.sync()
    number = _run(place)
    snapshot = plain(place.snapshot())
    with place.job(dry_run=True) as job:
        _, plan = plan_undo(job, number)

    assert not plan.empty
    assert plain(place.snapshot()) == snapshot


def test_an_undo_whose_answer_is_lost_ends_all_the_same(place: Studio) -> None:
    """It was written, then the connection broke: the next try finds it done."""
    before = _fields(place)
    place.sync()
    number = _run(place)
    place.portal.fault("POST /crm/objects/2026-03/contacts/batch/update", "applied-then-reset")
    _undo(place, number)
    place.portal.admin("DELETE", "/faults")
    _undo(place, number)

    assert (_fields(place), _open(place)) == (before, 0)


def test_what_a_run_changed_is_kept_for_thirty_days(place: Studio) -> None:
    place.sync()
    number = _run(place)
    with place.job() as job, job.store.begin() as connection:
        at = int((place.portal.now + timedelta(days=31)).timestamp() * 1_000_000)
        assert changes.changes_of(connection, number)
        changes.prune(connection, at)
        assert changes.changes_of(connection, number) == []
        with pytest.raises(Usage, match="There is no run `zzz`"):
            changes.find_run(connection, "zzz")


def test_the_command(tmp_path: Path) -> None:
    """By the beginning of the id; a dry run first."""
    quiet = Console(tmp_path, as_json=False, verbose=False)
    with pretend(quiet, limits=False, folder=tmp_path / "w") as ready:
        at = ("--workspace", ready.workspace)
        assert run("undo", "1234", *at).code == 2
        run("sync", *at)
        (first,) = run("status", *at, "--json").document["runs"]
        dry = run("undo", first["id"][:8], "--dry-run", *at)
        ran = run("undo", first["id"], *at, "--json")
        assert run("undo", "nope", *at).code == 2

    assert dry.code == 0
    assert dry.out.splitlines()[-1] == "Dry run: nothing was written."
    assert (ran.code, ran.document["run"]) == (0, first["id"])
    assert ran.document["done"]["stages"] == first["stages"]
    assert "Mend first what was wrong" in ran.err
