"""From a map's text to a journey, or to everything that is wrong with it.

Takes text, never a file: `running.maps` reads files.
"""

from collections.abc import Collection

from journeysync.core.language.lint import lint
from journeysync.core.language.model import Journey
from journeysync.core.language.parts import take_apart
from journeysync.core.language.report import Report
from journeysync.core.language.shape import drop_empty
from journeysync.core.language.written import read_yaml
from journeysync.core.problems import Problem


def read_map(
    text: str, file: str, extra_kinds: Collection[str] = ()
) -> tuple[Journey | None, list[Problem]]:
    """Read a map; without a journey something in the problems is no mere warning.

    `extra_kinds`: event kinds that tools, mappings or files of the workspace are known to give,
    beside the built-in vocabulary. All mistakes are found at once, by line.
    """
    root, found = read_yaml(text, file)
    report = Report(file, found)
    if root is None:
        return None, report.problems
    if not isinstance(root.value, dict):
        report.add(root, "JS100", "A map is a mapping of keys that starts with `format: 1`.")
        return None, report.problems
    drop_empty(root, report)
    parts = take_apart(root, report)
    lint(parts, report, extra_kinds)
    journey = None
    if not report.hopeless:
        journey = Journey.model_validate(root.plain(), by_alias=True, by_name=False)
    return journey, report.problems
