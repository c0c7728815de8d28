"""Records that events are about: which events of a customer concern one and the same record.

`same: TYPE` means the event's subject if it is of that type, else the record that its attribute
TYPE names: an id of the event's own tool, or `tool:id` with a tool of this run.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from journeysync.core.engine.columns import Texts
from journeysync.core.engine.history import History
from journeysync.core.engine.primitives import Bools, Ints, first_alike
from journeysync.core.engine.words import fold
from journeysync.core.texts import encoded, flags, listed, pc


@dataclass(frozen=True, slots=True)
class Segments:
    """How events are grouped for one touchpoint: by customer, or by record of a customer."""

    of: Ints
    """For each event row its segment; -1: none."""
    count: int


class Records:
    """The records of one history."""

    def __init__(self, history: History) -> None:
        self._history = history
        self._made: dict[str, Segments] = {}

    def segments(self, same: str | None) -> Segments:
        """Group the events as a touchpoint's `same` asks."""
        if same is None:
            return Segments(self._history.customer, self._history.count)
        if same not in self._made:
            self._made[same] = self._group(same)
        return self._made[same]

    def first_with_subject(self, rows: Ints) -> Ints:
        """Return the customer's earliest event with exactly the same subject.

        Where an event has no subject: the customer's earliest event.
        """
        history = self._history
        earliest = history.starts[history.customer[rows]]
        ids = history.exact("subject_id").codes
        named = ids[rows] > 0
        # Only events whose id is one of those asked for can be meant.
        asked = np.zeros(int(ids.max(initial=0)) + 1, dtype=np.bool_)
        asked[ids[rows[named]]] = True
        alike = np.flatnonzero(asked[ids])
        parts = (
            history.customer,
            history.exact("tool").codes,
            history.exact("subject_type").codes,
            ids,
        )
        first = alike[first_alike(tuple(part[alike] for part in parts))]
        earliest[named] = first[np.searchsorted(alike, rows[named])]
        return earliest

    def _group(self, same: str) -> Segments:
        history = self._history
        tool = history.exact("tool").codes
        record = np.where(self._subject_is(same), history.exact("subject_id").codes, 0)
        attribute = history.column(f"attr.{same}")
        if attribute is not None:
            named = np.flatnonzero((record == 0) & (attribute.codes >= 0))
            tool = tool.copy()
            tool[named], record[named] = self._named(attribute, named, tool[named])
        rows = np.flatnonzero(record)
        alike = first_alike((history.customer[rows], tool[rows], record[rows]))
        number = np.cumsum(alike == np.arange(len(rows))) - 1
        of = np.full(history.size, -1, dtype=np.int64)
        of[rows] = number[alike]
        return Segments(of, int(number.max(initial=-1)) + 1)

    def _subject_is(self, same: str) -> Bools:
        types = self._history.column("subject_type")
        if types is None:
            return np.zeros(self._history.size, dtype=np.bool_)
        is_same = flags(pc.equal(types.words.folded, fold(same)))
        return np.append(is_same, False)[types.codes]

    def _named(self, attribute: Texts, rows: Ints, own: Ints) -> tuple[Ints, Ints]:
        """Read `id` or `tool:id` as the codes of a tool and of a subject id."""
        known = listed(self._history.exact("tool").values)
        known += sorted(self._history.tools.difference(known))
        ids = self._history.exact("subject_id").values
        values = attribute.words.trimmed
        tool = np.zeros(len(values), dtype=np.int64)
        for code, name in enumerate(known, start=1):
            if name in self._history.tools:
                prefixed = flags(pc.starts_with(attribute.words.trimmed, name + ":"))
                tool[prefixed] = code
                rest = pc.utf8_slice_codeunits(attribute.words.trimmed, len(name) + 1)
                values = pc.if_else(pa.array(prefixed), rest, values)
        found = pc.index_in(values, ids).fill_null(-1).to_numpy().astype(np.int64)
        new, _ = encoded(values)
        record = 1 + np.where(found >= 0, found, len(ids) + new)
        record[flags(pc.equal(values, ""))] = 0
        codes = attribute.codes[rows]
        return np.where(tool[codes] > 0, tool[codes], own), record[codes]
