"""Instants and dates in the forms that HubSpot uses.

`2024-10-23T22:42:36.650Z` with no to six digits, epoch milliseconds, and whole days. Pure.
"""

import re
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def parse_instant(text: str | int) -> datetime | None:
    """Read an instant; None for what is none. Without an offset, it is UTC."""
    text = str(text).strip()
    try:
        if text.lstrip("-").isdigit():
            return _EPOCH + timedelta(milliseconds=int(text))
        found = datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        return None
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def parse_date(text: str, zone: str, *, whole_day: bool) -> datetime | None:
    """Read what a date field holds; a whole day begins at midnight in that zone.

    HubSpot keeps a day as text or as midnight in UTC: both are that calendar day, wherever.
    """
    text = text.strip()
    at = parse_instant(text) if text else None
    if at is not None and (whole_day or _DAY.fullmatch(text)):
        return datetime.combine(at.date(), time(), ZoneInfo(zone)).astimezone(UTC)
    return at


def shown(value: str) -> str:
    """Write an instant as `…Z` with as few digits as it needs; leave any other text alone."""
    if "T" not in value or not value.endswith("Z"):
        return value
    at = parse_instant(value)
    if at is None:
        return value
    return at.isoformat().replace("+00:00", "Z")


def written(at: datetime) -> str:
    """Write an instant for HubSpot, which keeps milliseconds."""
    at = at.astimezone(UTC)
    return (
        at.replace(microsecond=at.microsecond // 1000 * 1000)
        .isoformat(timespec="milliseconds")
        .replace("+00:00", "Z")
    )
