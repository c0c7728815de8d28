"""Queries: the only place where a value becomes part of one. Pure.

Names of fields and objects are our own or the org's, and are refused when they are none; every
other text goes through `quoted`.
"""

import re
from collections.abc import Iterable

_NAME = re.compile(r"[A-Za-z]\w*(\.[A-Za-z]\w*)*")
_ESCAPES = str.maketrans(
    {
        "\\": "\\\\",
        "'": "\\'",
        '"': '\\"',
        "\n": "\\n",
        "\r": "\\r",
        "\t": "\\t",
        "\b": "\\b",
        "\f": "\\f",
    }
)


def quoted(text: str) -> str:
    """Write a text as a literal."""
    return f"'{text.translate(_ESCAPES)}'"


def within(field: str, values: Iterable[str]) -> str:
    """Say that a field holds one of these texts; of none, it is never true."""
    listed = ", ".join(quoted(value) for value in values)
    return f"{_name(field)} IN ({listed})" if listed else f"{_name('Id')} = NULL"


def select(fields: Iterable[str], source: str, *where: str, order: str = "") -> str:
    """Write a query."""
    words = ["SELECT", ", ".join(_name(field) for field in fields), "FROM", _name(source)]
    if where:
        words += ["WHERE", " AND ".join(where)]
    if order:
        words += ["ORDER BY", order]
    return " ".join(words)


def _name(text: str) -> str:
    if not _NAME.fullmatch(text):
        raise ValueError(f"`{text}` is no name of a field or object")
    return text
