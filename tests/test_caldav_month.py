"""A month in a real calendar, read at odd moments, ends as one reading of it at the end."""

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from calendar_month import Month
from calendar_server import desk

from journeysync.core.running import ingest

SEEDS = range(int(os.environ.get("JOURNEYSYNC_MONTHS", "1")))
NOT_KEPT = ("booking.rescheduled",)
"""What a calendar does not keep: where an event stood before."""
MEMORIES = {"lead_time", "notice"}
"""Counted from when something became known."""


def kept(state: dict[str, tuple[str, str, dict[str, Any]]]) -> dict[str, Any]:
    return {
        name: (person, at,
               {key: value for key, value in more.items() if key not in MEMORIES})
        for name, (person, at, more) in state.items()
        if not any(kind in name for kind in NOT_KEPT)
    }  # fmt: skip


@pytest.mark.parametrize("seed", SEEDS)
def test_a_month_read_at_odd_moments_is_the_month_read_at_its_end(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No whole reading in between may help."""
    monkeypatch.setattr(ingest, "FULL_EVERY", ingest.FULL_EVERY * 100)
    with desk(tmp_path, history_days=40, days_ahead=60) as place:
        month = Month(place, seed)
        place.sync("runs")
        done, reads = set(), 0
        for _ in range(40):
            done.add(month.act())
            place.now += timedelta(days=month.rng.choice((0, 0.1, 0.4, 1.1)))
            if month.rng.random() < 0.35:
                assert not place.sync("runs").failed
                reads += 1
        place.sync("runs")
        place.sync("fresh")
        runs, fresh = place.stored("runs"), place.stored("fresh")

        assert len(done) > 8
        assert reads >= 4
        assert kept(runs) == kept(fresh)
        assert any("booking.attended" in name for name in runs)
        assert seed > 1 or any("booking.rescheduled" in name for name in runs)
        assert place.sync("runs", full=True).changed == 0
        assert place.stored("runs") == runs
