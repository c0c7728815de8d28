"""Instants, numbers and names in the forms that booking tools use. Pure."""

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_RECORD = re.compile(r"[0-9A-Za-z_-]{1,64}")
_SALESFORCE = re.compile(r"(003|00Q)[0-9A-Za-z]{12}")
_SUM = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
_FRACTION = re.compile(r"\.(\d+)")


def parse_instant(text: object, zone: str = "UTC") -> datetime | None:
    """Read ISO 8601, its offset with a colon or without; None for what is no instant.

    A local time that names no zone is meant in `zone`.
    """
    try:
        found = datetime.fromisoformat(_FRACTION.sub(_six_digits, str(text).strip()))
    except (ValueError, OverflowError):
        return None
    if found.tzinfo is None:
        found = found.replace(tzinfo=_zone(zone))
    try:
        return found.astimezone(UTC)
    except OverflowError:
        return None


def known_zone(*names: object) -> str:
    """Return the first of these names that is a time zone."""
    return next((str(name) for name in names if name and _is_zone(str(name))), "UTC")


def parse_number(text: object) -> float | None:
    """Read a number that may be written as text; None for what is none."""
    if isinstance(text, bool) or text is None:
        return None
    try:
        found = float(str(text).strip())
    except ValueError:
        return None
    return found if abs(found) < float("inf") else None


def record_id(text: str) -> str:
    """Read the id of a record of another tool; empty where the text is none.

    A Salesforce id of 15 letters is written with its 18: there case says which record it is.
    """
    text = text.strip()
    if not _RECORD.fullmatch(text):
        return ""
    if not _SALESFORCE.fullmatch(text):
        return text
    parts = (text[start : start + 5] for start in (0, 5, 10))
    return text + "".join(
        _SUM[sum(1 << place for place, letter in enumerate(part) if letter.isupper())]
        for part in parts
    )


def _six_digits(found: re.Match[str]) -> str:
    return "." + found[1][:6].ljust(6, "0")


def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name if _is_zone(name) else "UTC")


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
