"""The journey map as values: what a YAML map says, short forms written out.

These models say which keys there are and what a value must look like; whether the parts of a map
fit together is `lint`'s matter, and what a map means is the engine's.
They never read a file.
"""

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from journeysync.core.language.durations import Duration, parse_duration

IDENTIFIER = r"^[a-z0-9][a-z0-9_-]*$"
KIND = r"^[a-z][a-z0-9_]*\.([a-z][a-z0-9_]*|\*)$"


class Part(BaseModel):
    """What every part of a map has in common: it never changes and knows all its keys."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", populate_by_name=True, arbitrary_types_allowed=True
    )


def _duration(value: Any) -> Any:
    if isinstance(value, Duration):
        return value
    # Not the fields of a duration, which pydantic would take: a duration is written as one text.
    return parse_duration(value if isinstance(value, str) else str(value))


def _as_tuple(value: Any) -> Any:
    """Read one thing as a list of one."""
    return tuple(value) if isinstance(value, list | tuple) else (value,)


Span = Annotated[Duration, BeforeValidator(_duration)]
Id = Annotated[str, Field(pattern=IDENTIFIER)]
Ids = Annotated[tuple[Id, ...], BeforeValidator(_as_tuple)]
Value = bool | int | float | str
Values = Annotated[tuple[Value, ...], BeforeValidator(_as_tuple)]


class Condition(Part):
    """What an attribute must be: all that is given must hold. A bare value: `eq`, a list: `in`."""

    eq: Value | None = None
    ne: Value | None = None
    in_: Values | None = Field(default=None, alias="in")
    not_in: Values | None = None
    gt: int | float | None = None
    gte: int | float | None = None
    lt: int | float | None = None
    lte: int | float | None = None
    contains: str | None = None
    exists: bool | None = None

    @model_validator(mode="before")
    @classmethod
    def _short_forms(cls, value: Any) -> Any:
        if isinstance(value, list | tuple):
            return {"in": value}
        if isinstance(value, str | int | float | bool):
            return {"eq": value}
        return value


Conditions = dict[str, Condition]
"""Attribute name -> condition; also `tool` and `subject_type` where events are meant."""


class Pattern(Part):
    """Which events fit: by kind, attributes, and how many or how much so far."""

    event: Annotated[str, Field(pattern=KIND)]
    where: Conditions = {}
    count: Annotated[int, Field(ge=1)] | None = None
    within: Span | None = None
    sum: dict[str, Decimal] | None = None

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: Any) -> Any:
        return {"event": value} if isinstance(value, str) else value


Patterns = Annotated[tuple[Pattern, ...], BeforeValidator(_as_tuple)]
"""Any of them."""


class Calendar(Part):
    """Whose clock, which days and hours are worked."""

    timezone: str = "UTC"
    days: str | tuple[str, ...] = "mon-fri"
    """A range (`sun-thu`) or a list (`mon,wed`)."""
    hours: str = "09:00-17:00"
    holidays: str | None = None
    """ISO 3166 country with optional subdivision: `GB-ENG`."""


class Place(Part):
    """What stages and exits have in common."""

    id: Id
    label: str = ""
    owner: str = ""
    guidance: str = ""
    entered_by: Patterns = ()
    only: Ids = ()
    """Routes on which the place exists; empty: all."""
    except_: Ids = Field(default=(), alias="except")

    @property
    def title(self) -> str:
        """The label, or the id made readable."""
        return self.label or self.id.replace("-", " ").replace("_", " ").capitalize()


class Stage(Place):
    """A place on the path."""

    phase: Literal["before", "during", "after"] | None = None
    reached_by: Patterns = ()


class Exit(Place):
    """A place off the path, entered by an event or by silence."""

    quiet_for: Span | None = None
    of: Patterns = ()
    """What counts as a sign of life; empty: every kind but `person.created`."""
    from_: Ids = Field(default=(), alias="from")
    """Places from which silence leads here; empty: any stage."""
    suppressed_while: Ids = ()


class State(Part):
    """A named situation, switched on and off by events."""

    id: Id
    label: str = ""
    from_: Patterns = Field(alias="from")
    to: Patterns = ()


class Route(Part):
    """A named variant of the journey for some customers."""

    id: Id
    label: str = ""
    when: Conditions = {}
    having: Patterns = ()


class Task(Part):
    """What a colleague is asked to do when a touchpoint was missed."""

    title: str = ""
    body: str = ""
    checklist: tuple[str, ...] = ()
    priority: Literal["low", "medium", "high"] | None = None
    due: Span | None = None
    """Added to the deadline."""


def _per_route(value: Any) -> Any:
    return value if isinstance(value, dict) else {"default": value}


class Touchpoint(Part):
    """One contact that every customer on the route should get."""

    id: Id
    label: str = ""
    stage: Id | None = None
    owner: str = ""
    with_: str = Field(default="", alias="with")
    channel: str = ""
    documents: tuple[str, ...] = ()

    after: Patterns = ()
    before: Patterns = ()
    entering: Id | None = None
    once: bool = False

    opens: Span | None = None
    within: Annotated[dict[Id, Span], BeforeValidator(_per_route)] = {}
    """Route -> deadline; a bare duration is the route `default`, which stands for all not named."""
    at_least: Span | None = None
    every: Span | None = None
    last: Span | None = None
    limit: Annotated[int, Field(ge=1)] | None = None
    until: Patterns = ()

    expect: Patterns = ()
    unless: Patterns = ()
    same: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")] | None = None
    only: Ids = ()
    except_: Ids = Field(default=(), alias="except")
    when: Conditions = {}
    moot_in: Ids | None = None
    """None: every exit but the touchpoint's own `entering`; empty: nowhere."""
    suppressed_while: Ids = ()
    act_within: Span | None = None
    task: Task | None = None

    @property
    def title(self) -> str:
        """The label, or the id made readable."""
        return self.label or self.id.replace("-", " ").replace("_", " ").capitalize()


def _share(value: Any) -> Any:
    if isinstance(value, str) and value.strip().endswith("%"):
        return float(value.strip()[:-1]) / 100
    return value


Share = Annotated[float, BeforeValidator(_share), Field(ge=0, le=1)]
"""`40%` or `0.4`."""


class Target(Part):
    """What the business wants of a link, a touchpoint or its customers' feedback."""

    from_: Id | None = Field(default=None, alias="from")
    to: Id | None = None
    rate: Share | None = None
    within: Span | None = None
    touchpoint: Id | None = None
    on_time: Share | None = None
    feedback: Annotated[str, Field(pattern=KIND)] | None = None
    mean: float | None = None


class Journey(Part):
    """A whole map."""

    format: Literal[1]
    journey: Id
    version: str = ""
    label: str = ""
    description: str = ""
    calendar: Calendar = Calendar()
    stages: Annotated[tuple[Stage, ...], Field(min_length=1)]
    exits: tuple[Exit, ...] = ()
    states: tuple[State, ...] = ()
    routes: tuple[Route, ...] = ()
    touchpoints: tuple[Touchpoint, ...] = ()
    targets: tuple[Target, ...] = ()

    @property
    def title(self) -> str:
        """The label, or the id made readable."""
        return self.label or self.journey.replace("-", " ").capitalize()

    @property
    def places(self) -> tuple[Stage | Exit, ...]:
        """Stages in path order, then exits in map order."""
        return (*self.stages, *self.exits)
