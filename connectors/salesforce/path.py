"""The path on top of a record's page: its steps are the stages, its words the map's guidance.

A path is one for each object and record type. Of leads it is Salesforce's own, on Lead Status,
which is not ours to touch.
"""

import html
from collections.abc import Iterator, Sequence
from typing import Any

from journeysync.connectors.http import LacksScope, Refused
from journeysync.connectors.salesforce.making import Maker, NotTaken
from journeysync.connectors.salesforce.names import api_name
from journeysync.connectors.salesforce.query import among, select
from journeysync.core.ports import FieldSpec, Provisioning

_STAGE = "journey_stage"
_SHOWN = tuple(map(api_name, ("journey_status", "journey_next_touchpoint", "journey_next_due")))
_WITHOUT = frozenset({"Lead"})


def make(
    maker: Maker, objects: Sequence[str], specs: Sequence[FieldSpec]
) -> Iterator[Provisioning]:
    """Make the paths that are missing."""
    stage = next((spec for spec in specs if spec.name == _STAGE), None)
    if stage is None:
        return
    here = _here(maker, objects)
    for object_ in objects:
        if object_ in _WITHOUT:
            continue
        what = f"path of {object_} on {api_name(_STAGE)}"
        if _name(object_) in here:
            yield Provisioning(what, "keep")
            continue
        body = {"FullName": _name(object_), "Metadata": _metadata(object_, stage)}
        try:
            yield maker.create(what, "tooling/sobjects/PathAssistant", body)
        except (LacksScope, NotTaken):
            yield Provisioning(
                f"{what}: this org lets us make none; make it in Setup > Path Settings > New Path, "
                "for the field Journey stage",
                "click",
            )
        else:
            yield Provisioning(
                f"{what}: switch paths on (Setup > Path Settings > Enable) and put the component "
                f"Path on the page of {object_} (Lightning App Builder)",
                "click",
            )


def remove(maker: Maker, objects: Sequence[str]) -> Iterator[Provisioning]:
    """Take away what `make` made. A path needs its field, so it goes first."""
    for name, number in _here(maker, objects).items():
        what = f"path of {name.removeprefix('Journey_')} on {api_name(_STAGE)}"
        yield maker.remove(what, f"tooling/sobjects/PathAssistant/{number}")


def _here(maker: Maker, objects: Sequence[str]) -> dict[str, str]:
    """Return the paths of ours that are there, with their ids; none where the org shows none."""
    names = [_name(object_) for object_ in objects if object_ not in _WITHOUT]
    if not names:
        return {}
    soql = select(["Id", "DeveloperName"], "PathAssistant", among("DeveloperName", names))
    try:
        rows = maker.rows(soql, tooling=True)
    except (LacksScope, Refused):
        return {}
    return {str(row["DeveloperName"]): str(row["Id"]) for row in rows}


def _name(object_: str) -> str:
    return f"Journey_{object_}"


def _metadata(object_: str, stage: FieldSpec) -> dict[str, Any]:
    guidance = dict(stage.guidance)
    return {
        "active": True,
        "entityName": object_,
        "fieldName": api_name(_STAGE),
        "masterLabel": "Customer journey",
        "recordTypeName": "__MASTER__",
        "pathAssistantSteps": [
            {
                "picklistValueName": value,
                "fieldNames": list(_SHOWN),
                "info": html.escape(guidance.get(value, ""), quote=False).replace("\n", "<br>"),
            }
            for value, _ in stage.options
        ],
    }
