"""Instants as Calendly takes them. Pure."""

from datetime import UTC, datetime


def written(at: datetime) -> str:
    """Write an instant as Calendly takes it: UTC, always `Z`."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
