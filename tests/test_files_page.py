"""The page on files: its examples are files that can be read."""

import re
from pathlib import Path

from command_line import run

PAGE = (Path(__file__).parents[1] / "docs/connectors/files.md").read_text("utf-8")
PEOPLE, EVENTS = re.findall(r"^```csv\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def evaluated(folder: Path, events: str) -> tuple[int, set[str], str]:
    """Evaluate the page's people; return the exit code, the places and what was said."""
    (folder / "people.csv").write_text(PEOPLE)
    (folder / "events.csv").write_text(events)
    done = run(
        "evaluate", "--journey", "before-during-after", "--people", folder / "people.csv",
        "--events", folder / "events.csv", "--now", "2026-11-19", "--json",
    )  # fmt: skip
    places = {f"{row['customer']} {row['place']}" for row in done.document["places"]}
    return done.code, places, done.err


def test_the_examples_can_be_evaluated(tmp_path: Path) -> None:
    code, places, _ = evaluated(tmp_path, EVENTS)

    assert (code, places) == (0, {"files:1 during", "files:2 "})


def test_rows_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    broken = "1,,2026-11-02 10:00,,,\n1,email.sent,soon,,,\n9,email.sent,2026-11-02,,,\n"

    code, places, said = evaluated(tmp_path, EVENTS + broken)

    assert (code, places) == (3, {"files:1 during", "files:2 "})
    assert re.findall(r"events\.csv:(\d+)", said) == ["5", "6", "7"]
