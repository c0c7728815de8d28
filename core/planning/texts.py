"""The sentences people read in their CRM: reasons, task subjects, task bodies.

Plain words, dates in the workspace's zone. Pure: the same view gives the same text.
"""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from journeysync.core.language.model import Exit, Journey, Pattern, Task, Touchpoint
from journeysync.core.planning.views import CustomerView, EventView, Expectation, JourneyAnswer

SUBJECT_LENGTH = 80
"""Longer subjects are cut off in task lists."""
_NAME = re.compile(r"\{\{\s*([A-Za-z_][\w.]*)\s*\}\}")


def day(at: datetime, zone: ZoneInfo) -> str:
    """Write a date as people do: `18 Nov 2026`."""
    local = at.astimezone(zone)
    return f"{local.day} {local:%b %Y}"


def minute(at: datetime, zone: ZoneInfo) -> str:
    """Write an instant as people do: `18 Nov 2026 10:00`."""
    return f"{day(at, zone)} {at.astimezone(zone):%H:%M}"


def ending(at: datetime, zone: ZoneInfo) -> str:
    """Write until when something holds: what ends at midnight holds until the end of a day."""
    if f"{at.astimezone(zone):%H:%M:%S}" == "00:00:00":
        return f"the end of {day(at - timedelta(seconds=1), zone)}"
    return minute(at, zone)


def event_words(event: EventView) -> str:
    """Name an event in words and where it was seen: `Booking attended (booking 17 in hubspot)`."""
    words = event.kind.replace(".", " ").replace("_", " ").capitalize()
    about = f"{event.subject_type} {event.subject_id} in " if event.subject_id else ""
    return f"{words} ({about}{event.tool})"


def reason(answer: JourneyAnswer, journey: Journey, zone: ZoneInfo) -> str:
    """Say what brought the customer to their place."""
    if answer.since is None:
        return ""
    if answer.evidence is not None:
        return f"{event_words(answer.evidence)} on {day(answer.since, zone)}"
    place = next((place for place in journey.places if place.id == answer.place), None)
    quiet = place.quiet_for if isinstance(place, Exit) else None
    return f"No sign of life for {quiet} by {day(answer.since, zone)}"


def expected_words(patterns: tuple[Pattern, ...]) -> str:
    """Name what a touchpoint is seen by: `email sent or message sent`."""
    words = dict.fromkeys(
        pattern.event.replace(".*", " (any)").replace(".", " ").replace("_", " ")
        for pattern in patterns
    )
    return " or ".join(words)


def subject(view: CustomerView, need: Expectation, touchpoint: Touchpoint, journey: Journey,
            zone: ZoneInfo) -> str:  # fmt: skip
    """Write a task's subject: a verb first, then person, thing and date, 80 characters at most."""
    task = touchpoint.task or Task()
    title = task.title or "Make up for: " + touchpoint.title + " for {{ customer.name }}"
    # One line, whatever a name holds: subjects stand in lists.
    text = " ".join(fill(title, names(view, need, touchpoint, journey, zone)).split())
    due = f" (due {need.deadline.astimezone(zone).day} {need.deadline.astimezone(zone):%b})"
    room = SUBJECT_LENGTH - len(due)
    return (text if len(text) <= room else text[: room - 1].rstrip() + "…") + due


def body(view: CustomerView, need: Expectation, touchpoint: Touchpoint, journey: Journey,
         zone: ZoneInfo, key: str, journeys: tuple[str, ...]) -> str:  # fmt: skip
    """Write a task's body: why, what to do, how it closes, and the key."""
    task = touchpoint.task or Task()
    after = f" after {event_words(need.anchor_event).lower()}" if need.anchor_event else ""
    when = f"{minute(need.deadline, zone)} ({zone.key})"
    if need.status == "unseen":
        why = (
            f"Why: “{touchpoint.title}” is due by {when}{after}. "
            "No connected tool can show it, so this task stands for it."
        )
    else:
        why = f"Why: “{touchpoint.title}” was due by {when}{after}, and no tool has seen it."
    parts = [why]
    if task.body:
        parts.append(fill(task.body, names(view, need, touchpoint, journey, zone)).strip())
    if touchpoint.with_:
        parts.append(f"With: {touchpoint.with_}")
    if touchpoint.channel:
        parts.append(f"By: {touchpoint.channel}")
    if touchpoint.documents:
        parts.append("Documents: " + ", ".join(touchpoint.documents))
    if task.checklist:
        parts.append("Checklist:\n" + "\n".join(f"- {item}" for item in task.checklist))
    # With `last`, what is done now may fall between two windows and count for neither.
    seen = "" if need.status == "unseen" or touchpoint.last is not None else (
        f"It closes by itself as soon as this is seen: {expected_words(touchpoint.expect)}. "
    )  # fmt: skip
    parts.append(f"{seen}Complete it when it is done; delete it and it will not come back.")
    parts.append(f"{' and '.join(journeys)} · journeysync {key}")
    return "\n\n".join(parts)


def names(view: CustomerView, need: Expectation, touchpoint: Touchpoint, journey: Journey,
          zone: ZoneInfo) -> dict[str, str]:  # fmt: skip
    """Give the values that `{{ … }}` in task texts may name."""
    place = next((place for place in journey.places if place.id == touchpoint.stage), None)
    event = need.anchor_event
    values = {
        "customer.name": view.name,
        "customer.first_name": view.first_name or view.name,
        "customer.last_name": view.last_name or view.name,
        "customer.company": view.company_name,
        "touchpoint.label": touchpoint.title,
        "touchpoint.deadline": minute(need.deadline, zone),
        "anchor.at": minute(need.anchor_at, zone),
        "anchor.kind": event.kind if event else "",
        "anchor.subject": event.subject_id if event else "",
        "stage.label": place.title if place else "",
        "journey.label": journey.title,
        "documents": ", ".join(touchpoint.documents),
        "owner": touchpoint.owner,
    }
    if event:
        for name, value in event.attributes.items():
            values.setdefault(f"anchor.{name}", str(value))
    return values


def fill(text: str, values: Mapping[str, str]) -> str:
    """Put values in the places of `{{ name }}`; a name that has none leaves nothing behind."""
    return _NAME.sub(lambda found: values.get(found[1], ""), text)
