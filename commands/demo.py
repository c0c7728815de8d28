"""`journeysync demo`: the whole product on pretend tools, step by step, with nothing to set up."""

import contextlib
import io
import json
from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from journeysync.commands.common import Console, options
from journeysync.commands.played import DEFAULT, PLAYED

_STEPS = (
    ("dry_run", "A dry run: what would be written, and why. Nothing is.", ("sync", "--dry-run")),
    ("sync", "The sync: exactly that plan, written to the CRM.", ("sync",)),
    ("second_sync", "The same again: a run without news writes nothing.", ("sync",)),
)


@click.command("demo")
@click.option(
    "--keep",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Make the workspace in this folder and leave it there to look at.",
)
@click.option(
    "--journey",
    type=click.Choice(tuple(PLAYED)),
    default=DEFAULT,
    show_default=True,
    help="The map: it chooses the pretend business and its tools.",
)
@click.option("--only", multiple=True, metavar="TOOL", help="Pretend this tool; may be repeated.")
@click.option(
    "--customers",
    type=click.IntRange(1, 1_000_000),
    metavar="N",
    help="How many people the pretend business knows.",
)
@options
def command(
    console: Console,
    *,
    keep: Path | None,
    journey: str,
    only: tuple[str, ...],
    customers: int | None,
) -> int:
    """See the product do its work: a small business in pretend tools, on this machine only.

    Starts a sandbox, shows a dry run, writes it, shows that a second sync writes nothing, and
    explains one customer who was forgotten. Needs no account and no network.

    \b
    Examples:
      journeysync demo
      journeysync demo --only hubspot --only calendly
      journeysync demo --journey service-business
      journeysync demo --keep my-demo
      journeysync demo --json

    \b
    Exit codes:
      0  every step went as it should
      1  a step did not: its output says why
    """
    from journeysync.commands.pretend import pretend

    told: dict[str, Any] = {}
    with pretend(console, folder=keep, journey=journey, only=only, customers=customers) as ready:
        for number, (name, headline, args) in enumerate(_STEPS, 1):
            told[name] = _step(console, number, headline, args, ready.workspace)
        written = told["second_sync"]["done"] if console.as_json else None
        customer = _forgotten(ready.workspace)
        told["explain"] = _step(
            console,
            len(_STEPS) + 1,
            "Why one of them is where they are, and what was missed.",
            ("explain", customer),
            ready.workspace,
        )
        told["report"] = _step(
            console,
            len(_STEPS) + 2,
            "How the journey goes for all of them: the weakest touchpoint first.",
            ("report",),
            ready.workspace,
        )
    if keep:
        console.show(f"\nThe workspace stays in {keep}; its sandbox is gone.")
    else:
        console.show("\nThat was all of it. Start your own: journeysync init")
    console.answer({**told, "second_sync_wrote": written})
    return 0


def _step(
    console: Console, number: int, headline: str, args: Sequence[str], workspace: Path
) -> Any:
    """Run one command as a user would; return its JSON document where JSON is asked for."""
    module = import_module(f"journeysync.commands.{args[0]}")
    console.show(f"\n{number}. {headline}\n$ journeysync {' '.join(args)}\n")
    words = [*args[1:], "--workspace", str(workspace)]
    words += ["--verbose"] if console.verbose else []
    if not console.as_json:
        _call(module.command, words)
        return None
    with _captured() as text:
        _call(module.command, [*words, "--json"])
    return json.loads(text.getvalue())


def _call(run: click.Command, words: Sequence[str]) -> None:
    code = run.main(list(words), prog_name=f"journeysync {run.name}", standalone_mode=False)
    if code:
        raise click.exceptions.Exit(1)


@contextlib.contextmanager
def _captured() -> Iterator[io.StringIO]:
    text = io.StringIO()
    with contextlib.redirect_stdout(text):
        yield text


def _forgotten(workspace: Path) -> str:
    """Name a record of the customer whose open task has waited longest."""
    from journeysync.core.running.workspace_file import open_workspace
    from journeysync.core.state.ledger import longest_waiting
    from journeysync.core.state.store import read_store

    opened = open_workspace(workspace)
    store = read_store(opened.state_url, opened.folder)
    try:
        with store.begin() as connection:
            return longest_waiting(connection)
    finally:
        store.close()
