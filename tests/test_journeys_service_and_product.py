"""The journeys of a service and of a product business: places, contacts, series.

What they share with the other shipped maps stands in tests/test_shipped_journeys.py.
"""

import re

import pytest
from shipped import Shipped, shipped

MAPS = [pytest.param(shipped(name), id=name) for name in ("product-business", "service-business")]


@pytest.mark.parametrize("one", MAPS)
def test_every_place_is_told_in_a_story(one: Shipped) -> None:
    lines = [line for story in one.stories for line in story.lines]
    told = {name for line in lines for name in re.findall(r"\? ([\w-]+)", line)}

    assert {place.id for place in one.journey.places} - told == set()


@pytest.mark.parametrize("one", MAPS)
def test_the_page_explains_every_place(one: Shipped) -> None:
    for place in one.journey.places:
        assert f"**{place.title.partition(':')[0]}**" in one.page, place.id


@pytest.mark.parametrize("one", MAPS)
def test_every_touchpoint_names_both_sides_and_the_channel(one: Shipped) -> None:
    for touchpoint in one.journey.touchpoints:
        assert touchpoint.owner, touchpoint.id
        assert touchpoint.with_, touchpoint.id
        assert touchpoint.channel, touchpoint.id


@pytest.mark.parametrize("one", MAPS)
def test_a_series_that_is_over_asks_for_nothing(one: Shipped) -> None:
    """`until` alone would leave the task of an earlier window open."""
    for touchpoint in one.journey.touchpoints:
        if touchpoint.until and touchpoint.id != "newsletter":
            assert all(end in touchpoint.unless for end in touchpoint.until), touchpoint.id
