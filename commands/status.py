"""`journeysync status`: the last runs, what waits, and whether the last good run is recent."""

from typing import TYPE_CHECKING, Any

import click

from journeysync.commands.common import Console, options

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from journeysync.core.state.runs import RunRow

_RUNS = 10
_SHOWN = 5
"""So many rows that failed for one reason are named; the rest is counted."""


@click.command("status")
@click.option(
    "--max-age", metavar="D", help="Exit 3 when the last good run is older, e.g. 25h or 2d."
)
@options
def command(console: Console, max_age: str | None) -> int:
    """Show the last runs, rows that failed or were set aside, and how fresh each tool is.

    Let a monitor call it with `--max-age`: a scheduled job that never ran makes no noise by itself.
    Reads the state only.

    \b
    Examples:
      journeysync status
      journeysync status --max-age 25h
      journeysync status --json

    \b
    Exit codes:
      0  as it should be
      2  no state yet, or the workspace must be corrected
      3  the last good run is older than --max-age, or there was none
    """
    from journeysync.core.errors import Usage
    from journeysync.core.instants import from_micros, to_micros
    from journeysync.core.state import runs, wishes
    from journeysync.core.state.store import has_state, read_store

    opened = console.open_workspace()
    limit = _age(max_age)
    if not has_state(opened.state_url, opened.folder):
        if limit is not None:
            console.say("There was no run yet. Is the scheduled job installed?")
            console.answer({"exit_code": 3, "runs": []})
            return 3
        raise Usage("There was no run yet. Run `journeysync sync --dry-run` first.")
    store = read_store(opened.state_url, opened.folder)
    try:
        with store.begin() as connection:
            last = runs.last_runs(connection, _RUNS)
            good = runs.last_good(connection, ("sync",))
            holds = runs.overview(connection)
            failed = runs.failures(connection)
            aside = runs.rows_set_aside(connection)
            marks = runs.watermarks(connection)
            wished = wishes.standing(connection, opened.now())
    finally:
        store.close()
    now = to_micros(opened.now())
    stale = limit is not None and (good is None or now - good > limit)
    for run in last:
        console.show(_line(run))
    console.show(" ".join(f"{name}={count}" for name, count in holds.items()))
    for line in waiting(failed):
        console.show(line)
    for row in aside:
        console.show(f"set aside  {row['record']}: {row['code']}. {row['reason']}")
    for wish in wished:
        until = f"until {wish.until:%Y-%m-%d %H:%M} UTC" if wish.until else "until it is taken back"
        stage = f" {wish.stage}" if wish.stage else ""
        console.show(f"{wish.what}  customer {wish.customer}{stage} {until}")
    for tool, stream, at, _ in marks:
        console.show(f"{tool} {stream}: read up to {from_micros(at):%Y-%m-%d %H:%M} UTC")
    if stale:
        when = f"at {from_micros(good):%Y-%m-%d %H:%M} UTC" if good else "never"
        console.say(f"The last good sync was {when}. Look at the scheduled job and its output.")
    code = 3 if stale else 0
    console.answer(
        {
            "exit_code": code,
            "runs": [_row(run) for run in last],
            "holds": holds,
            "failed": failed,
            "set_aside": aside,
            "by_hand": [
                {
                    "what": wish.what,
                    "customer": wish.customer,
                    "stage": wish.stage or None,
                    "until": None if wish.until is None else wish.until.isoformat(),
                }
                for wish in wished
            ],
            "last_good": None if good is None else from_micros(good).isoformat(),
        }
    )
    return code


def _age(text: str | None) -> int | None:
    from journeysync.core.errors import Usage
    from journeysync.core.language.durations import parse_duration

    if text is None:
        return None
    try:
        exact = parse_duration(text).exact
    except ValueError as error:
        raise Usage(f"--max-age: {error}") from None
    if exact is None:
        raise Usage("--max-age takes minutes, hours, days or weeks, such as `25h`.")
    return exact


def waiting(rows: "Sequence[Mapping[str, Any]]") -> "Iterator[str]":
    """Say which rows wait, those of one reason together: a refused key leaves thousands."""
    reasons: dict[tuple[str, str, str], list[str]] = {}
    for row in rows:
        reasons.setdefault((row["tool"], row["code"], row["message"]), []).append(row["key"])
    for (tool, code, message), keys in reasons.items():
        for key in keys[:_SHOWN]:
            yield f"failed  {tool} {key}: {code}. {message}"
        if len(keys) > _SHOWN:
            more = len(keys) - _SHOWN
            yield f"failed  {tool}: {code}, {more} more for the same reason; --json lists them."
    if rows:
        yield "The next sync tries these rows; `journeysync retry` does so without reading tools."


def _line(run: "RunRow") -> str:
    from journeysync.core.instants import from_micros

    if run.exit_code is None:
        end = "cut off; the next run finishes it"
    else:
        figures = " ".join(f"{name}={value}" for name, value in run.summary.items())
        end = f"exit {run.exit_code}  {figures}"
    return f"{from_micros(run.started):%Y-%m-%d %H:%M} UTC  {run.command:<5}  {run.id}  {end}"


def _row(run: "RunRow") -> dict[str, Any]:
    from journeysync.core.instants import from_micros

    return {
        "id": run.id,
        "command": run.command,
        "started": from_micros(run.started).isoformat(),
        "finished": None if run.finished is None else from_micros(run.finished).isoformat(),
        "exit_code": run.exit_code,
        **run.summary,
    }
