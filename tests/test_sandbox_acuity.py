"""The pretend Acuity answers as its description says, and forgets what Acuity forgets."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from bookable import Bookable, ahead, bookable
from jsonschema import Draft202012Validator
from sandbox_client import Client, Reply
from vendor_specs import resolved, spec

LISTS = (
    "/appointments",
    "/appointments?canceled=true",
    "/appointments?showall=true&excludeForms=true",
    "/appointments?direction=ASC&max=5",
)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bookable]:
    with bookable("acuity", tmp_path_factory.mktemp("acuity"), customers=60) as one:
        yield one


def get(place: Bookable, path: str) -> Reply:
    tool = place.sandbox.tools["acuity"]
    return Client(tool["base_url"], tool["access_token"])("GET", f"/api/v1{path}")


def validator(path: str) -> Draft202012Validator:
    """What the description says of a good answer."""
    document = spec("acuity.json")
    answer = document["paths"][path]["get"]["responses"]["200"]
    return Draft202012Validator(resolved(document, answer["content"]["application/json"]["schema"]))


@pytest.mark.parametrize("path", LISTS)
def test_lists_are_as_described(path: str, place: Bookable) -> None:
    shown = get(place, path).body

    assert shown
    validator("/appointments").validate(shown)


def test_payments_are_as_described(place: Bookable) -> None:
    paid = [one for one in get(place, "/appointments").body if one["paid"] == "yes"]
    shown = get(place, f"/appointments/{paid[0]['id']}/payments").body

    assert shown
    validator("/appointments/{id}/payments").validate(shown)


def test_a_refusal_is_as_described(place: Bookable) -> None:
    tool = place.sandbox.tools["acuity"]
    reply = Client(tool["base_url"], "nobody")("GET", "/api/v1/me")

    assert (reply.status, json.loads(reply.content)["error"]) == (401, "unauthorized")


def test_what_was_canceled_stands_in_a_list_of_its_own(place: Bookable) -> None:
    """Only there does it say who did not turn up."""
    live, canceled, both = (
        get(place, f"/appointments?max=1000{more}").body
        for more in ("", "&canceled=true", "&showall=true")
    )

    assert not any(one["canceled"] for one in live)
    assert all(one["canceled"] for one in canceled)
    assert len(both) == len(live) + len(canceled)
    assert {one["noShow"] for one in canceled} == {True, False}
    assert not any("noShow" in one for one in both)


def test_days_are_whole_and_belong_to_the_accounts_zone(place: Bookable) -> None:
    place.edit("create", "appointment", start="2026-06-30T23:30:00Z", email="late@example.com")
    found = get(place, "/appointments?minDate=2026-07-01&maxDate=2026-07-01").body

    assert [one["datetime"] for one in found if one["email"] == "late@example.com"] == [
        "2026-07-01T00:30:00+0100"
    ]


def test_a_moved_appointment_keeps_its_id_and_nothing_else_of_before(place: Bookable) -> None:
    one: dict[str, Any] = place.edit(
        "create", "appointment", start=ahead(place.now, days=3), email="a@example.com"
    )
    place.edit("set", "appointment", one["id"], start=ahead(place.now, days=5))
    now = get(place, f"/appointments/{one['id']}").body

    changed = {name for name in now if now[name] != one.get(name)}
    assert changed == {"datetime", "date"}


def test_the_budget_and_when_it_starts_anew_are_told(place: Bookable) -> None:
    headers = get(place, "/me").headers

    assert headers["x-ratelimit-limit"] == "5000"
    assert int(headers["x-ratelimit-reset"]) % 60 == 0


def test_the_studio_goes_on(tmp_path: Path) -> None:
    with bookable("acuity", tmp_path, customers=40) as one:
        before = len(get(one, "/appointments?showall=true&max=1000").body)
        one.advance(30)
        after = get(one, "/appointments?showall=true&max=1000").body

        assert len(after) > before
        assert get(one, "/appointments/1").status == 404
