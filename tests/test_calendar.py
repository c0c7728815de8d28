"""The clock against a slow, obvious calendar that walks day by day with `datetime`."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import holidays
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from journeysync.core.engine.calendar import Clock
from journeysync.core.instants import EARLIEST, LATEST, from_micros, iso, to_micros
from journeysync.core.language.durations import Duration, parse_duration
from journeysync.core.language.model import Calendar

ZONES = [
    "UTC",
    "Europe/London",
    "America/New_York",
    "Pacific/Auckland",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
]
CALENDARS = [
    {"days": "mon-fri", "hours": "09:00-17:00"},
    {"days": "sun-thu", "hours": "08:30-24:00"},
    {"days": "mon,wed", "hours": "00:00-24:00"},
    {"days": "mon-sat", "hours": "01:00-02:45", "holidays": "GB-ENG"},
    {"days": "mon-fri", "hours": "10:00-18:00", "holidays": "US-NY"},
]


class Slow:
    """The same rules, one instant at a time."""

    def __init__(self, calendar: Calendar) -> None:
        self.zone = ZoneInfo(calendar.timezone)
        names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
        assert isinstance(calendar.days, str)
        if "," in calendar.days:
            self.days = {names.index(day) for day in calendar.days.split(",")}
        else:
            first, last = (names.index(day) for day in calendar.days.split("-"))
            self.days = {first}
            while first != last:
                first = (first + 1) % 7
                self.days.add(first)
        self.opening, self.closing = (
            timedelta(hours=int(clock[:2]), minutes=int(clock[3:]))
            for clock in calendar.hours.split("-")
        )
        self.free: holidays.HolidayBase | dict[date, str] = {}
        if calendar.holidays:
            country, _, part = calendar.holidays.partition("-")
            self.free = holidays.country_holidays(country, subdiv=part or None)

    def utc(self, local: datetime) -> datetime:
        """Fold 0 means: before the change where skipped, the first where repeated."""
        return local.replace(tzinfo=self.zone, fold=0).astimezone(UTC)

    def works(self, day: date) -> bool:
        return day.weekday() in self.days and day not in self.free

    def move(self, at: datetime, duration: Duration, times: int, sign: int) -> datetime:
        number = int(duration.number * times)
        if duration.number * times == 0:
            return at
        local = at.astimezone(self.zone).replace(tzinfo=None)
        match duration.unit:
            case "mo" | "y":
                months = number * (12 if duration.unit == "y" else 1) * sign
                return self.utc(plus_months(local, months))
            case "business days":
                return self.business_days(local, number, sign)
            case "business hours":
                return self.business_hours(at, timedelta(hours=number), sign)
        unit = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}[duration.unit]
        return at + sign * timedelta(**{unit: float(duration.number) * times})

    def business_days(self, local: datetime, number: int, sign: int) -> datetime:
        day, clock = local.date(), local - datetime.combine(local, datetime.min.time())
        if not self.works(day):
            while not self.works(day):
                day += sign * timedelta(days=1)
            clock = self.opening if sign > 0 else self.closing
        while number:
            day += sign * timedelta(days=1)
            number -= self.works(day)
        return self.utc(datetime.combine(day, datetime.min.time()) + clock)

    def business_hours(self, at: datetime, left: timedelta, sign: int) -> datetime:
        day = at.astimezone(self.zone).date() - sign * timedelta(days=2)
        while True:
            midnight = datetime.combine(day, datetime.min.time())
            day += sign * timedelta(days=1)
            if not self.works(midnight.date()):
                continue
            opens, closes = self.utc(midnight + self.opening), self.utc(midnight + self.closing)
            if sign > 0:
                start = max(opens, at)
                if closes > start:
                    if closes - start >= left:
                        return start + left
                    left -= closes - start
            else:
                start = min(closes, at)
                if start > opens:
                    if start - opens >= left:
                        return start - left
                    left -= start - opens


def plus_months(local: datetime, months: int) -> datetime:
    year, month = divmod(local.year * 12 + local.month - 1 + months, 12)
    for day in range(local.day, 27, -1):
        try:
            return local.replace(year=year, month=month + 1, day=day)
        except ValueError:
            continue
    return local.replace(year=year, month=month + 1)


def changes(zone: str) -> list[datetime]:
    """Instants around which a zone's clock changes, where mistakes live."""
    start = datetime(2019, 1, 1, tzinfo=UTC)
    hours = [start + timedelta(hours=n) for n in range(24 * 366 * 2)]
    offsets = [at.astimezone(ZoneInfo(zone)).utcoffset() for at in hours]
    return [at for at, one, two in zip(hours, offsets, offsets[1:], strict=False) if one != two]


CHANGES = {zone: changes(zone) for zone in ZONES}
DURATIONS = st.one_of(
    st.builds(
        lambda number, unit: parse_duration(f"{number} {unit}"),
        st.integers(0, 40),
        st.sampled_from(["m", "h", "d", "w", "mo", "y", "business days", "business hours"]),
    ),
    st.sampled_from([parse_duration(text) for text in ("0.5d", "1.5h", "2.25w", "300 mo")]),
)


@st.composite
def questions(draw: st.DrawFn) -> tuple[Calendar, list[datetime], Duration, int]:
    zone = draw(st.sampled_from(ZONES))
    calendar = Calendar(timezone=zone, **draw(st.sampled_from(CALENDARS)))
    anywhere = st.datetimes(datetime(1950, 1, 1), datetime(2060, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds
    quarters = st.builds(
        lambda at, quarter: at + timedelta(minutes=15 * quarter),
        st.sampled_from(CHANGES[zone] or [datetime(2020, 2, 29, tzinfo=UTC)]),
        st.integers(-4 * 24 * 3, 4 * 24 * 3),
    )
    at = draw(st.lists(st.one_of(anywhere, quarters), min_size=1, max_size=8))
    return calendar, at, draw(DURATIONS), draw(st.integers(0, 5))


@settings(max_examples=200, deadline=None)
@given(questions(), st.sampled_from([1, -1]))
@example(
    (Calendar(), [datetime(2000, 1, 1, tzinfo=UTC)] * 2, parse_duration("1 business days"), 1), -1
)
def test_every_answer_is_the_one_of_the_slow_calendar(
    question: tuple[Calendar, list[datetime], Duration, int], sign: int
) -> None:
    calendar, instants, duration, times = question
    clock, slow = Clock.of(calendar), Slow(calendar)
    at = np.array([to_micros(one) for one in instants], dtype=np.int64)
    found = clock.add(at, duration, times) if sign > 0 else clock.subtract(at, duration, times)
    wanted = [slow.move(one, duration, times, sign) for one in instants]
    assert [iso(one) for one in found.tolist()] == [one.isoformat() for one in wanted]


FORWARD = """
a day is 24 hours | timezone=Europe/London | 2026-03-28T12:00 | 1d | 2026-03-29T12:00
a month keeps local time | timezone=Europe/London | 2026-03-10T09:00 | 1mo | 2026-04-10T08:00
a month is clipped to its last day || 2026-01-31T10:00 | 1mo | 2026-02-28T10:00
a year from 29 February is clipped || 2024-02-29T10:00 | 1y | 2025-02-28T10:00
Friday evening and one is Monday evening || 2026-11-20T20:00 | 1 business day | 2026-11-23T20:00
from Saturday first to Monday's opening || 2026-11-21T20:00 | 1 business day | 2026-11-24T09:00
zero business days move nothing || 2026-11-21T20:00 | 0 business days | 2026-11-21T20:00
zero business hours move nothing || 2026-11-21T20:00 | 0 business hours | 2026-11-21T20:00
a holiday is not worked | holidays=GB-ENG | 2026-12-24T12:00 | 1 business day | 2026-12-29T12:00
reaching a closing exactly ends there || 2026-11-20T15:00 | 2 business hours | 2026-11-20T17:00
closed: from the next opening || 2026-11-20T17:00 | 2 business hours | 2026-11-23T11:00
a skipped time: offset before | timezone=Europe/London | 2025-03-29T01:30 | 1y | 2026-03-29T01:30
a repeated time is the first | timezone=Europe/London | 2026-09-25T00:30 | 1mo | 2026-10-25T00:30
zero months move nothing | timezone=Europe/London | 2026-10-25T01:30 | 0mo | 2026-10-25T01:30
"""

BACKWARD = """
from Saturday first to Friday's closing || 2026-11-21T20:00 | 1 business day | 2026-11-19T17:00
a working day keeps the local time || 2026-11-23T20:00 | 1 business day | 2026-11-20T20:00
reaching an opening exactly ends there || 2026-11-20T11:00 | 2 business hours | 2026-11-20T09:00
closed: from the previous closing || 2026-11-23T09:00 | 2 business hours | 2026-11-20T15:00
a month back is clipped too || 2026-03-31T10:00 | 1mo | 2026-02-28T10:00
closing at midnight | hours=00:00-24:00 | 2026-11-22T10:00 | 1 business day | 2026-11-20T00:00
"""


def facts(table: str) -> list[object]:
    rows = [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()]
    return [pytest.param(*row[1:], id=row[0]) for row in rows]


def calendar_of(text: str) -> Calendar:
    return Calendar(**dict([text.split("=")] if text else []))


@pytest.mark.parametrize(("calendar", "at", "duration", "wanted"), facts(FORWARD))
def test_forward(calendar: str, at: str, duration: str, wanted: str) -> None:
    found = Clock.of(calendar_of(calendar)).add(micros(at), parse_duration(duration))
    assert iso(int(found[0])) == f"{wanted}:00+00:00"


@pytest.mark.parametrize(("calendar", "at", "duration", "wanted"), facts(BACKWARD))
def test_backward(calendar: str, at: str, duration: str, wanted: str) -> None:
    found = Clock.of(calendar_of(calendar)).subtract(micros(at), parse_duration(duration))
    assert iso(int(found[0])) == f"{wanted}:00+00:00"


def micros(text: str) -> np.typing.NDArray[np.int64]:
    return np.array([to_micros(datetime.fromisoformat(text + "+00:00"))], dtype=np.int64)


def test_windows_are_counted_from_the_start_at_once() -> None:
    at = np.repeat(micros("2026-01-31T10:00"), 3)
    found = Clock.of(Calendar()).add(at, parse_duration("1mo"), np.array([0, 1, 2]))
    assert [iso(one)[:10] for one in found.tolist()] == ["2026-01-31", "2026-02-28", "2026-03-31"]


@pytest.mark.parametrize(
    "text",
    ["999999999999999999y", "99999999999999mo", "9" * 30 + "d", "99999999 business days",
     "999999999999 business hours", "300000w"],
)  # fmt: skip
def test_beyond_all_years_is_the_end_of_time(text: str) -> None:
    clock = Clock.of(Calendar(timezone="America/New_York"))
    at = micros("2026-11-20T15:00")
    duration = parse_duration(text)
    assert clock.add(at, duration, 7).tolist() == [LATEST]
    assert clock.subtract(at, duration, 7).tolist() == [EARLIEST]


@pytest.mark.parametrize("unit", ["mo", "y", "business days", "business hours"])
@pytest.mark.parametrize("zone", ZONES)
def test_the_first_and_last_instant_have_an_answer(zone: str, unit: str) -> None:
    clock = Clock.of(Calendar(timezone=zone, holidays="GB-ENG"))
    ends = np.array([EARLIEST, LATEST], dtype=np.int64)
    for found in (
        clock.add(ends, parse_duration(f"1 {unit}")),
        clock.subtract(ends, parse_duration(f"1 {unit}")),
    ):
        first, last = (from_micros(one).year for one in found.tolist())
        assert first in (1, 2)
        assert last in (9998, 9999)


def test_an_outlier_does_not_disturb_its_neighbours() -> None:
    clock = Clock.of(Calendar(timezone="Europe/London", holidays="GB-ENG"))
    alone = micros("2026-06-19T15:00")
    among = np.concatenate([micros("1502-01-01T00:00"), alone, micros("9500-01-01T00:00")])
    for text in ("2 business days", "20 business hours", "5mo"):
        duration = parse_duration(text)
        assert clock.add(among, duration)[1] == clock.add(alone, duration)[0]
        assert clock.subtract(among, duration)[1] == clock.subtract(alone, duration)[0]


@pytest.mark.parametrize("zone", ZONES)
def test_far_years_keep_the_zone_s_rule(zone: str) -> None:
    clock, slow = Clock.of(Calendar(timezone=zone)), Slow(Calendar(timezone=zone))
    instants = [
        datetime(year, month, 5, 12, tzinfo=UTC)
        for year in (7, 1799, 1801, 2199, 2201, 2599, 2600, 2601, 4400, 9998)
        for month in (1, 4, 7, 10)
    ]
    at = np.array([to_micros(one) for one in instants], dtype=np.int64)
    for months in ("1mo", "6mo"):
        found = clock.add(at, parse_duration(months))
        wanted = [slow.move(one, parse_duration(months), 1, 1) for one in instants]
        assert [iso(one) for one in found.tolist()] == [one.isoformat() for one in wanted]


def test_no_instants_give_no_answers() -> None:
    found = Clock.of(Calendar()).add(np.array([], dtype=np.int64), parse_duration("1mo"))
    assert found.tolist() == []


@pytest.mark.parametrize(
    ("settings_", "sentence"),
    [
        ({"timezone": "Europe/Lodnon"}, "No time zone is called `Europe/Lodnon`"),
        ({"timezone": "../etc/passwd"}, "No time zone is called"),
        ({"days": "mon-fry"}, "is no weekday"),
        ({"days": ()}, "needs a working day"),
        ({"hours": "9-17"}, "are no opening hours"),
        ({"hours": "09:00-24:30"}, "a time that no clock shows"),
        ({"hours": "22:00-06:00"}, "closes before it opens"),
        ({"holidays": "GB-XXX"}, "No public holidays are known for subdivision"),
        ({"holidays": "XX"}, "No public holidays are known for country"),
    ],
)
def test_a_calendar_that_cannot_be_is_refused(settings_: dict[str, str], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        Clock.of(Calendar(**settings_))
