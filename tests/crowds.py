"""Many random customers of one random map at once, quickly: what `strategies` draws, in bulk.

Nothing here is shrunk: a crowd finds that something is wrong, `strategies` finds a small example.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any

from interpreter import Days
from strategies import (
    HOURS,
    STARTS,
    TICK,
    TOOLS,
    VALUES,
    Case,
    Kinds,
    Map,
    Person,
    spans_of,
)

from journeysync.core.language.durations import Duration, parse_duration
from journeysync.core.language.model import Journey
from journeysync.core.models import Event, Scalar

_SUBJECTS = (("", ""), ("booking", "B1"), ("booking", "B2"), ("order", "B1"))
_NAMED = ("B1", "crm:B1", "shop:B1", " B2", "fax:B1")


def crowd(found: Map, kinds: Kinds, many: int, random: Random) -> Case:
    """Make a crowd whose histories share few instants, and `now` at or near one of them."""
    journey = Journey.model_validate(found)
    days, spans = Days(journey.calendar), spans_of(found) or [parse_duration("1d")]
    start = random.choice(STARTS)
    pool = [start + timedelta(hours=random.choice(HOURS)) for _ in range(2)]
    while len(pool) < 12:
        pool.append(_near(days, spans, random.choice(pool), random))
    names = [touchpoint["id"] for touchpoint in found["touchpoints"]]
    people = [
        Person(
            f"crm:{number}",
            {name: random.choice(VALUES) for name in ("segment", "size") if random.random() < 0.7},
            _history(number, kinds, random.sample(pool, 6), names, random),
        )
        for number in range(many)
    ]
    return Case(found, tuple(people), _near(days, spans, random.choice(sorted(pool)[6:]), random))


def _near(days: Days, spans: Sequence[Duration], at: datetime, random: Random) -> datetime:
    span, times = random.choice(spans), random.choice((1, 1, 2, 0, -1))
    end = days.earlier(at, span) if times < 0 else days.later(at, span, times)
    return end + random.choice((0, 0, 0, 0, 1, -1)) * TICK


def _history(
    number: int, kinds: Kinds, pool: Sequence[datetime], touchpoints: Sequence[str], random: Random
) -> tuple[Event, ...]:
    found: list[Event] = []
    for name in random.sample(range(100), random.randrange(14)):
        kind, tool = random.choice(kinds), random.choice(TOOLS)
        attributes: dict[str, Scalar] = {
            name: random.choice(VALUES) for name in ("template", "amount") if random.random() < 0.5
        }
        if random.random() < 0.25:
            attributes["booking"] = random.choice(_NAMED)
        if kind == "task.completed" and found:
            about = random.choice(found)
            shared = about.id.removesuffix(f"/{about.person}")
            attributes |= {
                "touchpoint": random.choice(touchpoints),
                "anchor": random.choice((about.id, shared)),
            }
        found.append(_event(f"{number}.{name}", tool, kind, pool, attributes, random))
    return tuple(found)


def _event(
    name: str,
    tool: str,
    kind: str,
    pool: Sequence[datetime],
    attributes: dict[str, Any],
    random: Random,
) -> Event:
    person = f"{tool}:{name.partition('.')[0]}"
    if random.random() < 0.2:
        name = f"{name}/{person}"
    subject = random.choice(_SUBJECTS)
    return Event(name, tool, kind, random.choice(pool), person, *subject, attributes)
