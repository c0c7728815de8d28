"""Makes our properties and lists in a portal, and takes them away.

Additive: an option that a person added stays, a property that is not ours is never touched.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Literal

from journeysync.connectors.http import Refused
from journeysync.connectors.hubspot import answers
from journeysync.connectors.hubspot.client import Client, nothing
from journeysync.connectors.hubspot.lists import Lists
from journeysync.connectors.hubspot.streams import ANCHOR, CLOSED, KEY, STREAMS, TOUCHPOINT
from journeysync.core.errors import BadCredentials
from journeysync.core.ports import FieldSpec, Provisioning

GROUP = "customer_journey"
_LABEL = "Customer journey"
_NOT_FOUND = 404
_CONFLICT = 409
_FORMS: dict[str, tuple[str, str]] = {
    "choice": ("enumeration", "select"),
    "text": ("string", "text"),
    "instant": ("datetime", "date"),
    "number": ("number", "number"),
    "date": ("date", "date"),
}
_TASK_FIELDS = (
    FieldSpec(KEY, "Journeysync key", "Tells journeysync which task this is.", "text"),
    FieldSpec(TOUCHPOINT, "Journeysync touchpoint", "The contact this task stands for.", "text"),
    FieldSpec(ANCHOR, "Journeysync anchor", "What the contact was due after or before.", "text"),
    FieldSpec(CLOSED, "Journeysync closed", "Why journeysync closed this task itself.", "text"),
)


class Provisioner:
    """Makes and removes our properties in one portal."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._lists = Lists(client)

    def make(
        self, streams: Sequence[str], specs: Sequence[FieldSpec], *, dry_run: bool
    ) -> list[Provisioning]:
        """Make what is missing on these types, and what tasks need."""
        done: list[Provisioning] = []
        for stream in streams:
            done += self._make(stream, specs, dry_run=dry_run)
        try:
            done += self._make("tasks", _TASK_FIELDS, dry_run=dry_run)
        except (Refused, BadCredentials):
            # The types before went through, so the key as such is good.
            what = "properties of tasks: this portal allows none; tasks carry their key as text"
            done.append(Provisioning(what, "keep"))
        for stream in streams:
            done += self._lists.make(stream, specs, dry_run=dry_run)
        return done

    def _make(
        self, stream: str, specs: Sequence[FieldSpec], *, dry_run: bool
    ) -> Iterator[Provisioning]:
        write = _Write(self._client, dry_run=dry_run)
        yield write(
            f"group of {stream} properties {GROUP}",
            "keep" if self._group(stream) else "create",
            "POST",
            self._client.paths.groups(stream),
            {"name": GROUP, "label": _LABEL},
        )
        here = self._here(stream)
        for spec in specs:
            what = f"{STREAMS[stream].type} property {spec.name}"
            found = here.get(spec.name)
            if found is None:
                path = self._client.paths.properties(stream)
                yield write(what, "create", "POST", path, _new(spec))
            elif found.type != _FORMS[spec.kind][0]:
                yield Provisioning(
                    f"{what} exists as {found.type}: rename or delete it in HubSpot, then "
                    "provision again",
                    "click",
                )
            elif (options := _more_options(spec, found)) is not None:
                path = self._client.paths.properties(stream, spec.name)
                yield write(f"{what}: options", "change", "PATCH", path, {"options": options})
            else:
                yield Provisioning(what, "keep")

    def remove(
        self, streams: Sequence[str], specs: Sequence[FieldSpec], *, dry_run: bool
    ) -> list[Provisioning]:
        """Take away our lists, our properties and their groups."""
        done = [one for stream in streams for one in self._lists.remove(stream, dry_run=dry_run)]
        for stream, ours in [*((one, specs) for one in streams), ("tasks", _TASK_FIELDS)]:
            write = _Write(self._client, dry_run=dry_run)
            here = self._here(stream)
            for spec in ours:
                found = here.get(spec.name)
                if found is not None and found.groupName == GROUP:
                    path = self._client.paths.properties(stream, spec.name)
                    what = f"{STREAMS[stream].type} property {spec.name}"
                    done.append(write(what, "remove", "DELETE", path))
            if self._group(stream):
                path = self._client.paths.groups(stream, GROUP)
                what = f"group of {stream} properties {GROUP}"
                done.append(write(what, "remove", "DELETE", path))
        return done

    def _here(self, stream: str) -> dict[str, answers.Definition]:
        path = self._client.paths.properties(stream)
        found = self._client.get(path, answers.definitions).results
        return {one.name: one for one in found if not one.archived}

    def _group(self, stream: str) -> bool:
        try:
            self._client.get(self._client.paths.groups(stream, GROUP), nothing)
        except Refused as refused:
            if refused.answer.status == _NOT_FOUND:
                return False
            raise
        return True


class _Write:
    """Makes one change, or only says which, in a dry run."""

    def __init__(self, client: Client, *, dry_run: bool) -> None:
        self._client = client
        self._dry_run = dry_run

    def __call__(
        self,
        what: str,
        action: Literal["create", "change", "keep", "remove"],
        method: Literal["POST", "PATCH", "DELETE"],
        path: str,
        body: object = None,
    ) -> Provisioning:
        if action != "keep" and not self._dry_run:
            try:
                self._client.write(method, path, nothing, body)
            except Refused as refused:
                gone = action == "remove" and refused.answer.status == _NOT_FOUND
                there = action == "create" and refused.answer.status == _CONFLICT
                if not (gone or there):
                    raise
        return Provisioning(what, action)


def _new(spec: FieldSpec) -> dict[str, Any]:
    kind, field = _FORMS[spec.kind]
    body: dict[str, Any] = {
        "name": spec.name,
        "label": spec.label,
        "description": spec.description,
        "groupName": GROUP,
        "type": kind,
        "fieldType": field,
    }
    if spec.kind == "choice":
        body["options"] = [
            _option(value, label, order) for order, (value, label) in enumerate(spec.options)
        ]
    if spec.name == KEY:
        body["hasUniqueValue"] = True
    return body


def _option(value: str, label: str, order: int) -> dict[str, Any]:
    return {"value": value, "label": label, "displayOrder": order, "hidden": False}


def _more_options(spec: FieldSpec, found: answers.Definition) -> list[dict[str, Any]] | None:
    """Return all options, ours first and in order, where one of ours is missing; else None.

    A change replaces the whole list, so what people added is sent along, and so are the places of
    an older map: records may still hold them. HubSpot refuses two options of one label: one that
    is in our way gets its value added.
    """
    if spec.kind != "choice":
        return None
    here = {one.value: one.label for one in found.options}
    if all(here.get(value) == label for value, label in spec.options):
        return None
    ours = dict(spec.options)
    theirs = {
        value: f"{label} ({value})" if label in ours.values() else label
        for value, label in here.items()
        if value not in ours
    }
    return [
        _option(value, label, order)
        for order, (value, label) in enumerate({**ours, **theirs}.items())
    ]
