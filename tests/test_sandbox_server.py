"""The sandbox itself: its doors, its journal, its time, and that it is the same every time."""

import socket
from collections.abc import Iterator
from typing import Any

import pytest
from sandbox_client import Client, Running, running

from journeysync.sandbox.server import start


@pytest.fixture
def box() -> Iterator[Running]:
    with running() as started:
        yield started


def test_it_tells_its_time(box: Running) -> None:
    assert box.admin("GET", "/now").body == {"now": "2026-11-20T09:00:00Z"}
    assert box.sandbox.now == "2026-11-20T09:00:00Z"


def test_its_time_can_be_chosen() -> None:
    with running(5, now="2027-03-01T12:00:00+01:00") as box:
        assert box.sandbox.now == "2027-03-01T11:00:00Z"


def test_a_tool_that_cannot_be_pretended() -> None:
    with pytest.raises(ValueError, match="no pretend shopfy"):
        start(tools=["shopfy"])


def _left_free() -> bool:
    """Start on a port whose next one is taken; say whether the first one is free afterwards."""
    with socket.socket() as taken, socket.socket() as probe:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(OSError, match="in use"):
            start(port=port - 1, customers=1)
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port - 1))
        except OSError:
            return False
    return True


def test_a_port_is_free_again_after_a_failed_start() -> None:
    """Another program may hold one such port by chance; a leak would hold them all."""
    assert any(_left_free() for _ in range(5))


def test_the_journal_tells_every_request_in_order(box: Running) -> None:
    box.hubspot("GET", "/crm/v3/objects/contacts?limit=1")
    box.hubspot("PATCH", "/crm/v3/objects/contacts/99951", {"properties": {"city": "Hove"}})
    box.hubspot("POST", "/crm/v3/objects/contacts/search", {"limit": 1})
    box.hubspot("GET", "/crm/v3/objects/contacts/1")

    shown = [(entry["n"], entry["status"], entry["writes"]) for entry in box.journal()]
    assert shown == [(1, 200, False), (2, 200, True), (3, 200, False), (4, 404, False)]
    assert box.journal()[0] == {
        "n": 1, "tool": "hubspot", "method": "GET", "path": "/crm/v3/objects/contacts",
        "query": "limit=1", "status": 200, "writes": False,
    }  # fmt: skip


def test_a_cleared_journal_starts_again(box: Running) -> None:
    box.hubspot("GET", "/crm/v3/owners")
    box.admin("DELETE", "/journal")
    assert box.journal() == []
    box.hubspot("GET", "/crm/v3/owners")
    assert [entry["n"] for entry in box.journal()] == [1]


def test_a_write_that_changes_nothing_is_no_write(box: Running) -> None:
    same = {"properties": {"firstname": "Maya"}}
    box.hubspot("PATCH", "/crm/v3/objects/contacts/99951", same)
    assert [entry["writes"] for entry in box.journal()] == [False]


MISTAKES: dict[str, tuple[str, str, Any, str]] = {
    "no such door": ("GET", "/nothing", None, "GET /journal"),
    "an unknown fault": ("POST", "/faults", {"kind": "flood"}, "kind must be one of"),
    "a fault of an unknown tool": ("POST", "/faults", {"kind": "500", "tool": "x"}, "hubspot"),
    "a fault before the first": ("POST", "/faults", {"kind": "500", "nth": 0}, "whole numbers"),
    "time backwards": ("POST", "/advance", {"days": -1}, "days"),
    "no days": ("POST", "/advance", {}, "days"),
    "an unknown action": ("POST", "/edit", {"object": "contacts", "action": "x"}, "action must"),
    "an unknown object": ("POST", "/edit", {"object": "cats", "action": "set"}, "object must"),
    "an unknown record": (
        "POST", "/edit", {"object": "contact", "action": "delete", "id": 1}, "no contact 1",
    ),
    "a value that is not allowed": (
        "POST",
        "/edit",
        {"object": "contact", "action": "set", "id": 99951, "properties": {"newsletter": "so"}},
        "not one of the allowed options",
    ),
    "an unknown editor": (
        "POST", "/edit", {"object": "contact", "action": "delete", "id": 99951, "by": "cat"}, "by",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("method", "path", "value", "says"), MISTAKES.values(), ids=MISTAKES)
def test_mistakes_are_answered_with_what_to_do(
    box: Running, method: str, path: str, value: Any, says: str
) -> None:
    reply = box.admin(method, path, value)
    assert reply.status in (400, 404)
    assert says in reply.body["error"]


def everything(box: Running) -> dict[str, Any]:
    """Read all records of the portal."""
    told = {}
    for kind in ("contacts", "companies", "deals", "meetings", "calls", "emails", "communications"):
        rows, after = [], ""
        while True:
            page = box.hubspot("GET", f"/crm/v3/objects/{kind}?limit=100{after}").body
            rows += page["results"]
            if "paging" not in page:
                break
            after = f"&after={page['paging']['next']['after']}"
        told[kind] = rows
    return told


def test_the_same_seed_makes_the_same_business() -> None:
    with running(40, 7) as one, running(40, 7) as two, running(40, 8) as other:
        assert everything(one) == everything(two) != everything(other)


def test_time_passes_alike_in_one_step_or_many() -> None:
    with running(40) as one, running(40) as two:
        one.admin("POST", "/advance", {"days": 21})
        for days in (1, 2.5, 0.25, 17.25):
            two.admin("POST", "/advance", {"days": days})
        assert one.sandbox.now == two.sandbox.now == "2026-12-11T09:00:00Z"
        told = everything(one)
        assert told == everything(two)
        assert len(told["contacts"]) > len(everything_at_start(40)["contacts"])


def everything_at_start(customers: int) -> dict[str, Any]:
    with running(customers) as box:
        return everything(box)


def outcomes(box: Running, contact: int) -> list[str]:
    linked = box.hubspot("GET", f"/crm/v4/objects/contacts/{contact}/associations/meetings").body
    shown = [
        box.hubspot(
            "GET", f"/crm/v3/objects/meetings/{row['toObjectId']}?properties=hs_meeting_outcome"
        )
        for row in linked["results"]
    ]
    return [reply.body["properties"]["hs_meeting_outcome"] for reply in shown]


def test_bookings_happen_as_time_passes() -> None:
    """What lies ahead is SCHEDULED; by and by each visit is ticked off, or not."""
    with running(60) as box:
        ahead = [
            number for number in range(99_977, 100_011) if "SCHEDULED" in outcomes(box, number)
        ]
        before = sum(outcomes(box, number).count("SCHEDULED") for number in ahead)
        box.admin("POST", "/advance", {"days": 30})
        after = [outcome for number in ahead for outcome in outcomes(box, number)]
        assert before > 0
        assert after.count("COMPLETED") > before / 2


def test_a_snapshot_has_neither_clocks_nor_generated_ids(box: Running) -> None:
    """Two runs that write the same at other times and in another order look the same."""
    task = {"hs_timestamp": "2026-11-21T10:00:00Z", "hs_task_subject": "Call Maya"}
    link = [
        {"to": {"id": "99951"},
         "types": [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 204}]}
    ]  # fmt: skip
    first = {"properties": task, "associations": link}
    second = {"properties": {**task, "hs_task_subject": "Call Tom"}}
    with running() as other:
        for body in (first, second):
            assert box.hubspot("POST", "/crm/v3/objects/tasks", body).status == 201
        other.admin("POST", "/advance", {"days": 0})
        for body in (second, first):
            assert other.hubspot("POST", "/crm/v3/objects/tasks", body).status == 201
        shown = box.admin("GET", "/snapshot").body
        assert shown == other.admin("GET", "/snapshot").body
    call = shown["hubspot"]["tasks"][0]
    assert (call["key"], call["archived"]) == ("Call Maya", False)
    assert call["associations"] == [["contacts", "maya.okafor@example.com", [204]]]
    assert call["properties"]["hs_timestamp"] == "2026-11-21T10:00:00.000Z"


def test_a_fresh_snapshot_is_empty(box: Running) -> None:
    shown = box.admin("GET", "/snapshot").body["hubspot"]
    assert set(map(len, shown.values())) == {0}


def test_a_snapshot_shows_what_was_archived_or_deleted(box: Running) -> None:
    made = box.hubspot(
        "POST",
        "/crm/v3/objects/tasks",
        {"properties": {"hs_timestamp": "1795255200000", "hs_task_subject": "Call"}},
    ).body
    box.edit(object="tasks", id=made["id"], action="delete")
    shown = box.admin("GET", "/snapshot").body["hubspot"]["tasks"]
    assert [row["archived"] for row in shown] == [True]


def test_many_requests_on_one_connection_and_several_at_once(box: Running) -> None:
    for _ in range(200):
        assert box.hubspot("GET", "/crm/v3/objects/contacts?limit=1").status == 200
    tool = box.sandbox.tools["hubspot"]
    others = [Client(tool["base_url"], tool["access_token"]) for _ in range(8)]
    replies = [client("GET", "/crm/v3/objects/deals?limit=1").status for client in others]
    assert set(replies) == {200}
