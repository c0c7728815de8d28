"""Whether the parts of a map fit together: every rule a map must obey, each theme in its file.

Offline and pure: knows no tool and no customer.
"""

from collections.abc import Collection

from journeysync.core.language.parts import Parts
from journeysync.core.language.report import Report
from journeysync.core.language.rules import (
    calendars,
    names,
    patterns,
    places,
    targets,
    templates,
    touchpoints,
)


def lint(parts: Parts, report: Report, extra_kinds: Collection[str] = ()) -> None:
    """Report everything in a map that leads nowhere, has no meaning, or deserves a warning."""
    calendars.check(parts, report)
    names.check(parts, report)
    patterns.check(parts, report, frozenset(extra_kinds))
    places.check(parts, report)
    touchpoints.check(parts, report)
    templates.check(parts, report)
    targets.check(parts, report)
