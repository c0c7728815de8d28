"""Makes our fields in an org with what makes them visible and useful, and takes them away.

Additive: a value that a person added stays, a field that is not ours is never touched. Fields come
first: permissions, list views and paths speak of them; they are taken away in the other order.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from journeysync.connectors.http import LacksScope, Refused
from journeysync.connectors.salesforce import list_views, path
from journeysync.connectors.salesforce.changes import Changes
from journeysync.connectors.salesforce.client import Client
from journeysync.connectors.salesforce.custom_fields import (
    ACTIVITY,
    TASK_FIELDS,
    Wanted,
    more_values,
    wanted,
)
from journeysync.connectors.salesforce.making import Maker, NotTaken
from journeysync.connectors.salesforce.names import OBJECTS
from journeysync.connectors.salesforce.permission_set import Permissions
from journeysync.connectors.salesforce.query import among, select
from journeysync.core.errors import BadCredentials
from journeysync.core.ports import FieldSpec, Provisioning

_NOT_FOUND = 404
_PATH = "tooling/sobjects/CustomField"
_RIGHTS = (
    "To make fields its user needs the permissions Customize Application, View Setup and "
    "Configuration, and Manage Profiles and Permission Sets; afterwards it can do without."
)
_LAYOUTS = (
    "page layouts: put the fields Journey … on the pages of {} (Object Manager > Page Layouts, or "
    "Lightning App Builder); fields that are made by the API stand on none"
)


class Provisioner:
    """Makes and removes our fields in one org."""

    def __init__(self, client: Client, changes: Changes) -> None:
        self._client = client
        self._changes = changes

    def make(
        self, object_types: Sequence[str], specs: Sequence[FieldSpec], *, dry_run: bool
    ) -> list[Provisioning]:
        """Make what is missing on these types, and what tasks need."""
        maker = Maker(self._client, dry_run)
        objects = self.objects(object_types)
        ours = [wanted(object_, spec) for object_ in objects for spec in specs]
        try:
            here = self._here(maker, [*ours, *TASK_FIELDS])
            done = [one for field in ours for one in self._field(maker, field, here)]
        except LacksScope as error:
            raise BadCredentials(self._client.tool, _RIGHTS) from error
        fresh = any(one.action == "create" for one in done)
        keyed, on_tasks = self._task_fields(maker, here)
        done += on_tasks
        visible = [(field.object, field.name) for field in ours]
        visible += [(OBJECTS["task"], field.name) for field in TASK_FIELDS if keyed]
        done += Permissions(maker, self._changes).make(visible)
        if not dry_run:
            for name in (*objects, OBJECTS["task"]):
                self._client.forget(name)
        done += list_views.make(maker, objects, specs)
        done += path.make(maker, objects, specs)
        if fresh:
            done.append(Provisioning(_LAYOUTS.format(", ".join(objects)), "click"))
        return done

    def remove(
        self, object_types: Sequence[str], specs: Sequence[FieldSpec], *, dry_run: bool
    ) -> list[Provisioning]:
        """Take away what `make` made."""
        maker = Maker(self._client, dry_run)
        objects = self.objects(object_types)
        done = [*path.remove(maker, objects), *list_views.remove(maker, objects)]
        done += Permissions(maker, self._changes).remove()
        ours = [wanted(object_, spec) for object_ in objects for spec in specs]
        here = self._here(maker, [*ours, *TASK_FIELDS])
        done += [
            maker.remove(field.what, f"{_PATH}/{here[field.full_name]}")
            for field in (*ours, *TASK_FIELDS)
            if field.full_name in here
        ]
        for name in (*objects, OBJECTS["task"]):
            self._client.forget(name)
        return done

    def objects(self, object_types: Sequence[str]) -> list[str]:
        """Name the objects that carry our fields: people are contacts and, where it has, leads."""
        names = [OBJECTS[one] for one in object_types]
        if OBJECTS["contact"] in names and self._has(OBJECTS["lead"]):
            names.insert(names.index(OBJECTS["contact"]) + 1, OBJECTS["lead"])
        return names

    def _has(self, name: str) -> bool:
        try:
            self._client.describe(name)
        except Refused as refused:
            if refused.answer.status != _NOT_FOUND:
                raise
            return False
        return True

    def _here(self, maker: Maker, fields: Sequence[Wanted]) -> dict[str, str]:
        """Return which of our fields there are, seen or not, with their ids."""
        names = sorted({field.name.removesuffix("__c") for field in fields})
        soql = select(
            ["Id", "DeveloperName", "TableEnumOrId"], "CustomField", among("DeveloperName", names)
        )
        return {
            f"{row['TableEnumOrId']}.{row['DeveloperName']}__c": str(row["Id"])
            for row in maker.rows(soql, tooling=True)
        }

    def _field(
        self, maker: Maker, field: Wanted, here: Mapping[str, str]
    ) -> Iterator[Provisioning]:
        number = here.get(field.full_name)
        if number is None:
            bodies = [{"FullName": field.full_name, "Metadata": one} for one in field.attempts]
            yield maker.create(field.what, _PATH, *bodies)
            return
        now: dict[str, Any] = self._client.get(f"{_PATH}/{number}").get("Metadata") or {}
        if now.get("type") != field.type:
            yield Provisioning(
                f"{field.what} exists as {now.get('type')}: rename or delete it in Salesforce, "
                "then provision again",
                "click",
            )
        elif field.options and (more := more_values(field.options, now)) is not None:
            yield maker.change(f"{field.what}: values", f"{_PATH}/{number}", {"Metadata": more})
        else:
            yield Provisioning(field.what, "keep")

    def _task_fields(
        self, maker: Maker, here: Mapping[str, str]
    ) -> tuple[bool, list[Provisioning]]:
        """Make what tasks carry; an org that takes no such fields has the key in the text."""
        done: list[Provisioning] = []
        try:
            for field in TASK_FIELDS:
                done += self._field(maker, field, here)
        except (NotTaken, LacksScope):
            # The fields before went through, so our user may make fields as such.
            what = f"fields of {ACTIVITY}: this org takes none; tasks carry their key as text"
            return False, [Provisioning(what, "keep")]
        return True, done
