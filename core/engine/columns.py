"""Arrow columns as NumPy: whole numbers as they are, text as codes into its distinct values.

Whatever must look at text looks at the distinct values only, once.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from journeysync.core.engine import arrow
from journeysync.core.engine.primitives import Ints
from journeysync.core.engine.words import Words

Codes = NDArray[np.int32]


@dataclass(frozen=True)
class Texts:
    """A text column: a code for each row (-1: absent) and what the codes stand for."""

    codes: Codes
    values: pa.StringArray

    @cached_property
    def words(self) -> Words:
        """The distinct values as the language compares them."""
        return Words(self.values)


@dataclass(frozen=True, slots=True)
class Exact:
    """A text column of which only equality matters: trimmed, case kept."""

    codes: Ints
    """0: absent; else 1 + a position in the values."""
    values: pa.StringArray
    """Distinct; one of them may be empty, and then no code means it."""


def whole_numbers(table: pa.Table, name: str) -> Ints:
    """Return a column of whole numbers."""
    parts = [arrow.ints(chunk) for chunk in table.column(name).chunks]
    return parts[0] if len(parts) == 1 else np.concatenate([*parts, np.empty(0, np.int64)])


def texts(table: pa.Table, name: str) -> Texts | None:
    """Return a text column, or None where the table has none or nothing stands in it."""
    if name not in table.column_names:
        return None
    column: Any = table.column(name)
    if column.null_count == len(column):
        return None
    if not pa.types.is_dictionary(column.type):
        column = pc.dictionary_encode(column)
    whole = cast("Any", column.unify_dictionaries()).combine_chunks()
    return _compact(_codes(whole.indices), arrow.texts(whole.dictionary))


def exact(column: Texts | None, size: int) -> Exact:
    """Return a text column as what it says."""
    if column is None:
        return Exact(np.zeros(size, dtype=np.int64), arrow.texts(pa.array([], pa.string())))
    values = column.words.trimmed
    meaning = np.arange(len(values), dtype=np.int64)
    if not values.equals(column.values):
        meaning, values = arrow.distinct(values)
    meaning = np.append(meaning + 1, 0)
    meaning[meaning == pc.index(values, "").as_py() + 1] = 0
    return Exact(meaning[column.codes], values)


def _codes(indices: Any) -> Codes:
    if indices.null_count:
        indices = indices.cast(pa.int32()).fill_null(-1)
    return np.asarray(indices.to_numpy(zero_copy_only=False)).astype(np.int32, copy=False)


def _compact(codes: Codes, values: pa.StringArray) -> Texts:
    """Leave out the values no row has, where a slice came with the dictionary of a whole file."""
    if len(values) > len(codes):
        used = np.zeros(len(values) + 1, dtype=np.bool_)
        used[codes] = True
        used[-1] = False
        renumbered = (np.cumsum(used) - 1).astype(np.int32)
        renumbered[-1] = -1
        codes, values = renumbered[codes], arrow.chosen(values, np.flatnonzero(used))
    return Texts(codes, values)
