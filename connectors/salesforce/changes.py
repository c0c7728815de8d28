"""Who changed our fields last: our own user, a person, or an automation, by Salesforce's own word.

A tracked field has a history that names who and when, for each field alone. Without it, only who
touched the record last is known, which need not be who changed this field.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from journeysync.connectors.http import Refused
from journeysync.connectors.salesforce.client import Client
from journeysync.connectors.salesforce.names import OBJECTS, api_name
from journeysync.connectors.salesforce.query import among, select
from journeysync.connectors.salesforce.values import from_api, instant
from journeysync.core.ports import ChangedBy, Held

_CHUNK = 100
_HISTORIES: Mapping[str, tuple[str, str]] = {
    "Contact": ("ContactHistory", "ContactId"),
    "Lead": ("LeadHistory", "LeadId"),
    "Account": ("AccountHistory", "AccountId"),
}
_PROGRAMS = frozenset(
    {"Minimum Access - API Only Integrations", "Salesforce API Only System Integrations"}
)
"""The profiles that Salesforce makes for programs."""
_PERSON = "Standard"
Row = dict[str, Any]
_Last = tuple[datetime, str, str]
"""When, by which user, and the value that came of it, where that is told."""


class Changes:
    """Tells who changed what, in one org."""

    def __init__(self, client: Client, automations: Iterable[str] = ()) -> None:
        self._client = client
        self._automations = frozenset(name.casefold() for name in automations)
        self._users: dict[str, ChangedBy] = {}
        self._ours = ""

    @property
    def our_user(self) -> str:
        """The id of the user that we sign in as."""
        if not self._ours:
            # Where our user is described ends in its id.
            self._ours = str(self._client.get("")["identity"]).rpartition("/")[2]
        return self._ours

    def of(
        self, name: str, rows: Sequence[Row], fields: Sequence[str]
    ) -> dict[str, dict[str, Held]]:
        """Return, by record, what each field holds with when and by whom it was changed."""
        ids = [row["Id"] for row in rows]
        last = self._histories(name, ids, fields)
        brought = self._brought(name, ids, fields)
        stamped = {row["Id"]: _stamp(row) for row in rows}
        known = [*last.values(), *filter(None, stamped.values())]
        self._learn(user for _, user, _ in known)
        found: dict[str, dict[str, Held]] = {}
        for row in rows:
            held = {}
            for field in fields:
                value = from_api(row.get(api_name(field)))
                change = last.get((row["Id"], api_name(field)))
                if change is None or (self._is_ours(change) and change[2] != value):
                    # Not tracked, or no longer: what we wrote is not what stands there.
                    change = stamped[row["Id"]] or change
                at, user, _ = change or (None, "", "")
                by = self._users.get(user, "unknown")
                if (row["Id"], api_name(field), value) in brought:
                    by = "unknown"  # whoever merged or converted did not choose this value
                held[field] = Held(value, at, by)
            found[row["Id"]] = held
        return found

    def _is_ours(self, change: _Last) -> bool:
        return self._users.get(change[1]) == "us"

    def _histories(
        self, name: str, ids: Sequence[str], fields: Sequence[str]
    ) -> dict[tuple[str, str], _Last]:
        """Return the last change of each tracked field of these records."""
        kind, parent = _HISTORIES[name]
        found: dict[tuple[str, str], _Last] = {}
        names = list(map(api_name, fields))
        for start in range(0, len(ids), _CHUNK):
            some = ids[start : start + _CHUNK]
            soql = select(
                [parent, "Field", "NewValue", "CreatedById", "CreatedDate"],
                kind,
                among(parent, some),
                among("Field", names),
                order="CreatedDate",
            )
            try:
                for page in self._client.query(soql):
                    for row in page:
                        _keep(found, (row[parent], row["Field"]), row)
            except Refused:
                return {}  # an org that tracks no field of this object has no such history
        return found

    def _brought(
        self, name: str, ids: Sequence[str], fields: Sequence[str]
    ) -> frozenset[tuple[str, str, str]]:
        """Return (record, field, value) of what merged records and converted leads held.

        A merge fills empty fields of the record that stays, and a conversion may fill the new
        contact: in the name of a person, who did not mean our fields.
        """
        ways = [(name, "MasterRecordId")]
        if name == OBJECTS["contact"]:
            ways.append((OBJECTS["lead"], "ConvertedContactId"))
        names = list(map(api_name, fields))
        found = set()
        for kind, became in ways:
            for start in range(0, len(ids), _CHUNK):
                soql = select([became, *names], kind, among(became, ids[start : start + _CHUNK]))
                try:
                    for page in self._client.query(soql, deleted=True):
                        found |= {
                            (row[became], one, from_api(row.get(one)))
                            for row in page
                            for one in names
                            if row.get(one) is not None
                        }
                except Refused:
                    break  # an org without leads, or without our fields on them
        return frozenset(found)

    def _learn(self, users: Iterable[str]) -> None:
        """Find out who these users are; each is asked for once."""
        new = sorted(set(users) - set(self._users))
        if not new:
            return
        self._users |= dict.fromkeys(new, "unknown")
        fields = ["Id", "Username", "UserType", "Profile.Name"]
        for page in self._client.query(select(fields, "User", among("Id", new))):
            self._users |= {row["Id"]: self._kind(row) for row in page}

    def _kind(self, user: Row) -> ChangedBy:
        if user["Id"] == self.our_user:
            return "us"
        named = str(user.get("Username")).casefold() in self._automations
        profile = (user.get("Profile") or {}).get("Name")
        if named or profile in _PROGRAMS or user["UserType"] != _PERSON:
            return "automation"
        return "person"


def _stamp(row: Row) -> _Last | None:
    at = instant(row.get("LastModifiedDate"))
    return (at, row["LastModifiedById"], "") if at and row.get("LastModifiedById") else None


def _keep(found: dict[tuple[str, str], _Last], key: tuple[str, str], row: Row) -> None:
    at = instant(row["CreatedDate"])
    if at is not None and (key not in found or at >= found[key][0]):
        found[key] = (at, row["CreatedById"], from_api(row.get("NewValue")))
