"""Patterns: the rows of the events that match, each distinct pattern found once.

Looks at the whole history, future events included; what lies after `now` is cut by `present`.
"""

import math
from fractions import Fraction

import numpy as np

from journeysync.core.engine.calendar import Clock
from journeysync.core.engine.conditions import holding
from journeysync.core.engine.history import History
from journeysync.core.engine.primitives import (
    Bools,
    Ints,
    running_count,
    running_sum,
)
from journeysync.core.engine.words import SCALE
from journeysync.core.language.model import Pattern, Patterns

_NOT_A_SIGN_OF_LIFE = "person.created"


class Matches:
    """Which events match which patterns."""

    def __init__(self, history: History, clock: Clock) -> None:
        self._history = history
        self._clock = clock
        self._found: dict[str, Ints] = {}

    def ever(self, patterns: Patterns) -> Ints:
        """Return the rows that match any of the patterns, ascending, future ones included."""
        found = [self._rows(pattern) for pattern in patterns]
        if len(found) == 1:
            return found[0]
        matching = np.zeros(self._history.size, dtype=np.bool_)
        for rows in found:
            matching[rows] = True
        return np.flatnonzero(matching)

    def now(self, patterns: Patterns) -> Ints:
        """Return the rows up to `now` that match any of the patterns."""
        return self._history.present(self.ever(patterns))

    def life(self, patterns: Patterns) -> Ints:
        """Return the rows up to `now` that count as a sign of life."""
        if patterns:
            return self.now(patterns)
        kinds = self._history.kinds
        alive = [code for code, kind in enumerate(kinds) if kind != _NOT_A_SIGN_OF_LIFE]
        return self._history.present(self._history.of_kinds(alive))

    def _rows(self, pattern: Pattern) -> Ints:
        key = pattern.model_dump_json()
        if key not in self._found:
            self._found[key] = self._find(pattern)
        return self._found[key]

    def _find(self, pattern: Pattern) -> Ints:
        history = self._history
        rows = history.of_kinds(_kinds_of(pattern.event, history.kinds))
        if pattern.where:
            rows = rows[holding(pattern.where, history.fact, rows, history.size)]
        if pattern.count is not None and pattern.count > 1:
            rows = self._counted(pattern, rows)
        if pattern.sum:
            reached = [
                self._reached(name, Fraction(one), rows) for name, one in pattern.sum.items()
            ]
            rows = rows[np.logical_and.reduce(reached)]
        return rows

    def _counted(self, pattern: Pattern, rows: Ints) -> Ints:
        """Keep the N-th fitting event and every later one; with `within`, the crowded ones."""
        assert pattern.count is not None
        history = self._history
        nth = np.flatnonzero(running_count(history.customer[rows]) >= pattern.count)
        if pattern.within is not None:
            earlier = history.at[rows[nth - (pattern.count - 1)]]
            until = self._clock.add(earlier, pattern.within)
            nth = nth[history.at[rows[nth]] <= until]
        return rows[nth]

    def _reached(self, attribute: str, amount: Fraction, rows: Ints) -> Bools:
        """Say at which fitting events the running total has reached the amount."""
        history = self._history
        column = history.column(f"attr.{attribute}")
        if column is None:
            return np.full(len(rows), amount <= 0)
        values = column.words.exact if column.words.odd else column.words.scaled
        total = running_sum(history.customer[rows], np.append(values, 0)[column.codes[rows]])
        exact = amount * SCALE
        if total.dtype == object:
            return np.asarray(np.greater_equal(total, exact), dtype=np.bool_)
        return np.asarray(total >= math.ceil(exact))


def _kinds_of(wanted: str, kinds: list[str]) -> list[int]:
    if wanted.endswith(".*"):
        noun = wanted.removesuffix("*")
        return [code for code, kind in enumerate(kinds) if kind.startswith(noun)]
    return [code for code, kind in enumerate(kinds) if kind == wanted]
