"""`journeysync retry`: the rows that failed once more, and nothing else."""

import time

import click

from journeysync.commands.common import Console, options


@click.command("retry")
@click.option("--dry-run", is_flag=True, help="Show what would be tried; write nothing, anywhere.")
@options
def command(console: Console, *, dry_run: bool) -> int:
    """Try the rows that failed again: only their customers, without reading any tool.

    For when the cause is mended (a validation rule, a missing option, a scope) and the next sync
    is far. What a row should hold is decided anew from what the last sync read, so an old value is
    never written; a row that is no longer wanted is dropped. Rows that were never sent, since the
    key was refused or the day's calls were used up, are among them. `journeysync status` lists the
    rows with the reason. The next sync tries them too.

    \b
    Examples:
      journeysync retry
      journeysync retry --dry-run
      journeysync retry --json

    \b
    Exit codes:
      0  nothing had failed, or all went through   6  a guard tripped, nothing was written
      2  workspace, map or state                   8  the tool's call budget is used up
      3  some rows failed again                    9  another run holds the workspace
      4  credentials or scope
    """
    from journeysync.commands import jobs
    from journeysync.core.errors import Usage
    from journeysync.core.planning.render import last_line
    from journeysync.core.running.execute import Executed
    from journeysync.core.running.sync import exit_code, finish, look
    from journeysync.core.state.store import has_state

    started = time.monotonic()
    opened = console.open_workspace()
    if not has_state(opened.state_url, opened.folder):
        raise Usage("There was no run yet. Run `journeysync sync --dry-run` first.")
    with jobs.job(console, opened, dry_run=dry_run, failed_only=True) as job:
        outlook = look(job)
        jobs.show_reading(console, outlook, tools=len(opened.setups))
        if dry_run:
            jobs.show_plan(console, opened, outlook.plan)
            code = exit_code(outlook, Executed())
            console.answer(
                jobs.document(outlook.plan, dry_run=True, exit_code=code, outlook=outlook)
            )
            console.show(last_line("Plan", outlook.plan.counts))
            console.show("Dry run: nothing was written.")
            return code
        finished = finish(job, outlook, command="retry")
    jobs.show_failures(console, finished)
    seconds = time.monotonic() - started
    console.answer(
        jobs.document(
            outlook.plan, dry_run=False, exit_code=finished.exit_code, outlook=outlook,
            finished=finished, seconds=seconds,
        )
    )  # fmt: skip
    failed = len(finished.executed.failures)
    console.show(last_line("Done", finished.counts, failed=failed, seconds=seconds))
    return finished.exit_code
