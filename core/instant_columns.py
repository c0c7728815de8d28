"""Columns of instants as ISO 8601 text, a million at a time.

Says column by column what `instants.iso` says one by one. The bytes are put together from a table
of days and a table of seconds, several times faster than a formatting function can.
"""

from functools import cache
from typing import Any, cast

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from journeysync.core.instants import DAY, SECOND
from journeysync.core.texts import Column, Flags, Ints

_ZONE = np.frombuffer(b"+00:00", dtype=np.uint8)
_DATE, _SECONDS, _FRACTION = 10, 19, 26
"""Where in `YYYY-MM-DDTHH:MM:SS.ffffff+00:00` the date, the seconds and the fraction end."""
_WIDTH = 32
_DAY = DAY // SECOND
_CENTURIES = 100_000

Bytes = NDArray[np.uint8]
Texts = NDArray[np.bytes_]


def iso_texts(at: Ints, missing: Flags | None = None) -> Column:
    """Write instants in UTC, `+00:00`, microseconds only when not zero; empty where missing."""
    known = at if missing is None else at[~missing]
    if (known % SECOND).any():
        data, lengths = _with_fractions(known)
    else:
        data, lengths = _whole_seconds(known), np.full(len(known), _WIDTH - 7, dtype=np.int32)
    every = lengths
    if missing is not None:
        every = np.zeros(len(at), dtype=np.int32)
        every[~missing] = lengths
    ends = np.zeros(len(at) + 1, dtype=np.int32)
    np.cumsum(every, out=ends[1:])
    offsets, written = pa.py_buffer(cast("Any", ends)), pa.py_buffer(cast("Any", data))
    return cast("Column", pa.StringArray.from_buffers(len(at), offsets, written))


def _whole_seconds(at: Ints) -> Bytes:
    text = np.empty((len(at), _WIDTH - 7), dtype=np.uint8)
    _put_seconds(text, at)
    text[:, _SECONDS:] = _ZONE
    return text


def _with_fractions(at: Ints) -> tuple[Bytes, NDArray[np.int32]]:
    text = np.empty((len(at), _WIDTH), dtype=np.uint8)
    _put_seconds(text, at)
    text[:, _SECONDS] = ord(".")
    rest = at % SECOND
    high = rest // 1000
    for begin, digits in ((_SECONDS + 1, high), (_SECONDS + 4, rest - high * 1000)):
        three = np.take(_thousand(), digits).view(np.uint8)
        text[:, begin : begin + 3] = three.reshape(-1, 3)
    text[:, _FRACTION:] = _ZONE
    some = rest != 0
    if some.all():
        return text, np.full(len(at), _WIDTH, dtype=np.int32)
    written = np.ones(text.shape, dtype=bool)
    written[:, _SECONDS:_FRACTION] = some[:, np.newaxis]
    return text[written], np.where(some, _WIDTH, _WIDTH - 7).astype(np.int32)


def _put_seconds(text: Bytes, at: Ints) -> None:
    second = at // SECOND
    day = second // _DAY
    days, position = _distinct(day)
    text[:, :_DATE] = np.take(_days(days), position).view(np.uint8).reshape(-1, _DATE)
    text[:, _DATE] = ord("T")
    clock = np.take(_clock(), second - day * _DAY).view(np.uint8)
    text[:, _DATE + 1 : _SECONDS] = clock.reshape(-1, 8)


def _distinct(day: Ints) -> tuple[Ints, Ints]:
    """Find the days to write, and where each row's stands: all between, unless they lie far apart.

    One date in the year 9999, which some tools write for "never", must not cost a table of them.
    """
    if not len(day):
        return day, day
    first, last = int(day.min()), int(day.max())
    if last - first < _CENTURIES:
        return np.arange(first, last + 1), day - first
    days, position = np.unique(day, return_inverse=True)
    return days, position


def _days(days: Ints) -> Texts:
    """Write days since 1970 as `YYYY-MM-DD`."""
    return np.datetime_as_string(days.astype("datetime64[D]"), unit="D").astype("S10")


@cache
def _thousand() -> Texts:
    """Write 0 to 999 with three digits."""
    return np.array([f"{number:03}" for number in range(1000)], dtype="S3")


@cache
def _clock() -> Texts:
    """Write every second of a day as `HH:MM:SS`."""
    second = np.arange(_DAY)
    text = np.full((len(second), 8), ord(":"), dtype=np.uint8)
    for place, number in ((0, second // 3600), (3, second // 60 % 60), (6, second % 60)):
        text[:, place] = number // 10 + ord("0")
        text[:, place + 1] = number % 10 + ord("0")
    return text.view("S8").reshape(-1)
