"""States: situations that events switch on and off, beside the places."""

import numpy as np

from journeysync.core.engine.history import History
from journeysync.core.engine.patterns import Matches
from journeysync.core.engine.primitives import Timeline
from journeysync.core.language.model import Journey, State


class States:
    """The timelines of a map's states, each made when first asked for."""

    def __init__(self, journey: Journey, history: History, matches: Matches) -> None:
        self._states = {state.id: state for state in journey.states}
        self._history = history
        self._matches = matches
        self._made: dict[str, Timeline] = {}

    def timeline(self, state: str) -> Timeline:
        """Say when a state is on."""
        if state not in self._made:
            self._made[state] = self._make(self._states[state])
        return self._made[state]

    def _make(self, state: State) -> Timeline:
        history = self._history
        begins, ends = self._matches.now(state.from_), self._matches.now(state.to)
        switch = np.zeros(history.size, dtype=np.int8)
        switch[ends] = -1
        switch[begins] = 1  # an event that matches both: on
        rows = np.flatnonzero(switch)
        return Timeline.of(
            history.customer[rows], history.at[rows], switch[rows] > 0, history.count
        )
