"""Places: where each customer stands, how they came there and because of what.

Every event that can move a customer, and every silence that may, is an operation: a small table
place -> place. The tables are applied one position after the other for all customers at once, so
that what depends on the place before stays exact and vectorised.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from journeysync.core.engine.calendar import Clock
from journeysync.core.engine.durations import shortest
from journeysync.core.engine.history import History
from journeysync.core.engine.patterns import Matches
from journeysync.core.engine.primitives import Bools, Ints, Line, Timeline, last_of_instant
from journeysync.core.engine.routes import Routes
from journeysync.core.engine.states import States
from journeysync.core.engine.steps import Codes, apply_in_turn, without_effect
from journeysync.core.language.model import Exit, Journey

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
    def starts(self) -> Ints:
        """Where each customer's moves start."""
        return Line.of(self.customer, self.at, self.customers).starts

    @cached_property
    def last(self) -> Ints:
        """Each customer's last move; -1 for who never moved."""
        return np.where(np.diff(self.starts) > 0, self.starts[1:] - 1, -1)

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


class Places:
    """The places of one map, applied to one history."""

    def __init__(
        self,
        journey: Journey,
        history: History,
        matches: Matches,
        states: States,
        routes: Routes,
        clock: Clock,
    ) -> None:
        self._journey = journey
        self._history = history
        self._matches = matches
        self._states = states
        self._routes = routes
        self._clock = clock
        self.number = {place.id: 1 + n for n, place in enumerate(journey.places)}
        self.next_silence = np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
        """Customers and the instants after `now` at which a silence will be long enough."""

    def moves(self) -> Moves:
        """Walk every customer through the map."""
        operations = self._operations()
        table = self._table()
        after = apply_in_turn(operations.customer, operations.code, table, self._history.count)
        before = np.empty_like(after)
        before[1:] = after[:-1]
        if len(before):
            before[0] = OUTSIDE
            before[1:][operations.customer[1:] != operations.customer[:-1]] = OUTSIDE
        moved = np.flatnonzero(after != before)
        return Moves(
            operations.customer[moved],
            operations.at[moved],
            after[moved].astype(np.int64),
            before[moved].astype(np.int64),
            operations.row[moved],
            self._history.count,
        )

    # --- what an operation does -----------------------------------------------------------------
    # Codes: 0 nothing; 1..P move into a place; P+1..2P reach a stage; 2P+1.. fall silent.

    def _table(self) -> Codes:
        """Say for each operation code and place to which place it leads."""
        journey, number = self._journey, self.number
        places = len(number)
        stay = np.arange(places + 1).astype(np.uint16)
        table = np.tile(stay, (1 + 2 * places + len(journey.exits), 1))
        stages = len(journey.stages)
        for place in range(1, places + 1):
            table[place] = place
            reach = table[places + place]
            reach[(stay < place) | (stay > stages)] = place
        for order, exit_ in enumerate(journey.exits):
            leaving = [number[one] for one in exit_.from_] or list(range(1, stages + 1))
            table[1 + 2 * places + order, leaving] = number[exit_.id]
        return table

    def _operations(self) -> _Operations:
        history = self._history
        code = self._event_codes()
        rows = np.flatnonzero(code)
        events = _Operations(history.customer[rows], history.at[rows], rows, code[rows])
        merged = self._with_silences(events)
        table = self._table()
        for _ in range(2):  # what the first pass leaves side by side, the second takes away
            kept = np.flatnonzero(~without_effect(merged.customer, merged.code, table))
            merged = _Operations(
                merged.customer[kept], merged.at[kept], merged.row[kept], merged.code[kept]
            )
        return merged

    def _event_codes(self) -> Codes:
        """Find for each event what it does; what is written later counts more."""
        journey, number = self._journey, self.number
        code = np.zeros(self._history.size, dtype=np.uint16)
        for stage in journey.stages:
            rows = self._existing(self._matches.now(stage.reached_by), stage.only, stage.except_)
            code[rows] = len(number) + number[stage.id]
        for place in (*journey.stages, *reversed(journey.exits)):
            rows = self._existing(self._matches.now(place.entered_by), place.only, place.except_)
            code[rows] = number[place.id]
        return code

    def _existing(self, rows: Ints, only: tuple[str, ...], but: tuple[str, ...]) -> Ints:
        """Leave out the rows of customers on whose route the place does not exist."""
        allowed = self._routes.allowed(only, but)
        return rows if allowed is None else rows[allowed[self._history.customer[rows]]]

    # --- silence ----------------------------------------------------------------------------------

    def _with_silences(self, events: _Operations) -> _Operations:
        """Put the candidate silences among the events: after those of their instant."""
        customer, at, code = self._silences()
        if not len(customer):
            return events
        order = np.lexsort((code, at, customer))
        customer, at, code = customer[order], at[order], code[order]
        line = Line.of(events.customer, events.at, self._history.count)
        spot = line.first(customer, at, later=True)
        return _Operations(
            np.insert(events.customer, spot, customer),
            np.insert(events.at, spot, at),
            np.insert(events.row, spot, -1),
            np.insert(events.code, spot, code.astype(np.uint16)),
        )

    def _silences(self) -> tuple[Ints, Ints, Ints]:
        """Find every silence that was long enough: customers, instants, operation codes."""
        found = []
        coming = []
        for order, exit_ in enumerate(self._journey.exits):
            if exit_.quiet_for is None:
                continue
            customer, ends = self._quiet_ends(exit_)
            past = ends <= self._history.now
            coming.append((customer[~past], ends[~past]))
            customer, ends = customer[past], ends[past]
            kept = self._unsuppressed(exit_, customer, ends)
            customer, ends = customer[kept], ends[kept]
            code = np.full(len(ends), 1 + 2 * len(self.number) + order, dtype=np.int64)
            found.append((customer, ends, code))
        nothing = np.empty(0, dtype=np.int64)
        if not found:
            return nothing, nothing, nothing
        self.next_silence = _joined(coming, 0), _joined(coming, 1)
        return _joined(found, 0), _joined(found, 1), _joined(found, 2)

    def _quiet_ends(self, exit_: Exit) -> tuple[Ints, Ints]:
        """Find where signs of life are followed by none for long enough, `now` aside."""
        history = self._history
        assert exit_.quiet_for is not None
        rows = self._existing(self._matches.life(exit_.of), exit_.only, exit_.except_)
        customer, at = history.customer[rows], history.at[rows]
        until = np.full(len(rows), np.iinfo(np.int64).max, dtype=np.int64)
        same = customer[1:] == customer[:-1]
        until[:-1][same] = at[1:][same]
        # Few gaps are long: the calendar is asked about those only.
        wide = last_of_instant(customer, at) & (at < until - shortest(exit_.quiet_for))
        customer, at, until = customer[wide], at[wide], until[wide]
        ends = self._clock.add(at, exit_.quiet_for)
        quiet = ends < until
        return customer[quiet], ends[quiet]

    def _unsuppressed(self, exit_: Exit, customer: Ints, at: Ints) -> Bools:
        kept = np.ones(len(customer), dtype=np.bool_)
        for state in exit_.suppressed_while:
            timeline = self._states.timeline(state)
            if timeline.ever:
                kept &= ~timeline.on_at(customer, at)
        return kept


def _joined(parts: Sequence[tuple[Ints, ...]], which: int) -> Ints:
    return np.concatenate([part[which] for part in parts])
