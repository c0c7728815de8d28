"""One pretend HubSpot account: its records, definitions, owners, pipelines and own clock.

The shared state of all endpoints; what they do with it stands in their own modules.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from journeysync.sandbox.hubspot.answers import Refusal
from journeysync.sandbox.hubspot.definitions import (
    Definition,
    Group,
    standard_definitions,
    standard_groups,
)
from journeysync.sandbox.hubspot.kinds import Kind
from journeysync.sandbox.hubspot.limits import Limits
from journeysync.sandbox.hubspot.store import Record, Stamp, Store
from journeysync.sandbox.world import World, bare, iso

PORTAL_ID = 48_151_623
APP_ID = "4169410"
SKEW = 1_500
"""HubSpot's clock runs this many milliseconds behind: no two machines agree on the time."""
SEARCH_LAG = 4
"""A change is found by searches that many requests later, or when time passes."""


@dataclass(slots=True)
class Owner:
    """A user to whom records belong; an inactive one keeps their records."""

    id: int
    email: str
    first: str
    last: str
    user: int
    active: bool = True
    team: str | None = None


@dataclass(slots=True)
class Stage:
    id: str
    label: str
    metadata: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Pipeline:
    id: str
    label: str
    stages: list[Stage]
    archived: bool = False


@dataclass(slots=True)
class Submission:
    """One form that somebody sent."""

    form: str
    at: int
    email: str


class Portal:
    """The account behind the endpoints."""

    def __init__(self, world: World, access_token: str, *, limits: bool) -> None:
        self.world = world
        self.access_token = access_token
        self.limits = Limits(enforced=limits)
        self.store = Store()
        self.definitions: dict[str, dict[str, Definition]] = standard_definitions()
        self.groups: dict[str, dict[str, Group]] = standard_groups()
        self.given = {kind: frozenset(names) for kind, names in self.definitions.items()}
        """The definitions that were there before anybody used the API."""
        self.given_groups = {kind: frozenset(names) for kind, names in self.groups.items()}
        self.owners: dict[str, Owner] = {}
        self.pipelines: dict[str, dict[str, Pipeline]] = {
            "deals": {},
            "tickets": {},
            "leads": {},
            "contacts": {},
        }
        self.domain = ""
        """Of the business's own pages and addresses."""
        self.forms: dict[str, str] = {}
        """Number and name of each form on its pages."""
        self.submissions: list[Submission] = []
        """What was sent with forms, oldest first."""
        self.lists: dict[str, dict[str, Any]] = {}
        """Lists of records by number, as their maker described them."""
        self.lists_removed = 0
        self.tokens: dict[str, int] = {}
        """Access tokens of the OAuth app, and when each ends."""
        self.strict = False
        """Whether the present request is of a version that keeps the administrators' rules."""
        self.admin_rules: dict[str, list[tuple[str, str, str]]] = {}
        """Type of record -> (property, value, what must then be filled in), by an administrator."""
        self.requests = 0
        self.last_search: tuple[Any, list[tuple[Record, Mapping[str, str]]]] | None = None
        """What the last search found, and the state it belongs to."""
        self._ticks = 0

    # -- time ------------------------------------------------------------------------------

    @property
    def now(self) -> int:
        """The account's own time: a little behind, a millisecond further with every write."""
        return self.world.now - SKEW + self._ticks

    def tick(self) -> int:
        """Take the instant of a write; it never passes the sandbox's own time."""
        self._ticks = min(self._ticks + 1, SKEW - 1)
        return self.now

    def passed(self) -> None:
        """Start again from the new time; the search index has caught up by then."""
        self._ticks = 0
        self.store.settle(None)

    def api_stamp(self) -> Stamp:
        return Stamp(self.tick(), "INTEGRATION", APP_ID)

    def now_text(self) -> str:
        return bare(iso(self.now))

    # -- rules -----------------------------------------------------------------------------

    def active_owner(self, number: str) -> bool:
        owner = self.owners.get(number)
        return owner is not None and owner.active

    def pipelines_of(self, kind: Kind) -> list[str]:
        return [item.id for item in self.pipelines[kind.name].values() if not item.archived]

    def stages(self, kind: Kind, pipeline: str | None) -> list[str]:
        """List the stages of a pipeline; without one, those of the first."""
        known = self.pipelines[kind.name]
        chosen = known.get(pipeline or "") or next(iter(known.values()), None)
        return [stage.id for stage in chosen.stages] if chosen else []

    def check_rules(self, kind: Kind, values: Mapping[str, str]) -> None:
        """Refuse what an administrator's rule forbids, in the versions that ask."""
        if not self.strict:
            return
        missing = [
            needed
            for name, value, needed in self.admin_rules.get(kind.name, [])
            if values.get(name, "") == value and not values.get(needed)
        ]
        if missing:
            raise Refusal(
                400,
                f"Property values were not valid: {', '.join(missing)} required by a rule",
                "VALIDATION_ERROR",
                errors=[
                    {
                        "message": f'"{one}" is required',
                        "code": "REQUIRED_PROPERTY_MISSING",
                        "context": {"propertyName": [one]},
                    }
                    for one in missing
                ],
            )

    def check_unique(self, kind: Kind, values: Mapping[str, str], number: int | None) -> None:
        """Refuse a value that another record holds."""
        for (owner, name), index in self.store.unique.items():
            value = values.get(name)
            if owner != kind.name or not value:
                continue
            other = index.get(value.strip().lower())
            if other is None or other == number:
                continue
            if name == "email":
                message = f"Contact already exists. Existing ID: {other}"
            else:
                message = (
                    f"Cannot set PropertyValueCoordinates{{portalId={PORTAL_ID}, "
                    f"objectTypeId=ObjectTypeId{{legacyObjectType={kind.upper}}}, "
                    f"propertyName={name}, value={value}}} on {number or 'a new object'}. "
                    f"{other} already has that value."
                )
            clash = name == "email" or number is None
            raise Refusal(
                409 if clash else 400,
                message,
                "CONFLICT" if clash else "VALIDATION_ERROR",
                context={"existingId": [str(other)]},
            )

    # -- showing ---------------------------------------------------------------------------

    def value(
        self, record: Record, name: str, values: Mapping[str, str] | None = None
    ) -> str | None:
        """Read a property; what follows from others is worked out here."""
        held = record.values if values is None else values
        if name == "hs_task_is_overdue" and record.kind.name == "tasks":
            open_ = held.get("hs_task_status") != "COMPLETED"
            return "true" if open_ and held.get("hs_timestamp", "9") < iso(self.now) else "false"
        return held.get(name)

    def show(
        self,
        record: Record,
        properties: list[str] | tuple[str, ...],
        values: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        """Show a record: asked-for but empty is null, undefined is left out without a word.

        With `values` it is what the search index holds: it knows of no archive.
        """
        kind = record.kind
        held = record.values if values is None else values
        known = self.definitions[kind.name]
        names = set(properties) | {kind.created, kind.modified, "hs_object_id"}
        shown: dict[str, str | None] = {}
        for name in sorted(names):
            definition = known.get(name)
            if definition is None or definition.archived_at:
                continue
            value = self.value(record, name, held)
            shown[name] = bare(value) if value and definition.type == "datetime" else value
        archived = record.archived_at if values is None else None
        body: dict[str, Any] = {
            "id": str(record.id),
            "properties": shown,
            "createdAt": bare(held[kind.created]),
            "updatedAt": bare(held[kind.modified]),
            "archived": archived is not None,
        }
        if archived is not None:
            body["archivedAt"] = bare(iso(archived))
        return body

    def show_history(self, record: Record, names: list[str]) -> dict[str, list[dict[str, Any]]]:
        """Show properties with every version, the newest first."""
        known = self.definitions[record.kind.name]
        told: dict[str, list[dict[str, Any]]] = {}
        for name in names:
            if name not in known:
                continue
            is_instant = known[name].type == "datetime"
            told[name] = [
                {
                    "value": bare(version.value) if is_instant else version.value,
                    "timestamp": bare(iso(version.stamp.at)),
                    "sourceType": version.stamp.source,
                    **({"sourceId": version.stamp.source_id} if version.stamp.source_id else {}),
                    **({"updatedByUserId": version.stamp.user} if version.stamp.user else {}),
                }
                for version in reversed(record.versions(name))
            ]
        return told
