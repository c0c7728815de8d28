"""What the interpreter answers, as plain rows: DESIGN section 6 without the customer's name."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """Where the customer stands now."""

    route: str
    place: str
    """Empty: outside the path."""
    kind: str
    """`stage`, `exit` or empty."""
    since: datetime | None
    previous: str
    evidence: str
    """The id of the event that caused the last move; empty: time alone, or no move."""


@dataclass(frozen=True, slots=True)
class MoveRow:
    """One move."""

    at: datetime
    place: str
    previous: str
    evidence: str


@dataclass(frozen=True, slots=True)
class ExpectationRow:
    """One touchpoint applied to the customer because of one anchor."""

    touchpoint: str
    anchor: str
    """The event's id, or `PLACE@INSTANT` where time alone moved the customer."""
    anchor_at: datetime
    k: int
    opens: datetime
    deadline: datetime
    status: str
    satisfied_at: datetime | None
    satisfied_by: str
    actionable: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """All that a map says of one customer at one instant."""

    place: PlaceRow
    moves: tuple[MoveRow, ...]
    """In the order in which they happened."""
    expectations: tuple[ExpectationRow, ...]
    """By touchpoint in map order, then anchor in event order, then k."""
