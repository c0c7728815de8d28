"""Anchors and instants as people read them: an event id, or `PLACE@INSTANT`."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from journeysync.core.engine import arrow
from journeysync.core.engine.primitives import Ints

_TEXT = np.dtypes.StringDType()
_END = "\n"


def instant_texts(at: Ints) -> pa.StringArray:
    """Write instants as ISO 8601 in UTC, `+00:00`, microseconds only when not zero."""
    written = arrow.texts(pa.array(at, pa.int64()).cast(pa.timestamp("us")))
    written = pc.replace_substring(written, " ", "T", max_replacements=1)
    whole = arrow.bools(pc.ends_with(written, ".000000"))
    short = pc.utf8_slice_codeunits(written, 0, len("1970-01-01T00:00:00"))
    return arrow.joined(arrow.where(whole, short, written), "+00:00")


def anchor_texts(events: pa.Table, row: Ints, at: Ints, place: str) -> pa.StringArray:
    """Name anchors: by the id of their event, and where time alone moved (-1) by place."""
    alone = row < 0
    ids = arrow.chosen(events.column("id"), row[~alone])
    if not alone.any():
        return ids
    moved = arrow.joined(place, "@", instant_texts(at[alone]))
    spot = np.empty(len(row), dtype=np.int64)
    spot[~alone] = np.arange(len(ids))
    spot[alone] = len(ids) + np.arange(len(moved))
    return arrow.chosen(pa.chunked_array([ids, moved]), spot)


def shared_ids(events: pa.Table, row: Ints, names: pa.StringArray) -> pa.StringArray:
    """Take the person off the names of events that several people share."""
    if "person" not in events.column_names or not events.num_rows:
        return names
    people = arrow.chosen(events.column("person"), np.maximum(row, 0))
    people = arrow.where(row >= 0, people, "")
    # An end mark makes "ends with" of "contains": Arrow and NumPy know no such cut by row.
    whole = np.strings.add(_strings(names), _END)
    suffix = np.strings.add(np.strings.add("/", _strings(people)), _END)
    cut = np.strings.rstrip(np.strings.replace(whole, suffix, ""), _END)
    return arrow.texts(pa.array(cut.astype(object), pa.string()))


def _strings(texts: pa.StringArray) -> NDArray[Any]:
    return np.asarray(texts.to_numpy(zero_copy_only=False)).astype(_TEXT)
