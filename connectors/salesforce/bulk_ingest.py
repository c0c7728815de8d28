"""Writing many rows as one job of Bulk API 2.0: upload, close, wait, read three lists of results.

An empty cell would leave a field as it is: what is to be emptied says `#N/A`. Results come in any
order and are matched by id. The lists of what went through, failed and was not processed must
together be what was sent; a row that none of them names is never taken for done.
"""

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from journeysync.connectors.http import Refused
from journeysync.connectors.salesforce import refusals
from journeysync.connectors.salesforce.client import Client
from journeysync.connectors.salesforce.collections import Row, Sender
from journeysync.connectors.salesforce.refusals import LOCKED, RULE
from journeysync.core.errors import BadCredentials, OverBudget, Retry, ToolDown
from journeysync.core.ports import Outcome

ROWS = 10_000
"""So many rows go into one job; a row of ours is far below Salesforce's limit for all of them."""
WORTH = 2000
"""A job of fewer rows would cost more requests than writing them by hundreds."""
JOBS = "jobs/ingest"
_EMPTY = "#N/A"
_WAITS = (1.0, 2.0, 4.0, 8.0, 15.0)
"""Seconds between looks at a job; the last one is repeated."""
_PATIENCE = 1800.0
_OVER = frozenset({"JobComplete", "Failed", "Aborted"})
_ID = 15
_RESULTS = ("successfulResults", "failedResults", "unprocessedrecords")


@dataclass(slots=True)
class Ingest:
    """Updates rows by jobs."""

    client: Client
    rule_text: Callable[[str, str], str] = lambda _type, _text: ""

    def send(self, rows: Sequence[Row]) -> list[Outcome]:
        """Write rows, and answer for each, in their order.

        Rows of one parent stand together, so that they meet in one piece of the job and not as
        rivals for its lock; what met a lock all the same is sent once more by itself.
        """
        found: dict[str, Outcome] = {}
        alike = sorted(rows, key=lambda row: (row.type, sorted(row.values), row.parent, row.id))
        few: list[Row] = []
        for _, group in groupby(alike, key=lambda row: (row.type, sorted(row.values))):
            some = list(group)
            if len(some) < WORTH:
                few += some
                continue
            found |= _guarded(self._job, some, sent=bool(found))
            few += [row for row in some if found[row.key].code == LOCKED]
        if few:
            found |= _guarded(Sender(self.client, self.rule_text).send, few, sent=bool(found))
        return [found[row.key] for row in rows]

    def _job(self, rows: Sequence[Row]) -> list[Outcome]:
        opened = {
            "object": rows[0].type,
            "operation": "update",
            "contentType": "CSV",
            "lineEnding": "LF",
            "columnDelimiter": "COMMA",
        }
        # A job that was opened twice and used once changes nothing.
        number = str(self.client.send("POST", JOBS, opened, repeatable=True)["id"])
        try:
            self.client.upload("PUT", f"{JOBS}/{number}/batches", _table(rows), "text/csv")
            closed = {"state": "UploadComplete"}
            self.client.send("PATCH", f"{JOBS}/{number}", closed, repeatable=True)
        except Refused as refused:
            told = refusals.of_request(refused.answer.body)
            return [refusals.failed(row.key, row.id, told) for row in rows]
        except Retry:
            # An upload that may not have arrived is never closed: its job does nothing.
            return [refusals.later(row.key, row.id, _CUT_OFF) for row in rows]
        try:
            self._wait(number)
            return self._results(number, rows)
        except (ToolDown, OverBudget, BadCredentials):
            return [refusals.unknown(row.key, row.id) for row in rows]

    def _wait(self, number: str) -> None:
        waited = 0.0
        for wait in _waits():
            state = self.client.get(f"{JOBS}/{number}")["state"]
            if state in _OVER:
                return
            if waited >= _PATIENCE:
                raise ToolDown(self.client.tool, "does not come to an end with a bulk job.")
            self.client.caller.sleep(wait)
            waited += wait

    def _results(self, number: str, rows: Sequence[Row]) -> list[Outcome]:
        by_id = {row.id[:_ID]: row for row in rows}
        found: dict[str, Outcome] = {}
        counted = 0
        for which in _RESULTS:
            for line in self._read(number, which):
                counted += 1
                row = by_id.get((line.get("sf__Id") or line.get("Id") or "")[:_ID])
                if row is not None:
                    found[row.key] = self._outcome(row, which, line)
        if counted != len(rows):
            # Something is missing or told twice: only what is surely done is taken for it.
            found = {key: one for key, one in found.items() if one.status == "done"}
        return [found.get(row.key) or refusals.unknown(row.key, row.id) for row in rows]

    def _outcome(self, row: Row, which: str, line: Mapping[str, str]) -> Outcome:
        if which == _RESULTS[0]:
            return Outcome(row.key, "done", line.get("sf__Id") or row.id)
        if which == _RESULTS[2]:
            return refusals.later(row.key, row.id, _NOT_PROCESSED)
        told = refusals.of_bulk(line.get("sf__Error") or "")
        rule = self.rule_text(row.type, told.message) if told.code == RULE else ""
        return refusals.failed(row.key, row.id, told, rule=rule)

    def _read(self, number: str, which: str) -> Iterator[Mapping[str, str]]:
        answer = self.client.fetch(f"{JOBS}/{number}/{which}", accept="text/csv")
        # Always UTF-8, whatever the header says of it; a cell may hold line ends.
        text = io.StringIO(answer.body.decode("utf-8"), newline="")
        return csv.DictReader(text)


_CUT_OFF = "The upload to Salesforce was cut off before it was used; the next run tries again."
_NOT_PROCESSED = "Salesforce ended the job before this row; the next run tries again."


def _guarded(
    send: Callable[[Sequence[Row]], list[Outcome]], rows: Sequence[Row], *, sent: bool
) -> dict[str, Outcome]:
    """Send rows; what others were answered before must not be lost with an outage."""
    try:
        outcomes = send(rows)
    except (ToolDown, OverBudget) as error:
        if not sent:
            raise
        outcomes = [refusals.later(row.key, row.id, str(error)) for row in rows]
    return {outcome.key: outcome for outcome in outcomes}


def _waits() -> Iterator[float]:
    yield from _WAITS
    while True:
        yield _WAITS[-1]


def _table(rows: Sequence[Row]) -> bytes:
    """Write rows of the same fields as a table."""
    text = io.StringIO(newline="")
    names = sorted(rows[0].values)
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["Id", *names])
    writer.writerows(
        [row.id, *(_EMPTY if row.values[name] is None else row.values[name] for name in names)]
        for row in rows
    )
    return text.getvalue().encode()
