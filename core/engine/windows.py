"""Windows: from when to when each expectation may be satisfied, once or in a series.

What lies after `now` matters here for one thing only: which window opens next.
"""

from dataclasses import dataclass

import numpy as np

from journeysync.core.engine.anchors import Anchors
from journeysync.core.engine.durations import at_most
from journeysync.core.engine.facts import Facts
from journeysync.core.engine.primitives import NEVER, Bools, Ints, last_of_instant
from journeysync.core.engine.routes import DEFAULT
from journeysync.core.instants import DAY
from journeysync.core.language.model import Touchpoint

_ROUNDING = 31 * DAY
"""Going forward and back again by the calendar may end this far from the start, at most."""


@dataclass(frozen=True, slots=True)
class Series:
    """What binds the windows of one anchor together."""

    number: Ints
    """Which series a window belongs to; the windows of one stand together, first to last."""
    stop: Ints
    """The `until` event or next anchor that ends it, `NEVER` where none has come."""


@dataclass(frozen=True, slots=True)
class Windows:
    """The expectations of one touchpoint, not yet judged."""

    anchors: Anchors
    k: Ints
    """0, or the number of the window in its series."""
    opens: Ints
    deadline: Ints
    series: Series | None = None

    def __getitem__(self, chosen: Ints | Bools) -> "Windows":
        """Return some of them."""
        series = self.series and Series(self.series.number[chosen], self.series.stop[chosen])
        return Windows(
            self.anchors[chosen], self.k[chosen], self.opens[chosen], self.deadline[chosen], series
        )

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.k)


def single(touchpoint: Touchpoint, anchors: Anchors, facts: Facts) -> Windows:
    """Return the one window of each anchor, where it has one."""
    if touchpoint.before:
        opens, deadline = _before(touchpoint, anchors, facts)
    else:
        opens = anchors.at
        if touchpoint.opens is not None:
            opens = facts.clock.add(anchors.at, touchpoint.opens)
        deadline = _deadline(touchpoint, anchors, facts)
    windows = Windows(anchors, np.zeros(len(anchors), dtype=np.int64), opens, deadline)
    lasting = opens <= deadline
    return windows if lasting.all() else windows[lasting]


def _before(touchpoint: Touchpoint, anchors: Anchors, facts: Facts) -> tuple[Ints, Ints]:
    deadline = anchors.at
    if touchpoint.at_least is not None:
        deadline = facts.clock.subtract(anchors.at, touchpoint.at_least)
    if touchpoint.opens is not None:
        return facts.clock.subtract(anchors.at, touchpoint.opens), deadline
    return facts.history.at[facts.records.first_with_subject(anchors.row)], deadline


def _deadline(touchpoint: Touchpoint, anchors: Anchors, facts: Facts) -> Ints:
    """Add each customer's `within`; where a map gives none the window never comes to be."""
    default = touchpoint.within.get(DEFAULT)
    if default is None:
        deadline = np.full(len(anchors), -NEVER, dtype=np.int64)
    else:
        deadline = facts.clock.add(anchors.at, default)
    route = facts.routes.of[anchors.customer]
    for number, name in enumerate(facts.routes.names):
        duration = touchpoint.within.get(name)
        if duration is not None and name != DEFAULT:
            on_route = np.flatnonzero(route == number)
            deadline[on_route] = facts.clock.add(anchors.at[on_route], duration)
    return deadline


def repeated(touchpoint: Touchpoint, anchors: Anchors, facts: Facts) -> tuple[Windows, Ints, Ints]:
    """Return the windows that have opened; and customers with the instants of next openings."""
    every = touchpoint.every
    assert every is not None
    if touchpoint.same is not None:
        anchors = anchors[np.argsort(anchors.segment, kind="stable")]
    anchors = anchors[last_of_instant(anchors.segment, anchors.at)]
    stop = _stop(touchpoint, anchors, facts)
    now = facts.history.now
    reach = np.minimum(stop, now)
    if touchpoint.last is not None:
        reach = facts.clock.add(reach, touchpoint.last) + _ROUNDING
    most = at_most(every, reach - anchors.at, touchpoint.limit)
    number = np.repeat(np.arange(len(anchors), dtype=np.int64), most)
    k = np.arange(1, len(number) + 1) - np.repeat(np.cumsum(most) - most, most)
    start = anchors.at[number]
    deadline = facts.clock.add(start, every, k)
    if touchpoint.last is None:
        opens = facts.clock.add(start, every, k - 1)
    else:
        opens = facts.clock.subtract(deadline, touchpoint.last)
    stop = stop[number]
    going = opens < stop
    opened = np.flatnonzero(going & (opens <= now))
    coming = np.flatnonzero(going & (opens > now))
    windows = Windows(
        anchors[number[opened]],
        k[opened],
        opens[opened],
        deadline[opened],
        Series(number[opened], stop[opened]),
    )
    return windows, anchors.customer[number[coming]], opens[coming]


def _stop(touchpoint: Touchpoint, anchors: Anchors, facts: Facts) -> Ints:
    """Find the first `until` event or anchor strictly later than each anchor."""
    stop = np.full(len(anchors), NEVER, dtype=np.int64)
    followed = anchors.segment[1:] == anchors.segment[:-1]
    stop[:-1][followed] = anchors.at[1:][followed]
    if touchpoint.until:
        trail = facts.trail(touchpoint.until, touchpoint.same)
        until = trail.first(anchors.segment, anchors.at, anchors.row, later=True)
        stop = np.minimum(stop, facts.at_of(until))
    return stop
