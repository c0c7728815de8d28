"""Dates and times as files have them.

`parse_instant` is the definition. `instant_sql` says the same in SQL for whole columns: common
forms are cast by DuckDB, whatever it leaves goes through the definition, so both always agree.
"""

import re
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from journeysync.core.instants import EARLIEST, LATEST, SECOND, to_micros

_NUMBER = re.compile(r"[+-]?\d+(\.\d*)?")
_COMPACT_DATE = re.compile(r"(19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])")
FORMS = "write ISO 8601 such as `2026-11-30T09:00:00+00:00`, or Unix seconds"

_LOCAL = r"\d{4}-\d{2}-\d{2}[T ]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?"
_OFFSET = r"(Z|[+-](0\d|1[0-4]):[0-5]\d)"


def parse_instant(text: str, zone: ZoneInfo) -> int:
    """Read an instant as microseconds. Raises ValueError with half a sentence.

    Without an offset it is the zone's local time: one that a clock change skips is read with the
    offset before the change, one that occurs twice is the first.
    """
    text = text.strip()
    if _COMPACT_DATE.fullmatch(text):
        raise ValueError(f"`{text}` may be a date or Unix seconds; {FORMS}")
    if _NUMBER.fullmatch(text):
        return _checked(text, int((Decimal(text) * SECOND).to_integral_value()))
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"`{_short(text)}` is no date and time; {FORMS}") from None
    try:
        return to_micros((at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC))
    except OverflowError:
        raise ValueError(f"`{_short(text)}` lies outside the years 1 to 9999") from None


def _checked(text: str, micros: int) -> int:
    if EARLIEST <= micros <= LATEST:
        return micros
    hint = "; are these milliseconds? Write seconds" if EARLIEST <= micros // 1000 <= LATEST else ""
    raise ValueError(f"`{_short(text)}` lies outside the years 1 to 9999{hint}")


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:37]}..."  # noqa: PLR2004 - fits in a line


def instant_sql(column: str, kind: str, zone: ZoneInfo) -> str:
    """Say in SQL how a column of a DuckDB type becomes microseconds; null where it cannot."""
    utc = zone.key == "UTC"
    if kind == "TIMESTAMP WITH TIME ZONE" or (utc and _is_local(kind)):
        return _within(f"epoch_us({column})")
    if "INT" in kind:
        return _within(f"try_cast({column} AS HUGEINT) * {SECOND}")
    if kind != "VARCHAR":
        # A double's shortest decimal text is what the file means: 0.1 s are 100000 microseconds.
        return f"read_instant(try_cast({column} AS VARCHAR))"
    local = f"WHEN regexp_full_match({column}, '{_LOCAL}') THEN try_cast({column} AS TIMESTAMP) "
    micros = (
        f"epoch_us(CASE WHEN regexp_full_match({column}, '{_LOCAL}{_OFFSET}') "
        f"THEN try_cast({column} AS TIMESTAMPTZ)::TIMESTAMP {local if utc else ''}END)"
    )
    return f"coalesce({_within(micros)}, read_instant({column}))"


def _is_local(kind: str) -> bool:
    return kind == "DATE" or kind.startswith("TIMESTAMP")


def _within(micros: str) -> str:
    """Keep what can be written as a date."""
    return f"CASE WHEN {micros} BETWEEN {EARLIEST} AND {LATEST} THEN ({micros})::BIGINT END"
