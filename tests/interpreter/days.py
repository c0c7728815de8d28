"""Durations and calendars, step by step: LANGUAGE section 3.

Quotations are from LANGUAGE.md. Slow on purpose: one day, one opening at a time.
"""

# ruff: noqa: ERA001 - quotations from the language look like code

import calendar
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import holidays

from journeysync.core.language.durations import Duration
from journeysync.core.language.model import Calendar

WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ONE_DAY = timedelta(days=1)


class Days:
    """A calendar that can add a duration to an instant and take it away."""

    def __init__(self, of: Calendar) -> None:
        self.zone = ZoneInfo(of.timezone)
        self.weekdays = _weekdays(of.days)
        opening, closing = of.hours.split("-")
        self.opening, self.closing = _clock(opening), _clock(closing)
        self.holidays = None
        if of.holidays is not None:
            # "ISO 3166 country with optional subdivision, as the `holidays` library names them"
            country, _, subdivision = of.holidays.partition("-")
            self.holidays = holidays.country_holidays(country, subdiv=subdivision or None)

    def later(self, at: datetime, by: Duration, times: int = 1) -> datetime:
        """Return `at` + `times` x `by`."""
        return self._moved(at, by, times, +1)

    def earlier(self, at: datetime, by: Duration) -> datetime:
        """Return `at` - `by`."""
        return self._moved(at, by, 1, -1)

    def _moved(self, at: datetime, by: Duration, times: int, sign: int) -> datetime:
        if by.number * times == 0:
            # "Zero of them moves nothing."
            return at
        if by.exact is not None:
            # "`d` is exactly 24 hours and `w` 168"
            return at + sign * times * timedelta(microseconds=by.exact)
        count = by.count * times
        if by.unit in ("mo", "y"):
            return self._months(at, sign * count * (12 if by.unit == "y" else 1))
        if by.unit == "business days":
            return self._business_days(at, count, sign)
        in_hours = self._business_hours_later if sign > 0 else self._business_hours_earlier
        return in_hours(at, count)

    def _months(self, at: datetime, count: int) -> datetime:
        # "`mo` and `y` are calendar months and years in the calendar's time zone, clipped to the
        # month's last day, k of them counted from the start at once"
        local = self._local(at)
        year, month = divmod(local.year * 12 + local.month - 1 + count, 12)
        last = calendar.monthrange(year, month + 1)[1]
        return self._instant(local.replace(year=year, month=month + 1, day=min(local.day, last)))

    def _business_days(self, at: datetime, count: int, sign: int) -> datetime:
        local = self._local(at)
        day = local.date()
        if self._worked(day):
            # "`N business days` after an instant on a working day: the same local clock time on
            # the N-th next working day, opening hours notwithstanding"
            clock = local - _midnight(day)
        else:
            # "From a day that is not a working day: first go to the next working day's opening,
            # then count." - "Counted backwards both rules are mirrored (previous working day's
            # closing ...)."
            while not self._worked(day):
                day += sign * ONE_DAY
            clock = self.opening if sign > 0 else self.closing
        for _ in range(count):
            day += sign * ONE_DAY
            while not self._worked(day):
                day += sign * ONE_DAY
        # "Business days, months and years keep the local clock time"
        return self._instant(_midnight(day) + clock)

    def _business_hours_later(self, at: datetime, count: int) -> datetime:
        # "`N business hours` counts only open hours: from the instant, or from the next opening
        # if closed; reaching a closing exactly ends there."
        left = timedelta(hours=count)
        day = self._local(at).date() - ONE_DAY
        while True:
            opens, closes = self._open(day)
            start = max(at, opens)
            if start < closes:
                if left <= closes - start:
                    return start + left
                left -= closes - start
            day += ONE_DAY

    def _business_hours_earlier(self, at: datetime, count: int) -> datetime:
        # "Counted backwards both rules are mirrored (... reaching an opening exactly ends there)."
        left = timedelta(hours=count)
        day = self._local(at).date() + ONE_DAY
        while True:
            opens, closes = self._open(day)
            end = min(at, closes)
            if opens < end:
                if left <= end - opens:
                    return end - left
                left -= end - opens
            day -= ONE_DAY

    def _open(self, day: date) -> tuple[datetime, datetime]:
        """Return opening and closing of a day; the same instant where it is not worked."""
        opens = self._instant(_midnight(day) + self.opening)
        if not self._worked(day):
            return opens, opens
        return opens, self._instant(_midnight(day) + self.closing)

    def _worked(self, day: date) -> bool:
        # "A working day is one of `days` that is no holiday."
        return day.weekday() in self.weekdays and (
            self.holidays is None or day not in self.holidays
        )

    def _local(self, at: datetime) -> datetime:
        return at.astimezone(self.zone).replace(tzinfo=None, fold=0)

    def _instant(self, local: datetime) -> datetime:
        # "a local time that a clock change skips is read with the offset before the change, one
        # that occurs twice is the first": both are what fold=0 means in Python (PEP 495).
        return local.replace(tzinfo=self.zone, fold=0).astimezone(UTC)


def _weekdays(days: str | tuple[str, ...]) -> frozenset[int]:
    # "`days`: a range (`sun-thu`) or a list (`mon,wed`)."
    parts = days.split(",") if isinstance(days, str) else days
    found: set[int] = set()
    for part in parts:
        first, _, last = part.strip().lower().partition("-")
        day = WEEK.index(first)
        found.add(day)
        while last and WEEK[day] != last:
            day = (day + 1) % 7
            found.add(day)
    return frozenset(found)


def _clock(text: str) -> timedelta:
    hours, minutes = text.strip().split(":")
    return timedelta(hours=int(hours), minutes=int(minutes))


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day)  # noqa: DTZ001 - a local clock, no instant
