"""Rules about stages, exits, states and routes: what leads there, what they are for."""

from collections.abc import Sequence

from journeysync.core.language.model import Exit, Part, Route, Stage, State, Touchpoint
from journeysync.core.language.parts import Parts, Placed
from journeysync.core.language.report import Report
from journeysync.core.language.rules.names import DEFAULT_ROUTE
from journeysync.core.language.written import Node


def check(parts: Parts, report: Report) -> None:
    """Report places nothing leads to, states without use, routes nobody takes, equal labels."""
    for place in parts.places:
        _led_to(place, report)
    for leave in parts.exits:
        _silence(leave, report)
    for state in parts.states:
        _used(state, parts, report)
    _reached_routes(parts.routes, report)
    _labels([(place, place.part.title) for place in parts.places], "place", report)
    _labels([(one, one.part.title) for one in parts.touchpoints], "touchpoint", report)
    for part in (*parts.places, *parts.touchpoints):
        _some_route(part, report)


def _led_to(place: Placed[Stage] | Placed[Exit], report: Report) -> None:
    ways = ("reached_by", "entered_by") if isinstance(place.part, Stage) else (
        "entered_by", "quiet_for")  # fmt: skip
    node = place.node
    if not any(node.given(way) and not _empty(node, way) for way in ways):
        what = f"{place.name}: nothing leads here; write `{ways[0]}` or `{ways[1]}`."
        report.add(node, "JS404", what)


def _empty(node: Node, key: str) -> bool:
    child = node.child(key)
    return node.whole(key) and child is not None and child.value == []


def _silence(leave: Placed[Exit], report: Report) -> None:
    if leave.node.given("quiet_for"):
        return
    for key in ("of", "from", "suppressed_while"):
        if leave.node.given(key):
            what = f"{leave.name}: `{key}` speaks of silence and needs `quiet_for`."
            report.add(leave.node.line_of(key), "JS306", what)


def _used(state: Placed[State], parts: Parts, report: Report) -> None:
    users: list[Placed[Exit] | Placed[Touchpoint]] = [*parts.exits, *parts.touchpoints]
    lost = any(not user.node.whole("suppressed_while") for user in users)
    unread = len(parts.touchpoints) < len(parts.ids.get("touchpoints", {}))
    named = {word for user in users for word, _ in user.words("suppressed_while")}
    if state.part.id not in named and not lost and not unread:
        what = f"{state.name} is used nowhere; name it in some `suppressed_while`, or delete it."
        report.add(state.node, "JS405", what)


def _reached_routes(routes: Sequence[Placed[Route]], report: Report) -> None:
    """Only what is certain: an earlier route asks for nothing, or for exactly the same."""
    earlier: list[Placed[Route]] = []
    for route in routes:
        if route.node.damaged:
            continue
        taker = next((one for one in earlier if _takes_all(one.part, route.part)), None)
        if taker is not None:
            what = f"{route.name} is never reached: {taker.name.lower()} takes all its customers."
            report.add(route.node, "JS406", what)
        earlier.append(route)


def _takes_all(earlier: Route, later: Route) -> bool:
    asks_nothing = not earlier.when and not earlier.having
    return asks_nothing or (earlier.when == later.when and earlier.having == later.having)


def _labels(labelled: Sequence[tuple[Placed[Part], str]], noun: str, report: Report) -> None:
    first: dict[str, Placed[Part]] = {}
    for placed, label in labelled:
        before = first.setdefault(label.casefold(), placed)
        if before is not placed:
            what = (
                f"{placed.name} has the label `{label}`, as another {noun} has in line "
                f"{before.node.line_of('label')}; people could not tell them apart."
            )
            report.add(placed.node.line_of("label"), "JS408", what)


def _some_route(
    placed: "Placed[Stage] | Placed[Exit] | Placed[Touchpoint]", report: Report
) -> None:
    only, never = set(placed.part.only), set(placed.part.except_)
    within: set[str] = set()
    if isinstance(placed.part, Touchpoint) and placed.node.whole("within"):
        within = set(placed.part.within)
    if only and within and DEFAULT_ROUTE not in within and not only & within:
        what = f"{placed.name}: `only` and `within` have no route in common, so it is for nobody."
        report.add(placed.node.line_of("only"), "JS410", what)
    if only and only <= never:
        what = f"{placed.name}: `only` and `except` leave no route, so it is there for nobody."
        report.add(placed.node.line_of("except"), "JS410", what)
