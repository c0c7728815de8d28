"""From a workspace file's text to a workspace, or to everything that is wrong with it.

Takes text, never a file. Which types of tools exist and which settings each needs is the
connectors' matter.
"""

import re
from collections.abc import Callable
from datetime import datetime

from journeysync.core.language.model import IDENTIFIER
from journeysync.core.language.report import Report
from journeysync.core.language.rules.calendars import zone
from journeysync.core.language.shape import drop_empty, fit
from journeysync.core.language.vocabulary import did_you_mean
from journeysync.core.language.written import Node, read_yaml
from journeysync.core.problems import Problem
from journeysync.core.workspace import Workspace

_OWNER = "_owner"
_STATES = ("sqlite://", "postgresql://", "postgresql+")


def read_workspace(text: str, file: str) -> tuple[Workspace | None, list[Problem]]:
    """Read a workspace file; without a workspace something is no mere warning."""
    root, found = read_yaml(text, file)
    report = Report(file, found)
    if root is None:
        return None, report.problems
    if not isinstance(root.value, dict):
        report.add(root, "JS100", "A workspace file is a mapping of keys, like `journeys: [...]`.")
        return None, report.problems
    tools = root.child("tools")
    for tool in tools.value.values() if tools and isinstance(tools.value, dict) else ():
        tool.value = {} if tool.value is None else tool.value
    drop_empty(root, report)
    workspace = fit(Workspace, root, "The workspace", report)
    if workspace is not None:
        _tools(root, report)
        _departments(root, report)
        _values(root, report)
        _state(root, report)
        _journeys(root, report)
    return (None if report.hopeless else workspace), report.problems


def _texts(root: Node, key: str) -> list[tuple[str, Node]]:
    child = root.child(key)
    items = [] if child is None else child.items()
    return [(item.value, item) for item in items if isinstance(item.value, str)]


def _tool_names(root: Node) -> list[str]:
    tools = root.child("tools")
    return [*tools.value] if tools is not None and isinstance(tools.value, dict) else []


def _tools(root: Node, report: Report) -> None:
    names = _tool_names(root)
    tools = root.child("tools")
    for name in names:
        if re.fullmatch(IDENTIFIER, name) is None:
            what = f"`{name}` cannot name a tool; write small letters, digits, `-` and `_`."
            report.add((tools and tools.child(name)) or root, "JS109", what)
    if not root.whole("tools"):
        return
    for key in ("write_to", "precedence"):
        for name, node in _texts(root, key):
            if name not in names:
                what = f"`{key}` names `{name}`, which is not under `tools`"
                report.add(node, "JS501", what + did_you_mean(name, names))


def _departments(root: Node, report: Report) -> None:
    departments, names = root.child("departments"), _tool_names(root)
    if departments is None or not isinstance(departments.value, dict) or not root.whole("tools"):
        return
    possible = [name + _OWNER for name in names]
    for department, owners in departments.value.items():
        for key, node in owners.value.items() if isinstance(owners.value, dict) else ():
            if key in possible:
                continue
            guess = did_you_mean(key, possible)
            if key.endswith(_OWNER):
                tool = key.removesuffix(_OWNER)
                what = f"Department `{department}` names `{tool}`, which is not under `tools`"
                report.add(node, "JS501", what + guess)
            else:
                what = f"Department `{department}`: write `TOOL_owner` and an address, not `{key}`"
                report.add(node, "JS504", what + guess)


def _values(root: Node, report: Report) -> None:
    for name, node in _texts(root, "timezone"):
        zone(name, node, report)
    for key, (reads, code, what) in _VALUES.items():
        for text, node in _texts(root, key):
            if not reads(text):
                report.add(node, code, f"`{key}` cannot be `{text}`; {what}.")


def _is_region(text: str) -> bool:
    from phonenumbers import SUPPORTED_REGIONS

    return text in SUPPORTED_REGIONS


def _is_day(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


_VALUES: dict[str, tuple[Callable[[str], bool], str, str]] = {
    "region": (_is_region, "JS502", "write an ISO 3166 country like `GB` or `US`"),
    "currency": (
        lambda text: re.fullmatch(r"[A-Z]{3}", text) is not None,
        "JS502",
        "write an ISO 4217 code like `EUR` or `GBP`",
    ),
    "live_from": (_is_day, "JS503", "write a date like `2026-12-01`"),
    "clock": (
        lambda text: text.startswith(("http://", "https://")),
        "JS505",
        "write the address that answers a sandbox's time, `http://...`",
    ),
}


def _state(root: Node, report: Report) -> None:
    """Judge the address of the state without showing it: it may hold a password."""
    for text, node in _texts(root, "state"):
        if not text.startswith(_STATES):
            what = "`state` is `sqlite:///FILE` or `postgresql://...`; nothing else is possible."
            report.add(node, "JS505", what)


def _journeys(root: Node, report: Report) -> None:
    journeys = root.child("journeys")
    if journeys is not None and journeys.value == [] and not journeys.damaged:
        what = "`journeys` names no map; write one, or delete the key for the usual one."
        report.add(journeys, "JS506", what)
    seen: set[str] = set()
    for name, node in _texts(root, "journeys"):
        if name in seen:
            report.add(node, "JS506", f"`{name}` is named twice; delete one.")
        seen.add(name)
