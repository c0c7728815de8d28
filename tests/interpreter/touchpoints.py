"""Anchors, windows and statuses: LANGUAGE section 5, sentence by sentence.

Quotations are from LANGUAGE.md.
"""

# ruff: noqa: ERA001 - quotations from the language look like code

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from interpreter.days import Days
from interpreter.patterns import hold, matching, same_text
from interpreter.places import Move, Spell, on_at, on_route, stays
from interpreter.rows import ExpectationRow
from journeysync.core.instants import iso, to_micros
from journeysync.core.language.durations import Duration
from journeysync.core.language.model import Journey, Touchpoint
from journeysync.core.models import Event, Scalar, shared_id


@dataclass(frozen=True, slots=True)
class Life:
    """What is known of one customer at `now`."""

    journey: Journey
    attributes: Mapping[str, Scalar]
    now: datetime
    days: Days
    route: str
    past: Sequence[Event]
    """Up to `now`, in event order."""
    all: Sequence[Event]
    """Those after `now` included."""
    moves: Sequence[Move]
    states: Mapping[str, Sequence[Spell]]
    tools: frozenset[str]
    """The names of the tools that gave the run its events."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """What an expectation stands on; no event where time alone moved the customer."""

    at: datetime
    event: Event | None
    place: str = ""

    @property
    def text(self) -> str:
        """The event's id, or `PLACE@INSTANT`."""
        return self.event.id if self.event else f"{self.place}@{iso(to_micros(self.at))}"

    def named_by(self, text: Scalar | None) -> bool:
        """Tell whether a task names this anchor: by its text or by the event's shared id.

        Ids are compared as they are: `007` and `7` are two events.
        """
        names = {self.text}
        if self.event:
            names.add(shared_id(self.event.id, self.event.person))
        return text is not None and str(text).strip() in names


def expectations(life: Life, touchpoint: Touchpoint) -> Iterator[ExpectationRow]:
    """Yield the expectations of one touchpoint."""
    if not _applies(life, touchpoint):
        return
    anchors = _anchors(life, touchpoint)
    if touchpoint.once:
        # "With `once: true` only the customer's first anchor counts (taken before `same` is
        # looked at)."
        anchors = anchors[:1]
    if touchpoint.same is not None:
        # "An anchor that names none makes no expectation."
        anchors = [one for one in anchors if record_of(life, one.event, touchpoint.same)]
    for number, anchor in enumerate(anchors):
        if touchpoint.every is None:
            single = Single(life, touchpoint, anchor)
            yield from single.rows()
        elif not _overtaken(life, touchpoint, anchor, anchors[number + 1 :]):
            yield from Series(life, touchpoint, anchor, anchors).rows()


def _applies(life: Life, touchpoint: Touchpoint) -> bool:
    # "A touchpoint applies to customers on its routes (`only`/`except`) whose attributes fit its
    # `when`, and, where `within` is given per route, whose route is named there or which has a
    # `default`."
    return (
        on_route(life.route, touchpoint.only, touchpoint.except_)
        and hold(touchpoint.when, life.attributes)
        and (not touchpoint.within or _for_route(touchpoint.within, life.route) is not None)
    )


def _for_route(within: Mapping[str, Duration], route: str) -> Duration | None:
    return within.get(route, within.get("default"))


def _anchors(life: Life, touchpoint: Touchpoint) -> list[Anchor]:
    if touchpoint.before:
        # "`before: P` - every event that matches P, future ones included."
        return [Anchor(e.at, e) for e in matching(touchpoint.before, life.all, life.days)]
    if touchpoint.entering is not None:
        # "`entering: PLACE` - every move into that place; its event is the one that caused the
        # move."
        return [
            Anchor(move.at, move.event, move.place)
            for move in life.moves
            if move.place == touchpoint.entering
        ]
    # "`after: P` - every event that matches P."
    return [Anchor(e.at, e) for e in matching(touchpoint.after, life.past, life.days)]


def record_of(life: Life, event: Event | None, of_type: str) -> str:
    """Name the record of a type that an event concerns; empty: none.

    "the event's subject if it is of that type, else the record named by its attribute TYPE (an id
    of the event's own tool, or `tool:id`)"
    """
    if event is None:
        return ""
    if event.subject_type == of_type and event.subject_id:
        return f"{event.tool}:{event.subject_id.strip()}"
    named = str(event.attributes.get(of_type, "")).strip()
    if not named:
        return ""
    tool, colon, _ = named.partition(":")
    return named if colon and tool in life.tools else f"{event.tool}:{named}"


def _overtaken(life: Life, touchpoint: Touchpoint, anchor: Anchor, later: Sequence[Anchor]) -> bool:
    # "Of several anchors at one instant (of one record under `same`) only the last in event order
    # starts a series"
    return any(
        one.at == anchor.at and _one_record(life, touchpoint, anchor, one.event) for one in later
    )


def _one_record(life: Life, touchpoint: Touchpoint, anchor: Anchor, event: Event | None) -> bool:
    # "With `same: TYPE` the anchor and the `expect`, `unless`, `until` events (and the next anchor
    # of a series) must concern one and the same record of TYPE"
    if touchpoint.same is None:
        return True
    return record_of(life, event, touchpoint.same) == record_of(life, anchor.event, touchpoint.same)


class Expecting:
    """What single expectations and windows of a series have in common."""

    def __init__(self, life: Life, touchpoint: Touchpoint, anchor: Anchor) -> None:
        self.life = life
        self.touchpoint = touchpoint
        self.anchor = anchor
        self.unless = self._concerned(matching(touchpoint.unless, life.past, life.days))
        # "A `task.completed` event whose attributes `touchpoint` and `anchor` name this
        # expectation satisfies it too."
        expected = self._concerned(matching(touchpoint.expect, life.past, life.days))
        self.seen = [
            event for event in life.past if event in expected or self._task_completed(event)
        ]
        self.spells = self._moot_spells()

    def _concerned(self, events: Sequence[Event]) -> list[Event]:
        # "The anchor's own event is never its own `expect`, `unless` or `until`."
        return [
            event
            for event in events
            if event is not self.anchor.event
            and _one_record(self.life, self.touchpoint, self.anchor, event)
        ]

    def _task_completed(self, event: Event) -> bool:
        return (
            event.kind == "task.completed"
            and event is not self.anchor.event
            and same_text(event.attributes.get("touchpoint"), self.touchpoint.id)
            and self.anchor.named_by(event.attributes.get("anchor"))
        )

    def _moot_spells(self) -> list[Spell]:
        # "the customer stands in one of the places `moot_in` (default: every exit but the
        # touchpoint's own `entering`; `moot_in` replaces the default) or a state of
        # `suppressed_while` is on"
        moot_in = self.touchpoint.moot_in
        if moot_in is None:
            exits = [exit_.id for exit_ in self.life.journey.exits]
            moot_in = tuple(one for one in exits if one != self.touchpoint.entering)
        found = [spell for place, spell in stays(self.life.moves) if place in moot_in]
        for state in self.touchpoint.suppressed_while:
            found += self.life.states[state]
        return found

    def waived(
        self, opens: datetime, deadline: datetime, satisfied: Event | None, *, open_start: bool
    ) -> bool:
        """Look for a reason not to do it, in time.

        "Waived when, at or after the opening (`every`: after it), at or before the deadline, and
        strictly before satisfaction, ..." - "instants later than `now` do not count"
        """
        # "(a) an `unless` event happens"
        for event in self.unless:
            after = opens < event.at if open_start else opens <= event.at
            before = satisfied is None or event.at < satisfied.at
            if after and event.at <= deadline and before:
                return True
        # "or (b) the customer stands in ... - at the opening already (and for some time after it)
        # or from some instant on"
        for start, end in self.spells:
            first = max(start, opens)
            lasts = end is None or first < end
            before = satisfied is None or first < satisfied.at
            if lasts and first <= deadline and first <= self.life.now and before:
                return True
        return False

    def status(
        self, opens: datetime, deadline: datetime, satisfied: Event | None, *, open_start: bool
    ) -> str:
        # "Status at `now`: `waived`; `done` (satisfied at or before the deadline); `late`
        # (satisfied after it); else `due` (`now` <= deadline) or `missed`."
        if self.waived(opens, deadline, satisfied, open_start=open_start):
            return "waived"
        if satisfied is not None:
            return "done" if satisfied.at <= deadline else "late"
        return "due" if self.life.now <= deadline else "missed"

    def actionable(self, deadline: datetime, status: str) -> bool:
        # "Actionable (true or false; false for all but `missed`)"
        now, touchpoint = self.life.now, self.touchpoint
        if status != "missed":
            return False
        # "not if an `unless` event came after the deadline"
        if any(event.at > deadline for event in self.unless):
            return False
        # "not while the customer stands in a `moot_in` place or a `suppressed_while` state is on"
        if on_at(self.spells, now):
            return False
        # "not, for `before`, once the anchor's instant has passed"
        if touchpoint.before and now > self.anchor.at:
            return False
        # "not after deadline + `act_within` where that is given"
        within = touchpoint.act_within
        return within is None or now <= self.life.days.later(deadline, within)

    def row(
        self,
        k: int,
        window: tuple[datetime, datetime],
        status: str,
        satisfied: Event | None,
        *,
        actionable: bool,
    ) -> ExpectationRow:
        told = satisfied if status in ("done", "late") else None
        return ExpectationRow(
            self.touchpoint.id,
            self.anchor.text,
            self.anchor.at,
            k,
            *window,
            status,
            told.at if told else None,
            told.id if told else "",
            actionable,
        )


class Single(Expecting):
    """An expectation with one window."""

    def rows(self) -> Iterator[ExpectationRow]:
        """Yield the expectation, if it exists."""
        opens, deadline = self._window()
        if deadline < opens:
            # "An expectation whose deadline lies before its opening does not exist."
            return
        # "Satisfied by the first event matching `expect` at or after the opening"
        satisfied = next((event for event in self.seen if event.at >= opens), None)
        status = self.status(opens, deadline, satisfied, open_start=False)
        yield self.row(
            0, (opens, deadline), status, satisfied, actionable=self.actionable(deadline, status)
        )

    def _window(self) -> tuple[datetime, datetime]:
        touchpoint, days, at = self.touchpoint, self.life.days, self.anchor.at
        if touchpoint.before:
            # "`before`: deadline = anchor - `at_least`; opens at anchor - `opens`, or without
            # `opens` at ..."
            deadline = days.earlier(at, touchpoint.at_least) if touchpoint.at_least else at
            opens = days.earlier(at, touchpoint.opens) if touchpoint.opens else self._earliest()
            return opens, deadline
        # "`after`, `entering`: opens at the anchor + `opens` (default 0), deadline = anchor +
        # `within`."
        within = _for_route(touchpoint.within, self.life.route)
        assert within is not None
        opens = days.later(at, touchpoint.opens) if touchpoint.opens else at
        return opens, days.later(at, within)

    def _earliest(self) -> datetime:
        # "... at the customer's earliest event with exactly the anchor's subject (where the anchor
        # has no subject: at the customer's earliest event; future events and the anchor itself
        # included)."
        about = self.anchor.event
        assert about is not None
        if not (about.subject_type and about.subject_id):
            return self.life.all[0].at
        return next(
            event.at
            for event in self.life.all
            if (event.tool, event.subject_type, event.subject_id)
            == (about.tool, about.subject_type, about.subject_id)
        )


class Series(Expecting):
    """Windows one after the other: `every`."""

    def __init__(
        self, life: Life, touchpoint: Touchpoint, anchor: Anchor, anchors: Sequence[Anchor]
    ) -> None:
        super().__init__(life, touchpoint, anchor)
        self.stop = self._stop(anchors)

    def _stop(self, anchors: Sequence[Anchor]) -> datetime | None:
        # "The series stops at the first `until` event strictly later than the anchor, or at the
        # next anchor strictly later (which starts its own series)."
        until = self._concerned(matching(self.touchpoint.until, self.life.past, self.life.days))
        others = [
            one
            for one in anchors
            if _one_record(self.life, self.touchpoint, self.anchor, one.event)
        ]
        instants = [event.at for event in until] + [one.at for one in others]
        return min((at for at in instants if at > self.anchor.at), default=None)

    def rows(self) -> Iterator[ExpectationRow]:
        """Yield the windows that exist."""
        found = list(self._windows())
        for number, (k, window, status, satisfied) in enumerate(found):
            # "not, for `every`, if a later window of the series is missed, done or late"
            overtaken = any(
                later in ("missed", "done", "late") for _, _, later, _ in found[number + 1 :]
            )
            actionable = self.actionable(window[1], status) and not overtaken
            yield self.row(k, window, status, satisfied, actionable=actionable)

    def _windows(
        self,
    ) -> Iterator[tuple[int, tuple[datetime, datetime], str, Event | None]]:
        k = 0
        while self.touchpoint.limit is None or k < self.touchpoint.limit:
            k += 1
            opens, deadline = self._window(k)
            # "window k exists once it has opened (its opening <= `now`)"
            if opens > self.life.now:
                return
            # "windows that would open at or after the stop do not exist"
            if self.stop is not None and opens >= self.stop:
                return
            # "(for `every`: inside the window)"
            satisfied = next((e for e in self.seen if opens < e.at <= deadline), None)
            # "the window that contains the stop (its end included) exists only if it was
            # satisfied before the stop (it may still be waived)"
            if self.stop is not None and self.stop <= deadline:  # noqa: SIM102 - one sentence each
                if satisfied is None or satisfied.at >= self.stop:
                    continue
            status = self.status(opens, deadline, satisfied, open_start=True)
            yield k, (opens, deadline), status, satisfied

    def _window(self, k: int) -> tuple[datetime, datetime]:
        # "windows k = 1, 2, ...: (anchor + (k-1)D, anchor + kD], deadline its end, at most `limit`
        # of them"
        every, days = self.touchpoint.every, self.life.days
        assert every is not None
        deadline = days.later(self.anchor.at, every, k)
        if self.touchpoint.last is not None:
            # "with `last: L` each window is only its last L (it opens at its deadline - L)"
            return days.earlier(deadline, self.touchpoint.last), deadline
        return days.later(self.anchor.at, every, k - 1), deadline
