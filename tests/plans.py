"""Plans for customers made by hand: one map, views as short as a diary, sentences out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from journeysync.core.language.model import Journey
from journeysync.core.models import CompanyRecord, PersonRecord
from journeysync.core.planning.ledger import Entry, Ledger, Rules, TaskEntry, World
from journeysync.core.planning.make import make_plan
from journeysync.core.planning.plan import Plan
from journeysync.core.planning.shown import Atlas
from journeysync.core.planning.views import (
    CustomerView,
    EventView,
    Expectation,
    JourneyAnswer,
    Override,
    Status,
)
from journeysync.core.ports import Held, OwnerInfo, PresentRecord, PresentTask

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
MAP = {
    "format": 1,
    "journey": "studio",
    "label": "Studio",
    "stages": [
        {"id": "before", "label": "Before", "owner": "sales", "reached_by": "form.submitted"},
        {"id": "after", "label": "After", "owner": "success", "reached_by": "booking.attended"},
    ],
    "exits": [{"id": "lost", "label": "Lost", "entered_by": "deal.lost"}],
    "touchpoints": [
        {"id": "answer", "label": "Answer", "stage": "before", "owner": "sales",
         "after": "form.submitted", "within": "4h", "expect": "email.sent"},
        {"id": "check-in", "label": "Check-in", "stage": "after", "owner": "success",
         "after": "booking.attended", "within": "3d", "expect": "call.logged",
         "task": {"title": "Call {{ customer.name }}", "due": "1d", "priority": "high"}},
        {"id": "win-back", "label": "Win-back", "owner": "success", "entering": "lost",
         "within": "3d", "expect": "call.logged"},
    ],
    "targets": [{"from": "before", "to": "after", "within": "7d"}],
}  # fmt: skip
STUDIO = Journey.model_validate(MAP)


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def event(kind: str = "form.submitted", *, at: datetime = NOW, **more: Any) -> EventView:
    name = more.pop("id", f"crm:{kind}:1")
    return EventView(
        f"{name}/crm:1", name, "crm", kind, at, more.pop("subject_type", ""),
        more.pop("subject_id", ""), more,
    )  # fmt: skip


def need(touchpoint: str = "answer", status: Status = "missed", **more: Any) -> Expectation:
    """An expectation whose deadline was (or will be) `late` days ago."""
    deadline = ago(more.pop("late", 1.0))
    anchor = more.pop("anchor", event())
    return Expectation(
        touchpoint=touchpoint,
        anchor=anchor.shared_id if anchor else more.pop("place", "lost@2026-11-01"),
        anchor_event=anchor,
        anchor_at=deadline - timedelta(hours=4),
        k=more.pop("k", 0),
        opens=more.pop("opens", deadline - timedelta(hours=4)),
        deadline=deadline,
        status=status,
        satisfied_at=None,
        satisfied_by=more.pop("seen", None),
        actionable=more.pop("actionable", status == "missed"),
    )


def person(number: str = "1", tool: str = "crm", **more: Any) -> PersonRecord:
    return PersonRecord(
        tool, "contact", number, first_name=more.pop("first_name", "Jana"), last_name="Novak",
        **more,
    )  # fmt: skip


def view(
    *needs: Expectation,
    name: str = "c-1",
    people: Sequence[PersonRecord] = (),
    place: str = "before",
    since: datetime = NOW - timedelta(days=2),
    kind: Literal["stage", "exit", ""] = "stage",
    journey: str = "studio",
    companies: Sequence[CompanyRecord] = (),
    override: Override | None = None,
) -> CustomerView:
    answer = JourneyAnswer(
        journey, "default", place, kind, since if place else None, "",
        event(at=since) if place else None, needs,
    )  # fmt: skip
    return CustomerView(
        name, tuple(people) or (person(),), (answer,), tuple(companies), override,
        frozenset({"crm:1"}),
    )  # fmt: skip


def entry(key: str, **more: Any) -> TaskEntry:
    """A task of ours in the ledger."""
    given: dict[str, Any] = {
        "tool": "crm", "id": f"t-{key[-4:]}", "standing": "open", "customers": ("c-1",),
        "journeys": ("Studio",), "touchpoint": "answer", "anchor": "crm:form.submitted:1", "k": 0,
        "due": ago(1), "owner": "", "subject": "Answer", "opened_at": ago(1), **more,
    }  # fmt: skip
    return TaskEntry(key, **given)


def present(task: TaskEntry, **more: Any) -> PresentTask:
    given: dict[str, Any] = {"status": "open", "due": task.due, **more}
    return PresentTask(task.id, task.key, **given)


@dataclass
class Case:
    """A plan waiting to be made."""

    views: Sequence[CustomerView]
    fields: Mapping[str, Entry] = field(default_factory=dict)
    held: Mapping[str, Held] = field(default_factory=dict)
    tasks: Sequence[TaskEntry] = ()
    there: Sequence[PresentTask] = ()
    owners: Sequence[OwnerInfo] = ()
    rules: Mapping[str, Any] = field(default_factory=dict)
    ledger: Mapping[str, Any] = field(default_factory=dict)
    journeys: tuple[Journey, ...] = (STUDIO,)
    down: frozenset[str] = frozenset()
    merged: Mapping[str, str] = field(default_factory=dict)
    """The id of a contact -> that of the one it was merged into."""

    def plan(self) -> Plan:
        given: dict[str, Any] = {
            "write_to": ("crm",), "precedence": {"crm": 0, "other": 1}, "departments": {},
            "company_grain": False, "earliest_deadline": ago(14), "live_from": None,
            "max_open_per_customer": 1, "max_per_day": 200, "max_per_owner_per_day": 20,
            "batch": {"crm": 100, "other": 100}, **self.rules,
        }  # fmt: skip
        numbers = [p.id for one in self.views for p in one.people if p.tool == "crm"]
        return make_plan(
            self.views,
            Atlas.of(self.journeys, ZoneInfo("UTC")),
            Rules(**given),
            Ledger(
                fields={("crm", "contact", "1"): self.fields} if self.fields else {},
                tasks={task.key: task for task in self.tasks},
                **self.ledger,
            ),
            World(
                records={
                    ("crm", "contact", number): PresentRecord(
                        number, self.merged.get(number, number), self.held
                    )
                    for number in numbers
                },
                tasks={task.key: task for task in self.there},
                owners={"crm": {owner.id: owner for owner in self.owners}},
                down=self.down,
            ),
            now=NOW,
            fingerprint="f",
        )

    def sentences(self) -> str:
        """The tasks of the plan, as `open answer due 11-19`."""
        return "; ".join(
            f"{task.action} {task.touchpoint} due {task.due:%m-%d}" for task in self.plan().tasks
        )
