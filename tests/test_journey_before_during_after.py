"""The journey of a booking business, told as stories of its customers."""

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from interpreter import interpret
from kernel import answers
from ruamel.yaml import YAML
from stories import Story, read, told

from journeysync.core.language.model import Journey

HERE = Path(__file__).parent
MAP = HERE.parent / "mappings/journeys/before-during-after.yaml"
JOURNEY = Journey.model_validate(YAML(typ="safe", pure=True).load(MAP.read_text("utf-8")))
STORIES = [
    pytest.param(story, id=story.name)
    for story in read(HERE / "stories/before-during-after.md", ZoneInfo(JOURNEY.calendar.timezone))
]


@pytest.mark.parametrize("story", STORIES)
def test_the_engine_tells_the_story(story: Story) -> None:
    found = [
        one
        for question, person in story.questions
        for one in answers(JOURNEY, [person], question.at)
    ]

    assert "\n".join(told(story, JOURNEY, found)) == "\n".join(story.lines)


@pytest.mark.parametrize("story", STORIES)
def test_the_interpreter_tells_the_story(story: Story) -> None:
    found = [
        interpret(JOURNEY, person.attributes, person.events, now=question.at)
        for question, person in story.questions
    ]

    assert "\n".join(told(story, JOURNEY, found)) == "\n".join(story.lines)
