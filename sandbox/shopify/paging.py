"""Connections: pages of a list by cursors that say where a row stands, not how many came before.

So a row that moves while somebody reads is seen at its new place, and none is skipped.
"""

import base64
import json
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from operator import itemgetter
from typing import Any

from graphql import GraphQLError, GraphQLResolveInfo

MOST = 250
Key = tuple[Any, int]
_START = "start"


def by_id(rows: Sequence[Any]) -> list[tuple[Key, Any]]:
    """Give rows in the order of their ids."""
    return sorted((((0, one.id), one) for one in rows), key=lambda row: row[0])


def connection(
    info: GraphQLResolveInfo[Any],
    rows: list[tuple[Key, Any]],
    keep: Callable[[Any], bool] | None = None,
    **args: Any,
) -> dict[str, Any]:
    """Give a page of sorted rows."""
    context = info.context
    if context.part is not None:
        chosen = [row for row in rows if keep is None or keep(row[1])]
        if args.get("reverse"):
            chosen.reverse()
        if info.path.prev is None:
            chosen = chosen[slice(*context.part)]
        return _shown(chosen, more=False, before=False)
    first, last = args.get("first"), args.get("last")
    _check(info, first, last)
    outermost = info.path.prev is None
    size = int(first if first is not None else last or 0)
    if outermost and context.twist == "shrink-page":
        size = max(1, size // 2)
    low, high = _bounds(rows, args)
    forward = (first is not None) != bool(args.get("reverse"))
    wanted = size + 1
    chosen = []
    for at in range(low, high) if forward else range(high - 1, low - 1, -1):
        if keep is None or keep(rows[at][1]):
            chosen.append(rows[at])
            if len(chosen) == wanted:
                break
    over = len(chosen) == wanted
    chosen = chosen[:size]
    if first is None:
        chosen.reverse()
        shown = _shown(chosen, more=bool(args.get("before")), before=over)
    else:
        shown = _shown(chosen, more=over, before=bool(args.get("after")))
    if outermost and context.twist == "repeat-page":
        start = args.get("after") or _encoded((_START, 0))
        shown["pageInfo"] |= {"endCursor": start, "hasNextPage": True}
    return shown


def _check(info: GraphQLResolveInfo[Any], first: int | None, last: int | None) -> None:
    problem = ""
    if first is None and last is None:
        problem = "you must provide one of first or last"
    elif first is not None and last is not None:
        problem = "providing both first and last is not supported"
    else:
        name, size = ("first", first) if first is not None else ("last", last)
        if size is not None and not 0 < size <= MOST:
            problem = f"{name} must be between 1 and {MOST} for {info.field_name}"
    if problem:
        raise GraphQLError(problem, extensions={"code": "BAD_REQUEST"})


def _bounds(rows: list[tuple[Key, Any]], args: dict[str, Any]) -> tuple[int, int]:
    """Give the span of rows between `after` and `before`, in the list's own order."""
    after, before = args.get("after"), args.get("before")
    if args.get("reverse"):
        after, before = before, after
    low, high = 0, len(rows)
    if after and not _starts(after):
        low = bisect_right(rows, _decoded(after), key=itemgetter(0))
    if before and not _starts(before):
        high = bisect_left(rows, _decoded(before), key=itemgetter(0))
    return low, high


def _shown(chosen: list[tuple[Key, Any]], *, more: bool, before: bool) -> dict[str, Any]:
    return {
        "nodes": [row for _, row in chosen],
        "edges": lambda _: [{"cursor": _encoded(key), "node": row} for key, row in chosen],
        "pageInfo": {
            "startCursor": _encoded(chosen[0][0]) if chosen else None,
            "endCursor": _encoded(chosen[-1][0]) if chosen else None,
            "hasNextPage": more,
            "hasPreviousPage": before,
        },
    }


def _encoded(key: Key) -> str:
    text = json.dumps({"last_id": key[1], "last_value": key[0]})
    return base64.b64encode(text.encode()).decode()


def _starts(cursor: str) -> bool:
    return bool(_decoded(cursor)[0] == _START)


def _decoded(cursor: str) -> Key:
    try:
        told = json.loads(base64.b64decode(cursor))
        return told["last_value"], told["last_id"]
    except (ValueError, KeyError, TypeError):
        message = f"Invalid cursor for current pagination sort: {cursor[:40]}"
        raise GraphQLError(message, extensions={"code": "BAD_REQUEST"}) from None


def ordered(
    rows: Iterator[Any] | Sequence[Any], key: Callable[[Any], Any]
) -> list[tuple[Key, Any]]:
    """Sort rows by a key, those that are equal by their ids."""
    return sorted((((key(one), one.id), one) for one in rows), key=lambda row: row[0])
