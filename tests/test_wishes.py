"""Customers left alone and stages pinned: what it stops, how the plan says it, how it ends."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from memory_tool import START, MemoryTool, contact, happened
from plans import MAP, Case, ago, entry, need, person, present, view

from journeysync.core.language.model import Journey
from journeysync.core.planning.duties import task_key
from journeysync.core.planning.plan import Plan
from journeysync.core.planning.views import BY_COMMAND, CustomerView, Ended, Override
from journeysync.core.running.sync import Finished, Job, finish, look
from journeysync.core.state import wishes
from journeysync.core.state.store import Store, open_store
from journeysync.core.workspace import Workspace

TASK = entry(task_key("answer", "crm:form.submitted:1", 0))
LATER = ago(-5)
STUDIO = Journey.model_validate(MAP)
NOW = START + timedelta(days=5)
DAY = timedelta(days=1)


def wished(seen: CustomerView, **more: object) -> CustomerView:
    names = ("id", "people", "answers", "companies", "override", "touched")
    given = {name: getattr(seen, name) for name in names}
    return CustomerView(**{**given, **more})


TASKS = {
    "nobody on hold gets a task": (Case([wished(view(need()), hold=LATER)]), ""),
    "an open one closes": (
        Case([wished(view(need()), hold=LATER)], tasks=[TASK], there=[present(TASK)]),
        "close answer due 11-19",
    ),
    "also one that is not due yet": (
        Case(
            [wished(view(need(status="due", late=-1)), hold=LATER)],
            tasks=[TASK],
            there=[present(TASK)],
        ),
        "close answer due 11-19",
    ),
    "one that somebody else needs stays": (
        Case(
            [
                wished(view(need()), hold=LATER),
                view(need(), name="c-2", people=[person("2")]),
            ],
            tasks=[entry(TASK.key, customers=("c-1", "c-2"))],
            there=[present(TASK)],
        ),
        "",
    ),
    "when it is over, the task opens again": (
        Case([view(need())], tasks=[entry(TASK.key, standing="closed")]),
        "reopen answer due 11-19",
    ),
}


@pytest.mark.parametrize(("case", "expected"), TASKS.values(), ids=TASKS)
def test_tasks_of_a_hold(case: Case, expected: str) -> None:
    assert case.sentences() == expected


MINE = Override("lost", BY_COMMAND, LATER)
THEIRS = Override("after", "crm", None)
TOLD = {
    "a hold, with its end": (
        {"hold": LATER},
        "hold customer c-1 is left alone until 25 Nov 2026 09:00: no task",
    ),
    "an override, with its end": (
        {"override": MINE},
        (
            "pinned customer c-1 `journeysync override` (“lost”) pins the stage until "
            "25 Nov 2026 09:00"
        ),
    ),
    "both where the CRM has one too": (
        {"override": THEIRS, "outvoted": (MINE,)},
        (
            "pinned customer c-1 journey_override pins the stage until it is taken back; “lost”, "
            "set with `journeysync override` until 25 Nov 2026 09:00, gives way to it"
        ),
    ),
    "the end of a hold": (
        {"ended": (Ended("hold", BY_COMMAND, ago(1)),)},
        "ended customer c-1 the hold has ended (19 Nov 2026 09:00)",
    ),
}


@pytest.mark.parametrize(("wish", "told"), TOLD.values(), ids=TOLD)
def test_the_plan_tells(wish: dict[str, object], told: str) -> None:
    (note,) = Case([wished(view(), **wish)]).plan().notes

    assert f"{note.kind} {note.record} {note.what}" == told


def test_the_end_of_a_date_in_the_crm_is_told_with_the_change_it_brings() -> None:
    """The date stays in the CRM: without a change nothing is said again."""
    over = wished(view(), ended=(Ended("override", "crm", ago(1)),))
    quiet = wished(view(place="", kind=""), ended=(Ended("override", "crm", ago(1)),))

    assert [note.kind for note in Case([over]).plan().notes] == ["ended"]
    assert Case([quiet]).plan().notes == ()


class Office:
    """One customer who asked and was not answered."""

    def __init__(self, state: str) -> None:
        self.tool = MemoryTool(
            batches=[[contact("1"), happened("a", "crm:1", "form.submitted", 1)]]
        )
        self.store: Store = open_store(state, Path(), dry_run=False)
        self.workspace = Workspace.model_validate(
            {"journeys": ["studio"], "tools": {"crm": {}}, "write_to": ["crm"]}
        )

    def job(self, days: float) -> Job:
        now = NOW + days * DAY
        tools = {"crm": self.tool}
        return Job(self.store, self.workspace, (STUDIO,), tools, tools, now, now)

    def plan(self, days: float) -> Plan:
        return look(self.job(days)).plan

    def sync(self, days: float) -> Finished:
        job = self.job(days)
        return finish(job, look(job), command="sync")

    def customer(self) -> str:
        with self.store.begin() as connection:
            return str(connection.exec_driver_sql("select customer from person").scalar())

    def standing(self) -> list[str]:
        return [task.status for task in self.tool.held.values()]


@pytest.fixture
def office(state: str) -> Iterator[Office]:
    made = Office(state)
    made.sync(0)
    made.tool.batches = []
    yield made
    made.store.close()


def test_a_hold_begins_holds_and_ends_by_itself(office: Office) -> None:
    """Each said in one plan, with no news of the customer in between."""
    with office.store.begin() as connection:
        wishes.hold(connection, office.customer(), NOW + 3 * DAY, NOW)
    assert [note.kind for note in office.plan(0.1).notes] == ["hold"]
    office.sync(0.1)
    assert office.standing() == ["completed"]
    assert look(office.job(1)).customers == ()

    assert "ended" in {note.kind for note in office.plan(3).notes}
    office.sync(3)
    assert office.standing() == ["open"]
    assert office.plan(3.1).notes == ()
    assert office.sync(3.2).counts.calls == 0


def test_an_override_begins_holds_and_ends_by_itself(office: Office) -> None:
    with office.store.begin() as connection:
        wishes.override(connection, office.customer(), "lost", NOW + 3 * DAY, NOW)
    office.sync(0.1)
    fields = dict(office.tool.fields["1"])
    assert fields["journey_stage"] == "lost"
    assert fields["journey_reason"].startswith("Set by a person with journeysync until")
    assert "computed: Before" in fields["journey_reason"]
    assert office.standing() == ["completed"]
    assert look(office.job(1)).customers == ()

    assert "ended" in {note.kind for note in office.plan(3).notes}
    office.sync(3)
    assert office.tool.fields["1"]["journey_stage"] == "before"
    assert office.standing() == ["open"]
    assert office.sync(3.1).counts.calls == 0


def test_one_that_is_taken_back_ends_at_once(office: Office) -> None:
    customer = office.customer()
    with office.store.begin() as connection:
        wishes.override(connection, customer, "lost", None, NOW)
    office.sync(0.1)
    with office.store.begin() as connection:
        assert wishes.end_override(connection, customer, NOW + DAY)
        assert not wishes.end_override(connection, customer, NOW + DAY)
    office.sync(1)

    assert office.tool.fields["1"]["journey_stage"] == "before"


def test_a_stage_that_is_in_no_map_any_more_is_said(office: Office) -> None:
    with office.store.begin() as connection:
        wishes.override(connection, office.customer(), "gone", None, NOW)
    outlook = look(office.job(1))

    assert "is in no map any more" in outlook.evaluated.remarks[0]
    assert outlook.plan.empty


def test_a_hold_goes_with_the_customer_who_joins_another(office: Office) -> None:
    """And the later end counts."""
    office.tool.batches = [[contact("2", email="b@example.com")]]
    office.sync(0.1)
    with office.store.begin() as connection:
        ids = [row[0] for row in connection.exec_driver_sql("select customer from person")]
        for number, customer in enumerate(sorted(ids)):
            wishes.hold(connection, customer, NOW + (2 + number) * DAY, NOW)
    office.tool.batches = [[contact("1", email="b@example.com")]]
    office.sync(0.2)
    office.tool.batches = []

    assert office.standing() == ["completed"]
    assert look(office.job(2.5)).plan.empty
    office.sync(3)
    assert office.standing() == ["open"]


def test_what_is_seen_during_a_hold_counts(office: Office) -> None:
    with office.store.begin() as connection:
        wishes.hold(connection, office.customer(), NOW + 3 * DAY, NOW)
    office.tool.batches = [[happened("b", "crm:1", "email.sent", 30)]]
    office.sync(0.5)
    office.tool.batches = []
    office.sync(3)

    assert office.standing() == ["completed"]
