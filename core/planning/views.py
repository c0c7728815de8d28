"""One customer as the planner sees them: who they are, where they stand, what was expected.

Values only, built from the engine's answer for the few customers a run has to look at.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from journeysync.core.models import Attributes, CompanyRecord, PersonRecord

Status = Literal["waived", "done", "late", "due", "missed", "unknown", "unseen"]


@dataclass(frozen=True, slots=True)
class EventView:
    """An event as evidence."""

    id: str
    shared_id: str
    tool: str
    kind: str
    at: datetime
    subject_type: str
    subject_id: str
    attributes: Attributes


@dataclass(frozen=True, slots=True)
class Expectation:
    """One touchpoint applied to one customer because of one anchor."""

    touchpoint: str
    anchor: str
    """The anchor's shared id, or `PLACE@INSTANT` where time alone moved the customer."""
    anchor_event: EventView | None
    anchor_at: datetime
    k: int
    opens: datetime
    deadline: datetime
    status: Status
    satisfied_at: datetime | None
    satisfied_by: EventView | None
    actionable: bool


@dataclass(frozen=True, slots=True)
class JourneyAnswer:
    """Where a customer stands in one journey."""

    journey: str
    route: str
    place: str
    """Empty: outside the path."""
    kind: Literal["stage", "exit", ""]
    since: datetime | None
    previous: str
    evidence: EventView | None
    """None where time alone moved the customer, or nothing did."""
    expectations: tuple[Expectation, ...]


BY_COMMAND = "journeysync"
"""Stands where a tool's name does for what was asked for with a command of ours."""


@dataclass(frozen=True, slots=True)
class Override:
    """A stage that a person pinned: in the CRM's override field, or with `override`."""

    value: str
    tool: str
    until: datetime | None
    """None: until it is taken back."""


@dataclass(frozen=True, slots=True)
class Ended:
    """Something that people asked for until a date, which has come."""

    what: Literal["hold", "override"]
    tool: str
    at: datetime


@dataclass(frozen=True, slots=True)
class CustomerView:
    """One customer, with an answer for every journey of the workspace, in its order."""

    id: str
    people: tuple[PersonRecord, ...]
    """The records that stand for this customer, those of the first tool in `precedence` first."""
    answers: tuple[JourneyAnswer, ...]
    companies: tuple[CompanyRecord, ...] = ()
    """The companies that their records name, in the order of the people."""
    override: Override | None = None
    touched: frozenset[str] = field(default_factory=frozenset)
    """Names of records that changed since the last run: a person may have edited our fields."""
    hold: datetime | None = None
    """Until when this customer is to be left alone: no task, in any journey."""
    outvoted: tuple[Override, ...] = ()
    """Other stages that people asked for: in a CRM that comes later in `precedence`, or with
    `override` where a CRM's own field pins one."""
    ended: tuple[Ended, ...] = ()

    @property
    def company_name(self) -> str:
        return next((company.label for company in self.companies if company.label), "")

    @property
    def first_name(self) -> str:
        return next((p.first_name for p in self.people if p.first_name), "")

    @property
    def last_name(self) -> str:
        return next((p.last_name for p in self.people if p.last_name), "")

    @property
    def name(self) -> str:
        """What a colleague calls the customer: a name, else an address, else the record."""
        full = f"{self.first_name} {self.last_name}".strip()
        if full:
            return full
        if self.company_name:
            return self.company_name
        emails = (email for person in self.people for email in person.emails)
        return next(emails, self.people[0].name if self.people else self.id)
