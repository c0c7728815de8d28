"""`journeysync undo`: put back what a run changed, where nobody has changed it since."""

import time

import click

from journeysync.commands.common import Console, options


@click.command("undo")
@click.argument("run", metavar="RUN")
@click.option("--dry-run", is_flag=True, help="Show the plan; write nothing, anywhere.")
@options
def command(console: Console, run: str, *, dry_run: bool) -> int:
    """Put back what RUN changed in the CRM, where nobody has changed it since.

    Fields get the value they had before. Tasks that the run opened are closed as ours, those it
    closed are opened again, those it moved move back. What a person, another tool or a later run
    has changed since stays, and is said. `journeysync status` shows the ids of the runs; the
    beginning of one is enough, and 30 days back can be undone. The next sync decides anew: mend
    first what was wrong (the map, a mapping, `live_from`), or it does the same again.

    \b
    Examples:
      journeysync status
      journeysync undo 3f9c --dry-run
      journeysync undo 3f9c21ab77d0

    \b
    Exit codes:
      0  put back, or nothing to do     4  credentials or scope
      2  no such run, or the workspace  8  the tool's call budget is used up
      3  some rows or one tool failed   9  another run holds the workspace
    """
    from journeysync.commands import jobs
    from journeysync.core.errors import Usage
    from journeysync.core.planning.render import last_line
    from journeysync.core.running.apply import carry_out
    from journeysync.core.running.undo import plan_undo
    from journeysync.core.state.store import has_state

    started = time.monotonic()
    opened = console.open_workspace()
    if not has_state(opened.state_url, opened.folder):
        raise Usage("There was no run yet: nothing can be undone.")
    with jobs.job(console, opened, dry_run=dry_run) as job:
        number, plan = plan_undo(job, run)
        jobs.show_plan(console, opened, plan)
        if dry_run:
            console.answer({"run": number, **jobs.document(plan, dry_run=True, exit_code=0)})
            console.show(last_line("Plan", plan.counts))
            console.show("Dry run: nothing was written.")
            return 0
        finished = carry_out(job, plan, "undo")
    jobs.show_failures(console, finished)
    console.say("The next sync decides anew. Mend first what was wrong.")
    seconds = time.monotonic() - started
    code = finished.exit_code
    told = jobs.document(plan, dry_run=False, exit_code=code, finished=finished, seconds=seconds)
    console.answer({"run": number, **told})
    failed = len(finished.executed.failures)
    console.show(last_line("Done", finished.counts, failed=failed, seconds=seconds))
    return code
