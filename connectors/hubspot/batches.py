"""Writing in batches, with an answer for every row.

HubSpot answers rows in any order, fails a whole batch for one bad row unless each carries a trace
id, and can answer "done" with no row at all. So rows are matched by id or trace id, a batch that
is refused as a whole is halved until the bad rows stand alone, and a row without an answer is
never taken for done.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from journeysync.connectors.http import Refused
from journeysync.connectors.hubspot import answers
from journeysync.connectors.hubspot.client import Client, Detail, failure
from journeysync.core.errors import JourneysyncError, OverBudget, Retry, ToolDown
from journeysync.core.ports import Outcome


@dataclass(frozen=True, slots=True)
class Row:
    """One input of a batch."""

    key: str
    """What the outcome is called by, and the trace id."""
    body: Mapping[str, Any]
    id: str = ""
    """The record's id, where it has one yet."""


Matcher = Callable[[answers.Record], str]
"""Says which row an answered record belongs to, by its contents; empty when they do not tell."""


def send(client: Client, path: str, rows: Sequence[Row], matcher: Matcher) -> list[Outcome]:
    """Write rows, and answer for each, in their order."""
    found = {outcome.key: outcome for outcome in _send(client, path, rows, matcher)}
    return [found[row.key] for row in rows]


def _send(client: Client, path: str, rows: Sequence[Row], matcher: Matcher) -> list[Outcome]:
    if not rows:
        return []
    body = {"inputs": [{**row.body, "objectWriteTraceId": row.key} for row in rows]}
    try:
        answer = client.write("POST", path, answers.rows, body)
    except Retry:
        return [_unknown(row) for row in rows]
    except Refused as refused:
        if len(rows) == 1:
            return [_refused(rows[0], refused)]
        middle = len(rows) // 2
        first = _send(client, path, rows[:middle], matcher)
        try:
            return first + _send(client, path, rows[middle:], matcher)
        except (ToolDown, OverBudget) as error:
            # What the first half was answered must not be lost with the second.
            return first + [_later(row, error) for row in rows[middle:]]
    return _match(rows, answer, matcher)


def _match(rows: Sequence[Row], answer: answers.Rows, matcher: Matcher) -> list[Outcome]:
    by_key = {row.key: row for row in rows}
    by_id = {row.id: row for row in rows if row.id}
    outcomes: dict[str, Outcome] = {}
    strangers = 0
    for record in answer.results:
        key = record.objectWriteTraceId or matcher(record)
        row = by_key.get(key) or by_id.get(record.id)
        if row is None:
            strangers += 1
        else:
            outcomes[row.key] = Outcome(row.key, "done", record.id)
    for detail in answer.errors:
        context = detail.context
        named = [by_key.get(one) for one in context.objectWriteTraceId]
        named += [by_id.get(one) for one in context.ids]
        for row in named:
            if row is not None and row.key not in outcomes:
                outcomes[row.key] = _failed(row, detail)
    missing = [row for row in rows if row.key not in outcomes]
    if missing and len(answer.errors) == 1 and not strangers and not outcomes:
        # One error that names nobody, and no row went well: it is about all of them.
        return [_failed(row, answer.errors[0]) for row in missing]
    for row in missing:
        outcomes[row.key] = _unknown(row) if strangers else _empty(row)
    return list(outcomes.values())


# --- outcomes ----------------------------------------------------------------------------------

_NEXT = {
    "INVALID_OPTION": "Run `journeysync provision`, which adds missing options.",
    "PROPERTY_DOESNT_EXIST": "Run `journeysync provision`, which makes our properties.",
    "OBJECT_NOT_FOUND": "It was deleted or merged in HubSpot; the next run takes that over.",
    "INVALID_OWNER": "Give the department an active owner in journeysync.yaml.",
    "REQUIRED": "An administrator's rule in HubSpot asks for it: fill it in there, change the "
    "rule, or set `api_version: 2026-03`, which knows no such rules.",
    "CONFLICT": "Another record has that value already; the next run looks again.",
}
_INNER = re.compile(r"\[\{.*\}\]", re.DOTALL)


class _Invalid(msgspec.Struct):
    """One refused value, inside the text of a message. The text itself may quote the value."""

    error: str = ""
    name: str = ""


def _codes(message: str, category: str) -> tuple[str, str]:
    """Take the code and the property out of a message, and nothing else. Pure."""
    found = _INNER.search(message)
    try:
        inner = msgspec.json.decode(found[0], type=list[_Invalid]) if found else []
    except msgspec.MsgspecError:
        inner = []
    invalid = next((one for one in inner if one.error), None)
    if invalid is None:
        return category or "REFUSED", ""
    owner = invalid.name == "hubspot_owner_id"
    return "INVALID_OWNER" if owner else invalid.error, invalid.name


def _required(detail: Detail) -> str:
    """Name what an administrator's rule asks for and the row does not have."""
    for one in (detail, *detail.errors):
        if "required" in f"{one.code or ''} {one.message}".lower():
            named = [*one.context.propertyName, *one.context.properties]
            if named:
                return named[0].strip("[]")
    return ""


def _failed(row: Row, detail: Detail) -> Outcome:
    code, name = _codes(detail.message, detail.category)
    if not name and (missing := _required(detail)):
        code, name = "REQUIRED", missing
    about = f" for `{name}`" if name else ""
    step = _NEXT.get(code, "Look at the record in HubSpot; the next run tries again.")
    existing = detail.context.existingId[0] if detail.context.existingId else ""
    return Outcome(row.key, "failed", existing, code, f"HubSpot answered {code}{about}. {step}")


def _refused(row: Row, refused: Refused) -> Outcome:
    said = failure(refused.answer)
    detail = Detail(message=said.message, category=said.category)
    if said.errors:
        detail = said.errors[0]
        detail.message = detail.message or said.message
        detail.category = detail.category or said.category
    if "[{" in said.message:
        detail.message = said.message
    return _failed(row, detail)


def _unknown(row: Row) -> Outcome:
    return Outcome(
        row.key,
        "unknown",
        row.id,
        "NO_ANSWER",
        "HubSpot did not answer whether this was written; it is read back before the next try.",
        temporary=True,
    )


def _empty(row: Row) -> Outcome:
    return Outcome(
        row.key,
        "failed",
        row.id,
        "EMPTY_ANSWER",
        "HubSpot answered success without this row; the next run tries again.",
        temporary=True,
    )


def _later(row: Row, error: JourneysyncError) -> Outcome:
    return Outcome(row.key, "failed", row.id, "TOOL_DOWN", str(error), temporary=True)
