"""Columns of text: the few things that are done with them, in one typed place.

A column is an Arrow array of strings. Nothing here knows what a column means.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute
from numpy.typing import NDArray

if TYPE_CHECKING:
    from typing import TypeAlias

    Column: TypeAlias = "pa.Array[Any]"
else:
    Column = pa.Array

pc: Any = pyarrow.compute
"""The compute functions: their stubs know no column whose type is found out at run time."""

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


def column(texts: Sequence[str | None]) -> Column:
    """Make a column."""
    return pa.array(texts, pa.string())


def whole(given: "pa.ChunkedArray[Any] | Column") -> Column:
    """Make one piece of a column that came in several; null becomes empty text."""
    one = given.combine_chunks() if isinstance(given, pa.ChunkedArray) else given
    return cast("Column", pc.fill_null(one, ""))


def concat(columns: Sequence[Column]) -> Column:
    """Put columns one under the other."""
    return pa.concat_arrays(columns)


def take(texts: Column, rows: Ints) -> Column:
    """Take some rows, in that order."""
    return texts.take(cast("Any", pa.array(rows)))


def take_or_null(texts: Column, rows: Ints, missing: Flags) -> Column:
    """Take some rows, in that order; null where one is missing."""
    return texts.take(cast("Any", pa.array(rows, mask=missing)))


def listed(texts: Column) -> list[str]:
    """List a column that has no nulls."""
    return cast("list[str]", texts.to_pylist())


def flags(answer: Any) -> Flags:
    """Read an Arrow column of true and false."""
    return cast("Flags", answer.to_numpy(zero_copy_only=False))


def filled(texts: Column) -> Flags:
    """Say which rows hold more than nothing."""
    return flags(pc.greater(pc.binary_length(texts), 0)) if len(texts) else np.zeros(0, bool)


def encoded(texts: Column) -> tuple[Ints, Column]:
    """Number a column's distinct texts; returns each row's number and the texts."""
    dictionary = cast("Any", texts.dictionary_encode())
    return dictionary.indices.to_numpy().astype(np.int64), dictionary.dictionary


def text_order(texts: Column) -> Ints:
    """Say which row comes first, second… by text."""
    order = cast("Any", pc.sort_indices(cast("Any", texts)))
    return cast("Ints", order.to_numpy().astype(np.int64))


def text_ranks(texts: Column) -> Ints:
    """Say for each row of distinct texts at which place in text order it stands."""
    order = text_order(texts)
    ranks = np.empty(len(order), dtype=np.int64)
    ranks[order] = np.arange(len(order))
    return ranks
