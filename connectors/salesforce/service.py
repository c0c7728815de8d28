"""What cases, contracts and assets say: opened and closed, and dates that come. Pure."""

from journeysync.connectors.salesforce.facts import Facts, filled
from journeysync.connectors.salesforce.mapping import Dated, SalesforceMapping
from journeysync.connectors.salesforce.people import dates
from journeysync.connectors.salesforce.stages import moves, steps
from journeysync.core.models import Event, Reading


def case(facts: Facts, mapping: SalesforceMapping) -> Reading:
    """Tell when a case was opened, closed and opened again, and what its statuses mean."""
    section = mapping.cases
    reached = ("ClosedDate",) if facts.flag("IsClosed") else ()
    past = moves(facts, section.stages, stage="Status", reached=reached)
    common = filled(
        {
            "subject": facts.text("Subject"),
            "category": facts.text("Type") or facts.text("Reason"),
            "priority": facts.text("Priority"),
            "source": facts.text("Origin"),
            "pipeline": facts.record_type,
            **facts.attributes(section.attributes),
            **facts.owner,
        }
    )
    events: list[Event] = []
    created = facts.instant("CreatedDate")
    if created is not None:
        events += facts.events("ticket.opened", created, subject_type="ticket", attributes=common)
    for at, before, stage in steps(past):
        kinds: list[str] = []
        if stage.closed and not before.closed:
            kinds.append("ticket.closed")
        elif before.closed and not stage.closed:
            kinds.append("ticket.reopened")
        rule = stage.rule
        for kind in (*kinds, *(rule.events if rule else ())):
            events += facts.events(
                kind,
                at,
                subject_type="ticket",
                mark=f"{facts.mark(at)}:{stage.id}",
                attributes={**common, "stage": stage.name, **(rule.set if rule else {})},
            )
    return Reading(events=tuple(events))


def contract(facts: Facts, mapping: SalesforceMapping) -> Reading:
    """Tell when a contract ends."""
    return _dated(facts, mapping.contracts)


def asset(facts: Facts, mapping: SalesforceMapping) -> Reading:
    """Tell the dates of what a customer owns."""
    return _dated(facts, mapping.assets)


def _dated(facts: Facts, section: Dated) -> Reading:
    common = filled(
        {
            "name": facts.text("Name"),
            "status": facts.text("Status"),
            **facts.attributes(section.attributes),
            **facts.owner,
        }
    )
    return Reading(
        events=tuple(
            event
            for rule, kind, at in dates(facts, section.dates)
            for event in facts.events(
                kind,
                at,
                subject_type=rule.subject or facts.type,
                attributes={**common, "field": rule.field},
            )
        )
    )
