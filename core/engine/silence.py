"""Silence: when a customer gave no sign of life for as long as an exit asks.

Whether that moves them depends on where they stand, which is not known here.
"""

from dataclasses import dataclass

import numpy as np

from journeysync.core.engine.calendar import Clock
from journeysync.core.engine.durations import shortest
from journeysync.core.engine.history import History
from journeysync.core.engine.patterns import Matches
from journeysync.core.engine.primitives import NEVER, Bools, Ints, last_of_instant
from journeysync.core.engine.routes import Routes
from journeysync.core.engine.states import States
from journeysync.core.language.model import Exit, Journey


@dataclass(frozen=True, slots=True)
class Silences:
    """Every silence that was long enough, by customer and instant, in map order."""

    customer: Ints
    at: Ints
    """When it had lasted long enough."""
    exit: Ints
    """The exit it may lead to: 1 for the map's first."""
    coming: tuple[Ints, Ints]
    """Customers and the instants after `now` at which a silence will have lasted long enough."""


def silences_of(
    journey: Journey,
    history: History,
    matches: Matches,
    states: States,
    routes: Routes,
    clock: Clock,
) -> Silences:
    """Find the silences of all exits."""
    empty = np.empty(0, dtype=np.int64)
    customer, at, number = [empty], [empty], [empty]
    coming_customer, coming_at = [empty], [empty]
    for order, exit_ in enumerate(journey.exits, start=1):
        if exit_.quiet_for is None:
            continue
        rows = routes.existing(exit_, matches.life(exit_.of), history)
        who, ends = _quiet_ends(exit_, history, rows, clock)
        past = ends <= history.now
        coming_customer.append(who[~past])
        coming_at.append(ends[~past])
        who, ends = who[past], ends[past]
        free = _unsuppressed(exit_, who, ends, states)
        customer.append(who[free])
        at.append(ends[free])
        number.append(np.full(np.count_nonzero(free), order))
    found = np.concatenate(customer), np.concatenate(at), np.concatenate(number)
    sorted_ = np.lexsort(found[::-1])
    coming = np.concatenate(coming_customer), np.concatenate(coming_at)
    return Silences(found[0][sorted_], found[1][sorted_], found[2][sorted_], coming)


def _quiet_ends(exit_: Exit, history: History, rows: Ints, clock: Clock) -> tuple[Ints, Ints]:
    """Find where signs of life are followed by none for long enough, `now` aside."""
    assert exit_.quiet_for is not None
    customer, at = history.customer[rows], history.at[rows]
    until = np.full(len(rows), NEVER, dtype=np.int64)
    same = customer[1:] == customer[:-1]
    until[:-1][same] = at[1:][same]
    # Few gaps are long: the calendar is asked about those only.
    wide = last_of_instant(customer, at) & (at < until - shortest(exit_.quiet_for))
    customer, at, until = customer[wide], at[wide], until[wide]
    ends = clock.add(at, exit_.quiet_for)
    quiet = ends < until
    return customer[quiet], ends[quiet]


def _unsuppressed(exit_: Exit, customer: Ints, at: Ints, states: States) -> Bools:
    free = np.ones(len(customer), dtype=np.bool_)
    for state in exit_.suppressed_while:
        timeline = states.timeline(state)
        if timeline.ever:
            free &= ~timeline.on_at(customer, at)
    return free
