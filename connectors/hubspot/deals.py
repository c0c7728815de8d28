"""What a deal's history says. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from journeysync.connectors.hubspot.changes import dates
from journeysync.connectors.hubspot.facts import Facts
from journeysync.connectors.hubspot.mapping import Deals, FieldMapping, StageRule, fits
from journeysync.core.models import Event, Reading, Scalar


@dataclass(frozen=True, slots=True)
class _Stage:
    """A stage as the pipeline describes it, with the rule that speaks of it."""

    id: str
    pipeline: str = ""
    closed: bool = False
    won: bool = False
    rule: StageRule | None = None

    @property
    def name(self) -> str:
        return self.rule.name if self.rule and self.rule.name else self.id


def reading(facts: Facts, mapping: FieldMapping) -> Reading:
    """Tell how a deal went: created, from stage to stage, won, lost, reopened."""
    return Reading(events=tuple(_events(facts, mapping.deals)))


def _events(facts: Facts, section: Deals) -> Iterator[Event]:
    moves = _moves(facts, section)
    moves[0][1].pipeline if moves else ""
    common: dict[str, Scalar] = {
        **facts.attributes(section.attributes),
        **facts.owner,
        "name": facts.text("dealname"),
        "pipeline": moves[0][1].pipeline or facts.text("pipeline")
        if moves
        else facts.text("pipeline"),
    }
    common = {name: value for name, value in common.items() if value}
    created = facts.instant("createdate")
    if created is not None:
        yield from facts.events("deal.created", created, subject_type="deal", attributes=common)
    nowhere = _Stage("")
    for (_, before), (at, stage) in pairwise([(None, nowhere), *moves]):
        assert at is not None
        yield from _move(facts, common, before, stage, at)
    for rule, kind, at in dates(facts, section.dates):
        yield from facts.events(
            kind,
            at,
            subject_type=rule.subject or "deal",
            attributes={**common, "field": rule.property},
        )


def _moves(facts: Facts, section: Deals) -> list[tuple[datetime | None, _Stage]]:
    """Return the stages the deal was in, with the instants it came there."""
    past = facts.history("dealstage")
    if not past:
        # Without history, only where it stands is known: since it closed, or was made.
        now = _stage(facts, section, facts.text("dealstage"))
        at = facts.instant(*(("closedate",) if now.closed else ()), "createdate")
        past = [(at, now.id)] if at is not None and now.id else []
    steps = [(at, value) for at, value in past if value]
    kept = [one for number, one in enumerate(steps) if not number or steps[number - 1][1] != one[1]]
    return [(at, _stage(facts, section, value)) for at, value in kept]


def _stage(facts: Facts, section: Deals, value: str) -> _Stage:
    known: Mapping[str, Any] = facts.content.get("stages", {}).get(value, {})
    pipeline, label = str(known.get("pipeline", "")), str(known.get("label", ""))
    pipelines = (pipeline, facts.text("pipeline"))
    rules = [
        rule
        for rule in section.stages
        if any(fits(rule.pipeline, one) for one in pipelines)
        and (fits(rule.stage, value) or (label and fits(rule.stage, label)))
    ]
    return _Stage(
        value,
        pipeline,
        closed=bool(known.get("closed", value in {"closedwon", "closedlost"})),
        won=bool(known.get("won", value == "closedwon")),
        rule=rules[0] if rules else None,
    )


def _move(
    facts: Facts, common: Mapping[str, Scalar], before: _Stage, stage: _Stage, at: datetime
) -> Iterator[Event]:
    extra = stage.rule.set if stage.rule else {}
    attributes = {
        **common,
        **({"pipeline": stage.pipeline} if stage.pipeline else {}),
        **({"from": before.name} if before.id else {}),
        "to": stage.name,
        **extra,
    }
    kinds = ["deal.stage_changed"]
    if stage.closed:
        kinds.append("deal.won" if stage.won else "deal.lost")
    elif before.closed:
        kinds.append("deal.reopened")
    kinds += stage.rule.events if stage.rule else ()
    reason = facts.text("closed_lost_reason")
    for kind in kinds:
        why: dict[str, Scalar] = {"reason": reason} if kind == "deal.lost" and reason else {}
        yield from facts.events(
            kind,
            at,
            subject_type="deal",
            mark=f"{facts.mark(at)}:{stage.id}",
            attributes={**attributes, **why},
        )
