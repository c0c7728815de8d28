"""What tickets and leads say: opened, from stage to stage, closed. Pure."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from journeysync.connectors.hubspot.facts import Facts
from journeysync.connectors.hubspot.mapping import FieldMapping
from journeysync.connectors.hubspot.stages import Stage, moves, steps
from journeysync.core.models import Event, Reading, Scalar


def ticket(facts: Facts, mapping: FieldMapping) -> Reading:
    """Tell when a ticket was opened, closed and opened again, and what its stages mean."""
    section = mapping.tickets
    past = moves(
        facts,
        section.stages,
        stage="hs_pipeline_stage",
        pipeline="hs_pipeline",
        closed="closed_date",
    )
    common = _common(
        facts,
        past,
        facts.attributes(section.attributes),
        subject="subject",
        category="hs_ticket_category",
        priority="hs_ticket_priority",
        source="source_type",
    )
    common = {**common, **facts.deal}
    events = list(_made(facts, "ticket.opened", common))
    for at, before, stage in steps(past):
        kinds: list[str] = []
        if stage.closed and not before.closed:
            kinds.append("ticket.closed")
        elif before.closed and not stage.closed:
            kinds.append("ticket.reopened")
        events += _moved(facts, kinds, common, stage, at)
    return Reading(events=tuple(events))


def lead(facts: Facts, mapping: FieldMapping) -> Reading:
    """Tell when a lead was made, its stages and what they mean."""
    section = mapping.leads
    past = moves(
        facts, section.stages, stage="hs_pipeline_stage", pipeline="hs_pipeline", closed=""
    )
    common = _common(
        facts,
        past,
        facts.attributes(section.attributes),
        type="hs_lead_type",
        label="hs_lead_label",
    )
    events = list(_made(facts, "lead.created", common))
    for at, before, stage in steps(past):
        came: dict[str, Scalar] = {"from": before.name} if before.id else {}
        attributes = {**common, **came, "to": stage.name}
        events += _moved(facts, ["lead.stage_changed"], attributes, stage, at)
    return Reading(events=tuple(events))


def _common(
    facts: Facts,
    past: list[tuple[datetime, Stage]],
    mapped: Mapping[str, Scalar],
    **told: str,
) -> dict[str, Scalar]:
    """Put together what stands on every event of the record; `told`: attribute -> property."""
    pipeline = (past[0][1].pipeline if past else "") or facts.text("hs_pipeline")
    found: dict[str, Scalar] = {name: facts.text(source) for name, source in told.items()}
    found |= {"pipeline": pipeline, **mapped, **facts.owner}
    return {name: value for name, value in found.items() if value != ""}


def _made(facts: Facts, kind: str, attributes: Mapping[str, Scalar]) -> Iterator[Event]:
    at = facts.instant("createdate", "hs_createdate")
    if at is not None:
        what = facts.record.key.type
        yield from facts.events(kind, at, subject_type=what, attributes=attributes)


def _moved(
    facts: Facts, kinds: list[str], common: Mapping[str, Scalar], stage: Stage, at: datetime
) -> Iterator[Event]:
    rule = stage.rule
    attributes = {**common, **({"pipeline": stage.pipeline} if stage.pipeline else {})}
    for kind in (*kinds, *(rule.events if rule else ())):
        yield from facts.events(
            kind,
            at,
            subject_type=facts.record.key.type,
            mark=f"{facts.mark(at)}:{stage.id}",
            attributes={**attributes, "stage": stage.name, **(rule.set if rule else {})},
        )
