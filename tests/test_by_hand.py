"""Commands for one customer: what they note, what they say, and how they end."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from command_line import run

from journeysync.commands.common import Console
from journeysync.commands.pretend import pretend

ENQUIRED = "hubspot:99960"
"""A story of the sandbox: asked by form three days ago and heard nothing."""


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("by-hand")
    quiet = Console(folder, as_json=False, verbose=False)
    with pretend(quiet, limits=False, folder=folder) as ready:
        assert run("sync", "--workspace", ready.workspace).code == 0
        yield ready.workspace


WRONG = {
    "a hold without an end": (("hold", ENQUIRED), "Say either --until"),
    "a hold until yesterday": (("hold", ENQUIRED, "--until", "2020-01-01"), "is over already"),
    "a hold until no day": (("hold", ENQUIRED, "--until", "soon"), "is no instant"),
    "a hold of nobody": (("hold", "nobody@example.com", "--until", "2099-01-01"), "No customer"),
    "taking back no hold": (("hold", ENQUIRED, "--remove"), "is not on hold"),
    "a stage that is none": (("override", ENQUIRED, "durring"), "did you mean `during`?"),
    "an override without a stage": (("override", ENQUIRED), "Say either a STAGE"),
    "taking back no override": (("override", ENQUIRED, "--remove"), "No stage of customer"),
}


@pytest.mark.parametrize(("words", "sentence"), WRONG.values(), ids=WRONG)
def test_a_mistake_is_a_sentence(workspace: Path, words: tuple[str, ...], sentence: str) -> None:
    ran = run(*words, "--workspace", workspace)

    assert ran.code == 2
    assert sentence in ran.err


def test_nobody_can_be_held_before_the_first_sync(tmp_path: Path) -> None:
    run("init", "--workspace", tmp_path)
    ran = run("hold", ENQUIRED, "--until", "2099-01-01", "--workspace", tmp_path)

    assert (ran.code, "sync` first" in ran.err) == (2, True)
    assert not (tmp_path / "journeysync.db").exists()


def test_hold_and_its_end(workspace: Path) -> None:
    """Noted, told by the next dry run and by `explain`, and taken back."""
    ran = run("hold", ENQUIRED, "--until", "2026-12-24", "--workspace", workspace, "--json")
    told = run("sync", "--dry-run", "--workspace", workspace).out

    assert ran.document["hold_until"] == "2026-12-25T00:00:00+00:00"
    assert (
        f"customer {ran.document['customer']}: is left alone until the end of 24 Dec 2026" in told
    )
    assert "- task" in told
    assert "hold  customer c-" in run("status", "--workspace", workspace).out
    assert "left alone until" in run("explain", ENQUIRED, "--workspace", workspace).out
    assert "no longer on hold" in run("hold", ENQUIRED, "--remove", "--workspace", workspace).out
    assert run("sync", "--workspace", workspace).code == 0


def test_override_and_its_end(workspace: Path) -> None:
    words = ("override", ENQUIRED, "Lost", "--workspace", workspace)
    assert "stays “lost” until it is taken back" in run(*words).out
    told = run("sync", "--dry-run", "--workspace", workspace).out

    assert "before -> lost" in told
    assert "`journeysync override` (“lost”) pins the stage until it is taken back" in told
    taken = run("override", ENQUIRED, "--remove", "--workspace", workspace, "--json")
    assert (taken.code, taken.document["stage"]) == (0, None)
    assert run("sync", "--workspace", workspace).code == 0


def test_forget_says_what_stays_in_the_tools(workspace: Path) -> None:
    """A dry run deletes nothing; then nobody is found any more, and the next sync says so."""
    person = "hubspot:99961"
    dry = run("forget", person, "--dry-run", "--workspace", workspace)
    assert (dry.code, "Dry run: nothing was deleted." in dry.out) == (0, True)
    assert run("explain", person, "--workspace", workspace).code == 0
    ran = run("forget", person, "--workspace", workspace, "--json")

    assert ran.document["stays_in_tools"][0]["id"] == "99961"
    assert run("explain", person, "--workspace", workspace).code == 2
    again = run("sync", "--full", "--workspace", workspace, "--json")
    assert again.code == 0, again.err
    assert again.document["read"]["forgotten"] > 0
    assert "were left out" in again.err
    held = b"".join(file.read_bytes() for file in workspace.glob("journeysync.db*"))
    assert b'"99961"' not in held
    assert b"hubspot:99961" not in held
