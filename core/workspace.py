"""The workspace file `journeysync.yaml` as values.

Says which keys there are; reading the file and its secrets is not done here.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from journeysync.core.language.durations import parse_duration
from journeysync.core.language.model import Share, Span

ROLE_ADDRESSES = (
    "info", "sales", "office", "admin", "support", "hello", "contact", "team", "billing",
    "accounts", "noreply",
)  # fmt: skip


class Section(BaseModel):
    """What every part of the workspace has in common."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class Tool(BaseModel):
    """One connected account; keys that are not named here are the connector's own settings."""

    model_config = ConfigDict(frozen=True, extra="allow")

    type: str = ""
    """Empty: the same as the tool's name."""
    base_url: str | None = None


class Tasks(Section):
    """How many tasks may be opened, and how far back."""

    horizon: Span = parse_duration("14d")
    max_open_per_customer: Annotated[int, Field(ge=0)] = 1
    max_per_day: Annotated[int, Field(ge=0)] = 200
    max_per_owner_per_day: Annotated[int, Field(ge=0)] = 20


class Guard(Section):
    """When a run must stop before writing."""

    max_changes: Share = 0.1
    """Share of the customers already written; never below 50 customers."""


class Workspace(Section):
    """A whole workspace file."""

    journeys: tuple[str, ...] = ("before-during-after",)
    customer: Literal["person", "company"] = "person"
    timezone: str = "UTC"
    region: str | None = None
    """ISO 3166 country in which phone numbers without a country are read."""
    currency: str | None = None
    clock: str | None = None
    """A URL that answers `{"now": INSTANT}`: runs on a sandbox take its time. Absent: our clock."""
    state: str = "sqlite:///journeysync.db"
    tools: dict[str, Annotated[Tool, BeforeValidator(lambda value: value or {})]] = {}
    write_to: tuple[str, ...] = ()
    precedence: tuple[str, ...] = ()
    departments: dict[str, dict[str, str]] = {}
    """Department -> `TOOL_owner` -> e-mail address of the owner in that tool."""
    live_from: Annotated[
        str | None, BeforeValidator(lambda value: None if value is None else str(value))
    ] = None
    """A date or an instant; deadlines before it make no task."""
    tasks: Tasks = Tasks()
    guard: Guard = Guard()
    ignore_keys: tuple[str, ...] = ()
    role_addresses: tuple[str, ...] = ()
    """More local parts that never join people, beside the built-in ones."""
    max_people_per_key: Annotated[int, Field(ge=1)] = 5
    raise_only: dict[str, Any] = {}
    """Opt-in: CRM stage fields that may be moved forward, such as HubSpot's `lifecyclestage`."""

    def tool_type(self, name: str) -> str:
        """Name the connector that serves a tool."""
        return self.tools[name].type or name
