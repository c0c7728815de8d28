"""The field mapping: which record of HubSpot means which event, as values.

The shipped mapping is readable YAML; a workspace's own file is laid over it. Mistakes are
`Problem`s with file and line, all at once. Says what rules there are; `normalise` applies them.
"""

import fnmatch
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Annotated, Any, ClassVar, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from journeysync.core.models import Scalar

NORMALISER = "2"
"""Raised whenever `normalise` reads a record differently: stored records are then read again."""


class Part(BaseModel):
    """What every part of a mapping has in common."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


def _several(value: Any) -> Any:
    return tuple(value) if isinstance(value, list | tuple) else (value,)


def _texts(value: Any) -> Any:
    """Read one text as a list of one; true, false and numbers as HubSpot writes them."""
    return tuple(
        str(one).lower() if isinstance(one, bool) else str(one) if isinstance(one, int) else one
        for one in _several(value)
    )


Globs = Annotated[tuple[str, ...], BeforeValidator(_texts)]
KIND = r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$"
PROPERTY = r"^[a-z0-9_]+$"
NAME = r"^[a-z][a-z0-9_]*$"

Kind = Annotated[str, Field(pattern=KIND)]
Kinds = Annotated[tuple[Kind, ...], BeforeValidator(_several)]
Property = Annotated[str, Field(pattern=PROPERTY)]
Name = Annotated[str, Field(pattern=NAME)]
Named = dict[Name, Property | None]
"""Attribute -> property; None takes a shipped one away."""

ANY: tuple[str, ...] = ("*",)


def fits(globs: Sequence[str], text: str) -> bool:
    """Compare as all texts are compared: trimmed, without regard to case. Pure."""
    return globs == ANY or _fits(tuple(globs), text)


@lru_cache(maxsize=32_768)
def _fits(globs: tuple[str, ...], text: str) -> bool:
    """Compare once: a portal's statuses, outcomes and subjects come again and again."""
    text = text.strip().casefold()
    return any(fnmatch.fnmatchcase(text, glob.strip().casefold()) for glob in globs)


class DateRule(Part):
    """A date in a field that becomes a scheduled event."""

    property: Property
    event: Kind | None
    """None: nothing, whatever a later rule says of the property."""
    subject: str = ""
    """The subject's type; empty: the record itself."""


class FormRule(Part):
    """What a conversion means."""

    name: Globs = ANY
    events: Kinds
    set: dict[Name, Scalar] = {}


class ChangeRule(Part):
    """What it means that a property took a value."""

    property: Property
    from_: Globs = Field(default=ANY, alias="from")
    value: Globs = ("?*",)
    events: Kinds
    as_: str = Field(default="", alias="as")
    """The attribute that holds the new value."""
    set: dict[Name, Scalar] = {}


class StageRule(Part):
    """What a pipeline's stage means beside the change itself."""

    pipeline: Globs = ANY
    stage: Globs
    """Id or label."""
    name: str = ""
    """What maps call the stage; empty: its id."""
    events: Kinds = ()
    set: dict[Name, Scalar] = {}


class SubscriptionRule(Part):
    """What it means that a contact left a kind of e-mail, or came back to it."""

    name: Globs = ANY
    """The kind of e-mail, as HubSpot's subscription types are called."""
    left: Kinds = ()
    joined: Kinds = ()
    set: dict[Name, Scalar] = {}

    MOMENTS: ClassVar = ("left", "joined")


class LineRule(Part):
    """What a product on a deal says of the deal."""

    name: Globs = ANY
    sku: Globs = ANY
    set: dict[Name, Scalar]


class MeetingRule(Part):
    """What the moments of a meeting mean."""

    title: Globs = ANY
    type: Globs = ANY
    subject: Name = "meeting"
    created: Kinds = ()
    starts: Kinds = ()
    ended: Kinds = ()
    completed: Kinds = ()
    no_show: Kinds = ()
    cancelled: Kinds = ()
    rescheduled: Kinds = ()
    set: dict[Name, Scalar] = {}

    MOMENTS: ClassVar = (
        "created", "starts", "ended", "completed", "no_show", "cancelled", "rescheduled",
    )  # fmt: skip


class ActivityRule(Part):
    """What a logged call, e-mail, message, note or task means."""

    title: Globs = ANY
    subject: Globs = ANY
    type: Globs = ANY
    status: Globs = ANY
    outcome: Globs = ANY
    direction: Globs = ANY
    channel: Globs = ANY
    template: Globs = ANY
    events: Kinds
    set: dict[Name, Scalar] = {}

    def decides(self, facts: Mapping[str, str]) -> bool:
        """Whether every pattern of the rule fits."""
        return all(fits(globs, facts.get(key, "")) for key, globs in self.picky)

    @cached_property
    def picky(self) -> tuple[tuple[str, Globs], ...]:
        """The patterns that do not fit everything."""
        patterns = ((key, getattr(self, key)) for key in _ACTIVITY_KEYS)
        return tuple((key, globs) for key, globs in patterns if globs != ANY)


_ACTIVITY_KEYS = tuple(name for name in ActivityRule.model_fields if name not in {"events", "set"})


class SurveyRule(ActivityRule):
    """What an answer to a survey means."""

    range: tuple[float, float] | None = None
    """The lowest and highest value of the survey; `score` is then from 0 to 10."""

    @field_validator("range")
    @classmethod
    def _wide(cls, value: tuple[float, float] | None) -> tuple[float, float] | None:
        if value is not None and value[0] >= value[1]:
            raise ValueError("a range goes from the lowest value to the highest")
        return value


class TemplateRule(Part):
    """How an e-mail's template is recognised."""

    subject: Globs = ANY
    template_id: Globs = ANY
    template: str


class People(Part):
    """Contacts."""

    attributes: Named = {}
    dates: tuple[DateRule, ...] = ()
    forms: tuple[FormRule, ...] = ()
    changes: tuple[ChangeRule, ...] = ()
    subscriptions: tuple[SubscriptionRule, ...] = ()


class Companies(Part):
    """Companies."""

    attributes: Named = {}


class Deals(Part):
    """Deals."""

    attributes: Named = {}
    stages: tuple[StageRule, ...] = ()
    lines: tuple[LineRule, ...] = ()
    dates: tuple[DateRule, ...] = ()


class Tickets(Part):
    """Tickets."""

    attributes: Named = {}
    stages: tuple[StageRule, ...] = ()


class Leads(Part):
    """Leads: what sales follows up before there is a deal."""

    attributes: Named = {}
    stages: tuple[StageRule, ...] = ()


class Meetings(Part):
    """Meetings."""

    attributes: Named = {}
    rules: tuple[MeetingRule, ...] = ()


class Activities(Part):
    """Anything logged on a record; which keys a rule may use depends on what is logged."""

    KEYS: ClassVar[frozenset[str]] = frozenset()
    attributes: Named = {}
    rules: tuple[ActivityRule, ...] = ()

    @model_validator(mode="after")
    def _keys_that_mean_something(self) -> "Activities":
        for rule in self.rules:
            useless = rule.model_fields_set - self.KEYS - {"events", "set"}
            if useless:
                known = ", ".join(f"`{key}`" for key in sorted(self.KEYS)) or "no pattern"
                raise ValueError(
                    f"a rule here knows {known}, not `{min(useless)}`; take it out or rename it"
                )
        return self


class Calls(Activities):
    """Calls."""

    KEYS = frozenset({"title", "type", "status", "outcome", "direction"})
    dispositions: dict[str, str | None] = {}


class Emails(Activities):
    """E-mails."""

    KEYS = frozenset({"subject", "status", "direction", "template"})
    templates: tuple[TemplateRule, ...] = ()


class Communications(Activities):
    """Text messages and chats."""

    KEYS = frozenset({"channel", "direction"})
    channels: dict[str, str | None] = {}


class Notes(Activities):
    """Notes."""


class Tasks(Activities):
    """Tasks."""

    KEYS = frozenset({"subject", "type"})


class Surveys(Activities):
    """Answers to surveys."""

    KEYS = frozenset({"title", "type", "channel", "range"})
    rules: tuple[SurveyRule, ...] = ()


class FieldMapping(Part):
    """A whole mapping."""

    format: Annotated[int, Field(ge=1, le=1)] = 1
    contacts: People = People()
    companies: Companies = Companies()
    deals: Deals = Deals()
    meetings: Meetings = Meetings()
    calls: Calls = Calls()
    emails: Emails = Emails()
    communications: Communications = Communications()
    notes: Notes = Notes()
    tasks: Tasks = Tasks()
    tickets: Tickets = Tickets()
    leads: Leads = Leads()
    feedback_submissions: Surveys = Surveys()

    @property
    def version(self) -> str:
        """Changes with the mapping and with what reads it."""
        text = json.dumps(self.model_dump(mode="json"), sort_keys=True)
        return f"{NORMALISER}-{hashlib.sha256(text.encode()).hexdigest()[:16]}"

    def kinds(self) -> frozenset[str]:
        """The event kinds that records can give under this mapping."""
        return frozenset().union(*(self.gives(stream) for stream in (*_SECTIONS, "submissions")))

    def asks_for(self, stream: str) -> bool:
        """Say whether this mapping speaks of a stream that not every portal has.

        Never of submissions: rules on forms fit what a contact remembers of them too.
        """
        return stream in self.model_fields_set

    def gives(self, stream: str) -> frozenset[str]:
        """The event kinds that one stream can give under this mapping."""
        if stream == "submissions":
            return frozenset(kind for rule in _heard(self.contacts.forms) for kind in rule.events)
        section = getattr(self, stream)
        return frozenset((*BUILT_IN.get(stream, ()), *_mapped(section)))


def _mapped(section: Part) -> Iterator[str]:
    for lists in ("dates", "forms", "changes", "stages", "rules", "subscriptions"):
        for rule in _heard(getattr(section, lists, ())):
            for moment in MeetingRule.MOMENTS + SubscriptionRule.MOMENTS + ("events",):
                yield from getattr(rule, moment, ())
            if isinstance(rule, DateRule) and rule.event:
                yield rule.event


R = TypeVar("R", bound=Part)


def _heard(rules: Sequence[R]) -> Iterator[R]:
    """Leave out the rules that stand behind one that fits all they could fit."""
    silenced: set[str] = set()
    for rule in rules:
        about = str(getattr(rule, "property", ""))
        if about not in silenced:
            yield rule
        fields = type(rule).model_fields.items()
        globs = [name for name, field in fields if field.annotation == tuple[str, ...]]
        if all(getattr(rule, name) == ANY for name in globs):
            silenced.add(about)


BUILT_IN: Mapping[str, tuple[str, ...]] = {
    "contacts": ("person.created",),
    "deals": (
        "deal.created", "deal.stage_changed", "deal.won", "deal.lost", "deal.reopened",
    ),
    "tickets": ("ticket.opened", "ticket.closed", "ticket.reopened"),
    "leads": ("lead.created", "lead.stage_changed"),
}  # fmt: skip
"""Kinds that no rule is needed for."""

_SECTIONS = tuple(name for name in FieldMapping.model_fields if name != "format")


def merge(over: Any, under: Any) -> Any:
    """Lay one mapping's YAML over another's. Pure.

    Names: the upper's win, and its null takes one away. Lists of rules: the upper's come first.
    """
    if isinstance(over, Mapping) and isinstance(under, Mapping):
        return {
            key: merge(over[key], under.get(key)) if key in over else under[key]
            for key in [*under, *(key for key in over if key not in under)]
        }
    if isinstance(over, list) and isinstance(under, list):
        return [*over, *under]
    return over
