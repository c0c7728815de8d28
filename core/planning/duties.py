"""Which tasks should be open: missed touchpoints turned into needs, one for each task key.

A need gathers every customer and every journey that ask for the same touchpoint because of the
same anchor: one deal with five contacts makes one task. Pure.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from journeysync.core.planning.ledger import Ledger
from journeysync.core.planning.shown import Atlas, Pin, moot, pinned_places
from journeysync.core.planning.texts import ending
from journeysync.core.planning.views import CustomerView, Expectation

ALIVE = "alive"
PENDING = "pending"
UNKNOWN = "unknown"


@dataclass(slots=True)
class Need:
    """One task's worth of expectations."""

    key: str
    touchpoint: str
    anchor: str
    k: int
    rank: tuple[int, int]
    deadline: datetime
    journeys: list[str] = field(default_factory=list)
    members: list[tuple[CustomerView, Expectation, str]] = field(default_factory=list)
    """The customer, their expectation and its journey, in a stable order."""
    standing: str = ""
    """alive: a task should be open; pending: not yet missed; unknown: a tool was not read; else
    the reason why no task is needed."""
    held: bool = False
    """A task should be open, but for a customer who is to be left alone."""


def task_key(touchpoint: str, anchor: str, k: int, customer: str = "") -> str:
    """Hash what makes a task the same in every journey and CRM; under 80 characters.

    `customer` only where time alone made the anchor: then no record tells customers apart.
    """
    text = json.dumps([touchpoint, anchor, k, customer], ensure_ascii=False)
    return "js1-" + hashlib.blake2b(text.encode(), digest_size=20).hexdigest()


def needs_of(
    views: Iterable[CustomerView],
    atlas: Atlas,
    pins: Mapping[str, Pin],
    ledger: Ledger,
    now: datetime,
) -> dict[str, Need]:
    """Gather by task key what these customers are owed, and what their tasks stand for."""
    needs: dict[str, Need] = {}
    known = {(name, task.touchpoint) for task in ledger.tasks.values() for name in task.customers}
    for view in views:
        pinned = pinned_places(atlas, pins.get(view.id))
        for answer in view.answers:
            for one in answer.expectations:
                standing = _standing(one, now)
                if standing != ALIVE and (view.id, one.touchpoint) not in known:
                    continue  # no task, and none to come
                alone = view.id if one.anchor_event is None else ""
                key = task_key(one.touchpoint, one.anchor, one.k, alone)
                need = needs.get(key)
                if need is None:
                    need = needs[key] = Need(
                        key, one.touchpoint, one.anchor, one.k,
                        atlas.rank(answer.journey, one.touchpoint), one.deadline,
                    )  # fmt: skip
                touchpoint = atlas.touchpoint(answer.journey, one.touchpoint)
                if moot(touchpoint, atlas, answer.journey, pinned):
                    standing = "a person has set a stage that makes it pointless"
                if view.hold is not None and standing in (ALIVE, PENDING, UNKNOWN):
                    need.held = need.held or standing == ALIVE
                    standing = f"the customer is left alone until {ending(view.hold, atlas.zone)}"
                need.members.append((view, one, answer.journey))
                need.standing = _stronger(need.standing, standing)
                label = atlas.journey(answer.journey).title
                if label not in need.journeys:
                    need.journeys.append(label)
    return needs


def due_of(need: Need, atlas: Atlas) -> datetime:
    """Say when its task is due: the deadline and what the map adds to it."""
    _, one, journey = need.members[0]
    task = atlas.touchpoint(journey, one.touchpoint).task
    if task is None or task.due is None:
        return need.deadline
    return atlas.later(journey, need.deadline, task.due)


def _standing(need: Expectation, now: datetime) -> str:
    match need.status:
        case "missed":
            return ALIVE if need.actionable else "it can no longer be made good"
        case "unseen":
            return ALIVE if need.opens <= now and (need.actionable or now <= need.deadline) else (
                PENDING if now <= need.deadline else "it can no longer be made good"
            )  # fmt: skip
        case "due":
            return PENDING
        case "unknown":
            return UNKNOWN
        case "waived":
            return "it is no longer expected"
        case _:
            seen = need.satisfied_by
            return f"seen: {seen.kind} ({seen.tool})" if seen else "seen"


def _stronger(left: str, right: str) -> str:
    """Any member that still needs the task keeps it."""
    for standing in (ALIVE, UNKNOWN, PENDING):
        if standing in (left, right):
            return standing
    return left or right
