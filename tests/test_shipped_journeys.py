"""Every shipped map is whole: told as stories, explained on its page, fed by tools or files."""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from interpreter import interpret
from kernel import answers
from pydantic import SecretStr
from ruamel.yaml import YAML
from shipped import NAMES, Shipped, kinds_of, shipped
from stories import Story, told

from journeysync.connectors import registry
from journeysync.connectors.catalogue import CATALOGUE
from journeysync.core.language.model import Journey, Touchpoint
from journeysync.core.language.vocabulary import known, matches
from journeysync.core.planning.texts import SUBJECT_LENGTH
from journeysync.core.ports import ToolSetup

MAPS = [pytest.param(shipped(name), id=name) for name in NAMES]
STORIES = [
    pytest.param(shipped(name), story, id=f"{name}: {story.name}")
    for name in NAMES
    for story in shipped(name).stories
]
EDITS = [
    pytest.param(shipped(name), edit, id=f"{name}-{number}")
    for name in NAMES
    for number, edit in enumerate(shipped(name).edits)
]


@pytest.mark.parametrize(("one", "story"), STORIES)
def test_the_engine_tells_the_story(one: Shipped, story: Story) -> None:
    found = [
        answer
        for question, person in story.questions
        for answer in answers(one.journey, [person], question.at)
    ]

    assert "\n".join(told(story, one.journey, found)) == "\n".join(story.lines)


@pytest.mark.parametrize(("one", "story"), STORIES)
def test_the_interpreter_tells_the_story(one: Shipped, story: Story) -> None:
    found = [
        interpret(one.journey, person.attributes, person.events, now=question.at)
        for question, person in story.questions
    ]

    assert "\n".join(told(story, one.journey, found)) == "\n".join(story.lines)


@pytest.mark.parametrize("one", MAPS)
def test_the_map_has_no_problem(one: Shipped) -> None:
    assert one.problems == ()


@pytest.mark.parametrize("one", MAPS)
def test_every_touchpoint_is_told_in_a_story(one: Shipped) -> None:
    """Seen in time, and as a task, where it may be one."""
    lines = [line for story in one.stories for line in story.lines]
    in_time = {name for line in lines for name in re.findall(r"([\w-]+): [^;]*\bdone\b", line)}
    to_do = {name for line in lines for name in re.findall(r"to do: ([^;]+)", line)}
    tasks = {name for names in to_do for name in names.split(", ")}

    assert tasks == {touchpoint.id for touchpoint in one.journey.touchpoints if _asks(touchpoint)}
    assert in_time == {touchpoint.id for touchpoint in one.journey.touchpoints}


def _asks(touchpoint: Touchpoint) -> bool:
    """Say whether it may become a task: `act_within: 0m` keeps it a number in the reports."""
    return touchpoint.act_within is None or touchpoint.act_within.number > 0


@pytest.mark.parametrize("one", MAPS)
def test_every_place_is_told_in_a_story(one: Shipped) -> None:
    lines = [line for story in one.stories for line in story.lines]
    told_of = {name for line in lines for name in re.findall(r"\? ([\w-]+)", line)}

    assert {place.id for place in one.journey.places} - told_of == set()


@pytest.mark.parametrize("one", MAPS)
def test_every_touchpoint_names_both_sides(one: Shipped) -> None:
    for touchpoint in one.journey.touchpoints:
        assert touchpoint.owner, touchpoint.id
        assert touchpoint.with_, touchpoint.id
        assert touchpoint.channel, touchpoint.id
        assert touchpoint.documents or one.name not in WITH_DOCUMENTS, touchpoint.id


WITH_DOCUMENTS = {"five-phases", "loyalty"}
"""Maps whose touchpoints all have their document."""


@pytest.mark.parametrize("one", MAPS)
def test_every_task_says_what_to_do(one: Shipped) -> None:
    """The person in the title, room for a name and a date, and a text."""
    for touchpoint in filter(_asks, one.journey.touchpoints):
        assert touchpoint.task is not None, touchpoint.id
        assert touchpoint.task.body, touchpoint.id
        assert "{{ customer.name }}" in touchpoint.task.title, touchpoint.id
        filled = re.sub(r"{{.*?}}", "Alexandra Grant", touchpoint.task.title)
        assert len(filled) <= SUBJECT_LENGTH - len(" (due 30 Nov)"), touchpoint.id


@pytest.mark.parametrize("one", MAPS)
def test_every_transition_has_a_target(one: Shipped) -> None:
    stages = [stage.id for stage in one.journey.stages]
    links = [(target.from_, target.to) for target in one.journey.targets if target.from_]

    assert links == [*pairwise(stages)]


@pytest.mark.parametrize("one", MAPS)
def test_the_page_has_a_row_for_every_touchpoint(one: Shipped) -> None:
    rows = re.findall(r"^\| `([\w-]+)` \|", one.page, re.MULTILINE)

    assert [*dict.fromkeys(rows)] == [touchpoint.id for touchpoint in one.journey.touchpoints]


@pytest.mark.parametrize("one", MAPS)
def test_the_page_explains_every_place(one: Shipped) -> None:
    bold = {text.casefold() for text in re.findall(r"\*\*`?([^*`]+)`?\*\*", one.page)}
    named = {place.title.partition(":")[0].casefold() for place in one.journey.places}

    assert named - bold == set()


@pytest.mark.parametrize("one", MAPS)
def test_every_department_has_an_example(one: Shipped) -> None:
    """The page shows an owner for every department that the map names."""
    shown = next(YAML(typ="safe").load(edit) for edit in one.edits if "departments:" in edit)
    named = {place.owner for place in one.journey.places}
    named |= {touchpoint.owner for touchpoint in one.journey.touchpoints}

    assert set(shown["departments"]) == named - {""}


ROUTES = {
    "five-phases": {
        "kick-off (working days)": "kick-off",
        "checklist (working days)": "onboarding-checklist",
        "hand-over (working days)": "hand-over",
        "first response": "first-response",
        "adoption check": "adoption-check",
    },
    "loyalty": {
        "question answered": "enquiry-answer",
        "abandoned cart answered": "cart-reminder",
        "offer followed up (working days)": "quote-follow-up",
        "sent, once paid": "dispatch",
        "asked how it is": "check-in",
    },
}
"""Map -> row of its page's table of routes -> the touchpoint whose deadlines stand there."""


@pytest.mark.parametrize("name", ROUTES)
def test_the_table_of_routes_shows_the_deadlines(name: str) -> None:
    one = shipped(name)
    rows = {
        cells[0]: cells[1:]
        for line in one.page.splitlines()
        if line.startswith("| ")
        for cells in [[cell.strip() for cell in line.strip("|").split("|")]]
    }
    routes = [route.strip("`") for route in rows["route"]]
    within = {touchpoint.id: touchpoint.within for touchpoint in one.journey.touchpoints}

    for row, touchpoint in ROUTES[name].items():
        deadlines = within[touchpoint]
        wanted = [deadlines.get(route, deadlines["default"]).count for route in routes]
        assert [int(re.findall(r"\d+", cell)[0]) for cell in rows[row]] == wanted, row


@pytest.mark.parametrize(("one", "edit"), EDITS)
def test_the_changes_shown_on_the_page_make_good_maps(one: Shipped, edit: str) -> None:
    changes = YAML(typ="safe").load(edit)
    if not changes.keys() <= set(Journey.model_fields):
        return  # lines of another file, which tests/test_docs.py looks at
    journey, problems = one.edited(changes)

    assert problems == []
    assert journey != one.journey


@pytest.mark.parametrize("one", MAPS)
def test_every_kind_comes_from_a_connector_or_is_said_to_come_from_files(one: Shipped) -> None:
    kinds = kinds_of(one.journey)
    untold = {kind for kind in kinds if not known(kind, from_connectors())}
    untold = {kind for kind in untold if not _named(kind, one.from_files)}

    assert untold == set(), f"say in docs/journeys/{one.name}.md where these come from"


@pytest.mark.parametrize("one", MAPS)
def test_what_is_said_to_come_from_files_is_asked_for(one: Shipped) -> None:
    kinds = kinds_of(one.journey)

    assert {kind for kind in one.from_files if not _named(kind, kinds)} == set()


def _named(kind: str, kinds: Iterable[str]) -> bool:
    """Say whether a kind is among others, where either may be written `noun.*`."""
    return any(matches(kind, other) or matches(other, kind) for other in kinds)


@cache
def from_connectors() -> frozenset[str]:
    """Collect what all connectors give under their shipped mappings, `files` apart."""
    return frozenset(_emitted())


def _emitted() -> Iterator[str]:
    for name, about in CATALOGUE.items():
        if not about.emits:
            settings: dict[str, object] = {key: SecretStr("none") for key in about.secrets}
            if "base_url" in about.settings:
                settings["base_url"] = "https://example.com"
            setup = ToolSetup(name=name, settings=settings, folder=Path("nowhere"))
            yield from registry.make(name, setup).emits()
