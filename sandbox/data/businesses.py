"""The pretend businesses, and who their customers are, told to any pretend tool.

Which tools a business works with stands here too: a shop takes no bookings.
"""

from collections.abc import Iterator, Mapping

from journeysync.sandbox.data import lives, timetable
from journeysync.sandbox.data.consultancy import CONSULTANCY
from journeysync.sandbox.data.happenings import SERVICES, Story
from journeysync.sandbox.data.house import House
from journeysync.sandbox.data.scripted import scripted
from journeysync.sandbox.data.shop import SHOP
from journeysync.sandbox.data.vendor import VENDOR
from journeysync.sandbox.world import STUDIO, World

MANY = 5_000
"""Beyond so many customers lives are told briefly: it is size that is wanted then."""
HOUSES: Mapping[str, House] = {
    STUDIO: House("Willow Street Studio", "14 Willow Street", "willowstreet.example", SERVICES),
    "consultancy": CONSULTANCY,
    "shop": SHOP,
    "vendor": VENDOR,
}


def house_of(world: World) -> House:
    """Give the business of a world."""
    return HOUSES[world.business]


def first_stories(world: World) -> Iterator[Story]:
    """Tell of those who are customers at the start."""
    brief = world.customers > MANY
    house = house_of(world)
    studio = world.business == STUDIO
    told = scripted(world.now) if studio else timetable.scripted(house.plots, world.now)
    for number in range(world.customers):
        if number < len(told):
            yield told[number]
        elif studio:
            yield lives.ordinary(number, world.seed, world.now, brief=brief)
        else:
            yield timetable.ordinary(house.lives, number, world.seed, world.now, brief=brief)


def later_stories(world: World, day: int, first_number: int) -> list[Story]:
    """Tell of those who come on a day (days since 1970)."""
    if world.business == STUDIO:
        return lives.newcomers(day, world.seed, world.customers, first_number)
    known = house_of(world).lives
    return timetable.newcomers(known, day, world.seed, world.customers, first_number)
