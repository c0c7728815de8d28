"""What the pretend Salesforce understands of SOQL, and what it refuses as the real one does."""

from collections.abc import Iterator

import pytest
from pretend_salesforce import Pretend, pretend


@pytest.fixture(scope="module")
def here() -> Iterator[Pretend]:
    """Three people whose values are known, beside the studio's."""
    with pretend(customers=30) as served:
        firm = served.edit("Account", "create", properties={
            "Name": "Probe & Sons", "BillingCity": "Hove", "Industry": "Consulting",
        })["id"]  # fmt: skip
        for last, title, day, score in (
            ("Probe-Ann", "Director", "1980-02-29", 9),
            ("Probe-bob", "director", "1990-01-01", 4),
            ("Probe-Zoë", None, None, None),
        ):
            values = {
                "LastName": last, "Title": title, "Birthdate": day, "Feedback_Score__c": score,
                "AccountId": firm, "Department": "Probes", "DoNotCall": last == "Probe-bob",
                "Email": f"{last[-3:].lower()}@probe.example".replace("ë", "e"),
            }  # fmt: skip
            made = served.edit("Contact", "create", properties=values)["id"]
            for subject in ("One", "Two"):
                task = {"Subject": f"{subject} for {last}", "WhoId": made, "Status": "Completed"}
                served.edit("Task", "create", properties=task)
        yield served


def found(here: Pretend, where: str) -> list[str]:
    """Give the probes that a condition finds, by the end of their names."""
    rows = here.rows(
        f"SELECT LastName FROM Contact WHERE Department = 'Probes' AND ({where}) ORDER BY LastName"
    )
    return [row["LastName"].removeprefix("Probe-") for row in rows]


ALL = ["Ann", "bob", "Zoë"]


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("Title = 'DIRECTOR'", ["Ann", "bob"]),
        ("Title != 'director'", ["Zoë"]),
        ("Title <> 'director'", ["Zoë"]),
        ("Title = null", ["Zoë"]),
        ("Title = ''", ["Zoë"]),
        ("Title != null", ["Ann", "bob"]),
        ("LastName LIKE 'probe-_nn'", ["Ann"]),
        ("LastName LIKE '%OB'", ["bob"]),
        ("LastName LIKE 'Probe\\\\_%'", []),
        ("NOT (LastName LIKE '%nn')", ["bob", "Zoë"]),
        ("Title IN ('director', 'x')", ["Ann", "bob"]),
        ("Title NOT IN ('director')", ["Zoë"]),
        ("Birthdate = 1980-02-29", ["Ann"]),
        ("Birthdate > 1980-02-29", ["bob"]),
        ("Birthdate <= 1990-01-01", ["Ann", "bob"]),
        ("Feedback_Score__c >= 4.0 AND Feedback_Score__c < 9", ["bob"]),
        ("DoNotCall = true", ["bob"]),
        ("DoNotCall != TRUE", ["Ann", "Zoë"]),
        ("(Title = null OR DoNotCall = true) AND Department = 'probes'", ["bob", "Zoë"]),
        ("Account.Name = 'probe & sons'", ALL),
        ("Account.Owner.Email = 'ana@willowstreet.example' AND Account.BillingCity = 'Hove'", ALL),
        ("Contact.LastName = 'Probe-Ann'", ["Ann"]),
        ("CreatedDate = TODAY", ALL),
        ("CreatedDate = LAST_N_DAYS:2", ALL),
        ("CreatedDate < YESTERDAY", []),
        ("CreatedDate = THIS_WEEK", ALL),
        ("CreatedDate >= LAST_MONTH", ALL),
        ("CreatedDate > THIS_MONTH", []),
        ("Birthdate = THIS_YEAR", []),
        ("CreatedDate > 2026-11-20T09:00:00+01:00 AND CreatedDate < 2026-11-20T09:00:00Z", ALL),
        ("Id IN (SELECT WhoId FROM Task WHERE Subject = 'One for Probe-Ann')", ["Ann"]),
        ("Id NOT IN (SELECT WhoId FROM Task WHERE Subject LIKE 'One for Probe-A%')",
         ["bob", "Zoë"]),
        ("Account_City__c = 'Hove'", ALL),
    ],
)  # fmt: skip
def test_conditions(here: Pretend, where: str, expected: list[str]) -> None:
    assert found(here, where) == expected


@pytest.mark.parametrize(
    ("query", "code", "words"),
    [
        ("SELECT Id FROM Contact WHERE Title = 'a' AND Email = 'b' OR Phone = 'c'",
         "MALFORMED_QUERY", "unexpected token: 'OR'"),
        ("SELECT Id FROM Contact WHERE Id IN ()", "MALFORMED_QUERY", "unexpected token: ')'"),
        ('SELECT Id FROM Contact WHERE Title = "x"', "MALFORMED_QUERY", "unexpected char"),
        ("SELECT Id FROM Contact WHERE Title = 'x", "MALFORMED_QUERY", "end of string literal"),
        ("SELECT Id FROM Contact WHERE Title = 'a\\qb'", "MALFORMED_QUERY",
         "Illegal character sequence '\\q'"),
        ("SELECT Id FROM Contact WHERE", "MALFORMED_QUERY", "unexpected token: '<EOF>'"),
        ("SELECT Id Contact", "MALFORMED_QUERY", "unexpected token: '<EOF>'"),
        ("", "MALFORMED_QUERY", "cannot be empty"),
        ("SELECT Id, Birthday FROM Contact", "INVALID_FIELD",
         "No such column 'Birthday' on entity 'Contact'"),
        ("SELECT Id, Id FROM Contact", "INVALID_FIELD", "duplicate field selected: Id"),
        ("SELECT Nobody.Name FROM Contact", "INVALID_FIELD",
         "Didn't understand relationship 'Nobody' in field path"),
        ("SELECT Id, (SELECT Id FROM Dogs) FROM Contact", "INVALID_TYPE",
         "Didn't understand relationship 'Dogs' in FROM part"),
        ("SELECT Id FROM Dog", "INVALID_TYPE", "sObject type 'Dog' is not supported"),
        ("SELECT Id FROM Contact WHERE Id = 'abc'", "INVALID_QUERY_FILTER_OPERATOR",
         "invalid ID field: abc"),
        ("SELECT Id FROM Contact WHERE Id LIKE '003%'", "INVALID_QUERY_FILTER_OPERATOR",
         "invalid operator"),
        ("SELECT Id FROM Contact WHERE CreatedDate > 2026-01-01", "INVALID_FIELD",
         "must be of type dateTime and should not be enclosed in quotes"),
        ("SELECT Id FROM Contact WHERE CreatedDate > '2026-01-01T00:00:00Z'", "INVALID_FIELD",
         "must be of type dateTime"),
        ("SELECT Id FROM Contact WHERE Birthdate > 2026-01-01T00:00:00Z", "INVALID_FIELD",
         "must be of type date and"),
        ("SELECT Id FROM Contact WHERE Title = 5", "INVALID_FIELD",
         "must be of type string and should be enclosed in quotes"),
        ("SELECT Id FROM Contact WHERE DoNotCall = 'true'", "INVALID_FIELD",
         "must be of type boolean"),
        ("SELECT Id FROM Contact WHERE Feedback_Score__c > '4'", "INVALID_FIELD",
         "must be of type double"),
        ("SELECT Id FROM Contact WHERE Description = 'x'", "INVALID_FIELD",
         "field 'Description' can not be filtered"),
        ("SELECT Id FROM Contact ORDER BY Description", "INVALID_FIELD", "can not be sorted"),
        ("SELECT Id FROM Contact WHERE Title IN (SELECT Id FROM Task)", "MALFORMED_QUERY",
         "should be an id field"),
        ("SELECT Title, COUNT(Id) FROM Contact GROUP BY Email", "MALFORMED_QUERY",
         "Field must be grouped or aggregated: Title"),
        ("SELECT Id FROM Contact OFFSET 2001", "NUMBER_OUTSIDE_VALID_RANGE", "2000"),
        ("SELECT Id, CurrencyIsoCode FROM Opportunity", "INVALID_FIELD",
         "No such column 'CurrencyIsoCode'"),
        ("SELECT IsPersonAccount FROM Account", "INVALID_FIELD", "No such column"),
    ],
)  # fmt: skip
def test_what_the_real_one_refuses_is_refused(
    here: Pretend, query: str, code: str, words: str
) -> None:
    reply = here.query(query)

    assert reply.status == 400
    (error,) = reply.body
    assert error["errorCode"] == code
    assert words in error["message"]


def test_a_mistake_is_pointed_at(here: Pretend) -> None:
    (error,) = here.query("SELECT Id, Nothing FROM Contact").body

    head, line, caret, place, *_ = error["message"].split("\n")
    assert (head, place) == ("", "ERROR at Row:1:Column:12")
    assert line[caret.index("^") :].startswith("Nothing")


def test_parents_stand_inside_and_are_null_where_there_is_none(here: Pretend) -> None:
    soql = "SELECT Id, Account.Name, Account.Owner.FirstName, ReportsTo.Name FROM Contact WHERE "
    (row,) = here.rows(soql + "LastName = 'Probe-Ann'")

    assert row["Account"]["attributes"]["type"] == "Account"
    assert row["Account"]["Name"] == "Probe & Sons"
    assert row["Account"]["Owner"]["FirstName"] == "Ana"
    assert row["ReportsTo"] is None


def test_a_parent_of_several_kinds_is_a_name(here: Pretend) -> None:
    soql = "SELECT Who.Type, Who.Name, What.Name FROM Task WHERE Subject = 'One for Probe-Ann'"
    (row,) = here.rows(soql)

    assert row["Who"]["attributes"]["type"] == "Name"
    assert "/sobjects/Contact/003" in row["Who"]["attributes"]["url"]
    assert (row["Who"]["Type"], row["Who"]["Name"]) == ("Contact", "Probe-Ann")
    assert row["What"] is None
    assert here.query("SELECT Who.Department FROM Task").status == 400


def test_children_come_as_lists_with_pages_of_their_own(here: Pretend) -> None:
    soql = "SELECT LastName, (SELECT Subject FROM Tasks ORDER BY Subject LIMIT 1) FROM Contact "
    (row,) = here.rows(soql + "WHERE LastName = 'Probe-Ann'")
    assert row["Tasks"]["done"] is True
    assert [one["Subject"] for one in row["Tasks"]["records"]] == ["One for Probe-Ann"]

    lonely = here.edit("Contact", "create", properties={"LastName": "Alone"})["id"]
    (row,) = here.rows(f"SELECT Id, (SELECT Id FROM Tasks) FROM Contact WHERE Id = '{lonely}'")
    assert row["Tasks"] is None

    for number in range(205):
        task = {"Subject": f"Call {number}", "WhoId": lonely}
        here("POST", "/sobjects/Task", task)
    (row,) = here.rows(f"SELECT Id, (SELECT Id FROM Tasks) FROM Contact WHERE Id = '{lonely}'")
    assert (row["Tasks"]["totalSize"], row["Tasks"]["done"]) == (205, False)
    rest = here.client("GET", row["Tasks"]["nextRecordsUrl"]).body
    assert (len(rest["records"]), rest["done"]) == (5, True)
    here("DELETE", f"/sobjects/Contact/{lonely}")


def test_groups_are_counted_and_ordered(here: Pretend) -> None:
    soql = (
        "SELECT Department d, COUNT(Id), COUNT(Title) titled, MAX(Feedback_Score__c) best, "
        "AVG(Feedback_Score__c) mean FROM Contact WHERE Department != null GROUP BY Department "
        "HAVING COUNT(Id) > 1 ORDER BY COUNT(Id) DESC"
    )
    (row,) = here.rows(soql)
    assert row == {
        "attributes": {"type": "AggregateResult"},
        "d": "Probes", "expr0": 3, "titled": 2, "best": 9.0, "mean": 6.5,
    }  # fmt: skip
    reply = here.query("SELECT COUNT() FROM Contact WHERE Department = 'Probes'").body
    assert reply == {"totalSize": 3, "done": True, "records": []}
    assert here.one("SELECT COUNT(Id) n FROM Contact WHERE Department = 'none'") == 0
    assert here.one("SELECT MAX(CreatedDate) at FROM Task WHERE Subject LIKE 'One for P%'") == (
        "2026-11-20T08:58:58.000+0000"
    )


def test_values_are_written_as_their_types_ask(here: Pretend) -> None:
    (row,) = here.rows(
        "SELECT Birthdate, CreatedDate, Feedback_Score__c, DoNotCall FROM Contact "
        "WHERE LastName = 'Probe-Ann'"
    )
    del row["attributes"]
    assert row == {
        "Birthdate": "1980-02-29", "CreatedDate": "2026-11-20T08:58:58.000+0000",
        "Feedback_Score__c": 9.0, "DoNotCall": False,
    }  # fmt: skip


def test_order_and_nulls(here: Pretend) -> None:
    def order(by: str) -> list[str]:
        rows = here.rows(f"SELECT LastName FROM Contact WHERE Department = 'Probes' ORDER BY {by}")
        return [row["LastName"][6:] for row in rows]

    assert order("Feedback_Score__c") == ["Zoë", "bob", "Ann"]
    assert order("Feedback_Score__c NULLS LAST") == ["bob", "Ann", "Zoë"]
    assert order("Feedback_Score__c DESC NULLS LAST") == ["Ann", "bob", "Zoë"]
    assert order("LastName DESC LIMIT 2 OFFSET 1") == ["bob", "Ann"]
    assert order("Department, LastName")[0] == "Ann"


def test_an_alias_of_the_kind_may_stand_before_fields(here: Pretend) -> None:
    soql = "SELECT c.LastName, c.Account.Name FROM Contact c WHERE c.LastName = 'Probe-Ann'"
    (row,) = here.rows(soql)
    assert row["Account"]["Name"] == "Probe & Sons"


def test_short_ids_find_as_long_ones_do(here: Pretend) -> None:
    number = here.contact("ann@probe.example")
    assert len(number) == 18
    assert here.count(f"SELECT Id FROM Contact WHERE Id = '{number[:15]}'") == 1
    assert here.count(f"SELECT Id FROM Contact WHERE Id IN ('{number[:15]}', '{number}')") == 1


def pages(here: Pretend, soql: str, path: str = "/query", **headers: str) -> list[int]:
    reply = here.query(soql, path, **headers).body
    sizes = [len(reply["records"])]
    while not reply["done"]:
        reply = here.client("GET", reply["nextRecordsUrl"]).body
        sizes.append(len(reply["records"]))
    return sizes


def test_pages_hold_what_the_server_gives(here: Pretend) -> None:
    total = here.count("SELECT Id FROM Task")
    sizes = pages(here, "SELECT Id FROM Task", Sforce_Query_Options="batchSize=200")
    assert sizes[0] == 200
    assert sum(sizes) == total > 200
    assert pages(here, "SELECT Id FROM Task", Sforce_Query_Options="batchSize=1")[0] == 200
    url = here.query("SELECT Id FROM Task", "/queryAll", Sforce_Query_Options="batchSize=200")
    assert "/query/" in url.body["nextRecordsUrl"]


def test_a_cursor_ends_after_two_days() -> None:
    with pretend(customers=30) as served:
        served.switch(page=5)
        url = served.query("SELECT Id FROM Contact").body["nextRecordsUrl"]
        served.advance(3)
        (error,) = served.client("GET", url).body
        assert error["errorCode"] == "INVALID_QUERY_LOCATOR"


def test_a_page_may_be_short_or_lead_to_itself(here: Pretend) -> None:
    here.fault("shrink-page", "GET /services/data/query")
    first = here.query("SELECT Id FROM Contact").body
    assert not first["done"]
    assert len(first["records"]) < first["totalSize"]
    here.fault("repeat-page", "GET /services/data/query", times=2)
    again = here.query("SELECT Id FROM Contact").body
    more = here.client("GET", again["nextRecordsUrl"]).body
    assert more["records"][0] == again["records"][0]
    assert here.client("GET", more["nextRecordsUrl"]).body["done"]


@pytest.mark.parametrize(("length", "status"), [(17_000, 414), (16_300, 431)])
def test_an_address_that_is_too_long_is_a_web_page(here: Pretend, length: int, status: int) -> None:
    reply = here("GET", "/query?q=" + "x" * (length - len("/services/data/v64.0/query?q=")))
    assert reply.status == status
    assert reply.content.startswith(b"<h1>")


def test_the_bin_and_the_archive_show_in_query_all_only(here: Pretend) -> None:
    archived = "SELECT Id FROM Task WHERE IsArchived = true"
    assert here.count(archived) == 0
    assert len(here.rows(archived, "/queryAll")) == 1
    gone = "SELECT Email FROM Contact WHERE IsDeleted = true"
    assert here.count(gone) == 0
    assert "LastName" not in here.rows(gone, "/queryAll")[0]


def test_addresses_are_compound(here: Pretend) -> None:
    soql = "SELECT BillingAddress FROM Account WHERE Name = 'Probe & Sons'"
    address = here.one(soql)
    assert address["city"] == "Hove"
    assert address["postalCode"] is None
