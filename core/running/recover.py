"""Reading back what a run that was cut off was about to write.

What is there is ours, the rest is planned anew. Writes nothing to any tool.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from journeysync.core.errors import BadCredentials, OverBudget, ToolDown
from journeysync.core.errors import Retry as Unanswered
from journeysync.core.instants import to_micros
from journeysync.core.planning.edits import equal
from journeysync.core.planning.plan import RecordChange, TaskChange
from journeysync.core.ports import Display, PresentRecord, PresentTask
from journeysync.core.running.execute import Change, confirm
from journeysync.core.running.gather import in_batches
from journeysync.core.state import changes, intents
from journeysync.core.state import tables as t
from journeysync.core.state.store import Store, upsert


def recover(store: Store, destinations: Mapping[str, Display], now: datetime) -> int:
    """Settle every intent that is left over; return how many there were.

    A tool that cannot be asked keeps its intents. The customers concerned are looked at again.
    """
    with store.begin() as connection:
        left = intents.pending(connection)
    for name, destination in destinations.items():
        by_run = [(run, change) for run, change in left if change.tool == name]
        mine = [change for _, change in by_run]
        if not mine:
            continue
        try:
            made = _made(destination, mine)
        except (BadCredentials, OverBudget, ToolDown, Unanswered):
            continue  # reading or writing will say it
        with store.begin() as connection:
            for run in sorted({run for run, _ in by_run}):
                found = [
                    (change, made[key])
                    for its, change in by_run
                    if its == run
                    and (key := (intents.kind_of(change), intents.key_of(change))) in made
                ]
                done = confirm(connection, found, now)
                changes.note(connection, run, done, to_micros(now))
            intents.settle(connection, mine)
            upsert(connection, t.due, [
                {"customer": customer, "at": to_micros(now)} for customer in _customers(mine)
            ])  # fmt: skip
    return len(left)


def _customers(left: Iterable[Change]) -> list[str]:
    found: set[str] = set()
    for change in left:
        found.update([change.customer] if isinstance(change, RecordChange) else change.customers)
    return sorted(found)


def _made(destination: Display, left: list[Change]) -> dict[tuple[str, str], str]:
    """Return the changes that the CRM has made, with the id of the task or record."""
    made: dict[tuple[str, str], str] = {}
    records = [change for change in left if isinstance(change, RecordChange)]
    for kind in sorted({change.object_type for change in records}):
        some = {change.id: change for change in records if change.object_type == kind}
        names = sorted({one.field for change in some.values() for one in change.fields})
        ids = list(some)
        for start in range(0, len(ids), destination.batch):
            part = ids[start : start + destination.batch]
            for present in destination.present(kind, part, names):
                if holds(present, some[present.asked]):
                    made["record", f"{kind}:{present.asked}"] = present.id
    tasks = {change.key: change for change in left if isinstance(change, TaskChange)}
    by_id = {change.id: change for change in tasks.values() if change.id}
    keys = [key for key, change in tasks.items() if not change.id]
    for task in in_batches(destination, keys=keys, ids=list(by_id)):
        change = by_id.get(task.id) or tasks[task.key]
        if is_made(task, change):
            made[intents.kind_of(change), change.key] = task.id
    return made


def holds(present: PresentRecord, change: RecordChange) -> bool:
    """Say whether a record holds what a change wanted."""
    if not present.id:
        return False
    return all(
        one.field in present.fields and equal(one.field, present.fields[one.field].value, one.after)
        for one in change.fields
    )


def is_made(task: PresentTask, change: TaskChange) -> bool:
    """Say whether a task is as a change wanted it."""
    match change.action:
        case "open":
            return True
        case "reopen":
            return task.status == "open"
        case "close":
            return task.status == "completed" and task.closed_by_us
        case "move":
            return task.due == change.due
