"""A sync of two CRMs, killed anywhere and run again, leaves both as if nothing had happened."""

import os
import signal
from pathlib import Path

import pytest
from killing import MOMENTS, Moments, in_child, points
from studio import plain
from two_crms import two_crms

CUSTOMERS = 4
SAMPLE = 3
"""So many points of each moment."""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="kills a forked child")
@pytest.mark.parametrize("moment", MOMENTS)
def test_killed_and_run_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str) -> None:
    moments = Moments(monkeypatch)
    with two_crms(tmp_path, customers=CUSTOMERS) as calm:
        moments.reset()
        calm.sync()
        want, total = plain(calm.snapshot()), moments.counts[moment]
    for point in points(total, SAMPLE):
        folder = tmp_path / str(point)
        folder.mkdir()
        with two_crms(folder, customers=CUSTOMERS) as place:
            moments.reset()
            moments.at = moment, point
            assert in_child(place.sync) == signal.SIGKILL
            moments.at = None
            place.sync()
            assert place.sync().counts.calls == 0
            assert plain(place.snapshot()) == want, f"killed {moment} {point} of {total}"
