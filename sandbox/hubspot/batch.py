"""Batches of records: read, create, update, upsert, archive.

A write fails whole on one bad row unless every row carries an `objectWriteTraceId`; results
come back in no useful order; the same id twice is an error of the whole batch.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from journeysync.sandbox.hubspot import objects
from journeysync.sandbox.hubspot.answers import Missing, Refusal, batch, empty, row_error
from journeysync.sandbox.hubspot.kinds import Kind
from journeysync.sandbox.hubspot.objects import Call
from journeysync.sandbox.hubspot.portal import Portal
from journeysync.sandbox.hubspot.store import Record, Stamp, spread
from journeysync.sandbox.hubspot.validation import check
from journeysync.sandbox.wire import Answer

MAX = 100
MAX_WITH_HISTORY = 50
Row = Mapping[str, Any]
Write = Callable[[Row, Stamp], dict[str, Any]]


def read(call: Call, kind: Kind) -> Answer:
    """Answer `batch/read`."""
    body = call.body()
    history = [str(name) for name in body.get("propertiesWithHistory") or []]
    inputs = _inputs(body, MAX_WITH_HISTORY if history else MAX)
    id_property = str(body.get("idProperty") or "")
    properties = [str(name) for name in body.get("properties") or []] or list(kind.shown)
    found: dict[int, Record] = {}
    lost: list[str] = []
    for entry in inputs:
        text = str(entry.get("id", ""))
        try:
            record = objects.find(
                call.portal, kind, text, id_property, archived=call.flag("archived")
            )
        except Missing:
            lost.append(text)
        else:
            found[record.id] = record
    results = []
    for record in found.values():
        shown = call.portal.show(record, properties)
        if history:
            shown["propertiesWithHistory"] = call.portal.show_history(record, history)
        results.append(shown)
    errors = [_lost(kind, lost)] if lost else []
    return batch(spread(results), errors, call.portal.now_text())


def create(call: Call, kind: Kind) -> Answer:
    """Answer `batch/create`."""
    portal = call.portal

    def one(row: Row, stamp: Stamp) -> dict[str, Any]:
        record = objects.create(portal, kind, row, stamp)
        return _echo(portal, record, row, created=True)

    def look(row: Row) -> None:
        values = check(portal, kind, row.get("properties") or {}, {})
        portal.check_unique(kind, values, None)
        if any(not values.get(name) for name in kind.required):
            raise Refusal(
                400,
                f"Error creating {kind.upper}. Some required properties were not set.",
                "VALIDATION_ERROR",
                context={"properties": [f"[{', '.join(kind.required)}]"]},
            )

    return _write(call, _inputs(call.body(), MAX), look, one, status=201)


def update(call: Call, kind: Kind) -> Answer:
    """Answer `batch/update`."""
    portal = call.portal
    inputs = _inputs(call.body(), MAX)
    _refuse_duplicates(inputs)

    def get(row: Row) -> Record:
        return objects.find(portal, kind, str(row.get("id", "")), str(row.get("idProperty") or ""))

    def look(row: Row) -> None:
        record = get(row)
        values = check(portal, kind, row.get("properties") or {}, record.values)
        portal.check_unique(kind, values, record.id)

    def one(row: Row, stamp: Stamp) -> dict[str, Any]:
        record = get(row)
        objects.update(portal, record, row.get("properties") or {}, stamp)
        return _echo(portal, record, row, created=False)

    return _write(call, inputs, look, one, kind=kind)


def upsert(call: Call, kind: Kind) -> Answer:
    """Answer `batch/upsert`: by a unique property; by e-mail no partial success."""
    portal = call.portal
    inputs = _inputs(call.body(), MAX)
    _refuse_duplicates(inputs)
    by_email = any(row.get("idProperty") == "email" for row in inputs)

    def get(row: Row) -> Record | None:
        try:
            id_property = str(row.get("idProperty") or "")
            return objects.find(portal, kind, str(row.get("id", "")), id_property)
        except Missing:
            if not id_property:
                raise
            return None

    def look(row: Row) -> None:
        record = get(row)
        values = check(portal, kind, row.get("properties") or {}, record.values if record else {})
        portal.check_unique(kind, values, record.id if record else None)
        if record is None and any(not values.get(name) for name in kind.required):
            raise Refusal(
                400, f"Error creating {kind.upper}. Some required properties were not set."
            )

    def one(row: Row, stamp: Stamp) -> dict[str, Any]:
        record = get(row)
        properties = dict(row.get("properties") or {})
        new = record is None
        if record is None:
            properties.setdefault(str(row["idProperty"]), str(row["id"]))
            body = {"properties": properties, "associations": row.get("associations") or []}
            record = objects.create(portal, kind, body, stamp)
        else:
            objects.update(portal, record, properties, stamp)
        return _echo(portal, record, row, created=new) | {"new": new}

    return _write(call, inputs, look, one, kind=kind, partial=not by_email)


def archive(call: Call, kind: Kind) -> Answer:
    """Answer `batch/archive`; ids that are gone already are no error."""
    inputs = _inputs(call.body(), MAX)
    if call.request.twist == "half-applied":
        inputs = inputs[: len(inputs) // 2]
    at = call.portal.tick()
    for entry in inputs:
        text = str(entry.get("id", ""))
        record = call.portal.store.get(kind, int(text)) if text.isdecimal() else None
        if record is not None:
            call.portal.store.archive(record, at)
    return empty()


def _write(
    call: Call,
    inputs: list[dict[str, Any]],
    look: Callable[[Row], None],
    one: Write,
    *,
    kind: Kind | None = None,
    status: int = 200,
    partial: bool = True,
) -> Answer:
    """Write the rows: all or nothing, or each for itself where every row is traced."""
    traces = [row.get("objectWriteTraceId") for row in inputs]
    each = partial and all(traces)
    if each and len(set(traces)) < len(traces):
        raise Refusal(400, "Duplicate objectWriteTraceIds found in batch input", "VALIDATION_ERROR")
    if not each:
        _look_at_all(inputs, look, kind)
    if call.request.twist == "half-applied":
        inputs = inputs[: len(inputs) // 2]
    stamp = call.portal.api_stamp()
    results: list[dict[str, Any]] = []
    errors: list[dict[str, Any]] = []
    for row in inputs:
        try:
            results.append(one(row, stamp))
        except Missing:
            errors.append(_traced(_lost(kind, [str(row.get("id", ""))]), row))
        except Refusal as refusal:
            if not each and refusal.status != 409:  # noqa: PLR2004 - a clash inside the batch
                raise
            errors.append(_traced(_row_of(refusal), row))
    return batch(spread(results), errors, call.portal.now_text(), status)


def _look_at_all(
    inputs: list[dict[str, Any]], look: Callable[[Row], None], kind: Kind | None
) -> None:
    """Refuse the whole batch because of its first bad row; rows not found are told apart."""
    for row in inputs:
        try:
            look(row)
        except Missing:
            if kind is None:
                raise


def _row_of(refusal: Refusal) -> dict[str, Any]:
    more = dict(refusal.more)
    context = more.pop("context", {})
    return row_error(refusal.category or "", refusal.message, dict(context), **more)


def _traced(error: dict[str, Any], row: Row) -> dict[str, Any]:
    trace = row.get("objectWriteTraceId")
    if trace:
        error["context"] = error["context"] | {"objectWriteTraceId": [str(trace)]}
    return error


def _lost(kind: Kind | None, ids: list[str]) -> dict[str, Any]:
    name = kind.upper if kind else "OBJECT"
    return row_error(
        "OBJECT_NOT_FOUND",
        f"Could not get some {name} objects, they may be deleted or not exist. "
        "Check that ids are valid.",
        {"ids": ids},
    )


def _echo(portal: Portal, record: Record, row: Row, *, created: bool) -> dict[str, Any]:
    shown = objects.show_written(portal, record, row.get("properties") or {}, created=created)
    if row.get("objectWriteTraceId"):
        shown["objectWriteTraceId"] = str(row["objectWriteTraceId"])
    return shown


def _refuse_duplicates(inputs: list[dict[str, Any]]) -> None:
    counted = Counter(str(row.get("id", "")).lower() for row in inputs)
    twice = [text for text, count in counted.items() if count > 1]
    if twice:
        raise Refusal(
            400,
            f"Duplicate IDs found in batch input: [{', '.join(twice)}]. IDs must be unique",
            "VALIDATION_ERROR",
            context={"ids": twice},
        )


def _inputs(body: Mapping[str, Any], most: int) -> list[dict[str, Any]]:
    inputs = body.get("inputs")
    if not isinstance(inputs, list) or not all(isinstance(row, dict) for row in inputs):
        raise Refusal(400, "Invalid input JSON: inputs must be a list of objects")
    if len(inputs) > most:
        what = " for property histories" if most == MAX_WITH_HISTORY else ""
        raise Refusal(
            400,
            f"The maximum number of inputs supported in a batch request{what} is {most}",
            "VALIDATION_ERROR",
        )
    return inputs
