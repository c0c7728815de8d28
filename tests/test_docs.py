"""What the documentation shows can be typed: commands parse, YAML is valid."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import pytest
from pydantic import TypeAdapter, ValidationError
from ruamel.yaml import YAML

from journeysync.cli import COMMANDS, main
from journeysync.connectors.booking_rules import parse_rules
from journeysync.connectors.hubspot.mapping_file import parse_mapping
from journeysync.connectors.mapping_files import parse_mapping as parse_part
from journeysync.connectors.salesforce.mapping import SalesforceMapping
from journeysync.connectors.shopify.mapping import ShopMapping as ShopifyMapping
from journeysync.connectors.stripe.mapping import StripeMapping
from journeysync.connectors.woocommerce.mapping import ShopMapping
from journeysync.core.language.model import Exit, Journey, Pattern, Stage, Touchpoint
from journeysync.core.workspace import Workspace

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
FENCE = re.compile(r"^```(\w*)[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
MAPPINGS = (SalesforceMapping, ShopMapping, ShopifyMapping, StripeMapping)
SHELLS = {"sh", "bash", "shell", "console"}


@dataclass(frozen=True)
class Block:
    """A fenced block of a page."""

    page: Path
    line: int
    language: str
    text: str

    @property
    def where(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def blocks(*languages: str) -> list[Block]:
    return [
        Block(page, text[: found.start()].count("\n") + 1, found[1], found[2])
        for page in PAGES
        for text in [page.read_text("utf-8")]
        for found in FENCE.finditer(text)
        if found[1] in languages
    ]


def commands() -> Iterator[tuple[str, list[str]]]:
    """Yield every call of journeysync or make in a shell block, as words."""
    for block in blocks(*SHELLS):
        lines = block.text.replace("\\\n", " ").splitlines()
        if block.language == "console":
            lines = [line.strip()[1:] for line in lines if line.strip().startswith("$")]
        for line in lines:
            words = shlex.split(line.removeprefix("$ "), comments=True)
            while words and re.fullmatch(r"[A-Z_]+=.*", words[0]):
                words = words[1:]
            if words and Path(words[0]).name in {"journeysync", "make"}:
                end = next(
                    (at for at, word in enumerate(words) if re.match(r"[|>;&]|2>", word)), None
                )
                yield f"{block.where} {line.strip()}", [Path(words[0]).name, *words[1:end]]


def parse(words: list[str]) -> None:
    """Parse as click would, all but whether files exist. Raises click's errors."""
    group: click.Group = main
    rest = words
    context = click.Context(main, info_name="journeysync")
    while True:
        if not rest or rest[0] in {"--help", "-h", "--version"}:
            return
        name, command, rest = group.resolve_command(context, rest)
        assert name, "a command has a name"
        assert command, f"there is a command {name}"
        if not isinstance(command, click.Group):
            break
        group, context = command, click.Context(command, info_name=name, parent=context)
    if set(rest) & {"--help", "-h"}:
        return
    try:
        command.make_context(name, list(rest), parent=context)
    except click.MissingParameter:
        raise
    except click.BadParameter as error:
        if "does not exist" not in str(error):
            raise


CALLS = list(commands())


@pytest.mark.parametrize("words", [words for _, words in CALLS], ids=[name for name, _ in CALLS])
def test_shown_commands_exist(words: list[str]) -> None:
    """Every command, option and target in the documentation is there."""
    if words[0] == "make":
        targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
        assert set(words[1:]) <= set(targets)
    else:
        parse(words[1:])


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_documented(name: str) -> None:
    """README or docs/ shows how to call it."""
    assert any(words[:2] == ["journeysync", name] for _, words in CALLS)


@pytest.mark.parametrize("name", COMMANDS)
def test_help_examples_parse(name: str) -> None:
    """The examples in a command's own help can be typed as they stand."""
    command = main.get_command(click.Context(main), name)
    assert command is not None
    members = [command]
    if isinstance(command, click.Group):
        members += command.commands.values()
    examples = [
        line.strip()
        for member in members
        for line in re.sub(r"\\\n\s*", "", member.help or "").splitlines()
        if line.strip().startswith("journeysync ")
    ]

    assert examples
    for example in examples:
        parse(shlex.split(re.split(r"\s{2,}|\s[|>#]", example)[0])[1:])


PARTS = {
    "map": {name: field.annotation for name, field in Journey.model_fields.items()},
    "workspace": {name: field.annotation for name, field in Workspace.model_fields.items()},
}
"""Key at the top of a fragment -> what may stand under it."""


def fits(document: Any) -> bool:
    """Say whether a YAML example is a map, a workspace, or a part of one."""
    if isinstance(document, list):
        return all(
            any(valid(kind, one) for kind in (Touchpoint, Stage, Exit, Pattern)) for one in document
        )
    if not isinstance(document, dict):
        return False
    if "stages" in document and "format" in document:
        return valid(Journey, document)
    if "tools" in document and valid(Workspace, document):
        return True
    return any(
        set(document) <= set(known)
        and all(valid(known[key], value) for key, value in document.items())
        for known in PARTS.values()
    )


def valid(kind: Any, value: Any) -> bool:
    try:
        TypeAdapter(kind).validate_python(value)
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize("block", blocks("yaml", "yml"), ids=lambda block: block.where)
def test_shown_yaml_is_valid(block: Block) -> None:
    """A reader can paste every example: map, workspace, field mapping, or a part of one."""
    document = YAML(typ="safe").load(block.text)

    readers = (parse_mapping, parse_rules)
    wrong = [read(block.text, block.where)[1] for read in readers]
    wrong += [parse_part(block.text, block.where, one)[1] for one in MAPPINGS]
    assert fits(document) or not all(wrong)


def test_pages_link_to_pages_that_are_there() -> None:
    """No relative link leads nowhere."""
    broken = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in PAGES
        for target in re.findall(r"\]\(([^)#\s]+)", page.read_text("utf-8"))
        if "://" not in target and not target.startswith("mailto:")
        if not (page.parent / target).exists()
    ]

    assert broken == []
