"""Tasks: made once, found by their key, changed and closed.

The key is a unique property of ours, so that a second try can never make a second task. A portal
that allows no such property gets it as the last line of the task's text, and a new task is then
looked for among those of the same contact first. A search is never asked: it lags.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from hubspot.crm import AssociationType

from journeysync.connectors.http import Refused
from journeysync.connectors.hubspot import answers, batches
from journeysync.connectors.hubspot.client import Client, chunks
from journeysync.connectors.hubspot.markers import Marker, as_html, marked, read_marker
from journeysync.connectors.hubspot.streams import (
    ANCHOR,
    CLOSED,
    KEY,
    OF_TYPE,
    TASK_PROPERTIES,
    TOUCHPOINT,
)
from journeysync.connectors.hubspot.times import parse_instant, written
from journeysync.core.errors import BadCredentials
from journeysync.core.ports import Outcome, OwnerInfo, PresentTask, TaskWrite

BATCH = 100
_LINKS = {
    "contact": AssociationType.TASK_TO_CONTACT,
    "company": AssociationType.TASK_TO_COMPANY,
    "deal": AssociationType.TASK_TO_DEAL,
    "ticket": AssociationType.TASK_TO_TICKET,
}
_READ = (
    "hs_task_status", "hs_timestamp", "hubspot_owner_id", "hs_task_subject", "hs_task_body",
)  # fmt: skip
_NOT_FOUND = 404


class Tasks:
    """The tasks of one portal."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._has_key: bool | None = None

    # --- finding -------------------------------------------------------------------------------

    def find(self, *, keys: Sequence[str], ids: Sequence[str]) -> list[PresentTask]:
        """Find tasks by key or id, deleted ones included."""
        found = {record.id: record for record in self._read(ids)}
        if keys and self._keyed():
            found |= {record.id: record for record in self._read(keys, KEY)}
        return [_present(record) for record in found.values()]

    def owners(self) -> list[OwnerInfo]:
        """List who can own a task, inactive ones included."""
        found: list[OwnerInfo] = []
        for archived in ("false", "true"):
            after: str | None = ""
            while after is not None:
                cursor = {"after": after} if after else {}
                page = self._client.get(
                    self._client.paths.owners(),
                    answers.owners,
                    limit="100",
                    archived=archived,
                    **cursor,
                )
                found += [
                    OwnerInfo(one.id, one.email or "", not one.archived) for one in page.results
                ]
                after = page.paging.next.after if page.paging and page.paging.next else None
        return found

    def _keyed(self) -> bool:
        """Whether tasks have our properties here; asked for once."""
        if self._has_key is None:
            try:
                path = self._client.paths.properties("tasks", KEY)
                self._has_key = not self._client.get(path, answers.definition).archived
            except Refused as refused:
                if refused.answer.status != _NOT_FOUND:
                    raise
                self._has_key = False
            except BadCredentials:
                # Perhaps only definitions are closed to this key; if not, the next call says so.
                self._has_key = False
        return self._has_key

    def _read(self, ids: Sequence[str], id_property: str = "") -> list[answers.Record]:
        """Read tasks in batches; what is not among the living is looked for among the deleted."""
        named = {"idProperty": id_property} if id_property else {}
        properties = [*_READ, *(TASK_PROPERTIES if self._keyed() else ())]
        path = self._client.paths.batch("tasks", "read")
        found: list[answers.Record] = []
        for some in chunks(dict.fromkeys(ids), BATCH):
            todo = list(some)
            for archived in ("false", "true"):
                body = {**named, "properties": properties, "inputs": [{"id": one} for one in todo]}
                rows = self._client.ask(path, body, answers.rows, archived=archived).results
                found += rows
                seen = {_name(record, id_property) for record in rows}
                todo = [one for one in todo if one not in seen]
                if not todo:
                    break
        return found

    # --- writing -------------------------------------------------------------------------------

    def create(self, rows: Sequence[TaskWrite]) -> list[Outcome]:
        """Create tasks; a key that exists already is answered with the task that has it."""
        unique = {row.key: row for row in rows}
        here: dict[str, str] = {} if self._keyed() else self._marked_already(unique.values())
        inputs = [
            batches.Row(row.key, self._new(row)) for row in unique.values() if row.key not in here
        ]
        path = self._client.paths.batch("tasks", "create")
        found = [Outcome(key, "done", one) for key, one in here.items()]
        for some in chunks(inputs, BATCH):
            found += batches.send(self._client, path, some, _key_of)
        by_key = {outcome.key: outcome for outcome in self._with_existing(found)}
        return [by_key[row.key] for row in rows]

    def _with_existing(self, outcomes: Sequence[Outcome]) -> list[Outcome]:
        """Look up the keys that were refused: perhaps because their tasks exist."""
        refused = [one.key for one in outcomes if one.status == "failed" and not one.temporary]
        if not refused or not self._keyed():
            return list(outcomes)
        here = {task.key: task.id for task in self.find(keys=refused, ids=())}
        return [
            Outcome(one.key, "done", here[one.key]) if one.key in here else one for one in outcomes
        ]

    def _marked_already(self, rows: Iterable[TaskWrite]) -> dict[str, str]:
        """Find tasks by the last line of their text, among those of the same contacts."""
        wanted = {row.key for row in rows}
        found: dict[str, str] = {}
        for kind in ("contact", "company"):
            ids = {one for row in rows for about, one in row.about[:1] if about == kind}
            if not ids:
                continue
            path = self._client.paths.links(OF_TYPE[kind].name, "tasks")
            body = {"inputs": [{"id": one} for one in sorted(ids)]}
            linked = self._client.ask(path, body, answers.links).results
            tasks = sorted({to.record for one in linked for to in one.to})
            for record in self._read(tasks):
                key = read_marker(record.properties.get("hs_task_body") or "").key
                if key in wanted:
                    found[key] = record.id
        return found

    def change(self, rows: Sequence[TaskWrite]) -> list[Outcome]:
        """Change or close tasks, by id."""
        bodies = {} if self._keyed() else self._bodies(rows)
        inputs = [
            batches.Row(row.key, {"id": row.id, "properties": self._changes(row, bodies)}, row.id)
            for row in {row.key: row for row in rows}.values()
        ]
        path = self._client.paths.batch("tasks", "update")
        found: list[Outcome] = []
        for some in chunks(inputs, BATCH):
            found += batches.send(self._client, path, some, _key_of)
        by_key = {outcome.key: outcome for outcome in found}
        return [by_key[row.key] for row in rows]

    def _bodies(self, rows: Sequence[TaskWrite]) -> dict[str, str]:
        ids = [row.id for row in rows if row.close_because is not None and row.body is None]
        return {
            record.id: record.properties.get("hs_task_body") or "" for record in self._read(ids)
        }

    def _new(self, row: TaskWrite) -> dict[str, Any]:
        properties = {
            "hs_task_status": "NOT_STARTED",
            "hs_task_type": "TODO",
            **self._changes(row, {}),
        }
        if self._keyed():
            properties |= {KEY: row.key, TOUCHPOINT: row.touchpoint, ANCHOR: row.anchor}
        associations = [
            {
                "to": {"id": one},
                "types": [
                    {
                        "associationCategory": "HUBSPOT_DEFINED",
                        "associationTypeId": _LINKS[kind],
                    }
                ],
            }
            for kind, one in dict.fromkeys(row.about)
            if kind in _LINKS
        ]
        return {"properties": properties, "associations": associations}

    def _changes(self, row: TaskWrite, bodies: dict[str, str]) -> dict[str, str]:
        closed = row.close_because is not None
        body = as_html(row.body) if row.body is not None else bodies.get(row.id)
        if body is not None and not self._keyed():
            before = read_marker(body)
            touchpoint, anchor = row.touchpoint or before.touchpoint, row.anchor or before.anchor
            body = marked(body, Marker(row.key, touchpoint, anchor, closed))
        given = {
            "hs_task_subject": row.subject,
            "hs_task_body": body,
            "hs_timestamp": None if row.due is None else written(row.due),
            "hubspot_owner_id": row.owner,
            "hs_task_priority": None if row.priority is None else row.priority.upper(),
            "hs_task_status": "COMPLETED" if closed else "NOT_STARTED" if row.reopen else None,
        }
        if self._keyed() and (closed or row.reopen):
            given[CLOSED] = row.close_because or ""
        return {name: value for name, value in given.items() if value is not None}


def _name(record: answers.Record, id_property: str) -> str:
    return (record.properties.get(id_property) or "") if id_property else record.id


def _key_of(record: answers.Record) -> str:
    body = record.properties.get("hs_task_body") or ""
    return record.properties.get(KEY) or read_marker(body).key


def _present(record: answers.Record) -> PresentTask:
    got = record.properties
    marker = read_marker(got.get("hs_task_body") or "")
    done = got.get("hs_task_status") == "COMPLETED"
    due = got.get("hs_timestamp")
    return PresentTask(
        id=record.id,
        key=got.get(KEY) or marker.key,
        status="deleted" if record.archived else "completed" if done else "open",
        due=parse_instant(due) if due else None,
        owner=got.get("hubspot_owner_id") or "",
        subject=got.get("hs_task_subject") or "",
        closed_by_us=bool(got.get(CLOSED)) or marker.closed,
    )
