"""Property definitions, groups and limits of the pretend HubSpot."""

from collections.abc import Iterator
from typing import Any

import pytest
from sandbox_client import Running, running

PATH = "/crm/v3/properties/contacts"
GROUP = {"name": "ours", "label": "Ours"}
STAGE = {
    "name": "our_stage", "label": "Stage", "type": "enumeration", "fieldType": "select",
    "groupName": "ours", "options": [{"label": "A", "value": "a"}, {"label": "B", "value": "b"}],
}  # fmt: skip


@pytest.fixture
def box() -> Iterator[Running]:
    with running() as started:
        started.hubspot("POST", f"{PATH}/groups", GROUP)
        started.hubspot("POST", PATH, STAGE)
        yield started


def test_a_definition_comes_as_it_was_made(box: Running) -> None:
    body = box.hubspot("GET", f"{PATH}/our_stage").body
    assert (body["hubspotDefined"], body["groupName"], body["type"]) == (
        False, "ours", "enumeration",
    )  # fmt: skip
    assert [option["value"] for option in body["options"]] == ["a", "b"]
    assert body["modificationMetadata"]["readOnlyValue"] is False


def test_a_name_that_is_taken(box: Running) -> None:
    reply = box.hubspot("POST", PATH, STAGE)
    assert (reply.status, reply.body["subCategory"]) == (
        409,
        "Properties.PROPERTY_WITH_NAME_EXISTS",
    )
    assert reply.body["message"] == "A property named 'our_stage' already exists."
    assert box.hubspot("POST", f"{PATH}/groups", GROUP).status == 409


def test_options_that_are_given_replace_the_list(box: Running) -> None:
    box.hubspot("PATCH", f"{PATH}/our_stage", {"label": "Other"})
    assert len(box.hubspot("GET", f"{PATH}/our_stage").body["options"]) == 2
    box.hubspot("PATCH", f"{PATH}/our_stage", {"options": [{"label": "C", "value": "c"}]})
    contact = "/crm/v3/objects/contacts/99951"
    assert box.hubspot("PATCH", contact, {"properties": {"our_stage": "a"}}).status == 400
    assert box.hubspot("PATCH", contact, {"properties": {"our_stage": "c"}}).status == 200


def test_an_archived_name_comes_back_with_its_values(box: Running) -> None:
    contact = "/crm/v3/objects/contacts/99951"
    box.hubspot("PATCH", contact, {"properties": {"our_stage": "a"}})
    assert box.hubspot("DELETE", f"{PATH}/our_stage").status == 204
    assert box.hubspot("GET", f"{PATH}/our_stage").status == 404
    assert box.hubspot("GET", f"{PATH}/our_stage?archived=true").body["archived"] is True
    assert box.hubspot("PATCH", contact, {"properties": {"our_stage": "a"}}).status == 400
    shown = box.hubspot("GET", f"{contact}?properties=our_stage").body["properties"]
    assert "our_stage" not in shown
    assert box.hubspot("POST", PATH, STAGE).status == 201
    shown = box.hubspot("GET", f"{contact}?properties=our_stage").body["properties"]
    assert shown["our_stage"] == "a"


def test_a_group_in_use_stays(box: Running) -> None:
    assert box.hubspot("DELETE", f"{PATH}/groups/ours").status == 400
    box.hubspot("DELETE", f"{PATH}/our_stage")
    assert box.hubspot("DELETE", f"{PATH}/groups/ours").status == 204
    names = [row["name"] for row in box.hubspot("GET", f"{PATH}/groups").body["results"]]
    assert "ours" not in names


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "no label": ({"label": ""}, "label"),
    "capitals in the name": ({"name": "Our_Stage"}, "not valid"),
    "a field of another type": ({"fieldType": "date"}, "not valid for type"),
    "an unknown group": ({"groupName": "theirs"}, "does not exist"),
    "one option twice": (
        {"options": [{"label": "A", "value": "a"}, {"label": "B", "value": "a"}]}, "unique",
    ),
    "an option without a label": ({"options": [{"value": "a"}]}, "label"),
}  # fmt: skip


@pytest.mark.parametrize(("change", "says"), REFUSED.values(), ids=REFUSED)
def test_a_definition_is_refused(box: Running, change: dict[str, Any], says: str) -> None:
    reply = box.hubspot("POST", PATH, {**STAGE, "name": "another", **change})
    assert reply.status == 400
    assert says in reply.body["message"]


def test_what_hubspot_defined_cannot_go(box: Running) -> None:
    assert box.hubspot("DELETE", f"{PATH}/email").status == 400
    assert box.hubspot("PATCH", f"{PATH}/email", {"type": "number"}).status == 400


def test_a_batch_of_definitions_is_all_or_nothing(box: Running) -> None:
    inputs = [{**STAGE, "name": "fresh"}, STAGE]
    assert box.hubspot("POST", f"{PATH}/batch/create", {"inputs": inputs}).status == 409
    assert box.hubspot("GET", f"{PATH}/fresh").status == 404


def test_ten_unique_properties_at_most(box: Running) -> None:
    unique = {
        "label": "Key", "type": "string", "fieldType": "text", "groupName": "ours",
        "hasUniqueValue": True,
    }  # fmt: skip
    statuses = [
        box.hubspot("POST", PATH, {**unique, "name": f"key_{number}"}).status
        for number in range(11)
    ]
    assert statuses == [201] * 10 + [400]


def test_a_snapshot_shows_definitions_without_clocks(box: Running) -> None:
    shown = box.admin("GET", "/snapshot").body["hubspot"]
    (definition,) = shown["properties"]
    assert (definition["object"], definition["name"]) == ("contacts", "our_stage")
    assert not {"createdAt", "updatedAt"} & set(definition)
    assert [group["name"] for group in shown["groups"]] == ["ours"]


def test_the_burst_limit_bites_and_tells() -> None:
    with running(1, limits=True) as box:
        replies = [box.hubspot("GET", "/crm/v3/owners") for _ in range(195)]
    assert [reply.status for reply in replies].index(429) == 190
    assert replies[0].headers["x-hubspot-ratelimit-remaining"] == "189"
    refused = replies[190]
    assert refused.body["policyName"] == "TEN_SECONDLY_ROLLING"
    assert refused.body["errorType"] == "RATE_LIMIT"
    assert refused.body["message"] == "You have reached your ten_secondly_rolling limit."


def test_search_has_a_limit_of_its_own() -> None:
    with running(1, limits=True) as box:
        replies = [box.hubspot("POST", "/crm/v3/objects/contacts/search", {}) for _ in range(6)]
    assert [reply.status for reply in replies] == [200] * 5 + [429]
    assert replies[5].body["policyName"] == "SECONDLY"


def test_owners_who_left_are_listed_apart(box: Running) -> None:
    here = box.hubspot("GET", "/crm/v3/owners").body["results"]
    left = box.hubspot("GET", "/crm/v3/owners?archived=true").body["results"]
    assert [row["firstName"] for row in here] == ["Ana", "Ben", "Cara"]
    assert [(row["firstName"], row.get("userId")) for row in left] == [("Dan", None)]
    by_email = box.hubspot("GET", "/crm/v3/owners?email=ben@willowstreet.example").body["results"]
    assert [row["id"] for row in by_email] == ["77002"]
