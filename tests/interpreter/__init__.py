"""A small, slow, obvious interpreter of journey maps, written from LANGUAGE.md alone.

It is the second opinion on `journeysync.core.engine`: lists, loops and datetimes, one customer at
a time, each sentence of the language quoted where it is done. It must never import the engine, and
it must never be made fast or clever: its worth is that a reader can check it against the text.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from interpreter.days import Days
from interpreter.places import Move, Walk, route_of, spells
from interpreter.rows import Answer, ExpectationRow, MoveRow, PlaceRow
from interpreter.touchpoints import Life, expectations
from journeysync.core.language.model import Journey
from journeysync.core.models import Event, Scalar

__all__ = ["Answer", "Days", "ExpectationRow", "MoveRow", "PlaceRow", "interpret"]


def interpret(
    journey: Journey,
    attributes: Mapping[str, Scalar],
    events: Iterable[Event],
    *,
    now: datetime,
    tools: Collection[str] = (),
) -> Answer:
    """Say what a map means for one customer at `now`.

    `tools` are the tools of the whole run, where this customer's events do not show them all.
    """
    days = Days(journey.calendar)
    # "A customer's events are taken by (`at`, `id`)." Python compares texts by code point.
    # Section 2: "Two events of one id are one".
    distinct = {event.id: event for event in events}
    everything = sorted(distinct.values(), key=lambda event: (event.at, event.id))
    # "Events later than `now` are used only for the anchors of `before` ... and for their
    # openings, and nowhere else."
    past = [event for event in everything if event.at <= now]
    route = route_of(journey, attributes, past, days)
    states = {state.id: spells(state, past, days) for state in journey.states}
    moves = Walk(journey, route, past, days, states).go(now)
    life = Life(
        journey,
        attributes,
        now,
        days,
        route,
        past,
        everything,
        moves,
        states,
        frozenset(tools) | {event.tool for event in everything},
    )
    return Answer(
        _place(journey, route, moves),
        tuple(MoveRow(one.at, one.place, one.previous, _id(one.event)) for one in moves),
        tuple(row for touchpoint in journey.touchpoints for row in expectations(life, touchpoint)),
    )


def _place(journey: Journey, route: str, moves: list[Move]) -> PlaceRow:
    if not moves:
        return PlaceRow(route, "", "", None, "", "")
    # "`since` is the instant of the last move."
    last = moves[-1]
    kind = "stage" if last.place in {stage.id for stage in journey.stages} else "exit"
    return PlaceRow(route, last.place, kind, last.at, last.previous, _id(last.event))


def _id(event: Event | None) -> str:
    return event.id if event else ""
