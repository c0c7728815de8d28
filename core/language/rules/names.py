"""Rules about ids and references: given once, and leading somewhere."""

from journeysync.core.language.parts import Parts
from journeysync.core.language.report import Report
from journeysync.core.language.vocabulary import did_you_mean
from journeysync.core.language.written import Node

_SHARED = {"stages": "places", "exits": "places"}
DEFAULT_ROUTE = "default"

_FEW = 12
"""So many names can be shown for choice."""

Words = list[tuple[str, Node]]


def check(parts: Parts, report: Report) -> None:
    """Report ids given twice and names that lead nowhere."""
    _twice(parts, report)
    lead = _Lead(parts, report)
    for place in parts.places:
        lead.routes(place.words("only") + place.words("except"))
    for leave in parts.exits:
        lead.places(leave.words("from"))
        lead.states(leave.words("suppressed_while"))
    for touchpoint in parts.touchpoints:
        for key in ("stage", "entering", "moot_in"):
            lead.places(touchpoint.words(key))
        lead.states(touchpoint.words("suppressed_while"))
        lead.routes(touchpoint.words("only") + touchpoint.words("except"))
        within = touchpoint.node.child("within")
        if within is not None and isinstance(within.value, dict):
            lead.routes([*within.value.items()])
    for target in parts.targets:
        lead.stages(target.words("from") + target.words("to"))
        lead.touchpoints(target.words("touchpoint"))


class _Lead:
    """Says which names lead nowhere."""

    def __init__(self, parts: Parts, report: Report) -> None:
        self._parts = parts
        self._report = report

    def places(self, words: Words) -> None:
        self._lead(words, ("stages", "exits"), "JS203", "stage or exit")

    def stages(self, words: Words) -> None:
        self._lead(words, ("stages",), "JS203", "stage")

    def states(self, words: Words) -> None:
        self._lead(words, ("states",), "JS204", "state")

    def routes(self, words: Words) -> None:
        self._lead(words, ("routes",), "JS205", "route")

    def touchpoints(self, words: Words) -> None:
        self._lead(words, ("touchpoints",), "JS206", "touchpoint")

    def _lead(self, words: Words, sections: tuple[str, ...], code: str, noun: str) -> None:
        if not all(self._parts.readable(section) for section in sections):
            return
        ids = self._parts.ids_of(*sections)
        if sections == ("routes",):
            ids.append(DEFAULT_ROUTE)
        for word, node in words:
            if word not in ids:
                guess = did_you_mean(word, ids)
                if guess == "." and 0 < len(ids) <= _FEW:
                    guess = f"; there are {', '.join(f'`{one}`' for one in ids)}."
                what = f"No {noun} is called `{word}`{guess}"
                self._report.add(node, code, what)


def _twice(parts: Parts, report: Report) -> None:
    first: dict[tuple[str, str], Node] = {}
    for section in ("stages", "exits", "states", "routes", "touchpoints"):
        listed = parts.root.child(section)
        for item in [] if listed is None else listed.items():
            given = item.child("id")
            if given is None or not isinstance(given.value, str):
                continue
            key = _SHARED.get(section, section), given.value
            before = first.setdefault(key, given)
            if before is not given:
                what = f"The id `{given.value}` is taken since line {before.line}; choose another."
                report.add(given, "JS210", what)
            if key == ("routes", DEFAULT_ROUTE):
                what = "`default` stands for all customers on no route; choose another id."
                report.add(given, "JS312", what)
