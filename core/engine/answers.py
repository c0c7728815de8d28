"""The engine's answers as Arrow tables; texts that repeat are dictionaries."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from journeysync.core.engine.facts import Facts
from journeysync.core.engine.primitives import Ints, values_at
from journeysync.core.engine.statuses import STATUSES, Judged
from journeysync.core.language.model import Journey


def place_table(facts: Facts) -> pa.Table:
    """Say where each customer stands, since when and because of what."""
    moves, last = facts.moves, facts.moves.last
    names = _place_names(facts)
    stages = len(facts.journey.stages)
    place = values_at(moves.place, last, 0)
    kind = np.where(place == 0, 0, np.where(place <= stages, 1, 2))
    return pa.table(
        {
            "customer": pa.array(np.arange(facts.history.count, dtype=np.int32)),
            "route": coded(facts.routes.of, facts.routes.names),
            "place": coded(place, names),
            "kind": coded(kind, ("", "stage", "exit")),
            "since": pa.array(values_at(moves.at, last, 0), mask=last < 0),
            "previous": coded(values_at(moves.previous, last, 0), names),
            "evidence_row": pa.array(values_at(moves.row, last, -1)),
        }
    )


def move_table(facts: Facts) -> pa.Table:
    """List every move."""
    moves, names = facts.moves, _place_names(facts)
    return pa.table(
        {
            "customer": pa.array(moves.customer.astype(np.int32)),
            "at": pa.array(moves.at),
            "place": coded(moves.place, names),
            "previous": coded(moves.previous, names),
            "evidence_row": pa.array(moves.row),
        }
    )


def expectation_table(journey: Journey, facts: Facts, judged: Sequence[Judged]) -> pa.Table:
    """List every expectation."""
    touchpoints = journey.touchpoints
    sizes = [len(one.status) for one in judged]
    number = np.repeat(np.arange(len(judged)), sizes)
    # Where time alone moved a customer, the anchor is known by its place.
    entered = np.array([
        0 if one.entering is None else facts.number[one.entering] for one in touchpoints
    ], dtype=np.int64)  # fmt: skip
    satisfied = _joined([one.satisfied_row for one in judged])
    return pa.table(
        {
            "customer": pa.array(
                _joined([one.windows.anchors.customer for one in judged]).astype(np.int32)
            ),
            "touchpoint": coded(number, [one.id for one in touchpoints]),
            "anchor_row": pa.array(_joined([one.windows.anchors.row for one in judged])),
            "anchor_place": coded(entered[number], _place_names(facts)),
            "anchor_at": pa.array(_joined([one.windows.anchors.at for one in judged])),
            "k": pa.array(_joined([one.windows.k for one in judged]).astype(np.int32)),
            "opens": pa.array(_joined([one.windows.opens for one in judged])),
            "deadline": pa.array(_joined([one.windows.deadline for one in judged])),
            "status": coded(_joined([one.status for one in judged]), STATUSES),
            "satisfied_at": pa.array(values_at(facts.history.at, satisfied, 0), mask=satisfied < 0),
            "satisfied_row": pa.array(satisfied),
            "actionable": pa.array(_joined([one.actionable for one in judged]).astype(np.bool_)),
        }
    )


def _place_names(facts: Facts) -> tuple[str, ...]:
    return ("", *facts.number)


def _joined(parts: Sequence[NDArray[Any]]) -> Ints:
    return np.concatenate([np.empty(0, dtype=np.int64), *parts])


def coded(codes: NDArray[Any], names: Sequence[str]) -> "pa.DictionaryArray[Any, Any]":
    """Return texts that repeat: each row's position among the names, and the names."""
    small = np.int8 if len(names) < 2**7 else np.int32
    return pa.DictionaryArray.from_arrays(
        pa.array(codes.astype(small)), pa.array(names, pa.string())
    )
