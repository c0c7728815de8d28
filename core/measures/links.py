"""How many go on from one stage to a later one, how sure that is, and how long it takes.

Of those who entered a stage, each customer counts once, from the first time. Pure; whole columns.
"""

import math
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from journeysync.core.engine.calendar import Clock
from journeysync.core.engine.columns import texts, whole_numbers
from journeysync.core.engine.primitives import NEVER, Bools, Ints, first_of_run
from journeysync.core.language.durations import Duration
from journeysync.core.language.model import Journey
from journeysync.core.measures.rates import words_of
from journeysync.core.measures.waiting import Waiting, waiting

_Z = 1.959963984540054
"""95 % of a normal distribution lie within so many standard deviations."""


@dataclass(frozen=True, slots=True)
class Link:
    """The way from one stage to a later one."""

    source: str
    target: str
    within: Duration | None
    moved: int
    """In time, where there is a time."""
    failed: int
    censored: int
    """Still in the stage and still in time: nobody can tell yet; in no share."""
    waiting: Waiting
    """Until they moved on, however late; who left the path is censored when they left."""

    @property
    def entered(self) -> int:
        """How many entered the stage at all."""
        return self.moved + self.failed + self.censored

    @property
    def share(self) -> float | None:
        """The share that moved on, of those of whom it is known."""
        known = self.moved + self.failed
        return self.moved / known if known else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Where the true share lies, with 95 % confidence."""
        known = self.moved + self.failed
        return wilson(self.moved, known) if known else None


def wilson(hits: int, of: int) -> tuple[float, float]:
    """Return the 95 % Wilson interval of a share."""
    share, spread = hits / of, _Z * _Z / of
    middle = share + spread / 2
    reach = _Z * math.sqrt(share * (1 - share) / of + spread / (4 * of))
    low, high = (middle - reach) / (1 + spread), (middle + reach) / (1 + spread)
    return max(low, 0.0), min(high, 1.0)


def links(journey: Journey, moves: pa.Table, *, now: int) -> tuple[Link, ...]:
    """Return the link from each stage to the next, within the time of its target or ever."""
    found = []
    for stage, following in zip(journey.stages, journey.stages[1:], strict=False):
        ends = (stage.id, following.id)
        within = next((one.within for one in journey.targets if (one.from_, one.to) == ends), None)
        found.append(link(journey, moves, *ends, within, now=now))
    return tuple(found)


def link(
    journey: Journey,
    moves: pa.Table,
    source: str,
    target: str,
    within: Duration | None,
    *,
    now: int,
) -> Link:
    """Measure how customers go on from a stage to `target` or any later stage.

    `moves` are the engine's: by customer and in order.
    """
    way = _Way.of(journey, moves, source, target)
    limit = np.full(len(way.entered), NEVER)
    if within is not None:
        limit = Clock.of(journey.calendar).add(way.entered, within)
    in_time = way.moved & (way.until <= limit)
    open_ = ~in_time & way.still & (now <= limit)
    ended = np.where(way.moved | ~way.still, way.until, now)
    hits, censored = int(np.count_nonzero(in_time)), int(np.count_nonzero(open_))
    return Link(
        source,
        target,
        within,
        hits,
        len(way.entered) - hits - censored,
        censored,
        waiting(ended - way.entered, way.moved),
    )


@dataclass(frozen=True)
class _Way:
    """Each customer's first entry into a stage, and what came of it."""

    entered: Ints
    moved: Bools
    """On to a later stage, at any time."""
    still: Bools
    """In the stage now."""
    until: Ints
    """When they moved on; else when they last left the stage; anything where they are in it."""

    @classmethod
    def of(cls, journey: Journey, moves: pa.Table, source: str, target: str) -> "_Way":
        place, previous = _numbers(journey, moves, "place"), _numbers(journey, moves, "previous")
        order = [one.id for one in journey.places]
        stages = len(journey.stages)
        here, goal = order.index(source), order.index(target)
        later = (place == goal) | ((place > goal) & (place < stages) & (goal < stages))
        customer, at = whole_numbers(moves, "customer"), whole_numbers(moves, "at")

        rows = np.flatnonzero(place == here)
        rows = rows[first_of_run(customer[rows])]
        ends = np.searchsorted(customer, customer[rows], side="right")
        onward, out = np.flatnonzero(later), np.flatnonzero(previous == here)
        first = _take(onward, np.searchsorted(onward, rows))
        moved = (first >= 0) & (first < ends)
        left = _take(out, np.searchsorted(out, ends) - 1)
        return cls(
            at[rows],
            moved,
            place[ends - 1] == here,
            at[np.where(moved, first, np.maximum(left, 0))],
        )


def _numbers(journey: Journey, moves: pa.Table, column: str) -> Ints:
    """Turn place names into their position in the map; -1: outside."""
    found = texts(moves, column)
    if found is None:
        return np.empty(0, dtype=np.int64)
    order = {place.id: number for number, place in enumerate(journey.places)}
    number = [order.get(word, -1) for word in words_of(found)]
    return np.array([*number, -1], dtype=np.int64)[found.codes]


def _take(rows: Ints, positions: Ints) -> Ints:
    """Return the rows at some positions; -1 beyond either end."""
    if not len(rows):
        return np.full(len(positions), -1)
    inside = (positions >= 0) & (positions < len(rows))
    return np.where(inside, rows[np.clip(positions, 0, len(rows) - 1)], -1)
