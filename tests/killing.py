"""Kills a process with SIGKILL at a chosen moment of its work, in a forked child."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Connection

from journeysync.connectors.http import Caller
from journeysync.core.state.store import Store

MOMENTS = ("before a request", "after a request", "before a commit", "after a commit")
EVERY = bool(os.environ.get("JOURNEYSYNC_EVERY_KILL"))

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="kills a forked child")


class Moments:
    """Counts the moments of a run, and kills at one of them."""

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

    def count(self, work: Callable[[], object]) -> dict[str, int]:
        """Do something undisturbed; say how many moments of each kind it has."""
        self.counts = dict.fromkeys(MOMENTS, 0)
        work()
        return dict(self.counts)

    def kill(self, work: Callable[[], object], at: tuple[str, int]) -> None:
        """Do something in a child, which is killed at that moment."""
        self.counts, self.at = dict.fromkeys(MOMENTS, 0), at
        child = os.fork()
        if child == 0:
            work()
            os._exit(0)
        _, status = os.waitpid(child, 0)
        self.at = None
        assert os.WIFSIGNALED(status), f"never came to {at}"
        assert os.WTERMSIG(status) == signal.SIGKILL


def points(total: int, sample: int) -> list[int]:
    """Choose points spread over all, the last ones among them: there the writing happens."""
    if EVERY or total <= sample:
        return list(range(1, total + 1))
    if sample < 3:
        return sorted({total - 1, total // 2 + 1})[-sample:]
    spread = {round(1 + number * (total - 1) / (sample - 2)) for number in range(sample - 1)}
    return sorted(spread | {total - 1})
