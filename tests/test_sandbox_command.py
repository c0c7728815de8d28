"""`journeysync sandbox` as a user runs it: ready in one line, gone without a trace."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from command_line import run

from journeysync.commands.common import Console
from journeysync.commands.pretend import pretend
from journeysync.core.running.workspace_file import open_workspace

COMMAND = [sys.executable, "-m", "journeysync.cli", "sandbox", "--customers", "5"]


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator["subprocess.Popen[str]"]:
    process = subprocess.Popen(
        COMMAND,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )
    with process:
        yield process
        process.kill()


def ready(process: "subprocess.Popen[str]") -> Any:
    """Read the one line."""
    assert process.stdout is not None
    return json.loads(process.stdout.readline())


def test_a_sandbox_from_start_to_stop(sandbox: "subprocess.Popen[str]", tmp_path: Path) -> None:
    """A workspace in the sandbox's time, its fields there, its keys private; then nothing."""
    line = ready(sandbox)
    folder = Path(line["workspace"])

    opened = open_workspace(folder)
    assert opened.now().isoformat().startswith(line["now"][:19])
    assert opened.workspace.write_to == ("hubspot",)
    assert line["tools"]["hubspot"]["access_token"] in opened.secrets
    assert requests.get(f"{line['admin']}/now", timeout=20).json()["now"] == line["now"]
    again = run("provision", "--workspace", folder, "--json").document["crms"]["hubspot"]
    assert {row["action"] for row in again} <= {"keep", "click"}
    assert run("check", "--workspace", folder).code == 0

    sandbox.send_signal(signal.SIGTERM)
    rest, _ = sandbox.communicate()
    assert (sandbox.returncode, rest) == (0, "")
    assert list(tmp_path.iterdir()) == []


def test_a_sandbox_without_a_crm(tmp_path: Path) -> None:
    """Nothing is written anywhere, and its tools can be read."""
    quiet = Console(tmp_path, as_json=False, verbose=False)
    with pretend(quiet, customers=5, only=("calendly",), folder=tmp_path / "w") as ready:
        ran = run("sync", "--workspace", ready.workspace)

    assert ran.code == 0, ran.err
    assert ran.out.splitlines()[-1].startswith("Done: stages=0 ")


def test_a_workspace_that_is_there_stays(tmp_path: Path) -> None:
    """A demo in a folder of one's own must never replace keys."""
    (tmp_path / ".env").write_text("mine")

    ran = run("demo", "--keep", tmp_path)

    assert ran.code == 2
    assert "stays as it is" in ran.err
    assert [path.name for path in tmp_path.iterdir()] == [".env"]
    assert (tmp_path / ".env").read_text() == "mine"


MISTAKES = {
    "a tool that cannot be pretended": (["--only", "shopfy"], "shopfy"),
    "a map that is not shipped": (["--journey", "ours"], "'ours' is not one of"),
    "a tool that the business does not work with": (
        ["--journey", "loyalty", "--only", "calendly"],
        "there is hubspot, salesforce, woocommerce, stripe",
    ),
    "no customers": (["--customers", "0"], "0 is not in the range"),
    "a port that does not exist": (["--port", "70000"], "70000 is not in the range"),
}


@pytest.mark.parametrize(("words", "says"), MISTAKES.values(), ids=MISTAKES)
def test_a_sandbox_that_cannot_start(words: list[str], says: str) -> None:
    """Exit 2 and a sentence."""
    ran = run("sandbox", *words)

    assert ran.code == 2
    assert says in ran.err


def test_a_port_that_is_taken(sandbox: "subprocess.Popen[str]") -> None:
    """The next step: another port, or none."""
    port = ready(sandbox)["admin"].rsplit(":", 1)[1]

    ran = run("sandbox", "--port", port)

    assert ran.code == 2
    assert "Name another --port" in ran.err
