"""Every code has an example: the line marked `# <--` gets it, and nothing else is reported."""

import re
from pathlib import Path

import pytest

from journeysync.core.language.codes import CODES, ELSEWHERE
from journeysync.core.language.loader import read_map
from journeysync.core.language.workspace_text import read_workspace

BASE = """\
format: 1
journey: sample
stages:
  - {id: one, owner: sales, reached_by: order.placed}
  - {id: two, owner: sales, reached_by: order.paid}
"""


def examples(name: str) -> dict[str, str]:
    """Read a file of examples: a line `=== CODE what it is about`, then the text."""
    text = (Path(__file__).parent / "mistakes" / name).read_text("utf-8")
    pieces = re.split(r"^=== (.*)\n", text, flags=re.MULTILINE)[1:]
    return dict(zip(pieces[::2], pieces[1::2], strict=True))


MAPS = {
    name: text if "format" in text else BASE + text for name, text in examples("maps.txt").items()
} | {
    "JS101 control character": "format: 1\njourney: \x07  # <--\n",
    "JS103 deep": "format: " + "[" * 200 + "  # <--",
}
WORKSPACES = examples("workspaces.txt")


def code(name: str) -> str:
    return name.split(maxsplit=1)[0]


def expected(name: str, text: str) -> list[tuple[int, str]]:
    lines = [number for number, line in enumerate(text.splitlines(), 1) if "# <--" in line]
    return [(line, code(name)) for line in lines]


@pytest.mark.parametrize("name", MAPS)
def test_a_map_s_mistake_is_found_where_it_is(name: str) -> None:
    _, problems = read_map(MAPS[name], "map.yaml")
    assert [(one.line, one.code) for one in problems] == expected(name, MAPS[name])


@pytest.mark.parametrize("name", WORKSPACES)
def test_a_workspace_s_mistake_is_found_where_it_is(name: str) -> None:
    _, problems = read_workspace(WORKSPACES[name], "journeysync.yaml")
    assert [(one.line, one.code) for one in problems] == expected(name, WORKSPACES[name])


@pytest.mark.parametrize("name", MAPS)
def test_only_warnings_leave_a_journey(name: str) -> None:
    journey, problems = read_map(MAPS[name], "map.yaml")
    assert (journey is None) == any(not problem.warning for problem in problems)
    assert all(problem.warning == problem.code.startswith("JS4") for problem in problems)


@pytest.mark.parametrize("name", MAPS)
def test_a_problem_is_said_in_whole_sentences(name: str) -> None:
    for problem in read_map(MAPS[name], "map.yaml")[1]:
        assert re.search(r"[.?]$", problem.what)
        assert problem.what[0].isupper() or problem.what[0] == "`"
        assert "pydantic" not in problem.what


def test_every_code_has_an_example() -> None:
    assert {code(name) for name in [*MAPS, *WORKSPACES]} == set(CODES)


def test_the_documented_codes_are_the_codes() -> None:
    page = Path(__file__).parents[1] / "docs" / "journey-language-codes.md"
    rows = re.findall(r"^\| (JS\d+) \| (.*) \|$", page.read_text("utf-8"), re.MULTILINE)
    assert rows == [*CODES.items(), *ELSEWHERE.items()]


def test_every_code_that_is_reported_is_documented() -> None:
    root = Path(__file__).parents[1]
    reported = {
        code
        for folder in ("commands", "connectors", "core")
        for path in (root / folder).rglob("*.py")
        for code in re.findall(r"\bJS\d{3}\b", path.read_text("utf-8"))
    }
    assert sorted(reported - CODES.keys() - ELSEWHERE.keys()) == []
