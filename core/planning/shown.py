"""What a CRM should show of a customer: stage, since when, why, how it goes, what comes next.

Pure. Which of several journeys is shown: the first, in the workspace's order, in which the
customer stands in a stage; failing that, the first in which they stand in an exit.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np

from journeysync.core.engine.calendar import Clock
from journeysync.core.instants import from_micros, to_micros
from journeysync.core.language.durations import Duration
from journeysync.core.language.model import Exit, Journey, Touchpoint
from journeysync.core.planning import fields as f
from journeysync.core.planning.texts import ending, reason
from journeysync.core.planning.views import BY_COMMAND, CustomerView, JourneyAnswer

WRITTEN = (
    f.STAGE, f.STAGE_SINCE, f.REASON, f.STATUS, f.NEXT_TOUCHPOINT, f.NEXT_DUE, f.MISSED, f.NAME,
    f.CUSTOMER_ID,
)  # fmt: skip
"""The fields that we write, in the order they are shown."""
READ = (f.OVERRIDE, f.OVERRIDE_UNTIL)
"""The fields that people write and we only read."""


@dataclass(frozen=True, slots=True)
class Pin:
    """A stage that a person set and that is written instead of the computed one."""

    stage: str
    """The CRM's option value; may be empty where a person emptied the field."""
    tool: str
    against: str
    """The computed place at that time: an edit holds until the customer moves on."""
    at: datetime | None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Atlas:
    """The maps of a workspace with what is looked up in them again and again."""

    journeys: tuple[Journey, ...]
    zone: ZoneInfo
    _by_id: Mapping[str, Journey]
    _touchpoints: Mapping[tuple[str, str], tuple[tuple[int, int], Touchpoint]]
    _clocks: Mapping[str, Clock]
    _options: Mapping[tuple[str, str], str]

    @staticmethod
    def of(journeys: tuple[Journey, ...], zone: ZoneInfo) -> "Atlas":
        """Index the maps."""
        return Atlas(
            journeys,
            zone,
            {journey.journey: journey for journey in journeys},
            {
                (journey.journey, touchpoint.id): ((i, j), touchpoint)
                for i, journey in enumerate(journeys)
                for j, touchpoint in enumerate(journey.touchpoints)
            },
            {journey.journey: Clock.of(journey.calendar) for journey in journeys},
            {
                (journey.journey, place.id): f.stage_option(journeys, journey.journey, place.id)
                for journey in journeys
                for place in journey.places
            },
        )

    def journey(self, name: str) -> Journey:
        return self._by_id[name]

    def touchpoint(self, journey: str, touchpoint: str) -> Touchpoint:
        return self._touchpoints[journey, touchpoint][1]

    def rank(self, journey: str, touchpoint: str) -> tuple[int, int]:
        """Say where a touchpoint stands in the order of the maps."""
        return self._touchpoints[journey, touchpoint][0]

    def option(self, journey: str, place: str) -> str:
        """Return the CRM's value for a place."""
        return self._options[journey, place]

    def places_of(self, option: str) -> dict[str, str]:
        """Return journey -> place for a value of the CRM."""
        return {pair[0]: pair[1] for pair, value in self._options.items() if value == option}

    def later(self, journey: str, at: datetime, by: Duration) -> datetime:
        """Add a duration in a journey's calendar."""
        moved = self._clocks[journey].add(np.array([to_micros(at)], dtype=np.int64), by)
        return from_micros(int(moved[0]))


def shown_answer(view: CustomerView) -> JourneyAnswer | None:
    """Choose the journey whose place is shown; None where the customer is on no path."""
    for kind in ("stage", "exit"):
        for answer in view.answers:
            if answer.kind == kind:
                return answer
    return None


def against(view: CustomerView) -> str:
    """Name the computed place, so that a pin knows when the customer has moved on."""
    answer = shown_answer(view)
    if answer is None or answer.since is None:
        return ""
    return f"{answer.journey}/{answer.place}@{answer.since.isoformat()}"


def wanted(view: CustomerView, atlas: Atlas, pin: Pin | None, now: datetime) -> dict[str, str]:
    """Say what each field should hold; an empty text means an empty field."""
    answer = shown_answer(view)
    if answer is None and pin is None:
        return dict.fromkeys(WRITTEN, "")
    pinned = _pinned_exits(atlas, pin)
    alive = [
        (atlas.rank(one.journey, need.touchpoint), one.journey, need)
        for one in view.answers
        for need in one.expectations
        if not moot(atlas.touchpoint(one.journey, need.touchpoint), atlas, one.journey, pinned)
    ]
    missed = sum(need.status == "missed" and need.actionable for _, _, need in alive)
    coming = min(
        ((need.deadline, rank, journey, need) for rank, journey, need in alive
         if need.status == "due"),
        key=lambda one: one[:2], default=None,
    )  # fmt: skip
    values = {
        f.STAGE: pin.stage if pin else "",
        f.STAGE_SINCE: _instant(pin.at if pin else None),
        f.REASON: _pin_words(pin, atlas.zone) if pin else "",
        f.STATUS: _status(answer, atlas, pin, pinned, missed, now),
        f.NEXT_TOUCHPOINT: "",
        f.NEXT_DUE: "",
        f.MISSED: str(missed),
        f.NAME: "",
        f.CUSTOMER_ID: view.id,
    }
    if coming is not None:
        values[f.NEXT_TOUCHPOINT] = atlas.touchpoint(coming[2], coming[3].touchpoint).title
        values[f.NEXT_DUE] = _instant(coming[0])
    if answer is not None:
        journey = atlas.journey(answer.journey)
        computed = atlas.option(answer.journey, answer.place)
        values[f.NAME] = journey.title
        because = reason(answer, journey, atlas.zone)
        if pin is None:
            values |= {f.STAGE: computed, f.STAGE_SINCE: _instant(answer.since), f.REASON: because}
        else:
            label = next(p.title for p in journey.places if p.id == answer.place)
            values[f.REASON] += f"; computed: {label} ({because})"
            values[f.STAGE_SINCE] = _instant(pin.at or answer.since)
    return values


def moot(touchpoint: Touchpoint, atlas: Atlas, journey: str, pinned: Mapping[str, str]) -> bool:
    """Say whether a pinned exit makes a touchpoint pointless, as standing there would."""
    place = pinned.get(journey)
    if place is None:
        return False
    if touchpoint.moot_in is not None:
        return place in touchpoint.moot_in
    return place != touchpoint.entering and place in {e.id for e in atlas.journey(journey).exits}


def pinned_places(atlas: Atlas, pin: Pin | None) -> dict[str, str]:
    """Return journey -> place that a pin stands for."""
    return atlas.places_of(pin.stage) if pin else {}


def _pinned_exits(atlas: Atlas, pin: Pin | None) -> dict[str, str]:
    return {
        journey: place
        for journey, place in pinned_places(atlas, pin).items()
        if isinstance(_place(atlas, journey, place), Exit)
    }


def _place(atlas: Atlas, journey: str, place: str) -> object:
    return next((p for p in atlas.journey(journey).places if p.id == place), None)


def _status(answer: JourneyAnswer | None, atlas: Atlas, pin: Pin | None,
            pinned: Mapping[str, str], missed: int, now: datetime) -> str:  # fmt: skip
    if missed:
        return "behind"
    if pin is not None:
        places = pinned_places(atlas, pin)
        last = any(atlas.journey(j).stages[-1].id == place for j, place in places.items())
        return "done" if pinned or last else "on_track"
    assert answer is not None
    journey = atlas.journey(answer.journey)
    if answer.since is not None:
        end = stuck_after(atlas, answer.journey, answer.place, answer.since)
        if end is not None and now > end:
            return "stuck"
    if answer.kind == "exit" or answer.place == journey.stages[-1].id:
        return "done"
    return "on_track"


def stuck_after(atlas: Atlas, journey: str, place: str, since: datetime) -> datetime | None:
    """Say until when a customer may stay in a stage before they are called stuck."""
    for target in atlas.journey(journey).targets:
        if target.from_ == place and target.within is not None:
            return atlas.later(journey, since, target.within)
    return None


def _pin_words(pin: Pin, zone: ZoneInfo) -> str:
    until = f" until {ending(pin.until, zone)}" if pin.until else ""
    where = "with journeysync" if pin.tool == BY_COMMAND else f"in {pin.tool}"
    return f"Set by a person {where}{until}"


def _instant(at: datetime | None) -> str:
    return "" if at is None else at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
