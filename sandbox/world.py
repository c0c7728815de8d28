"""What all pretend tools of one sandbox share: its time, its seed, its lock.

Time stands still but for `advance`. Nothing here reads the machine's clock.
"""

import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache

DAY = 86_400_000
HOUR = 3_600_000
MINUTE = 60_000
DEFAULT_NOW = "2026-11-20T09:00:00Z"
STUDIO = "studio"
"""The business unless another is named."""


@dataclass
class World:
    """One made-up business at one made-up instant (milliseconds since 1970, UTC)."""

    now: int
    seed: int
    customers: int
    business: str = STUDIO
    tools: frozenset[str] = frozenset()
    """Those that are pretended beside each other: two that tell one thing agree on who does."""
    lock: threading.RLock = field(default_factory=threading.RLock, repr=False)


def millis(text: str) -> int:
    """Read an ISO 8601 instant; without an offset it is UTC."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return round(moment.timestamp() * 1000)


@lru_cache(maxsize=4096)
def _day(number: int) -> str:
    return datetime.fromtimestamp(number * DAY // 1000, UTC).date().isoformat()


@lru_cache(maxsize=16_384)
def iso(at: int) -> str:
    """Write an instant as HubSpot and most others do: UTC, three digits after the second."""
    return f"{iso_short(at)[:-1]}.{at % 1000:03d}Z"


def bare(text: str) -> str:
    """Write an instant without its fraction where that is zero, as Java programs do."""
    return f"{text[:-5]}Z" if text.endswith(".000Z") else text


def iso_short(at: int) -> str:
    """Write an instant to the second."""
    day, rest = divmod(at, DAY)
    minutes, seconds = divmod(rest // 1000, 60)
    return f"{_day(day)}T{minutes // 60:02d}:{minutes % 60:02d}:{seconds:02d}Z"
