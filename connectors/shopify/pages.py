"""Turns the pages of a list of records: as large as they may cost, by ascending id, none twice.

Many records come from a bulk file instead. Knows lists and costs, and not what a record means.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from journeysync.connectors.shopify import bulk
from journeysync.connectors.shopify.client import Client, Row, operation_of
from journeysync.connectors.shopify.contents import nodes, number
from journeysync.connectors.shopify.documents import (
    APP,
    PERSONAL,
    Shape,
    more,
    page,
    rest,
    whole,
)
from journeysync.connectors.shopify.replies import Denied, TooCostly
from journeysync.core.errors import ToolDown

_TURNS = 20_000
"""Rows after which pages begin anew behind the last id: Shopify turns no further than 25,000."""
_ALLOWED = 990.0
"""Points that one page may cost: Shopify allows 1,000."""
_AGAIN = 30
"""Records of which more is asked for at once, until that turns out to cost too much."""
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
            yield self._filled(shape, rows)
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
        limit = {"limit": self._bulk_from} if counted else {}
        while True:
            asked = {"first": size, "after": after, "query": query or None, **limit}
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

    # --- lists inside records --------------------------------------------------------------------

    def _filled(self, shape: Shape, rows: list[Row]) -> list[Row]:
        """Ask for what did not fit of the lists inside records, for many records at once."""
        for name in shape.connections:
            cut = [row for row in rows if _next(_part(row, name))]
            for row, found in self._again(more(shape, name), cut):
                row[name] = found[name]
                self._rest(shape, name, row)
        lists = [(name, one.first) for name, one in shape.lists.items()]
        cut = [row for row in rows if _is_cut(row, lists)]
        for row, found in self._again(whole(shape), cut):
            row.update(found)
        return rows

    def _rest(self, shape: Shape, name: str, row: Row) -> None:
        """Ask for the rest of one long list, page by page."""
        while after := _next(_part(row, name)):
            found = self._send(rest(shape, name), {"id": row["id"], "after": after}).get("node")
            if found is None:
                return  # deleted meanwhile: the next look finds it gone
            if _next(found[name]) == after:
                raise ToolDown(self._client.tool, f"repeats a page of {name}.")
            row[name] = {**found[name], "nodes": [*nodes(row, name), *nodes(found, name)]}

    def _again(self, document: str, rows: list[Row]) -> Iterator[tuple[Row, Row]]:
        """Ask for some records again, for as many at once as may be; not for those gone since."""
        name, done = operation_of(document), 0
        while done < len(rows):
            size = self._sizes.get(name, _AGAIN)
            some = {str(row.get("id")): row for row in rows[done : done + size]}
            try:
                found = self._send(document, {"ids": list(some)})
            except TooCostly:
                if len(some) == 1:
                    raise
                self._sizes[name] = len(some) // 2
                continue
            known = [one for one in found.get("nodes") or () if one and one.get("id") in some]
            yield from ((some[one["id"]], one) for one in known)
            done += len(some)

    def _send(self, document: str, variables: Mapping[str, Any]) -> Row:
        return self._client.send(document, variables, repeatable=True)


def _next(page: Row) -> str | None:
    """Say where the next page begins; None where there is none."""
    info = page.get("pageInfo") or {}
    return str(info.get("endCursor")) if info.get("hasNextPage") else None


def _is_cut(row: Row, lists: list[tuple[str, int]]) -> bool:
    """Say whether one of these lists is as long as was asked for at most."""
    for name, most in lists:  # a loop: this is done for each of very many records
        found = row.get(name)
        if found and len(found) >= most:
            return True
    return False


def _part(data: Row, name: str) -> Row:
    found: Row = data.get(name) or {}
    return found


def _scopes(data: Row) -> frozenset[str]:
    app = _part(data, "currentAppInstallation")
    return frozenset(str(one.get("handle")) for one in app.get("accessScopes") or ())
