"""Writing rows two hundred at a time, with an answer for every row.

Salesforce answers in the order of the request, and 200 even when every row failed. A row that met
a lock is sent again with the rows of its parent beside it; a request that is refused as a whole is
cut where the refusal points, else halved until the bad rows stand alone.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import msgspec

from journeysync.connectors.http import Refused
from journeysync.connectors.salesforce import refusals
from journeysync.connectors.salesforce.client import Client
from journeysync.connectors.salesforce.query import quoted, select
from journeysync.connectors.salesforce.refusals import LOCKED, RULE, Told
from journeysync.core.errors import JourneysyncError, OverBudget, Retry, ToolDown
from journeysync.core.ports import Outcome

BATCH = 200
TYPES = 10
"""Salesforce cuts a request at each change of type, and takes so many pieces."""
_ATTEMPTS = 4
_WAIT = 1.0
"""Seconds before a locked row is tried again; doubled each time."""
_NOT_FOUND = 404
_ID = 15
"""The last three characters of an id only repeat which of the others are capitals."""


@dataclass(frozen=True, slots=True)
class Row:
    """One record to write."""

    key: str
    """What the outcome is called by."""
    type: str
    """Salesforce's name of the object."""
    values: Mapping[str, object]
    id: str = ""
    parent: str = ""
    """The record whose lock it takes too: rows of one parent stand side by side."""


class _Answer(msgspec.Struct):
    id: str | None = None
    success: bool = False
    errors: list[Told] = []


@dataclass(frozen=True, slots=True)
class Way:
    """How rows are sent."""

    method: Literal["POST", "PATCH"] = "PATCH"
    path: str = "composite/sobjects"
    repeatable: bool = True
    """Updates and upserts say the same twice; a plain creation would be made twice."""


UPDATE = Way()


@dataclass(slots=True)
class Sender:
    """Sends rows of one run."""

    client: Client
    rule_text: Callable[[str, str], str] = lambda _type, _text: ""
    """Returns a text that is the text of a validation rule of an object, and nothing else."""
    _sent: bool = field(default=False, init=False)

    def send(self, rows: Sequence[Row], way: Way = UPDATE) -> list[Outcome]:
        """Write rows, and answer for each, in their order."""
        self._sent = False
        found: dict[str, Outcome] = {}
        waiting = sorted(rows, key=lambda row: row.type)
        for attempt in range(_ATTEMPTS):
            if attempt:
                self.client.caller.sleep(_WAIT * 2 ** (attempt - 1))
            for some in batches(waiting):
                for outcome in self._guarded(some, way):
                    found[outcome.key] = outcome
            locked = [row for row in waiting if _is_locked(found[row.key])]
            waiting = sorted(locked, key=lambda row: (row.type, row.parent, row.id))
            if not waiting:
                break
        return [found[row.key] for row in rows]

    def _guarded(self, rows: Sequence[Row], way: Way) -> list[Outcome]:
        """Send a batch; once something was sent, an outage is told row by row."""
        try:
            return self._try(rows, way)
        except (ToolDown, OverBudget) as error:
            if not self._sent:
                raise
            return [_later(row, error) for row in rows]

    def _try(self, rows: Sequence[Row], way: Way) -> list[Outcome]:
        body = {"allOrNone": False, "records": [_record(row, way) for row in rows]}
        try:
            said = self.client.send(way.method, way.path, body, repeatable=way.repeatable)
            answers = msgspec.convert(said, list[_Answer])
        except Retry:
            self._sent = True
            return [refusals.unknown(row.key, row.id) for row in rows]
        except msgspec.ValidationError:
            answers = []
        except Refused as refused:
            return self._refused(rows, way, refused)
        self._sent = True
        if len(answers) != len(rows):
            return [refusals.unknown(row.key, row.id) for row in rows]
        return [self._outcome(row, one) for row, one in zip(rows, answers, strict=True)]

    def _refused(self, rows: Sequence[Row], way: Way, refused: Refused) -> list[Outcome]:
        """Say who is to blame that all rows were refused; send the others again."""
        told = refusals.of_request(refused.answer.body)
        missing = refusals.columns(told)
        guilty = [row for row in rows if missing & set(row.values)]
        if refused.answer.status == _NOT_FOUND:
            guilty = list(rows)  # what the path names is missing: no row of it can go through
        if not guilty and len(rows) > 1:
            middle = len(rows) // 2
            return [*self._try(rows[:middle], way), *self._guarded(rows[middle:], way)]
        guilty = guilty or list(rows)
        for one in {row.type for row in guilty}:
            self.client.forget(one)
        blamed = [self._failed(row, told) for row in guilty]
        self._sent = True
        names = {row.key for row in guilty}
        others = [row for row in rows if row.key not in names]
        return blamed + (self._guarded(others, way) if others else [])

    def _outcome(self, row: Row, answer: _Answer) -> Outcome:
        if not answer.success:
            told = answer.errors[0] if answer.errors else Told()
            here = refusals.holder(told)
            if here and not row.id:
                return Outcome(row.key, "done", here)
            return self._failed(row, told)
        number = answer.id or ""
        if row.id and number[:_ID] != row.id[:_ID]:
            return refusals.unknown(row.key, row.id)
        return Outcome(row.key, "done", number)

    def _failed(self, row: Row, told: Told) -> Outcome:
        rule = self.rule_text(row.type, told.message) if told.code == RULE else ""
        return refusals.failed(row.key, row.id, told, rule=rule)


def batches(rows: Iterable[Row]) -> list[list[Row]]:
    """Cut rows that are sorted by type into what one request takes."""
    cut: list[list[Row]] = []
    for row in rows:
        last = cut[-1] if cut else []
        if not last or len(last) == BATCH or len({one.type for one in (*last, row)}) > TYPES:
            cut.append([row])
        else:
            last.append(row)
    return cut


def _record(row: Row, way: Way) -> dict[str, Any]:
    number = {"id": row.id} if row.id and way.method == "PATCH" else {}
    return {"attributes": {"type": row.type}, **number, **row.values}


def _is_locked(outcome: Outcome) -> bool:
    return outcome.status == "failed" and outcome.code == LOCKED


def _later(row: Row, error: JourneysyncError) -> Outcome:
    return refusals.later(row.key, row.id, str(error))


_TEXT = re.compile(r"\s+")


class Rules:
    """The texts of an org's validation rules: an administrator wrote them, so they name nobody.

    What a trigger says may name a person, under the same code: it is never shown.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self._texts: dict[str, dict[str, str]] = {}

    def text(self, type_: str, said: str) -> str:
        """Return what was said, where it is the text of an active rule of the object."""
        if type_ not in self._texts:
            self._texts[type_] = self._read(type_)
        return self._texts[type_].get(_TEXT.sub(" ", said).strip(), "")

    def _read(self, type_: str) -> dict[str, str]:
        object_ = f"EntityDefinition.QualifiedApiName = {quoted(type_)}"
        soql = select(["ErrorMessage"], "ValidationRule", "Active = true", object_)
        try:
            found = [
                row.get("ErrorMessage") or "" for page in self._client.tooling(soql) for row in page
            ]
        except JourneysyncError:
            return {}  # not every user may see the setup; the code is shown all the same
        return {_TEXT.sub(" ", one).strip(): one for one in found}
