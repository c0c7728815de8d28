"""Text as the language compares it: trimmed, without case, as numbers where both are."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journeysync.core.engine.conditions import fits
from journeysync.core.engine.words import Words, number_of
from journeysync.core.language.model import Condition

CASES: dict[str, tuple[Any, str, bool]] = {
    "text is trimmed": ("welcome", "  welcome\t", True),
    "case does not matter": ("Welcome", "wELCOME", True),
    "case does not matter in any script": ("STRASSE", "straße", True),
    "case does not matter in Greek": ("ΟΔΟΣ", "οδος", True),
    "a list is one of": (["a", "b"], "B", True),
    "007 equals 7": (7, "007", True),
    "007 equals 7, texts both": ("7", "007", True),
    "7.0 equals 7": (7, "7.0", True),
    "+7 equals 7": (7, "+7", True),
    ".5 is a number": (0.5, ".5", True),
    "1e3 is a number": (1000, "1E3", True),
    "many digits are exact": ({"gt": 0}, "0.0000000000000000000001", True),
    "many digits are not the same": ("0.1", "0.10000000000000000001", False),
    "a large number is exact": ({"lt": 10**19}, "9999999999999999999", True),
    "a number beyond every column": ({"lt": 10**30}, "12", True),
    "a number below every column": ({"gt": -(10**30)}, "12", True),
    "not a number is not greater": ({"gt": 5}, "seven", False),
    "infinity is text": ({"gt": 5}, "inf", False),
    "underscores are text": (1000, "1_000", False),
    "a comma is text": ({"gte": 1}, "1,5", False),
    "a date is text": ({"gt": 1}, "2026-11-22", False),
    "true equals true": (True, "True", True),
    "true equals no 1": (True, "1", False),
    "between": ({"gt": 1, "lte": 2.5}, "2.5", True),
    "gt is strict": ({"gt": 2.5}, "2.50", False),
    "gt between millionths": ({"gt": 0.0000001}, "0", False),
    "lt between millionths": ({"lt": 0.0000001}, "0", True),
    "contains": ({"contains": " ELCO "}, "Welcome", True),
    "contains not": ({"contains": "x"}, "Welcome", False),
    "ne another": ({"ne": "a"}, "b", True),
    "ne the same number": ({"ne": "7"}, "07", False),
    "not in": ({"not_in": ["a", "b"]}, "A ", False),
    "exists": ({"exists": True}, "x", True),
    "exists not": ({"exists": False}, "x", False),
    "blank is empty": ({"exists": False}, " \n ", True),
    "empty satisfies ne": ({"ne": "a"}, "", True),
    "empty satisfies not_in": ({"not_in": ["a"]}, "", True),
    "empty equals nothing": ({"eq": ""}, "", False),
    "empty contains nothing": ({"contains": ""}, "", False),
    "empty is not in": (["", "a"], "", False),
    "empty is not small": ({"lt": 5}, "", False),
    "empty fails where anything else is asked": ({"ne": "a", "gte": 0}, "", False),
    "empty and exists: false with ne": ({"ne": "a", "exists": False}, "", True),
}


@pytest.mark.parametrize(("condition", "value", "expected"), CASES.values(), ids=CASES)
def test_a_condition(condition: Any, value: str, expected: bool) -> None:
    words = Words(pa.array(["other ßtext", value, "12.5"], pa.string()))

    holds = fits(words, Condition.model_validate(condition))

    assert bool(holds[1]) is expected
    # A missing value is an empty one.
    assert holds[-1] == (holds[1] if not value.strip() else fits_nothing(condition))


def fits_nothing(condition: Any) -> bool:
    words = Words(pa.array([""], pa.string()))
    return bool(fits(words, Condition.model_validate(condition))[0])


@settings(max_examples=200, deadline=None)
@given(st.decimals(allow_nan=False, allow_infinity=False, places=8), st.integers(-20, 20))
def test_numbers_compare_exactly(number: Decimal, limit: int) -> None:
    words = Words(pa.array([f"{number:f}"], pa.string()))

    assert number_of(f"{number:f}") == Fraction(number)
    for order, expected in {
        "eq": number == limit,
        "gt": number > limit,
        "gte": number >= limit,
        "lt": number < limit,
        "lte": number <= limit,
    }.items():
        condition = Condition.model_validate({order: limit})
        assert bool(fits(words, condition)[0]) is expected


def test_numbers_are_read_from_any_slice() -> None:
    values = pa.array(["1", "22.5", "x", "1000000000000000000000"], pa.string())[1:]

    words = Words(values)

    assert words.scaled.tolist() == [22_500_000, 0, 0]
    assert words.odd == {2: Fraction(10**21)}
    assert words.present.dtype == np.bool_
