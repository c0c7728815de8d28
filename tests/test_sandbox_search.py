"""Search in the pretend HubSpot: what it finds, how late, and where it ends."""

from collections.abc import Iterator
from typing import Any

import pytest
from sandbox_client import Running, running

PATH = "/crm/v3/objects/contacts/search"


@pytest.fixture(scope="module")
def still() -> Iterator[Running]:
    """One that nobody changes."""
    with running() as started:
        yield started


@pytest.fixture
def box() -> Iterator[Running]:
    with running() as started:
        yield started


def where(name: str, operator: str, **value: Any) -> dict[str, Any]:
    return {"propertyName": name, "operator": operator, **value}


def ask(box: Running, *filters: dict[str, Any], **more: Any) -> Any:
    body = {"filterGroups": [{"filters": list(filters)}] if filters else [], **more}
    return box.hubspot("POST", PATH, body)


def found(box: Running, *filters: dict[str, Any], **more: Any) -> list[int]:
    reply = ask(box, *filters, **{"limit": 200, **more})
    assert reply.status == 200, reply.body
    return [int(row["id"]) for row in reply.body["results"]]


FILTERS: dict[str, tuple[dict[str, Any], list[int]]] = {
    "equal": (where("email", "EQ", value="MAYA.okafor@example.com"), [99_951]),
    "ids as numbers": (where("hs_object_id", "LTE", value="99953"), [99_951, 99_952, 99_953]),
    "between": (
        where("hs_object_id", "BETWEEN", value="99953", highValue="99954"), [99_953, 99_954],
    ),
    "one of": (where("lastname", "IN", values=["okafor", "Bennett"]), [99_951, 99_952]),
    "no value": (where("email", "NOT_HAS_PROPERTY"), [99_974]),
    "an instant in milliseconds": (where("createdate", "LT", value="1769677200000"), [99_968]),
    "an instant as text": (
        where("createdate", "LT", value="2026-01-29T09:00:00Z"), [99_968],
    ),
    "a word with a star": (where("jobtitle", "CONTAINS_TOKEN", value="manage*"), [99_969]),
    "words in a row": (
        where("jobtitle", "CONTAINS_TOKEN", value="managing director"), [99_970],
    ),
    "linked to a company": (
        where("associations.company", "EQ", value="8000001"), [99_969, 99_970, 99_971],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("wanted", "ids"), FILTERS.values(), ids=FILTERS)
def test_a_filter_finds(still: Running, wanted: dict[str, Any], ids: list[int]) -> None:
    narrowed = where("hs_object_id", "LTE", value="99976")
    assert sorted(found(still, wanted, narrowed)) == ids


def test_groups_are_any_and_filters_all(still: Running) -> None:
    body = {
        "filterGroups": [
            {"filters": [where("firstname", "EQ", value="maya")]},
            {"filters": [where("firstname", "EQ", value="tom"),
                         where("lastname", "EQ", value="nobody")]},
        ]
    }  # fmt: skip
    rows = still.hubspot("POST", PATH, body).body["results"]
    assert [row["id"] for row in rows] == ["99951"]


def test_not_equal_leaves_out_those_without_a_value(still: Running) -> None:
    some = found(still, where("jobtitle", "NEQ", value="Office manager"))
    assert 99_970 in some
    assert len(some) < 5


def test_free_text(still: Running) -> None:
    assert found(still, query="maya okafor") == [99_951]


def test_sorted_by_a_number_or_an_instant(still: Running) -> None:
    by_id = found(still, sorts=[{"propertyName": "hs_object_id", "direction": "DESCENDING"}])
    assert by_id == sorted(by_id, reverse=True)
    rows = ask(still, sorts=["createdate"], limit=200).body["results"]
    created = [row["createdAt"] for row in rows]
    assert created == sorted(created)


def test_pages_by_offset(still: Running) -> None:
    first = ask(still, limit=7).body
    assert first["paging"] == {"next": {"after": "7"}}
    last = ask(still, limit=200, after="7").body
    assert "paging" not in last
    assert len(last["results"]) == first["total"] - 7


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "past ten thousand": ({"after": "9990", "limit": 11}, "Paging past 10000"),
    "pages too long": ({"limit": 201}, "at most 200"),
    "two sorts": ({"sorts": ["email", "city"]}, "Only one sort"),
    "too many groups": (
        {"filterGroups": [{"filters": [where("city", "HAS_PROPERTY")]}] * 6}, "At most 5",
    ),
    "too many filters": (
        {"filterGroups": [{"filters": [where("city", "HAS_PROPERTY")] * 7}]}, "At most 5",
    ),
    "too long a body": ({"properties": ["x" * 100] * 30}, "longer than 3000"),
    "an unknown property": (
        {"filterGroups": [{"filters": [where("nope", "HAS_PROPERTY")]}]}, "does not exist",
    ),
    "an unknown operator": (
        {"filterGroups": [{"filters": [where("city", "LIKE", value="x")]}]}, "not supported",
    ),
    "no value": ({"filterGroups": [{"filters": [where("city", "EQ")]}]}, "missing"),
}  # fmt: skip


@pytest.mark.parametrize(("body", "says"), REFUSED.values(), ids=REFUSED)
def test_a_search_is_refused(still: Running, body: dict[str, Any], says: str) -> None:
    reply = still.hubspot("POST", PATH, body)
    assert reply.status == 400
    assert says in reply.body["message"]


def hove(box: Running) -> bool:
    return 99_951 in found(box, where("city", "EQ", value="Somewhere"))


def test_a_change_is_found_late(box: Running) -> None:
    """The fourth request after a write finds it; reading by id sees it at once."""
    path = "/crm/v3/objects/contacts/99951"
    box.hubspot("PATCH", path, {"properties": {"city": "Somewhere"}})
    assert box.hubspot("GET", f"{path}?properties=city").body["properties"]["city"] == "Somewhere"
    assert [hove(box) for _ in range(4)] == [False, False, True, True]


def test_a_new_record_is_found_late_and_an_old_value_still(box: Running) -> None:
    body = {"properties": {"email": "late@example.com"}}
    made = int(box.hubspot("POST", "/crm/v3/objects/contacts", body).body["id"])
    assert found(box, where("email", "EQ", value="late@example.com")) == []
    box.admin("POST", "/advance", {"days": 0})
    assert found(box, where("email", "EQ", value="late@example.com")) == [made]


def test_what_a_person_changed_is_found_at_once_unless_told(box: Running) -> None:
    change = {"object": "contact", "id": 99_951, "action": "set"}
    box.edit(**change, properties={"city": "Somewhere"})
    assert hove(box)
    box.edit(**change, properties={"city": "Elsewhere"}, lag=True)
    assert hove(box)


def test_the_archived_are_not_found(still: Running) -> None:
    assert 99_976 not in found(still)


def test_more_than_ten_thousand() -> None:
    """All are counted, ten thousand can be paged through, the rest by id."""
    with running(10_050) as box:
        body = ask(box, limit=200, after="9800", sorts=["hs_object_id"]).body
        assert body["total"] > 10_000
        assert len(body["results"]) == 200
        assert ask(box, limit=200, after="9801").status == 400
        last = body["results"][-1]["id"]
        rest = found(box, where("hs_object_id", "GT", value=last))
        assert len(rest) == body["total"] - 10_000
