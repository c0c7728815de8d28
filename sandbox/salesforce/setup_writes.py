"""What is asked of permissions before they are written."""

from typing import Any

from journeysync.sandbox.salesforce.answers import Refusal
from journeysync.sandbox.salesforce.schema import Kind
from journeysync.sandbox.salesforce.store import Org


def before(org: Org, kind: Kind, values: dict[str, Any]) -> None:
    """Refuse permissions for what there is not, and the same one twice."""
    if kind.name == "FieldPermissions":
        _field(org, values)
    elif kind.name == "PermissionSet":
        _named_once(org, kind, values)
    elif kind.name == "PermissionSetAssignment":
        _assigned_once(org, kind, values)


def _field(org: Org, values: dict[str, Any]) -> None:
    owner, _, name = str(values["Field"]).partition(".")
    target = org.kind(owner)
    one = target.find(name) if target else None
    if target is None or one is None or owner != values["SobjectType"]:
        words = f"Field Name: bad value for restricted picklist field: {values['Field']}"
        raise Refusal("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", words, fields=["Field"])
    if not one.nillable and one.type != "boolean":
        words = f"Cannot set permissions of a required field: {values['Field']}"
        raise Refusal("FIELD_INTEGRITY_EXCEPTION", words, fields=["Field"])
    if values.get("PermissionsEdit") and not values.get("PermissionsRead"):
        raise Refusal("FIELD_INTEGRITY_EXCEPTION", "Edit access depends on read access")
    for held in org.records["FieldPermissions"].values():
        same = (
            held.values["ParentId"] == values["ParentId"]
            and held.values["Field"] == (values["Field"])
        )
        if same and held.id != values.get("Id"):
            words = f"duplicate value found: duplicates value on record with id: {held.id}"
            raise Refusal("DUPLICATE_VALUE", words)


def _named_once(org: Org, kind: Kind, values: dict[str, Any]) -> None:
    values.setdefault("IsCustom", True)
    name = str(values["Name"]).lower()
    for held in org.records[kind.name].values():
        if not held.deleted and held.values["Name"].lower() == name and held.id != values.get("Id"):
            words = f"The permission set name {values['Name']} is already in use"
            raise Refusal("DUPLICATE_DEVELOPER_NAME", words, fields=["Name"])


def _assigned_once(org: Org, kind: Kind, values: dict[str, Any]) -> None:
    for held in org.records[kind.name].values():
        if all(held.values[name] == values[name] for name in ("PermissionSetId", "AssigneeId")):
            raise Refusal("DUPLICATE_VALUE", "duplicate value found: PermissionSetId, AssigneeId")
