"""Routes: which variant of the journey each customer is on, and what applies on it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from journeysync.core.engine.conditions import holding
from journeysync.core.engine.history import History
from journeysync.core.engine.patterns import Matches
from journeysync.core.engine.primitives import Bools, Ints
from journeysync.core.language.model import Journey, Place

DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Routes:
    """Each customer's route, as a position in the names."""

    names: tuple[str, ...]
    """The map's routes in their order, then `default`."""
    of: Ints

    @classmethod
    def find(cls, journey: Journey, history: History, matches: Matches) -> "Routes":
        """Give each customer the first route whose conditions and history fit."""
        names = (*(route.id for route in journey.routes), DEFAULT)
        of = np.full(history.count, len(journey.routes), dtype=np.int64)
        for number, route in reversed(tuple(enumerate(journey.routes))):
            fits = holding(route.when, history.attribute, None, history.count)
            if route.having:
                seen = np.zeros(history.count, dtype=np.bool_)
                seen[history.customer[matches.now(route.having)]] = True
                fits &= seen
            of[fits] = number
        return cls(names, of)

    def allowed(self, only: Sequence[str], but: Sequence[str]) -> Bools | None:
        """Say for which customers something with `only` and `except` exists; None: for all."""
        if not only and not but:
            return None
        on_route = [(not only or name in only) and name not in but for name in self.names]
        return np.array(on_route, dtype=np.bool_)[self.of]

    def existing(self, place: Place, rows: Ints, history: History) -> Ints:
        """Leave out the rows of customers on whose route a place does not exist."""
        allowed = self.allowed(place.only, place.except_)
        return rows if allowed is None else rows[allowed[history.customer[rows]]]
