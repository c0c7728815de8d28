"""Whose value stands: ours, a person's, or another automation's — three-way, field by field.

Compared are what we wrote last (the ledger), what the CRM holds now, and what we want. What a
person changed is kept; what an automation changed is written again, until it keeps flipping.
Pure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from journeysync.core.planning import fields as f
from journeysync.core.planning.ledger import Entry
from journeysync.core.planning.shown import Pin
from journeysync.core.ports import Held

FLIPS = 3
"""After so many times in a row that another automation changed a field back, we stop writing it."""

_INSTANTS = (f.STAGE_SINCE, f.NEXT_DUE)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is to be done with one field."""

    do: Literal["nothing", "write", "adopt", "keep", "stop"]
    flips: int = 0


def judge(field: str, want: str, entry: Entry | None, held: Held) -> Verdict:
    """Decide one field of one record."""
    if entry is not None and entry.standing == "stopped":
        return Verdict("nothing")
    if equal(field, held.value, want):
        known = (entry.standing, entry.value) == ("ours", want) if entry else not want
        return Verdict("nothing" if known else "adopt")
    if _person_wins(field, want, entry, held):
        return Verdict("keep")
    if entry is None or equal(field, held.value, entry.value):
        return Verdict("write")
    if entry.flips + 1 >= FLIPS:
        return Verdict("stop")
    return Verdict("write", entry.flips + 1)


def _person_wins(field: str, want: str, entry: Entry | None, held: Held) -> bool:
    """Say whether a person's value stands: from their edit until we want something else.

    Not asked of the stage: an edited stage is a pin, and then what we want.
    """
    if field == f.STAGE:
        return False
    if entry is None:
        return bool(held.value) and held.by == "person"
    if equal(field, held.value, entry.value):
        return entry.standing == "kept" and equal(field, entry.against, want)
    return held.by == "person"


def stage_edit(entry: Entry | None, held: Held, computed: str, *, pinned: bool) -> bool:
    """Say whether a person set the stage by hand: to something else than we wrote or would write.

    Setting a pinned stage back to the computed one is an edit too: it ends the pin.
    """
    if held.by != "person" or (held.value == computed and not pinned):
        return False
    return held.value != (entry.value if entry else "")


@dataclass(frozen=True, slots=True)
class Edit:
    """A stage that a person set on one record."""

    tool: str
    record: str
    value: str
    at: datetime | None


def settle(
    edits: Sequence[Edit], precedence: Mapping[str, int], against: str, standing: Pin | None = None
) -> tuple[Pin, tuple[Edit, ...]] | None:
    """Choose among the stages people set in several records; return the pin and who lost.

    The later edit wins where the CRMs tell when, else the tool that comes first in `precedence`.
    An edit that shows only now wins over the pin that is `standing`, unless it was made before it.
    """
    if not edits:
        return None
    if standing is not None and standing.at is not None:
        late = [edit for edit in edits if edit.at is not None and edit.at < standing.at]
        if len(late) == len(edits):
            return standing, tuple(edit for edit in late if edit.value != standing.stage)
        edits = [edit for edit in edits if edit not in late]

    def order(edit: Edit) -> tuple[float, int, str]:
        when = edit.at.timestamp() if edit.at else 0.0
        return (-when, precedence.get(edit.tool, len(precedence)), edit.record)

    first, *others = sorted(edits, key=order)
    losers = tuple(edit for edit in others if edit.value != first.value)
    return Pin(first.value, first.tool, against, first.at), losers


def equal(field: str, left: str, right: str) -> bool:
    """Compare two values of a field as the CRM means them: `…00Z` is `…00.000Z`."""
    if left == right:
        return True
    if field in _INSTANTS and left and right:
        return _second(left) == _second(right)
    return False


def _second(text: str) -> str:
    try:
        return datetime.fromisoformat(text).astimezone(UTC).replace(microsecond=0).isoformat()
    except ValueError:
        return text
