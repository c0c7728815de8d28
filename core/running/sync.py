"""One run: recover, read, identify, evaluate, plan; then, unless it is a dry run, execute.

Nothing is decided here and nothing is called directly: this file is the order of things. A run
that is cut off anywhere leaves marks (dirty records, intents, watermarks) from which the next run
comes to the same end.
"""

import hashlib
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from importlib.metadata import version
from math import ceil
from zoneinfo import ZoneInfo

import msgspec
import numpy as np

from journeysync.core.engine.calendar import Clock
from journeysync.core.errors import Guarded, Stop
from journeysync.core.identity.rules import IdentityRules
from journeysync.core.instants import from_micros, to_micros
from journeysync.core.language.model import Calendar, Journey
from journeysync.core.models import RecordKey
from journeysync.core.planning.ledger import Ledger, RecordId, Rules
from journeysync.core.planning.make import (
    Concerned,
    Questions,
    concerned,
    make_plan,
    questions,
)
from journeysync.core.planning.plan import Counts, Plan
from journeysync.core.planning.records import targets
from journeysync.core.planning.shown import Atlas
from journeysync.core.planning.views import CustomerView
from journeysync.core.ports import Destination, Display, Source
from journeysync.core.running.answers import Evaluated, Setting, evaluate_customers
from journeysync.core.running.execute import Executed, execute
from journeysync.core.running.gather import gather
from journeysync.core.running.identify import identify
from journeysync.core.running.ingest import (
    GUARD_FLOOR,
    ReadReport,
    as_read,
    emitted,
    ingest,
    keys_with,
)
from journeysync.core.running.progress import Progress, silent
from journeysync.core.running.recover import recover
from journeysync.core.state import changes, intents, records, runs, wishes
from journeysync.core.state import ledger as ledger_of
from journeysync.core.state.store import Store
from journeysync.core.workspace import Workspace

CHUNK = 5000
"""Customers evaluated at a time."""


@dataclass(frozen=True, slots=True)
class Job:
    """What a run works with."""

    store: Store
    workspace: Workspace
    journeys: tuple[Journey, ...]
    sources: Mapping[str, Source]
    destinations: Mapping[str, Display]
    now: datetime
    """The instant that is judged."""
    clock: datetime
    """The instant it is; reading goes by it."""
    full: bool = False
    only: tuple[str, ...] = ()
    accept: frozenset[str] = frozenset()
    failed_only: bool = False
    """Read nothing, and look at the customers of rows that failed alone."""
    progress: Progress = silent


@dataclass(slots=True)
class Outlook:
    """What a run has found out and wants to do."""

    plan: Plan
    read: ReadReport
    evaluated: Evaluated
    due: dict[str, int]
    dirty: tuple[str, ...]
    failed: dict[str, str] = field(default_factory=dict)
    """Tool -> why it could not be read or asked."""
    stopped: Stop | None = None
    customers: tuple[str, ...] = ()
    """Who was looked at."""


@dataclass(slots=True)
class Finished:
    """What a run has done."""

    counts: Counts
    executed: Executed
    exit_code: int
    already: int = 0
    """Changes of a saved plan that were made before."""


def look(job: Job) -> Outlook:
    """Do everything up to the plan: reads the tools, writes to the state only."""
    atlas = Atlas.of(job.journeys, ZoneInfo(job.workspace.timezone))
    identity = IdentityRules.of(job.workspace)
    recover(job.store, job.destinations, job.clock)
    mark = fingerprint(job)
    read, dirty, chosen = _failed(job) if job.failed_only else _read(job, identity, mark)
    with job.store.begin() as connection:
        kinds = {name: emitted(connection, source) for name, source in job.sources.items()}
    setting = Setting(job.journeys, identity, job.now, atlas.zone, _reach(job, read), kinds)
    rules = rules_of(job)
    evaluated, seen = _evaluate(job, sorted(chosen), setting, dirty, atlas, rules)
    plan, failed, stopped, gone = _plan(job, seen, atlas, rules, mark, read.failed)
    due = _due(evaluated, plan, job, atlas.zone)
    return Outlook(
        plan,
        read,
        evaluated,
        due,
        tuple(one for one in dirty if one not in gone),
        failed,
        read.stopped or stopped,
        tuple(sorted(chosen)),
    )


def _read(job: Job, identity: IdentityRules, mark: str) -> tuple[ReadReport, list[str], set[str]]:
    """Read the tools; return what was read, the records with news, and whom to look at."""
    read = ingest(
        job.store, job.sources, identity, now=min(job.now, job.clock), full=job.full,
        only=job.only, progress=job.progress,
        most_gone=1.0 if "vanished" in job.accept else job.workspace.guard.max_changes,
    )  # fmt: skip
    with job.store.begin() as connection:
        dirty = runs.dirty_people(connection)
        identified = identify(connection, dirty, identity)
        if job.full or runs.fingerprint(connection) != mark:
            return read, dirty, runs.all_customers(connection)
        chosen = set(identified.customers | identified.vanished)
        chosen |= runs.due_customers(connection, to_micros(job.now))
        chosen |= intents.failed_customers(connection) | read.task_customers
        return read, dirty, ledger_of.with_sharers(connection, chosen)


def _failed(job: Job) -> tuple[ReadReport, list[str], set[str]]:
    """Choose the customers of rows that failed, without reading; news wait for the next sync."""
    with job.store.begin() as connection:
        chosen = ledger_of.with_sharers(connection, intents.failed_customers(connection))
    return as_read(job.store, job.sources), [], chosen


def _reach(job: Job, read: ReadReport) -> dict[str, int]:
    """Say up to when each tool is read; asked about a future instant, as if it were then."""
    ahead = max(0, to_micros(job.now) - to_micros(job.clock))
    return {
        tool: at + (0 if tool in read.failed else ahead) for tool, at in read.read_until.items()
    }


def _evaluate(
    job: Job,
    customers: Sequence[str],
    setting: Setting,
    dirty: Sequence[str],
    atlas: Atlas,
    rules: Rules,
) -> tuple[Evaluated, Concerned]:
    """Evaluate in chunks; keep the whole view only of customers whom a plan may concern."""
    touched = set(dirty)
    everything = Evaluated()
    kept = Concerned([], Counter())
    for start in range(0, len(customers), CHUNK):
        part = customers[start : start + CHUNK]
        with job.store.begin() as connection:
            tasked = ledger_of.with_tasks(connection, part)
            found = evaluate_customers(connection, part, setting, touched, settled_for=tasked)
            # Whoever is gone is owed nothing: their tasks close.
            here = {view.id for view in found.views}
            found.views += [CustomerView(one, (), ()) for one in sorted(tasked - here)]
            ledger = _ledger(job, found.views, rules)
        everything.due |= found.due
        everything.remarks += found.remarks
        part_of_it = concerned(found.views, atlas, rules, ledger, job.now)
        kept.views.extend(part_of_it.views)
        kept.left_out.update(part_of_it.left_out)
        job.progress("evaluating", start + len(part), len(customers))
    return everything, kept


def _ledger(job: Job, views: Sequence[CustomerView], rules: Rules) -> Ledger:
    records = {record for view in views for record in targets(view, rules)}
    midnight = job.now.astimezone(ZoneInfo(job.workspace.timezone)).replace(
        hour=0, minute=0, second=0, microsecond=0
    )
    with job.store.begin() as connection:
        return ledger_of.load_ledger(connection, [view.id for view in views], records, midnight)


def _plan(
    job: Job,
    seen: Concerned,
    atlas: Atlas,
    rules: Rules,
    mark: str,
    unread: Mapping[str, str],
) -> tuple[Plan, dict[str, str], Stop | None, set[str]]:
    views: Sequence[CustomerView] = seen.views
    ledger = _ledger(job, views, rules)
    asked = questions(views, atlas, rules, ledger, job.now) if views else Questions((), ())
    asked = replace(asked, records=_with_failed(job, views, rules, asked.records))
    down = {tool: why for tool, why in unread.items() if tool in job.destinations}
    gathered = gather(job.destinations, asked, ledger, down)
    gone = {record for record, held in gathered.world.records.items() if not held.id}
    if len(gone) > max(GUARD_FLOOR, len(gathered.world.records) // 10):
        gone = set()  # so many at once are a key with fewer rights, or a tool that is not well
    views = _without(job, views, gone)
    plan = make_plan(
        views, atlas, rules, ledger, gathered.world, now=job.now, fingerprint=mark,
        left_out=seen.left_out,
    )  # fmt: skip
    names = {f"{tool}:{number}" for tool, _, number in gone}
    return plan, {**unread, **gathered.failed}, gathered.stopped, names


def _with_failed(
    job: Job, views: Sequence[CustomerView], rules: Rules, asked: Sequence[RecordId]
) -> tuple[RecordId, ...]:
    """Ask for the records of customers with a row that failed, too: they may be gone."""
    with job.store.begin() as connection:
        failed = intents.failed_customers(connection)
    theirs = {one for view in views if view.id in failed for one in targets(view, rules)}
    return tuple(sorted(theirs.union(asked)))


def _without(
    job: Job, views: Sequence[CustomerView], gone: set[RecordId]
) -> Sequence[CustomerView]:
    """Take records that a CRM no longer has out of the state: no change list tells of them.

    Whoever is nobody else is owed nothing more; the others are worked out anew by the next run.
    """
    if not gone:
        return views
    keys = keys_with(IdentityRules.of(job.workspace))
    with job.store.begin() as connection:
        records.remove(connection, [RecordKey(*record) for record in sorted(gone)], keys)
    found = []
    for view in views:
        left = tuple(one for one in view.people if (one.tool, one.type, one.id) not in gone)
        found.append(replace(view, people=left) if left else replace(view, answers=()))
    return found


def _due(evaluated: Evaluated, plan: Plan, job: Job, zone: ZoneInfo) -> dict[str, int]:
    """Add to the instants at which to look again what the caps and outages put off."""
    due = dict(evaluated.due)
    tomorrow = job.now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    tomorrow += timedelta(days=1)
    for customer in plan.held_customers:
        due[customer] = min(due.get(customer, to_micros(tomorrow)), to_micros(tomorrow))
    return due


def finish(job: Job, outlook: Outlook, *, command: str) -> Finished:
    """Execute the plan and leave the state ready for the next run.

    Raises Guarded, before anything is written, when the plan changes too much.
    """
    guard(job, outlook.plan)
    run = uuid.uuid4().hex[:12]
    before = {name: tool.calls for name, tool in job.destinations.items()}
    with job.store.begin() as connection:
        runs.start_run(connection, run, command, to_micros(job.clock))
        changes.prune(connection, to_micros(job.clock))
        ledger_of.note_adoptions(connection, outlook.plan.adoptions, job.clock)
        ledger_of.note_findings(connection, outlook.plan.findings)
        ledger_of.note_pins(connection, outlook.plan.pins)
    executed = execute(
        job.store, outlook.plan, job.destinations, run=run, now=job.clock, progress=job.progress
    )
    calls = sum(tool.calls - before[name] for name, tool in job.destinations.items())
    counts = executed.counts(outlook.plan, calls)
    code = exit_code(outlook, executed)
    with job.store.begin() as connection:
        # Where a tool could not be asked, everybody that was looked at may have something waiting.
        again = outlook.customers if outlook.failed else tuple(executed.waiting)
        due = {**outlook.due, **dict.fromkeys(again, to_micros(job.now))}
        runs.set_due(connection, outlook.customers, due)
        runs.clean(connection, outlook.dirty)
        still = {(one.tool, one.record) for one in executed.failures}
        seen = {*outlook.customers, *ledger_of.former_ids(connection, outlook.customers)}
        intents.drop_failures(connection, seen, still, outlook.failed)
        wishes.clear_ended(connection, outlook.customers, min(job.now, job.clock))
        if not job.failed_only:  # only a run that could look at everybody has
            runs.set_fingerprint(connection, outlook.plan.fingerprint)
        runs.finish_run(connection, run, to_micros(job.clock), code, msgspec.to_builtins(counts))
    return Finished(counts, executed, code)


def exit_code(outlook: Outlook, executed: Executed) -> int:
    """Say how a run has ended: DESIGN's order of exit codes."""
    for error in (outlook.stopped, executed.stopped):
        if error is not None:
            return error.exit_code
    failed = outlook.failed or executed.failures or outlook.read.set_aside
    return 3 if failed or outlook.evaluated.remarks else 0


def guard(job: Job, plan: Plan) -> None:
    """Stop a plan that changes the stage of far more customers than a normal day would."""
    changed = sum(
        any(one.field == "journey_stage" and one.before for one in change.fields)
        for change in plan.records
    )
    if changed <= GUARD_FLOOR or "changes" in job.accept:
        return  # and nobody counts what was ever written
    share = job.workspace.guard.max_changes
    with job.store.begin() as connection:
        enough = ceil(changed / share) if share else 0
        if enough and ledger_of.customers_written(connection, enough) == enough:
            return
        written = ledger_of.customers_written(connection)
    most = max(GUARD_FLOOR, int(written * share))
    if changed > most:
        raise Guarded(
            f"The plan changes the stage of {changed} of {written} records written before; more "
            f"than {most} is not normal. Look at `sync --dry-run`, then run again with "
            "`--accept changes` if it is right. Nothing was written."
        )


def rules_of(job: Job) -> Rules:
    """Make instants of what the workspace says about tasks and writing."""
    workspace = job.workspace
    clock = Clock.of(Calendar(timezone=workspace.timezone))
    now = np.array([to_micros(job.now)], dtype=np.int64)
    horizon = int(clock.subtract(now, workspace.tasks.horizon)[0])
    # Never the order of the tools in the file: which one is read first must not matter.
    order = workspace.precedence or workspace.write_to
    live_from = None
    if workspace.live_from is not None:
        live_from = datetime.fromisoformat(workspace.live_from)
        if live_from.tzinfo is None:
            live_from = live_from.replace(tzinfo=ZoneInfo(workspace.timezone))
    return Rules(
        write_to=workspace.write_to,
        precedence={tool: i for i, tool in enumerate(order)},
        departments=workspace.departments,
        company_grain=workspace.customer == "company",
        earliest_deadline=from_micros(horizon),
        live_from=live_from,
        max_open_per_customer=workspace.tasks.max_open_per_customer,
        max_per_day=workspace.tasks.max_per_day,
        max_per_owner_per_day=workspace.tasks.max_per_owner_per_day,
        batch={name: tool.batch for name, tool in job.destinations.items()},
        shows={name: tool.shows for name, tool in job.destinations.items()},
        carries={
            name: carried
            for name, tool in job.destinations.items()
            if (carried := tool.carries) is not None
        },
        without_tasks=frozenset(
            name for name, tool in job.destinations.items() if not isinstance(tool, Destination)
        ),
    )


def fingerprint(job: Job) -> str:
    """Hash what a full evaluation depends on: maps, workspace, mappings, the holidays library."""
    parts = [
        *(journey.model_dump_json() for journey in job.journeys),
        job.workspace.model_dump_json(exclude={"clock", "state"}),
        *(f"{name} {source.mapping_version}" for name, source in sorted(job.sources.items())),
        version("holidays"),
    ]
    return hashlib.blake2b("\n".join(parts).encode(), digest_size=16).hexdigest()
