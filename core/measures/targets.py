"""Whether the business reaches what its map wants: links, punctuality, feedback. Pure."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from journeysync.core.engine.columns import texts, whole_numbers
from journeysync.core.engine.words import number_of
from journeysync.core.language.model import Journey, Target
from journeysync.core.measures.links import Link, link
from journeysync.core.measures.rates import Rate, on_time_by, words_of


@dataclass(frozen=True, slots=True)
class Feedback:
    """What customers say of us."""

    answers: int
    """How many gave a score that is a number."""
    mean: float | None


@dataclass(frozen=True, slots=True)
class Attainment:
    """A target and how far it is reached."""

    target: Target
    wanted: float
    reached: float | None
    """None where nobody can tell yet."""
    measured: Link | Rate | Feedback

    @property
    def met(self) -> bool | None:
        """Whether it is reached; None where nobody can tell yet."""
        return None if self.reached is None else self.reached >= self.wanted


def attained(
    journey: Journey, moves: pa.Table, expectations: pa.Table, events: pa.Table, *, now: int
) -> tuple[Attainment, ...]:
    """Measure every target of a map, in its order, from the engine's tables."""
    found = []
    rates = on_time_by(journey, expectations, "touchpoint")
    for target in journey.targets:
        if target.from_ is not None and target.rate is not None:
            to = target.to or _next(journey, target.from_)
            way = link(journey, moves, target.from_, to, target.within, now=now)
            found.append(Attainment(target, target.rate, way.share, way))
        if target.touchpoint is not None and target.on_time is not None:
            rate = rates.get(target.touchpoint, Rate())
            found.append(Attainment(target, target.on_time, rate.share, rate))
        if target.feedback is not None and target.mean is not None:
            said = feedback(events, target.feedback, now=now)
            found.append(Attainment(target, target.mean, said.mean, said))
    return tuple(found)


def feedback(events: pa.Table, kind: str, *, now: int) -> Feedback:
    """Return the mean `score` of the events of a kind (or `group.*`) up to `now`.

    Scores are taken as they stand, whatever their scale: a map that mixes scales should not ask.
    """
    kinds, scores = texts(events, "kind"), texts(events, "attr.score")
    if kinds is None or scores is None:
        return Feedback(0, None)
    group = kind.removesuffix("*")
    wanted = [word.startswith(group) if group != kind else word == kind for word in words_of(kinds)]
    numbers = [number_of(word) for word in words_of(scores)]
    values = np.array([*(np.nan if one is None else float(one) for one in numbers), np.nan])
    counts = np.array([*wanted, False])[kinds.codes] & (whole_numbers(events, "at") <= now)
    given = values[scores.codes[counts]]
    given = given[~np.isnan(given)]
    return Feedback(len(given), float(given.mean()) if len(given) else None)


def _next(journey: Journey, stage: str) -> str:
    """Return the stage after one; the last is followed by itself, which nobody moves on to."""
    order = [one.id for one in journey.stages]
    return order[min(order.index(stage) + 1, len(order) - 1)]
