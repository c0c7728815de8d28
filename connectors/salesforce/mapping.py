"""The field mapping: which record of Salesforce means which event, as values.

The shipped mapping is readable YAML; a workspace's own file is laid over it. Says what rules there
are; `normalise` applies them. A name in it becomes part of a query: it is checked here.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, BaseModel, Field, model_validator

from journeysync.connectors.mapping_files import ANY, Globs, Kind, Kinds, Name, Part, fits, version
from journeysync.connectors.salesforce.query import is_name
from journeysync.core.models import Scalar

TOOL = "salesforce"
NORMALISER = "1"
"""Raised whenever `normalise` reads a record differently: stored records are then read again."""


def _api_name(value: str) -> str:
    if not is_name(value):
        raise ValueError("write a field as the API names it, such as `Renewal_Date__c`")
    return value


Path = Annotated[str, AfterValidator(_api_name)]
"""A field, or a path to one of a parent: `Account.Industry`."""
Named = dict[Name, Path | None]
"""Attribute -> field; None takes a shipped one away."""
Texts = dict[str, str | None]


class DateRule(Part):
    """A date in a field that becomes a scheduled event."""

    field: Path
    event: Kind | None
    """None: nothing, whatever a later rule says of the field."""
    subject: str = ""
    """The subject's type; empty: the record itself."""


class ChangeRule(Part):
    """What it means that a field took a value."""

    field: Path
    from_: Globs = Field(default=ANY, alias="from")
    value: Globs = ("?*",)
    events: Kinds
    as_: str = Field(default="", alias="as")
    """The attribute that holds the new value."""
    set: dict[Name, Scalar] = Field(default={})


class OriginRule(Part):
    """What it means where a person came from."""

    source: Globs = ANY
    """The record's lead source."""
    events: Kinds
    set: dict[Name, Scalar] = Field(default={})


class StageRule(Part):
    """What a stage or status means beside the change itself."""

    record_type: Globs = ANY
    stage: Globs
    name: str = ""
    """What maps call the stage; empty: as Salesforce does."""
    events: Kinds = ()
    set: dict[Name, Scalar] = Field(default={})


class TemplateRule(Part):
    """How an e-mail's template is recognised."""

    subject: Globs = ANY
    template_id: Globs = ANY
    template: str


class MeetingRule(Part):
    """What the moments of a calendar event mean."""

    title: Globs = ANY
    type: Globs = ANY
    """What it is for: the field that `service` names."""
    record_type: Globs = ANY
    subject: Name = "meeting"
    created: Kinds = ()
    starts: Kinds = ()
    ended: Kinds = ()
    completed: Kinds = ()
    no_show: Kinds = ()
    cancelled: Kinds = ()
    rescheduled: Kinds = ()
    set: dict[Name, Scalar] = Field(default={})

    MOMENTS: ClassVar = (
        "created", "starts", "ended", "completed", "no_show", "cancelled", "rescheduled",
    )  # fmt: skip


class ActivityRule(Part):
    """What a logged call, e-mail or task, or an answer to a campaign, means."""

    title: Globs = ANY
    subject: Globs = ANY
    type: Globs = ANY
    status: Globs = ANY
    outcome: Globs = ANY
    direction: Globs = ANY
    template: Globs = ANY
    campaign: Globs = ANY
    events: Kinds
    set: dict[Name, Scalar] = Field(default={})

    KEYS: ClassVar = (
        "title", "subject", "type", "status", "outcome", "direction", "template", "campaign",
    )  # fmt: skip

    def decides(self, facts: Mapping[str, str]) -> bool:
        """Whether every pattern of the rule fits."""
        return all(fits(getattr(self, key), facts.get(key, "")) for key in self.KEYS)


class Contacts(Part):
    """Contacts, person accounts among them."""

    attributes: Named = Field(default={})
    origins: tuple[OriginRule, ...] = ()
    dates: tuple[DateRule, ...] = ()
    changes: tuple[ChangeRule, ...] = ()


class Leads(Contacts):
    """Leads."""

    stages: tuple[StageRule, ...] = ()


class Accounts(Part):
    """Accounts."""

    attributes: Named = Field(default={})


class Opportunities(Part):
    """Opportunities."""

    attributes: Named = Field(default={})
    lost_reason: Path | None = None
    stages: tuple[StageRule, ...] = ()
    dates: tuple[DateRule, ...] = ()


class Events(Part):
    """Calendar events."""

    attributes: Named = Field(default={})
    service: Path | None = None
    """The field that says what it is for."""
    outcome: Path | None = None
    """The field that says what became of it; an org has none of its own."""
    moved: Path | None = None
    """The field that says when it was to start before it was moved."""
    outcomes: Texts = Field(default={})
    rules: tuple[MeetingRule, ...] = ()


class Activities(Part):
    """Anything that happened once; which keys a rule may use depends on what it is."""

    KEYS: ClassVar[frozenset[str]] = frozenset()
    attributes: Named = Field(default={})
    rules: tuple[ActivityRule, ...] = ()

    @model_validator(mode="after")
    def _keys_that_mean_something(self) -> "Activities":
        for rule in self.rules:
            useless = rule.model_fields_set - self.KEYS - {"events", "set"}
            if useless:
                known = ", ".join(f"`{key}`" for key in sorted(self.KEYS))
                raise ValueError(
                    f"a rule here knows {known}, not `{min(useless)}`; take it out or rename it"
                )
        return self


class Calls(Activities):
    """Tasks that are calls."""

    KEYS = frozenset({"title", "type", "status", "outcome", "direction"})
    outcomes: Texts = Field(default={})


class Emails(Activities):
    """E-mails."""

    KEYS = frozenset({"subject", "status", "direction", "template"})
    template_id: Path | None = None
    """The field that tells the template."""
    templates: tuple[TemplateRule, ...] = ()


class Tasks(Activities):
    """All other tasks."""

    KEYS = frozenset({"subject", "type", "status"})


class Cases(Part):
    """Cases."""

    attributes: Named = Field(default={})
    stages: tuple[StageRule, ...] = ()


class CampaignMembers(Activities):
    """Answers to campaigns."""

    KEYS = frozenset({"campaign", "type", "status"})


class Dated(Part):
    """Records whose dates matter: contracts and assets."""

    attributes: Named = Field(default={})
    dates: tuple[DateRule, ...] = ()


class SalesforceMapping(Part):
    """A whole mapping."""

    format: Annotated[int, Field(ge=1, le=1)] = 1
    contacts: Contacts = Contacts()
    leads: Leads = Leads()
    accounts: Accounts = Accounts()
    opportunities: Opportunities = Opportunities()
    events: Events = Events()
    calls: Calls = Calls()
    emails: Emails = Emails()
    tasks: Tasks = Tasks()
    cases: Cases = Cases()
    campaign_members: CampaignMembers = CampaignMembers()
    contracts: Dated = Dated()
    assets: Dated = Dated()

    @property
    def version(self) -> str:
        """Changes with the mapping and with what reads it."""
        return version(self, NORMALISER)

    def kinds(self) -> frozenset[str]:
        """The event kinds that records can give under this mapping."""
        return frozenset().union(*(self.gives(name) for name in BUILT_IN))

    def asks_for(self, stream: str) -> bool:
        """Say whether this mapping speaks of a stream that not every org has."""
        return stream in self.model_fields_set

    def gives(self, stream: str) -> frozenset[str]:
        """The event kinds that one stream can give under this mapping."""
        sections = SECTIONS.get(stream, (stream,))
        mapped = (kind for name in sections for kind in _mapped(getattr(self, name)))
        return frozenset((*BUILT_IN[stream], *mapped))


BUILT_IN: dict[str, tuple[str, ...]] = {
    "contacts": ("person.created",),
    "leads": ("person.created", "lead.created", "lead.stage_changed"),
    "accounts": (),
    "opportunities": (
        "deal.created", "deal.stage_changed", "deal.won", "deal.lost", "deal.reopened",
    ),
    "events": (),
    "tasks": (),
    "emails": (),
    "cases": ("ticket.opened", "ticket.closed", "ticket.reopened"),
    "campaign_members": (),
    "contracts": (),
    "assets": (),
}  # fmt: skip
"""Stream -> kinds that no rule is needed for."""

SECTIONS = {"tasks": ("tasks", "calls", "emails")}
"""Streams that several sections speak of: a logged call or e-mail is a task in Salesforce."""


def _mapped(section: Part) -> Iterator[str]:
    for lists in ("origins", "dates", "changes", "stages", "rules"):
        for rule in heard(getattr(section, lists, ())):
            for moment in (*MeetingRule.MOMENTS, "events"):
                yield from getattr(rule, moment, ())
            if isinstance(rule, DateRule) and rule.event:
                yield rule.event


def heard(rules: Sequence[Part]) -> Iterator[Part]:
    """Leave out the rules that stand behind one that fits all they could fit."""
    silenced: set[str] = set()
    for rule in rules:
        about = str(getattr(rule, "field", ""))
        if about not in silenced:
            yield rule
        if all(getattr(rule, name) == ANY for name in _globs(type(rule))):
            silenced.add(about)


def _globs(model: type[BaseModel]) -> list[str]:
    return [name for name, field in model.model_fields.items() if field.annotation == _GLOBS]


_GLOBS: Any = tuple[str, ...]


def paths(section: Part) -> tuple[str, ...]:
    """Name the fields that a section speaks of."""
    named: list[str | None] = list(getattr(section, "attributes", {}).values())
    named += [
        getattr(section, key, None)
        for key in ("lost_reason", "service", "outcome", "moved", "template_id")
    ]
    for lists in ("dates", "changes"):
        named += [rule.field for rule in getattr(section, lists, ())]
    return tuple(dict.fromkeys(one for one in named if one))
