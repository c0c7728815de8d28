"""`column IN (…)` for very many values, as one parameter.

A list of parameters would be written into the statement anew for every length, one by one, which
costs more than the database needs to answer. So the values go as one: JSON for SQLite, an array
for PostgreSQL.
"""

from collections.abc import Iterable
from typing import Any

import msgspec
from sqlalchemy import Boolean, ColumnElement, Dialect, Text, TypeDecorator, bindparam
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.operators import OperatorType
from sqlalchemy.types import TypeEngine


def among(column: ColumnElement[str], values: Iterable[str]) -> ColumnElement[bool]:
    """Ask whether a column holds one of these texts."""
    return _Among(column, bindparam(None, list(values), type_=_Texts(), unique=True))


class _Texts(TypeDecorator[list[str]]):
    """Texts, however many, as one parameter."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        kind: TypeEngine[Any] = Text()
        if dialect.name == "postgresql":
            kind = postgresql.ARRAY(postgresql.TEXT)
        return dialect.type_descriptor(kind)

    def process_bind_param(self, value: list[str] | None, dialect: Dialect) -> Any:
        return value if dialect.name == "postgresql" else msgspec.json.encode(value).decode()


class _Among(FunctionElement[bool]):
    type = Boolean()
    inherit_cache = True

    def self_group(self, against: OperatorType | None = None) -> "_Among":  # noqa: ARG002
        """Stand as it is: what SQLAlchemy would add (`= 1`) keeps SQLite from its indexes."""
        return self


@compiles(_Among, "sqlite")
def _in_sqlite(element: _Among, compiler: SQLCompiler, **more: Any) -> str:
    column, values = (compiler.process(part, **more) for part in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({values}))"  # noqa: S608 - SQL that the compiler wrote


@compiles(_Among, "postgresql")
def _in_postgresql(element: _Among, compiler: SQLCompiler, **more: Any) -> str:
    column, values = (compiler.process(part, **more) for part in element.clauses)
    return f"{column} = ANY ({values})"
