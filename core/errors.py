"""What can go wrong, grouped by what the run must do about it.

JourneysyncError
├── Stop                    the whole run ends with `exit_code`
│   ├── Usage               2  a command, map, workspace or state that cannot be used
│   ├── BadCredentials      4  a person must renew a key or grant a scope
│   ├── Guarded             6  a guard tripped before anything was written
│   ├── Stale               7  a saved plan no longer fits the world
│   ├── OverBudget          8  the tool's call budget is used up; the next run resumes
│   └── Locked              9  another run holds the workspace
├── ToolDown                one tool cannot be served now; the others can (exit 3)
├── Retry                   the same request may work in a moment
│   └── RateLimited         … after `wait` seconds
└── Skip                    this record is left out and reported; the run goes on (exit 3)

A message is one or two whole sentences for the person who runs the job. It names the tool, the
record by id, the code and the next step; never a name, an address, a body or a key.
Mistakes in files that people write are values: see `core.problems`.
"""

from collections.abc import Sequence
from typing import ClassVar

from journeysync.core.problems import Problem


class JourneysyncError(Exception):
    """Base of everything this package raises on purpose."""


class Stop(JourneysyncError):
    """The run cannot give a right result any more."""

    exit_code: ClassVar[int] = 1


class Usage(Stop):
    """Something a person wrote or chose cannot be used."""

    exit_code = 2

    def __init__(self, message: str, problems: Sequence[Problem] = ()) -> None:
        super().__init__(message)
        self.problems = tuple(problems)


class BadCredentials(Stop):
    """A tool refused our key, or the key lacks a scope."""

    exit_code = 4

    def __init__(self, tool: str, hint: str, code: str = "") -> None:
        answered = f" ({code})" if code else ""
        super().__init__(f"{tool} refused the key{answered}. {hint}")
        self.tool = tool


class Guarded(Stop):
    """A plan would change more than the workspace allows; nothing was written."""

    exit_code = 6


class Stale(Stop):
    """A saved plan was made for a world that is gone; nothing was written."""

    exit_code = 7


class OverBudget(Stop):
    """The calls a tool allows are used up; what was done is kept and the next run resumes."""

    exit_code = 8

    def __init__(self, tool: str, when: str) -> None:
        super().__init__(f"{tool} allows no more calls now. Run again {when}; nothing is lost.")
        self.tool = tool


class Locked(Stop):
    """Another run works on this workspace."""

    exit_code = 9


class ToolDown(JourneysyncError):
    """A tool cannot be reached or does not answer as itself; its records wait for the next run."""

    def __init__(self, tool: str, what: str) -> None:
        super().__init__(f"{tool} {what}")
        self.tool = tool


class Retry(JourneysyncError):
    """The request may succeed when repeated as it is."""

    def __init__(self, tool: str, what: str, *, sent: bool = True) -> None:
        super().__init__(f"{tool} {what}")
        self.tool = tool
        self.sent = sent
        """False where the request surely never reached the tool: a write may then be repeated."""


class RateLimited(Retry):
    """A tool asked us to slow down."""

    def __init__(self, tool: str, wait: float) -> None:
        super().__init__(tool, f"asks to wait {wait:g} s.", sent=False)
        self.wait = wait


class Skip(JourneysyncError):
    """One record cannot be handled; the others can."""

    def __init__(self, tool: str, record: str, code: str, what: str) -> None:
        super().__init__(f"{tool} {record}: {code}. {what}")
        self.tool = tool
        self.record = record
        self.code = code
