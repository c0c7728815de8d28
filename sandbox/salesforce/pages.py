"""Answers queries, a page at a time, and keeps the place of those that have more."""

from typing import Any

from journeysync.sandbox.salesforce import paths, soql
from journeysync.sandbox.salesforce.answers import Refusal, answer
from journeysync.sandbox.salesforce.call import Call
from journeysync.sandbox.salesforce.ids import make_id
from journeysync.sandbox.salesforce.query import Plan, plan
from journeysync.sandbox.salesforce.store import Org, Record
from journeysync.sandbox.wire import Answer
from journeysync.sandbox.world import DAY

CURSOR_LIFE = 2 * DAY
WIDE_PAGE, CHILD_PAGE = 1_000, 200
KEPT = 64
"""Cursors that are remembered at most: a pretend org need not be frugal, only not endless."""


class Cursors:
    """Queries that are being paged through."""

    def __init__(self) -> None:
        self._held: dict[str, tuple[Plan, list[Any], int, int]] = {}
        self._count = 0

    def keep(self, made: Plan, rows: list[Any], size: int) -> str:
        """Remember a query; give the name of its place."""
        self._count += 1
        name = make_id("01g", self._count)
        self._held[name] = (made, rows, size, made.org.world.now)
        while len(self._held) > KEPT:
            del self._held[next(iter(self._held))]
        return name

    def find(self, org: Org, name: str) -> tuple[Plan, list[Any], int]:
        held = self._held.get(name)
        if held is None or org.world.now - held[3] > CURSOR_LIFE:
            raise Refusal("INVALID_QUERY_LOCATOR", "invalid query locator")
        return held[:3]


def first(call: Call, cursors: Cursors, *, deleted: bool) -> Answer:
    """Run the query of a request."""
    text = call.query.get("q")
    if not text:
        raise Refusal("MALFORMED_QUERY", "SOQL statements cannot be empty or null")
    if "explain" in call.query:
        raise Refusal("NOT_FOUND", "The requested resource does not exist", 404)
    made = plan(
        call.org, soql.parse(text), deleted=deleted, tooling=call.tooling, version=call.version
    )
    rows = made.rows()
    if made.counting:
        return answer(200, {"totalSize": len(rows), "done": True, "records": []})
    size = min(call.batch_size(), WIDE_PAGE) if made.wide() else call.batch_size()
    if made.groups is not None and len(rows) > size:
        raise Refusal(
            "EXCEEDED_ID_LIMIT",
            "Aggregate query does not support queryMore(), use LIMIT to restrict the results to a "
            "single batch",
        )
    return answer(200, page(call, cursors, made, rows, size, "", 0))


def following(call: Call, cursors: Cursors, locator: str) -> Answer:
    """Give the next page of a query."""
    name, _, offset = locator.rpartition("-")
    made, rows, size = cursors.find(call.org, name or locator)
    start = int(offset) if name and offset.isdecimal() else 0
    return answer(200, page(call, cursors, made, rows, size, name, start))


def page(
    call: Call, cursors: Cursors, made: Plan, rows: list[Any], size: int, name: str, start: int
) -> dict[str, Any]:
    """Write one page of rows."""
    twist = call.request.twist
    if twist == "shrink-page":
        size = max(1, min(size, len(rows) - start) // 2)
    end = start + size
    done = end >= len(rows) and twist != "repeat-page"
    shown: dict[str, Any] = {"totalSize": len(rows), "done": done}
    if not done:
        name = name or cursors.keep(made, rows, size)
        there = start if twist == "repeat-page" else end
        api = "tooling/query" if call.tooling else "query"
        shown["nextRecordsUrl"] = f"{call.base()}/{api}/{name}-{there}"
    write = Writer(call, cursors, made)
    shown["records"] = [write(row) for row in rows[start:end]]
    return shown


class Writer:
    """Writes the rows of one query as JSON has them."""

    def __init__(self, call: Call, cursors: Cursors, made: Plan) -> None:
        self._call, self._cursors, self._plan = call, cursors, made
        self._api = "tooling/sobjects" if call.tooling else "sobjects"
        self._kids = {
            child.name: self._by_parent(child.reference, child.plan) for child in made.children
        }
        self._parents = sorted({column.steps for column in made.columns if column.steps})

    @staticmethod
    def _by_parent(reference: str, made: Plan) -> dict[str, list[Record]]:
        found: dict[str, list[Record]] = {}
        limit, made.query.limit = made.query.limit, None
        for record in made.rows():
            parent = record.get(reference)
            held = found.setdefault(parent, []) if parent else []
            if limit is None or len(held) < limit:
                held.append(record)
        made.query.limit = limit
        return found

    def __call__(self, row: Any) -> dict[str, Any]:
        made = self._plan
        if made.groups is not None:
            return made.groups.show(row)
        shown: dict[str, Any] = {"attributes": self._attributes(row)}
        for column in made.columns:
            if not column.steps:
                shown[column.name] = paths.show(column.field, column.get(row))
        for steps in self._parents:
            self._parent(shown, row, steps)
        for child in made.children:
            shown[child.name] = self._list(child.plan, self._kids[child.name].get(row.id, []))
        return shown

    def _attributes(self, row: Record, kind: str = "") -> dict[str, str]:
        url = f"{self._call.base()}/{self._api}/{row.kind.name}/{row.id}"
        return {"type": kind or row.kind.name, "url": url}

    def _parent(self, shown: dict[str, Any], row: Record, steps: tuple[str, ...]) -> None:
        """Write what was asked of a parent; null where there is none."""
        here: Record | None = row
        for word in steps:
            assert here is not None
            reference = next(
                one for one in here.kind.fields.values() if one.relation == word and one.targets
            )
            here = paths.follow(self._plan.org, here, reference.name)
            if here is None:
                shown.setdefault(word, None)
                return
            name = "Name" if reference.polymorphic else ""
            if shown.get(word) is None:
                shown[word] = {"attributes": self._attributes(here, name)}
            shown = shown[word]
        for column in self._plan.columns:
            if column.steps == steps:
                shown[column.name] = paths.show(column.field, column.get(row))

    def _list(self, made: Plan, rows: list[Record]) -> dict[str, Any] | None:
        """Write a list of children, which has pages of its own."""
        if not rows:
            return None
        return page(self._call, self._cursors, made, rows, CHILD_PAGE, "", 0)
