"""Reads SOQL: text in, a tree with positions out. Knows no field and no kind.

Where Salesforce refuses a text, this refuses it too: AND beside OR without parentheses, an empty
list, text in double quotes, an escape that does not exist.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NoReturn, TypeVar

from journeysync.sandbox.salesforce.answers import Refusal

Part = TypeVar("Part")
MAX_TEXT, MAX_LITERAL = 100_000, 4_000
_TOKENS = re.compile(
    r"""\s*(?:
    (?P<text>'(?:[^'\\]|\\.)*')
  | (?P<datetime>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d))
  | (?P<date>\d{4}-\d\d-\d\d(?![T\d]))
  | (?P<number>[+-]?\d+(?:\.\d+)?(?![\w.]))
  | (?P<money>[A-Z]{3}\d+(?:\.\d+)?\b)
  | (?P<word>[A-Za-z]\w*(?:\.[A-Za-z]\w*)*(?::\d+)?)
  | (?P<sign><=|>=|<>|!=|[=<>(),])
    )""",
    re.VERBOSE,
)
_ESCAPES = {
    "n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", '"': '"', "'": "'", "\\": "\\",
    "N": "\n", "R": "\r", "T": "\t", "B": "\b", "F": "\f",
}  # fmt: skip
_RESERVED = frozenset(
    {
        "and", "asc", "desc", "exclude", "first", "for", "from", "group", "having", "in",
        "includes", "last", "like", "limit", "not", "null", "nulls", "offset", "or", "order",
        "select", "using", "where", "with", "by",
    }
)  # fmt: skip
AGGREGATES = frozenset({"count", "count_distinct", "max", "min", "sum", "avg"})


@dataclass(slots=True)
class Token:
    kind: str
    text: str
    at: int


@dataclass(slots=True)
class Path:
    """A field, perhaps of a parent: `Account.Name`."""

    parts: tuple[str, ...]
    at: int


@dataclass(slots=True)
class Call:
    """A function of a field: `COUNT(Id)`, `toLabel(Status)`."""

    name: str
    path: Path | None
    at: int
    alias: str = ""


@dataclass(slots=True)
class Literal:
    """A value as it was written: `text`, `number`, `date`, `datetime`, `word` or `money`."""

    kind: str
    value: Any
    at: int


@dataclass(slots=True)
class Test:
    """One comparison."""

    left: Path | Call
    sign: str
    right: "Literal | list[Literal] | Query"


@dataclass(slots=True)
class Logic:
    """`and`, `or` of several, `not` of one."""

    word: str
    parts: "list[Test | Logic]"


@dataclass(slots=True)
class Order:
    what: Path | Call
    down: bool
    nulls_last: bool


@dataclass(slots=True)
class Query:
    """One SELECT."""

    text: str
    columns: "list[Path | Call | Query]" = field(default_factory=list)
    aliases: dict[int, str] = field(default_factory=dict)
    source: Path = field(default_factory=lambda: Path((), 0))
    where: Test | Logic | None = None
    group: list[Path] = field(default_factory=list)
    having: Test | Logic | None = None
    order: list[Order] = field(default_factory=list)
    limit: int | None = None
    offset: int = 0


def fail(text: str, at: int, code: str, words: str) -> NoReturn:
    """Refuse a query."""
    raise placed(text, at, code, words)


def placed(text: str, at: int, code: str, words: str) -> Refusal:
    """Make a refusal that points at the place, as Salesforce does."""
    start = max(0, text.rfind("\n", 0, at) + 1, at - 45)
    shown = text[start : at + 40].replace("\n", " ")
    row, column = text.count("\n", 0, at) + 1, at - (text.rfind("\n", 0, at) + 1) + 1
    caret = " " * (at - start) + "^"
    return Refusal(code, f"\n{shown}\n{caret}\nERROR at Row:{row}:Column:{column}\n{words}")


def parse(text: str) -> Query:
    """Read a whole query."""
    if len(text) > MAX_TEXT:
        raise Refusal("QUERY_TOO_COMPLICATED", "SOQL statements cannot be longer than 100000")
    return Parser(text).whole()


class Parser:
    """Goes through the tokens once, from the left."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens: list[Token] = []
        self.here = 0
        at = 0
        while at < len(text.rstrip()):
            found = _TOKENS.match(text, at)
            if found is None or found.lastgroup is None:
                rest = text[at:].lstrip()
                at = len(text) - len(rest)
                if rest.startswith("'"):
                    self._malformed(at, "unexpected end of string literal")
                self._malformed(at, f"unexpected char: '{rest[:1]}'")
            self.tokens.append(
                Token(found.lastgroup, found.group(found.lastgroup), found.start(found.lastgroup))
            )
            at = found.end()
        self.tokens.append(Token("end", "<EOF>", len(text)))

    def whole(self) -> Query:
        query = self._query(nested=False)
        if self._now.kind != "end":
            self._unexpected()
        return query

    # -- small steps -----------------------------------------------------------------------

    @property
    def _now(self) -> Token:
        return self.tokens[self.here]

    def _malformed(self, at: int, words: str) -> NoReturn:
        fail(self.text, at, "MALFORMED_QUERY", words)

    def _unexpected(self) -> NoReturn:
        self._malformed(self._now.at, f"unexpected token: '{self._now.text}'")

    def _is(self, *words: str) -> bool:
        """Say whether these words or signs come next."""
        following = self.tokens[self.here : self.here + len(words)]
        return [one.text.lower() for one in following if one.kind in ("word", "sign")] == list(
            words
        )

    def _took(self, *words: str) -> bool:
        if self._is(*words):
            self.here += len(words)
            return True
        return False

    def _take(self, word: str) -> None:
        if not self._took(word):
            self._unexpected()

    def _name(self) -> Path:
        token = self._now
        if token.kind != "word" or token.text.lower() in _RESERVED or ":" in token.text:
            self._unexpected()
        self.here += 1
        return Path(tuple(token.text.split(".")), token.at)

    def _whole_number(self) -> int:
        token = self._now
        if token.kind != "number" or not token.text.isdigit():
            self._unexpected()
        self.here += 1
        return int(token.text)

    # -- the parts of a query --------------------------------------------------------------

    def _query(self, *, nested: bool) -> Query:
        query = Query(self.text)
        self._take("select")
        query.columns = self._listed(lambda: self._column(query, nested=nested))
        self._take("from")
        query.source = self._name()
        self._alias(query)
        if self._took("using"):
            self._take("scope")
            self._name()
        if self._took("where"):
            query.where = self._logic()
        if self._took("group", "by"):
            query.group = self._listed(self._name)
            if self._took("having"):
                query.having = self._logic()
        if self._took("order", "by"):
            query.order = self._listed(self._order)
        if self._took("limit"):
            query.limit = self._whole_number()
        if self._took("offset"):
            query.offset = self._whole_number()
        if self._took("for") and not (self._took("view") or self._took("reference")):
            self._unexpected()
        return query

    def _listed(self, read: Callable[[], Part]) -> list[Part]:
        """Read one or several, with commas between."""
        found = [read()]
        while self._took(","):
            found.append(read())
        return found

    def _alias(self, query: Query) -> None:
        """`FROM Contact c`: fields may then be called `c.Name`."""
        token = self._now
        if token.kind == "word" and token.text.lower() not in _RESERVED:
            self.here += 1
            short = token.text.lower()
            for one in self._paths(query):
                if len(one.parts) > 1 and one.parts[0].lower() == short:
                    one.parts = one.parts[1:]
            for later in self.tokens[self.here :]:
                if later.kind == "word" and later.text.lower().startswith(f"{short}."):
                    later.text = later.text[len(short) + 1 :]

    @staticmethod
    def _paths(query: Query) -> list[Path]:
        direct = [one for one in query.columns if isinstance(one, Path)]
        calls = [one.path for one in query.columns if isinstance(one, Call) and one.path]
        return direct + calls

    def _column(self, query: Query, *, nested: bool) -> Path | Call | Query:
        if self._is("("):
            if nested:
                self._unexpected()
            self.here += 1
            inner = self._query(nested=True)
            self._take(")")
            return inner
        found = self._value_of()
        token = self._now
        if token.kind == "word" and token.text.lower() not in _RESERVED:
            self.here += 1
            if isinstance(found, Call):
                found.alias = token.text
            else:
                query.aliases[id(found)] = token.text
        return found

    def _value_of(self) -> Path | Call:
        name = self._name()
        if not self._took("("):
            return name
        inner = None if self._is(")") else self._name()
        self._take(")")
        return Call(name.parts[0].lower(), inner, name.at)

    def _order(self) -> Order:
        what = self._value_of()
        down = self._took("desc")
        if not down:
            self._took("asc")
        last = False
        if self._took("nulls"):
            last = self._took("last")
            if not last:
                self._take("first")
        return Order(what, down, last)

    # -- conditions ------------------------------------------------------------------------

    def _logic(self) -> Test | Logic:
        parts = [self._condition()]
        word = ""
        while self._is("and") or self._is("or"):
            here = self._now.text.lower()
            if word and here != word:
                self._unexpected()
            word = here
            self.here += 1
            parts.append(self._condition())
        return Logic(word, parts) if word else parts[0]

    def _condition(self) -> Test | Logic:
        if self._took("not"):
            return Logic("not", [self._condition()])
        if self._took("("):
            inner = self._logic()
            self._take(")")
            return inner
        left = self._value_of()
        if self._took("not"):
            self._take("in")
            return Test(left, "not in", self._list())
        if self._took("in"):
            return Test(left, "in", self._list())
        for word in ("includes", "excludes", "like"):
            if self._took(word):
                return Test(left, word, self._literal() if word == "like" else self._list())
        sign = self._now.text
        if self._now.kind != "sign" or sign in "(),":
            self._unexpected()
        self.here += 1
        return Test(left, "!=" if sign == "<>" else sign, self._literal())

    def _list(self) -> list[Literal] | Query:
        self._take("(")
        if self._is("select"):
            inner = self._query(nested=True)
            self._take(")")
            return inner
        found = [self._literal()]
        while self._took(","):
            found.append(self._literal())
        self._take(")")
        return found

    def _literal(self) -> Literal:
        token = self._now
        self.here += 1
        if token.kind == "text":
            return Literal("text", self._unescape(token), token.at)
        if token.kind == "number":
            value = float(token.text) if "." in token.text else int(token.text)
            return Literal("number", value, token.at)
        if token.kind in ("date", "datetime", "money"):
            return Literal(token.kind, token.text, token.at)
        if token.kind == "word" and (
            token.text.lower() == "null" or token.text.lower() not in _RESERVED
        ):
            return Literal("word", token.text.lower(), token.at)
        self.here -= 1
        raise placed(self.text, token.at, "MALFORMED_QUERY", f"unexpected token: '{token.text}'")

    def _unescape(self, token: Token) -> str:
        inside = token.text[1:-1]
        if len(inside) > MAX_LITERAL:
            self._malformed(token.at, "string literal is too long")
        out, at = [], 0
        while at < len(inside):
            if inside[at] != "\\":
                out.append(inside[at])
                at += 1
                continue
            mark = inside[at + 1]
            if mark in "%_":
                out.append("\\" + mark)
            elif mark in _ESCAPES:
                # A backslash stays doubled: LIKE must tell it from the marks of its own.
                out.append("\\\\" if mark == "\\" else _ESCAPES[mark])
            else:
                words = (
                    f"Invalid string literal. Illegal character sequence '\\{mark}' in string "
                    f"literal '{inside}'."
                )
                self._malformed(token.at, words)
            at += 2
        return "".join(out)
