"""A sync killed with SIGKILL anywhere, then run again, leaves the CRM as if nothing had happened.

Killed in a forked child, before and after requests and commits. A sample here; all of them with
JOURNEYSYNC_EVERY_KILL=1, which takes minutes.
"""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from databases import fresh
from sqlalchemy import Connection
from studio import Studio, plain, studio

from journeysync.connectors.http import Caller
from journeysync.core.state.store import Store

CUSTOMERS = 12
MOMENTS = ("before a request", "after a request", "before a commit", "after a commit")
EVERY = bool(os.environ.get("JOURNEYSYNC_EVERY_KILL"))
SAMPLE = 5
"""So many points of each moment, the last ones among them: there the writing happens."""


class Moments:
    """Counts the moments of a run, and does something at one of them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.counts = dict.fromkeys(MOMENTS, 0)
        self.at: tuple[str, int] | None = None
        call, begin = Caller.call, Store.begin

        def counted_call(caller: Caller, *args: Any, **more: Any) -> Any:
            self._pass("before a request")
            answer = call(caller, *args, **more)
            self._pass("after a request")
            return answer

        @contextmanager
        def counted_begin(store: Store) -> Iterator[Connection]:
            with begin(store) as connection:
                yield connection
                self._pass("before a commit")
            self._pass("after a commit")

        monkeypatch.setattr(Caller, "call", counted_call)
        monkeypatch.setattr(Store, "begin", counted_begin)

    def _pass(self, moment: str) -> None:
        self.counts[moment] += 1
        if self.at == (moment, self.counts[moment]):
            os.kill(os.getpid(), signal.SIGKILL)

    def reset(self) -> None:
        self.counts = dict.fromkeys(MOMENTS, 0)


def _in_child(work: Callable[[], object]) -> int:
    """Run in a forked child; return the signal that ended it, or 0."""
    child = os.fork()
    if child == 0:
        work()
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0


def _points(total: int) -> list[int]:
    if EVERY or total <= SAMPLE:
        return list(range(1, total + 1))
    spread = {round(1 + number * (total - 1) / (SAMPLE - 2)) for number in range(SAMPLE - 1)}
    return sorted(spread | {total - 1})


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
    for point in _points(total):
        folder = tmp_path / str(point)
        folder.mkdir()
        with studio(folder, customers=CUSTOMERS, state=fresh(kind, folder)) as place:
            _kill_and_repeat(place, moments, (moment, point))
            assert plain(place.snapshot()) == want, f"killed {moment} {point} of {total}"


def _kill_and_repeat(place: Studio, moments: Moments, at: tuple[str, int]) -> None:
    moments.reset()
    moments.at = at
    assert _in_child(place.sync) == signal.SIGKILL
    moments.at = None
    place.sync()
    assert place.sync().counts.calls == 0
