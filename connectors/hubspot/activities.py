"""What was logged on a contact: calls, e-mails, messages, notes, tasks and surveys. Pure.

Bodies are not read: they are the customers' own words, and no rule needs them. The one exception
is the last line of our own tasks (see `tasks`).
"""

from collections.abc import Mapping
from datetime import datetime

from journeysync.connectors.hubspot.facts import Facts
from journeysync.connectors.hubspot.mapping import Activities, FieldMapping, fits
from journeysync.connectors.hubspot.markers import read_marker
from journeysync.connectors.hubspot.streams import ANCHOR, CLOSED, KEY, TOUCHPOINT
from journeysync.core.models import Reading, Scalar


def call(facts: Facts, mapping: FieldMapping) -> Reading:
    """Tell a call: in which direction, and how it went."""
    section = mapping.calls
    disposition = facts.text("hs_call_disposition")
    status = facts.text("hs_call_status")
    told = {
        "title": facts.text("hs_call_title"),
        "type": facts.text("hs_activity_type"),
        "direction": facts.text("hs_call_direction").lower(),
        "outcome": section.dispositions.get(disposition) or disposition or status.lower(),
        "duration": _seconds(facts.text("hs_call_duration")),
    }
    return _logged(facts, section, told, {**told, "status": status}, facts.instant("hs_timestamp"))


def _seconds(milliseconds: str) -> str:
    return str(int(milliseconds) // 1000) if milliseconds.isdecimal() else ""


def email(facts: Facts, mapping: FieldMapping) -> Reading:
    """Tell an e-mail that was sent to the customer or came from them."""
    section = mapping.emails
    subject = facts.text("hs_email_subject")
    number = facts.text("hs_template_id")
    template = next(
        (
            one.template
            for one in section.templates
            if fits(one.subject, subject) and fits(one.template_id, number)
        ),
        "",
    )
    told = {"subject": subject, "template": template}
    asked = {
        **told,
        "direction": facts.text("hs_email_direction") or "EMAIL",
        "status": facts.text("hs_email_status"),
    }
    return _logged(facts, section, told, asked, facts.instant("hs_timestamp"))


def communication(facts: Facts, mapping: FieldMapping) -> Reading:
    """Tell a text message or chat; without a word on its direction it was sent by us."""
    section = mapping.communications
    kind = facts.text("hs_communication_channel_type")
    told = {"channel": section.channels.get(kind) or kind.lower()}
    asked = {**told, "direction": facts.text("hs_communication_direction")}
    return _logged(facts, section, told, asked, facts.instant("hs_timestamp"))


def note(facts: Facts, mapping: FieldMapping) -> Reading:
    """Tell that a note was added."""
    return _logged(facts, mapping.notes, {}, {}, facts.instant("hs_timestamp", "hs_createdate"))


def task(facts: Facts, mapping: FieldMapping) -> Reading:
    """Tell that a person completed a task; one that we closed ourselves is no event."""
    marker = read_marker(facts.text("hs_task_body"))
    if facts.text("hs_task_status") != "COMPLETED" or facts.text(CLOSED) or marker.closed:
        return Reading()
    told = {
        "subject": facts.text("hs_task_subject"),
        "type": facts.text("hs_task_type").lower(),
        "touchpoint": facts.text(TOUCHPOINT) or marker.touchpoint,
        "anchor": facts.text(ANCHOR) or marker.anchor,
        "key": facts.text(KEY) or marker.key,
    }
    return _logged(facts, mapping.tasks, told, told, facts.instant("hs_task_completion_date"))


def survey(facts: Facts, mapping: FieldMapping) -> Reading:
    """Tell an answer to a survey; what was written in it is not read."""
    section, value = mapping.feedback_submissions, facts.text("hs_value")
    told = {
        "value": value,
        "survey": facts.text("hs_survey_name"),
        "type": facts.text("hs_survey_type").lower(),
        "channel": facts.text("hs_survey_channel").lower(),
        "group": facts.text("hs_response_group").lower(),
    }
    asked = {**told, "title": told["survey"]}
    at = facts.instant("hs_submission_timestamp", "hs_createdate", "createdate")
    tickets = facts.linked("tickets")
    if len(tickets) == 1:
        told["ticket"] = tickets[0][0]
    rule = next((rule for rule in section.rules if rule.decides(asked)), None)
    if rule is not None and rule.range is not None:
        told |= _from_0_to_10(value, *rule.range)
    else:
        told["score"] = value
    return _logged(facts, section, told, asked, at)


def _from_0_to_10(value: str, lowest: float, highest: float) -> dict[str, str]:
    """Give a score that can be compared from one survey to the other; none for what is none."""
    try:
        share = (float(value) - lowest) / (highest - lowest)
    except ValueError:
        return {}
    return {"score": f"{round(share * 10, 2):g}", "scale": "10"} if 0 <= share <= 1 else {}


def _logged(
    facts: Facts,
    section: Activities,
    told: Mapping[str, str],
    asked: Mapping[str, str],
    at: datetime | None,
) -> Reading:
    """Make the events of the first rule that fits what is asked, with the attributes to tell."""
    rule = next((rule for rule in section.rules if rule.decides(asked)), None)
    if rule is None or not rule.events:
        return Reading()
    if at is None:
        what = facts.record.key.type
        aside = facts.set_aside("NO_INSTANT", f"HubSpot does not say when this {what} happened.")
        return Reading(set_aside=(aside,))
    attributes: dict[str, Scalar] = {
        name: value
        for name, value in {
            **told,
            **facts.attributes(section.attributes),
            **facts.owner,
            **facts.deal,
            **rule.set,
        }.items()
        if value != ""
    }
    kind_of = facts.record.key.type
    return Reading(
        events=tuple(
            event
            for kind in rule.events
            for event in facts.events(kind, at, subject_type=kind_of, attributes=attributes)
        )
    )
