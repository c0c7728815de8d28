"""The last line of our tasks' bodies, for portals that allow no properties of ours on tasks.

Pure text.
"""

import html
import re
from dataclasses import dataclass

_LINE = re.compile(
    r"\[journeysync key=(?P<key>[^|\]]*)\|touchpoint=(?P<touchpoint>[^|\]]*)"
    r"\|anchor=(?P<anchor>[^|\]]*)(?P<closed>\|closed)?\]"
)
_ENDING = re.compile(r"(?:\s|<br>)+$")


@dataclass(frozen=True, slots=True)
class Marker:
    """What the line says; all empty where there is none."""

    key: str = ""
    touchpoint: str = ""
    anchor: str = ""
    closed: bool = False


def read_marker(body: str) -> Marker:
    """Find the line in a body."""
    found = _LINE.search(body)
    if found is None:
        return Marker()
    return Marker(found["key"], found["touchpoint"], found["anchor"], bool(found["closed"]))


def only_marker(body: str) -> str:
    """Return the line alone: the rest of a body is somebody's words, and is not kept."""
    found = _LINE.search(body)
    return found[0] if found else ""


def marked(body: str, marker: Marker) -> str:
    """Put the line at the end of a body, in place of an older one."""
    closed = "|closed" if marker.closed else ""
    line = (
        f"[journeysync key={marker.key}|touchpoint={marker.touchpoint}"
        f"|anchor={marker.anchor}{closed}]"
    )
    text = _ENDING.sub("", _LINE.sub("", body))
    return f"{text}<br><br>{line}" if text else line


def as_html(text: str) -> str:
    """Write a plain text as HubSpot shows it: bodies are HTML, and lines would run together."""
    return html.escape(text, quote=False).replace("\n", "<br>")
