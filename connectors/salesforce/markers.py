"""The last line of our tasks' texts, for orgs that allow no fields of ours on tasks. Pure."""

import re
from dataclasses import dataclass
from datetime import datetime

from journeysync.connectors.salesforce.times import literal
from journeysync.connectors.salesforce.values import instant

_LINE = re.compile(
    r"\[journeysync key=(?P<key>[^|\]]*)\|touchpoint=(?P<touchpoint>[^|\]]*)"
    r"\|anchor=(?P<anchor>[^|\]]*)\|due=(?P<due>[^|\]]*)(?P<closed>\|closed)?\]"
)


@dataclass(frozen=True, slots=True)
class Marker:
    """What the line says; all empty where there is none."""

    key: str = ""
    touchpoint: str = ""
    anchor: str = ""
    due: datetime | None = None
    """Salesforce keeps the day of a task alone; this is the instant."""
    closed: bool = False


def read_marker(body: str) -> Marker:
    """Find the line in a text."""
    found = _LINE.search(body)
    if found is None:
        return Marker()
    due = instant(found["due"])
    return Marker(found["key"], found["touchpoint"], found["anchor"], due, bool(found["closed"]))


def only_marker(body: str) -> str:
    """Return the line alone: the rest of a text is somebody's words, and is not kept."""
    found = _LINE.search(body)
    return found[0] if found else ""


def marked(body: str, marker: Marker) -> str:
    """Put the line at the end of a text, in place of an older one."""
    closed = "|closed" if marker.closed else ""
    due = "" if marker.due is None else literal(marker.due)
    line = (
        f"[journeysync key={marker.key}|touchpoint={marker.touchpoint}"
        f"|anchor={marker.anchor}|due={due}{closed}]"
    )
    text = _LINE.sub("", body).rstrip()
    return f"{text}\n\n{line}" if text else line
