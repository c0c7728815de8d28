"""People at work in the pretend Salesforce, its faults in time, and the business it holds."""

from collections.abc import Iterator
from typing import Any

import pytest
from pretend_salesforce import Pretend, pretend

from journeysync.sandbox.server import start


@pytest.fixture
def here() -> Iterator[Pretend]:
    with pretend(customers=26) as served:
        yield served


@pytest.fixture(scope="module")
def alone() -> Iterator[Pretend]:
    """The studio as it is told where no other CRM is."""
    with pretend(customers=60) as served:
        yield served


@pytest.fixture(scope="module")
def beside() -> Iterator[Pretend]:
    """The studio as it is told beside the pretend HubSpot."""
    with pretend(60, 1, "hubspot") as served:
        yield served


# --- edits -----------------------------------------------------------------------------------


def test_a_merge_leaves_a_trace_on_the_one_that_goes_and_none_on_its_children(
    here: Pretend,
) -> None:
    kept, gone = here.contact(), here.contact("tom.bennett@example.org")
    event = here.rows(f"SELECT Id, SystemModstamp FROM Event WHERE WhoId = '{gone}'")[0]
    here.edit("Contact", "merge", id=kept, other=gone)

    soql = f"SELECT IsDeleted, MasterRecordId FROM Contact WHERE Id = '{gone}'"
    assert here.count(soql) == 0
    (row,) = here.rows(soql, "/queryAll")
    assert (row["IsDeleted"], row["MasterRecordId"]) == (True, kept)
    (after,) = here.rows(f"SELECT WhoId, SystemModstamp FROM Event WHERE Id = '{event['Id']}'")
    assert (after["WhoId"], after["SystemModstamp"]) == (kept, event["SystemModstamp"])
    assert here("GET", f"/sobjects/Contact/{gone}").status == 404


def test_a_lead_becomes_a_contact_of_an_account(here: Pretend) -> None:
    lead = here.one("SELECT Id FROM Lead WHERE Email = 'peter.novak@post.example'")
    task = here("POST", "/sobjects/Task", {"WhoId": lead, "Subject": "Answer"}).body["id"]
    made = here.edit("Lead", "convert", id=lead, opportunity="A package")["converted"]

    (row,) = here.rows(
        "SELECT IsConverted, ConvertedDate, ConvertedContactId, ConvertedAccountId, "
        f"ConvertedOpportunityId, Status FROM Lead WHERE Id = '{lead}'"
    )
    del row["attributes"]
    assert row == {
        "IsConverted": True, "ConvertedDate": "2026-11-20", "Status": "Closed - Converted",
        "ConvertedContactId": made["Contact"], "ConvertedAccountId": made["Account"],
        "ConvertedOpportunityId": made["Opportunity"],
    }  # fmt: skip
    assert here.one(f"SELECT WhoId FROM Task WHERE Id = '{task}'") == made["Contact"]
    deal = f"OpportunityId = '{made['Opportunity']}'"
    assert here.one(f"SELECT ContactId FROM OpportunityContactRole WHERE {deal}") == made["Contact"]


def test_who_edits_shows(here: Pretend) -> None:
    maya = here.contact()
    soql = f"SELECT LastModifiedBy.Username FROM Contact WHERE Id = '{maya}'"
    for by, name in (("person", "ana"), ("automation", "autoproc"),
                     ("integration", "hubspot-integration")):  # fmt: skip
        here.edit("Contact", "set", id=maya, by=by, properties={"Title": by})
        assert here.one(soql)["Username"] == f"{name}@willowstreet.example"


def test_a_task_is_completed_deleted_and_fetched_back(here: Pretend) -> None:
    task = here("POST", "/sobjects/Task", {"Subject": "x"}).body["id"]
    here.edit("Task", "complete", id=task)
    (row,) = here.rows(f"SELECT Status, IsClosed, CompletedDateTime FROM Task WHERE Id = '{task}'")
    assert (row["Status"], row["IsClosed"]) == ("Completed", True)
    assert row["CompletedDateTime"] == "2026-11-20T08:58:58.000+0000"
    here.edit("Task", "delete", id=task)
    assert here.count(f"SELECT Id FROM Task WHERE Id = '{task}'") == 0
    here.edit("Task", "undelete", id=task)
    assert here.count(f"SELECT Id FROM Task WHERE Id = '{task}'") == 1
    here.edit("Task", "delete", id=task, permanently=True)
    assert here.rows(f"SELECT Id FROM Task WHERE Id = '{task}'", "/queryAll") == []


def test_the_bin_is_emptied_after_fifteen_days(here: Pretend) -> None:
    maya = here.contact()
    here.edit("Contact", "delete", id=maya)
    soql = f"SELECT Id FROM Contact WHERE Id = '{maya}'"
    assert len(here.rows(soql, "/queryAll")) == 1
    here.advance(16)
    assert here.rows(soql, "/queryAll") == []


def test_records_are_hung_on_others(here: Pretend) -> None:
    maya = here.contact()
    campaign = here.rows("SELECT Id FROM Campaign LIMIT 1")[0]["Id"]
    to = [{"object": "Campaign", "id": campaign, "properties": {"Status": "Responded"}}]
    here.edit("Contact", "link", id=maya, to=to)
    soql = f"SELECT HasResponded, Email FROM CampaignMember WHERE ContactId = '{maya}'"
    (row,) = here.rows(soql)
    assert (row["HasResponded"], row["Email"]) == (True, "maya.okafor@example.com")
    here.edit("Contact", "unlink", id=maya, to=to)
    assert here.rows(soql) == []


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ({"object": "Dog", "action": "set"}, "object must be one of"),
        ({"object": "Contact", "action": "bark"}, "action must be one of"),
        ({"object": "Contact", "action": "set", "id": "003"}, "there is no Contact 003"),
        ({"object": "Contact", "action": "create", "properties": {"FirstName": "x"}},
         "Required fields are missing: [LastName]"),
        ({"object": "Contact", "action": "set", "by": "magic"}, "by must be one of"),
        ({"object": "org", "action": "set", "properties": {"weather": 1}}, "org has"),
    ],
)  # fmt: skip
def test_an_edit_that_cannot_be_made_says_why(
    alone: Pretend, command: dict[str, Any], words: str
) -> None:
    reply = alone.admin("POST", "/edit", {"tool": "salesforce", **command})
    assert reply.status == 400
    assert words in reply.body["error"]


# --- time ------------------------------------------------------------------------------------


def test_stamps_are_whole_seconds_with_many_ties(alone: Pretend) -> None:
    stamps = [row["SystemModstamp"] for row in alone.rows("SELECT SystemModstamp FROM Task")]
    assert all(stamp.endswith(".000+0000") for stamp in stamps)
    assert len(set(stamps)) < len(stamps)


def test_a_second_lies_between_people_and_the_api_unless_they_tie(here: Pretend) -> None:
    maya = here.contact()

    def ours() -> str:
        here("PATCH", f"/sobjects/Contact/{maya}", {"Title": "Dr"})
        return str(here.one(f"SELECT SystemModstamp FROM Contact WHERE Id = '{maya}'"))[17:19]

    def theirs(**more: Any) -> str:
        edited = here.edit("Contact", "set", id=maya, properties={"Title": "Ms"}, **more)
        return str(edited["SystemModstamp"])[17:19]

    assert [ours(), ours(), theirs(), theirs(), ours()] == ["57", "57", "58", "58", "59"]
    assert [theirs(tie=True), ours()] == ["59", "59"]


def test_a_late_commit_is_dated_before_it_can_be_seen(here: Pretend) -> None:
    maya = here.contact()
    late = here.edit("Contact", "set", id=maya, lag=True, properties={"Title": "Late"})
    new = here.edit("Contact", "create", lag=True, properties={"LastName": "Late"})["id"]
    soql = f"SELECT Title FROM Contact WHERE Id = '{maya}'"

    assert late["SystemModstamp"] == "2026-11-20T08:58:58.000+0000"
    seen = [here.one(soql) for _ in range(6)]
    assert seen == [None, None, None, None, "Late", "Late"]
    assert here.count(f"SELECT Id FROM Contact WHERE Id = '{new}'") == 1
    here.edit("Contact", "set", id=maya, lag=True, properties={"Title": "Later"})
    here.advance(0)
    assert here.one(soql) == "Later"


def test_a_formula_changes_without_a_stamp(here: Pretend) -> None:
    maya = here.contact()
    soql = f"SELECT Account_City__c, SystemModstamp, AccountId FROM Contact WHERE Id = '{maya}'"
    (before,) = here.rows(soql)
    here.edit("Account", "set", id=before["AccountId"], properties={"BillingCity": "Ghent"})
    (after,) = here.rows(soql)
    assert (before["Account_City__c"], after["Account_City__c"]) == ("Brighton", "Ghent")
    assert before["SystemModstamp"] == after["SystemModstamp"]


def test_days_may_be_passed_in_any_steps() -> None:
    def told(*steps: float) -> list[Any]:
        with pretend(customers=60, seed=4) as served:
            for step in steps:
                served.advance(step)
            names = ("Contact", "Lead", "Event", "Task", "Opportunity", "EmailMessage")
            return [
                sorted(
                    repr([value for key, value in row.items() if not key.endswith("Id")][1:])
                    for row in served.rows(f"SELECT CreatedDate, SystemModstamp FROM {name}")
                )
                for name in names
            ]

    assert told(6) == told(2.5, 0, 3.5)


# --- the business ----------------------------------------------------------------------------


def emails(here: Pretend, kind: str, where: str = "Email != null") -> set[str]:
    return {row["Email"] for row in here.rows(f"SELECT Email FROM {kind} WHERE {where}")}


def test_who_asks_is_a_lead_and_who_books_a_contact_of_an_account(alone: Pretend) -> None:
    assert "peter.novak@post.example" in emails(alone, "Lead", "IsConverted = false")
    assert alone.count("SELECT Id FROM Lead WHERE IsConverted = true") > 10
    assert alone.count("SELECT Id FROM Contact WHERE AccountId = null") == 0
    converted = "SELECT ConvertedContactId FROM Lead WHERE IsConverted = true"
    assert alone.count(f"SELECT Id FROM Contact WHERE Id IN ({converted})") > 10
    assert not emails(alone, "Lead", "IsConverted = false") & emails(alone, "Contact")


def test_alone_it_tells_everything(alone: Pretend) -> None:
    for soql in (
        "SELECT Id FROM Event WHERE Outcome__c = 'Completed'",
        "SELECT Id FROM Event WHERE Moved_From__c != null",
        "SELECT Id FROM EmailMessage WHERE Incoming = true",
        "SELECT Id FROM EmailMessageRelation WHERE RelationType = 'ToAddress'",
        "SELECT Id FROM Task WHERE TaskSubtype = 'Call' AND CallType = 'Inbound'",
        "SELECT Id FROM Task WHERE Type IN ('SMS', 'WhatsApp')",
        "SELECT Id FROM ContactHistory WHERE Field = 'Feedback_Score__c'",
        "SELECT Id FROM OpportunityHistory WHERE StageName = 'Closed Won'",
        "SELECT Id FROM OpportunityContactRole WHERE IsPrimary = false",
        "SELECT Id FROM Case WHERE IsClosed = true",
        "SELECT Id FROM Contract WHERE EndDate > TODAY",
        "SELECT Id FROM Asset WHERE UsageEndDate > TODAY",
        "SELECT Id FROM User WHERE IsActive = false",
    ):
        assert alone.count(soql) > 0, soql


def test_beside_hubspot_nothing_is_told_twice(alone: Pretend, beside: Pretend) -> None:
    assert beside.count("SELECT Id FROM EmailMessage") == 0
    assert beside.count("SELECT Id FROM Event WHERE WhoId != null") == 0
    assert beside.count("SELECT Id FROM Lead WHERE LeadSource = 'Web'") == 0
    packages = "SELECT Id FROM Opportunity WHERE Name LIKE '%: package'"
    assert alone.count(packages) > 0
    assert beside.count(packages) == 0
    assert beside.count("SELECT Id FROM Opportunity") > 0
    assert beside.count("SELECT Id FROM CampaignMember WHERE HasResponded = true") > 0


def test_both_know_most_people_and_each_a_few_of_its_own(beside: Pretend) -> None:
    path = "/crm/v3/objects/contacts?limit=100&properties=email"
    from sandbox_client import Client

    tool = beside.sandbox.tools["hubspot"]
    listed = Client(tool["base_url"], tool["access_token"])("GET", path).body["results"]
    theirs = {row["properties"]["email"] for row in listed if row["properties"].get("email")}
    ours = emails(beside, "Contact") | emails(beside, "Lead")

    assert len(ours & theirs) > 45
    assert 1 <= len(ours - theirs) <= 6
    assert 1 <= len(theirs - ours) <= 6


def test_the_same_seed_makes_the_same_org(alone: Pretend) -> None:
    with pretend(customers=60) as again:
        for kind in ("Contact", "Lead", "Task", "Event", "Case"):
            soql = f"SELECT Id, SystemModstamp FROM {kind} ORDER BY Id"
            assert again.rows(soql) == alone.rows(soql)


def test_a_snapshot_shows_what_a_run_wrote_and_no_more(here: Pretend) -> None:
    nothing = here.admin("GET", "/snapshot").body["salesforce"]
    assert [name for name, rows in nothing.items() if rows] == []
    here("PATCH", f"/sobjects/Contact/{here.contact()}", {"Title": "Dr"})
    task = {"Subject": "Call", "WhoId": here.contact()}
    here("POST", "/sobjects/Task", task)
    shown = here.admin("GET", "/snapshot").body["salesforce"]
    assert [row["key"] for row in shown["Contact"]] == ["maya.okafor@example.com"]
    (row,) = shown["tasks"]
    assert row["properties"]["WhoId"] == "maya.okafor@example.com"
    written = [one["writes"] for one in here.admin("GET", "/journal").body["requests"]]
    assert written.count(True) == 2


def test_unknown_tools_are_named() -> None:
    with pytest.raises(ValueError, match="salesforce"):
        start(tools=["dynamics"])
