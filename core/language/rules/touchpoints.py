"""Rules about touchpoints: one anchor, a deadline, an expectation, keys that go together."""

from journeysync.core.language.durations import Duration, parse_duration
from journeysync.core.language.model import Touchpoint
from journeysync.core.language.parts import Parts, Placed
from journeysync.core.language.report import Report

ANCHORS = ("after", "before", "entering")

_EXCLUDE = (
    ("every", "opens", "a series has windows of its own"),
    ("every", "within", "the deadline of a window is its end"),
    ("every", "before", "a series starts from `after` or `entering`"),
    ("every", "at_least", "the deadline of a window is its end"),
    ("before", "within", "the deadline is `at_least` before it"),
    ("after", "at_least", "the deadline is `within` after it"),
    ("entering", "at_least", "the deadline is `within` after it"),
)
_AN_HOUR = parse_duration("1h")
_NEED_EVERY = ("last", "limit", "until")


def check(parts: Parts, report: Report) -> None:
    """Report touchpoints that cannot be expected of anybody."""
    owned = {stage.part.id for stage in parts.places if stage.node.given("owner")}
    for touchpoint in parts.touchpoints:
        _anchor(touchpoint, report)
        _deadline(touchpoint, report)
        _expect(touchpoint, report)
        _together(touchpoint, report)
        _order(touchpoint, report)
        if not touchpoint.node.given("owner") and touchpoint.part.stage not in owned:
            what = f"{touchpoint.name}: nobody answers for it; name a department as `owner`."
            report.add(touchpoint.node, "JS407", what)


def _anchor(touchpoint: Placed[Touchpoint], report: Report) -> None:
    node, given = touchpoint.node, [key for key in ANCHORS if touchpoint.node.given(key)]
    if not given:
        what = f"{touchpoint.name} needs an anchor: `after`, `before` or `entering`."
        report.add(node, "JS301", what)
    elif len(given) > 1:
        both = " and ".join(f"`{key}`" for key in given)
        what = f"{touchpoint.name} has {both}; keep one, and write another touchpoint."
        report.add(node.line_of(given[-1]), "JS301", what)
    for key, patterns in (("after", touchpoint.part.after), ("before", touchpoint.part.before)):
        if node.given(key) and node.whole(key) and not patterns:
            what = f"{touchpoint.name}: `{key}` names no event."
            report.add(node.line_of(key), "JS301", what)


def _deadline(touchpoint: Placed[Touchpoint], report: Report) -> None:
    node = touchpoint.node
    if node.given("before"):
        if not node.given("at_least") and not node.given("every"):
            what = f"{touchpoint.name} has no `at_least`: it is in time until the anchor itself."
            report.add(node.line_of("before"), "JS411", what)
    elif node.given("after") or node.given("entering"):
        late = node.given("within") and node.whole("within") and not touchpoint.part.within
        if late or not (node.given("within") or node.given("every")):
            key = "after" if node.given("after") else "entering"
            what = f"{touchpoint.name} needs a deadline: `within`, or `every` for a series."
            report.add(node.line_of(key), "JS303", what)


def _expect(touchpoint: Placed[Touchpoint], report: Report) -> None:
    node = touchpoint.node
    if not node.given("expect") or (node.whole("expect") and not touchpoint.part.expect):
        what = f"{touchpoint.name} needs `expect`: the events that show that it was done."
        report.add(node.line_of("expect"), "JS302", what)


def _together(touchpoint: Placed[Touchpoint], report: Report) -> None:
    node = touchpoint.node
    for one, other, because in _EXCLUDE:
        if node.given(one) and node.given(other):
            what = f"{touchpoint.name}: `{other}` cannot stand beside `{one}`: {because}."
            report.add(node.line_of(other), "JS305", what)
    for key in _NEED_EVERY:
        if node.given(key) and not node.given("every"):
            what = f"{touchpoint.name}: `{key}` has no meaning without `every`."
            report.add(node.line_of(key), "JS306", what)
    if node.given("at_least") and not any(node.given(key) for key in (*ANCHORS, "every")):
        what = f"{touchpoint.name}: `at_least` has no meaning without `before`."
        report.add(node.line_of("at_least"), "JS306", what)


def _order(touchpoint: Placed[Touchpoint], report: Report) -> None:
    part, node = touchpoint.part, touchpoint.node
    if part.every is not None and part.every.number == 0:
        what = f"{touchpoint.name}: `every: {part.every}` repeats without end; write a length."
        report.add(node.line_of("every"), "JS304", what)
    elif _longer(_AN_HOUR, part.every) and not node.given("limit"):
        what = f"{touchpoint.name}: `every: {part.every}` is very often; give it a `limit`."
        report.add(node.line_of("every"), "JS412", what)
    if _longer(part.last, part.every):
        what = f"{touchpoint.name}: `last` is longer than `every`, so its windows overlap."
        report.add(node.line_of("last"), "JS403", what)
    never = f"{touchpoint.name} opens after its deadline, so it never exists."
    if part.before and _longer(part.at_least, part.opens):
        report.add(node.line_of("opens"), "JS402", never)
    for route, within in part.within.items():
        if not part.before and _longer(part.opens, within):
            whose = "" if route == "default" else f" on route `{route}`"
            what = f"{touchpoint.name} opens after its deadline{whose}, so it never exists."
            report.add(node.line_of("opens"), "JS402", what)


_MONTHS = {"mo": 1, "y": 12}


def _longer(one: Duration | None, other: Duration | None) -> bool:
    """Say whether one is longer for certain: different kinds of units cannot be compared."""
    if one is None or other is None:
        return False
    if one.exact is not None and other.exact is not None:
        return one.exact > other.exact
    if one.unit in _MONTHS and other.unit in _MONTHS:
        return one.count * _MONTHS[one.unit] > other.count * _MONTHS[other.unit]
    return one.unit == other.unit and one.count > other.count
