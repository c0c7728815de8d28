"""The engine's one door: what a journey map means for some customers and their events at `now`.

Pure: Arrow tables in, Arrow tables out; the same for one customer or a million, and for any
split of the customers into calls. Reads no clock, no file.
"""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from journeysync.core.engine.anchors import anchors_of
from journeysync.core.engine.answers import expectation_table, move_table, place_table
from journeysync.core.engine.facts import Facts
from journeysync.core.engine.history import History
from journeysync.core.engine.primitives import NEVER, Ints, least_per
from journeysync.core.engine.statuses import Judge, Judged
from journeysync.core.engine.windows import repeated, single
from journeysync.core.language.model import Journey, Touchpoint


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What a map says of some customers at one instant."""

    places: pa.Table
    """One row per customer: where they stand."""
    moves: pa.Table
    """Every move, by customer and in order."""
    expectations: pa.Table
    """Every expectation, touchpoint by touchpoint in map order, then by customer."""
    next_change: pa.Int64Array
    """Per customer the first instant after `now` at which the answer may differ without a new
    event; null where it never will. May be early, is never late."""


def sort_events(events: pa.Table) -> pa.Table:
    """Bring events into event order: by customer, instant, id."""
    return events.sort_by([("customer", "ascending"), ("at", "ascending"), ("id", "ascending")])


def evaluate(
    journey: Journey,
    customers: pa.Table,
    events: pa.Table,
    *,
    now: int,
    tools: Collection[str] | None = None,
) -> Evaluation:
    """Evaluate a map for customers and their events.

    `customers`: a row per customer; text columns `attr.NAME`. `events`, as `sort_events` sorts
    them: `customer` (row number), `at` (microseconds), `id`, and the texts `person`, `kind`,
    `tool`, `subject_type`, `subject_id`, `attr.NAME`, plain or as dictionaries; null and empty
    mean absent, and so does a missing column.
    `tools` names all tools of the run, which `same` must tell from ids; those that occur in these
    events are known anyway, so it matters where a run is split into several calls.
    Raises ValueError where events are out of order.
    """
    history = History(customers, events, now, frozenset(tools or ()))
    facts = Facts.find(journey, history)
    changes = np.minimum(history.next_future, _silence_and_targets(facts))
    judged = []
    for touchpoint in journey.touchpoints:
        answers, soonest = _judge(touchpoint, facts)
        judged.append(answers)
        changes = np.minimum(changes, soonest)
    changes[changes <= now] = NEVER
    return Evaluation(
        places=place_table(facts),
        moves=move_table(facts),
        expectations=expectation_table(journey, facts, judged),
        next_change=pa.array(changes, pa.int64(), mask=changes == NEVER),
    )


def _judge(touchpoint: Touchpoint, facts: Facts) -> tuple[Judged, Ints]:
    """Judge one touchpoint; and say when time alone next changes that, per customer."""
    count = facts.history.count
    anchors = anchors_of(touchpoint, facts)
    judge = Judge(touchpoint, facts)
    if touchpoint.every is None:
        judged = judge.judge(single(touchpoint, anchors, facts))
        soonest = np.full(count, NEVER, dtype=np.int64)
    else:
        windows, customer, opening = repeated(touchpoint, anchors, facts)
        judged = judge.judge(windows)
        soonest = least_per(customer, opening, count)
    some = np.flatnonzero(judged.changes != NEVER)
    own = least_per(judged.windows.anchors.customer[some], judged.changes[some], count)
    return judged, np.minimum(soonest, own)


def _silence_and_targets(facts: Facts) -> Ints:
    """Find when a silence may be long enough, or a stage is overstayed, after `now`."""
    count, moves = facts.history.count, facts.moves
    changes = least_per(*facts.silences.coming, count)
    there = np.flatnonzero(moves.last >= 0)
    last = moves.last[there]
    for target in facts.journey.targets:
        if target.from_ is None or target.within is None:
            continue
        staying = np.flatnonzero(moves.place[last] == facts.number[target.from_])
        overstayed = facts.clock.add(moves.at[last[staying]], target.within) + 1
        overstayed[overstayed <= facts.history.now] = NEVER
        changes = np.minimum(changes, least_per(there[staying], overstayed, count))
    return changes
