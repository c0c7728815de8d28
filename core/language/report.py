"""Where problems of one file are gathered: each once, in the order of lines."""

from journeysync.core.language.codes import CODES
from journeysync.core.language.written import Node
from journeysync.core.problems import Problem


class Report:
    """The problems of one file."""

    def __init__(self, file: str, problems: list[Problem] | None = None) -> None:
        self.file = file
        self._found = dict.fromkeys(problems or [])

    def add(self, where: Node | int, code: str, what: str) -> None:
        """Report a problem at a value or line; codes JS4xx are warnings."""
        assert code in CODES
        line = where if isinstance(where, int) else where.line
        self._found[Problem(self.file, line, code, what, code.startswith("JS4"))] = None

    @property
    def problems(self) -> list[Problem]:
        """All problems by line."""
        return sorted(self._found, key=lambda problem: (problem.line, problem.code, problem.what))

    @property
    def hopeless(self) -> bool:
        """Whether something is wrong that is no mere warning."""
        return any(not problem.warning for problem in self._found)
