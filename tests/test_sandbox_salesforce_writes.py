"""What the pretend Salesforce does with what is written to it, row by row."""

from collections.abc import Iterator
from typing import Any

import pytest
from pretend_salesforce import Pretend, pretend

Row = dict[str, Any]


@pytest.fixture(scope="module")
def here() -> Iterator[Pretend]:
    with pretend(customers=30) as served:
        yield served


@pytest.fixture
def fresh() -> Iterator[Pretend]:
    """An org of its own, for what would stay."""
    with pretend(customers=26) as served:
        yield served


def contact(**values: Any) -> Row:
    return {"attributes": {"type": "Contact"}, **values}


def send(here: Pretend, method: str, rows: list[Row], path: str = "", **more: Any) -> list[Row]:
    reply = here(method, f"/composite/sobjects{path}", {"records": rows}, **more)
    assert reply.status == 200, reply.body
    results: list[Row] = reply.body
    return results


def codes(results: list[Row]) -> list[str]:
    return ["" if row["success"] else row["errors"][0]["statusCode"] for row in results]


@pytest.mark.parametrize(
    ("values", "code", "fields", "words"),
    [
        ({"LastName": "x" * 81}, "STRING_TOO_LONG", ["LastName"], "max length=80"),
        ({"FirstName": "x"}, "REQUIRED_FIELD_MISSING", ["LastName"], "[LastName]"),
        ({"LastName": "x", "Email": "nobody"}, "INVALID_EMAIL_ADDRESS", ["Email"], "nobody"),
        ({"LastName": "x", "Preferred_Channel__c": "pigeon"},
         "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", ["Preferred_Channel__c"], "pigeon"),
        ({"LastName": "x", "LeadSource": "Anything goes"}, "", [], ""),
        ({"LastName": "x", "Nickname": "y"}, "INVALID_FIELD", [],
         "No such column 'Nickname' on sobject of type Contact"),
        ({"LastName": "x", "CreatedDate": "2020-01-01T00:00:00Z"},
         "INVALID_FIELD_FOR_INSERT_UPDATE", ["CreatedDate"], "Unable to create/update fields"),
        ({"LastName": "x", "Account_City__c": "y"}, "INVALID_FIELD_FOR_INSERT_UPDATE",
         ["Account_City__c"], "security settings"),
        ({"LastName": "x", "Birthdate": "tomorrow"}, "JSON_PARSER_ERROR", [], "date"),
        ({"LastName": "x", "AccountId": "003000000000000"}, "MALFORMED_ID", ["AccountId"],
         "id value of incorrect type"),
        ({"LastName": "x", "AccountId": "001000000000000"}, "INVALID_CROSS_REFERENCE_KEY", [],
         "invalid cross reference id"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused(
    here: Pretend, values: Row, code: str, fields: list[str], words: str
) -> None:
    (result,) = send(here, "POST", [contact(**values)])

    assert codes([result]) == [code]
    if code:
        assert result["errors"][0]["fields"] == fields
        assert words in result["errors"][0]["message"]
        alone = here("POST", "/sobjects/Contact", values)
        assert alone.status == 400
        assert alone.body[0]["errorCode"] == code


def test_rows_are_answered_in_order_though_some_fail(here: Pretend) -> None:
    maya, tom = here.contact(), here.contact("tom.bennett@example.org")
    results = send(here, "PATCH", [
        contact(id=tom[:15], Title="T"),
        contact(id="003000000000000AAA", Title="T"),
        contact(id=maya, Title="M"),
        contact(id=maya, Title="twice"),
        contact(Title="nobody"),
        contact(id="junk", Title="junk"),
    ])  # fmt: skip

    assert codes(results) == [
        "", "INVALID_CROSS_REFERENCE_KEY", "", "DUPLICATE_VALUE", "MISSING_ARGUMENT",
        "MALFORMED_ID",
    ]  # fmt: skip
    assert [results[0]["id"], results[2]["id"]] == [tom, maya]
    assert here.one(f"SELECT Title FROM Contact WHERE Id = '{tom}'") == "T"


def test_all_or_none_leaves_nothing_behind(here: Pretend) -> None:
    body = {"allOrNone": True, "records": [contact(LastName="Half"), contact(FirstName="x")]}
    results = here("POST", "/composite/sobjects", body).body

    assert codes(results) == ["ALL_OR_NONE_OPERATION_ROLLED_BACK", "REQUIRED_FIELD_MISSING"]
    assert here.count("SELECT Id FROM Contact WHERE LastName = 'Half'") == 0


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([contact(LastName="x")] * 201, "EXCEEDED_ID_LIMIT"),
        ([contact(LastName="x"), {"attributes": {"type": "Lead"}}] * 6, "INVALID_INPUT"),
        ([{"LastName": "x"}], "INVALID_INPUT"),
    ],
)
def test_a_call_takes_200_rows_in_ten_chunks(here: Pretend, rows: list[Row], code: str) -> None:
    reply = here("POST", "/composite/sobjects", {"records": rows})
    assert (reply.status, reply.body[0]["errorCode"]) == (400, code)


def test_rows_are_put_by_a_key(here: Pretend) -> None:
    rows = [
        contact(Email="maya.okafor@example.com", Title="Kept"),
        contact(Email="new@probe.example", LastName="New"),
        contact(Email="new@probe.example", LastName="Twice"),
        contact(LastName="Without"),
    ]
    results = send(here, "PATCH", rows, "/Contact/Email")

    assert codes(results) == ["", "", "DUPLICATE_VALUE", "MISSING_ARGUMENT"]
    assert [row["created"] for row in results[:2]] == [False, True]
    reply = here("PATCH", "/composite/sobjects/Contact/Title", {"records": rows})
    assert (reply.status, reply.body[0]["errorCode"]) == (404, "NOT_FOUND")


def test_a_key_that_several_hold_names_them_all(here: Pretend) -> None:
    for _ in range(2):
        here("POST", "/sobjects/Contact", {"LastName": "Two", "Email": "two@probe.example"})
    reply = here("PATCH", "/sobjects/Contact/Email/two@probe.example", {"Title": "x"})

    assert reply.status == 300
    assert all(url.startswith("/services/data/v64.0/sobjects/Contact/003") for url in reply.body)
    assert len(reply.body) == 2
    row = contact(Email="two@probe.example", Title="x")
    assert codes(send(here, "PATCH", [row], "/Contact/Email")) == ["DUPLICATE_EXTERNAL_ID"]


def test_deleting_many(here: Pretend) -> None:
    made = send(here, "POST", [contact(LastName="Gone"), contact(LastName="Gone")])
    ids = ",".join(row["id"] for row in made)
    results = here("DELETE", f"/composite/sobjects?ids={ids},003000000000000AAA").body
    assert codes(results) == ["", "", "INVALID_CROSS_REFERENCE_KEY"]
    again = here("DELETE", f"/composite/sobjects?ids={ids}").body
    assert codes(again) == ["ENTITY_IS_DELETED"] * 2
    (result,) = send(here, "PATCH", [contact(id=made[0]["id"], Title="x")])
    assert codes([result]) == ["ENTITY_IS_DELETED"]


def test_a_change_is_dated_a_minute_ago_and_tells_whose_it_was(here: Pretend) -> None:
    maya = here.contact()
    reply = here("PATCH", f"/sobjects/Contact/{maya}", {"Department": "x"})
    row = here("GET", f"/sobjects/Contact/{maya}").body

    assert (reply.status, reply.content) == (204, b"")
    assert reply.headers["date"] == "Fri, 20 Nov 2026 08:59:58 GMT"
    assert row["SystemModstamp"] == row["LastModifiedDate"] == "2026-11-20T08:58:57.000+0000"
    name = here.one(f"SELECT LastModifiedBy.Name FROM Contact WHERE Id = '{maya}'")["Name"]
    assert name == "Journeysync Integration"


def test_a_converted_lead_takes_nothing(here: Pretend) -> None:
    lead = here.rows("SELECT Id FROM Lead WHERE IsConverted = true LIMIT 1")[0]["Id"]
    row = {"attributes": {"type": "Lead"}, "id": lead, "Title": "x"}
    (result,) = send(here, "PATCH", [row])
    assert codes([result]) == ["CANNOT_UPDATE_CONVERTED_LEAD"]
    task = {"attributes": {"type": "Task"}, "WhoId": lead, "Subject": "x"}
    assert codes(send(here, "POST", [task])) == ["CANNOT_UPDATE_CONVERTED_LEAD"]


@pytest.mark.parametrize(
    ("links", "code"),
    [
        ({"WhoId": "account"}, "FIELD_INTEGRITY_EXCEPTION"),
        ({"WhoId": "lead", "WhatId": "account"}, "FIELD_INTEGRITY_EXCEPTION"),
        ({"WhoId": "contact", "WhatId": "account"}, ""),
        ({"WhoId": "lead"}, ""),
        ({"OwnerId": "dan"}, "INACTIVE_OWNER_OR_USER"),
    ],
)
def test_what_a_task_may_hang_on(here: Pretend, links: dict[str, str], code: str) -> None:
    ids = {
        "account": here.rows("SELECT Id FROM Account LIMIT 1")[0]["Id"],
        "lead": here.rows("SELECT Id FROM Lead WHERE IsConverted = false LIMIT 1")[0]["Id"],
        "contact": here.contact(),
        "dan": here.one("SELECT Id FROM User WHERE FirstName = 'Dan'"),
    }
    row = {name: ids[what] for name, what in links.items()}
    results = send(here, "POST", [{"attributes": {"type": "Task"}, "Subject": "x", **row}])
    assert codes(results) == [code]


def test_the_assignment_rule_works_unless_a_header_forbids_it(fresh: Pretend) -> None:
    lead = fresh.rows("SELECT Id FROM Lead WHERE IsConverted = false LIMIT 1")[0]["Id"]
    owner = f"SELECT Owner.Email FROM Lead WHERE Id = '{lead}'"
    row = {"attributes": {"type": "Lead"}, "id": lead, "Title": "x"}

    send(fresh, "PATCH", [row], Sforce_Auto_Assign="FALSE")
    assert fresh.one(owner)["Email"] == "ana@willowstreet.example"
    send(fresh, "PATCH", [row])
    assert fresh.one(f"SELECT Owner.Name FROM Lead WHERE Id = '{lead}'")["Name"] == "Enquiries"
    fresh.switch(assign_to="cara@willowstreet.example")
    send(fresh, "PATCH", [row])
    assert fresh.one(owner)["Email"] == "cara@willowstreet.example"


def test_a_validation_rule_refuses_with_its_words(fresh: Pretend) -> None:
    fresh.edit("Contact", "require", property="Title", value="Director", needed="Department",
               message="Directors need a department.")  # fmt: skip
    maya = fresh.contact()
    (result,) = send(fresh, "PATCH", [contact(id=maya, Title="Director")])
    assert codes([result]) == ["FIELD_CUSTOM_VALIDATION_EXCEPTION"]
    assert result["errors"][0]["message"] == "Directors need a department."
    row = contact(id=maya, Title="Director", Department="Board")
    assert codes(send(fresh, "PATCH", [row])) == [""]


def test_a_flow_that_fails_and_a_record_out_of_reach(fresh: Pretend) -> None:
    fresh.edit("Contact", "require", property="Title", needed="Department",
               code="CANNOT_EXECUTE_FLOW_TRIGGER", message="The flow failed.")  # fmt: skip
    maya, tom = fresh.contact(), fresh.contact("tom.bennett@example.org")
    fresh.edit("Contact", "protect", id=tom)
    rows = [contact(id=maya, Title="x"), contact(id=tom, Department="y")]
    assert codes(send(fresh, "PATCH", rows)) == [
        "CANNOT_EXECUTE_FLOW_TRIGGER", "INSUFFICIENT_ACCESS_OR_READONLY",
    ]  # fmt: skip
    fresh.edit("Contact", "protect", id=tom, protected=False)
    assert codes(send(fresh, "PATCH", rows[1:])) == [""]


def test_a_duplicate_rule_shows_what_it_found(fresh: Pretend) -> None:
    fresh.edit("Contact", "duplicates", property="Email", allow=True)
    twin = {"LastName": "Okafor", "Email": "Maya.Okafor@example.com"}
    reply = fresh("POST", "/sobjects/Contact", twin)

    assert reply.status == 400
    (error,) = reply.body
    assert error["errorCode"] == "DUPLICATES_DETECTED"
    (match,) = error["duplicateResut"]["matchResults"]
    assert match["matchRecords"][0]["record"]["Id"] == fresh.contact()
    (result,) = send(fresh, "POST", [contact(**twin)])
    assert codes([result]) == ["DUPLICATES_DETECTED"]
    assert "duplicateResut" not in result["errors"][0]
    saved = fresh("POST", "/sobjects/Contact", twin,
                  Sforce_Duplicate_Rule_Header="allowSave=true")  # fmt: skip
    assert saved.status == 201


def test_a_locked_record_holds_up_what_hangs_on_it(fresh: Pretend) -> None:
    maya = fresh.contact()
    account = fresh.one(f"SELECT AccountId FROM Contact WHERE Id = '{maya}'")
    fresh.edit("Account", "lock", id=account, times=2)
    row = contact(id=maya, Title="x")

    locked = send(fresh, "PATCH", [row])
    assert codes(locked) == ["UNABLE_TO_LOCK_ROW"]
    assert account in locked[0]["errors"][0]["message"]
    assert codes(send(fresh, "PATCH", [row])) == ["UNABLE_TO_LOCK_ROW"]
    assert codes(send(fresh, "PATCH", [row])) == [""]


def test_half_a_batch_may_be_done_when_the_line_breaks(fresh: Pretend) -> None:
    rows = [contact(LastName="Half") for _ in range(4)]
    fresh.fault("half-applied", "POST /services/data/composite/sobjects")
    reply = fresh("POST", "/composite/sobjects", {"records": rows})

    assert (reply.status, reply.body[0]["errorCode"]) == (500, "UNKNOWN_EXCEPTION")
    assert fresh.count("SELECT Id FROM Contact WHERE LastName = 'Half'") == 2


def test_sub_requests_use_what_came_before(fresh: Pretend) -> None:
    base = "/services/data/v64.0"
    asked: list[Row] = [
        {"method": "POST", "url": f"{base}/sobjects/Contact", "referenceId": "one",
         "body": {"LastName": "First"}},
        {"method": "POST", "url": f"{base}/sobjects/Task", "referenceId": "two",
         "body": {"Subject": "Hello", "WhoId": "@{one.id}"}},
        {"method": "GET", "referenceId": "three",
         "url": f"{base}/query?q=SELECT+Who.Name+FROM+Task+WHERE+Id='@{{two.id}}'"},
    ]  # fmt: skip
    rows = fresh("POST", "/composite", {"compositeRequest": asked}).body["compositeResponse"]
    assert [row["httpStatusCode"] for row in rows] == [201, 201, 200]
    assert rows[2]["body"]["records"][0]["Who"]["Name"] == "First"

    asked[2] |= {"method": "POST", "url": f"{base}/sobjects/Contact", "body": {}}
    asked[0]["body"] = {"LastName": "Undone"}
    body = {"allOrNone": True, "compositeRequest": asked}
    rows = fresh("POST", "/composite", body).body["compositeResponse"]
    assert [row["httpStatusCode"] for row in rows] == [400, 400, 400]
    assert rows[0]["body"][0]["errorCode"] == "PROCESSING_HALTED"
    assert fresh.count("SELECT Id FROM Contact WHERE LastName = 'Undone'") == 0
    many = {"compositeRequest": [asked[0]] * 26}
    assert fresh("POST", "/composite", many).status == 400


def test_deleted_and_updated_are_listed(fresh: Pretend) -> None:
    made = fresh("POST", "/sobjects/Contact", {"LastName": "Gone"}).body["id"]
    fresh("DELETE", f"/sobjects/Contact/{made}")
    fresh.advance(1)
    span = "start=2026-11-20T08:30:00Z&end=2026-11-20T09:30:00Z"
    gone = fresh("GET", f"/sobjects/Contact/deleted?{span}").body
    changed = fresh("GET", f"/sobjects/Contact/updated?{span}").body

    assert gone["deletedRecords"] == [{"id": made, "deletedDate": "2026-11-20T08:58:57.000+0000"}]
    assert gone["latestDateCovered"] == "2026-11-20T09:30:00.000+0000"
    assert made not in changed["ids"]
    early = fresh(
        "GET", "/sobjects/Contact/deleted?start=2026-01-01T00:00:00Z&end=2026-11-01T00:00:00Z"
    )
    assert early.body[0]["errorCode"] == "INVALID_REPLICATION_DATE"
