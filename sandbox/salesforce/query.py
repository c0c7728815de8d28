"""Runs a query over an org: which records fit, in which order, and how a row is written."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from journeysync.sandbox.salesforce import paths
from journeysync.sandbox.salesforce.answers import Refusal
from journeysync.sandbox.salesforce.filters import compile_all
from journeysync.sandbox.salesforce.grouping import Groups
from journeysync.sandbox.salesforce.schema import Field, Kind
from journeysync.sandbox.salesforce.soql import (
    AGGREGATES,
    Call,
    Literal,
    Logic,
    Path,
    Query,
    Test,
    fail,
)
from journeysync.sandbox.salesforce.store import Org, Record

Get = Callable[[Record], Any]
MAX_OFFSET = 2_000
_SHOWN = frozenset({"tolabel", "format", "convertcurrency"})


@dataclass(slots=True)
class Column:
    """One selected value: where it stands in a row, and how it is got."""

    steps: tuple[str, ...]
    """Names of the parents on the way, as the relationships are called."""
    name: str
    field: Field
    get: Get


@dataclass(slots=True)
class Children:
    """One selected list of children."""

    name: str
    reference: str
    plan: "Plan"


@dataclass(slots=True)
class Plan:
    """A query that was understood."""

    org: Org
    kind: Kind
    query: Query
    columns: list[Column] = field(default_factory=list)
    children: list[Children] = field(default_factory=list)
    groups: Groups | None = None
    fits: Callable[[Record], bool] | None = None
    deleted: bool = False

    @property
    def counting(self) -> bool:
        """`SELECT COUNT()` gives a number and no rows."""
        only = self.query.columns[0]
        return isinstance(only, Call) and only.name == "count" and only.path is None

    def rows(self) -> list[Any]:
        """Give what fits, in order."""
        found: list[Any]
        if self.groups is not None:
            found = self.groups.rows(self._fitting())
        else:
            found = self._sorted(list(self._fitting()))
        found = found[self.query.offset :]
        found = found if self.query.limit is None else found[: self.query.limit]
        self._metadata(found)
        return found

    def _metadata(self, found: list[Any]) -> None:
        """Whole definitions are given one at a time."""
        names = {column.name for column in self.columns}
        if len(found) > 1 and self.kind.name == "CustomField" and names & {"Metadata", "FullName"}:
            words = (
                "When retrieving results with Metadata or FullName fields, the query "
                "qualifications must specify no more than one row for retrieval. Result size: "
                f"{len(found)}"
            )
            raise Refusal("MALFORMED_QUERY", words)

    def _fitting(self) -> Iterator[Record]:
        narrow = _ids(self.query.where)
        if narrow is not None and self.kind.rows is None:
            source: Iterator[Record] = self.org.picked(self.kind, narrow, deleted=self.deleted)
        else:
            source = self.org.rows(self.kind, deleted=self.deleted)
        return filter(self.fits, source) if self.fits else source

    def _sorted(self, found: list[Record]) -> list[Record]:
        for order in reversed(self.query.order):
            if isinstance(order.what, Call):
                raise Refusal("MALFORMED_QUERY", "a function can order groups only")
            one, get = paths.resolve(self.org, self.kind, order.what, self.query.text)
            if one.long or one.type in ("address", "multipicklist"):
                fail(self.query.text, order.what.at, "INVALID_FIELD",
                     f"field '{one.name}' can not be sorted in a query call")  # fmt: skip
            found = sort_by(found, get, down=order.down, nulls_last=order.nulls_last)
        return found

    def wide(self) -> bool:
        """Say whether rows are so long that the server gives fewer a page."""
        return any(column.field.long for column in self.columns)


def sort_by(
    found: list[Any], get: Callable[[Any], Any], *, down: bool, nulls_last: bool
) -> list[Any]:
    """Sort once more, keeping ties as they stand."""
    pairs = [(get(row), row) for row in found]
    empty = [row for value, row in pairs if value is None]
    full = [(value.lower() if isinstance(value, str) and not _like_id(value) else value, row)
            for value, row in pairs if value is not None]  # fmt: skip
    full.sort(key=lambda pair: pair[0], reverse=down)
    rest = [row for _, row in full]
    return rest + empty if nulls_last else empty + rest


def _like_id(value: str) -> bool:
    return len(value) == 18 and value.isalnum()  # noqa: PLR2004 - the length of ids


def plan(
    org: Org, query: Query, *, deleted: bool = False, tooling: bool = False, version: str = "64.0"
) -> Plan:
    """Understand a query, or refuse it."""
    kind = _source(org, query, tooling=tooling)
    made = Plan(org, kind, query, deleted=deleted)
    _bounded(kind, query)
    if query.offset > MAX_OFFSET:
        raise Refusal("NUMBER_OUTSIDE_VALID_RANGE", "Maximum SOQL offset allowed is 2000")

    def find(what: Path | Call) -> tuple[Field, Get]:
        if isinstance(what, Call):
            fail(query.text, what.at, "MALFORMED_QUERY", f"unexpected token: '{what.name}'")
        return paths.resolve(org, kind, what, query.text)

    def inner(one: Query) -> set[Any]:
        return _inner(org, one, deleted=deleted, tooling=tooling)

    if query.where is not None:
        made.fits = compile_all(query.text, query.where, find, inner, org.date)
    aggregated = any(isinstance(one, Call) and one.name in AGGREGATES for one in query.columns)
    if (aggregated and not made.counting) or query.group:
        made.groups = Groups(org, kind, query)
    elif not made.counting:
        for one in query.columns:
            _select(made, one, version)
        _once(made)
    return made


def _bounded(kind: Kind, query: Query) -> None:
    """Some kinds answer only to those who say what they look for."""
    if (
        kind.name == "FieldDefinition"
        and "entitydefinition" not in _where(query)
        and ("durableid" not in _where(query))
    ):
        words = "A filter on a reified column is required [EntityDefinitionId,DurableId]"
        raise Refusal("MALFORMED_QUERY", words)


def _where(query: Query) -> str:
    return query.text.lower().partition(" where ")[2]


def _source(org: Org, query: Query, *, tooling: bool) -> Kind:
    name = ".".join(query.source.parts)
    kind = org.kind(name)
    known = kind is not None and (kind.tooling != "no" if tooling else kind.tooling != "only")
    if kind is None or not known:
        words = (
            f"sObject type '{name}' is not supported. If you are attempting to use a custom "
            "object, be sure to append the '__c' after the entity name. Please reference your "
            "WSDL or the describe call for the appropriate names."
        )
        fail(query.text, query.source.at, "INVALID_TYPE", words)
    return kind


def _inner(org: Org, query: Query, *, deleted: bool, tooling: bool) -> set[Any]:
    """Run the query of a semi-join."""
    inside = plan(org, query, deleted=deleted, tooling=tooling)
    if len(inside.columns) != 1 or inside.columns[0].field.type not in ("id", "reference"):
        fail(query.text, query.source.at, "MALFORMED_QUERY",
             "The inner select must select one id field")  # fmt: skip
    get = inside.columns[0].get
    return {get(row) for row in inside.rows()} - {None}


def _select(made: Plan, one: Path | Call | Query, version: str) -> None:
    org, kind, text = made.org, made.kind, made.query.text
    if isinstance(one, Query):
        _children(made, one, version)
        return
    path = one
    if isinstance(one, Call):
        if one.name not in _SHOWN or one.path is None:
            fail(text, one.at, "MALFORMED_QUERY", f"unexpected token: '{one.name}'")
        path = one.path
    assert isinstance(path, Path)
    if id(path) in made.query.aliases:
        fail(text, path.at, "MALFORMED_QUERY", "only aggregate expressions use field aliasing")
    found, get = paths.resolve(org, kind, path, text)
    steps: list[str] = []
    here = kind
    parts = path.parts
    if len(parts) > 1 and parts[0].lower() == kind.name.lower():
        parts = parts[1:]
    for word in parts[:-1]:
        reference, here = paths.parent_of(org, here, word, text, path.at)
        steps.append(reference.relation)
    name = one.alias if isinstance(one, Call) and one.alias else found.name
    made.columns.append(Column(tuple(steps), name, found, get))


def _once(made: Plan) -> None:
    seen = set()
    for column in made.columns:
        key = (column.steps, column.name)
        if key in seen:
            raise Refusal("INVALID_FIELD", f"duplicate field selected: {column.name}")
        seen.add(key)


def _children(made: Plan, inner: Query, version: str) -> None:
    word = inner.source.parts[-1]
    for kind in made.org.kinds.values():
        for one in kind.fields.values():
            if one.kids.lower() != word.lower() or made.kind.name not in one.targets:
                continue
            inner.source.parts = (kind.name,)
            inside = plan(made.org, inner, deleted=made.deleted, version=version)
            made.children.append(Children(one.kids, one.name, inside))
            return
    words = f"Didn't understand relationship '{word}' in FROM part of query call. {paths.RELATION}"
    fail(made.query.text, inner.source.at, "INVALID_TYPE", words)


def _ids(logic: Test | Logic | None) -> list[str] | None:
    """Give the ids that a query names, where it names them: there is no need to look at others."""
    if isinstance(logic, Logic):
        parts = logic.parts if logic.word == "and" else []
        return next((found for one in parts if (found := _ids(one)) is not None), None)
    if (
        logic is None
        or not isinstance(logic.left, Path)
        or ([part.lower() for part in logic.left.parts] != ["id"])
    ):
        return None
    if logic.sign == "=" and isinstance(logic.right, Literal):
        return [str(logic.right.value)]
    if logic.sign == "in" and isinstance(logic.right, list):
        return [str(one.value) for one in logic.right]
    return None
