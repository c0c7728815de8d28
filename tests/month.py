"""A month in a studio: syncs, and people at work in between who do all that people do.

Looks after each sync for what it must not have done; `broken` is the list of it.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any

from studio import FIELDS, Studio

from journeysync.core.planning.edits import equal
from journeysync.core.planning.plan import Plan
from journeysync.core.running.sync import Finished, finish, look

EVERY = 5
"""After one sync of so many a second one looks whether the first one left nothing to write."""
LEAST = 4
"""So many contacts stay, whatever people merge and delete."""
Fields = dict[tuple[str, str], str]
"""(contact, field) -> what it holds."""


@dataclass(frozen=True)
class Task:
    """A task of ours as people see it."""

    key: str
    about: tuple[str, str, str]
    """Its touchpoint, anchor and key: two tasks that share the first two would be one too many."""
    status: str
    due: str
    subject: str
    owner: str
    gone: bool

    @property
    def open(self) -> bool:
        return not self.gone and self.status != "COMPLETED"


@dataclass
class Month:
    """One studio, sync by sync."""

    place: Studio
    chance: Random
    done: Counter[str] = field(default_factory=Counter)
    """What people did, so that nobody believes in a month in which nothing happened."""
    ended: set[str] = field(default_factory=set)
    """Keys of the tasks that people completed or deleted."""
    broken: list[str] = field(default_factory=list)

    def pass_by(self, days: int) -> None:
        """Let days pass: bookings, people at work, the sync, and now and then a second one."""
        self.place.advance(days)
        for _ in range(self.chance.randint(0, 3 * days)):
            act = self.chance.choice(self._acts())
            if act():
                self.done[act.__name__.strip("_")] += 1
        fields, tasks = self.fields(), self.tasks()
        plan, finished = self._sync()
        self._compare(plan, finished, (fields, self.fields()), (tasks, self.tasks()))
        if self.chance.randrange(EVERY) == 0:
            _, again = self._sync()
            self._expect(again.counts.calls == 0, "a second sync wrote")

    def _sync(self) -> tuple[Plan, Finished]:
        with self.place.job() as job:
            outlook = look(job)
            return outlook.plan, finish(job, outlook, command="sync")

    # --- what people see -------------------------------------------------------------------------

    def contacts(self) -> list[str]:
        return self.place.contacts()

    def fields(self) -> Fields:
        answers = self.place.portal.connect().present("contact", self.contacts(), FIELDS)
        return {(one.id, name): held.value for one in answers for name, held in one.fields.items()}

    def tasks(self) -> list[Task]:
        return [
            Task(
                held["journeysync_key"],
                (held["journeysync_touchpoint"], held["journeysync_anchor"],
                 held["journeysync_key"]),
                held["hs_task_status"], held["hs_timestamp"], held["hs_task_subject"],
                held.get("hubspot_owner_id", ""), one["archived"],
            )
            for one in self.place.snapshot()["hubspot"]["tasks"]
            if (held := one["properties"]).get("journeysync_key")
        ]  # fmt: skip

    def _open_tasks(self) -> list[tuple[str, str]]:
        """Key and id of what is open."""
        keys = sorted(task.key for task in self.tasks() if task.open)
        found = self.place.portal.connect().tasks(keys=keys) if keys else []
        return sorted((task.key, task.id) for task in found if task.status == "open")

    # --- what people do --------------------------------------------------------------------------

    def _acts(self) -> list[Callable[[], bool]]:
        return [
            self._sets_a_stage, self._sets_a_stage, self._changes_a_field, self._overrides,
            self._completes, self._completes, self._deletes, self._moves, self._rewrites,
            self._merges, self._removes_a_contact, self._lets_an_automation_change_a_field,
        ]  # fmt: skip

    def _person(self) -> str:
        return self.chance.choice(self.contacts())

    def _set(self, contact: str, by: str = "person", **values: str) -> bool:
        self.place.portal.edit("set", "contacts", contact, properties=values, by=by)
        return True

    def _stage(self) -> str:
        return self.chance.choice(["before", "during", "after", "lost", "faded", "lapsed"])

    def _sets_a_stage(self) -> bool:
        return self._set(self._person(), journey_stage=self._stage())

    def _changes_a_field(self) -> bool:
        name = self.chance.choice(["journey_reason", "journey_name", "journey_next_touchpoint"])
        return self._set(self._person(), **{name: f"by hand {self.chance.random():.6f}"})

    def _lets_an_automation_change_a_field(self) -> bool:
        return self._set(self._person(), by="automation", journey_reason="by a workflow")

    def _overrides(self) -> bool:
        days = timedelta(days=self.chance.randint(1, 9))
        until = (self.place.portal.now + days).date().isoformat()
        stage = self.chance.choice([self._stage(), ""])
        return self._set(
            self._person(), journey_override=stage, journey_override_until=until if stage else ""
        )

    def _task(self, action: str, **more: Any) -> bool:
        tasks = self._open_tasks()
        if not tasks:
            return False
        key, number = self.chance.choice(tasks)
        self.place.portal.edit(action, "tasks", number, **more)
        if action != "set":
            self.ended.add(key)
        return True

    def _completes(self) -> bool:
        return self._task("complete")

    def _deletes(self) -> bool:
        return self._task("delete")

    def _moves(self) -> bool:
        later = self.place.portal.now + timedelta(days=self.chance.randint(1, 20), hours=1)
        return self._task("set", properties={"hs_timestamp": later.isoformat()})

    def _rewrites(self) -> bool:
        return self._task("set", properties={"hs_task_subject": "Ring them, really"})

    def _merges(self) -> bool:
        contacts = self.contacts()
        if len(contacts) <= LEAST:
            return False
        kept, gone = self.chance.sample(contacts, 2)
        new = self.chance.random() < 0.5
        self.place.portal.edit("merge", "contacts", kept, other=gone, new_id=new)
        return True

    def _removes_a_contact(self) -> bool:
        contacts = self.contacts()
        if len(contacts) <= LEAST:
            return False
        for_good = self.chance.random() < 0.5
        self.place.portal.edit(
            "delete", "contacts", self.chance.choice(contacts), permanently=for_good
        )
        return True

    # --- what must hold --------------------------------------------------------------------------

    def _expect(self, holds: bool, what: str) -> None:
        if not holds:
            self.broken.append(f"{self.place.portal.now:%d %b}: {what}")

    def _compare(
        self,
        plan: Plan,
        finished: Finished,
        fields: tuple[Fields, Fields],
        tasks: tuple[list[Task], list[Task]],
    ) -> None:
        self._expect(finished.exit_code == 0, f"exit code {finished.exit_code}")
        self._expect(not finished.executed.failures, f"failed: {finished.executed.failures}")
        self._compare_fields(plan, *fields)
        self._compare_tasks(plan, *tasks)

    def _compare_fields(self, plan: Plan, before: Fields, after: Fields) -> None:
        """What changed in the CRM is what the plan said, from what was there to what it said."""
        planned = {
            (change.id, one.field): (one.before, one.after)
            for change in plan.records
            for one in change.fields
        }
        for place, value in after.items():
            was, told = before[place], planned.pop(place, None)
            if told is None:
                self._expect(was == value, f"{place} changed with no line in the plan")
                continue
            same = equal(place[1], told[0], was) and equal(place[1], told[1], value)
            self._expect(same, f"{place} was {was!r}, is {value!r}, planned {told}")
        self._expect(not planned, f"planned, but not there: {planned}")

    def _compare_tasks(self, plan: Plan, before: list[Task], after: list[Task]) -> None:
        lines = {task.key: task.action for task in plan.tasks}
        old = {task.key: task for task in before}
        for what, count in Counter((*task.about[:2], task.key) for task in after).items():
            self._expect(count == 1, f"{count} tasks for {what}")
        for task in after:
            was, line = old.get(task.key), lines.pop(task.key, None)
            if was is None:
                self._expect(line == "open", f"task {task.key} is there with line {line}")
            elif task != was:
                self._expect(line in ("close", "move", "reopen"), f"{was} -> {task}: {line}")
                self._expect(task.subject == was.subject, f"the subject of {task.key} changed")
            else:
                self._expect(line is None, f"{line} of {task} changed nothing")
            self._expect(
                not (task.open and task.key in self.ended), f"{task.key} came back after a person"
            )
        self._expect(not lines, f"planned, but not there: {lines}")
