"""Writes our properties on contacts and companies, and reads back what they hold.

By record id only: never by a search, which lags, and never through an upsert by e-mail, which
HubSpot refuses for part of a record. Decides nothing.
"""

from collections.abc import Iterator, Mapping, Sequence

from journeysync.connectors.http import Refused
from journeysync.connectors.hubspot import answers, batches
from journeysync.connectors.hubspot.client import Client, chunks
from journeysync.connectors.hubspot.merges import MERGES, merged_ids, times
from journeysync.connectors.hubspot.streams import OF_TYPE
from journeysync.connectors.hubspot.times import parse_instant, shown
from journeysync.core.instants import to_micros
from journeysync.core.ports import ChangedBy, Held, Outcome, PresentRecord, RecordWrite

BATCH = 100
_WITH_HISTORY = 50
_GONE = 404
_AT_ONCE = 1000
"""So many milliseconds beside a merge, a value is one that it carried over."""

_PEOPLE = frozenset({"CRM_UI", "CRM_UI_BULK_ACTION", "CONTACTS_WEB", "BATCH_UPDATE", "IMPORT"})
_AUTOMATIONS = frozenset(
    {"AUTOMATION_PLATFORM", "WORKFLOWS", "WORKFLOW", "CALCULATED", "SEQUENCES"}
)


def changed_by(source: str) -> ChangedBy:
    """Say who stands behind a value's source; our own key is one integration among others. Pure."""
    if source in _PEOPLE or source.startswith("MOBILE_"):
        return "person"
    return "automation" if source in _AUTOMATIONS else "unknown"


class Writer:
    """Reads and writes our properties."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._account: answers.Account | None = None

    def write(self, rows: Sequence[RecordWrite]) -> list[Outcome]:
        """Write rows of one object type; two rows of one record are one."""
        if not rows:
            return []
        values: dict[str, dict[str, str]] = {}
        for row in rows:
            values.setdefault(row.id, {}).update(row.values)
        inputs = [
            batches.Row(one, {"id": one, "properties": properties}, one)
            for one, properties in values.items()
        ]
        path = self._client.paths.batch(OF_TYPE[rows[0].object_type].name, "update")
        found = [
            outcome
            for some in chunks(inputs, BATCH)
            for outcome in batches.send(self._client, path, some, _by_merge(values))
        ]
        by_key = {outcome.key: outcome for outcome in found}
        return [by_key[row.id] for row in rows]

    def present(
        self, stream: str, ids: Sequence[str], fields: Sequence[str], *, history: bool
    ) -> list[PresentRecord]:
        """Read our properties of these records, in their order."""
        unique = list(dict.fromkeys(ids))
        found: dict[str, answers.Record] = {}
        for some in chunks(unique, _WITH_HISTORY if history else BATCH):
            found |= self._some(stream, some, fields, history=history)
        for one in unique:
            if one not in found and (record := self._survivor(stream, one, fields)) is not None:
                found[one] = record
        return [_present(one, found.get(one), fields) for one in ids]

    def _some(
        self, stream: str, ids: Sequence[str], fields: Sequence[str], *, history: bool
    ) -> dict[str, answers.Record]:
        body: dict[str, object] = {
            "properties": [*fields, *MERGES],
            "propertiesWithHistory": list(fields) if history else [],
            "inputs": [{"id": one} for one in ids],
        }
        path = self._client.paths.batch(stream, "read")
        found: dict[str, answers.Record] = {}
        for record in self._client.ask(path, body, answers.rows).results:
            old = merged_ids(record.id, {"properties": record.properties})
            found |= {one: record for one in (*old, record.id) if one in ids}
        return found

    def _survivor(self, stream: str, record: str, fields: Sequence[str]) -> answers.Record | None:
        """Ask for one record alone: HubSpot then answers with the one it was merged into."""
        path = f"{self._client.paths.objects(stream)}/{record}"
        try:
            return self._client.get(path, answers.record, properties=",".join([*fields, *MERGES]))
        except Refused as refused:
            if refused.answer.status == _GONE:
                return None
            raise

    def record_url(self, object_type: str, record: str) -> str:
        """Say where a person sees the record."""
        if self._account is None:
            path = self._client.paths.account()
            self._account = self._client.get(path, answers.account)
        number = {"contact": "0-1", "company": "0-2", "deal": "0-3", "task": "0-27"}[object_type]
        portal = self._account
        return f"https://{portal.uiDomain}/contacts/{portal.portalId}/record/{number}/{record}"


def _by_merge(rows: Mapping[str, object]) -> batches.Matcher:
    """Match an answer under another id to the row whose record was merged into it."""

    def matcher(record: answers.Record) -> str:
        old = merged_ids(record.id, {"properties": record.properties})
        return next((one for one in old if one in rows), "")

    return matcher


def _present(asked: str, record: answers.Record | None, fields: Sequence[str]) -> PresentRecord:
    if record is None or record.archived:
        return PresentRecord(asked, "")
    return PresentRecord(asked, record.id, dict(_held(record, fields)))


def _held(record: answers.Record, fields: Sequence[str]) -> Iterator[tuple[str, Held]]:
    merged = times(record.properties)
    for name in fields:
        value = shown(record.properties.get(name) or "")
        versions = [
            (at, one.sourceType)
            for one in record.propertiesWithHistory.get(name, [])
            if (at := parse_instant(one.timestamp)) is not None
        ]
        at, source = max(versions, default=(None, ""))
        by = changed_by(source)
        if at is not None and any(abs(to_micros(at) // 1000 - one) <= _AT_ONCE for one in merged):
            by = "unknown"  # whoever merged did not choose the value that was carried over
        yield name, Held(value, at, by)
