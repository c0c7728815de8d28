"""The seams: what the core asks of the outside world.

A connector implements `Source`, a CRM also `Destination`, a shop that shows stages `Display`. It
never decides, it reads and obeys.
Every method may raise the errors of `core.errors` and nothing else: no exception of a vendor's
package leaves a connector. No method retries on its own account what `connectors.http` retries.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal, Protocol, runtime_checkable

from journeysync.core.models import RawRecord, Reading, RecordKey


@dataclass(frozen=True, slots=True)
class ToolSetup:
    """What a connector is made from; `journeysync.connectors.registry.make` takes it."""

    name: str
    """The tool's name in the workspace."""
    settings: Mapping[str, Any]
    """Its keys in `journeysync.yaml` and its secrets (as `pydantic.SecretStr`), lower case."""
    folder: Path
    """The workspace folder: relative paths in settings start here."""
    timezone: str = "UTC"
    """The workspace's zone, for local times that name none."""
    region: str | None = None
    currency: str | None = None
    """The workspace's currency: amounts in another one are never called `amount`."""


# --- reading ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Batch:
    """A part of a stream that can be stored on its own."""

    records: tuple[RawRecord, ...]
    complete: bool = False
    """True on the last batch of a full read: records of the stream not seen in it are gone."""
    withheld: str = ""
    """Why the tool does not give this stream to us, as a sentence: no record came before it, none
    comes after it, and the kinds that only this stream gives are not promised."""
    listed: Mapping[RecordKey, str] = field(default_factory=dict)
    """What a list showed and was not read itself, with its mark. Those of which another mark is
    stored, or nothing, are read by `Rereads.reread`; the others are seen as they are."""
    window: "Window | None" = None
    """On the last batch: what was seen is all there is in this window of `RawRecord.listed_at`, and
    what is stored of it and was not seen is gone; `complete` then speaks of the window too."""
    still: frozenset[RecordKey] | None = None
    """The keys of all records that the stream has now, from a look at ids alone in a reading of
    changes: stored records that are not among them are gone. None: no such look was taken."""


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of a list, its beginning included, its end not; None is without end."""

    start: datetime | None = None
    end: datetime | None = None


class Source(Protocol):
    """A tool that saw what happened."""

    name: str
    """The tool's name in the workspace; the first part of `tool:id`."""
    streams: tuple[str, ...]
    """What is read one after the other, each with a watermark of its own."""
    lag: timedelta
    """How long a change may stay invisible: watermarks are set back by it. Looked at after each
    stream: it is longer where the tool's clock turned out to be behind."""
    mapping_version: str
    """Changes with the mapping and the normaliser: stored records are then normalised again."""

    def emits(self) -> frozenset[str]:
        """Return the event kinds that this tool can give under its mapping."""
        ...

    def read(self, stream: str, since: datetime | None, until: datetime) -> Iterator[Batch]:
        """Yield what changed in [since, until), or everything when `since` is None.

        In any order, a record possibly twice; reading again gives the same records. The watermark
        moves only after the last batch was stored. Deleted, archived and merged-away records come
        as tombstones.
        """
        ...

    def normalise(self, record: RawRecord) -> Reading:
        """Say what a raw record means under the mapping. Pure: no input or output."""
        ...

    def check(self) -> "Sequence[Finding]":
        """Look at credentials, scopes, fields, clock and quota with a few cheap calls."""
        ...


@runtime_checkable
class PartlyGiven(Protocol):
    """A source some of whose streams a tool may withhold."""

    def gives(self, stream: str) -> frozenset[str]:
        """Return the event kinds that one stream can give under the mapping."""
        ...


@runtime_checkable
class TellsTime(Protocol):
    """A source that says what time its tool has."""

    def told(self) -> datetime | None:
        """Return the time of the tool's last answer; None where it said none."""
        ...


@runtime_checkable
class Rereads(Protocol):
    """A source whose lists tell what changed without a filter for it: see `Batch.listed`."""

    def reread(self, stream: str, keys: Sequence[RecordKey]) -> Iterator[Batch]:
        """Yield these records as they are now; called right after the reading that listed them."""
        ...


@runtime_checkable
class Resumes(Protocol):
    """A source that goes on from what is stored: its tool gives a token, or marks to compare."""

    def resume(self, stream: str, marks: Mapping[RecordKey, str]) -> None:
        """Take the marks of all stored records of a stream; called right before `read`."""
        ...


@runtime_checkable
class Remembers(Protocol):
    """A source whose records forget: what they showed before is part of what they mean."""

    def remember(self, record: RawRecord, before: Mapping[str, object], now: datetime) -> RawRecord:
        """Carry over what is stored of a record, seen again at `now`. Pure.

        A record that did not change comes out as it is stored.
        """
        ...


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of `journeysync check`."""

    level: Literal["ok", "note", "warning", "error"]
    what: str
    next_step: str = ""
    exit_code: int = 0
    """4 for credentials and scopes, 3 for a tool that is down, 2 for what a person wrote."""


# --- what a CRM holds and what we want it to hold ----------------------------------------------

ChangedBy = Literal["us", "person", "automation", "unknown"]


@dataclass(frozen=True, slots=True)
class Held:
    """A field's value in the CRM now."""

    value: str
    """Text; empty when the field is empty. Instants ISO 8601 `…Z`, dates `YYYY-MM-DD`."""
    at: datetime | None = None
    by: ChangedBy = "unknown"


@dataclass(frozen=True, slots=True)
class PresentRecord:
    """What a CRM record holds now, in our fields."""

    asked: str
    """The id that was asked for."""
    id: str
    """The id the CRM answered with: another one after a merge; empty when the record is gone."""
    fields: Mapping[str, Held] = field(default_factory=dict)
    """Without those that the tool does not show: they are missing there, or hidden from us."""


@dataclass(frozen=True, slots=True)
class PresentTask:
    """What a CRM task holds now."""

    id: str
    key: str
    status: Literal["open", "completed", "deleted"]
    due: datetime | None = None
    owner: str = ""
    subject: str = ""
    closed_by_us: bool = False


@dataclass(frozen=True, slots=True)
class RecordWrite:
    """New values for our fields of one record; an empty text empties the field."""

    object_type: str
    id: str
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class TaskWrite:
    """A task to create (`id` empty) or to change; None leaves a part as it is."""

    key: str
    id: str = ""
    subject: str | None = None
    body: str | None = None
    due: datetime | None = None
    owner: str | None = None
    """The CRM's owner id; empty: nobody."""
    priority: Literal["low", "medium", "high"] | None = None
    close_because: str | None = None
    """Closes the task as ours: its completion is then no `task.completed` event."""
    touchpoint: str = ""
    anchor: str = ""
    about: tuple[tuple[str, str], ...] = ()
    """(object type, id) of the records the task hangs on; the person first."""
    reopen: bool = False
    """Opens a task again that we had closed."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A row's answer. A row without an answer is `unknown`: it is read back before the next try."""

    key: str
    """The record id of a `RecordWrite`, the key of a `TaskWrite`."""
    status: Literal["done", "failed", "unknown"]
    id: str = ""
    """The id of the record or task as the CRM gives it."""
    code: str = ""
    message: str = ""
    """A whole sentence with the next step, without personal data."""
    temporary: bool = False
    """True when the next run should simply try again."""


@dataclass(frozen=True, slots=True)
class OwnerInfo:
    """Somebody who can be given a task."""

    id: str
    email: str
    active: bool = True


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One field that journeysync keeps in a CRM."""

    name: str
    label: str
    description: str
    kind: Literal["choice", "text", "instant", "number", "date"]
    options: tuple[tuple[str, str], ...] = ()
    """(value, label) of a choice, in order."""
    guidance: tuple[tuple[str, str], ...] = ()
    """(value, text): what a person should do while a record holds that value."""


@dataclass(frozen=True, slots=True)
class Provisioning:
    """One thing that `provision` makes or takes away, or a step a person must click."""

    what: str
    action: Literal["create", "change", "keep", "remove", "click"]


@runtime_checkable
class TakesBulk(Protocol):
    """A CRM that takes very many records in another way than some."""

    bulk_from: int
    """From so many rows of one type on."""
    bulk_batch: int
    """How many rows one such writing takes, in place of `batch`."""


class Display(Protocol):
    """A tool whose records show the stage: a CRM, or a shop that keeps no tasks."""

    name: str
    batch: int
    """How many rows one writing call takes."""
    shows: frozenset[str]
    """The types of records that can hold our fields: of people as in `PersonRecord.type`, and
    `company`."""
    carries: frozenset[str] | None
    """Our fields that its records can hold; None: all of them."""

    def present(
        self, object_type: str, ids: Sequence[str], fields: Sequence[str], *, history: bool = False
    ) -> list[PresentRecord]:
        """Read our fields of these records by id, never through an index that lags.

        With `history`, `Held.at` and `Held.by` say when and by whom a value was last changed.
        """
        ...

    def write_records(self, rows: Sequence[RecordWrite]) -> list[Outcome]:
        """Write at most `batch` rows of one object type with as few calls as possible."""
        ...

    def provision(
        self,
        object_types: Sequence[str],
        specs: Sequence[FieldSpec],
        *,
        dry_run: bool,
        remove: bool,
    ) -> list[Provisioning]:
        """Make the fields and what they need; additive, and nothing when all is there."""
        ...

    def check_writing(
        self, object_types: Sequence[str], fields: Sequence[str]
    ) -> Sequence[Finding]:
        """Look whether these fields are there and may be written, by calls that change nothing.

        Asked only where the workspace writes to this tool.
        """
        ...

    def record_url(self, object_type: str, record_id: str) -> str:
        """Say where a person sees the record, or nothing where that is unknown."""
        ...

    @property
    def calls(self) -> int:
        """How many requests were sent so far."""
        ...


@runtime_checkable
class Destination(Display, Protocol):
    """A CRM: shows stages and keeps tasks."""

    def tasks(self, *, keys: Sequence[str] = (), ids: Sequence[str] = ()) -> list[PresentTask]:
        """Find tasks by our key or by id, deleted ones included where the CRM tells."""
        ...

    def owners(self) -> Sequence[OwnerInfo]:
        """List who can own records and tasks."""
        ...

    def create_tasks(self, rows: Sequence[TaskWrite]) -> list[Outcome]:
        """Create at most `batch` tasks with their associations in one call.

        A key that exists already is answered `done` with the id of the task that has it.
        """
        ...

    def change_tasks(self, rows: Sequence[TaskWrite]) -> list[Outcome]:
        """Change or close at most `batch` tasks."""
        ...
