"""One CSV of rows to be written: read, written row by row, and told in three files."""

import csv
import io
from dataclasses import dataclass, field
from random import Random
from typing import Any

from journeysync.sandbox.salesforce import sobjects
from journeysync.sandbox.salesforce.answers import Refusal
from journeysync.sandbox.salesforce.ids import read_id
from journeysync.sandbox.salesforce.schema import Kind
from journeysync.sandbox.salesforce.writing import Desk, How

OPERATIONS = frozenset({"insert", "update", "upsert", "delete", "hardDelete"})
NOTHING = "#N/A"
CHUNK = 200
LOCKED = 0.3
"""How often a row finds its account locked by another part of the same job."""
Row = dict[str, str]


@dataclass
class Load:
    """The rows of one job and what became of them."""

    kind: Kind
    operation: str
    key: str
    body: str | None = None
    columns: list[str] = field(default_factory=list)
    done: list[tuple[str, bool, Row]] = field(default_factory=list)
    failed: list[tuple[str, str, Row]] = field(default_factory=list)
    left: list[Row] = field(default_factory=list)

    @property
    def processed(self) -> int:
        return len(self.done) + len(self.failed)

    def run(self, desk: Desk, delimiter: str, ending: str, seed: int, *, half: bool) -> None:
        """Write all rows."""
        text = self.body or ""
        if ending == "\r\n" and "\r\n" not in text and "\n" in text:
            raise Refusal(
                "ClientInputError",
                "LineEnding is invalid on user data. Current LineEnding setting is CRLF",
            )
        if ending == "\n" and "\r\n" in text.partition("\n")[0] + "\n":
            raise Refusal(
                "ClientInputError",
                "LineEnding is invalid on user data. Current LineEnding setting is LF",
            )
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        self.columns = next(reader, [])
        for name in self.columns:
            self._known(desk, name)
        rows = [dict(zip(self.columns, one, strict=False)) for one in reader if one]
        todo = rows[: len(rows) // 2] if half else rows
        self.left = rows[len(todo) :]
        shared = self._shared(desk, rows)
        rng = Random(f"{seed}/{text}")
        for row in todo:
            if self._parent(desk, row) in shared and rng.random() < LOCKED:
                words = f"UNABLE_TO_LOCK_ROW:unable to obtain exclusive access to this record or 1 records: {self._parent(desk, row)}:--"  # noqa: E501 - Salesforce's sentence
                self.failed.append((row.get("Id", ""), words, row))
                continue
            self._one(desk, row)

    def _known(self, desk: Desk, name: str) -> None:
        first, dot, rest = name.partition(".")
        if dot and rest and any(one.relation == first for one in self.kind.fields.values()):
            return
        one = self.kind.find(name)
        if one is None or not desk.org.readable(self.kind, one):
            raise Refusal("InvalidBatch", f"Field name not found : {name}")

    def _parent(self, desk: Desk, row: Row) -> str:
        """Give the account that writing a row takes hold of."""
        if not self.kind.has("AccountId"):
            return ""
        given = row.get("AccountId")
        if given:
            return given
        record = desk.org.of_id(read_id(row.get("Id")))
        return str((record.get("AccountId") if record else None) or "")

    def _shared(self, desk: Desk, rows: list[Row]) -> set[str]:
        """Find the accounts that several parts of the job, which run side by side, need."""
        chunks: dict[str, set[int]] = {}
        for number, row in enumerate(rows):
            chunks.setdefault(self._parent(desk, row), set()).add(number // CHUNK)
        return {parent for parent, found in chunks.items() if parent and len(found) > 1}

    def _one(self, desk: Desk, row: Row) -> None:
        sent: dict[str, Any] = {}
        for name, text in row.items():
            if text == "":
                continue
            value = None if text == NOTHING else text
            parent, dot, key = name.partition(".")
            sent[parent if dot else name] = {key: value} if dot else value
        try:
            number, made = self._write(desk, sent)
        except Refusal as refusal:
            fields = ",".join(refusal.fields or []) or "--"
            words = f"{refusal.code}:{refusal.message}:{fields}"
            self.failed.append((str(sent.get("Id", "")), words, row))
        else:
            self.done.append((number, made, row))

    def _write(self, desk: Desk, sent: dict[str, Any]) -> tuple[str, bool]:
        how = How(assign=False)
        if self.operation == "insert":
            return desk.create(self.kind, sent, how).id, True
        if self.operation == "upsert" and self.key.lower() != "id":
            value = sent.get(self.key)
            if not value:
                raise Refusal("MISSING_ARGUMENT", f"{self.key} not specified")
            one = sobjects.key_field(self.kind, self.key)
            record, made = sobjects.put(desk.org, desk, self.kind, one, str(value), sent, how)
            if isinstance(record, list):
                words = f"{self.key}: more than one record found for external id field"
                raise Refusal("DUPLICATE_EXTERNAL_ID", words)
            return record.id, made
        number = read_id(sent.get("Id"))
        found = desk.org.records[self.kind.name].get(number) if number else None
        if found is None:
            code = "MALFORMED_ID" if number is None else "INVALID_CROSS_REFERENCE_KEY"
            raise Refusal(code, "invalid cross reference id" if number else "bad id")
        if self.operation in ("delete", "hardDelete"):
            desk.delete(found)
            if self.operation == "hardDelete":
                desk.org.forget(found)
        else:
            desk.update(found, sent, how)
        return found.id, False

    def file(self, which: str, delimiter: str, ending: str) -> str:
        """Write one of the files, in an order that is not that of the upload."""
        body = io.StringIO()
        write = csv.writer(body, delimiter=delimiter, lineterminator=ending,
                           quoting=csv.QUOTE_ALL)  # fmt: skip
        if which == "unprocessedrecords":
            write.writerow(self.columns)
            for row in self.left:
                write.writerow([row.get(name, "") for name in self.columns])
            return body.getvalue()
        success = which == "successfulResults"
        write.writerow(["sf__Id", "sf__Created" if success else "sf__Error", *self.columns])
        lines: list[tuple[str, Any, Row]] = [*self.done] if success else [*self.failed]
        for number, what, row in sorted(lines, key=lambda one: one[0][::-1]):
            told = str(what).lower() if success else what
            write.writerow([number, told, *(row.get(name, "") for name in self.columns)])
        return body.getvalue()
