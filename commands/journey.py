"""`journeysync journey`: the maps themselves - which there are, what they say, what is wrong.

Offline: asks no tool anything and needs no workspace.
"""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from journeysync.commands.common import Console, options, problem_document

if TYPE_CHECKING:
    from journeysync.core.language.model import Journey
    from journeysync.core.problems import Problem

WORKSPACE_FILE = "journeysync.yaml"


@click.group("journey")
def command() -> None:
    """List, show and lint journey maps, shipped ones and your own. Offline.

    \b
    Examples:
      journeysync journey list
      journeysync journey show before-during-after
      journeysync journey lint my-journey.yaml
    """


@command.command("list")
@options
def list_command(console: Console) -> int:
    """List the journey maps that come with journeysync, and those of this workspace.

    A shipped name can stand in `journeys` of journeysync.yaml as it is.

    \b
    Examples:
      journeysync journey list
      journeysync journey list --workspace studio --json

    \b
    Exit codes:
      0  always, also when a map has mistakes: see `journey lint`
    """
    from journeysync.core.running.maps import load_journey, shipped_journeys

    own = [name for name in _of_workspace(console.folder) if name not in shipped_journeys()]
    rows = []
    for name in [*shipped_journeys(), *own]:
        journey, _, _ = load_journey(name, console.folder)
        about = _summary(journey) if journey else "has mistakes: see `journeysync journey lint`"
        console.show(f"{name}  {about}")
        rows.append(
            {
                "name": name,
                "shipped": name not in own,
                "label": journey.title if journey else None,
                "version": journey.version if journey else None,
            }
        )
    console.answer({"journeys": rows})
    return 0


@command.command("show")
@click.argument("name", metavar="NAME|FILE")
@options
def show_command(console: Console, name: str) -> int:
    """Show a map in words: path, exits, states, routes, every touchpoint with its deadline.

    For reading a map with colleagues who do not read YAML, and for seeing that it says what you
    meant.

    \b
    Examples:
      journeysync journey show before-during-after
      journeysync journey show my-journey.yaml
      journeysync journey show my-journey.yaml --json

    \b
    Exit codes:
      0  shown (with --json the map as it is written)
      2  there is no such map, or it has mistakes
    """
    from journeysync.commands.drawing import draw
    from journeysync.core.language.written import read_yaml
    from journeysync.core.running.maps import load_journey, read_maps

    folder = _folder(console, name)
    journeys, _ = read_maps([name], folder)
    console.show(draw(journeys[0]))
    root, _ = read_yaml(load_journey(name, folder)[2], name)
    console.answer(root.plain() if root else {})
    return 0


@command.command("lint")
@click.argument("names", nargs=-1, metavar="[NAME|FILE]...")
@options
def lint_command(console: Console, names: tuple[str, ...]) -> int:
    """Find everything that is wrong with journey maps: each with file, line, code and a fix.

    Without names: the maps of this workspace. Mistakes must be mended before a map can run;
    warnings need not. Run it after every edit, and in your repository's checks.

    \b
    Examples:
      journeysync journey lint
      journeysync journey lint my-journey.yaml
      journeysync journey lint my-journey.yaml --json

    \b
    Exit codes:
      0  no mistakes (there may be warnings)
      2  mistakes, or there is no such map
    """
    from journeysync.core.errors import Usage
    from journeysync.core.running.maps import load_journey

    chosen = names or tuple(_of_workspace(console.folder))
    if not chosen:
        raise Usage(
            f"There is no {WORKSPACE_FILE} in `{console.folder}` whose maps could be looked at. "
            "Name a map: `journeysync journey lint FILE`."
        )
    problems: list[Problem] = []
    for name in chosen:
        _, found, _ = load_journey(name, _folder(console, name))
        problems += found
    for problem in problems:
        console.show(f"{problem}{' (warning)' if problem.warning else ''}")
    mistakes = sum(not problem.warning for problem in problems)
    console.show(
        f"{len(chosen)} looked at: mistakes={mistakes} warnings={len(problems) - mistakes}"
    )
    code = 2 if mistakes else 0
    console.answer(
        {"exit_code": code, "problems": [problem_document(problem) for problem in problems]}
    )
    return code


def _of_workspace(folder: Path) -> tuple[str, ...]:
    """Name the maps of a workspace, as far as its file can be read."""
    from journeysync.core.running.workspace_file import journeys_named

    path = folder / WORKSPACE_FILE
    if not path.is_file():
        return ()
    return journeys_named(path.read_text("utf-8-sig", errors="replace"), str(path))


def _folder(console: Console, name: str) -> Path:
    """A path on the command line starts here, as everywhere; else in the workspace."""
    return Path() if Path(name).is_file() else console.folder


def _summary(journey: "Journey") -> str:
    version = f", version {journey.version}" if journey.version else ""
    return (
        f"{journey.title}{version}: {len(journey.stages)} stages, {len(journey.exits)} exits, "
        f"{len(journey.touchpoints)} touchpoints"
    )
