"""The examples of journeys give what their pages show."""

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from command_line import run
from shipped import ROOT, shipped

NAMES = ("five-phases", "loyalty", "product-business", "service-business")
Rows = list[dict[str, Any]]


@cache
def evaluated(name: str) -> dict[str, Rows]:
    """Evaluate an example as its page shows."""
    files = ROOT / "examples" / name
    done = run(
        "evaluate", "--workspace", files, "--journey", name, "--people", files / "people.csv",
        "--events", files / "events.csv", "--now", "2026-11-30", "--json",
    )  # fmt: skip
    assert done.code == 0, done.err
    tables: dict[str, Rows] = done.document
    return tables


def shown(page: str, part: str) -> str:
    """Take the part of a page between two marks."""
    found = re.search(rf"<!-- {part} -->\n(.*?)<!-- /{part} -->", page, re.DOTALL)
    assert found is not None, part
    return found[1]


def table(head: str, rows: Sequence[tuple[str, ...]]) -> str:
    lines = [head, "|---" * len(rows[0]) + "|"]
    return "".join(f"{line}\n" for line in [*lines, *(f"| {' | '.join(row)} |" for row in rows)])


@pytest.mark.parametrize("name", NAMES)
def test_the_page_shows_where_they_stand(name: str) -> None:
    tables = evaluated(name)
    rows = [
        (f"`{row['customer']}`", row["route"], row["place"], str(row["since"])[:10])
        for row in tables["places"]
    ]

    head = "| customer | route | place | since |"
    assert shown(shipped(name).page, "places") == table(head, rows)


@pytest.mark.parametrize("name", NAMES)
def test_the_page_shows_what_is_owed(name: str) -> None:
    tables = evaluated(name)
    rows = [
        (f"`{row['customer']}`", row["touchpoint"], str(row["deadline"])[:16].replace("T", " "))
        for row in tables["expectations"]
        if row["actionable"] in {True, "true"}
    ]

    head = "| customer | touchpoint | deadline (UTC) |"
    assert shown(shipped(name).page, "tasks") == table(head, rows)


@pytest.mark.parametrize("name", NAMES)
def test_the_page_shows_what_the_command_says(name: str, tmp_path: Path) -> None:
    block = re.search(r"^```text\n(Evaluated .*?)\n```", shipped(name).page, re.MULTILINE)
    assert block is not None
    files = ROOT / "examples" / name
    done = run(
        "evaluate", "--workspace", files, "--journey", name, "--people", files / "people.csv",
        "--events", files / "events.csv", "--now", "2026-11-30", "--out", tmp_path / "result",
    )  # fmt: skip

    assert done.out.strip().replace(str(tmp_path / "result"), "result") == block[1]
