"""Executing a saved plan, if the world still looks as it did when the plan was made.

Advances no watermark and evaluates nobody: what has happened since is the next sync's matter.
"""

import uuid
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

import msgspec

from journeysync.core.errors import Stale
from journeysync.core.instants import to_micros
from journeysync.core.planning.edits import equal
from journeysync.core.planning.plan import Plan, RecordChange, TaskChange
from journeysync.core.ports import Display, PresentRecord, PresentTask
from journeysync.core.running.execute import execute
from journeysync.core.running.gather import in_batches
from journeysync.core.running.recover import holds, is_made, recover
from journeysync.core.running.sync import Finished, Job, fingerprint, guard
from journeysync.core.state import runs

_SHOWN = 5
"""So many deviations are named; the rest is counted."""


def apply(job: Job, plan: Plan, *, max_age: timedelta) -> Finished:
    """Execute a saved plan. Raises Stale, with nothing written, where it no longer fits.

    What an earlier try has made already is neither sent nor counted again.
    """
    if job.clock - plan.made_at > max_age:
        raise Stale(
            f"The plan was made at {plan.made_at:%Y-%m-%d %H:%M} UTC, which is too long ago. "
            "Make a new one with `journeysync sync --dry-run --out FILE`. Nothing was written."
        )
    if plan.fingerprint != fingerprint(job):
        raise Stale(
            "The maps, the workspace or a mapping have changed since the plan was made. "
            "Make a new one with `journeysync sync --dry-run --out FILE`. Nothing was written."
        )
    guard(job, plan)
    recover(job.store, job.destinations, job.clock)
    records = [(change, answer) for change, answer in _records(job, plan)]
    tasks = [(change, task) for change, task in _tasks(job, plan)]
    odd = [
        f"{change.tool} {change.object_type} {change.id} holds other values"
        for change, answer in records
        if not _as_before(change, answer)
    ]
    odd += [
        f"{change.tool} task {change.id or change.key} is not as it was"
        for change, task in tasks
        if not _task_as_before(change, task)
    ]
    if odd:
        more = f" and {len(odd) - _SHOWN} more" if len(odd) > _SHOWN else ""
        raise Stale(
            f"The world has changed since the plan was made: {'; '.join(odd[:_SHOWN])}{more}. "
            "Make a new plan. Nothing was written."
        )
    left = replace(
        plan,
        records=tuple(change for change, answer in records if not holds(answer, change)),
        tasks=tuple(change for change, task in tasks if task is None or not is_made(task, change)),
    )
    finished = carry_out(job, left, "apply")
    already = len(records) + len(tasks) - len(left.records) - len(left.tasks)
    return replace(finished, already=already)


def carry_out(job: Job, plan: Plan, command: str) -> Finished:
    """Execute a plan that no evaluation has just made: nothing but its changes is noted."""
    run = uuid.uuid4().hex[:12]
    before = sum(tool.calls for tool in job.destinations.values())
    with job.store.begin() as connection:
        runs.start_run(connection, run, command, to_micros(job.clock))
    executed = execute(
        job.store, plan, job.destinations, run=run, now=job.clock, progress=job.progress
    )
    calls = sum(tool.calls for tool in job.destinations.values()) - before
    counts = executed.counts(plan, calls)
    code = executed.stopped.exit_code if executed.stopped else 3 if executed.failures else 0
    with job.store.begin() as connection:
        if command == "undo":  # the next sync decides anew, whether or not a tool tells of this
            again = _customers(plan)
            runs.set_due(connection, again, dict.fromkeys(again, to_micros(job.clock)))
        runs.finish_run(connection, run, to_micros(job.clock), code, msgspec.to_builtins(counts))
    return Finished(counts, executed, code)


def _customers(plan: Plan) -> list[str]:
    tasks = {customer for change in plan.tasks for customer in change.customers}
    return sorted(tasks | {change.customer for change in plan.records})


def _records(job: Job, plan: Plan) -> Iterable[tuple[RecordChange, PresentRecord]]:
    """Read what the records that the plan changes hold now."""
    for tool, destination in sorted(job.destinations.items()):
        mine = [change for change in plan.records if change.tool == tool]
        for kind in sorted({change.object_type for change in mine}):
            some = {change.id: change for change in mine if change.object_type == kind}
            for answer in _present(destination, kind, some):
                yield some[answer.asked], answer


def _present(
    destination: Display, kind: str, changes: dict[str, RecordChange]
) -> Iterable[PresentRecord]:
    names = sorted({one.field for change in changes.values() for one in change.fields})
    ids = list(changes)
    for start in range(0, len(ids), destination.batch):
        yield from destination.present(kind, ids[start : start + destination.batch], names)


def _as_before(change: RecordChange, answer: PresentRecord) -> bool:
    """Say whether a record is as the plan found it, or already as an earlier try left it."""
    if not answer.id:
        return False
    for one in change.fields:
        if one.field not in answer.fields:
            continue  # the CRM does not show it: writing it will fail, and say so
        held = answer.fields[one.field].value
        if not equal(one.field, held, one.before) and not equal(one.field, held, one.after):
            return False
    return True


def _tasks(job: Job, plan: Plan) -> Iterable[tuple[TaskChange, PresentTask | None]]:
    """Read what became of the tasks that the plan names."""
    for tool, destination in sorted(job.destinations.items()):
        tasks = {change.key: change for change in plan.tasks if change.tool == tool}
        by_id = {change.id: key for key, change in tasks.items() if change.id}
        keys = [key for key, change in tasks.items() if not change.id]
        found = {
            by_id.get(task.id, task.key): task
            for task in in_batches(destination, keys=keys, ids=list(by_id))
        }
        for key, change in tasks.items():
            yield change, found.get(key)


def _task_as_before(change: TaskChange, task: PresentTask | None) -> bool:
    if change.action == "open":
        return task is None or task.status == "open"
    if task is None:
        return False
    if change.action == "reopen":
        return task.closed_by_us or task.status == "open"
    if change.action == "close":
        return task.status == "open" or task.closed_by_us
    return task.status == "open" and task.due in (change.due_before, change.due)
