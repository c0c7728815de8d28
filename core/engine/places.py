"""Places: where each customer stands, how they came there and because of what.

Every event that can move a customer, and every silence that may, is an operation: a small table
place -> place. The tables are applied one position after the other for all customers at once, so
that what depends on the place before stays exact and vectorised.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from journeysync.core.engine.history import History
from journeysync.core.engine.patterns import Matches
from journeysync.core.engine.primitives import Ints, Line, Timeline, first_of_run, starts_of
from journeysync.core.engine.routes import Routes
from journeysync.core.engine.silence import Silences
from journeysync.core.engine.steps import Codes, apply_in_turn, without_effect
from journeysync.core.language.model import Journey

OUTSIDE = 0
"""Places count from 1: stages in path order, then exits in map order."""


@dataclass(frozen=True)
class Moves:
    """Every move, in the order of customers and of their events."""

    customer: Ints
    at: Ints
    place: Ints
    previous: Ints
    row: Ints
    """The event that caused it; -1: time alone."""
    customers: int

    @cached_property
    def last(self) -> Ints:
        """Each customer's last move; -1 for who never moved."""
        starts = starts_of(self.customer, self.customers)
        return np.where(np.diff(starts) > 0, starts[1:] - 1, -1)

    def standing_in(self, places: frozenset[int]) -> Timeline:
        """Say when customers stand in any of some places."""
        chosen = np.isin(np.arange(int(self.place.max(initial=0)) + 1), list(places))
        return Timeline.of(self.customer, self.at, chosen[self.place], self.customers)


@dataclass(frozen=True, slots=True)
class _Operations:
    """What may move customers, in order."""

    customer: Ints
    at: Ints
    row: Ints
    code: Codes

    def __getitem__(self, chosen: Ints) -> "_Operations":
        return _Operations(
            self.customer[chosen], self.at[chosen], self.row[chosen], self.code[chosen]
        )


def numbers_of(journey: Journey) -> dict[str, int]:
    """Number a map's places."""
    return {place.id: number for number, place in enumerate(journey.places, start=1)}


def walk(
    journey: Journey, history: History, matches: Matches, routes: Routes, silences: Silences
) -> Moves:
    """Lead every customer through the map."""
    number = numbers_of(journey)
    table = _table(journey, number)
    code = _event_codes(journey, number, history, matches, routes)
    rows = np.flatnonzero(code)
    events = _Operations(history.customer[rows], history.at[rows], rows, code[rows])
    operations = _with_silences(events, silences, 2 * len(number), history.count)
    for _ in range(2):  # what the first pass leaves side by side, the second takes away
        idle = without_effect(operations.customer, operations.code, table)
        operations = operations[np.flatnonzero(~idle)]
    after = apply_in_turn(operations.customer, operations.code, table, history.count)
    before = np.empty_like(after)
    before[1:] = after[:-1]
    before[first_of_run(operations.customer)] = OUTSIDE
    moved = np.flatnonzero(after != before)
    done = operations[moved]
    previous = before[moved].astype(np.int64)
    return Moves(
        done.customer, done.at, after[moved].astype(np.int64), previous, done.row, history.count
    )


# Codes: 0 nothing; 1..P move into a place; P+1..2P reach a stage; 2P+1.. one silent exit each.


def _table(journey: Journey, number: Mapping[str, int]) -> Codes:
    """Say for each operation code and place to which place it leads."""
    places, stages = len(number), len(journey.stages)
    stay = np.arange(places + 1).astype(np.uint16)
    table = np.tile(stay, (1 + 2 * places + len(journey.exits), 1))
    for place in range(1, places + 1):
        table[place] = place
        reach = table[places + place]
        reach[(stay < place) | (stay > stages)] = place
    for order, exit_ in enumerate(journey.exits, start=1):
        leaving = [number[one] for one in exit_.from_] or list(range(1, stages + 1))
        table[2 * places + order, leaving] = number[exit_.id]
    return table


def _event_codes(
    journey: Journey, number: Mapping[str, int], history: History, matches: Matches, routes: Routes
) -> Codes:
    """Find for each event what it does; what is written later counts more."""
    code = np.zeros(history.size, dtype=np.uint16)
    for stage in journey.stages:
        rows = routes.existing(stage, matches.now(stage.reached_by), history)
        code[rows] = len(number) + number[stage.id]
    for place in (*journey.stages, *reversed(journey.exits)):
        rows = routes.existing(place, matches.now(place.entered_by), history)
        code[rows] = number[place.id]
    return code


def _with_silences(
    events: _Operations, silences: Silences, before: int, customers: int
) -> _Operations:
    """Put the silences among the events: after those of their instant, in map order."""
    if not len(silences.customer):
        return events
    line = Line.of(events.customer, events.at, customers)
    spot = line.first(silences.customer, silences.at, later=True)
    return _Operations(
        np.insert(events.customer, spot, silences.customer),
        np.insert(events.at, spot, silences.at),
        np.insert(events.row, spot, -1),
        np.insert(events.code, spot, (before + silences.exit).astype(np.uint16)),
    )
