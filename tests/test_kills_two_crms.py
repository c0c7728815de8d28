"""A sync of two CRMs, killed anywhere and run again, leaves both as if nothing had happened."""

from pathlib import Path

import pytest
from killing import EVERY, MOMENTS, Moments, needs_fork
from studio import plain
from two_crms import two_crms

CUSTOMERS = 4


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict[str, int]]:
    """What both hold after a run that nobody killed, and how many points it has."""
    with pytest.MonkeyPatch.context() as patch:
        moments = Moments(patch)
        with two_crms(tmp_path_factory.mktemp("calm"), customers=CUSTOMERS) as place:
            counts = moments.count(place.sync)
            return plain(place.snapshot()), counts


@needs_fork
@pytest.mark.parametrize("moment", MOMENTS)
def test_killed_and_run_again(
    calm: tuple[str, dict[str, int]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    """Near the end, where the writing happens; with JOURNEYSYNC_EVERY_KILL=1 everywhere."""
    want, counts = calm
    total = counts[moment]
    moments = Moments(monkeypatch)
    for point in range(1, total + 1) if EVERY else [total - 1 - MOMENTS.index(moment)]:
        folder = tmp_path / str(point)
        folder.mkdir()
        with two_crms(folder, customers=CUSTOMERS) as place:
            moments.kill(place.sync, (moment, point))
            place.sync()
            assert place.sync().counts.calls == 0
            assert plain(place.snapshot()) == want, f"killed {moment} {point} of {total}"
