"""Tasks: made once, found by their key, changed and closed.

The key is an external id of ours, so that a second try cannot make a second task. An org that
allows none on tasks keeps it in a plain field, or as the last line of the task's text; a new task
is then looked for first.
"""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from journeysync.connectors.salesforce.client import Client
from journeysync.connectors.salesforce.collections import Row, Rules, Sender, Way
from journeysync.connectors.salesforce.holdings import chunks
from journeysync.connectors.salesforce.markers import read_marker
from journeysync.connectors.salesforce.names import KEY
from journeysync.connectors.salesforce.query import IN_ONE_QUERY, among, select
from journeysync.connectors.salesforce.task_shape import Record, Shape, about
from journeysync.core.ports import Outcome, OwnerInfo, PresentTask, TaskWrite

_LIVING = "IsDeleted = false"


class Tasks:
    """The tasks of one org."""

    def __init__(self, client: Client, rules: Rules, zone: str) -> None:
        self._client = client
        self._sender = Sender(client, rules.text)
        self._zone = ZoneInfo(zone)
        self._known: tuple[Record, Shape] | None = None

    def find(self, *, keys: Sequence[str], ids: Sequence[str]) -> list[PresentTask]:
        """Find tasks by key or id, deleted and archived ones included."""
        shape = self._shape()
        found = {row["Id"]: shape.present(row) for row in self._rows("Id", ids)}
        if keys and shape.keeping != "text":
            # A key can stand on a deleted task and on a living one: the living one counts.
            rows = sorted(self._rows(KEY, keys), key=lambda row: not row["IsDeleted"])
            by_key = {row[KEY]: shape.present(row) for row in rows}
            found |= {task.id: task for task in by_key.values()}
        return list(found.values())

    def owners(self) -> list[OwnerInfo]:
        """List who can own a task, inactive ones included."""
        soql = select(["Id", "Email", "IsActive"], "User", "UserType = 'Standard'")
        return [
            OwnerInfo(row["Id"], row.get("Email") or "", bool(row["IsActive"]))
            for page in self._client.query(soql)
            for row in page
        ]

    def create(self, rows: Sequence[TaskWrite]) -> list[Outcome]:
        """Create tasks; a key that exists already is answered with the task that has it."""
        shape = self._shape()
        unique = {row.key: row for row in rows}
        way, here = Way(path=f"composite/sobjects/Task/{KEY}"), dict[str, str]()
        if shape.keeping != "external id":
            way, here = Way("POST", repeatable=False), self._already(list(unique.values()))
        found = {key: Outcome(key, "done", one) for key, one in here.items()}
        new = [Row(key, "Task", shape.new(row)) for key, row in unique.items() if key not in here]
        if new:
            found |= {outcome.key: outcome for outcome in self._sender.send(new, way)}
        return [found[row.key] for row in rows]

    def change(self, rows: Sequence[TaskWrite]) -> list[Outcome]:
        """Change or close tasks, by id."""
        shape = self._shape()
        unique = {row.key: row for row in rows}
        before: dict[str, Record] = {}
        if shape.keeping == "text":
            ids = [row.id for row in unique.values()]
            before = {row["Id"]: row for row in self._rows("Id", ids)}
        inputs = [
            Row(key, "Task", shape.changes(row, before.get(row.id, {})), row.id)
            for key, row in unique.items()
        ]
        found = {outcome.key: outcome for outcome in self._sender.send(inputs)}
        return [found[row.key] for row in rows]

    def _already(self, rows: Sequence[TaskWrite]) -> dict[str, str]:
        """Find the tasks that exist, by their key or among those of the same people."""
        wanted = [row.key for row in rows]
        if self._shape().keeping == "field":
            return {task.key: task.id for task in self.find(keys=wanted, ids=())}
        found: dict[str, str] = {}
        for name in ("WhoId", "WhatId"):
            numbers = [number for row in rows if (number := about(row).get(name))]
            for row in self._rows(name, numbers, _LIVING):
                key = read_marker(row.get("Description") or "").key
                if key in wanted:
                    found[key] = row["Id"]
        return found

    def _rows(self, name: str, values: Sequence[str], *where: str) -> list[Record]:
        return [
            row
            for some in chunks(list(dict.fromkeys(values)), IN_ONE_QUERY)
            for page in self._client.query(
                select(self._shape().read, "Task", among(name, some), *where), deleted=True
            )
            for row in page
        ]

    def _shape(self) -> Shape:
        """Return what tasks look like here; learnt anew when a field of theirs went away."""
        described = self._client.describe("Task")
        if self._known is None or self._known[0] is not described:
            soql = select(["ApiName"], "TaskStatus", "IsClosed = true")
            closing = [row["ApiName"] for page in self._client.query(soql) for row in page]
            fields = {one["name"]: one for one in described["fields"]}
            self._known = described, Shape(fields, closing, self._zone)
        return self._known[1]
