"""The pretend Calendly answers as the published description and recorded answers say."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from calendly_tool import Here, calendly
from openapi import mistakes, shared
from sandbox_client import Client

from journeysync.connectors.calendly.client import Page, name_of
from journeysync.core.models import RawRecord, RecordKey


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Here]:
    with calendly(tmp_path_factory.mktemp("calendly"), customers=30, limits=True) as served:
        yield served


@pytest.fixture
def client(here: Here) -> Client:
    tool = here.sandbox.tools["calendly"]
    return Client(tool["base_url"], tool["access_token"])


@pytest.fixture
def organization(client: Client) -> str:
    me = client("GET", "/users/me").body["resource"]
    return f"organization={me['current_organization']}"


def test_lists_are_as_described(client: Client, organization: str) -> None:
    for path in ("/scheduled_events", "/event_types", "/organization_memberships"):
        answer = client("GET", f"{path}?{organization}&count=100")

        assert answer.body["collection"]
        assert mistakes("calendly.json", path, answer.body) == []


def test_single_things_are_as_described(client: Client, organization: str) -> None:
    events = client("GET", f"/scheduled_events?{organization}&count=100").body["collection"]
    kept = {one["status"]: one for one in events}
    assert set(kept) == {"active", "canceled"}
    for event in kept.values():
        number = name_of(event["uri"])
        one = client("GET", f"/scheduled_events/{number}")
        assert mistakes("calendly.json", "/scheduled_events/{uuid}", one.body) == []
        listed = client("GET", f"/scheduled_events/{number}/invitees")
        assert mistakes("calendly.json", "/scheduled_events/{uuid}/invitees", listed.body) == []
        who = name_of(listed.body["collection"][0]["uri"])
        invitee = client("GET", f"/scheduled_events/{number}/invitees/{who}")
        path = "/scheduled_events/{event_uuid}/invitees/{invitee_uuid}"
        assert mistakes("calendly.json", path, invitee.body) == []
    me = client("GET", "/users/me")
    assert mistakes("calendly.json", "/users/me", me.body) == []


def test_every_invitee_is_as_described(client: Client, here: Here) -> None:
    found = [
        row
        for key in here.whole()
        for row in client("GET", f"/scheduled_events/{key.id}/invitees?count=100").body[
            "collection"
        ]
    ]
    page = {"collection": found, "pagination": _last_page(len(found))}

    assert mistakes("calendly.json", "/scheduled_events/{uuid}/invitees", page) == []
    assert any(row["rescheduled"] for row in found)
    assert any(row["no_show"] for row in found)
    assert any(row["payment"] for row in found)


def _last_page(count: int) -> dict[str, Any]:
    nowhere = dict.fromkeys(
        ("next_page", "previous_page", "next_page_token", "previous_page_token")
    )
    return {"count": count, **nowhere}


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/scheduled_events", 400),
        ("/scheduled_events?user=x&count=0", 400),
        ("/scheduled_events?user=x&min_start_time=soon", 400),
        ("/scheduled_events?user=x&status=open", 400),
        ("/scheduled_events?organization=https://api.calendly.com/organizations/other", 403),
        ("/scheduled_events/gone", 404),
        ("/scheduled_events/gone/invitees", 404),
    ],
)
def test_what_is_refused(client: Client, path: str, status: int) -> None:
    answer = client("GET", path)

    assert answer.status == status
    assert set(answer.body) - {"details"} == {"title", "message"}


def test_a_stranger_is_told_nothing(here: Here) -> None:
    answer = Client(here.sandbox.tools["calendly"]["base_url"], "other")("GET", "/users/me")

    assert answer.status == 401


def test_pages_follow_each_other_by_token(client: Client, organization: str) -> None:
    path, seen = f"/scheduled_events?{organization}&count=7", []
    token = ""
    while True:
        page = client("GET", path + (f"&page_token={token}" if token else "")).body
        seen += [row["uri"] for row in page["collection"]]
        token = page["pagination"]["next_page_token"]
        if not token:
            break
        assert f"page_token={token.replace('=', '%3D')}" in page["pagination"]["next_page"]
    whole = client("GET", f"/scheduled_events?{organization}&count=100").body["collection"]

    assert seen == [row["uri"] for row in whole] or len(whole) == 100
    assert len(set(seen)) == len(seen)


def test_who_asks_too_often_is_told_how_many_seconds_to_wait(tmp_path: Path) -> None:
    with calendly(tmp_path, customers=0, limits=True) as busy:
        tool = busy.sandbox.tools["calendly"]
        ask = Client(tool["base_url"], tool["access_token"])
        answers = [ask("GET", "/users/me") for _ in range(501)]

    assert [one.status for one in answers] == [200] * 500 + [429]
    assert answers[-1].headers["x-ratelimit-remaining"] == "0"
    assert 1 <= int(answers[-1].headers["x-ratelimit-reset"]) <= 60
    assert "retry-after" not in answers[-1].headers


# --- recorded answers --------------------------------------------------------------------------


def test_recorded_lists_are_read(here: Here) -> None:
    first, second = (_recorded(f"scheduled_events_002_page{number}.json") for number in (1, 2))
    one, two = msgspec.convert(first, Page), msgspec.convert(second, Page)

    assert one.pagination.token
    assert not two.pagination.token
    tool = here.connect()
    for row in one.collection + two.collection:
        invitees = _recorded("scheduled_event_invitees_101.json")["collection"]
        for who in [*invitees, _recorded("scheduled_event_invitee_301.json")["resource"]]:
            content = {"event": row, "invitees": [who], "chains": {}}
            record = RawRecord(RecordKey("cal", "scheduled_event", name_of(row["uri"])), content)
            reading = tool.normalise(record)
            assert reading.people
            assert reading.events
            assert not reading.set_aside


def test_the_pretend_tool_shows_what_the_real_one_does(client: Client, organization: str) -> None:
    """No key of a recorded invitee is missing."""
    event = client("GET", f"/scheduled_events?{organization}&status=canceled").body["collection"][0]
    listed = client("GET", f"/scheduled_events/{name_of(event['uri'])}/invitees").body
    recorded = _recorded("scheduled_event_invitee_301.json")["resource"]

    assert set(recorded) <= set(listed["collection"][0])


def _recorded(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(shared(f"recordings/calendly/{name}").read_text("utf-8"))
    return found
