"""The library simple-salesforce works against the pretend Salesforce; answers look as recorded."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from openapi import shared
from pretend_salesforce import Pretend, pretend
from requests.adapters import HTTPAdapter
from simple_salesforce.api import Salesforce
from simple_salesforce.exceptions import SalesforceMalformedRequest, SalesforceMoreThanOneRecord
from simple_salesforce.format import format_external_id, format_soql


class Loopback(HTTPAdapter):
    """Sends what is meant for a Salesforce host to the sandbox: the library speaks https alone."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._netloc = urlsplit(url).netloc

    def send(self, request: requests.PreparedRequest, *args: Any, **named: Any) -> Any:
        parts = urlsplit(str(request.url))
        request.url = parts._replace(scheme="http", netloc=self._netloc).geturl()
        return super().send(request, *args, **named)


@pytest.fixture(scope="module")
def here() -> Iterator[Pretend]:
    with pretend() as served:
        yield served


@pytest.fixture
def session(here: Pretend) -> requests.Session:
    made = requests.Session()
    made.mount("https://", Loopback(here.tool["base_url"]))
    return made


@pytest.fixture
def client(here: Pretend, session: requests.Session) -> Any:
    return Salesforce(
        consumer_key=here.tool["client_id"],
        consumer_secret=here.tool["client_secret"],
        domain="willowstreet.my",
        session=session,
        version="64.0",
    )


def test_signs_in_by_client_credentials_and_reads_every_page(client: Any) -> None:
    found = client.query_all("SELECT Id, Email FROM Contact")

    assert found["totalSize"] == len(found["records"]) > 30
    assert found["done"]


def test_signs_in_by_session_id(here: Pretend, session: requests.Session) -> None:
    client = Salesforce(
        session_id=here.sign_in(), instance_url="https://a.my.salesforce.com", session=session
    )
    assert client.query("SELECT Id FROM User LIMIT 1")["totalSize"] == 1


def test_pages_are_followed_lazily(here: Pretend, client: Any) -> None:
    here.switch(page=7)
    rows = list(client.query_all_iter("SELECT Id FROM Contact ORDER BY Id"))
    here.switch(page=2_000)

    assert len({row["Id"] for row in rows}) == len(rows) > 30


def test_one_record_is_read_changed_and_deleted(client: Any) -> None:
    made = client.Contact.create({"LastName": "Abbott", "Email": "a.abbott@example.com"})
    assert made["success"]
    assert client.Contact.update(made["id"], {"Title": "Dr"}) == 204
    assert client.Contact.get(made["id"])["Title"] == "Dr"
    named = format_external_id("Email", "a.abbott@example.com")
    assert client.Contact.get(named)["Id"] == made["id"]
    assert client.Contact.upsert(named, {"Title": "Prof"}) == 200
    client.Contact.create({"LastName": "Abbott", "Email": "a.abbott@example.com"})
    with pytest.raises(SalesforceMoreThanOneRecord):
        client.Contact.upsert(named, {"Title": "Prof"})
    assert client.Contact.delete(made["id"]) == 204
    with pytest.raises(SalesforceMalformedRequest):
        client.Contact.create({"FirstName": "Nobody"})


def test_text_from_records_comes_through_unharmed(client: Any) -> None:
    name = 'O\'Brien \\ "Söhne" % _ \n & +'
    made = client.Contact.create({"LastName": name})
    found = client.query(format_soql("SELECT LastName FROM Contact WHERE LastName = {}", name))

    assert [row["LastName"] for row in found["records"]] == [name]
    client.Contact.delete(made["id"])


def test_describes_and_limits(client: Any) -> None:
    described = client.Contact.describe()
    assert described is not None
    assert "LastName" in {one["name"] for one in described["fields"]}
    everything = client.describe()
    assert everything is not None
    assert {"Lead", "Task"} <= {one["name"] for one in everything["sobjects"]}
    assert client.limits()["DailyApiRequests"]["Max"] == 100_000


def test_bulk_jobs_read_and_write(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simple_salesforce.bulk2.sleep", lambda _: None)
    made = client.bulk2.Contact.insert(
        records=[{"LastName": f"Bulk {number}", "Title": "x"} for number in range(5)]
    )
    assert [each["numberRecordsProcessed"] for each in made] == [5]
    assert [each["numberRecordsFailed"] for each in made] == [0]

    (text,) = client.bulk2.Contact.query("SELECT Id, LastName FROM Contact WHERE Title = 'x'")
    lines = text.strip().splitlines()
    assert lines[0] == '"Id","LastName"'
    assert len(lines) == 6


def test_a_mistake_in_a_query_is_refused_in_the_words_of_the_real_one(client: Any) -> None:
    with pytest.raises(SalesforceMalformedRequest) as caught:
        client.query("SELECT Id, Nothing FROM Contact")
    content: Any = caught.value.content
    (error,) = content
    assert error["errorCode"] == "INVALID_FIELD"
    assert "No such column 'Nothing' on entity 'Contact'" in error["message"]
    assert "ERROR at Row:1:Column:12" in error["message"]


DESCRIBED = (
    "Account", "Case", "Contact", "Event", "Lead", "Opportunity", "OpportunityContactRole",
)  # fmt: skip
TOLD = (
    "type", "length", "updateable", "createable", "nillable", "referenceTo", "relationshipName",
    "idLookup", "calculated", "custom", "label",
)  # fmt: skip
# A target that is left out is a kind that the pretend org does not have.
OWN = {"referenceTo"}


@pytest.mark.parametrize("kind", DESCRIBED)
def test_fields_are_those_of_recorded_describes(here: Pretend, kind: str) -> None:
    path = shared(f"recordings/salesforce/describe/{kind}.json")
    recorded = json.loads(path.read_text("utf-8"))
    ours = here("GET", f"/sobjects/{kind}/describe").body
    known = {one["name"]: one for one in recorded["fields"]}
    both = [one for one in ours["fields"] if one["name"] in known]

    assert len(both) >= min(len(known) // 3, 15)
    assert recorded["keyPrefix"] == ours["keyPrefix"]
    assert set(ours["fields"][0]) <= set(recorded["fields"][0]) | {"extraTypeInfo"}
    for one in both:
        for name in TOLD:
            real, pretended = known[one["name"]][name], one[name]
            if name in OWN:
                assert set(pretended) <= set(real), (kind, one["name"])
            elif name != "label":
                assert pretended == real, (kind, one["name"], name)
        values = {each["value"] for each in known[one["name"]]["picklistValues"]}
        if values and not one["name"].startswith(("Industry", "Role")):
            assert {each["value"] for each in one["picklistValues"]} <= values, one["name"]


@pytest.mark.parametrize(
    ("recording", "ask"),
    [
        ("query_success_response", ("GET", "/query?q=SELECT+Id+FROM+Contact+LIMIT+1")),
        ("query_empty_response", ("GET", "/query?q=SELECT+Id+FROM+Contact+LIMIT+0")),
        ("query_paginated_first_page_response", ("GET", "/query?q=SELECT+Id+FROM+Contact")),
        ("query_error_response", ("GET", "/query?q=SELECT+Nothing+FROM+Contact")),
        ("sobject_describe_error_response", ("GET", "/sobjects/Nothing/describe")),
        ("write_error_response", ("POST", "/sobjects/Contact")),
        ("delete_error_response", ("DELETE", "/sobjects/Contact/003000000000000AAA")),
        ("get_updated_success_response",
         ("GET", "/sobjects/Contact/updated?start=2026-10-25T00:00:00Z&end=2026-11-20T08:00:00Z")),
        ("get_deleted_success_response",
         ("GET", "/sobjects/Contact/deleted?start=2026-11-09T00:00:00Z&end=2026-11-20T08:00:00Z")),
    ],
)  # fmt: skip
def test_answers_have_the_shape_of_recorded_ones(
    here: Pretend, recording: str, ask: tuple[str, str]
) -> None:
    path = shared(f"recordings/salesforce/rest/{recording}.json")
    recorded = json.loads(path.read_text("utf-8"))
    here.switch(page=5)
    reply = here(*ask, {"Nothing": 1} if ask[0] == "POST" else None)
    here.switch(page=2_000)

    assert _shape(recorded) == _shape(reply.body)


def _shape(value: Any) -> Any:
    """Keep the names of what an answer holds; of records only that they have attributes."""
    if isinstance(value, dict):
        if "attributes" in value:
            return {"attributes": sorted(value["attributes"])}
        return {name: _shape(held) for name, held in value.items()}
    if isinstance(value, list):
        return [_shape(held) for held in value[:1]]
    return type(value)


def test_a_token_looks_as_recorded(here: Pretend) -> None:
    path = shared("recordings/salesforce/rest/reauth_success_response.json")
    recorded = json.loads(path.read_text("utf-8"))
    keys = {name: here.tool[name] for name in ("client_id", "client_secret")}
    url = f"{here.tool['base_url']}/services/oauth2/token"
    given = requests.post(url, {"grant_type": "client_credentials", **keys}, timeout=10)

    assert set(recorded) <= set(given.json())
    refused = requests.post(url, {"grant_type": "client_credentials"}, timeout=10)
    failed = json.loads(
        shared("recordings/salesforce/rest/auth_error_response.json").read_text("utf-8")
    )
    assert set(refused.json()) == set(failed)
