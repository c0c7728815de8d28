"""`where` and `when`: which values of an attribute fit a condition.

A missing or empty attribute satisfies only `exists: false`, `ne` and `not_in`.
"""

from collections.abc import Callable, Mapping

import numpy as np

from journeysync.core.engine.columns import Texts
from journeysync.core.engine.primitives import Bools, Ints
from journeysync.core.engine.words import Order, Words, number_of
from journeysync.core.language.model import Condition, Value

_ORDERS: tuple[Order, ...] = ("gt", "gte", "lt", "lte")


def text_of(value: Value) -> str:
    """Write a value of a map as the text it is compared with."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def fits(words: Words, condition: Condition) -> Bools:
    """Say which distinct values fit; one more item at the end stands for a missing one."""
    holds = np.ones(len(words.present), dtype=np.bool_)
    if condition.eq is not None:
        holds &= words.equal(text_of(condition.eq))
    if condition.ne is not None:
        holds &= ~words.equal(text_of(condition.ne))
    if condition.in_ is not None:
        holds &= _any_of(words, condition.in_)
    if condition.not_in is not None:
        holds &= ~_any_of(words, condition.not_in)
    if condition.contains is not None:
        holds &= words.containing(condition.contains)
    for order in _ORDERS:
        limit = getattr(condition, order)
        number = None if limit is None else number_of(text_of(limit))
        if number is not None:
            holds &= words.compare(order, number)
    if condition.exists is False:
        holds[:] = False
    missing = _fits_missing(condition)
    return np.append(np.where(words.present, holds, missing), missing)


def _any_of(words: Words, values: tuple[Value, ...]) -> Bools:
    found = np.zeros(len(words.present), dtype=np.bool_)
    for value in values:
        found |= words.equal(text_of(value))
    return found


def _fits_missing(condition: Condition) -> bool:
    asks = (
        condition.eq, condition.in_, condition.contains,
        condition.gt, condition.gte, condition.lt, condition.lte,
    )  # fmt: skip
    return condition.exists is not True and all(one is None for one in asks)


def holding(
    conditions: Mapping[str, Condition],
    column: Callable[[str], Texts | None],
    rows: Ints | None,
    count: int,
) -> Bools:
    """Say which of the rows (all `count` of them where None) satisfy all conditions."""
    holds = np.ones(count if rows is None else len(rows), dtype=np.bool_)
    for name, condition in conditions.items():
        values = column(name)
        if values is None:
            holds &= _fits_missing(condition)
            continue
        codes = values.codes if rows is None else values.codes[rows]
        holds &= fits(values.words, condition)[codes]
    return holds
