"""Up to 200 records in one call, each with a result of its own, in the order of the request."""

from copy import deepcopy
from itertools import pairwise
from typing import Any

from journeysync.sandbox.salesforce import sobjects
from journeysync.sandbox.salesforce.answers import Refusal, answer
from journeysync.sandbox.salesforce.call import Call
from journeysync.sandbox.salesforce.ids import read_id
from journeysync.sandbox.salesforce.schema import Kind
from journeysync.sandbox.salesforce.store import Org, Record
from journeysync.sandbox.salesforce.writing import Desk
from journeysync.sandbox.wire import Answer

MOST, CHUNKS = 200, 10
Row = dict[str, Any]
_ROLLED = "Record rolled back because not all records were valid and the request was using AllOrNone header"  # noqa: E501 - Salesforce's sentence
INTERNAL = [
    {"errorCode": "UNKNOWN_EXCEPTION",
     "message": "An unexpected error occurred. Please include this ErrorId if you contact support"}
]  # fmt: skip


def _rows(call: Call) -> list[Row]:
    rows = call.document().get("records")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise Refusal("JSON_PARSER_ERROR", "Unrecognized field or missing records")
    _few(len(rows))
    types = [str((row.get("attributes") or {}).get("type", "")) for row in rows]
    if not all(types):
        raise Refusal("INVALID_INPUT", "Include an entity type in the attributes of each record.")
    changes = sum(one != other for one, other in pairwise(types))
    if changes + 1 > CHUNKS:
        words = "Cannot have more than 10 chunks in a single operation. Please rearrange the data to reduce chunking."  # noqa: E501 - Salesforce's sentence
        raise Refusal("INVALID_INPUT", words)
    return rows


def _few(count: int) -> None:
    if count > MOST:
        raise Refusal(
            "EXCEEDED_ID_LIMIT", f"record limit reached. cannot submit more than {MOST} records in this operation"  # noqa: E501 - Salesforce's sentence
        )  # fmt: skip


def _type(call: Call, row: Row) -> Kind:
    name = str(row["attributes"]["type"])
    kind = call.org.kind(name)
    if kind is None or kind.tooling == "only":
        raise Refusal("INVALID_TYPE", f"sObject type '{name}' is not supported.")
    return kind


def create(call: Call, desk: Desk) -> Answer:
    how = sobjects.how_of(call)

    def one(row: Row) -> Row:
        return _done(desk.create(_type(call, row), row, how).id)

    return _each(call, _rows(call), one, all_or_none=bool(call.document().get("allOrNone")))


def update(call: Call, desk: Desk) -> Answer:
    how = sobjects.how_of(call)
    seen: set[str] = set()

    def one(row: Row) -> Row:
        kind, text = _type(call, row), row.get("id", row.get("Id"))
        if text is None:
            raise Refusal("MISSING_ARGUMENT", "Id not specified in an update call")
        number = read_id(text)
        if number is None or call.org.prefixes.get(number[:3]) != kind.name:
            raise Refusal("MALFORMED_ID", f"malformed id {text}")
        if number in seen:
            raise Refusal("DUPLICATE_VALUE", "duplicate id in a list of records")
        seen.add(number)
        record = call.org.records[kind.name].get(number)
        if record is None:
            raise Refusal("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
        desk.update(record, row, how)
        return _done(number)

    return _each(call, _rows(call), one, all_or_none=bool(call.document().get("allOrNone")))


def delete(call: Call, desk: Desk) -> Answer:
    texts = [text for text in call.query.get("ids", "").split(",") if text]
    _few(len(texts))

    def one(row: Row) -> Row:
        number = read_id(row["id"])
        record = call.org.of_id(number)
        if number is None:
            raise Refusal("MALFORMED_ID", f"malformed id {row['id']}")
        if record is None:
            raise Refusal("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
        desk.delete(record)
        return _done(number)

    flag = call.query.get("allOrNone", "").lower() == "true"
    return _each(call, [{"id": text} for text in texts], one, all_or_none=flag)


def upsert(call: Call, desk: Desk, name: str, key: str) -> Answer:
    kind = sobjects.kind_of(call, name)
    one_field = sobjects.key_field(kind, key)
    how = sobjects.how_of(call)
    rows = _rows(call)
    if any(_type(call, row) is not kind for row in rows):
        raise Refusal("INVALID_INPUT", "All records must be of the type that the path names.")
    seen: set[str] = set()

    def one(row: Row) -> Row:
        value = next((text for word, text in row.items() if word.lower() == key.lower()), None)
        if value is None:
            raise Refusal("MISSING_ARGUMENT", f"{key} not specified")
        if str(value) in seen:
            raise Refusal("DUPLICATE_VALUE", f"Duplicate external id specified: {value}",
                          fields=[key])  # fmt: skip
        seen.add(str(value))
        record, made = sobjects.put(call.org, desk, kind, one_field, str(value), row, how)
        if isinstance(record, list):
            words = f"{key}: more than one record found for external id field: [{', '.join(one.id for one in record)}]"  # noqa: E501 - Salesforce's sentence
            raise Refusal("DUPLICATE_EXTERNAL_ID", words)
        return _done(record.id) | {"created": made}

    return _each(call, rows, one, all_or_none=bool(call.document().get("allOrNone")))


def read(call: Call, name: str) -> Answer:
    """Read up to 2,000 records by id; what is not there is null."""
    kind = sobjects.kind_of(call, name)
    asked = call.document() if call.request.method == "POST" else {
        "ids": call.query.get("ids", "").split(","),
        "fields": call.query.get("fields", "").split(","),
    }  # fmt: skip
    call.query["fields"] = ",".join(asked.get("fields") or ["Id"])
    rows = []
    for text in asked.get("ids") or []:
        number = read_id(text)
        record = call.org.records[kind.name].get(number) if number else None
        gone = record is None or record.deleted
        rows.append(None if gone or record is None else sobjects.show(call, record))
    return answer(200, rows)


def _done(number: str) -> Row:
    return {"id": number, "success": True, "errors": []}


def _each(call: Call, rows: list[Row], one: Any, *, all_or_none: bool) -> Answer:
    """Do each row; with `all_or_none` nothing stays done unless all is."""
    twist = call.request.twist == "half-applied"
    todo = rows[: len(rows) // 2] if twist else rows
    before = Before(call.org) if all_or_none else None
    results: list[Row] = []
    for row in todo:
        try:
            results.append(one(row))
        except Refusal as refusal:
            results.append(refusal.row())
    if twist:
        return answer(500, INTERNAL)
    if before is not None and not all(result["success"] for result in results):
        before.restore()
        rolled = Refusal("ALL_OR_NONE_OPERATION_ROLLED_BACK", _ROLLED).row()
        results = [rolled if result["success"] else result for result in results]
    return answer(200, results)


class Before:
    """An org as it was, to go back to."""

    def __init__(self, org: Org) -> None:
        self._org = org
        self._records = {
            name: {number: deepcopy(record.values) for number, record in held.items()}
            for name, held in org.records.items()
        }
        self._numbers = dict(org.numbers)
        self._unique = deepcopy(org.unique)
        self._changes = org.changes

    def restore(self) -> None:
        org = self._org
        for name, held in self._records.items():
            kind = org.kinds[name]
            org.records[name] = {
                number: Record(kind, number, values) for number, values in held.items()
            }
        org.numbers, org.unique, org.changes = self._numbers, self._unique, self._changes
        org.regrant()
