"""What activities and cases of Salesforce mean: tables of facts, without an org."""

from datetime import UTC, datetime
from typing import Any

import pytest
from salesforce_records import MADE, USER, brief, one, own, read, record

from journeysync.connectors.salesforce.seen import remember
from journeysync.core.models import RawRecord

# --- activities ----------------------------------------------------------------------------------

DONE: dict[str, Any] = {"IsClosed": True, "CompletedDateTime": "2026-10-03T10:00:00.000+0000"}
TASKS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "open": ({"Subject": "Call"}, []),
    "completed by a person": ({**DONE, "Subject": "Write"}, ["task.completed"]),
    "closed by us": ({**DONE, "Journey_Key__c": "k", "Journey_Closed__c": "waived"}, []),
    "ours, completed by a person": (
        {**DONE, "Journey_Key__c": "k", "Journey_Touchpoint__c": "t"},
        ["task.completed"],
    ),
    "ours, and typed as a call": (
        {**DONE, "Journey_Key__c": "k", "Type": "Call", "TaskSubtype": "Call"},
        ["task.completed"],
    ),
    "a call": ({**DONE, "TaskSubtype": "Call", "CallType": "Inbound"}, ["call.logged"]),
    "a call in its type alone": ({**DONE, "Type": "Call"}, ["call.logged"]),
    "a call that is planned": ({"TaskSubtype": "Call"}, []),
    "an e-mail": ({**DONE, "TaskSubtype": "Email"}, ["email.sent"]),
    "a text message": ({**DONE, "Type": "SMS"}, ["message.sent"]),
    "a series": ({**DONE, "IsRecurrence": True}, []),
}


@pytest.mark.parametrize("case", TASKS)
def test_a_task_tells(case: str) -> None:
    fields, kinds = TASKS[case]
    assert [event.kind for event in read("task", **fields).events] == kinds


def test_an_email_with_a_record_of_its_own_is_not_told_by_its_task() -> None:
    assert read("task", more={"emails": True}, **DONE, TaskSubtype="Email").events == ()


def test_our_task_carries_what_it_was_for() -> None:
    """The same words as from HubSpot: the core closes the expectation by them."""
    (event,) = read(
        "task", **DONE, Journey_Key__c="k", Journey_Touchpoint__c="welcome",
        Journey_Anchor__c="a", WhatId="006000000000001AAA", Subject="Welcome Ana", OwnerId=USER,
    ).events  # fmt: skip
    assert event.attributes == {
        "subject": "Welcome Ana", "touchpoint": "welcome", "anchor": "a", "key": "k",
        "owner": USER, "deal": "006000000000001AAA",
    }  # fmt: skip
    assert (event.subject_type, event.subject_id) == ("task", "x1")


def test_a_call_says_how_it_went() -> None:
    (event,) = read(
        "task", **DONE, TaskSubtype="Call", CallType="Outbound", CallDisposition="Left Voicemail",
        CallDurationInSeconds=90, Subject="Hello", Booking_Id__c="b1",
    ).events  # fmt: skip
    assert event.attributes == {
        "title": "Hello", "direction": "outbound", "outcome": "left_voicemail", "duration": "90",
        "booking": "b1",
    }  # fmt: skip
    assert event.subject_type == "call"


EMAILS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "sent": ({"Status": "3", "Incoming": False}, ["email.sent"]),
    "received": ({"Status": "0", "Incoming": True}, ["email.received"]),
    "a draft": ({"Status": "5", "Incoming": False}, []),
    "returned": ({"Status": "3", "IsBounced": True}, []),
}


@pytest.mark.parametrize("case", EMAILS)
def test_an_email_tells(case: str) -> None:
    fields, kinds = EMAILS[case]
    reading = read("email", **fields, Subject="Welcome!", MessageDate=MADE)
    assert [event.kind for event in reading.events] == kinds
    assert all(event.attributes["template"] == "welcome" for event in reading.events)


# --- calendar events -----------------------------------------------------------------------------

VISIT: dict[str, Any] = {
    "Subject": "Massage: Ana", "Service__c": "Massage", "OwnerId": USER,
    "StartDateTime": "2026-10-05T10:00:00.000+0000", "EndDateTime": "2026-10-05T11:00:00.000+0000",
}  # fmt: skip
MEETINGS: dict[str, tuple[dict[str, Any], dict[str, Any], list[str]]] = {
    "planned": ({}, {}, ["created 10-01 09:00", "starts 10-05 10:00", "ended 10-05 11:00"]),
    "held": (
        {"Outcome__c": "Completed"}, {},
        ["created 10-01 09:00", "starts 10-05 10:00", "ended 10-05 11:00",
         "attended 10-05 11:00", "held 10-05 11:00"],
    ),
    "over, in an org that keeps no outcome": (
        {}, {"unmarked": True},
        ["created 10-01 09:00", "starts 10-05 10:00", "ended 10-05 11:00",
         "attended 10-05 11:00", "held 10-05 11:00"],
    ),
    "nobody came": (
        {"Outcome__c": "no show"}, {},
        ["created 10-01 09:00", "starts 10-05 10:00", "ended 10-05 11:00", "no_show 10-05 11:00"],
    ),
    "cancelled, dated by when it was first seen": (
        {"Outcome__c": "Cancelled"},
        {"history": {"outcome": [["Scheduled", MADE], ["Cancelled", "2026-10-02T08:00:00Z"]]}},
        ["created 10-01 09:00", "starts 10-05 10:00", "cancelled 10-02 08:00"],
    ),
    "moved, as seen": (
        {},
        {"history": {"start": [["2026-10-04T10:00:00Z", MADE],
                               ["2026-10-05T10:00:00Z", "2026-10-02T08:00:00Z"]]}},
        ["created 10-01 09:00", "rescheduled 10-02 08:00", "starts 10-05 10:00",
         "ended 10-05 11:00"],
    ),
    "moved, as its own field says: no later than it began": (
        {"Outcome__c": "Completed"},
        {"history": {"moved": [["2026-10-04T10:00:00Z", "2026-10-06T08:00:00Z"]]}},
        ["created 10-01 09:00", "rescheduled 10-05 10:00", "starts 10-05 10:00",
         "ended 10-05 11:00", "attended 10-05 11:00", "held 10-05 11:00"],
    ),
    "replaced by another": (
        {"Outcome__c": "Rescheduled"}, {}, ["created 10-01 09:00", "rescheduled 10-01 09:00"],
    ),
    "an invitee's copy": ({"IsChild": True}, {}, []),
    "a series": ({"IsRecurrence": True}, {}, []),
}  # fmt: skip


@pytest.mark.parametrize("case", MEETINGS)
def test_a_calendar_event_tells(case: str) -> None:
    fields, more, events = MEETINGS[case]
    found = brief(read("meeting", more=more, **{**VISIT, **fields}))
    assert [text.split(".")[1] for text in found] == events


def test_a_sales_meeting_may_be_a_meeting_only() -> None:
    mapping = own("events: {rules: [{type: Massage, subject: meeting, completed: meeting.held}]}")
    (event,) = read("meeting", mapping, **VISIT, Outcome__c="Completed").events
    assert (event.kind, event.subject_type) == ("meeting.held", "meeting")
    assert event.attributes["service"] == "Massage"


def test_an_event_of_a_whole_day_lasts_as_long_as_it_says() -> None:
    reading = read("meeting", Subject="Visit", ActivityDate="2026-07-05", DurationInMinutes=1440)
    assert brief(reading)[-1] == "booking.ended 07-05 23:00"


def test_what_was_seen_of_an_event_is_carried_over() -> None:
    def seen(start: str, stamp: str) -> RawRecord:
        return record("meeting", more={"history": {"start": [[start, stamp]]}}, StartDateTime=start)

    first, moved = seen("a", "1"), seen("b", "2")
    later = remember(moved, first.content)
    assert later.content["history"] == {"start": [["a", "1"], ["b", "2"]]}
    assert remember(seen("b", "3"), later.content) == later


# --- cases and the rest --------------------------------------------------------------------------


def test_a_case_is_opened_closed_and_opened_again() -> None:
    steps = [["New", MADE], ["Closed", "2026-10-02T10:00:00Z"], ["New", "2026-10-03T10:00:00Z"]]
    reading = read(
        "ticket", Status="New", Subject="Broken", Type="Electrical", Origin="Web", Priority="High",
        more={"history": {"Status": steps}, "stages": {"Closed": {"closed": True}}},
    )  # fmt: skip
    assert brief(reading) == [
        "ticket.opened 10-01 09:00", "ticket.closed 10-02 10:00", "ticket.reopened 10-03 10:00",
    ]  # fmt: skip
    assert one(reading, "ticket.closed").attributes == {
        "subject": "Broken", "category": "Electrical", "source": "Web", "priority": "High",
        "stage": "Closed",
    }  # fmt: skip


MEMBERS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "did not answer": ({"HasResponded": False}, []),
    "answered later": (
        {"HasResponded": True, "FirstRespondedDate": "2026-10-09"},
        ["campaign.responded 10-08 23:00"],
    ),
    "answered on the day they were added, not before": (
        {"HasResponded": True, "FirstRespondedDate": "2026-10-01"},
        ["campaign.responded 10-01 09:00"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", MEMBERS)
def test_a_campaign_member_tells(case: str) -> None:
    fields, events = MEMBERS[case]
    assert brief(read("campaign_member", **{"Campaign.Name": "Autumn", **fields})) == events


@pytest.mark.parametrize(("kind", "field"), [("contract", "EndDate"), ("asset", "UsageEndDate")])
def test_what_ends_is_known_before(kind: str, field: str) -> None:
    fields: dict[str, Any] = {field: "2027-01-31", "Status": "Activated"}
    event = one(read(kind, **fields), "contract.ends")
    assert (event.at, event.subject_type) == (datetime(2027, 1, 31, tzinfo=UTC), kind)
    assert event.attributes == {"status": "Activated", "field": field}
