"""Instants and days in the forms that Salesforce uses. Pure.

`2020-10-22T21:03:23.000+0000` in JSON, `…Z` in CSV, and whole days that belong to no time zone.
"""

import re
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def parse_instant(text: str) -> datetime | None:
    """Read an instant; None for what is none. Without an offset, it is UTC."""
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def parse_date(text: str, zone: str) -> datetime | None:
    """Read what a date field holds; a whole day begins at midnight in that zone."""
    text = text.strip()
    at = parse_instant(text) if text else None
    if at is not None and _DAY.fullmatch(text):
        return datetime.combine(at.date(), time(), ZoneInfo(zone)).astimezone(UTC)
    return at


def shown(value: str) -> str:
    """Write an instant as `…Z` with as few digits as it needs; leave any other text alone."""
    if "T" not in value or not value.endswith("Z"):
        return value
    at = parse_instant(value)
    return value if at is None else at.isoformat().replace("+00:00", "Z")


def literal(at: datetime) -> str:
    """Write an instant as queries have it: unquoted, to the second."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
