"""Rules about targets: each says one thing, and links lead forwards."""

from journeysync.core.language.model import Target
from journeysync.core.language.parts import Parts, Placed
from journeysync.core.language.report import Report

_FORMS = (
    "`{from: STAGE, to: STAGE, rate: 40%, within: 30d}`, `{touchpoint: ID, on_time: 95%}` or "
    "`{feedback: KIND, mean: 4.5}`"
)
_KINDS = (
    (frozenset({"from", "to"}), frozenset({"rate", "within"})),
    (frozenset({"touchpoint"}), frozenset({"on_time"})),
    (frozenset({"feedback"}), frozenset({"mean"})),
)


def check(parts: Parts, report: Report) -> None:
    """Report targets that say nothing, several things, or lead backwards."""
    order = parts.ids_of("stages")
    for target in parts.targets:
        keys = {key for key in Target.model_fields if target.node.given(key.removesuffix("_"))}
        keys = {key.removesuffix("_") for key in keys}
        if not any(_fits(keys, *kind) for kind in _KINDS):
            report.add(target.node, "JS310", f"A target is one of {_FORMS}.")
            continue
        _forwards(target, order, report)


def _fits(keys: set[str], subject: frozenset[str], wish: frozenset[str]) -> bool:
    return subject <= keys <= subject | wish and bool(keys & wish)


def _forwards(target: Placed[Target], order: list[str], report: Report) -> None:
    start, end = target.part.from_, target.part.to
    if start in order and end in order and order.index(start) >= order.index(end):
        what = f"The target leads from `{start}` back to `{end}`; links lead forwards on the path."
        report.add(target.node, "JS311", what)
