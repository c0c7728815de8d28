"""What a plan says of stages pinned and customers left alone: when either begins and ends. Pure."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

from journeysync.core.planning.plan import Note
from journeysync.core.planning.shown import Atlas
from journeysync.core.planning.texts import ending
from journeysync.core.planning.views import BY_COMMAND, CustomerView, Override


def told(view: CustomerView) -> bool:
    """Say whether a plan has something to tell of this customer beside what changes."""
    return bool(view.hold or view.override or view.ended)


def wishes_told(
    views: Sequence[CustomerView], atlas: Atlas, changed: Collection[str]
) -> list[Note]:
    """Tell of every customer looked at what people have asked for, and what of it has ended."""
    return [note for view in views for note in _of(view, atlas, changed)]


def _of(view: CustomerView, atlas: Atlas, changed: Collection[str]) -> Iterator[Note]:
    who = f"customer {view.id}"
    if view.hold is not None:
        end = ending(view.hold, atlas.zone)
        yield Note("hold", BY_COMMAND, who, f"is left alone until {end}: no task")
    if view.override is not None:
        what = f"{_means(view.override)} pins the stage {_end(view.override.until, atlas)}"
        what += "".join(f"; {_gives_way(one, atlas)}" for one in view.outvoted)
        yield Note("pinned", view.override.tool, who, what)
    for one in view.ended:
        # A date in the CRM stays there when it is over: told once, with the change it brings.
        if one.tool == BY_COMMAND or view.id in changed:
            means = "the hold" if one.what == "hold" else _name(one.tool)
            yield Note("ended", one.tool, who, f"{means} has ended ({ending(one.at, atlas.zone)})")


def _means(override: Override) -> str:
    if override.tool == BY_COMMAND:
        return f"{_name(override.tool)} (“{override.value}”)"
    return _name(override.tool)


def _gives_way(override: Override, atlas: Atlas) -> str:
    where = "with `journeysync override`" if override.tool == BY_COMMAND else f"in {override.tool}"
    return f"“{override.value}”, set {where} {_end(override.until, atlas)}, gives way to it"


def _name(tool: str) -> str:
    return "`journeysync override`" if tool == BY_COMMAND else "journey_override"


def _end(until: datetime | None, atlas: Atlas) -> str:
    return f"until {ending(until, atlas.zone)}" if until else "until it is taken back"
