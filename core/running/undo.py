"""Undoing a run: reads what it changed as it stands now, and plans what can be put back.

Evaluates nobody. The plan is executed as any other: intents, calls, answers, the ledger.
"""

from collections.abc import Iterator, Sequence

from journeysync.core.errors import Usage
from journeysync.core.planning.ledger import RecordId, World
from journeysync.core.planning.plan import Plan, RecordChange, TaskChange
from journeysync.core.planning.undo import Change, undo_plan
from journeysync.core.ports import Display, PresentRecord
from journeysync.core.running.gather import in_batches
from journeysync.core.running.recover import recover
from journeysync.core.running.sync import Job, fingerprint
from journeysync.core.state import changes as stored


def plan_undo(job: Job, text: str) -> tuple[str, Plan]:
    """Plan to put back what a run changed; return the run's id too. Raises Usage for no run."""
    recover(job.store, job.destinations, job.clock)
    with job.store.begin() as connection:
        run = stored.find_run(connection, text)
        changes = stored.changes_of(connection, run)
    missing = {one.tool for one in changes} - set(job.destinations)
    if missing:
        raise Usage(
            f"Run {run} wrote to `{min(missing)}`, which is not under `write_to` any more. "
            "Put it back there to undo the run."
        )
    records: dict[RecordId, PresentRecord] = {}
    tasks = {}
    for name, destination in sorted(job.destinations.items()):
        mine = [one for one in changes if one.tool == name]
        records |= dict(_records(destination, mine))
        keys = {one.id: one.key for one in mine if isinstance(one, TaskChange)}
        for task in in_batches(destination, ids=sorted(keys)):
            tasks[keys[task.id]] = task
    plan = undo_plan(
        changes, World(records, tasks), run, now=job.now, fingerprint=fingerprint(job),
        batch={name: one.batch for name, one in job.destinations.items()},
    )  # fmt: skip
    return run, plan


def _records(
    destination: Display, changes: Sequence[Change]
) -> Iterator[tuple[RecordId, PresentRecord]]:
    written = [one for one in changes if isinstance(one, RecordChange)]
    for kind in sorted({one.object_type for one in written}):
        some = {one.id: one for one in written if one.object_type == kind}
        names = sorted({one.field for change in some.values() for one in change.fields})
        ids = list(some)
        for start in range(0, len(ids), destination.batch):
            for answer in destination.present(kind, ids[start : start + destination.batch], names):
                yield (destination.name, kind, answer.asked), answer
