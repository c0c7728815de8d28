"""Random maps and random histories, built to collide.

A map is made of few words, so that its parts meet the same events; a history takes its instants
from few days and from the map's own durations, so that things happen exactly at an end, at one
instant, or a microsecond beside it. Maps are drawn as the YAML they would be, for readable
examples. Only maps that make sense are drawn: what `lint` refuses has no meaning to test.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy
from interpreter import Days

from journeysync.core.language.durations import Duration, parse_duration
from journeysync.core.language.model import Journey
from journeysync.core.models import Event, Scalar

Map = dict[str, Any]
Kinds = tuple[str, ...]
"""The few kinds that a map and its histories are made of."""

KINDS = (
    "person.created",
    "form.submitted",
    "booking.created",
    "booking.starts",
    "booking.cancelled",
    "order.placed",
    "order.paid",
    "email.sent",
    "task.completed",
)
TOOLS = ("crm", "shop")
STAGES = ("first", "second", "third")
EXITS = ("lost", "lapsed")
STATES = ("asleep", "booked")
ROUTES = ("pro", "team")

SPANS = ("0d", "12h", "1d", "36h", "2d", "1w", "1mo")
WORKING = ("1 business day", "3 business days", "4 business hours", "8 business hours")
BACKWARDS = ("12h", "1d", "2d", "3d", "1mo", "1 business day", "2 business days")
"""How far before an anchor: `opens` and `at_least` may come in any order of length."""
REPEATS = (("1d", "6h"), ("2d", "1d"), ("1w", "1 business day"), ("1mo", "1w"), ("1y", "6mo"))
"""`every`, and a `last` that is no longer."""
WORKING_REPEATS = (("1 business day", "4h"), ("8 business hours", "2 business hours"))

STARTS = (
    datetime(2026, 1, 30, 9, tzinfo=UTC),  # a Friday before short months
    datetime(2026, 3, 27, 9, tzinfo=UTC),  # a Friday; the clocks go forward on Sunday
    datetime(2026, 4, 2, 16, tzinfo=UTC),  # the Thursday before Easter
    datetime(2026, 10, 23, 9, tzinfo=UTC),  # a Friday; the clocks go back on Sunday
)
HOURS = (0, 12, 16.5, 24, 36, 39.5, 40.5, 48, 72, 75.5, 96, 120, 168, 240, 744)
TICK = timedelta(microseconds=1)

CALENDARS: tuple[Map, ...] = (
    {},
    {"timezone": "Europe/London", "holidays": "GB-ENG"},
    {"timezone": "America/New_York", "hours": "08:30-12:00"},
    {"timezone": "Asia/Kolkata", "days": "sun-thu"},
    {"timezone": "Australia/Lord_Howe", "days": "mon,wed,sat", "hours": "01:00-03:30"},
)
WORDS = ("welcome", " Welcome ", "7", "007", "7.0", "-2", "0.1", "true", "", "x welcome y")
VALUES: tuple[Scalar, ...] = (*WORDS, 7, 0.7, 0.1, True, False, 2.5)
CONDITIONS: tuple[Any, ...] = (
    "welcome",
    7,
    True,
    ["welcome", 7],
    {"ne": "welcome"},
    {"not_in": ["7", "other"]},
    {"gt": 0.1, "lte": 7},
    {"lt": 7},
    {"gte": 7},
    {"contains": "WEL"},
    {"exists": True},
    {"exists": False},
    {"in": ["TRUE", "x"], "exists": True},
    {"eq": "007", "ne": "8"},
)


@dataclass(frozen=True)
class Person:
    """A customer with their history, in no order."""

    name: str
    attributes: dict[str, Scalar] = field(default_factory=dict)
    events: tuple[Event, ...] = ()


@dataclass(frozen=True)
class Case:
    """A map, customers and an instant."""

    map: Map
    people: tuple[Person, ...]
    now: datetime

    @property
    def journey(self) -> Journey:
        """The map as the engine takes it."""
        return Journey.model_validate(self.map)


def some(draw: DrawFn, one: SearchStrategy[Any], most: int = 2) -> Any:
    """Draw a list of one or more."""
    return draw(st.lists(one, min_size=1, max_size=most))


def maybe(draw: DrawFn, into: Map, key: str, one: SearchStrategy[Any]) -> None:
    """Draw a key or leave it out."""
    if draw(st.booleans()):
        into[key] = draw(one)


def ids(names: Sequence[str]) -> SearchStrategy[list[str]]:
    """Draw some of the names."""
    return st.lists(st.sampled_from(names), min_size=1, max_size=2, unique=True)


conditions = st.dictionaries(
    st.sampled_from(("template", "amount", "tool", "subject_type")),
    st.sampled_from((*CONDITIONS, "crm", "booking")),
    min_size=1,
    max_size=2,
)
traits = st.dictionaries(
    st.sampled_from(("segment", "size")), st.sampled_from(CONDITIONS), min_size=1, max_size=2
)


@st.composite
def patterns(draw: DrawFn, kinds: Kinds) -> Any:
    """Draw a pattern: mostly a bare kind, so that much matches."""
    kind = draw(st.sampled_from((*kinds, *kinds, "order.*", "booking.*")))
    form = draw(
        st.sampled_from(("bare", "bare", "bare", "bare", "where", "count", "within", "sum"))
    )
    if form == "bare":
        return kind
    pattern: Map = {"event": kind}
    maybe(draw, pattern, "where", conditions)
    if form in ("count", "within"):
        pattern["count"] = draw(st.integers(1, 3))
    if form == "within":
        pattern["within"] = draw(st.sampled_from(SPANS + WORKING))
    if form == "sum":
        pattern["sum"] = {"amount": draw(st.sampled_from((0, 0.8, 5, 7, -1)))}
    return pattern


@st.composite
def stages(draw: DrawFn, kinds: Kinds, name: str) -> Map:
    """Draw a stage."""
    stage: Map = {"id": name}
    stage["reached_by"] = some(draw, patterns(kinds))
    if draw(st.integers(0, 2)) == 0:
        stage["entered_by"] = some(draw, patterns(kinds), 1)
    if draw(st.integers(0, 4)) == 0:
        stage[draw(st.sampled_from(("only", "except")))] = draw(ids((*ROUTES, "default")))
    return stage


@st.composite
def exits(draw: DrawFn, kinds: Kinds, name: str) -> Map:
    """Draw an exit, entered by events, by silence or both."""
    way = draw(st.sampled_from(("event", "silence", "both")))
    exit_: Map = {"id": name}
    if way != "silence":
        exit_["entered_by"] = some(draw, patterns(kinds))
    if way != "event":
        exit_["quiet_for"] = draw(st.sampled_from(SPANS[1:] + WORKING))
        maybe(draw, exit_, "of", st.lists(patterns(kinds), min_size=1, max_size=2))
        maybe(draw, exit_, "from", ids((*STAGES, *EXITS)))
        maybe(draw, exit_, "suppressed_while", ids(STATES))
    if draw(st.integers(0, 4)) == 0:
        exit_[draw(st.sampled_from(("only", "except")))] = draw(ids((*ROUTES, "default")))
    return exit_


@st.composite
def routes(draw: DrawFn, kinds: Kinds, name: str) -> Map:
    """Draw a route."""
    route: Map = {"id": name}
    maybe(draw, route, "when", traits)
    maybe(draw, route, "having", st.lists(patterns(kinds), min_size=1, max_size=2))
    return route


@st.composite
def touchpoints(draw: DrawFn, kinds: Kinds, name: str) -> Map:
    """Draw a touchpoint with any anchor."""
    anchor = draw(st.sampled_from(("after", "before", "entering", "every", "every")))
    likely = st.one_of(st.sampled_from(kinds), patterns(kinds))
    touchpoint: Map = {"id": name, "expect": some(draw, likely)}
    if anchor == "before":
        touchpoint["before"] = some(draw, likely, 1)
        maybe(draw, touchpoint, "opens", st.sampled_from(BACKWARDS))
        maybe(draw, touchpoint, "at_least", st.sampled_from(BACKWARDS))
    elif anchor == "entering" or (anchor == "every" and draw(st.integers(0, 3)) == 0):
        touchpoint["entering"] = draw(st.sampled_from((*STAGES, *EXITS)))
    else:
        touchpoint["after"] = some(draw, likely)
    if anchor == "every":
        _series(draw, kinds, touchpoint)
    elif anchor != "before":
        maybe(draw, touchpoint, "opens", st.sampled_from(("0d", "12h", "1d", "1 business day")))
        touchpoint["within"] = draw(_within)
    _cares(draw, kinds, touchpoint)
    return touchpoint


_spans = st.sampled_from(SPANS + WORKING)
_within = st.one_of(
    _spans,
    _spans,
    st.dictionaries(st.sampled_from(("default", *ROUTES)), _spans, min_size=1, max_size=3),
)


def _series(draw: DrawFn, kinds: Kinds, touchpoint: Map) -> None:
    every, last = draw(st.sampled_from(REPEATS + WORKING_REPEATS))
    touchpoint["every"] = every
    if draw(st.integers(0, 2)) == 0:
        touchpoint["last"] = last
    if draw(st.integers(0, 2)) == 0:
        touchpoint["limit"] = draw(st.integers(1, 3))
    if draw(st.integers(0, 2)) == 0:
        touchpoint["until"] = some(draw, patterns(kinds))


def _cares(draw: DrawFn, kinds: Kinds, touchpoint: Map) -> None:
    if draw(st.integers(0, 2)) == 0:
        touchpoint["unless"] = some(draw, patterns(kinds))
    if draw(st.integers(0, 3)) == 0:
        touchpoint["same"] = draw(st.sampled_from(("booking", "order")))
    if draw(st.integers(0, 5)) == 0:
        touchpoint["once"] = True
    if draw(st.integers(0, 7)) == 0:
        touchpoint[draw(st.sampled_from(("only", "except")))] = draw(ids((*ROUTES, "default")))
    if draw(st.integers(0, 7)) == 0:
        touchpoint["when"] = draw(traits)
    if draw(st.booleans()):
        touchpoint["moot_in"] = draw(st.lists(st.sampled_from((*STAGES, *EXITS)), max_size=1))
    if draw(st.integers(0, 3)) == 0:
        touchpoint["suppressed_while"] = draw(ids(STATES))
    if draw(st.integers(0, 2)) == 0:
        touchpoint["act_within"] = draw(st.sampled_from(SPANS + WORKING))


@st.composite
def maps(draw: DrawFn, kinds: Kinds) -> Map:
    """Draw a map with all stages, exits, states and routes, so that every reference holds."""
    found: Map = {"format": 1, "journey": "random"}
    maybe(draw, found, "calendar", st.sampled_from(CALENDARS))
    found["stages"] = [draw(stages(kinds, name)) for name in STAGES]
    found["exits"] = [draw(exits(kinds, name)) for name in EXITS]
    found["states"] = [
        {"id": name, "from": some(draw, patterns(kinds)), "to": some(draw, patterns(kinds))}
        for name in STATES
    ]
    found["routes"] = [draw(routes(kinds, name)) for name in ROUTES]
    many = draw(st.integers(1, 3))
    found["touchpoints"] = [draw(touchpoints(kinds, f"touch-{number}")) for number in range(many)]
    return found


some_kinds = st.lists(st.sampled_from(KINDS), min_size=2, max_size=4, unique=True).map(tuple)


def spans_of(part: Any) -> list[Duration]:
    """Find the durations that a map speaks of."""
    if isinstance(part, dict):
        return [span for one in part.values() for span in spans_of(one)]
    if isinstance(part, list):
        return [span for one in part for span in spans_of(one)]
    try:
        return [parse_duration(part)]
    except (ValueError, TypeError):
        return []


@dataclass(frozen=True)
class Clock:
    """Instants that are likely to collide."""

    start: datetime
    days: Days
    spans: Sequence[Duration]

    def pool(self, draw: DrawFn) -> list[datetime]:
        """Draw a few instants, most of them at the end of a duration that starts at another."""
        found = [self._plain(draw)]
        for _ in range(draw(st.integers(2, 6))):
            near = draw(st.sampled_from(found))
            found.append(self.near(draw, near) if draw(st.integers(0, 3)) else self._plain(draw))
        return found

    def near(self, draw: DrawFn, at: datetime) -> datetime:
        """Draw an instant one of the map's durations away, or a tick beside that."""
        span, times = draw(st.sampled_from(self.spans)), draw(st.sampled_from((1, 1, 2, -1)))
        end = self.days.earlier(at, span) if times < 0 else self.days.later(at, span, times)
        return end + draw(st.sampled_from(_BESIDE))

    def _plain(self, draw: DrawFn) -> datetime:
        return self.start + timedelta(hours=draw(st.sampled_from(HOURS)))


@st.composite
def histories(
    draw: DrawFn, number: int, kinds: Kinds, clock: Clock, touchpoint_ids: Sequence[str]
) -> Person:
    """Draw a customer: attributes, events that share few instants and few subjects."""
    pool = clock.pool(draw)
    attributes = draw(
        st.dictionaries(st.sampled_from(("segment", "size")), st.sampled_from(VALUES), max_size=2)
    )
    names = draw(st.lists(st.integers(0, 99), unique=True, min_size=3, max_size=14))
    events: list[Event] = []
    for name in names:
        event = draw(
            _events(
                name=f"{number}.{name}",
                kinds=kinds,
                pool=pool,
                touchpoint_ids=touchpoint_ids,
                others=events,
            )
        )
        events.append(event)
    return Person(f"crm:{number}", attributes, tuple(events))


@st.composite
def _events(
    draw: DrawFn,
    *,
    name: str,
    kinds: Kinds,
    pool: Sequence[datetime],
    touchpoint_ids: Sequence[str],
    others: Sequence[Event],
) -> Event:
    kind = draw(st.sampled_from(kinds))
    tool = draw(st.sampled_from(TOOLS))
    person = f"{tool}:{name.partition('.')[0]}"
    attributes: dict[str, Scalar] = {}
    maybe(draw, attributes, "template", st.sampled_from(VALUES))
    maybe(draw, attributes, "amount", st.sampled_from(VALUES))
    if draw(st.integers(0, 3)) == 0:
        attributes["booking"] = draw(st.sampled_from(("B1", "crm:B1", "shop:B1", " B2", "fax:B1")))
    subject_type, subject_id = draw(
        st.sampled_from((("", ""), ("booking", "B1"), ("booking", "B2"), ("order", "B1")))
    )
    if kind == "task.completed" and others:
        about = draw(st.sampled_from(others))
        shared = about.id.removesuffix(f"/{about.person}")
        attributes["touchpoint"] = draw(st.sampled_from(touchpoint_ids))
        attributes["anchor"] = draw(st.sampled_from((about.id, shared)))
    if draw(st.integers(0, 5)) == 0:
        name = f"{name}/{person}"
    at = draw(st.sampled_from(pool))
    return Event(name, tool, kind, at, person, subject_type, subject_id, attributes)


@st.composite
def cases(draw: DrawFn, most_people: int = 2) -> Case:
    """Draw a map, customers whose histories collide with it, and `now`."""
    kinds = draw(some_kinds)
    found = draw(maps(kinds))
    journey = Journey.model_validate(found)
    clock = Clock(
        draw(st.sampled_from(STARTS)), Days(journey.calendar), spans_of(found) or [_A_DAY]
    )
    touchpoint_ids = [touchpoint["id"] for touchpoint in found["touchpoints"]]
    many = draw(st.integers(1, most_people))
    people = tuple(draw(histories(number, kinds, clock, touchpoint_ids)) for number in range(many))
    instants = sorted({event.at for person in people for event in person.events})
    latest = draw(st.sampled_from(instants[-3:]))
    now = clock.near(draw, latest) if draw(st.integers(0, 3)) else latest
    return Case(found, people, now)


_A_DAY = parse_duration("1d")
_BESIDE = (timedelta(0), timedelta(0), timedelta(0), timedelta(0), TICK, -TICK)
