"""What a calendar event says, as a booking or as a meeting: the mapping chooses. Pure.

Salesforce keeps no history of events: when the start was moved, or an outcome marked, is known from
what was seen of the record before (see `seen`).
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from journeysync.connectors.mapping_files import fits
from journeysync.connectors.salesforce.facts import Facts, filled
from journeysync.connectors.salesforce.mapping import Events, MeetingRule, SalesforceMapping
from journeysync.core.models import Event, Reading, Scalar


def reading(facts: Facts, mapping: SalesforceMapping) -> Reading:
    """Tell when a meeting was made, starts and ends, and what became of it."""
    section = mapping.events
    title, kind = facts.text("Subject"), facts.text(section.service)
    rule = next((one for one in section.rules if _decides(one, title, kind, facts)), None)
    # A colleague's copy of an invitation, and the series that single events are made from.
    if rule is None or facts.flag("IsChild") or facts.flag("IsRecurrence"):
        return Reading()
    start = facts.instant("StartDateTime", "ActivityDateTime", "ActivityDate")
    if start is None:
        aside = facts.set_aside("NO_START", "The event has no start; set it in Salesforce.")
        return Reading(set_aside=(aside,))
    attributes = filled(
        {
            "title": title,
            "service": kind or title,
            "outcome": facts.text(section.outcome).lower(),
            **facts.attributes(section.attributes),
            **facts.owner,
            **facts.about,
            **rule.set,
        }
    )
    return Reading(events=tuple(_events(facts, section, rule, start, attributes)))


def _decides(rule: MeetingRule, title: str, kind: str, facts: Facts) -> bool:
    return (
        fits(rule.title, title)
        and fits(rule.type, kind)
        and fits(rule.record_type, facts.record_type)
    )


def _events(
    facts: Facts,
    section: Events,
    rule: MeetingRule,
    start: datetime,
    attributes: Mapping[str, Scalar],
) -> Iterator[Event]:
    known = start
    for moment, at, repeats in _moments(facts, section, start):
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
    return round(span / timedelta(hours=1), 2)


def _moments(
    facts: Facts, section: Events, start: datetime
) -> Iterator[tuple[str, datetime, bool]]:
    """Pair each moment of the meeting with its instant, and say which can come again."""
    became = _became(facts, section)
    end = max(facts.instant("EndDateTime") or _by_duration(facts, start), start)
    decided = facts.since("outcome", facts.text(section.outcome))
    created = facts.instant("CreatedDate") or start
    moved = _moved(facts, created, start)
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


def _moved(facts: Facts, created: datetime, start: datetime) -> list[datetime]:
    """Return when the start was moved, as far as it was seen: no later than it then began."""
    seen = facts.history("start")[1:] + [one for one in facts.history("moved") if one[1]]
    return sorted({min(at, start) for at, _ in seen if at > created})


def _became(facts: Facts, section: Events) -> str:
    """Say what became of a meeting; where the org keeps no outcome, one that is over was held."""
    if facts.content.get("unmarked"):
        return "completed"
    outcome = facts.text(section.outcome).strip().casefold()
    known = {name.casefold(): moment for name, moment in section.outcomes.items()}
    return known.get(outcome) or ""


def _by_duration(facts: Facts, start: datetime) -> datetime:
    minutes = facts.text("DurationInMinutes")
    return start + timedelta(minutes=int(minutes) if minutes.isdecimal() else 0)
