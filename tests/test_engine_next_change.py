"""When an answer may change without a new event: each reason alone, to the microsecond."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from kernel import changes
from strategies import Person

from journeysync.core.language.model import Journey
from journeysync.core.models import Event

NOW = datetime(2026, 3, 10, tzinfo=UTC)
TICK = timedelta(microseconds=1)
STAGE = {"id": "bought", "reached_by": "order.placed"}
BASE = {"format": 1, "journey": "change", "stages": [STAGE]}

Parts = dict[str, Any]


def day(number: float) -> datetime:
    """Return an instant so many days from now."""
    return NOW + timedelta(days=number)


def call(**parts: Any) -> Parts:
    return {"touchpoints": [{"id": "call", "expect": "email.sent", **parts}]}


QUIET = {"exits": [{"id": "lapsed", "quiet_for": "30d", "of": "order.placed"}]}
SERIES = call(after="order.placed", every="4d", until="order.paid", limit=3)
ASLEEP = {"states": [{"id": "asleep", "from": "subscriber.left"}]}

CASES: dict[str, tuple[Parts, list[tuple[float, str]], datetime | None]] = {
    "nothing happened": (QUIET, [], None),
    "nothing is expected": ({}, [(-1, "order.placed")], None),
    "a future event becomes present": ({}, [(2, "order.placed"), (3, "order.placed")], day(2)),
    "an expectation opens": (
        {**ASLEEP, **call(after="order.placed", opens="2d", within="9d")},
        [(-1, "order.placed"), (-0.5, "subscriber.left")],
        day(1),
    ),
    "a deadline passes": (
        call(after="order.placed", within="2d"),
        [(-2, "order.placed")],
        day(0) + TICK,
    ),
    "what is done stays done": (
        call(after="order.placed", within="2d"),
        [(-1, "order.placed"), (-1, "email.sent")],
        None,
    ),
    "what is missed stays missed": (
        call(after="order.placed", within="2d"),
        [(-3, "order.placed")],
        None,
    ),
    "it is too late to act": (
        call(after="order.placed", within="2d", act_within="3d"),
        [(-3, "order.placed")],
        day(2) + TICK,
    ),
    "the visit begins": (
        call(before="booking.starts", at_least="1d"),
        [(-2, "booking.created"), (0.5, "booking.starts")],
        day(0.5),
    ),
    "the visit has begun at this very instant": (
        call(before="booking.starts", at_least="1d"),
        [(-2, "booking.created"), (0, "booking.starts")],
        day(0) + TICK,
    ),
    "the next window of a series opens": (SERIES, [(-6, "order.placed")], day(2)),
    "a window ends at this very instant": (SERIES, [(-4, "order.placed")], day(0) + TICK),
    "the last window of a series ends": (SERIES, [(-9, "order.placed")], day(3) + TICK),
    "a series was stopped": (SERIES, [(-6, "order.placed"), (-5, "order.paid")], None),
    "the last part of a window opens": (
        call(after="order.placed", every="10d", last="1d"),
        [(-6, "order.placed")],
        day(3),
    ),
    "a silence will be long enough": (QUIET, [(-9, "order.placed")], day(21)),
    "a silence was long enough": (QUIET, [(-30, "order.placed")], None),
    "the last sign of life counts": (QUIET, [(-9, "order.placed"), (-2, "order.placed")], day(28)),
    "a stage is overstayed": (
        {"targets": [{"from": "bought", "within": "12d"}]},
        [(-3, "order.placed"), (-1, "order.placed")],
        day(9) + TICK,
    ),
    "a stage was overstayed": (
        {"targets": [{"from": "bought", "within": "2d"}]},
        [(-3, "order.placed")],
        None,
    ),
    "the soonest of all": (
        {**QUIET, **call(after="order.placed", within="12d")},
        [(-3, "order.placed"), (10, "order.paid")],
        day(9) + TICK,
    ),
}


@pytest.mark.parametrize(("parts", "diary", "expected"), CASES.values(), ids=CASES)
def test_the_next_change(
    parts: Parts, diary: list[tuple[float, str]], expected: datetime | None
) -> None:
    parts = {**BASE, **parts}
    events = tuple(
        Event(str(number), "crm", kind, day(at), "crm:1") for number, (at, kind) in enumerate(diary)
    )

    assert changes(Journey.model_validate(parts), [Person("crm:1", {}, events)], NOW) == [expected]
