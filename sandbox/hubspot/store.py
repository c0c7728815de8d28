"""The records of the pretend portal: values, their history, links, archive, aliases.

Obeys; what is allowed is decided by `validation.py`. Every change is stamped by the caller.
"""

from bisect import bisect_left, insort
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from journeysync.sandbox.hubspot.kinds import INVERSE, KINDS, Kind
from journeysync.sandbox.world import DAY, iso

KEPT_AFTER_ARCHIVING = 90 * DAY
# What logging an activity changes on the records it is linked to.
CONTACTED = frozenset({"calls", "emails", "meetings", "communications"})
FIRST_IDS = {
    # Contacts cross from five to six digits: ids are numbers, and sorting them as text is wrong.
    "contacts": 99_951,
    "companies": 8_000_001,
    "deals": 21_000_001,
    "tickets": 31_000_001,
    "meetings": 41_000_001,
    "calls": 42_000_001,
    "emails": 43_000_001,
    "communications": 44_000_001,
    "notes": 45_000_001,
    "tasks": 46_000_001,
    "leads": 51_000_001,
    "line_items": 52_000_001,
    "feedback_submissions": 53_000_001,
    "users": 60_000_001,
}


class Stamp(NamedTuple):
    """When a change was made, and by what."""

    at: int
    source: str = "CRM_UI"
    source_id: str = ""
    user: int | None = None


class Version(NamedTuple):
    value: str
    stamp: Stamp


class Record:
    """One object. `history` holds only what changed after birth: most values never do."""

    __slots__ = ("archived_at", "born", "history", "id", "kind", "links", "values")

    def __init__(self, kind: Kind, number: int, born: Stamp) -> None:
        self.kind = kind
        self.id = number
        self.born = born
        self.values: dict[str, str] = {}
        self.history: dict[str, list[Version]] = {}
        self.links: dict[str, dict[int, tuple[int, ...]]] = {}
        self.archived_at: int | None = None

    def versions(self, name: str) -> list[Version]:
        """List a property's versions, oldest first."""
        if name in self.history:
            return self.history[name]
        value = self.values.get(name)
        return [] if value is None else [Version(value, self.born)]


class Store:
    """Everything in the portal."""

    def __init__(self) -> None:
        self.records: dict[str, dict[int, Record]] = {name: {} for name in KINDS}
        self.ids: dict[str, list[int]] = {name: [] for name in KINDS}
        """Sorted, archived included; ids that are gone for good stay and are skipped."""
        self.next_id = dict(FIRST_IDS)
        self.aliases: dict[str, dict[int, int]] = {name: {} for name in KINDS}
        self.unique: dict[tuple[str, str], dict[str, int]] = {("contacts", "email"): {}}
        self.changes = 0
        """Grows with every change that a snapshot would show."""
        self.version = 0
        """Grows with everything that could change what a search finds."""
        self.lagging: dict[tuple[str, int], tuple[dict[str, str] | None, int]] = {}
        """What the search index still believes: old values (None: not there), until request n."""
        self.visible_from: int | None = None
        """Request number from which changes made now are found; None: at once."""

    # -- reading ---------------------------------------------------------------------------

    def get(self, kind: Kind, number: int) -> Record | None:
        """Find a record by its id or by the id of one that was merged into it."""
        seen = self.aliases[kind.name].get(number, number)
        return self.records[kind.name].get(seen)

    def by_unique(self, kind: Kind, name: str, value: str) -> Record | None:
        number = self.unique.get((kind.name, name), {}).get(value.strip().lower())
        return None if number is None else self.records[kind.name].get(number)

    def walk(self, kind: Kind, start: int, *, archived: bool, now: int) -> Iterator[Record]:
        """Go through the records from an id on, in the order of ids."""
        ids, records = self.ids[kind.name], self.records[kind.name]
        for index in range(bisect_left(ids, start), len(ids)):
            record = records.get(ids[index])
            if record is None or (record.archived_at is not None) is not archived:
                continue
            if archived and now - (record.archived_at or 0) > KEPT_AFTER_ARCHIVING:
                continue
            yield record

    # -- changing --------------------------------------------------------------------------

    def create(
        self, kind: Kind, values: Mapping[str, str], stamp: Stamp, number: int | None = None
    ) -> Record:
        """Add a record with its first values."""
        if number is None:
            number = self.next_id[kind.name]
        self.next_id[kind.name] = max(self.next_id[kind.name], number + 1)
        record = Record(kind, number, stamp)
        self._remember(record, new=True)
        at = iso(stamp.at)
        record.values = {name: value for name, value in values.items() if value != ""}
        record.values[kind.created] = at
        record.values[kind.modified] = at
        record.values["hs_object_id"] = str(number)
        record.values.setdefault("hs_object_source", stamp.source)
        record.values.setdefault("hs_object_source_label", stamp.source)
        if stamp.source_id:
            record.values.setdefault("hs_object_source_id", stamp.source_id)
        self.records[kind.name][number] = record
        ids = self.ids[kind.name]
        if ids and ids[-1] > number:
            insort(ids, number)
        else:
            ids.append(number)
        for name in self._unique_of(kind):
            self._index(record, name, None)
        self.changes += 1
        return record

    def set(self, record: Record, values: Mapping[str, str], stamp: Stamp) -> None:
        """Change values; the record counts as touched even where nothing differs."""
        self._remember(record)
        for name, value in values.items():
            old = record.values.get(name, "")
            if old == value:
                continue
            if name not in record.history:
                record.history[name] = record.versions(name)
            record.history[name].append(Version(value, stamp))
            if value == "":
                record.values.pop(name, None)
            else:
                record.values[name] = value
            self._index(record, name, old)
            self.changes += 1
        self.touch(record, stamp.at)

    def touch(self, record: Record, at: int) -> None:
        """Bump the instant of the last change; it never goes back."""
        self._remember(record)
        modified = record.kind.modified
        record.values[modified] = max(record.values.get(modified, ""), iso(at))

    def archive(self, record: Record, at: int) -> None:
        if record.archived_at is None:
            self._remember(record)
            record.archived_at = at
            for name in self._unique_of(record.kind):
                self._index(record, name, record.values.get(name), gone=True)
            self.changes += 1

    def forget(self, record: Record) -> None:
        """Delete for good: neither listed as archived nor found by its id."""
        for name in self._unique_of(record.kind):
            self._index(record, name, record.values.get(name), gone=True)
        for kind, others in list(record.links.items()):
            for other in list(others):
                self.unlink(record, self.records[kind][other])
        del self.records[record.kind.name][record.id]
        self.lagging.pop((record.kind.name, record.id), None)
        self.changes += 1
        self.version += 1

    def link(self, one: Record, two: Record, *types: int) -> None:
        """Link two records, on both sides; types that are there already change nothing."""
        for here, there, numbers in (
            (one, two, types),
            (two, one, tuple(INVERSE[number] for number in types)),
        ):
            held = here.links.setdefault(there.kind.name, {})
            before = held.get(there.id, ())
            after = (
                (*before, *(number for number in numbers if number not in before))
                if before
                else numbers
            )
            if after != before:
                held[there.id] = after
                self.changes += 1
                self.version += 1

    def unlink(self, one: Record, two: Record, *types: int) -> None:
        """Take links away; without types all of them."""
        for here, there, numbers in (
            (one, two, types),
            (two, one, tuple(INVERSE[number] for number in types)),
        ):
            held = here.links.get(there.kind.name, {})
            before = held.get(there.id, ())
            after = tuple(number for number in before if numbers and number not in numbers)
            if after == before:
                continue
            if after:
                held[there.id] = after
            else:
                del held[there.id]
            self.changes += 1
            self.version += 1

    def logged(self, activity: Record, record: Record, at: int) -> None:
        """Let an activity leave its marks on a record, as HubSpot's own bookkeeping does."""
        if record.kind.activity:
            return
        record.values["notes_last_updated"] = iso(at)
        if activity.kind.name in CONTACTED:
            record.values["notes_last_contacted"] = iso(at)
        self.touch(record, at)

    # -- uniqueness and the search index ---------------------------------------------------

    def make_unique(self, kind: Kind, name: str) -> None:
        """Index a property whose values must differ."""
        index = self.unique.setdefault((kind.name, name), {})
        for record in self.records[kind.name].values():
            if record.archived_at is None and name in record.values:
                index[record.values[name].strip().lower()] = record.id

    def _unique_of(self, kind: Kind) -> list[str]:
        wanted = kind.name
        return [name for owner, name in self.unique if owner == wanted]

    def _index(self, record: Record, name: str, old: str | None, *, gone: bool = False) -> None:
        index = self.unique.get((record.kind.name, name))
        if index is None:
            return
        if old and index.get(old.strip().lower()) == record.id:
            del index[old.strip().lower()]
        if not gone and record.values.get(name):
            index[record.values[name].strip().lower()] = record.id

    def _remember(self, record: Record, *, new: bool = False) -> None:
        self.version += 1
        if self.visible_from is None:
            return
        key = (record.kind.name, record.id)
        held = self.lagging.get(key)
        old = held[0] if held else (None if new else dict(record.values))
        self.lagging[key] = (old, self.visible_from)

    def settle(self, request: int | None) -> None:
        """Let the search index catch up; None: with everything."""
        due = [
            key for key, (_, until) in self.lagging.items() if request is None or until <= request
        ]
        for key in due:
            del self.lagging[key]
        self.version += bool(due)

    def indexed(self, kind: Kind) -> Iterator[tuple[Record, dict[str, str]]]:
        """Give what a search sees: live records with the values the index holds."""
        records = self.records[kind.name]
        lag = {
            number: old for (name, number), (old, _) in self.lagging.items() if name == kind.name
        }
        for number in self.ids[kind.name]:
            record = records.get(number)
            if record is None:
                continue
            if number in lag:
                old = lag[number]
                if old is not None:
                    yield record, old
            elif record.archived_at is None:
                yield record, record.values


def spread(results: list[Any], key: str = "id") -> list[Any]:
    """Put results in an order that is neither that of the input nor random."""
    return sorted(results, key=lambda row: (int(row[key]) * 2_654_435_761) % 4_294_967_296)
