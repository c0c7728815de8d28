"""Tasks that a person completed: a `task.completed` event satisfies the expectation it names."""

from dataclasses import dataclass

import numpy as np

from journeysync.core.engine.anchors import Anchors
from journeysync.core.engine.facts import Facts, Trail
from journeysync.core.engine.primitives import Ints, first_of_run
from journeysync.core.engine.records import Segments
from journeysync.core.engine.texts import anchor_texts, shared_ids
from journeysync.core.language.model import Pattern, Touchpoint
from journeysync.core.texts import Column, pc

_COMPLETED = "task.completed"


@dataclass(frozen=True, slots=True)
class CompletedTasks:
    """The completed tasks that name one touchpoint, by customer and the anchor they name."""

    trail: Trail
    names: Ints
    """Each segment's customer and anchor in one number, ascending."""
    anchors: Column
    """The anchors that are named."""

    @classmethod
    def of(cls, touchpoint: Touchpoint, facts: Facts) -> "CompletedTasks | None":
        """Find the touchpoint's tasks; None where there are none, which is the common case."""
        history = facts.history
        if history.column("attr.touchpoint") is None or history.column("attr.anchor") is None:
            return None
        naming = Pattern.model_validate(
            {"event": _COMPLETED, "where": {"touchpoint": touchpoint.id}}
        )
        anchor = history.exact("attr.anchor")
        rows = facts.matches.now((naming,))
        rows = rows[anchor.codes[rows] > 0]
        if not len(rows):
            return None
        name = history.customer[rows] * (1 + len(anchor.values)) + anchor.codes[rows]
        order = np.argsort(name, kind="stable")
        first = first_of_run(name[order])
        segment = np.full(history.size, -1, dtype=np.int64)
        segment[rows[order]] = np.cumsum(first) - 1
        segments = Segments(segment, int(np.count_nonzero(first)))
        return cls(Trail.of(history, segments, rows), name[order][first], anchor.values)

    def first(
        self, anchors: Anchors, place: str, instant: Ints, facts: Facts, *, later: bool
    ) -> Ints:
        """Return the first task at or after (`later`: after) an instant that names each anchor."""
        found = np.full(len(anchors), -1, dtype=np.int64)
        known = np.unique(self.names // (1 + len(self.anchors)))
        some = np.flatnonzero(np.isin(anchors.customer, known))
        chosen = anchors[some]
        named = anchor_texts(facts.history.events, chosen.row, chosen.at, place)
        for texts in (named, shared_ids(facts.history.events, chosen.row, named)):
            code = pc.index_in(texts, self.anchors).fill_null(-1).to_numpy()
            name = chosen.customer * (1 + len(self.anchors)) + code + 1
            segment = np.minimum(np.searchsorted(self.names, name), len(self.names) - 1)
            there = np.flatnonzero((self.names[segment] == name) & (code >= 0))
            task = self.trail.first(
                segment[there], instant[some[there]], chosen.row[there], later=later
            )
            found[some[there]] = earlier(found[some[there]], task)
        return found


def earlier(one: Ints, other: Ints) -> Ints:
    """Return the earlier of two events of a customer, -1 standing for none."""
    return np.where((one < 0) | ((other >= 0) & (other < one)), other, one)
