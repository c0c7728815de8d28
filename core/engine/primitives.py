"""The few array operations in which every rule of the engine is said.

Arrays are sorted by segment (a customer, or a record of a customer) and, within one, by time.
Nothing here knows a journey map, and nothing loops over segments or items.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

NEVER = int(np.iinfo(np.int64).max)
"""Later than every instant; stands where nothing happened."""


def values_at(values: Ints, rows: Ints, otherwise: int) -> Ints:
    """Return the values of some rows, and something else for the row -1."""
    if not len(values):
        return np.full(len(rows), otherwise, dtype=np.int64)
    return np.where(rows >= 0, np.take(values, rows, mode="clip"), otherwise)


def first_of_run(ids: Ints) -> Bools:
    """Say which items differ from the one before them."""
    first = np.ones(len(ids), dtype=np.bool_)
    np.not_equal(ids[1:], ids[:-1], out=first[1:])
    return first


def last_of_instant(segment: Ints, at: Ints) -> Bools:
    """Say which items are the last of their segment at their instant."""
    last = np.ones(len(at), dtype=np.bool_)
    np.not_equal(at[1:], at[:-1], out=last[:-1])
    last[:-1] |= segment[1:] != segment[:-1]
    return last


def starts_of(segment: Ints, segments: int) -> Ints:
    """Return where each segment starts, and at the end how many items there are."""
    starts = np.zeros(segments + 1, dtype=np.int64)
    np.cumsum(np.bincount(segment, minlength=segments), out=starts[1:])
    return starts


def running_count(segment: Ints) -> Ints:
    """Number the items of each segment, from 1."""
    position = np.arange(len(segment), dtype=np.int64)
    return position - np.maximum.accumulate(np.where(first_of_run(segment), position, 0)) + 1


def running_sum(segment: Ints, values: NDArray[np.int64] | NDArray[np.object_]) -> Ints:
    """Add up the values of each segment, item by item; exact for any whole numbers."""
    if values.dtype == np.int64 and len(values):
        largest = max(abs(int(values.max())), abs(int(values.min())))
        if largest * len(values) > NEVER:
            values = values.astype(object)
    total = np.cumsum(values)
    first = np.flatnonzero(first_of_run(segment))
    before = np.zeros(len(first), dtype=total.dtype)
    before[1:] = total[first[1:] - 1]
    sizes = np.diff(np.append(first, len(segment)))
    return np.asarray(total - np.repeat(before, sizes))


def least_per(segment: Ints, values: Ints, segments: int) -> Ints:
    """Return each segment's least value, `NEVER` where it has none; in any order."""
    least = np.full(segments, NEVER, dtype=np.int64)
    np.minimum.at(least, segment, values)
    return least


def first_alike(parts: tuple[Ints, ...]) -> Ints:
    """Return for each item the first one that equals it in every part; parts are >= 0."""
    finest = parts[-1]
    size = int(finest.max(initial=-1)) + 1
    if size <= 4 * len(finest) + 1024:
        # The last part mostly tells items apart alone: then one pass backwards finds the first.
        first = np.zeros(size, dtype=np.int64)
        first[finest[::-1]] = np.arange(len(finest), dtype=np.int64)[::-1]
        alike = first[finest]
        if all(np.array_equal(part[alike], part) for part in parts[:-1]):
            return alike
    order = np.lexsort(parts[::-1])
    new = np.zeros(len(finest), dtype=np.bool_)
    for part in parts:
        new |= first_of_run(part[order])
    heads = order[np.maximum.accumulate(np.where(new, np.arange(len(order)), 0))]
    alike = np.empty(len(order), dtype=np.int64)
    alike[order] = heads
    return alike


@dataclass(frozen=True, slots=True)
class Line:
    """The instants of many segments, end to end, in which all can be searched at once."""

    starts: Ints
    at: Ints

    @classmethod
    def of(cls, segment: Ints, at: Ints, segments: int) -> Self:
        """Lay out items that are sorted by segment and instant."""
        return cls(starts_of(segment, segments), at)

    def first(self, segment: Ints, instant: Ints, *, later: bool = False) -> Ints:
        """Return the first item at or after the instant (`later`: after it).

        The place where it would stand, which is the segment's end where there is none.
        """
        found = self.starts[segment]
        length = self.starts[segment + 1] - found
        step = 1 << int(length.max(initial=0)).bit_length() >> 1
        long = np.flatnonzero(length) if step else np.empty(0, dtype=np.int64)
        if 2 * len(long) > len(length):
            self._search(found, found + length, instant, step, later=later)
        elif len(long):
            some = found[long]
            self._search(some, some + length[long], instant[long], step, later=later)
            found[long] = some
        return found

    def _search(self, found: Ints, end: Ints, instant: Ints, step: int, *, later: bool) -> None:
        """Move `found` forward over all items before the instant, in halving steps."""
        before = np.less_equal if later else np.less
        length = end - found
        while step:
            long = np.flatnonzero(length >= step)
            if 2 * len(long) > len(length):
                last = found + (step - 1)
                ahead = before(np.take(self.at, last, mode="clip"), instant)
                ahead &= last < end
                found += ahead * step
            elif len(long):
                last = found[long] + (step - 1)
                ahead = before(np.take(self.at, last, mode="clip"), instant[long])
                ahead &= last < end[long]
                found[long] += ahead * step
            step >>= 1

    def ends(self, segment: Ints) -> Ints:
        """Return where each segment ends."""
        return self.starts[segment + 1]


@dataclass(frozen=True, slots=True)
class Timeline:
    """Something that is on or off in each segment: half-open, and never on for no time."""

    line: Line
    """Alternating: the first item of a segment switches on, the second off…"""

    @classmethod
    def of(cls, segment: Ints, at: Ints, on: Bools, segments: int) -> Self:
        """Read switches in their order; of those at one instant the last decides."""
        last = np.flatnonzero(last_of_instant(segment, at))
        segment, at, on = segment[last], at[last], on[last]
        before = np.zeros(len(on), dtype=np.bool_)
        before[1:] = on[:-1]
        before[first_of_run(segment)] = False
        turns = np.flatnonzero(on != before)
        return cls(Line.of(segment[turns], at[turns], segments))

    @property
    def ever(self) -> bool:
        """Whether it is on anywhere at any time."""
        return len(self.line.at) > 0

    def on_at(self, segment: Ints, instant: Ints) -> Bools:
        """Say whether it is on at the instant."""
        turns = self.line.first(segment, instant, later=True) - self.line.starts[segment]
        return (turns & 1).astype(np.bool_)

    def on_finally(self) -> Bools:
        """Say of each segment whether it is on after all switches."""
        return (np.diff(self.line.starts) & 1).astype(np.bool_)

    def first_on(self, segment: Ints, instant: Ints) -> Ints:
        """Return the first instant at or after the given one at which it is on, or `NEVER`."""
        turn = self.line.first(segment, instant, later=True)
        on = ((turn - self.line.starts[segment]) & 1).astype(np.bool_)
        turn[turn >= self.line.ends(segment)] = -1
        return np.where(on, instant, values_at(self.line.at, turn, NEVER))
