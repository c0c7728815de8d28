"""What becomes of a booking in Calendly, and which events say so."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from calendly_tool import STREAM, Here, calendly

from journeysync.core.errors import BadCredentials, ToolDown
from journeysync.core.models import Event, RawRecord, Reading, RecordKey

NOON = "2026-11-24T12:00:00Z"
LATER = "2026-11-26T15:00:00Z"
EARLIER = "2026-11-22T10:00:00Z"


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Here]:
    with calendly(tmp_path, customers=0) as served:
        yield served


def kinds(here: Here, email: str = "ann@example.com") -> list[str]:
    return [kind for kind, _ in here.told(email)]


def events(here: Here, kind: str, **settings: Any) -> list[Event]:
    found = here.readings(here.connect(**settings))
    return [event for reading in found for event in reading.events if event.kind == kind]


KEPT = ["booking.created", "booking.starts", "booking.attended", "booking.ended"]
"""Attended before ended: of one instant, in the order of their ids."""


def test_a_booking_that_lies_ahead_is_seen_with_its_start_and_its_end(here: Here) -> None:
    here.create(NOON)

    assert here.told() == [
        ("booking.created", "2026-11-20T09:00:00+00:00"),
        ("booking.starts", "2026-11-24T12:00:00+00:00"),
        ("booking.attended", "2026-11-24T12:45:00+00:00"),
        ("booking.ended", "2026-11-24T12:45:00+00:00"),
    ]


@pytest.mark.parametrize("start", [LATER, EARLIER, NOON], ids=["later", "earlier", "same time"])
def test_a_moved_booking_is_the_same_booking(here: Here, start: str) -> None:
    first = here.create(NOON)
    here.advance(0.5)
    here.move(first, start)

    assert kinds(here) == ["booking.created", "booking.rescheduled", *KEPT[1:]]
    found = [event for reading in here.readings() for event in reading.events]
    assert {event.subject_id for event in found} == {first}
    (starts,) = events(here, "booking.starts")
    assert starts.at.isoformat().startswith(start[:16])
    assert starts.id.split("/")[0] == f"cal:booking:{first}:booking.starts"


def test_a_booking_moved_twice_is_one_with_two_moves(here: Here) -> None:
    first = here.create(NOON)
    here.advance(0.5)
    second = here.move(first, LATER)
    here.advance(0.5)
    here.move(second, EARLIER, by="host")

    assert kinds(here) == ["booking.created", "booking.rescheduled", "booking.rescheduled",
                           *KEPT[1:]]  # fmt: skip
    assert [one.attributes.get("by") for one in events(here, "booking.rescheduled")] in (
        ["customer", "business"], ["business", "customer"],
    )  # fmt: skip
    assert {event.subject_id for event in events(here, "booking.rescheduled")} == {first}


def test_the_chain_is_known_where_the_old_links_are_out_of_sight(here: Here) -> None:
    """A class that was booked long ago and moved, read for the last days only."""
    first = here.create("2026-11-20T10:00:00Z")
    here.move(first, "2027-03-01T10:00:00Z")
    here.advance(60)

    (starts,) = events(here, "booking.starts", history_days=20)

    assert starts.subject_id == first


def test_calendar_entries_pair_off_what_no_invitee_links(here: Here) -> None:
    """Old and new share the entry of the connected calendar, made as the old one was ended."""
    first = here.create(NOON)
    here.advance(0.5)
    second = here.move(first, LATER)
    third = here.move(second, EARLIER)
    here.edit("unlink", id=second)
    here.edit("unlink", id=third)

    moves = ["booking.rescheduled", "booking.rescheduled"]
    assert kinds(here) == ["booking.created", *moves, *KEPT[1:]]
    assert {one.subject_id for one in events(here, "booking.rescheduled")} == {first}


def test_a_cancelled_booking_says_who_and_how_late(here: Here) -> None:
    one = here.create(NOON)
    here.advance(3.5)
    here.edit("cancel", id=one, by="host", reason="Ill")

    assert kinds(here) == ["booking.created", "booking.cancelled", "booking.starts"]
    (cancelled,) = events(here, "booking.cancelled")
    told = {name: cancelled.attributes[name] for name in ("by", "notice", "reason")}
    assert told == {"by": "business", "notice": 15.0, "reason": "Ill"}


def test_of_a_class_one_cancels_and_the_others_stay(here: Here) -> None:
    ann = here.create(NOON, service=3)
    here.create(NOON, "bob@example.com", service=3)
    here.advance(1)
    here.edit("cancel", id=ann)

    assert len(here.whole()) == 1
    assert kinds(here) == ["booking.created", "booking.cancelled", "booking.starts"]
    assert kinds(here, "bob@example.com") == KEPT


def test_of_a_class_one_moves_and_the_others_stay(here: Here) -> None:
    ann = here.create(NOON, service=3)
    here.create(NOON, "bob@example.com", service=3)
    here.advance(1)
    here.move(ann, LATER)

    assert kinds(here) == ["booking.created", "booking.rescheduled", *KEPT[1:]]
    assert kinds(here, "bob@example.com") == KEPT


def test_attended_is_derived_says_so_and_is_taken_back(here: Here) -> None:
    one = here.create(NOON)
    here.advance(5)
    (attended,) = events(here, "booking.attended")
    assert attended.attributes["derived"] is True

    here.edit("no_show", id=one)
    assert kinds(here) == ["booking.created", "booking.starts", "booking.ended", "booking.no_show"]

    here.edit("attended", id=one)
    assert kinds(here) == KEPT


def test_booking_again_after_a_cancellation_is_another_booking(here: Here) -> None:
    one = here.create(NOON)
    here.edit("cancel", id=one)
    here.advance(0.5)
    here.create(LATER)

    assert len({event.subject_id for event in events(here, "booking.created")}) == 2


def test_ten_bookings_are_one_person(here: Here) -> None:
    """Else the rule on keys that too many records share would keep them apart."""
    for day in range(21, 31):
        here.create(
            f"2026-11-{day}T10:00:00Z", "Ann@Example.com " if day % 2 else "ann@example.com"
        )

    people = {person.name for reading in here.readings() for person in reading.people}
    assert len(people) == 1
    assert "ann" not in people.pop()


def test_staff_may_book_somebody_without_an_address(here: Here) -> None:
    one = here.create(NOON, "")
    here.move(one, LATER)
    here.create(LATER, "", service=2)

    people = [person for reading in here.readings() for person in reading.people]
    assert len({person.name for person in people}) == 2
    assert {person.emails for person in people} == {()}


MAPPING = """\
format: 1
services:
  - service: Physiotherapy
    name: physio
    set: {price: 62}
    sends:
      - {event: email.sent, before: starts, by: 24h, set: {template: reminder}}
      - {event: message.sent, after: ends, by: 2h}
  - {service: Massage, read: false}
answers: {first: "Is this your first*"}
"""


def test_what_calendly_sends_is_told_where_the_mapping_says_so(here: Here) -> None:
    (here.folder / "mine.yaml").write_text(MAPPING)
    first = here.create(NOON)
    here.advance(3.5)
    here.move(first, LATER)
    tool = here.connect(mapping="mine.yaml")

    found = [event for reading in here.readings(tool) for event in reading.events]
    sent = [event for event in found if event.kind == "email.sent"]
    assert sorted(event.at.isoformat() for event in sent) == [
        "2026-11-23T12:00:00+00:00",  # for the first time: it had gone out before the move
        "2026-11-25T15:00:00+00:00",
    ]
    assert {event.subject_id for event in sent} == {first}
    assert {event.attributes["template"] for event in sent} == {"reminder"}
    assert "email.sent" in tool.emits()
    assert {event.attributes["service"] for event in found} == {"physio"}


def test_a_reminder_is_not_sent_to_who_booked_after_its_time_or_cancelled_before(
    here: Here,
) -> None:
    (here.folder / "mine.yaml").write_text(MAPPING)
    here.create("2026-11-20T15:00:00Z")
    gone = here.create(NOON)
    here.edit("cancel", id=gone)
    tool = here.connect(mapping="mine.yaml")

    told = [event for reading in here.readings(tool) for event in reading.events]
    assert [event for event in told if event.kind == "email.sent"] == []


def test_what_is_none_of_the_journeys_business_is_left_out(here: Here) -> None:
    (here.folder / "mine.yaml").write_text(MAPPING)
    here.create(NOON, service=2)

    assert here.readings(here.connect(mapping="mine.yaml")) == [Reading()]


# --- what an invitee says of themselves --------------------------------------------------------


def record(**invitee: Any) -> RawRecord:
    """One event with one invitee, as it is stored."""
    one = {
        "uri": "https://api.calendly.com/scheduled_events/E1/invitees/I1",
        "email": "ann@example.com", "name": "Ann Mary Lee", "status": "active",
        "created_at": "2026-11-01T10:00:00.123456Z", **invitee,
    }  # fmt: skip
    event = {
        "uri": "https://api.calendly.com/scheduled_events/E1", "name": "Intake",
        "start_time": "2026-11-05T10:00:00.000000Z", "end_time": "2026-11-05T11:30:00.000000Z",
        "event_type": "https://api.calendly.com/event_types/T1", "staff": ["Ana Costa"],
        "location": {"type": "outbound_call", "location": "+44 7700 900123"},
    }  # fmt: skip
    content = {"event": event, "invitees": [one], "chains": {"I1": {"first": "I1", "moved": False}}}
    return RawRecord(RecordKey("cal", "scheduled_event", "E1"), json.loads(json.dumps(content)))


def test_what_stands_on_every_event(here: Here) -> None:
    reading = here.connect().normalise(
        record(
            timezone="Europe/Paris",
            tracking={"utm_source": "google", "utm_campaign": "autumn", "utm_medium": None},
            questions_and_answers=[
                {"question": "How did you hear about us?", "answer": "A friend", "position": 0},
                {"question": "Anything else?", "answer": "No", "position": 1},
            ],
            payment={"amount": "45.50", "currency": "GBP", "successful": True},
        )
    )

    assert {event.kind for event in reading.events} == {*KEPT, "deposit.paid"}
    for event in reading.events:
        assert {
            "service": "Intake", "duration": 90, "staff": "Ana Costa", "timezone": "Europe/Paris",
            "source": "google", "campaign": "autumn", "heard_from": "A friend", "price": 45.5,
            "paid": True, "currency": "GBP", "location": "outbound_call", "guests": 0,
        }.items() <= event.attributes.items()  # fmt: skip
    (paid,) = [event for event in reading.events if event.kind == "deposit.paid"]
    assert paid.attributes["amount"] == 45.5


def test_names_and_numbers_of_the_customer(here: Here) -> None:
    (person,) = here.connect().normalise(record(text_reminder_number="+44 7700 900456")).people

    assert (person.first_name, person.last_name) == ("Ann Mary", "Lee")
    assert person.phones == ("+44 7700 900456", "+44 7700 900123")


@pytest.mark.parametrize(
    ("number", "linked"),
    [
        ("003Wd000001AbCdIAK", ["salesforce:003Wd000001AbCdIAK"]),
        ("0036g00000abcDE", ["salesforce:0036g00000abcDEAAY"]),
        ("00Q6g00000abcdeAAA", ["salesforce:00Q6g00000abcdeAAA"]),
        ("5003000000D8cuIQAA", []),
        ("FOOBAR", []),
        (None, []),
    ],
    ids=["contact", "contact, short", "lead", "case: no human being", "no id", "none"],
)
def test_the_tracking_field_names_a_salesforce_record(
    here: Here, number: str | None, linked: list[str]
) -> None:
    links = here.connect().normalise(record(tracking={"salesforce_uuid": number})).links

    assert [link.right for link in links] == linked


def test_an_answer_or_the_link_may_name_the_record_of_another_tool(here: Here) -> None:
    (here.folder / "own.yaml").write_text("links: {crm: Customer number, shop: utm_term}")
    asked = [{"question": "Customer number", "answer": " 4711 ", "position": 0}]
    given = record(questions_and_answers=asked, tracking={"utm_term": "9"})

    links = here.connect(mapping="own.yaml").normalise(given).links
    assert [link.right for link in links] == ["crm:4711", "shop:9"]
    assert here.connect().normalise(given).links == ()


def test_odd_values_are_read_or_set_aside(here: Here) -> None:
    tool = here.connect()
    odd = tool.normalise(record(questions_and_answers=None, tracking=None, payment={"amount": "?"}))
    assert [event.kind for event in odd.events][:1] == ["booking.created"]

    nameless = tool.normalise(record(uri=None))
    assert [one.code for one in nameless.set_aside] == ["BAD_INVITEE"]
    assert nameless.events == ()

    content = dict(record().content)
    content["event"] = {"uri": "x", "name": "Intake", "start_time": "soon"}
    timeless = tool.normalise(RawRecord(record().key, content))
    assert [one.code for one in timeless.set_aside] == ["NO_START"]


@pytest.mark.parametrize(
    ("start", "at"),
    [
        ("2026-11-05T10:00:00.123456Z", "2026-11-05T10:00:00.123456+00:00"),
        ("2026-11-05T12:00:00+0200", "2026-11-05T10:00:00+00:00"),
        ("2026-11-05T12:00:00+02:00", "2026-11-05T10:00:00+00:00"),
        ("2026-11-05T10:00:00", "2026-11-05T10:00:00+00:00"),
        ("0001-01-01T00:00:00+02:00", None),
        (None, None),
        ("", None),
    ],
)
def test_a_start_in_any_form_is_read_or_set_aside(start: str, at: str | None, here: Here) -> None:
    content: dict[str, Any] = dict(record().content)
    content["event"] = {**content["event"], "start_time": start, "end_time": None}
    found = here.connect().normalise(RawRecord(record().key, content))
    starts = [one.at.isoformat() for one in found.events if one.kind == "booking.starts"]
    assert starts == ([at] if at else [])
    assert [one.code for one in found.set_aside] == ([] if at else ["NO_START"])


@pytest.mark.parametrize(
    "strange",
    [
        {"tracking": None}, {"tracking": []}, {"questions_and_answers": None},
        {"questions_and_answers": "x"}, {"questions_and_answers": [None, {"question": None}]},
        {"payment": {"amount": "45.00", "successful": True}}, {"payment": {"amount": "nan"}},
        {"payment": "yes"}, {"no_show": []}, {"cancellation": []}, {"reconfirmation": ""},
        {"name": None, "first_name": None}, {"timezone": None}, {"text_reminder_number": 447700},
        {"email": None}, {"email": "nobody"}, {"status": None},
    ],
    ids=str,
)  # fmt: skip
def test_a_strange_value_costs_no_more_than_itself(strange: dict[str, Any], here: Here) -> None:
    found = here.connect().normalise(record(**strange))

    kinds = {one.kind for one in found.events}
    assert {"booking.created", "booking.starts", "booking.ended", "booking.attended"} <= kinds
    assert found.set_aside == ()
    for one in found.events:
        assert all(value == value for value in one.attributes.values())  # noqa: PLR0124


@pytest.mark.parametrize("kind", [None, "https://api.calendly.com/event_types/GONE", 7])
def test_an_event_type_that_was_deleted_has_left_its_name(kind: object, here: Here) -> None:
    content: dict[str, Any] = dict(record().content)
    content["event"] = {**content["event"], "event_type": kind}
    found = here.connect().normalise(RawRecord(record().key, content))
    assert {one.attributes["service"] for one in found.events} == {"Intake"}


# --- reading -----------------------------------------------------------------------------------


def test_what_the_list_shows_unchanged_costs_no_call(tmp_path: Path) -> None:
    with calendly(tmp_path, customers=40) as here:
        tool = here.connect()
        stored = {key: one.mark for key, one in here.whole(tool).items()}
        before = tool.calls
        *_, last = tool.read(STREAM, here.now, here.now)

        assert {key: mark for key, mark in last.listed.items() if stored[key] != mark} == {}
        recent = tool.calls - before - 3
        assert recent < len(stored) / 4


def test_a_page_that_leads_to_itself_once_is_read_once(tmp_path: Path) -> None:
    with calendly(tmp_path, customers=40) as here:
        whole = here.whole()
        here.fault("repeat-page", "GET /scheduled_events", nth=1)
        assert here.whole() == whole
        here.fault("shrink-page", "GET /scheduled_events", nth=1)
        assert here.whole() == whole


def test_a_page_that_leads_to_itself_for_ever_ends_the_reading(here: Here) -> None:
    here.create(NOON)
    here.fault("repeat-page", "GET /scheduled_events", times=50)
    with pytest.raises(ToolDown, match="circle"):
        here.whole()


BAD_ANSWERS = {
    "expired token": ("expired-token", BadCredentials),
    "revoked token": ("revoked-token", BadCredentials),
    "a page made for people": ("html", None),
    "half an answer": ("truncate", None),
    "broken once": ("500", None),
    "away once": ("503", None),
}


@pytest.mark.parametrize(("kind", "error"), BAD_ANSWERS.values(), ids=BAD_ANSWERS)
def test_bad_answers_end_the_reading_or_are_asked_for_again(
    here: Here, kind: str, error: type[Exception] | None
) -> None:
    here.create(NOON)
    here.fault(kind, "GET /scheduled_events/")
    if error is None:
        assert len(here.whole()) == 1
    else:
        with pytest.raises(error):
            here.whole()


def test_an_event_that_vanishes_while_it_is_read_is_gone(here: Here) -> None:
    tool = here.connect()
    one = here.create(NOON)
    (listed,) = tool.read(STREAM, here.now, here.now)
    here.edit("delete", id=one)

    (batch,) = tool.reread(STREAM, list(listed.listed))

    assert [record.deleted for record in batch.records] == [True]
    assert [tool.normalise(record) for record in batch.records] == [Reading()]


def test_a_colleague_who_left_has_an_id_for_a_name(here: Here) -> None:
    """Who may not list the organisation's users does without names."""
    here.create(NOON)
    here.fault("lost-scope", "GET /organization_memberships")

    staff = {one.attributes["staff"] for one in events(here, "booking.starts")}

    assert len(staff) == 1
    assert str(staff.pop()).count("-") == 4


def test_too_many_calls_wait_as_long_as_calendly_says(here: Here) -> None:
    here.create(NOON)
    here.fault("429", "GET /scheduled_events", reset=17)

    assert len(here.whole()) == 1
    assert 17.0 in here.slept


def test_limits_are_kept_without_meeting_them(tmp_path: Path) -> None:
    with calendly(tmp_path, customers=60, limits=True) as here:
        here.whole(here.connect(calls_per_minute=500))

        assert {one["status"] for one in here.journal()} == {200}


def test_the_token_goes_nowhere_else(here: Here) -> None:
    """Answers name api.calendly.com; what they name is asked for at our address."""
    here.move(here.create(NOON), LATER)
    here.whole()

    assert {one["path"].split("/")[1] for one in here.journal()} == {
        "users", "scheduled_events", "organization_memberships",
    }  # fmt: skip


def test_one_user_alone(tmp_path: Path) -> None:
    with calendly(tmp_path, customers=12) as here:
        everything, mine = here.whole(), here.whole(here.connect(scope="user"))

        assert set(mine) < set(everything)
        assert not any("membership" in one["path"] for one in here.journal()[-len(mine) :])


def test_check_names_event_types_and_questions(tmp_path: Path) -> None:
    with calendly(tmp_path, customers=3) as here:
        found = here.connect().check()

        assert next(one.level for one in found) == "ok"
        assert any('service: "Physiotherapy"' in one.next_step for one in found)


def test_check_without_the_right_to_an_organisation_says_what_to_do(here: Here) -> None:
    here.fault("lost-scope", "GET /scheduled_events")

    last = here.connect().check()[-1]

    assert (last.level, last.exit_code) == ("error", 4)
    assert "scope: user" in last.next_step
