"""Rules about patterns and conditions: kinds, counting and summing, attributes."""

from collections.abc import Iterator

from journeysync.core.language.model import Condition, Conditions, Exit, Part, Pattern, Stage
from journeysync.core.language.parts import Parts, Placed
from journeysync.core.language.report import Report
from journeysync.core.language.vocabulary import (
    KINDS,
    did_you_mean,
    distance,
    is_our_field,
    known,
    matches,
    slip,
)
from journeysync.core.language.written import Node

_SHORTEST = 3
"""Shorter attributes are a letter away from too much."""
_ON_ANY_EVENT = frozenset({"tool", "subject_type"})


def check(parts: Parts, report: Report, extra_kinds: frozenset[str]) -> None:
    """Report patterns that match nothing known or say nothing that can be meant."""
    kinds = extra_kinds | KINDS.keys()
    for name, pattern, node in _patterns(parts):
        spot = node.child("event") or node
        _kind(pattern.event, spot, kinds, report)
        _counting(name, pattern, node, report)
        where = node.child("where")
        if where is not None:
            _conditions(name, pattern.where, where, report)
            _attributes(pattern, where, report)
        for attribute in pattern.sum or {}:
            if is_our_field(attribute):
                _ours(attribute, node, report)
    for target in parts.targets:
        if target.part.feedback is not None:
            _kind(target.part.feedback, target.node.child("feedback") or target.node, kinds, report)
    for route in parts.routes:
        _when(route.name, route.part.when, route.node, report)
    for touchpoint in parts.touchpoints:
        _when(touchpoint.name, touchpoint.part.when, touchpoint.node, report)


def _patterns(parts: Parts) -> Iterator[tuple[str, Pattern, Node]]:
    """List every pattern of the map with its text and whose it is."""
    for place in parts.places:
        yield from _under(place, "entered_by", place.part.entered_by)
        if isinstance(place.part, Stage):
            yield from _under(place, "reached_by", place.part.reached_by)
        if isinstance(place.part, Exit):
            yield from _under(place, "of", place.part.of)
    for state in parts.states:
        yield from _under(state, "from", state.part.from_)
        yield from _under(state, "to", state.part.to)
    for route in parts.routes:
        yield from _under(route, "having", route.part.having)
    for touchpoint in parts.touchpoints:
        part = touchpoint.part
        yield from _under(touchpoint, "after", part.after)
        yield from _under(touchpoint, "before", part.before)
        yield from _under(touchpoint, "until", part.until)
        yield from _under(touchpoint, "expect", part.expect)
        yield from _under(touchpoint, "unless", part.unless)


def _under(
    placed: Placed[Part], key: str, patterns: tuple[Pattern, ...]
) -> Iterator[tuple[str, Pattern, Node]]:
    for pattern, node in placed.patterns(key, patterns):
        yield placed.name, pattern, node


def _kind(kind: str, node: Node, kinds: frozenset[str], report: Report) -> None:
    if known(kind, kinds):
        return
    meant = slip(kind, kinds)
    if meant is not None:
        report.add(node, "JS202", f"No event kind `{kind}`; did you mean `{meant}`?")
        return
    guess = did_you_mean(kind, kinds)
    report.add(
        node,
        "JS401",
        f"No tool gives `{kind}` by itself; it can only come from files or a mapping{guess}",
    )


def _counting(name: str, pattern: Pattern, node: Node, report: Report) -> None:
    if pattern.sum is not None:
        if len(pattern.sum) != 1 and node.whole("sum"):
            what = f"{name}: `sum` names one attribute and its goal, like `sum: {{amount: 1000}}`."
            report.add(node.child("sum") or node, "JS308", what)
        for key in ("count", "within"):
            if node.given(key):
                what = f"{name}: `sum` cannot stand together with `{key}`; use two patterns."
                report.add(node.child(key) or node, "JS307", what)
    elif node.given("within") and not node.given("count") and not node.given("sum"):
        what = f"{name}: `within` in a pattern needs `count`: how many events within that time."
        report.add(node.child("within") or node, "JS309", what)


def _when(name: str, when: Conditions, node: Node, report: Report) -> None:
    spot = node.child("when")
    if spot is not None:
        _conditions(name, when, spot, report)


def _conditions(name: str, conditions: Conditions, node: Node, report: Report) -> None:
    for attribute, condition in conditions.items():
        spot = node.child(attribute) or node
        if is_our_field(attribute):
            _ours(attribute, spot, report)
        if condition == Condition() and not spot.damaged:
            what = f"{name}: `{attribute}` has no condition; write a value, or `exists: true`."
            report.add(spot, "JS114", what)


def _ours(attribute: str, node: Node, report: Report) -> None:
    report.add(
        node,
        "JS201",
        f"`{attribute}` is a field that journeysync writes; our own fields are never inputs. Ask "
        "for the events behind it instead.",
    )


def _attributes(pattern: Pattern, node: Node, report: Report) -> None:
    """Warn of an attribute that is a letter away from one that the kind has."""
    usual = {
        attribute
        for kind, attributes in KINDS.items()
        if matches(kind, pattern.event)
        for attribute in attributes
    }
    for attribute in pattern.where:
        if attribute in usual | _ON_ANY_EVENT:
            continue
        near = [one for one in sorted(usual | _ON_ANY_EVENT) if distance(one, attribute) <= 1]
        if near and len(attribute) >= _SHORTEST:
            what = f"`{pattern.event}` has no attribute `{attribute}`; did you mean `{near[0]}`?"
            report.add(node.child(attribute) or node, "JS409", what)
