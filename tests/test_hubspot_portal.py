"""The HubSpot connector against the pretend portal: limits, lag, merges, 207s, broken lines."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hubspot_portal import SPECS, Portal, changes, everything, outcomes, portal
from pydantic import SecretStr

from journeysync.connectors.hubspot.connector import HubSpot
from journeysync.core.errors import BadCredentials, OverBudget, ToolDown
from journeysync.core.ports import Outcome, RecordWrite, TaskWrite
from journeysync.sandbox.hubspot import search

DUE = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Portal]:
    with portal(tmp_path) as served:
        yield served


@pytest.fixture
def crm(here: Portal) -> HubSpot:
    """A connector whose portal has our properties."""
    tool = here.connect()
    tool.provision(["contact"], SPECS, dry_run=False, remove=False)
    here.forget_journal()
    return tool


def first_contacts(here: Portal, tool: HubSpot, number: int) -> list[str]:
    return sorted(everything(tool, "contacts", here.now), key=int)[:number]


def stage(record: str, value: str = "before") -> RecordWrite:
    return RecordWrite("contact", record, {"journey_stage": value})


def held(tool: HubSpot, record: str, name: str = "journey_stage") -> str:
    return tool.present("contact", [record], [name])[0].fields[name].value


def task(key: str, contact: str, **more: Any) -> TaskWrite:
    given = {"subject": "Call them", "body": "Ask.", "due": DUE, "priority": "high", **more}
    return TaskWrite(key, touchpoint="t", anchor="a", about=(("contact", contact),), **given)


# --- provisioning ------------------------------------------------------------------------------


def test_provisioning_twice_makes_nothing_the_second_time(here: Portal) -> None:
    tool = here.connect()
    planned = tool.provision(["contact"], SPECS, dry_run=True, remove=False)
    assert not any(one["writes"] for one in here.journal())

    made = tool.provision(["contact"], SPECS, dry_run=False, remove=False)
    again = tool.provision(["contact"], SPECS, dry_run=False, remove=False)

    assert planned == made
    assert {one.action for one in made} == {"create"}
    assert {one.action for one in again} == {"keep"}


def test_an_option_that_a_person_added_stays(here: Portal, crm: HubSpot) -> None:
    """A map with a new stage adds an option; what was there is sent along."""
    more = (*SPECS[0].options, ("after", "After"))
    new = type(SPECS[0])("journey_stage", "Journey stage", "…", "choice", more)

    found = crm.provision(["contact"], [new], dry_run=False, remove=False)
    fewer = crm.provision(["contact"], SPECS[:1], dry_run=False, remove=False)

    assert [one.action for one in found if "options" in one.what] == ["change"]
    assert {one.action for one in fewer} == {"keep"}
    one = first_contacts(here, crm, 1)[0]
    assert outcomes(crm.write_records([stage(one, "after")])) == {one: ("done", "")}


def test_companies_are_provisioned_and_written_like_people(here: Portal) -> None:
    tool = here.connect()
    made = tool.provision(["contact", "company"], SPECS, dry_run=False, remove=False)
    company = min(everything(tool, "companies", here.now))

    (found,) = tool.write_records([RecordWrite("company", company, {"journey_stage": "during"})])

    assert sum("company property" in one.what for one in made) == len(SPECS)
    assert found.status == "done"
    (present,) = tool.present("company", [company], ["journey_stage"])
    assert present.fields["journey_stage"].value == "during"


def test_a_key_that_may_not_make_task_properties_still_provisions(here: Portal) -> None:
    """The key of a task then stands in its text; contacts have their properties."""
    tool = here.connect()
    here.fault("POST /crm/v3/properties/tasks", "lost-scope")

    made = tool.provision(["contact"], SPECS, dry_run=False, remove=False)

    assert made[-1].what.endswith("tasks carry their key as text")
    assert {one.action for one in made[:-1]} == {"create"}


def test_removing_takes_away_what_was_made(crm: HubSpot) -> None:
    crm.provision(["contact"], SPECS, dry_run=False, remove=True)

    again = crm.provision(["contact"], SPECS, dry_run=True, remove=False)
    assert {one.action for one in again} == {"create"}


# --- reading -----------------------------------------------------------------------------------


def test_a_person_edits_and_the_next_reading_sees_it(here: Portal, crm: HubSpot) -> None:
    one = first_contacts(here, crm, 1)[0]
    since = here.now
    here.admin("POST", "/advance", {"days": 0.5})
    here.edit("set", "contact", one, properties={"city": "Leeds"})

    found = changes(crm, "contacts", since, here.now + timedelta(minutes=1))

    assert one in {record.key.id for record in found}


def test_our_own_echo_is_the_same_content(here: Portal, crm: HubSpot) -> None:
    """What we write comes back with the next reading as what it shows, and as no event."""
    before = everything(crm, "contacts", here.now)
    one = min(before, key=int)
    crm.write_records([stage(one)])

    after = everything(crm, "contacts", here.now)

    assert after[one].content == before[one].content
    assert after[one].shown["journey_stage"] == "before"


def test_pages_that_repeat_or_shrink_lose_nothing(here: Portal, crm: HubSpot) -> None:
    whole = everything(crm, "emails", here.now)
    for kind in ("repeat-page", "shrink-page"):
        here.fault("GET /crm/v3/objects/emails", kind, nth=1)
        assert everything(crm, "emails", here.now) == whole


def test_searches_that_repeat_or_shrink_lose_nothing(here: Portal, crm: HubSpot) -> None:
    since = datetime(2000, 1, 1, tzinfo=UTC)
    until = here.now + timedelta(days=1)
    whole = {record.key.id for record in changes(crm, "emails", since, until)}
    for kind in ("repeat-page", "shrink-page"):
        here.fault("POST /crm/v3/objects/emails/search", kind, times=2)
        assert {record.key.id for record in changes(crm, "emails", since, until)} == whole
    assert whole == set(everything(crm, "emails", here.now))


def test_pages_that_repeat_for_ever_are_given_up(here: Portal, crm: HubSpot) -> None:
    here.fault("GET /crm/v3/objects/contacts", "repeat-page", times=50)
    with pytest.raises(ToolDown, match="repeats its pages of contacts"):
        everything(crm, "contacts", here.now)


def test_a_deleted_record_is_a_tombstone(here: Portal, crm: HubSpot) -> None:
    """It leaves every search; the list of archived records tells of it."""
    one = first_contacts(here, crm, 1)[0]
    since = here.now - crm.lag
    here.edit("delete", "contact", one)

    found = changes(crm, "contacts", since, here.now + timedelta(minutes=1))

    assert [(record.key.id, record.deleted) for record in found] == [(one, True)]
    assert one not in everything(crm, "contacts", here.now)


@pytest.mark.parametrize("new_id", [False, True], ids=["the primary's id stays", "a new id"])
def test_a_merge_is_a_tombstone_and_a_link(here: Portal, crm: HubSpot, new_id: bool) -> None:
    """Either id may be the survivor's, or neither."""
    one, other = first_contacts(here, crm, 2)
    since = here.now - crm.lag
    survivor = here.edit("merge", "contact", one, other=other, new_id=new_id)["id"]

    found = changes(crm, "contacts", since, here.now + timedelta(minutes=1))

    gone = {record.key.id for record in found if record.deleted}
    links = {(link.left, link.right) for record in found for link in crm.normalise(record).links}
    merged = {one, other} - {survivor}
    assert gone == merged
    assert links == {(f"crm:{old}", f"crm:{survivor}") for old in merged}


def test_a_merged_id_is_answered_with_the_survivor(here: Portal, crm: HubSpot) -> None:
    one, other = first_contacts(here, crm, 2)
    crm.write_records([stage(one), stage(other)])
    here.edit("merge", "contact", one, other=other)

    found = crm.present("contact", [other, "424242"], ["journey_stage"])

    assert [(record.asked, record.id) for record in found] == [(other, one), ("424242", "")]


def test_a_search_that_lags_is_covered_by_the_lag(here: Portal, crm: HubSpot) -> None:
    """A change that the index does not know yet is found by a later reading from the same time."""
    one = first_contacts(here, crm, 1)[0]
    since, until = here.now - crm.lag, here.now + timedelta(days=1)
    here.edit("set", "contact", one, properties={"city": "Leeds"}, lag=True)

    tries = [
        one in {record.key.id for record in changes(crm, "contacts", since, until)}
        for _ in range(20)
    ]

    assert tries[-1]
    assert crm.lag >= timedelta(minutes=5)


def test_more_records_than_a_search_will_page_through(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No query of ours pages by number, so that the cap is never met; here it is one page."""
    monkeypatch.setattr(search, "CAP", search.MAX_PAGE)
    with portal(tmp_path, customers=60) as here:
        tool = here.connect()
        since, until = datetime(2000, 1, 1, tzinfo=UTC), here.now + timedelta(days=1)
        found = {record.key.id for record in changes(tool, "emails", since, until)}
        whole = everything(tool, "emails", here.now)

    assert found == set(whole)
    assert len(whole) > search.CAP


def test_a_property_that_nobody_has_is_reported(here: Portal) -> None:
    """A typo in a mapping is no silence: the reading reports it, and `check` as well."""
    folder = here.folder / "mappings/fields"
    folder.mkdir(parents=True)
    (folder / "hubspot.yaml").write_text("contacts: {attributes: {town: citty}}")
    tool = here.connect()
    says = "The field mapping reads the contact property `citty`, which this portal does not have"

    asides = [
        aside
        for record in changes(tool, "contacts", here.now, here.now)
        for aside in tool.normalise(record).set_aside
    ]
    findings = [one for one in tool.check() if one.level == "error"]

    assert [one.reason for one in asides] == [f"{says}; did you mean `city`?"]
    assert [one.exit_code for one in findings] == [2]


def test_a_dry_reading_changes_nothing(here: Portal) -> None:
    tool = here.connect()
    for stream in tool.streams:
        everything(tool, stream, here.now)
        changes(tool, stream, here.now - timedelta(days=3), here.now)
    tool.check()
    tool.owners()

    assert not any(one["writes"] for one in here.journal())


# --- limits, keys, broken lines ----------------------------------------------------------------


def test_the_pace_of_the_portal_is_kept(tmp_path: Path) -> None:
    """Four searches a second, by our own count: no answer tells how many are left."""
    with portal(tmp_path, limits=True) as here:
        tool = here.connect(patient=True)
        for _ in range(7):
            changes(tool, "notes", here.now - timedelta(days=1), here.now)
        statuses = {one["status"] for one in here.journal()}

    assert 429 not in statuses


@pytest.mark.parametrize(
    ("kind", "error", "says"),
    [
        ("expired-token", BadCredentials, "crm refused the key"),
        ("revoked-token", BadCredentials, "JOURNEYSYNC_CRM__ACCESS_TOKEN"),
        ("lost-scope", BadCredentials, "Grant it one of these scopes"),
    ],
)
def test_a_refused_key(here: Portal, kind: str, error: type[Exception], says: str) -> None:
    tool = here.connect()
    here.fault("GET /crm/v3/objects/contacts", kind, times=9)
    with pytest.raises(error) as caught:
        everything(tool, "contacts", here.now)

    assert says in str(caught.value)
    assert here.sandbox.tools["hubspot"]["access_token"] not in str(caught.value) + repr(tool)


@pytest.mark.parametrize("kind", ["429", "500", "503", "reset", "truncate", "html"])
def test_a_reading_survives(here: Portal, crm: HubSpot, kind: str) -> None:
    """One broken answer to each kind of request that reads."""
    whole = everything(crm, "deals", here.now)
    assert whole
    fresh = here.connect()
    for match in (
        "GET /crm/v3/objects/deals",
        "GET /crm/v3/properties/deals",
        "GET /crm/v3/pipelines/deals",
        "POST /crm/v4/associations/deals",
    ):
        here.fault(match, kind)

    assert everything(fresh, "deals", here.now) == whole


def test_html_for_ever(here: Portal) -> None:
    tool = here.connect()
    here.fault("GET /", "html", times=99)
    with pytest.raises(ToolDown, match="answers HTML instead of JSON: is a proxy or firewall"):
        everything(tool, "contacts", here.now)


def test_the_day_is_over(here: Portal) -> None:
    tool = here.connect()
    here.fault("GET /", "429", policy="DAILY", times=99)
    with pytest.raises(OverBudget, match="after midnight in the portal's time zone"):
        everything(tool, "contacts", here.now)


def test_nobody_listens(here: Portal) -> None:
    tool = here.connect(base_url="http://127.0.0.1:9")
    with pytest.raises(ToolDown, match="crm cannot be reached"):
        everything(tool, "contacts", here.now)


# --- writing records ---------------------------------------------------------------------------


def test_written_is_read_back(here: Portal, crm: HubSpot) -> None:
    """Values, who changed them and when; a record that was never written is empty."""
    one, other = first_contacts(here, crm, 2)
    crm.write_records(
        [RecordWrite("contact", one, {"journey_stage_since": "2026-11-01T10:00:00Z"}), stage(other)]
    )
    here.edit("set", "contact", other, properties={"journey_stage": "during"})

    fields = ["journey_stage", "journey_stage_since"]
    first, second = crm.present("contact", [one, other], fields, history=True)

    assert first.fields["journey_stage_since"].value == "2026-11-01T10:00:00Z"
    assert first.fields["journey_stage_since"].by == "unknown"
    assert first.fields["journey_stage"].value == ""
    assert second.fields["journey_stage"].value == "during"
    assert second.fields["journey_stage"].by == "person"
    assert second.fields["journey_stage"].at is not None


def test_one_bad_row_fails_alone(here: Portal, crm: HubSpot) -> None:
    """With its code, its property and the next step; the others go through."""
    one, other = first_contacts(here, crm, 2)

    found = crm.write_records([stage(one), stage(other, "nowhere"), stage("424242")])

    assert outcomes(found) == {
        one: ("done", ""),
        other: ("failed", "INVALID_OPTION"),
        "424242": ("failed", "OBJECT_NOT_FOUND"),
    }
    assert "journeysync provision" in found[1].message
    assert held(crm, one) == "before"


def test_two_rows_of_one_record_are_one(here: Portal, crm: HubSpot) -> None:
    one = first_contacts(here, crm, 1)[0]
    rows = [stage(one), RecordWrite("contact", one, {"journey_reason": "why"})]

    assert [row.status for row in crm.write_records(rows)] == ["done", "done"]
    assert held(crm, one, "journey_reason") == "why"


def test_a_merged_record_is_written_under_its_survivor(here: Portal, crm: HubSpot) -> None:
    one, other = first_contacts(here, crm, 2)
    here.edit("merge", "contact", one, other=other)

    found = crm.write_records([stage(other)])

    assert (found[0].status, found[0].id) == ("done", one)


BROKEN_WRITES = {
    "refused for the pace": ("429", {"done"}),
    "a server error": ("500", {"unknown"}),
    "written, then the line broke": ("applied-then-reset", {"unknown"}),
    "the line broke": ("reset", {"unknown"}),
    "half an answer": ("truncate", {"unknown"}),
    "half of the rows": ("half-applied", {"unknown"}),
    "a page of HTML": ("html", {"unknown"}),
}


@pytest.mark.parametrize(("kind", "expected"), BROKEN_WRITES.values(), ids=BROKEN_WRITES)
def test_a_row_without_an_answer_is_never_done(
    here: Portal, crm: HubSpot, kind: str, expected: set[str]
) -> None:
    """And trying again ends with the same portal."""
    ids = first_contacts(here, crm, 4)
    here.fault("POST /crm/v3/objects/contacts/batch/update", kind)

    found = crm.write_records([stage(one) for one in ids])

    assert {one.status for one in found} == expected
    assert all(one.temporary for one in found if one.status != "done")
    assert all(held(crm, one.key) == "before" for one in found if one.status == "done")
    again = crm.write_records([stage(one) for one in ids])
    assert {one.status for one in again} == {"done"}


# --- tasks -------------------------------------------------------------------------------------


def test_the_life_of_a_task(here: Portal, crm: HubSpot) -> None:
    """Made, found by its key, moved, closed by us: which is no event."""
    contact = first_contacts(here, crm, 1)[0]
    owner = next(one for one in crm.owners() if one.active)
    made = crm.create_tasks([task("k1", contact, owner=owner.id)])

    assert outcomes(made) == {"k1": ("done", "")}
    (found,) = crm.tasks(keys=["k1"])
    assert (found.id, found.status, found.due, found.owner) == (made[0].id, "open", DUE, owner.id)

    later = DUE + timedelta(days=2)
    crm.change_tasks([TaskWrite("k1", found.id, due=later, subject="Write to them")])
    (found,) = crm.tasks(ids=[found.id])
    assert (found.due, found.subject, found.key) == (later, "Write to them", "k1")

    crm.change_tasks([TaskWrite("k1", found.id, close_because="seen")])
    (found,) = crm.tasks(ids=[found.id])
    assert (found.status, found.closed_by_us) == ("completed", True)
    assert tasks_completed(here, crm) == []


def tasks_completed(here: Portal, tool: HubSpot) -> list[dict[str, Any]]:
    records = everything(tool, "tasks", here.now).values()
    return [
        dict(event.attributes)
        for record in records
        for event in tool.normalise(record).events
        if event.kind == "task.completed"
    ]


def test_a_task_that_a_person_completed_is_an_event(here: Portal, crm: HubSpot) -> None:
    contact = first_contacts(here, crm, 1)[0]
    (made,) = crm.create_tasks([task("k1", contact)])
    here.edit("complete", "task", made.id)

    (found,) = tasks_completed(here, crm)

    assert (found["touchpoint"], found["anchor"], found["key"]) == ("t", "a", "k1")


def test_a_task_that_a_person_deleted_is_told(here: Portal, crm: HubSpot) -> None:
    contact = first_contacts(here, crm, 1)[0]
    (made,) = crm.create_tasks([task("k1", contact)])
    here.edit("delete", "task", made.id)

    assert [one.status for one in crm.tasks(ids=[made.id])] == ["deleted"]


@pytest.mark.parametrize(
    "kind", ["applied-then-reset", "reset", "half-applied", "500", "html", "truncate", "429"]
)
def test_no_task_is_made_twice_and_none_is_lost(here: Portal, crm: HubSpot, kind: str) -> None:
    """Whatever happens to the first try, after a second one every key has one task."""
    contacts = first_contacts(here, crm, 4)
    rows = [task(f"k{one}", one) for one in contacts]
    here.fault("POST /crm/v3/objects/tasks/batch/create", kind)

    first = crm.create_tasks(rows)
    second = crm.create_tasks(rows)

    assert {one.status for one in second} == {"done"}
    assert len(everything(crm, "tasks", here.now)) == len(rows)
    done = {one.key: one.id for one in first if one.status == "done"}
    assert {one.key: one.id for one in second if one.key in done} == done


def test_an_inactive_owner_fails_one_task(here: Portal, crm: HubSpot) -> None:
    one, other = first_contacts(here, crm, 2)
    away = next(owner for owner in crm.owners() if not owner.active)

    found = crm.create_tasks([task("k1", one, owner=away.id), task("k2", other)])

    assert outcomes(found) == {"k1": ("failed", "INVALID_OWNER"), "k2": ("done", "")}


def test_a_portal_without_task_properties(here: Portal) -> None:
    """The key then stands in the text, and a second try finds it by the contact."""
    tool = here.connect()
    contact = first_contacts(here, tool, 1)[0]

    first = tool.create_tasks([task("k1", contact)])
    second = tool.create_tasks([task("k1", contact)])
    assert [one.status for one in (*first, *second)] == ["done", "done"]
    assert first[0].id == second[0].id

    (found,) = tool.tasks(ids=[first[0].id])
    assert found.key == "k1"
    tool.change_tasks([TaskWrite("k1", found.id, close_because="seen")])
    (found,) = tool.tasks(ids=[found.id])
    assert (found.status, found.closed_by_us, found.key) == ("completed", True, "k1")
    assert tasks_completed(here, tool) == []


def test_a_key_never_shows(here: Portal) -> None:
    tool = here.connect(access_token=SecretStr("pat-na1-11111111-2222"))
    assert "pat-na1" not in repr(tool) + repr(vars(tool))


def test_outcomes_hold_no_value(here: Portal, crm: HubSpot) -> None:
    """A refused value may be a person's name: only its property is named."""
    one = first_contacts(here, crm, 1)[0]
    found: list[Outcome] = crm.write_records([stage(one, "Ana Smith")])

    assert "Ana" not in found[0].message
    assert "`journey_stage`" in found[0].message
