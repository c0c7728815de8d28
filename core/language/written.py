"""YAML as it was written: every value with its line, mistakes as problems.

Reads YAML 1.2 from the parser's events, so that nothing is expanded, built or run on the way:
`yes` and `on` are texts, aliases and tags are refused, depth and size are limited.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from ruamel.yaml.reader import ReaderError

from journeysync.core.problems import Problem

LARGEST = 500_000
"""Characters; a map of a thousand touchpoints has fewer."""
DEEPEST = 24

_TEXT_TAG = "tag:yaml.org,2002:str"
_INTEGER = re.compile(r"[-+]?[0-9]{1,300}")
_OTHER_BASES = re.compile(r"0o[0-7]{1,300}|0x[0-9a-fA-F]{1,300}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_WORDS = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip


@dataclass
class Node:
    """One value of a YAML file and where it stands."""

    line: int
    value: "str | int | float | bool | list[Node] | dict[str, Node] | None"
    source: str = ""
    """A plain value as it was typed."""
    dropped: set[str] = field(default_factory=set)
    """Keys that were written but taken out because something was wrong with them."""
    damaged: bool = False
    """Something inside was taken out: what is missing now need not be missing in the file."""

    def child(self, key: str | int) -> "Node | None":
        """Find what stands under a key or at a place in a list."""
        if isinstance(self.value, dict):
            return self.value.get(str(key))
        if isinstance(self.value, list) and isinstance(key, int) and key < len(self.value):
            return self.value[key]
        return None

    def items(self) -> list["Node"]:
        """Take a list's values, or one value as a list of one."""
        if isinstance(self.value, list):
            return self.value
        return [] if self.value is None else [self]

    def given(self, key: str) -> bool:
        """Say whether a key was written, right or wrong."""
        return key in self.dropped or self.child(key) is not None

    def whole(self, key: str) -> bool:
        """Say whether a key that was written was also understood, with all that is in it."""
        child = self.child(key)
        return key not in self.dropped and not (child is not None and child.damaged)

    def line_of(self, key: str) -> int:
        """Name the line of a key, or where it would stand."""
        child = self.child(key)
        return self.line if child is None else child.line

    def as_text(self) -> bool:
        """Take a number for the text that was typed; False for anything but a number."""
        number = isinstance(self.value, int | float) and not isinstance(self.value, bool)
        if number:
            self.value = self.source
        return number

    def plain(self) -> Any:
        """Turn into values without lines."""
        if isinstance(self.value, dict):
            return {key: child.plain() for key, child in self.value.items()}
        if isinstance(self.value, list):
            return [child.plain() for child in self.value]
        return self.value

    def nodes(self) -> Iterator["Node"]:
        """Walk through this value and all inside."""
        yield self
        inside: list[Node] = []
        if isinstance(self.value, dict):
            inside = [*self.value.values()]
        elif isinstance(self.value, list):
            inside = self.value
        for child in inside:
            yield from child.nodes()


def read_yaml(text: str, file: str) -> tuple[Node | None, list[Problem]]:
    """Read a file's text. Without a node the file cannot be used at all; problems say why."""
    if len(text) > LARGEST:
        what = f"The file is larger than {LARGEST:,} characters; that is no file for journeysync."
        return None, [Problem(file, 0, "JS100", what)]
    builder = _Builder(file)
    try:
        for event in YAML(typ="safe", pure=True).parse(text.removeprefix("\ufeff")):
            if not builder.take(event):
                break
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        what = "A character here cannot stand in a text file; delete it, and save as UTF-8."
        return None, [*builder.problems, Problem(file, line, "JS101", what)]
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        if error.problem and "end of stream" in error.problem:
            mark = error.context_mark or mark
        line = 0 if mark is None else mark.line + 1
        return None, [*builder.problems, Problem(file, line, "JS101", _broken(error))]
    except (YAMLError, ValueError) as error:
        return None, [*builder.problems, Problem(file, 0, "JS101", f"This is no YAML: {error}.")]
    if builder.root is None and not builder.problems:
        builder.problems.append(Problem(file, 0, "JS100", "The file is empty."))
    return builder.root, builder.problems


def _broken(error: MarkedYAMLError) -> str:
    problem = str(error.problem or error.context or "it cannot be read")
    if found := re.search(r"found character '([^\\])' that cannot start", problem):
        return f"A text that starts with `{found[1]}` must stand in quotes."
    for sign, sentence in _SENTENCES.items():
        if sign in problem:
            return sentence
    return f"This cannot be read as YAML: {problem}."


_SENTENCES = {
    r"'\t'": "A tab stands here; YAML is indented with spaces only.",
    "mapping values are not allowed": "A `:` stands where none can be. Put a text that holds `: ` "
    "in quotes, and let the keys of one thing start in one column.",
    "could not find expected ':'": "This line is neither a `key: value` nor a `- list item`; a "
    "`:` is missing.",
    "unexpected end of stream": "A text in quotes that starts here has no closing quote.",
    "expected <block end>": "This line does not line up with the lines above; mend its "
    "indentation.",
    "expected ',' or": "A list or mapping in brackets is not closed before this.",
    "expected the node content": "A value is missing here.",
}


class _Builder:
    """Turns the parser's events into nodes, without recursion."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self.root: Node | None = None
        self._open: list[Node] = []
        self._keys: list[tuple[str, int] | None] = []
        """For each open mapping: the key that waits for its value."""
        self._skipping = 0
        """Depth inside a key that is no plain word."""
        self._documents = 0

    def take(self, event: Event) -> bool:
        """Take the next event; False: what follows is not read."""
        line = event.start_mark.line + 1
        if isinstance(event, DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                self._wrong(line, "A second document starts here (`---`); one file is one.")
                return False
        elif self._skipping:
            opens = isinstance(event, MappingStartEvent | SequenceStartEvent)
            closes = isinstance(event, MappingEndEvent | SequenceEndEvent)
            self._skipping += opens - closes
        elif isinstance(event, MappingEndEvent | SequenceEndEvent):
            self._open.pop()
            self._keys.pop()
        elif isinstance(event, MappingStartEvent | SequenceStartEvent):
            return self._start(event, line)
        elif isinstance(event, AliasEvent):
            what = "An alias (`*name`) stands here; write out what is meant."
            self._wrong(line, what)
            if self._waits_for_key():
                self._keys[-1] = ("", line)
            else:
                self._drop()
        elif isinstance(event, ScalarEvent):
            self._scalar(event, line)
        return True

    def _start(self, event: MappingStartEvent | SequenceStartEvent, line: int) -> bool:
        if self._waits_for_key():
            what = "A key must be a plain word; put a text with `{{ … }}` in quotes."
            self._wrong(line, what)
            self._keys[-1] = ("", line)
            self._skipping = 1
            self._damage()
            return True
        if len(self._open) >= DEEPEST:
            self._wrong(line, f"Lists and mappings are nested more than {DEEPEST} deep here.")
            self.root = None
            return False
        self._marks(event, line)
        empty: Any = {} if isinstance(event, MappingStartEvent) else []
        node = Node(line, empty)
        self._place(node)
        self._open.append(node)
        self._keys.append(None)
        return True

    def _scalar(self, event: ScalarEvent, line: int) -> None:
        if self._waits_for_key():
            self._keys[-1] = (event.value, line)
            return
        self._marks(event, line)
        plain = event.implicit[0] and not event.style
        value = _resolve(event.value) if plain else event.value
        self._place(Node(line, value, event.value))

    def _marks(self, event: Any, line: int) -> None:
        """Refuse what maps have no use for; the value itself is read on."""
        if event.anchor is not None:
            self._wrong(line, f"An anchor (`&{event.anchor}`) has no use here; delete it.")
        if event.tag is not None and event.tag != _TEXT_TAG:
            self._wrong(line, f"A tag (`{event.tag}`) has no use here; delete it.")

    def _waits_for_key(self) -> bool:
        return bool(self._open) and isinstance(self._open[-1].value, dict) and not self._keys[-1]

    def _place(self, node: Node) -> None:
        if not self._open:
            self.root = node
            return
        parent = self._open[-1]
        if isinstance(parent.value, list):
            parent.value.append(node)
        elif isinstance(parent.value, dict):
            key = self._keys[-1]
            assert key is not None
            self._keys[-1] = None
            name, node.line = key
            if name in parent.value:
                first = parent.value[name].line
                what = f"The key `{name}` stands here a second time (first in line {first})."
                self.problems.append(Problem(self.file, node.line, "JS102", what))
            elif name:
                parent.value[name] = node

    def _drop(self) -> None:
        """Leave a value out that is a problem already."""
        if not self._open:
            return
        self._damage()
        if isinstance(self._open[-1].value, dict):
            key = self._keys[-1]
            assert key is not None
            self._open[-1].dropped.add(key[0])
            self._keys[-1] = None

    def _damage(self) -> None:
        for node in self._open:
            node.damaged = True

    def _wrong(self, line: int, what: str) -> None:
        self.problems.append(Problem(self.file, line, "JS103", what))


def _resolve(text: str) -> str | int | float | bool | None:
    """Read a plain word by the core schema of YAML 1.2; what is no number there is a text."""
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _OTHER_BASES.fullmatch(text):
        return int(text, 0)
    if _FLOAT.fullmatch(text) and math.isfinite(float(text)):
        return float(text)
    return text
