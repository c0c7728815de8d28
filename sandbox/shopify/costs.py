"""What a query costs, and how much of it the app may spend.

By the published rules: a value is free, an object one point, a connection two and what its rows
cost, a mutation ten. Money counts as a value, a list without pages as one object, unless its
rows are asked for by their ids. The bucket fills
in real seconds, because a client that is told to wait really waits.
"""

import time
from collections.abc import Iterator
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    get_named_type,
    is_composite_type,
    value_from_ast_untyped,
)
from graphql.type import GraphQLField

MOST = 1000
CONNECTION, MUTATION = 2, 10
UNSAID = 10
"""Rows of a connection that names no number: it is refused later."""
_FREE = frozenset({"MoneyBag", "MoneyV2", "PageInfo", "Count"})


class Bucket:
    """The points of one app in one shop."""

    def __init__(self, *, enforced: bool) -> None:
        self.enforced = enforced
        self.most = 2000.0
        self.restore = 100.0
        self._left = self.most
        self._then = time.monotonic()

    def take(self, points: int) -> bool:
        """Spend points, if there are as many."""
        self._fill()
        if self.enforced and points > self._left:
            return False
        self._left = max(self._left - points, 0)
        return True

    def give_back(self, points: int) -> None:
        """Return what was asked for and not used."""
        self._left = min(self._left + points, self.most)

    def empty(self) -> None:
        """Spend all there is, as another program of the same app might."""
        self._fill()
        self._left = 0.0

    def status(self) -> dict[str, Any]:
        self._fill()
        left = int(self._left) if self.enforced else int(self.most)
        return {"maximumAvailable": self.most, "currentlyAvailable": left,
                "restoreRate": self.restore}  # fmt: skip

    def _fill(self) -> None:
        now = time.monotonic()
        self._left = min(self._left + (now - self._then) * self.restore, self.most)
        self._then = now


class Meter:
    """Counts the points of one document, before it runs and after."""

    def __init__(
        self, schema: GraphQLSchema, document: DocumentNode, variables: dict[str, Any]
    ) -> None:
        self._schema = schema
        self._variables = {**_defaults(document), **variables}
        self._fragments = {
            one.name.value: one.selection_set
            for one in document.definitions
            if isinstance(one, FragmentDefinitionNode)
        }

    def asked(self, operation: OperationDefinitionNode) -> int:
        """Count what an operation may cost at most."""
        return self._operation(operation, None)

    def used(self, operation: OperationDefinitionNode, data: Any) -> int:
        """Count what it did cost."""
        return self._operation(operation, data if data is not None else {})

    def _operation(self, operation: OperationDefinitionNode, data: Any) -> int:
        root = self._schema.get_root_type(operation.operation)
        if root is None:
            raise TypeError(operation.operation)
        if operation.operation.value == "mutation":
            return MUTATION * sum(1 for _ in self._fields(operation.selection_set))
        return max(self._children(operation.selection_set, root, data), 1)

    def _fields(self, selections: SelectionSetNode) -> Iterator[tuple[FieldNode, str]]:
        """Give the fields of a selection with the type that a fragment narrows them to."""
        for one in selections.selections:
            if isinstance(one, FieldNode):
                yield one, ""
            elif isinstance(one, InlineFragmentNode):
                narrowed = one.type_condition.name.value if one.type_condition else ""
                for inner, deeper in self._fields(one.selection_set):
                    yield inner, deeper or narrowed
            elif isinstance(one, FragmentSpreadNode):
                yield from self._fields(self._fragments[one.name.value])

    def _children(self, selections: SelectionSetNode, parent: Any, data: Any) -> int:
        total = 0
        for field, narrowed in self._fields(selections):
            owner = self._schema.type_map[narrowed] if narrowed else parent
            told = getattr(owner, "fields", {}).get(field.name.value)
            if told is None or field.selection_set is None:
                continue
            name = (field.alias or field.name).value
            if data is not None and (not isinstance(data, dict) or data.get(name) is None):
                continue
            total += self._field(field, told, None if data is None else data[name])
        return total

    def _field(self, field: FieldNode, told: GraphQLField, data: Any) -> int:
        kind = get_named_type(told.type)
        selections = field.selection_set
        if not is_composite_type(kind) or kind.name in _FREE or selections is None:
            return 0
        if kind.name.endswith("Connection"):
            return CONNECTION + self._rows(selections, kind, self._size(field), data)
        if (ids := self._given(field, "ids")) is not None:
            found = None if data is None else [one for one in data if one]
            return self._all(selections, kind, len(ids), found)
        return 1 + self._children(selections, kind, _first(data))

    def _given(self, field: FieldNode, name: str) -> list[Any] | None:
        """Give the list that an argument holds."""
        for one in field.arguments or ():
            given = value_from_ast_untyped(one.value, self._variables)
            if one.name.value == name and isinstance(given, list):
                return given
        return None

    def _rows(self, selections: SelectionSetNode, kind: Any, many: int, data: Any) -> int:
        """Count the rows of a connection, asked for as nodes or as edges; both count once."""
        costs = []
        for field, _ in self._fields(selections):
            name = field.name.value
            if name not in ("nodes", "edges") or field.selection_set is None:
                continue
            inner = get_named_type(kind.fields[name].type)
            rows = None if data is None else data[(field.alias or field.name).value]
            if name == "nodes":
                costs.append(self._all(field.selection_set, inner, many, rows))
                continue
            for deeper, _ in self._fields(field.selection_set):
                if deeper.name.value == "node" and deeper.selection_set is not None:
                    under = (deeper.alias or deeper.name).value
                    nodes = None if rows is None else [one[under] for one in rows]
                    row = get_named_type(inner.fields["node"].type)
                    costs.append(self._all(deeper.selection_set, row, many, nodes))
        return max(costs, default=0)

    def _all(self, selections: SelectionSetNode, kind: Any, many: int, rows: Any) -> int:
        if rows is None:
            return many * (1 + self._children(selections, kind, None))
        return sum(1 + self._children(selections, kind, one) for one in rows)

    def _size(self, field: FieldNode) -> int:
        """Say how many rows are asked for at most."""
        for one in field.arguments or ():
            given = value_from_ast_untyped(one.value, self._variables)
            if one.name.value in ("first", "last") and isinstance(given, int):
                return given
        return UNSAID


def _defaults(document: DocumentNode) -> dict[str, Any]:
    """Give what variables are where they are not said."""
    return {
        one.variable.name.value: value_from_ast_untyped(one.default_value)
        for operation in document.definitions
        if isinstance(operation, OperationDefinitionNode)
        for one in operation.variable_definitions or ()
        if one.default_value is not None
    }


def _first(data: Any) -> Any:
    """Take a row for all of a list that has no pages: such a list counts as one object."""
    return next(iter(data), {}) if isinstance(data, list) else data
