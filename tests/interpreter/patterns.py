"""Which events fit a pattern: LANGUAGE section 4, "Patterns", sentence by sentence.

Quotations are from LANGUAGE.md.
"""

# ruff: noqa: ERA001 - quotations from the language look like code

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from interpreter.days import Days
from journeysync.core.language.model import Condition, Conditions, Pattern
from journeysync.core.models import Event, Scalar

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d{1,2})?", re.ASCII)
"""What "reads as numbers": the text is silent; `1e400` is no amount but somebody's id."""


def matching(patterns: Iterable[Pattern], history: Sequence[Event], days: Days) -> list[Event]:
    """Return the events that match any of the patterns, in event order.

    "A list of patterns means any of them." - `history` is the customer's whole history in event
    order: "Both look at the customer's whole history in event order, wherever the pattern stands."
    """
    found = {id(event) for pattern in patterns for event in _matching(pattern, history, days)}
    return [event for event in history if id(event) in found]


def _matching(pattern: Pattern, history: Sequence[Event], days: Days) -> list[Event]:
    fitting = [event for event in history if fits(pattern, event)]
    if pattern.sum is not None:
        return _summed(pattern.sum, fitting)
    if pattern.count is not None:
        return _counted(pattern, fitting, days)
    return fitting


def fits(pattern: Pattern, event: Event) -> bool:
    """Look at kind and `where` alone."""
    kind = pattern.event
    if kind.endswith(".*"):
        # "`KIND` may end in `.*`."
        if not event.kind.startswith(kind.removesuffix("*")):
            return False
    elif event.kind != kind:
        return False
    # "`where` may also name `tool` (its name), `subject_type`."
    known = {**event.attributes, "tool": event.tool, "subject_type": event.subject_type}
    return hold(pattern.where, known)


def _counted(pattern: Pattern, fitting: Sequence[Event], days: Days) -> list[Event]:
    # "`count: N` matches at the customer's N-th event that fits kind and `where`, and at every
    # later one; with `within: D` at an event e such that the N-th last fitting event up to and
    # including e lies at or after e minus D (e.at <= that event's at + D)."
    assert pattern.count is not None
    found = []
    for number, event in enumerate(fitting, start=1):
        if number < pattern.count:
            continue
        nth_last = fitting[number - pattern.count]
        if pattern.within is None or event.at <= days.later(nth_last.at, pattern.within):
            found.append(event)
    return found


def _summed(sums: Mapping[str, Decimal], fitting: Sequence[Event]) -> list[Event]:
    # "`sum: {a: X}` matches at every fitting event at which the running total of `a` (missing or
    # no number: 0) over fitting events has reached X."
    found = []
    total = dict.fromkeys(sums, Fraction(0))
    for event in fitting:
        for attribute in sums:
            number = _number(_text(event.attributes.get(attribute)))
            total[attribute] += number or 0
        if all(total[attribute] >= Fraction(wanted) for attribute, wanted in sums.items()):
            found.append(event)
    return found


def hold(conditions: Conditions, attributes: Mapping[str, Scalar]) -> bool:
    """Tell whether the attributes are as wanted: "`where` conditions must all hold"."""
    return all(
        _holds(condition, _text(attributes.get(name))) for name, condition in conditions.items()
    )


def _holds(wanted: Condition, value: str) -> bool:
    """Look at one attribute: "a mapping of `eq, ne, ...` that must all hold"."""
    there = value != ""
    # "a missing or empty attribute satisfies only `exists: false`, `ne` and `not_in`."
    checks = []
    if wanted.exists is not None:
        checks.append(there == wanted.exists)
    if wanted.eq is not None:
        checks.append(there and _equal(value, wanted.eq))
    if wanted.ne is not None:
        checks.append(not there or not _equal(value, wanted.ne))
    if wanted.in_ is not None:
        checks.append(there and any(_equal(value, one) for one in wanted.in_))
    if wanted.not_in is not None:
        checks.append(not there or not any(_equal(value, one) for one in wanted.not_in))
    if wanted.contains is not None:
        checks.append(there and _text(wanted.contains) in value)
    return all(checks) and _between_numbers(wanted, _number(value))


def _between_numbers(wanted: Condition, number: Fraction | None) -> bool:
    # "`gt`... hold only between numbers"
    checks = []
    if wanted.gt is not None:
        checks.append(number is not None and number > _written(wanted.gt))
    if wanted.gte is not None:
        checks.append(number is not None and number >= _written(wanted.gte))
    if wanted.lt is not None:
        checks.append(number is not None and number < _written(wanted.lt))
    if wanted.lte is not None:
        checks.append(number is not None and number <= _written(wanted.lte))
    return all(checks)


def same_text(value: Scalar | None, wanted: Scalar) -> bool:
    """Compare an attribute with a value as conditions do."""
    return _equal(_text(value), wanted)


def _equal(value: str, wanted: Scalar) -> bool:
    # "when both sides read as numbers they compare as numbers (`007` equals 7)"
    left, right = _number(value), _number(_text(wanted))
    if left is not None and right is not None:
        return left == right
    return value == _text(wanted)


def _text(value: Scalar | None) -> str:
    """Write a value as it is compared; the empty text is a missing attribute."""
    if value is None:
        return ""
    if isinstance(value, bool):
        # "true/false equal the texts `true`/`false`"
        return "true" if value else "false"
    # "Text is trimmed and compared without regard to case"
    return str(value).strip().casefold()


def _number(text: str) -> Fraction | None:
    """Read a number exactly: no sum may drift."""
    return Fraction(Decimal(text)) if _NUMBER.fullmatch(text) else None


def _written(value: float) -> Fraction:
    """Take a number of the map as it was written, not as the nearest binary fraction."""
    return Fraction(Decimal(str(value)))
