"""What may be written into the pretend HubSpot, and its words when it may not."""

from collections.abc import Iterator
from typing import Any

import pytest
from sandbox_client import Running, running

STAGES = (
    "appointmentscheduled", "qualifiedtobuy", "presentationscheduled", "decisionmakerboughtin",
    "contractsent", "closedwon", "closedlost",
)  # fmt: skip
MAYA = "/crm/v3/objects/contacts/99951"


@pytest.fixture(scope="module")
def box() -> Iterator[Running]:
    with running() as started:
        yield started


STORED: dict[str, tuple[str, Any, str | None]] = {
    "text": ("city", " Lewes ", " Lewes "),
    "a number as text": ("feedback_score", "7.5", "7.5"),
    "a number": ("feedback_score", 8, "8"),
    "true": ("newsletter", True, "true"),
    "true as text": ("newsletter", "TRUE", "true"),
    "a choice": ("preferred_channel", "whatsapp", "whatsapp"),
    "several choices": ("interests", "physio;gift", "physio;gift"),
    "one more choice": ("interests", ";massage", "physio;gift;massage"),
    "a day": ("birthday", "1990-05-01", "1990-05-01"),
    "a day as midnight": ("birthday", "641520000000", "1990-05-01"),
    "an active owner": ("hubspot_owner_id", "77002", "77002"),
    "nothing clears": ("city", "", None),
    "an e-mail in small letters": ("email", "Maya.Okafor@Example.com", "maya.okafor@example.com"),
    "a stage forward": ("lifecyclestage", "evangelist", "evangelist"),
    "a stage back is ignored": ("lifecyclestage", "lead", "evangelist"),
}


@pytest.mark.parametrize(("name", "value", "stored"), STORED.values(), ids=STORED)
def test_a_value_is_stored(box: Running, name: str, value: Any, stored: str | None) -> None:
    assert box.hubspot("PATCH", MAYA, {"properties": {name: value}}).status == 200
    shown = box.hubspot("GET", f"{MAYA}?properties={name}").body["properties"]
    assert shown[name] == stored


def test_a_cleared_stage_may_start_again(box: Running) -> None:
    path = "/crm/v3/objects/contacts/99954"
    for stage in ("", "lead"):
        box.hubspot("PATCH", path, {"properties": {"lifecyclestage": stage}})
    shown = box.hubspot("GET", f"{path}?properties=lifecyclestage").body["properties"]
    assert shown["lifecyclestage"] == "lead"


REFUSED: dict[str, tuple[str, str, Any, str, str]] = {
    "an unknown property": (
        "contacts/99951", "journy", "x", "PROPERTY_DOESNT_EXIST",
        'Property "journy" does not exist',
    ),
    "a read-only one": (
        "contacts/99951", "createdate", "2026-01-01", "READ_ONLY_VALUE",
        '"createdate" is a read only property; its value cannot be set.',
    ),
    "an unknown choice": (
        "contacts/99951", "preferred_channel", "fax", "INVALID_OPTION",
        "fax was not one of the allowed options: [email, sms, whatsapp, phone]",
    ),
    "a label instead of its value": (
        "contacts/99951", "preferred_channel", "E-mail", "INVALID_OPTION",
        "E-mail was not one of the allowed options: [email, sms, whatsapp, phone]",
    ),
    "one bad choice among several": (
        "contacts/99951", "interests", "physio;golf", "INVALID_OPTION",
        "golf was not one of the allowed options: [physio, massage, pilates, gift]",
    ),
    "neither true nor false": (
        "contacts/99951", "newsletter", "yes", "INVALID_OPTION",
        "yes was not one of the allowed options: [true, false]",
    ),
    "no number": (
        "contacts/99951", "feedback_score", "good", "INVALID_LONG",
        "good was not a valid number.",
    ),
    "spaces around a number": (
        "contacts/99951", "feedback_score", " 7", "INVALID_NUMBER", "' 7' has spaces around it",
    ),
    "no date": (
        "contacts/99951", "birthday", "May", "INVALID_DATE", "May was not a valid date.",
    ),
    "a date at an hour": (
        "contacts/99951", "birthday", "641523600000", "INVALID_DATE",
        "641523600000 is at 1:0:0.0 UTC, not midnight!",
    ),
    "no instant": (
        "deals/21000001", "closedate", "soon", "INVALID_DATE", "soon was not a valid date.",
    ),
    "no e-mail address": (
        "contacts/99951", "email", "maya", "INVALID_EMAIL", "Email address maya is invalid",
    ),
    "an owner who left": (
        "contacts/99951", "hubspot_owner_id", "77004", "INVALID_OWNER_ID",
        "Owner with id 77004 does not exist or is inactive",
    ),
    "an owner by name": (
        "contacts/99951", "hubspot_owner_id", "Ana", "INVALID_INTEGER",
        "Ana was not a valid long.",
    ),
    "a stage of another pipeline": (
        "deals/21000001", "dealstage", "148032561", "INVALID_OPTION",
        f"148032561 was not one of the allowed options: [{', '.join(STAGES)}]",
    ),
    "null": (
        "contacts/99951", "city", None, "INVALID_VALUE",
        "city must be text; to clear it write an empty text",
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("path", "name", "value", "code", "message"), REFUSED.values(), ids=REFUSED
)
def test_a_value_is_refused(
    box: Running, path: str, name: str, value: Any, code: str, message: str
) -> None:
    """400, the reason as JSON inside the message and again as `errors`."""
    url = f"/crm/v3/objects/{path}"
    before = box.hubspot("GET", f"{url}?properties={name}").body["properties"]
    reply = box.hubspot("PATCH", url, {"properties": {name: value, "hs_lead_status": "OPEN"}})
    if path.startswith("deals"):
        reply = box.hubspot("PATCH", url, {"properties": {name: value}})
    assert reply.status == 400
    assert reply.body["category"] == "VALIDATION_ERROR"
    assert reply.body["message"].startswith('Property values were not valid: [{"isValid":false')
    assert {
        "message": message, "code": code, "context": {"propertyName": [name]},
    } in reply.body["errors"]  # fmt: skip
    assert box.hubspot("GET", f"{url}?properties={name}").body["properties"] == before


def test_a_taken_address(box: Running) -> None:
    body = {"properties": {"email": "MAYA.okafor@example.com"}}
    reply = box.hubspot("POST", "/crm/v3/objects/contacts", body)
    assert (reply.status, reply.body["category"]) == (409, "CONFLICT")
    assert reply.body["message"] == "Contact already exists. Existing ID: 99951"
    reply = box.hubspot("PATCH", "/crm/v3/objects/contacts/99952", body)
    assert reply.status == 409


def test_a_task_needs_a_date(box: Running) -> None:
    body = {"properties": {"hs_task_subject": "Call"}}
    reply = box.hubspot("POST", "/crm/v3/objects/tasks", body)
    assert reply.status == 400
    assert reply.body["context"] == {"properties": ["[hs_timestamp]"]}


BODIES: dict[str, tuple[Any, str]] = {
    "a list": ([], "an object is expected"),
    "properties that are no object": ({"properties": "x"}, "must be an object"),
    "a link to nothing": (
        {
            "properties": {"email": "x1@example.com"},
            "associations": [
                {
                    "to": {"id": "5"},
                    "types": [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 279}],
                }
            ],
        },
        "does not exist",
    ),
    "a link of a wrong type": (
        {
            "properties": {"email": "x2@example.com"},
            "associations": [
                {
                    "to": {"id": "8000001"},
                    "types": [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 204}],
                }
            ],
        },
        "Association type 204 is not valid",
    ),
}


@pytest.mark.parametrize(("body", "says"), BODIES.values(), ids=BODIES)
def test_a_body_that_cannot_be(box: Running, body: Any, says: str) -> None:
    """Nothing is made where a part is wrong."""
    before = box.admin("GET", "/snapshot").body
    reply = box.hubspot("POST", "/crm/v3/objects/contacts", body)
    assert reply.status in (400, 404)
    assert says in reply.body["message"]
    assert box.admin("GET", "/snapshot").body == before


ASKED: dict[str, tuple[str, str, dict[str, str], int]] = {
    "without a token": ("GET", "/crm/v3/owners", {"Authorization": ""}, 401),
    "with another's token": ("GET", "/crm/v3/owners", {"Authorization": "Bearer pat-x"}, 401),
    "in XML": ("POST", "/crm/v3/objects/contacts", {"Content_Type": "application/xml"}, 415),
    "with a wrong method": ("PUT", "/crm/v3/objects/contacts", {}, 405),
    "for an unknown page": ("GET", "/crm/v3/nothing", {}, 404),
    "for an unknown object type": ("GET", "/crm/v3/objects/cats", {}, 400),
    "for more than a page holds": ("GET", "/crm/v3/objects/contacts?limit=101", {}, 400),
    "for more history than a page holds": (
        "GET", "/crm/v3/objects/contacts?limit=51&propertiesWithHistory=city", {}, 400,
    ),
    "in too long an address": ("GET", f"/crm/v3/owners?x={'x' * 17_000}", {}, 414),
}  # fmt: skip


@pytest.mark.parametrize(("method", "path", "headers", "status"), ASKED.values(), ids=ASKED)
def test_a_request_is_refused(
    box: Running, method: str, path: str, headers: dict[str, str], status: int
) -> None:
    assert box.hubspot(method, path, {}, **headers).status == status


def test_what_is_not_there_is_a_page_or_nothing(box: Running) -> None:
    path = "/crm/v3/objects/contacts/1"
    page = box.hubspot("GET", path, Accept="*/*")
    assert (page.status, page.headers["content-type"]) == (404, "text/html;charset=iso-8859-1")
    assert b"HTTP ERROR 404" in page.content
    bare = box.hubspot("GET", path)
    assert (bare.status, bare.content) == (404, b"")
