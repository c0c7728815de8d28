"""Durations as maps write them: `90m`, `24h`, `2d`, `1w`, `6mo`, `1y`, `3 business days`.

A value only: what adding one to an instant means is the calendar's matter.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from journeysync.core.instants import DAY, HOUR, MINUTE

Unit = Literal["m", "h", "d", "w", "mo", "y", "business days", "business hours"]

_EXACT: dict[str, int] = {"m": MINUTE, "h": HOUR, "d": DAY, "w": 7 * DAY}
_FORM = re.compile(
    r"\s*(?P<number>\d+(?:\.\d+)?)\s*"
    r"(?P<unit>mo|m|h|d|w|y|business\s+days?|business\s+hours?)\s*"
)

FORMS = "`90m`, `24h`, `2d`, `1w`, `6mo`, `1y`, `3 business days` or `4 business hours`"


@dataclass(frozen=True, slots=True)
class Duration:
    """A length of time; `months`, `business days` and `business hours` need a calendar."""

    number: Decimal
    unit: Unit

    @property
    def exact(self) -> int | None:
        """Microseconds, for the units that are always equally long; else None."""
        scale = _EXACT.get(self.unit)
        return None if scale is None else int(self.number * scale)

    @property
    def count(self) -> int:
        """The number, for the units that allow whole numbers only."""
        return int(self.number)

    def __str__(self) -> str:
        number = f"{self.number.normalize():f}"
        if self.unit.startswith("business"):
            word = self.unit.removesuffix("s") if number == "1" else self.unit
            return f"{number} {word}"
        return f"{number}{self.unit}"


def parse_duration(text: str) -> Duration:
    """Read a duration. Raises ValueError with a sentence that says how one is written."""
    found = _FORM.fullmatch(text)
    if found is None:
        raise ValueError(f"`{text}` is no duration; write {FORMS}.")
    number = Decimal(found["number"])
    word = re.sub(r"\s+", " ", found["unit"])
    if word.startswith("business"):
        word = word if word.endswith("s") else word + "s"
    unit: Unit = word  # type: ignore[assignment]  # the pattern admits nothing else
    if unit not in _EXACT and number != number.to_integral_value():
        raise ValueError(f"`{text}` is no duration: only m, h, d and w may be fractional.")
    return Duration(number, unit)
