"""Reading the tools into the state: stream after stream, batch after batch, each batch kept whole.

A stream's watermark moves only after its last batch is stored, and only to the run's start minus
the tool's lag. A tool that fails leaves the others alone; what it did not give waits.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection

from journeysync.core.errors import BadCredentials, OverBudget, Skip, ToolDown
from journeysync.core.errors import Retry as Unanswered
from journeysync.core.identity.rules import IdentityRules, keys_of
from journeysync.core.instants import from_micros, to_micros
from journeysync.core.models import PersonRecord, RecordKey
from journeysync.core.ports import PartlyGiven, Source
from journeysync.core.running.progress import Progress
from journeysync.core.state import records
from journeysync.core.state.ledger import customers_of_tasks
from journeysync.core.state.runs import set_fingerprint
from journeysync.core.state.store import Store

FULL_EVERY = timedelta(days=7)
"""How often a stream is read whole, to find what no change list shows: erased records, changed
associations."""


@dataclass(slots=True)
class ReadReport:
    """What reading gave."""

    changed: int = 0
    seen: int = 0
    set_aside: int = 0
    read_until: dict[str, int] = field(default_factory=dict)
    """Tool -> the instant (micros) up to which all its streams are read."""
    failed: dict[str, str] = field(default_factory=dict)
    """Tool -> the sentence that says why it could not be read."""
    withheld: list[str] = field(default_factory=list)
    """Why a tool does not give a stream; said when it is found out."""
    stopped: OverBudget | BadCredentials | None = None
    """The first error that sets the exit code of the run."""
    task_customers: set[str] = field(default_factory=set)
    """Customers with a task of ours that was changed or deleted in the CRM."""


def keys_with(rules: IdentityRules) -> Callable[[PersonRecord], list[tuple[str, str]]]:
    """Return how to list a person's keys for the state; refused ones too: rules may change."""

    def keys(person: PersonRecord) -> list[tuple[str, str]]:
        return [(key.kind, key.value) for key in keys_of(person, rules)]

    return keys


def ingest(
    store: Store,
    sources: Mapping[str, Source],
    rules: IdentityRules,
    *,
    now: datetime,
    full: bool,
    only: Sequence[str],
    progress: Progress,
) -> ReadReport:
    """Read what changed in every tool (all of it when `full`), or in those named by `only`."""
    report = ReadReport()
    for name, source in sources.items():
        if only and name not in only:
            _keep_reach(store, source, report)
            continue
        with store.begin() as connection:
            records.renormalise(
                connection, name, source.normalise, source.mapping_version, keys_with(rules)
            )
        try:
            for stream in source.streams:
                _read(store, source, stream, rules, report, now=now, full=full, progress=progress)
            report.read_until[name] = to_micros(now - source.lag)
        except (BadCredentials, OverBudget) as error:
            report.failed[name] = str(error)
            report.stopped = report.stopped or error
            _keep_reach(store, source, report)
        except (ToolDown, Unanswered, Skip) as error:
            report.failed[name] = str(error)
            _keep_reach(store, source, report)
    return report


def _keep_reach(store: Store, source: Source, report: ReadReport) -> None:
    """Take the reach of a tool that is not read now from its watermarks."""
    with store.begin() as connection:
        marks = [records.watermark(connection, source.name, one) for one in source.streams]
    read = [mark[0] for mark in marks if mark and mark[0] != records.WITHHELD]
    if read and all(marks):
        report.read_until[source.name] = min(read)


def emitted(connection: Connection, source: Source) -> frozenset[str]:
    """Return the kinds that a tool gives, without those that only withheld streams would give."""
    if not isinstance(source, PartlyGiven):
        return source.emits()
    marks = {one: records.watermark(connection, source.name, one) for one in source.streams}
    given = [one for one, mark in marks.items() if mark is None or mark[0] != records.WITHHELD]
    return frozenset().union(*(source.gives(one) for one in given))


def _read(
    store: Store,
    source: Source,
    stream: str,
    rules: IdentityRules,
    report: ReadReport,
    *,
    now: datetime,
    full: bool,
    progress: Progress,
) -> None:
    start = to_micros(now)
    with store.begin() as connection:
        mark = records.watermark(connection, source.name, stream)
    known_withheld = mark is not None and mark[0] == records.WITHHELD
    if known_withheld:
        mark = None
    whole = full or mark is None or start - mark[1] >= FULL_EVERY // timedelta(microseconds=1)
    since = None if whole or mark is None else from_micros(mark[0])
    seen: set[RecordKey] = set()
    complete = False
    for batch in source.read(stream, since, now):
        if batch.withheld:
            _note_withheld(store, source.name, stream, batch.withheld, report, old=known_withheld)
            return
        with store.begin() as connection:
            stored = records.store_batch(
                connection,
                stream,
                batch.records,
                normalise=source.normalise,
                mapping=source.mapping_version,
                keys=keys_with(rules),
                now=start,
            )
            _notice_tasks(connection, source.name, (r.key for r in batch.records), report)
        if whole:
            seen |= {record.key for record in batch.records if not record.deleted}
        report.seen += stored.seen
        report.changed += stored.changed
        report.set_aside += stored.set_aside
        complete = complete or batch.complete
        progress(f"{source.name} {stream}", report.seen)
    with store.begin() as connection:
        if whole and complete:
            gone = records.remove_unseen(connection, source.name, stream, seen, keys_with(rules))
            _notice_tasks(connection, source.name, gone, report)
            report.changed += len(gone)
        if known_withheld:
            set_fingerprint(connection, "")
        full_at = start if whole or mark is None else mark[1]
        lag = source.lag // timedelta(microseconds=1)
        records.set_watermark(
            connection, source.name, stream, at=max(start - lag, mark[0] if mark else 0),
            full_at=full_at,
        )  # fmt: skip


def _note_withheld(
    store: Store, tool: str, stream: str, why: str, report: ReadReport, *, old: bool
) -> None:
    """Remember that a stream is not given, and say so once. What it gave before is kept."""
    if old:
        return
    report.withheld.append(f"{tool}: {why}")
    at = records.WITHHELD
    with store.begin() as connection:
        records.set_watermark(connection, tool, stream, at=at, full_at=at)
        # What the tool can see has changed: everybody is looked at again.
        set_fingerprint(connection, "")


def _notice_tasks(
    connection: Connection, tool: str, keys: Iterable[RecordKey], report: ReadReport
) -> None:
    """Remember whose task a person may have completed, moved or deleted."""
    ids = [key.id for key in keys if key.type == "task"]
    report.task_customers |= customers_of_tasks(connection, tool, ids)
