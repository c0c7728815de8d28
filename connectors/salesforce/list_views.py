"""The list views that a team works through each morning: made, and taken away.

Only an administrator's work is spared: an org that lets us make none gets the steps to click.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from journeysync.connectors.http import LacksScope
from journeysync.connectors.salesforce.making import Maker, NotTaken
from journeysync.connectors.salesforce.names import api_name
from journeysync.connectors.salesforce.query import among, select
from journeysync.core.ports import FieldSpec, Provisioning

_STAGE, _STATUS = "journey_stage", "journey_status"
_NEXT, _DUE = "journey_next_touchpoint", "journey_next_due"
_NEEDED = frozenset({_STAGE, _STATUS, _NEXT, _DUE})


def _is(field: str, operator: str, label: str) -> dict[str, Any]:
    return {"fieldApiName": api_name(field), "operator": operator, "operandLabels": [label]}


@dataclass(frozen=True, slots=True)
class _View:
    name: str
    label: str
    steps: str
    scope: str
    filters: tuple[dict[str, Any], ...]


_VIEWS = (
    _View(
        "Journey_Behind_Mine",
        "Journey: Behind, mine",
        "My records, where Journey status equals Behind",
        "mine",
        (_is(_STATUS, "Equals", "Behind"),),
    ),
    _View(
        "Journey_Stuck",
        "Journey: Stuck",
        "All records, where Journey status equals Stuck",
        "everything",
        (_is(_STATUS, "Equals", "Stuck"),),
    ),
    _View(
        "Journey_No_Next_Step",
        "Journey: No next step",
        "All records, where Journey stage is not empty, Journey next touchpoint is empty and "
        "Journey status is not Done",
        "everything",
        (
            _is(_STAGE, "NotEqual", ""),
            _is(_NEXT, "Equals", ""),
            _is(_STATUS, "NotEqual", "Done"),
        ),
    ),
)
_COLUMNS = ("Name", *map(api_name, (_STAGE, _STATUS, _NEXT, _DUE)))


def make(
    maker: Maker, objects: Sequence[str], specs: Sequence[FieldSpec]
) -> Iterator[Provisioning]:
    """Make the views that are missing, where the fields they look at are ours."""
    if not {spec.name for spec in specs} >= _NEEDED:
        return
    here = _here(maker)
    for object_ in objects:
        for view in _VIEWS:
            what = f"list view of {object_} “{view.label}”"
            if (object_, view.name) in here:
                yield Provisioning(what, "keep")
                continue
            try:
                yield maker.create(what, f"ui-api/list-info/{object_}", _body(view))
            except (LacksScope, NotTaken):
                yield Provisioning(
                    f"{what}: our user may make none; make it in Salesforce (tab {object_} > New "
                    f"list view): {view.steps}",
                    "click",
                )


def remove(maker: Maker, objects: Sequence[str]) -> Iterator[Provisioning]:
    """Take away what `make` made. Views need their fields, so they go first."""
    here = _here(maker)
    for object_ in objects:
        for view in _VIEWS:
            if (object_, view.name) in here:
                what = f"list view of {object_} “{view.label}”"
                yield maker.remove(what, f"ui-api/list-info/{object_}/{view.name}")


def _here(maker: Maker) -> frozenset[tuple[str, str]]:
    named = among("DeveloperName", [view.name for view in _VIEWS])
    rows = maker.rows(select(["SobjectType", "DeveloperName"], "ListView", named))
    return frozenset((str(row["SobjectType"]), str(row["DeveloperName"])) for row in rows)


def _body(view: _View) -> dict[str, Any]:
    return {
        "listViewApiName": view.name,
        "label": view.label,
        "visibility": "Public",
        "scope": {"apiName": view.scope},
        "displayColumns": list(_COLUMNS),
        "filteredByInfo": list(view.filters),
    }
