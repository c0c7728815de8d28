"""The shipped journey maps, each with the page that explains it and the stories told of it."""

import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from ruamel.yaml import YAML
from stories import Story, read

from journeysync.core.language.loader import read_map
from journeysync.core.language.model import Journey, Pattern
from journeysync.core.problems import Problem

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "mappings/journeys"
NAMES = sorted(path.stem for path in FOLDER.glob("*.yaml"))


@dataclass(frozen=True)
class Shipped:
    """One map and what comes with it."""

    name: str
    text: str
    journey: Journey
    problems: tuple[Problem, ...]
    page: str
    stories: tuple[Story, ...]

    @property
    def edits(self) -> list[str]:
        """The YAML that the page shows: changes of the map, and lines of a workspace file."""
        return re.findall(r"^```yaml\n(.*?)^```", self.page, re.MULTILINE | re.DOTALL)

    @property
    def from_files(self) -> set[str]:
        """The kinds that the page says come from files: those in lines that link to them."""
        lines = [line for line in self.page.splitlines() if "connectors/files.md" in line]
        return {kind for line in lines for kind in re.findall(r"`([a-z_]+\.[a-z_*]+)`", line)}

    def edited(self, changes: Mapping[str, Any]) -> tuple[Journey | None, list[Problem]]:
        """Read the map with changes, as the person reads it who made them."""
        written = io.StringIO()
        YAML(typ="safe").dump(_changed(YAML(typ="safe").load(self.text), changes), written)
        return read_map(written.getvalue(), "our-journey.yaml")


@cache
def shipped(name: str) -> Shipped:
    """Read a shipped map."""
    text = (FOLDER / f"{name}.yaml").read_text("utf-8")
    journey, problems = read_map(text, f"{name}.yaml")
    assert journey is not None, problems
    return Shipped(
        name,
        text,
        journey,
        tuple(problems),
        (ROOT / f"docs/journeys/{name}.md").read_text("utf-8"),
        tuple(read(ROOT / f"tests/stories/{name}.md", ZoneInfo(journey.calendar.timezone))),
    )


def kinds_of(journey: Journey) -> set[str]:
    """Collect the kinds of all patterns in a map, `noun.*` as it stands."""
    parts = [
        *journey.stages,
        *journey.exits,
        *journey.states,
        *journey.routes,
        *journey.touchpoints,
    ]
    return {
        one.event
        for part in parts
        for _, value in part
        if isinstance(value, tuple)
        for one in _patterns(value)
    } | {target.feedback for target in journey.targets if target.feedback}


def _patterns(values: Iterable[Any]) -> list[Pattern]:
    return [one for one in values if isinstance(one, Pattern)]


def _changed(journey: dict[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Change a map as a reader does: key by key, in the parts named by their id."""
    for key, new in changes.items():
        if not isinstance(new, list) or not all("id" in part for part in new):
            journey[key] = new
            continue
        parts = {part["id"]: part for part in journey.get(key, [])}
        for part in new:
            old = parts.setdefault(part["id"], {})
            if "entering" in part:
                old.pop("after", None)  # an anchor takes the place of the anchor
            old.update(part)
        journey[key] = [*parts.values()]
    return journey
