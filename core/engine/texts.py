"""Anchors as people read them: an event id, or `PLACE@INSTANT` where time alone moved."""

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from journeysync.core.engine.columns import plain
from journeysync.core.engine.primitives import Ints
from journeysync.core.instant_columns import iso_texts
from journeysync.core.texts import Column, concat, pc, take

_TEXT = np.dtypes.StringDType()
_END = "\n"


def anchor_texts(events: pa.Table, row: Ints, at: Ints, place: str) -> Column:
    """Name anchors: by the id of their event, and where time alone moved (-1) by place."""
    alone = row < 0
    ids = _rows(events, "id", row[~alone])
    if not alone.any():
        return ids
    moved = pc.binary_join_element_wise(place, iso_texts(at[alone]), "@")
    spot = np.empty(len(row), dtype=np.int64)
    spot[~alone] = np.arange(len(ids))
    spot[alone] = len(ids) + np.arange(len(moved))
    return take(concat([ids, moved]), spot)


def shared_ids(events: pa.Table, row: Ints, names: Column) -> Column:
    """Take the person off the names of events that several people share."""
    if "person" not in events.column_names or not events.num_rows:
        return names
    people = _rows(events, "person", np.maximum(row, 0))
    # An end mark makes "ends with" of "contains": Arrow and NumPy know no such cut by row.
    suffix = np.strings.add(np.strings.add("/", _strings(people)), _END)
    whole = np.strings.add(_strings(names), _END)
    cut = np.strings.rstrip(np.strings.replace(whole, suffix, ""), _END)
    return plain(pa.array(np.where(row >= 0, cut, _strings(names)).astype(object), pa.string()))


def _rows(events: pa.Table, name: str, rows: Ints) -> Column:
    column: Any = events.column(name)
    return plain(column.take(pa.array(rows)))


def _strings(texts: Column) -> NDArray[Any]:
    return np.asarray(texts.to_numpy(zero_copy_only=False)).astype(_TEXT)
