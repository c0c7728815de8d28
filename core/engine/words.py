"""Texts as the language compares them: trimmed, without regard to case, as numbers where they are.

Works on the distinct values of a column, not on its rows.
"""

import math
import re
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from journeysync.core.engine.primitives import Bools, Ints
from journeysync.core.texts import Column, column, flags, listed, pc, take

_DIGITS = 6
SCALE = 10**_DIGITS
"""Numbers are counted in millionths; what does not fit is kept beside them, exact."""

_BLANKS = " \t\n\r\v\f\x1c\x1d\x1e\x1f"
_PLAIN = r"^[+-]?[0-9]{1,12}(\.[0-9]{1,6})?$"
_ANY = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)(e[+-]?[0-9]{1,2})?$"
_PYTHON_ANY = re.compile(_ANY)

Order = Literal["eq", "gt", "gte", "lt", "lte"]


def fold(text: str) -> str:
    """Trim a text and take the difference of case away."""
    return text.strip().casefold()


def number_of(text: str) -> Fraction | None:
    """Read a text as a decimal number, or say None: `007`, `-1.5`, `.5`, `1e3`."""
    folded = fold(text)
    return Fraction(Decimal(folded)) if _PYTHON_ANY.match(folded) else None


class Words:
    """The distinct values of one column; answers are arrays with a value for each."""

    def __init__(self, values: Column) -> None:
        self._values = values

    @cached_property
    def folded(self) -> Column:
        """Trimmed, without case."""
        values = self._values
        folded: Column = pc.ascii_lower(pc.ascii_trim(values, characters=_BLANKS))
        foreign = ~flags(pc.string_is_ascii(values))
        if not foreign.any():
            return folded
        # Arrow's lower case is not the case folding of Unicode (`STRASSE`, `straße`).
        replaced = [fold(text) for text in listed(take(values, np.flatnonzero(foreign)))]
        mended: Column = pc.replace_with_mask(folded, foreign, column(replaced))
        return mended

    @cached_property
    def trimmed(self) -> Column:
        """Trimmed, case kept."""
        trimmed: Column = pc.utf8_trim_whitespace(self._values)
        return trimmed

    @cached_property
    def present(self) -> Bools:
        """Whether anything is left after trimming."""
        return flags(pc.not_equal(self.folded, ""))

    @cached_property
    def _plain(self) -> Bools:
        return flags(pc.match_substring_regex(self.folded, _PLAIN))

    @cached_property
    def scaled(self) -> Ints:
        """Each number times `SCALE`; 0 for texts and for the odd numbers."""
        kept = pc.if_else(pa.array(self._plain), self.folded, "0")
        decimals = kept.cast(pa.decimal128(19, _DIGITS))
        whole = pc.multiply(decimals, pa.scalar(Decimal(SCALE))).cast(pa.int64())
        return np.asarray(whole.to_numpy())

    @cached_property
    def odd(self) -> dict[int, Fraction]:
        """Numbers that are too long for `scaled`, by position."""
        plain = self._plain
        if plain.all():
            return {}
        numbers = flags(pc.match_substring_regex(self.folded, _ANY))
        where = np.flatnonzero(numbers & ~plain)
        found = listed(take(self.folded, where))
        return {
            int(position): Fraction(Decimal(text))
            for position, text in zip(where, found, strict=True)
        }

    @property
    def exact(self) -> NDArray[np.object_]:
        """Each number times `SCALE`, the odd ones too, as Python counts: slow and exact."""
        numbers = self.scaled.astype(object)
        for position, number in self.odd.items():
            numbers[position] = number * SCALE
        return numbers

    def equal(self, text: str) -> Bools:
        """Say which values equal the text."""
        equal = flags(pc.equal(self.folded, fold(text)))
        number = number_of(text)
        if number is not None:
            equal |= self.compare("eq", number)
        return equal & self.present

    def containing(self, text: str) -> Bools:
        """Say in which values the text occurs."""
        return flags(pc.match_substring(self.folded, fold(text))) & self.present

    def compare(self, order: Order, limit: Fraction) -> Bools:
        """Say which values are numbers that stand so to the limit."""
        exact = limit * SCALE
        low, high = math.floor(exact), math.ceil(exact)
        match order:
            case "gt":
                holds = _above(self.scaled, low)
            case "gte":
                holds = _above(self.scaled, high - 1)
            case "lt":
                holds = ~_above(self.scaled, high - 1)
            case "lte":
                holds = ~_above(self.scaled, low)
            case "eq":
                holds = _above(self.scaled, high - 1) & ~_above(self.scaled, low)
        holds = holds & self._plain
        for position, number in self.odd.items():
            holds[position] = {
                "eq": number == limit,
                "gt": number > limit,
                "gte": number >= limit,
                "lt": number < limit,
                "lte": number <= limit,
            }[order]
        return holds


def _above(values: Ints, limit: int) -> Bools:
    """Compare with a whole number of any size."""
    edge = np.iinfo(np.int64)
    return np.asarray(values > min(max(limit, edge.min), edge.max))
