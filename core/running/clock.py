"""The one place where a clock is read: everything else is given `now`."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import requests

from journeysync.core.errors import ToolDown, Usage

_PATIENCE = (5, 20)
"""Seconds to connect, seconds to answer."""


def parse_instant(text: str, zone: str = "UTC") -> datetime:
    """Read a date or an instant as people write it; without an offset it is local to `zone`."""
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        raise Usage(
            f"`{text}` is no instant. Write it like `2026-11-30` or `2026-11-30T09:00:00+00:00`."
        ) from None
    if at.tzinfo is None:
        at = at.replace(tzinfo=ZoneInfo(zone))
    return at.astimezone(UTC)


def read_clock(given: str | None = None, *, url: str | None = None, zone: str = "UTC") -> datetime:
    """Say what time it is: as given, else by the clock at `url`, else by this machine's."""
    if given:
        return parse_instant(given, zone)
    if not url:
        return datetime.now(UTC)
    try:
        answer = requests.get(url, timeout=_PATIENCE)
        answer.raise_for_status()
        return parse_instant(str(answer.json()["now"]))
    except (requests.RequestException, ValueError, KeyError, TypeError, Usage):
        raise ToolDown(
            "The clock", f"of this workspace does not answer at {url}. Is the sandbox running?"
        ) from None
