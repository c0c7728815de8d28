"""What one journey map makes of one history: everything the touchpoints are judged by.

Each part is found once, however many touchpoints ask for it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from journeysync.core.engine.calendar import Clock
from journeysync.core.engine.history import History
from journeysync.core.engine.patterns import Matches
from journeysync.core.engine.places import Moves, numbers_of, walk
from journeysync.core.engine.primitives import NEVER, Ints, Line, Timeline, values_at
from journeysync.core.engine.records import Records, Segments
from journeysync.core.engine.routes import Routes
from journeysync.core.engine.silence import Silences, silences_of
from journeysync.core.engine.states import States
from journeysync.core.language.model import Journey, Patterns


@dataclass(frozen=True, slots=True)
class Trail:
    """Some events laid out by segment, in which the first after an instant is looked for."""

    line: Line
    rows: Ints

    @classmethod
    def of(cls, history: History, segments: Segments, rows: Ints) -> "Trail":
        """Lay out the events that belong to a segment."""
        segment = segments.of[rows]
        if segments.of is not history.customer:
            order = np.argsort(segment, kind="stable")
            order = order[np.searchsorted(segment[order], 0) :]
            rows, segment = rows[order], segment[order]
        return cls(Line.of(segment, history.at[rows], segments.count), rows)

    def first(self, segment: Ints, instant: Ints, own: Ints, *, later: bool) -> Ints:
        """Return the first event at or after (`later`: after) the instant but the own one; or -1.

        `own` holds the event that no answer may be: the anchor's.
        """
        if not len(self.rows):
            return np.full(len(segment), -1, dtype=np.int64)
        spot = self.line.first(segment, instant, later=later)
        spot += np.take(self.rows, spot, mode="clip") == own
        found = np.take(self.rows, spot, mode="clip")
        found[spot >= self.line.ends(segment)] = -1
        return found


@dataclass(frozen=True)
class Facts:
    """The history under the map's eyes."""

    journey: Journey
    history: History
    clock: Clock
    matches: Matches
    states: States
    routes: Routes
    records: Records
    number: Mapping[str, int]
    """Each place's number in `moves`."""
    silences: Silences
    moves: Moves
    _standing: dict[frozenset[int], Timeline] = field(default_factory=dict)
    _trails: dict[tuple[str | None, ...], Trail] = field(default_factory=dict)

    @classmethod
    def find(cls, journey: Journey, history: History) -> "Facts":
        """Find routes, states and places."""
        clock = Clock.of(journey.calendar)
        matches = Matches(history, clock)
        states = States(journey, history, matches)
        routes = Routes.find(journey, history, matches)
        silences = silences_of(journey, history, matches, states, routes, clock)
        moves = walk(journey, history, matches, routes, silences)
        records = Records(history)
        number = numbers_of(journey)
        return cls(
            journey, history, clock, matches, states, routes, records, number, silences, moves
        )

    def standing_in(self, places: tuple[str, ...]) -> Timeline:
        """Say when customers stand in any of some places."""
        numbers = frozenset(self.number[place] for place in places)
        if numbers not in self._standing:
            self._standing[numbers] = self.moves.standing_in(numbers)
        return self._standing[numbers]

    def trail(self, patterns: Patterns, same: str | None) -> Trail:
        """Lay out the events up to `now` that match, by customer or as `same` asks."""
        key = (*(pattern.model_dump_json() for pattern in patterns), same)
        if key not in self._trails:
            rows = self.matches.now(patterns)
            self._trails[key] = Trail.of(self.history, self.records.segments(same), rows)
        return self._trails[key]

    def at_of(self, rows: Ints) -> Ints:
        """Return the instants of events, `NEVER` for -1."""
        return values_at(self.history.at, rows, NEVER)
