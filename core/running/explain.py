"""Why a customer is where they are: evidence, the rule it fits, and what would be without it.

Reads the state only; asks no tool and writes nothing.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlsplit

import pyarrow as pa
from sqlalchemy import Connection, func, or_, select

from journeysync.core.addresses import normal_email
from journeysync.core.engine.calendar import Clock
from journeysync.core.engine.history import History as EngineHistory
from journeysync.core.engine.patterns import Matches
from journeysync.core.errors import Usage
from journeysync.core.identity.resolution import Join, Refusal, resolve
from journeysync.core.identity.rules import IdentityRules
from journeysync.core.instants import to_micros
from journeysync.core.language.model import Exit, Journey, Pattern, Stage
from journeysync.core.planning.ledger import Entry, TaskEntry
from journeysync.core.planning.views import CustomerView, JourneyAnswer
from journeysync.core.running.answers import Setting, evaluate_customers
from journeysync.core.running.history import History
from journeysync.core.running.identify import component
from journeysync.core.state import ledger, runs
from journeysync.core.state import tables as t

_SHORT_ID = re.compile(r"[A-Za-z0-9]{15}")
_LONG = 18


@dataclass(frozen=True, slots=True)
class PlaceReason:
    """Why a customer stands in their place of one journey."""

    answer: JourneyAnswer
    rule: str
    """The part of the map that the evidence fits, such as `reached_by: booking.created`."""
    without: JourneyAnswer | None
    """Where they would stand had the evidence not happened; None where time alone moved them."""
    moves_on: tuple[str, ...]
    """What would move them, in words."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything `explain` shows."""

    view: CustomerView
    reasons: tuple[PlaceReason, ...]
    joins: tuple[Join, ...]
    refused: tuple[Refusal, ...]
    tasks: tuple[TaskEntry, ...]
    written: dict[tuple[str, str, str], dict[str, Entry]]
    watermarks: tuple[tuple[str, str, int, int], ...]
    aliases: tuple[str, ...]
    """Ids the customer had before."""
    next_change: int | None
    """Instant (micros) at which the answer may change without news."""


def find_customer(connection: Connection, text: str) -> str:
    """Find a customer by id, `tool:id`, e-mail address or the URL of a record.

    Raises Usage when there is none, or when several fit.
    """
    wanted = text.strip()
    row = t.person.c
    candidates = [wanted, _last_part(wanted)]
    found = {
        customer
        for (customer,) in connection.execute(
            select(row.customer).where(
                or_(row.customer == wanted, row.name.in_(candidates), row.id.in_(candidates))
            )
        )
        if customer
    }
    alias = connection.execute(
        select(t.customer_alias.c.new).where(t.customer_alias.c.old == wanted)
    ).scalar()
    if alias:
        found.add(alias)
    if not found:
        found = _by_short_id(connection, _last_part(wanted))
    email = normal_email(wanted)
    if not found and email:
        key = t.person_key.c
        found = {
            customer
            for (customer,) in connection.execute(
                select(row.customer)
                .join(t.person_key, key.person == row.name)
                .where(key.kind == "email", key.value == email)
            )
        }
    if len(found) == 1:
        return str(found.pop())
    if found:
        raise Usage(f"{len(found)} customers fit. Name one of them: {', '.join(sorted(found))}.")
    raise Usage(
        "No customer with that id, address or record is known. Give an e-mail address, `tool:id` "
        "such as `hubspot:512`, or the URL of a record; and run `journeysync sync` first."
    )


def _by_short_id(connection: Connection, text: str) -> set[str]:
    """Find the customers of a record whose id of eighteen characters was given as fifteen.

    Salesforce shows its ids so in reports and in old addresses.
    """
    tool, _, short = text.rpartition(":")
    if not _SHORT_ID.fullmatch(short):
        return set()
    row = t.person.c
    fits = select(row.customer).where(
        func.length(row.id) == _LONG, func.substr(row.id, 1, len(short)) == short
    )
    if tool:
        fits = fits.where(row.tool == tool)
    return {customer for (customer,) in connection.execute(fits) if customer}


def _last_part(text: str) -> str:
    """Take the record id off a pasted URL: the last part of its path with a digit in it.

    Behind it, some CRMs name the page: `…/r/Contact/0035g00000ABCDE/view`.
    """
    if "://" not in text:
        return text
    parts = str(urlsplit(text).path).strip("/").split("/")
    numbers = [part for part in parts if any(letter.isdigit() for letter in part)]
    return (numbers or parts)[-1]


def explain(
    connection: Connection, customer: str, setting: Setting, rules: IdentityRules
) -> Explanation:
    """Gather why this customer is where they are."""
    found = evaluate_customers(connection, [customer], setting)
    view = found.views[0]
    names = {person.name for person in view.people}
    people, links = component(connection, names, rules)
    resolution = resolve(people, links, rules)
    book = ledger.load_ledger(
        connection, [customer], [(p.tool, p.type, p.id) for p in view.people], setting.now
    )
    return Explanation(
        view=view,
        reasons=tuple(
            _reason(connection, journey, answer, setting, customer)
            for journey, answer in zip(setting.journeys, view.answers, strict=True)
        ),
        joins=tuple(one for one in resolution.joins if {one.left, one.right} & names),
        refused=tuple(one for one in resolution.refused if set(one.records) & names),
        tasks=tuple(sorted(book.tasks.values(), key=lambda task: (task.due, task.key))),
        written={record: dict(fields) for record, fields in book.fields.items()},
        watermarks=tuple(runs.watermarks(connection)),
        aliases=tuple(
            old
            for (old,) in connection.execute(
                select(t.customer_alias.c.old).where(t.customer_alias.c.new == customer)
            )
        ),
        next_change=found.due.get(customer),
    )


def _reason(
    connection: Connection,
    journey: Journey,
    answer: JourneyAnswer,
    setting: Setting,
    customer: str,
) -> PlaceReason:
    place = next((one for one in journey.places if one.id == answer.place), None)
    evidence = answer.evidence
    without = None
    rule = ""
    if place is not None and evidence is not None:
        seen: list[History] = []

        def drop(history: History) -> History:
            seen.append(history)
            return _without(history, evidence.id)

        alone = replace(setting, journeys=(journey,))
        changed = evaluate_customers(connection, [customer], alone, change=drop)
        without = changed.views[0].answers[0]
        rule = _rule(journey, place, evidence.id, seen[0], setting.now)
    elif isinstance(place, Exit) and place.quiet_for is not None:
        rule = f"quiet_for: {place.quiet_for}"
    return PlaceReason(answer, rule, without, tuple(_moves_on(journey, answer)))


def _without(history: History, event: str) -> History:
    kept = [name != event for name in history.events.column("id").to_pylist()]
    return replace(
        history,
        events=history.events.filter(pa.array(kept)),
        event_attributes=[
            one for one, stays in zip(history.event_attributes, kept, strict=True) if stays
        ],
    )


def _rule(
    journey: Journey, place: Stage | Exit, event: str, history: History, now: datetime
) -> str:
    """Find the pattern of the place that the evidence fits."""
    engine = EngineHistory(history.customers, history.events, to_micros(now), frozenset())
    matches = Matches(engine, Clock.of(journey.calendar))
    row = history.events.column("id").to_pylist().index(event)
    keys: list[tuple[str, tuple[Pattern, ...]]] = [("entered_by", place.entered_by)]
    if isinstance(place, Stage):
        keys.append(("reached_by", place.reached_by))
    for key, patterns in keys:
        for pattern in patterns:
            if row in matches.ever((pattern,)):
                return f"{key}: {pattern_words(pattern)}"
    return ""


def pattern_words(pattern: Pattern) -> str:
    """Write a pattern in one line, as a map would."""
    parts = [pattern.event]
    for name, condition in pattern.where.items():
        given = condition.model_dump(exclude_none=True, by_alias=True)
        words = [
            f"{_list(value)}" if key in ("eq", "in") else f"{key} {_list(value)}"
            for key, value in given.items()
        ]
        parts.append(f"where {name} is {' and '.join(words)}")
    if pattern.count is not None:
        parts.append(f"for the {pattern.count}. time")
    if pattern.within is not None:
        parts.append(f"within {pattern.within}")
    for name, amount in (pattern.sum or {}).items():
        parts.append(f"until {name} sums up to {amount}")
    return " ".join(parts)


def _list(value: object) -> str:
    if isinstance(value, list | tuple):
        return " or ".join(str(one) for one in value)
    return str(value)


def _moves_on(journey: Journey, answer: JourneyAnswer) -> list[str]:
    ids = [stage.id for stage in journey.stages]
    at = ids.index(answer.place) if answer.place in ids else -1
    words = []
    for number, stage in enumerate(journey.stages):
        patterns = stage.entered_by + (stage.reached_by if number > at else ())
        if patterns and stage.id != answer.place:
            words.append(f"to {stage.title}: {_any(patterns)}")
    for place in journey.exits:
        if place.id == answer.place:
            continue
        if place.entered_by:
            words.append(f"to {place.title}: {_any(place.entered_by)}")
        from_here = answer.place in (place.from_ or ids)
        if place.quiet_for is not None and from_here:
            words.append(f"to {place.title}: {place.quiet_for} without a sign of life")
    return words


def _any(patterns: Sequence[Pattern]) -> str:
    return ", or ".join(pattern_words(pattern) for pattern in patterns)
