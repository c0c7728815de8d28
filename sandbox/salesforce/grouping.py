"""Aggregates: groups of records, and what is counted, summed or chosen in each."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from journeysync.sandbox.salesforce import paths
from journeysync.sandbox.salesforce.filters import compile_all
from journeysync.sandbox.salesforce.schema import NUMBERS, Field, Kind
from journeysync.sandbox.salesforce.soql import AGGREGATES, Call, Path, Query, fail
from journeysync.sandbox.salesforce.store import Org, Record

MAX_GROUPS = 2_000
_COUNT = Field("count", "int")
_SUM = Field("sum", "double")


@dataclass(slots=True)
class Output:
    """One value of each group."""

    name: str
    field: Field
    get: Callable[[list[Record]], Any]


_WAYS: dict[str, tuple[Field | None, Callable[[list[Any]], Any]]] = {
    "count": (_COUNT, len),
    "count_distinct": (_COUNT, lambda found: len(set(found))),
    "sum": (_SUM, lambda found: sum(found) if found else None),
    "avg": (_SUM, lambda found: sum(found) / len(found) if found else None),
    "max": (None, lambda found: max(found, default=None)),
    "min": (None, lambda found: min(found, default=None)),
}


class Groups:
    """How one aggregating query makes its rows."""

    def __init__(self, org: Org, kind: Kind, query: Query) -> None:
        self.org, self.kind, self.query = org, kind, query
        self.keys = [paths.resolve(org, kind, path, query.text) for path in query.group]
        self.grouped = [".".join(path.parts).lower() for path in query.group]
        self.outputs: list[Output] = []
        unnamed = 0
        for one in query.columns:
            if isinstance(one, Query):
                fail(query.text, one.source.at, "MALFORMED_QUERY", "no lists of children in groups")
            name = one.alias if isinstance(one, Call) else query.aliases.get(id(one), "")
            if not name and isinstance(one, Call):
                name, unnamed = f"expr{unnamed}", unnamed + 1
            field, get = self.value(one)
            self.outputs.append(Output(name or field.name, field, get))

    def value(self, what: Path | Call) -> tuple[Field, Callable[[list[Record]], Any]]:
        """Find out how a column, or a part of HAVING, is got from a group."""
        if isinstance(what, Path):
            if ".".join(what.parts).lower() not in self.grouped:
                fail(self.query.text, what.at, "MALFORMED_QUERY",
                     f"Field must be grouped or aggregated: {'.'.join(what.parts)}")  # fmt: skip
            field, get = paths.resolve(self.org, self.kind, what, self.query.text)
            return field, lambda group: get(group[0])
        if what.name not in AGGREGATES:
            fail(self.query.text, what.at, "MALFORMED_QUERY", f"unexpected token: '{what.name}'")
        if what.path is None:
            return _COUNT, len
        field, get = paths.resolve(self.org, self.kind, what.path, self.query.text)
        if what.name in ("sum", "avg") and field.type not in NUMBERS:
            words = f"field {field.name} does not support aggregate operator {what.name.upper()}"
            fail(self.query.text, what.at, "INVALID_FIELD", words)
        shown, work_out = _WAYS[what.name]
        return shown or field, lambda group: work_out(
            [value for row in group if (value := get(row)) is not None]
        )

    def rows(self, records: Iterable[Record]) -> list[list[Record]]:
        """Make the groups that HAVING leaves; without GROUP BY there is always one."""
        groups: dict[tuple[Any, ...], list[Record]] = {}
        for record in records:
            groups.setdefault(tuple(get(record) for _, get in self.keys), []).append(record)
        found = list(groups.values()) if self.keys else [groups.get((), [])]
        if self.query.having is not None:
            fits = compile_all(
                self.query.text, self.query.having, self.value, lambda _: set(), self.org.date
            )
            found = [group for group in found if fits(group)]
        for order in reversed(self.query.order):
            _, get = self.value(order.what)
            empty = [group for group in found if get(group) is None]
            full = sorted(
                (group for group in found if get(group) is not None), key=get, reverse=order.down
            )
            found = full + empty if order.nulls_last else empty + full
        return found

    def show(self, group: list[Record]) -> dict[str, Any]:
        """Write a row."""
        row: dict[str, Any] = {"attributes": {"type": "AggregateResult"}}
        for one in self.outputs:
            row[one.name] = paths.show(one.field, one.get(group))
        return row
