"""Who gets into the pretend Salesforce, what they see there, and what an administrator makes."""

import base64
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlencode

import pytest
import requests
from pretend_salesforce import Pretend, pretend
from sandbox_client import Client, Reply

STAGES = [{"fullName": name, "label": name.title(), "default": False} for name in ("one", "two")]
STAGE: dict[str, Any] = {
    "label": "Probe stage",
    "type": "Picklist",
    "valueSet": {"restricted": True, "valueSetDefinition": {"sorted": False, "value": STAGES}},
}
KEY = {
    "label": "Probe key", "type": "Text", "length": 80, "externalId": True, "unique": True,
    "caseSensitive": True,
}  # fmt: skip


@pytest.fixture
def here() -> Iterator[Pretend]:
    with pretend(customers=26) as served:
        yield served


@pytest.fixture(scope="module")
def lasting() -> Iterator[Pretend]:
    """One org for tests that leave nothing behind."""
    with pretend(customers=26) as served:
        yield served


def make(here: Pretend, name: str, meta: dict[str, Any]) -> Reply:
    body = {"FullName": name, "Metadata": meta}
    return here("POST", "/tooling/sobjects/CustomField", body)


def permit(here: Pretend, *names: str, edit: bool = True) -> str:
    """Give the user of the API the right to see fields."""
    made = here("POST", "/sobjects/PermissionSet", {"Name": "Probe", "Label": "Probe"}).body["id"]
    for name in names:
        here("POST", "/sobjects/FieldPermissions", {
            "ParentId": made, "SobjectType": name.partition(".")[0], "Field": name,
            "PermissionsRead": True, "PermissionsEdit": edit,
        })  # fmt: skip
    user = here.one("SELECT Id FROM User WHERE Username = 'journeysync@willowstreet.example'")
    rights = {"PermissionSetId": made, "AssigneeId": user}
    assert here("POST", "/sobjects/PermissionSetAssignment", rights).status == 201
    return str(made)


def described(here: Pretend, kind: str, name: str) -> dict[str, Any] | None:
    fields = here("GET", f"/sobjects/{kind}/describe").body["fields"]
    return next((one for one in fields if one["name"] == name), None)


# --- fields ----------------------------------------------------------------------------------


def test_a_new_field_is_seen_by_nobody_until_it_is_permitted(here: Pretend) -> None:
    assert make(here, "Contact.Probe__c", STAGE).status == 201
    maya = here.contact()

    assert described(here, "Contact", "Probe__c") is None
    (error,) = here.query("SELECT Probe__c FROM Contact").body
    assert "No such column 'Probe__c' on entity 'Contact'" in error["message"]
    (error,) = here("PATCH", f"/sobjects/Contact/{maya}", {"Probe__c": "one"}).body
    assert error["errorCode"] == "INVALID_FIELD"
    listed = "SELECT QualifiedApiName FROM FieldDefinition WHERE EntityDefinitionId = 'Contact'"
    assert "Probe__c" in [
        row["QualifiedApiName"]
        for row in here("GET", f"/tooling/query?q={quote(listed)}").body["records"]
    ]

    permit(here, "Contact.Probe__c")
    found = described(here, "Contact", "Probe__c")
    assert found is not None
    assert (found["type"], found["restrictedPicklist"]) == ("picklist", True)
    assert [one["value"] for one in found["picklistValues"]] == ["one", "two"]
    assert here("PATCH", f"/sobjects/Contact/{maya}", {"Probe__c": "one"}).status == 204
    assert here.one(f"SELECT Probe__c FROM Contact WHERE Id = '{maya}'") == "one"
    (error,) = here("PATCH", f"/sobjects/Contact/{maya}", {"Probe__c": "three"}).body
    assert error["errorCode"] == "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"


def test_a_field_may_be_seen_and_not_be_written(here: Pretend) -> None:
    make(here, "Contact.Probe__c", STAGE)
    permit(here, "Contact.Probe__c", edit=False)
    found = described(here, "Contact", "Probe__c")
    assert found is not None
    assert found["updateable"] is False
    reply = here("PATCH", f"/sobjects/Contact/{here.contact()}", {"Probe__c": "one"})
    assert reply.body[0]["errorCode"] == "INVALID_FIELD_FOR_INSERT_UPDATE"


def test_rights_end_with_the_permission_set(here: Pretend) -> None:
    make(here, "Contact.Probe__c", STAGE)
    made = permit(here, "Contact.Probe__c")
    assert here("DELETE", f"/sobjects/PermissionSet/{made}").status == 204
    assert described(here, "Contact", "Probe__c") is None
    assert here.count("SELECT Id FROM FieldPermissions") == 0


def test_values_and_label_can_change_the_type_cannot(here: Pretend) -> None:
    number = make(here, "Contact.Probe__c", STAGE).body["id"]
    permit(here, "Contact.Probe__c")
    more = [*STAGES, {"fullName": "three", "label": "Three"}]
    chosen = {"restricted": True, "valueSetDefinition": {"value": more}}
    meta = {**STAGE, "label": "Other", "valueSet": chosen}
    path = f"/tooling/sobjects/CustomField/{number}"

    assert here("PATCH", path, {"Metadata": meta}).status == 204
    found = described(here, "Contact", "Probe__c")
    assert found is not None
    assert (found["label"], len(found["picklistValues"])) == ("Other", 3)
    assert here("PATCH", path, {"Metadata": KEY}).body[0]["errorCode"] == (
        "FIELD_INTEGRITY_EXCEPTION"
    )
    assert here("DELETE", path).status == 204
    assert described(here, "Contact", "Probe__c") is None


@pytest.mark.parametrize(
    ("name", "meta", "code"),
    [
        ("Contact.Newsletter__c", KEY, "DUPLICATE_DEVELOPER_NAME"),
        ("Contact.No-name__c", KEY, "FIELD_INTEGRITY_EXCEPTION"),
        ("Contact.Name", KEY, "FIELD_INTEGRITY_EXCEPTION"),
        ("Task.Probe__c", KEY, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"),
        ("Dog.Probe__c", KEY, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"),
        ("Contact.Probe__c", {**KEY, "length": 0}, "FIELD_INTEGRITY_EXCEPTION"),
        ("Contact.Probe__c", {**KEY, "label": ""}, "FIELD_INTEGRITY_EXCEPTION"),
        ("Contact.Probe__c", {**STAGE, "valueSet": {}}, "FIELD_INTEGRITY_EXCEPTION"),
        ("Contact.Probe__c", {**STAGE, "externalId": True}, "FIELD_INTEGRITY_EXCEPTION"),
        ("Contact.Probe__c", {"label": "x", "type": "Number"}, "FIELD_INTEGRITY_EXCEPTION"),
        ("Contact.Probe__c", {"label": "x", "type": "Poem"}, "FIELD_INTEGRITY_EXCEPTION"),
    ],
)
def test_what_is_no_field(lasting: Pretend, name: str, meta: dict[str, Any], code: str) -> None:
    reply = make(lasting, name, meta)
    assert (reply.status, reply.body[0]["errorCode"]) == (400, code)


def test_a_key_on_activities_makes_tasks_repeat_safe(here: Pretend) -> None:
    make(here, "Activity.Probe_Key__c", KEY)
    permit(here, "Task.Probe_Key__c")
    row = {"attributes": {"type": "Task"}, "Probe_Key__c": "k1", "Subject": "Once"}
    path = "/composite/sobjects/Task/Probe_Key__c"

    first = here("PATCH", path, {"records": [row]}).body
    second = here("PATCH", path, {"records": [{**row, "Subject": "Again"}]}).body
    other = here("PATCH", path, {"records": [{**row, "Probe_Key__c": "K1"}]}).body
    assert [one[0]["created"] for one in (first, second, other)] == [True, False, True]
    assert first[0]["id"] == second[0]["id"]
    twin = here("POST", "/sobjects/Task", {"Probe_Key__c": "k1"})
    assert twin.body[0]["errorCode"] == "DUPLICATE_VALUE"
    assert first[0]["id"] in twin.body[0]["message"]
    assert described(here, "Event", "Probe_Key__c") is None
    here("DELETE", f"/sobjects/Task/{first[0]['id']}")
    assert here("POST", "/sobjects/Task", {"Probe_Key__c": "k1"}).status == 201


def test_definitions_are_read_one_at_a_time(here: Pretend) -> None:
    def tooling(soql: str) -> Reply:
        return here("GET", f"/tooling/query?q={quote(soql)}")

    make(here, "Contact.Probe__c", STAGE)
    soql = "SELECT Id, DeveloperName, Metadata FROM CustomField WHERE TableEnumOrId = 'Contact'"
    assert tooling(soql).body[0]["errorCode"] == "MALFORMED_QUERY"
    (row,) = tooling(f"{soql} AND DeveloperName = 'Probe'").body["records"]
    assert row["Metadata"]["valueSet"]["restricted"] is True
    assert tooling("SELECT Label FROM FieldDefinition").body[0]["errorCode"] == "MALFORMED_QUERY"
    assert here.query("SELECT Id FROM CustomField").body[0]["errorCode"] == "INVALID_TYPE"


def test_the_history_of_a_tracked_field_tells_who_and_when(here: Pretend) -> None:
    make(here, "Contact.Probe__c", {**STAGE, "trackHistory": True})
    permit(here, "Contact.Probe__c")
    maya = here.contact()
    here("PATCH", f"/sobjects/Contact/{maya}", {"Probe__c": "one"})
    for by, value in (("person", "two"), ("automation", "one"), ("integration", None)):
        here.edit("Contact", "set", id=maya, by=by, properties={"Probe__c": value})
    rows = here.rows(
        "SELECT OldValue, NewValue, CreatedBy.FirstName, CreatedBy.UserType FROM ContactHistory "
        f"WHERE ContactId = '{maya}' AND Field = 'Probe__c' ORDER BY Id"
    )
    assert [(row["OldValue"], row["NewValue"], row["CreatedBy"]["FirstName"]) for row in rows] == [
        (None, "one", "Journeysync"), ("one", "two", "Ana"), ("two", "one", "Automated"),
        ("one", None, "HubSpot"),
    ]  # fmt: skip
    assert rows[2]["CreatedBy"]["UserType"] == "AutomatedProcess"


# --- who gets in -----------------------------------------------------------------------------


def ask_token(here: Pretend, **form: str) -> requests.Response:
    url = f"{here.tool['base_url']}/services/oauth2/token"
    return requests.post(url, urlencode(form).encode(), timeout=10)


def test_a_session_ends_after_two_hours(here: Pretend) -> None:
    reply = here.admin("POST", "/advance", {"days": 0.09})
    assert reply.status == 200
    old = here("GET", "/limits")
    assert (old.status, old.body) == (
        401, [{"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}],
    )  # fmt: skip
    here.sign_in()
    assert here("GET", "/limits").status == 200
    here.edit("org", "expire")
    assert here("GET", "/limits").status == 401


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"client_id": "x", "client_secret": "y"}, "invalid_client_id"),
        ({"client_secret": "y"}, "invalid_client"),
        ({"grant_type": "refresh_token"}, "invalid_grant"),
        ({"grant_type": "telepathy"}, "unsupported_grant_type"),
    ],
)
def test_a_wrong_key_is_told_so(lasting: Pretend, form: dict[str, str], error: str) -> None:
    keys = {"grant_type": "client_credentials", "client_id": lasting.tool["client_id"]}
    reply = ask_token(lasting, **{**keys, **form})
    assert (reply.status_code, reply.json()["error"]) == (400, error)


def test_the_flow_needs_a_user_to_run_as(here: Pretend) -> None:
    here.switch(credentials_user=False)
    keys = {name: here.tool[name] for name in ("client_id", "client_secret")}
    reply = ask_token(here, grant_type="client_credentials", **keys)
    assert reply.json()["error_description"] == "no client credentials user enabled"


@pytest.mark.parametrize(
    ("claims", "words"),
    [
        ({}, ""),
        ({"sub": "nobody@x.example"}, "user hasn't approved this consumer"),
        ({"aud": "https://example.com"}, "audience is invalid"),
    ],
)
def test_a_signed_assertion_gets_a_token(
    lasting: Pretend, claims: dict[str, str], words: str
) -> None:
    said = {
        "iss": lasting.tool["client_id"], "aud": "https://login.salesforce.com",
        "sub": "journeysync@willowstreet.example", "exp": "1795165500", **claims,
    }  # fmt: skip
    parts = [
        base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")
        for part in ({"alg": "RS256"}, said)
    ]
    reply = ask_token(
        lasting,
        grant_type="urn:ietf:params:oauth:grant-type:jwt-bearer",
        assertion=".".join([*parts, "c2lnbmVk"]),
    )
    assert reply.json().get("error_description", "") == words
    assert reply.status_code == (400 if words else 200)


def test_versions_are_listed_and_others_refused(lasting: Pretend) -> None:
    listed = lasting.client("GET", "/services/data").body
    assert listed[-1] == {
        "label": "Summer '26", "url": "/services/data/v67.0", "version": "67.0",
    }  # fmt: skip
    assert lasting.client("GET", "/services/data/v30.0/limits").status == 404
    assert lasting.client("GET", "/services/data/v68.0/limits").status == 404


def test_every_answer_tells_what_is_used_and_the_day_is_bounded() -> None:
    with pretend(customers=26, limits=True) as served:
        served.switch(daily_limit=6)
        usage = [served("GET", "/limits").headers["sforce-limit-info"] for _ in range(6)]
        assert usage[0].startswith("api-usage=1/6")
        assert usage[-1] == "api-usage=6/6"
        over = served("GET", "/limits")
        assert (over.status, over.body[0]["errorCode"]) == (403, "REQUEST_LIMIT_EXCEEDED")
        assert "TotalRequests" in over.body[0]["message"]
        served.advance(1.1)
        served.switch(app_limit=3)
        told = served("GET", "/limits").headers["sforce-limit-info"]
        assert told == "api-usage=1/6; per-app-api-usage=1/3(appName=journeysync)"
        assert served("GET", "/limits").status == 200


def test_the_api_may_be_closed_and_leads_unknown(here: Pretend) -> None:
    here.switch(leads=False)
    assert here.query("SELECT Id FROM Lead").body[0]["errorCode"] == "INVALID_TYPE"
    assert here("GET", "/sobjects/Lead/describe").status == 404
    here.switch(without=["EmailMessage"])
    assert here.query("SELECT Id FROM EmailMessage").body[0]["errorCode"] == "INVALID_TYPE"
    here.switch(api=False)
    closed = here("GET", "/limits")
    assert (closed.status, closed.body[0]["errorCode"]) == (403, "API_DISABLED_FOR_ORG")


FAULTS = {
    "429": (403, "REQUEST_LIMIT_EXCEEDED"),
    "500": (500, "UNKNOWN_EXCEPTION"),
    "expired-token": (401, "INVALID_SESSION_ID"),
    "revoked-token": (401, "INVALID_SESSION_ID"),
    "lost-scope": (403, "API_DISABLED_FOR_ORG"),
}


@pytest.mark.parametrize("kind", FAULTS)
def test_faults_speak_salesforces_words(lasting: Pretend, kind: str) -> None:
    lasting.fault(kind, "GET /services/data/limits")
    reply = lasting("GET", "/limits")
    assert (reply.status, reply.body[0]["errorCode"]) == FAULTS[kind]
    if kind == "revoked-token":
        lasting.fault(kind)
        keys = {name: lasting.tool[name] for name in ("client_id", "client_secret")}
        refused = ask_token(lasting, grant_type="client_credentials", **keys)
        assert refused.json()["error"] == "invalid_grant"
    lasting.admin("DELETE", "/faults")
    lasting.sign_in()


def test_too_many_at_once_is_another_limit(here: Pretend) -> None:
    here.fault("429", "GET /services/data/limits", policy="concurrent")
    assert "ConcurrentRequests" in here("GET", "/limits").body[0]["message"]
    here.fault("503")
    assert b"<html>" in here("GET", "/limits").content


def test_hidden_fields_are_as_if_there_were_none(lasting: Pretend) -> None:
    lasting.edit("Contact", "hide", property="Birthdate")
    assert lasting.query("SELECT Birthdate FROM Contact").status == 400
    assert described(lasting, "Contact", "Birthdate") is None
    lasting.edit("Contact", "hide", property="Birthdate", hidden=False)
    assert lasting.query("SELECT Birthdate FROM Contact").status == 200


def test_several_currencies_can_be_switched_on(here: Pretend) -> None:
    here.switch(multi_currency=True)
    account = here.edit("Account", "create", properties={"Name": "x", "CurrencyIsoCode": "EUR"})
    assert account["CurrencyIsoCode"] == "EUR"
    codes = {row["CurrencyIsoCode"] for row in here.rows("SELECT CurrencyIsoCode FROM Account")}
    assert codes == {"EUR", "GBP"}
    assert here.one("SELECT IsoCode FROM CurrencyType WHERE IsCorporate = true") == "GBP"


def test_accounts_may_be_people(here: Pretend) -> None:
    here.switch(person_accounts=True)
    values = {"FirstName": "Pia", "LastName": "Person", "PersonEmail": "pia@probe.example"}
    account = here.edit("Account", "create", properties=values)
    shadow = account["PersonContactId"]
    assert (account["IsPersonAccount"], account["Name"]) == (True, "Pia Person")
    (row,) = here.rows(
        f"SELECT Email, IsPersonAccount, AccountId FROM Contact WHERE Id = '{shadow}'"
    )
    assert (row["Email"], row["IsPersonAccount"], row["AccountId"]) == (
        "pia@probe.example", True, account["id"],
    )  # fmt: skip
    here.edit("Account", "set", id=account["id"], properties={"PersonEmail": "p@probe.example"})
    assert here.one(f"SELECT Email FROM Contact WHERE Id = '{shadow}'") == "p@probe.example"
    here.edit("Contact", "set", id=shadow, properties={"LastName": "Other"})
    assert here.one(f"SELECT Name FROM Account WHERE Id = '{account['id']}'") == "Pia Other"
    kinds = here.rows("SELECT DeveloperName FROM RecordType WHERE IsPersonType = true")
    assert [row["DeveloperName"] for row in kinds] == ["PersonAccount"]


def test_a_stranger_is_told_nothing(lasting: Pretend) -> None:
    client = Client(lasting.tool["base_url"], "stranger")
    reply = client("GET", "/services/data/v64.0/limits")
    assert reply.status == 401
    assert "sforce-limit-info" not in reply.headers
