"""The standard kinds of activities, service and setup."""

from journeysync.sandbox.salesforce.schema import SYSTEM
from journeysync.sandbox.salesforce.standard import WHAT

OUTCOMES = "Scheduled|Completed|No Show|Cancelled|Rescheduled"
ACTIVITY = """
Service__c picklist(255) ucn = First consultation|Physiotherapy|Massage|Pilates class|Team meeting
Price__c currency ucn
Outcome__c picklist(255) ucn = Scheduled|Completed|No Show|Cancelled|Rescheduled
Moved_From__c datetime ucn
Booking_Id__c string(18) ucn
Template__c string(40) ucn
"""

TASK = f"""{SYSTEM}
WhoId reference(18) ucn >Contact,Lead kids:Tasks
WhatId reference(18) ucn {WHAT} kids:Tasks
Subject combobox(255) ucn = Call|Email|Send Letter|Send Quote|Other
ActivityDate date ucn
Status picklist(255) uc- default:Not_Started = Not Started|In Progress|Completed|Waiting on someone else|Deferred
Priority picklist(255) uc- default:Normal = High|Normal|Low
IsHighPriority boolean ---
OwnerId reference(18) uc- >Group,User
Description textarea(32000) ucn
Type picklist(40) ucn = Call|Email|Meeting|SMS|WhatsApp|Other
AccountId reference(18) --n >Account
IsClosed boolean ---
IsArchived boolean ---
CallDurationInSeconds int ucn
CallType picklist(40) ucn restricted = Internal|Inbound|Outbound
CallDisposition string(255) ucn
ReminderDateTime datetime ucn
IsReminderSet boolean uc-
TaskSubtype picklist(40) -cn restricted default:Task = Task|Email|ListEmail|Call|LinkedIn
CompletedDateTime datetime --n
{ACTIVITY}"""  # noqa: E501 - a line a field

EVENT = f"""{SYSTEM}
WhoId reference(18) ucn >Contact,Lead kids:Events
WhatId reference(18) ucn {WHAT} kids:Events
Subject combobox(255) ucn = Call|Email|Meeting|Send Letter/Quote|Other
Location string(255) ucn
IsAllDayEvent boolean uc-
ActivityDateTime datetime ucn
ActivityDate date ucn
DurationInMinutes int ucn
StartDateTime datetime ucn
EndDateTime datetime ucn
EndDate date --n
Description textarea(32000) ucn
AccountId reference(18) --n >Account
OwnerId reference(18) uc- >Calendar,User
IsPrivate boolean uc-
ShowAs picklist(40) ucn restricted default:Busy = Busy|OutOfOffice|Free
IsChild boolean ---
IsGroupEvent boolean ---
GroupEventType picklist(40) --n restricted default:0 = 0|1|2|3
IsArchived boolean ---
RecurrenceActivityId reference(18) --n >Event unrelated
IsRecurrence boolean -c-
ReminderDateTime datetime ucn
IsReminderSet boolean uc-
EventSubtype picklist(40) -cn restricted default:Event = Event
{ACTIVITY}"""

MESSAGE = f"""{SYSTEM}
ParentId reference(18) -cn >Case kids:EmailMessages
ActivityId reference(18) -cn >Task
RelatedToId reference(18) ucn {WHAT} kids:Emails
Subject string(3000) ucn
TextBody textarea(32000) ucn
FromAddress email(1000) ucn
FromName string(1000) ucn
ToAddress string(4000) ucn
Incoming boolean uc-
Status picklist(40) uc- restricted default:5 = 0|1|2|3|4|5
MessageDate datetime ucn
IsBounced boolean ---
IsOpened boolean ---
EmailTemplateId reference(18) -cn >EmailTemplate
Template__c string(40) ucn
Booking_Id__c string(18) ucn
"""

MESSAGE_RELATION = f"""{SYSTEM}
EmailMessageId reference(18) -c- >EmailMessage kids:EmailMessageRelations
RelationId reference(18) -cn >Contact,Lead,User kids:EmailMessageRelations
RelationType picklist(40) -c- = ToAddress|CcAddress|BccAddress|FromAddress|OtherAddress
RelationAddress string(1000) -cn
RelationObjectType string(40) ---
"""

CASE = f"""{SYSTEM}
MasterRecordId reference(18) --n >Case
CaseNumber string(30) --- lookup
ContactId reference(18) ucn >Contact kids:Cases
AccountId reference(18) ucn >Account kids:Cases
ParentId reference(18) ucn >Case
SuppliedEmail email(80) ucn
Type picklist(40) ucn = Mechanical|Electrical|Electronic|Structural|Other
Status picklist(40) ucn default:New = New|Working|Escalated|Closed
Reason picklist(40) ucn = Installation|Equipment Complexity|Performance|Breakdown|Feedback|Other
Origin picklist(40) ucn = Phone|Email|Web
Subject string(255) ucn
Priority picklist(40) ucn default:Medium = High|Medium|Low
Description textarea(32000) ucn
IsClosed boolean ---
ClosedDate datetime --n
OwnerId reference(18) uc- >Group,User
ContactEmail email(80) --n
"""

USER = """
Id id(18) --- lookup
Username string(80) uc- lookup
LastName string(80) uc-
FirstName string(40) ucn
Name string(121) ---
Email email(128) uc- lookup
Alias string(8) uc-
Title string(80) ucn
Department string(80) ucn
IsActive boolean uc-
UserType picklist(40) --- default:Standard = Standard|AutomatedProcess
ProfileId reference(18) uc- >Profile
TimeZoneSidKey picklist(40) uc- default:Europe/London
CreatedDate datetime ---
CreatedById reference(18) --- >User
LastModifiedDate datetime ---
LastModifiedById reference(18) --- >User
SystemModstamp datetime ---
"""

GROUP = f"""{SYSTEM}
Name string(40) uc-
DeveloperName string(80) ucn
Type picklist(40) -c- = Queue|Regular
"""
PROFILE = f"""{SYSTEM}
Name string(255) uc-
UserType picklist(40) ---
"""
RECORD_TYPE = f"""{SYSTEM}
Name string(80) uc-
DeveloperName string(80) uc-
SobjectType picklist(40) -c-
IsActive boolean uc-
IsPersonType boolean ---
"""
ORGANIZATION = """
Id id(18) --- lookup
Name string(80) u--
OrganizationType picklist(40) ---
IsSandbox boolean ---
InstanceName string(5) --n
TimeZoneSidKey picklist(40) u--
DefaultLocaleSidKey picklist(40) u--
NamespacePrefix string(15) --n
CreatedDate datetime ---
SystemModstamp datetime ---
"""
LIST_VIEW = f"""{SYSTEM}
Name string(80) ---
DeveloperName string(80) ---
SobjectType picklist(40) ---
IsSoqlCompatible boolean ---
"""
CURRENCY = f"""{SYSTEM}
IsoCode picklist(40) uc-
ConversionRate double uc-
DecimalPlaces int uc-
IsActive boolean uc-
IsCorporate boolean ---
"""


def history(parent: str, plural: str, reference: str) -> str:
    """Write the table of the kind that keeps the changes of another kind's fields."""
    return f"""
Id id(18) --- lookup
IsDeleted boolean ---
{reference} reference(18) --- >{parent} kids:{plural}
CreatedById reference(18) --- >User
CreatedDate datetime ---
Field picklist(255) ---
DataType picklist(40) ---
OldValue anyType --n
NewValue anyType --n
"""


STAGE_ROW = f"""{SYSTEM}
MasterLabel string(255) ---
ApiName string(255) ---
IsActive boolean ---
SortOrder int ---
IsClosed boolean ---
"""

KINDS = (
    ("Task", "00T", TASK),
    ("Event", "00U", EVENT),
    ("EmailMessage", "02s", MESSAGE),
    ("EmailMessageRelation", "0Ck", MESSAGE_RELATION),
    ("Case", "500", CASE),
    ("User", "005", USER),
    ("Group", "00G", GROUP),
    ("Profile", "00e", PROFILE),
    ("RecordType", "012", RECORD_TYPE),
    ("Organization", "00D", ORGANIZATION),
    ("ListView", "00B", LIST_VIEW),
    ("CurrencyType", "01L", CURRENCY),
    ("TaskStatus", "01M", STAGE_ROW),
    ("OpportunityStage", "01J", STAGE_ROW + "IsWon boolean ---\nDefaultProbability percent --n\n"),
    ("LeadStatus", "01K", STAGE_ROW + "IsConverted boolean ---\n"),
    ("ContactHistory", "03C", history("Contact", "Histories", "ContactId")),
    ("LeadHistory", "03L", history("Lead", "Histories", "LeadId")),
    ("AccountHistory", "03A", history("Account", "Histories", "AccountId")),
    ("CaseHistory", "03S", history("Case", "Histories", "CaseId")),
    ("OpportunityFieldHistory", "03O", history("Opportunity", "Histories", "OpportunityId")),
)
# Who may only be looked at.
READ_ONLY = frozenset(
    {
        "OpportunityHistory", "ContactHistory", "LeadHistory", "AccountHistory", "CaseHistory",
        "OpportunityFieldHistory", "RecordType", "Organization", "ListView", "Profile", "Group",
        "CurrencyType", "TaskStatus", "OpportunityStage", "LeadStatus",
    }
)  # fmt: skip
HISTORIES = {
    "Contact": ("ContactHistory", "ContactId"),
    "Lead": ("LeadHistory", "LeadId"),
    "Account": ("AccountHistory", "AccountId"),
    "Case": ("CaseHistory", "CaseId"),
    "Opportunity": ("OpportunityFieldHistory", "OpportunityId"),
}
