"""A plan as people read it: every record and task with before, after and why. Pure."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from zoneinfo import ZoneInfo

from journeysync.core.planning import fields as f
from journeysync.core.planning import restraint
from journeysync.core.planning.plan import Counts, FieldChange, Note, Plan, RecordChange, TaskChange
from journeysync.core.planning.texts import minute

_ACTIONS = {"open": "+ task", "move": "~ task", "close": "- task", "reopen": "+ task"}
_QUIET = {f.STAGE_SINCE, f.REASON, f.CUSTOMER_ID, f.NAME}
"""Fields that are shown only where nothing else of the record changes, or when asked for all."""


def render(plan: Plan, zone: ZoneInfo, *, everything: bool = False) -> Iterator[str]:
    """Yield the lines of a plan, grouped by tool."""
    tools = sorted(
        {one.tool for one in plan.records}
        | {one.tool for one in plan.tasks}
        | {one.tool for one in plan.notes}
    )
    for tool in tools:
        yield tool
        records = [one for one in plan.records if one.tool == tool]
        for kind, group in groupby(records, key=lambda one: one.object_type):
            for change in group:
                yield from _record(kind, change, everything=everything)
        for task in plan.tasks:
            if task.tool == tool:
                yield from _task(task, zone)
        for note in plan.notes:
            if note.tool == tool:
                yield _note(note)
    if not tools:
        yield "Nothing to change."
    yield from restraint.lines(plan.held_back)


def told_once(plan: Plan) -> Iterator[str]:
    """Write what a run says although nobody asked: what it will not do again, or not say again."""
    for note in plan.notes:
        if note.kind in ("kept", "stopped", "unassigned", "gone"):
            yield f"{note.tool}: {_note(note).strip().removeprefix('! ')}"


def last_line(word: str, counts: Counts, *, failed: int | None = None,
              seconds: float | None = None) -> str:  # fmt: skip
    """Write the last line of a command: `Plan: …` or `Done: …`."""
    parts = [
        f"stages={counts.stages}", f"tasks_opened={counts.tasks_opened}",
        f"tasks_closed={counts.tasks_closed}", f"tasks_moved={counts.tasks_moved}",
        f"kept={counts.kept}", f"held={counts.held}",
    ]  # fmt: skip
    if failed is not None:
        parts.append(f"failed={failed}")
    parts.append(f"calls={counts.calls}")
    if seconds is not None:
        parts.append(f"seconds={seconds:.0f}")
    return f"{word}: {' '.join(parts)}"


def _record(kind: str, change: RecordChange, *, everything: bool) -> Iterator[str]:
    loud = [one for one in change.fields if one.field not in _QUIET]
    shown = list(change.fields) if everything or not loud else loud
    head = f"  {kind} {change.id}"
    for number, one in enumerate(shown):
        lead = head if number == 0 else " " * len(head)
        why = f"   {change.because}" if number == 0 else ""
        yield f"{lead}  {one.field:<23} {_change(one)}{why}"
    hidden = len(change.fields) - len(shown)
    if hidden:
        names = ", ".join(one.field for one in change.fields if one not in shown)
        yield f"{' ' * len(head)}  with {names}"


def _change(one: FieldChange) -> str:
    return f"{one.before or '(empty)'} -> {one.after or '(empty)'}"


def _task(task: TaskChange, zone: ZoneInfo) -> Iterator[str]:
    due = f"due {minute(task.due, zone)}"
    if task.due_before is not None:
        due = f"due {minute(task.due_before, zone)} -> {minute(task.due, zone)}"
    owner = f", owner {task.owner}" if task.owner else ""
    about = _about(task.about)
    yield f'  {_ACTIONS[task.action]} "{task.subject}"   {due}{owner}{about}'
    yield f"         because {task.because}"


def _about(about: Sequence[tuple[str, str]]) -> str:
    return f", on {' '.join(' '.join(one) for one in about)}" if about else ""


def _note(note: Note) -> str:
    return f"  ! {note.kind:<10} {note.record}: {note.what}"
