"""Lets the shop write many records into a file, and reads it.

A child says in the file who its parent is, and may stand anywhere. A file is used only if it holds
as much as the shop says it wrote: an operation that broke off leaves part of one, which is none.
"""

import tempfile
from collections.abc import Iterator, Mapping
from typing import IO, Any

import msgspec

from journeysync.connectors.http import Refused
from journeysync.connectors.shopify.client import Client, Row, user_errors
from journeysync.connectors.shopify.documents import CANCEL, LOOK, RUN, Shape, bulk
from journeysync.connectors.shopify.replies import Denied
from journeysync.core.errors import Retry, ToolDown

_PATIENCE = 3600.0
"""Seconds that an operation may take before pages are turned instead."""
_LONGEST_WAIT = 60.0
_CHUNK = 500
_RUNNING = ("CREATED", "RUNNING", "CANCELING")
_PARENT = b'"__parentId"'
"""As a key; inside a text its quotes would be written in another way."""


class _Child(msgspec.Struct):
    parent: str = msgspec.field(name="__parentId")


_CHILD = msgspec.json.Decoder(_Child)
_ROW = msgspec.json.Decoder(dict[str, Any])
_CHILDREN = _ROW.decode_lines


def rows(client: Client, shape: Shape, query: str) -> Iterator[list[Row]] | None:
    """Return all records in chunks, as pages show them; None where the shop writes no such file.

    Then the records are to be read in another way.
    """
    made = _run(client, bulk(shape, query))
    if made is None:
        return None
    done = _wait(client, made)
    if done.get("status") != "COMPLETED":
        return None
    if not done.get("url"):
        return iter(()) if _number(done.get("objectCount")) == 0 else None
    file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by whoever reads it to its end
    try:
        client.fetch(str(done["url"]), file)
    except Refused:
        file.close()
        return None
    return _read(client, shape, file, done)


def _run(client: Client, document: str) -> str | None:
    """Start an operation; None where the shop has no room for it, or does not take it."""
    try:
        data = client.send(RUN, {"query": document}, repeatable=False)
    except (Retry, Denied):
        return None  # not every token may; and whether one runs that broke off, nobody knows
    operation = (data.get("bulkOperationRunQuery") or {}).get("bulkOperation") or {}
    return None if user_errors(data) else str(operation.get("id") or "") or None


def _wait(client: Client, number: str) -> Mapping[str, Any]:
    waited, pause = 0.0, 1.0
    while True:
        found = client.send(LOOK, {"id": number}, repeatable=True).get("bulkOperation") or {}
        if found.get("status") not in _RUNNING:
            return dict(found)
        if waited > _PATIENCE:
            client.send(CANCEL, {"id": number}, repeatable=True)
            return {}
        client.caller.sleep(pause)
        waited, pause = waited + pause, min(pause * 1.5, _LONGEST_WAIT)


def _read(
    client: Client, shape: Shape, file: IO[bytes], done: Mapping[str, Any]
) -> Iterator[list[Row]] | None:
    """Look through the file once for children, and give its records in a second pass."""
    children: dict[str, bytes] = {}
    roots = size = 0
    file.seek(0)
    for line in file:
        size += len(line)
        if _PARENT not in line:
            roots += 1
            continue
        try:
            parent = _CHILD.decode(line).parent
        except msgspec.MsgspecError:
            raise _no_json(client) from None
        # As bytes: a hundred thousand small lists would cost more to keep than to decode twice.
        children[parent] = children.get(parent, b"") + line
    if (roots, size) != (_number(done.get("rootObjectCount")), _number(done.get("fileSize"))):
        file.close()
        return None
    return _records(client, shape, file, children)


def _records(
    client: Client, shape: Shape, file: IO[bytes], children: dict[str, bytes]
) -> Iterator[list[Row]]:
    kinds = {one.type: name for name, one in shape.connections.items()}
    some: list[Row] = []
    with file:
        file.seek(0)
        for line in file:
            if _PARENT in line:
                continue
            try:
                row = _ROW.decode(line)
                own = _CHILDREN(children.pop(str(row.get("id")), b""))
            except msgspec.MsgspecError:
                raise _no_json(client) from None
            for name in shape.connections:
                row[name] = []
            for child in own:
                if (part := kinds.get(_type(child))) is None:
                    raise _orphans(client)
                del child["__parentId"]
                row[part].append(child)
            some.append(row)
            if len(some) == _CHUNK:
                yield some
                some = []
        yield some
    if children:
        raise _orphans(client)


def _no_json(client: Client) -> ToolDown:
    return ToolDown(client.tool, "wrote a bulk file that is no JSON.")


def _orphans(client: Client) -> ToolDown:
    return ToolDown(client.tool, "wrote a bulk file with parts that belong to no record.")


def _type(child: Row) -> str:
    """Say of which type a child is, by its id: `gid://shopify/LineItem/1`."""
    parts = str(child.get("id")).split("/")
    return parts[3] if len(parts) > 3 else ""  # noqa: PLR2004


def _number(value: object) -> int:
    return int(value) if isinstance(value, int | str) and str(value).isdecimal() else -1
