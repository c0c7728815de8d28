"""Instants as Calendly writes them: UTC with up to six digits after the second. Pure."""

import re
from datetime import UTC, datetime

_FRACTION = re.compile(r"\.(\d+)")


def instant(value: object) -> datetime | None:
    """Read an instant; None for what is none. Without an offset, it is UTC."""
    try:
        text = _FRACTION.sub(lambda found: f".{found[1][:6]:<06}", str(value or ""))
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def written(at: datetime) -> str:
    """Write an instant as Calendly takes it: UTC, always `Z`."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
