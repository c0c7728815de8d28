"""What we wrote before, as far as the customers of this run are concerned. Values only."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from journeysync.core.planning.shown import Pin
from journeysync.core.ports import OwnerInfo, PresentRecord, PresentTask

RecordId = tuple[str, str, str]
"""(tool, object type, id)."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What the ledger knows of one field of one record."""

    value: str
    standing: Literal["ours", "kept", "stopped"] = "ours"
    """kept: a person's value stands; stopped: another automation kept flipping it."""
    against: str = ""
    """kept: what we wanted when we found the edit."""
    flips: int = 0


@dataclass(frozen=True, slots=True)
class TaskEntry:
    """What the ledger knows of one task."""

    key: str
    tool: str
    id: str
    standing: Literal["open", "completed", "deleted", "closed"]
    """completed, deleted: by a person; closed: by us."""
    customers: tuple[str, ...]
    journeys: tuple[str, ...]
    touchpoint: str
    anchor: str
    k: int
    due: datetime
    owner: str
    subject: str
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class Ledger:
    """The part of the ledger that concerns the customers of this run."""

    fields: Mapping[RecordId, Mapping[str, Entry]] = field(default_factory=dict)
    tasks: Mapping[str, TaskEntry] = field(default_factory=dict)
    """By key."""
    aliases: Mapping[str, str] = field(default_factory=dict)
    """Today's key -> the key a task was opened under."""
    pins: Mapping[str, Pin] = field(default_factory=dict)
    """Customer -> the stage a person set by hand."""
    opened_today: int = 0
    opened_today_by_owner: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """(tool, owner id) -> tasks opened today."""

    def task(self, key: str) -> TaskEntry | None:
        """Find a task by today's key or the one it was opened under."""
        return self.tasks.get(self.aliases.get(key, key))


@dataclass(frozen=True, slots=True)
class World:
    """What the CRMs hold now, where this run has to know."""

    records: Mapping[RecordId, PresentRecord] = field(default_factory=dict)
    tasks: Mapping[str, PresentTask] = field(default_factory=dict)
    """By key."""
    homes: Mapping[str, str] = field(default_factory=dict)
    """Key -> the tool that has the task, where there are several CRMs to ask."""
    owners: Mapping[str, Mapping[str, OwnerInfo]] = field(default_factory=dict)
    """Tool -> owner id -> owner."""
    down: frozenset[str] = frozenset()
    """Tools that cannot be served in this run; their records wait."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What the workspace says about writing, with its dates made instants."""

    write_to: tuple[str, ...]
    precedence: Mapping[str, int]
    departments: Mapping[str, Mapping[str, str]]
    company_grain: bool
    earliest_deadline: datetime
    """No task opens for a deadline at or before this: `now` minus the horizon."""
    live_from: datetime | None
    """No task opens for a deadline before this."""
    max_open_per_customer: int
    max_per_day: int
    max_per_owner_per_day: int
    batch: Mapping[str, int]
    """Tool -> rows one writing call takes."""
    shows: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Tool -> types of records that can hold our fields; not named: all."""
    carries: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Tool -> our fields that its records can hold; not named: all."""
    without_tasks: frozenset[str] = frozenset()
    """Tools that show stages and keep no tasks."""

    def holds(self, tool: str, object_type: str) -> bool:
        """Say whether records of a type can hold our fields."""
        return tool not in self.shows or object_type in self.shows[tool]

    def carried(self, tool: str, want: Mapping[str, str]) -> dict[str, str]:
        """Keep of what is wanted what a tool's records can hold."""
        known = self.carries.get(tool)
        return {name: value for name, value in want.items() if known is None or name in known}

    @property
    def with_tasks(self) -> tuple[str, ...]:
        """The tools that tasks can go to, in the order of `write_to`."""
        return tuple(tool for tool in self.write_to if tool not in self.without_tasks)
