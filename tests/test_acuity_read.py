"""What of Acuity's lists can go wrong: too long, without what was canceled, broken or refused."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from bookable import Bookable, ahead, bookable, kinds
from pydantic import SecretStr

from journeysync.connectors import registry
from journeysync.connectors.acuity.client import pause
from journeysync.connectors.http import Answer
from journeysync.core import errors
from journeysync.core.ports import ToolSetup


def crowd(
    place: Bookable, count: int, calendar: int = 6_301, days: float = 3, service: int = 3
) -> None:
    """Let many come on one day, one each minute."""
    for number in range(count):
        start = ahead(place.now, days=days, minutes=number)
        place.edit(
            "create", "appointment", start=start, email=f"n{number}@example.com",
            calendarID=calendar, service=service,
        )  # fmt: skip


def lists(place: Bookable) -> list[str]:
    """The queries of all lists so far."""
    return [one["query"] for one in place.journal() if one["path"].endswith("/appointments")]


def test_a_full_list_is_asked_again_in_parts(tmp_path: Path) -> None:
    with bookable("acuity", tmp_path, customers=60) as place:
        for days in range(30):
            crowd(place, 9, days=days)
        found = place.records()

        assert len(found) > 270
        assert len(lists(place)) > 4
        assert not any(name.startswith("gap") for name in found)


def test_a_full_day_is_told_apart_by_calendar_type_and_end(tmp_path: Path) -> None:
    """The calendar of somebody who was removed is listed no more: its appointments are."""
    with bookable("acuity", tmp_path, customers=5) as place:
        crowd(place, 70, 6_301)
        crowd(place, 60, 6_399)
        crowd(place, 150, 6_302)
        crowd(place, 60, 6_302, service=1)
        before = len(place.records())

        queries = " ".join(lists(place))
        assert before >= 340
        assert "calendarID=6399" in queries
        assert "appointmentTypeID=" in queries
        assert "direction=ASC" in queries


def test_what_still_does_not_fit_is_reported_and_nothing_counts_as_gone(tmp_path: Path) -> None:
    with bookable("acuity", tmp_path, customers=5) as place:
        crowd(place, 230, 6_302)
        source = place.connect()
        batches = list(source.read("appointments", None, place.now))
        (gap,) = [r for b in batches for r in b.records if r.key.type == "gap"]

        assert not any(batch.complete for batch in batches)
        (aside,) = source.normalise(gap).set_aside
        assert aside.code == "DAY_TOO_FULL"
        changed = list(source.read("appointments", place.now, place.now))
        assert all(batch.window is None for batch in changed)


def test_a_run_looks_at_the_days_that_can_still_change(tmp_path: Path) -> None:
    with bookable("acuity", tmp_path, customers=60, days_back=30, days_ahead=90) as place:
        found = place.records(since=place.now - timedelta(hours=1))
        starts = [record.listed_at for record in found.values() if record.listed_at]

        assert 0 < len(found) < len(place.records())
        assert min(starts) > place.now - timedelta(days=32)
        assert max(starts) > place.now
        assert "minDate=2026-10-21" in lists(place)[0]
        assert "maxDate=2027-02-18" in lists(place)[0]


def test_after_a_long_pause_everything_since_is_read(tmp_path: Path) -> None:
    with bookable("acuity", tmp_path, days_back=30) as place:
        place.records(since=place.now - timedelta(days=100))

        assert "minDate=2026-07-13" in lists(place)[0]


def test_moves_cancellations_and_no_shows_are_found_by_the_next_run(tmp_path: Path) -> None:
    with bookable("acuity", tmp_path, customers=1) as place:
        later, earlier, gone, absent, away = (
            str(place.edit("create", "appointment", start=ahead(place.now, days=days),
                           email="ana@example.com")["id"])
            for days in (5, 9, 4, 2, 7)
        )  # fmt: skip
        place.sync("runs")
        place.advance(1)
        place.edit("set", "appointment", later, start=ahead(place.now, days=9))
        place.edit("set", "appointment", earlier, start=ahead(place.now, hours=-5))
        place.edit("set", "appointment", gone, canceled=True)
        place.edit("delete", "appointment", away)
        seen = place.now
        place.sync("runs")
        place.advance(3)
        place.edit("set", "appointment", absent, noShow=True)
        place.sync("runs")
        told = {name.rpartition("/")[0]: at for name, (_, at, _) in place.stored("runs").items()}

    def at(number: str, kind: str) -> str | None:
        names = [name for name in told if name.startswith(f"tool:booking:{number}:booking.{kind}")]
        return told[names[0]] if names else None

    assert at(later, "starts") == (seen + timedelta(days=9)).isoformat()
    assert at(later, "rescheduled") == at(earlier, "rescheduled") == seen.isoformat()
    assert at(earlier, "starts") == (seen - timedelta(hours=5)).isoformat()
    assert at(gone, "cancelled") == seen.isoformat()
    assert at(gone, "attended") is None
    assert at(absent, "no_show") is not None
    assert at(absent, "attended") is None
    assert not any(f":{away}:" in name for name in told)


def test_payments_are_read_one_by_one_and_once(tmp_path: Path) -> None:
    with bookable("acuity", tmp_path, customers=1) as place:
        one = place.edit(
            "create", "appointment", start=ahead(place.now, days=5), email="a@b.com", amountPaid=10
        )
        other = place.edit("create", "appointment", start=ahead(place.now, days=6))
        place.sync("runs")
        asked = [r["path"] for r in place.journal() if r["path"].endswith("/payments")]
        assert f"/api/v1/appointments/{one['id']}/payments" in asked
        place.sync("runs")
        place.sync("runs", full=True)
        place.edit("set", "appointment", other["id"], amountPaid=20)
        place.sync("runs")
        again = [r["path"] for r in place.journal() if r["path"].endswith("/payments")]
        assert again[len(asked) :] == [f"/api/v1/appointments/{other['id']}/payments"]

        paid = {name.split(":")[2]: told for name, told in place.stored("runs").items()
                if "deposit.paid" in name}  # fmt: skip
        assert paid[str(one["id"])][2]["amount"] == 10
        assert paid[str(other["id"])][2]["amount"] == 20
        assert paid[str(one["id"])][2]["payment"].startswith("pi_")
        place.edit("set", "appointment", one["id"], amountPaid=0)
        place.sync("runs")
        assert not any(f":{one['id']}:deposit.paid" in name for name in place.stored("runs"))


def test_a_move_stays_known_when_everything_is_read_again(tmp_path: Path) -> None:
    with bookable("acuity", tmp_path, customers=1) as place:
        one = place.edit("create", "appointment", start=ahead(place.now, days=5), email="a@b.com")
        place.sync("runs")
        place.advance(1)
        place.edit("set", "appointment", one["id"], start=ahead(place.now, days=9))
        place.sync("runs")
        place.advance(1)
        assert place.sync("runs", full=True).changed == 0
        told = {k: v for k, v in place.stored("runs").items() if f":{one['id']}:" in k}

    assert sum("booking.rescheduled" in name for name in told) == 1
    (created,) = [one for name, one in told.items() if "booking.created" in name]
    assert created[2]["lead_time"] == 120


@pytest.mark.parametrize(
    ("kind", "raised"),
    [("revoked-token", errors.BadCredentials), ("lost-scope", errors.BadCredentials)],
)
def test_a_refused_key_is_a_sentence_with_the_next_step(
    kind: str, raised: type[Exception], tmp_path: Path
) -> None:
    with bookable("acuity", tmp_path) as place:
        place.fault("GET /api/v1", kind)
        with pytest.raises(raised, match="JOURNEYSYNC_TOOL__API_KEY"):
            place.records()


@pytest.mark.parametrize("kind", ["500", "503", "html", "reset", "truncate"])
def test_a_stumble_is_asked_again(kind: str, tmp_path: Path) -> None:
    with bookable("acuity", tmp_path) as place:
        whole = place.records()
        place.fault("GET /api/v1/appointments", kind)
        assert patient(place) == set(whole)


def patient(place: Bookable) -> set[str]:
    """Read everything with a clock that passes only by sleeping."""
    from journeysync.connectors.acuity.connector import Acuity
    from journeysync.connectors.acuity.settings import read_settings

    given = {**place.sandbox.tools["acuity"]}
    setup = ToolSetup("tool", given, place.folder)
    slept: list[float] = []
    tool = Acuity(setup, read_settings(setup), sleep=slept.append, monotonic=lambda: sum(slept))
    found = place.records(tool)
    assert slept
    return set(found)


def test_too_fast_waits_for_the_instant_that_the_answer_names() -> None:
    """Seconds since 1970, by the clock of the answer, whatever ours says."""
    date = "Fri, 20 Nov 2026 09:00:13 GMT"
    reset = int(datetime(2026, 11, 20, 9, 1, tzinfo=UTC).timestamp())

    assert pause(Answer(429, {"x-ratelimit-reset": str(reset), "date": date}, b"")) == 48
    assert pause(Answer(429, {"date": date}, b"")) is None
    assert pause(Answer(429, {"x-ratelimit-reset": str(reset)}, b"")) is None


def test_a_user_id_with_its_key_opens_too(tmp_path: Path) -> None:
    with bookable("acuity", tmp_path) as place:
        tool = place.sandbox.tools["acuity"]
        settings = {
            "base_url": f"{tool['base_url']}/api/v1/",
            "user_id": 31_000_031,
            "api_key": SecretStr(tool["access_token"]),
        }
        source = registry.make("acuity", ToolSetup("tool", settings, tmp_path))

        assert place.records(source) == place.records()


def test_without_a_key_the_next_step_is_said(tmp_path: Path) -> None:
    with pytest.raises(errors.BadCredentials, match="JOURNEYSYNC_DIARY__API_KEY"):
        registry.make("acuity", ToolSetup("diary", {"user_id": "31"}, tmp_path))


def test_a_setting_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(errors.Usage, match=r"`daysback`.*Known are"):
        registry.make("acuity", ToolSetup("diary", {"access_token": "x", "daysback": 3}, tmp_path))


def test_somebody_without_an_address_is_nobody_else(tmp_path: Path) -> None:
    """Booked at the desk: the phone may join them, a missing address never does."""
    with bookable("acuity", tmp_path, customers=1) as place:
        start = ahead(place.now, days=5)
        numbers = [
            place.edit("create", "appointment", start=start, phone=phone, lastName="Roe")["id"]
            for phone in ("01632 960001", "test")
        ]
        first, second = (place.reading(number) for number in numbers)

    assert first.people[0].name != second.people[0].name
    assert first.people[0].phones == ("01632 960001",)
    assert second.people[0].phones == second.people[0].emails == ()
    assert kinds(second.events)["starts"].person == second.people[0].name
