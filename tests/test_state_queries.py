"""An incremental run looks things up: it reads through no table that grows with the business."""

import json
import re
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest
from memory_tool import contact, gone, happened
from office import NOW, RECORDS, Office
from sqlalchemy import Connection, event

SMALL = {
    "dirty", "failed", "forgotten", "hold", "intent", "meta", "override", "run", "watermark",
}  # fmt: skip
"""Tables that hold what waits, what people asked for, or a line for each run or stream."""
ASKED = "json_each"
"""Not a table: the values that a question names."""

Statement = tuple[str, Any]


@pytest.fixture
def asked(state: str) -> Iterator[tuple[Connection, list[Statement]]]:
    """Everything that an incremental run with all kinds of news asks the database."""
    office = Office(state)
    office.sync(RECORDS)
    office.sync(*([one] for one in RECORDS))
    statements: list[Statement] = []

    def note(_: object, __: object, statement: str, given: Any, ___: object, many: bool) -> None:
        statements.append((statement, given[0] if many and given else given))

    event.listen(office.store._engine, "before_cursor_execute", note)
    news = [
        contact("2", email="other@example.com"),
        contact("7", email="bob@example.com", company="crm:77"),
        happened("f", "crm:1", "form.submitted", 100),
        gone(RECORDS[7]),
    ]
    office.sync(news, now=NOW + timedelta(hours=1))
    office.sync(now=NOW + timedelta(days=2))
    event.remove(office.store._engine, "before_cursor_execute", note)
    with closing(office.store), office.store.begin() as connection:
        yield connection, list({text: (text, given) for text, given in statements}.values())


def test_no_table_that_grows_is_read_through(
    asked: tuple[Connection, list[Statement]],
) -> None:
    """By what the database itself says that it would do."""
    connection, statements = asked
    explain = _sqlite if connection.dialect.name == "sqlite" else _postgresql
    read_through = {
        f"{table}: {text}"
        for text, given in statements
        if re.match(r"(SELECT|UPDATE|DELETE|INSERT)\b", text)
        for table in explain(connection, text, given)
        if table not in SMALL and table != ASKED
    }

    assert len(statements) > 40
    assert read_through == set()


def _sqlite(connection: Connection, statement: str, given: Any) -> list[str]:
    rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given).all()
    return [found[1] for row in rows if (found := re.match(r"SCAN (\w+)", row[3]))]


def _postgresql(connection: Connection, statement: str, given: Any) -> list[str]:
    """With small tables it would always read them through: tell it that this is dear."""
    connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
    plan = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", given).scalar()
    return list(_scanned(plan if isinstance(plan, list) else json.loads(str(plan))))


def _scanned(part: Any) -> Iterator[str]:
    if isinstance(part, list):
        for one in part:
            yield from _scanned(one)
    elif isinstance(part, dict):
        whole = part.get("Node Type") == "Index Only Scan" and "Index Cond" not in part
        if part.get("Node Type") == "Seq Scan" or whole:
            yield part["Relation Name"]
        for one in part.values():
            yield from _scanned(one)
