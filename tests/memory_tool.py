"""A CRM in memory: gives the records it was told, in the batches it was told; remembers writes."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from msgspec import structs

from journeysync.core.models import Event, Link, PersonRecord, RawRecord, Reading, RecordKey
from journeysync.core.ports import (
    Batch,
    ChangedBy,
    FieldSpec,
    Finding,
    Held,
    Outcome,
    OwnerInfo,
    PresentRecord,
    PresentTask,
    Provisioning,
    RecordWrite,
    TaskWrite,
)

START = datetime(2026, 11, 1, 9, tzinfo=UTC)


def contact(
    number: str, *, email: str = "", tool: str = "crm", links: Iterable[str] = (), **more: object
) -> RawRecord:
    """A person record."""
    content = {"email": email, "links": list(links), **more}
    return RawRecord(RecordKey(tool, "contact", number), content)


def happened(
    name: str, person: str, kind: str, hours: float, tool: str = "crm", **attributes: str
) -> RawRecord:
    """An event record of its own; `person` is `tool:id`."""
    content = {"person": person, "kind": kind, "hours": hours, "attributes": attributes}
    return RawRecord(RecordKey(tool, "happening", name), content)


def gone(record: RawRecord) -> RawRecord:
    return structs.replace(record, content={}, deleted=True)


@dataclass
class MemoryTool:
    """Source and Destination."""

    name: str = "crm"
    batches: list[Sequence[RawRecord]] = field(default_factory=list)
    """What the next reading gives; a first reading is full."""
    fields: dict[str, dict[str, str]] = field(default_factory=dict)
    held: dict[str, PresentTask] = field(default_factory=dict)
    calls: int = 0
    complete: bool = False
    streams: tuple[str, ...] = ("all",)
    lag: timedelta = timedelta(0)
    mapping_version: str = "1"
    batch: int = 2
    shows: frozenset[str] = frozenset({"contact", "company"})
    carries: frozenset[str] | None = None

    def emits(self) -> frozenset[str]:
        return frozenset({"form.submitted", "email.sent", "booking.attended", "call.logged",
                          "deal.lost"})  # fmt: skip

    def read(self, stream: str, since: datetime | None, until: datetime) -> Iterator[Batch]:
        assert stream == "all"
        assert since is None or since <= until
        for records in self.batches:
            yield Batch(tuple(records))
        if self.complete:
            yield Batch((), complete=True)

    def normalise(self, record: RawRecord) -> Reading:
        given = record.content
        if record.key.type == "contact":
            links = given.get("links", [])
            assert isinstance(links, list)
            name = record.key.name
            return Reading(
                people=(
                    PersonRecord(
                        record.key.tool, "contact", record.key.id, START,
                        emails=tuple(filter(None, [str(given.get("email", ""))])),
                        first_name=str(given.get("first_name", "Ann")), last_name="Other",
                        company=str(given.get("company", "")),
                    ),
                ),
                links=tuple(Link(name, other, "said so") for other in links),
            )  # fmt: skip
        attributes = given["attributes"]
        assert isinstance(attributes, Mapping)
        at = START + timedelta(hours=float(str(given["hours"])))
        person = str(given["person"])
        name = f"{record.key.tool}:{record.key.id}"
        return Reading(
            events=(
                Event(name, record.key.tool, str(given["kind"]), at, person,
                      "form", record.key.id, dict(attributes)),
            )
        )  # fmt: skip

    def check(self) -> Sequence[Finding]:
        return ()

    # --- Destination -----------------------------------------------------------------------------

    def present(
        self, object_type: str, ids: Sequence[str], fields: Sequence[str], *, history: bool = False
    ) -> list[PresentRecord]:
        assert object_type in ("contact", "company")
        by: ChangedBy = "person" if history else "unknown"
        return [
            PresentRecord(
                one, one,
                {name: Held(self.fields.get(one, {}).get(name, ""), None, by) for name in fields},
            )
            for one in ids
        ]  # fmt: skip

    def tasks(self, *, keys: Sequence[str] = (), ids: Sequence[str] = ()) -> list[PresentTask]:
        return [task for key, task in self.held.items() if key in keys or task.id in ids]

    def owners(self) -> Sequence[OwnerInfo]:
        return ()

    def write_records(self, rows: Sequence[RecordWrite]) -> list[Outcome]:
        self.calls += 1
        for row in rows:
            self.fields.setdefault(row.id, {}).update(row.values)
        return [Outcome(row.id, "done", row.id) for row in rows]

    def create_tasks(self, rows: Sequence[TaskWrite]) -> list[Outcome]:
        self.calls += 1
        for row in rows:
            assert row.key not in self.held
            task = PresentTask(f"t{len(self.held)}", row.key, "open", row.due)
            self.held[row.key] = task
        return [Outcome(row.key, "done", self.held[row.key].id) for row in rows]

    def change_tasks(self, rows: Sequence[TaskWrite]) -> list[Outcome]:
        self.calls += 1
        for row in rows:
            task = self.held[row.key]
            if row.close_because is not None:
                task = replace(task, status="completed", closed_by_us=True)
            if row.reopen:
                task = replace(task, status="open", closed_by_us=False)
            self.held[row.key] = replace(task, due=row.due or task.due)
        return [Outcome(row.key, "done", row.id) for row in rows]

    def provision(
        self,
        object_types: Sequence[str],
        specs: Sequence[FieldSpec],
        *,
        dry_run: bool,
        remove: bool,
    ) -> list[Provisioning]:
        raise AssertionError(f"nobody provisions {object_types} {specs} {dry_run} {remove}")

    def check_writing(
        self, object_types: Sequence[str], fields: Sequence[str]
    ) -> Sequence[Finding]:
        raise AssertionError(f"nobody checks {object_types} {fields}")

    def record_url(self, object_type: str, record_id: str) -> str:
        return f"memory://{object_type}/{record_id}"
