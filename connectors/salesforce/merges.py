"""Finds which records were merged into which, and what that leaves to be read again.

The record that is given up is deleted and names the one that stays; whatever hung on it hangs on
the other from then on, without a new time stamp: tasks, deals, cases, contacts of an account.
"""

from collections.abc import Iterator, Mapping, Sequence

from journeysync.connectors.http import Refused
from journeysync.connectors.salesforce.client import Client
from journeysync.connectors.salesforce.query import IN_ONE_QUERY, Slice, select
from journeysync.connectors.salesforce.streams import MERGED


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
        """Return the records of each object that others were merged into."""
        found = {one: sorted(set(self.of(one, part).values())) for one in MERGED}
        return {one: ids for one, ids in found.items() if ids}

    def _ask(self, source: str, part: Slice) -> dict[str, str]:
        fields = ("Id", "MasterRecordId")
        condition = "IsDeleted = TRUE AND MasterRecordId != NULL"
        soql = select(fields, source, condition, part.of())
        try:
            pages = list(self._client.query(soql, deleted=True))
        except Refused:
            return {}  # an org without leads, or a user who may not see them
        known = {str(row["Id"]): str(row["MasterRecordId"]) for page in pages for row in page}
        return {old: _last(old, known) for old in known}


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
