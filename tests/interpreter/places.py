"""Places, states and routes: LANGUAGE section 5, sentence by sentence.

Quotations are from LANGUAGE.md. Every event given here lies at or before `now`.
"""

# ruff: noqa: ERA001 - quotations from the language look like code

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from interpreter.days import Days
from interpreter.patterns import hold, matching
from journeysync.core.language.model import Exit, Journey, Stage, State
from journeysync.core.models import Event, Scalar

Spell = tuple[datetime, datetime | None]
"""From the first instant on; off at the second. None: until further notice."""


@dataclass(frozen=True, slots=True)
class Move:
    """A move and the event that caused it, None where time alone did."""

    at: datetime
    place: str
    previous: str
    event: Event | None


def route_of(
    journey: Journey, attributes: Mapping[str, Scalar], past: Sequence[Event], days: Days
) -> str:
    """Choose the customer's route.

    "A customer's route is the first whose `when` conditions all hold and, where `having` is given,
    whose history up to `now` holds an event matching it." - "otherwise the route `default`"
    """
    for route in journey.routes:
        if not hold(route.when, attributes):
            continue
        if route.having and not matching(route.having, past, days):
            continue
        return route.id
    return "default"


def on_route(route: str, only: Sequence[str], except_: Sequence[str]) -> bool:
    """Tell whether something with `only` and `except` is there for customers of this route."""
    return (not only or route in only) and route not in except_


def spells(state: State, past: Sequence[Event], days: Days) -> list[Spell]:
    """Return when a state was on.

    "A state is on from an event matching `from` until the next event matching `to` (an event that
    matches both: on)."
    """
    switching_on = matching(state.from_, past, days)
    switching_off = matching(state.to, past, days)
    found: list[Spell] = []
    since: datetime | None = None
    for event in past:
        if event in switching_on:
            if since is None:
                since = event.at
        elif event in switching_off and since is not None:
            found.append((since, event.at))
            since = None
    if since is not None:
        found.append((since, None))
    return lasting(found)


def lasting(found: Sequence[Spell]) -> list[Spell]:
    """Leave out what lasted no time: "on for no time is not on at all"."""
    return [(start, end) for start, end in found if end is None or start < end]


def on_at(found: Sequence[Spell], at: datetime) -> bool:
    """Look at one instant: "Half-open: on at the first instant, off at the second"."""
    return any(start <= at and (end is None or at < end) for start, end in found)


def stays(moves: Sequence[Move]) -> list[tuple[str, Spell]]:
    """Return the places stood in, with when: "half-open in the same way"."""
    found = []
    for number, move in enumerate(moves):
        end = moves[number + 1].at if number + 1 < len(moves) else None
        found += [(move.place, spell) for spell in lasting([(move.at, end)])]
    return found


class Walk:
    """A customer's way through the places of a map, instant by instant."""

    def __init__(
        self,
        journey: Journey,
        route: str,
        past: Sequence[Event],
        days: Days,
        states: Mapping[str, Sequence[Spell]],
    ) -> None:
        # "Stages and exits may carry `only`/`except` too."
        self.stages = [one for one in journey.stages if on_route(route, one.only, one.except_)]
        self.exits = [one for one in journey.exits if on_route(route, one.only, one.except_)]
        self.order = [stage.id for stage in journey.stages]
        self.past = past
        self.days = days
        self.states = states
        # "The customer starts outside the path."
        self.place = ""
        self.moves: list[Move] = []

    def go(self, now: datetime) -> list[Move]:
        """Walk up to `now`."""
        entering = self._where(self._entered_by)
        reaching = self._where(self._reached_by)
        silences = self._silences(now)
        instants = {event.at for event in self.past} | {at for at, _ in silences}
        for instant in sorted(instants):
            # "For each event in order" - "Events at that very instant come first"
            for event in self.past:
                if event.at == instant:
                    self._take(event, entering[event], reaching[event])
            # "of several such exits at one instant, in map order"
            for exit_ in self.exits:
                if (instant, exit_.id) in silences:
                    self._silent(instant, exit_)
        return self.moves

    def _entered_by(self, place: Stage | Exit) -> list[Event]:
        return matching(place.entered_by, self.past, self.days)

    def _reached_by(self, place: Stage | Exit) -> list[Event]:
        if isinstance(place, Exit):
            return []
        return matching(place.reached_by, self.past, self.days)

    def _where(self, hits: Callable[[Stage | Exit], list[Event]]) -> "_Targets":
        places: list[Stage | Exit] = [*self.stages, *self.exits]
        return _Targets([(place, hits(place)) for place in places])

    def _take(
        self, event: Event, entered: Sequence[Stage | Exit], reached: Sequence[Stage | Exit]
    ) -> None:
        if entered:
            # 1. "it matches `entered_by` of one or more places: the customer moves to the first
            # such exit in the map, or, where there is none, to the latest such stage, whatever
            # came before. If they stand there already nothing moves, and rule 2 is not tried;"
            exits = [place for place in entered if isinstance(place, Exit)]
            self._move(exits[0].id if exits else entered[-1].id, event.at, event)
        elif reached:
            # 2. "else it matches `reached_by` of one or more stages: the customer moves to the
            # latest of them if they are outside the path, in an exit, or in an earlier stage;"
            latest = reached[-1].id
            if self.place not in self.order or self.order.index(self.place) < self.order.index(
                latest
            ):
                self._move(latest, event.at, event)
        # 3. "else nothing moves."

    def _move(self, place: str, at: datetime, event: Event | None) -> None:
        if place != self.place:
            # "Each move records the place, the previous place, the instant, and the event that
            # caused it (none where time alone did)." - "An event that matches the present place
            # again does not renew it."
            self.moves.append(Move(at, place, self.place, event))
            self.place = place

    def _silences(self, now: datetime) -> set[tuple[datetime, str]]:
        """Find when silence would lead where, whatever the place and the states are then."""
        found = set()
        for exit_ in self.exits:
            if exit_.quiet_for is None:
                continue
            # "T is the instant of an event that matches `of` (default: every kind but
            # `person.created`)"
            signs = (
                matching(exit_.of, self.past, self.days)
                if exit_.of
                else [event for event in self.past if event.kind != "person.created"]
            )
            for sign in signs:
                ends = self.days.later(sign.at, exit_.quiet_for)
                # "no such event lies in (T, T + D], T + D <= `now`"
                if not any(sign.at < other.at <= ends for other in signs) and ends <= now:
                    found.add((ends, exit_.id))
        return found

    def _silent(self, at: datetime, exit_: Exit) -> None:
        # "the place at that moment is one of `from` (default: any stage; never from outside or
        # from another exit unless named), and none of `suppressed_while` is on"
        leads_from = exit_.from_ or tuple(self.order)
        suppressed = any(on_at(self.states[state], at) for state in exit_.suppressed_while)
        if self.place in leads_from and not suppressed:
            self._move(exit_.id, at, None)


class _Targets:
    """Which places an event leads to, in the order of the map."""

    def __init__(self, hits: Sequence[tuple[Stage | Exit, list[Event]]]) -> None:
        self._hits = hits

    def __getitem__(self, event: Event) -> list[Stage | Exit]:
        return [place for place, events in self._hits if event in events]
