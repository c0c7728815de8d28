"""Every row of a collection gets an answer of its own, whatever Salesforce's answer looks like."""

from typing import Any

import pytest
from salesforce_canned import Asked, Canned, done, numbered, org, page, refusal, said

from journeysync.connectors.salesforce import refusals
from journeysync.connectors.salesforce.collections import Row, Rules, Sender, Way, batches
from journeysync.core.errors import OverBudget, ToolDown

ONE, TWO, THREE = (numbered("003", number) for number in (1, 2, 3))
STAGE = "Journey_Stage__c"
LOCK = said("UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record")


def row(number: str, parent: str = "", type_: str = "Contact", **values: Any) -> Row:
    return Row(number, type_, values or {STAGE: "before"}, number, parent)


def sent(canned: Canned) -> list[list[str]]:
    """The ids of each request that wrote."""
    return [
        [one["id"] for one in asked.body["records"]]
        for asked in canned.asked
        if asked.path == "composite/sobjects"
    ]


def write(answers: Any, *rows: Row, status: int = 200) -> list[str]:
    client, _ = org(lambda _asked: (status, answers))
    found = Sender(client).send(list(rows))
    return [f"{one.status} {one.code}".strip() for one in found]


CASES: dict[str, tuple[Any, list[str]]] = {
    "both went through": ([done(ONE), done(TWO)], ["done", "done"]),
    "the short form of an id is the same id": ([done(ONE[:15]), done(TWO)], ["done", "done"]),
    "one is refused": (
        [done(ONE), said("STRING_TOO_LONG")], ["done", "failed STRING_TOO_LONG"],
    ),
    "both are refused, and the answer is still 200": (
        [said("ENTITY_IS_DELETED"), said("ENTITY_IS_DELETED")], ["failed ENTITY_IS_DELETED"] * 2,
    ),
    "another record is named": ([done(THREE), done(TWO)], ["unknown NO_ANSWER", "done"]),
    "fewer answers than rows": ([done(ONE)], ["unknown NO_ANSWER"] * 2),
    "no list at all": ({"hasErrors": False}, ["unknown NO_ANSWER"] * 2),
    "a refusal without a reason": (
        [{"success": False, "errors": []}, done(TWO)], ["failed REFUSED", "done"],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("answers", "expected"), CASES.values(), ids=CASES)
def test_rows(answers: Any, expected: list[str]) -> None:
    assert write(answers, row(ONE), row(TWO)) == expected


def test_two_hundred_in_a_request_and_types_side_by_side() -> None:
    mixed = [row(numbered("003", number)) for number in range(150)]
    mixed += [row(numbered("00Q", number), type_="Lead") for number in range(150)]
    shuffled = [mixed[number * 7 % 300] for number in range(300)]

    cut = batches(sorted(shuffled, key=lambda one: one.type))

    assert [len(one) for one in cut] == [200, 100]
    kinds = [one.type for one in cut[0]]
    assert kinds == sorted(kinds)


def test_a_request_changes_type_ten_times_at_most() -> None:
    kinds = [row(ONE, type_=f"Kind{number:02d}__c") for number in range(12)]
    assert [len(one) for one in batches(kinds)] == [10, 2]


def test_a_locked_row_is_sent_again_beside_the_rows_of_its_parent() -> None:
    """Another program writes to the same account: side by side, ours do not fight over it."""
    four = [numbered("003", number) for number in range(4)]
    parents = {four[0]: "001b", four[1]: "001a", four[2]: "001b", four[3]: "001a"}
    slept: list[float] = []
    tries = {"n": 0}

    def reply(asked: Asked) -> tuple[int, Any]:
        tries["n"] += 1
        ids = [one["id"] for one in asked.body["records"]]
        return 200, [done(one) if tries["n"] > 1 and one != four[2] else LOCK for one in ids]

    client, canned = org(reply, slept)
    found = Sender(client).send([row(one, parents[one]) for one in four])

    assert sent(canned)[:2] == [four, [four[1], four[3], four[0], four[2]]]
    assert slept == [1, 2, 4]
    assert [one.status for one in found] == ["done", "done", "failed", "done"]
    assert (found[2].code, found[2].temporary) == ("UNABLE_TO_LOCK_ROW", True)


def test_a_lock_inside_a_flow_is_a_lock() -> None:
    wrapped = said(
        "CANNOT_EXECUTE_FLOW_TRIGGER", "… UNABLE_TO_LOCK_ROW: unable to obtain exclusive access"
    )
    answers = iter([[wrapped], [done(ONE)]])
    client, _ = org(lambda _asked: (200, next(answers)))
    assert Sender(client).send([row(ONE)])[0].status == "done"


def test_a_field_that_is_gone_fails_the_rows_that_name_it() -> None:
    """Salesforce refuses the whole request; the other rows go through all the same."""

    def reply(asked: Asked) -> tuple[int, Any]:
        if any("Journey_Name__c" in one for one in asked.body["records"]):
            message = "No such column 'Journey_Name__c' on sobject of type Contact"
            return 400, refusal("INVALID_FIELD", message)
        return 200, [done(one["id"]) for one in asked.body["records"]]

    client, canned = org(reply)
    bad = row(TWO, Journey_Name__c="Path", Journey_Stage__c="before")
    found = Sender(client).send([row(ONE), bad, row(THREE)])

    assert [one.status for one in found] == ["done", "failed", "done"]
    assert "INVALID_FIELD for `Journey_Name__c`" in found[1].message
    assert "may not see or edit it" in found[1].message
    assert len(canned.asked) == 2


def test_a_refused_request_is_halved_until_the_bad_row_stands_alone() -> None:
    eight = [numbered("003", number) for number in range(8)]

    def reply(asked: Asked) -> tuple[int, Any]:
        ids = [one["id"] for one in asked.body["records"]]
        return (400, refusal("JSON_PARSER_ERROR")) if eight[5] in ids else (200, [*map(done, ids)])

    client, canned = org(reply)
    found = Sender(client).send([row(one) for one in eight])

    assert [one.status for one in found].count("failed") == 1
    assert found[5].status == "failed"
    assert [len(one) for one in sent(canned)] == [8, 4, 4, 2, 1, 1, 2]


def test_what_was_answered_is_not_lost_with_an_outage() -> None:
    rows = [row(numbered("003", number)) for number in range(201)]

    def reply(asked: Asked) -> tuple[int, Any]:
        ids = [one["id"] for one in asked.body["records"]]
        return (200, [*map(done, ids)]) if len(ids) == 200 else (503, b"")

    client, _ = org(reply)
    found = Sender(client).send(rows)

    assert [one.status for one in found].count("done") == 200
    assert (found[-1].code, found[-1].temporary) == ("TOOL_DOWN", True)


def test_an_outage_at_the_first_request_is_the_tools() -> None:
    client, _ = org(lambda _asked: (503, b""))
    with pytest.raises(ToolDown):
        Sender(client).send([row(ONE)])


def test_the_days_calls_end_the_run() -> None:
    limit = refusal("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
    client, _ = org(lambda _asked: (403, limit))
    with pytest.raises(OverBudget):
        Sender(client).send([row(ONE)])


def test_a_creation_without_an_answer_is_not_sent_again() -> None:
    client, canned = org(lambda _asked: (504, b""))
    way = Way("POST", repeatable=False)
    (found,) = Sender(client).send([Row("js1-a", "Task", {"Subject": "Call"})], way)
    assert (found.status, len(canned.asked)) == ("unknown", 1)


def test_a_value_that_is_taken_is_the_same_thing_made_before() -> None:
    message = f"duplicate value found: Journey_Key__c duplicates value on record with id: {ONE}"
    client, _ = org(lambda _asked: (200, [said("DUPLICATE_VALUE", message)]))
    (found,) = Sender(client).send([Row("js1-a", "Task", {})], Way("POST", repeatable=False))
    assert (found.status, found.id) == ("done", ONE)


# --- what a row's failure says -------------------------------------------------------------------


def refused_by(text: str, *rules: str) -> str:
    def reply(asked: Asked) -> tuple[int, Any]:
        if asked.soql:
            return 200, page(*({"ErrorMessage": rule} for rule in rules))
        return 200, [said("FIELD_CUSTOM_VALIDATION_EXCEPTION", text, STAGE)]

    client, _ = org(reply)
    return Sender(client, Rules(client).text).send([row(ONE)])[0].message


def test_a_validation_rules_own_text_is_shown() -> None:
    rule = "A VIP never goes back to Before."
    assert refused_by(rule, rule, "Something else") == (
        "Salesforce answered FIELD_CUSTOM_VALIDATION_EXCEPTION for `Journey_Stage__c`. "
        "“A VIP never goes back to Before.” Change the record so that the validation rule allows "
        "it, or change the rule."
    )


def test_what_a_trigger_says_under_the_same_code_is_not() -> None:
    """It may name a person; a rule's text is an administrator's and names nobody."""
    assert "Ana Smith" not in refused_by("Ana Smith is blocked", "A VIP never goes back.")


def test_an_address_in_a_rules_text_is_shortened() -> None:
    rule = "Ask ana.kowalska@willowstreet.example or +ops@willowstreet.example first."
    assert "“Ask a***@willowstreet.example or +***@willowstreet.example first.”" in refused_by(
        rule, rule
    )


def test_the_rules_are_read_once() -> None:
    def reply(asked: Asked) -> tuple[int, Any]:
        if asked.soql:
            return 200, page({"ErrorMessage": "No."})
        both = said("FIELD_CUSTOM_VALIDATION_EXCEPTION", "No.")
        return 200, [both for _ in asked.body["records"]]

    client, canned = org(reply)
    Sender(client, Rules(client).text).send([row(ONE), row(TWO)])
    assert sum(bool(asked.soql) for asked in canned.asked) == 1


def test_without_a_look_at_the_setup_the_code_is_shown_alone() -> None:
    def reply(asked: Asked) -> tuple[int, Any]:
        if asked.soql:
            return 400, refusal("INVALID_TYPE")
        return 200, [said("FIELD_CUSTOM_VALIDATION_EXCEPTION", "No.")]

    client, _ = org(reply)
    (found,) = Sender(client, Rules(client).text).send([row(ONE)])
    assert found.code == "FIELD_CUSTOM_VALIDATION_EXCEPTION"
    assert "No." not in found.message


STEPS = {
    "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST": "journeysync provision",
    "CANNOT_UPDATE_CONVERTED_LEAD": "writes to its contact",
    "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY": "permission set Journey Sync",
    "DUPLICATES_DETECTED": "duplicate rule",
    "INACTIVE_OWNER_OR_USER": "active owner",
    "ENTITY_IS_DELETED": "next run takes that over",
    "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY": "flow or trigger",
    "REQUEST_RUNNING_TOO_LONG": "next run tries again",
    "SOMETHING_NEW": "Look at the record in Salesforce",
}


@pytest.mark.parametrize(("code", "step"), STEPS.items(), ids=STEPS)
def test_every_code_has_a_next_step(code: str, step: str) -> None:
    found = refusals.failed("k", ONE, refusals.Told(code, "", "Ana Smith ana@example.com"))
    assert step in found.message
    assert code in found.message
    assert "Ana" not in found.message


BULK = {
    "STRING_TOO_LONG:Reason: data value too large:Journey_Reason__c --": (
        "STRING_TOO_LONG", ["Journey_Reason__c"],
    ),
    "UNABLE_TO_LOCK_ROW:unable to obtain exclusive access to this record:--": (
        "UNABLE_TO_LOCK_ROW", [],
    ),
    "ENTITY_IS_DELETED:entity is deleted:--": ("ENTITY_IS_DELETED", []),
    "something else": ("REFUSED", None),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), BULK.items(), ids=[one[:20] for one in BULK])
def test_the_dialect_of_bulk_jobs(text: str, expected: tuple[str, list[str]]) -> None:
    told = refusals.of_bulk(text)
    assert (told.code, told.fields) == expected
