"""What HubSpot records mean under the shipped mapping: a record in, its events as lines out."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from journeysync.connectors.hubspot import answers
from journeysync.connectors.hubspot.contents import Shape, content_of
from journeysync.connectors.hubspot.mapping import FieldMapping
from journeysync.connectors.hubspot.mapping_file import parse_mapping
from journeysync.connectors.hubspot.normalise import normalise
from journeysync.connectors.mapping_files import shipped_text
from journeysync.core.models import Event, RawRecord, Reading, RecordKey, shared_id

RECORDINGS = Path(__file__).parents[1] / "../shared/recordings/hubspot-v3"
ZONE = "Europe/London"


def shipped() -> FieldMapping:
    mapping, problems = parse_mapping(shipped_text("hubspot"), "shipped")
    assert mapping is not None
    assert problems == []
    return mapping


MAPPING = shipped()


def read(
    kind: str, properties: Mapping[str, str], *, mapping: FieldMapping = MAPPING, **more: Any
) -> Reading:
    """Normalise one record number 7 that hangs on contact 1."""
    content = {"properties": properties, "contacts": [["1", False]], **more}
    return normalise(RawRecord(RecordKey("crm", kind, "7"), content), mapping, ZONE)


def line(event: Event) -> str:
    """Write an event as a line, without what every event has."""
    attributes = " ".join(f"{name}={value}" for name, value in sorted(event.attributes.items()))
    at = event.at.isoformat().replace("+00:00", "Z")
    return f"{event.kind} {at} {attributes}".strip()


def lines(reading: Reading) -> list[str]:
    return [line(event) for event in reading.events]


NINE, TEN = "2026-03-02T09:00:00Z", "2026-03-02T10:00:00.000Z"
MADE = "2026-02-20T12:00:00.123Z"
VISIT = {
    "hs_createdate": MADE, "hs_meeting_title": "Massage with Ana", "hs_activity_type": "Massage",
    "hs_meeting_start_time": NINE, "hs_meeting_end_time": TEN,
}  # fmt: skip
ABOUT = "service=Massage title=Massage with Ana"


def visit(outcome: str) -> dict[str, str]:
    return {**VISIT, "hs_meeting_outcome": outcome}


def decided(outcome: str, at: str) -> dict[str, Any]:
    return {"hs_meeting_outcome": [["SCHEDULED", MADE], [outcome, at]]}


CREATED = "booking.created 2026-02-20T12:00:00.123000Z lead_time=237.0"
MEETINGS: dict[str, tuple[dict[str, str], dict[str, Any], list[str]]] = {
    "a visit to come": (
        visit("SCHEDULED"),
        {},
        [
            f"{CREATED} outcome=scheduled {ABOUT}",
            f"booking.starts 2026-03-02T09:00:00Z lead_time=237.0 outcome=scheduled {ABOUT}",
            f"booking.ended 2026-03-02T10:00:00Z outcome=scheduled {ABOUT}",
        ],
    ),
    "a visit that took place is a booking attended and a meeting held, at its end": (
        visit("COMPLETED"),
        decided("COMPLETED", "2026-03-02T18:00:00Z"),
        [
            f"{CREATED} outcome=completed {ABOUT}",
            f"booking.starts 2026-03-02T09:00:00Z lead_time=237.0 outcome=completed {ABOUT}",
            f"booking.ended 2026-03-02T10:00:00Z outcome=completed {ABOUT}",
            f"booking.attended 2026-03-02T10:00:00Z outcome=completed {ABOUT}",
            f"meeting.held 2026-03-02T10:00:00Z outcome=completed {ABOUT}",
        ],
    ),
    "one that was marked before its planned end was over by then": (
        visit("NO_SHOW"),
        decided("NO_SHOW", "2026-03-02T09:20:00Z"),
        [
            f"{CREATED} outcome=no_show {ABOUT}",
            f"booking.starts 2026-03-02T09:00:00Z lead_time=237.0 outcome=no_show {ABOUT}",
            f"booking.ended 2026-03-02T10:00:00Z outcome=no_show {ABOUT}",
            f"booking.no_show 2026-03-02T09:20:00Z outcome=no_show {ABOUT}",
        ],
    ),
    "a cancelled one keeps its start, so that `unless: booking.cancelled` has its anchor": (
        visit("CANCELED"),
        decided("CANCELED", "2026-03-01T08:00:00Z"),
        [
            f"{CREATED} outcome=canceled {ABOUT}",
            f"booking.starts 2026-03-02T09:00:00Z lead_time=237.0 outcome=canceled {ABOUT}",
            f"booking.cancelled 2026-03-01T08:00:00Z outcome=canceled {ABOUT}",
        ],
    ),
    "one that another meeting replaced never starts": (
        visit("RESCHEDULED"),
        decided("RESCHEDULED", "2026-03-01T08:00:00Z"),
        [
            f"{CREATED} outcome=rescheduled {ABOUT}",
            f"booking.rescheduled 2026-03-01T08:00:00Z outcome=rescheduled {ABOUT}",
        ],
    ),
    "one that was moved in place starts at its new time": (
        visit("SCHEDULED"),
        {
            "hs_meeting_start_time": [
                ["2026-02-27T09:00:00Z", MADE],
                [NINE, "2026-02-25T11:00:00Z"],
            ]
        },
        [
            f"{CREATED} outcome=scheduled {ABOUT}",
            f"booking.rescheduled 2026-02-25T11:00:00Z outcome=scheduled {ABOUT}",
            f"booking.starts 2026-03-02T09:00:00Z lead_time=118.0 outcome=scheduled {ABOUT}",
            f"booking.ended 2026-03-02T10:00:00Z outcome=scheduled {ABOUT}",
        ],
    ),
    "one that was logged afterwards was made no later than it began": (
        {**visit("COMPLETED"), "hs_createdate": "2026-03-05T09:00:00Z", "hs_meeting_end_time": ""},
        {},
        [
            f"booking.created 2026-03-02T09:00:00Z lead_time=0.0 outcome=completed {ABOUT}",
            f"booking.starts 2026-03-02T09:00:00Z lead_time=0.0 outcome=completed {ABOUT}",
            f"booking.ended 2026-03-02T09:00:00Z outcome=completed {ABOUT}",
            f"booking.attended 2026-03-02T09:00:00Z outcome=completed {ABOUT}",
            f"meeting.held 2026-03-02T09:00:00Z outcome=completed {ABOUT}",
        ],
    ),
}


@pytest.mark.parametrize(("properties", "history", "expected"), MEETINGS.values(), ids=MEETINGS)
def test_meetings(properties: dict[str, str], history: dict[str, Any], expected: list[str]) -> None:
    assert lines(read("meeting", properties, history=history)) == expected


def test_the_subject_of_a_visit_is_a_booking() -> None:
    """`same: booking` follows one visit through all its events."""
    found = {(one.subject_type, one.subject_id) for one in read("meeting", VISIT).events}

    assert found == {("booking", "7")}


def test_a_workspace_can_read_sales_meetings_as_meetings_only() -> None:
    """Its rule is tried before the shipped one, and says nothing of bookings."""
    own, _ = parse_mapping(
        "meetings: {rules: [{type: Massage, completed: meeting.held}]}", "own.yaml"
    )
    assert own is not None

    found = read("meeting", visit("COMPLETED"), mapping=own)

    assert [(one.kind, one.subject_type) for one in found.events] == [("meeting.held", "meeting")]


STAGES = {
    "new": {"label": "New", "pipeline": "Sales", "closed": False, "won": False},
    "contractsent": {"label": "Contract sent", "pipeline": "Sales", "closed": False, "won": False},
    "won": {"label": "Won", "pipeline": "Sales", "closed": True, "won": True},
    "lost": {"label": "Lost", "pipeline": "Sales", "closed": True, "won": False},
    "9001": {"label": "Quote sent", "pipeline": "Sales", "closed": False, "won": False},
}
DEAL = {"createdate": "2026-01-05T09:00:00Z", "amount": "1200.50", "hubspot_owner_id": "55"}
WHAT = "amount=1200.50"
BY = "owner=55 pipeline=Sales"
DEALS: dict[str, tuple[dict[str, str], list[list[str]], list[str]]] = {
    "a new deal": (
        DEAL,
        [["new", "2026-01-05T09:00:00Z"]],
        [
            f"deal.created 2026-01-05T09:00:00Z {WHAT} {BY}",
            f"deal.stage_changed 2026-01-05T09:00:00Z {WHAT} {BY} to=new",
        ],
    ),
    "won": (
        DEAL,
        [["new", "2026-01-05T09:00:00Z"], ["won", "2026-01-08T09:00:00.5Z"]],
        [
            f"deal.created 2026-01-05T09:00:00Z {WHAT} {BY}",
            f"deal.stage_changed 2026-01-05T09:00:00Z {WHAT} {BY} to=new",
            f"deal.stage_changed 2026-01-08T09:00:00.500000Z {WHAT} from=new {BY} to=won",
            f"deal.won 2026-01-08T09:00:00.500000Z {WHAT} from=new {BY} to=won",
        ],
    ),
    "lost for a reason, then taken up again": (
        {**DEAL, "closed_lost_reason": "price"},
        [["lost", "2026-01-08T09:00:00Z"], ["new", "1767949200000"]],
        [
            f"deal.created 2026-01-05T09:00:00Z {WHAT} {BY}",
            f"deal.stage_changed 2026-01-08T09:00:00Z {WHAT} {BY} to=lost",
            f"deal.lost 2026-01-08T09:00:00Z {WHAT} {BY} reason=price to=lost",
            f"deal.stage_changed 2026-01-09T09:00:00Z {WHAT} from=lost {BY} to=new",
            f"deal.reopened 2026-01-09T09:00:00Z {WHAT} from=lost {BY} to=new",
        ],
    ),
    "a stage has the name that the mapping gives it": (
        DEAL,
        [["contractsent", "2026-01-05T09:00:00Z"]],
        [
            f"deal.created 2026-01-05T09:00:00Z {WHAT} {BY}",
            f"deal.stage_changed 2026-01-05T09:00:00Z {WHAT} {BY} to=contract_sent",
        ],
    ),
    "a stage means what its label says, whatever its number": (
        DEAL,
        [["9001", "2026-01-05T09:00:00Z"]],
        [
            f"deal.created 2026-01-05T09:00:00Z {WHAT} {BY}",
            f"deal.stage_changed 2026-01-05T09:00:00Z {WHAT} {BY} to=9001",
            f"quote.sent 2026-01-05T09:00:00Z {WHAT} {BY} to=9001",
        ],
    ),
    "the same stage twice in a row is no change": (
        DEAL,
        [["new", "2026-01-05T09:00:00Z"], ["new", "2026-01-06T09:00:00Z"]],
        [
            f"deal.created 2026-01-05T09:00:00Z {WHAT} {BY}",
            f"deal.stage_changed 2026-01-05T09:00:00Z {WHAT} {BY} to=new",
        ],
    ),
    "without history, what is known is where it stands": (
        {**DEAL, "dealstage": "won", "closedate": "2026-02-01T09:00:00Z"},
        [],
        [
            f"deal.created 2026-01-05T09:00:00Z {WHAT} {BY}",
            f"deal.stage_changed 2026-02-01T09:00:00Z {WHAT} {BY} to=won",
            f"deal.won 2026-02-01T09:00:00Z {WHAT} {BY} to=won",
        ],
    ),
    "a renewal date is a scheduled event at midnight where the business is": (
        {**DEAL, "renewal_date": "2026-07-01"},
        [],
        [
            "deal.created 2026-01-05T09:00:00Z amount=1200.50 owner=55",
            "contract.ends 2026-06-30T23:00:00Z amount=1200.50 field=renewal_date owner=55",
        ],
    ),
}


@pytest.mark.parametrize(("properties", "history", "expected"), DEALS.values(), ids=DEALS)
def test_deals(properties: dict[str, str], history: list[list[str]], expected: list[str]) -> None:
    found = read("deal", properties, history={"dealstage": history}, stages=STAGES)

    assert lines(found) == expected


def test_a_deal_of_several_people_is_one_deal() -> None:
    """Each person gets its events; what they share is the id without the person."""
    found = read("deal", DEAL, contacts=[["1", False], ["2", False]]).events

    assert [one.person for one in found] == ["crm:1", "crm:2"]
    assert {shared_id(one.id, one.person) for one in found} == {"crm:deal:7:deal.created"}


AT = {"hs_timestamp": TEN}
WHEN = "2026-03-02T10:00:00Z"
LOGGED: dict[str, tuple[str, dict[str, str], list[str]]] = {
    "a call and how it went": (
        "call",
        {
            "hs_call_direction": "OUTBOUND",
            "hs_call_disposition": "f240bbac-87c9-4f6e-bf70-924b57d47db7",
            "hs_call_duration": "61000",
        },
        [f"call.logged {WHEN} direction=outbound duration=61 outcome=connected"],
    ),
    "a call that was never made": ("call", {"hs_call_status": "CANCELED"}, []),
    "a call whose outcome is the portal's own": (
        "call", {"hs_call_disposition": "abc"}, [f"call.logged {WHEN} outcome=abc"],
    ),
    "a call about a booking": (
        "call", {"booking_id": "93"}, [f"call.logged {WHEN} booking=93"],
    ),
    "an e-mail of a known template": (
        "email",
        {"hs_email_subject": "Welcome to us", "hs_email_status": "SENT"},
        [f"email.sent {WHEN} subject=Welcome to us template=welcome"],
    ),
    "an e-mail that bounced was not sent": (
        "email", {"hs_email_direction": "EMAIL", "hs_email_status": "BOUNCED"}, [],
    ),
    "an answer": (
        "email",
        {"hs_email_direction": "INCOMING_EMAIL", "hs_email_subject": "Re: your visit"},
        [f"email.received {WHEN} subject=Re: your visit"],
    ),
    "a text message": (
        "communication",
        {"hs_communication_channel_type": "SMS"},
        [f"message.sent {WHEN} channel=sms"],
    ),
    "a chat": (
        "communication",
        {"hs_communication_channel_type": "WHATS_APP"},
        [f"message.sent {WHEN} channel=whatsapp"],
    ),
    "a message from the customer, where the portal tells": (
        "communication",
        {"hs_communication_channel_type": "SMS", "hs_communication_direction": "INBOUND"},
        [f"message.received {WHEN} channel=sms"],
    ),
    "a note": ("note", {}, [f"note.added {WHEN}"]),
    "a task that is open": ("task", {"hs_task_status": "NOT_STARTED"}, []),
    "a task that a person completed names what it was for": (
        "task",
        {
            "hs_task_status": "COMPLETED",
            "hs_task_completion_date": "2026-03-03T08:00:00Z",
            "journeysync_key": "k1",
            "journeysync_touchpoint": "welcome",
            "journeysync_anchor": "crm:deal:7:x",
        },
        ["task.completed 2026-03-03T08:00:00Z anchor=crm:deal:7:x key=k1 touchpoint=welcome"],
    ),
    "a task that we closed is no event": (
        "task",
        {
            "hs_task_status": "COMPLETED",
            "hs_task_completion_date": "2026-03-03T08:00:00Z",
            "journeysync_closed": "seen",
        },
        [],
    ),
    "a task whose key stands in its text": (
        "task",
        {
            "hs_task_status": "COMPLETED",
            "hs_task_completion_date": "2026-03-03T08:00:00Z",
            "hs_task_body": "Send it.\n\n[journeysync key=k1|touchpoint=t1|anchor=a1]",
        },
        ["task.completed 2026-03-03T08:00:00Z anchor=a1 key=k1 touchpoint=t1"],
    ),
    "closed by us, as its text says": (
        "task",
        {
            "hs_task_status": "COMPLETED",
            "hs_task_completion_date": "2026-03-03T08:00:00Z",
            "hs_task_body": "[journeysync key=k1|touchpoint=t1|anchor=a1|closed]",
        },
        [],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("kind", "properties", "expected"), LOGGED.values(), ids=LOGGED)
def test_what_was_logged(kind: str, properties: dict[str, str], expected: list[str]) -> None:
    assert lines(read(kind, {**AT, **properties})) == expected


CONTACTS: dict[str, tuple[dict[str, str], dict[str, Any], list[str]]] = {
    "created": (
        {"createdate": MADE}, {}, ["person.created 2026-02-20T12:00:00.123000Z"],
    ),
    "every form since the first, by the history of the most recent one": (
        {
            "first_conversion_date": "2026-01-01T00:00:00Z",
            "first_conversion_event_name": "Home: Contact us",
            "recent_conversion_date": "2026-03-01T00:00:00Z",
            "recent_conversion_event_name": "Footer: Newsletter",
        },
        {
            "recent_conversion_date": [
                ["1767225600000", "2026-01-01T00:00:01Z"],
                ["2026-02-01T00:00:00Z", "2026-02-01T00:00:01Z"],
                ["2026-03-01T00:00:00Z", "2026-03-01T00:00:01Z"],
            ],
            "recent_conversion_event_name": [
                ["Home: Contact us", "2026-01-01T00:00:01Z"],
                ["Footer: Newsletter", "2026-03-01T00:00:01Z"],
            ],
        },
        [
            "form.submitted 2026-01-01T00:00:00Z form=Home: Contact us",
            "form.submitted 2026-02-01T00:00:00Z form=Home: Contact us",
            "form.submitted 2026-03-01T00:00:00Z form=newsletter",
            "subscriber.joined 2026-03-01T00:00:00Z form=newsletter",
        ],
    ),
    "lifecycle stages as they came": (
        {},
        {
            "lifecyclestage": [
                ["lead", "2026-01-01T00:00:00Z"], ["", "2026-01-02T00:00:00Z"],
                ["customer", "2026-01-02T00:00:00.001Z"],
            ]
        },
        [
            "lifecycle.changed 2026-01-01T00:00:00Z to=lead",
            "lifecycle.changed 2026-01-02T00:00:00.001000Z to=customer",
        ],
    ),
    "opted out of all e-mail, and back": (
        {},
        {
            "hs_email_optout": [
                ["false", "2026-01-01T00:00:00Z"], ["true", "2026-01-02T00:00:00Z"],
                ["false", "2026-01-03T00:00:00Z"],
            ]
        },
        ["subscriber.left 2026-01-02T00:00:00Z", "subscriber.joined 2026-01-03T00:00:00Z"],
    ),
    "feedback in a field": (
        {},
        {"feedback_score": [["9", "2026-01-02T00:00:00Z"]]},
        ["survey.answered 2026-01-02T00:00:00Z scale=10 score=9"],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("properties", "history", "expected"), CONTACTS.values(), ids=CONTACTS)
def test_contacts(properties: dict[str, str], history: dict[str, Any], expected: list[str]) -> None:
    assert lines(read("contact", properties, history=history)) == expected


def test_a_person_with_their_keys() -> None:
    """Further addresses, the primary company of two, the override; never our own fields."""
    found = read(
        "contact",
        {
            "email": "ana@example.com", "hs_additional_emails": "ana@example.org;ana@example.com",
            "phone": "020 7946 0000", "firstname": "Ana", "hubspot_owner_id": "5",
            "lifecyclestage": "customer", "journey_stage": "loyalty",
            "journey_override": "lost", "journey_override_until": "2026-12-01T00:00:00.000Z",
        },
        companies=[["70", False], ["71", True]],
    ).people[0]  # fmt: skip

    assert found.emails == ("ana@example.com", "ana@example.org")
    assert (found.phones, found.company, found.owner) == (("020 7946 0000",), "crm:71", "5")
    assert found.attributes == {
        "lifecycle": "customer",
        "journey_override": "lost",
        "journey_override_until": "2026-12-01T00:00:00Z",
    }


def test_merged_records_are_linked() -> None:
    """Three properties tell of merges; the record itself is not among them."""
    found = read(
        "contact",
        {"hs_merged_object_ids": "3;4", "hs_calculated_merged_vids": "4:1700000000000;7:17",
         "hs_all_contact_vids": "7;4;2"},
    )  # fmt: skip

    assert [(one.left, one.right) for one in found.links] == [
        ("crm:2", "crm:7"),
        ("crm:3", "crm:7"),
        ("crm:4", "crm:7"),
    ]


def test_a_meeting_without_a_start_is_set_aside() -> None:
    """It is reported with its reason, and nothing is made up."""
    found = read("meeting", {"hs_meeting_title": "Lunch"})

    assert [(one.record, one.code) for one in found.set_aside] == [("crm:meeting:7", "NO_START")]


def test_a_tombstone_says_nothing() -> None:
    gone = RawRecord(RecordKey("crm", "contact", "7"), {}, deleted=True)

    assert normalise(gone, MAPPING, ZONE) == Reading()


@pytest.mark.skipif(not RECORDINGS.exists(), reason="the recordings of a real portal are not here")
def test_contacts_of_a_real_portal() -> None:
    """Every recorded contact is a person with a creation date, whatever page it came on."""
    people = [
        person
        for file in sorted(RECORDINGS.glob("contacts__*.json"))
        for call in json.loads(file.read_text())["interactions"]
        for record in _records(call["response"]["body"])
        for person in normalise(
            RawRecord(RecordKey("crm", "contact", record.id), content_of(record, Shape())),
            MAPPING,
            ZONE,
        ).people
    ]

    assert len(people) > 10
    assert all(person.created_at and person.id.isdigit() for person in people)


def _records(body: object) -> list[answers.Record]:
    if not isinstance(body, dict) or "category" in body:
        return []
    found = body.get("results", [body])
    if not all(isinstance(one, dict) and "properties" in one for one in found):
        return []
    return answers.page(json.dumps({"results": found}).encode()).results
