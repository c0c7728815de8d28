"""Where a record stood in its pipeline, and when: deals, tickets and leads alike. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from journeysync.connectors.hubspot.facts import Facts
from journeysync.connectors.hubspot.mapping import StageRule, fits

_CLOSED = frozenset({"closedwon", "closedlost"})


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage as the pipeline describes it, with the rule that speaks of it."""

    id: str
    pipeline: str = ""
    closed: bool = False
    won: bool = False
    rule: StageRule | None = None

    @property
    def name(self) -> str:
        """What maps call it."""
        return self.rule.name if self.rule and self.rule.name else self.id


NOWHERE = Stage("")


def moves(
    facts: Facts, rules: Sequence[StageRule], *, stage: str, pipeline: str, closed: str
) -> list[tuple[datetime, Stage]]:
    """Return the stages the record was in, with the instants it came there.

    Takes the names of the properties that hold its stage, its pipeline and when it was closed.
    """
    past = facts.history(stage)
    if not past:
        # Without history, only where it stands is known: since it closed, or was made.
        now = _stage(facts, rules, facts.text(stage), pipeline)
        at = facts.instant(*((closed,) if now.closed else ()), "createdate", "hs_createdate")
        past = [(at, now.id)] if at is not None and now.id else []
    steps = [(at, value) for at, value in past if value]
    kept = [one for number, one in enumerate(steps) if not number or steps[number - 1][1] != one[1]]
    return [(at, _stage(facts, rules, value, pipeline)) for at, value in kept]


def steps(found: Sequence[tuple[datetime, Stage]]) -> Iterator[tuple[datetime, Stage, Stage]]:
    """Pair each move's instant with the stage before and the stage it led to."""
    before = [NOWHERE, *(stage for _, stage in found)]
    for (was, now), (at, _) in zip(pairwise(before), found, strict=True):
        yield at, was, now


def _stage(facts: Facts, rules: Sequence[StageRule], value: str, pipeline: str) -> Stage:
    known: Mapping[str, Any] = facts.content.get("stages", {}).get(value, {})
    name, label = str(known.get("pipeline", "")), str(known.get("label", ""))
    pipelines = (name, facts.text(pipeline))
    fitting = (
        rule
        for rule in rules
        if any(fits(rule.pipeline, one) for one in pipelines)
        and (fits(rule.stage, value) or (label and fits(rule.stage, label)))
    )
    return Stage(
        value,
        name,
        closed=bool(known.get("closed", value in _CLOSED)),
        won=bool(known.get("won", value == "closedwon")),
        rule=next(fitting, None),
    )
