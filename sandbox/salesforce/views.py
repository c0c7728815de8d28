"""What people see of records: list views by the UI API, paths by the Tooling API.

And the list of validation rules, as an administrator sees it.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from journeysync.sandbox.salesforce.answers import Refusal, answer, not_found
from journeysync.sandbox.salesforce.call import Call
from journeysync.sandbox.salesforce.ids import read_id
from journeysync.sandbox.salesforce.rules import Rules
from journeysync.sandbox.salesforce.schema import Field, Kind
from journeysync.sandbox.salesforce.store import Org, Record
from journeysync.sandbox.wire import Answer

_API_NAME = re.compile(r"^[A-Za-z](?:_?[A-Za-z0-9])*$")
_SCOPES = ("everything", "mine", "queue", "team")
_OPERATORS = (
    "Equals", "NotEqual", "LessThan", "GreaterThan", "LessOrEqual", "GreaterOrEqual", "Contains",
    "NotContain", "StartsWith", "Includes", "Excludes", "Within",
)  # fmt: skip
_NO_PATH = {"Lead": "Status", "Opportunity": "StageName", "Quote": "Status"}
MOST_LABEL = 40


def _input(words: str) -> Refusal:
    return Refusal("INVALID_INPUT", words)


# --- list views ------------------------------------------------------------------------------


def create_view(call: Call, name: str) -> Answer:
    """Make a list view of one kind."""
    org, sent = call.org, call.document()
    kind = _kind(org, name)
    api = str(sent.get("listViewApiName") or "")
    label = str(sent.get("label") or "")
    if not _API_NAME.match(api) or not 0 < len(label) <= MOST_LABEL:
        raise _input("listViewApiName and label are required")
    if _view(org, name, api) is not None:
        raise Refusal("DUPLICATE_DEVELOPER_NAME", f"The list view name {api} is already in use")
    if (sent.get("scope") or {}).get("apiName") not in _SCOPES:
        raise _input("Unknown scope")
    if sent.get("visibility") not in ("Private", "Public", "Shared"):
        raise _input("Unknown visibility")
    for column in sent.get("displayColumns") or ():
        _seen(org, kind, str(column))
    for one in sent.get("filteredByInfo") or ():
        field = _seen(org, kind, str(one.get("fieldApiName")))
        if one.get("operator") not in _OPERATORS or not isinstance(one.get("operandLabels"), list):
            raise _input("Unknown operator, or no operandLabels")
        labels = {shown for _, shown in field.values}
        if field.values and not {text for text in one["operandLabels"] if text} <= labels:
            raise _input("Unknown picklist label")
    made = org.create(
        org.kinds["ListView"],
        {"Name": label, "DeveloperName": api, "SobjectType": name, "IsSoqlCompatible": True},
    )
    return answer(201, {"id": made.id, "listViewApiName": api, "label": label})


def remove_view(call: Call, name: str, api: str) -> Answer:
    """Take a list view away."""
    record = _view(call.org, name, api)
    if record is None:
        raise not_found()
    call.org.forget(record)
    return answer(204)


def _view(org: Org, name: str, api: str) -> Record | None:
    for record in org.records["ListView"].values():
        if (record.get("SobjectType"), record.get("DeveloperName")) == (name, api):
            return record
    return None


# --- paths -----------------------------------------------------------------------------------


def create_path(call: Call) -> Answer:
    """Make a path, one for a kind."""
    org, sent = call.org, call.document()
    name, meta = str(sent.get("FullName") or ""), sent.get("Metadata")
    if not _API_NAME.match(name) or not isinstance(meta, Mapping):
        raise Refusal("REQUIRED_FIELD_MISSING", "Required fields are missing: [FullName, Metadata]")
    entity = str(meta.get("entityName") or "")
    kind = _kind(org, entity)
    field = kind.find(str(meta.get("fieldName") or ""))
    own = _NO_PATH.get(entity)
    if field is None or field.type != "picklist" or (own is not None and field.name != own):
        words = f"fieldName: bad value for path of {entity}"
        raise Refusal("FIELD_INTEGRITY_EXCEPTION", words, fields=["fieldName"])
    values = {value for value, _ in field.values}
    for step in meta.get("pathAssistantSteps") or ():
        if step.get("picklistValueName") not in values:
            words = "picklistValueName: no such value"
            raise Refusal("FIELD_INTEGRITY_EXCEPTION", words, fields=["pathAssistantSteps"])
        for one in step.get("fieldNames") or ():
            if kind.find(str(one)) is None:
                raise Refusal("FIELD_INTEGRITY_EXCEPTION", f"no field {one}", fields=["fieldNames"])
    for held in org.records["PathAssistant"].values():
        if held.values["SobjectType"] == entity:
            raise Refusal("DUPLICATE_VALUE", "There is already a path for this record type")
    made = org.create(
        org.kinds["PathAssistant"],
        {"DeveloperName": name, "FullName": name, "SobjectType": entity, "Metadata": dict(meta),
         "MasterLabel": str(meta.get("masterLabel") or ""), "IsActive": bool(meta.get("active")),
         "SobjectProcessField": field.name, "IsMasterRecordType": True},
    )  # fmt: skip
    return answer(201, {"id": made.id, "success": True, "errors": [], "warnings": [], "infos": []})


def remove_path(call: Call, text: str) -> Answer:
    """Take a path away."""
    record = call.org.records["PathAssistant"].get(read_id(text) or "")
    if record is None:
        raise not_found()
    call.org.delete(record)
    return answer(204)


# --- validation rules ------------------------------------------------------------------------


def validations(rules: Rules) -> Callable[..., Iterable[dict[str, Any]]]:
    """List the rules whenever they are asked for."""

    def rows(_: Org) -> list[dict[str, Any]]:
        return [
            {"ValidationName": f"Rule_{number}", "Active": True, "ErrorMessage": rule.message,
             "ErrorDisplayField": rule.needed, "EntityDefinitionId": rule.kind}
            for number, rule in enumerate(rules.validations, 1)
        ]  # fmt: skip

    return rows


def _kind(org: Org, name: str) -> Kind:
    kind = org.kind(name)
    if kind is None or kind.setup:
        raise Refusal("INVALID_TYPE", f"sObject type '{name}' is not supported.", 404)
    return kind


def _seen(org: Org, kind: Kind, name: str) -> Field:
    """Find a field that the user sees and that views can filter by."""
    one = kind.find(name)
    if one is None or not org.readable(kind, one) or not one.filterable:
        raise _input(f"Unknown field {name}")
    return one
