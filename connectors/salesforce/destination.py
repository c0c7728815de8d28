"""Salesforce as a CRM that shows stages and tasks: the half of the connector that writes.

Obeys and decides nothing. Nothing is loaded or sent before it is asked for.
"""

from collections.abc import Sequence

from journeysync.connectors.salesforce.bulk_ingest import ROWS
from journeysync.connectors.salesforce.changes import Changes
from journeysync.connectors.salesforce.check_writing import check_writing
from journeysync.connectors.salesforce.client import Client
from journeysync.connectors.salesforce.collections import BATCH, Rules
from journeysync.connectors.salesforce.holdings import Holdings
from journeysync.connectors.salesforce.names import OBJECTS, PREFIXES
from journeysync.connectors.salesforce.provision import Provisioner
from journeysync.connectors.salesforce.tasks import Tasks
from journeysync.connectors.salesforce.write import Writer
from journeysync.core.ports import (
    FieldSpec,
    Finding,
    Outcome,
    OwnerInfo,
    PresentRecord,
    PresentTask,
    Provisioning,
    RecordWrite,
    TaskWrite,
)


class Shows:
    """One org as `Destination`."""

    batch = BATCH
    bulk_batch = ROWS
    shows = frozenset({"contact", "lead", "company"})
    carries: frozenset[str] | None = None

    def __init__(self, client: Client, zone: str) -> None:
        self._client = client
        self.bulk_from = client.settings.bulk_from
        self._changes = Changes(client, client.settings.automation_users)
        rules = Rules(client)
        self._holdings = Holdings(client, self._changes)
        self._writer = Writer(client, self._holdings, rules)
        self._tasks = Tasks(client, rules, zone)
        self._provisioner = Provisioner(client, self._changes)

    def present(
        self, object_type: str, ids: Sequence[str], fields: Sequence[str], *, history: bool = False
    ) -> list[PresentRecord]:
        """Read our fields of these records by id."""
        return self._holdings.present(object_type, ids, fields, history=history)

    def tasks(self, *, keys: Sequence[str] = (), ids: Sequence[str] = ()) -> list[PresentTask]:
        """Find tasks by our key or by id."""
        return self._tasks.find(keys=keys, ids=ids)

    def owners(self) -> Sequence[OwnerInfo]:
        """List who can own records and tasks, inactive ones included."""
        return self._tasks.owners()

    def write_records(self, rows: Sequence[RecordWrite]) -> list[Outcome]:
        """Write our fields of at most `batch` records, or of at most `bulk_batch`."""
        return self._writer.write(rows)

    def create_tasks(self, rows: Sequence[TaskWrite]) -> list[Outcome]:
        """Create at most `batch` tasks on what they are about."""
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
        """Make our fields and what shows them, or take them away."""
        work = self._provisioner.remove if remove else self._provisioner.make
        return work(object_types, specs, dry_run=dry_run)

    def check_writing(
        self, object_types: Sequence[str], fields: Sequence[str]
    ) -> Sequence[Finding]:
        """Look at our fields, their visibility, and what our user may do."""
        return list(check_writing(self._client, object_types, fields))

    def record_url(self, object_type: str, record_id: str) -> str:
        """Say where a person sees the record; a converted lead leads on to its contact."""
        name = OBJECTS.get(object_type) or PREFIXES.get(record_id[:3], "")
        return f"{self._client.settings.base_url}/lightning/r/{name}/{record_id}/view"
