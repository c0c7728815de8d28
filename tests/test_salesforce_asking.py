"""What is sent to an org, and what its answers are taken for."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from salesforce_canned import Asked, org, page, refusal

from journeysync.connectors.http import Answer
from journeysync.connectors.salesforce.answers import in_common_words
from journeysync.connectors.salesforce.bulk_query import Bulk, NotInBulk
from journeysync.connectors.salesforce.query import (
    Changed,
    Named,
    Whole,
    among,
    count,
    is_name,
    quoted,
    select,
)
from journeysync.connectors.salesforce.shapes import Shape, from_csv, page_reader, written
from journeysync.core.errors import BadCredentials, OverBudget, ToolDown

# --- SOQL ----------------------------------------------------------------------------------------

AT = datetime(2026, 11, 22, 10, 0, 59, 999999, tzinfo=UTC)
QUERIES = {
    "SELECT Id,Name FROM Contact": select(["Id", "Name", "Id"], "Contact"),
    "SELECT Id FROM Contact WHERE Email IN ('o\\'hara@example.com')": select(
        ["Id"], "Contact", among("Email", ["o'hara@example.com"])
    ),
    "SELECT Id FROM Contact WHERE (A = 1 OR B = 2) AND C = 3 LIMIT 1": select(
        ["Id"], "Contact", "A = 1 OR B = 2", "", "C = 3", limit=1
    ),
    "SELECT COUNT() FROM Task WHERE IsDeleted = FALSE": count("Task", "IsDeleted = FALSE"),
    "SELECT Id FROM Contact WHERE Account.SystemModstamp >= 2026-11-22T10:00:59Z"
    " AND Account.SystemModstamp <= 2026-11-22T10:00:59Z": select(
        ["Id"], "Contact", Changed(AT, AT).of("Account.")
    ),
    "SELECT Id FROM Contact WHERE Id IN ('a','b')": select(
        ["Id"], "Contact", Named(("a", "b")).of(), Whole().of()
    ),
}


@pytest.mark.parametrize("soql", QUERIES)
def test_a_query_is_written(soql: str) -> None:
    assert QUERIES[soql] == soql


def read_literal(text: str) -> str:
    """Read a quoted text as Salesforce does; anything else is its "Invalid Escape Character"."""
    known = {"\\": "\\", "'": "'", "n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}
    assert text[0] == text[-1] == "'"
    inside, found = iter(text[1:-1]), ""
    for letter in inside:
        assert letter != "'"
        found += known[next(inside)] if letter == "\\" else letter
    return found


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(exclude_characters="\0")))
def test_whatever_a_record_holds_stays_inside_of_its_quotes(text: str) -> None:
    assert read_literal(quoted(text)) == text


@pytest.mark.parametrize(
    "text",
    ["Name FROM User", "Name'", "Id, Name", "", "1Name", "A.B.C.D", "Näme", "Name\n", "COUNT()"],
)
def test_a_name_that_is_none_gets_into_no_query(text: str) -> None:
    assert not is_name(text)
    for fields, source in (([text], "Contact"), (["Id"], text)):
        with pytest.raises(ValueError, match="no name"):
            select(fields, source)


def test_a_list_of_nothing_is_no_query() -> None:
    with pytest.raises(ValueError, match="at least one"):
        among("Id", [])


# --- answers -------------------------------------------------------------------------------------

WORDS: dict[str, tuple[int, str, int]] = {
    "too many calls": (403, "REQUEST_LIMIT_EXCEEDED", 429),
    "no right": (403, "INSUFFICIENT_ACCESS", 403),
    "busy": (400, "QUERY_TIMEOUT", 503),
    "calm down": (420, "SOMETHING", 503),
    "refused": (400, "MALFORMED_QUERY", 400),
    "no session": (401, "INVALID_SESSION_ID", 401),
}


@pytest.mark.parametrize("case", WORDS)
def test_a_status_is_put_into_common_words(case: str) -> None:
    status, code, common = WORDS[case]
    body = f'[{{"errorCode": "{code}", "message": "m"}}]'.encode()
    assert in_common_words(Answer(status, {}, body)).status == common


ALLOWANCES = {
    "api-usage=18/5000": ("4982", "5000"),
    "api-usage=18/5000; per-app-api-usage=240/250(appName=sample)": ("10", "250"),
    "api-usage=4990/5000; per-app-api-usage=17/250(appName=sample)": ("10", "5000"),
    "api-usage=6000/5000": ("0", "5000"),
    "": (None, None),
}


@pytest.mark.parametrize("said", ALLOWANCES)
def test_the_scarcer_allowance_counts(said: str) -> None:
    headers = in_common_words(Answer(200, {"sforce-limit-info": said}, b"")).headers
    assert (headers.get("calls-left"), headers.get("calls-limit")) == ALLOWANCES[said]


def test_pages_that_lead_in_a_circle_end() -> None:
    def reply(_asked: Asked) -> tuple[int, Any]:
        return 200, {"records": [{"Id": "1"}], "done": False, "nextRecordsUrl": "/query/1"}

    client, canned = org(reply)
    with pytest.raises(ToolDown, match="repeats"):
        list(client.query("SELECT Id FROM Contact"))
    assert len(canned.asked) < 10


def test_fewer_records_than_counted_are_no_answer() -> None:
    client, _ = org(lambda _asked: (200, {"totalSize": 2, "done": True, "records": [{"Id": "1"}]}))
    with pytest.raises(ToolDown, match="1 of the 2"):
        list(client.query("SELECT Id FROM Contact"))


REFUSALS: dict[str, tuple[int, str, str, type[Exception], str]] = {
    "the day is over": (
        403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.", OverBudget, "24 hours",
    ),
    "no API": (403, "API_DISABLED_FOR_ORG", "m", BadCredentials, "API Enabled"),
    "a session for people only": (
        401, "INVALID_SESSION_ID", "This session is not valid for use with the REST API",
        BadCredentials, "high-assurance",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSALS)
def test_a_refusal_stops_with_the_next_step(case: str) -> None:
    status, code, message, error, says = REFUSALS[case]
    client, canned = org(lambda _asked: (status, refusal(code, message)))
    with pytest.raises(error, match=says):
        client.get("limits")
    assert len(canned.asked) == 1


def test_no_message_shows_a_query() -> None:
    client, _ = org(lambda _asked: (400, refusal("MALFORMED_QUERY", "near ana@example.com")))
    with pytest.raises(ToolDown) as caught:
        list(client.query("SELECT Id FROM Contact WHERE Email = 'ana@example.com'"))
    assert str(caught.value) == "crm answered 400 to GET query."


def test_an_object_is_described_once() -> None:
    client, canned = org(lambda _asked: (200, {"fields": []}))
    client.describe("Contact")
    client.describe("Contact")
    assert len(canned.asked) == 1
    client.forget("Contact")
    client.describe("Contact")
    assert len(canned.asked) == 2


# --- records -------------------------------------------------------------------------------------

SHAPE = Shape(
    fields=("Id", "Email", "Active", "Amount", "Count", "At", "Account.Name"),
    types={
        "Id": "id", "Email": "email", "Active": "boolean", "Amount": "currency", "Count": "int",
        "At": "datetime", "Account.Name": "string",
    },
)  # fmt: skip


def test_json_and_csv_give_the_same_records() -> None:
    body = (
        b'{"totalSize": 2, "done": true, "records": [{"attributes": {"type": "Contact"},'
        b' "Id": "1", "Email": null, "Active": false, "Amount": 12.50, "Count": 3,'
        b' "At": "2026-10-22T21:03:23.000+0000", "Account": {"attributes": {}, "Name": "A, B"}},'
        b' {"attributes": {}, "Id": "2", "Email": "a@b.c", "Active": true, "Amount": null,'
        b' "Count": null, "At": null, "Account": null}]}'
    )
    rows = [
        {"Id": "1", "Email": "", "Active": "false", "Amount": "12.5", "Count": "3",
         "At": "2026-10-22T21:03:23.000Z", "Account.Name": "A, B"},
        {"Id": "2", "Email": "a@b.c", "Active": "true", "Amount": "", "Count": "", "At": "",
         "Account.Name": ""},
    ]  # fmt: skip
    assert from_csv(rows, SHAPE) == page_reader(SHAPE)(body).records


@pytest.mark.parametrize(
    ("value", "text"),
    [(True, "true"), (None, ""), (9.0, "9"), (12.5, "12.5"), (1e7, "10000000"), (0, "0"),
     (1234567.89, "1234567.89"), ("2026-10-22T21:03:23.000+0000", "2026-10-22T21:03:23.000Z")],
)  # fmt: skip
def test_a_value_is_written_as_text(value: object, text: str) -> None:
    assert written(value) == text


# --- Bulk API 2.0 --------------------------------------------------------------------------------


class Job:
    """A query job that takes its time."""

    def __init__(self, *states: str) -> None:
        self.states = list(states)

    def __call__(self, asked: Asked) -> tuple[int, Any]:
        if asked.method == "POST":
            return 200, {"id": "750x"}
        assert asked.path == "jobs/query/750x"
        return 200, {"state": self.states.pop(0)}


def test_a_job_is_waited_for() -> None:
    slept: list[float] = []
    client, _ = org(Job("UploadComplete", "InProgress", "Failed"))
    with pytest.raises(NotInBulk):
        list(Bulk(client, slept.append).query("SELECT Id FROM Contact", deleted=False))
    assert slept == [2.0, 3.0]


def test_what_bulk_cannot_read_is_read_by_pages() -> None:
    client, _ = org(lambda _asked: (400, refusal("INVALIDENTITY", "not supported by the Bulk API")))
    with pytest.raises(NotInBulk):
        list(Bulk(client).query("SELECT Id FROM CaseStatus", deleted=False))


def test_a_page_of_nothing_is_a_page() -> None:
    client, _ = org(lambda _asked: (200, page()))
    assert list(client.query("SELECT Id FROM Contact")) == [[]]
