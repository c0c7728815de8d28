"""Diaries: small stories with what a map says of them, as a person would write them down.

    - fact: Friday 20:00 and one business day is Monday 20:00
      touchpoint: {after: deal.won, within: 1 business day, expect: email.sent}
      events: |
        won  2026-11-20 20:00  deal.won
      now: 2026-11-23 20:00
      then: |
        call won due until 2026-11-23 20:00

An event: id, day, time (left out: midnight), kind, then in any order `@TOOL`, `TYPE/ID` for its
subject, `NAME=VALUE` for its attributes. `map` holds parts of a map; `touchpoint` is one more of
its touchpoints, called `call`. Instants are UTC. In `then` a line is one of

    outside | at PLACE [since INSTANT] | on ROUTE
    moves PLACE(EVENT) PLACE(time)...
    TOUCHPOINT ANCHOR[/k] STATUS [actionable] [from INSTANT] [until INSTANT] [by EVENT]
    no expectations

and where it speaks of expectations it names them all. What a line leaves out may be anything, but
for `actionable`.
"""

import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from interpreter import Answer, ExpectationRow
from ruamel.yaml import YAML
from strategies import Person

from journeysync.core.instants import iso, to_micros
from journeysync.core.language.model import Journey
from journeysync.core.models import Event, Scalar

_SCRATCH = {"format": 1, "journey": "diary", "stages": [{"id": "start"}]}
_WORDS = ("from", "until", "by", "since")


@dataclass(frozen=True)
class Diary:
    """One story."""

    fact: str
    journey: Journey
    person: Person
    now: datetime
    then: tuple[str, ...]


@dataclass(frozen=True)
class Told:
    """What an expectation's line says of it."""

    names: tuple[str, ...]
    """Touchpoint, anchor, k, status, `actionable` or empty."""
    more: Mapping[str, str] = field(default_factory=dict)


def read(path: Path) -> Iterator[Diary]:
    """Read the diaries of a file."""
    for entry in YAML(typ="safe").load(path.read_text("utf-8")):
        parts = {**_SCRATCH, **entry.get("map", {})}
        if "touchpoint" in entry:
            extra = {"id": "call", **entry["touchpoint"]}
            parts["touchpoints"] = [*parts.get("touchpoints", []), extra]
        events = tuple(_event(line) for line in entry["events"].splitlines())
        person = Person("crm:1", entry.get("customer", {}), events)
        journey = Journey.model_validate(parts)
        then = tuple(entry["then"].splitlines())
        yield Diary(entry["fact"], journey, person, _instant(str(entry["now"])), then)


def disagreements(diary: Diary, answer: Answer) -> list[str]:
    """Say where an answer is not what the diary tells."""
    found: list[str] = []
    told: list[Told] = []
    about_expectations = False
    for line in diary.then:
        words = line.split()
        match words:
            case ["no", "expectations"]:
                about_expectations = True
            case ["outside"] | ["at" | "on" | "moves", *_]:
                seen = _seen(words, answer)
                if seen != words:
                    found.append(f"`{line}`, but it is `{' '.join(seen)}`")
            case _:
                about_expectations = True
                told.append(_told(words))
    if about_expectations:
        found += _compared(told, answer.expectations)
    return found


def _seen(words: Sequence[str], answer: Answer) -> list[str]:
    """Write what the answer says as the line that would be right."""
    place = answer.place
    match words[0]:
        case "on":
            return ["on", place.route]
        case "moves":
            return ["moves", *(f"{one.place}({one.evidence or 'time'})" for one in answer.moves)]
    if not place.place:
        return ["outside"]
    if "since" not in words or place.since is None:
        return ["at", place.place]
    return ["at", place.place, "since", *_written(place.since).split()]


def _told(words: Sequence[str]) -> Told:
    touchpoint, anchor, status, *rest = words
    name, slash, k = anchor.rpartition("/")
    anchor, k = (name, k) if slash and k.isdigit() else (anchor, "0")
    actionable = "actionable" if "actionable" in rest else ""
    more: dict[str, list[str]] = {}
    key = ""
    for word in rest:
        if word in _WORDS:
            key = word
        elif word != "actionable":
            more.setdefault(key, []).append(word)
    return Told(
        (touchpoint, anchor, k, status, actionable),
        {key: " ".join(value) for key, value in more.items()},
    )


def _compared(told: Sequence[Told], rows: Sequence[ExpectationRow]) -> list[str]:
    left = sorted((_names(row), row) for row in rows)
    right = sorted(told, key=lambda one: one.names)
    if [names for names, _ in left] != [one.names for one in right]:
        there = "; ".join(" ".join(names) for names, _ in left)
        return [f"the expectations are: {there or 'none'}"]
    found = []
    for (_, row), one in zip(left, right, strict=True):
        seen = {"from": row.opens, "until": row.deadline}
        for key, value in one.more.items():
            is_ = row.satisfied_by if key == "by" else _written(seen[key])
            wanted = value if key == "by" else _written(_instant(value))
            if is_ != wanted:
                found.append(f"`{' '.join(one.names)}` {key} {wanted}, but it is {is_}")
    return found


def _names(row: ExpectationRow) -> tuple[str, ...]:
    actionable = "actionable" if row.actionable else ""
    return (row.touchpoint, row.anchor, str(row.k), row.status, actionable)


def _event(line: str) -> Event:
    name, day, *words = shlex.split(line)
    time = words.pop(0) if ":" in words[0] and words[0][0].isdigit() else "00:00"
    kind = words.pop(0)
    tool, subject, attributes = "crm", ("", ""), dict[str, Scalar]()
    for word in words:
        if word.startswith("@"):
            tool = word.removeprefix("@")
        elif "=" in word:
            key, _, value = word.partition("=")
            attributes[key] = value
        else:
            subject_type, _, subject_id = word.partition("/")
            subject = (subject_type, subject_id)
    at = _instant(f"{day} {time}")
    return Event(name, tool, kind, at, "crm:1", *subject, attributes)


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _written(at: datetime) -> str:
    return iso(to_micros(at)).removesuffix("+00:00").replace("T", " ").removesuffix(":00")
