"""Anchors: what makes a touchpoint expected, for the customers it applies to."""

from dataclasses import dataclass

import numpy as np

from journeysync.core.engine.conditions import holding
from journeysync.core.engine.facts import Facts
from journeysync.core.engine.primitives import Bools, Ints, first_of_run
from journeysync.core.engine.routes import DEFAULT
from journeysync.core.language.model import Touchpoint


@dataclass(frozen=True, slots=True)
class Anchors:
    """Some anchors of one touchpoint."""

    customer: Ints
    segment: Ints
    """What `same` groups by: the record, else the customer."""
    at: Ints
    row: Ints
    """The anchor's event; -1 where time alone moved the customer."""

    def __getitem__(self, chosen: Ints | Bools) -> "Anchors":
        """Return some of them."""
        return Anchors(
            self.customer[chosen], self.segment[chosen], self.at[chosen], self.row[chosen]
        )

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.row)


def anchors_of(touchpoint: Touchpoint, facts: Facts) -> Anchors:
    """Return the anchors that count, in the order of customers and of their events."""
    anchors = _all(touchpoint, facts)
    applies = _applies(touchpoint, facts)
    if applies is not None:
        anchors = anchors[applies[anchors.customer]]
    if touchpoint.once:
        anchors = anchors[first_of_run(anchors.customer)]
    if touchpoint.same is None:
        return anchors
    segments = facts.records.segments(touchpoint.same)
    segment = np.append(segments.of, -1)[anchors.row]
    anchors = Anchors(anchors.customer, segment, anchors.at, anchors.row)
    return anchors[segment >= 0]


def _all(touchpoint: Touchpoint, facts: Facts) -> Anchors:
    if touchpoint.entering is not None:
        moves = facts.moves
        into = np.flatnonzero(moves.place == facts.number[touchpoint.entering])
        customer = moves.customer[into]
        return Anchors(customer, customer, moves.at[into], moves.row[into])
    before = touchpoint.before
    rows = facts.matches.ever(before) if before else facts.matches.now(touchpoint.after)
    customer = facts.history.customer[rows]
    return Anchors(customer, customer, facts.history.at[rows], rows)


def _applies(touchpoint: Touchpoint, facts: Facts) -> Bools | None:
    """Say for which customers there is such a touchpoint at all; None: for all."""
    applies = facts.routes.allowed(touchpoint.only, touchpoint.except_)
    if touchpoint.within and DEFAULT not in touchpoint.within:
        named = facts.routes.allowed(tuple(touchpoint.within), ())
        applies = _both(applies, named)
    if touchpoint.when:
        history = facts.history
        applies = _both(applies, holding(touchpoint.when, history.attribute, None, history.count))
    return applies


def _both(one: Bools | None, other: Bools | None) -> Bools | None:
    if one is None or other is None:
        return other if one is None else one
    return one & other
