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
from journeysync.connectors.hubspot.contents import (
    Shape,
    content_of,
    conversions,
    is_ours,
    shown_of,
    told_by_forms,
)
from journeysync.connectors.hubspot.links import Links
from journeysync.connectors.hubspot.mapping import FieldMapping
from journeysync.connectors.hubspot.merges import ALL_IDS, MERGES, Merges, merged_ids
from journeysync.connectors.hubspot.streams import (
    PEOPLE,
    STREAMS,
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
        self._links = Links(client, must_have_lines=bool(own.deals.lines))
        self._shapes: dict[str, Shape] = {}
        self._merges = Merges()

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
        if stream.name == PEOPLE:
            self._merges.begin(None)
        yield Batch(tuple(self._undefined(stream)))
        for some in chunks(self._listed(stream, archived=False), _LINKS):
            yield Batch(tuple(self._raw(stream, some)))
        yield Batch(tuple(self._archived(stream, None)), complete=True)

    def changed(self, stream: Stream, since: datetime, until: datetime) -> Iterator[Batch]:
        """Yield what changed in [since, until), what went away, and what hangs elsewhere now."""
        if stream.name == PEOPLE:
            self._merges.begin(since)
        yield Batch(tuple(self._undefined(stream)))
        moved = self._moved(stream, since, until)
        for ids in chunks(self._changed_ids(stream, since, until), _LINKS):
            moved.difference_update(ids)
            yield Batch(tuple(self._by_id(stream, ids)))
        for ids in chunks(sorted(moved, key=int), _LINKS):
            yield Batch(tuple(self._by_id(stream, ids)))
        yield Batch(tuple(self._archived(stream, since)))

    def _moved(self, stream: Stream, since: datetime, until: datetime) -> set[str]:
        """Name what hangs on contacts that others were merged into: it bears no new time."""
        kept = self._survivors(since, until) if PEOPLE in stream.links else []
        links = self._links.of(PEOPLE, stream.name, kept) if kept else {}
        return {one for hanging in links.values() for one, _ in hanging}

    def _survivors(self, since: datetime, until: datetime) -> list[str]:
        """Name the contacts that others were merged into since an instant.

        The contacts that this run has read tell, unless an earlier run was cut off after them.
        """
        if not self._merges.known_from(since):
            self._merges.begin(since)
            people = STREAMS[PEOPLE]
            for ids in chunks(self._changed_ids(people, since, until), _LINKS):
                for _ in self._by_id(people, ids):
                    pass  # `_raw` notes what each of them tells
        return self._merges.survivors(since)

    def submitted(self, since: datetime | None, until: datetime) -> Iterator[Batch]:
        """Yield what was sent with forms since an instant, or all of it.

        All of it after a merge, too: whose a submission is goes by the address, and HubSpot lists
        submissions by the form alone.
        """
        if since is not None and self._survivors(since, until):
            since = None
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
        asked = {"properties": ",".join(("hs_object_id", *MERGES))}
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
                # Those that were merged into it before are nowhere else to be found.
                for old in merged_ids(record.id, {"properties": record.properties}):
                    yield self._gone(stream, old)

    # --- raw records ---------------------------------------------------------------------------

    def _raw(self, stream: Stream, records: Iterable[answers.Record]) -> Iterator[RawRecord]:
        """Put together all that `normalise` will need, and nothing that changes by itself."""
        unique = {record.id: record for record in records}
        ids = list(unique)
        links = [(other, self._links.of(stream.name, other, ids)) for other in stream.links]
        lines = self._links.lines(ids) if stream.name == "deals" else {}
        shape, tool, people = self._shape(stream), self._client.tool, stream.name == PEOPLE
        for number, record in unique.items():
            content = content_of(record, shape)
            for other, found in links:
                content[other] = found.get(number, ())
            if stream.stage:
                content["stages"] = self._stages_of(stream, content)
            if people and (names := conversions(content)):
                content["listed"] = told_by_forms(names, self.forms())
            if number in lines:
                content["lines"] = lines[number]
            if people:
                self._merges.note(number, content)
                if content["properties"].get(ALL_IDS) == number:
                    del content["properties"][ALL_IDS]  # as nearly every contact's
            key = RecordKey(tool, stream.type, number)
            yield RawRecord(key, content, shown=shown_of(record, shape))
            for old in merged_ids(number, content):
                yield self._gone(stream, old)

    def _shape(self, stream: Stream) -> Shape:
        if stream.name not in self._shapes:
            defined = self.definitions(stream.name)
            self._shapes[stream.name] = Shape.of(
                defined,
                mapped(stream, self._mapping),
                opt_outs(stream, self._mapping, defined),
            )
        return self._shapes[stream.name]

    def _stages_of(self, stream: Stream, content: Mapping[str, Any]) -> dict[str, Any]:
        known = self._known_stages(stream.name)
        had = [value for value, _at in content["history"].get(stream.stage, [])]
        names = sorted({*had, content["properties"].get(stream.stage, "")})
        return {name: known[name] for name in names if name in known}

    def _key(self, stream: Stream, record: str) -> RecordKey:
        return RecordKey(self._client.tool, stream.type, record)

    def _gone(self, stream: Stream, record: str) -> RawRecord:
        return RawRecord(self._key(stream, record), {}, deleted=True)


def _millis(at: datetime) -> str:
    return str(to_micros(at) // 1000)
