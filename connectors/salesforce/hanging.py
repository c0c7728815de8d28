"""Reads what hangs on the records of a stream: contact roles, invitees, history of fields, stages.

One query for each kind of child and part of a stream, never one for each record.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from journeysync.connectors.http import Refused
from journeysync.connectors.salesforce.answers import is_absent
from journeysync.connectors.salesforce.client import Client, Row
from journeysync.connectors.salesforce.merges import groups
from journeysync.connectors.salesforce.query import Changed, Named, Slice, among, select
from journeysync.connectors.salesforce.shapes import fields_of, written
from journeysync.connectors.salesforce.streams import Child, Stream

Children = Mapping[str, Mapping[str, Sequence[Any]]]
"""Object -> parent's id -> its children; of those that only name a person, that person's id."""


class Hanging:
    """Reads the children of one org's records."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._absent: set[str] = set()
        self._statuses: dict[str, dict[str, dict[str, Any]]] = {}

    def of(self, stream: Stream, part: Slice, tracked: Sequence[str]) -> Children:
        """Return the children of all records of a part of a stream."""
        found: dict[str, Mapping[str, Sequence[Any]]] = {}
        for child in stream.children:
            needless = child.instead_of and child.instead_of not in self._absent
            if not needless and (tracked or not child.history):
                grouped: dict[str, list[Any]] = defaultdict(list)
                for row in self._rows(child, self._query(child, part, tracked)):
                    grouped[row[child.parent]].append(row[child.person] if child.person else row)
                found[child.source] = grouped
        return found

    def _rows(self, child: Child, soql: str, *, deleted: bool = False) -> Iterator[Row]:
        """Yield children; none where the org has none of their kind.

        An org without shared activities or field history refuses their names.
        """
        if child.source in self._absent:
            return
        try:
            for page in self._client.query(soql, deleted=deleted):
                yield from page
        except Refused as refused:
            if not is_absent(refused.answer):
                raise
            self._absent.add(child.source)

    def _query(self, child: Child, part: Slice, tracked: Sequence[str]) -> str:
        fields = (child.parent, *child.fields)
        only = among("Field", tracked) if child.history else ""
        if isinstance(part, Named):
            return select(fields, child.source, among(child.parent, part.ids), only)
        return select(fields, child.source, part.of(child.relation), only)

    def parents_of_changed(self, stream: Stream, part: Changed) -> set[str]:
        """Return the records whose children changed while they stayed as they were."""
        found: set[str] = set()
        for child in stream.children:
            if child.watched:
                soql = select((child.parent,), child.source, part.of())
                found |= {str(row[child.parent]) for row in self._rows(child, soql, deleted=True)}
        return found

    def parents_of_people(self, stream: Stream, people: Sequence[str]) -> set[str]:
        """Return the records that are about some people by way of their children."""
        found: set[str] = set()
        for child in stream.children:
            if child.person:
                for some in groups(people):
                    soql = select((child.parent,), child.source, among(child.person, some))
                    found |= {str(row[child.parent]) for row in self._rows(child, soql)}
        return found

    def only_contacts(self, accounts: Sequence[str]) -> dict[str, str]:
        """Return the contact of each account that has only one."""
        found: dict[str, list[str]] = defaultdict(list)
        for some in groups(accounts):
            soql = select(("Id", "AccountId"), "Contact", among("AccountId", some))
            for page in self._client.query(soql):
                for row in page:
                    found[str(row["AccountId"])].append(str(row["Id"]))
        return {account: ids[0] for account, ids in found.items() if len(ids) == 1}

    def statuses(self, stream: Stream) -> Mapping[str, Mapping[str, Any]]:
        """Return what is known of each stage or status: whether it ends the record, and how."""
        name = stream.statuses
        if name not in self._statuses:
            self._statuses[name] = self._ask_statuses(name) if name else {}
        return self._statuses[name]

    def _ask_statuses(self, name: str) -> dict[str, dict[str, Any]]:
        try:
            defined = fields_of(self._client.describe(name))
            flags = [one for one in ("IsClosed", "IsWon", "IsConverted") if one in defined]
            names = [one for one in ("ApiName", "MasterLabel") if one in defined]
            pages = list(self._client.query(select((*names, *flags), name)))
        except Refused as refused:
            if not is_absent(refused.answer):
                raise
            return {}
        return {
            str(row[one]): {flag[2:].lower(): written(row[flag]) == "true" for flag in flags}
            for page in pages
            for row in page
            for one in reversed(names)
            if row[one]
        }


def history_of(rows: Sequence[Row], created: str) -> dict[str, list[list[str]]]:
    """Turn the rows of a field history into values with the instants they were taken.

    The first row also tells what a field held before: since the record was made.
    """
    found: dict[str, list[list[str]]] = {}
    for row in sorted(rows, key=lambda one: str(one["CreatedDate"])):
        past = found.setdefault(str(row["Field"]), [])
        if not past:
            past.append([written(row["OldValue"]), created])
        past.append([written(row["NewValue"]), written(row["CreatedDate"])])
    return found


def stages_of(rows: Sequence[Row]) -> list[list[str]]:
    """Turn the rows of a stage history into stages with the instants they were reached."""
    past = sorted((written(row["CreatedDate"]), str(row["StageName"] or "")) for row in rows)
    kept: list[list[str]] = []
    for at, stage in past:
        if stage and (not kept or kept[-1][0] != stage):
            kept.append([stage, at])
    return kept
