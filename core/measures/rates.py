"""How often touchpoints were on time: of any group, and of each customer.

On-time rate = done / (done + late + missed). What is due, waived, unknown or unseen counts in no
rate: nothing was promised there, or nobody can tell.
Pure; counts whole columns, never looks at one customer.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from journeysync.core.engine.columns import Texts, texts
from journeysync.core.language.model import Journey, Touchpoint

By = Literal["touchpoint", "owner", "stage", "phase"]
"""What a map says of a touchpoint that reports group by."""

_COUNTED = ("done", "late", "missed")


@dataclass(frozen=True, slots=True)
class Rate:
    """How many expectations were met in time, too late and not at all."""

    done: int = 0
    late: int = 0
    missed: int = 0

    @property
    def counted(self) -> int:
        """How many expectations the rate is of."""
        return self.done + self.late + self.missed

    @property
    def share(self) -> float | None:
        """The on-time rate; None where nothing was promised yet."""
        return self.done / self.counted if self.counted else None


def on_time(expectations: pa.Table) -> Rate:
    """Return the rate of all expectations of a table together."""
    everything = np.zeros(len(expectations), dtype=np.int64)
    return _rates(_tally(expectations, everything, 1), ["all"])["all"]


def on_time_by(journey: Journey, expectations: pa.Table, by: By) -> dict[str, Rate]:
    """Return the rate of each touchpoint, owner, stage or phase that the map names, in its order.

    Touchpoints that name none are grouped under the empty text.
    """
    group = {one.id: _group(journey, one, by) for one in journey.touchpoints}
    names = list(dict.fromkeys(group.values()))
    found = texts(expectations, "touchpoint")
    if found is None:
        return dict.fromkeys(names, Rate())
    of_word = np.array([names.index(group[word]) for word in words_of(found)])
    return _rates(_tally(expectations, of_word[found.codes], len(names)), names)


def on_time_by_customers(expectations: pa.Table, groups: pa.Table, column: str) -> dict[str, Rate]:
    """Return the rate of each group of customers: by route, by person in charge.

    `groups` has a row for each customer and the group's name in `column`; absent: the empty text.
    """
    found = texts(groups, column)
    if found is None:
        return {"": on_time(expectations)}
    names = [*words_of(found), ""]
    # -1, for absent, is the last name.
    group = found.codes[_customers(expectations)] % len(names)
    rates = _rates(_tally(expectations, group, len(names)), names)
    if not rates[""].counted and (found.codes >= 0).all():
        del rates[""]
    return dict(sorted(rates.items()))


def consistency(expectations: pa.Table, customers: int) -> NDArray[np.float64]:
    """Return each customer's on-time rate; NaN where nothing was promised yet."""
    done, late, missed = _tally(expectations, _customers(expectations), customers)
    counted = done + late + missed
    share = np.full(customers, np.nan)
    np.divide(done, counted, out=share, where=counted > 0)
    return share


def words_of(column: Texts) -> list[str]:
    """Return what the codes of a text column stand for."""
    return [word or "" for word in column.values.to_pylist()]


def _group(journey: Journey, touchpoint: Touchpoint, by: By) -> str:
    if by == "touchpoint":
        return touchpoint.id
    stages = {stage.id: stage for stage in journey.stages}
    # A touchpoint that does not say where it belongs belongs to the stage it greets.
    stage = stages.get(touchpoint.stage or touchpoint.entering or "")
    match by:
        case "owner":
            return touchpoint.owner or (stage.owner if stage else "")
        case "stage":
            return stage.id if stage else ""
        case "phase":
            return (stage.phase or "") if stage else ""


def _customers(expectations: pa.Table) -> NDArray[np.int64]:
    return np.asarray(expectations.column("customer").to_numpy()).astype(np.int64)


def _tally(
    expectations: pa.Table, group: NDArray[np.integer], groups: int
) -> tuple[NDArray[np.int64], ...]:
    """Count done, late and missed of each group."""
    found = texts(expectations, "status")
    if found is None:
        return tuple(np.zeros(groups, dtype=np.int64) for _ in _COUNTED)
    codes = {word: code for code, word in enumerate(words_of(found))}
    return tuple(
        np.bincount(group[found.codes == codes.get(word, -2)], minlength=groups)
        for word in _COUNTED
    )


def _rates(tally: tuple[NDArray[np.int64], ...], names: list[str]) -> dict[str, Rate]:
    return {name: Rate(*(int(one[place]) for one in tally)) for place, name in enumerate(names)}
