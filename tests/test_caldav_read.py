"""Reading calendars from a real server: what changed, by tokens, by tags, and as a file."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from calendar_server import NOW, PASSWORD, Desk, desk, event, later, server, whole
from pydantic import SecretStr

from journeysync.connectors.caldav import changes, dav
from journeysync.connectors.caldav.client import Client
from journeysync.connectors.caldav.connector import CalDav
from journeysync.connectors.caldav.places import Calendar
from journeysync.connectors.caldav.settings import Settings
from journeysync.core.errors import BadCredentials, Guarded, ToolDown
from journeysync.core.models import RecordKey


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path) as one:
        yield one


NO_TOKENS = dav.PLACE.replace("<d:sync-token/>", "")
NO_TAGS = NO_TOKENS.replace("<s:getctag/>", "")


@pytest.fixture(params=["tokens", "tags", "neither", "file"])
def way(request: pytest.FixtureRequest, here: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A calendar that tells its changes in one of the ways that there are."""
    monkeypatch.setattr(dav.propfind, "__defaults__", (_asked(request.param),))
    if request.param == "file":
        here.settings = {"url": "", "feed": SecretStr(here.home + "clients/")}
    return here


def _asked(way: str) -> str:
    return {"tags": NO_TOKENS, "neither": NO_TAGS}.get(way, dav.PLACE)


def calls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note what is asked."""
    asked: list[str] = []
    ask = Client.ask

    def noting(self: Client, method: str, url: str, body: bytes, *, depth: int) -> Any:
        asked.append(body.decode().split(" ", 1)[0].removeprefix("<"))
        return ask(self, method, url, body, depth=depth)

    monkeypatch.setattr(Client, "ask", noting)
    return asked


def booked(here: Desk, state: str = "runs") -> set[str]:
    """What is booked, as the state has it."""
    return {name.split(":")[2] for name in here.stored(state) if "booking.created" in name}


# --- what changed --------------------------------------------------------------------------------


def test_what_is_new_changed_and_deleted_is_found(way: Desk) -> None:
    for uid in ("stays", "moves", "goes"):
        way.put(uid, event(uid, later(days=3)))
    way.sync("runs")
    assert booked(way) == {"stays", "moves", "goes"}
    assert way.sync("runs").changed == 0

    way.put("moves", event("moves", later(days=1), "SEQUENCE:1"))
    way.delete("goes")
    way.put("new", event("new", later(days=9)))
    way.sync("runs")

    assert booked(way) == {"stays", "moves", "new"}
    assert any("moves:booking.rescheduled" in name for name in way.stored("runs"))
    assert not any("cancelled" in name for name in way.stored("runs"))
    assert way.sync("runs").changed == 0


def test_a_server_with_tokens_is_asked_for_nothing_else(
    here: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        here.put(f"e{number}", event(f"e{number}"))
    here.sync("runs")
    asked = calls(monkeypatch)

    here.sync("runs")
    assert asked == ["d:propfind", "d:propfind"]
    asked.clear()
    here.put("e1", event("e1", later(days=5)))
    here.sync("runs")
    assert asked == ["d:propfind", "d:propfind", "d:sync-collection", "c:calendar-multiget"]


def test_a_token_that_was_forgotten_means_reading_the_list(
    here: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server refuses it; then the tags say what changed."""
    here.put("stays", event("stays"))
    here.put("goes", event("goes"))
    here.sync("runs")
    here.delete("goes")
    here.put("new", event("new"))
    monkeypatch.setattr(dav, "sync", lambda _: sync("http://radicale.org/ns/sync/gone"))
    asked = calls(monkeypatch)

    here.sync("runs")

    assert asked[2:] == ["d:sync-collection", "c:calendar-query", "c:calendar-multiget"]
    assert booked(here) == {"stays", "new"}


sync = dav.sync


def test_a_new_month_reads_everything_so_that_a_series_goes_on(here: Desk) -> None:
    here.put("weekly", event("weekly", "20261103T100000Z", "RRULE:FREQ=WEEKLY"))
    here.sync("runs")
    before = booked(here)
    here.now = NOW + timedelta(days=9)  # FULL_EVERY would do it, too: so not the weekly one alone
    source = here.connect()
    batches = list(source.read("events", NOW, here.now))
    here.sync("runs")

    assert batches[-1].complete
    assert len(booked(here)) > len(before) + 3
    here.sync("fresh")
    assert here.stored("fresh") == here.stored("runs")


def test_what_is_long_over_stays_as_it_was_read(here: Desk) -> None:
    """The window moves on; its back is no deletion."""
    here.settings = {"history_days": 40}
    here.put("old", event("old", "20261101T090000Z"))
    here.sync("runs")
    here.now = NOW + timedelta(days=60)
    here.sync("runs", full=True)
    assert booked(here) == {"old"}
    here.sync("fresh")
    assert booked(here, "fresh") == set()
    here.delete("old")
    here.sync("runs")
    assert booked(here) == set()


# --- copies and calendars ------------------------------------------------------------------------


def test_one_event_in_two_calendars_is_one_booking(here: Desk) -> None:
    """It is there until it is in none of them, and its latest copy counts."""
    here.make("ben")
    here.put("one", event("one", later(days=3)))
    here.put("copy", event("one", later(days=4), "SEQUENCE:1"), calendar="ben")
    here.sync("runs")
    here.sync("fresh")
    (start,) = (told[1] for name, told in here.stored("runs").items() if "starts" in name)
    assert start == (NOW + timedelta(days=4)).isoformat()

    here.delete("copy", "ben")
    here.sync("runs")
    (start,) = (told[1] for name, told in here.stored("runs").items() if "starts" in name)
    assert start == (NOW + timedelta(days=3)).isoformat()

    here.put("copy", event("one", later(days=3)), calendar="ben")
    here.delete("one")
    here.sync("runs")
    assert booked(here) == {"one"}
    here.delete("copy", "ben")
    here.sync("runs")
    assert booked(here) == set()


def test_a_calendar_that_is_deleted_takes_its_bookings_along(here: Desk) -> None:
    here.make("ben")
    here.put("one", event("one"))
    here.put("two", event("two"), calendar="ben")
    here.put("both", event("both"))
    here.put("both", event("both"), calendar="ben")
    here.sync("runs")
    here.send("DELETE", "ben/")
    here.sync("runs")
    assert booked(here) == {"one", "both"}
    here.put("two", event("two"))
    here.sync("runs")
    assert booked(here) == {"one", "two", "both"}


def test_many_that_vanish_with_their_calendar_are_asked_about(here: Desk) -> None:
    """A key with fewer rights must not look like customers who went away."""
    here.make("ben")
    here.put("one", event("one"))
    text = whole(*(event(f"e{number}") for number in range(60)))
    here.send("PUT", "ben/", text)
    here.sync("runs")
    assert len(booked(here)) == 61
    here.send("DELETE", "ben/")
    with pytest.raises(Guarded, match="shows 60 of"):
        here.sync("runs")


def test_only_the_calendars_that_are_meant_are_read(here: Desk) -> None:
    here.make("ben")
    here.put("one", event("one"))
    here.put("two", event("two"), calendar="ben")
    here.settings = {"calendars": "be*"}
    here.sync("runs")
    assert booked(here) == {"two"}
    here.settings = {"calendars": ["carla"]}
    assert "shows 2 calendars, none of which" in here.sync("other").failed["tool"]


@pytest.mark.parametrize("where", ["", "{user}/", "{user}/clients/"])
def test_any_address_of_the_server_leads_to_the_calendars(here: Desk, where: str) -> None:
    here.put("one", event("one"))
    here.settings = {"url": f"{server()}/{where.format(user=here.user)}"}
    here.sync("runs")
    assert booked(here) == {"one"}


def test_an_address_without_calendars_is_said_to_be_one(here: Desk) -> None:
    here.settings = {"url": f"{here.home}nothing/"}
    here.sync("runs")
    assert "shows no calendar" in here.sync("runs").failed["tool"]


def test_a_wrong_password_is_the_keys_matter(here: Desk) -> None:
    here.settings = {"password": SecretStr("another")}
    report = here.sync("runs")
    assert isinstance(report.stopped, BadCredentials)
    assert "JOURNEYSYNC_TOOL__PASSWORD" in report.failed["tool"]


# --- files ---------------------------------------------------------------------------------------


@pytest.fixture
def feed(here: Desk, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """An .ics file of which the test says what is in it."""
    here.settings = {"url": "webcal://calendar.example/clients.ics", "user": "", "password": ""}
    text = [""]
    monkeypatch.setattr(Client, "file", lambda _self, _url: text[0])
    return text


def test_a_broken_event_of_a_file_is_set_aside_and_the_others_are_read(
    here: Desk, feed: list[str]
) -> None:
    broken = event("bad", "2026-12-01 09:00")
    zone = event("zoned", ";TZID=Nowhere:20261201T090000")
    feed[0] = whole(event("one"), broken, event("two"), zone)
    report = here.sync("runs")

    assert booked(here) == {"one", "two"}
    assert report.set_aside == 2
    source = here.connect()
    readings = [source.normalise(one) for one in here.records(source).values()]
    aside = {one.code: one.record for reading in readings for one in reading.set_aside}
    assert set(aside) == {"BAD_TIME", "UNKNOWN_ZONE"}
    assert aside["BAD_TIME"].startswith("tool:object:bad~")

    feed[0] = whole(event("one"), event("bad"), event("two"), zone)
    assert here.sync("runs").set_aside == 0
    assert booked(here) == {"one", "two", "bad"}


def test_a_file_that_says_it_was_just_made_has_not_changed(here: Desk, feed: list[str]) -> None:
    feed[0] = whole(event("one"))
    here.sync("runs")
    feed[0] = feed[0].replace("DTSTAMP:20261101T080000Z", "DTSTAMP:20261122T085900Z")
    assert here.sync("runs").changed == 0


def test_a_file_names_its_zone_and_its_series_once(here: Desk, feed: list[str]) -> None:
    """Times that name no zone are meant in the file's; lines are folded; one UID is one event."""
    series = event("one", "20261203T100000", "RRULE:FREQ=WEEKLY;COUNT=2", title="Physio, " * 20)
    moved = event("one", "20261211T100000", "RECURRENCE-ID:20261210T100000")
    text = whole(series, moved).replace("VERSION:2.0", "VERSION:2.0\r\nX-WR-TIMEZONE:Asia/Tokyo")
    feed[0] = text.replace("Physio, Physio, ", "Physio, P\r\n hysio, ")
    here.sync("runs")

    starts = sorted(told[1] for name, told in here.stored("runs").items() if "starts" in name)
    assert starts == ["2026-12-03T01:00:00+00:00", "2026-12-11T01:00:00+00:00"]
    assert booked(here) == {"one/20261203T010000Z", "one/20261210T010000Z"}


def test_what_is_long_over_in_a_file_is_not_read(here: Desk, feed: list[str]) -> None:
    feed[0] = whole(event("old", "20200101T090000Z"), event("new"))
    here.sync("runs")
    assert booked(here) == {"new"}


# --- bounds --------------------------------------------------------------------------------------


class Many:
    """A server with many events, that notes how many are asked for in each call."""

    def __init__(self, count: int) -> None:
        self.paths = [f"/many/{number}.ics" for number in range(count)]
        self.asked: list[int] = []
        self.caller = type("Caller", (), {"tool": "tool"})

    def ask(self, _method: str, url: str, body: bytes, *, depth: int) -> tuple[str, dav.Parts]:
        assert depth == 1
        wanted = re.findall(r"<d:href>(.*?)</d:href>", body.decode())
        self.asked.append(len(wanted))
        return url, dav.Parts(tuple(dav.Part(path) for path in wanted or self.paths))


def test_ten_thousand_events_are_read_in_calls_of_a_hundred() -> None:
    many = Many(10_000)
    calendar = Calendar("https://example.com/many/", "many")
    news = changes.on_server(many, calendar, "", {}, NOW)  # type: ignore[arg-type]
    assert [path for path, _, _ in news.texts] == many.paths
    assert many.asked == [0] + [100] * 100


def test_a_part_of_changes_that_comes_again_and_again_ends_the_reading() -> None:
    class Stuck(Many):
        def ask(self, _method: str, url: str, body: bytes, *, depth: int) -> Any:
            assert depth == 0
            assert b">same<" in body
            return url, dav.Parts((), "same", more=True)

    calendar = Calendar("https://example.com/many/", "many", token="new")
    with pytest.raises(ToolDown, match="again and again"):
        changes.on_server(Stuck(0), calendar, "token same", {}, NOW)  # type: ignore[arg-type]


def test_an_answer_in_parts_is_read_to_its_end() -> None:
    body = (
        '<multistatus xmlns="DAV:"><response><href>/c/a%40b.ics</href><propstat><prop>'
        "<getetag>1</getetag></prop><status>HTTP/1.1 200 OK</status></propstat></response>"
        "<response><href>https://example.com/c/gone.ics</href><status>HTTP/1.1 404 Not Found"
        "</status></response><response><href>/c/</href><status>HTTP/1.1 507 Insufficient Storage"
        "</status></response><sync-token>next</sync-token></multistatus>"
    )
    parts = dav.parse(body.encode())
    assert [(one.path, one.status) for one in parts.parts] == [
        ("/c/a@b.ics", 200),
        ("/c/gone.ics", 404),
    ]
    assert parts.more
    assert parts.token == "next"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html><body>Please log in</body></html>",
        b'<!DOCTYPE x [<!ENTITY a "b">]><multistatus xmlns="DAV:">&a;</multistatus>',
    ],
)
def test_what_is_no_answer_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"XML|parts"):
        dav.parse(body)


# --- where a key may go --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("to", "shown"),
    [
        ("https://p34-caldav.cloud.example/dav/", True),
        ("https://caldav.cloud.example/other/", True),
        ("https://evil.example/dav/", False),
        ("http://caldav.cloud.example/dav/", False),
        ("https://cloud.example.evil.example/", False),
    ],
)
def test_a_key_is_shown_to_its_own_site_alone(to: str, *, shown: bool) -> None:
    settings = Settings(
        url="https://caldav.cloud.example/", user="ana", password=SecretStr(PASSWORD)
    )
    client = Client("tool", settings)
    if shown:
        client._guard(to)
    else:
        with pytest.raises(ToolDown, match="a key is not shown there"):
            client._guard(to)


def test_a_redirect_is_followed(here: Desk) -> None:
    """As `/.well-known/caldav` does: Radicale sends on to its root."""
    source = here.connect(url=f"{server()}/.well-known/caldav")
    assert isinstance(source, CalDav)
    here.put("one", event("one"))
    found = [one.key for batch in source.read("events", None, NOW) for one in batch.records]
    assert RecordKey("tool", "event", "one") in found
