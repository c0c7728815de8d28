"""Finds which records were merged or converted into which, and what is to be read again then.

The record that is given up is deleted and names the one that stays; whatever hung on it hangs on
the other from then on, without a new time stamp: tasks, deals, cases, contacts of an account. What
hung on a lead hangs on its contact in the same way.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from journeysync.connectors.http import Refused
from journeysync.connectors.salesforce.answers import is_absent
from journeysync.connectors.salesforce.client import Client
from journeysync.connectors.salesforce.query import IN_ONE_QUERY, Slice, select
from journeysync.connectors.salesforce.streams import MERGED

_MASTER, _BECAME = "MasterRecordId", "ConvertedContactId"


class Merges:
    """What was merged in one org; each question is asked once."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._asked: dict[tuple[str, str], dict[str, str]] = {}

    def of(self, source: str, part: Slice) -> Mapping[str, str]:
        """Return the records of an object that were given up, each with the one that stays."""
        key = (source, part.of())
        if key not in self._asked:
            self._asked[key] = self._ask(source, part)
        return self._asked[key]

    def survivors(self, part: Slice) -> dict[str, list[str]]:
        """Return the records of each object that others were merged or converted into."""
        found = {one: set(self.of(one, part).values()) for one in MERGED}
        key = ("converted", part.of())
        if key not in self._asked:
            soql = select(
                ("Id", _BECAME), "Lead", f"IsConverted = TRUE AND {_BECAME} != NULL", key[1]
            )
            self._asked[key] = self._pairs(soql, _BECAME)
        found["Contact"] |= set(self._asked[key].values())
        return {one: sorted(ids) for one, ids in found.items() if ids}

    @cached_property
    def deleted(self) -> frozenset[str]:
        """The contacts and leads in the bin: what hung on them may still name them."""
        queries = (select(("Id",), one, "IsDeleted = TRUE") for one in ("Contact", "Lead"))
        return frozenset(one for soql in queries for one in self._pairs(soql, "Id"))

    def _ask(self, source: str, part: Slice) -> dict[str, str]:
        condition = f"IsDeleted = TRUE AND {_MASTER} != NULL"
        known = self._pairs(select(("Id", _MASTER), source, condition, part.of()), _MASTER)
        return {old: _last(old, known) for old in known}

    def _pairs(self, soql: str, field: str) -> dict[str, str]:
        try:
            pages = list(self._client.query(soql, deleted=True))
        except Refused as refused:
            if not is_absent(refused.answer):
                raise
            return {}  # an org without leads, or a user who may not see them
        return {str(row["Id"]): str(row[field]) for page in pages for row in page}


def _last(old: str, known: Mapping[str, str]) -> str:
    """Follow merges of merges; a circle ends where it began."""
    seen = {old}
    here = known[old]
    while here in known and here not in seen:
        seen.add(here)
        here = known[here]
    return here


def groups(ids: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Cut ids into as many as one query takes."""
    for start in range(0, len(ids), IN_ONE_QUERY):
        yield tuple(ids[start : start + IN_ONE_QUERY])
