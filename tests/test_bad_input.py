"""What goes wrong in real life: one clear sentence, the documented exit code, nothing lost.

Each case runs `journeysync` on a workspace of the sandbox that somebody or something damaged.
"""

import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import requests
from command_line import Ran, run
from sqlalchemy import Engine, event

from journeysync.commands.common import Console
from journeysync.commands.pretend import Ready, pretend


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Ready]:
    console = Console(Path(), as_json=False, verbose=False)
    with pretend(console, customers=4, limits=False) as ready:
        yield ready


@pytest.fixture
def folder(sandbox: Ready, tmp_path: Path) -> Iterator[Path]:
    """A copy of the sandbox's workspace that a test may damage."""
    copy = tmp_path / "studio"
    shutil.copytree(sandbox.workspace, copy)
    requests.delete(f"{sandbox.admin}/journal", timeout=20)
    yield copy
    requests.delete(f"{sandbox.admin}/faults", timeout=20)


def writes(sandbox: Ready) -> int:
    journal = requests.get(f"{sandbox.admin}/journal", timeout=20).json()
    return sum(bool(one["writes"]) for one in journal["requests"])


def replace(folder: Path, old: str, new: str, file: str = "journeysync.yaml") -> None:
    text = (folder / file).read_text()
    assert old in text
    (folder / file).write_text(text.replace(old, new))


def wrong_token(folder: Path) -> None:
    replace(folder, "=pat-", "=pat-wrong-", ".env")


def no_token(folder: Path) -> None:
    (folder / ".env").unlink()


def unknown_type(folder: Path) -> None:
    replace(folder, "hubspot: {base_url", "hubspot: {type: hubspt, base_url")


def several_mistakes(folder: Path) -> None:
    replace(folder, "write_to: [hubspot]", "write_to: [hubspt]\nregon: GB\nguard: {max_changes: 7}")


def unknown_map(folder: Path) -> None:
    replace(folder, "[before-during-after]", "[before-during-aftr]")


def broken_map(folder: Path) -> None:
    replace(folder, "[before-during-after]", "[own.yaml]")
    (folder / "own.yaml").write_text("format: 1\njourney: own\nstages: [{id: X, reached: y}]\n")


def map_that_is_no_text(folder: Path) -> None:
    replace(folder, "[before-during-after]", "[own.yaml]")
    (folder / "own.yaml").write_bytes(b"\xff\xfe\x00\x01")


def no_state(folder: Path) -> None:
    replace(folder, "timezone:", "state: sqlite:////dev/null/state.db\ntimezone:")


def state_that_is_none(folder: Path) -> None:
    (folder / "journeysync.db").write_text("a shopping list, not a database" * 99)


def state_of_a_newer_version(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "journeysync.db")) as state:
        state.execute("CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL)")
        state.execute("INSERT INTO meta VALUES ('schema_version', '999')")
        state.commit()


def no_sandbox_clock(folder: Path) -> None:
    text = (folder / "journeysync.yaml").read_text().splitlines()
    lines = ["clock: http://127.0.0.1:9/now" if "clock:" in line else line for line in text]
    (folder / "journeysync.yaml").write_text("\n".join(lines))


CASES: dict[str, tuple[Callable[[Path], None], int, list[str]]] = {
    "a wrong token": (wrong_token, 4, ["hubspot refused the key", "JOURNEYSYNC_HUBSPOT__"]),
    "no token": (no_token, 4, ["No key is set", "JOURNEYSYNC_HUBSPOT__ACCESS_TOKEN"]),
    "a type of tool that nobody knows": (unknown_type, 2, ["did you mean `hubspot`?"]),
    "a workspace with several mistakes": (
        several_mistakes,
        2,
        ["JS501", "did you mean `hubspot`?", "JS104", "`region`", "JS112", "mistakes"],
    ),
    "a map that is not there": (unknown_map, 2, ["did you mean `before-during-after`?"]),
    "a map with mistakes": (broken_map, 2, ["own.yaml:3: JS1", "JS109"]),
    "a map that is no text": (map_that_is_no_text, 2, ["own.yaml:1: JS100", "Save it as UTF-8"]),
    "a state that is none": (state_that_is_none, 2, ["journeysync.db"]),
    "a state of a newer version": (
        state_of_a_newer_version,
        2,
        ["newer journeysync", "Upgrade journeysync"],
    ),
    "a sandbox that has ended": (no_sandbox_clock, 3, ["Is the sandbox running?"]),
}


def sentence(ran: Ran) -> str:
    """All that was said, which is never a traceback and never a key."""
    said = ran.out + ran.err
    assert "Traceback" not in said
    assert "Unexpected" not in said
    assert "pat-" not in said
    return said


@pytest.mark.parametrize("dry", [True, False], ids=["dry run", "sync"])
@pytest.mark.parametrize(("damage", "code", "says"), CASES.values(), ids=CASES)
def test_sync(
    sandbox: Ready,
    folder: Path,
    damage: Callable[[Path], None],
    code: int,
    says: list[str],
    dry: bool,
) -> None:
    """Nothing was written to the CRM, and the sentence has the next step."""
    damage(folder)

    ran = run("sync", "--workspace", folder, *(["--dry-run"] if dry else []))

    said = sentence(ran)
    assert ran.code == code, said
    assert [part for part in says if part not in said] == []
    assert writes(sandbox) == 0


def test_a_folder_that_cannot_be_written(sandbox: Ready, folder: Path) -> None:
    """A sync needs its state; a dry run does without, for it writes nothing anywhere."""
    no_state(folder)

    dry = run("sync", "--workspace", folder, "--dry-run")
    wet = run("sync", "--workspace", folder)

    assert (dry.code, wet.code) == (0, 2)
    assert "Check that the folder exists and may be written to." in sentence(wet)
    assert writes(sandbox) == 0


def fault(sandbox: Ready, **what: Any) -> None:
    body = {"tool": "hubspot", "match": "", "nth": 1, "times": 1_000, **what}
    requests.post(f"{sandbox.admin}/faults", json=body, timeout=20).raise_for_status()


@pytest.mark.parametrize("command", ["check", "sync"])
def test_a_missing_scope(sandbox: Ready, folder: Path, command: str) -> None:
    """Exit 4, and what to tick."""
    fault(sandbox, match="GET /crm/v3/objects/deals", kind="lost-scope")
    fault(sandbox, match="POST /crm/v3/objects/deals", kind="lost-scope")

    ran = run(command, "--workspace", folder)

    assert ran.code == 4, ran.out + ran.err
    assert "deals" in sentence(ran)
    assert writes(sandbox) == 0


@pytest.mark.parametrize("pages", [4, 60], ids=["at the start", "in the middle"])
def test_a_full_disk(sandbox: Ready, folder: Path, pages: int) -> None:
    """Exit 1, nothing written to the CRM; with space again the next run does all of the work."""

    def small(connection: Any, _: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {pages}")

    event.listen(Engine, "connect", small)
    try:
        full = run("sync", "--workspace", folder)
    finally:
        event.remove(Engine, "connect", small)

    assert full.code == 1, full.out + full.err
    assert "The disk is full." in sentence(full)
    assert writes(sandbox) == 0
    ahead = run("sync", "--workspace", folder, "--dry-run")
    assert (ahead.code, "Plan: stages=4 " in ahead.out) == (0, True)


def test_a_scheduler_that_stops_a_run(sandbox: Ready, folder: Path) -> None:
    """SIGTERM is Ctrl-C: exit 130, one sentence, and the next run does what is left."""
    fault(sandbox, match="POST /crm/v3/objects/contacts/batch/update", kind="hold")
    command = [sys.executable, "-m", "journeysync.cli", "sync", "--workspace", str(folder)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        while not any(
            "batch/update" in one["path"]
            for one in requests.get(f"{sandbox.admin}/journal", timeout=20).json()["requests"]
        ):
            assert process.poll() is None
            time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate()
    requests.delete(f"{sandbox.admin}/faults", timeout=20)

    assert process.returncode == 130, said
    assert said.splitlines() == [
        "Interrupted. What was finished is kept; the next run goes on from there."
    ]
    assert "Done: stages=4 " in run("sync", "--workspace", folder).out
