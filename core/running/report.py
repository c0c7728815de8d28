"""How the journey goes for all customers together: links, punctuality, targets, data health.

Evaluates everybody from the state, in parts; asks no tool and writes nothing.
"""

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection

from journeysync.core.instants import to_micros
from journeysync.core.language.model import Journey
from journeysync.core.measures.links import Link, links
from journeysync.core.measures.rates import Rate, consistency, on_time, on_time_by
from journeysync.core.measures.targets import Attainment, attained
from journeysync.core.running.answers import Setting, evaluate_live
from journeysync.core.running.history import load_history
from journeysync.core.state import runs

_PART = 20_000
"""Customers evaluated at a time."""
_EVENT_COLUMNS = ("at", "kind", "attr.score")


@dataclass(frozen=True, slots=True)
class JourneyReport:
    """One journey's figures."""

    journey: Journey
    customers: int
    standing: dict[str, int]
    """Place -> how many stand there; the empty text: outside."""
    links: tuple[Link, ...]
    on_time: Rate
    touchpoints: dict[str, Rate]
    owners: dict[str, Rate]
    phases: dict[str, Rate]
    fully_consistent: float | None
    """The share of customers, of those promised anything, who got all of it in time."""
    targets: tuple[Attainment, ...]
    unseen: tuple[str, ...]
    """Touchpoints that no connected tool can see."""


@dataclass(frozen=True, slots=True)
class Report:
    """All journeys, and how good the data is that this rests on."""

    journeys: tuple[JourneyReport, ...]
    health: dict[str, int]


def report(connection: Connection, setting: Setting) -> Report:
    """Measure every journey of the workspace."""
    return Report(
        tuple(_measure(connection, journey, setting) for journey in setting.journeys),
        runs.overview(connection),
    )


def _measure(connection: Connection, journey: Journey, setting: Setting) -> JourneyReport:
    customers = sorted(runs.all_customers(connection))
    places, moves, expectations, events = [], [], [], []
    for start in range(0, len(customers), _PART):
        history = load_history(
            connection, customers[start : start + _PART], (journey,), setting.rules
        )
        found = evaluate_live(journey, history, setting)
        places.append(found.places.select(["place"]))
        moves.append(_moved(found.moves, start))
        expectations.append(_moved(found.expectations, start))
        columns = [name for name in _EVENT_COLUMNS if name in history.events.column_names]
        events.append(history.events.select(columns))
    if not customers:
        history = load_history(connection, [], (journey,), setting.rules)
        nobody = evaluate_live(journey, history, setting)
        places, moves = [nobody.places.select(["place"])], [nobody.moves]
        expectations, events = [nobody.expectations], [history.events]
    return _figures(
        journey,
        len(customers),
        _one(places),
        _one(moves),
        _one(expectations),
        _one(events),
        to_micros(setting.now),
    )


def _figures(
    journey: Journey,
    customers: int,
    places: pa.Table,
    moves: pa.Table,
    expectations: pa.Table,
    events: pa.Table,
    now: int,
) -> JourneyReport:
    own = consistency(expectations, customers)
    promised = own[~np.isnan(own)]
    status = expectations.column("status").cast(pa.string())
    unseen = expectations.filter(pc.equal(status, pa.scalar("unseen"))).column("touchpoint")
    return JourneyReport(
        journey=journey,
        customers=customers,
        standing=Counter(_words(places.column("place"))),
        links=links(journey, moves, now=now),
        on_time=on_time(expectations),
        touchpoints=on_time_by(journey, expectations, "touchpoint"),
        owners=on_time_by(journey, expectations, "owner"),
        phases=on_time_by(journey, expectations, "phase"),
        fully_consistent=float((promised == 1).mean()) if len(promised) else None,
        targets=attained(journey, moves, expectations, events, now=now),
        unseen=tuple(sorted(set(_words(unseen)))),
    )


def _words(column: "pa.ChunkedArray[Any]") -> list[str]:
    return [str(word) for word in column.cast(pa.string()).to_pylist()]


def _moved(table: pa.Table, by: int) -> pa.Table:
    """Number the customers of a part as those of the whole."""
    number = table.column_names.index("customer")
    shifted = pc.add(table.column("customer"), pa.scalar(by, pa.int32()))
    return table.set_column(number, "customer", shifted)


def _one(parts: list[pa.Table]) -> pa.Table:
    return pa.concat_tables(parts, promote_options="permissive").unify_dictionaries()
