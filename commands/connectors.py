"""`journeysync connectors`: what can be connected, and what each needs. Offline."""

import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from journeysync.commands.common import Console, options

if TYPE_CHECKING:
    from journeysync.connectors.catalogue import About


@click.group("connectors")
def command() -> None:
    """Show which tools can be connected to a workspace.

    \b
    Examples:
      journeysync connectors list
    """


@command.command("list")
@options
def list_command(console: Console) -> int:
    """List every type of tool: what it brings, the settings it takes and the keys it needs.

    Look here before you write `tools` in journeysync.yaml. Event kinds are the words that journey
    maps use. Asks no tool anything.

    \b
    Examples:
      journeysync connectors list
      journeysync connectors list --json

    \b
    Exit codes:
      0  always
    """
    from journeysync.connectors.catalogue import CATALOGUE

    for name, about in sorted(CATALOGUE.items()):
        console.show(f"{name}  {about.what}")
        console.show(f"  {_rights(about)}")
        for key, meaning in about.settings.items():
            console.show(_line("setting", f"{key}: {meaning}"))
        for key, meaning in about.secrets.items():
            console.show(_line("secret", f"{_variable(name, key)}: {meaning}"))
        console.show(_line("events", about.emits or ", ".join(_kinds(name, about))))
        console.show()
    console.answer({name: _document(name, about) for name, about in sorted(CATALOGUE.items())})
    return 0


def _rights(about: "About") -> str:
    if about.writes:
        return "can be read and written to: journey fields and tasks, where `write_to` names it"
    shows = "; its customers show stages where `write_to` names it" if about.shows else ""
    return f"can be read{shows}"


def _line(what: str, text: str) -> str:
    return textwrap.fill(f"  {what:<8} {text}", 100, subsequent_indent=" " * 13)


def _kinds(name: str, about: "About") -> list[str]:
    """Ask a connector with its shipped mapping; it is made with keys that open nothing."""
    from pydantic import SecretStr

    from journeysync.connectors import registry
    from journeysync.core.ports import ToolSetup

    settings: dict[str, Any] = {key: SecretStr("none") for key in about.secrets}
    if "base_url" in about.settings:
        settings["base_url"] = "https://example.com"
    source = registry.make(name, ToolSetup(name=name, settings=settings, folder=Path("nowhere")))
    return sorted(source.emits())


def _variable(name: str, key: str) -> str:
    from journeysync.core.running.secrets import variable

    return variable(name, key)


def _document(name: str, about: "About") -> dict[str, Any]:
    return {
        "what": about.what,
        "writes": about.writes,
        "shows_stages": about.writes or about.shows,
        "settings": dict(about.settings),
        "secrets": {_variable(name, key): meaning for key, meaning in about.secrets.items()},
        "emits": about.emits or _kinds(name, about),
    }
