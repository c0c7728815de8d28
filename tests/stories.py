"""Stories: what a map says of one customer as the months go by, written as a page to read.

A page is Markdown: a heading is a story's name, the indented block under it is the story. A line
is an instant of the map's calendar and what happened then:

    2026-11-02 10:00  form.submitted form=contact
    2026-11-02 12:00  booking.created b1 for 2026-11-10 10:00
    2026-11-03 09:00  booking.rescheduled b1 to 2026-11-12 09:00

A word without `=` is the record it is about, of the kind's noun: a booking here, an order or a
deal elsewhere. `for` and `to` say when a booking starts: the start moves with it, as in a booking
tool, so what is asked earlier knows the earlier start only. Booking and start say as `lead_time`
how many hours ahead they were set; `service` and `outcome` stand on the start, too, as in HubSpot.
`on` says when something will be that is known already, such as the end of a contract:

    2026-11-02 10:00  contract.ends d1 on 2027-11-02 10:00

A first line without an instant says what is known of the customer:

    segment=enterprise source=referral

A line with `?` asks what the map says at that instant, and holds the whole answer:

    2026-11-03 10:00  ? during; to do: welcome-letter; reminder: due; check-in: none

The place, then every touchpoint that makes a task now, then, for the touchpoints it names, all
their statuses in the order of their anchors.
"""

import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from interpreter import Answer
from msgspec import structs
from strategies import Person

from journeysync.core.language.model import Journey
from journeysync.core.models import Event, Scalar

HOUR = 3600


@dataclass(frozen=True)
class Question:
    """A line with `?`."""

    line: int
    at: datetime
    asked: tuple[str, ...]
    """The touchpoints it names."""


@dataclass(frozen=True)
class Story:
    """One story, with what was known at each instant that it asks about."""

    name: str
    lines: tuple[str, ...]
    questions: tuple[tuple[Question, Person], ...]


def read(path: Path, zone: ZoneInfo) -> Iterator[Story]:
    """Read the stories of a page."""
    name, lines = "", list[str]()
    for line in [*path.read_text("utf-8").splitlines(), "# end"]:
        if line.startswith("#"):
            if lines:
                yield _story(name, tuple(lines), zone)
            name, lines = line.lstrip("# "), []
        elif line.startswith("    "):
            lines.append(line.strip())


def told(story: Story, journey: Journey, answers: list[Answer]) -> tuple[str, ...]:
    """Write the story with the given answers in place of its own."""
    lines = list(story.lines)
    for (question, _), answer in zip(story.questions, answers, strict=True):
        when = lines[question.line].partition("?")[0]
        lines[question.line] = f"{when}? {_said(journey, answer, question.asked)}"
    return tuple(lines)


def _said(journey: Journey, answer: Answer, asked: tuple[str, ...]) -> str:
    rows = answer.expectations
    wanted = {row.touchpoint for row in rows if row.actionable}
    todo = [touchpoint.id for touchpoint in journey.touchpoints if touchpoint.id in wanted]
    parts = [answer.place.place or "outside"]
    if todo:
        parts.append("to do: " + ", ".join(todo))
    for name in asked:
        mine = sorted((row.anchor_at, row.k, row.status) for row in rows if row.touchpoint == name)
        parts.append(f"{name}: " + (", ".join(status for _, _, status in mine) or "none"))
    return "; ".join(parts)


def _story(name: str, lines: tuple[str, ...], zone: ZoneInfo) -> Story:
    known: list[Event] = []
    questions = []
    attributes: dict[str, Scalar] = {}
    for number, line in enumerate(lines):
        if number == 0 and "=" in line.split()[0]:
            for word in shlex.split(line):
                key, _, value = word.partition("=")
                attributes[key] = value
            continue
        day, time, what = line.split(maxsplit=2)
        at = _instant(day, time, zone)
        if what.startswith("?"):
            named = [part.partition(":")[0].strip() for part in what[1:].split(";")[1:]]
            asked = tuple(one for one in named if one != "to do")
            person = Person("crm:1", attributes, tuple(known))
            questions.append((Question(number, at, asked), person))
        else:
            known = _after(known, number, at, shlex.split(what), zone)
    return Story(name, lines, tuple(questions))


def _after(
    known: list[Event], number: int, at: datetime, words: list[str], zone: ZoneInfo
) -> list[Event]:
    """Add what happened; a booking that is moved starts at its new time only."""
    kind, *rest = words
    attributes: dict[str, Scalar] = {}
    record = ""
    starts: datetime | None = None
    while rest:
        word = rest.pop(0)
        if word == "on":
            at = _instant(rest.pop(0), rest.pop(0), zone)
        elif word in {"for", "to"}:
            starts = _instant(rest.pop(0), rest.pop(0), zone)
        elif "=" in word:
            key, _, value = word.partition("=")
            attributes[key] = value
        else:
            record = word
    ahead: dict[str, Scalar] = {}
    if starts is not None:
        ahead["lead_time"] = (starts - at).total_seconds() / HOUR
    if kind == "booking.created":
        attributes |= ahead
    subject = (kind.partition(".")[0], record) if record else ("", "")
    event = Event(f"e{number:03}", "crm", kind, at, "crm:1", *subject, attributes)
    name = f"{record}-start"
    if starts is not None:
        before = next((one for one in known if one.id == name), event)
        both = {**before.attributes, **attributes}
        service = {key: value for key, value in both.items() if key == "service"}
        start = structs.replace(event, id=name, kind="booking.starts", at=starts)
        start = structs.replace(start, attributes=service | ahead)
        return [*(one for one in known if one.id != name), event, start]
    if record and "outcome" in attributes:
        told = {"outcome": attributes["outcome"]}
        known = [structs.replace(one, attributes=told) if one.id == name else one for one in known]
    return [*known, event]


def _instant(day: str, time: str, zone: ZoneInfo) -> datetime:
    return datetime.fromisoformat(f"{day} {time}").replace(tzinfo=zone).astimezone(UTC)
