"""Turns the pages of a list of records: as large as they may cost, by ascending id, none twice.

Many records come from a bulk file instead. Knows lists and costs, and not what a record means.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from journeysync.connectors.shopify import bulk
from journeysync.connectors.shopify.client import Client, Row
from journeysync.connectors.shopify.contents import nodes, number
from journeysync.connectors.shopify.documents import APP, PERSONAL, Shape, page, rest, whole
from journeysync.connectors.shopify.replies import Denied, TooCostly
from journeysync.core.errors import ToolDown

_TURNS = 20_000
"""Rows after which pages begin anew behind the last id: Shopify turns no further than 25,000."""
_ALLOWED = 990.0
"""Points that one page may cost: Shopify allows 1,000."""
_PATIENCE = 3
"""How often a page is asked for that leads to itself."""


@dataclass(frozen=True, slots=True)
class First:
    """The first answer about a list."""

    page: Row
    many: bool
    """True where there are so many records that a file is better."""
    scopes: frozenset[str]
    """What the app may do, if that was asked for, too."""


class Pages:
    """Asks one shop for lists."""

    def __init__(self, client: Client, bulk_from: int) -> None:
        self._client = client
        self._bulk_from = bulk_from
        self._sizes: dict[str, int] = {}
        self.denied: set[str] = set()
        """The personal data that the app turned out not to see."""

    def scopes(self) -> frozenset[str]:
        """Say what the app may do."""
        return _scopes(self._send(APP, {}))

    def taste(self, shape: Shape) -> None:
        """Ask for one record, to learn what the app may not see."""
        self._send_page(shape, {"first": 1, "after": None, "query": None})

    def first(self, shape: Shape, query: str, *, scopes: bool = False) -> First:
        """Ask at once for a first page, how many there are, and what the app may do."""
        data = self._page(shape, query, None, first=True, scopes=scopes)
        found, counted = _part(data, shape.root), _part(data, shape.count)
        many = _next(found) is not None and int(counted.get("count") or 0) >= self._bulk_from
        return First(found, many, _scopes(data))

    def rows(self, shape: Shape, query: str, first: First) -> Iterator[list[Row]]:
        """Yield the records that fit a query, in parts: from a bulk file where there are many."""
        kept = shape.without(self.denied)
        rows = bulk.rows(self._client, kept, query) if first.many else None
        yield from self._turned(shape, query, first.page) if rows is None else rows

    def _turned(self, shape: Shape, query: str, found: Row) -> Iterator[list[Row]]:
        """Turn pages from the first one on."""
        turned, behind = 0, ""
        while True:
            rows = found.get("nodes") or []
            yield [self._filled(shape, row) for row in rows]
            after, turned = _next(found), turned + len(rows)
            if not after:
                return
            if turned >= _TURNS and rows:
                after, turned, behind = None, 0, f"id:>={int(number(rows[-1])) + 1}"
            asked = " AND ".join(filter(None, [query, behind]))
            for _ in range(_PATIENCE):
                found = _part(self._page(shape, asked, after), shape.root)
                if after is None or _next(found) != after:
                    break
            else:
                raise ToolDown(self._client.tool, f"repeats a page of {shape.root}.")

    def _page(
        self,
        shape: Shape,
        query: str,
        after: str | None,
        *,
        first: bool = False,
        scopes: bool = False,
    ) -> Row:
        """Ask for a page as large as it may cost."""
        size = self._sizes.get(shape.name, shape.first)
        counted = first and bool(shape.count)
        more = {"limit": self._bulk_from} if counted else {}
        while True:
            asked = {"first": size, "after": after, "query": query or None, **more}
            try:
                found = self._send_page(shape, asked, counted=counted, scopes=scopes)
            except TooCostly:
                if size == 1:
                    raise
                size = self._sizes[shape.name] = size // 2
                continue
            if cost := self._client.bucket.cost(shape.name):
                self._sizes[shape.name] = max(1, min(shape.most, int(size * _ALLOWED / cost)))
            return found

    def _send_page(
        self, shape: Shape, asked: Mapping[str, Any], *, counted: bool = False, scopes: bool = False
    ) -> Row:
        while True:
            document = page(shape.without(self.denied), counted=counted, scopes=scopes)
            try:
                return self._send(document, asked)
            except Denied as error:
                self._deny(error)

    def _deny(self, error: Denied) -> None:
        """Do without what the app may not see, where one can."""
        missing = (error.fields & PERSONAL) - self.denied
        if not missing or error.fields - PERSONAL:
            raise error
        self.denied |= missing

    def _filled(self, shape: Shape, row: Row) -> Row:
        """Ask for the rest of the lists that did not fit."""
        for name in shape.connections:
            part = row.get(name) or {}
            while (part.get("pageInfo") or {}).get("hasNextPage"):
                asked = {"id": row["id"], "after": part["pageInfo"]["endCursor"]}
                more = self._send(rest(shape, name), asked).get("node")
                if more is None:
                    break  # deleted meanwhile: the next look finds it gone
                part = {**more[name], "nodes": [*nodes(row, name), *nodes(more, name)]}
                row[name] = part
        if any(len(row.get(name) or ()) >= one.first for name, one in shape.lists.items()):
            found = self._send(whole(shape), {"id": row["id"]}).get("node")
            row.update(found or {})
        return row

    def _send(self, document: str, variables: Mapping[str, Any]) -> Row:
        return self._client.send(document, variables, repeatable=True)


def _next(page: Row) -> str | None:
    """Say where the next page begins; None where there is none."""
    info = page.get("pageInfo") or {}
    return str(info.get("endCursor")) if info.get("hasNextPage") else None


def _part(data: Row, name: str) -> Row:
    found: Row = data.get(name) or {}
    return found


def _scopes(data: Row) -> frozenset[str]:
    app = _part(data, "currentAppInstallation")
    return frozenset(str(one.get("handle")) for one in app.get("accessScopes") or ())
