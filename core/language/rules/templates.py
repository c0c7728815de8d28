"""Rules about the texts of tasks: `{{ name }}` with a name that exists."""

import re

from journeysync.core.language.model import Touchpoint
from journeysync.core.language.parts import Parts, Placed
from journeysync.core.language.report import Report
from journeysync.core.language.vocabulary import did_you_mean
from journeysync.core.language.written import Node

TEMPLATE_NAMES = (
    "customer.name", "customer.first_name", "customer.last_name", "customer.company",
    "touchpoint.label", "touchpoint.deadline",
    "anchor.at", "anchor.kind", "anchor.subject",
    "stage.label", "journey.label", "documents", "owner",
)  # fmt: skip
"""What a task's text may name, beside `anchor.` and an attribute of the anchor's event."""

TEMPLATE_PREFIX = "anchor."

VARIABLE = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
"""One variable in a text; its name is the group."""
_ATTRIBUTE = re.compile(r"anchor\.[A-Za-z][A-Za-z0-9_]*")


def known_name(name: str) -> bool:
    """Say whether a task's text may name this."""
    return name in TEMPLATE_NAMES or _ATTRIBUTE.fullmatch(name) is not None


def check(parts: Parts, report: Report) -> None:
    """Report variables that would stay empty and braces that do not close."""
    for touchpoint in parts.touchpoints:
        task = touchpoint.node.child("task")
        for node in [] if task is None else task.nodes():
            if isinstance(node.value, str):
                _text(touchpoint, node, node.value, report)


def _text(touchpoint: Placed[Touchpoint], node: Node, text: str, report: Report) -> None:
    for name in VARIABLE.findall(text):
        if not known_name(name):
            guess = did_you_mean(name, TEMPLATE_NAMES)
            what = f"{touchpoint.name}: no variable is called `{name}`{guess}"
            report.add(node, "JS209", what)
    rest = VARIABLE.sub("", text)
    if any(mark in rest for mark in ("{{", "}}", "{%", "%}")):
        what = f"{touchpoint.name}: a variable is written `{{{{ customer.name }}}}`, nothing else."
        report.add(node, "JS209", what)
