"""From customers, ledger and CRMs to the plan: the one place where a run decides.

Pure, and in two steps: `questions` says what must be read from the CRMs first, `make_plan` decides
with the answers. The same arguments give the same plan, byte for byte.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from journeysync.core.planning import fields as f
from journeysync.core.planning.duties import needs_of
from journeysync.core.planning.ledger import Ledger, RecordId, Rules, World
from journeysync.core.planning.plan import Counts, Plan, Reason, RecordChange, TaskChange
from journeysync.core.planning.records import (
    pins_of,
    record_changes,
    standing_pins,
    targets,
    to_read,
)
from journeysync.core.planning.restraint import held_back
from journeysync.core.planning.shown import Atlas
from journeysync.core.planning.tasks import left_out, task_changes, to_look_up
from journeysync.core.planning.views import CustomerView
from journeysync.core.planning.wishes import told, wishes_told


@dataclass(frozen=True, slots=True)
class Questions:
    """What has to be read from the CRMs before the plan can be made."""

    records: tuple[RecordId, ...]
    task_keys: tuple[str, ...]


def questions(
    views: Sequence[CustomerView], atlas: Atlas, rules: Rules, ledger: Ledger, now: datetime
) -> Questions:
    """List the records and tasks whose present state matters."""
    needs = needs_of(views, atlas, standing_pins(views, ledger), ledger, now)
    return Questions(
        tuple(sorted(set(to_read(views, atlas, rules, ledger, now)))),
        tuple(to_look_up(needs, ledger, rules)),
    )


@dataclass(frozen=True, slots=True)
class Concerned:
    """The customers that a plan may have something to say about, and what it leaves out."""

    views: list[CustomerView]
    left_out: Counter[Reason]
    """Missed touchpoints of all who were looked at that make no task, whatever the caps."""


def concerned(
    views: Sequence[CustomerView], atlas: Atlas, rules: Rules, ledger: Ledger, now: datetime
) -> Concerned:
    """Keep the customers that a plan may have something to say about; count what is too old."""
    records = set(to_read(views, atlas, rules, ledger, now))
    needs = needs_of(views, atlas, standing_pins(views, ledger), ledger, now)
    asked = to_look_up(needs, ledger, rules)
    owed = {
        view.id
        for key in asked
        for view in ([member for member, _, _ in needs[key].members] if key in needs else [])
    }
    owed |= {name for task in ledger.tasks.values() for name in task.customers}
    kept = [
        view
        for view in views
        if view.id in owed
        or view.id in ledger.pins
        or told(view)
        or any(record in records for record in targets(view, rules))
    ]
    return Concerned(kept, left_out(needs, atlas, rules, ledger))


def make_plan(
    views: Sequence[CustomerView],
    atlas: Atlas,
    rules: Rules,
    ledger: Ledger,
    world: World,
    *,
    now: datetime,
    fingerprint: str,
    left_out: Mapping[Reason, int] | None = None,
) -> Plan:
    """Decide every change that this run wants to make; say too what is `left_out` for its age."""
    pins, found, notes = pins_of(views, atlas, rules, ledger, world)
    records = record_changes(views, atlas, rules, ledger, world, pins=pins, now=now)
    tasks = task_changes(
        needs_of(views, atlas, pins, ledger, now), views, atlas, rules, ledger, world
    )
    changed = {change.customer for change in records.changes}
    notes += records.notes + tasks.notes + wishes_told(views, atlas, changed)
    changes = tuple(sorted(records.changes, key=lambda c: (c.tool, c.object_type, _number(c.id))))
    task_list = tuple(sorted(tasks.changes, key=_task_order))
    counts = Counts(
        stages=sum(any(one.field == f.STAGE for one in c.fields) for c in changes),
        tasks_opened=sum(c.action in ("open", "reopen") for c in task_list),
        tasks_closed=sum(c.action == "close" for c in task_list),
        tasks_moved=sum(c.action == "move" for c in task_list),
        kept=records.kept + tasks.kept + len({pin.customer for pin in found if pin.tool}),
        held=len(tasks.held) + tasks.waiting,
        calls=calls_of(changes, task_list, rules.batch),
    )
    return Plan(
        made_at=now,
        fingerprint=fingerprint,
        records=changes,
        tasks=task_list,
        notes=tuple(sorted(set(notes), key=lambda n: (n.tool, n.kind, n.record, n.what))),
        adoptions=tuple(records.adoptions),
        findings=tuple(tasks.findings),
        pins=tuple(found),
        held_customers=tuple(sorted(set(tasks.held))),
        held_back=held_back({**(left_out or {}), **tasks.held_back}, rules, atlas.zone),
        counts=counts,
    )


def calls_of(
    records: Sequence[RecordChange], tasks: Sequence[TaskChange], batch: Mapping[str, int]
) -> int:
    """Count the writing calls that a plan will cost."""
    rows = Counter(("record", change.tool, change.object_type) for change in records)
    rows.update(
        ("task", change.tool, "create" if change.action == "open" else "change") for change in tasks
    )
    return sum(-(-count // batch[tool]) for (_, tool, _), count in rows.items())


def _number(record: str) -> tuple[int, str]:
    """Sort numeric ids as numbers, so that a plan reads well."""
    return (int(record), "") if record.isdecimal() else (0, record)


def _task_order(change: TaskChange) -> tuple[str, str, datetime, str]:
    return (change.tool, change.action, change.due, change.key)
