"""Reads an org: whole objects by pages or in bulk, and what changed in a closed stretch of time.

Time stamps are whole seconds, thousands of records share one, and a record may become visible
after a later one: so a stretch includes both its ends, the server's clock says where it ends, the
next one begins some minutes before, and what comes twice counts once. Changes nothing in the org.
"""

import difflib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from journeysync.connectors.http import Refused
from journeysync.connectors.salesforce.answers import codes
from journeysync.connectors.salesforce.bulk_query import Bulk, NotInBulk
from journeysync.connectors.salesforce.client import Client
from journeysync.connectors.salesforce.hanging import Children, Hanging, history_of, stages_of
from journeysync.connectors.salesforce.ids import long_id, object_of
from journeysync.connectors.salesforce.mapping import SalesforceMapping
from journeysync.connectors.salesforce.merges import Merges, groups
from journeysync.connectors.salesforce.query import (
    Changed,
    Named,
    Slice,
    Whole,
    among,
    count,
    select,
)
from journeysync.connectors.salesforce.seen import add_seen
from journeysync.connectors.salesforce.shapes import (
    Row,
    Shape,
    fields_of,
    from_csv,
    page_reader,
    shape_of,
    written,
)
from journeysync.connectors.salesforce.streams import (
    MERGED,
    STAMP,
    Stream,
    mapped,
    wanted,
    with_history,
)
from journeysync.core.models import RawRecord, RecordKey
from journeysync.core.ports import Batch

UNDEFINED = "property"
"""The type of the records that stand for fields which the org does not show us."""

_NOTHING: Mapping[str, str] = {}
_PATIENCE = 2
"""How often a stream is begun again because a field went away."""


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of a stream on its way."""

    stream: Stream
    shape: Shape
    slice: Slice
    merged: Mapping[str, Sequence[str]]
    """The record that stays -> those that were merged into it."""


class Reader:
    """Reads one org under one mapping."""

    def __init__(
        self,
        client: Client,
        mapping: SalesforceMapping,
        own: SalesforceMapping,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Take the whole mapping, and what of it is the workspace's own."""
        self._client = client
        self._mapping = mapping
        self._own = own
        self._bulk = Bulk(client, sleep)
        self._shapes: dict[str, Shape] = {}
        self.begin()

    def begin(self) -> None:
        """Forget what was found out of the org: the first stream of a run is read next."""
        self._client.forget()
        self._shapes.clear()
        self._hanging = Hanging(self._client)
        self._merges = Merges(self._client)
        self._emails: bool | None = None

    def shape(self, stream: Stream) -> Shape:
        """Return what is read of an object; worked out once, from what the org describes."""
        if stream.name not in self._shapes:
            self._shapes[stream.name] = shape_of(
                self._client.describe(stream.source),
                wanted(stream, self._mapping),
                self._client.describe,
            )
        return self._shapes[stream.name]

    # --- reading a stream ----------------------------------------------------------------------

    def full(self, stream: Stream) -> Iterator[Batch]:
        """Yield every record of an object."""
        yield from self._steadily(stream, self._full)
        yield Batch((), complete=True)

    def changed(self, stream: Stream, since: datetime, until: datetime) -> Iterator[Batch]:
        """Yield what changed since an instant, what went away, and what hangs elsewhere now."""
        now = self._client.now()
        # Where our clock is ahead of the server's, it was so when the last reading ended too.
        ahead = max(until - now, timedelta())
        part = Changed(since - ahead, now)
        yield from self._steadily(stream, lambda one: self._changed(one, part))

    def _steadily(
        self, stream: Stream, read: Callable[[Stream], Iterator[Batch]]
    ) -> Iterator[Batch]:
        """Begin again where a field went away in the middle: what comes twice counts once."""
        for attempt in range(_PATIENCE + 1):
            try:
                yield from read(stream)
            except Refused as refused:
                before = self._shapes.get(stream.name)
                if attempt == _PATIENCE or "INVALID_FIELD" not in codes(refused.answer):
                    raise
                self._forget(stream)
                if self.shape(stream) == before:
                    raise
            else:
                return

    def _forget(self, stream: Stream) -> None:
        self._client.forget(stream.source)
        self._shapes.pop(stream.name, None)

    def _full(self, stream: Stream) -> Iterator[Batch]:
        yield Batch(tuple(self._undefined(stream)))
        whole = Whole()
        merged = self._merged_into(stream, whole)
        part = _Part(stream, self.shape(stream), whole, merged)
        children: Children | None = None
        for rows in self._rows(stream, whole):
            if rows and children is None:
                children = self._children(stream, whole)
            yield Batch(tuple(self._raw(part, rows, children or {})))

    def _changed(self, stream: Stream, window: Changed) -> Iterator[Batch]:
        yield Batch(tuple(self._undefined(stream)))
        merged = self._merged_into(stream, window)
        part = _Part(stream, self.shape(stream), window, merged)
        seen: dict[str, str] = {}
        children: Children | None = None
        for page in self._rows(stream, window):
            rows = [row for row in page if seen.get(row["Id"]) != row[STAMP]]
            seen.update((row["Id"], row[STAMP]) for row in rows)
            if not rows:
                continue
            if children is None:
                children = self._children(stream, window)
            yield Batch(tuple(self._raw(part, rows, children)))
        again = self._elsewhere(stream, window) | merged.keys()
        for ids in groups(sorted(again - seen.keys())):
            yield Batch(tuple(self._by_id(part, ids)))

    def _by_id(self, part: _Part, ids: tuple[str, ...]) -> Iterator[RawRecord]:
        named = Named(ids)
        rows = [row for page in self._rows(part.stream, named) for row in page]
        yield from self._raw(part, rows, self._children(part.stream, named))

    def _elsewhere(self, stream: Stream, window: Changed) -> set[str]:
        """Return the records that changed without a time stamp of their own.

        Their children changed, or their parents did, or those whom they are about were merged.
        """
        found = self._hanging.parents_of_changed(stream, window)
        found |= self._of_changed_parents(stream, window)
        for source, ids in self._merges.survivors(window).items():
            if source == stream.source:
                continue
            people = [one for one in ids if object_of(one)]
            if people:
                found |= self._hanging.parents_of_people(stream, people)
            for field in self._pointing(stream, source):
                for some in groups(ids):
                    found |= self._ids(stream, among(field, some))
        return found

    def _of_changed_parents(self, stream: Stream, window: Changed) -> set[str]:
        """Return the records of parents that changed, where fields of these are read too."""
        heads = dict.fromkeys(head for _path, head, _tail in self.shape(stream).parents)
        return {
            one for head in heads for one in self._ids(stream, window.of(f"{head}."))
        }  # fmt: skip

    def _pointing(self, stream: Stream, source: str) -> list[str]:
        """Name the fields of a stream that point at records of an object."""
        defined = fields_of(self._client.describe(stream.source))
        return [
            name
            for name in (*stream.people, "AccountId", "WhatId")
            if name in defined and source in (defined[name].get("referenceTo") or ())
        ]

    def _ids(self, stream: Stream, condition: str) -> set[str]:
        soql = select(("Id",), stream.source, condition)
        return {str(row["Id"]) for page in self._client.query(soql) for row in page}

    # --- rows ----------------------------------------------------------------------------------

    def _rows(self, stream: Stream, part: Slice) -> Iterator[list[Row]]:
        """Yield the records of a part of a stream, by pages or in bulk."""
        # Archived activities are shown only to those who ask for deleted ones too.
        only = "IsDeleted = FALSE" if stream.archived and isinstance(part, Whole) else ""
        deleted = stream.archived or isinstance(part, Changed)
        shape = self.shape(stream)
        soql = select(shape.fields, stream.source, part.of(), only)
        if isinstance(part, Whole):
            counted = self._client.count(count(stream.source, only), deleted=deleted)
            if counted >= self._client.settings.bulk_from:
                try:
                    for rows in self._bulk.query(soql, deleted=deleted):
                        yield from_csv(rows, shape)
                except NotInBulk:
                    pass
                else:
                    return
        for page in self._client.pages(soql, page_reader(shape), deleted=deleted):
            yield page.records

    def _children(self, stream: Stream, part: Slice) -> Children:
        return self._hanging.of(stream, part, with_history(stream, self._mapping))

    # --- raw records ---------------------------------------------------------------------------

    def _raw(self, part: _Part, rows: Sequence[Row], children: Children) -> Iterator[RawRecord]:
        """Put together all that `normalise` will need, and nothing that changes by itself."""
        stream, ours, merged = part.stream, part.shape.ours, part.merged
        tool, kind, shown = self._client.tool, stream.type, _NOTHING
        people = self._people(stream, rows, children)
        more = bool(people or any(children.values()) or part.shape.record_types or stream.statuses)
        for row in rows:
            number, stamp = row.pop("Id"), row.pop(STAMP)
            if row.pop("IsDeleted", False):
                yield RawRecord(RecordKey(tool, kind, number), {}, deleted=True)
                continue
            if ours:
                shown = {name: written(row.pop(name, None)) for name in ours}
            content: dict[str, Any] = {"fields": row}
            if more:
                self._add(part, content, number, stamp, children)
                if number in people:
                    content["people"] = people[number]
            if number in merged:
                content["merged"] = merged[number]
            yield RawRecord(RecordKey(tool, kind, number), content, shown=shown)

    def _add(
        self, part: _Part, content: dict[str, Any], number: str, stamp: str, children: Children
    ) -> None:
        """Add what does not stand in the record's own fields."""
        stream, shape = part.stream, part.shape
        of_type = shape.record_types.get(content["fields"].pop("RecordTypeId", ""))
        if of_type:
            content["record_type"] = of_type
        self._add_children(stream, content, number, children)
        if stream.type == "meeting":
            add_seen(content, written(stamp), shape, self._mapping.events)
        elif stream.type == "task" and self._has_emails():
            content["emails"] = True

    def _add_children(
        self, stream: Stream, content: dict[str, Any], number: str, children: Children
    ) -> None:
        created = written(content["fields"].get("CreatedDate"))
        past: dict[str, Any] = {}
        for child in stream.children:
            rows = children.get(child.source, {}).get(number, ())
            if child.history and rows:
                past |= history_of(rows, created)
            elif child.source == "OpportunityHistory" and rows:
                past["StageName"] = stages_of(rows)
        if past:
            content["history"] = past
        known = self._hanging.statuses(stream)
        if known:
            now = content["fields"].get("StageName") or content["fields"].get("Status") or ""
            had = {value for one in ("StageName", "Status") for value, _at in past.get(one, ())}
            content["stages"] = {one: known[one] for one in sorted(had | {now}) if one in known}

    def _people(
        self, stream: Stream, rows: Sequence[Row], children: Children
    ) -> dict[str, list[str]]:
        """Return whom each record is about."""
        if not stream.people and not stream.by_account:
            return {}
        found = {row["Id"]: self._named(stream, row, children) for row in rows}
        alone = {
            row["Id"]: str(row["AccountId"])
            for row in rows
            if stream.by_account and row.get("AccountId") and not found[row["Id"]]
        }
        if alone:
            known = self._hanging.only_contacts(sorted(set(alone.values())))
            found |= {one: [known[to]] for one, to in alone.items() if to in known}
        return found

    def _named(self, stream: Stream, row: Row, children: Children) -> list[str]:
        """Return the people whom a record names: itself, or by what hangs on it."""
        found: dict[str, None] = {}
        for child in stream.children:
            if child.person:
                for one in children.get(child.source, {}).get(row["Id"], ()):
                    found[long_id(one or "")] = None
        named = next((row[field] for field in stream.people if row.get(field)), "")
        found[long_id(named)] = None
        return sorted(one for one in found if object_of(one) and one not in self._merges.deleted)

    def _has_emails(self) -> bool:
        """Whether e-mails have records of their own: their tasks then tell nothing."""
        if self._emails is None:
            try:
                self._client.describe("EmailMessage")
                self._emails = True
            except Refused:
                self._emails = False
        return self._emails

    def _merged_into(self, stream: Stream, part: Slice) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        if stream.source in MERGED:
            for old, stays in sorted(self._merges.of(stream.source, part).items()):
                found.setdefault(stays, []).append(old)
        return found

    def _undefined(self, stream: Stream) -> Iterator[RawRecord]:
        """Tell which fields the workspace's mapping names and cannot be followed.

        One that is missing, or that our user may not see: the org tells no difference. Or one that
        Salesforce works out, and whose changes it marks nowhere.
        """
        shape = self.shape(stream)
        defined = fields_of(self._client.describe(stream.source))
        for name in mapped(stream, self._own):
            key = RecordKey(self._client.tool, UNDEFINED, f"{stream.name}.{name}")
            near = difflib.get_close_matches(name, defined, n=1)
            known = name not in shape.unknown
            content = {"formula": True} if known else {"near": near}
            yield RawRecord(key, content, deleted=known and name not in shape.formulas)
