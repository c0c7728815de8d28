"""Our fields on the pretend org: what is held, who changed it, and what becomes of each row."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hubspot_portal import SPECS, outcomes
from salesforce_org import Org, org

from journeysync.connectors.salesforce import bulk_ingest
from journeysync.connectors.salesforce.collections import Row
from journeysync.connectors.salesforce.connector import Salesforce
from journeysync.core.errors import OverBudget
from journeysync.core.ports import Held, PresentRecord, RecordWrite
from journeysync.core.running.explain import _last_part

STAGE, REASON, SINCE, MISSED = (
    "journey_stage", "journey_reason", "journey_stage_since", "journey_missed",
)  # fmt: skip
ANA, LEAD = "003Wi000000a001IAA", "00QWi000000a001MAA"
FIELDS = (STAGE, REASON, SINCE, MISSED)
PATH = "PATCH /services/data/composite/sobjects"


@contextmanager
def provisioned(folder: Path) -> Iterator[Org]:
    with org(folder, customers=3) as one:
        one.connect().provision(["contact"], SPECS, dry_run=False, remove=False)
        yield one


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Org]:
    with provisioned(tmp_path_factory.mktemp("shared")) as one:
        yield one


@pytest.fixture
def here(shared: Org) -> Org:
    """An org whose setup stays as it is."""
    shared.admin("DELETE", "/faults")
    shared.clear()
    shared.slept.clear()
    return shared


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Org]:
    """An org for a test that changes the setup."""
    with provisioned(tmp_path) as one:
        yield one


def people(here: Org, name: str = "Contact", where: str = "") -> list[str]:
    soql = f"SELECT Id FROM {name} {where} ORDER BY Id"
    return [row["Id"] for page in here.connect().client.query(soql) for row in page]


def someone(here: Org) -> str:
    """A contact of whom nothing was written yet."""
    return here.create("Contact", LastName="Somebody")


def write(tool: Salesforce, number: str, kind: str = "contact", **values: str) -> tuple[str, str]:
    found = tool.write_records([RecordWrite(kind, number, values)])
    return outcomes(found)[number]


def held(tool: Salesforce, number: str, kind: str = "contact", **how: Any) -> Mapping[str, Held]:
    (answer,) = tool.present(kind, [number], FIELDS, **how)
    assert answer.id
    return answer.fields


def values(fields: Mapping[str, Held]) -> dict[str, str]:
    return {name: one.value for name, one in fields.items()}


# --- writing -------------------------------------------------------------------------------------


def test_what_is_written_is_held(here: Org) -> None:
    tool, number = here.connect(), someone(here)
    want = {STAGE: "before", REASON: "Two\nlines “é”", SINCE: "2026-11-18T09:30:00Z", MISSED: "2"}
    assert write(tool, number, **want) == ("done", "")
    assert values(held(tool, number)) == want
    assert write(tool, number, **{STAGE: "", SINCE: "", MISSED: "0"}) == ("done", "")
    assert values(held(tool, number)) == {STAGE: "", REASON: want[REASON], SINCE: "", MISSED: "0"}


def test_two_rows_of_one_record_are_one(here: Org) -> None:
    tool, number = here.connect(), someone(here)
    rows = [RecordWrite("contact", number, {one: "before"}) for one in (STAGE, REASON)]
    assert [one.status for one in tool.write_records(rows)] == ["done", "done"]
    assert values(held(tool, number)) == {STAGE: "before", REASON: "before", SINCE: "", MISSED: ""}


def test_an_update_of_a_lead_does_not_give_it_to_another_owner(here: Org) -> None:
    """Unless a header says otherwise, Salesforce runs the assignment rule."""
    number = here.create("Lead", LastName="New", Company="Own")
    here.turn(assign_to="ben@willowstreet.example")
    owner = owner_of(here, number)
    assert write(here.connect(), number, "lead", **{STAGE: "before"}) == ("done", "")
    assert owner_of(here, number) == owner


def owner_of(here: Org, number: str) -> str:
    return str(here.connect().client.get(f"sobjects/Lead/{number}")["OwnerId"])


REFUSED: dict[str, tuple[dict[str, str], str]] = {
    "a stage that is no value of the field": (
        {STAGE: "nowhere"}, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
    ),
    "a text that is too long": ({REASON: "x" * 5000}, "STRING_TOO_LONG"),
}  # fmt: skip


@pytest.mark.parametrize(("bad", "code"), REFUSED.values(), ids=REFUSED)
def test_a_refused_row_leaves_the_others_alone(here: Org, bad: dict[str, str], code: str) -> None:
    tool, one, two = here.connect(), someone(here), someone(here)
    found = tool.write_records(
        [RecordWrite("contact", one, bad), RecordWrite("contact", two, {STAGE: "before"})]
    )
    assert outcomes(found) == {one: ("failed", code), two: ("done", "")}


def test_a_validation_rule_is_told_in_its_own_words(own: Org) -> None:
    rule = {"property": "Journey_Stage__c", "value": "during", "needed": "Journey_Reason__c",
            "message": "Say why somebody is in During."}  # fmt: skip
    own.edit("require", "Contact", **rule)
    tool, number = own.connect(), someone(own)
    (found,) = tool.write_records([RecordWrite("contact", number, {STAGE: "during"})])
    assert found.code == "FIELD_CUSTOM_VALIDATION_EXCEPTION"
    assert "“Say why somebody is in During.”" in found.message


def test_rows_that_cannot_be_written(here: Org) -> None:
    lead = here.create("Lead", LastName="Goes", Company="On")
    here.edit("convert", "Lead", id=lead)
    gone = here.create("Contact", LastName="Gone")
    here.edit("delete", "Contact", id=gone)
    tool = here.connect()
    assert write(tool, lead, "lead", **{STAGE: "before"}) == (
        "failed", "CANNOT_UPDATE_CONVERTED_LEAD",
    )  # fmt: skip
    assert write(tool, gone, **{STAGE: "before"}) == ("failed", "ENTITY_IS_DELETED")


def test_a_lock_is_waited_for(here: Org) -> None:
    number = someone(here)
    here.edit("lock", "Contact", id=number, times=2)
    assert write(here.connect(), number, **{STAGE: "before"}) == ("done", "")
    assert here.slept == [1, 2]


def test_a_write_whose_answer_was_lost_is_sent_again(here: Org) -> None:
    """An update says the same twice."""
    here.fault("applied-then-reset", PATH)
    tool, number = here.connect(), someone(here)
    assert write(tool, number, **{STAGE: "before"}) == ("done", "")
    assert sum(one["path"].endswith("composite/sobjects") for one in here.journal()) == 2


def test_a_token_that_ends_between_two_requests(here: Org) -> None:
    tool, number = here.connect(), someone(here)
    tool.owners()
    here.edit("expire", "org")
    assert write(tool, number, **{STAGE: "before"}) == ("done", "")


def test_the_days_calls_end_the_run_and_the_row_is_as_before(here: Org) -> None:
    tool, number = here.connect(), someone(here)
    tool.owners()
    here.fault("429", PATH)
    with pytest.raises(OverBudget):
        write(tool, number, **{STAGE: "before"})
    assert held(here.connect(), number)[STAGE].value == ""


def test_a_field_that_went_away_during_a_run(own: Org) -> None:
    """The rows that name it fail with a next step; the others go through."""
    tool, one, two = own.connect(), someone(own), someone(own)
    held(tool, one)
    rows = "SELECT Id FROM CustomField WHERE DeveloperName = 'Journey_Reason'"
    for field in [row["Id"] for page in tool.client.tooling(rows) for row in page]:
        path = f"tooling/sobjects/CustomField/{field}"
        own.connect().client.send("DELETE", path, repeatable=True)
    found = tool.write_records(
        [
            RecordWrite("contact", one, {STAGE: "before", REASON: "because"}),
            RecordWrite("contact", two, {STAGE: "before"}),
        ]
    )
    assert outcomes(found) == {one: ("failed", "INVALID_FIELD"), two: ("done", "")}
    assert set(held(tool, one)) == set(FIELDS) - {REASON}
    assert set(held(tool, two, history=True)) == set(FIELDS) - {REASON}


def test_many_rows_go_as_a_job(here: Org, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk_ingest, "WORTH", 3)
    numbers = [someone(here) for _ in range(3)]
    tool = here.connect()
    held(tool, numbers[0])
    ingest = tool._writer._ingest
    rows = [
        Row(one, "Contact", {"Journey_Stage__c": None, "Journey_Reason__c": "é,\n“x”"},
                        one)
        for one in numbers
    ]  # fmt: skip
    write(tool, numbers[0], **{STAGE: "before"})
    here.clear()

    assert {one.status for one in ingest.send(rows)} == {"done"}
    assert not any(one["path"].endswith("composite/sobjects") for one in here.journal())
    assert values(held(tool, numbers[0])) == {STAGE: "", REASON: "é,\n“x”", SINCE: "", MISSED: ""}


# --- what is held --------------------------------------------------------------------------------


def present(here: Org, *ids: str, kind: str = "contact") -> list[PresentRecord]:
    return here.connect().present(kind, ids, FIELDS)


def test_records_come_in_the_order_they_were_asked_for(here: Org) -> None:
    ids = [*reversed(people(here)), people(here)[0]]
    assert [(one.asked, one.id) for one in present(here, *ids)] == [(one, one) for one in ids]


def test_a_merged_record_is_the_one_it_became(here: Org) -> None:
    first, second, third = (someone(here) for _ in range(3))
    here.edit("merge", "Contact", id=second, other=first)
    here.edit("merge", "Contact", id=third, other=second)
    (found,) = present(here, first)
    assert (found.asked, found.id) == (first, third)


def test_a_deleted_record_is_gone(here: Org) -> None:
    gone = here.create("Contact", LastName="Gone")
    here.edit("delete", "Contact", id=gone)
    kept = someone(here)
    assert [one.id for one in present(here, gone, kept)] == ["", kept]


def test_a_converted_lead_is_no_record_to_write_to(here: Org) -> None:
    lead = here.create("Lead", LastName="Goes", Company="On")
    assert present(here, lead, kind="lead")[0].id == lead
    here.edit("convert", "Lead", id=lead)
    assert present(here, lead, kind="lead")[0].id == ""


def test_two_thousand_records_are_one_request(here: Org) -> None:
    tool = here.connect()
    tool.owners()
    before = tool.calls
    tool.present("contact", people(here), FIELDS)
    assert tool.calls - before == 1


def test_a_records_address_can_be_pasted_where_a_customer_is_asked_for(here: Org) -> None:
    tool = here.connect()
    for kind, number in (("contact", ANA), ("lead", LEAD), ("converted lead", LEAD)):
        address = tool.record_url(kind, number)
        assert _last_part(address) == number
        assert address.endswith("/view")
    assert _last_part("https://app.hubspot.com/contacts/1/record/0-1/512") == "512"


# --- who changed it ------------------------------------------------------------------------------


def changed(here: Org, number: str, by: str, name: str = "Journey_Stage__c") -> None:
    here.edit("set", "Contact", id=number, by=by, properties={name: "during"})


BY: dict[str, str] = {"person": "person", "automation": "automation", "integration": "automation"}


@pytest.mark.parametrize(("by", "said"), BY.items(), ids=BY)
def test_whose_edit_a_tracked_field_shows(here: Org, by: str, said: str) -> None:
    """Salesforce keeps who changed the stage, whatever happens to the record afterwards."""
    tool, number = here.connect(), someone(here)
    write(tool, number, **{STAGE: "before", REASON: "because"})
    changed(here, number, by)
    here.edit("set", "Contact", id=number, by="person", properties={"Title": "Dr"})
    found = held(here.connect(), number, history=True)
    assert (found[STAGE].value, found[STAGE].by) == ("during", said)
    assert found[STAGE].at is not None


def test_our_own_write_is_ours(here: Org) -> None:
    tool, number = here.connect(), someone(here)
    write(tool, number, **{STAGE: "before"})
    assert held(tool, number, history=True)[STAGE].by == "us"


def test_of_a_field_that_is_not_tracked_only_the_last_touch_of_the_record_is_known(
    here: Org,
) -> None:
    tool, number = here.connect(), someone(here)
    write(tool, number, **{REASON: "because"})
    changed(here, number, "person", "Journey_Reason__c")
    assert held(tool, number, history=True)[REASON].by == "person"
    changed(here, number, "automation", "Description")
    assert held(here.connect(), number, history=True)[REASON].by == "automation"


def test_a_named_program_is_no_person(here: Org) -> None:
    """An integration that signs in as a colleague is told by its name in the workspace."""
    number = someone(here)
    write(here.connect(), number, **{STAGE: "before"})
    changed(here, number, "person")
    named = here.connect(automation_users=["ANA@willowstreet.example"])
    assert held(here.connect(), number, history=True)[STAGE].by == "person"
    assert held(named, number, history=True)[STAGE].by == "automation"


def test_an_edit_that_a_stopped_history_does_not_know(own: Org) -> None:
    """Tracking was turned off: our write is the last one known, but not what stands town."""
    tool, number = own.connect(), someone(own)
    write(tool, number, **{STAGE: "before"})
    track(own, tracked=False)
    changed(own, number, "person")
    assert held(own.connect(), number, history=True)[STAGE].by == "person"


def track(here: Org, *, tracked: bool) -> None:
    client = here.connect().client
    soql = "SELECT Id FROM CustomField WHERE DeveloperName = 'Journey_Stage'"
    for number in [row["Id"] for page in client.tooling(soql) for row in page]:
        path = f"tooling/sobjects/CustomField/{number}"
        metadata = {**client.get(path)["Metadata"], "trackHistory": tracked}
        client.send("PATCH", path, {"Metadata": metadata}, repeatable=True)


def test_a_value_that_came_with_a_merge_is_no_persons_wish(here: Org) -> None:
    """It fills the empty field of the record that stays, in the name of who merged."""
    tool, kept, other = here.connect(), someone(here), someone(here)
    write(tool, other, **{STAGE: "before", REASON: "because"})
    here.edit("merge", "Contact", id=kept, other=other)
    found = held(here.connect(), kept, history=True)
    assert (found[REASON].value, found[REASON].by) == ("because", "unknown")
    assert (found[STAGE].value, found[STAGE].by) == ("before", "unknown")
    changed(here, kept, "person")
    assert held(here.connect(), kept, history=True)[STAGE].by == "person"


def test_a_value_that_came_with_a_conversion_is_no_persons_wish(here: Org) -> None:
    """An org can map fields of leads to fields of contacts; the sandbox's org maps none."""
    lead = here.create("Lead", LastName="Goes", Company="On")
    write(here.connect(), lead, "lead", **{REASON: "because"})
    contact = here.edit("convert", "Lead", id=lead)["ConvertedContactId"]
    here.edit("set", "Contact", id=contact, properties={"Journey_Reason__c": "because"})
    found = held(here.connect(), contact, history=True)
    assert (found[REASON].value, found[REASON].by) == ("because", "unknown")
