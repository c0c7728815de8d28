"""What can be said of a duration without a calendar: how short it may be, how often it fits."""

import numpy as np

from journeysync.core.engine.primitives import Ints
from journeysync.core.instants import DAY, EARLIEST, HOUR, LATEST
from journeysync.core.language.durations import Duration

_SHORTEST = {"mo": 28 * DAY, "y": 365 * DAY, "business days": DAY, "business hours": HOUR}
_CLOCK_CHANGE = 25 * HOUR
"""No change of the clocks shifts two instants by more, a move of the date line included."""
_ALL_TIME = LATEST - EARLIEST


def shortest(duration: Duration) -> int:
    """Return a length in microseconds that the duration never falls below, wherever it starts."""
    unit, room = _unit(duration)
    return max(0, unit - room)


def at_most(duration: Duration, span: Ints, limit: int | None) -> Ints:
    """Return how many of the durations may begin within a span, and one more; or the limit.

    A duration of no length fits not once: a series of such windows would have no end.
    """
    unit, room = _unit(duration)
    if unit == 0:
        return np.zeros(len(span), dtype=np.int64)
    fitting = (span + room) // unit + 2
    return fitting if limit is None else np.minimum(fitting, limit)


def _unit(duration: Duration) -> tuple[int, int]:
    """Return how long it mostly is at least, and what the clocks may take away from any number."""
    if duration.exact is not None:
        return min(duration.exact, _ALL_TIME), 0
    return min(duration.count * _SHORTEST[duration.unit], _ALL_TIME), _CLOCK_CHANGE
