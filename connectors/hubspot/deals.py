"""What a deal's history says. Pure."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from journeysync.connectors.hubspot.changes import dates
from journeysync.connectors.hubspot.facts import Facts
from journeysync.connectors.hubspot.mapping import Deals, FieldMapping, fits
from journeysync.connectors.hubspot.stages import Stage, moves, steps
from journeysync.core.models import Event, Reading, Scalar


def reading(facts: Facts, mapping: FieldMapping) -> Reading:
    """Tell how a deal went: created, from stage to stage, won, lost, reopened."""
    return Reading(events=tuple(_events(facts, mapping.deals)))


def _events(facts: Facts, section: Deals) -> Iterator[Event]:
    past = moves(facts, section.stages, stage="dealstage", pipeline="pipeline", closed="closedate")
    pipeline = (past[0][1].pipeline if past else "") or facts.text("pipeline")
    common: dict[str, Scalar] = {
        **_sold(facts, section),
        **facts.attributes(section.attributes),
        **facts.owner,
        "name": facts.text("dealname"),
        "pipeline": pipeline,
    }
    common = {name: value for name, value in common.items() if value != ""}
    created = facts.instant("createdate")
    if created is not None:
        yield from facts.events("deal.created", created, subject_type="deal", attributes=common)
    for at, before, stage in steps(past):
        yield from _move(facts, common, before, stage, at)
    for rule, kind, at in dates(facts, section.dates):
        yield from facts.events(
            kind,
            at,
            subject_type=rule.subject or "deal",
            attributes={**common, "field": rule.property},
        )


def _sold(facts: Facts, section: Deals) -> dict[str, Scalar]:
    """Say what is sold: the products on the deal, and what the rules say of them."""
    lines = [(str(name), str(sku)) for name, sku in facts.content.get("lines", [])]
    if not lines:
        return {}
    names = "; ".join(dict.fromkeys(name for name, _ in lines if name))
    said: dict[str, Scalar] = {}
    for rule in section.lines:
        if any(fits(rule.name, name) and fits(rule.sku, sku) for name, sku in lines):
            said = {**rule.set, **said}
    return {"solution": names, "items": names, **said}


def _move(
    facts: Facts, common: Mapping[str, Scalar], before: Stage, stage: Stage, at: datetime
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
