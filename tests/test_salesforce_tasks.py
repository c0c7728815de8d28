"""Tasks on the pretend org: made once, found, moved, closed, wherever their key may stand."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hubspot_portal import SPECS, outcomes
from salesforce_org import Org, org

from journeysync.connectors.salesforce.markers import Marker, marked, only_marker, read_marker
from journeysync.connectors.salesforce.names import TASK_FIELDS
from journeysync.connectors.salesforce.task_shape import Shape, about
from journeysync.core.ports import PresentTask, TaskWrite

DUE = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)
UPSERT = "PATCH /services/data/composite/sobjects/Task"


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Org]:
    """An org that has no field of ours."""
    with org(tmp_path_factory.mktemp("bare"), customers=2) as one:
        yield one


@pytest.fixture(scope="module")
def provisioned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Org]:
    with org(tmp_path_factory.mktemp("keyed"), customers=2) as one:
        one.connect().provision(["contact"], SPECS, dry_run=False, remove=False)
        yield one


@pytest.fixture
def here(bare: Org) -> Iterator[Org]:
    yield bare
    without_ours(bare)


@pytest.fixture
def keyed(provisioned: Org) -> Iterator[Org]:
    """An org that takes an external id on tasks."""
    yield provisioned
    without_ours(provisioned)


def without_ours(here: Org) -> None:
    """Take away what a test left: its tasks for good, and its faults."""
    here.admin("DELETE", "/faults")
    pages = here.connect().client.query(
        "SELECT Id FROM Task WHERE Subject LIKE 'Call Maya%'", deleted=True
    )
    for number in [row["Id"] for page in pages for row in page]:
        here.edit("delete", "Task", id=number, permanently=True)


def contact(here: Org) -> str:
    pages = here.connect().client.query("SELECT Id FROM Contact ORDER BY Id LIMIT 1")
    return str(next(iter(pages))[0]["Id"])


def task(here: Org, key: str = "js1-a", **more: Any) -> TaskWrite:
    made = TaskWrite(
        key, "", "Call Maya (due 24 Nov)", "Why: nobody has called.", DUE, "", "high", None,
        "check-in", "tool:1", (("contact", contact(here)),),
    )  # fmt: skip
    return replace(made, **more)


def make(here: Org, *rows: TaskWrite) -> list[PresentTask]:
    tool = here.connect()
    found = tool.create_tasks(rows)
    assert {one.status for one in found} == {"done"}
    return [tool.tasks(ids=[one.id])[0] for one in found]


def raw(here: Org, number: str) -> dict[str, Any]:
    return dict(here.connect().client.get(f"sobjects/Task/{number}"))


# --- made once -----------------------------------------------------------------------------------


def test_a_task_with_all_its_parts(keyed: Org) -> None:
    owner = keyed.connect().owners()[0].id
    (made,) = make(keyed, task(keyed, owner=owner))
    assert made == PresentTask(made.id, "js1-a", "open", DUE, owner, "Call Maya (due 24 Nov)")
    here = raw(keyed, made.id)
    assert (here["Priority"], here["Status"], here["WhoId"]) == (
        "High", "Not Started", contact(keyed),
    )  # fmt: skip
    assert here["Description"] == "Why: nobody has called."
    assert (here["Journey_Touchpoint__c"], here["Journey_Anchor__c"]) == ("check-in", "tool:1")


def test_a_key_makes_one_task_however_often_it_is_sent(keyed: Org) -> None:
    (first,) = make(keyed, task(keyed))
    (again, other) = make(keyed, task(keyed), task(keyed, "js1-b"))
    assert first.id == again.id != other.id


def test_a_task_whose_answer_was_lost_is_not_made_twice(keyed: Org) -> None:
    keyed.fault("applied-then-reset", UPSERT)
    make(keyed, task(keyed))
    (found,) = keyed.connect().tasks(keys=["js1-a"])
    assert found.status == "open"
    count = keyed.connect().client.count("SELECT COUNT() FROM Task WHERE Journey_Key__c != null")
    assert count == 1


def test_a_row_that_is_refused_leaves_the_others_alone(keyed: Org) -> None:
    gone = keyed.create("Contact", LastName="Gone")
    keyed.edit("delete", "Contact", id=gone)
    idle = next(one.id for one in keyed.connect().owners() if not one.active)
    found = keyed.connect().create_tasks(
        [
            task(keyed),
            task(keyed, "js1-gone", about=(("contact", gone),)),
            task(keyed, "js1-idle", owner=idle),
        ]
    )
    assert [one.status for one in found] == ["done", "failed", "failed"]
    assert found[2].code == "INACTIVE_OWNER_OR_USER"
    assert "active owner" in found[2].message


ABOUT: dict[str, tuple[tuple[tuple[str, str], ...], dict[str, str]]] = {
    "a contact": ((("contact", "003A"),), {"WhoId": "003A"}),
    "a contact and a deal": (
        (("contact", "003A"), ("deal", "006A"), ("company", "001A")),
        {"WhoId": "003A", "WhatId": "006A"},
    ),
    "a contact and its company": (
        (("contact", "003A"), ("company", "001A")), {"WhoId": "003A", "WhatId": "001A"},
    ),
    "a lead hangs on nothing else": ((("lead", "00QA"), ("company", "001A")), {"WhoId": "00QA"}),
    "a contact goes before a lead": (
        (("lead", "00QA"), ("contact", "003A"), ("company", "001A")),
        {"WhoId": "003A", "WhatId": "001A"},
    ),
    "a company alone": ((("company", "001A"),), {"WhatId": "001A"}),
    "only the first of several": (
        (("contact", "003A"), ("contact", "003B")), {"WhoId": "003A"},
    ),
    "a lead that was converted takes no task": (
        (("converted lead", "00QA"), ("contact", "003A")), {"WhoId": "003A"},
    ),
    "nothing that Salesforce knows": ((("ticket", "500A"),), {}),
}  # fmt: skip


@pytest.mark.parametrize(("records", "expected"), ABOUT.values(), ids=ABOUT)
def test_whom_a_task_is_about(
    records: tuple[tuple[str, str], ...], expected: dict[str, str]
) -> None:
    assert about(TaskWrite("k", about=records)) == expected


# --- found, moved, closed ------------------------------------------------------------------------


def test_deleted_and_unknown_ones(keyed: Org) -> None:
    one, two = make(keyed, task(keyed), task(keyed, "js1-b"))
    keyed.edit("delete", "Task", id=one.id)
    found = {
        task.key: task.status for task in keyed.connect().tasks(keys=["js1-a", "js1-b", "js1-c"])
    }
    assert found == {"js1-a": "deleted", "js1-b": "open"}
    assert [task.status for task in keyed.connect().tasks(ids=[one.id])] == ["deleted"]
    assert two.status == "open"


def test_a_person_completes_and_we_close(keyed: Org) -> None:
    theirs, ours = make(keyed, task(keyed), task(keyed, "js1-b"))
    keyed.edit("complete", "Task", id=theirs.id)
    tool = keyed.connect()
    (closed,) = tool.change_tasks([TaskWrite("js1-b", ours.id, close_because="seen: call.logged")])
    assert closed.status == "done"
    found = {task.key: task for task in tool.tasks(ids=[theirs.id, ours.id])}
    assert [(one.status, one.closed_by_us) for one in (found["js1-a"], found["js1-b"])] == [
        ("completed", False), ("completed", True),
    ]  # fmt: skip
    assert raw(keyed, ours.id)["Journey_Closed__c"] == "seen: call.logged"


def test_what_we_closed_opens_again(keyed: Org) -> None:
    (made,) = make(keyed, task(keyed))
    tool = keyed.connect()
    tool.change_tasks([TaskWrite("js1-a", made.id, close_because="waived")])
    tool.change_tasks([TaskWrite("js1-a", made.id, reopen=True)])
    (found,) = tool.tasks(ids=[made.id])
    assert (found.status, found.closed_by_us, found.due) == ("open", False, DUE)


def test_the_instant_a_task_is_due_survives_a_day_field(keyed: Org) -> None:
    """Salesforce keeps the day alone; in London, half past eleven at night is the same day."""
    (made,) = make(keyed, task(keyed))
    assert raw(keyed, made.id)["ActivityDate"] == "2026-11-24"
    later = DUE + timedelta(hours=3)
    tool = keyed.connect()
    tool.change_tasks([TaskWrite("js1-a", made.id, due=later)])
    assert tool.tasks(ids=[made.id])[0].due == later
    assert raw(keyed, made.id)["ActivityDate"] == "2026-11-25"


def test_a_day_that_a_person_chose_is_told_from_ours(keyed: Org) -> None:
    (made,) = make(keyed, task(keyed))
    keyed.edit("set", "Task", id=made.id, properties={"ActivityDate": "2026-11-27"})
    (found,) = keyed.connect().tasks(ids=[made.id])
    assert found.due == datetime(2026, 11, 27, tzinfo=UTC)
    keyed.edit("set", "Task", id=made.id, properties={"ActivityDate": None})
    assert keyed.connect().tasks(ids=[made.id])[0].due is None


# --- where the key stands ------------------------------------------------------------------------


def test_without_fields_the_key_stands_in_the_text(here: Org) -> None:
    (made,) = make(here, task(here))
    assert made == PresentTask(made.id, "js1-a", "open", DUE, made.owner, "Call Maya (due 24 Nov)")
    text = raw(here, made.id)["Description"]
    assert text.startswith("Why: nobody has called.\n\n[journeysync key=js1-a|touchpoint=check-in")

    (again, _) = make(here, task(here), task(here, "js1-b"))
    assert again.id == made.id

    tool = here.connect()
    tool.change_tasks([TaskWrite("js1-a", made.id, close_because="waived")])
    (closed,) = tool.tasks(ids=[made.id])
    assert (closed.status, closed.closed_by_us, closed.key) == ("completed", True, "js1-a")
    assert raw(here, made.id)["Description"].startswith("Why: nobody has called.")
    tool.change_tasks([TaskWrite("js1-a", made.id, reopen=True, due=DUE + timedelta(days=1))])
    (opened,) = tool.tasks(ids=[made.id])
    assert (opened.status, opened.closed_by_us, opened.due) == (
        "open", False, DUE + timedelta(days=1),
    )  # fmt: skip


def test_an_org_that_takes_the_key_as_a_plain_field_only(tmp_path: Path) -> None:
    """Then a task is looked for before it is made, and its creation is not repeated."""
    with org(tmp_path, customers=2) as here:
        body = {"FullName": "Activity.Journey_Key__c",
                "Metadata": {"type": "Text", "length": 80, "label": "Journey key"}}  # fmt: skip
        here.connect().client.send("POST", "tooling/sobjects/CustomField", body, repeatable=False)
        here.connect().provision(["contact"], SPECS, dry_run=False, remove=False)
        (first,) = make(here, task(here))
        (again,) = make(here, task(here))
        assert first.id == again.id
        assert [one.key for one in here.connect().tasks(keys=["js1-a"])] == ["js1-a"]
        tool = here.connect()
        here.fault("applied-then-reset", "POST /services/data/composite/sobjects")
        (lost,) = tool.create_tasks([task(here, "js1-b")])
        assert lost.status == "unknown"
        assert [one.key for one in tool.tasks(keys=["js1-b"])] == ["js1-b"]


# --- the org's own words -------------------------------------------------------------------------


def shape(*, closing: tuple[str, ...] = ("Erledigt",), statuses: str = "Offen Erledigt") -> Shape:
    def words(names: str) -> dict[str, Any]:
        return {
            "picklistValues": [
                {"value": one, "active": True, "defaultValue": number == 0}
                for number, one in enumerate(names.split())
            ]
        }

    fields = {"Status": words(statuses), "Priority": words("Normal Hoch")}
    key = {"externalId": True}
    return Shape(fields | dict.fromkeys(TASK_FIELDS, key), closing, ZoneInfo("Europe/London"))


def test_an_org_with_words_of_its_own() -> None:
    german = shape()
    closed = german.changes(TaskWrite("k", "1", close_because="seen"), {})
    assert closed == {"Status": "Erledigt", "Journey_Closed__c": "seen"}
    assert german.changes(TaskWrite("k", "1", reopen=True), {})["Status"] == "Offen"
    assert german.new(TaskWrite("k", priority="high"))["Priority"] == "Normal"


def test_long_texts_are_cut_to_what_a_field_holds() -> None:
    row = TaskWrite("k", subject="s" * 300, body="b" * 40_000, anchor="a" * 300)
    made = shape().new(row)
    assert (len(made["Subject"]), len(made["Description"])) == (255, 32_000)
    assert len(made["Journey_Anchor__c"]) == 255


def test_what_is_not_said_stays() -> None:
    assert shape().changes(TaskWrite("k", "1", due=DUE), {}) == {
        "ActivityDate": "2026-11-24", "Journey_Due__c": "2026-11-24T23:30:00Z",
    }  # fmt: skip


def test_the_last_line_of_a_text() -> None:
    marker = Marker("js1-a", "check-in", "tool:1", DUE, closed=True)
    text = marked("Why: it is late.", marker)
    assert read_marker(text) == marker
    assert read_marker(marked(text, replace(marker, closed=False))).closed is False
    assert only_marker(text).startswith("[journeysync key=js1-a|")
    assert read_marker("Call me [soon]") == Marker()
    assert only_marker("Call me [soon]") == ""


def test_owners_inactive_ones_included(here: Org) -> None:
    owners = {one.email: one.active for one in here.connect().owners()}
    assert owners["ana@willowstreet.example"] is True
    assert owners["dan@willowstreet.example"] is False
    assert "autoproc@willowstreet.example" not in owners


def test_keys_of_tasks_are_reported_by_key(keyed: Org) -> None:
    found = keyed.connect().create_tasks([task(keyed), task(keyed), task(keyed, "js1-b")])
    assert set(outcomes(found)) == {"js1-a", "js1-b"}
    assert len(found) == 3
