"""Reading the tools into the state: stream after stream, batch after batch, each batch kept whole.

A stream's watermark moves only after its last batch is stored, and only to the run's start minus
the tool's lag. A tool that fails leaves the others alone; what it did not give waits.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection

from journeysync.core.errors import BadCredentials, Guarded, OverBudget, Skip, ToolDown
from journeysync.core.errors import Retry as Unanswered
from journeysync.core.identity.rules import IdentityRules, keys_of
from journeysync.core.instants import from_micros, to_micros
from journeysync.core.models import PersonRecord, RawRecord, RecordKey
from journeysync.core.ports import (
    Batch,
    PartlyGiven,
    Remembers,
    Rereads,
    Resumes,
    Source,
    Window,
)
from journeysync.core.running.progress import Progress
from journeysync.core.state import forgetting, records, watermarks
from journeysync.core.state import listed as listed_of
from journeysync.core.state.ledger import customers_of_tasks
from journeysync.core.state.people import Keys
from journeysync.core.state.runs import set_fingerprint
from journeysync.core.state.store import Store

FULL_EVERY = timedelta(days=7)
"""How often a stream is read whole, to find what no change list shows: erased records, changed
associations."""
GUARD_FLOOR = 50
"""So many changed customers or vanished records never trip a guard."""


@dataclass(slots=True)
class ReadReport:
    """What reading gave."""

    changed: int = 0
    seen: int = 0
    set_aside: int = 0
    forgotten: int = 0
    """Records left out because they are those of people who were forgotten."""
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
    most_gone: float,
    progress: Progress,
) -> ReadReport:
    """Read what changed in every tool (all of it when `full`), or in those named by `only`.

    Raises Guarded where a tool suddenly shows less than it did by more than the share `most_gone`:
    a key with fewer rights or a cut-off file must not look like customers who went away.
    """
    report = ReadReport()
    with store.begin() as connection:
        gone = forgetting.load(connection)
    reading = _Reading(store, keys_with(rules), report, now, full, most_gone, progress, gone)
    for name, source in sources.items():
        if only and name not in only:
            _keep_reach(store, source, report)
            continue
        reading.again(source)
        try:
            for stream in source.streams:
                reading.read(source, stream)
            report.read_until[name] = to_micros(now - source.lag)
        except (BadCredentials, OverBudget) as error:
            report.failed[name] = str(error)
            report.stopped = report.stopped or error
            _keep_reach(store, source, report)
        except (ToolDown, Unanswered, Skip) as error:
            report.failed[name] = str(error)
            _keep_reach(store, source, report)
    for source in sources.values():
        reading.again(source)  # what another tool turned out to tell, or to tell no more
    return report


def as_read(store: Store, sources: Mapping[str, Source]) -> ReadReport:
    """Say what is read already, for a run that reads nothing."""
    report = ReadReport()
    for source in sources.values():
        _keep_reach(store, source, report)
    return report


def _keep_reach(store: Store, source: Source, report: ReadReport) -> None:
    """Take the reach of a tool that is not read now from its watermarks."""
    with store.begin() as connection:
        marks = [watermarks.watermark(connection, source.name, one) for one in source.streams]
    read = [mark[0] for mark in marks if mark and mark[0] != watermarks.NOT_GIVEN]
    if read and all(marks):
        report.read_until[source.name] = min(read)


def emitted(connection: Connection, source: Source) -> frozenset[str]:
    """Return the kinds that a tool gives, without those that only withheld streams would give."""
    if not isinstance(source, PartlyGiven):
        return source.emits()
    marks = {one: watermarks.watermark(connection, source.name, one) for one in source.streams}
    given = [one for one, mark in marks.items() if mark is None or mark[0] != watermarks.NOT_GIVEN]
    return frozenset().union(*(source.gives(one) for one in given))


@dataclass(frozen=True, slots=True)
class _Reading:
    """One run's reading."""

    store: Store
    keys: Keys
    report: ReadReport
    now: datetime
    full: bool
    most_gone: float
    progress: Progress
    forgotten: forgetting.Memory | None

    def again(self, source: Source) -> None:
        """Read again, without asking the tool, what is stored and would be read differently now."""
        with self.store.begin() as connection:
            records.renormalise(
                connection, source.name, source.normalise, source.mapping_version, self.keys
            )

    def read(self, source: Source, stream: str) -> None:
        """Read one stream; its watermark moves after the last batch."""
        start = to_micros(self.now)
        with self.store.begin() as connection:
            mark = watermarks.watermark(connection, source.name, stream)
        withheld = mark is not None and mark[0] == watermarks.NOT_GIVEN
        mark = None if withheld else mark
        old = mark is None or start - mark[1] >= FULL_EVERY // timedelta(microseconds=1)
        since = None if self.full or old or mark is None else from_micros(mark[0])
        seen: set[RecordKey] = set()
        complete, window = False, None
        for batch in self._batches(source, stream, since):
            if batch.withheld:
                if not withheld:
                    self._note_withheld(source, stream, batch.withheld)
                return
            self._store(source, stream, batch)
            seen |= {record.key for record in batch.records if not record.deleted}
            seen |= batch.listed.keys()
            complete = complete or batch.complete
            window = batch.window or window
        with self.store.begin() as connection:
            if complete or window is not None:
                self._forget_unseen(connection, source, stream, seen, window)
            if withheld:
                set_fingerprint(connection, "")
            lag = source.lag // timedelta(microseconds=1)
            watermarks.set_watermark(
                connection,
                source.name,
                stream,
                at=start - lag,
                full_at=start if since is None or mark is None else mark[1],
            )

    def _note_withheld(self, source: Source, stream: str, why: str) -> None:
        """Remember that a stream is not given, and say so once. What it gave before is kept."""
        self.report.withheld.append(f"{source.name}: {why}")
        at = watermarks.NOT_GIVEN
        with self.store.begin() as connection:
            watermarks.set_watermark(connection, source.name, stream, at=at, full_at=at)
            # What the tool can see has changed: everybody is looked at again.
            set_fingerprint(connection, "")

    def _batches(self, source: Source, stream: str, since: datetime | None) -> Iterator[Batch]:
        """Yield what a source reads, then what its lists showed changed."""
        listed: dict[RecordKey, str] = {}
        if isinstance(source, Resumes):
            with self.store.begin() as connection:
                marks = listed_of.marks(connection, source.name, stream)
            source.resume(stream, marks)
        for batch in source.read(stream, since, self.now):
            listed.update(batch.listed)
            yield batch
        if listed and isinstance(source, Rereads):
            with self.store.begin() as connection:
                changed = listed_of.unknown(connection, listed)
            yield from source.reread(stream, changed)

    def _store(self, source: Source, stream: str, batch: Batch) -> None:
        with self.store.begin() as connection:
            stored = records.store_batch(
                connection,
                stream,
                batch.records,
                normalise=source.normalise,
                mapping=source.mapping_version,
                keys=self.keys,
                now=to_micros(self.now),
                remember=_memory(source, self.now),
                forgotten=self.forgotten,
            )
            self._notice_tasks(connection, source.name, (one.key for one in batch.records))
            if batch.still is not None:
                self._forget_unseen(connection, source, stream, set(batch.still), None)
        self.report.seen += stored.seen
        self.report.changed += stored.changed
        self.report.set_aside += stored.set_aside
        self.report.forgotten += stored.forgotten
        self.progress(f"{source.name} {stream}", self.report.seen)

    def _forget_unseen(
        self,
        connection: Connection,
        source: Source,
        stream: str,
        seen: set[RecordKey],
        within: Window | None,
    ) -> None:
        gone, known = records.unseen(connection, source.name, stream, seen, within)
        if len(gone) > max(GUARD_FLOOR, int(known * self.most_gone)):
            raise Guarded(
                f"{source.name} shows {len(gone)} of {known} {stream} no more. Look whether the "
                "key may still see all of them, or the file is whole; if they are really gone, run "
                "again with `--accept vanished`. Nothing was written."
            )
        records.remove(connection, gone, self.keys)
        self._notice_tasks(connection, source.name, gone)
        self.report.changed += len(gone)

    def _notice_tasks(self, connection: Connection, tool: str, keys: Iterable[RecordKey]) -> None:
        """Remember whose task a person may have completed, moved or deleted."""
        ids = [key.id for key in keys if key.type == "task"]
        self.report.task_customers |= customers_of_tasks(connection, tool, ids)


def _memory(source: Source, now: datetime) -> records.Remember | None:
    """Return how a source carries over what its records forget."""
    if not isinstance(source, Remembers):
        return None

    def remember(record: RawRecord, before: Mapping[str, object]) -> RawRecord:
        return source.remember(record, before, now)

    return remember
