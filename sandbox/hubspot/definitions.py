"""Property definitions and groups of the pretend portal, as values and as JSON.

Holds what exists; the endpoints that change them are in `properties.py`.
"""

from dataclasses import dataclass, field
from typing import Any

from journeysync.sandbox.hubspot import standard
from journeysync.sandbox.hubspot.kinds import KINDS

BORN = "2019-08-06T02:41:08.204Z"
OWNER_FIELDS = frozenset({"hubspot_owner_id"})
STAGE_FIELDS = frozenset({"pipeline", "dealstage", "hs_pipeline", "hs_pipeline_stage"})


@dataclass(slots=True)
class Definition:
    """One property of one object type."""

    name: str
    label: str
    type: str
    field_type: str
    group: str
    description: str = ""
    options: list[dict[str, Any]] = field(default_factory=list)
    unique: bool = False
    read_only: bool = False
    hidden: bool = False
    external: bool = False
    standard: bool = False
    display_order: int = -1
    form_field: bool = False
    created: str = BORN
    updated: str = BORN
    archived_at: str | None = None

    def json(self) -> dict[str, Any]:
        """Show it as the properties endpoints do."""
        body: dict[str, Any] = {
            "updatedAt": self.updated,
            "createdAt": self.created,
            "name": self.name,
            "label": self.label,
            "type": self.type,
            "fieldType": self.field_type,
            "description": self.description,
            "groupName": self.group,
            "options": self.options,
            "displayOrder": self.display_order,
            "calculated": False,
            "externalOptions": self.external,
            "hasUniqueValue": self.unique,
            "hidden": self.hidden,
            "hubspotDefined": self.standard,
            "modificationMetadata": {
                "archivable": True,
                "readOnlyDefinition": self.standard,
                "readOnlyValue": self.read_only,
            },
            "formField": self.form_field,
            "dataSensitivity": "non_sensitive",
        }
        if self.name in OWNER_FIELDS:
            body["referencedObjectType"] = "OWNER"
        if not self.standard:
            body |= {"createdUserId": "1001", "updatedUserId": "1001"}
            body["modificationMetadata"]["readOnlyOptions"] = False
        if self.archived_at:
            body |= {"archived": True, "archivedAt": self.archived_at}
        else:
            body["archived"] = False
        return body


@dataclass(slots=True)
class Group:
    name: str
    label: str
    display_order: int = -1
    archived: bool = False
    standard: bool = False

    def json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "label": self.label,
            "displayOrder": self.display_order,
            "archived": self.archived,
        }


def read_options(text: str) -> list[dict[str, Any]]:
    """Read `value=label;value=label` as the list of options."""
    return [
        {"label": label, "value": value, "displayOrder": order, "hidden": False}
        for order, (value, _, label) in enumerate(pair.partition("=") for pair in text.split(";"))
    ]


def _read_line(kind: str, line: str, order: int, first_group: str) -> Definition:
    name, label, types, group, flags = (part.strip() for part in line.split("|"))
    type_, field_type = types.split("/")
    group = group or first_group
    options = standard.OPTIONS.get(f"{kind}.{name}") or standard.OPTIONS.get(name, "")
    if type_ == "bool" and not options:
        options = standard.BOOL_OPTIONS
    return Definition(
        name,
        label,
        type_,
        field_type,
        group,
        description=label,
        options=read_options(options) if options else [],
        read_only="r" in flags,
        hidden="h" in flags,
        external="o" in flags or name == "lifecyclestage",
        standard=group != "studio",
        display_order=order,
        form_field=kind == "contacts" and "r" not in flags,
    )


def standard_definitions() -> dict[str, dict[str, Definition]]:
    """Make the definitions a portal starts with."""
    made: dict[str, dict[str, Definition]] = {}
    for kind, text in standard.DEFINITIONS.items():
        both = (standard.ACTIVITY if KINDS[kind].activity else "") + text
        own = [line for line in both.splitlines() if line.strip()]
        group = own[0].split("|")[3].strip()
        lines = own + standard.EVERYWHERE.format(group=group).strip().splitlines()
        found = (_read_line(kind, line, order, group) for order, line in enumerate(lines))
        made[kind] = {definition.name: definition for definition in found}
    return made


def standard_groups() -> dict[str, dict[str, Group]]:
    """Make the groups a portal starts with."""
    made: dict[str, dict[str, Group]] = {}
    for kind in KINDS:
        own = KINDS[kind].singular
        text = standard.GROUPS.get(
            kind, f"engagement=Engagement;{own}={own.title()};studio=Willow Street Studio"
        )
        pairs = (pair.partition("=") for pair in text.split(";"))
        made[kind] = {
            name: Group(name, label, order, standard=name != "studio")
            for order, (name, _, label) in enumerate(pairs)
        }
    return made
