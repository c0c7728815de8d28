"""`init` makes a workspace that can be opened, and never harms what is there."""

import json
import os
import stat
from pathlib import Path

import jsonschema
import pytest
from command_line import run, run_alone
from ruamel.yaml import YAML

from journeysync.commands import init
from journeysync.core.running.workspace_file import open_workspace

FILES = {
    ".env",
    ".env.example",
    ".gitignore",
    "journeysync.yaml",
    "schemas/journey.schema.json",
    "schemas/workspace.schema.json",
}


def names(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_makes_a_workspace(tmp_path: Path) -> None:
    """All files, and a workspace without a mistake."""
    folder = tmp_path / "studio"

    ran = run("init", "--workspace", folder)

    assert ran.code == 0
    assert names(folder) == FILES
    assert f"journeysync check --workspace {folder}" in ran.out
    opened = open_workspace(folder)
    assert [journey.journey for journey in opened.journeys] == ["before-during-after"]
    assert opened.warnings == ()


def test_here_is_the_default(tmp_path: Path) -> None:
    """Without `--workspace` the folder one stands in."""
    ran = run_alone("init", "--json", cwd=tmp_path)

    assert ran.code == 0
    assert names(tmp_path) == FILES
    assert set(ran.document["made"]) == FILES


def test_keys_are_private_from_the_first_moment(tmp_path: Path) -> None:
    """Nobody else can read `.env`, whatever the umask."""
    before = os.umask(0)
    try:
        run("init", "--workspace", tmp_path)
    finally:
        os.umask(before)

    assert stat.S_IMODE((tmp_path / ".env").stat().st_mode) == 0o600


def test_commented_settings_are_right_too(tmp_path: Path) -> None:
    """Taking the `#` away from an example gives a workspace that can be opened."""
    run("init", "--workspace", tmp_path)
    path = tmp_path / "journeysync.yaml"
    lines = path.read_text().splitlines()
    keys = ("region:", "old-crm:", "departments:", "  success:", "live_from:", "ignore_keys:")
    examples = [line for line in lines if line.lstrip().removeprefix("# ").startswith(keys)]
    path.write_text(
        "\n".join(line.replace("# ", "") if line in examples else line for line in lines)
    )

    opened = open_workspace(tmp_path)

    assert len(examples) == len(keys)
    assert set(opened.workspace.tools) == {"hubspot", "old-crm"}
    assert opened.workspace.departments == {"success": {"hubspot_owner": "care@example.com"}}


def test_editors_know_the_workspace(tmp_path: Path) -> None:
    """The schema beside it accepts the workspace that was just made, and knows its mistakes."""
    run("init", "--workspace", tmp_path)
    text = (tmp_path / "journeysync.yaml").read_text()
    schema = json.loads((tmp_path / "schemas/workspace.schema.json").read_text())
    right = YAML(typ="safe").load(text)

    assert text.startswith("# yaml-language-server: $schema=schemas/workspace.schema.json\n")
    assert jsonschema.Draft202012Validator(schema).is_valid(right)
    assert not jsonschema.Draft202012Validator(schema).is_valid({**right, "regon": "GB"})


def test_refuses_to_overwrite(tmp_path: Path) -> None:
    """A workspace that is there stays as it is."""
    (tmp_path / "journeysync.yaml").write_text("mine")

    ran = run("init", "--workspace", tmp_path)

    assert ran.code == 2
    assert "There is a workspace in" in ran.err
    assert names(tmp_path) == {"journeysync.yaml"}
    assert (tmp_path / "journeysync.yaml").read_text() == "mine"


def test_leaves_files_that_are_there(tmp_path: Path) -> None:
    """Keys stay; `.gitignore` gets the lines it lacks and keeps its own."""
    (tmp_path / ".env").write_text("JOURNEYSYNC_HUBSPOT__ACCESS_TOKEN=x")
    (tmp_path / ".gitignore").write_text("*.pyc\n.env")

    run("init", "--workspace", tmp_path)

    assert (tmp_path / ".env").read_text() == "JOURNEYSYNC_HUBSPOT__ACCESS_TOKEN=x"
    assert (tmp_path / ".gitignore").read_text() == "*.pyc\n.env\nsecrets/\n*.db\n*.db-*\n"


def test_an_unknown_journey(tmp_path: Path) -> None:
    """Said before anything is written."""
    ran = run("init", "--workspace", tmp_path / "new", "--journey", "before-during-aftr")

    assert ran.code == 2
    assert "before-during-after" in ran.err
    assert not (tmp_path / "new").exists()


def test_a_read_only_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Simulated, for tests may run as root: a sentence, exit 2, nothing left behind."""

    def refuse(path: Path, _text: str, _mode: int) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(init, "_write_new", refuse)

    ran = run("init", "--workspace", tmp_path)

    assert ran.code == 2
    assert "cannot be read or written by this user" in ran.err
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Simulated at the last file: exit 1, and none of the files before it stays."""
    write = init._write_new

    def fill_up(path: Path, text: str, mode: int) -> None:
        write(path, text, mode)
        if path.name == "journeysync.yaml":
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(init, "_write_new", fill_up)

    ran = run("init", "--workspace", tmp_path)

    assert ran.code == 1
    assert "The disk is full." in ran.err
    assert list(tmp_path.iterdir()) == []
