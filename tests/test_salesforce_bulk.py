"""A bulk job: what is uploaded, when it is over, and whose each line of its results is."""

import csv
import io
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from memory_tool import START, MemoryTool
from salesforce_canned import Asked, Canned, done, numbered, org

from journeysync.connectors.salesforce.bulk_ingest import WORTH, Ingest
from journeysync.connectors.salesforce.collections import Row
from journeysync.core.errors import ToolDown
from journeysync.core.planning.plan import Plan, RecordChange
from journeysync.core.ports import Outcome
from journeysync.core.running.execute import _batches

STAGE, NAME = "Journey_Stage__c", "Journey_Name__c"
ROWS = [
    Row(number, "Contact", {STAGE: "before", NAME: None}, number, f"001{at % 7}")
    for at, number in enumerate(numbered("003", number) for number in range(WORTH))
]
Lines = Callable[[list[str]], tuple[Sequence[str], Sequence[str], Sequence[str]]]
"""Ids that were uploaded -> lines of the three results."""


def job(lines: Lines, states: Sequence[str] = ("JobComplete",)) -> Callable[[Asked], Any]:
    """Answer the requests of one job."""
    left = list(states)
    uploaded: list[str] = []

    def reply(asked: Asked) -> tuple[int, Any]:
        match asked.method, asked.path.rpartition("/")[2]:
            case "POST", "ingest":
                return 200, {"id": "7501", "state": "Open"}
            case "PUT", "batches":
                uploaded[:] = [one["Id"] for one in table(asked.data)]
                return 201, None
            case "PATCH", "7501":
                return 200, {"id": "7501", "state": "UploadComplete"}
            case "GET", "7501":
                return 200, {"id": "7501", "state": left.pop(0) if len(left) > 1 else left[0]}
            case "GET", which:
                index = ("successfulResults", "failedResults", "unprocessedrecords").index(which)
                head = ("sf__Id,sf__Created,Id", "sf__Id,sf__Error,Id", "Id")[index]
                text = "\n".join([head, *lines(uploaded)[index]]) + "\n"
                return 200, text.encode()
            case _:
                return 200, [done(one["id"]) for one in asked.body["records"]]

    return reply


def table(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode(), newline="")))


def ok(number: str) -> str:
    return f"{number},false,{number}"


def send(
    reply: Callable[[Asked], Any], rows: Sequence[Row] = ROWS, slept: list[float] | None = None
) -> tuple[list[Outcome], Canned]:
    client, canned = org(reply, slept)
    return Ingest(client).send(rows), canned


def test_all_rows_in_one_job() -> None:
    slept: list[float] = []
    states = ("UploadComplete", "InProgress", "JobComplete")
    found, canned = send(job(lambda ids: ([*map(ok, reversed(ids))], [], []), states), slept=slept)

    assert [one.key for one in found] == [one.key for one in ROWS]
    assert {one.status for one in found} == {"done"}
    assert slept == [1, 2]
    assert len(canned.asked) == 9


def test_what_is_uploaded() -> None:
    """An empty cell would leave the field as it is; rows of one parent stand together."""
    _, canned = send(job(lambda ids: ([*map(ok, ids)], [], [])))

    opened, uploaded = canned.asked[0].body, table(canned.asked[1].data)
    assert (opened["operation"], opened["lineEnding"]) == ("update", "LF")
    assert uploaded[0] == {"Id": ROWS[0].id, NAME: "#N/A", STAGE: "before"}
    parents = [dict(zip((r.id for r in ROWS), (r.parent for r in ROWS), strict=True))[one["Id"]]
               for one in uploaded]  # fmt: skip
    assert parents == sorted(parents)


def test_line_ends_quotes_and_letters_survive() -> None:
    text = 'two\nlines, “é” and "quotes"'
    rows = [Row(one.key, one.type, {STAGE: text}, one.id) for one in ROWS]
    _, canned = send(job(lambda ids: ([*map(ok, ids)], [], [])), rows)
    assert {one[STAGE] for one in table(canned.asked[1].data)} == {text}


def test_each_line_finds_its_row() -> None:
    def lines(ids: list[str]) -> tuple[list[str], list[str], list[str]]:
        error = "STRING_TOO_LONG:Reason: data value too large:Journey_Reason__c --"
        return [*map(ok, ids[2:])], [f'{ids[0][:15]},"{error}",{ids[0]}'], [ids[1]]

    found, canned = send(job(lines))
    uploaded = [one["Id"] for one in table(canned.asked[1].data)]
    by_key = {one.key: one for one in found}

    assert by_key[uploaded[0]].code == "STRING_TOO_LONG"
    assert (by_key[uploaded[1]].status, by_key[uploaded[1]].temporary) == ("failed", True)
    assert sum(one.status == "done" for one in found) == WORTH - 2


def test_a_row_that_no_list_names_is_not_done() -> None:
    """Then a failure, too, may be told of a row twice: only what is done is taken as told."""

    def lines(ids: list[str]) -> tuple[list[str], list[str], list[str]]:
        return [*map(ok, ids[2:])], [f"{ids[0]},ENTITY_IS_DELETED:gone:--,{ids[0]}"], []

    found, _ = send(job(lines))
    assert [one.status for one in found].count("unknown") == 2
    assert [one.status for one in found].count("done") == WORTH - 2


def test_locked_rows_are_sent_once_more_by_hundreds() -> None:
    lock = "UNABLE_TO_LOCK_ROW:unable to obtain exclusive access:--"

    def lines(ids: list[str]) -> tuple[list[str], list[str], list[str]]:
        return [*map(ok, ids[3:])], [f"{one},{lock},{one}" for one in ids[:3]], []

    found, canned = send(job(lines))
    assert {one.status for one in found} == {"done"}
    assert len(canned.asked[-1].body["records"]) == 3


def test_few_rows_of_a_form_need_no_job() -> None:
    _, canned = send(job(lambda ids: ([*map(ok, ids)], [], [])), ROWS[:300])
    assert [asked.path for asked in canned.asked] == ["composite/sobjects"] * 2


def test_a_job_that_does_not_end_leaves_its_rows_unknown() -> None:
    slept: list[float] = []
    found, _ = send(job(lambda _ids: ([], [], []), ["InProgress"]), slept=slept)
    assert {one.status for one in found} == {"unknown"}
    assert sum(slept) >= 1800


def test_an_upload_that_was_cut_off_is_never_closed() -> None:
    answers = job(lambda ids: ([*map(ok, ids)], [], []))
    found, canned = send(lambda asked: (504, b"") if asked.method == "PUT" else answers(asked))
    assert {(one.status, one.temporary) for one in found} == {("failed", True)}
    assert not any(asked.method == "PATCH" for asked in canned.asked)


def test_an_outage_before_anything_was_sent_is_the_tools() -> None:
    with pytest.raises(ToolDown):
        send(lambda _asked: (503, b""))


@pytest.mark.parametrize(("rows", "sizes"), [(3, [2, 1]), (5, [4, 1])])
def test_from_so_many_rows_on_a_run_hands_over_more_at_once(rows: int, sizes: list[int]) -> None:
    class Crm(MemoryTool):
        bulk_from = 4
        bulk_batch = 4

    change = RecordChange("crm", "contact", "1", "c-1", "why", ())
    plan = Plan(START, "f", records=(change,) * rows)
    assert [len(some) for _, some in _batches(plan, {"crm": Crm()})] == sizes
