"""Search: filters, sorting, paging by offset, and the limits that make people cry.

Sees the index, not the records: recent changes are missing from it for a while, and what has
been archived is not in it.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from journeysync.sandbox.hubspot.answers import Refusal, answer
from journeysync.sandbox.hubspot.definitions import Definition
from journeysync.sandbox.hubspot.kinds import Kind, find_kind
from journeysync.sandbox.hubspot.objects import Call
from journeysync.sandbox.hubspot.portal import Portal
from journeysync.sandbox.hubspot.store import Record
from journeysync.sandbox.hubspot.validation import to_millis
from journeysync.sandbox.wire import Answer
from journeysync.sandbox.world import iso

MAX_BODY = 3_000
MAX_PAGE = 200
CAP = 10_000
MAX_GROUPS, MAX_FILTERS, MAX_ALL = 5, 6, 18
Values = Mapping[str, str]
Test = Callable[[Record, Values], bool]
_WORDS = re.compile(r"[^\w*]+")


def search(call: Call, kind: Kind) -> Answer:
    """Answer `POST /crm/v3/objects/{type}/search`."""
    if len(call.request.body.decode("utf-8", "replace")) > MAX_BODY:
        raise _problem(f"The request body is longer than {MAX_BODY} characters.")
    body = call.body()
    limit, start = _window(body)
    found = _found(call.portal, kind, body)
    size = max(limit // 2, 1) if call.request.twist == "shrink-page" else limit
    page = found[start : start + size]
    properties = [str(name) for name in body.get("properties") or []] or list(kind.shown)
    results = [call.portal.show(record, properties, held) for record, held in page]
    told: dict[str, Any] = {"total": len(found), "results": results}
    following = start + len(page)
    if call.request.twist == "repeat-page":
        following = start
    if following < len(found) and page:
        cursor = str(following)
        told["paging"] = {"next": {"after": cursor}}
    return answer(200, told)


def _found(portal: Portal, kind: Kind, body: Mapping[str, Any]) -> list[tuple[Record, Values]]:
    """Find and sort; the next page of the same search need not do it again."""
    asked = {name: body.get(name) for name in ("filterGroups", "filters", "query", "sorts")}
    mark = (kind.name, repr(asked), portal.now, portal.store.version, portal.store.changes)
    held = portal.last_search
    if held is not None and held[0] == mark:
        return held[1]
    test = _all_of(portal, kind, body)
    found: list[tuple[Record, Values]] = [
        (record, values) for record, values in portal.store.indexed(kind) if test(record, values)
    ]
    _sort(portal, kind, body, found)
    portal.last_search = (mark, found)
    return found


def _problem(message: str) -> Refusal:
    return Refusal(400, f"There was a problem with the request. {message}", "VALIDATION_ERROR")


def _window(body: Mapping[str, Any]) -> tuple[int, int]:
    limit, after = body.get("limit", 10), body.get("after") or "0"
    if not isinstance(limit, int) or not str(after).isdecimal():
        raise _problem("limit and after must be numbers.")
    if limit > MAX_PAGE:
        raise _problem(f"The limit may be at most {MAX_PAGE}.")
    start = int(after)
    if start + max(limit, 1) > CAP:
        raise _problem(f"Paging past {CAP} results of one query is not supported.")
    return max(limit, 1), start


def _all_of(portal: Portal, kind: Kind, body: Mapping[str, Any]) -> Test:
    """Combine groups (any) of filters (all) and the free text."""
    groups = list(body.get("filterGroups") or [])
    if body.get("filters"):
        groups.append({"filters": body["filters"]})
    sizes = [len(group.get("filters") or []) for group in groups]
    if (
        len(groups) > MAX_GROUPS
        or any(size > MAX_FILTERS for size in sizes)
        or sum(sizes) > MAX_ALL
    ):
        raise _problem(
            f"At most {MAX_GROUPS} filter groups with {MAX_FILTERS} filters each, "
            f"{MAX_ALL} in all, are supported."
        )
    tests = [[_filter(portal, kind, one) for one in group.get("filters") or []] for group in groups]
    query = str(body.get("query") or "").lower().split()

    def test(record: Record, held: Values) -> bool:
        if tests and not any(all(one(record, held) for one in group) for group in tests):
            return False
        if not query:
            return True
        text = " ".join(held.get(name, "") for name in kind.searched).lower()
        return all(word in text for word in query)

    return test


def _filter(portal: Portal, kind: Kind, wanted: Mapping[str, Any]) -> Test:
    name, operator = str(wanted.get("propertyName", "")), str(wanted.get("operator", ""))
    if name.startswith("associations."):
        return _linked(name, wanted)
    definition = portal.definitions[kind.name].get(name)
    if definition is None or definition.archived_at:
        raise _problem(f"Property {name} of {kind.singular} does not exist.")
    if operator in ("HAS_PROPERTY", "NOT_HAS_PROPERTY"):
        want = operator == "HAS_PROPERTY"
        return lambda record, held: bool(portal.value(record, name, held)) is want
    if operator in ("CONTAINS_TOKEN", "NOT_CONTAINS_TOKEN"):
        return _token(name, str(wanted.get("value", "")), want=operator == "CONTAINS_TOKEN")
    if operator in ("IN", "NOT_IN"):
        return _within(portal, definition, wanted, want=operator == "IN")
    if operator not in ("EQ", "NEQ", "LT", "LTE", "GT", "GTE", "BETWEEN"):
        raise _problem(f"Operator {operator} is not supported.")
    return _comparison(portal, definition, operator, wanted)


def _linked(name: str, wanted: Mapping[str, Any]) -> Test:
    target = find_kind(name.partition(".")[2])
    operator = wanted.get("operator")
    if target is None or operator not in ("EQ", "IN"):
        raise _problem(f"{name} is not supported with {operator}.")
    values = wanted.get("values") or [wanted.get("value", "")]
    numbers = {int(value) for value in values if str(value).isdecimal()}
    return lambda record, _: not numbers.isdisjoint(record.links.get(target.name, ()))


def _comparison(
    portal: Portal, definition: Definition, operator: str, wanted: Mapping[str, Any]
) -> Test:
    key = _key_of(definition)
    name = definition.name
    try:
        low = key(str(wanted["value"]))
        high = key(str(wanted["highValue"])) if operator == "BETWEEN" else low
    except (KeyError, ValueError):
        raise _problem(f"The value for {name} {operator} is missing or not valid.") from None
    tests: dict[str, Callable[[Any], bool]] = {
        "EQ": lambda value: value == low,
        "NEQ": lambda value: value != low,
        "LT": lambda value: value < low,
        "LTE": lambda value: value <= low,
        "GT": lambda value: value > low,
        "GTE": lambda value: value >= low,
        "BETWEEN": lambda value: low <= value <= high,
    }
    holds = tests[operator]

    def test(record: Record, held: Values) -> bool:
        text = portal.value(record, name, held)
        # As in the live tool, NEQ does not find records without a value.
        return bool(text) and holds(key(text or ""))

    return test


def _within(
    portal: Portal, definition: Definition, wanted: Mapping[str, Any], *, want: bool
) -> Test:
    values = wanted.get("values")
    if not isinstance(values, list) or not values:
        raise _problem(f"values must be a list for {definition.name}.")
    key = _key_of(definition)
    chosen = {key(str(value)) for value in values}
    name = definition.name

    def test(record: Record, held: Values) -> bool:
        text = portal.value(record, name, held)
        if not text:
            return False
        parts = text.split(";") if definition.field_type == "checkbox" else [text]
        return any(key(part) in chosen for part in parts) is want

    return test


def _token(name: str, pattern: str, *, want: bool) -> Test:
    """Match whole words; a star stands for any letters. A run of words must stand together."""
    words = [word for word in _WORDS.split(pattern.lower()) if word]
    shapes = [re.compile(re.escape(word).replace(r"\*", r"\w*")) for word in words]

    def test(record: Record, held: Values) -> bool:
        del record
        tokens = [word for word in _WORDS.split(held.get(name, "").lower()) if word]
        hit = any(
            all(
                at + index < len(tokens) and shape.fullmatch(tokens[at + index])
                for index, shape in enumerate(shapes)
            )
            for at in range(len(tokens))
        )
        return (bool(shapes) and hit) is want

    return test


def _key_of(definition: Definition) -> Callable[[str], Any]:
    if definition.type == "number":
        return float
    if definition.type == "datetime":
        return _instant
    if definition.type == "date":
        return lambda text: text[:10] if "-" in text[1:] else iso(int(text))[:10]
    return str.lower


def _instant(text: str) -> str:
    """Instants compare as text once they are written alike."""
    if len(text) == 24 and text[-1] == "Z":  # noqa: PLR2004 - already in our own form
        return text
    return iso(to_millis(text))


def _sort(
    portal: Portal, kind: Kind, body: Mapping[str, Any], found: list[tuple[Record, Values]]
) -> None:
    sorts = body.get("sorts") or []
    if len(sorts) > 1:
        raise _problem("Only one sort is supported.")
    wanted = sorts[0] if sorts else kind.created
    if isinstance(wanted, str):
        name, down = wanted.lstrip("-"), wanted.startswith("-")
    else:
        name, down = str(wanted.get("propertyName", "")), wanted.get("direction") == "DESCENDING"
    definition = portal.definitions[kind.name].get(name)
    if definition is None:
        raise _problem(f"Cannot sort by {name}.")
    key = _key_of(definition)
    with_value = [row for row in found if portal.value(row[0], name, row[1])]
    without = [row for row in found if not portal.value(row[0], name, row[1])]
    with_value.sort(
        key=lambda row: (key(portal.value(row[0], name, row[1]) or ""), row[0].id), reverse=down
    )
    found[:] = with_value + without
