"""Anchors and instants as people read them: an event id, or `PLACE@INSTANT`."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from numpy.typing import NDArray

from journeysync.core.engine.primitives import Ints

_TEXT = np.dtypes.StringDType()
_END = "\n"


def instant_texts(at: Ints) -> pa.Array:
    """Write instants as ISO 8601 in UTC, `+00:00`, microseconds only when not zero."""
    written = pc.cast(pa.array(at).cast(pa.timestamp("us")), pa.string())
    written = pc.replace_substring(written, " ", "T", max_replacements=1)
    short = pc.if_else(
        pc.ends_with(written, ".000000"), pc.utf8_slice_codeunits(written, 0, 19), written
    )
    return pc.binary_join_element_wise(short, "+00:00", "")


def anchor_texts(events: pa.Table, row: Ints, at: Ints, place: str) -> pa.Array:
    """Name anchors: by the id of their event, and where time alone moved (-1) by place."""
    timeless = row >= 0
    ids = events.column("id").cast(pa.string()).take(pa.array(row[timeless])).combine_chunks()
    if timeless.all():
        return ids
    moved = pc.binary_join_element_wise(place, instant_texts(at[~timeless]), "@")
    spot = np.empty(len(row), dtype=np.int64)
    spot[timeless] = np.arange(len(ids))
    spot[~timeless] = len(ids) + np.arange(len(moved))
    return pa.chunked_array([ids, moved]).combine_chunks().take(pa.array(spot))


def shared_ids(events: pa.Table, row: Ints, names: pa.Array) -> pa.Array:
    """Take the person off the names of events that several people share."""
    if "person" not in events.column_names:
        return names
    person = events.column("person").cast(pa.string())
    people = person.take(pa.array(np.maximum(row, 0)))
    people = pc.if_else(pa.array(row >= 0), people, "").combine_chunks()
    # An end mark makes "ends with" of "contains": Arrow and NumPy know no such cut by row.
    whole = np.strings.add(_strings(names), _END)
    suffix = np.strings.add(np.strings.add("/", _strings(people)), _END)
    cut = np.strings.rstrip(np.strings.replace(whole, suffix, ""), _END)
    return pa.array(cut.astype(object), pa.string())


def _strings(texts: pa.Array) -> NDArray[Any]:
    return texts.to_numpy(zero_copy_only=False).astype(_TEXT)
