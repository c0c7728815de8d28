"""Every kind of fault, as a client meets it."""

import contextlib
import threading
import time
from collections.abc import Iterator
from http.client import HTTPException, IncompleteRead, RemoteDisconnected
from typing import Any

import pytest
from sandbox_client import Client, Running, running

UPDATE = "POST /crm/v3/objects/contacts/batch/update"
BOTH = {
    "inputs": [
        {"id": "99951", "properties": {"city": "A"}},
        {"id": "99952", "properties": {"city": "B"}},
    ]
}


@pytest.fixture(scope="module")
def shared() -> Iterator[Running]:
    with running() as started:
        yield started


@pytest.fixture
def box(shared: Running) -> Iterator[Running]:
    shared.admin("DELETE", "/journal")
    yield shared
    shared.admin("DELETE", "/faults")


def city(box: Running, number: int) -> str | None:
    path = f"/crm/v3/objects/contacts/{number}?properties=city"
    value: str | None = box.hubspot("GET", path).body["properties"]["city"]
    return value


ANSWERS: dict[str, tuple[dict[str, Any], int, str]] = {
    "too fast": ({"kind": "429"}, 429, "TEN_SECONDLY_ROLLING"),
    "too much for today": ({"kind": "429", "policy": "DAILY"}, 429, '"DAILY"'),
    "broken": ({"kind": "500"}, 500, "internal error"),
    "not there for now": ({"kind": "503"}, 503, "503 Service Unavailable"),
    "a page instead of data": ({"kind": "html"}, 200, "<!DOCTYPE html>"),
    "an old token": ({"kind": "expired-token"}, 401, "EXPIRED_AUTHENTICATION"),
    "a dead token": ({"kind": "revoked-token"}, 401, "INVALID_AUTHENTICATION"),
    "a scope taken away": ({"kind": "lost-scope"}, 403, "MISSING_SCOPES"),
}


@pytest.mark.parametrize(("fault", "status", "says"), ANSWERS.values(), ids=ANSWERS)
def test_answers(box: Running, fault: dict[str, Any], status: int, says: str) -> None:
    """The write is refused in the tool's own words, and nothing is written."""
    before = city(box, 99951)
    box.fault(match=UPDATE, **fault)
    reply = box.hubspot("POST", "/crm/v3/objects/contacts/batch/update", BOTH)
    assert reply.status == status
    assert says in reply.content.decode()
    box.admin("DELETE", "/faults")
    assert city(box, 99951) == before
    assert box.journal()[-2]["writes"] is False


def test_a_search_that_is_too_fast_names_its_own_policy(box: Running) -> None:
    box.fault("429", "POST /crm/v3/objects/contacts/search", retry_after=1)
    reply = box.hubspot("POST", "/crm/v3/objects/contacts/search", {})
    assert reply.body["policyName"] == "SECONDLY"
    assert reply.headers["retry-after"] == "1"


def test_the_nth_match_and_so_many_after_it(box: Running) -> None:
    """Counting starts with the fault, and other requests do not count."""
    box.hubspot("GET", "/crm/v3/owners")
    box.fault("500", "GET /crm/v3/owners", nth=2, times=2)
    box.hubspot("GET", "/crm/v3/objects/deals")
    statuses = [box.hubspot("GET", "/crm/v3/owners").status for _ in range(5)]
    assert statuses == [200, 500, 500, 200, 200]


def test_what_is_taken_away_stays_away(box: Running) -> None:
    box.fault("revoked-token")
    assert [box.hubspot("GET", "/crm/v3/owners").status for _ in range(3)] == [401] * 3
    box.admin("DELETE", "/faults")
    assert box.hubspot("GET", "/crm/v3/owners").status == 200


def test_a_match_in_v3_words_meets_every_version(box: Running) -> None:
    box.fault("500", "GET /crm/v3/objects/contacts")
    assert box.hubspot("GET", "/crm/objects/2026-03/contacts").status == 500


def test_a_match_of_one_version_meets_it_alone(box: Running) -> None:
    box.fault("500", "GET /crm/objects/2026-03/contacts")
    assert box.hubspot("GET", "/crm/v3/objects/contacts").status == 200
    assert box.hubspot("GET", "/crm/objects/2026-03/contacts").status == 500


def test_reset(box: Running) -> None:
    """The line goes dead, and nothing was done."""
    box.fault("reset", UPDATE)
    before = city(box, 99951)
    with pytest.raises((ConnectionError, RemoteDisconnected)):
        box.hubspot("POST", "/crm/v3/objects/contacts/batch/update", BOTH)
    assert city(box, 99951) == before
    entry = next(entry for entry in box.journal() if entry.get("fault"))
    assert (entry["status"], entry["writes"], entry["fault"]) == (None, False, "reset")


def test_applied_then_reset(box: Running) -> None:
    """The line goes dead, and everything was done."""
    box.fault("applied-then-reset", UPDATE)
    body = {"inputs": [{"id": "99951", "properties": {"city": "Applied"}}]}
    with pytest.raises((ConnectionError, RemoteDisconnected)):
        box.hubspot("POST", "/crm/v3/objects/contacts/batch/update", body)
    assert city(box, 99951) == "Applied"
    entry = next(entry for entry in box.journal() if entry.get("fault"))
    assert (entry["status"], entry["writes"]) == (None, True)


def test_truncate(box: Running) -> None:
    box.fault("truncate", "GET /crm/v3/objects/contacts")
    with pytest.raises(IncompleteRead):
        box.hubspot("GET", "/crm/v3/objects/contacts")
    assert box.hubspot("GET", "/crm/v3/objects/contacts").status == 200


def test_half_applied_batch(box: Running) -> None:
    """An error after the first half of the batch."""
    body = {
        "inputs": [
            {"id": str(number), "properties": {"city": "Half"}} for number in range(99_951, 99_955)
        ]
    }
    box.fault("half-applied", UPDATE)
    assert box.hubspot("POST", "/crm/v3/objects/contacts/batch/update", body).status == 500
    cities = [city(box, number) for number in range(99_951, 99_955)]
    assert [name == "Half" for name in cities] == [True, True, False, False]


def test_half_applied_task(box: Running) -> None:
    """The task is there, but not on its contact."""
    link = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 204}
    task = {
        "properties": {"hs_timestamp": "2026-11-21T10:00:00Z", "hs_task_subject": "Lost"},
        "associations": [{"to": {"id": "99951"}, "types": [link]}],
    }
    box.fault("half-applied", "POST /crm/v3/objects/tasks")
    assert box.hubspot("POST", "/crm/v3/objects/tasks", task).status == 500
    shown = box.admin("GET", "/snapshot").body["hubspot"]["tasks"]
    assert [(row["key"], row["associations"]) for row in shown] == [("Lost", [])]


def ids_of_pages(box: Running, limit: int) -> list[str]:
    told, after = [], ""
    for _ in range(30):
        page = box.hubspot("GET", f"/crm/v3/objects/contacts?limit={limit}{after}").body
        told += [row["id"] for row in page["results"]]
        if "paging" not in page:
            return told
        after = f"&after={page['paging']['next']['after']}"
    raise AssertionError("the pages never end")


def test_repeat_page(box: Running) -> None:
    """One page comes twice; whoever follows the cursor still gets everything."""
    whole = ids_of_pages(box, 10)
    box.fault("repeat-page", "GET /crm/v3/objects/contacts", nth=2)
    told = ids_of_pages(box, 10)
    assert len(told) == len(whole) + 10
    assert list(dict.fromkeys(told)) == whole


def test_shrink_page(box: Running) -> None:
    """A short page is not the last page."""
    whole = ids_of_pages(box, 10)
    box.fault("shrink-page", "GET /crm/v3/objects/contacts")
    first = box.hubspot("GET", "/crm/v3/objects/contacts?limit=10").body
    assert len(first["results"]) == 5
    assert "paging" in first
    box.fault("shrink-page", "GET /crm/v3/objects/contacts")
    assert ids_of_pages(box, 10) == whole


def test_slow(box: Running) -> None:
    box.fault("slow", "GET /crm/v3/owners", seconds=0.2)
    begun = time.monotonic()
    assert box.hubspot("GET", "/crm/v3/owners").status == 200
    assert time.monotonic() - begun >= 0.2


def test_timeout(box: Running) -> None:
    """No answer comes; a client that gives up has changed nothing."""
    box.fault("timeout", UPDATE)
    before = city(box, 99951)
    tool = box.sandbox.tools["hubspot"]
    impatient = Client(tool["base_url"], tool["access_token"], timeout=0.1)
    with pytest.raises(TimeoutError):
        impatient("POST", "/crm/v3/objects/contacts/batch/update", BOTH)
    assert city(box, 99951) == before


def held(box: Running, body: Any) -> tuple[threading.Thread, list[Any]]:
    """Send an update that is held, and wait until the sandbox has it."""
    tool = box.sandbox.tools["hubspot"]
    client, replies = Client(tool["base_url"], tool["access_token"]), []

    def send() -> None:
        with contextlib.suppress(OSError, HTTPException):
            replies.append(client("POST", "/crm/v3/objects/contacts/batch/update", body))

    thread = threading.Thread(target=send, daemon=True)
    thread.start()
    while not any(entry.get("fault") == "hold" for entry in box.journal()):
        time.sleep(0.01)
    return thread, replies


def test_hold(box: Running) -> None:
    """Others are served meanwhile; the held request goes on when it is let go."""
    box.fault("hold", UPDATE)
    body = {"inputs": [{"id": "99951", "properties": {"city": "Held"}}]}
    thread, replies = held(box, body)
    assert city(box, 99951) != "Held"
    assert replies == []
    box.admin("DELETE", "/faults")
    thread.join()
    assert replies[0].status == 200
    assert city(box, 99951) == "Held"


def test_a_held_request_whose_client_was_killed_is_never_done(box: Running) -> None:
    box.fault("hold", UPDATE)
    tool = box.sandbox.tools["hubspot"]
    dying = Client(tool["base_url"], tool["access_token"], timeout=0.1)
    body = {"inputs": [{"id": "99951", "properties": {"city": "Ghost"}}]}
    with pytest.raises(TimeoutError):
        dying("POST", "/crm/v3/objects/contacts/batch/update", body)
    time.sleep(0.1)
    box.admin("DELETE", "/faults")
    time.sleep(0.1)
    assert city(box, 99951) != "Ghost"


def test_a_hold_may_come_after_the_deed(box: Running) -> None:
    """For a kill between what was done and what was heard of it."""
    box.fault("hold", UPDATE, applied=True)
    body = {"inputs": [{"id": "99951", "properties": {"city": "Done"}}]}
    thread, replies = held(box, body)
    while city(box, 99951) != "Done":
        time.sleep(0.01)
    assert replies == []
    box.admin("DELETE", "/faults")
    thread.join()
    assert replies[0].status == 200


def test_faults_are_listed(box: Running) -> None:
    box.fault("slow", "GET /crm", seconds=1, times=3)
    assert box.admin("GET", "/faults").body["faults"] == [
        {"kind": "slow", "tool": "hubspot", "match": "GET /crm", "nth": 1, "times": 3, "seen": 0,
         "seconds": 1}
    ]  # fmt: skip
