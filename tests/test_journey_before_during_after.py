"""The journey of a booking business: told as stories of its customers, explained on its page."""

import io
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from interpreter import interpret
from kernel import answers
from ruamel.yaml import YAML
from stories import Story, read, told

from journeysync.connectors.hubspot.mapping_file import parse_mapping, shipped_text
from journeysync.core.language.loader import read_map
from journeysync.core.language.model import Journey, Pattern
from journeysync.core.language.vocabulary import known
from journeysync.core.problems import Problem

HERE = Path(__file__).parent
MAP = HERE.parent / "mappings/journeys/before-during-after.yaml"
PAGE = HERE.parent / "docs/journeys/before-during-after.md"
TEXT = MAP.read_text("utf-8")
JOURNEY, PROBLEMS = read_map(TEXT, MAP.name)
assert JOURNEY is not None, PROBLEMS
STORIES = [*read(HERE / "stories/before-during-after.md", ZoneInfo(JOURNEY.calendar.timezone))]
EDITS = re.findall(r"^```yaml\n(.*?)^```", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_the_engine_tells_the_story(story: Story) -> None:
    assert JOURNEY is not None
    found = [
        one
        for question, person in story.questions
        for one in answers(JOURNEY, [person], question.at)
    ]

    assert "\n".join(told(story, JOURNEY, found)) == "\n".join(story.lines)


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_the_interpreter_tells_the_story(story: Story) -> None:
    assert JOURNEY is not None
    found = [
        interpret(JOURNEY, person.attributes, person.events, now=question.at)
        for question, person in story.questions
    ]

    assert "\n".join(told(story, JOURNEY, found)) == "\n".join(story.lines)


def test_the_map_has_no_problem() -> None:
    assert PROBLEMS == []


def test_every_touchpoint_is_told_in_a_story() -> None:
    """Seen in time, and as a task: all but the newsletter, which never is one."""
    assert JOURNEY is not None
    lines = [line for story in STORIES for line in story.lines]
    in_time = {name for line in lines for name in re.findall(r"([\w-]+): [^;]*\bdone\b", line)}
    to_do = {name for line in lines for name in re.findall(r"to do: ([^;]+)", line)}
    tasks = {name for names in to_do for name in names.split(", ")}
    every = {touchpoint.id for touchpoint in JOURNEY.touchpoints}

    assert tasks == every - {"newsletter"}
    assert in_time == every


def test_the_page_has_a_row_for_every_touchpoint() -> None:
    assert JOURNEY is not None
    rows = re.findall(r"^\| `([\w-]+)` \|", PAGE.read_text("utf-8"), re.MULTILINE)

    assert rows == [touchpoint.id for touchpoint in JOURNEY.touchpoints]


def from_hubspot() -> frozenset[str]:
    mapping, problems = parse_mapping(shipped_text(), "shipped")
    assert mapping is not None, problems
    return mapping.kinds()


def test_hubspot_alone_can_show_every_touchpoint() -> None:
    assert JOURNEY is not None
    kinds = from_hubspot()

    for touchpoint in JOURNEY.touchpoints:
        assert any(known(one.event, kinds) for one in touchpoint.expect), touchpoint.id


def test_the_page_names_what_hubspot_does_not_give() -> None:
    listed = re.search(
        r"What it does not give[^:]*: (.*)\.$", PAGE.read_text("utf-8"), re.MULTILINE
    )
    assert listed is not None
    kinds = from_hubspot()

    # With `order.*`, `order.placed` is said.
    missing = {kind for kind in asked_for() if not known(kind, kinds)} - {"order.placed"}

    assert re.findall(r"`([^`]+)`", listed[1]) == sorted(missing)


def asked_for() -> set[str]:
    """Collect the kinds of all patterns in the map."""
    assert JOURNEY is not None
    found: set[str] = set()
    parts = [*JOURNEY.stages, *JOURNEY.exits, *JOURNEY.states, *JOURNEY.touchpoints]
    for part in parts:
        for _, value in part:
            if isinstance(value, tuple):
                found |= {one.event for one in value if isinstance(one, Pattern)}
    return found


def test_every_department_has_an_example() -> None:
    """The page shows an owner for every department that the map names."""
    assert JOURNEY is not None
    shown = next(YAML(typ="safe").load(edit) for edit in EDITS if edit.startswith("departments"))

    named = {place.owner for place in JOURNEY.places}
    named |= {touchpoint.owner for touchpoint in JOURNEY.touchpoints}

    assert set(shown["departments"]) == named


@pytest.mark.parametrize("edit", EDITS)
def test_the_changes_shown_on_the_page_make_good_maps(edit: str) -> None:
    changes = YAML(typ="safe").load(edit)
    if changes.keys() <= {"journeys", "departments"}:
        return  # lines of the workspace file, which tests/test_docs.py looks at
    journey, problems = edited(changes)

    assert problems == []
    assert journey != JOURNEY


STRICTER = [*read(HERE / "stories/strict-reminder.md", ZoneInfo(JOURNEY.calendar.timezone))]


@pytest.mark.parametrize("story", STRICTER, ids=lambda story: story.name)
def test_stricter_reminders_tell_the_story(story: Story) -> None:
    edit = next(edit for edit in EDITS if "lead_time" in edit)
    journey, _ = edited(YAML(typ="safe").load(edit))
    assert journey is not None
    found = [
        interpret(journey, person.attributes, person.events, now=question.at)
        for question, person in story.questions
    ]

    assert "\n".join(told(story, journey, found)) == "\n".join(story.lines)


def edited(changes: Mapping[str, Any]) -> tuple[Journey | None, list[Problem]]:
    """Read the map with changes, as the person reads it who made them."""
    written = io.StringIO()
    YAML(typ="safe").dump(changed(YAML(typ="safe").load(TEXT), changes), written)
    return read_map(written.getvalue(), "our-journey.yaml")


def changed(journey: dict[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Change a map as a reader does: key by key, in the parts named by their id."""
    for key, new in changes.items():
        if not isinstance(new, list):
            journey[key] = new
            continue
        parts = {part["id"]: part for part in journey.get(key, [])}
        for part in new:
            old = parts.setdefault(part["id"], {})
            if "entering" in part:
                old.pop("after", None)  # an anchor takes the place of the anchor
            old.update(part)
        journey[key] = [*parts.values()]
    return journey
