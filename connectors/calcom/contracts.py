"""The two contracts that go by the name of Cal.com.

Same paths and rows, other versions and pages. What one understands the other passes over without
a word, so that a mistake would look like a short list: the paging object that a contract promises
is asserted on every page.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["hosted", "self-hosted"]


@dataclass(frozen=True, slots=True)
class Contract:
    """How one of them is spoken to."""

    kind: Kind
    lists: str
    """`cal-api-version` of the list of bookings; each endpoint has its own."""
    reads: str
    """… of one booking."""
    types: str
    """… of the event types."""
    page: int
    paging: tuple[str, ...]
    """The keys of the paging object that tell it from any other."""
    per_minute: int
    """How many requests are allowed, where nobody says otherwise."""

    @property
    def first(self) -> dict[str, str]:
        """Ask for the first page."""
        if self.kind == "hosted":
            return {"limit": str(self.page)}
        # In the order of their making, which never changes: a row that is changed meanwhile
        # stays where it is.
        return {"take": str(self.page), "skip": "0", "sortCreated": "asc"}

    def fits(self, pagination: object) -> bool:
        """Say whether a paging object is this contract's."""
        return isinstance(pagination, Mapping) and set(self.paging) <= set(pagination)

    def following(self, asked: Mapping[str, str], answer: Mapping[str, Any]) -> dict[str, str]:
        """Ask for the page after this one; nothing when it was the last."""
        pagination = answer["pagination"]
        if self.kind == "hosted":
            if not pagination["hasMore"]:
                return {}
            cursor = pagination["nextCursor"]
            # More, and no way there: the same page is asked for again.
            return {**asked, "cursor": str(cursor)} if cursor else dict(asked)
        skip = int(asked["skip"]) + len(answer["data"])
        return {**asked, "skip": str(skip)} if pagination["hasNextPage"] else {}


HOSTED = Contract(
    "hosted", "2026-05-01", "2026-02-25", "2024-06-14", 100, ("nextCursor", "hasMore"), 110
)
SELF_HOSTED = Contract(
    "self-hosted", "2024-08-13", "2024-08-13", "2024-06-14", 250,
    ("hasNextPage", "totalItems"), 1_000,
)  # fmt: skip
