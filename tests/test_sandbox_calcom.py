"""The pretend Cal.com answers as its descriptions say, in both contracts, and in four shapes."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from bookable import Bookable, ahead, bookable
from jsonschema import Draft202012Validator
from sandbox_client import Client, Reply
from vendor_specs import resolved, spec

VERSIONS = {"calcom": "2026-05-01", "calcom-selfhosted": "2024-08-13"}
SPECS = {"calcom": "calcom-hosted-2026-05-01.json", "calcom-selfhosted": "calcom.json"}
ANSWERS = {"calcom": "GetBookingsOutput_2026_05_01",
           "calcom-selfhosted": "GetBookingsOutput_2024_08_13"}  # fmt: skip


@pytest.fixture(params=sorted(VERSIONS))
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bookable]:
    with bookable(request.param, tmp_path, customers=40) as one:
        yield one


def get(place: Bookable, path: str, version: str = "") -> Reply:
    tool = place.sandbox.tools[place.tool]
    client = Client(tool["base_url"], tool["access_token"])
    return client("GET", f"/v2{path}", cal_api_version=version or VERSIONS[place.tool])


def rows(place: Bookable, query: str = "") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = get(place, f"/bookings{query}").body["data"]
    return found


def validator(place: Bookable, name: str) -> Draft202012Validator:
    document = spec(SPECS[place.tool])
    return Draft202012Validator(resolved(document, document["components"]["schemas"][name]))


def shape(row: dict[str, Any]) -> str:
    """Name the shape that a row must have."""
    seated = any("seatUid" in one for one in row["attendees"])
    names = {
        (False, False): "BookingOutput_2024_08_13",
        (False, True): "RecurringBookingOutput_2024_08_13",
        (True, False): "GetSeatedBookingOutput_2024_08_13",
        (True, True): "GetRecurringSeatedBookingOutput_2024_08_13",
    }
    return names[seated, "recurringBookingUid" in row]


def test_every_shape_is_as_described(place: Bookable) -> None:
    for service in (1, 3):
        for series in ("", "series-1"):
            uid = place.edit("create", "booking", start=ahead(place.now, days=2), service=service,
                             email="a@example.com", series=series)["uid"]  # fmt: skip
            if series:
                place.edit("cancel", "booking", uid)
    found = rows(place, "?limit=100&take=250")
    seen = set()
    for row in found:
        validator(place, shape(row)).validate(row)
        seen.add(shape(row))

    assert len(seen) == 4


def test_a_page_is_as_described(place: Bookable) -> None:
    for query in ("?limit=10&take=10", "?limit=100&take=250", "?afterStart=2100-01-01T00:00:00Z"):
        answer = get(place, f"/bookings{query}").body
        plain = [row for row in answer["data"] if shape(row) == "BookingOutput_2024_08_13"]

        validator(place, ANSWERS[place.tool]).validate({**answer, "data": plain})


def test_one_booking_is_as_described(place: Bookable) -> None:
    uid = rows(place)[0]["uid"]
    version = {"calcom": "2026-02-25", "calcom-selfhosted": "2024-08-13"}[place.tool]
    row = get(place, f"/bookings/{uid}", version).body["data"]

    validator(place, shape(row)).validate(row)
    assert get(place, f"/bookings/{uid}", "2020-01-01").status == 404
    assert get(place, "/bookings/nobody", version).body["error"]["code"] == "NotFoundException"


def test_another_version_is_an_older_shape_without_pages(place: Bookable) -> None:
    assert "pagination" not in get(place, "/bookings", "2024-04-15").body


def test_what_belongs_to_the_other_contract_is_passed_over(tmp_path: Path) -> None:
    with bookable("calcom", tmp_path, customers=40) as place:
        assert rows(place, "?skip=20") == rows(place)
    with bookable("calcom-selfhosted", tmp_path, customers=40) as place:
        assert rows(place, f"?cursor={rows(place)[3]['uid']}") == rows(place)


def test_several_statuses_are_one_contract_only(tmp_path: Path) -> None:
    for tool, status in (("calcom", 400), ("calcom-selfhosted", 200)):
        with bookable(tool, tmp_path) as place:
            assert get(place, "/bookings?status=upcoming,past").status == status


def test_a_move_is_a_cancellation_and_a_new_booking(place: Bookable) -> None:
    old = place.edit("create", "booking", start=ahead(place.now, days=2), email="a@example.com")
    new = place.edit("move", "booking", old["uid"], start=ahead(place.now, days=4))
    shown = {row["uid"]: row for row in rows(place, "?limit=100&take=250")}

    assert shown[old["uid"]]["status"] == "cancelled"
    assert shown[old["uid"]]["rescheduledToUid"] == new["uid"]
    assert shown[new["uid"]]["rescheduledFromUid"] == old["uid"]
    assert "cancelledByEmail" not in shown[old["uid"]]


def test_asking_for_another_time_names_nobody_and_is_not_updated_by_what_follows(
    place: Bookable,
) -> None:
    old = place.edit("create", "booking", start=ahead(place.now, days=2), email="a@example.com")
    asked = place.edit("ask-to-move", "booking", old["uid"])
    place.advance(1)
    place.edit("move", "booking", old["uid"], start=ahead(place.now, days=4))
    now = next(row for row in rows(place, "?limit=100&take=250") if row["uid"] == old["uid"])

    assert asked["status"] == "cancelled"
    assert not {"rescheduledToUid", "cancelledByEmail"} & set(asked)
    assert now["updatedAt"] == asked["updatedAt"]
    assert "rescheduledToUid" in now


def test_marking_somebody_absent_updates_nothing(place: Bookable) -> None:
    old = place.edit("create", "booking", start=ahead(place.now, days=2), email="a@example.com")
    place.advance(3)
    now = place.edit("set", "booking", old["uid"], absent=True)

    assert now["attendees"][0]["absent"]
    assert now["updatedAt"] == old["updatedAt"]


def test_the_budget_of_the_hosted_one_is_told(tmp_path: Path) -> None:
    with bookable("calcom", tmp_path) as place:
        assert get(place, "/me").headers["x-ratelimit-limit-default"] == "120"
        place.fault("GET /v2/me", "429")
        reply = get(place, "/me")
        assert (reply.status, reply.headers["retry-after"]) == (429, "60")
