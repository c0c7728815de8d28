"""How fast a portal may be asked: the rolling window, the day, and search on its own.

Counts real seconds, because a client that is told to wait really waits.
"""

import time
from collections import deque

BURST = 190
BURST_SECONDS = 10.0
DAILY = 650_000
SEARCHES = 5
SEARCH_SECONDS = 1.0
HEADERS_OF_SEARCH = ("X-HubSpot-RateLimit-Daily", "X-HubSpot-RateLimit-Daily-Remaining")


class Limits:
    """The counters of one portal."""

    def __init__(self, *, enforced: bool) -> None:
        self.enforced = enforced
        self._burst: deque[float] = deque()
        self._searches: deque[float] = deque()
        self.today = 0

    def admit(self, *, search: bool) -> str | None:
        """Count one request; name the policy it breaks, if it breaks one."""
        now = time.monotonic()
        self.today += 1
        if self.today > DAILY and self.enforced:
            return "DAILY"
        window, size, seconds, policy = (
            (self._searches, SEARCHES, SEARCH_SECONDS, "SECONDLY")
            if search
            else (self._burst, BURST, BURST_SECONDS, "TEN_SECONDLY_ROLLING")
        )
        while window and window[0] <= now - seconds:
            window.popleft()
        if len(window) >= size:
            if self.enforced:
                return policy
            window.popleft()
        window.append(now)
        return None

    def headers(self, *, search: bool) -> dict[str, str]:
        """Tell what is left; answers to searches tell only of the day."""
        told = {
            "X-HubSpot-RateLimit-Daily": str(DAILY),
            "X-HubSpot-RateLimit-Daily-Remaining": str(max(DAILY - self.today, 0)),
        }
        if not search:
            left = BURST - len(self._burst)
            told |= {
                "X-HubSpot-RateLimit-Interval-Milliseconds": "10000",
                "X-HubSpot-RateLimit-Max": str(BURST),
                "X-HubSpot-RateLimit-Remaining": str(left),
                "X-HubSpot-RateLimit-Secondly": "19",
                "X-HubSpot-RateLimit-Secondly-Remaining": str(min(left, 18)),
            }
        return told
