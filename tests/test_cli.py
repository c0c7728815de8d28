"""The command line as a whole: help that teaches at once, and names that exist."""

import json
import subprocess
import sys

import click
import pytest
from command_line import run, run_alone

from journeysync.cli import COMMANDS, main

HEAVY = {"numpy", "pyarrow", "duckdb", "pydantic", "requests", "rich", "sqlalchemy", "ruamel"}


def members(name: str) -> list[tuple[str, click.Command]]:
    """List a command with its full name, and where it is a group its members."""
    command = main.get_command(click.Context(main), name)
    assert command is not None
    inner = command.commands if isinstance(command, click.Group) else {}
    return [(name, command), *((f"{name} {key}", one) for key, one in inner.items())]


def loaded_by(*arguments: str) -> set[str]:
    """Call a command in a process of its own; the top-level packages and our modules it loaded."""
    script = (
        "import sys, json\n"
        "from journeysync.cli import main\n"
        f"main({list(arguments)!r}, standalone_mode=False)\n"
        "print(json.dumps(sorted(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    modules = json.loads(done.stderr)
    return {name if name.startswith("journeysync") else name.split(".")[0] for name in modules}


def test_help_loads_click_and_nothing_else() -> None:
    """`journeysync --help` is instant because nothing else is imported."""
    ours = {name for name in loaded_by("--help") if name.startswith("journeysync")}

    assert ours <= {"journeysync", "journeysync.cli"}
    assert loaded_by("--help") & HEAVY == set()


@pytest.mark.parametrize("name", COMMANDS)
def test_help_of_a_command_is_light(name: str) -> None:
    """What a command needs is imported when it runs, not when it explains itself."""
    assert loaded_by(name, "--help") & HEAVY == set()


def test_every_command_stands_in_the_list() -> None:
    """The help of the group names all commands, each with one line."""
    shown = run("--help").out

    assert [name for name in COMMANDS if f"\n  {name} " not in shown] == []
    assert all(line.endswith(".") and len(line) <= 60 for _, line in COMMANDS.values())


@pytest.mark.parametrize("name", COMMANDS)
def test_help_teaches(name: str) -> None:
    """What it does, examples to copy, exit codes; no option without a word on it."""
    for full, command in members(name):
        text = command.help or ""
        assert "Examples:" in text, full
        assert f"journeysync {full}" in text, full
        if not isinstance(command, click.Group):
            assert "Exit codes:" in text, full
        options = [one for one in command.params if isinstance(one, click.Option)]
        assert [option.name for option in options if not option.help] == []


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_shares_the_options(name: str) -> None:
    """`--workspace`, `--json` and `-v` work everywhere."""
    for full, command in members(name):
        if not isinstance(command, click.Group):
            given = {option for parameter in command.params for option in parameter.opts}
            assert {"--workspace", "--json", "-v"} <= given, full


def test_version() -> None:
    """The version of the installed package."""
    ran = run("--version")

    assert ran.code == 0
    assert ran.out.startswith("journeysync 0.")


MISTAKES = {
    "a command that is nearly one": (["chek"], "Did you mean `journeysync check`?"),
    "a command that is none": (["frobnicate"], "`--help` lists them"),
    "an option that is none": (["check", "--dry"], "No such option"),
}


@pytest.mark.parametrize(("words", "says"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_on_the_command_line(words: list[str], says: str) -> None:
    """Exit 2, a sentence on stderr."""
    ran = run_alone(*words)

    assert ran.code == 2
    assert says in ran.err
    assert ran.out == ""
