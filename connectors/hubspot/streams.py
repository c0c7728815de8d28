"""What is read of each type of object: properties, their history, and links to other records.

Values only.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from journeysync.connectors.hubspot.mapping import FieldMapping
from journeysync.connectors.hubspot.merges import MERGES

KEY = "journeysync_key"
TOUCHPOINT = "journeysync_touchpoint"
ANCHOR = "journeysync_anchor"
CLOSED = "journeysync_closed"
TASK_PROPERTIES = (KEY, TOUCHPOINT, ANCHOR, CLOSED)
"""Our own properties of tasks."""

OVERRIDES = ("journey_override", "journey_override_until")
"""The two properties of ours that people write and we read."""

OURS = "journey_"
"""How the properties begin that we write on people and companies."""


PEOPLE = "contacts"
"""The stream of people."""


@dataclass(frozen=True, slots=True)
class Stream:
    """One type of object."""

    name: str
    """As paths have it."""
    type: str
    """As records have it."""
    modified: str = "hs_lastmodifieddate"
    properties: tuple[str, ...] = ()
    history: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    """Types of records that hang on it."""
    stage: str = ""
    """The property that says where in a pipeline it stands."""
    optional: bool = False
    """Not every portal has it, nor every key may read it: then it is left out."""


_ACTIVITY = ("hs_timestamp", "hs_createdate", "hubspot_owner_id")
_ABOUT = ("contacts", "deals")

_ALL = (
    Stream(
        "contacts",
        "contact",
        "lastmodifieddate",
        (
            "createdate", "email", "hs_additional_emails", "phone", "mobilephone",
            "hs_whatsapp_phone_number", "firstname", "lastname", "hubspot_owner_id",
            *MERGES, "first_conversion_date", "first_conversion_event_name",
            "recent_conversion_date", "recent_conversion_event_name", *OVERRIDES,
        ),
        ("recent_conversion_date", "recent_conversion_event_name"),
        ("companies",),
    ),
    Stream(
        "companies",
        "company",
        properties=(
            "createdate", "name", "hubspot_owner_id", "hs_merged_object_ids", *OVERRIDES,
        ),
    ),
    Stream(
        "deals",
        "deal",
        properties=(
            "createdate", "closedate", "dealname", "pipeline", "dealstage", "closed_lost_reason",
            "hubspot_owner_id", "hs_merged_object_ids",
        ),
        history=("dealstage",),
        links=("contacts",),
        stage="dealstage",
    ),
    Stream(
        "meetings",
        "meeting",
        properties=(
            *_ACTIVITY, "hs_meeting_title", "hs_activity_type", "hs_meeting_outcome",
            "hs_meeting_start_time", "hs_meeting_end_time",
        ),
        history=("hs_meeting_outcome", "hs_meeting_start_time"),
        links=_ABOUT,
    ),
    Stream(
        "calls",
        "call",
        properties=(
            *_ACTIVITY, "hs_call_title", "hs_activity_type", "hs_call_direction",
            "hs_call_disposition", "hs_call_status", "hs_call_duration",
        ),
        links=_ABOUT,
    ),
    Stream(
        "emails",
        "email",
        properties=(
            *_ACTIVITY, "hs_email_subject", "hs_email_direction", "hs_email_status",
            "hs_template_id",
        ),
        links=_ABOUT,
    ),
    Stream(
        "communications",
        "communication",
        properties=(
            *_ACTIVITY, "hs_communication_channel_type", "hs_communication_direction",
        ),
        links=_ABOUT,
    ),
    Stream("notes", "note", properties=_ACTIVITY, links=_ABOUT),
    Stream(
        "tasks",
        "task",
        properties=(
            *_ACTIVITY, "hs_task_subject", "hs_task_body", "hs_task_type", "hs_task_status",
            "hs_task_completion_date", *TASK_PROPERTIES,
        ),
        links=_ABOUT,
    ),
    Stream(
        "tickets",
        "ticket",
        properties=(
            "createdate", "closed_date", "subject", "hs_pipeline", "hs_pipeline_stage",
            "hs_ticket_category", "hs_ticket_priority", "source_type", "hubspot_owner_id",
            "hs_merged_object_ids",
        ),
        history=("hs_pipeline_stage",),
        links=_ABOUT,
        stage="hs_pipeline_stage",
        optional=True,
    ),
    Stream(
        "leads",
        "lead",
        properties=(
            "hs_createdate", "hs_lead_type", "hs_lead_label", "hs_pipeline", "hs_pipeline_stage",
            "hubspot_owner_id",
        ),
        history=("hs_pipeline_stage",),
        links=("contacts",),
        stage="hs_pipeline_stage",
        optional=True,
    ),
    Stream(
        "feedback_submissions",
        "feedback_submission",
        properties=(
            "hs_createdate", "hs_submission_timestamp", "hs_survey_name", "hs_survey_type",
            "hs_survey_channel", "hs_value", "hs_response_group",
        ),
        links=("contacts", "tickets"),
        optional=True,
    ),
)  # fmt: skip

STREAMS = {stream.name: stream for stream in _ALL}
OF_TYPE = {stream.type: stream for stream in _ALL}

SUBMISSIONS = "submissions"
"""The stream of form submissions: they are no objects, and are read in a way of their own."""

OPTIONAL = frozenset({SUBMISSIONS, *(stream.name for stream in _ALL if stream.optional)})
"""Streams that a portal may lack and a key may not be allowed to read."""

LINES = "line_items"
"""What a deal sells; read with the deal, no stream."""

OPT_OUT = "hs_email_optout_"
"""How the properties begin that say which kinds of e-mail a contact wants no more."""


def wanted(stream: Stream, mapping: FieldMapping) -> tuple[str, ...]:
    """Name the properties to ask for, the mapping's included."""
    return tuple(dict.fromkeys((*stream.properties, *mapped(stream, mapping))))


def mapped(stream: Stream, mapping: FieldMapping) -> tuple[str, ...]:
    """Name the properties that the mapping speaks of."""
    section = getattr(mapping, stream.name)
    rules = (*getattr(section, "dates", ()), *getattr(section, "changes", ()))
    names: Iterable[str | None] = (
        *section.attributes.values(),
        *(rule.property for rule in rules),
    )
    return tuple(dict.fromkeys(name for name in names if name))


def with_history(stream: Stream, mapping: FieldMapping) -> tuple[str, ...]:
    """Name the properties whose history is needed: pages with history are half as long."""
    section = getattr(mapping, stream.name)
    forms = getattr(section, "forms", (None,))
    changes = getattr(section, "changes", ())
    named = (*(stream.history if forms else ()), *(rule.property for rule in changes))
    return tuple(dict.fromkeys(named))


def opt_outs(stream: Stream, mapping: FieldMapping, defined: Iterable[str]) -> list[str]:
    """Name the properties of this portal that hold the opt-out from one kind of e-mail."""
    if not getattr(getattr(mapping, stream.name), "subscriptions", ()):
        return []
    return sorted(
        name
        for name in defined
        if name.startswith(OPT_OUT) and name.removeprefix(OPT_OUT).isdecimal()
    )
