"""Where a record stood, and when: opportunities, leads and cases alike. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from journeysync.connectors.mapping_files import fits
from journeysync.connectors.salesforce.facts import Facts
from journeysync.connectors.salesforce.mapping import StageRule


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage as the org describes it, with the rule that speaks of it."""

    id: str
    closed: bool = False
    won: bool = False
    rule: StageRule | None = None

    @property
    def name(self) -> str:
        """What maps call it."""
        return self.rule.name if self.rule and self.rule.name else self.id


NOWHERE = Stage("")


def moves(
    facts: Facts, rules: Sequence[StageRule], *, stage: str, reached: Sequence[str]
) -> list[tuple[datetime, Stage]]:
    """Return the stages the record was in, with the instants it came there.

    Takes the field that holds its stage, and those that tell when it came to the present one where
    no history does.
    """
    past = facts.history(stage)
    now = facts.text(stage)
    created = facts.instant("CreatedDate")
    if not past and now:
        at = facts.instant(*reached, "CreatedDate")
        past = [(max(at, created) if created else at, now)] if at is not None else []
    steps = [(at, value) for at, value in past if value]
    kept = [one for number, one in enumerate(steps) if not number or steps[number - 1][1] != one[1]]
    return [(at, _stage(facts, rules, value, now)) for at, value in kept]


def steps(found: Sequence[tuple[datetime, Stage]]) -> Iterator[tuple[datetime, Stage, Stage]]:
    """Pair each move's instant with the stage before and the stage it led to."""
    before = [NOWHERE, *(stage for _, stage in found)]
    for (was, now), (at, _) in zip(pairwise(before), found, strict=True):
        yield at, was, now


def _stage(facts: Facts, rules: Sequence[StageRule], value: str, now: str) -> Stage:
    known: Mapping[str, Any] = facts.content.get("stages", {}).get(value, {})
    itself = value == now
    fitting = (
        rule
        for rule in rules
        if fits(rule.record_type, facts.record_type) and fits(rule.stage, value)
    )
    return Stage(
        value,
        closed=bool(known.get("closed", itself and facts.flag("IsClosed"))),
        won=bool(known.get("won", itself and facts.flag("IsWon"))),
        rule=next(fitting, None),
    )
