"""Adding durations to instants: LANGUAGE section 3 of the journey language, for whole columns.

A clock knows one calendar: zone, working days, opening hours, public holidays. Every question is
answered with a few searches in tables of the years that matter; nothing loops over instants,
nothing reads the time of day. Results before the year 1 or after 9999 are the first or last
instant that can be written.
"""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from journeysync.core.engine.zones import FIRST_YEAR, LAST_YEAR, Micros, Zone, years_around
from journeysync.core.instants import DAY, EARLIEST, HOUR, LATEST
from journeysync.core.language.calendars import (
    parse_days,
    parse_holidays,
    parse_hours,
    parse_zone,
)
from journeysync.core.language.durations import Duration
from journeysync.core.language.model import Calendar

_ALL_TIME = LATEST - EARLIEST
_ALL_DAYS = _ALL_TIME // DAY + 1
_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
_MONTHS_IN_YEAR = 12
_FEWER_FOR_HOLIDAYS = 60
"""No country has more public holidays a year; keeps the estimate of working days low."""


@dataclass(frozen=True)
class Week:
    """Which days are worked and when."""

    days: frozenset[int]
    opening: int
    closing: int
    holidays: tuple[str, str | None] | None

    @property
    def least_days_a_year(self) -> int:
        """How many working days any year has, with room to spare."""
        return max(1, 52 * len(self.days) - _FEWER_FOR_HOLIDAYS)


@dataclass(frozen=True)
class Clock:
    """One calendar at work."""

    zone: Zone
    week: Week

    @classmethod
    def of(cls, calendar: Calendar) -> "Clock":
        """Make the clock of a map's calendar. Raises ValueError for one that cannot be."""
        opening, closing = parse_hours(calendar.hours)
        code = calendar.holidays
        return cls(
            Zone(parse_zone(calendar.timezone)),
            Week(
                parse_days(calendar.days),
                opening,
                closing,
                None if code is None else parse_holidays(code),
            ),
        )

    def add(
        self, at: Micros, duration: Duration, times: int | NDArray[np.int64] = 1
    ) -> NDArray[np.int64]:
        """Count `times` durations forward from each instant, all at once. None moves nothing."""
        return self._move(at, duration, times, forward=True)

    def subtract(
        self, at: Micros, duration: Duration, times: int | NDArray[np.int64] = 1
    ) -> NDArray[np.int64]:
        """Count `times` durations backward from each instant, all at once. None moves nothing."""
        return self._move(at, duration, times, forward=False)

    def _move(
        self, at: Micros, duration: Duration, times: int | NDArray[np.int64], *, forward: bool
    ) -> Micros:
        shape = np.broadcast_shapes(np.shape(at), np.shape(times))
        at = np.broadcast_to(np.asarray(at, dtype=np.int64), shape)
        exact = duration.exact
        if exact is not None:
            steps = _steps(exact, times, _ALL_TIME)
            return _in_time(at + steps if forward else at - steps)
        if at.size == 0:
            return at.copy()
        match duration.unit:
            case "business days":
                steps = _steps(duration.count, times, _ALL_DAYS)
                moved = self._business_days(at, steps, forward=forward)
            case "business hours":
                steps = _steps(duration.count, times, 24 * _ALL_DAYS) * HOUR
                moved = self._business_hours(at, steps, forward=forward)
            case _:
                months = duration.count * (_MONTHS_IN_YEAR if duration.unit == "y" else 1)
                steps = _steps(months, times, _MONTHS_IN_YEAR * LAST_YEAR)
                moved = self._months(at, steps if forward else -steps)
        # A way out to the wall clock and back may change a time that occurs twice: zero must not.
        return np.where(steps == 0, at, _in_time(moved))

    def _months(self, at: Micros, months: Micros) -> Micros:
        """Go whole months by the wall clock, clipped to the month's last day."""
        local = self.zone.to_local(at)
        day = local // DAY
        month = day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
        target = np.clip(month + months, *_MONTH_RANGE)
        start, end = _month_start(target), _month_start(target + 1)
        moved = np.minimum(start + (day - _month_start(month)), end - 1)
        return self.zone.to_utc(local + (moved - day) * DAY)

    def _business_days(self, at: Micros, steps: Micros, *, forward: bool) -> Micros:
        """Go whole working days by the wall clock; from a free day first to the nearest open."""
        week = self.week
        local = self.zone.to_local(at)
        day = local // DAY
        reach = int(steps.max()) // week.least_days_a_year + 2
        worked = _working_days(week, _years(local, reach, forward=forward))
        if not len(worked):
            return np.full_like(at, LATEST if forward else EARLIEST)
        place = np.searchsorted(worked, day, side="left")
        free = worked[np.minimum(place, len(worked) - 1)] != day
        if forward:
            clock_time = np.where(free, week.opening, local - day * DAY)
            target = place + steps
        else:
            clock_time = np.where(free, week.closing, local - day * DAY)
            target = np.where(free, place - 1, place) - steps
        found = worked[np.clip(target, 0, len(worked) - 1)] * DAY + clock_time
        return _beyond(self.zone.to_utc(found), target, len(worked))

    def _business_hours(self, at: Micros, steps: Micros, *, forward: bool) -> Micros:
        """Let open time pass, measured along the open intervals laid end to end."""
        week = self.week
        least = week.least_days_a_year * (week.closing - week.opening)
        reach = int(steps.max()) // least + 2
        hours = _open_hours(self.zone, week, _years(at, reach, forward=forward))
        if not len(hours.opens):
            return np.full_like(at, LATEST if forward else EARLIEST)
        place = np.maximum(np.searchsorted(hours.opens, at, side="right") - 1, 0)
        passed = np.clip(at - hours.opens[place], 0, hours.lasts[place])
        spot = hours.before[place] + passed
        if forward:
            spot = spot + steps
            target = np.searchsorted(hours.before + hours.lasts, spot, side="left")
        else:
            spot = spot - steps
            target = np.searchsorted(hours.before, spot, side="right") - 1
        inside = np.clip(target, 0, len(hours.opens) - 1)
        found = hours.opens[inside] + spot - hours.before[inside]
        return _beyond(found, target, len(hours.opens))


@dataclass(frozen=True)
class _OpenHours:
    opens: Micros
    lasts: Micros
    before: Micros
    """Open time before each interval, counted from the first."""


def _steps(count: int, times: int | NDArray[np.int64], limit: int) -> NDArray[np.int64]:
    """Multiply without leaving int64: more than all time is all time."""
    count = min(count, limit)
    most = limit // count + 1 if count else 0
    return np.minimum(np.asarray(times, dtype=np.int64), most) * count


def _in_time(at: Micros) -> Micros:
    """Keep results within what can be written."""
    return np.minimum(np.maximum(at, EARLIEST), LATEST)


def _years(at: Micros, reach: int, *, forward: bool) -> tuple[int, ...]:
    reach = min(reach, LAST_YEAR)
    return years_around(at, 2, reach) if forward else years_around(at, reach, 2)


def _beyond(found: Micros, target: NDArray[np.int64], size: int) -> Micros:
    """Give what lies outside the table, thus outside all years, the end of time on its side."""
    return np.where(target < 0, EARLIEST, np.where(target >= size, LATEST, found))


def _month_start(month: NDArray[np.int64]) -> NDArray[np.int64]:
    """Count the days from 1970 to a month's first, months counted from January 1970."""
    return month.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)


_MONTH_RANGE = (
    (FIRST_YEAR - 1970) * _MONTHS_IN_YEAR - 2,
    (LAST_YEAR + 1 - 1970) * _MONTHS_IN_YEAR + 1,
)


@lru_cache(maxsize=256)
def _working_days(week: Week, years: tuple[int, ...]) -> NDArray[np.int64]:
    """List the working days of these years, in days since 1970.

    Years may be missing between: no question reaches from one side of a gap to the other.
    """
    return np.concatenate([_working_days_in(week, year) for year in years])


@lru_cache(maxsize=4 * LAST_YEAR)
def _working_days_in(week: Week, year: int) -> NDArray[np.int64]:
    first = date(year, 1, 1).toordinal()
    day = np.arange(first, date(year, 12, 31).toordinal() + 1)
    worked = np.isin((day - 1) % 7, sorted(week.days))
    if week.holidays is not None:
        import holidays

        country, subdivision = week.holidays
        free = holidays.country_holidays(country, subdiv=subdivision, years=year)
        worked &= ~np.isin(day, [one.toordinal() for one in free])
    return day[worked] - _EPOCH_ORDINAL


@lru_cache(maxsize=64)
def _open_hours(zone: Zone, week: Week, years: tuple[int, ...]) -> _OpenHours:
    days = _working_days(week, years) * DAY
    opens, closes = zone.to_utc(days + week.opening), zone.to_utc(days + week.closing)
    # Where a zone crosses the date line two days' hours may overlap: time passes only once.
    opens[1:] = np.maximum(opens[1:], np.maximum.accumulate(closes)[:-1])
    real = closes > opens
    opens, lasts = opens[real], (closes - opens)[real]
    return _OpenHours(opens, lasts, np.cumsum(lasts) - lasts)
