"""Call budgets: how many requests a tool allows, counted here and corrected by its answers.

Never waits and never reads a clock: the caller passes the time and does the waiting.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass


class Window:
    """At most `limit` calls in any `seconds`: the rolling count that rate limiters keep.

    With header names it also learns from answers: other programs may share the allowance.
    """

    def __init__(
        self, limit: int, seconds: float, *, limit_header: str = "", left_header: str = ""
    ) -> None:
        self.limit = limit
        self._seconds = seconds
        self._limit_header = limit_header
        self._left_header = left_header
        self._taken: deque[float] = deque()

    def wait(self, now: float) -> float:
        """Seconds until one more call fits."""
        self._forget(now)
        if len(self._taken) < self.limit:
            return 0.0
        return self._taken[len(self._taken) - self.limit] + self._seconds - now

    def take(self, now: float) -> None:
        """Count one call."""
        self._taken.append(now)

    def learn(self, headers: Mapping[str, str], now: float) -> None:
        """Take over what the tool says of its allowance."""
        limit = number(headers.get(self._limit_header))
        if limit:
            self.limit = limit
        left = number(headers.get(self._left_header))
        if left is not None:
            self._forget(now)
            self._taken.extend([now] * (self.limit - left - len(self._taken)))

    def _forget(self, now: float) -> None:
        while self._taken and self._taken[0] <= now - self._seconds:
            self._taken.popleft()


@dataclass(slots=True)
class Daily:
    """The calls of a day, as the tool counts them; a share is left to the account's other apps."""

    left_header: str
    limit_header: str
    when: str
    """When calls are allowed again, as it is said to a person."""
    reserve: float = 0.05
    limit: int | None = None
    left: int | None = None

    def learn(self, headers: Mapping[str, str]) -> None:
        """Take over what the tool says of its allowance."""
        limit = number(headers.get(self.limit_header))
        left = number(headers.get(self.left_header))
        self.limit = self.limit if limit is None else limit
        self.left = self.left if left is None else left

    @property
    def spent(self) -> bool:
        """True when only the reserve is left."""
        return self.left is not None and self.left <= (self.limit or 0) * self.reserve


def number(text: str | None) -> int | None:
    """Read a header's number; None where there is none."""
    return int(text) if text is not None and text.isascii() and text.isdigit() else None
