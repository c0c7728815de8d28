"""What one appointment means: a fact each."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from bookable import kinds
from pydantic import SecretStr

from journeysync.connectors.acuity.connector import Acuity, make
from journeysync.connectors.acuity.read import record
from journeysync.core.models import RawRecord, Reading
from journeysync.core.ports import ToolSetup

READ_AT = datetime(2026, 7, 10, 12, tzinfo=UTC)
ROW: Mapping[str, Any] = {
    "id": 54_321,
    "firstName": "Ana",
    "lastName": "Roe",
    "phone": "01632 960123",
    "email": "Ana.Roe@Example.com",
    "date": "July 15, 2026",
    "time": "10:00am",
    "endTime": "10:50",
    "datetime": "2026-07-15T10:00:00+0300",
    "datetimeCreated": "2026-07-01T09:40:23-0500",
    "price": "45.00",
    "priceSold": "40.50",
    "paid": "yes",
    "amountPaid": "10.00",
    "type": "First visit",
    "appointmentTypeID": 7,
    "classID": None,
    "addonIDs": [],
    "category": "",
    "duration": "50",
    "calendar": "Cara",
    "calendarID": 3,
    "certificate": None,
    "confirmationPage": "https://acuity.example/secret",
    "location": "14 Willow Street",
    "notes": "Told us about her knee",
    "timezone": "Europe/Paris",
    "calendarTimezone": "Europe/Athens",
    "canceled": False,
    "labels": None,
    "forms": [
        {
            "id": 1,
            "name": "Before your visit",
            "values": [
                {"id": 9, "fieldID": 2, "name": "How did you hear about us? ", "value": "A friend"},
                {"id": 8, "fieldID": 3, "name": "Is this your first visit?", "value": "yes"},
                {"id": 7, "fieldID": 4, "name": "Shoe size", "value": "39"},
            ],
        }
    ],
}


def acuity(folder: Path) -> Acuity:
    settings = {"access_token": SecretStr("key")}
    return make(ToolSetup("diary", settings, folder, "Europe/London"))


def raw(**more: Any) -> RawRecord:
    row = {name: value for name, value in {**ROW, **more}.items() if value is not ...}
    return record("diary", row, READ_AT)


def reading(folder: Path, **more: Any) -> Reading:
    return acuity(folder).normalise(raw(**more))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def test_an_appointment_is_a_booking_from_its_making_to_its_end(tmp_path: Path) -> None:
    told = kinds(reading(tmp_path).events)

    assert {name: event.at for name, event in told.items()} == {
        "created": utc("2026-07-01T14:40:23Z"),
        "starts": utc("2026-07-15T07:00:00Z"),
        "ended": utc("2026-07-15T07:50:00Z"),
        "attended": utc("2026-07-15T07:50:00Z"),
    }
    assert {(event.subject_type, event.subject_id) for event in told.values()} == {
        ("booking", "54321")
    }
    assert told["attended"].attributes["derived"] is True


def test_what_a_map_can_ask_for(tmp_path: Path) -> None:
    assert kinds(reading(tmp_path).events)["starts"].attributes == {
        "service": "First visit",
        "duration": 50,
        "price": 40.5,
        "paid": True,
        "amount_paid": 10,
        "deposit": 10,
        "staff": "Cara",
        "location": "14 Willow Street",
        "timezone": "Europe/Paris",
        "source": "A friend",
        "first_visit": "yes",
        "lead_time": 328.33,
    }


@pytest.mark.parametrize(
    ("money", "said"),
    [
        ({"paid": "no", "amountPaid": "0.00"}, (False, None, None)),
        ({"paid": "yes", "amountPaid": "40.50"}, (True, 40.5, None)),
        ({"paid": "yes", "amountPaid": "15"}, (True, 15, 15)),
        ({"paid": "", "amountPaid": None}, (False, None, None)),
        ({"paid": "yes", "amountPaid": "20", "price": "", "priceSold": None}, (True, 20, None)),
    ],
)
def test_a_deposit_is_less_than_the_price(
    money: dict[str, Any], said: tuple[Any, ...], tmp_path: Path
) -> None:
    given = kinds(reading(tmp_path, **money).events)["created"].attributes

    assert tuple(given.get(name) for name in ("paid", "amount_paid", "deposit")) == said


def test_the_customer_is_a_guest_with_an_address(tmp_path: Path) -> None:
    """The address decides who it is, however it is written; the id does not show it."""
    (person,) = reading(tmp_path).people
    (other,) = reading(tmp_path, email=" ana.roe@example.com", id=9).people

    assert person.name == other.name
    assert "ana" not in person.id
    assert (person.first_name, person.last_name) == ("Ana", "Roe")
    assert person.emails == ("Ana.Roe@Example.com",)
    assert person.phones == ("01632 960123",)
    assert person.gathered


@pytest.mark.parametrize("email", ["", None, ..., "walk-in", "-"])
def test_without_an_address_the_appointment_has_a_customer_of_its_own(
    email: object, tmp_path: Path
) -> None:
    (person,) = reading(tmp_path, email=email).people

    assert person.name == "diary:appointment-54321"
    assert person.emails == ()


@pytest.mark.parametrize(
    "written",
    [
        "2026-07-15T10:00:00+0300",
        "2026-07-15T10:00:00+03:00",
        "2026-07-15T07:00:00Z",
        "2026-07-15T10:00:00.000+0300",
        "2026-07-15T10:00:00",
        "2026-07-15 10:00:00",
    ],
)
def test_an_instant_with_colon_or_without_or_by_the_clock_of_the_calendar(
    written: str, tmp_path: Path
) -> None:
    assert kinds(reading(tmp_path, datetime=written).events)["starts"].at == utc(
        "2026-07-15T07:00:00Z"
    )


@pytest.mark.parametrize("zone", [None, "", "Mars/Olympus", "../etc/passwd"])
def test_without_a_zone_a_local_time_is_the_workspaces(zone: object, tmp_path: Path) -> None:
    found = reading(tmp_path, datetime="2026-07-15T10:00:00", calendarTimezone=zone)

    assert kinds(found.events)["starts"].at == utc("2026-07-15T09:00:00Z")


@pytest.mark.parametrize("start", ["", None, ..., "soon", "0000-00-00 00:00:00", 12])
def test_an_appointment_without_a_start_is_set_aside(start: object, tmp_path: Path) -> None:
    found = reading(tmp_path, datetime=start)

    assert [(one.record, one.code) for one in found.set_aside] == [
        ("diary:appointment:54321", "NO_START")
    ]
    assert found.events == ()


def test_written_down_afterwards_it_was_made_when_it_began(tmp_path: Path) -> None:
    told = kinds(reading(tmp_path, datetimeCreated="2026-07-20T09:00:00-0500").events)

    assert told["created"].at == told["starts"].at


def test_without_an_instant_of_its_making_it_was_made_when_it_began(tmp_path: Path) -> None:
    told = kinds(reading(tmp_path, datetimeCreated=None).events)

    assert told["created"].at == told["starts"].at


@pytest.mark.parametrize(
    "strange",
    [
        {"labels": []}, {"labels": [{"name": None}]}, {"labels": "x"}, {"forms": None},
        {"forms": ...}, {"forms": [{"name": "x"}]}, {"forms": [{"values": [{"name": None}]}]},
        {"duration": None}, {"duration": "an hour"}, {"price": "free"}, {"type": None},
        {"calendar": None, "calendarID": None}, {"firstName": None, "lastName": None},
        {"phone": None}, {"timezone": None}, {"duration": "-5"}, {"price": "nan"},
    ],
    ids=str,
)  # fmt: skip
def test_a_strange_value_costs_no_more_than_itself(strange: dict[str, Any], tmp_path: Path) -> None:
    found = reading(tmp_path, **strange)

    assert {"created", "starts", "ended", "attended"} <= set(kinds(found.events))
    assert found.set_aside == ()


def test_an_answer_may_name_the_record_of_another_tool(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text("links: {crm: Customer number}")
    settings = {"access_token": SecretStr("key"), "mapping": "own.yaml"}
    tool = make(ToolSetup("diary", settings, tmp_path, "Europe/London"))
    forms = [{"id": 1, "values": [{"name": "Customer number", "value": "4711"}]}]
    found = tool.normalise(raw(forms=forms))

    assert [(link.left, link.right) for link in found.links] == [(found.people[0].name, "crm:4711")]
    assert reading(tmp_path, forms=forms).links == ()


def test_labels_are_named(tmp_path: Path) -> None:
    labels = [{"id": 1, "name": "Completed", "color": "green"}, {"id": 2, "name": "VIP"}]

    given = kinds(reading(tmp_path, labels=labels).events)["starts"].attributes
    assert given["labels"] == "Completed, VIP"


def test_a_cancellation_is_when_we_first_saw_it(tmp_path: Path) -> None:
    """Acuity does not say when; its start stays, for what hung on it is waived."""
    told = kinds(reading(tmp_path, canceled=True).events)

    assert set(told) == {"created", "starts", "cancelled"}
    assert told["cancelled"].at == READ_AT
    assert told["cancelled"].attributes["notice"] == 115


def test_a_cancellation_seen_late_was_before_the_start(tmp_path: Path) -> None:
    told = kinds(reading(tmp_path, canceled=True, datetime="2026-07-05T10:00:00Z").events)

    assert told["cancelled"].at == told["starts"].at


@pytest.mark.parametrize("yes", [True, "true", "yes", "1", 1])
def test_one_who_did_not_turn_up_stands_among_the_canceled(yes: object, tmp_path: Path) -> None:
    told = kinds(reading(tmp_path, canceled=yes, noShow=yes).events)

    assert set(told) == {"created", "starts", "ended", "no_show"}
    assert told["no_show"].at == told["ended"].at


def test_nothing_private_is_kept_that_is_not_needed() -> None:
    kept = str(raw().content)

    assert "secret" not in kept
    assert "knee" not in kept


# --- what a row forgets ---------------------------------------------------------------------------


def remembered(folder: Path, before: RawRecord, now: datetime, **more: Any) -> RawRecord:
    return acuity(folder).remember(raw(**more), before.content, now)


LATER = READ_AT + timedelta(days=1)
MOVED = "2026-07-16T10:00:00+0300"


def test_a_row_that_did_not_change_comes_out_as_it_was(tmp_path: Path) -> None:
    """Also where the same instant is written in another zone."""
    moved = remembered(tmp_path, raw(), LATER, datetime=MOVED)

    assert remembered(tmp_path, raw(), LATER) == raw()
    assert remembered(tmp_path, moved, LATER + timedelta(days=1), datetime=MOVED) == moved
    assert (
        "moves" not in remembered(tmp_path, raw(), LATER, datetime="2026-07-15T07:00:00Z").content
    )


def test_a_new_start_is_a_move_of_the_same_booking(tmp_path: Path) -> None:
    twice = remembered(
        tmp_path,
        remembered(tmp_path, raw(), LATER, datetime=MOVED),
        LATER + timedelta(days=1),
        datetime="2026-07-14T10:00:00+0300",
    )
    events = acuity(tmp_path).normalise(twice).events
    moves = [event.at for event in events if event.kind == "booking.rescheduled"]
    told = kinds(events)

    assert moves == [LATER, LATER + timedelta(days=1)]
    assert told["starts"].at == utc("2026-07-14T07:00:00Z")
    assert told["created"].attributes["lead_time"] == 328.33
    assert told["starts"].attributes["lead_time"] == 43
    assert len({event.id for event in events}) == len(events)
    assert {event.subject_id for event in events} == {"54321"}
    assert "cancelled" not in told


def test_the_first_sight_of_a_cancellation_stays(tmp_path: Path) -> None:
    first = raw(canceled=True)
    again = record("diary", {**ROW, "canceled": True, "noShow": False}, LATER)
    kept = acuity(tmp_path).remember(again, first.content, LATER)

    assert kinds(acuity(tmp_path).normalise(kept).events)["cancelled"].at == READ_AT


# --- the mapping ----------------------------------------------------------------------------------


def mapped(folder: Path, text: str) -> Acuity:
    (folder / "mappings/fields").mkdir(parents=True)
    (folder / "mappings/fields/acuity.yaml").write_text(text)
    return acuity(folder)


def test_what_acuity_sends_by_itself_is_an_event(tmp_path: Path) -> None:
    tool = mapped(
        tmp_path,
        "services:\n"
        "  - service: first*\n"
        "    name: consultation\n"
        "    set: {department: care}\n"
        "    sends:\n"
        "      - {event: email.sent, after: created, set: {template: welcome}}\n"
        "      - {event: message.sent, before: starts, by: 24h}\n"
        "answers: {source: null, shoes: Shoe size}\n",
    )
    told = kinds(tool.normalise(raw()).events)

    assert {"email.sent", "message.sent"} <= tool.emits()
    assert told["message.sent"].at == utc("2026-07-14T07:00:00Z")
    assert told["email.sent"].attributes["template"] == "welcome"
    assert told["email.sent"].attributes["automatic"] is True
    given = told["starts"].attributes
    assert (given["service"], given["department"], given["shoes"]) == ("consultation", "care", "39")
    assert "source" not in given


def test_a_service_can_be_left_out(tmp_path: Path) -> None:
    tool = mapped(tmp_path, "services: [{service: 7, read: false}]")

    assert tool.normalise(raw()) == Reading()


def test_another_mapping_is_another_version(tmp_path: Path) -> None:
    before = acuity(tmp_path).mapping_version

    assert mapped(tmp_path, "answers: {shoes: Shoe size}").mapping_version != before
