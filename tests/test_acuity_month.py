"""A month of booking, moving, cancelling, not turning up and erasing, read at odd moments."""

from pathlib import Path
from random import Random
from typing import Any

import pytest
from bookable import Bookable, ahead, bookable

from journeysync.core.running import ingest

NOT_KEPT = ("booking.rescheduled", "booking.cancelled")
"""What Acuity does not date: reading more often only dates it better."""
MEMORIES = {"lead_time", "notice"}
"""Counted from when something became known."""


def live(place: Bookable, rng: Random, steps: int) -> int:
    """Let a month pass with somebody at the desk; read now and then. Return how often."""
    made: list[str] = []
    reads = 0
    for _ in range(steps):
        place.advance(rng.choice((0, 0.2, 0.9, 2.1)))
        start = ahead(place.now, hours=rng.randrange(1, 700))
        what = rng.choice(("book", "book", "move", "move", "cancel", "no-show", "erase", "pay"))
        if what == "book" or not made:
            who = rng.randrange(6)
            address = f"guest{who}@example.com" if who else ""
            shown = place.edit("create", "appointment", start=start, email=address, lastName="Roe")
            made.append(str(shown["id"]))
        elif what == "move":
            one = rng.choice(made)
            place.edit("set", "appointment", one, start=start)
            if rng.random() < 0.3:
                place.edit("set", "appointment", one, start=ahead(place.now, hours=30))
        elif what == "cancel":
            place.edit("set", "appointment", rng.choice(made), canceled=True)
        elif what == "no-show":
            place.edit("set", "appointment", rng.choice(made), noShow=True)
        elif what == "pay":
            place.edit("set", "appointment", rng.choice(made), amountPaid=20)
        else:
            place.edit("delete", "appointment", made.pop(rng.randrange(len(made))))
        if rng.random() < 0.4:
            place.sync("runs")
            reads += 1
    return reads


def kept(state: dict[str, tuple[str, str, dict[str, Any]]]) -> dict[str, Any]:
    """Leave out what Acuity does not keep."""
    return {
        name: (person, at, {key: value for key, value in more.items() if key not in MEMORIES})
        for name, (person, at, more) in state.items()
        if not any(kind in name for kind in NOT_KEPT)
    }


@pytest.mark.parametrize("seed", range(2))
def test_a_month_read_at_odd_moments_is_the_month_read_at_its_end(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No whole reading in between may help."""
    monkeypatch.setattr(ingest, "FULL_EVERY", ingest.FULL_EVERY * 100)
    rng = Random(seed)
    with bookable("acuity", tmp_path, customers=20, seed=seed) as place:
        place.sync("runs")
        assert live(place, rng, 45) > 8
        place.sync("runs")
        place.sync("fresh")
        runs, fresh = place.stored("runs"), place.stored("fresh")

        assert kept(runs) == kept(fresh)
        moved = {name for name in runs if "booking.rescheduled" in name}
        cancelled = {name for name in runs if "booking.cancelled" in name}
        assert moved
        assert set(runs) - moved == set(fresh)
        assert all(runs[name][1] <= fresh[name][1] for name in cancelled)
        assert place.sync("runs", full=True).changed == 0
        assert place.stored("runs") == runs
