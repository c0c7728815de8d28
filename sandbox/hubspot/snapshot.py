"""What a run can have written, so that two runs can be compared.

Without generated ids and without clocks: tasks are known by their key or subject, contacts by
their e-mail address, and instants that the portal sets itself are left out.
"""

from typing import Any

from journeysync.sandbox.hubspot import lists
from journeysync.sandbox.hubspot.kinds import KINDS
from journeysync.sandbox.hubspot.portal import Portal
from journeysync.sandbox.hubspot.store import Record

_CLOCKS = frozenset(
    {
        "createdate", "lastmodifieddate", "hs_createdate", "hs_lastmodifieddate", "hs_object_id",
        "hs_task_completion_date", "hs_task_is_overdue", "hubspot_owner_assigneddate",
        "notes_last_updated", "notes_last_contacted", "hs_all_contact_vids",
        "hs_object_source_id", "hs_merged_object_ids", "hs_calculated_merged_vids",
    }
)  # fmt: skip
_RECORDS = ("contacts", "companies", "deals")


def snapshot(portal: Portal) -> dict[str, Any]:
    """Show our properties, all tasks with their links, and the definitions that were added."""
    return {
        **{kind: _written(portal, kind) for kind in _RECORDS},
        "tasks": _tasks(portal),
        "properties": _definitions(portal),
        "groups": _groups(portal),
        "lists": lists.snapshot(portal),
    }


def name_of(record: Record) -> str:
    """Name a record by what stays the same from one sandbox to the next."""
    values = record.values
    words = {
        "contacts": values.get("email")
        or " ".join(
            filter(None, (values.get("firstname"), values.get("lastname"), values.get("phone")))
        ),
        "companies": values.get("domain") or values.get("name"),
        "deals": values.get("dealname"),
        "tasks": values.get("journeysync_key") or values.get("hs_task_subject"),
        "meetings": f"{values.get('hs_meeting_title')} {values.get('hs_meeting_start_time')}",
    }
    return words.get(record.kind.name) or f"{record.kind.singular} {record.id}"


def _written(portal: Portal, kind: str) -> list[dict[str, Any]]:
    """Show each record that has a value of an added property or one an app wrote last."""
    added = set(portal.definitions[kind]) - portal.given[kind]
    rows = []
    for record in portal.store.records[kind].values():
        shown = {
            name: value
            for name, value in record.values.items()
            if name in added or (name in record.history and _by_app(record, name))
        }
        shown = {name: value for name, value in sorted(shown.items()) if name not in _CLOCKS}
        if shown:
            rows.append(
                {"key": name_of(record), "archived": _archived(record), "properties": shown}
            )
    return _sorted(rows)


def _by_app(record: Record, name: str) -> bool:
    return record.history[name][-1].stamp.source == "INTEGRATION"


def _tasks(portal: Portal) -> list[dict[str, Any]]:
    rows = []
    for record in portal.store.records["tasks"].values():
        linked = [
            [kind, name_of(portal.store.records[kind][number]), list(types)]
            for kind, others in record.links.items()
            for number, types in others.items()
        ]
        rows.append(
            {
                "key": name_of(record),
                "archived": _archived(record),
                "properties": {
                    name: value
                    for name, value in sorted(record.values.items())
                    if name not in _CLOCKS
                },
                "associations": sorted(linked),
            }
        )
    return _sorted(rows)


def _definitions(portal: Portal) -> list[dict[str, Any]]:
    rows = []
    for kind in KINDS:
        for name, item in portal.definitions[kind].items():
            if name in portal.given[kind] and item.created == item.updated and not item.archived_at:
                continue
            shown = item.json()
            for clock in ("createdAt", "updatedAt", "archivedAt"):
                shown.pop(clock, None)
            rows.append({"object": kind, **shown})
    return sorted(rows, key=lambda row: (row["object"], row["name"]))


def _groups(portal: Portal) -> list[dict[str, Any]]:
    return sorted(
        (
            {"object": kind, **item.json()}
            for kind in KINDS
            for name, item in portal.groups[kind].items()
            if name not in portal.given_groups[kind]
        ),
        key=lambda row: (row["object"], row["name"]),
    )


def _archived(record: Record) -> bool:
    return record.archived_at is not None


def _sorted(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: (row["key"], repr(row)))
