"""Each array primitive of the engine alone: by table, and against the obvious loop."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journeysync.core.engine.primitives import (
    NEVER,
    Ints,
    Line,
    Timeline,
    first_alike,
    first_of_run,
    last_of_instant,
    least_per,
    running_count,
    running_sum,
    starts_of,
)
from journeysync.core.engine.steps import apply_in_turn, without_effect

quick = settings(max_examples=100, deadline=None)

Items = list[tuple[int, int]]
SEGMENTS = 5
items = st.lists(
    st.tuples(st.integers(0, SEGMENTS - 1), st.integers(-4, 12)), max_size=40
).map(sorted)  # fmt: skip
queries = st.lists(st.tuples(st.integers(0, SEGMENTS - 1), st.integers(-6, 14)), max_size=30)


def ints(values: Sequence[int]) -> Ints:
    return np.array(values, dtype=np.int64)


def columns(pairs: Items) -> tuple[Ints, Ints]:
    return ints([one for one, _ in pairs]), ints([two for _, two in pairs])


def test_a_run_starts_where_the_id_changes() -> None:
    assert first_of_run(ints([3, 3, 5, 5, 5, 3])).tolist() == [1, 0, 1, 0, 0, 1]
    assert first_of_run(ints([])).tolist() == []


def test_the_last_of_an_instant_is_the_last_of_its_segment_too() -> None:
    segment, at = ints([0, 0, 0, 1, 1]), ints([7, 7, 8, 8, 9])

    assert last_of_instant(segment, at).tolist() == [0, 1, 1, 1, 1]


def test_segments_without_items_start_and_end_at_one_place() -> None:
    assert starts_of(ints([1, 1, 3]), 5).tolist() == [0, 0, 2, 2, 3, 3]


def test_a_running_count_begins_anew_in_each_segment() -> None:
    assert running_count(ints([0, 0, 4, 4, 4, 9])).tolist() == [1, 2, 1, 2, 3, 1]


HUGE = 2**62
SUMS: dict[str, tuple[list[Any], list[Any]]] = {
    "begins anew in each segment": ([1, 2, 10, 20], [1, 3, 10, 30]),
    "goes down again": ([5, -7, 1, -1], [5, -2, 1, 0]),
    "does not overflow": ([HUGE, HUGE, HUGE, HUGE], [HUGE, 2 * HUGE, HUGE, 2 * HUGE]),
    "of fractions is exact": (
        [Fraction(1, 10), Fraction(7, 10), Fraction(1, 3), Fraction(2, 3)],
        [Fraction(1, 10), Fraction(8, 10), Fraction(1, 3), Fraction(1)],
    ),
}


@pytest.mark.parametrize(("values", "expected"), SUMS.values(), ids=SUMS)
def test_a_running_sum(values: list[Any], expected: list[Any]) -> None:
    whole = all(isinstance(value, int) for value in values)
    array = np.array(values, dtype=np.int64 if whole else object)

    assert running_sum(ints([0, 0, 1, 1]), array).tolist() == expected


def test_the_least_of_nothing_is_never() -> None:
    assert least_per(ints([2, 0, 2]), ints([5, 7, 3]), 4).tolist() == [7, NEVER, 3, NEVER]


@quick
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3)), max_size=30), st.booleans())
def test_the_first_alike_equals_in_every_part(pairs: Items, far: bool) -> None:
    one, two = columns(pairs)
    # Large codes take the way over sorting.
    parts = (one, two * 10**6) if far else (one, two)

    assert first_alike(parts).tolist() == [pairs.index(pair) for pair in pairs]


@quick
@given(items, queries, st.booleans())
def test_a_line_finds_the_first_item_of_a_segment_after_an_instant(
    pairs: Items, asked: Items, later: bool
) -> None:
    line = Line.of(*columns(pairs), SEGMENTS)

    # Pairs sort by segment, then instant: one search over all of them says the same.
    search = bisect_right if later else bisect_left
    expected = [search(pairs, pair) for pair in asked]
    assert line.first(*columns(asked), later=later).tolist() == expected


def test_a_line_finds_a_needle_in_one_very_long_segment() -> None:
    length = 100_000
    segment = np.append(np.zeros(length, dtype=np.int64), [1, 2])
    line = Line.of(segment, np.append(np.arange(length), [5, 5]), 4)

    found = line.first(ints([0, 0, 1, 2, 3]), ints([70_001, length, 5, 6, 0]))
    assert found.tolist() == [70_001, length, length, length + 2, length + 2]


@quick
@given(items, queries, st.data())
def test_a_timeline_is_half_open_and_never_on_for_no_time(
    pairs: Items, asked: Items, data: st.DataObject
) -> None:
    on = data.draw(st.lists(st.booleans(), min_size=len(pairs), max_size=len(pairs)))
    timeline = Timeline.of(*columns(pairs), np.array(on, dtype=np.bool_), SEGMENTS)

    def is_on(segment: int, instant: int) -> bool:
        before = [n for n, (who, at) in enumerate(pairs) if who == segment and at <= instant]
        return bool(before) and on[before[-1]]

    def first_on(segment: int, instant: int) -> int:
        return next((at for at in range(instant, 20) if is_on(segment, at)), NEVER)

    assert timeline.on_at(*columns(asked)).tolist() == [is_on(*pair) for pair in asked]
    assert timeline.first_on(*columns(asked)).tolist() == [first_on(*pair) for pair in asked]
    assert timeline.on_finally().tolist() == [is_on(one, 20) for one in range(SEGMENTS)]


# --- tables place -> place ----------------------------------------------------------------------

TABLE = np.array(
    [[0, 1, 2, 3], [1, 1, 1, 1], [3, 3, 3, 3], [2, 2, 2, 2], [2, 2, 2, 3], [0, 3, 3, 3]],
    dtype=np.uint16,
)


def walk(customer: Ints, code: list[int]) -> list[int]:
    after: list[int] = []
    for number, step in enumerate(code):
        new = number == 0 or customer[number] != customer[number - 1]
        after.append(int(TABLE[step, 0 if new else after[-1]]))
    return after


@quick
@given(items, st.data())
def test_tables_are_applied_in_turn(pairs: Items, data: st.DataObject) -> None:
    customer, _ = columns(pairs)
    steps = st.lists(st.integers(0, 5), min_size=len(pairs), max_size=len(pairs))
    code = data.draw(steps)

    after = apply_in_turn(customer, np.array(code, dtype=np.uint16), TABLE, SEGMENTS)

    assert after.tolist() == walk(customer, code)


def test_very_long_histories_are_walked_by_doubling() -> None:
    random = np.random.default_rng(3)
    customer = np.repeat(np.arange(4), [3, 1000, 0, 700])
    code = random.integers(0, 6, len(customer)).astype(np.uint16)

    after = apply_in_turn(customer, code, TABLE, 4)

    assert after.tolist() == walk(customer, code.tolist())


@quick
@given(items, st.data())
def test_what_has_no_effect_can_be_left_out(pairs: Items, data: st.DataObject) -> None:
    customer, _ = columns(pairs)
    code = data.draw(st.lists(st.integers(0, 5), min_size=len(pairs), max_size=len(pairs)))

    idle = without_effect(customer, np.array(code, dtype=np.uint16), TABLE)

    after = walk(customer, code)
    moved = [n for n in range(1, len(code)) if after[n] != after[n - 1]]
    assert not [n for n in moved if idle[n] and customer[n] == customer[n - 1]]
