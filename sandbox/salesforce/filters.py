"""Turns the conditions of a query into one question to a record."""

from collections.abc import Callable
from typing import Any

from journeysync.sandbox.salesforce import literals
from journeysync.sandbox.salesforce.answers import Refusal
from journeysync.sandbox.salesforce.literals import Stretch
from journeysync.sandbox.salesforce.schema import COMPOUND, Field
from journeysync.sandbox.salesforce.soql import Call, Literal, Logic, Path, Query, Test, fail

Question = Callable[[Any], bool]
Find = Callable[[Path | Call], tuple[Field, Callable[[Any], Any]]]
Inner = Callable[[Query], set[Any]]
_TEXTUAL = frozenset(
    {"string", "picklist", "email", "phone", "url", "textarea", "combobox", "multipicklist",
     "anyType"}
)  # fmt: skip


def compile_all(text: str, logic: Test | Logic, find: Find, inner: Inner, now: int) -> Question:
    """Compile a condition and all inside it."""
    if isinstance(logic, Logic):
        parts = [compile_all(text, one, find, inner, now) for one in logic.parts]
        return _joined(logic.word, parts)
    return _test(text, logic, find, inner, now)


def _joined(word: str, parts: list[Question]) -> Question:
    if word == "not":
        only = parts[0]
        return lambda row: not only(row)
    if word == "and":
        return lambda row: all(part(row) for part in parts)
    return lambda row: any(part(row) for part in parts)


def _test(text: str, logic: Test, find: Find, inner: Inner, now: int) -> Question:
    one, get = find(logic.left)
    if not one.filterable or one.type in COMPOUND or one.type == "complexvalue":
        fail(text, logic.left.at, "INVALID_FIELD",
             f"field '{one.name}' can not be filtered in a query call")  # fmt: skip
    if isinstance(logic.right, Query):
        return _semi_join(text, logic, one, get, inner)
    if logic.sign in ("in", "not in", "includes", "excludes"):
        return _among(text, logic, one, get, now)
    assert isinstance(logic.right, Literal)
    if logic.sign == "like":
        return _like(text, logic, one, get)
    return _compare(text, logic, one, get, now)


def _fold(one: Field, value: Any) -> Any:
    if isinstance(value, str) and one.type in _TEXTUAL and not one.case_sensitive:
        return value.lower()
    return value


def _semi_join(
    text: str, test: Test, one: Field, get: Callable[[Any], Any], inner: Inner
) -> Question:
    assert isinstance(test.right, Query)
    if one.type not in ("id", "reference"):
        words = (
            "The left operand field in the where expression for outer query should be an id "
            f"field, cannot use: '{one.name}'"
        )
        fail(text, test.left.at, "MALFORMED_QUERY", words)
    found = inner(test.right)
    if test.sign == "in":
        return lambda row: get(row) in found
    return lambda row: get(row) not in found


def _among(text: str, test: Test, one: Field, get: Callable[[Any], Any], now: int) -> Question:
    assert isinstance(test.right, list)
    values = [literals.read(text, one, value, now) for value in test.right]
    if test.sign in ("includes", "excludes"):
        if one.type != "multipicklist":
            fail(text, test.left.at, "INVALID_QUERY_FILTER_OPERATOR",
                 "includes/excludes are only valid on multipicklist fields")  # fmt: skip
        wanted = [set(str(value).lower().split(";")) for value in values]

        def included(row: Any) -> bool:
            has = set(str(get(row) or "").lower().split(";"))
            return any(each <= has for each in wanted) == (test.sign == "includes")

        return included
    if any(isinstance(value, Stretch) for value in values):
        raise Refusal("MALFORMED_QUERY", "date literals cannot stand in a list")
    held = {_fold(one, value) for value in values}
    if test.sign == "in":
        return lambda row: _fold(one, get(row)) in held
    return lambda row: _fold(one, get(row)) not in held


def _like(text: str, test: Test, one: Field, get: Callable[[Any], Any]) -> Question:
    assert isinstance(test.right, Literal)
    if one.type not in _TEXTUAL or test.right.kind != "text":
        fail(
            text,
            test.left.at,
            "INVALID_QUERY_FILTER_OPERATOR",
            "invalid operator on id field"
            if one.type in ("id", "reference")
            else f"invalid operator on {one.type} field",
        )
    fits = literals.pattern(test.right.value)

    def question(row: Any) -> bool:
        value = get(row)
        return value is not None and fits(str(value))

    return question


def _compare(text: str, test: Test, one: Field, get: Callable[[Any], Any], now: int) -> Question:
    assert isinstance(test.right, Literal)
    sign = test.sign
    value = literals.read(text, one, test.right, now)
    if isinstance(value, Stretch):
        return _in_stretch(sign, value, get)
    if sign not in ("=", "!=") and (value is None or one.type == "boolean"):
        what = "null" if value is None else f"{one.type} field"
        fail(text, test.left.at, "INVALID_QUERY_FILTER_OPERATOR", f"invalid operator on {what}")
    # An empty text is stored as nothing.
    wanted = None if value == "" else _fold(one, value)
    if sign == "=":
        return lambda row: _fold(one, get(row)) == wanted
    if sign == "!=":
        return lambda row: _fold(one, get(row)) != wanted
    return _ordered(sign, lambda row: _fold(one, get(row)), wanted)


def _ordered(sign: str, get: Callable[[Any], Any], wanted: Any) -> Question:
    if sign == "<":
        return lambda row: (value := get(row)) is not None and value < wanted
    if sign == "<=":
        return lambda row: (value := get(row)) is not None and value <= wanted
    if sign == ">":
        return lambda row: (value := get(row)) is not None and value > wanted
    return lambda row: (value := get(row)) is not None and value >= wanted


def _in_stretch(sign: str, stretch: Stretch, get: Callable[[Any], Any]) -> Question:
    start, end = stretch.start, stretch.end
    if sign in ("=", "!="):
        return lambda row: (
            ((value := get(row)) is not None and start <= value < end) == (sign == "=")
        )
    if sign in (">", "<="):
        return _ordered(">=" if sign == ">" else "<", get, end)
    return _ordered(sign, get, start)
