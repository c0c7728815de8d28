"""What was logged: tasks, the calls and e-mails among them, and e-mails of their own. Pure.

Bodies are not read: they are the customers' own words, and no rule needs them.
"""

from collections.abc import Mapping
from datetime import datetime

from journeysync.connectors.mapping_files import fits
from journeysync.connectors.salesforce.facts import Facts, filled
from journeysync.connectors.salesforce.mapping import Activities, Emails, SalesforceMapping
from journeysync.connectors.salesforce.names import ANCHOR, CLOSED, KEY, TOUCHPOINT
from journeysync.core.models import Reading

_STATUSES = {"0": "new", "1": "read", "2": "replied", "3": "sent", "4": "forwarded", "5": "draft"}
"""What the numbers of an e-mail's status mean."""
_INBOUND, _OUTBOUND = "inbound", "outbound"


def task(facts: Facts, mapping: SalesforceMapping) -> Reading:
    """Tell that a person completed a task, called, or sent something.

    A task that we closed ourselves is no event, and one of ours is never taken for a call.
    """
    if not facts.flag("IsClosed") or facts.text(CLOSED) or facts.flag("IsRecurrence"):
        return Reading()
    at = facts.instant("CompletedDateTime", "ActivityDate", "CreatedDate")
    subtype = facts.text("TaskSubtype")
    if not facts.text(KEY):
        if "Call" in {subtype, facts.text("Type")} or facts.text("CallType"):
            return _call(facts, mapping, at)
        if subtype in {"Email", "ListEmail"}:
            return _logged_email(facts, mapping, at)
    told = {
        "subject": facts.text("Subject"),
        "type": facts.text("Type").lower(),
        "touchpoint": facts.text(TOUCHPOINT),
        "anchor": facts.text(ANCHOR),
        "key": facts.text(KEY),
    }
    asked = {**told, "status": facts.text("Status")}
    return logged(facts, mapping.tasks, told, asked, at, "task")


def _call(facts: Facts, mapping: SalesforceMapping, at: datetime | None) -> Reading:
    section, result = mapping.calls, facts.text("CallDisposition")
    told = {
        "title": facts.text("Subject"),
        "type": facts.text("Type"),
        "direction": facts.text("CallType").lower(),
        "outcome": section.outcomes.get(result) or result,
        "duration": facts.text("CallDurationInSeconds"),
    }
    asked = {**told, "status": facts.text("Status")}
    return logged(facts, section, told, asked, at, "call")


def _logged_email(facts: Facts, mapping: SalesforceMapping, at: datetime | None) -> Reading:
    """Tell an e-mail that only a task knows of; with a record of its own, that one tells it."""
    if facts.content.get("emails"):
        return Reading()
    told = _of_email(facts, mapping.emails)
    asked = {**told, "direction": _OUTBOUND, "status": facts.text("Status").lower()}
    return logged(facts, mapping.emails, told, asked, at, "email")


def email(facts: Facts, mapping: SalesforceMapping) -> Reading:
    """Tell an e-mail that was sent to the customer or came from them."""
    section, status = mapping.emails, facts.text("Status")
    told = _of_email(facts, section)
    asked = {
        **told,
        "direction": _INBOUND if facts.flag("Incoming") else _OUTBOUND,
        "status": "bounced" if facts.flag("IsBounced") else _STATUSES.get(status, status.lower()),
    }
    return logged(facts, section, told, asked, facts.instant("MessageDate", "CreatedDate"), "email")


def _of_email(facts: Facts, section: Emails) -> dict[str, str]:
    subject = facts.text("Subject")
    number = facts.text(section.template_id)
    named = (
        one.template
        for one in section.templates
        if fits(one.subject, subject) and fits(one.template_id, number)
    )
    return {"subject": subject, "template": next(named, "")}


def campaign_member(facts: Facts, mapping: SalesforceMapping) -> Reading:
    """Tell that somebody answered a campaign: on that day, not before they were in it."""
    if not facts.flag("HasResponded"):
        return Reading()
    told = {
        "campaign": facts.text("Campaign.Name"),
        "type": facts.text("Campaign.Type"),
        "status": facts.text("Status"),
    }
    day, added = facts.instant("FirstRespondedDate"), facts.instant("CreatedDate")
    at = max(day, added) if day and added else day or added
    return logged(facts, mapping.campaign_members, told, told, at, "campaign_member")


def logged(
    facts: Facts,
    section: Activities,
    told: Mapping[str, str],
    asked: Mapping[str, str],
    at: datetime | None,
    subject_type: str,
) -> Reading:
    """Make the events of the first rule that fits what is asked, with the attributes to tell."""
    rule = next((rule for rule in section.rules if rule.decides(asked)), None)
    if rule is None or not rule.events:
        return Reading()
    if at is None:
        aside = facts.set_aside(
            "NO_INSTANT", f"Salesforce does not say when this {subject_type} happened."
        )
        return Reading(set_aside=(aside,))
    attributes = filled(
        {
            **told,
            **facts.attributes(section.attributes),
            **facts.owner,
            **facts.about,
            **rule.set,
        }
    )
    return Reading(
        events=tuple(
            event
            for kind in rule.events
            for event in facts.events(kind, at, subject_type=subject_type, attributes=attributes)
        )
    )
