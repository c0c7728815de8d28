"""Executing a plan: announce, call, note — batch by batch, so that a kill is always harmless.

Before a call its rows are stored as intents; with the answer, outcomes and ledger are stored and
the intents taken away, in one transaction. What stays behind is read back (`recover`).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import groupby
from typing import cast

from sqlalchemy import Connection

from journeysync.core.errors import BadCredentials, OverBudget, Skip, Stop, ToolDown
from journeysync.core.errors import Retry as Unanswered
from journeysync.core.instants import to_micros
from journeysync.core.planning import fields as f
from journeysync.core.planning.plan import Counts, Plan, RecordChange, TaskChange
from journeysync.core.ports import (
    Destination,
    Display,
    Outcome,
    RecordWrite,
    TakesBulk,
    TaskWrite,
)
from journeysync.core.running.progress import Progress
from journeysync.core.state import changes as changes_of_runs
from journeysync.core.state import intents, ledger
from journeysync.core.state.intents import Missed
from journeysync.core.state.store import Store

Change = RecordChange | TaskChange

_UNKNOWN = "It is not known whether the row was written; the next run looks."


@dataclass(frozen=True, slots=True)
class Failure:
    """A row that did not go through."""

    tool: str
    record: str
    code: str
    message: str


@dataclass(slots=True)
class Executed:
    """What became of a plan."""

    stages: int = 0
    opened: int = 0
    closed: int = 0
    moved: int = 0
    failures: list[Failure] = field(default_factory=list)
    waiting: set[str] = field(default_factory=set)
    """Customers with a change that has not been made or is not known to have been made."""
    stopped: Stop | None = None

    def counts(self, plan: Plan, calls: int) -> Counts:
        """Return the figures of the last line."""
        return Counts(
            self.stages, self.opened, self.closed, self.moved, plan.counts.kept, plan.counts.held,
            calls,
        )  # fmt: skip


def execute(
    store: Store,
    plan: Plan,
    destinations: Mapping[str, Display],
    *,
    run: str,
    now: datetime,
    progress: Progress,
) -> Executed:
    """Make every change of the plan, in its order, as far as the CRMs let us."""
    result = Executed()
    total = len(plan.records) + len(plan.tasks)
    done = 0
    down: dict[str, str] = {}
    for tool, changes in _batches(plan, destinations):
        if tool in down:
            _not_sent(store, result, changes, down[tool], now)
            continue
        with store.begin() as connection:
            intents.announce(connection, run, changes)
        try:
            outcomes = _send(destinations[tool], changes)
        except (BadCredentials, OverBudget) as error:
            result.stopped = result.stopped or error
            down[tool] = str(error)
            _take_back(store, changes)
            _not_sent(store, result, changes, str(error), now)
        except (ToolDown, Unanswered, Skip) as error:
            # Nobody knows whether the call was acted upon: the intents stay, to be read back.
            down[tool] = str(error)
            with store.begin() as connection:
                missed = [Missed(one, "NO_ANSWER", str(error)) for one in changes]
                _wait(connection, result, missed, now)
        else:
            with store.begin() as connection:
                made = _note(connection, result, changes, outcomes, now)
                changes_of_runs.note(connection, run, made, to_micros(now))
        done += len(changes)
        progress("writing", done, total)
    return result


def _batches(plan: Plan, destinations: Mapping[str, Display]) -> Iterator[tuple[str, list[Change]]]:
    """Cut the plan into calls: records by type, then tasks to open, then tasks to change."""

    def kind(change: Change) -> tuple[str, str]:
        if isinstance(change, RecordChange):
            return change.tool, change.object_type
        return change.tool, intents.kind_of(change)

    lists: Sequence[Sequence[Change]] = (
        plan.records,
        [task for task in plan.tasks if task.action == "close"],
        [task for task in plan.tasks if task.action == "open"],
        [task for task in plan.tasks if task.action in ("move", "reopen")],
    )
    for changes in lists:
        for (tool, _), group in groupby(sorted(changes, key=kind), key=kind):
            rows = list(group)
            size = _size(destinations[tool], rows)
            for start in range(0, len(rows), size):
                yield tool, rows[start : start + size]


def _size(destination: Display, rows: Sequence[Change]) -> int:
    records = isinstance(rows[0], RecordChange)
    if records and isinstance(destination, TakesBulk) and len(rows) >= destination.bulk_from:
        return destination.bulk_batch
    return destination.batch


def _send(destination: Display, changes: Sequence[Change]) -> dict[str, Outcome]:
    first = changes[0]
    if isinstance(first, RecordChange):
        rows = cast("Sequence[RecordChange]", changes)
        answers = destination.write_records([_record_write(row) for row in rows])
        return {f"{first.object_type}:{one.key}": one for one in answers}
    tasks = [task_write(cast("TaskChange", change)) for change in changes]
    assert isinstance(destination, Destination), "no task is planned for a tool without tasks"
    send: Callable[[Sequence[TaskWrite]], list[Outcome]] = (
        destination.create_tasks if first.action == "open" else destination.change_tasks
    )
    return {one.key: one for one in send(tasks)}


def _record_write(change: RecordChange) -> RecordWrite:
    values = {one.field: one.after for one in change.fields}
    return RecordWrite(change.object_type, change.id, values)


def task_write(change: TaskChange) -> TaskWrite:
    """Say what a change of a task means for the CRM."""
    match change.action:
        case "close":
            return TaskWrite(change.key, change.id, close_because=change.because)
        case "move":
            return TaskWrite(change.key, change.id, due=change.due)
        case "reopen":  # of a task that is put back nothing but this is known: the rest stays
            return TaskWrite(
                change.key, change.id, change.subject or None, change.body or None, change.due,
                change.owner or None, change.priority, None, change.touchpoint, change.anchor,
                change.about, reopen=True,
            )  # fmt: skip
        case _:
            return TaskWrite(
                change.key, change.id, change.subject, change.body, change.due, change.owner,
                change.priority, None, change.touchpoint, change.anchor, change.about,
            )  # fmt: skip


def _note(
    connection: Connection,
    result: Executed,
    changes: Sequence[Change],
    outcomes: Mapping[str, Outcome],
    now: datetime,
) -> list[Change]:
    """Store what the CRM answered; return what it made. A row without an answer stays meant."""
    done: list[tuple[Change, str]] = []
    failed: list[Missed] = []
    unknown: list[Missed] = []
    for change in changes:
        outcome = outcomes.get(intents.key_of(change))
        if outcome is None or outcome.status == "unknown":
            told = outcome or Outcome("", "unknown")
            unknown.append(Missed(change, told.code or "NO_ANSWER", told.message or _UNKNOWN))
        elif outcome.status == "failed":
            failed.append(Missed(change, outcome.code, outcome.message))
        else:
            done.append((change, outcome.id))
            _count(result, change)
    _fail(connection, result, failed, now)
    _wait(connection, result, unknown, now)
    intents.settle(connection, [one.change for one in failed])
    return confirm(connection, done, now)


def confirm(
    connection: Connection, made: Sequence[tuple[Change, str]], now: datetime
) -> list[Change]:
    """Store that the CRM has made changes; each comes with the id of its record or task.

    Returns them with the ids that tasks have got.
    """
    changes = [change for change, _ in made]
    ledger.note_records(connection, [one for one in changes if isinstance(one, RecordChange)], now)
    ledger.note_tasks(
        connection,
        [(one, number or one.id) for one, number in made if isinstance(one, TaskChange)],
        now,
    )
    intents.forget_failures(connection, changes)
    intents.settle(connection, changes)
    return [
        replace(change, id=number or change.id) if isinstance(change, TaskChange) else change
        for change, number in made
    ]


def _count(result: Executed, change: Change) -> None:
    if isinstance(change, RecordChange):
        result.stages += any(one.field == f.STAGE for one in change.fields)
    else:
        result.opened += change.action in ("open", "reopen")
        result.closed += change.action == "close"
        result.moved += change.action == "move"


def _fail(
    connection: Connection, result: Executed, missed: Sequence[Missed], now: datetime
) -> None:
    """Report rows and keep them: the next sync tries them again, and so does a retry."""
    intents.note_failures(connection, missed, now)
    result.failures += [
        Failure(one.change.tool, intents.key_of(one.change), one.code, one.message)
        for one in missed
    ]


def _wait(
    connection: Connection, result: Executed, missed: Sequence[Missed], now: datetime
) -> None:
    """Keep rows that nobody has refused: what they should hold is decided anew, and soon."""
    _fail(connection, result, missed, now)
    for one in missed:
        change = one.change
        result.waiting.update(
            (change.customer,) if isinstance(change, RecordChange) else change.customers
        )


def _not_sent(
    store: Store, result: Executed, changes: Sequence[Change], why: str, now: datetime
) -> None:
    with store.begin() as connection:
        missed = [Missed(one, "NOT_TRIED", why, tried=False) for one in changes]
        _wait(connection, result, missed, now)


def _take_back(store: Store, changes: Sequence[Change]) -> None:
    """Take away the intents of rows that were surely not written."""
    with store.begin() as connection:
        intents.settle(connection, changes)
