"""What of Cal.com's lists can go wrong: the other contract, pages, erased rows, refusals."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from bookable import Bookable, ahead, bookable
from pydantic import SecretStr

from journeysync.connectors import registry
from journeysync.connectors.calcom.connector import CalCom
from journeysync.connectors.calcom.contracts import HOSTED, SELF_HOSTED
from journeysync.connectors.calcom.settings import read_settings
from journeysync.core import errors
from journeysync.core.ports import ToolSetup

BOTH = pytest.mark.parametrize("tool", ["calcom", "calcom-selfhosted"])
CONTRACTS = {"calcom": HOSTED, "calcom-selfhosted": SELF_HOSTED}


def crowd(place: Bookable, count: int) -> list[str]:
    """Let many book."""
    return [
        str(place.edit("create", "booking", start=ahead(place.now, hours=number),
                       email=f"n{number}@example.com")["uid"])
        for number in range(1, count + 1)
    ]  # fmt: skip


def lists(place: Bookable) -> list[str]:
    return [one["query"] for one in place.journal() if one["path"] == "/v2/bookings"]


def patient(place: Bookable) -> CalCom:
    """Make a connector whose time passes only by sleeping."""
    setup = ToolSetup("tool", place.sandbox.tools[place.tool], place.folder)
    slept: list[float] = []
    return CalCom(
        setup, read_settings(setup, own_address=False), CONTRACTS[place.tool],
        sleep=slept.append, monotonic=lambda: sum(slept),
    )  # fmt: skip


@BOTH
def test_every_page_is_read(tool: str, tmp_path: Path) -> None:
    with bookable(tool, tmp_path, customers=1) as place:
        made = crowd(place, 260)
        found = place.records()

        assert set(made) <= set(found)
        assert len(lists(place)) == {"calcom": 3, "calcom-selfhosted": 2}[tool]


@BOTH
@pytest.mark.parametrize("twist", ["repeat-page", "shrink-page"])
def test_a_page_that_repeats_or_is_short_loses_nothing(
    tool: str, twist: str, tmp_path: Path
) -> None:
    with bookable(tool, tmp_path, customers=1) as place:
        made = crowd(place, 260)
        for nth in (1, 2):
            place.admin("DELETE", "/faults")
            place.fault("GET /v2/bookings", twist, nth=nth)
            assert set(made) <= set(place.records())


@BOTH
def test_a_page_that_repeats_for_ever_ends(tool: str, tmp_path: Path) -> None:
    with bookable(tool, tmp_path, customers=1) as place:
        crowd(place, 260)
        place.fault("GET /v2/bookings", "repeat-page", nth=2, times=100)
        with pytest.raises(errors.ToolDown, match=r"again and again|keeps changing"):
            place.records()


@pytest.mark.parametrize(
    ("served", "spoken"), [("calcom", "calcom-selfhosted"), ("calcom-selfhosted", "calcom")]
)
def test_the_other_contract_is_refused_and_not_taken_for_a_short_list(
    served: str, spoken: str, tmp_path: Path
) -> None:
    with bookable(served, tmp_path) as place:
        settings = {**place.sandbox.tools[served]}
        source = registry.make(spoken, ToolSetup("tool", settings, tmp_path))

        with pytest.raises(errors.ToolDown, match=f"has the type `{served}`"):
            place.records(source)
        assert [one.exit_code for one in source.check() if one.level == "error"] == [2]


def test_the_paging_object_of_every_page_is_asserted() -> None:
    hosted = {"nextCursor": None, "hasMore": False}
    own = {"hasNextPage": False, "totalItems": 3}

    assert HOSTED.fits(hosted)
    assert SELF_HOSTED.fits(own)
    strange: list[object] = [{"nextCursor": None}, {"hasNextPage": False}, None, [], "x"]
    assert not any(HOSTED.fits(one) for one in (own, *strange))
    assert not any(SELF_HOSTED.fits(one) for one in (hosted, *strange))


@BOTH
def test_each_endpoint_is_asked_in_its_own_version(tool: str, tmp_path: Path) -> None:
    """The pretend tool answers no other: a link read by its uid shows that it was."""
    with bookable(tool, tmp_path, customers=1) as place:
        (first,) = crowd(place, 1)
        place.advance(30)
        place.edit("ask-to-move", "booking", first)
        place.advance(30)
        new = place.edit("move", "booking", first, start=ahead(place.now, days=3))["uid"]
        found = place.records(since=place.now - timedelta(hours=1))

        assert found[str(new)].content["chain"] == first
        assert found[first].content["rescheduledToUid"] == new


@BOTH
def test_later_runs_ask_for_changes_and_for_what_can_change_without_a_trace(
    tool: str, tmp_path: Path
) -> None:
    with bookable(tool, tmp_path, customers=60, days_back=10) as place:
        since = place.now - timedelta(hours=1)
        found = place.records(since=since)

        assert 0 < len(found) < len(place.records())
        assert "afterUpdatedAt=2026-11-20T08%3A00%3A00.000Z" in lists(place)[0]
        assert "afterStart=2026-11-10T09%3A00%3A00.000Z" in lists(place)[1]


@BOTH
def test_one_marked_absent_is_found_though_nothing_was_updated(tool: str, tmp_path: Path) -> None:
    with bookable(tool, tmp_path, customers=1) as place:
        (uid,) = crowd(place, 1)
        place.sync("runs")
        place.advance(2)
        place.edit("set", "booking", uid, absent=True)
        place.sync("runs")
        kinds = {name.split(":")[3].split("/")[0] for name in place.stored("runs") if uid in name}

        assert kinds == {"booking.created", "booking.starts", "booking.ended", "booking.no_show"}


@BOTH
def test_a_change_of_an_old_booking_is_found(tool: str, tmp_path: Path) -> None:
    with bookable(tool, tmp_path, customers=1, days_back=2) as place:
        (uid,) = crowd(place, 1)
        place.sync("runs")
        place.advance(5)
        place.sync("runs")
        place.edit("set", "booking", uid, rating=5)
        place.sync("runs")

        assert any("survey.answered" in name for name in place.stored("runs") if uid in name)


@BOTH
def test_who_gives_up_a_seat_has_cancelled_and_the_others_stay(tool: str, tmp_path: Path) -> None:
    with bookable(tool, tmp_path, customers=1) as place:
        made = place.edit("create", "booking", start=ahead(place.now, days=3), service=3,
                          email="ana@example.com")  # fmt: skip
        place.edit("add-attendee", "booking", made["uid"], email="ben@example.com")
        place.sync("runs")
        place.advance(1)
        place.edit("drop-attendee", "booking", made["uid"], attendee=0)
        seen = place.now
        place.sync("runs")
        place.advance(1)
        assert place.sync("runs", full=True).changed == 0
        told = {
            (name.split(":")[3].split("/")[0], person): at
            for name, (person, at, _) in place.stored("runs").items()
            if made["uid"] in name
        }

    people = {person for _, person in told}
    (left,) = {person for kind, person in told if kind == "booking.cancelled"}
    assert len(people) == 2
    assert told["booking.cancelled", left] == seen.isoformat()
    assert {person for kind, person in told if kind == "booking.attended"} == people - {left}


@BOTH
def test_a_chain_keeps_its_name_when_its_first_link_is_erased(tool: str, tmp_path: Path) -> None:
    with bookable(tool, tmp_path, customers=1) as place:
        (first,) = crowd(place, 1)
        second = place.edit("move", "booking", first, start=ahead(place.now, days=3))["uid"]
        place.sync("runs")
        place.edit("delete", "booking", first)
        place.edit("set", "booking", second, rating=4)
        place.sync("runs", full=True)
        told = [name for name in place.stored("runs") if f":{first}:" in name]

        assert any("booking.starts" in name for name in told)
        assert not any("booking.created" in name for name in told)
        assert not any(f":booking:{second}:" in name for name in place.stored("runs"))


@BOTH
@pytest.mark.parametrize("kind", ["429", "500", "503", "html", "reset", "truncate"])
def test_a_stumble_is_asked_again(tool: str, kind: str, tmp_path: Path) -> None:
    with bookable(tool, tmp_path) as place:
        whole = place.records()
        place.fault("GET /v2/bookings", kind)

        assert place.records(patient(place)) == whole


@pytest.mark.parametrize("kind", ["revoked-token", "lost-scope"])
def test_a_refused_key_is_a_sentence_with_the_next_step(kind: str, tmp_path: Path) -> None:
    with bookable("calcom", tmp_path) as place:
        place.fault("GET /v2", kind)
        with pytest.raises(errors.BadCredentials, match="JOURNEYSYNC_TOOL__ACCESS_TOKEN"):
            place.records()


@pytest.mark.parametrize(
    ("kind", "settings", "raised", "says"),
    [
        ("calcom", {}, errors.BadCredentials, "JOURNEYSYNC_BOOK__ACCESS_TOKEN"),
        ("calcom-selfhosted", {"access_token": "x"}, errors.Usage, "base_url"),
        ("calcom", {"access_token": "x", "daysback": 1}, errors.Usage, "`daysback`"),
        ("calcom", {"access_token": "x", "base_url": "cal.com"}, errors.Usage, "https://"),
    ],
)
def test_what_is_missing_or_wrong_is_said(
    kind: str, settings: dict[str, Any], raised: type[Exception], says: str, tmp_path: Path
) -> None:
    with pytest.raises(raised, match=says):
        registry.make(kind, ToolSetup("book", settings, tmp_path))


def test_an_address_may_end_in_its_version(tmp_path: Path) -> None:
    with bookable("calcom-selfhosted", tmp_path) as place:
        tool = place.sandbox.tools["calcom-selfhosted"]
        settings = {
            "base_url": f"{tool['base_url']}/v2/",
            "access_token": SecretStr(tool["access_token"]),
        }
        source = registry.make("calcom-selfhosted", ToolSetup("tool", settings, tmp_path))

        assert place.records(source) == place.records()
