"""Making ready what `sync`, `apply` and `demo` run with, and telling what came of it."""

import gc
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from journeysync.commands.common import Console

if TYPE_CHECKING:
    from journeysync.core.planning.plan import Plan
    from journeysync.core.running.sync import Finished, Job, Outlook
    from journeysync.core.running.workspace_file import OpenWorkspace

_SHOWN = 20
"""So many failed rows are listed; `--json` has all of them."""
_YOUNG = 50_000
"""So many new objects make it worth while to look for garbage; a batch of records is fewer."""


def spare_collecting() -> None:
    """Let records pass by without being looked through for garbage, which they hold none of.

    What is loaded by now stays: looking through it again and again would cost as much as reading.
    """
    gc.freeze()
    gc.set_threshold(_YOUNG)


@contextmanager
def job(
    console: Console,
    opened: "OpenWorkspace",
    *,
    dry_run: bool,
    now: str | None = None,
    full: bool = False,
    only: Sequence[str] = (),
    accept: Sequence[str] = (),
    failed_only: bool = False,
) -> Iterator["Job"]:
    """Open state and tools for one run; a real run holds the workspace's lock."""
    from journeysync.commands.tools import make_destinations, make_sources
    from journeysync.core.errors import Usage
    from journeysync.core.running.sync import Job
    from journeysync.core.state.store import open_store

    unknown = [name for name in only if name not in opened.setups]
    if unknown:
        raise Usage(
            f"--only names `{unknown[0]}`, which is not under `tools` in journeysync.yaml. "
            f"There are: {', '.join(opened.setups) or 'none'}."
        )
    with ExitStack() as stack:
        store = open_store(opened.state_url, opened.folder, dry_run=dry_run, lock=not dry_run)
        stack.callback(store.close)
        sources = make_sources(opened)
        spare_collecting()
        clock = opened.now()
        yield Job(
            store=store,
            workspace=opened.workspace,
            journeys=opened.journeys,
            sources=sources,
            destinations=make_destinations(opened, sources),
            now=opened.now(now) if now else clock,
            clock=clock,
            full=full,
            only=tuple(only),
            accept=frozenset(accept),
            failed_only=failed_only,
            progress=stack.enter_context(console.progress()),
        )


def show_plan(console: Console, opened: "OpenWorkspace", plan: "Plan") -> None:
    """Print a plan for people."""
    from journeysync.core.planning.render import render

    for line in render(plan, ZoneInfo(opened.workspace.timezone), everything=console.verbose):
        console.show(line)


def show_guard(console: Console, job: "Job", plan: "Plan") -> None:
    """Say in a dry run that the sync would be stopped."""
    from journeysync.core.errors import Guarded
    from journeysync.core.running.sync import guard

    try:
        guard(job, plan)
    except Guarded as stopped:
        console.say(f"A sync would stop here: {stopped}")


def show_reading(console: Console, outlook: "Outlook", *, tools: int) -> None:
    """Say what could not be read, of so many tools: tools, rows, overrides."""
    go_on = "The other tools go on; what" if len(outlook.failed) < tools else "What"
    for why in outlook.failed.values():
        console.say(f"{why} {go_on} waits is done by the next sync.")
    for why in outlook.read.withheld:
        console.say(f"{why} The rest is read; what only this would show is followed by tasks.")
    if outlook.read.set_aside:
        console.say(
            f"{outlook.read.set_aside} rows could not be read right and were set aside; "
            "`journeysync status` lists them with the reason."
        )
    if outlook.read.forgotten:
        console.say(
            f"{outlook.read.forgotten} records of people who were forgotten were left out; delete "
            "these people in the tools too, where the law asks for it."
        )
    for remark in outlook.evaluated.remarks:
        console.say(remark)


def show_failures(console: Console, finished: "Finished") -> None:
    """List the rows that did not go through, each with its next step."""
    failures = finished.executed.failures
    for one in failures[:_SHOWN]:
        console.say(f"{one.tool} {one.record}: {one.code}. {one.message}")
    if len(failures) > _SHOWN:
        console.say(f"… and {len(failures) - _SHOWN} more; --json lists all of them.")
    if finished.executed.stopped is not None:
        console.say(str(finished.executed.stopped))


def document(
    plan: "Plan",
    *,
    dry_run: bool,
    exit_code: int,
    outlook: "Outlook | None" = None,
    finished: "Finished | None" = None,
    seconds: float | None = None,
) -> Mapping[str, Any]:
    """Return what `--json` answers."""
    import msgspec

    told: dict[str, Any] = {
        "exit_code": exit_code,
        "dry_run": dry_run,
        "plan": msgspec.to_builtins(plan),
    }
    if outlook is not None:
        told["customers"] = len(outlook.customers)
        told["read"] = {
            "seen": outlook.read.seen,
            "changed": outlook.read.changed,
            "set_aside": outlook.read.set_aside,
            "forgotten": outlook.read.forgotten,
            "failed": outlook.failed,
        }
        told["remarks"] = outlook.evaluated.remarks
    if finished is not None:
        told["done"] = msgspec.to_builtins(finished.counts)
        told["failures"] = msgspec.to_builtins(finished.executed.failures)
        told["already"] = finished.already
        told["seconds"] = seconds
    return told


def write_plan(path: str, plan: "Plan") -> None:
    """Save a plan whole or not at all: a half-written plan must never be applied."""
    import os
    import tempfile
    from pathlib import Path

    from journeysync.core.planning.plan import encode

    target = Path(path)
    handle, name = tempfile.mkstemp(dir=target.parent or Path(), prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(encode(plan))
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
