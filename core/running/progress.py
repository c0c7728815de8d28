"""How long work tells how far it is, whoever watches.

A callback and nothing more: bars, terminals and colours are the command line's matter.
"""

from typing import Protocol


class Progress(Protocol):
    """Told now and then how much of a piece of work is done."""

    def __call__(self, what: str, done: int, total: int | None = None) -> None:
        """Say that `done` of `total` is done of `what`; None where nobody knows how many."""
        ...


def silent(what: str, done: int, total: int | None = None) -> None:
    """Tell nobody."""
