"""Reading from the CRMs what a plan depends on: present fields, tasks, owners. Writes nothing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from journeysync.core.errors import BadCredentials, OverBudget, Stop, ToolDown
from journeysync.core.errors import Retry as Unanswered
from journeysync.core.planning.edits import equal
from journeysync.core.planning.ledger import Ledger, RecordId, World
from journeysync.core.planning.make import Questions
from journeysync.core.planning.shown import WRITTEN
from journeysync.core.ports import Destination, Display, OwnerInfo, PresentRecord, PresentTask


@dataclass(slots=True)
class Gathered:
    """What the CRMs answered, and which of them did not."""

    world: World
    failed: dict[str, str] = field(default_factory=dict)
    """Tool -> the sentence that says why."""
    stopped: Stop | None = None


def gather(
    destinations: Mapping[str, Display],
    asked: Questions,
    ledger: Ledger,
    down: Mapping[str, str],
) -> Gathered:
    """Ask every CRM for its part."""
    records: dict[RecordId, PresentRecord] = {}
    tasks: dict[str, PresentTask] = {}
    homes: dict[str, str] = {}
    owners: dict[str, dict[str, OwnerInfo]] = {}
    found = Gathered(World())
    failed = dict(down)
    for name, destination in destinations.items():
        if name in failed:
            continue
        mine = [record for record in asked.records if record[0] == name]
        try:
            records |= _records(destination, mine, ledger)
            if not isinstance(destination, Destination):
                continue
            known = [one for key in asked.task_keys if (one := ledger.tasks.get(key)) is not None]
            mine_by_id = {one.id: one.key for one in known if one.tool == name and one.id}
            keys = [key for key in asked.task_keys if key not in ledger.tasks]
            if keys or mine_by_id:
                owners[name] = {owner.id: owner for owner in destination.owners()}
            for task in in_batches(destination, keys=keys, ids=list(mine_by_id)):
                key = mine_by_id.get(task.id, task.key)
                if homes.setdefault(key, name) == name:  # a copy elsewhere is not ours
                    tasks[key] = task
        except (BadCredentials, OverBudget) as error:
            failed[name] = str(error)
            found.stopped = found.stopped or error
        except (ToolDown, Unanswered) as error:
            failed[name] = str(error)
    found.failed = failed
    found.world = World(records, tasks, homes, owners, frozenset(failed))
    return found


def in_batches(
    destination: Display, *, keys: Sequence[str] = (), ids: Sequence[str] = ()
) -> Iterator[PresentTask]:
    """Read tasks, as many at a time as the CRM takes; by id where we know it.

    A CRM that cannot hold our key in a field of its own finds tasks by id only.
    """
    if not isinstance(destination, Destination):
        return
    size = destination.batch
    for start in range(0, len(keys), size):
        yield from destination.tasks(keys=keys[start : start + size])
    for start in range(0, len(ids), size):
        yield from destination.tasks(ids=ids[start : start + size])


def _records(
    destination: Display, asked: Sequence[RecordId], ledger: Ledger
) -> dict[RecordId, PresentRecord]:
    found: dict[RecordId, PresentRecord] = {}
    carried = destination.carries
    names = [name for name in WRITTEN if carried is None or name in carried]
    for kind, group in groupby(sorted(asked), key=lambda record: record[1]):
        ids = [number for _, _, number in group]
        for start in range(0, len(ids), destination.batch):
            part = ids[start : start + destination.batch]
            answers = destination.present(kind, part, names)
            odd = [
                answer.asked
                for answer in answers
                if answer.id and _unlike((destination.name, kind, answer.asked), answer, ledger)
            ]
            if odd:  # somebody changed our fields: only now is it worth asking who
                by_id = {answer.asked: answer for answer in answers}
                told = destination.present(kind, odd, names, history=True)
                by_id |= {answer.asked: answer for answer in told}
                answers = list(by_id.values())
            found |= {(destination.name, kind, answer.asked): answer for answer in answers}
    return found


def _unlike(record: RecordId, answer: PresentRecord, ledger: Ledger) -> bool:
    entries = ledger.fields.get(record, {})
    return any(
        not equal(name, held.value, entries[name].value if name in entries else "")
        for name, held in answer.fields.items()
        if name in WRITTEN
    )
