"""Fields that an administrator, or a program in their name, makes, changes and takes away.

A new field is seen by nobody until a permission set says who may see it.
"""

import re
from collections.abc import Mapping
from typing import Any

from journeysync.sandbox.salesforce.answers import Refusal, answer, no_record
from journeysync.sandbox.salesforce.call import Call
from journeysync.sandbox.salesforce.ids import read_id
from journeysync.sandbox.salesforce.schema import Field, Kind
from journeysync.sandbox.salesforce.store import Org, Record
from journeysync.sandbox.wire import Answer

Meta = Mapping[str, Any]
_NAME = re.compile(r"^[A-Za-z](?:_?[A-Za-z0-9])*__c$")
_TYPES = {
    "Text": "string", "TextArea": "textarea", "LongTextArea": "textarea", "Picklist": "picklist",
    "MultiselectPicklist": "multipicklist", "Number": "double", "Currency": "currency",
    "Percent": "percent", "Date": "date", "DateTime": "datetime", "Checkbox": "boolean",
    "Url": "url", "Email": "email", "Phone": "phone",
}  # fmt: skip
_LENGTHS = {"TextArea": 255, "Url": 255, "Email": 80, "Phone": 40, "Picklist": 255}
_SIZED = {"Text": 255, "LongTextArea": 131_072}
_NUMBERS = frozenset({"Number", "Currency", "Percent"})
_KEYS = frozenset({"Text", "Number", "Email"})
MOST_NAME, MOST_LABEL = 40, 40
ACTIVITY = ("Task", "Event")


def homes(org: Org, owner: str) -> list[Kind]:
    """Give the kinds that a field belongs to: one made on Activity is on tasks and events."""
    if owner == "Activity":
        return [org.kinds[name] for name in ACTIVITY]
    kind = org.kinds.get(owner)
    if kind is None or kind.setup or owner in ACTIVITY or not kind.writable:
        words = f"Entity Enumeration Or ID: bad value for restricted picklist field: {owner}"
        raise Refusal(
            "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", words, fields=["EntityDefinitionId"]
        )
    return [kind]


def create(call: Call) -> Answer:
    """Make a field of what was sent."""
    sent = call.document()
    record = make(call.org, str(sent.get("FullName", "")), sent.get("Metadata") or {})
    shown = {"id": record.id, "success": True, "errors": [], "warnings": [], "infos": []}
    return answer(201, shown)


def make(org: Org, full_name: str, meta: Meta) -> Record:
    """Make a field by its full name, such as `Contact.Journey_Stage__c`."""
    owner, _, name = full_name.partition(".")
    kinds = homes(org, owner)
    if not _NAME.match(name) or len(name) > MOST_NAME + len("__c"):
        words = "The Field Name can only contain underscores and alphanumeric characters."
        raise Refusal("FIELD_INTEGRITY_EXCEPTION", words, fields=["DeveloperName"])
    if kinds[0].find(name) is not None:
        words = f"There is already a field named {name.removesuffix('__c')} on {owner}."
        raise Refusal("DUPLICATE_DEVELOPER_NAME", words, fields=["DeveloperName"])
    one = read(name, meta)
    for kind in kinds:
        kind.fields[name] = one
        if one.unique or one.external:
            org.make_unique(kind, one)
    return write_down(org, owner, one, meta)


def write_down(org: Org, owner: str, one: Field, meta: Meta) -> Record:
    """Keep a field in the list of custom fields."""
    values = {
        "DeveloperName": one.name.removesuffix("__c"), "FullName": f"{owner}.{one.name}",
        "TableEnumOrId": owner, "ManageableState": "unmanaged", "Length": one.length or None,
        "Metadata": dict(meta),
    }  # fmt: skip
    return org.create(org.kinds["CustomField"], values)


def read(name: str, meta: Meta) -> Field:
    """Read the definition of a field, or say what is wrong with it."""
    type_ = str(meta.get("type", ""))
    label = str(meta.get("label") or "")
    if type_ not in _TYPES:
        words = f"Invalid value for required field: type ({type_})"
        raise Refusal("FIELD_INTEGRITY_EXCEPTION", words, fields=["type"])
    if not label or len(label) > MOST_LABEL:
        words = "Must specify a non-empty label for the CustomField"
        raise Refusal("FIELD_INTEGRITY_EXCEPTION", words, fields=["Label"])
    one = Field(name, _TYPES[type_], update=True, create=True, custom=True, label=label)
    one.length = _LENGTHS.get(type_, 0)
    if type_ in _SIZED:
        one.length = int(meta.get("length") or 0)
        if not 0 < one.length <= _SIZED[type_]:
            words = f"Must specify 'length' for a CustomField of type {type_}"
            raise Refusal("FIELD_INTEGRITY_EXCEPTION", words, fields=["length"])
    if type_ == "LongTextArea" and not meta.get("visibleLines"):
        words = "Must specify 'visibleLines' for a CustomField of type LongTextArea"
        raise Refusal("FIELD_INTEGRITY_EXCEPTION", words, fields=["visibleLines"])
    if type_ in _NUMBERS:
        if "precision" not in meta or "scale" not in meta:
            words = f"Must specify 'precision' for a CustomField of type {type_}"
            raise Refusal("FIELD_INTEGRITY_EXCEPTION", words, fields=["precision"])
        one.precision, one.scale = int(meta["precision"]), int(meta["scale"])
    if type_ == "Checkbox":
        if "defaultValue" not in meta:
            words = "Must specify 'defaultValue' for a CustomField of type Checkbox"
            raise Refusal("FIELD_INTEGRITY_EXCEPTION", words, fields=["defaultValue"])
        one.default = str(meta["defaultValue"]).lower() == "true"
    adjust(one, meta)
    return one


def adjust(one: Field, meta: Meta) -> None:
    """Take over what may change later, too."""
    type_ = str(meta.get("type", ""))
    one.label = str(meta.get("label") or one.label)
    one.about, one.help = str(meta.get("description") or ""), str(meta.get("inlineHelpText") or "")
    one.external, one.unique = bool(meta.get("externalId")), bool(meta.get("unique"))
    one.lookup = one.external
    one.case_sensitive = bool(meta.get("caseSensitive"))
    one.tracked = bool(meta.get("trackHistory"))
    one.nillable = not meta.get("required")
    if (one.external or one.unique) and type_ not in _KEYS:
        words = f"Can not specify 'externalId' for a CustomField of type {type_}"
        raise Refusal("FIELD_INTEGRITY_EXCEPTION", words, fields=["externalId"])
    if "Picklist" in type_ or type_ == "Picklist":
        chosen = meta.get("valueSet") or {}
        values = (chosen.get("valueSetDefinition") or {}).get("value")
        if not values:
            words = "Must specify either valueSetName or valueSetDefinition for valueSet"
            raise Refusal("FIELD_INTEGRITY_EXCEPTION", words, fields=["valueSet"])
        one.restricted = bool(chosen.get("restricted"))
        one.values = [
            (str(each["fullName"]), str(each.get("label") or each["fullName"]))
            for each in values
            if each.get("isActive", True) is not False
        ]
        if len({value.lower() for value, _ in one.values}) < len(one.values):
            raise Refusal("DUPLICATE_VALUE", "duplicate value found: picklist value")


def change(call: Call, text: str) -> Answer:
    """Change a field: its label, its values; never its type."""
    record, (owner, one) = _find(call.org, text)
    meta = call.document().get("Metadata")
    if not isinstance(meta, dict):
        raise Refusal("REQUIRED_FIELD_MISSING", "Required fields are missing: [Metadata]")
    apply(call.org, record, owner, one, meta)
    return answer(204)


def apply(org: Org, record: Record, owner: str, one: Field, meta: Meta) -> None:
    """Give a field another definition."""
    if _TYPES.get(str(meta.get("type"))) != one.type:
        words = "Cannot change which type of field this is through the API"
        raise Refusal("FIELD_INTEGRITY_EXCEPTION", words, fields=["type"])
    adjust(one, meta)
    for kind in homes(org, owner):
        if (one.unique or one.external) and (kind.name, one.name) not in org.unique:
            org.make_unique(kind, one)
    org.set(record, {"Metadata": dict(meta)})


def remove(call: Call, text: str) -> Answer:
    """Take a field away, with all that stands in it."""
    record, (owner, one) = _find(call.org, text)
    erase(call.org, record, owner, one)
    return answer(204)


def erase(org: Org, record: Record, owner: str, one: Field) -> None:
    for kind in homes(org, owner):
        kind.fields.pop(one.name, None)
        org.unique.pop((kind.name, one.name), None)
        for held in org.records[kind.name].values():
            held.values.pop(one.name, None)
        named = f"{kind.name}.{one.name}"
        rights = org.records["FieldPermissions"]
        for number in [each.id for each in rights.values() if each.values["Field"] == named]:
            del rights[number]
    org.regrant()
    org.delete(record)


def _find(org: Org, text: str) -> tuple[Record, tuple[str, Field]]:
    number = read_id(text)
    record = org.records["CustomField"].get(number) if number else None
    if record is None:
        raise no_record(text)
    owner, _, name = str(record.values["FullName"]).partition(".")
    return record, (owner, homes(org, owner)[0].fields[name])


# --- lists of kinds and fields ---------------------------------------------------------------


def entities(org: Org) -> list[dict[str, Any]]:
    return [
        {"DurableId": kind.name, "QualifiedApiName": kind.name, "DeveloperName": kind.name,
         "Label": kind.label, "PluralLabel": kind.plural, "KeyPrefix": kind.prefix,
         "IsQueryable": True, "IsCustomizable": not kind.setup}
        for kind in org.kinds.values()
        if org.kind(kind.name)
    ]  # fmt: skip


def definitions(org: Org) -> list[dict[str, Any]]:
    """List all fields of all kinds: whoever may not see a field still finds it here."""
    return [
        {"DurableId": f"{kind.name}.{one.name}", "QualifiedApiName": one.name,
         "DeveloperName": one.name.removesuffix("__c"), "Label": one.label,
         "DataType": _data_type(one), "Length": one.length, "EntityDefinitionId": kind.name,
         "IsCompound": one.type == "address", "IsIndexed": one.unique or one.external}
        for kind in org.kinds.values()
        for one in kind.fields.values()
        if org.kind(kind.name)
    ]  # fmt: skip


def _data_type(one: Field) -> str:
    if one.type == "reference":
        return f"Lookup({','.join(one.targets)})"
    if one.type == "string":
        return f"Text({one.length})" + (" (External ID)" if one.external else "")
    if one.type == "double":
        return f"Number({one.precision - one.scale}, {one.scale})"
    named = {"boolean": "Checkbox", "datetime": "Date/Time", "textarea": "Text Area"}
    return named.get(one.type, one.type.capitalize())


_MADE = {
    "string": "Text", "boolean": "Checkbox", "datetime": "DateTime", "date": "Date",
    "currency": "Currency", "double": "Number", "picklist": "Picklist", "textarea": "TextArea",
}  # fmt: skip


def list_given(org: Org) -> None:
    """Write the fields that the studio's administrator had made into the list of custom fields."""
    org.kinds["EntityDefinition"].rows = entities
    org.kinds["FieldDefinition"].rows = definitions
    for kind in org.kinds.values():
        if kind.name == "Event":
            continue
        for one in kind.fields.values():
            if one.custom:
                owner = "Activity" if kind.name == "Task" else kind.name
                meta: dict[str, Any] = {"label": one.label, "type": _MADE[one.type]}
                if one.values:
                    listed = [{"fullName": value, "label": label} for value, label in one.values]
                    meta["valueSet"] = {
                        "restricted": one.restricted, "valueSetDefinition": {"value": listed},
                    }  # fmt: skip
                write_down(org, owner, one, meta)
