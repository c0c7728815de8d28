"""HubSpot: the CRM that is both read and written.

Reads contacts, companies, deals and what is logged on them; writes our own properties and tasks.
The one surprising fact: whatever we write also changes the record's modification time, so our own
echo comes back with the next reading; it is the same content, and no event.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta

from journeysync.connectors.http import LacksScope, Refused
from journeysync.connectors.hubspot import check, normalise
from journeysync.connectors.hubspot.check_writing import check_writing
from journeysync.connectors.hubspot.client import Client
from journeysync.connectors.hubspot.mapping_file import read_mapping
from journeysync.connectors.hubspot.provision import Provisioner
from journeysync.connectors.hubspot.read import Reader
from journeysync.connectors.hubspot.settings import Settings, read_settings
from journeysync.connectors.hubspot.streams import OF_TYPE, OPTIONAL, STREAMS, SUBMISSIONS
from journeysync.connectors.hubspot.tasks import Tasks
from journeysync.connectors.hubspot.write import Writer
from journeysync.core.models import RawRecord, Reading
from journeysync.core.ports import (
    Batch,
    FieldSpec,
    Finding,
    Outcome,
    OwnerInfo,
    PresentRecord,
    PresentTask,
    Provisioning,
    RecordWrite,
    TaskWrite,
    ToolSetup,
)

LAG = timedelta(minutes=5)
"""A search knows a change "a few moments" later; nobody says how many."""

BATCH = 100


class HubSpot:
    """One portal, as `Source` and `Destination`."""

    batch = BATCH
    shows = frozenset({"contact", "company"})
    carries: frozenset[str] | None = None
    lag = LAG
    streams = (*STREAMS, SUBMISSIONS)

    def __init__(
        self,
        setup: ToolSetup,
        settings: Settings,
        *,
        sleep: Callable[[float], None] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
        today: Callable[[], date] = lambda: datetime.now(UTC).date(),
    ) -> None:
        self._today = today
        self.name = setup.name
        self._zone = setup.timezone
        self._mapping, self._own_mapping = read_mapping(setup.folder, settings.mapping)
        self._settings = settings
        self._client = Client(setup.name, settings, sleep=sleep, monotonic=monotonic)
        self._reader = Reader(self._client, self._mapping, self._own_mapping)
        self._writer = Writer(self._client)
        self._tasks = Tasks(self._client)
        self._provisioner = Provisioner(self._client)
        self.mapping_version = f"{self._mapping.version}-{self._zone}"

    # --- Source --------------------------------------------------------------------------------

    def emits(self) -> frozenset[str]:
        """Return the event kinds that records can give under the mapping."""
        return self._mapping.kinds()

    def gives(self, stream: str) -> frozenset[str]:
        """Return the event kinds that one stream can give under the mapping."""
        return self._mapping.gives(stream)

    def read(self, stream: str, since: datetime | None, until: datetime) -> Iterator[Batch]:
        """Yield everything, or what changed in [since, until), tombstones included.

        What only some portals have, or the key may not read, is said to be withheld, unless the
        workspace's own mapping asks for it.
        """
        batches = self._batches(stream, since, until)
        if stream not in OPTIONAL or self._own_mapping.asks_for(stream):
            yield from batches
            return
        given = False
        try:
            for batch in batches:
                given = given or bool(batch.records)
                yield batch
        except (LacksScope, Refused) as error:
            # A portal without tickets refuses their name; one that had them means something else.
            if given or (isinstance(error, Refused) and since is not None):
                raise
            yield Batch((), withheld=f"{stream} are left out: {error}")

    def _batches(self, stream: str, since: datetime | None, until: datetime) -> Iterator[Batch]:
        if stream == SUBMISSIONS:
            return self._reader.submitted(since, until)
        wanted = STREAMS[stream]
        if since is None:
            return self._reader.full(wanted)
        return self._reader.changed(wanted, since, until)

    def normalise(self, record: RawRecord) -> Reading:
        """Say what a raw record means. Pure."""
        return normalise.normalise(record, self._mapping, self._zone)

    def check(self) -> Sequence[Finding]:
        """Look at key, scopes, properties, quota, and at what no mapping names."""
        look = check.Look(self._client, self._reader, self._mapping, self._own_mapping)
        return check.check(look, self._settings, self._today())

    def told(self) -> datetime | None:
        """What time HubSpot's last answer said it was."""
        return self._client.caller.told

    # --- Destination ---------------------------------------------------------------------------

    def present(
        self, object_type: str, ids: Sequence[str], fields: Sequence[str], *, history: bool = False
    ) -> list[PresentRecord]:
        """Read our properties of these records by id."""
        return self._writer.present(OF_TYPE[object_type].name, ids, fields, history=history)

    def tasks(self, *, keys: Sequence[str] = (), ids: Sequence[str] = ()) -> list[PresentTask]:
        """Find tasks by our key or by id."""
        return self._tasks.find(keys=keys, ids=ids)

    def owners(self) -> Sequence[OwnerInfo]:
        """List who can own records and tasks, inactive ones included."""
        return self._tasks.owners()

    def write_records(self, rows: Sequence[RecordWrite]) -> list[Outcome]:
        """Write our properties of at most `batch` records."""
        return self._writer.write(rows)

    def create_tasks(self, rows: Sequence[TaskWrite]) -> list[Outcome]:
        """Create at most `batch` tasks with what they hang on."""
        return self._tasks.create(rows)

    def change_tasks(self, rows: Sequence[TaskWrite]) -> list[Outcome]:
        """Change or close at most `batch` tasks."""
        return self._tasks.change(rows)

    def provision(
        self,
        object_types: Sequence[str],
        specs: Sequence[FieldSpec],
        *,
        dry_run: bool,
        remove: bool,
    ) -> list[Provisioning]:
        """Make our properties, or take them away."""
        streams = [OF_TYPE[one].name for one in object_types]
        if remove:
            return self._provisioner.remove(streams, specs, dry_run=dry_run)
        return self._provisioner.make(streams, specs, dry_run=dry_run)

    def check_writing(
        self, object_types: Sequence[str], fields: Sequence[str]
    ) -> Sequence[Finding]:
        """Look at our properties, and whether the key may write."""
        return list(check_writing(self._client, self._reader, object_types, fields))

    def record_url(self, object_type: str, record_id: str) -> str:
        """Say where a person sees the record."""
        return self._writer.record_url(object_type, record_id)

    @property
    def calls(self) -> int:
        """How many requests were sent so far."""
        return self._client.caller.calls


def make(setup: ToolSetup) -> HubSpot:
    """Make the connector of a tool. Sends no request."""
    return HubSpot(setup, read_settings(setup))
