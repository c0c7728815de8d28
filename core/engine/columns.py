"""Arrow columns as NumPy: whole numbers as they are, text as codes into its distinct values.

Whatever must look at text looks at the distinct values only, once.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

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


def whole_numbers(table: pa.Table, name: str) -> Ints:
    """Return a column of whole numbers."""
    column = table.column(name)
    parts = [chunk.to_numpy(zero_copy_only=False) for chunk in column.chunks]
    joined = parts[0] if len(parts) == 1 else np.concatenate([*parts, np.empty(0, np.int64)])
    return joined.astype(np.int64, copy=False)


def texts(table: pa.Table, name: str) -> Texts | None:
    """Return a text column, or None where the table has none or nothing stands in it."""
    if name not in table.column_names:
        return None
    column = table.column(name)
    if column.null_count == len(column):
        return None
    if not pa.types.is_dictionary(column.type):
        column = pc.dictionary_encode(column)
    encoded = column.unify_dictionaries().combine_chunks()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.chunk(0)
    return _compact(_codes(encoded.indices), encoded.dictionary)


def _codes(indices: pa.Array) -> Codes:
    if indices.null_count:
        signed = indices.cast(pa.int32()) if indices.type != pa.int32() else indices
        indices = signed.fill_null(-1)
    return indices.to_numpy(zero_copy_only=False).astype(np.int32, copy=False)


def _compact(codes: Codes, values: pa.Array) -> Texts:
    """Leave out the values no row has, where a slice came with the dictionary of a whole file."""
    if values.type != pa.string():
        values = values.cast(pa.string())
    if len(values) > len(codes):
        used = np.zeros(len(values) + 1, dtype=np.bool_)
        used[codes] = True
        used[-1] = False
        renumbered = (np.cumsum(used) - 1).astype(np.int32)
        renumbered[-1] = -1
        codes, values = renumbered[codes], values.filter(pa.array(used[:-1]))
    return Texts(codes, values)
