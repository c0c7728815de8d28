"""Values of our fields: texts in the core, typed in Salesforce, which keeps whole seconds. Pure."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from journeysync.connectors.salesforce.times import literal, parse_instant

_NUMBERS = frozenset({"journey_missed"})
"""The fields of ours that hold a number."""


def to_api(field: str, text: str) -> object:
    """Return what is sent for a field's text; None empties the field."""
    if not text:
        return None
    return int(text) if field in _NUMBERS and text.isdigit() else text


def from_api(value: object) -> str:
    """Return the text of a value as it came."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case float():
            return f"{value:.15g}"
        case _:
            at = instant(str(value)) if "T" in str(value) else None
            return str(value) if at is None else literal(at)


def instant(text: str | None) -> datetime | None:
    """Read an instant; None for what is none."""
    return parse_instant(text) if text and "T" in text else None


def day(text: str | None) -> date | None:
    """Read a day; None for what is none."""
    try:
        return date.fromisoformat((text or "")[:10])
    except ValueError:
        return None


def day_of(at: datetime, zone: ZoneInfo) -> date:
    """Say which day an instant is on, where the people are."""
    return at.astimezone(zone).date()


def cut(text: str, length: int) -> str:
    """Shorten a text to what a field holds."""
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"
