"""What things are called in Salesforce: objects, and our fields on them. Pure.

The core calls a field `journey_stage`; Salesforce ends the names of custom fields in `__c`.
"""

from collections.abc import Mapping

OBJECTS: Mapping[str, str] = {
    "contact": "Contact",
    "lead": "Lead",
    "company": "Account",
    "deal": "Opportunity",
    "task": "Task",
}
"""Type of record, as the core names it -> Salesforce's object."""

PREFIXES: Mapping[str, str] = {
    "003": "Contact",
    "00Q": "Lead",
    "001": "Account",
    "006": "Opportunity",
    "00T": "Task",
}
"""The first three characters of an id -> the object it belongs to."""

KEY = "Journey_Key__c"
TOUCHPOINT = "Journey_Touchpoint__c"
ANCHOR = "Journey_Anchor__c"
CLOSED = "Journey_Closed__c"
DUE = "Journey_Due__c"
TASK_FIELDS = (KEY, TOUCHPOINT, ANCHOR, CLOSED, DUE)
"""Our fields of tasks. Salesforce keeps the custom fields of tasks and events on `Activity`."""

OVERRIDE = "Journey_Override__c"
OVERRIDE_UNTIL = "Journey_Override_Until__c"
OVERRIDES = (OVERRIDE, OVERRIDE_UNTIL)
"""The two fields of ours that people write and we read."""

OURS = "Journey_"
"""How all our fields begin."""


def api_name(field: str) -> str:
    """Return Salesforce's name of one of our fields: `journey_stage` is `Journey_Stage__c`."""
    return "_".join(part.capitalize() for part in field.split("_")) + "__c"


def our_name(api: str) -> str:
    """Return the core's name of one of our fields: `Journey_Stage__c` is `journey_stage`."""
    return api.removesuffix("__c").lower()
