"""Takes values out of answers that may hold anything: plugins write what they like. Pure."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any


def text(value: object) -> str:
    """Take a text as it is, trimmed; a number as text; anything else is none."""
    if type(value) is str:  # nearly always: asked first, it takes a third of the time
        return value.strip()
    return str(value).strip() if isinstance(value, str | int | float) else ""


def list_of(value: object) -> list[Mapping[str, Any]]:
    """Take a list's rows; what is no list has none."""
    if not value or not isinstance(value, list):
        return []
    return [one for one in value if isinstance(one, dict)]


def inside(row: Mapping[str, Any], path: str) -> str:
    """Follow a dotted path to a text."""
    found: Any = row.get(path)
    if found is None and "." in path:
        found = row
        for step in _steps(path):
            found = found.get(step) if isinstance(found, dict) else None
    if isinstance(found, bool):
        return str(found).lower()
    return text(found)


@cache
def _steps(path: str) -> tuple[str, ...]:
    return tuple(path.split("."))


def roots(paths: Iterable[str | None]) -> set[str]:
    """Name the fields to ask for, so that paths can be followed."""
    return {path.split(".", 1)[0] for path in paths if path} - {"meta"}
