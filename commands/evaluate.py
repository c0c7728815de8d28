"""`journeysync evaluate`: the core alone over files.

Connects to nothing and writes nothing but its results.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from journeysync.commands.common import Console, options
from journeysync.commands.failures import SOME_FAILED

if TYPE_CHECKING:
    import pyarrow as pa

    from journeysync.core.identity.resolution import Refusal
    from journeysync.core.problems import Problem
    from journeysync.core.workspace import Workspace

_SHOWN = 50
"""How many lines about rows of the files are enough without `-v`."""

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command("evaluate")
@click.option(
    "--journey", required=True, metavar="MAP", help="Journey map: a YAML file or a shipped name."
)
@click.option(
    "--people", required=True, type=_FILE, metavar="FILE", help="People: .csv, .jsonl or .parquet."
)
@click.option(
    "--events", required=True, type=_FILE, metavar="FILE", help="Events: .csv, .jsonl or .parquet."
)
@click.option("--now", metavar="INSTANT", help="As of when, such as 2026-11-30.  [default: now]")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Folder for the results; needed unless --json is given.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["csv", "parquet"]),
    default="csv",
    show_default=True,
    help="Of the results.",
)
@click.option(
    "--engine",
    type=click.Choice(["embedded"]),
    default="embedded",
    show_default=True,
    help="Where it is computed: in this process.",
)
@options
def command(
    console: Console,
    journey: str,
    people: Path,
    events: Path,
    now: str | None,
    out: Path | None,
    form: Literal["csv", "parquet"],
    engine: str,  # noqa: ARG001 - one choice so far; the option is there for scripts
) -> int:
    """Evaluate a journey map over files of people and events, without any tool or workspace.

    Writes three tables to DIR: `places` (where every customer stands and why), `moves` (how they
    came there) and `expectations` (every touchpoint: done, late, missed, waived or due). Rows that
    cannot be read are listed and left out; the rest is evaluated. A workspace, where there is one,
    says the time zone, who is the customer and which keys join nobody.

    \b
    Examples:
      journeysync evaluate --journey before-during-after --people people.csv \\
          --events events.csv --now 2026-11-30 --out results
      journeysync evaluate --journey my-journey.yaml --people people.parquet \\
          --events events.parquet --out results --format parquet
      journeysync evaluate --journey my-journey.yaml --people people.jsonl \\
          --events events.jsonl.gz --json

    \b
    Exit codes:
      0  everything was evaluated
      2  the map, a file or the folder cannot be used; nothing was written
      3  evaluated, but some rows of the files could not be read
    """
    from zoneinfo import ZoneInfo

    from journeysync.connectors.files.reading import FilesReading
    from journeysync.core.errors import Usage
    from journeysync.core.identity.rules import IdentityRules
    from journeysync.core.instants import to_micros
    from journeysync.core.running.bulk import evaluate_in_bulk
    from journeysync.core.running.clock import read_clock
    from journeysync.core.running.maps import read_maps
    from journeysync.core.running.outputs import outputs

    if out is None and not console.as_json:
        raise Usage("Say where the results go: add `--out DIR`, or `--json` for stdout.")
    workspace = _workspace(console)
    at = read_clock(now, url=workspace.clock, zone=workspace.timezone)
    rows = _Rows()
    with (
        outputs(out, form) as files,
        FilesReading(people, events, zone=ZoneInfo(workspace.timezone), spill=files.folder) as read,
        console.progress() as progress,
    ):
        (journey_map,), warnings = read_maps([journey], Path(), read.kinds())
        _say(console, warnings)
        summary = evaluate_in_bulk(
            journey_map,
            read,
            IdentityRules.of(workspace),
            to_micros(at),
            _both(files.add, rows.add if console.as_json else None),
            progress,
        )
        files.close()
        if out is not None:
            files.move_to(out)
    _say(console, [*read.notes, *read.problems])
    _say_refused(console, summary.refused)
    _conclude(console, summary.customers, summary.events, len(read.problems), out)
    console.answer({**rows.tables, "problems": [str(problem) for problem in read.problems]})
    return SOME_FAILED if read.problems else 0


def _workspace(console: Console) -> "Workspace":
    """Take the settings of a workspace where there is one, else the defaults."""
    from journeysync.core.running.workspace_file import WORKSPACE_FILE
    from journeysync.core.workspace import Workspace

    if (console.folder / WORKSPACE_FILE).exists():
        return console.open_workspace().workspace
    return Workspace()


class _Rows:
    """The results in memory, for `--json`."""

    def __init__(self) -> None:
        self.tables: dict[str, list[dict[str, Any]]] = {}

    def add(self, tables: Mapping[str, "pa.Table"]) -> None:
        for name, table in tables.items():
            self.tables.setdefault(name, []).extend(table.to_pylist())


Take = Callable[[Mapping[str, "pa.Table"]], None]


def _both(first: Take, second: Take | None) -> Take:
    def take(tables: Mapping[str, "pa.Table"]) -> None:
        first(tables)
        if second is not None:
            second(tables)

    return take


def _say(console: Console, problems: "Sequence[Problem]") -> None:
    """List problems by line; without `-v` not more than a person reads."""
    listed = sorted(problems)
    most = len(listed) if console.verbose else _SHOWN
    for problem in listed[:most]:
        console.say(str(problem))
    if len(listed) > most:
        console.say(f"... and {len(listed) - most} more; `-v` lists them all.")


def _say_refused(console: Console, refused: "Sequence[Refusal]") -> None:
    """List the keys that joined nobody although several records have them."""
    most = len(refused) if console.verbose else _SHOWN
    for one in refused[:most]:
        console.say(f"Not joined: {len(one.records)} records with {one.key} ({one.reason}).")
    if len(refused) > most:
        console.say(f"... and {len(refused) - most} more; `-v` lists them all.")


def _conclude(console: Console, customers: int, events: int, failed: int, out: Path | None) -> None:
    where = f" Results are in {out}." if out is not None else ""
    noun = "row" if failed == 1 else "rows"
    rows = f" {failed} {noun} could not be read; mend the file and run again." if failed else ""
    console.show(f"Evaluated {customers} customers with {events} events.{rows}{where}")
