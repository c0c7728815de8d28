"""A life as a timetable: what happens on which day, and which care of it may be forgotten.

Days count from a Monday, so that what is owed within working days is owed on the same weekdays
whenever the life begins. Nothing here knows a tool, or what any business does.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import Any, NamedTuple

from journeysync.sandbox.data.happenings import Story
from journeysync.sandbox.world import DAY, HOUR, MINUTE

CARELESS, FORGOTTEN = 1 / 3, 0.45
"""How many customers are looked after carelessly, and how much is forgotten with them."""
HORIZON = 200
SPREAD = 25
"""Minutes by which one made-up life is later in the day than another."""
BRIEF = 1
"""Days that a brief life lasts."""


class When(NamedTuple):
    """A moment of a life: the day, and the time of that day."""

    day: int
    clock: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a timetable."""

    when: When
    what: str
    details: Mapping[str, Any]
    care: str
    """What is forgotten where this line is left out; empty: the customer's own doing."""
    vital: bool
    """Without it the rest could not be: left out by a plot alone."""


Timetable = tuple[Entry, ...]


def line(
    day: int, clock: str, what: str, care: str = "", *, vital: bool = False, **details: Any
) -> Entry:
    """Write one line."""
    return Entry(When(day, clock), what, details, care, vital)


def later(days: int, lines: Timetable) -> Timetable:
    """Begin so many days later."""

    def moved(value: Any) -> Any:
        return When(value.day + days, value.clock) if isinstance(value, When) else value

    return tuple(
        Entry(
            moved(one.when),
            one.what,
            {name: moved(value) for name, value in one.details.items()},
            one.care,
            one.vital,
        )
        for one in lines
    )


@dataclass(frozen=True, slots=True)
class Plot:
    """A customer whom pages and tests point at."""

    text: str
    """The story in one sentence."""
    start: int
    """Its first Monday, in days from now; now is a Friday unless somebody says otherwise."""
    lines: Timetable
    until: int = 10_000
    """The last day of it."""
    without: tuple[str, ...] = ()
    """What is forgotten."""
    about: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Life:
    """A life that many lead."""

    weight: int
    lines: Timetable
    about: Mapping[str, Any] = field(default_factory=dict)


def scripted(plots: Iterable[Plot], now: int) -> list[Story]:
    """Tell all of them around an instant."""
    stories = []
    for number, plot in enumerate(plots):
        story = Story(number, {"owner": number % 3, **plot.about})
        lines = (
            one
            for one in plot.lines
            if one.when.day <= plot.until and (not one.care or one.care not in plot.without)
        )
        _tell(story, lines, now + plot.start * DAY)
        stories.append(story)
    return stories


def ordinary(lives: tuple[Life, ...], number: int, seed: int, now: int, *, brief: bool) -> Story:
    """Make up a customer who came some time ago, or only just."""
    rng = Random(seed * 1_000_003 + number)
    days_ago = rng.choice((rng.uniform(1, 45), rng.uniform(20, 200), rng.uniform(60, 400)))
    start = now - round(days_ago * DAY)
    start -= datetime.fromtimestamp(start / 1000, UTC).weekday() * DAY
    return _lived(lives, number, rng, start, now + HORIZON * DAY, brief=brief)


def newcomers(
    lives: tuple[Life, ...], day: int, seed: int, customers: int, first_number: int
) -> list[Story]:
    """Make up those who come in the week that begins on a day (days since 1970), if it does."""
    start = day * DAY
    if datetime.fromtimestamp(start / 1000, UTC).weekday():
        return []
    rng = Random(seed * 7_368_787 + day)
    return [
        _lived(lives, first_number + index, rng, start, start + HORIZON * DAY, brief=False)
        for index in range(int(customers / 20 + rng.random()))
    ]


def _lived(
    lives: tuple[Life, ...], number: int, rng: Random, start: int, end: int, *, brief: bool
) -> Story:
    (life,) = rng.choices(lives, [one.weight for one in lives])
    about = {"owner": rng.choice((0, 0, 1, 1, 2, 2, 3, None)), **life.about}
    story = Story(number, about)
    careless = rng.random() < CARELESS
    kept: list[Entry] = []
    for one in life.lines:
        forgotten = one.care and not one.vital and careless and rng.random() < FORGOTTEN
        if not forgotten and (not brief or one.when.day <= BRIEF):
            kept.append(one)
    _tell(story, kept, start, end, rng.randrange(SPREAD) * MINUTE)
    return story


def _tell(
    story: Story, lines: Iterable[Entry], start: int, end: int | None = None, late: int = 0
) -> None:
    midnight = start - start % DAY

    def instant(when: When) -> int:
        hour, _, minute = when.clock.partition(":")
        return midnight + when.day * DAY + int(hour) * HOUR + int(minute) * MINUTE + late

    for one in lines:
        at = instant(one.when)
        if end is None or at <= end:
            details = {
                name: instant(value) if isinstance(value, When) else value
                for name, value in one.details.items()
            }
            story.add(at, one.what, **details)
