"""What one booking means: a fact each."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from bookable import kinds
from pydantic import SecretStr

from journeysync.connectors.calcom.connector import CalCom, make
from journeysync.connectors.calcom.read import record
from journeysync.core.models import RawRecord, Reading
from journeysync.core.ports import ToolSetup

HOST = {
    "id": 1, "name": "Cara", "email": "cara@willow.example", "displayEmail": "cara@willow.example",
    "username": "cara", "timeZone": "Europe/London",
}  # fmt: skip
ANA: Mapping[str, Any] = {
    "name": "Ana Maria Roe",
    "email": "ana+cal2@example.com",
    "displayEmail": "Ana@example.com",
    "timeZone": "Europe/Paris",
    "language": "en",
    "absent": False,
    "phoneNumber": "+441632960123",
}
ROW: Mapping[str, Any] = {
    "id": 7,
    "uid": "abc",
    "title": "Massage between Cara and Ana Maria Roe",
    "description": "",
    "hosts": [HOST],
    "status": "accepted",
    "start": "2026-07-15T10:00:00.000Z",
    "end": "2026-07-15T11:00:00.000Z",
    "duration": 60,
    "eventTypeId": 3,
    "eventType": {"id": 3, "slug": "massage"},
    "location": "14 Willow Street",
    "absentHost": False,
    "createdAt": "2026-07-01T10:00:00.000Z",
    "updatedAt": "2026-07-02T10:00:00.000Z",
    "metadata": {"utm_campaign": "autumn"},
    "attendees": [ANA],
    "guests": ["ben@example.com"],
    "bookingFieldsResponses": {
        "name": "Ana Maria Roe",
        "email": "ana@example.com",
        "heard-about-us": ["google", "friend"],
        "first-visit": True,
        "shoes": 39,
    },
}


def calcom(folder: Path) -> CalCom:
    settings = {"access_token": SecretStr("key")}
    return make(ToolSetup("diary", settings, folder, "Europe/London"))


def raw(*, chain: str = "abc", to: str = "", **more: Any) -> RawRecord:
    row = {name: value for name, value in {**ROW, **more}.items() if value is not ...}
    return record("diary", row, chain=chain, to=to)


def reading(folder: Path, **more: Any) -> Reading:
    return calcom(folder).normalise(raw(**more))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def seat(name: str, **more: Any) -> dict[str, Any]:
    return {
        "name": name, "email": f"{name}@example.com", "displayEmail": f"{name}@example.com",
        "timeZone": "Europe/London", "absent": False, "seatUid": f"seat-{name}",
        "bookingFieldsResponses": {"name": name}, **more,
    }  # fmt: skip


def test_a_booking_from_its_making_to_its_end(tmp_path: Path) -> None:
    told = kinds(reading(tmp_path).events)

    assert {name: event.at for name, event in told.items()} == {
        "created": at("2026-07-01T10:00"),
        "starts": at("2026-07-15T10:00"),
        "ended": at("2026-07-15T11:00"),
        "attended": at("2026-07-15T11:00"),
    }
    assert {(e.subject_type, e.subject_id) for e in told.values()} == {("booking", "abc")}
    assert told["attended"].attributes["derived"] is True


def test_what_a_map_can_ask_for(tmp_path: Path) -> None:
    assert kinds(reading(tmp_path).events)["starts"].attributes == {
        "service": "massage",
        "duration": 60,
        "staff": "Cara",
        "location": "14 Willow Street",
        "timezone": "Europe/Paris",
        "source": "google, friend",
        "campaign": "autumn",
        "first_visit": "true",
        "lead_time": 336,
    }


def test_the_customer_is_who_comes_by_their_clean_address(tmp_path: Path) -> None:
    (person,) = reading(tmp_path).people
    (other,) = reading(tmp_path, attendees=[{**ANA, "displayEmail": " ana@EXAMPLE.com"}]).people

    assert person.emails == ("Ana@example.com",)
    assert person.name == other.name
    assert (person.first_name, person.last_name) == ("Ana", "Maria Roe")
    assert person.phones == ("+441632960123",)
    assert person.gathered


def test_several_attendees_each_get_the_events(tmp_path: Path) -> None:
    found = reading(tmp_path, attendees=[ANA, {**ANA, "displayEmail": "ben@example.com"}, ANA])

    assert len(found.people) == 2
    assert len(found.events) == 8
    assert len({event.id for event in found.events}) == 8
    assert len({event.id.rpartition("/")[0] for event in found.events}) == 4


def test_a_host_among_the_attendees_is_no_customer(tmp_path: Path) -> None:
    host = {**ANA, "email": "CARA@willow.example", "displayEmail": "cara@willow.example"}

    assert len(reading(tmp_path, attendees=[ANA, host]).people) == 1


@pytest.mark.parametrize("email", ["", None, ...])
def test_without_an_address_the_attendee_is_nobody_else(email: object, tmp_path: Path) -> None:
    nobody = {
        k: v for k, v in {**ANA, "email": email, "displayEmail": email}.items() if v is not ...
    }
    (person,) = reading(tmp_path, attendees=[nobody]).people

    assert person.name == "diary:booking-abc-0"
    assert person.emails == ()


def test_the_address_of_a_phone_booking_is_none(tmp_path: Path) -> None:
    phone = {**ANA, "email": "441632960123@sms.cal.com", "displayEmail": "441632960123@sms.cal.com"}
    (person,) = reading(tmp_path, attendees=[phone]).people

    assert person.emails == ()
    assert person.phones == ("+441632960123",)


# --- chains --------------------------------------------------------------------------------------


def test_a_link_that_was_moved_away_is_no_cancellation(tmp_path: Path) -> None:
    gone = {"status": "cancelled", "rescheduledToUid": "new", "cancelledByEmail": HOST["email"]}

    assert set(kinds(reading(tmp_path, **gone).events)) == {"created"}
    assert set(kinds(reading(tmp_path, status="cancelled", to="new").events)) == {"created"}


def test_the_link_that_followed_is_the_same_booking_moved(tmp_path: Path) -> None:
    told = kinds(
        reading(
            tmp_path, uid="new", chain="abc", rescheduledFromUid="mid",
            rescheduledByEmail="cara@willow.example",
        ).events
    )  # fmt: skip

    assert set(told) == {"rescheduled", "starts", "ended", "attended"}
    assert {event.subject_id for event in told.values()} == {"abc"}
    assert told["rescheduled"].at == at("2026-07-01T10:00")
    assert told["rescheduled"].attributes["by"] == "business"


def test_two_links_of_a_chain_share_no_event(tmp_path: Path) -> None:
    first = reading(tmp_path, status="cancelled", rescheduledToUid="new").events
    second = reading(tmp_path, uid="new", rescheduledFromUid="abc").events

    assert not {event.id for event in first} & {event.id for event in second}


def test_asked_for_another_time_is_a_state_of_its_own(tmp_path: Path) -> None:
    """Cancelled, and nobody is named as the one who cancelled."""
    told = kinds(reading(tmp_path, status="cancelled", cancellationReason="Ill").events)

    assert set(told) == {"created", "reschedule_requested"}
    assert told["reschedule_requested"].at == at("2026-07-02T10:00")
    assert told["reschedule_requested"].attributes["by"] == "business"


@pytest.mark.parametrize(
    ("email", "by"),
    [("cara@willow.example", "business"), ("ana+cal2@example.com", "customer"),
     ("Ana@Example.com", "customer"), ("else@example.com", None)],
)  # fmt: skip
def test_who_cancelled(email: str, by: str | None, tmp_path: Path) -> None:
    told = kinds(reading(tmp_path, status="cancelled", cancelledByEmail=email).events)

    assert set(told) == {"created", "starts", "cancelled"}
    assert told["cancelled"].at == at("2026-07-02T10:00")
    assert told["cancelled"].attributes.get("by") == by
    assert told["cancelled"].attributes["notice"] == 312


def test_rejected_is_cancelled_by_the_business(tmp_path: Path) -> None:
    told = kinds(reading(tmp_path, status="rejected").events)

    assert told["cancelled"].attributes["by"] == "business"


def test_asked_for_and_not_confirmed_may_never_come(tmp_path: Path) -> None:
    told = kinds(reading(tmp_path, status="pending").events)

    assert set(told) == {"created"}
    assert told["created"].attributes["confirmed"] is False


def test_a_row_keeps_the_chain_that_it_is_known_to_belong_to(tmp_path: Path) -> None:
    tool = calcom(tmp_path)
    before = raw(uid="new", chain="abc", rescheduledFromUid="mid")
    short = raw(uid="new", chain="", rescheduledFromUid="mid")
    wrong = raw(uid="new", chain="mid", rescheduledFromUid="mid")

    for one in (before, short, wrong):
        assert tool.remember(one, before.content, at("2026-07-03T10:00")) == before


# --- who came ------------------------------------------------------------------------------------


def test_absent_is_a_no_show_and_can_be_taken_back(tmp_path: Path) -> None:
    told = kinds(reading(tmp_path, attendees=[{**ANA, "absent": True}]).events)

    assert set(told) == {"created", "starts", "ended", "no_show"}


def test_without_a_host_nobody_attended(tmp_path: Path) -> None:
    told = kinds(reading(tmp_path, absentHost=True).events)

    assert set(told) == {"created", "starts", "ended"}
    assert told["ended"].attributes["host_absent"] is True


def test_of_several_seats_each_has_its_own_fate_and_answers(tmp_path: Path) -> None:
    seats = [
        seat("ben", absent=True, bookingFieldsResponses={"first-visit": "no"}),
        seat("cleo", metadata={"utm_source": "letter"}),
    ]
    found = reading(tmp_path, attendees=seats, bookingFieldsResponses=..., metadata={})
    ben, cleo = (
        kinds(tuple(e for e in found.events if e.person == person.name)) for person in found.people
    )

    assert "no_show" in ben
    assert "attended" in cleo
    assert ben["starts"].attributes["first_visit"] == "no"
    assert cleo["starts"].attributes["source"] == "letter"


@pytest.mark.parametrize(
    ("more", "linked"),
    [
        ({"metadata": {"hubspot_id": "51"}}, ["hubspot:51"]),
        ({"metadata": {"salesforce_uuid": "0036g00000abcDE"}}, ["salesforce:0036g00000abcDEAAY"]),
        ({"bookingFieldsResponses": {"hubspot_contact_id": 52}}, ["hubspot:52"]),
        ({"metadata": {"hubspot_id": "ask me"}}, []),
        ({"metadata": None}, []),
        ({"metadata": {"hubspot_id": "51"}, "attendees": [seat("ben"), seat("cleo")]}, []),
        ({"attendees": [seat("ben", metadata={"hubspot_id": "53"}), seat("cleo")]}, ["hubspot:53"]),
    ],
    ids=[
        "metadata", "short", "a hidden question", "no id", "none", "of several: whose?",
        "a seat's own",
    ],
)  # fmt: skip
def test_an_id_of_the_crm_is_a_strong_link(
    more: dict[str, Any], linked: list[str], tmp_path: Path
) -> None:
    found = reading(tmp_path, **more)
    assert [link.right for link in found.links] == linked
    assert {link.left for link in found.links} <= {person.name for person in found.people}


def test_what_calcom_sends_by_itself_is_an_event(tmp_path: Path) -> None:
    """So a reminder that it sends is not called missed; none for a start that was given up."""
    (tmp_path / "mappings" / "fields").mkdir(parents=True)
    (tmp_path / "mappings" / "fields" / "calcom.yaml").write_text(
        "services: [{service: massage, sends: [{event: email.sent, before: starts, by: 24h}]}]"
    )
    (sent,) = [one for one in reading(tmp_path).events if one.kind == "email.sent"]
    moved = reading(tmp_path, status="cancelled", rescheduledToUid="next")

    assert sent.at == at("2026-07-14T10:00:00")
    assert sent.attributes["automatic"] is True
    assert "email.sent" in calcom(tmp_path).emits()
    assert "email.sent" not in {one.kind for one in moved.events}


def test_seats_that_were_cancelled_are_cancelled(tmp_path: Path) -> None:
    """Cal.com names nobody for them, so that says nothing here."""
    told = kinds(reading(tmp_path, attendees=[seat("ben")], status="cancelled").events)

    assert "cancelled" in told


def test_a_rating_is_an_answered_survey(tmp_path: Path) -> None:
    told = kinds(reading(tmp_path, rating=4, updatedAt="2026-07-16T09:00:00Z").events)
    (answered,) = [event for event in told.values() if event.kind == "survey.answered"]

    assert answered.at == at("2026-07-16T09:00")
    assert (answered.attributes["score"], answered.attributes["scale"]) == (4, 5)


# --- bad input -----------------------------------------------------------------------------------


@pytest.mark.parametrize("start", ["", None, ..., "soon"])
def test_a_booking_without_a_start_is_set_aside(start: object, tmp_path: Path) -> None:
    (aside,) = reading(tmp_path, start=start).set_aside

    assert (aside.record, aside.code) == ("diary:booking:abc", "NO_START")


def test_a_status_that_nobody_knows_is_set_aside(tmp_path: Path) -> None:
    (aside,) = reading(tmp_path, status="awaiting_host").set_aside

    assert aside.code == "UNKNOWN_STATUS"


@pytest.mark.parametrize(
    "strange",
    [
        {"eventType": None}, {"eventType": "x"}, {"hosts": None}, {"hosts": []},
        {"hosts": [{"name": "unknown", "email": "unknown", "id": "unknown"}]}, {"metadata": None},
        {"metadata": []}, {"bookingFieldsResponses": None}, {"duration": "60"}, {"guests": None},
        {"location": None}, {"rating": None}, {"absentHost": None}, {"end": None},
        {"createdAt": None}, {"updatedAt": "x"}, {"start": "2026-07-15T12:00:00+0200"},
        {"start": "2026-07-15T11:00:00"}, {"attendees": [ANA, None, "x"]},
        {"bookingFieldsResponses": {"heard-about-us": {"value": "x", "optionValue": ""}}},
    ],
    ids=str,
)  # fmt: skip
def test_a_strange_value_costs_no_more_than_itself(strange: dict[str, Any], tmp_path: Path) -> None:
    found = reading(tmp_path, **strange)
    told = kinds(found.events)

    assert {"created", "starts", "ended", "attended"} <= set(told)
    assert told["starts"].at == at("2026-07-15T10:00")
    assert found.set_aside == ()


@pytest.mark.parametrize("attendees", [None, [], "x", ...])
def test_without_attendees_nothing_happened_to_anybody(attendees: object, tmp_path: Path) -> None:
    assert reading(tmp_path, attendees=attendees) == Reading()


def test_a_service_can_be_left_out(tmp_path: Path) -> None:
    (tmp_path / "mappings/fields").mkdir(parents=True)
    (tmp_path / "mappings/fields/calcom.yaml").write_text("services: [{service: 3, read: false}]")

    assert reading(tmp_path) == Reading()
