"""What a meeting says, as a booking or as a meeting: the mapping chooses. Pure."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from itertools import pairwise

from journeysync.connectors.hubspot.facts import Facts
from journeysync.connectors.hubspot.mapping import FieldMapping, MeetingRule, fits
from journeysync.core.models import Event, Reading, Scalar

_OUTCOMES = {
    "COMPLETED": "completed",
    "NO_SHOW": "no_show",
    "CANCELED": "cancelled",
    "CANCELLED": "cancelled",
    "RESCHEDULED": "rescheduled",
}


def reading(facts: Facts, mapping: FieldMapping) -> Reading:
    """Tell when a meeting was made, starts and ends, and what became of it."""
    section = mapping.meetings
    title, kind = facts.text("hs_meeting_title"), facts.text("hs_activity_type")
    rule = next(
        (one for one in section.rules if fits(one.title, title) and fits(one.type, kind)), None
    )
    if rule is None:
        return Reading()
    start = facts.instant("hs_meeting_start_time", "hs_timestamp")
    if start is None:
        aside = facts.set_aside("NO_START", "The meeting has no start time; set it in HubSpot.")
        return Reading(set_aside=(aside,))
    attributes: dict[str, Scalar] = {
        "title": title,
        "service": kind or title,
        "outcome": facts.text("hs_meeting_outcome").lower(),
        **facts.attributes(section.attributes),
        **facts.owner,
        **facts.deal,
        **rule.set,
    }
    attributes = {name: value for name, value in attributes.items() if value != ""}
    events = _events(facts, rule, start, attributes)
    return Reading(events=tuple(events))


def _events(
    facts: Facts, rule: MeetingRule, start: datetime, attributes: Mapping[str, Scalar]
) -> Iterator[Event]:
    known = start
    for moment, at, repeats in _moments(facts, start):
        # Its making, then its moves: the last of them before the start is when that start was set.
        known = min(at, start) if moment in {"created", "rescheduled"} else known
        ahead = {"lead_time": _hours(start - known)} if moment in {"created", "starts"} else {}
        for kind in getattr(rule, moment):
            yield from facts.events(
                kind,
                at,
                subject_type=rule.subject,
                mark=facts.mark(at) if repeats else "",
                attributes={**attributes, **ahead},
            )


def _hours(span: timedelta) -> float:
    """How long ahead a start was set; a map may ask for `lead_time: {lt: 24}`."""
    return round(span / timedelta(hours=1), 2)


def _moments(facts: Facts, start: datetime) -> Iterator[tuple[str, datetime, bool]]:
    """Pair each moment of the meeting with its instant, and say which can come again."""
    outcome = facts.text("hs_meeting_outcome").upper()
    became = _OUTCOMES.get(outcome, "")
    end = max(facts.instant("hs_meeting_end_time") or start, start)
    decided = facts.since("hs_meeting_outcome", facts.text("hs_meeting_outcome"))
    moved = _moved(facts)
    created = facts.instant("hs_createdate", "createdate") or start
    # A meeting that was logged afterwards was made no later than it began.
    yield "created", min(created, start), False
    for at in moved:
        yield "rescheduled", at, True
    if became == "rescheduled" and not moved:
        # Another meeting took its place: this one never begins.
        yield "rescheduled", decided or created, True
        return
    yield "starts", start, False
    if became == "cancelled":
        yield "cancelled", decided or start, False
        return
    yield "ended", end, False
    if became in {"completed", "no_show"}:
        # Marked before its planned end, it was over by then.
        over = decided if decided is not None and start <= decided < end else end
        yield became, over, False


def _moved(facts: Facts) -> list[datetime]:
    """Return when the start was moved; corrections in the minute of its making are none."""
    past = facts.history("hs_meeting_start_time")
    return [
        at
        for (first, was), (at, now) in pairwise(past)
        if was and now and was != now and at - past[0][0] > timedelta(minutes=1)
    ]
