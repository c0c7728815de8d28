"""What is read of each object: its fields, what hangs on it, and who it is about. Values only."""

from collections.abc import Mapping
from dataclasses import dataclass

from journeysync.connectors.mapping_files import Part
from journeysync.connectors.salesforce.mapping import (
    SECTIONS,
    Contacts,
    SalesforceMapping,
    paths,
)
from journeysync.connectors.salesforce.names import OVERRIDES, TASK_FIELDS


@dataclass(frozen=True, slots=True)
class Child:
    """Records that hang on those of a stream and are read with them."""

    source: str
    parent: str
    """The field that holds the parent's id."""
    relation: str
    """What that field is called in conditions on the parent."""
    fields: tuple[str, ...]
    watched: bool = False
    """True where a change of it leaves the parent's own time stamp as it was."""
    person: str = ""
    """The field that holds whom the parent is about."""
    history: bool = False
    """True for the history of fields: only those are read that a rule speaks of."""
    instead_of: str = ""
    """Read only where those children cannot be."""


@dataclass(frozen=True, slots=True)
class Stream:
    """One object."""

    name: str
    source: str
    """As Salesforce has it."""
    type: str
    """As records have it."""
    fields: tuple[str, ...] = ()
    children: tuple[Child, ...] = ()
    people: tuple[str, ...] = ()
    """Fields that hold whom it is about; the first that is filled in counts."""
    by_account: bool = False
    """Where nobody is named, it is about the only contact of its account."""
    tracked: tuple[str, ...] = ()
    """Fields whose history is always needed."""
    archived: bool = False
    """True where old records are shown only to those who also ask for deleted ones."""
    statuses: str = ""
    """The object that says which stages or statuses there are."""
    optional: bool = False
    """Not every org has it, nor may every user read it: then it is left out."""


STAMP = "SystemModstamp"
_SYSTEM = ("Id", "IsDeleted", STAMP, "CreatedDate")
_PERSON = ("Email", "Phone", "MobilePhone", "FirstName", "LastName", "OwnerId",
           "LeadSource", *OVERRIDES)  # fmt: skip
_ACTIVITY = ("WhoId", "WhatId", "Subject", "OwnerId", "ActivityDate")
_CHANGE = ("Field", "OldValue", "NewValue", "CreatedDate")

_ALL = (
    Stream(
        "contacts",
        "Contact",
        "contact",
        (*_PERSON, "HomePhone", "OtherPhone", "AccountId", "IsPersonAccount"),
        (Child("ContactHistory", "ContactId", "Contact.", _CHANGE, history=True),),
    ),
    Stream(
        "leads",
        "Lead",
        "lead",
        (*_PERSON, "Company", "Status", "IsConverted", "ConvertedDate", "ConvertedContactId"),
        (Child("LeadHistory", "LeadId", "Lead.", _CHANGE, history=True),),
        tracked=("Status",),
        statuses="LeadStatus",
        optional=True,
    ),
    Stream(
        "accounts",
        "Account",
        "company",
        ("Name", "OwnerId", "IsPersonAccount", *OVERRIDES),
    ),
    Stream(
        "opportunities",
        "Opportunity",
        "deal",
        ("Name", "StageName", "IsClosed", "IsWon", "CloseDate", "LastStageChangeDate", "AccountId",
         "OwnerId", "RecordTypeId"),
        (
            Child(
                "OpportunityHistory", "OpportunityId", "Opportunity.", ("StageName", "CreatedDate")
            ),
            Child(
                "OpportunityFieldHistory", "OpportunityId", "Opportunity.", _CHANGE,
                history=True, instead_of="OpportunityHistory",
            ),
            Child(
                "OpportunityContactRole", "OpportunityId", "Opportunity.", ("ContactId",),
                watched=True, person="ContactId",
            ),
        ),
        by_account=True,
        tracked=("StageName",),
        statuses="OpportunityStage",
    ),
    Stream(
        "events",
        "Event",
        "meeting",
        (*_ACTIVITY, "StartDateTime", "EndDateTime", "ActivityDateTime", "DurationInMinutes",
         "IsAllDayEvent", "IsChild", "IsRecurrence", "RecordTypeId"),
        (Child("EventRelation", "EventId", "Event.", ("RelationId",), person="RelationId"),),
        people=("WhoId",),
        archived=True,
    ),
    Stream(
        "tasks",
        "Task",
        "task",
        (*_ACTIVITY, "Status", "IsClosed", "Type", "TaskSubtype", "CallType", "CallDisposition",
         "CallDurationInSeconds", "CompletedDateTime", "IsRecurrence", *TASK_FIELDS),
        (Child("TaskRelation", "TaskId", "Task.", ("RelationId",), person="RelationId"),),
        people=("WhoId",),
        archived=True,
    ),
    Stream(
        "emails",
        "EmailMessage",
        "email",
        ("Subject", "Incoming", "Status", "MessageDate", "IsBounced", "RelatedToId", "ParentId",
         "Parent.ContactId"),
        (
            Child(
                "EmailMessageRelation", "EmailMessageId", "EmailMessage.", ("RelationId",),
                person="RelationId",
            ),
        ),
        people=("Parent.ContactId",),
        optional=True,
    ),
    Stream(
        "cases",
        "Case",
        "ticket",
        ("ContactId", "AccountId", "Subject", "Status", "IsClosed", "ClosedDate",
         "Type", "Reason", "Priority", "Origin", "OwnerId", "RecordTypeId"),
        (Child("CaseHistory", "CaseId", "Case.", _CHANGE, history=True),),
        people=("ContactId",),
        by_account=True,
        tracked=("Status",),
        statuses="CaseStatus",
        optional=True,
    ),
    Stream(
        "campaign_members",
        "CampaignMember",
        "campaign_member",
        ("ContactId", "LeadId", "Status", "HasResponded", "FirstRespondedDate", "CampaignId",
         "Campaign.Name", "Campaign.Type"),
        people=("ContactId", "LeadId"),
        optional=True,
    ),
    Stream(
        "contracts",
        "Contract",
        "contract",
        ("CustomerSignedId", "AccountId", "Status", "OwnerId", "EndDate"),
        people=("CustomerSignedId",),
        by_account=True,
        optional=True,
    ),
    Stream(
        "assets",
        "Asset",
        "asset",
        ("Name", "ContactId", "AccountId", "Status", "OwnerId"),
        people=("ContactId",),
        by_account=True,
        optional=True,
    ),
)  # fmt: skip

STREAMS: Mapping[str, Stream] = {stream.name: stream for stream in _ALL}
OF_TYPE: Mapping[str, Stream] = {stream.type: stream for stream in _ALL}
OPTIONAL = frozenset(stream.name for stream in _ALL if stream.optional)

MERGED = ("Contact", "Lead", "Account")
"""Objects whose records can be merged into one another."""


def sections(stream: Stream, mapping: SalesforceMapping) -> tuple[Part, ...]:
    """Return the parts of a mapping that speak of a stream."""
    return tuple(getattr(mapping, one) for one in SECTIONS.get(stream.name, (stream.name,)))


def mapped(stream: Stream, mapping: SalesforceMapping) -> tuple[str, ...]:
    """Name the fields that the mapping speaks of."""
    found = (path for section in sections(stream, mapping) for path in paths(section))
    return tuple(dict.fromkeys(found))


def wanted(stream: Stream, mapping: SalesforceMapping) -> tuple[str, ...]:
    """Name the fields to ask for, the mapping's included."""
    return tuple(dict.fromkeys((*_SYSTEM, *stream.fields, *mapped(stream, mapping))))


def with_history(stream: Stream, mapping: SalesforceMapping) -> tuple[str, ...]:
    """Name the fields whose history is needed."""
    changes = [
        rule.field
        for section in sections(stream, mapping)
        if isinstance(section, Contacts)
        for rule in section.changes
    ]
    return tuple(dict.fromkeys((*stream.tracked, *changes)))
