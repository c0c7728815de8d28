"""The words of a calendar: working days, opening hours, a holiday code, a zone.

Text in, values out, ValueError with a whole sentence for what cannot be read. What a calendar
does to an instant is `engine.calendar`'s matter.
"""

import re
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from journeysync.core.instants import HOUR, MINUTE

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_HOURS = re.compile(r"\s*(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})\s*")
_LAST_MINUTE = 59
_MIDNIGHT = 24 * HOUR


def parse_days(days: str | tuple[str, ...]) -> frozenset[int]:
    """Read working days, 0 for Monday: a range (`sun-thu`), a list (`mon,wed`), or both."""
    parts = days.split(",") if isinstance(days, str) else [*days]
    if not parts:
        raise ValueError("A calendar needs a working day; write a range like `mon-fri`.")
    found: set[int] = set()
    for part in parts:
        first, dash, last = (word.strip().lower() for word in part.partition("-"))
        try:
            start = WEEKDAYS.index(first)
            end = WEEKDAYS.index(last) if dash else start
        except ValueError:
            raise ValueError(
                f"`{part.strip()}` is no weekday; write a range like `mon-fri` or a list like "
                f"`mon,wed`, from {', '.join(WEEKDAYS)}."
            ) from None
        found.update((start + step) % 7 for step in range((end - start) % 7 + 1))
    return frozenset(found)


def parse_hours(hours: str) -> tuple[int, int]:
    """Read opening hours as microseconds after midnight: `09:00-17:00`, at most until 24:00."""
    found = _HOURS.fullmatch(hours)
    wanted = 'write them like `"09:00-17:00"`, at most until 24:00'
    if found is None:
        raise ValueError(f"`{hours}` are no opening hours; {wanted}.")
    hour, minute, until_hour, until_minute = (int(part) for part in found.groups())
    opening = hour * HOUR + minute * MINUTE
    closing = until_hour * HOUR + until_minute * MINUTE
    if max(minute, until_minute) > _LAST_MINUTE or closing > _MIDNIGHT:
        raise ValueError(f"`{hours}` names a time that no clock shows; {wanted}.")
    if opening >= closing:
        raise ValueError(f"`{hours}` closes before it opens; {wanted}.")
    return opening, closing


def parse_zone(name: str) -> ZoneInfo:
    """Find a time zone by its name."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(
            f"No time zone is called `{name}`; write a name like `Europe/London` or `UTC`."
        ) from None


def parse_holidays(code: str) -> tuple[str, str | None]:
    """Split a holiday code into country and subdivision: `GB-ENG`."""
    import holidays

    country, dash, subdivision = code.strip().partition("-")
    try:
        holidays.country_holidays(country, subdiv=subdivision or None)
    except NotImplementedError:
        whole = f"subdivision `{subdivision}` of `{country}`" if dash else f"country `{code}`"
        raise ValueError(
            f"No public holidays are known for {whole}; write an ISO 3166 code like `GB-ENG` "
            "or `US`."
        ) from None
    return country, subdivision or None
