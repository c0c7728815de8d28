"""What people and deals of Salesforce mean: tables of facts, without an org."""

from datetime import UTC, datetime
from typing import Any

import pytest
from salesforce_records import ANA, BEN, MADE, QUEUE, USER, brief, one, own, read

from journeysync.connectors.salesforce.ids import long_id

# --- people --------------------------------------------------------------------------------------


def test_a_contact_has_its_keys_and_todays_values() -> None:
    reading = read(
        "contact", Email=" ana@example.com ", Phone="0170 1", MobilePhone="0170 2",
        HomePhone="0170 1", FirstName="Ana", LastName="Ruiz", AccountId="001000000000001AAA",
        OwnerId=USER, LeadSource="Web", Journey_Override__c="vip",
        Journey_Override_Until__c="2026-12-01",
    )  # fmt: skip
    (person,) = reading.people

    assert (person.emails, person.phones) == (("ana@example.com",), ("0170 1", "0170 2"))
    assert (person.company, person.owner) == ("sf:001000000000001AAA", USER)
    assert person.attributes == {
        "source": "Web", "journey_override": "vip", "journey_override_until": "2026-12-01",
    }  # fmt: skip
    assert brief(reading) == ["person.created 10-01 09:00"]


def test_a_person_account_is_a_person_without_a_company() -> None:
    fields: dict[str, Any] = {"IsPersonAccount": True, "AccountId": "001000000000001AAA"}
    assert read("contact", **fields).people[0].company == ""
    assert read("company", **fields).companies == ()


def test_a_queue_owns_nobody() -> None:
    assert read("lead", OwnerId=QUEUE).people[0].owner == ""
    assert "owner" not in one(read("lead", OwnerId=QUEUE), "lead.created").attributes


LEADS: dict[str, tuple[dict[str, Any], dict[str, Any], list[str]]] = {
    "its statuses, as the history tells": (
        {"Status": "Closed - Not Converted"},
        {"history": {"Status": [["Open", MADE], ["Working", "2026-10-02T10:00:00Z"],
                                ["Closed - Not Converted", "2026-10-03T10:00:00Z"]]}},
        ["lead.created 10-01 09:00", "lead.stage_changed 10-01 09:00",
         "lead.stage_changed 10-02 10:00", "lead.stage_changed 10-03 10:00",
         "lead.disqualified 10-03 10:00"],
    ),
    "without history, where it stands": (
        {"Status": "Working"}, {}, ["lead.created 10-01 09:00", "lead.stage_changed 10-01 09:00"],
    ),
    "converted without history, on that day in our zone": (
        {"Status": "Closed - Converted", "IsConverted": True, "ConvertedDate": "2026-10-05",
         "ConvertedContactId": ANA}, {},
        ["lead.created 10-01 09:00", "lead.stage_changed 10-04 23:00",
         "lead.qualified 10-04 23:00"],
    ),
    "converted on the day it was made, not before": (
        {"Status": "Qualified", "IsConverted": True, "ConvertedDate": "2026-10-01",
         "ConvertedContactId": ANA}, {},
        ["lead.created 10-01 09:00", "lead.stage_changed 10-01 09:00",
         "lead.qualified 10-01 09:00"],
    ),
    "a web form": (
        {"LeadSource": "Web", "Status": ""}, {},
        ["form.submitted 10-01 09:00", "lead.created 10-01 09:00"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", LEADS)
def test_a_lead_tells(case: str) -> None:
    fields, more, events = LEADS[case]
    found = [text for text in brief(read("lead", more=more, **fields)) if "person." not in text]
    assert found == events


CHANGES: dict[str, tuple[str, list[list[str]], list[str]]] = {
    "an opt-out": (
        "HasOptedOutOfEmail", [["false", MADE], ["true", "2026-10-02T10:00:00Z"]],
        ["subscriber.left 10-02 10:00"],
    ),
    "an opt-out taken back": (
        "HasOptedOutOfEmail",
        [["true", MADE], ["false", "2026-10-02T10:00:00Z"]],
        ["subscriber.left 10-01 09:00", "subscriber.joined 10-02 10:00"],
    ),
    "a newsletter left": (
        "Newsletter__c", [["true", MADE], ["false", "2026-10-02T10:00:00Z"]],
        ["subscriber.joined 10-01 09:00", "subscriber.left 10-02 10:00"],
    ),
    "a score, and the same again": (
        "Feedback_Score__c",
        [["", MADE], ["9", "2026-10-02T10:00:00Z"], ["9", "2026-10-03T10:00:00Z"]],
        ["survey.answered 10-02 10:00"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CHANGES)
def test_a_change_of_a_field_tells(case: str) -> None:
    field, past, events = CHANGES[case]
    reading = read("contact", more={"history": {field: past}})
    assert [text for text in brief(reading) if "person." not in text] == events


# --- deals ---------------------------------------------------------------------------------------

STAGES = {
    "Won": {"closed": True, "won": True},
    "Lost": {"closed": True, "won": False},
    "Open": {"closed": False, "won": False},
    "Price Quote": {"closed": False, "won": False},
}


def past(*steps: str) -> dict[str, Any]:
    """Stages, a day apart."""
    days = [[step, f"2026-10-{day:02d}T10:00:00.000Z"] for day, step in enumerate(steps, 1)]
    return {"history": {"StageName": days}, "stages": STAGES}


DEALS: dict[str, tuple[tuple[str, ...], list[str]]] = {
    "won": (("Open", "Won"), ["deal.stage_changed 10-01", "deal.stage_changed 10-02",
                              "deal.won 10-02"]),
    "lost and reopened": (
        ("Lost", "Open"),
        ["deal.stage_changed 10-01", "deal.lost 10-01", "deal.stage_changed 10-02",
         "deal.reopened 10-02"],
    ),
    "a quote": (("Price Quote",), ["deal.stage_changed 10-01", "quote.sent 10-01"]),
    "an amount that changed is no stage": (("Open", "Open"), ["deal.stage_changed 10-01"]),
}  # fmt: skip


@pytest.mark.parametrize("case", DEALS)
def test_a_deal_goes(case: str) -> None:
    steps, events = DEALS[case]
    reading = read("deal", more=past(*steps), StageName=steps[-1])
    found = [f"{event.kind} {event.at:%m-%d}" for event in reading.events]
    assert found[1:] == events
    assert found[0] == "deal.created 10-01"


def test_a_deal_is_about_everybody_in_it() -> None:
    reading = read("deal", more={**past("Won"), "people": [ANA, BEN]}, StageName="Won")
    won = [event for event in reading.events if event.kind == "deal.won"]

    assert [event.person for event in won] == [f"sf:{ANA}", f"sf:{BEN}"]
    assert len({event.id.split("/")[0] for event in won}) == 1


def test_a_lost_deal_has_its_reason_and_record_type() -> None:
    reading = read(
        "deal", more={**past("Lost"), "record_type": "Services"}, StageName="Lost",
        Loss_Reason__c="Too expensive", Amount=1500.5, Name="Big", OwnerId=USER,
    )  # fmt: skip
    assert one(reading, "deal.lost").attributes == {
        "amount": "1500.5", "owner": USER, "name": "Big", "pipeline": "Services", "to": "Lost",
        "reason": "Too expensive",
    }  # fmt: skip


def test_a_rule_may_hold_for_one_record_type() -> None:
    mapping = own("opportunities: {stages: [{record_type: Services, stage: Open, name: first}]}")
    for kind, name in (("Services", "first"), ("Goods", "Open")):
        reading = read(
            "deal", mapping, more={**past("Open"), "record_type": kind}, StageName="Open"
        )
        assert one(reading, "deal.stage_changed").attributes["to"] == name


def test_a_deal_without_history_stands_where_it_stands() -> None:
    reading = read(
        "deal", StageName="Closed Won", IsClosed=True, IsWon=True,
        LastStageChangeDate="2026-10-09T10:00:00.000+0000",
    )  # fmt: skip
    assert brief(reading)[1:] == ["deal.stage_changed 10-09 10:00", "deal.won 10-09 10:00"]


def test_a_date_in_a_field_begins_at_midnight_here() -> None:
    reading = read("deal", Renewal_Date__c="2026-07-01")
    assert one(reading, "contract.ends").at == datetime(2026, 6, 30, 23, tzinfo=UTC)


# --- ids ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("short", "long"),
    [("0011I00000OPQRS", "0011I00000OPQRSQA5"), ("a00D0000008pQRA", "a00D0000008pQRAIA2"),
     ("003D000000QOeVXIA1", "003D000000QOeVXIA1"), ("", ""), ("no id", "no id")],
)  # fmt: skip
def test_a_short_id_becomes_the_long_one(short: str, long: str) -> None:
    assert long_id(short) == long
