"""The records of one org, and what every change to one leaves behind.

Nothing here asks whether a change is allowed; that is `writing.py`. Instants are milliseconds,
in whole seconds: Salesforce knows nothing finer.
"""

from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from journeysync.sandbox.salesforce import effects, setup_kinds, standard, standard_more
from journeysync.sandbox.salesforce.ids import make_id, read_id
from journeysync.sandbox.salesforce.schema import Field, Kind, read_kind
from journeysync.sandbox.world import DAY, World

LAG = 4
"""Requests after which a change that commits late can be seen."""
BIN = 15 * DAY
"""So long a deleted record can be found in the bin."""
DATE_BEHIND, STAMP_BEHIND = 1_500, 62_500
"""What is done now is dated a minute before what the clock shows a client, so that a window that
ends with the clock holds it."""
SECOND = 1_000
LEADS = ("Lead", "LeadHistory", "LeadStatus")
FIRST_NUMBER = 62**3 * 36


@dataclass(slots=True)
class Record:
    """One record; fields without a value have none."""

    kind: Kind
    id: str
    values: dict[str, Any]

    @property
    def deleted(self) -> bool:
        return bool(self.values.get("IsDeleted"))

    def get(self, name: str) -> Any:
        return self.values.get(name)


def base_kinds() -> dict[str, Kind]:
    """Read the tables of all kinds."""
    kinds = {}
    for name, prefix, table in (*standard.KINDS, *standard_more.KINDS):
        made = read_kind(name, prefix, table, writable=name not in standard_more.READ_ONLY)
        made.history = standard_more.HISTORIES.get(name, ("", ""))[0]
        kinds[name] = made
    for name, prefix, table, tooling in setup_kinds.KINDS:
        kinds[name] = read_kind(name, prefix, table, tooling=tooling, setup=True, bulk=False)
    for name in ("EntityDefinition", "FieldDefinition", "ValidationRule"):
        kinds[name].writable = False
    for name in ("User", "ListView", "RecordType"):
        kinds[name].tooling = "too"
    effects.formulas(kinds)
    return kinds


_KINDS = base_kinds()


@dataclass
class Switches:
    """What an administrator can turn on or off; `/edit` of `org` does it."""

    person_accounts: bool = False
    multi_currency: bool = False
    leads: bool = True
    without: list[str] = field(default_factory=list)
    """Kinds that this org does not have, such as EmailMessage."""
    api: bool = True
    assignment: bool = True
    """Updating a Lead or Case gives it to the owner the assignment rule names."""
    credentials_user: bool = True
    """The client credentials flow has a user to run as."""
    daily_limit: int = 100_000
    app_limit: int = 0
    """A share of the day's calls for this app alone; 0: none, and nothing is said of it."""
    page: int = 2_000
    """Rows a page: never more than a client asks for, often fewer."""

    def missing(self) -> list[str]:
        return self.without if self.leads else [*self.without, *LEADS]


class Org:
    """One org of Salesforce."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.switches = Switches()
        self.kinds = deepcopy(_KINDS)
        self.given = {name: frozenset(kind.fields) for name, kind in self.kinds.items()}
        self.given_choices = {
            (kind.name, one.name): tuple(one.values)
            for kind in self.kinds.values()
            for one in kind.fields.values()
        }
        self.prefixes = {kind.prefix: name for name, kind in self.kinds.items()}
        self.records: dict[str, dict[str, Record]] = {name: {} for name in self.kinds}
        self.changes = 0
        self.requests = 0
        self.numbers: dict[str, int] = {}
        self.lagging: dict[str, tuple[dict[str, Any] | None, int]] = {}
        """By id: the values as others still see them (None: nothing yet), and until when."""
        self.lag_from: int | None = None
        self.unique: dict[tuple[str, str], dict[str, str]] = {}
        self.ours: dict[str, set[str]] = {}
        """By id: the fields that the user of the API wrote last."""
        self.hidden: set[tuple[str, str]] = set()
        self.grants: dict[tuple[str, str], tuple[bool, bool]] = {}
        self.user = ""
        """The id of the user that the API runs as."""
        self._turn, self._second = "", 0
        self.robot = ""
        """The one that flows run as."""

    # -- time ------------------------------------------------------------------------------

    @property
    def date(self) -> int:
        """What the org's clock shows a client."""
        return self.world.now - DATE_BEHIND

    @property
    def stamp(self) -> int:
        """The instant that what happens now is dated with."""
        return max(_whole(self.world.now - STAMP_BEHIND), self._second)

    def turn(self, who: str) -> None:
        """Let a second pass where people work after the API, or the API after people."""
        if self._turn and who != self._turn:
            self._second = min(self.stamp + SECOND, _whole(self.date) - SECOND)
        self._turn = who

    # -- finding ---------------------------------------------------------------------------

    def kind(self, name: str) -> Kind | None:
        """Find a kind whatever its case."""
        found = self.kinds.get(name)
        if found is None:
            lower = name.lower()
            found = next((one for key, one in self.kinds.items() if key.lower() == lower), None)
        if found is not None and found.name in self.switches.missing():
            return None
        return found

    def of_id(self, number: str | None) -> Record | None:
        """Find the record of an id, whatever kind it is."""
        if not number:
            return None
        name = self.prefixes.get(number[:3])
        return self.records[name].get(number) if name else None

    def rows(self, kind: Kind, *, deleted: bool = False) -> Iterator[Record]:
        """Give what a query sees; with `deleted` also the bin, and what is archived."""
        if kind.rows is not None:
            for values in kind.rows(self):
                yield Record(kind, str(values.get("Id", "")), values)
            return
        for record in list(self.records[kind.name].values()):
            seen = self._visible(record, deleted=deleted)
            if seen is not None:
                yield seen

    def picked(self, kind: Kind, numbers: Iterable[str], *, deleted: bool) -> Iterator[Record]:
        """Give those of a few records that a query sees."""
        held = self.records[kind.name]
        for number in sorted({found for text in numbers if (found := read_id(text))}):
            record = held.get(number)
            seen = self._visible(record, deleted=deleted) if record else None
            if seen is not None:
                yield seen

    def _visible(self, record: Record, *, deleted: bool) -> Record | None:
        seen = self.seen(record) if self.lagging else record
        if seen is None:
            return None
        values = seen.values
        if values.get("IsDeleted"):
            gone = not deleted or values["SystemModstamp"] < self.world.now - BIN
            return None if gone else seen
        return None if not deleted and values.get("IsArchived") else seen

    def seen(self, record: Record) -> Record | None:
        """Show a record as a query sees it now."""
        if record.id not in self.lagging:
            return record
        before = self.lagging[record.id][0]
        return None if before is None else Record(record.kind, record.id, before)

    # -- who sees what ---------------------------------------------------------------------

    def readable(self, kind: Kind, one: Field) -> bool:
        """Say whether the user of the API sees a field."""
        key = (kind.name, one.name)
        if key in self.hidden:
            return False
        return one.name in self.given[kind.name] or self.grants.get(key, (False, False))[0]

    def editable(self, kind: Kind, one: Field) -> bool:
        key = (kind.name, one.name)
        return one.name in self.given[kind.name] or self.grants.get(key, (False, False))[1]

    def regrant(self) -> None:
        """Work out again what permission sets give to the user of the API."""
        assigned = {
            row.values["PermissionSetId"]
            for row in self.records["PermissionSetAssignment"].values()
            if row.values.get("AssigneeId") == self.user
        }
        self.grants.clear()
        for row in self.records["FieldPermissions"].values():
            values = row.values
            if values["ParentId"] not in assigned:
                continue
            key = (values["SobjectType"], str(values["Field"]).partition(".")[2])
            read, edit = self.grants.get(key, (False, False))
            self.grants[key] = (
                read or bool(values.get("PermissionsRead")),
                edit or bool(values.get("PermissionsEdit")),
            )

    # -- changing --------------------------------------------------------------------------

    def number(self, kind: Kind) -> str:
        nth = self.numbers.get(kind.name, FIRST_NUMBER) + 1
        self.numbers[kind.name] = nth
        return make_id(kind.prefix, nth)

    def create(
        self, kind: Kind, values: Mapping[str, Any], at: int | None = None, by: str = ""
    ) -> Record:
        """Add a record, dated `at`."""
        at = self.stamp if at is None else _whole(at)
        number = self.number(kind)
        by = by or self.user
        held = {name: value for name, value in values.items() if value is not None}
        held["Id"] = number
        for name in ("CreatedDate", "LastModifiedDate", "SystemModstamp"):
            if kind.has(name):
                held[name] = at
        for name in ("CreatedById", "LastModifiedById"):
            if kind.has(name):
                held[name] = by
        record = Record(kind, number, held)
        effects.fill(self, record, at)
        self.records[kind.name][number] = record
        self._late(number, None)
        for key in [key for key in self.unique if key[0] == kind.name]:
            self._index(key, record, None)
        self.changes += 1
        if by == self.user:
            self.ours[number] = set(held)
        effects.created(self, record, at, by)
        return record

    def set(
        self,
        record: Record,
        values: Mapping[str, Any],
        at: int | None = None,
        by: str = "",
        *,
        system: bool = False,
    ) -> None:
        """Change values; the record is stamped even where nothing differs.

        `system`: a change nobody made, which moves SystemModstamp alone.
        """
        at = self.stamp if at is None else _whole(at)
        by = by or self.user
        self._late(record.id, dict(record.values))
        before: dict[str, Any] = {}
        for name, value in values.items():
            old = record.values.get(name)
            if old == value:
                continue
            before[name] = old
            if value is None:
                record.values.pop(name, None)
            else:
                record.values[name] = value
            if (record.kind.name, name) in self.unique:
                self._index((record.kind.name, name), record, old)
            self.changes += 1
        self._attribute(record, before, by)
        if not system:
            for name, value in (("LastModifiedDate", at), ("LastModifiedById", by)):
                if record.kind.has(name):
                    record.values[name] = value
        record.values["SystemModstamp"] = max(at, record.values.get("SystemModstamp", at))
        if before:
            effects.changed(self, record, before, at, by)

    def _attribute(self, record: Record, names: Iterable[str], by: str) -> None:
        """Note which fields of a record are ours, and which no longer."""
        if by == self.user:
            self.ours.setdefault(record.id, set()).update(names)
        elif record.id in self.ours:
            self.ours[record.id].difference_update(names)

    def delete(self, record: Record, at: int | None = None, by: str = "") -> None:
        """Put a record into the bin; kinds without one lose it for good."""
        if not record.kind.has("IsDeleted"):
            del self.records[record.kind.name][record.id]
            self.changes += 1
            effects.removed(self, record)
            return
        for name in [name for kind, name in self.unique if kind == record.kind.name]:
            self._index((record.kind.name, name), record, record.get(name), gone=True)
        self.set(record, {"IsDeleted": True}, at, by)

    def forget(self, record: Record) -> None:
        """Empty the bin of one record."""
        self.records[record.kind.name].pop(record.id, None)
        self.lagging.pop(record.id, None)
        self.changes += 1

    # -- uniqueness and lateness -----------------------------------------------------------

    def make_unique(self, kind: Kind, one: Field) -> None:
        """Keep an index of a field whose values must differ, or lead to their record."""
        index: dict[str, str] = {}
        self.unique[kind.name, one.name] = index
        for record in self.records[kind.name].values():
            if not record.deleted and one.name in record.values:
                index[fold(one, record.values[one.name])] = record.id

    def holder(self, kind: Kind, one: Field, value: Any) -> str | None:
        """Give the id of the live record that holds a unique value."""
        return self.unique.get((kind.name, one.name), {}).get(fold(one, value))

    def _index(self, key: tuple[str, str], record: Record, old: Any, *, gone: bool = False) -> None:
        one = record.kind.fields[key[1]]
        index = self.unique[key]
        if old is not None and index.get(fold(one, old)) == record.id:
            del index[fold(one, old)]
        value = record.values.get(key[1])
        if value is not None and not gone:
            index[fold(one, value)] = record.id

    def _late(self, number: str, before: dict[str, Any] | None) -> None:
        if self.lag_from is not None and number not in self.lagging:
            self.lagging[number] = (before, self.lag_from)

    def settle(self, *, all_of_them: bool = False) -> None:
        """Let late commits come through."""
        for number, (_, until) in list(self.lagging.items()):
            if all_of_them or until <= self.requests:
                del self.lagging[number]


def fold(one: Field, value: Any) -> str:
    """Write a value as uniqueness compares it."""
    text = str(value)
    return text if one.case_sensitive else text.lower()


def _whole(at: int) -> int:
    return at - at % 1000
