"""What the page of a booking tool must hold, whichever tool it is."""

import re
from pathlib import Path

from bookable import Readable

from journeysync.connectors.booking_rules import Rules, parse_rules, shipped_text

ROOT = Path(__file__).parents[1]


def page(name: str) -> str:
    return (ROOT / f"docs/connectors/{name}.md").read_text("utf-8")


def table(name: str) -> dict[str, set[str]]:
    """Read the table of events: kind -> attributes."""
    rows = re.findall(r"^\| `([a-z_]+\.[a-z_]+)` \|[^|]+\|([^|]*)\|$", page(name), re.MULTILINE)
    return {kind: {one.strip() for one in names.split(",")} - {""} for kind, names in rows}


def unnamed_attributes(name: str, place: Readable) -> dict[str, set[str]]:
    """Find attributes that are given and that the table does not name."""
    named, source = table(name), place.connect()
    given: dict[str, set[str]] = {}
    for record in place.records(source).values():
        for event in source.normalise(record).events:
            given.setdefault(event.kind, set()).update(event.attributes)
    return {kind: more for kind, names in given.items() if (more := names - named[kind])}


def shipped(name: str) -> Rules:
    rules, problems = parse_rules(shipped_text(f"{name}.yaml"), name)
    assert rules is not None, problems
    return rules


def named_settings(name: str) -> set[str]:
    return set(re.findall(r"`([a-z_0-9]+)`", page(name)))


def example(name: str) -> str:
    """The example of a mapping on the page."""
    blocks = re.findall(r"```yaml\n(.*?)```", page(name), re.DOTALL)
    (found,) = [text for text in blocks if "services:" in text]
    return str(found)
