"""What an opportunity's history says. Pure."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from journeysync.connectors.salesforce.facts import Facts, filled
from journeysync.connectors.salesforce.mapping import SalesforceMapping
from journeysync.connectors.salesforce.people import dates
from journeysync.connectors.salesforce.stages import Stage, moves, steps
from journeysync.core.models import Event, Reading, Scalar


def reading(facts: Facts, mapping: SalesforceMapping) -> Reading:
    """Tell how a deal went: created, from stage to stage, won, lost, reopened."""
    return Reading(events=tuple(_events(facts, mapping)))


def _events(facts: Facts, mapping: SalesforceMapping) -> Iterator[Event]:
    section = mapping.opportunities
    closed = ("LastStageChangeDate", *(("CloseDate",) if facts.flag("IsClosed") else ()))
    past = moves(facts, section.stages, stage="StageName", reached=closed)
    common = filled(
        {
            **facts.amounts(section.attributes),
            **facts.owner,
            "name": facts.text("Name"),
            "pipeline": facts.record_type,
        }
    )
    created = facts.instant("CreatedDate")
    if created is not None:
        yield from facts.events("deal.created", created, subject_type="deal", attributes=common)
    reason = facts.text(section.lost_reason)
    for at, before, stage in steps(past):
        yield from _move(facts, common, before, stage, at, reason)
    for rule, kind, at in dates(facts, section.dates):
        yield from facts.events(
            kind,
            at,
            subject_type=rule.subject or "deal",
            attributes={**common, "field": rule.field},
        )


def _move(
    facts: Facts,
    common: Mapping[str, Scalar],
    before: Stage,
    stage: Stage,
    at: datetime,
    reason: str,
) -> Iterator[Event]:
    attributes = {
        **common,
        **({"from": before.name} if before.id else {}),
        "to": stage.name,
        **(stage.rule.set if stage.rule else {}),
    }
    kinds = ["deal.stage_changed"]
    if stage.closed:
        kinds.append("deal.won" if stage.won else "deal.lost")
    elif before.closed:
        kinds.append("deal.reopened")
    kinds += stage.rule.events if stage.rule else ()
    for kind in kinds:
        why: dict[str, Scalar] = {"reason": reason} if kind == "deal.lost" and reason else {}
        yield from facts.events(
            kind,
            at,
            subject_type="deal",
            mark=f"{facts.mark(at)}:{stage.id}",
            attributes={**attributes, **why},
        )
