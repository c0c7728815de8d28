"""What records hold in our fields now, read by id: never by a query's filter on what may lag.

A merged record is followed to the one it became; a converted lead is no record to write to.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from journeysync.connectors.http import Refused
from journeysync.connectors.salesforce import refusals
from journeysync.connectors.salesforce.changes import Changes
from journeysync.connectors.salesforce.client import Client
from journeysync.connectors.salesforce.names import OBJECTS, api_name
from journeysync.connectors.salesforce.query import IN_ONE_QUERY, among, select
from journeysync.connectors.salesforce.shapes import fields_of
from journeysync.connectors.salesforce.values import from_api
from journeysync.core.errors import ToolDown
from journeysync.core.ports import Held, PresentRecord

READ = 2000
"""So many records are read by one request."""
_HOPS = 5
"""A merged record's survivor may have been merged in its turn."""
_BESIDE: Mapping[str, Sequence[str]] = {"Contact": ("AccountId",), "Lead": ("IsConverted",)}
_STAMP = ("LastModifiedById", "LastModifiedDate")
Row = dict[str, Any]


class Holdings:
    """Reads our fields."""

    def __init__(self, client: Client, changes: Changes) -> None:
        self._client = client
        self._changes = changes
        self._hidden: dict[str, frozenset[str]] = {}
        """Object -> fields of ours that it lacks, or that our user may not see."""
        self.parents: dict[str, str] = {}
        """Record -> the account whose lock a write to it takes, as far as records were read."""

    def present(
        self, object_type: str, ids: Sequence[str], fields: Sequence[str], *, history: bool
    ) -> list[PresentRecord]:
        """Read our fields of these records, in their order."""
        name = OBJECTS[object_type]
        unique = list(dict.fromkeys(ids))
        rows = self._rows(name, unique, fields)
        missing = [one for one in unique if one not in rows]
        survivors = self._survivors(name, missing) if missing else {}
        if survivors:
            found = self._rows(name, sorted(set(survivors.values())), fields)
            rows |= {old: found[new] for old, new in survivors.items() if new in found}
        hidden = self._hidden.get(name, frozenset())
        shown = [one for one in fields if api_name(one) not in hidden]
        told = self._changes.of(name, list(rows.values()), shown) if history else {}
        return [_present(one, rows.get(one), shown, told) for one in ids]

    def _rows(self, name: str, ids: Sequence[str], fields: Sequence[str]) -> dict[str, Row]:
        found: dict[str, Row] = {}
        for some in chunks(ids, READ):
            rows = self._retrieve(name, some, [api_name(one) for one in fields])
            for asked, row in zip(some, rows, strict=True):
                if row is not None:
                    found[asked] = row
                    self.parents[row["Id"]] = row.get("AccountId") or ""
        return found

    def _retrieve(
        self, name: str, ids: Sequence[str], ours: Sequence[str], *, again: bool = True
    ) -> list[Row | None]:
        """Read rows; those of our fields that the org does not show are left out of them."""
        shown = [one for one in ours if one not in self._hidden.get(name, ())]
        fields = ["Id", *shown, *_BESIDE.get(name, ()), *_STAMP]
        body = {"ids": list(ids), "fields": fields}
        try:
            said = self._client.send("POST", f"composite/sobjects/{name}", body, repeatable=True)
        except Refused as refused:
            told = refusals.of_request(refused.answer.body)
            if told.code != refusals.NO_FIELD:
                raise
            self._client.forget(name)
            defined = fields_of(self._client.describe(name))
            self._hidden[name] = frozenset(one for one in ours if one not in defined)
            if not (again and self._hidden[name]):
                raise ToolDown(self._client.tool, _unseen(name, told)) from None
            return self._retrieve(name, ids, ours, again=False)
        if not isinstance(said, list) or len(said) != len(ids):
            raise ToolDown(self._client.tool, f"gave other {name} records than it was asked for.")
        return said

    def _survivors(self, name: str, ids: Sequence[str]) -> dict[str, str]:
        """Follow merged records to the ones they became part of."""
        at = {one: one for one in ids}
        moved = True
        for _ in range(_HOPS):
            if not moved:
                break
            masters = self._masters(name, sorted(set(at.values())))
            moved = any(now in masters for now in at.values())
            at = {old: masters.get(now, now) for old, now in at.items()}
        return {old: now for old, now in at.items() if old != now}

    def _masters(self, name: str, ids: Sequence[str]) -> dict[str, str]:
        found: dict[str, str] = {}
        for some in chunks(ids, IN_ONE_QUERY):
            soql = select(["Id", "MasterRecordId"], name, among("Id", some))
            for page in self._client.query(soql, deleted=True):
                found |= {row["Id"]: row["MasterRecordId"] for row in page if row["MasterRecordId"]}
        return found


def chunks(things: Sequence[str], size: int) -> Iterator[list[str]]:
    """Cut things into lists of at most `size`."""
    source = iter(things)
    while some := list(islice(source, size)):
        yield some


def _unseen(name: str, told: refusals.Told) -> str:
    """Say what is wrong with a field that a request named; Salesforce does not tell which it is."""
    fields = ", ".join(sorted(refusals.columns(told))) or "our fields"
    return (
        f"does not show {fields} on {name} ({told.code}): the field is missing, or our user may "
        "not see it. `journeysync check` tells which; `journeysync provision` makes it."
    )


def _present(
    asked: str,
    row: Row | None,
    fields: Sequence[str],
    told: Mapping[str, Mapping[str, Held]],
) -> PresentRecord:
    if row is None or row.get("IsConverted"):
        return PresentRecord(asked, "")
    by = told.get(row["Id"], {})
    held = {name: by.get(name) or Held(from_api(row.get(api_name(name)))) for name in fields}
    return PresentRecord(asked, row["Id"], held)
