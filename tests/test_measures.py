"""Rates, links, waiting times and targets: against the same counted one by one, and by hand."""

import math
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random

import numpy as np
import pyarrow as pa
import pytest
from interpreter import Answer, Days, interpret
from kernel import ask, events_table
from strategies import Person

from journeysync.core.instants import to_micros
from journeysync.core.language.durations import parse_duration
from journeysync.core.language.model import Journey
from journeysync.core.measures.links import link, links, wilson
from journeysync.core.measures.rates import (
    Rate,
    consistency,
    on_time,
    on_time_by,
    on_time_by_customers,
)
from journeysync.core.measures.targets import attained, feedback
from journeysync.core.measures.waiting import survival, waiting
from journeysync.core.models import Event

NOW = datetime(2026, 3, 1, tzinfo=UTC)
JOURNEY = Journey.model_validate(
    {
        "format": 1,
        "journey": "measured",
        "stages": [
            {"id": "one", "phase": "before", "owner": "sales", "reached_by": "form.submitted"},
            {"id": "two", "phase": "during", "reached_by": "booking.created"},
            {"id": "three", "phase": "during", "owner": "care", "reached_by": "order.placed"},
        ],
        "exits": [{"id": "lost", "entered_by": "deal.lost"}, {"id": "quiet", "quiet_for": "20d"}],
        "routes": [{"id": "big", "when": {"size": {"gt": 3}}}],
        "touchpoints": [
            {
                "id": "call",
                "entering": "one",
                "within": "5d",
                "expect": "call.logged",
                "moot_in": [],
            },
            {
                "id": "mail",
                "stage": "two",
                "owner": "front desk",
                "after": "booking.created",
                "within": "2 business days",
                "expect": "email.sent",
                "unless": "deal.lost",
            },
            {
                "id": "nudge",
                "stage": "three",
                "after": "order.placed",
                "every": "1w",
                "limit": 3,
                "expect": "email.sent",
            },
        ],
        "targets": [
            {"from": "one", "to": "two", "rate": "40%", "within": "10d"},
            {"from": "one", "to": "three", "rate": 0.5},
            {"touchpoint": "mail", "on_time": "90%"},
            {"feedback": "survey.answered", "mean": 3.5},
        ],
    }
)
KINDS = ("form.submitted", "booking.created", "order.placed", "deal.lost", "call.logged",
         "email.sent", "survey.answered")  # fmt: skip


def people(many: int, seed: int) -> list[Person]:
    random = Random(seed)

    def event(name: str) -> Event:
        at = datetime(2026, 1, 10, tzinfo=UTC) + timedelta(hours=6 * random.randrange(220))
        score = {"score": random.choice(("1", "4.5", "good", "", " 5 "))}
        return Event(name, "crm", random.choice(KINDS), at, "crm:1", attributes=score)

    return [
        Person(
            f"crm:{number}",
            {"size": random.randrange(6)},
            tuple(event(f"{number}.{n}") for n in range(random.randrange(9))),
        )
        for number in range(many)
    ]


PEOPLE = people(300, seed=1)
TABLES = ask(JOURNEY, PEOPLE, NOW)
ANSWERS = [interpret(JOURNEY, one.attributes, one.events, now=NOW) for one in PEOPLE]


def counted(answers: Sequence[Answer], *touchpoints: str) -> Rate:
    rows = [row for answer in answers for row in answer.expectations]
    of = Counter(row.status for row in rows if row.touchpoint in touchpoints or not touchpoints)
    return Rate(of["done"], of["late"], of["missed"])


def test_the_rate_of_all() -> None:
    rate = on_time(TABLES.expectations)

    assert rate == counted(ANSWERS)
    assert min(rate.done, rate.late, rate.missed) > 10
    assert rate.share == rate.done / (rate.done + rate.late + rate.missed)


@pytest.mark.parametrize(
    ("by", "groups"),
    [
        ("touchpoint", {"call": ["call"], "mail": ["mail"], "nudge": ["nudge"]}),
        ("owner", {"sales": ["call"], "front desk": ["mail"], "care": ["nudge"]}),
        ("stage", {"one": ["call"], "two": ["mail"], "three": ["nudge"]}),
        ("phase", {"before": ["call"], "during": ["mail", "nudge"]}),
    ],
)
def test_the_rate_of_what_the_map_names(by: str, groups: dict[str, list[str]]) -> None:
    rates = on_time_by(JOURNEY, TABLES.expectations, by)  # type: ignore[arg-type]  # a case's text

    assert rates == {name: counted(ANSWERS, *ids) for name, ids in groups.items()}


def test_the_rate_of_each_route() -> None:
    rates = on_time_by_customers(TABLES.expectations, TABLES.places, "route")

    assert rates == {
        route: counted([answer for answer in ANSWERS if answer.place.route == route])
        for route in ("big", "default")
    }


def test_customers_of_no_group_are_a_group() -> None:
    owners = [("ann", None)[number % 2] for number in range(len(PEOPLE))]

    rates = on_time_by_customers(TABLES.expectations, pa.table({"owner": owners}), "owner")

    assert rates == {"": counted(ANSWERS[1::2]), "ann": counted(ANSWERS[::2])}


def test_consistency_is_the_rate_of_a_customers_own_expectations() -> None:
    shares = consistency(TABLES.expectations, len(PEOPLE))

    expected = [counted([answer]).share for answer in ANSWERS]
    assert [None if math.isnan(share) else share for share in shares] == expected
    assert None in expected


def test_nothing_promised_is_no_rate() -> None:
    nothing = ask(JOURNEY, [Person("crm:1")], NOW).expectations

    assert on_time(nothing).share is None
    assert on_time_by(JOURNEY, nothing, "phase") == {"before": Rate(), "during": Rate()}
    assert np.isnan(consistency(nothing, 1)).all()


def test_unknown_and_unseen_are_in_no_rate() -> None:
    rows = pa.table({"customer": [0, 0, 0], "status": ["unknown", "unseen", "done"]})

    assert on_time(rows) == Rate(done=1)


@pytest.mark.parametrize("within", [None, "10d", "3 business days"])
@pytest.mark.parametrize(("source", "target"), [("one", "two"), ("one", "three"), ("two", "three")])
def test_a_link_counts_each_customer_once(source: str, target: str, within: str | None) -> None:
    duration = parse_duration(within) if within else None
    found = link(JOURNEY, TABLES.moves, source, target, duration, now=to_micros(NOW))

    moved = failed = censored = 0
    waits, arrived = [], []
    order = ["one", "two", "three"]
    for answer in ANSWERS:
        entry = next((move for move in answer.moves if move.place == source), None)
        if entry is None:
            continue
        limit = Days(JOURNEY.calendar).later(entry.at, duration) if duration else None
        onward = [
            move.at
            for move in answer.moves
            if move.place in order[order.index(target) :] and move.at >= entry.at
        ]
        still = answer.place.place == source
        if onward and (limit is None or onward[0] <= limit):
            moved += 1
        elif still and (limit is None or limit >= NOW):
            censored += 1
        else:
            failed += 1
        left = [move.at for move in answer.moves if move.previous == source]
        end = onward[0] if onward else NOW if still else left[-1]
        waits.append(to_micros(end) - to_micros(entry.at))
        arrived.append(bool(onward))
    assert (found.moved, found.failed, found.censored) == (moved, failed, censored)
    assert found.entered == moved + failed + censored
    assert found.waiting == waiting(np.array(waits), np.array(arrived))
    assert found.share == moved / (moved + failed)
    assert found.interval == wilson(moved, moved + failed)


def test_links_take_the_time_of_their_target() -> None:
    found = links(JOURNEY, TABLES.moves, now=to_micros(NOW))

    assert [(one.source, one.target, str(one.within)) for one in found] == [
        ("one", "two", "10d"),
        ("two", "three", "None"),
    ]


def test_a_link_of_nobody_is_no_share() -> None:
    moves = ask(JOURNEY, [Person("crm:1")], NOW).moves

    (found, *_) = links(JOURNEY, moves, now=to_micros(NOW))

    assert (found.entered, found.share, found.interval, found.waiting.median) == (0, *3 * [None])


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [(8, 10, 0.4902, 0.9433), (0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (1, 2, 0.0945, 0.9055)],
)
def test_wilson_as_in_the_books(hits: int, of: int, low: float, high: float) -> None:
    assert [*wilson(hits, of)] == pytest.approx([low, high], abs=5e-5)


FREIREICH = (
    *("6", "6", "6", "6+", "7", "9+", "10", "10+", "11+", "13", "16"),
    *("17+", "19+", "20+", "22", "23", "25+", "32+", "32+", "34+", "35+"),
)
"""Weeks of remission under 6-mercaptopurine, 1963; `+`: censored."""


def test_kaplan_meier_as_in_the_books() -> None:
    weeks = np.array([int(one.rstrip("+")) for one in FREIREICH])
    relapsed = np.array(["+" not in one for one in FREIREICH])

    lengths, share = survival(weeks, relapsed)

    assert lengths.tolist() == [6, 7, 10, 13, 16, 22, 23]
    expected = [0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448]
    assert share.tolist() == pytest.approx(expected, abs=5e-4)
    told = waiting(weeks, relapsed)
    assert (told.arrived, told.censored) == (9, 12)
    assert told.quarter == timedelta(microseconds=13)
    assert told.median == timedelta(microseconds=23)
    assert told.three_quarters is None


def test_half_of_two_is_the_median() -> None:
    assert waiting(np.array([3, 5]), np.array([True, True])).median == timedelta(microseconds=3)


def test_feedback_is_the_mean_of_the_scores_up_to_now() -> None:
    now = NOW - timedelta(days=20)
    found = feedback(events_table(PEOPLE), "survey.answered", now=to_micros(now))

    scores = [
        float(str(event.attributes["score"]))
        for person in PEOPLE
        for event in person.events
        if event.kind == "survey.answered"
        and event.at <= now
        and event.attributes["score"] not in ("", "good")
    ]
    assert found.answers == len(scores) > 20
    assert found.mean == pytest.approx(sum(scores) / len(scores))


def test_every_target_is_measured_in_the_order_of_the_map() -> None:
    events, now = events_table(PEOPLE), to_micros(NOW)
    found = attained(JOURNEY, TABLES.moves, TABLES.expectations, events, now=now)

    one, three, mail, said = found
    assert [each.target for each in found] == list(JOURNEY.targets)
    assert one.measured == links(JOURNEY, TABLES.moves, now=now)[0]
    assert three.measured == link(JOURNEY, TABLES.moves, "one", "three", None, now=now)
    assert mail.measured == counted(ANSWERS, "mail")
    assert said.measured == feedback(events, "survey.answered", now=now)
    assert all(each.met == (each.reached is not None and each.reached >= each.wanted)
               for each in found)  # fmt: skip


def test_a_target_that_nobody_can_tell_is_neither_met_nor_missed() -> None:
    tables = ask(JOURNEY, [Person("crm:1")], NOW)
    found = attained(JOURNEY, tables.moves, tables.expectations, events_table([]), now=0)

    assert {each.met for each in found} == {None}
