"""Which fields a CRM gets, and which option stands for which place."""

import pytest

from journeysync.core.language.model import Journey
from journeysync.core.planning.fields import (
    OVERRIDE,
    STAGE,
    field_specs,
    places_of_option,
    stage_option,
)


def journey(name: str, places: str, exits: str = "") -> Journey:
    """Make a map of `id=Label id=Label`."""

    def parts(text: str) -> list[dict[str, str]]:
        return [
            {"id": id_, "label": label.replace("_", " ")}
            for id_, _, label in (part.partition("=") for part in text.split())
        ]

    return Journey.model_validate(
        {"format": 1, "journey": name, "stages": parts(places), "exits": parts(exits)}
    )


CASES = {
    "stages, then exits, in map order": (
        [journey("a", "enquiry=Enquiry visit=Visit", "lost=Lost")],
        "enquiry=Enquiry visit=Visit lost=Lost",
    ),
    "no label: the id made readable": ([journey("a", "first-visit")], "first-visit=First visit"),
    "one id, one label, two maps: one option": (
        [journey("a", "visit=Visit"), journey("b", "visit=Visit after=After")],
        "visit=Visit after=After",
    ),
    "one id, two labels: one option each, and the first map keeps the short value": (
        [journey("a", "visit=Visit"), journey("b", "visit=Home_visit")],
        "visit=Visit b/visit=Home visit",
    ),
    "a third map that agrees with the second shares its option": (
        [journey(*one) for one in (("a", "x=One"), ("b", "x=Two"), ("c", "x=Two"))],
        "x=One b/x=Two",
    ),
    "two ids of one label get labels that differ, for a CRM refuses equal ones": (
        [journey("a", "visit=Visit"), journey("b", "call=Visit")],
        "visit=Visit call=Visit (B)",
    ),
    "even within one map": (
        [journey("a", "x=Visit y=Visit z=Visit")],
        "x=Visit y=Visit (A) z=Visit (z)",
    ),
}


@pytest.mark.parametrize(("journeys", "expected"), CASES.values(), ids=CASES)
def test_options(journeys: list[Journey], expected: str) -> None:
    """The options of the stage, and of the override too."""
    specs = {spec.name: spec for spec in field_specs(journeys)}

    assert " ".join(f"{value}={label}" for value, label in specs[STAGE].options) == expected
    assert specs[OVERRIDE].options == specs[STAGE].options


@pytest.mark.parametrize("journeys", [case[0] for case in CASES.values()], ids=CASES)
def test_every_place_has_its_option_and_back(journeys: list[Journey]) -> None:
    """What is written for a place can be read back as that place."""
    options = dict(field_specs(journeys)[0].options)

    for one in journeys:
        for place in one.places:
            value = stage_option(journeys, one.journey, place.id)
            assert value in options
            assert (one.journey, place.id) in places_of_option(journeys, value)


def test_a_map_added_at_the_end_changes_no_value() -> None:
    """Else every customer would be written again."""
    first, second = journey("a", "x=One y=Two"), journey("b", "x=Other y=Two z=Three")

    before = [stage_option([first], "a", place) for place in ("x", "y")]
    after = [stage_option([first, second], "a", place) for place in ("x", "y")]

    assert before == after


def test_fields_say_what_they_are() -> None:
    """Eleven fields, each with a label and a sentence for the person who meets it in the CRM."""
    specs = field_specs([journey("a", "x=One")])

    assert len({spec.name for spec in specs}) == 11
    assert all(spec.name.startswith("journey_") for spec in specs)
    assert all(spec.label.startswith("Journey ") for spec in specs)
    assert all(spec.description.endswith(".") for spec in specs)
