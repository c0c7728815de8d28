"""Evaluating customers of the state: their views, and the instant at which each next changes."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection

from journeysync.core.engine.evaluate import Evaluation, evaluate
from journeysync.core.engine.live import live_statuses
from journeysync.core.identity.rules import IdentityRules
from journeysync.core.instants import from_micros, iso, to_micros
from journeysync.core.language.model import Journey, Touchpoint
from journeysync.core.models import shared_id
from journeysync.core.planning.views import (
    CustomerView,
    EventView,
    Expectation,
    JourneyAnswer,
)
from journeysync.core.running.history import History, load_history
from journeysync.core.running.wishes import wishes_of


@dataclass(frozen=True, slots=True)
class Setting:
    """What every evaluation of a run has in common."""

    journeys: tuple[Journey, ...]
    rules: IdentityRules
    now: datetime
    zone: ZoneInfo
    reach: Mapping[str, int]
    """Tool -> instant (micros) up to which it was read."""
    emits: Mapping[str, frozenset[str]]
    """Tool -> kinds it can emit."""


@dataclass(slots=True)
class Evaluated:
    """The answers for some customers."""

    views: list[CustomerView] = field(default_factory=list)
    due: dict[str, int] = field(default_factory=dict)
    """Customer -> instant (micros) at which to look again without any news."""
    remarks: list[str] = field(default_factory=list)


def evaluate_customers(
    connection: Connection,
    customers: Collection[str],
    setting: Setting,
    touched: Collection[str] = (),
    *,
    settled_for: Collection[str] | None = None,
    change: Callable[[History], History] | None = None,
) -> Evaluated:
    """Evaluate these customers in every journey of the workspace.

    Expectations that are settled (done, late, waived) are most of them, and of interest only where
    a task stands for one: `settled_for` names the customers who get them too; None: all do.
    `change` lets `explain` ask what would be without an event.
    """
    history = load_history(connection, customers, setting.journeys, setting.rules)
    if change is not None:
        history = change(history)
    now = to_micros(setting.now)
    evidence = _Evidence(history)
    found = Evaluated()
    fresh = frozenset(touched)
    answers: list[list[JourneyAnswer]] = [[] for _ in history.ids]
    for journey in setting.journeys:
        evaluation = evaluate_live(journey, history, setting)
        expectations = evaluation.expectations
        if settled_for is not None:
            expectations = _unsettled(expectations, history.ids, settled_for)
        for row, answer in enumerate(_answers(journey, evaluation.places, expectations, evidence)):
            answers[row].append(answer)
        for row, at in enumerate(evaluation.next_change.to_pylist()):
            _sooner(found.due, history.ids[row], at)
    wishes = wishes_of(
        connection, dict(zip(history.ids, history.people, strict=True)), setting.journeys,
        setting.now, setting.zone,
    )  # fmt: skip
    for row, customer in enumerate(history.ids):
        wish = wishes[customer]
        _sooner(found.due, customer, wish.next_end)
        found.remarks += wish.remarks
        if any(one.status == "unknown" for a in answers[row] for one in a.expectations):
            _sooner(found.due, customer, now)
        names = {person.name for person in history.people[row]}
        found.views.append(
            CustomerView(
                customer, history.people[row], tuple(answers[row]), history.companies[row],
                wish.override, fresh & names, wish.hold, wish.outvoted, wish.ended,
            )
        )  # fmt: skip
    return found


def evaluate_live(journey: Journey, history: History, setting: Setting) -> Evaluation:
    """Evaluate a map, with the statuses of a run over live tools."""
    found = evaluate(
        journey,
        history.customers,
        history.events,
        now=to_micros(setting.now),
        tools=setting.emits,
    )
    reach = {one.id: reach_of(one, setting) for one in journey.touchpoints}
    return replace(found, expectations=live_statuses(found.expectations, reach))


def _sooner(due: dict[str, int], customer: str, at: int | None) -> None:
    if at is not None and at < due.get(customer, at + 1):
        due[customer] = at


def _unsettled(expectations: pa.Table, ids: Sequence[str], but: Collection[str]) -> pa.Table:
    """Leave out what is settled, but for some customers."""
    named = pa.array([number for number, name in enumerate(ids) if name in but], pa.int32())
    status = expectations.column("status").cast(pa.string())
    open_ = pc.is_in(status, pa.array(["due", "missed", "unknown", "unseen"]))
    return expectations.filter(pc.or_(open_, pc.is_in(expectations.column("customer"), named)))


class _Evidence:
    """Events as evidence, made once however often they are named."""

    def __init__(self, history: History) -> None:
        columns = ("id", "person", "tool", "kind", "at", "subject_type", "subject_id")
        self._columns: list[list[Any]] = [history.events[name].to_pylist() for name in columns]
        self._attributes = history.event_attributes
        self._made: dict[int, EventView] = {}

    def __call__(self, row: int | None) -> EventView | None:
        if row is None or row < 0:
            return None
        if row not in self._made:
            name, person, tool, kind, at, subject_type, subject_id = (
                column[row] for column in self._columns
            )
            self._made[row] = EventView(
                name, shared_id(name, person), tool, kind, from_micros(at), subject_type or "",
                subject_id or "", self._attributes[row],
            )  # fmt: skip
        return self._made[row]


def _answers(
    journey: Journey, places: pa.Table, expectations: pa.Table, evidence: _Evidence
) -> Iterator[JourneyAnswer]:
    """Yield one answer for every customer, in their order."""
    expected: dict[int, list[dict[str, Any]]] = {
        number: list(rows)
        for number, rows in groupby(
            sorted(expectations.to_pylist(), key=lambda row: int(row["customer"])),
            key=lambda row: int(row["customer"]),
        )
    }
    for row in sorted(places.to_pylist(), key=lambda row: int(row["customer"])):
        yield JourneyAnswer(
            journey=journey.journey,
            route=row["route"],
            place=row["place"],
            kind=row["kind"],
            since=None if row["since"] is None else from_micros(row["since"]),
            previous=row["previous"],
            evidence=evidence(row["evidence_row"]),
            expectations=tuple(
                _expectation(one, evidence) for one in expected.get(row["customer"], [])
            ),
        )


def _expectation(row: Mapping[str, Any], evidence: _Evidence) -> Expectation:
    event = evidence(row["anchor_row"])
    return Expectation(
        touchpoint=row["touchpoint"],
        anchor=event.shared_id if event else f"{row['anchor_place']}@{iso(row['anchor_at'])}",
        anchor_event=event,
        anchor_at=from_micros(row["anchor_at"]),
        k=row["k"],
        opens=from_micros(row["opens"]),
        deadline=from_micros(row["deadline"]),
        status=row["status"],
        satisfied_at=None if row["satisfied_at"] is None else from_micros(row["satisfied_at"]),
        satisfied_by=evidence(row["satisfied_row"]),
        actionable=row["actionable"],
    )


def reach_of(touchpoint: Touchpoint, setting: Setting) -> int | None:
    """Say up to when every tool that can see a touchpoint was read; None where none can."""
    tools = [
        tool
        for tool, kinds in setting.emits.items()
        if any(fits(pattern.event, kind) for pattern in touchpoint.expect for kind in kinds)
    ]
    return min((setting.reach.get(tool, 0) for tool in tools), default=None)


def fits(pattern: str, kind: str) -> bool:
    """Say whether an event kind fits the kind of a pattern, `noun.*` included."""
    return pattern == kind or (pattern.endswith(".*") and kind.startswith(pattern[:-1]))
