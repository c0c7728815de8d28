"""`journeysync apply`: carry out a plan that a dry run saved, if the world is still the same."""

import time
from pathlib import Path

import click

from journeysync.commands.common import Console, options


@click.command("apply")
@click.argument("plan", type=click.Path(dir_okay=False, path_type=Path), metavar="PLAN")
@click.option(
    "--max-age", default="24h", show_default=True, metavar="D", help="Refuse an older plan."
)
@click.option(
    "--accept",
    multiple=True,
    type=click.Choice(["changes"]),
    help="Let the plan pass this guard.",
)
@options
def command(console: Console, plan: Path, max_age: str, accept: tuple[str, ...]) -> int:
    """Carry out a saved plan, if every record and task it names is still as the plan found it.

    For four eyes: one person saves and reads the plan, another (or a pipeline) applies it. If
    anything has changed in between, nothing is written and you are told to plan again. What an
    earlier try has made already is not sent again.

    \b
    Examples:
      journeysync sync --dry-run --out plan.json
      journeysync apply plan.json
      journeysync apply plan.json --max-age 2h

    \b
    Exit codes:
      0  applied                        6  a guard tripped, nothing was written
      2  no plan of journeysync         7  the plan is stale, nothing was written
      3  some rows failed               9  another run holds the workspace
    """
    from journeysync.commands import jobs
    from journeysync.core.errors import Usage
    from journeysync.core.language.durations import parse_duration
    from journeysync.core.planning.plan import decode
    from journeysync.core.planning.render import last_line
    from journeysync.core.running.apply import apply

    started = time.monotonic()
    try:
        saved = decode(plan.read_bytes())
    except ValueError as error:
        raise Usage(f"`{plan}` cannot be applied: {error}.") from None
    try:
        age = parse_duration(max_age).exact
    except ValueError as error:
        raise Usage(f"--max-age: {error}") from None
    if age is None:
        raise Usage("--max-age takes minutes, hours, days or weeks, such as `24h`.")
    opened = console.open_workspace()
    with jobs.job(console, opened, dry_run=False, accept=accept) as job:
        from datetime import timedelta

        finished = apply(job, saved, max_age=timedelta(microseconds=age))
    if finished.already:
        total = len(saved.records) + len(saved.tasks)
        what = "All" if finished.already == total else f"{finished.already} of {total}"
        console.show(f"{what} changes of this plan were made already; they were not sent again.")
    jobs.show_failures(console, finished)
    seconds = time.monotonic() - started
    console.answer(
        jobs.document(
            saved, dry_run=False, exit_code=finished.exit_code, finished=finished, seconds=seconds
        )
    )
    failed = len(finished.executed.failures)
    console.show(last_line("Done", finished.counts, failed=failed, seconds=seconds))
    return finished.exit_code
