"""Arrow columns as NumPy: whole numbers as they are, text as codes into its distinct values.

Whatever must look at text looks at the distinct values only, once.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from journeysync.core.engine.primitives import Ints
from journeysync.core.engine.words import Words
from journeysync.core.texts import Column, encoded, pc, take

Codes = NDArray[np.int32]


@dataclass(frozen=True)
class Texts:
    """A text column: a code for each row (-1: absent) and what the codes stand for."""

    codes: Codes
    values: Column

    @cached_property
    def words(self) -> Words:
        """The distinct values as the language compares them."""
        return Words(self.values)


@dataclass(frozen=True, slots=True)
class Exact:
    """A text column of which only equality matters: trimmed, case kept."""

    codes: Ints
    """0: absent; else 1 + a position in the values."""
    values: Column
    """Distinct; one of them may be empty, and then no code means it."""


def plain(values: Any) -> Column:
    """Return texts, however they came, as one array of strings without nulls."""
    one = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
    texts = one if one.type == pa.string() else one.cast(pa.string())
    return cast("Column", texts.fill_null("") if texts.null_count else texts)


def whole_numbers(table: pa.Table, name: str) -> Ints:
    """Return a column of whole numbers."""
    return table.column(name).to_numpy().astype(np.int64, copy=False)


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
    return _compact(_codes(whole.indices), plain(whole.dictionary))


def exact(column: Texts | None, size: int) -> Exact:
    """Return a text column as what it says."""
    if column is None:
        return Exact(np.zeros(size, dtype=np.int64), plain(pa.array([], pa.string())))
    values = column.words.trimmed
    meaning = np.arange(len(values), dtype=np.int64)
    if not values.equals(column.values):
        meaning, values = encoded(values)
    meaning = np.append(meaning + 1, 0)
    meaning[meaning == pc.index(values, "").as_py() + 1] = 0
    return Exact(meaning[column.codes], values)


def _codes(indices: Any) -> Codes:
    if indices.null_count:
        indices = indices.cast(pa.int32()).fill_null(-1)
    return np.asarray(indices.to_numpy(zero_copy_only=False)).astype(np.int32, copy=False)


def _compact(codes: Codes, values: Column) -> Texts:
    """Leave out the values no row has, where a slice came with the dictionary of a whole file."""
    if len(values) > len(codes):
        used = np.zeros(len(values) + 1, dtype=np.bool_)
        used[codes] = True
        used[-1] = False
        renumbered = (np.cumsum(used) - 1).astype(np.int32)
        renumbered[-1] = -1
        codes, values = renumbered[codes], take(values, np.flatnonzero(used))
    return Texts(codes, values)
