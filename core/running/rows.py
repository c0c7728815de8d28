"""An evaluation as rows of text: the columns and the order that other programs rely on.

Rows are sorted by all columns from the left as text. Customers come in the order of their names,
so a batch of them is sorted on its own, and by numbers that stand for the order of texts wherever
that spares comparing the texts themselves.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from journeysync.core.engine.evaluate import Evaluation
from journeysync.core.instant_columns import iso_texts
from journeysync.core.texts import Column, Flags, Ints, concat, flags, pc, take, take_or_null

COLUMNS: dict[str, tuple[str, ...]] = {
    "places": (
        "customer", "people", "journey", "route", "place", "kind", "since", "previous", "evidence",
    ),
    "moves": ("customer", "journey", "at", "place", "previous", "evidence"),
    "expectations": (
        "customer", "journey", "touchpoint", "anchor", "k", "opens", "deadline", "status",
        "satisfied_at", "satisfied_by", "actionable",
    ),
}  # fmt: skip
"""The tables and their columns, all text. Texts that repeat may be dictionaries."""


def rows_of(
    journey: str, found: Evaluation, names: Column, people: Column, ids: Column
) -> dict[str, "pa.Table"]:
    """Write out the answers for some customers.

    `names` and `people` say how each customer is called and whom it holds, `ids` the events.
    """
    return {
        "places": _places(journey, found.places, names, people, ids),
        "moves": _moves(journey, found.moves, names, ids),
        "expectations": _expectations(journey, found.expectations, names, ids),
    }


def _places(
    journey: str, places: "pa.Table", names: Column, people: Column, ids: Column
) -> "pa.Table":
    since = places.column("since")
    return _table(
        "places",
        [
            names,
            people,
            _constant(journey, len(names)),
            *(places.column(name).combine_chunks() for name in ("route", "place", "kind")),
            iso_texts(_ints(pc.fill_null(since, 0)), flags(pc.is_null(since))),
            places.column("previous").combine_chunks(),
            _by_row(ids, _ints(places.column("evidence_row"))),
        ],
    )


def _moves(journey: str, moves: "pa.Table", names: Column, ids: Column) -> "pa.Table":
    customer, at = _ints(moves.column("customer")), _ints(moves.column("at"))
    row = _ints(moves.column("evidence_row"))
    order = _move_order(moves, customer, at, row)
    return _table(
        "moves",
        [
            _named(names, customer[order]),
            _constant(journey, len(order)),
            iso_texts(at[order]),
            *(_codes(moves, name, order) for name in ("place", "previous")),
            _by_row(ids, row[order]),
        ],
    )


def _move_order(moves: "pa.Table", customer: Ints, at: Ints, row: Ints) -> Ints:
    """Sort moves, which come in their order, where one customer made several at one instant."""
    order = np.arange(len(row))
    new = np.ones(len(row) + 1, dtype=bool)
    new[1:-1] = (customer[1:] != customer[:-1]) | (at[1:] != at[:-1])
    tied = np.flatnonzero(~new[:-1] | ~new[1:])
    if len(tied):
        place, previous = _ranks(moves, "place")[tied], _ranks(moves, "previous")[tied]
        run = np.cumsum(new)[tied]
        order[tied] = tied[np.lexsort((row[tied], previous, place, run))]
    return order


def _expectations(journey: str, given: "pa.Table", names: Column, ids: Column) -> "pa.Table":
    anchor = _anchors(given, ids)
    order = _expectation_order(given, anchor)
    customer = _ints(given.column("customer"))[order]
    satisfied = _ints(given.column("satisfied_row"))[order]
    satisfied_at = _ints(pc.fill_null(given.column("satisfied_at"), 0))[order]
    actionable = np.asarray(flags(given.column("actionable")))[order]
    k = _ints(given.column("k"))[order]
    return _table(
        "expectations",
        [
            _named(names, customer),
            _constant(journey, len(order)),
            _codes(given, "touchpoint", order),
            take(anchor, order),
            _dictionary(k, _numbers(k)),
            iso_texts(_ints(given.column("opens"))[order]),
            iso_texts(_ints(given.column("deadline"))[order]),
            _codes(given, "status", order),
            iso_texts(satisfied_at, satisfied < 0),
            _by_row(ids, satisfied),
            _dictionary(actionable, ["false", "true"]),
        ],
    )


def _expectation_order(given: "pa.Table", anchor: Column) -> Ints:
    """Sort by customer, touchpoint, anchor as text, `k` as text.

    Most customers have few anchors per touchpoint: only where there are several are texts compared.
    """
    customer, touchpoint = _ints(given.column("customer")), _ranks(given, "touchpoint")
    k = _ints(given.column("k"))
    k = np.argsort(np.argsort(np.array(_numbers(k), dtype=str)))[k]
    group = customer * (int(touchpoint.max(initial=0)) + 1) + touchpoint
    order = np.argsort(group * (int(k.max(initial=0)) + 1) + k, kind="stable")
    ordered = group[order]
    new = np.append(True, ordered[1:] != ordered[:-1])[: len(order)]
    several = ~new | np.append(~new[1:], False)[: len(order)]
    if not several.any():
        return order
    unsure = order[several]
    run = np.cumsum(new[several])
    ties = pa.table(
        {
            "run": run,
            "anchor": take(anchor, unsure),
            "k": k[unsure],
        }
    )
    keys = [("run", "ascending"), ("anchor", "ascending"), ("k", "ascending")]
    order[several] = unsure[pc.sort_indices(ties, keys).to_numpy()]
    return order


def _numbers(values: Ints) -> list[str]:
    """Write 0, 1, 2... up to the greatest value."""
    return [str(number) for number in range(int(values.max(initial=0)) + 1)]


def _anchors(given: "pa.Table", ids: Column) -> Column:
    """Name anchors: by event, or `PLACE@INSTANT` where time alone moved."""
    row = _ints(given.column("anchor_row"))
    alone = np.flatnonzero(row < 0)
    named = _by_row(ids, row)
    if not len(alone):
        return named
    place = take(given.column("anchor_place").combine_chunks(), alone).cast(pa.string())
    at = iso_texts(_ints(given.column("anchor_at"))[alone])
    moved: Column = pc.binary_join_element_wise(place, at, "@")
    position = np.arange(len(row))
    position[alone] = len(row) + np.arange(len(alone))
    return take(concat([named, moved]), position)


def _by_row(texts: Column, row: Ints) -> Column:
    """Take the texts of rows; empty for row -1."""
    missing: Flags = row < 0
    if not missing.any():
        return take(texts, row)
    filled: Column = pc.fill_null(take_or_null(texts, row, missing), "")
    return filled


def _ints(given: Any) -> Ints:
    numbers: Ints = np.asarray(given.to_numpy()).astype(np.int64, copy=False)
    return numbers


def _ranks(given: "pa.Table", name: str) -> Ints:
    """Say for each row at which place in text order its dictionary text stands."""
    column: Any = given.column(name).combine_chunks()
    words = np.array(column.dictionary.to_pylist(), dtype=object)
    ranks: Ints = np.argsort(np.argsort(words, kind="stable"))[column.indices.to_numpy()]
    return ranks


def _codes(given: "pa.Table", name: str, order: Ints) -> Any:
    """Take rows of a dictionary column, its texts as they are."""
    column: Any = given.column(name).combine_chunks()
    return column.take(pa.array(order))


def _dictionary(codes: Any, texts: Sequence[str]) -> Any:
    numbers: Any = pa.array(codes.astype(np.int32))
    return pa.DictionaryArray.from_arrays(numbers, pa.array(texts, pa.string()))


def _named(names: Column, codes: Ints) -> Any:
    """Repeat names: customers have several rows each."""
    numbers: Any = pa.array(codes.astype(np.int32))
    return pa.DictionaryArray.from_arrays(numbers, names)


def _constant(text: str, count: int) -> Any:
    return _dictionary(np.zeros(count, dtype=np.int32), [text])


def _table(name: str, columns: Sequence[Any]) -> "pa.Table":
    return pa.Table.from_arrays(list(columns), names=list(COLUMNS[name]))
