"""Mistakes in what a person wrote, as values: shown together, each with the place to mend it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake in a map, a workspace file, a mapping or a data file."""

    file: str
    line: int
    """1 for the first line; 0 where the file as a whole is meant."""
    code: str
    """Stable, such as `JS104`; `docs/` lists them."""
    what: str
    """One or two whole sentences: what is wrong, then what to write instead."""
    warning: bool = False
    """True where the file still has a meaning; a run goes on and says so."""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.code} {self.what}"
