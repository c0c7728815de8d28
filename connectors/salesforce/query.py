"""Writes queries in SOQL: the only place where a value becomes part of one. Pure.

A name is checked, a text is quoted, a list is never empty; nothing that a record holds gets into a
query in any other way.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from journeysync.connectors.salesforce.times import literal

IN_ONE_QUERY = 200
"""So many ids keep an address well under the length that proxies and Salesforce accept."""

_NAME = re.compile(r"[A-Za-z]\w{0,79}(\.[A-Za-z]\w{0,79}){0,2}", re.ASCII)
_ESCAPES = str.maketrans(
    {
        "\\": "\\\\", "'": "\\'", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f",
        "\0": "",
    }
)  # fmt: skip


def is_name(text: str) -> bool:
    """Say whether a text can be the name of a field, or a path to a parent's field."""
    return bool(_NAME.fullmatch(text))


def name(text: str) -> str:
    """Return a name of a field or object. Raises ValueError for anything else."""
    if not is_name(text):
        raise ValueError("no name of a field or object")
    return text


def quoted(value: str) -> str:
    """Write a text as a query has it. Only these characters may be escaped, and these must be."""
    return f"'{value.translate(_ESCAPES)}'"


def among(field: str, values: Sequence[str]) -> str:
    """Ask that a field holds one of some texts. Raises ValueError for none: it would be no SOQL."""
    if not values:
        raise ValueError("a query needs at least one value")
    return f"{name(field)} IN ({','.join(map(quoted, values))})"


def select(
    fields: Sequence[str], source: str, *conditions: str, order: str = "", limit: int = 0
) -> str:
    """Write a query. Conditions that are empty fall away; all others must hold."""
    said = [f"({one})" if " OR " in one else one for one in conditions if one]
    where = f" WHERE {' AND '.join(said)}" if said else ""
    last = f" ORDER BY {name(order)}" if order else ""
    last += f" LIMIT {limit}" if limit else ""
    asked = ",".join(dict.fromkeys(map(name, fields)))
    return f"SELECT {asked} FROM {name(source)}{where}{last}"  # noqa: S608 - names are checked


def count(source: str, *conditions: str) -> str:
    """Write a query that only counts."""
    where = f" WHERE {' AND '.join(one for one in conditions if one)}" if any(conditions) else ""
    return f"SELECT COUNT() FROM {name(source)}{where}"  # noqa: S608 - names are checked


# --- which records are read ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Whole:
    """All records of an object."""

    def of(self, _prefix: str = "") -> str:
        """Return the condition on the records themselves, seen from there or from a child."""
        return ""


@dataclass(frozen=True, slots=True)
class Changed:
    """Records that changed from one second to another, both included."""

    low: datetime
    high: datetime

    def of(self, prefix: str = "") -> str:
        """Return the condition on the records themselves, seen from there or from a child."""
        stamp = f"{prefix}SystemModstamp"
        return f"{stamp} >= {literal(self.low)} AND {stamp} <= {literal(self.high)}"


@dataclass(frozen=True, slots=True)
class Named:
    """Records that are known by their ids."""

    ids: tuple[str, ...]

    def of(self, prefix: str = "") -> str:
        """Return the condition on the records themselves, seen from there or from a child."""
        return among(f"{prefix}Id", self.ids)


Slice = Whole | Changed | Named
