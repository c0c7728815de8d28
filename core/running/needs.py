"""What a map asks of the data, so that nothing else need be read. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from journeysync.core.language.model import Exit, Journey, Pattern

_OF_THE_EVENT = {"tool", "subject_type"}
_TASK = {"touchpoint", "anchor"}
"""What a completed task says of the expectation it meets."""


@dataclass(frozen=True, slots=True)
class Needs:
    """Which columns matter to a map."""

    person_attributes: frozenset[str]
    event_attributes: frozenset[str]
    subjects: bool
    """Whether it matters which record an event is about."""


def needs_of(journey: Journey) -> Needs:
    """Find what a map asks for."""
    patterns = tuple(_patterns(journey))
    conditions = {name for pattern in patterns for name in pattern.where}
    sums = {name for pattern in patterns for name in pattern.sum or {}}
    same = {one.same for one in journey.touchpoints if one.same}
    about = any(one.before and one.opens is None for one in journey.touchpoints)
    people = {name for route in journey.routes for name in route.when}
    people |= {name for one in journey.touchpoints for name in one.when}
    return Needs(
        person_attributes=frozenset(people),
        event_attributes=frozenset(((conditions - _OF_THE_EVENT) | sums | same) | _TASK),
        subjects=bool(same) or about or "subject_type" in conditions,
    )


def _patterns(journey: Journey) -> Iterator[Pattern]:
    for place in journey.places:
        yield from place.entered_by
        yield from place.of if isinstance(place, Exit) else place.reached_by
    yield from _all(part for state in journey.states for part in (state.from_, state.to))
    yield from _all(route.having for route in journey.routes)
    yield from _all(
        part
        for one in journey.touchpoints
        for part in (one.after, one.before, one.until, one.expect, one.unless)
    )


def _all(parts: Iterable[tuple[Pattern, ...]]) -> Iterator[Pattern]:
    for part in parts:
        yield from part
