"""A map taken apart: every part that could be read, beside what was written of it.

Lets the rules look at all parts even when some are wrong. Ids are taken from what was written,
so that a stage with a mistake in it is still a stage that others may name.
"""

from dataclasses import dataclass, field
from typing import Generic, TypeVar

from journeysync.core.language.model import (
    Calendar,
    Exit,
    Journey,
    Part,
    Pattern,
    Route,
    Stage,
    State,
    Target,
    Touchpoint,
)
from journeysync.core.language.report import Report
from journeysync.core.language.shape import fit
from journeysync.core.language.written import Node

P_co = TypeVar("P_co", bound=Part, covariant=True)

SECTIONS: dict[str, type[Part]] = {
    "stages": Stage,
    "exits": Exit,
    "states": State,
    "routes": Route,
    "touchpoints": Touchpoint,
    "targets": Target,
}


@dataclass(frozen=True)
class Placed(Generic[P_co]):
    """A part and what was written of it."""

    part: P_co
    node: Node
    name: str
    """Begins sentences about it: "Stage `purchase`"."""

    def patterns(self, key: str, patterns: tuple[Pattern, ...]) -> list[tuple[Pattern, Node]]:
        """Put the patterns under a key beside their text."""
        child = self.node.child(key)
        nodes = [] if child is None else child.items()
        if len(nodes) != len(patterns):
            nodes = [child or self.node] * len(patterns)
        return list(zip(patterns, nodes, strict=True))

    def words(self, key: str) -> list[tuple[str, Node]]:
        """List the texts under a key: a list of ids, or one."""
        child = self.node.child(key)
        found = [] if child is None else child.items()
        return [(node.value, node) for node in found if isinstance(node.value, str)]


@dataclass
class Parts:
    """What could be read of a map."""

    root: Node
    calendar: Calendar | None = None
    stages: list[Placed[Stage]] = field(default_factory=list)
    exits: list[Placed[Exit]] = field(default_factory=list)
    states: list[Placed[State]] = field(default_factory=list)
    routes: list[Placed[Route]] = field(default_factory=list)
    touchpoints: list[Placed[Touchpoint]] = field(default_factory=list)
    targets: list[Placed[Target]] = field(default_factory=list)
    ids: dict[str, dict[str, Node]] = field(default_factory=dict)
    """Section -> id -> where it is given first; also of parts that could not be read."""

    @property
    def places(self) -> list[Placed[Stage] | Placed[Exit]]:
        """Stages in path order, then exits in map order."""
        return [*self.stages, *self.exits]

    def readable(self, section: str) -> bool:
        """Say whether all ids of a section are known: nothing of the list itself was lost."""
        node = self.root.child(section)
        if node is None:
            return section not in self.root.dropped
        items = node.value if isinstance(node.value, list) else []
        return isinstance(node.value, list) and (
            not node.damaged or all(isinstance(item.value, dict) for item in items)
        )

    def ids_of(self, *sections: str) -> list[str]:
        """List the ids of some sections in map order."""
        return [name for section in sections for name in self.ids.get(section, {})]


def take_apart(root: Node, report: Report) -> Parts:
    """Read each part of a map by itself and report all that has a wrong shape."""
    parts = Parts(root)
    assert isinstance(root.value, dict)
    sections = {key: root.value.get(key) for key in SECTIONS}
    head = Node(
        root.line,
        {key: child for key, child in root.value.items() if key not in SECTIONS},
        damaged=root.damaged,
    )
    # The head is fitted beside a stage that stands for all: parts are read one by one below.
    assert isinstance(head.value, dict)
    head.value["stages"] = Node(root.line, [Node(root.line, {"id": Node(root.line, "any")})])
    whole = fit(Journey, head, "The map", report)
    if whole is not None and head.whole("calendar"):
        parts.calendar = whole.calendar
    root.dropped |= head.dropped
    for section, model in SECTIONS.items():
        node = sections[section]
        if node is not None:
            _read_section(section, model, node, parts, report)
    if not root.given("stages"):
        report.add(root, "JS105", "The map needs `stages`: the path, first to last.")
    elif sections["stages"] is not None and sections["stages"].value == []:
        report.add(sections["stages"], "JS105", "`stages` names no stage; write at least one.")
    return parts


def _read_section(
    section: str, model: type[Part], node: Node, parts: Parts, report: Report
) -> None:
    if not isinstance(node.value, list):
        if not node.damaged:
            report.add(node, "JS107", f"`{section}` must be a list: lines that start with `- `.")
        return
    ids = parts.ids.setdefault(section, {})
    for item in node.value:
        given = item.child("id")
        if given is not None:
            given.as_text()
        noun = section.removesuffix("s").capitalize()
        name = f"A {noun.lower()}"
        if given is not None and isinstance(given.value, str):
            name = f"{noun} `{given.value}`"
            ids.setdefault(given.value, given)
        if not isinstance(item.value, dict):
            report.add(item, "JS107", f"{name} must be a mapping of keys, like `- id: name`.")
            continue
        part = fit(model, item, name, report)
        if part is not None:
            getattr(parts, section).append(Placed(part, item, name))
