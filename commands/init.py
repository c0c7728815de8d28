"""`journeysync init`: the files of a new workspace, explained in themselves.

Never overwrites what is there, and leaves nothing half-made behind.
"""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

import click

from journeysync.commands.common import Console, options
from journeysync.commands.templates import GITIGNORE, KEYS, WORKSPACE
from journeysync.core.errors import Usage

PRIVATE, PUBLIC = 0o600, 0o644


@click.command("init")
@click.option(
    "--journey",
    default="before-during-after",
    show_default=True,
    metavar="NAME",
    help="Journey map to start with: a shipped name or a YAML file.",
)
@click.option(
    "--live-from",
    metavar="DATE",
    help="Deadlines before this day make no task.  [default: today]",
)
@options
def command(console: Console, journey: str, *, live_from: str | None) -> int:
    """Start a workspace: one folder that says which tools and which journey belong together.

    Writes `journeysync.yaml` (which tools, which journey map; every setting explained), `.env` for
    your keys (readable by you alone), `.env.example` to share instead, `schemas/` from which an
    editor completes and checks maps and the workspace file, and `.gitignore`. Run it once, in an
    empty folder or beside your own files; nothing that is there is overwritten.

    \b
    Examples:
      journeysync init
      journeysync init --workspace studio --journey before-during-after
      journeysync init --journey my-journey.yaml
      journeysync init --live-from 2026-12-01

    \b
    Exit codes:
      0  the workspace is there
      2  there is one already, the folder cannot be written, no such journey, or no date
    """
    from journeysync.core.running.maps import read_maps

    read_maps([journey], console.folder)
    made = _write(console.folder, journey, _day(live_from))
    for path in made:
        console.show(f"Made {path}")
    where = "" if console.folder == Path() else f" --workspace {console.folder}"
    steps = (
        f"put your keys into {console.folder / '.env'}",
        f"journeysync check{where}",
        f"journeysync provision{where}",
        f"journeysync sync --dry-run{where}",
    )
    console.show("Next:")
    for number, step in enumerate(steps, 1):
        console.show(f"  {number}. {step}")
    console.answer({"made": [str(path) for path in made], "next": steps})
    return 0


def _day(live_from: str | None) -> str:
    """Read the day from which on tasks are made: an old business must not drown in old ones."""
    from journeysync.core.running.clock import read_clock

    if live_from and not re.fullmatch(r"\d{4}-\d{2}-\d{2}", live_from):
        raise Usage(f"--live-from: `{live_from}` is no date. Write it like `2026-12-01`.")
    return f"{read_clock(live_from):%Y-%m-%d}"


def _write(folder: Path, journey: str, live_from: str) -> list[Path]:
    """Write all files or none."""
    workspace = folder / "journeysync.yaml"
    if workspace.exists():
        raise Usage(
            f"There is a workspace in `{folder}` already. Edit {workspace}, or name another folder "
            "with --workspace."
        )
    folder.mkdir(parents=True, exist_ok=True)
    made: list[Path] = []
    try:
        for name, text, mode in _files(journey, live_from):
            path = folder / name
            if not path.exists():
                if not path.parent.is_dir():
                    path.parent.mkdir()
                    made.append(path.parent)
                made.append(path)
                _write_new(path, text, mode)
        if _ignore(folder / ".gitignore"):
            made.append(folder / ".gitignore")
    except BaseException:
        for path in reversed(made):
            if path.is_dir():
                path.rmdir()
            else:
                path.unlink(missing_ok=True)
        raise
    return [path for path in made if path.is_file()]


def _files(journey: str, live_from: str) -> Iterator[tuple[str, str, int]]:
    """Yield name, text and mode of each file; the workspace itself last."""
    from journeysync.core.language.schema import journey_schema, workspace_schema

    yield ".env", KEYS, PRIVATE
    yield ".env.example", KEYS, PUBLIC
    yield "schemas/journey.schema.json", json.dumps(journey_schema(), indent=1) + "\n", PUBLIC
    yield "schemas/workspace.schema.json", json.dumps(workspace_schema(), indent=1) + "\n", PUBLIC
    named = journey if re.fullmatch(r"[\w./-]+", journey) else json.dumps(journey)
    yield "journeysync.yaml", WORKSPACE.format(journey=named, live_from=live_from), PUBLIC


def _write_new(path: Path, text: str, mode: int) -> None:
    """Create a file with its mode from the first moment on, so that no key is ever readable."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w") as file:
        file.write(text)


def _ignore(path: Path) -> bool:
    """Keep keys and state out of version control; lines that are there stay."""
    present = path.read_text("utf-8").splitlines() if path.exists() else []
    missing = [line for line in GITIGNORE if line not in present]
    if missing:
        with path.open("a", encoding="utf-8") as file:
            ends_well = not present or path.read_text("utf-8").endswith("\n")
            file.write(("" if ends_well else "\n") + "\n".join(missing) + "\n")
    return bool(missing) and not present
