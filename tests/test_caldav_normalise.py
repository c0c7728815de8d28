"""What one event of a calendar means: a table of texts, read without a server."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from calendar_server import event, whole

from journeysync.connectors.booking_rules import Rules, parse_rules
from journeysync.connectors.caldav.normalise import View, normalise, remember
from journeysync.connectors.caldav.objects import Broken, Span, read_object
from journeysync.connectors.caldav.settings import Settings
from journeysync.core.models import Event, RawRecord, Reading, RecordKey

ROME = ZoneInfo("Europe/Rome")
SPAN = Span(datetime(2024, 11, 1, tzinfo=UTC), datetime(2027, 12, 1, tzinfo=UTC))
OURS = ("*@studio.example",)
MARIA = "maria@example.com"
START = "20261201T090000Z"


def record(*events: str, zones: str = "") -> RawRecord:
    content = read_object(whole(*events, zones=zones), ROME, SPAN)
    assert content is not None
    return RawRecord(RecordKey("tool", "event", content["uid"]), content)


def rules(text: str = "") -> Rules:
    found, problems = parse_rules(text, "own")
    assert found is not None, problems
    return found


def said(*events: str, zones: str = "", rule: str = "", **view: Any) -> Reading:
    return normalise(
        record(*events, zones=zones),
        rules(rule),
        View(**{"ours": OURS, "no_show": Settings().no_show, **view}),
    )


def told(reading: Reading) -> list[tuple[str, str]]:
    """Kind and instant of each event, in their order."""
    found = [(one.at, one.kind.removeprefix("booking.")) for one in reading.events]
    return [(kind, f"{at.astimezone(UTC):%m-%dT%H:%M}") for at, kind in sorted(found)]


def starts(reading: Reading) -> list[str]:
    return [at for kind, at in told(reading) if kind == "starts"]


def first(reading: Reading, kind: str = "booking.starts") -> Event:
    return next(one for one in reading.events if one.kind == kind)


# --- times ---------------------------------------------------------------------------------------

OUTLOOK = """BEGIN:VTIMEZONE
TZID:Customized Time Zone
BEGIN:STANDARD
DTSTART:16010101T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3
END:DAYLIGHT
END:VTIMEZONE"""


@pytest.mark.parametrize(
    ("start", "at"),
    [
        pytest.param("20261201T090000Z", "12-01T09:00", id="universal time"),
        pytest.param(";TZID=Europe/Rome:20260701T090000", "07-01T07:00", id="a zone, in summer"),
        pytest.param(";TZID=America/New_York:20261201T090000", "12-01T14:00", id="another zone"),
        pytest.param(
            ";TZID=W. Europe Standard Time:20261201T090000", "12-01T08:00", id="Windows' name"
        ),
        pytest.param(
            ";TZID=/freeassociation.sourceforge.net/Europe/Rome:20261201T090000",
            "12-01T08:00",
            id="a name with its maker",
        ),
        pytest.param(
            ";TZID=Customized Time Zone:20260701T090000", "07-01T07:00", id="a zone of its own"
        ),
        pytest.param("20261201T090000", "12-01T08:00", id="local, no zone: the calendar's"),
        pytest.param(";VALUE=DATE:20261201", "11-30T23:00", id="a whole day: its midnight"),
    ],
)
def test_a_start(start: str, at: str) -> None:
    assert starts(said(event("one", start), zones=OUTLOOK)) == [at]


@pytest.mark.parametrize(
    ("end", "at", "minutes"),
    [
        pytest.param("DTEND:20261201T094500Z", "12-01T09:45", 45, id="an end"),
        pytest.param("DURATION:PT90M", "12-01T10:30", 90, id="a length"),
        pytest.param("DTEND:20261201T080000Z", "12-01T09:00", 0, id="an end before the start"),
        pytest.param("X-NOTHING:1", "12-01T09:00", 0, id="neither"),
    ],
)
def test_an_end(end: str, at: str, minutes: int) -> None:
    bare = event().replace("DURATION:PT1H\n", "")
    reading = said(f"{bare}\n{end}")
    assert ("ended", at) in told(reading)
    assert first(reading).attributes["duration"] == minutes


def test_a_whole_day_ends_with_it() -> None:
    bare = event("one", ";VALUE=DATE:20261201").replace("DURATION:PT1H\n", "")
    reading = said(bare)
    assert ("ended", "12-01T23:00") in told(reading)
    assert first(reading).attributes["all_day"] is True


@pytest.mark.parametrize(
    ("text", "code"),
    [
        pytest.param(event("one", "2026-12-01 09:00"), "BAD_TIME", id="a start in another form"),
        pytest.param(event("one", "20261301T090000Z"), "BAD_TIME", id="a thirteenth month"),
        pytest.param(event("one", START, "DURATION:an hour"), "BAD_TIME", id="no length"),
        pytest.param("UID:one\nDTSTAMP:20261101T080000Z", "NO_START", id="no start"),
        pytest.param(
            event("one", ";TZID=Our Zone:20261201T090000"), "UNKNOWN_ZONE", id="an unknown zone"
        ),
        pytest.param(event("one").replace("UID:one\n", ""), "NO_UID", id="no UID"),
        pytest.param(event("one", "20261201T090000Z", "RRULE:FREQ=WEEKLY;UNTIL=soon"), "BAD_RULE",
                     id="a rule that is none"),
        pytest.param(event("one", "20261201T090000Z", "RRULE:FREQ=SECONDLY"), "TOO_OFTEN",
                     id="a rule without end"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_right_is_not_guessed(text: str, code: str) -> None:
    with pytest.raises(Broken) as broken:
        read_object(whole(text), ROME, SPAN)
    assert broken.value.code == code


@pytest.mark.parametrize("text", ["", "<html>", "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:one\n"])
def test_what_is_no_calendar_is_said_to_be_none(text: str) -> None:
    with pytest.raises(Broken) as broken:
        read_object(text, ROME, SPAN)
    assert broken.value.code == "NO_ICALENDAR"


def test_a_broken_line_spoils_no_other() -> None:
    assert told(said(event("one", START) + "\nnonsense without a colon")) == KEPT


@pytest.mark.parametrize("kind", ["VTODO", "VJOURNAL", "VFREEBUSY"])
def test_what_is_no_event_is_nothing(kind: str) -> None:
    text = whole(event()).replace("VEVENT", kind)
    assert read_object(text, ROME, SPAN) is None


# --- what became of it ---------------------------------------------------------------------------

PLAIN = [("created", "11-01T08:00"), ("starts", "12-01T09:00")]
KEPT = [*PLAIN, ("attended", "12-01T10:00"), ("ended", "12-01T10:00")]
SEEN = "LAST-MODIFIED:20261115T120000Z"


def guest(says: str = "ACCEPTED", **more: str) -> str:
    params = "".join(f";{name.upper()}={value}" for name, value in more.items())
    return f"ATTENDEE;CN=Maria Rossi;PARTSTAT={says}{params}:mailto:{MARIA}"


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        pytest.param([], KEPT, id="kept, as far as anybody says"),
        pytest.param(["STATUS:CONFIRMED"], KEPT, id="confirmed"),
        pytest.param(["STATUS:TENTATIVE"], KEPT, id="tentative"),
        pytest.param(["STATUS:CANCELLED", SEEN], [PLAIN[0], ("cancelled", "11-15T12:00"), PLAIN[1]],
                     id="cancelled when it was last changed"),
        pytest.param([guest("DECLINED"), SEEN], [PLAIN[0], ("cancelled", "11-15T12:00"), PLAIN[1]],
                     id="the only guest declined"),
        pytest.param([guest("TENTATIVE")], KEPT, id="the guest may come"),
        pytest.param([guest("NEEDS-ACTION")], KEPT, id="the guest has not answered"),
        pytest.param(["SUMMARY:Physio (no-show)"],
                     [*PLAIN, ("ended", "12-01T10:00"), ("no_show", "12-01T10:00")],
                     id="marked in the title"),
        pytest.param(["CATEGORIES:No show,Red"],
                     [*PLAIN, ("ended", "12-01T10:00"), ("no_show", "12-01T10:00")],
                     id="marked by a category"),
        pytest.param(["CLASS:PRIVATE"], [], id="private"),
        pytest.param(["CLASS:CONFIDENTIAL"], [], id="confidential"),
        pytest.param(["TRANSP:TRANSPARENT"], [], id="takes nobody's time"),
        pytest.param(["TRANSP:OPAQUE"], KEPT, id="takes time"),
        pytest.param([guest(cutype="ROOM")], [], id="a room alone"),
        pytest.param([guest(cutype="RESOURCE")], [], id="a thing alone"),
        pytest.param([guest(role="NON-PARTICIPANT")], [], id="told for their information"),
        pytest.param([guest("DELEGATED")], [], id="sent somebody else"),
        pytest.param(["ATTENDEE:mailto:ben@studio.example"], [], id="one of us alone"),
        pytest.param(["ATTENDEE:mailto:ANA@Studio.Example"], [], id="who invited, alone"),
    ],
)  # fmt: skip
def test_what_became_of_it(more: list[str], expected: list[tuple[str, str]]) -> None:
    assert told(said(event("one", START, *more))) == expected


def test_nobody_invited_is_nobodys_booking() -> None:
    assert said(event("one", START, guests=())) == Reading()


@pytest.mark.parametrize(
    ("more", "name", "value"),
    [
        (["STATUS:TENTATIVE"], "confirmed", False),
        (["LOCATION:Room 2\\, upstairs"], "location", "Room 2, upstairs"),
        (["CATEGORIES:Physio,Knee"], "category", "Physio, Knee"),
        (["SUMMARY:Physio - Guest 0"], "service", "Physio"),
        (["SUMMARY:Guest 0: first visit"], "service", "first visit"),
        ([], "staff", "Ana Smith"),
        ([], "timezone", "Europe/Rome"),
        ([], "response", "accepted"),
        (["DESCRIPTION:How did you hear about us?: a friend\\nNotes"], "source", "a friend"),
        (["DESCRIPTION:utm_campaign: autumn\\nhttps://example.com/x"], "campaign", "autumn"),
    ],
)
def test_an_attribute(more: list[str], name: str, value: object) -> None:
    from journeysync.connectors.booking_rules import shipped_text

    reading = said(event("one", START, *more), rule=shipped_text("caldav.yaml"))
    assert first(reading).attributes[name] == value


def test_private_and_free_events_are_read_where_the_workspace_says_so() -> None:
    text = event("one", START, "CLASS:PRIVATE", "TRANSP:TRANSPARENT")
    assert told(said(text, private=True, free=True)) == KEPT
    assert said(text, private=True) == said(text, free=True) == Reading()


def test_a_rule_names_the_service_and_what_is_sent() -> None:
    """A reminder that is sent by itself is not called missed."""
    reading = said(
        event("one", START),
        rule="services:\n  - service: 'phys*'\n    name: rehab\n    set: {price: 62}\n    sends:\n"
        "      - {event: email.sent, before: starts, by: 24h, set: {template: reminder}}\n",
    )
    sent = first(reading, "email.sent")
    assert f"{sent.at:%m-%dT%H}" == "11-30T09"
    assert sent.attributes["automatic"] is True
    assert sent.attributes["template"] == "reminder"
    assert first(reading).attributes["service"] == "rehab"
    assert first(reading).attributes["price"] == 62
    assert said(event("one", START), rule="services: [{service: physio, read: false}]") == Reading()


# --- who -----------------------------------------------------------------------------------------


def test_of_several_guests_one_may_decline_and_the_others_stay() -> None:
    reading = said(
        event("one", START, guest("DECLINED"), "ATTENDEE:mailto:paul@example.com", guests=())
    )
    by_person = {
        person.emails[0]: {one.kind for one in reading.events if one.person == person.name}
        for person in reading.people
    }
    assert "booking.cancelled" in by_person[MARIA]
    assert "booking.attended" not in by_person[MARIA]
    assert "booking.attended" in by_person["paul@example.com"]
    cancelled = first(reading, "booking.cancelled")
    assert cancelled.attributes["by"] == "customer"
    assert {one.subject_id for one in reading.events} == {"one"}


@pytest.mark.parametrize(
    "address",
    [
        "invalid:nomail",
        "urn:uuid:6f1b",
        "mailto:",
        "mailto:not an address",
        "/principals/12/",
        "tel:+39 06 1234567",
    ],
)
def test_a_guest_without_an_address_joins_nobody(address: str) -> None:
    texts = [event(uid, START, f"ATTENDEE;CN=Maria Rossi:{address}") for uid in ("one", "two")]
    one, two = (said(text).people for text in texts)

    assert one[0].name != two[0].name
    assert not one[0].emails
    assert one[0].last_name == "Rossi"
    assert one[0].phones == (("+39 06 1234567",) if "tel:" in address else ())


def test_an_address_may_stand_beside() -> None:
    """As in calendars that name people by their own ids."""
    reading = said(event("one", START, f"ATTENDEE;CN=Maria;EMAIL={MARIA}:/12345/principal/"))
    assert reading.people[0].emails == (MARIA,)


def test_one_address_is_one_person() -> None:
    one, two = (
        said(event(uid, START, f"ATTENDEE:mailto:{text}")).people[0].id
        for uid, text in (("one", MARIA), ("two", MARIA.upper()))
    )
    assert one == two


def test_a_line_may_name_the_record_of_another_tool() -> None:
    """Of several guests nobody knows whose it is."""
    told_of = "DESCRIPTION:Customer number: 4711"
    rule = "links: {crm: Customer number}"
    found = said(event("one", START, told_of), rule=rule)
    assert [(one.left, one.right) for one in found.links] == [(found.people[0].name, "crm:4711")]
    several = event("one", START, told_of, guests=[MARIA, "paul@example.com"])
    assert said(several, rule=rule).links == ()


def test_our_people_are_called_as_the_workspace_says() -> None:
    reading = said(event("one", START), staff={"Ana@studio.example": "Dr. Ana"})
    assert first(reading).attributes["staff"] == "Dr. Ana"


def test_without_own_addresses_the_guests_are_all_but_who_invited() -> None:
    guests = [guest(), "ATTENDEE:mailto:ana@studio.example"]
    reading = said(event("one", START, *guests, guests=()), ours=())
    assert [one.emails for one in reading.people] == [(MARIA,)]


# --- series --------------------------------------------------------------------------------------

WEEKLY = "RRULE:FREQ=WEEKLY;COUNT=4"
FIRST = "20261203T100000Z"
EACH = ["12-03T10:00", "12-10T10:00", "12-17T10:00", "12-24T10:00"]


@pytest.mark.parametrize(
    ("master", "others", "expected"),
    [
        pytest.param([WEEKLY], [], EACH, id="each time is a booking"),
        pytest.param([WEEKLY, "EXDATE:20261210T100000Z"], [], [EACH[0], *EACH[2:]],
                     id="one was taken out"),
        pytest.param([WEEKLY, "RDATE:20261212T100000Z"], [],
                     [*EACH[:2], "12-12T10:00", *EACH[2:]], id="one was put in"),
        pytest.param([WEEKLY], [event("one", "20261211T150000Z", "RECURRENCE-ID:20261210T100000Z")],
                     [EACH[0], "12-11T15:00", *EACH[2:]], id="one was moved"),
        pytest.param([WEEKLY], [event("one", "20261210T100000Z", "CLASS:PRIVATE",
                                      "RECURRENCE-ID:20261210T100000Z")],
                     [EACH[0], *EACH[2:]], id="one is private"),
        pytest.param(["RRULE:FREQ=WEEKLY;UNTIL=20261211T000000Z"], [], EACH[:2],
                     id="split: it ends, and the rest has a UID of its own"),
        pytest.param([WEEKLY], [event("one", "20261217T130000Z",
                                      "RECURRENCE-ID;RANGE=THISANDFUTURE:20261217T100000Z")],
                     [*EACH[:2], "12-17T13:00", "12-24T13:00"], id="this and all later were moved"),
    ],
)  # fmt: skip
def test_a_series(master: list[str], others: list[str], expected: list[str]) -> None:
    assert starts(said(event("one", FIRST, *master), *others)) == expected


def test_each_time_of_a_series_keeps_its_name_when_it_is_moved() -> None:
    moved = event("one", "20261211T150000Z", "RECURRENCE-ID:20261210T100000Z", SEEN)
    before, after = said(event("one", FIRST, WEEKLY)), said(event("one", FIRST, WEEKLY), moved)

    names = {one.subject_id for one in before.events}
    assert names == {one.subject_id for one in after.events}
    assert "one/20261210T100000Z" in names
    rescheduled = first(after, "booking.rescheduled")
    assert rescheduled.subject_id == "one/20261210T100000Z"
    assert rescheduled.at == datetime(2026, 11, 15, 12, tzinfo=UTC)
    assert first(after).attributes["series"] == "one"


def test_who_is_invited_once_has_that_booking_alone() -> None:
    lone = event("one", "20261210T100000Z", "RECURRENCE-ID:20261210T100000Z")
    assert starts(said(lone)) == ["12-10T10:00"]
    assert {one.subject_id for one in said(lone).events} == {"one/20261210T100000Z"}


def test_a_series_without_end_is_told_as_far_as_the_window_goes() -> None:
    reading = said(event("one", "20200102T100000Z", "RRULE:FREQ=WEEKLY"))
    times = sorted(one.at for one in reading.events if one.kind == "booking.starts")
    assert SPAN.low <= times[0] < SPAN.low + timedelta(days=7)
    assert SPAN.high - timedelta(days=7) <= times[-1] < SPAN.high


def test_one_guest_of_a_series_declines_once() -> None:
    once = event("one", "20261210T100000Z", guest("DECLINED"), "RECURRENCE-ID:20261210T100000Z")
    reading = said(event("one", FIRST, WEEKLY, guest()), once)
    cancelled = [one.subject_id for one in reading.events if one.kind == "booking.cancelled"]
    assert cancelled == ["one/20261210T100000Z"]


# --- what a calendar forgets ---------------------------------------------------------------------

NOW = datetime(2026, 11, 20, tzinfo=UTC)


def again(before: RawRecord, *events: str, now: datetime = NOW) -> RawRecord:
    return remember(record(*events), before.content, now)


def moves(one: RawRecord) -> list[tuple[str, str]]:
    reading = normalise(one, rules(), View(ours=OURS))
    return [had for had in told(reading) if had[0] == "rescheduled"]


def test_another_start_is_a_move() -> None:
    """Dated by the event's own word where it has one, else by when it was noticed."""
    one = record(event("one", START))
    two = again(one, event("one", "20261205T090000Z", "LAST-MODIFIED:20261118T100000Z"))
    three = again(two, event("one", "20261130T090000Z", "LAST-MODIFIED:20261118T100000Z"))

    assert moves(two) == [("rescheduled", "11-18T10:00")]
    assert moves(three) == [("rescheduled", "11-18T10:00"), ("rescheduled", "11-20T00:00")]
    reading = normalise(three, rules(), View(ours=OURS))
    assert starts(reading) == ["11-30T09:00"]
    created = first(reading, "booking.created")
    assert created.attributes["lead_time"] == 721  # of the first start


def test_a_change_of_anything_else_is_no_move() -> None:
    one = record(event("one", START))
    assert moves(again(one, event("one", START, "SEQUENCE:3", "LOCATION:Room 2"))) == []


def test_a_cancellation_is_dated_once() -> None:
    """Who edits a cancelled event does not cancel it again."""
    gone = ["STATUS:CANCELLED", SEEN]
    one = record(event("one", START))
    two = again(one, event("one", START, *gone))
    later = ["STATUS:CANCELLED", "LAST-MODIFIED:20261118T120000Z", "LOCATION:Room 2"]
    three = again(two, event("one", START, *later))
    fresh = again(record(event("one", START, *gone)), event("one", START, *later))
    for last in (three, fresh):
        reading = normalise(last, rules(), View(ours=OURS))
        assert ("cancelled", "11-15T12:00") in told(reading)
    back = again(three, event("one", START))
    assert told(normalise(back, rules(), View(ours=OURS))) == KEPT


def test_what_did_not_change_stays_as_it_is_stored() -> None:
    one = again(record(event("one", START)), event("one", "20261205T090000Z", SEEN))
    assert again(one, event("one", "20261205T090000Z", SEEN)).content == one.content


def test_when_it_was_made_is_known_from_when_it_was_first_seen() -> None:
    """A file may say that all of it was made a moment ago."""
    one = record(event("one", START))
    two = again(one, event("one", START, made="20261119T000000Z"))
    assert ("created", "11-01T08:00") in told(normalise(two, rules(), View(ours=OURS)))
