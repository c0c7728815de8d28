"""What a value in a query means for a field of a type, and which type it must have.

Dates in words (`LAST_N_DAYS:30`) are stretches of days in the zone of the API's user.
"""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from journeysync.sandbox.salesforce.answers import Refusal
from journeysync.sandbox.salesforce.ids import read_id
from journeysync.sandbox.salesforce.schema import NUMBERS, Field
from journeysync.sandbox.salesforce.soql import Literal, fail

ZONE = ZoneInfo("Europe/London")
_COUNTED = re.compile(r"^(last|next)_n_(day|week|month|quarter|year)s:(\d+)$")
_AGO = re.compile(r"^n_(day|week|month|quarter|year)s_ago:(\d+)$")
_NAMED = re.compile(r"^(last|this|next)_(week|month|quarter|year)$")
_DAYS = {"yesterday": -1, "today": 0, "tomorrow": 1}
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_STEPS = {"last": -1, "this": 0, "next": 1}


class Stretch:
    """A stretch of time that a word names: its beginning included, its end not."""

    __slots__ = ("end", "start")

    def __init__(self, start: Any, end: Any) -> None:
        self.start, self.end = start, end


def read(text: str, one: Field, value: Literal, now: int) -> Any:
    """Give what a literal means for a field, or refuse it in Salesforce's words."""
    if value.kind == "word" and value.value == "null":
        return None
    if one.type in ("date", "datetime"):
        return _instant(text, one, value, now)
    if one.type == "boolean" or one.type in NUMBERS:
        return _bare(text, one, value)
    return _quoted(text, one, value)


def _bare(text: str, one: Field, value: Literal) -> Any:
    """Read what is written without quotes: true, false, numbers, amounts."""
    if one.type == "boolean":
        if value.kind != "word" or value.value not in ("true", "false"):
            _wrong(text, one, value, "boolean")
        return value.value == "true"
    if value.kind == "money":
        return float(value.value[3:])
    if value.kind != "number":
        _wrong(text, one, value, one.type)
    return value.value


def _quoted(text: str, one: Field, value: Literal) -> str:
    if value.kind != "text":
        words = f"value of filter criterion for field '{one.name}' must be of type string and should be enclosed in quotes"  # noqa: E501 - Salesforce's sentence
        fail(text, value.at, "INVALID_FIELD", words)
    if one.type in ("id", "reference") and one.length <= 18:  # noqa: PLR2004 - the length of ids
        found = read_id(value.value)
        if found is None:
            fail(text, value.at, "INVALID_QUERY_FILTER_OPERATOR",
                 f"invalid ID field: {value.value}")  # fmt: skip
        return found
    return plain(value.value)


def plain(written: str) -> str:
    """Take the marks off that only LIKE knows."""
    return re.sub(r"\\([\\%_])", r"\1", written)


def pattern(written: str) -> Callable[[str], bool]:
    """Read what LIKE looks for: `%` any text, `_` one sign."""
    parts = []
    for found in re.finditer(r"\\([\\%_])|(%)|(_)|([^\\%_]+)", written):
        escaped, percent, under, text = found.groups()
        parts.append(".*" if percent else "." if under else re.escape(escaped or text))
    whole = re.compile("".join(parts), re.IGNORECASE | re.DOTALL)
    return lambda value: whole.fullmatch(value) is not None


def _wrong(text: str, one: Field, value: Literal, wanted: str) -> None:
    words = f"value of filter criterion for field '{one.name}' must be of type {wanted} and should not be enclosed in quotes"  # noqa: E501 - Salesforce's sentence
    fail(text, value.at, "INVALID_FIELD", words)


def _instant(text: str, one: Field, value: Literal, now: int) -> Any:
    if value.kind == "word":
        days = _days(value.value, datetime.fromtimestamp(now / 1000, ZONE).date())
        if days is None:
            fail(text, value.at, "MALFORMED_QUERY", f"unexpected token: '{value.value}'")
        if one.type == "date":
            return Stretch(days[0].isoformat(), days[1].isoformat())
        return Stretch(*(millis(datetime.combine(day, time(), ZONE)) for day in days))
    if one.type == "date":
        if value.kind != "date":
            _wrong(text, one, value, "date")
        return _real(text, value)
    if value.kind != "datetime":
        _wrong(text, one, value, "dateTime")
    return millis(datetime.fromisoformat(_real(text, value)))


def _real(text: str, value: Literal) -> str:
    """Refuse the 30th of February."""
    try:
        datetime.fromisoformat(value.value)
    except ValueError:
        fail(text, value.at, "MALFORMED_QUERY", f"Invalid date: {value.value}")
    return str(value.value)


def millis(moment: datetime) -> int:
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return round(moment.timestamp() * 1000)


def _days(word: str, today: date) -> tuple[date, date] | None:
    """Give the first day of a stretch and the day after its last."""
    if word in _DAYS:
        start = today + timedelta(_DAYS[word])
        return start, start + timedelta(1)
    if word in ("last_90_days", "next_90_days"):
        word = f"{word[:4]}_n_days:90"
    if found := _COUNTED.match(word):
        return _counted(found.group(1), found.group(2), int(found.group(3)), today)
    if found := _AGO.match(word):
        return _unit(found.group(1), -int(found.group(2)), today)
    if found := _NAMED.match(word):
        return _unit(found.group(2), _STEPS[found.group(1)], today)
    return None


def _counted(way: str, unit: str, count: int, today: date) -> tuple[date, date]:
    if way == "last":
        start = _unit(unit, -count, today)[0]
        # Counted days reach until today; other units end where the present one begins.
        end = today + timedelta(1) if unit == "day" else _unit(unit, 0, today)[0]
        return start, end
    return _unit(unit, 1, today)[0], _unit(unit, count, today)[1]


def _unit(unit: str, steps: int, today: date) -> tuple[date, date]:
    if unit == "day":
        start = today + timedelta(steps)
        return start, start + timedelta(1)
    if unit == "week":
        start = today - timedelta(today.weekday()) + timedelta(weeks=steps)
        return start, start + timedelta(7)
    size = _MONTHS[unit]
    month = today.year * 12 + (today.month - 1) // size * size + steps * size
    return _month(month), _month(month + size)


def _month(number: int) -> date:
    return date(number // 12, number % 12 + 1, 1)


def read_instant(text: Any, one: Field) -> int | str | None:
    """Read a date or an instant that a client sends to be written."""
    if text is None or text == "":
        return None
    try:
        moment = datetime.fromisoformat(str(text).replace("+0000", "+00:00"))
    except ValueError:
        raise Refusal(
            "JSON_PARSER_ERROR",
            f"Cannot deserialize instance of {one.type} from VALUE_STRING value {text} or request "
            "may be missing a required field at [line:1, column:2]",
        ) from None
    if one.type == "date":
        return moment.date().isoformat()
    at = millis(moment)
    return at - at % 1000
