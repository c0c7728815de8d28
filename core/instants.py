"""Instants: microseconds since 1970 in UTC inside, aware datetimes and ISO 8601 text outside.

One place says how an instant is counted and written, so that no two files can differ.
Never reads a clock.
"""

from datetime import UTC, datetime, timedelta

MICRO = 1
SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

EARLIEST = -62_135_596_800 * SECOND
"""0001-01-01T00:00:00Z, the first instant that can be written as ISO 8601 text."""
LATEST = 253_402_300_799 * SECOND + 999_999
"""9999-12-31T23:59:59.999999Z, the last one."""


def to_micros(at: datetime) -> int:
    """Count the microseconds since 1970 of an aware datetime.

    Raises ValueError for a naive one: which zone was meant must be decided where it was read.
    """
    if at.tzinfo is None:
        raise ValueError("A datetime without a time zone is no instant.")
    return (at - _EPOCH) // timedelta(microseconds=1)


def from_micros(micros: int) -> datetime:
    """Turn microseconds since 1970 into an aware datetime in UTC."""
    return _EPOCH + timedelta(microseconds=micros)


def iso(micros: int) -> str:
    """Write an instant as ISO 8601 in UTC, `+00:00`, microseconds only when not zero."""
    return from_micros(micros).isoformat()
