"""The search syntax of `query:` arguments. Pure.

What a list does not know to filter by is left out of the search with a warning beside the data:
more comes back than was asked for, and no error.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from journeysync.sandbox.shopify.gids import read_gid
from journeysync.sandbox.world import DAY

Keep = Callable[[Any], bool]
Read = Callable[[Any], Any]
_TOKEN = re.compile(
    r"\s*(?:(?P<paren>[()])|(?P<not>-(?=\S))?(?:(?P<name>[A-Za-z_][\w.]*):\s*(?P<op><=|>=|<|>)?\s*)?"
    r"(?:'(?P<single>[^']*)'|\"(?P<double>[^\"]*)\"|(?P<bare>[^\s()]+)))"
)
_WARNING = "Invalid search field for this query."
_HOLDS: Mapping[str, Callable[[Any, Any], bool]] = {
    ">=": lambda one, other: one >= other,
    "<=": lambda one, other: one <= other,
    ">": lambda one, other: one > other,
    "<": lambda one, other: one < other,
    "": lambda one, other: one == other,
}


@dataclass
class Search:
    """One search, being read."""

    fields: Mapping[str, tuple[str, Read]]
    """Name: how it compares (`time`, `day`, `id`, `text`, `tag`, `test`) and what it reads."""
    words: Callable[[Any], str]
    """The text in which words without a name are looked for."""
    zone: ZoneInfo
    now: int
    warned: list[dict[str, str]] = field(default_factory=list)

    def keep(self, text: str | None) -> Keep | None:
        """Make a test of a search; None lets everything through."""
        tokens = [found for found in _TOKEN.finditer(text or "") if found[0].strip()]
        self._tokens, self._at = tokens, 0
        return self._any()

    # Each level gives None for what says nothing, which is left out of what surrounds it.

    def _any(self) -> Keep | None:
        parts = [self._all()]
        while self._word("OR"):
            parts.append(self._all())
        tests = [one for one in parts if one is not None]
        if len(tests) < 2:  # noqa: PLR2004 - nothing to combine
            return tests[0] if tests else None
        return lambda row: any(test(row) for test in tests)

    def _all(self) -> Keep | None:
        tests = []
        while self._at < len(self._tokens) and not self._ends():
            if self._word("AND"):
                continue
            test = self._one()
            if test is not None:
                tests.append(test)
        if len(tests) < 2:  # noqa: PLR2004
            return tests[0] if tests else None
        return lambda row: all(test(row) for test in tests)

    def _ends(self) -> bool:
        token = self._tokens[self._at]
        return token["paren"] == ")" or (token["bare"] == "OR" and not token["name"])

    def _word(self, word: str) -> bool:
        here = self._at < len(self._tokens) and self._tokens[self._at]
        if here and here["bare"] == word and not here["name"]:
            self._at += 1
            return True
        return False

    def _one(self) -> Keep | None:
        negated = self._word("NOT")
        token = self._tokens[self._at] if self._at < len(self._tokens) else None
        self._at += 1
        if token is None:
            return None
        if token["paren"] == "(":
            test = self._any()
            self._at += 1
        else:
            negated = negated or bool(token["not"])
            test = self._term(token)
        if test is None or not negated:
            return test
        inner = test
        return lambda row: not inner(row)

    def _term(self, token: re.Match[str]) -> Keep | None:
        quoted = token["single"] if token["single"] is not None else token["double"]
        value = quoted if quoted is not None else token["bare"]
        name = token["name"]
        if not name:
            wanted = value.casefold()
            return lambda row: wanted in self.words(row).casefold()
        if quoted is None and ":" in value:
            # Without quotes the colons of a time begin fields that do not exist.
            self._warn(value.split(":")[0][-2:])
            return None
        kind, read = self.fields.get(name, ("", str))
        test = self._test(kind, read, token["op"] or "", value)
        if test is None:
            self._warn(name)
        return test

    def _warn(self, name: str) -> None:
        self.warned.append({"field": name, "message": _WARNING, "code": "invalid_field"})

    def _test(self, kind: str, read: Read, op: str, value: str) -> Keep | None:
        """Make a test of one field; None where the value, or the field, is unknown."""
        test: Keep | None = None
        wanted = {one.strip().casefold() for one in value.split(",")}
        if kind in ("time", "day"):
            test = self._dated(kind, read, op, value)
        elif kind == "id":
            test = _numbered(read, op, value)
        elif kind == "test":
            test = read(value)
        elif kind == "tag":
            test = lambda row: bool(wanted & {one.casefold() for one in read(row)})  # noqa: E731 - one of several
        elif kind == "text" and value == "*":
            test = lambda row: bool(read(row))  # noqa: E731
        elif kind == "text":
            test = lambda row: (read(row) or "").casefold() in wanted  # noqa: E731
        return test

    def _dated(self, kind: str, read: Read, op: str, value: str) -> Keep | None:
        span = self._instant(value)
        if span is None:
            return None
        low, high = span
        if kind == "day" and not op:
            low, high = low - low % DAY, low - low % DAY + DAY
        if not op:
            return lambda row: low <= read(row) < high
        holds, edge = _HOLDS[op], high - 1000 if op in (">", "<=") else low
        return lambda row: holds(read(row), edge)

    def _instant(self, text: str) -> tuple[int, int] | None:
        """Read a time, by the shop's clock unless it says which; what is vague is a span."""
        if text == "now":
            return self.now, self.now + 1000
        parts = {4: "-01-01", 7: "-01"}
        try:
            at = datetime.fromisoformat(text + parts.get(len(text), ""))
        except ValueError:
            return None
        if at.tzinfo is None:
            at = at.replace(tzinfo=self.zone)
        start = int(at.timestamp()) * 1000
        if len(text) > len("2026-11-20"):
            return start, start + 1000
        months = {4: 12, 7: 1}.get(len(text))
        if months is None:
            return start, start + DAY
        month = at.month - 1 + months
        end = at.replace(year=at.year + month // 12, month=month % 12 + 1)
        return start, int(end.timestamp()) * 1000


def _numbered(read: Read, op: str, value: str) -> Keep | None:
    known, holds = read_gid(value), _HOLDS[op]
    if known is None and not value.isdecimal():
        return None
    number = known[1] if known else int(value)
    return lambda row: read(row) is not None and holds(read(row), number)


def stamp(at: int | None) -> str | None:
    """Write an instant as Shopify does: to the second, in UTC."""
    if at is None:
        return None
    return datetime.fromtimestamp(at // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
