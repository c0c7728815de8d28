"""The engine and the interpreter say the same, row for row, and what holds of every answer."""

from collections.abc import Container, Sequence
from dataclasses import astuple, replace
from datetime import datetime, timedelta
from random import Random

from crowds import crowd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from interpreter import Answer, Days, ExpectationRow, interpret
from kernel import answers, changes
from strategies import TICK, Case, Person, cases, maps, some_kinds, spans_of

from journeysync.core.language.model import Journey

_SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]
thorough = settings(max_examples=150, deadline=None, suppress_health_check=_SLOW)
moderate = settings(max_examples=40, deadline=None, suppress_health_check=_SLOW)


def tools(people: Sequence[Person]) -> frozenset[str]:
    return frozenset(event.tool for person in people for event in person.events)


def second_opinion(journey: Journey, people: Sequence[Person], now: datetime) -> list[Answer]:
    known = tools(people)
    return [
        interpret(journey, person.attributes, person.events, now=now, tools=known)
        for person in people
    ]


def in_order(answer: Answer) -> Answer:
    """Put the expectations in an order that does not depend on who answered."""
    rows = sorted(answer.expectations, key=lambda row: [str(value) for value in astuple(row)])
    return replace(answer, expectations=tuple(rows))


@thorough
@given(cases())
def test_the_engine_says_what_the_text_says(case: Case) -> None:
    engine = answers(case.journey, case.people, case.now)

    expected = second_opinion(case.journey, case.people, case.now)
    assert [in_order(one) for one in engine] == [in_order(one) for one in expected]


@moderate
@given(st.data(), st.integers(0, 2**32))
def test_the_engine_says_it_of_many_at_once(data: st.DataObject, seed: int) -> None:
    kinds = data.draw(some_kinds)
    case = crowd(data.draw(maps(kinds)), kinds, 40, Random(seed))

    engine = answers(case.journey, case.people, case.now)

    expected = second_opinion(case.journey, case.people, case.now)
    for person, one, other in zip(case.people, engine, expected, strict=True):
        assert in_order(one) == in_order(other), person


@moderate
@given(cases(most_people=3))
def test_customers_do_not_touch_each_other(case: Case) -> None:
    together = answers(case.journey, case.people, case.now)

    backwards = answers(case.journey, case.people[::-1], case.now)
    assert backwards == together[::-1]
    for person, answer in zip(case.people, together, strict=True):
        # Which texts are `tool:id` is known of the run, not of the customer.
        alone = answers(case.journey, [person], case.now, tools=tools(case.people))
        assert alone == [answer]


@moderate
@given(cases(), st.randoms(use_true_random=False))
def test_neither_order_nor_repetition_of_arrivals_matters(case: Case, random: Random) -> None:
    (person, *_) = case.people
    arrivals = [*person.events, *person.events[:3]]
    random.shuffle(arrivals)

    assert interpret(case.journey, person.attributes, arrivals, now=case.now) == interpret(
        case.journey, person.attributes, person.events, now=case.now
    )


@moderate
@given(cases())
def test_what_comes_later_is_unknown_but_for_what_it_announces(case: Case) -> None:
    before = {one.id for one in case.journey.touchpoints if one.before}
    past = [
        replace(person, events=tuple(event for event in person.events if event.at <= case.now))
        for person in case.people
    ]

    for whole, part in zip(
        answers(case.journey, case.people, case.now),
        answers(case.journey, past, case.now),
        strict=True,
    ):
        assert (whole.place, whole.moves) == (part.place, part.moves)
        assert _without(whole, before) == _without(part, before)


def _without(answer: Answer, touchpoints: Container[str]) -> list[ExpectationRow]:
    return [row for row in answer.expectations if row.touchpoint not in touchpoints]


@moderate
@given(cases())
def test_nothing_changes_before_the_next_change(case: Case) -> None:
    promised = changes(case.journey, case.people, case.now)

    now = second_opinion(case.journey, case.people, case.now)
    for number, (person, change) in enumerate(zip(case.people, promised, strict=True)):
        assert change is None or change > case.now
        for instant in sorted(_turning_points(case, person, now[number])):
            if case.now < instant and (change is None or instant < change):
                then = second_opinion(case.journey, case.people, instant)
                assert then[number] == now[number], f"changed at {instant}, promised {change}"


def _turning_points(case: Case, person: Person, answer: Answer) -> set[datetime]:
    """Guess when an answer may turn: whatever is known, a duration later, a tick beside it."""
    days = Days(case.journey.calendar)
    known = {event.at for event in person.events} | {move.at for move in answer.moves}
    for row in answer.expectations:
        known |= {row.anchor_at, row.opens, row.deadline}
    spans = [span for span in spans_of(case.map) if span.number]
    ends = {days.later(at, span, times) for at in known for span in spans for times in (1, 2)}
    begins = {days.earlier(at, span) for at in known for span in spans}
    return {at + beside for at in known | ends | begins for beside in (-TICK, timedelta(0), TICK)}
