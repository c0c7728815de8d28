"""`journeysync sync`: one run; with `--dry-run` everything but the writing."""

import time

import click

from journeysync.commands.common import Console, options


@click.command("sync")
@click.option("--dry-run", is_flag=True, help="Show the plan; write nothing, anywhere.")
@click.option("--full", is_flag=True, help="Read everything again, evaluate every customer.")
@click.option("--only", multiple=True, metavar="TOOL", help="Read this tool; may be repeated.")
@click.option("--now", metavar="T", help="Judge as of this instant, e.g. 2026-11-30T09:00:00Z.")
@click.option("--out", metavar="FILE", help="Save the plan, for `journeysync apply`.")
@click.option(
    "--accept",
    multiple=True,
    type=click.Choice(["changes", "vanished"]),
    help="Let the run pass this guard.",
)
@click.option("--exit-code", "tell", is_flag=True, help="Exit 5 where changes are pending.")
@options
def command(
    console: Console,
    *,
    dry_run: bool,
    full: bool,
    only: tuple[str, ...],
    now: str | None,
    out: str | None,
    accept: tuple[str, ...],
    tell: bool,
) -> int:
    """Read every tool, decide each customer's stage and tasks, and write them to the CRM.

    Reads what changed since the last run, works out who is the same customer, where each stands on
    the journey and which touchpoints were missed, and shows or writes exactly what differs. Running
    it again right away writes nothing. A run that was cut off is finished by the next one.

    \b
    Examples:
      journeysync sync --dry-run
      journeysync sync --dry-run --out plan.json
      journeysync sync
      journeysync sync --only hubspot --json

    \b
    Exit codes:
      0  done, or nothing to do         5  changes are pending (with --exit-code)
      2  workspace, map or state        6  a guard tripped, nothing was written
      3  some rows or one tool failed   8  the tool's call budget is used up, resumes
      4  credentials or scope           9  another run holds the workspace
    """
    from journeysync.commands import jobs
    from journeysync.core.planning.render import last_line, told_once
    from journeysync.core.planning.restraint import lines
    from journeysync.core.running.execute import Executed
    from journeysync.core.running.sync import exit_code, finish, look

    started = time.monotonic()
    opened = console.open_workspace()
    if dry_run:
        console.say("Dry run: nothing will be written.")
    with jobs.job(
        console, opened, dry_run=dry_run, now=now, full=full, only=only, accept=accept
    ) as job:
        outlook = look(job)
        jobs.show_reading(console, outlook, tools=len(opened.setups))
        if out:
            jobs.write_plan(out, outlook.plan)
        if dry_run:
            pending = 5 if tell and not outlook.plan.empty else 0
            jobs.show_plan(console, opened, outlook.plan)
            jobs.show_guard(console, job, outlook.plan)
            code = exit_code(outlook, Executed()) or pending
            console.answer(
                jobs.document(outlook.plan, dry_run=True, exit_code=code, outlook=outlook)
            )
            console.show(last_line("Plan", outlook.plan.counts))
            console.show("Dry run: nothing was written.")
            return code
        finished = finish(job, outlook, command="sync")
    for line in told_once(outlook.plan):
        console.say(line)
    for line in lines(outlook.plan.held_back):
        console.show(line)
    jobs.show_failures(console, finished)
    seconds = time.monotonic() - started
    failed = len(finished.executed.failures)
    code = finished.exit_code
    console.answer(
        jobs.document(
            outlook.plan, dry_run=False, exit_code=code, outlook=outlook, finished=finished,
            seconds=seconds,
        )
    )  # fmt: skip
    console.show(last_line("Done", finished.counts, failed=failed, seconds=seconds))
    return code
