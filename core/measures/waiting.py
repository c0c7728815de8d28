"""How long something takes, where many have not got there yet: Kaplan-Meier.

Those who still wait, and those who went away, tell how long they did wait: they are censored,
never left out and never counted as failures. Pure.
"""

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from journeysync.core.engine.primitives import Bools, Ints


@dataclass(frozen=True, slots=True)
class Waiting:
    """When a quarter, half and three quarters have got there; None: not in sight yet."""

    arrived: int
    censored: int
    quarter: timedelta | None
    median: timedelta | None
    three_quarters: timedelta | None


def survival(waited: Ints, arrived: Bools) -> tuple[Ints, NDArray[np.float64]]:
    """Return the lengths at which somebody arrived and the share still waiting after each.

    Who is censored at the very length at which another arrives was still there to arrive.
    """
    lengths, arrivals = np.unique(waited[arrived], return_counts=True)
    at_risk = len(waited) - np.searchsorted(np.sort(waited), lengths, side="left")
    return lengths, np.cumprod(1 - arrivals / at_risk, dtype=np.float64)


def waiting(waited: Ints, arrived: Bools) -> Waiting:
    """Sum up waits, in microseconds, that ended by arriving or else were censored."""
    lengths, share = survival(waited, arrived)

    def when(left: float) -> timedelta | None:
        # A product of fractions may miss a round share by its last bits.
        reached = np.flatnonzero(share <= left + 1e-9)
        return timedelta(microseconds=int(lengths[reached[0]])) if len(reached) else None

    count = int(np.count_nonzero(arrived))
    return Waiting(count, len(waited) - count, when(0.75), when(0.5), when(0.25))
