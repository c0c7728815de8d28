"""Between UTC and the clock on the wall, for whole columns of instants.

A zone's changes are looked up once per year with `zoneinfo` and kept as a sorted table; columns
are then converted by one binary search each. Never loops over instants, never reads a clock.
Local times are int64 microseconds too: what the wall clock shows, counted as if it were UTC.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from journeysync.core.instants import DAY, SECOND, from_micros, to_micros

Micros = NDArray[np.int64]

FIRST_YEAR, LAST_YEAR = 1, 9999
_MEAN_YEAR = 31_556_952 * SECOND
_EPOCH_YEAR = 1970
_FIRST_LAW, _LAST_LAW = 1800, 2200
"""Outside these years zones follow the sun's mean time, or one yearly rule for ever."""
_CYCLE = 400
_CYCLE_LENGTH = 146_097 * DAY
_FLOOR = to_micros(datetime(_FIRST_LAW, 1, 1, tzinfo=UTC))


def years_around(at: Micros, before: int, after: int) -> tuple[int, ...]:
    """Name all years that lie from `before` years before to `after` years after some instant.

    An instant's year is estimated from the mean length of a year, so callers leave one to spare.
    """
    if at.size == 1:  # asked for one task's date after the other: a range is quickly made
        one = min(max(int(at.flat[0]) // _MEAN_YEAR + _EPOCH_YEAR, FIRST_YEAR), LAST_YEAR)
        return tuple(range(max(FIRST_YEAR, one - before), min(LAST_YEAR, one + after) + 1))
    seen = np.zeros(LAST_YEAR + 1, dtype=bool)
    year = np.clip(at // _MEAN_YEAR + _EPOCH_YEAR, FIRST_YEAR, LAST_YEAR)
    seen[year] = True
    wanted = np.flatnonzero(seen)
    near: set[int] = set()
    for one in wanted.tolist():
        near.update(range(max(FIRST_YEAR, one - before), min(LAST_YEAR, one + after) + 1))
    return tuple(sorted(near))


@dataclass(frozen=True)
class _Changes:
    """A zone's offsets over some years."""

    at: Micros
    """Instants at which an offset begins to hold."""
    wall: Micros
    """Local times from which it is read: a skipped or repeated time keeps the offset before."""
    offset: Micros


@dataclass(frozen=True)
class Zone:
    """One time zone."""

    zone: ZoneInfo

    def to_local(self, at: Micros) -> Micros:
        """Read the wall clock at these instants."""
        table = _changes(self.zone, years_around(at, 1, 1))
        return at + _held(table.at, table.offset, at)

    def to_utc(self, local: Micros) -> Micros:
        """Find the instants at which the wall clock shows these times.

        A time that a change skips is read with the offset before it; one that occurs twice is
        the first.
        """
        table = _changes(self.zone, years_around(local, 1, 1))
        return local - _held(table.wall, table.offset, local)


def _held(since: Micros, offset: Micros, at: Micros) -> Micros:
    """Look up the offset that holds at each instant; before the first: the first."""
    if (offset == offset[0]).all():
        return np.broadcast_to(offset[:1], at.shape)
    return offset[np.maximum(np.searchsorted(since, at, side="right") - 1, 0)]


@lru_cache(maxsize=256)
def _changes(zone: ZoneInfo, years: tuple[int, ...]) -> _Changes:
    rows = [row for year in years for row in _changes_in(zone, year)]
    columns = np.array(rows or [(0, 0, 0)], dtype=np.int64).reshape(-1, 3)
    at, before, after = columns[:, 0], columns[:, 1], columns[:, 2]
    return _Changes(at, at + np.maximum(before, after), after)


def _changes_in(zone: ZoneInfo, year: int) -> tuple[tuple[int, int, int], ...]:
    """List (instant, offset before, offset after): the year's first instant, then each change.

    Before the first clock law nothing changed, and far from now a zone repeats every 400 years.
    """
    if year < _FIRST_LAW:
        mean = _offset(zone, _FLOOR)
        return ((to_micros(datetime(year, 1, 1, tzinfo=UTC)), mean, mean),)
    cycles = max(0, year - _LAST_LAW) // _CYCLE
    return tuple(
        (at + cycles * _CYCLE_LENGTH, before, after)
        for at, before, after in _searched(zone, year - cycles * _CYCLE)
    )


@lru_cache(maxsize=4 * LAST_YEAR)
def _searched(zone: ZoneInfo, year: int) -> tuple[tuple[int, int, int], ...]:
    """Compare offsets day by day, then find the second of a change by halving its day."""
    start = to_micros(datetime(year, 1, 1, tzinfo=UTC))
    end = to_micros(datetime(year + 1, 1, 1, tzinfo=UTC))
    before = _offset(zone, start - SECOND)
    now = _offset(zone, start)
    rows = [(start, before, now)]
    for day in range(start + DAY, end + DAY, DAY):
        last = min(day, end) - SECOND
        then = _offset(zone, last)
        if then != now:
            low, high = last - DAY, last
            while high - low > SECOND:
                middle = (low + high) // (2 * SECOND) * SECOND
                low, high = (middle, high) if _offset(zone, middle) == now else (low, middle)
            rows.append((high, now, then))
            now = then
    return tuple(rows)


def _offset(zone: ZoneInfo, at: int) -> int:
    offset = from_micros(at).astimezone(zone).utcoffset()
    assert offset is not None
    return offset // timedelta(microseconds=1)
