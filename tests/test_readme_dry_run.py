"""The dry run that README shows is the dry run of the demo, shortened where it says so."""

from pathlib import Path

import pytest
from command_line import run

from journeysync.commands.common import Console
from journeysync.commands.pretend import pretend

README = Path(__file__).parents[1] / "README.md"
LEFT_OUT = "…"


def _shown() -> list[str]:
    text = README.read_text("utf-8").partition("<!-- dry-run -->")[2]
    return text.partition("<!-- /dry-run -->")[0].strip().splitlines()[1:-1]


@pytest.fixture(scope="module")
def dry_run(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder = tmp_path_factory.mktemp("demo")
    quiet = Console(folder, as_json=False, verbose=False)
    with pretend(quiet, limits=False, folder=folder) as ready:
        return run("sync", "--dry-run", "--workspace", ready.workspace).out.splitlines()


def test_readme_shows_the_real_dry_run(dry_run: list[str]) -> None:
    """Every line stands there, in this order; `…` stands for what is left out."""
    position = 0
    for line in _shown()[1:]:
        if line.strip() == LEFT_OUT:
            continue
        assert line in dry_run[position:], line
        position = dry_run.index(line, position) + 1
    assert _shown()[0] == "$ journeysync sync --dry-run"
    assert position == len(dry_run)
