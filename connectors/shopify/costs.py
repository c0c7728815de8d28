"""What requests cost, as the shop's answers tell, and how long to wait until one can be paid.

Shopify counts points and no requests: so many are there, so many come back each second, and both
depend on the shop's plan. Nothing here is known beforehand. Never waits and never reads a clock.
"""

from collections.abc import Mapping
from typing import Any

_LEAST_WAIT = 1.0
"""Seconds, where an answer says "throttled" and not for how long."""


class Bucket:
    """The points of one app in one shop."""

    def __init__(self) -> None:
        self._left = 0.0
        self._rate = 0.0
        self._most = 0.0
        self._at = 0.0
        self._costs: dict[str, float] = {}
        """Operation -> what it was said to cost at most, the last time."""

    def learn(self, operation: str, reply: Mapping[str, Any], now: float) -> None:
        """Take over what an answer says of costs."""
        cost = _inside(_inside(reply, "extensions"), "cost")
        status = _inside(cost, "throttleStatus")
        if rate := _number(status.get("restoreRate")):
            self._rate, self._at = rate, now
            self._left = _number(status.get("currentlyAvailable"))
            self._most = _number(status.get("maximumAvailable"))
        if requested := _number(cost.get("requestedQueryCost")):
            self._costs[operation] = requested

    def cost(self, operation: str) -> float:
        """Say what an operation cost at most, the last time it was asked; 0: unknown."""
        return self._costs.get(operation, 0.0)

    def wait(self, operation: str, now: float) -> float:
        """Seconds until an operation can be paid."""
        if not self._rate:
            return 0.0
        needed = min(self.cost(operation), self._most or self.cost(operation))
        missing = needed - self._left - (now - self._at) * self._rate
        return max(0.0, missing / self._rate)

    def refused(self, operation: str, now: float) -> float:
        """Seconds to wait after a request that could not be paid."""
        return max(_LEAST_WAIT, self.wait(operation, now))


def _inside(found: object, name: str) -> Mapping[str, Any]:
    value = found.get(name) if isinstance(found, Mapping) else None
    return value if isinstance(value, Mapping) else {}


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
