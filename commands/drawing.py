"""A journey map as text that a colleague can read aloud. Decides nothing and reads no file."""

import textwrap
from collections.abc import Iterator, Sequence

from journeysync.core.language.model import (
    Condition,
    Conditions,
    Exit,
    Journey,
    Pattern,
    Stage,
    State,
    Target,
    Touchpoint,
)

WIDTH = 100
_SIGNS = {"eq": "", "ne": "not ", "gt": "> ", "gte": ">= ", "lt": "< ", "lte": "<= "}


def draw(journey: Journey) -> str:
    """Write the path, what leads off it, and every touchpoint with its deadline."""
    sections = (
        ("Path", _numbered(journey.stages)),
        ("Exits", [line for place in journey.exits for line in _exit(place)]),
        ("States", [line for state in journey.states for line in _state(state)]),
        ("Routes", _routes(journey)),
        ("Touchpoints", [line for group in _groups(journey) for line in group]),
        ("Targets", [f"  {_target(target)}" for target in journey.targets]),
    )
    version = f", version {journey.version}" if journey.version else ""
    lines = [f"{journey.title} ({journey.journey}{version})"]
    if journey.description:
        lines += textwrap.wrap(journey.description, WIDTH)
    for title, body in sections:
        if body:
            lines += ["", title, *body]
    return "\n".join(lines)


def _numbered(stages: Sequence[Stage]) -> list[str]:
    wide = max(len(stage.id) for stage in stages)
    lines = []
    for number, stage in enumerate(stages, 1):
        about = ", ".join(filter(None, [stage.title, stage.phase, stage.owner, _routes_of(stage)]))
        lines.append(f"  {number}. {stage.id:<{wide}}  {about}")
        for word, patterns in (("reached by", stage.reached_by), ("entered by", stage.entered_by)):
            if patterns:
                lines += _wrapped(f"{word} {any_of(patterns)}", wide + 7)
    return lines


def _exit(place: Exit) -> Iterator[str]:
    about = ", ".join(filter(None, [place.title, place.owner, _routes_of(place)]))
    yield f"  x  {place.id}  {about}"
    if place.entered_by:
        yield from _wrapped(f"entered by {any_of(place.entered_by)}", 7)
    if place.quiet_for:
        signs = any_of(place.of) if place.of else "any event"
        whence = f", from {', '.join(place.from_)}" if place.from_ else ", from any stage"
        unless = f"; not while {' or '.join(place.suppressed_while)}" * bool(place.suppressed_while)
        yield from _wrapped(f"after {place.quiet_for} without {signs}{whence}{unless}", 7)


def _state(state: State) -> list[str]:
    until = f" until {any_of(state.to)}" if state.to else ", for good"
    return _wrapped(f"{state.id}: from {any_of(state.from_)}{until}", 2)


def _routes(journey: Journey) -> list[str]:
    lines = []
    for route in journey.routes:
        tests = [_conditions(route.when)] if route.when else []
        tests += [f"had {any_of(route.having)}"] if route.having else []
        lines.append(f"  {route.id}: {' and '.join(tests)}")
    return [*lines, "  default: everybody else"] if lines else []


def _groups(journey: Journey) -> Iterator[list[str]]:
    """Yield the touchpoints stage by stage; those of no stage come last."""
    for stage in [*(place.id for place in journey.places), None]:
        group = [one for one in journey.touchpoints if one.stage == stage]
        if group:
            yield [f"  {stage or 'any stage'}", *(line for one in group for line in _contact(one))]


def _contact(touchpoint: Touchpoint) -> Iterator[str]:
    about = [touchpoint.title, touchpoint.owner, touchpoint.channel]
    if touchpoint.with_:
        about.append(f"with {touchpoint.with_}")
    yield f"    - {touchpoint.id}  {', '.join(filter(None, about))}"
    yield from _wrapped(_when(touchpoint), 8)
    yield from _wrapped(f"seen as {any_of(touchpoint.expect)}", 8)
    limits = [
        f"waived by {any_of(touchpoint.unless)}" if touchpoint.unless else "",
        f"not while {' or '.join(touchpoint.suppressed_while)}"
        if touchpoint.suppressed_while
        else "",
        f"for {_conditions(touchpoint.when)}" if touchpoint.when else "",
        _routes_of(touchpoint),
        f"of the same {touchpoint.same}" if touchpoint.same else "",
        f"moot in {', '.join(touchpoint.moot_in)}" if touchpoint.moot_in else "",
        f"no task later than {touchpoint.act_within} after the deadline"
        if touchpoint.act_within
        else "",
    ]
    if any(limits):
        yield from _wrapped("; ".join(filter(None, limits)), 8)
    if touchpoint.documents:
        yield from _wrapped(f"documents: {', '.join(touchpoint.documents)}", 8)


def _when(touchpoint: Touchpoint) -> str:
    first = "the first " if touchpoint.once else ""
    if touchpoint.entering:
        anchor = f"entering {touchpoint.entering}"
    else:
        anchor = first + any_of(touchpoint.after or touchpoint.before)
    opens = f", not earlier than {touchpoint.opens}" if touchpoint.opens else ""
    if touchpoint.before:
        ahead = f"at least {touchpoint.at_least} " if touchpoint.at_least else ""
        return f"{ahead}before {anchor}{opens + ' ahead' if opens else ''}"
    if touchpoint.every:
        last = f" (in the last {touchpoint.last} of it)" if touchpoint.last else ""
        until = f" until {any_of(touchpoint.until)}" if touchpoint.until else ""
        limit = f", at most {touchpoint.limit} times" if touchpoint.limit else ""
        return f"every {touchpoint.every}{last} after {anchor}{until}{limit}"
    within = touchpoint.within
    spans = " or ".join(
        str(span) if list(within) == ["default"] else f"{span} ({route})"
        for route, span in within.items()
    )
    return f"within {spans} after {anchor}{opens + ' after it' if opens else ''}"


def _target(target: Target) -> str:
    if target.touchpoint:
        return f"{target.touchpoint}: {target.on_time or 0:.0%} on time"
    if target.feedback:
        return f"{target.feedback}: {target.mean} on average"
    within = f" within {target.within}" if target.within else ""
    return f"{target.from_} to {target.to}: {target.rate or 0:.0%}{within}"


def any_of(patterns: Sequence[Pattern]) -> str:
    """Write a list of patterns as words."""
    return " or ".join(_pattern(pattern) for pattern in patterns)


def _pattern(pattern: Pattern) -> str:
    text = pattern.event
    if pattern.where:
        text += f" ({_conditions(pattern.where)})"
    if pattern.count:
        text += f", {pattern.count} times"
    if pattern.within:
        text += f" within {pattern.within}"
    for name, total in (pattern.sum or {}).items():
        text += f", {name} {total} in all"
    return text


def _conditions(conditions: Conditions) -> str:
    return ", ".join(f"{name} {_condition(wanted)}" for name, wanted in conditions.items())


def _condition(wanted: Condition) -> str:
    parts = [
        f"{sign}{value}"
        for name, sign in _SIGNS.items()
        if (value := getattr(wanted, name)) is not None
    ]
    if wanted.in_ is not None:
        parts.append(" or ".join(map(str, wanted.in_)))
    if wanted.not_in is not None:
        parts.append("not " + " or ".join(map(str, wanted.not_in)))
    if wanted.contains is not None:
        parts.append(f"contains {wanted.contains}")
    if wanted.exists is not None:
        parts.append("present" if wanted.exists else "absent")
    return " and ".join(parts)


def _routes_of(part: Stage | Exit | Touchpoint) -> str:
    if part.only:
        return f"only on {', '.join(part.only)}"
    return f"not on {', '.join(part.except_)}" if part.except_ else ""


def _wrapped(text: str, indent: int) -> list[str]:
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=" " * indent,
        subsequent_indent=" " * (indent + 2),
        break_long_words=False,
        break_on_hyphens=False,
    )
