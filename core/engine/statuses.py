"""Statuses: satisfied, waived, late, due or missed, and whether anything can still be done.

Instants later than `now` do not count; the anchor's own event never answers itself.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from journeysync.core.engine.anchors import Anchors
from journeysync.core.engine.facts import Facts
from journeysync.core.engine.primitives import NEVER, Bools, Ints, Timeline
from journeysync.core.engine.tasks import CompletedTasks, earlier
from journeysync.core.engine.windows import Windows
from journeysync.core.language.model import Patterns, Touchpoint

STATUSES = ("waived", "done", "late", "due", "missed")
WAIVED, DONE, LATE, DUE, MISSED = range(len(STATUSES))

Statuses = NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Judged:
    """The expectations of one touchpoint, with their answers."""

    windows: Windows
    status: Statuses
    satisfied_row: Ints
    """-1 unless done or late."""
    actionable: Bools
    changes: Ints
    """The next instant after `now` at which time alone may change the answer, or `NEVER`."""


class Judge:
    """Judges the windows of one touchpoint."""

    def __init__(self, touchpoint: Touchpoint, facts: Facts) -> None:
        self._touchpoint = touchpoint
        self._facts = facts
        self._now = facts.history.now
        self._repeats = touchpoint.every is not None
        self._moot = self._moot_timelines()

    def judge(self, windows: Windows) -> Judged:
        """Answer for every window that exists."""
        facts, now = self._facts, self._now
        row = self._satisfied(windows)
        if windows.series is not None:
            row[facts.at_of(row) > windows.deadline] = -1
            stop = windows.series.stop
            kept = np.flatnonzero((windows.deadline < stop) | (facts.at_of(row) < stop))
            windows, row = windows[kept], row[kept]
        at, deadline = facts.at_of(row), windows.deadline
        waiver = self._waiver(windows)
        open_ended = np.where(now <= deadline, DUE, MISSED)
        answered = np.where(at <= deadline, DONE, LATE)
        status = np.where(row >= 0, answered, open_ended).astype(np.int8)
        status[(waiver <= deadline) & (waiver < at)] = WAIVED
        row[status == WAIVED] = -1
        actionable = self._actionable(windows, status)
        return Judged(windows, status, row, actionable, self._changes(windows, status, actionable))

    def _satisfied(self, windows: Windows) -> Ints:
        """Find the event that satisfies each window, or -1."""
        facts, touchpoint, anchors = self._facts, self._touchpoint, windows.anchors
        row = self._first(touchpoint.expect, anchors, windows.opens, later=self._repeats)
        tasks = CompletedTasks.of(touchpoint, facts)
        if tasks is not None:
            place = touchpoint.entering or ""
            task = tasks.first(anchors, place, windows.opens, facts, later=self._repeats)
            row = earlier(row, task)
        return row

    def _first(self, patterns: Patterns, anchors: Anchors, after: Ints, *, later: bool) -> Ints:
        """Find the first event of the same record that matches, not the anchor's own."""
        if not patterns or not len(anchors):
            return np.full(len(anchors), -1, dtype=np.int64)
        trail = self._facts.trail(patterns, self._touchpoint.same)
        return trail.first(anchors.segment, after, anchors.row, later=later)

    def _waiver(self, windows: Windows) -> Ints:
        """Find the first instant up to `now` that may waive each window, or `NEVER`."""
        touchpoint, anchors = self._touchpoint, windows.anchors
        unless = self._first(touchpoint.unless, anchors, windows.opens, later=self._repeats)
        waiver = self._facts.at_of(unless)
        for timeline in self._moot:
            waiver = np.minimum(waiver, timeline.first_on(anchors.customer, windows.opens))
        waiver[waiver > self._now] = NEVER
        return waiver

    def _moot_timelines(self) -> list[Timeline]:
        """Say when nothing is expected: places and states that are ever taken."""
        touchpoint, facts = self._touchpoint, self._facts
        places = touchpoint.moot_in
        if places is None:
            exits = (exit_.id for exit_ in facts.journey.exits)
            places = tuple(one for one in exits if one != touchpoint.entering)
        timelines = [facts.states.timeline(state) for state in touchpoint.suppressed_while]
        if places:
            timelines.append(facts.standing_in(places))
        return [timeline for timeline in timelines if timeline.ever]

    # --- what can still be done -----------------------------------------------------------------

    def _actionable(self, windows: Windows, status: Statuses) -> Bools:
        actionable = np.asarray(status == MISSED)
        if windows.series is not None:
            actionable &= ~_overtaken(windows.series.number, status)
        if self._touchpoint.before:
            actionable &= windows.anchors.at >= self._now
        for timeline in self._moot:
            actionable &= ~timeline.on_finally()[windows.anchors.customer]
        some = np.flatnonzero(actionable)
        missed = windows[some]
        unless = self._first(self._touchpoint.unless, missed.anchors, missed.deadline, later=True)
        acting = unless < 0
        act_within = self._touchpoint.act_within
        if act_within is not None:
            acting &= self._facts.clock.add(missed.deadline, act_within) >= self._now
        actionable[some] = acting
        return actionable

    def _changes(self, windows: Windows, status: Statuses, actionable: Bools) -> Ints:
        """Find when time alone may next change an answer; early rather than late."""
        now, touchpoint = self._now, self._touchpoint
        changes = np.full(len(windows), NEVER, dtype=np.int64)
        due = np.flatnonzero(status == DUE)
        opens = windows.opens[due]
        changes[due] = np.where(opens > now, opens, windows.deadline[due] + 1)
        acting = np.flatnonzero(actionable)
        if touchpoint.before:
            changes[acting] = windows.anchors.at[acting] + 1
        if touchpoint.act_within is not None:
            until = self._facts.clock.add(windows.deadline[acting], touchpoint.act_within)
            changes[acting] = np.minimum(changes[acting], until + 1)
        return changes


def _overtaken(series: Ints, status: Statuses) -> Bools:
    """Say which windows have a later one in their series that is missed, done or late."""
    decided = np.flatnonzero((status == MISSED) | (status == DONE) | (status == LATE))
    last = np.full(int(series.max(initial=-1)) + 1, -1, dtype=np.int64)
    last[series[decided]] = decided  # windows stand first to last: the last one stays
    return np.asarray(np.arange(len(series)) < last[series])
