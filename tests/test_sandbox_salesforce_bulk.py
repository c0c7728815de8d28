"""Bulk jobs of the pretend Salesforce: their states, their files, and what they refuse."""

import csv
import io
from collections.abc import Iterator
from typing import Any

import pytest
from pretend_salesforce import VERSION, Pretend, pretend
from sandbox_client import Reply


@pytest.fixture(scope="module")
def here() -> Iterator[Pretend]:
    with pretend(customers=40) as served:
        yield served


def raw(here: Pretend, method: str, path: str, body: str) -> Reply:
    """Send what is no JSON."""
    client = here.client
    client._connection.request(method, VERSION + path, body.encode(), {
        "Authorization": f"Bearer {client._token}", "Content-Type": "text/csv",
    })  # fmt: skip
    answer = client._connection.getresponse()
    return Reply(answer.status, {}, answer.read())


def rows(reply: Reply) -> list[dict[str, str]]:
    assert reply.status == 200, reply.content
    return list(csv.DictReader(io.StringIO(reply.content.decode())))


def read(here: Pretend, soql: str, **more: Any) -> str:
    reply = here("POST", "/jobs/query", {"operation": "query", "query": soql, **more})
    assert reply.status == 200, reply.body
    return str(reply.body["id"])


def finish(here: Pretend, path: str) -> list[str]:
    """Look until the job is over; tell the states that were seen."""
    seen: list[str] = []
    while not seen or seen[-1] in ("UploadComplete", "InProgress"):
        seen.append(here("GET", path).body["state"])
    return seen


def write(here: Pretend, text: str, operation: str = "update", **more: Any) -> str:
    job = here("POST", "/jobs/ingest", {
        "object": "Contact", "operation": operation, "contentType": "CSV", "lineEnding": "LF",
        **more,
    }).body  # fmt: skip
    assert job["state"] == "Open"
    assert raw(here, "PUT", f"/jobs/ingest/{job['id']}/batches", text).status == 201
    done = here("PATCH", f"/jobs/ingest/{job['id']}", {"state": "UploadComplete"})
    assert done.body["state"] == "UploadComplete"
    return str(job["id"])


def test_a_job_that_reads_goes_through_its_states(here: Pretend) -> None:
    job = read(here, "SELECT Id, Account.Name, CreatedDate, DoNotCall, Title FROM Contact")
    early = here("GET", f"/jobs/query/{job}/results")
    assert (early.status, early.body[0]["errorCode"]) == (400, "INVALIDJOBSTATE")
    assert finish(here, f"/jobs/query/{job}") == ["UploadComplete", "InProgress", "JobComplete"]

    total = here.count("SELECT Id FROM Contact")
    first = here("GET", f"/jobs/query/{job}/results?maxRecords=30")
    assert first.headers["sforce-numberofrecords"] == "30"
    locator = first.headers["sforce-locator"]
    rest = here("GET", f"/jobs/query/{job}/results?maxRecords=30&locator={locator}")
    assert rest.headers["sforce-locator"] == "null"
    found = rows(first) + rows(rest)
    assert len({row["Id"] for row in found}) == len(found) == total
    assert found[0]["Account.Name"]
    assert found[0]["CreatedDate"].endswith(".000Z")
    assert {row["DoNotCall"] for row in found} == {"false"}
    pages = here("GET", f"/jobs/query/{job}/resultPages").body
    assert len(pages["resultPages"]) == 1


def test_results_are_for_the_version_that_asked(here: Pretend) -> None:
    job = read(here, "SELECT Id FROM Contact")
    finish(here, f"/jobs/query/{job}")
    path = f"/services/data/v65.0/jobs/query/{job}/results"
    assert here.client("GET", path).status == 409


@pytest.mark.parametrize(
    ("soql", "code"),
    [
        ("SELECT Id, MailingAddress FROM Contact", "FEATURENOTENABLED"),
        ("SELECT Id, (SELECT Id FROM Tasks) FROM Contact", "API_ERROR"),
        ("SELECT COUNT(Id) FROM Contact", "API_ERROR"),
        ("SELECT Title FROM Contact GROUP BY Title", "API_ERROR"),
        ("SELECT Id FROM Contact OFFSET 5", "API_ERROR"),
        ("SELECT Id FROM PermissionSet", "INVALIDENTITY"),
        ("SELECT Nothing FROM Contact", "INVALID_FIELD"),
        ("SELECT Id FROM", "MALFORMED_QUERY"),
    ],
)
def test_what_cannot_be_read_in_bulk(here: Pretend, soql: str, code: str) -> None:
    reply = here("POST", "/jobs/query", {"operation": "query", "query": soql})
    assert (reply.status, reply.body[0]["errorCode"]) == (400, code)


def test_a_job_that_writes_tells_of_every_row_in_three_files(here: Pretend) -> None:
    maya, tom = here.contact(), here.contact("tom.bennett@example.org")
    here("PATCH", f"/sobjects/Contact/{tom}", {"Department": "Before", "Title": "Stays"})
    text = (
        "Id,Title,Department,Preferred_Channel__c\n"
        f'{maya},"Dr ""M""\nPhD",,\n{tom},,#N/A,\n{maya},x,,pigeon\n003000000000000,y,,\n'
    )
    job = write(here, text)
    assert finish(here, f"/jobs/ingest/{job}")[-1] == "JobComplete"
    told = here("GET", f"/jobs/ingest/{job}").body
    assert (told["numberRecordsProcessed"], told["numberRecordsFailed"]) == (4, 2)

    done = rows(here("GET", f"/jobs/ingest/{job}/successfulResults"))
    failed = rows(here("GET", f"/jobs/ingest/{job}/failedResults"))
    left = rows(here("GET", f"/jobs/ingest/{job}/unprocessedrecords"))
    assert {row["sf__Id"]: row["sf__Created"] for row in done} == {maya: "false", tom: "false"}
    assert {row["sf__Error"].split(":")[0] for row in failed} == {
        "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", "INVALID_CROSS_REFERENCE_KEY",
    }  # fmt: skip
    assert left == []
    assert here.one(f"SELECT Title FROM Contact WHERE Id = '{maya}'") == 'Dr "M"\nPhD'
    (row,) = here.rows(f"SELECT Title, Department FROM Contact WHERE Id = '{tom}'")
    assert (row["Title"], row["Department"]) == ("Stays", None)


def test_results_come_in_another_order(here: Pretend) -> None:
    names = [f"Order {number:03d}" for number in range(90)]
    job = write(here, "LastName\n" + "\n".join(names) + "\n", "insert")
    finish(here, f"/jobs/ingest/{job}")
    done = rows(here("GET", f"/jobs/ingest/{job}/successfulResults"))

    assert sorted(row["LastName"] for row in done) == names
    assert [row["LastName"] for row in done] != names
    assert {row["sf__Created"] for row in done} == {"true"}


def test_rows_are_put_by_a_key_and_hung_on_a_parent(here: Pretend) -> None:
    job = write(here, "Email,Title\nmaya.okafor@example.com,Bulk\n", "upsert",
                externalIdFieldName="Email")  # fmt: skip
    finish(here, f"/jobs/ingest/{job}")
    (row,) = rows(here("GET", f"/jobs/ingest/{job}/successfulResults"))
    assert (row["sf__Id"], row["sf__Created"]) == (here.contact(), "false")


def test_an_unknown_column_fails_the_whole_job(here: Pretend) -> None:
    job = write(here, "Id,Nothing\n003000000000000,x\n")
    assert finish(here, f"/jobs/ingest/{job}") == ["Failed"]
    told = here("GET", f"/jobs/ingest/{job}").body
    assert told["errorMessage"] == "InvalidBatch : Field name not found : Nothing"


def test_the_line_ending_is_the_one_that_was_told(here: Pretend) -> None:
    job = write(here, "LastName\r\nx\r\n", "insert")
    assert finish(here, f"/jobs/ingest/{job}") == ["Failed"]
    job = write(here, "LastName\r\nEnding\r\n", "insert", lineEnding="CRLF")
    assert finish(here, f"/jobs/ingest/{job}")[-1] == "JobComplete"
    assert here.count("SELECT Id FROM Contact WHERE LastName = 'Ending'") == 1


def test_parts_of_a_job_lock_each_other_out_of_a_shared_account(here: Pretend) -> None:
    account = here.rows("SELECT Id FROM Account LIMIT 1")[0]["Id"]
    text = "LastName,AccountId\n" + "".join(f"Lock {n},{account}\n" for n in range(450))
    job = write(here, text, "insert")
    finish(here, f"/jobs/ingest/{job}")
    failed = rows(here("GET", f"/jobs/ingest/{job}/failedResults"))

    assert 50 < len(failed) < 250
    assert {row["sf__Error"].split(":")[0] for row in failed} == {"UNABLE_TO_LOCK_ROW"}
    again = "LastName,AccountId\n" + "".join(f"{row['LastName']},{account}\n" for row in failed)
    job = write(here, again[: again.index("\n", 2000) + 1], "insert")
    finish(here, f"/jobs/ingest/{job}")
    assert rows(here("GET", f"/jobs/ingest/{job}/failedResults")) == []


def test_a_job_may_break_half_way(here: Pretend) -> None:
    job = here("POST", "/jobs/ingest", {"object": "Contact", "operation": "insert"}).body["id"]
    raw(here, "PUT", f"/jobs/ingest/{job}/batches", "LastName\nBreak 1\nBreak 2\n")
    here.fault("half-applied", "PATCH /services/data/jobs/ingest")
    assert here("PATCH", f"/jobs/ingest/{job}", {"state": "UploadComplete"}).status == 500
    assert finish(here, f"/jobs/ingest/{job}") == ["Failed"]
    done = rows(here("GET", f"/jobs/ingest/{job}/successfulResults"))
    left = rows(here("GET", f"/jobs/ingest/{job}/unprocessedrecords"))
    assert [row["LastName"] for row in done] == ["Break 1"]
    assert left == [{"LastName": "Break 2"}]


def test_a_job_can_be_stopped_and_thrown_away(here: Pretend) -> None:
    job = read(here, "SELECT Id FROM Contact")
    assert here("PATCH", f"/jobs/query/{job}", {"state": "Aborted"}).body["state"] == "Aborted"
    assert here("DELETE", f"/jobs/query/{job}").status == 204
    assert here("GET", f"/jobs/query/{job}").status == 404
