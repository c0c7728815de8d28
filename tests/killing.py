"""Kills a run with SIGKILL anywhere: in a forked child, before and after requests and commits.

A sample of the points by default; all of them with JOURNEYSYNC_EVERY_KILL=1, which takes minutes.
"""

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
_EVERY = bool(os.environ.get("JOURNEYSYNC_EVERY_KILL"))


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


def in_child(work: Callable[[], object]) -> int:
    """Run in a forked child; return the signal that ended it, or 0."""
    child = os.fork()
    if child == 0:
        work()
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0


def points(total: int, sample: int) -> list[int]:
    """Choose which of so many points to kill at, the last ones among them: there is the writing."""
    if _EVERY or total <= sample:
        return list(range(1, total + 1))
    spread = {round(1 + number * (total - 1) / (sample - 2)) for number in range(sample - 1)}
    return sorted(spread | {total - 1})
