"""Bulk operations: a query without pages, run aside, whose rows lie in a file when it is done.

The file holds a line for each row of each connection, with `__parentId` where it hangs on another;
unless they are asked to be grouped, lines come in no order: children before their parents, too.
What changes after an operation began is not in its file.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random
from typing import TYPE_CHECKING, Any

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLError,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    execute,
    get_named_type,
    parse,
    validate,
)

from journeysync.sandbox.shopify.schema import schema
from journeysync.sandbox.world import DAY

if TYPE_CHECKING:
    from journeysync.sandbox.shopify.context import Context

MOST_CONNECTIONS, DEPTH, AT_ONCE, PART = 5, 2, 5, 2_000
KEPT = 7 * DAY
_BASE = 4_000_000_000
_ENDED = ("COMPLETED", "FAILED", "CANCELED")
_LIST = "Queries that contain a connection field within a list field are not currently supported."
_ID = ("The parent 'node' field for a nested connection must select the 'id' field without an "
       "alias and must be of 'ID' return type. Connection fields without 'id': {}.")  # fmt: skip


@dataclass
class Operation:
    """One bulk operation."""

    id: int
    query: str
    created: int
    file: bytes
    objects: int
    roots: int
    ends: str = "COMPLETED"
    error: str | None = None
    partial: bool = False
    status: str = "CREATED"
    completed: int | None = None
    url: str | None = None
    partial_url: str | None = None
    looks: int = 0


class Bulk:
    """The bulk operations of one app."""

    def __init__(self) -> None:
        self.operations: dict[int, Operation] = {}
        self.at_once = AT_ONCE
        self.looks = 2
        """How often one looks before an operation is done."""
        self.next_fails: dict[str, Any] | None = None

    def run(
        self, context: "Context", query: str, *, grouped: bool
    ) -> tuple[Operation | None, list[dict[str, Any]]]:
        """Begin an operation, or say why not."""
        running = [one for one in self.operations.values() if one.status not in _ENDED]
        if len(running) >= self.at_once:
            code = "OPERATION_IN_PROGRESS" if self.at_once == 1 else "LIMIT_REACHED"
            message = "A bulk query operation for this app and shop is already in progress."
            if self.at_once > 1:
                message = f"The limit of {self.at_once} bulk query operations is reached."
            return None, [{"field": None, "message": message, "code": code}]
        try:
            document = parse(query)
            problems = [error.message for error in validate(schema(), document)]
            problems = problems or list(_problems(document))
        except GraphQLSyntaxError as error:
            problems = [f"Invalid bulk query: {error.message}"]
        if problems:
            return None, [{"field": ["query"], "message": text, "code": "INVALID"}
                          for text in problems]  # fmt: skip
        made = self._made(context, query, document, grouped=grouped)
        self.operations[made.id] = made
        return made, []

    def look(self, number: int) -> Operation | None:
        """Look at an operation; while one looks, it goes on."""
        one = self.operations.get(number)
        if one is None or one.status in _ENDED:
            return one
        one.looks += 1
        one.status = "RUNNING" if one.looks < self.looks else one.ends
        return one

    def settle(self, one: Operation, now: int, url: str) -> None:
        """Say where the file of an operation lies that is done."""
        if one.status not in _ENDED or one.completed is not None:
            return
        one.completed = now
        place = f"{url}/bulk-results/{one.id}.jsonl?signature=sandbox"
        if one.status == "COMPLETED" and one.file:
            one.url = place
        elif one.partial:
            one.partial_url = place

    def cancel(self, one: Operation) -> bool:
        """Stop an operation that still runs."""
        if one.status in _ENDED:
            return False
        one.status, one.ends = "CANCELING", "CANCELED"
        one.looks = self.looks
        return True

    def _made(
        self, context: "Context", query: str, document: DocumentNode, *, grouped: bool
    ) -> Operation:
        number = _BASE + len(self.operations) * 1_001
        now = context.shop.now
        lines: list[dict[str, Any]] = []
        roots, error = 0, None
        for rows, problem in _parts(context, document):
            error = error or problem
            roots += len(rows)
            for row in rows:
                lines += _lines(row, None)
        if not grouped:
            Random(context.shop.world.seed).shuffle(lines)
        failing, self.next_fails = self.next_fails, None
        made = Operation(number, query, now, b"", len(lines), roots)
        if failing is not None or error:
            made.ends = "FAILED"
            made.error = error or str((failing or {}).get("code", "INTERNAL_SERVER_ERROR"))
            made.partial = bool((failing or {}).get("partial"))
            lines = lines[: len(lines) // 2] if made.partial else []
        made.file = b"".join(json.dumps(line).encode() + b"\n" for line in lines)
        return made


def _parts(
    context: "Context", document: DocumentNode
) -> Iterator[tuple[list[dict[str, Any]], str | None]]:
    """Run a query over all rows, some at a time."""
    start = 0
    while True:
        aside = replace(context, part=(start, start + PART), warnings=[], twist="")
        result = execute(schema(), document, context_value=aside)
        if getattr(result, "errors", None):
            yield [], "ACCESS_DENIED"
            return
        data: dict[str, Any] = getattr(result, "data", None) or {}
        rows = _nodes(next(iter(data.values()), {}))
        yield rows, None
        if len(rows) < PART:
            return
        start += PART


def _nodes(connection: dict[str, Any]) -> list[dict[str, Any]]:
    if "nodes" in connection:
        return list(connection["nodes"])
    return [edge["node"] for edge in connection.get("edges", [])]


def _lines(row: dict[str, Any], parent: str | None) -> list[dict[str, Any]]:
    """Write a row, and those of its connections after it."""
    own, below = {}, []
    for name, value in row.items():
        if isinstance(value, dict) and ("nodes" in value or "edges" in value):
            for child in _nodes(value):
                below += _lines(child, row["id"])
        else:
            own[name] = value
    if parent is not None:
        own["__parentId"] = parent
    return [own, *below]


def _problems(document: DocumentNode) -> Iterator[str]:
    """Say why a query cannot be run in bulk."""
    operation = document.definitions[0]
    query = schema().query_type
    if not isinstance(operation, OperationDefinitionNode) or query is None:
        yield "A bulk operation runs one query."
        return
    fields = [one for one in operation.selection_set.selections if isinstance(one, FieldNode)]
    if len(fields) != 1 or fields[0].name.value in ("node", "nodes"):
        yield "Bulk queries have one top-level field, which is a connection."
        return
    walk = _Walk()
    try:
        walk.field(fields[0], query, depth=0, listed=False)
    except GraphQLError as error:
        yield error.message
        return
    if not walk.connections:
        yield "Bulk queries must contain at least one connection."
    if walk.connections > MOST_CONNECTIONS:
        yield f"Bulk queries cannot contain more than {MOST_CONNECTIONS} connections."


class _Walk:
    """Goes through a query and stops at what cannot be run in bulk."""

    def __init__(self) -> None:
        self.connections = 0

    def field(self, field: FieldNode, parent: Any, *, depth: int, listed: bool) -> None:
        told = getattr(parent, "fields", {}).get(field.name.value)
        if told is None or field.selection_set is None:
            return
        kind = get_named_type(told.type)
        connection = kind.name.endswith("Connection")
        if connection:
            self.connections += 1
            if listed:
                raise GraphQLError(_LIST)
            if depth > DEPTH:
                raise GraphQLError(f"Bulk queries cannot nest connections deeper than {DEPTH}.")
        inner = told.type.of_type if isinstance(told.type, GraphQLNonNull) else told.type
        listed = listed or (isinstance(inner, GraphQLList) and field.name.value not in _ROWS)
        self._below(field, kind, depth=depth + connection, listed=listed)

    def _below(self, field: FieldNode, kind: Any, *, depth: int, listed: bool) -> None:
        selections = field.selection_set.selections if field.selection_set else ()
        for one in selections:
            if isinstance(one, FieldNode):
                self.field(one, kind, depth=depth, listed=listed)
                self._needs_id(field, one, kind)

    def _needs_id(self, field: FieldNode, child: FieldNode, kind: Any) -> None:
        told = getattr(kind, "fields", {}).get(child.name.value)
        if told is None or not get_named_type(told.type).name.endswith("Connection"):
            return
        own = field.selection_set.selections if field.selection_set else ()
        names = [(one.alias or one.name).value for one in own if isinstance(one, FieldNode)]
        if kind.name != "QueryRoot" and "id" not in names:
            raise GraphQLError(_ID.format(child.name.value))


_ROWS = ("nodes", "edges")
