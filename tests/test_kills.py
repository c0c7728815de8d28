"""A sync killed with SIGKILL anywhere, then run again, leaves the CRM as if nothing had happened.

A sample of the points here; all of them with JOURNEYSYNC_EVERY_KILL=1, which takes minutes.
"""

import os
import signal
from pathlib import Path

import pytest
from databases import fresh
from killing import MOMENTS, Moments, in_child, points
from studio import Studio, plain, studio

CUSTOMERS = 12
SAMPLE = 5
"""So many points of each moment."""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="kills a forked child")
@pytest.mark.parametrize(
    ("moment", "kind"),
    [*((moment, "sqlite") for moment in MOMENTS), ("before a commit", "postgresql")],
)
def test_killed_and_run_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str, kind: str
) -> None:
    moments = Moments(monkeypatch)
    with studio(tmp_path, customers=CUSTOMERS) as calm:
        moments.reset()
        calm.sync()
        want, total = plain(calm.snapshot()), moments.counts[moment]
    for point in points(total, SAMPLE):
        folder = tmp_path / str(point)
        folder.mkdir()
        with studio(folder, customers=CUSTOMERS, state=fresh(kind, folder)) as place:
            _kill_and_repeat(place, moments, (moment, point))
            assert plain(place.snapshot()) == want, f"killed {moment} {point} of {total}"


def _kill_and_repeat(place: Studio, moments: Moments, at: tuple[str, int]) -> None:
    moments.reset()
    moments.at = at
    assert in_child(place.sync) == signal.SIGKILL
    moments.at = None
    place.sync()
    assert place.sync().counts.calls == 0
