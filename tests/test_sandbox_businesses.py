"""The businesses other than the studio: believable lives, the same however time passes."""

from collections.abc import Callable
from typing import Any

import pytest

from journeysync.sandbox.data.businesses import HOUSES, first_stories, later_stories
from journeysync.sandbox.data.timetable import Life, line, ordinary
from journeysync.sandbox.server import BUSINESSES, MAKERS
from journeysync.sandbox.world import DAY, DEFAULT_NOW, World, millis

NOW = millis(DEFAULT_NOW)
OTHERS = [name for name, house in HOUSES.items() if house.plots]
BEGINS = {"visit": {"booked"}, "deal": {"opened"}, "invoice": {"invoiced"},
          "order": {"bought", "carted", "refused"}}  # fmt: skip
"""What a thing is that happenings name, and what it begins with."""


@pytest.mark.parametrize("business", OTHERS)
def test_nothing_happens_before_what_it_is_about(business: str) -> None:
    for story in first_stories(World(NOW, 3, 250, business)):
        begun: set[tuple[str, int]] = set()
        for happening in sorted(story.happenings, key=lambda item: item.at):
            for thing, first in BEGINS.items():
                if thing not in happening.details:
                    continue
                named = (thing, happening.details[thing])
                if happening.what in first:
                    begun.add(named)
                assert named in begun, (story.number, happening)


def test_two_in_three_are_looked_after() -> None:
    """With the third some care is missing, but never what the rest could not be without."""
    lines = (
        line(0, "9:00", "enquired"),
        *(line(day, "9:00", "wrote", f"letter {day}") for day in range(1, 9)),
        line(9, "9:00", "sent", "parcel", vital=True),
    )
    told = [
        [one.what for one in ordinary((Life(1, lines),), number, 1, NOW, brief=False).happenings]
        for number in range(600)
    ]

    careless = [one for one in told if len(one) < len(lines)]
    assert 0.25 < len(careless) / len(told) < 0.4
    assert all("enquired" in one and "sent" in one for one in told)


def test_a_week_has_its_newcomers_on_monday() -> None:
    today = NOW // DAY
    counts = [len(later_stories(World(NOW, 1, 100, "shop"), today + day, 500)) for day in range(7)]

    assert [day for day, count in enumerate(counts) if count] == [3]
    assert 4 < sum(counts) < 7


TOOLS = [(business, tool) for business in OTHERS for tool in BUSINESSES[business]]


@pytest.mark.parametrize(("business", "tool"), TOOLS)
def test_time_may_pass_in_steps(business: str, tool: str) -> None:
    """However the days are divided, the same comes out."""
    at_once, in_steps = (_after(business, tool, steps) for steps in ([21], [1, 3, 10, 7]))

    assert at_once == in_steps
    assert at_once != _after(business, tool, [])


def _after(business: str, tool: str, steps: list[int]) -> Any:
    world = World(NOW, 5, 45, business)
    made: Any = MAKERS[tool](world, limits=False)
    kept: Callable[[Any], Any] = KEPT[tool]
    kept(made)
    for days in steps:
        made.advance(world.now + days * DAY)
        world.now += days * DAY
        made.settled()
    return kept(made)


KEPT: dict[str, Callable[[Any], Any]] = {
    "hubspot": lambda tool: {
        (kind, number): (record.values, record.links)
        for kind, records in tool.portal.store.records.items()
        for number, record in records.items()
    },
    "calendly": lambda tool: [
        (one.id, one.start, one.created, one.canceled) for one in tool.book.events.values()
    ],
    "woocommerce": lambda tool: [str(one) for one in tool.shop.orders.values()],
    "stripe": lambda tool: str(tool.account.things),
    "salesforce": lambda tool: [
        (record.id, record.get("Name"), record.get("Email"), record.get("CreatedDate"))
        for kind in ("Account", "Contact", "Lead")
        for record in tool.org.records[kind].values()
    ],
}
"""What a pretend tool keeps, to compare."""
