"""What a run can have written, so that two runs can be compared.

Without generated ids and without clocks: people are known by their e-mail address, tasks by their
key or subject.
"""

from typing import Any

from journeysync.sandbox.salesforce.store import Org, Record

_PEOPLE = ("Contact", "Lead", "Account", "Opportunity")
_CLOCKS = frozenset(
    {
        "Id", "CreatedDate", "LastModifiedDate", "SystemModstamp", "CreatedById",
        "LastModifiedById", "CompletedDateTime", "LastActivityDate",
    }
)  # fmt: skip


def snapshot(org: Org) -> dict[str, Any]:
    """Show values of added fields, all open tasks and ours, and what was set up."""
    return {
        **{name: _written(org, name) for name in _PEOPLE},
        "tasks": _tasks(org),
        "fields": _fields(org),
        "permissions": _permissions(org),
        "list_views": sorted(
            f"{one.values['SobjectType']}.{one.values['DeveloperName']}"
            for one in org.records["ListView"].values()
        ),
    }


def name_of(record: Record | None) -> str:
    """Name a record by what stays the same from one sandbox to the next."""
    if record is None:
        return ""
    values = record.values
    return str(
        values.get("Email")
        or values.get("Username")
        or values.get("Name")
        or values.get("Subject")
        or record.kind.name
    )


def _written(org: Org, name: str) -> list[dict[str, Any]]:
    """Show each record with its values of added fields, and those the API's user wrote last."""
    rows = []
    for record in org.records[name].values():
        ours = org.ours.get(record.id, set())
        shown = {
            field: value
            for field, value in record.values.items()
            if field not in _CLOCKS
            and (field in ours or (field not in org.given[name] and value is not False))
        }
        if shown:
            rows.append({"key": name_of(record), "deleted": record.deleted,
                         "properties": _named(org, shown)})  # fmt: skip
    return sorted(rows, key=lambda row: (row["key"], repr(row)))


def _tasks(org: Org) -> list[dict[str, Any]]:
    rows = []
    for record in org.records["Task"].values():
        added = any(field not in org.given["Task"] for field in record.values)
        if record.get("CreatedById") != org.user and not added:
            continue
        shown = {name: value for name, value in record.values.items() if name not in _CLOCKS}
        rows.append({"key": name_of(record), "properties": _named(org, shown)})
    return sorted(rows, key=lambda row: (row["key"], repr(row)))


def _named(org: Org, values: dict[str, Any]) -> dict[str, Any]:
    """Put names in the place of ids."""
    return {
        name: name_of(org.of_id(value)) if name.endswith("Id") and org.of_id(value) else value
        for name, value in sorted(values.items())
    }


def _fields(org: Org) -> list[dict[str, Any]]:
    return [
        {"object": kind.name, "name": one.name, "type": one.type, "label": one.label,
         "length": one.length, "unique": one.unique, "values": [list(each) for each in one.values]}
        for kind in org.kinds.values()
        for one in sorted(kind.fields.values(), key=lambda each: each.name)
        if one.name not in org.given[kind.name]
        or tuple(one.values) != org.given_choices.get((kind.name, one.name), tuple(one.values))
    ]  # fmt: skip


def _permissions(org: Org) -> list[list[Any]]:
    names = {one.id: one.values["Name"] for one in org.records["PermissionSet"].values()}
    fields = [
        [names.get(one.values["ParentId"], ""), one.values["Field"],
         bool(one.get("PermissionsRead")), bool(one.get("PermissionsEdit"))]
        for one in org.records["FieldPermissions"].values()
    ]  # fmt: skip
    given = [
        [names.get(one.values["PermissionSetId"], ""), name_of(org.of_id(one.get("AssigneeId")))]
        for one in org.records["PermissionSetAssignment"].values()
    ]
    return sorted(fields + given + [[name] for name in names.values()], key=repr)
