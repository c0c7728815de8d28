"""Putting back what a run changed: only what is still as the run left it. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from journeysync.core.planning import fields as f
from journeysync.core.planning.edits import equal
from journeysync.core.planning.ledger import RecordId, World
from journeysync.core.planning.make import calls_of
from journeysync.core.planning.plan import Counts, FieldChange, Note, Plan, RecordChange, TaskChange
from journeysync.core.ports import PresentRecord, PresentTask

Change = RecordChange | TaskChange


def undo_plan(
    changes: Sequence[Change],
    world: World,
    run: str,
    *,
    now: datetime,
    fingerprint: str,
    batch: Mapping[str, int],
) -> Plan:
    """Decide what of a run's changes is put back, and what has moved on since and stays."""
    notes: list[Note] = []
    because = f"run {run} is undone"
    records = tuple(_records(changes, world.records, because, notes))
    tasks = tuple(_tasks(changes, world.tasks, because, notes))
    counts = Counts(
        stages=sum(any(one.field == f.STAGE for one in change.fields) for change in records),
        tasks_opened=sum(task.action == "reopen" for task in tasks),
        tasks_closed=sum(task.action == "close" for task in tasks),
        tasks_moved=sum(task.action == "move" for task in tasks),
        kept=len(notes),
        calls=calls_of(records, tasks, batch),
    )
    return Plan(now, fingerprint, records, tasks, tuple(notes), counts=counts)


def _records(
    changes: Sequence[Change],
    present: Mapping[RecordId, PresentRecord],
    because: str,
    notes: list[Note],
) -> Iterable[RecordChange]:
    for change in changes:
        if not isinstance(change, RecordChange):
            continue
        name = f"{change.object_type} {change.id}"
        held = present.get((change.tool, change.object_type, change.id))
        if held is None or held.id != change.id:
            notes.append(Note("gone", change.tool, name, "the record is gone, or was merged"))
            continue
        fields = []
        for one in change.fields:
            value = held.fields[one.field].value if one.field in held.fields else ""
            if equal(one.field, value, one.after):
                fields.append(FieldChange(one.field, value, one.before))
            elif not equal(one.field, value, one.before):
                what = f"{one.field} was changed since; it stays"
                notes.append(Note("kept", change.tool, name, what))
        if fields:
            yield replace(change, because=because, fields=tuple(fields))


def _tasks(
    changes: Sequence[Change], present: Mapping[str, PresentTask], because: str, notes: list[Note]
) -> Iterable[TaskChange]:
    for change in changes:
        if not isinstance(change, TaskChange):
            continue
        task = present.get(change.key)
        if task is None or not _as_left(change, task):
            if not _is_back(change, task):
                what = "is no longer as the run left it; it stays"
                notes.append(Note("kept", change.tool, f"task {change.id}", what))
            continue
        back = replace(change, because=because, alias="", due_before=None)
        match change.action:
            case "open" | "reopen":
                yield replace(back, action="close")
            case "close":
                yield replace(back, action="reopen")
            case "move":
                before = change.due_before or change.due
                yield replace(back, due=before, due_before=change.due)


def _as_left(change: TaskChange, task: PresentTask) -> bool:
    """Say whether a task is as the run left it."""
    if change.action == "close":
        return task.status == "completed" and task.closed_by_us
    return task.status == "open" and task.due == change.due


def _is_back(change: TaskChange, task: PresentTask | None) -> bool:
    """Say whether a task is as it was before the run: put back already."""
    if task is None:
        return False
    match change.action:
        case "open" | "reopen":
            return task.status == "completed" and task.closed_by_us
        case "close":
            return task.status == "open"
        case "move":
            return task.status == "open" and task.due == change.due_before
