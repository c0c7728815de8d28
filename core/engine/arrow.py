"""Arrow's text functions as the engine uses them, with the types its stubs do not tell.

Nothing here knows the language; the only file that may work around the library.
"""

from typing import Any, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from journeysync.core.engine.primitives import Bools, Ints


def bools(array: Any) -> Bools:
    """Return truth values as NumPy has them."""
    return np.asarray(array.to_numpy(zero_copy_only=False)).astype(np.bool_)


def ints(array: Any) -> Ints:
    """Return whole numbers as NumPy has them."""
    return np.asarray(array.to_numpy(zero_copy_only=False)).astype(np.int64, copy=False)


def texts(values: Any) -> pa.StringArray:
    """Return texts, whatever they were, as one plain array."""
    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    return cast(
        "pa.StringArray", values if values.type == pa.string() else values.cast(pa.string())
    )


def equal(values: pa.StringArray, text: str) -> Bools:
    """Say which texts equal one."""
    return bools(pc.equal(values, pa.scalar(text)))


def distinct(values: pa.StringArray) -> tuple[Ints, pa.StringArray]:
    """Number the distinct texts, in the order in which they come."""
    encoded = cast("Any", pc.dictionary_encode(values))
    return ints(encoded.indices), texts(encoded.dictionary)


def positions(values: pa.StringArray, among: pa.StringArray) -> Ints:
    """Return where each text stands among others; -1 where it does not."""
    return ints(pc.index_in(values, value_set=among).fill_null(-1))


def chosen(values: Any, rows: NDArray[np.int64]) -> pa.StringArray:
    """Return the texts of some rows."""
    return texts(values.take(pa.array(rows, pa.int64())))


def where(mask: Bools, one: Any, other: Any) -> pa.StringArray:
    """Return texts from one array or the other."""
    return texts(pc.if_else(pa.array(mask, pa.bool_()), one, other))


def joined(*parts: Any) -> pa.StringArray:
    """Write texts one behind the other, row by row; single texts stand in every row."""
    scalars = [pa.scalar(part) if isinstance(part, str) else part for part in parts]
    return texts(cast("Any", pc.binary_join_element_wise)(*scalars, ""))
