"""Reads a portal: whole types by their lists, changes by search, and what hangs on what.

Lists are consistent, so a full read trusts them. A search is not: it lags, it ends at 10,000
records, and pages by number shift when a record leaves the result while we read. So a search is
asked only for ids, each page from the last id on, and the records are then read by id.
Sends no request that changes anything.
"""

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from journeysync.connectors.http import LacksScope, Refused
from journeysync.connectors.hubspot import answers
from journeysync.connectors.hubspot.client import Client, chunks
from journeysync.connectors.hubspot.mapping import FieldMapping
from journeysync.connectors.hubspot.markers import only_marker
from journeysync.connectors.hubspot.streams import (
    LINES,
    OPT_OUT,
    OURS,
    OVERRIDES,
    Stream,
    mapped,
    opt_outs,
    wanted,
    with_history,
)
from journeysync.connectors.hubspot.submissions import Submissions
from journeysync.connectors.hubspot.times import parse_instant
from journeysync.core.errors import ToolDown
from journeysync.core.instants import to_micros
from journeysync.core.models import RawRecord, RecordKey
from journeysync.core.ports import Batch

_PAGE = 100
_PAGE_WITH_HISTORY = 50
_SEARCH_PAGE = 200
_LINKS = 1000
_PATIENCE = 3
"""How often a page is asked for again when it sends us back."""

_PRIMARY_COMPANY = 1

UNDEFINED = "property"
"""The type of the records that stand for properties which the portal does not have."""


class Reader:
    """Reads one portal under one mapping."""

    def __init__(self, client: Client, mapping: FieldMapping, own: FieldMapping) -> None:
        """Take the whole mapping, and what of it is the workspace's own."""
        self._client = client
        self._mapping = mapping
        self._own = own
        self._defined: dict[str, dict[str, answers.Definition]] = {}
        self._stages: dict[str, dict[str, dict[str, Any]]] = {}
        self._submissions = Submissions(client)
        self._forms: tuple[str, ...] | None = None
        self._lines_forbidden = False

    # --- what the portal has -------------------------------------------------------------------

    def definitions(self, stream: str) -> Mapping[str, answers.Definition]:
        """Return the portal's properties of a type by name; asked for once."""
        if stream not in self._defined:
            path = self._client.paths.properties(stream)
            found = self._client.get(path, answers.definitions).results
            self._defined[stream] = {one.name: one for one in found if not one.archived}
        return self._defined[stream]

    def pipelines(self, stream: str) -> Sequence[answers.Pipeline]:
        """Return the pipelines of a type."""
        return self._client.get(self._client.paths.pipelines(stream), answers.pipelines).results

    def _known_stages(self, stream: str) -> Mapping[str, Mapping[str, Any]]:
        """Return what is known of each stage: its labels, and whether it ends the record."""
        if stream not in self._stages:
            self._stages[stream] = {
                stage.id: {
                    "label": stage.label,
                    "pipeline": pipeline.label,
                    "closed": str(stage.metadata.get("isClosed", "")).lower() == "true"
                    or stage.metadata.get("ticketState") == "CLOSED",
                    "won": str(stage.metadata.get("probability", "")) in {"1.0", "1"},
                }
                for pipeline in self.pipelines(stream)
                for stage in pipeline.stages
            }
        return self._stages[stream]

    def forms(self) -> tuple[str, ...]:
        """Return the names of the forms whose submissions can be read; none where forbidden."""
        if self._forms is None:
            try:
                found = self._submissions.forms()
            except (LacksScope, Refused):
                found = ()
            self._forms = tuple(sorted({form.name for form in found if form.name}))
        return self._forms

    # --- reading a stream ----------------------------------------------------------------------

    def full(self, stream: Stream) -> Iterator[Batch]:
        """Yield every record of a type."""
        self.definitions(stream.name)
        yield Batch(tuple(self._undefined(stream)))
        for some in chunks(self._listed(stream, archived=False), _LINKS):
            yield Batch(tuple(self._raw(stream, some)))
        yield Batch(tuple(self._archived(stream, None)), complete=True)

    def changed(self, stream: Stream, since: datetime, until: datetime) -> Iterator[Batch]:
        """Yield the records that changed in [since, until), and what went away since."""
        yield Batch(tuple(self._undefined(stream)))
        for ids in chunks(self._changed_ids(stream, since, until), _LINKS):
            yield Batch(tuple(self._by_id(stream, ids)))
        yield Batch(tuple(self._archived(stream, since)))

    def submitted(self, since: datetime | None) -> Iterator[Batch]:
        """Yield what was sent with forms since an instant, or all of it."""
        return self._submissions.read(since)

    def _undefined(self, stream: Stream) -> Iterator[RawRecord]:
        """Tell which properties the workspace's mapping names and the portal does not have.

        HubSpot would leave them out without a word, and a rule would silently never fit.
        """
        for name in mapped(stream, self._own):
            defined = self.definitions(stream.name)
            key = RecordKey(self._client.tool, UNDEFINED, f"{stream.name}.{name}")
            near = difflib.get_close_matches(name, defined, n=1)
            yield RawRecord(key, {"near": near}, deleted=name in defined)

    def _ask(self, stream: Stream) -> dict[str, list[str]]:
        """Say which properties to ask for: an undefined one would be silently absent anyway."""
        defined = self.definitions(stream.name)
        left = opt_outs(stream, self._mapping, defined)
        asked = {
            "properties": [
                *(name for name in wanted(stream, self._mapping) if name in defined),
                *left,
                *(name for name in defined if is_ours(name)),
            ],
            "propertiesWithHistory": [
                *(name for name in with_history(stream, self._mapping) if name in defined),
                *left,
            ],
        }
        return {key: names for key, names in asked.items() if names}

    def _listed(self, stream: Stream, *, archived: bool) -> Iterator[answers.Record]:
        asked = {"properties": "hs_object_id"}
        if not archived:
            asked = {key: ",".join(names) for key, names in self._ask(stream).items()}
        limit = _PAGE_WITH_HISTORY if "propertiesWithHistory" in asked else _PAGE
        path = self._client.paths.objects(stream.name)

        def turn(after: str) -> answers.Page:
            cursor = {"after": after} if after else {}
            state = "true" if archived else "false"
            return self._client.get(
                path, answers.page, limit=str(limit), archived=state, **asked, **cursor
            )

        yield from self._pages(turn, stream)

    def _pages(
        self, turn: Callable[[str], answers.Page], stream: Stream
    ) -> Iterator[answers.Record]:
        """Follow the cursors; a page that sends us back to an old one is asked for again."""
        seen = {""}
        after, again = "", 0
        while True:
            page = turn(after)
            if page.after in seen and page.after:
                again += 1
                if again > _PATIENCE:
                    raise ToolDown(self._client.tool, f"repeats its pages of {stream.name}.")
                continue
            yield from page.results
            if not page.after:
                return
            after, again = page.after, 0
            seen.add(after)

    def _changed_ids(self, stream: Stream, since: datetime, until: datetime) -> Iterator[str]:
        """Search for ids, in the order of ids, each page from the last id on."""
        window = [
            {"propertyName": stream.modified, "operator": "GTE", "value": _millis(since)},
            {"propertyName": stream.modified, "operator": "LT", "value": _millis(until)},
        ]
        path = self._client.paths.search(stream.name)
        last, again = 0, 0
        while True:
            later = {"propertyName": "hs_object_id", "operator": "GT", "value": str(last)}
            body = {
                "filterGroups": [{"filters": [*window, later]}],
                "sorts": [{"propertyName": "hs_object_id", "direction": "ASCENDING"}],
                "properties": ["hs_object_id"],
                "limit": _SEARCH_PAGE,
            }
            page = self._client.search(path, body, answers.page)
            found = sorted(int(one.id) for one in page.results if int(one.id) > last)
            yield from map(str, found)
            if not page.after:
                return
            if not found:
                again += 1
                if again > _PATIENCE:
                    raise ToolDown(self._client.tool, f"repeats its search for {stream.name}.")
                continue
            last, again = found[-1], 0

    def _by_id(self, stream: Stream, ids: Sequence[str]) -> Iterator[RawRecord]:
        asked = self._ask(stream)
        size = _PAGE_WITH_HISTORY if "propertiesWithHistory" in asked else _PAGE
        found: list[answers.Record] = []
        for some in chunks(ids, size):
            body = {"properties": [], **asked, "inputs": [{"id": one} for one in some]}
            path = self._client.paths.batch(stream.name, "read")
            found += self._client.ask(path, body, answers.rows).results
        yield from self._raw(stream, found)
        here = {record.id for record in found}
        for one in ids:
            if one not in here:
                # The index still had it, the portal has not: it went away a moment ago.
                yield self._gone(stream, one)

    def _archived(self, stream: Stream, since: datetime | None) -> Iterator[RawRecord]:
        for record in self._listed(stream, archived=True):
            at = parse_instant(record.archivedAt) if record.archivedAt else None
            if since is None or at is None or at >= since:
                yield self._gone(stream, record.id)

    # --- raw records ---------------------------------------------------------------------------

    def _raw(self, stream: Stream, records: Iterable[answers.Record]) -> Iterator[RawRecord]:
        """Put together all that `normalise` will need, and nothing that changes by itself."""
        unique = {record.id: record for record in records}
        links = {other: self._links(stream.name, other, list(unique)) for other in stream.links}
        lines = self._lines(list(unique)) if stream.name == "deals" else {}
        for record in unique.values():
            content = content_of(record)
            content["days"] = self._days(stream, content)
            for other, found in links.items():
                content[other] = found.get(record.id, [])
            if stream.stage:
                content["stages"] = self._stages_of(stream, content)
            if stream.name == "contacts":
                content |= self._told_elsewhere(content)
            if record.id in lines:
                content["lines"] = lines[record.id]
            shown = {
                name: value or "" for name, value in record.properties.items() if is_ours(name)
            }
            yield RawRecord(self._key(stream, record.id), content, shown=shown)
            yield from (self._gone(stream, old) for old in merged_ids(record.id, content))

    def _days(self, stream: Stream, content: Mapping[str, Any]) -> list[str]:
        """Name the properties that hold whole days, which begin where the business is."""
        defined = self.definitions(stream.name)
        names = mapped(stream, self._mapping)
        return sorted(
            name
            for name in names
            if name in content["properties"] and name in defined and defined[name].type == "date"
        )

    def _stages_of(self, stream: Stream, content: Mapping[str, Any]) -> dict[str, Any]:
        known = self._known_stages(stream.name)
        had = [value for value, _at in content["history"].get(stream.stage, [])]
        names = sorted({*had, content["properties"].get(stream.stage, "")})
        return {name: known[name] for name in names if name in known}

    def _told_elsewhere(self, content: Mapping[str, Any]) -> dict[str, Any]:
        """Name the conversions that submissions tell of, and the kinds of e-mail by number."""
        told: dict[str, Any] = {}
        properties, history = content["properties"], content["history"]
        names = {value for value, _at in history.get("recent_conversion_event_name", [])}
        names |= {properties.get(f"{one}_conversion_event_name", "") for one in ("first", "recent")}
        if names := {name for name in names if name}:
            forms = self.forms()
            listed = sorted(n for n in names if any(_is_of(n, form) for form in forms))
            told |= {"listed": listed} if listed else {}
        defined = self.definitions("contacts")
        left = {
            name.removeprefix(OPT_OUT): defined[name].label.split(": ", 1)[-1]
            for name in history
            if name.startswith(OPT_OUT) and name in defined
        }
        return told | ({"subscriptions": left} if left else {})

    def _lines(self, ids: Sequence[str]) -> dict[str, list[list[str]]]:
        """Return the products on these deals: name and SKU; nothing where they are forbidden."""
        if self._lines_forbidden:
            return {}
        try:
            links = self._links("deals", LINES, ids)
            wanted_ids = sorted({one for found in links.values() for one, _ in found}, key=int)
            products: dict[str, list[str]] = {}
            for some in chunks(wanted_ids, _PAGE):
                body = {
                    "properties": ["name", "hs_sku"],
                    "propertiesWithHistory": [],
                    "inputs": [{"id": one} for one in some],
                }
                path = self._client.paths.batch(LINES, "read")
                for one in self._client.ask(path, body, answers.rows).results:
                    names = one.properties
                    products[one.id] = [names.get("name") or "", names.get("hs_sku") or ""]
        except (LacksScope, Refused):
            if self._own.deals.lines:
                raise
            self._lines_forbidden = True
            return {}
        return {
            deal: [products[one] for one, _ in found if one in products]
            for deal, found in links.items()
        }

    def _links(self, left: str, right: str, ids: Sequence[str]) -> dict[str, list[Any]]:
        """Return which records of one type hang on these: `[id, is primary]`, sorted."""
        found: dict[str, dict[str, bool]] = {}
        todo: list[dict[str, str]] = [{"id": one} for one in ids]
        path = self._client.paths.links(left, right)
        while todo:
            some, todo = todo[:_LINKS], todo[_LINKS:]
            for one in self._client.ask(path, {"inputs": some}, answers.links).results:
                record = str(one.from_.id)
                for to in one.to:
                    primary = _is_primary(to) or found.get(record, {}).get(to.record, False)
                    found.setdefault(record, {})[to.record] = primary
                if one.paging and one.paging.next:
                    todo.append({"id": record, "after": one.paging.next.after})
        return {
            record: [[one, there[one]] for one in sorted(there, key=int)]
            for record, there in found.items()
        }

    def _key(self, stream: Stream, record: str) -> RecordKey:
        return RecordKey(self._client.tool, stream.type, record)

    def _gone(self, stream: Stream, record: str) -> RawRecord:
        return RawRecord(self._key(stream, record), {}, deleted=True)


def merged_ids(own: str, content: Mapping[str, Any]) -> list[str]:
    """Return the ids of the records that were merged into this one. Pure."""
    properties = content.get("properties", {})
    old = str(properties.get("hs_merged_object_ids") or "").split(";")
    timed = str(properties.get("hs_calculated_merged_vids") or "").split(";")
    ids = {one.split(":")[0].strip() for one in (*old, *timed)}
    return sorted((one for one in ids if one.isdecimal() and one != own), key=int)


def content_of(record: answers.Record) -> dict[str, Any]:
    """Keep what `normalise` needs of a record, and nothing that changes without meaning. Pure."""
    properties = {
        name: value
        for name, value in sorted(record.properties.items())
        if value and not is_ours(name)
    }
    if body := properties.pop("hs_task_body", ""):
        properties |= {"hs_task_body": marker} if (marker := only_marker(body)) else {}
    for volatile in ("hs_object_id", "lastmodifieddate", "hs_lastmodifieddate"):
        properties.pop(volatile, None)
    if record.createdAt:
        properties.setdefault("createdate", record.createdAt)
    history = {
        name: sorted(
            ([one.value or "", str(one.timestamp)] for one in past), key=lambda one: one[1]
        )
        for name, past in sorted(record.propertiesWithHistory.items())
        if past
    }
    return {"properties": properties, "history": history}


def is_ours(name: str) -> bool:
    """Say whether we write a property: what it holds is no news about the customer."""
    return name.startswith(OURS) and name not in OVERRIDES


def _is_of(conversion: str, form: str) -> bool:
    """Say whether HubSpot's text for a conversion, `Page title: form name`, names this form."""
    return conversion == form or conversion.endswith(f": {form}")


def _is_primary(to: answers.To) -> bool:
    labelled = any(one.typeId == _PRIMARY_COMPANY for one in to.associationTypes)
    return labelled or to.type == "contact_to_company"


def _millis(at: datetime) -> str:
    return str(to_micros(at) // 1000)
