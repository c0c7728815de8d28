"""The plan: every change a run wants to make, with its before, its after and its reason.

The same plan is shown by a dry run, saved, and executed: there is no other way to a write.
Values only; a plan never holds a secret.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

import msgspec

FORMAT = 1


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of one record."""

    field: str
    before: str
    after: str
    flips: int = 0
    """How often in a row another automation changed it after we wrote it."""


@dataclass(frozen=True, slots=True)
class RecordChange:
    """The fields of one CRM record that will change."""

    tool: str
    object_type: str
    id: str
    customer: str
    because: str
    fields: tuple[FieldChange, ...]


@dataclass(frozen=True, slots=True)
class TaskChange:
    """A task to open, move, close or open again."""

    action: Literal["open", "move", "close", "reopen"]
    tool: str
    key: str
    id: str
    """Empty for a task that is to be opened."""
    customers: tuple[str, ...]
    journeys: tuple[str, ...]
    touchpoint: str
    anchor: str
    k: int
    because: str
    subject: str
    due: datetime
    due_before: datetime | None = None
    body: str = ""
    owner: str = ""
    priority: Literal["low", "medium", "high"] | None = None
    about: tuple[tuple[str, str], ...] = ()
    """(object type, id) of the records it hangs on; the person first."""
    alias: str = ""
    """The key that its expectation has today, where the anchor has changed since it was opened."""


@dataclass(frozen=True, slots=True)
class Note:
    """Something that will not be written, and why."""

    kind: Literal[
        "kept", "held", "stopped", "pinned", "hold", "ended", "unassigned", "gone", "waiting"
    ]
    tool: str
    record: str
    what: str


@dataclass(frozen=True, slots=True)
class Adoption:
    """What the CRM already holds as we want it, or a person's edit: noted, never written."""

    tool: str
    object_type: str
    id: str
    field: str
    value: str
    standing: Literal["ours", "kept", "stopped"]
    against: str = ""


@dataclass(frozen=True, slots=True)
class TaskFinding:
    """What became of a task of ours in the CRM: noted, never written."""

    key: str
    standing: Literal["open", "completed", "deleted"]
    tool: str
    id: str
    customers: tuple[str, ...]
    journeys: tuple[str, ...]
    touchpoint: str
    anchor: str
    k: int
    due: datetime
    owner: str = ""
    subject: str = ""
    alias: str = ""


@dataclass(frozen=True, slots=True)
class PinFound:
    """A stage that a person set by hand; an empty `stage` and no `tool`: the pin has ended."""

    customer: str
    stage: str
    tool: str
    against: str
    at: datetime | None = None


Reason = Literal["before_live_from", "horizon", "on_hold", "customer_cap", "daily_cap", "owner_cap"]
"""Why a task that a missed touchpoint would make is not opened, first to last."""


@dataclass(frozen=True, slots=True)
class HeldBack:
    """So many tasks that are not opened, and why."""

    reason: Reason
    count: int
    what: str
    """In words, with what in the workspace says so."""


@dataclass(frozen=True, slots=True)
class Counts:
    """The figures of the last line."""

    stages: int = 0
    tasks_opened: int = 0
    tasks_closed: int = 0
    tasks_moved: int = 0
    kept: int = 0
    held: int = 0
    calls: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """All of it, sorted, so that the same world gives the same bytes."""

    made_at: datetime
    fingerprint: str
    """Of the maps and the workspace the plan was made with."""
    records: tuple[RecordChange, ...] = ()
    tasks: tuple[TaskChange, ...] = ()
    notes: tuple[Note, ...] = ()
    adoptions: tuple[Adoption, ...] = ()
    findings: tuple[TaskFinding, ...] = ()
    pins: tuple[PinFound, ...] = ()
    held_customers: tuple[str, ...] = ()
    """Customers with a task that a daily cap held back: to be looked at again."""
    held_back: tuple[HeldBack, ...] = ()
    """What this plan does not open, by reason, among the customers that were looked at."""
    counts: Counts = field(default_factory=Counts)
    format: int = FORMAT

    @property
    def empty(self) -> bool:
        """True where nothing will be written."""
        return not self.records and not self.tasks


def encode(plan: Plan) -> bytes:
    """Write a plan as JSON."""
    return msgspec.json.format(msgspec.json.encode(plan), indent=1)


def decode(data: bytes) -> Plan:
    """Read a saved plan. Raises ValueError with a sentence when it is none."""
    try:
        plan = msgspec.json.decode(data, type=Plan)
    except msgspec.MsgspecError as error:
        raise ValueError(f"it is no plan of journeysync ({error})") from None
    if plan.format != FORMAT:
        raise ValueError(f"it has format {plan.format}, this journeysync reads {FORMAT}")
    return plan
