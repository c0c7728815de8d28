"""Reads many records at once by Bulk API 2.0: a job, some waiting, and CSV in large parts.

Says when an object or a field cannot be read so: then pages are the way.
"""

import csv
import io
import time
from collections.abc import Callable, Iterator

from journeysync.connectors.http import Refused
from journeysync.connectors.salesforce.client import Client
from journeysync.core.errors import ToolDown

_PART = "50000"
_FIRST_WAIT, _LONGEST_WAIT, _PATIENCE = 2.0, 30.0, 3600.0
_LAST = "null"
"""What the header that names the next part says on the last one: a text, not nothing."""
_OVER = frozenset({"Failed", "Aborted"})
_JOBS = "jobs/query"


class NotInBulk(Exception):
    """The query is one that only pages can answer."""


class Bulk:
    """Runs query jobs of one org."""

    def __init__(self, client: Client, sleep: Callable[[float], None] = time.sleep) -> None:
        self._client = client
        self._sleep = sleep

    def query(self, soql: str, *, deleted: bool) -> Iterator[list[dict[str, str]]]:
        """Yield the records of a query in large parts. Raises NotInBulk before the first."""
        body = {"operation": "queryAll" if deleted else "query", "query": soql}
        try:
            job = self._client.send("POST", _JOBS, body, repeatable=True)
        except Refused as refused:
            raise NotInBulk from refused
        path = f"{_JOBS}/{job['id']}"
        self._wait(path)
        locator = ""
        while True:
            place = {"locator": locator} if locator else {}
            answer = self._client.fetch(
                f"{path}/results", {"maxRecords": _PART, **place}, accept="text/csv"
            )
            rows = _rows(answer.body)
            said = answer.headers.get("sforce-numberofrecords", "")
            if said.isdecimal() and int(said) != len(rows):
                raise ToolDown(
                    self._client.tool, f"gave {len(rows)} of the {said} records of a query job."
                )
            yield rows
            locator = answer.headers.get("sforce-locator", _LAST)
            if locator == _LAST:
                return

    def _wait(self, path: str) -> None:
        """Wait until a job is done. Raises NotInBulk where it failed: pages may still do."""
        wait, waited = _FIRST_WAIT, 0.0
        while True:
            state = self._client.get(path)["state"]
            if state == "JobComplete":
                return
            if state in _OVER:
                raise NotInBulk
            if waited > _PATIENCE:
                raise ToolDown(self._client.tool, "does not finish a query job.")
            self._sleep(wait)
            waited += wait
            wait = min(wait * 1.5, _LONGEST_WAIT)


def _rows(body: bytes) -> list[dict[str, str]]:
    """Read CSV in UTF-8, line breaks inside of cells included; an empty cell is no value."""
    return list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"), newline="")))
