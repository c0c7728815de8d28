"""The journey of a booking business: what HubSpot alone can show, and stricter reminders.

What it shares with the other shipped maps stands in tests/test_shipped_journeys.py.
"""

import re
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from interpreter import interpret
from ruamel.yaml import YAML
from shipped import kinds_of, shipped
from stories import Story, read, told

from journeysync.connectors.hubspot.mapping_file import parse_mapping
from journeysync.connectors.mapping_files import shipped_text
from journeysync.core.language.vocabulary import known

HERE = Path(__file__).parent
MAP = shipped("before-during-after")
JOURNEY = MAP.journey
STRICTER = [*read(HERE / "stories/strict-reminder.md", ZoneInfo(JOURNEY.calendar.timezone))]


def from_hubspot() -> frozenset[str]:
    mapping, problems = parse_mapping(shipped_text("hubspot"), "shipped")
    assert mapping is not None, problems
    return mapping.kinds()


def test_hubspot_alone_can_show_every_touchpoint() -> None:
    kinds = from_hubspot()

    for touchpoint in JOURNEY.touchpoints:
        assert any(known(one.event, kinds) for one in touchpoint.expect), touchpoint.id


def test_the_page_names_what_hubspot_does_not_give() -> None:
    listed = re.search(r"What it does not give[^:]*: (.*)\.$", MAP.page, re.MULTILINE)
    assert listed is not None
    kinds = from_hubspot()

    # With `order.*`, `order.placed` is said.
    missing = {kind for kind in kinds_of(JOURNEY) if not known(kind, kinds)} - {"order.placed"}

    assert re.findall(r"`([^`]+)`", listed[1]) == sorted(missing)


@pytest.mark.parametrize("story", STRICTER, ids=lambda story: story.name)
def test_stricter_reminders_tell_the_story(story: Story) -> None:
    edit = next(edit for edit in MAP.edits if "lead_time" in edit)
    journey, _ = MAP.edited(YAML(typ="safe").load(edit))
    assert journey is not None
    found = [
        interpret(journey, person.attributes, person.events, now=question.at)
        for question, person in story.questions
    ]

    assert "\n".join(told(story, journey, found)) == "\n".join(story.lines)
