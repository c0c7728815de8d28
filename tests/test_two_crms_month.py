"""A random month of people and programs at work in two CRMs, with syncs between.

It ends with equal stages in both, no task twice, and no person's stage lost without a line in a
plan. One month here; JOURNEYSYNC_MONTHS=20 plays twenty.
"""

import os
import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from two_crms import BOTH, TwoCrms, two_crms

from journeysync.core.planning.plan import Plan
from journeysync.core.running.sync import finish, look

HUBSPOT, SALESFORCE = BOTH
MONTHS = int(os.environ.get("JOURNEYSYNC_MONTHS", "1"))
SYNCS = 7
CUSTOMERS = 7
STAGES = ("before", "during", "after", "lost")
SHOWN = ("journey_stage", "journey_stage_since", "journey_reason", "journey_customer_id")
Found = dict[str, list[str]]


class Month:
    """One month, by one seed."""

    def __init__(self, place: TwoCrms, seed: int) -> None:
        self.place = place
        self.dice = random.Random(seed)
        self.edits: dict[tuple[str, str], str] = {}
        """(tool, record) -> the stage a person set there since the last sync."""
        self.story: list[str] = []

    # --- who and what there is -----------------------------------------------------------------

    def contacts(self) -> Found:
        """The living contacts of both."""
        tools = self.place.connect()
        client = tools[SALESFORCE].client  # type: ignore[union-attr]
        pages = client.query("SELECT Id FROM Contact WHERE IsDeleted = false ORDER BY Id")
        with self.place.job() as job, job.store.begin() as connection:
            rows = connection.exec_driver_sql(
                "select id from person where tool = 'hubspot' and type = 'contact' order by id"
            ).all()
        return {
            HUBSPOT: [number for (number,) in rows],
            SALESFORCE: [row["Id"] for page in pages for row in page],
        }

    def tasks(self) -> list[tuple[str, Any]]:
        """Our tasks in both, deleted ones included."""
        with self.place.job() as job, job.store.begin() as connection:
            keys = [key for (key,) in connection.exec_driver_sql("select key from task").all()]
        tools = self.place.connect()
        return [(name, task) for name in BOTH for task in tools[name].tasks(keys=keys)]

    def edit(self, tool: str, action: str, number: str, **more: Any) -> None:
        self.story.append(f"{tool}: {action} {number} {more}")
        if tool == HUBSPOT:
            self.place.portal.edit(action, "contacts", number, **more)
        else:
            self.place.org.edit(action, "Contact", id=number, **more)

    # --- what happens --------------------------------------------------------------------------

    def stage_by_hand(self) -> None:
        tool, stage = self.dice.choice(BOTH), self.dice.choice(STAGES)
        number = self.dice.choice(self.contacts()[tool])
        name = "journey_stage" if tool == HUBSPOT else "Journey_Stage__c"
        self.edit(tool, "set", number, properties={name: stage})
        self.edits[tool, number] = stage

    def program(self) -> None:
        tool = self.dice.choice(BOTH)
        number = self.dice.choice(self.contacts()[tool])
        name = "journey_name" if tool == HUBSPOT else "Journey_Name__c"
        self.edit(tool, "set", number, by="automation", properties={name: "Bot"})

    def task_done(self) -> None:
        open_ = [(tool, task.id) for tool, task in self.tasks() if task.status == "open"]
        if not open_:
            return
        tool, number = self.dice.choice(open_)
        action = self.dice.choice(("complete", "delete"))
        self.story.append(f"{tool}: {action} task {number}")
        if tool == HUBSPOT:
            self.place.portal.edit(action, "tasks", number)
        else:
            self.place.org.edit(action, "Task", id=number)

    def merge(self) -> None:
        tool = self.dice.choice(BOTH)
        kept, other = self.dice.sample(self.contacts()[tool], 2)
        for number in (kept, other):
            self.edits.pop((tool, number), None)
        if tool == HUBSPOT:
            self.edit(tool, "merge", other, into=kept)
        else:
            self.edit(tool, "merge", kept, other=other)

    def delete(self) -> None:
        tool = self.dice.choice(BOTH)
        number = self.dice.choice(self.contacts()[tool])
        self.edits.pop((tool, number), None)
        self.edit(tool, "delete", number)

    def convert(self) -> None:
        client = self.place.connect()[SALESFORCE].client  # type: ignore[union-attr]
        pages = client.query("SELECT Id FROM Lead WHERE IsConverted = false ORDER BY Id")
        leads = [row["Id"] for page in pages for row in page]
        if leads:
            lead = self.dice.choice(leads)
            self.story.append(f"salesforce: convert {lead}")
            self.place.org.edit("convert", "Lead", id=lead)

    # --- playing it ----------------------------------------------------------------------------

    def play(self) -> None:
        deeds = [
            self.stage_by_hand, self.stage_by_hand, self.program, self.task_done, self.merge,
            self.convert, self.delete,
        ]  # fmt: skip
        self.sync()
        for _ in range(SYNCS):
            for _ in range(self.dice.randint(1, 3)):
                self.dice.choice(deeds)()
                self.place.advance(self.dice.uniform(0.01, 2))
            self.sync()

    def sync(self) -> None:
        """Run once; what people set since then stands, or a line of the plan says otherwise."""
        with self.place.job() as job:
            outlook = look(job)
            done = finish(job, outlook, command="sync")
        self.story.append(f"sync: {done.counts} {done.executed.failures}")
        for (tool, number), stage in self.edits.items():
            assert self.stands(outlook.plan, tool, number, stage), (number, stage, self.story)
        self.edits = {}

    def stands(self, plan: Plan, tool: str, number: str, stage: str) -> bool:
        if any(number in note.record for note in plan.notes):
            return True
        return self.place.held(tool, "contact", number)["journey_stage"] == stage


@pytest.mark.parametrize("seed", range(MONTHS))
def test_a_month_in_two_crms(tmp_path: Path, seed: int) -> None:
    with two_crms(tmp_path, customers=CUSTOMERS) as place:
        month = Month(place, seed)
        month.play()
        place.advance(0.02)
        place.sync()
        place.advance(0.02)
        assert place.sync().counts.calls == 0, month.story
        assert unequal(place) == [], month.story
        keys = Counter(task.key for _, task in month.tasks() if task.status != "deleted")
        assert [key for key, count in keys.items() if count > 1] == [], month.story


def unequal(place: TwoCrms) -> list[str]:
    """The customers whom the two show otherwise."""
    with place.job() as job, job.store.begin() as connection:
        rows = connection.exec_driver_sql(
            "select customer, tool, type, id from person where type in ('contact', 'lead')"
        ).all()
    shown: dict[str, set[tuple[str, ...]]] = {}
    for customer, tool, kind, number in rows:
        held = place.held(tool, kind, number)
        shown.setdefault(customer, set()).add(tuple(held[name] for name in SHOWN))
    return [customer for customer, seen in shown.items() if len(seen) > 1]
