"""The one place that knows status codes, time-outs, patience and call budgets.

A `Caller` is told how to make one exchange, by any transport, and whether it is safe to repeat.
It never decides what an answer means for a record, and no message of it holds a body, a query, a
header or a key: only the tool, the method, the path and the status.

What a caller sees:

- what it asked for; or `Refused`, when the tool refused the contents (400, 404, 409…);
- `BadCredentials` (`LacksScope`: only this is forbidden), `OverBudget`: a person, or midnight,
  must help;
- `ToolDown`: the tool did surely nothing, and patience is used up;
- `Retry` with `sent=True`: a write whose outcome nobody knows; the run reads it back.
"""

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Literal, NoReturn, TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception_type

from journeysync.connectors.budgets import Daily, Window, number
from journeysync.core.errors import (
    BadCredentials,
    JourneysyncError,
    OverBudget,
    Retry,
    ToolDown,
)

TIMEOUT = (5.0, 60.0)
"""Seconds to connect, seconds to wait for an answer."""

_ATTEMPTS = 6
_OK = range(200, 300)
_REDIRECTS = range(300, 400)
_SERVER_ERROR = 500

_NOT_JSON = "answers HTML instead of JSON: is a proxy or firewall in between?"
BROKEN = "broke off its answer, or gave it in an unknown form."


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes

    @property
    def is_html(self) -> bool:
        """True for a page made for people, where JSON was asked for."""
        kind = self.headers.get("content-type", "").lower()
        return "html" in kind or self.body.lstrip()[:1] == b"<"

    @property
    def ok(self) -> bool:
        """True for 2xx."""
        return self.status in _OK


class Refused(ToolDown):
    """The tool took note of a request and refused it; the connector knows what that means."""

    def __init__(self, tool: str, request: str, answer: Answer) -> None:
        super().__init__(tool, f"answered {answer.status} to {request}.")
        self.answer = answer


class LacksScope(BadCredentials):
    """The key is good, but may not do this."""


class Unanswered(Exception):
    """No whole answer came; the transport says whether the request can have been received."""

    def __init__(self, what: str, *, sent: bool) -> None:
        super().__init__(what)
        self.what = what
        self.sent = sent


Exchange = Callable[[], Answer]

# --- what a status means -----------------------------------------------------------------------

Do = Literal["give", "again", "slow down", "come back later", "report", "key", "scope"]


@dataclass(frozen=True, slots=True)
class Action:
    """What follows from a status."""

    do: Do
    wait: float = 1.0
    """Seconds before the second attempt where the answer names none; doubled each time."""
    untouched: bool = False
    """True when the tool surely did not act, so that a write may be repeated too."""


ACTIONS: Mapping[int, Action] = {
    401: Action("key"),
    403: Action("scope"),
    408: Action("again"),
    423: Action("again", wait=2, untouched=True),
    425: Action("again", untouched=True),
    429: Action("slow down", wait=1, untouched=True),
    477: Action("come back later", untouched=True),
    500: Action("again"),
    502: Action("again", wait=2),
    503: Action("again", wait=2),
    504: Action("again", wait=2),
    521: Action("again", wait=5, untouched=True),
    522: Action("report", untouched=True),
    523: Action("again", wait=5, untouched=True),
    524: Action("again", wait=5),
    525: Action("report", untouched=True),
    526: Action("report", untouched=True),
    530: Action("key"),
}
"""A status that is not here is given back; 3xx and unknown 5xx are reported."""


def action_for(status: int) -> Action:
    """Say what a status means. Pure."""
    if status in ACTIONS:
        return ACTIONS[status]
    if status in _REDIRECTS or status >= _SERVER_ERROR:
        return Action("report")
    return Action("give")


# --- calling -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Request:
    """What the policy must know of a request; the exchange itself knows the rest."""

    name: str
    """Method and path, as it may be shown: never a query, never a person."""
    repeatable: bool
    """True for what only reads, whatever its method."""
    windows: tuple[str, ...] = ()
    """Names of the budgets it counts against."""


T = TypeVar("T")


@dataclass(slots=True)
class Caller:
    """One retry policy for any transport."""

    tool: str
    hint: str
    """What a person does when the key is refused."""
    windows: Mapping[str, Window] = field(default_factory=dict)
    daily: Daily | None = None
    pause: Callable[[Answer], float | None] = lambda _answer: None
    """Reads from a 429 how long to wait; `inf` when only a new day helps; None when unsaid."""
    scopes: Callable[[Answer], Sequence[str]] = lambda _answer: ()
    """Reads from a 403 which scopes are missing."""
    considered: Callable[[Answer], bool] = lambda _answer: False
    """Says of a 5xx that it is the tool's own verdict: another attempt would get the same."""
    advise: Callable[[Answer], str] = lambda _answer: ""
    """Reads from a 401 or 403 what a person does; empty: the hint."""
    patience: float = 120.0
    """Seconds that one call may wait altogether; pacing is not counted."""
    sleep: Callable[[float], None] = time.sleep
    monotonic: Callable[[], float] = time.monotonic
    calls: int = 0
    """Requests sent so far, repeated ones included."""
    _said: str = ""
    """The `Date` of the last answer."""

    @property
    def told(self) -> datetime | None:
        """What time the tool's last answer said it was; None where it said none."""
        try:
            at = parsedate_to_datetime(self._said)
        except ValueError:
            return None
        return at if at.tzinfo else None

    def call(self, request: Request, exchange: Exchange, read: Callable[[bytes], T]) -> T:
        """Make one request, patiently, and return what `read` makes of a good answer's body.

        `read` raises ValueError for a body that is not whole. Raises `Refused` for an answer that
        is the connector's matter, and the errors named at the top of this file.
        """
        retrying = Retrying(
            retry=retry_if_exception_type(_Again),
            wait=_wait,
            stop=self._out_of_patience,
            sleep=self.sleep,
            reraise=True,
        )
        try:
            answered: T = retrying(self._once, request, exchange, read)
        except _Again as again:
            raise again.error from None
        return answered

    def _out_of_patience(self, state: RetryCallState) -> bool:
        waited = state.idle_for + state.upcoming_sleep
        return state.attempt_number >= _ATTEMPTS or waited > self.patience

    def _once(self, request: Request, exchange: Exchange, read: Callable[[bytes], T]) -> T:
        self._keep_pace(request)
        self.calls += 1
        try:
            answer = exchange()
        except Unanswered as error:
            self._repeat(request, error.what, wait=1.0, untouched=not error.sent)
        finally:
            # Counted when it is over: the tool counted it earlier, so its window moves on first.
            for name in request.windows:
                self.windows[name].take(self.monotonic())
        self._learn(request, answer)
        self._said = answer.headers.get("date", "")
        if not answer.ok:
            self._refuse(request, answer)
        try:
            return read(answer.body)
        except ValueError:
            self._repeat(request, _NOT_JSON if answer.is_html else BROKEN, wait=1.0)

    def _keep_pace(self, request: Request) -> None:
        """Wait until every budget that the request counts against has room."""
        if self.daily is not None and self.daily.spent:
            raise OverBudget(self.tool, self.daily.when)
        windows = [self.windows[name] for name in request.windows]
        while (wait := max((one.wait(self.monotonic()) for one in windows), default=0.0)) > 0:
            self.sleep(wait)

    def _learn(self, request: Request, answer: Answer) -> None:
        for name in request.windows:
            self.windows[name].learn(answer.headers, self.monotonic())
        if self.daily is not None:
            self.daily.learn(answer.headers)

    def _refuse(self, request: Request, answer: Answer) -> NoReturn:
        """Do what the table says of a status that is no success."""
        action = action_for(answer.status)
        answered = f"answered {answer.status} to {request.name}"
        if answer.status >= _SERVER_ERROR and self.considered(answer):
            raise Refused(self.tool, request.name, answer)
        match action.do:
            case "give":
                raise Refused(self.tool, request.name, answer)
            case "key" | "scope" if answer.is_html:
                raise ToolDown(self.tool, f"{_NOT_JSON} ({answer.status} to {request.name}).")
            case "key":
                hint = self.advise(answer) or self.hint
                raise BadCredentials(self.tool, hint, str(answer.status))
            case "scope":
                raise self._lacks_scopes(answer)
            case "slow down":
                self._slow_down(answer, action)
            case "again":
                wait = _retry_after(answer) or action.wait
                self._repeat(request, f"{answered}.", wait=wait, untouched=action.untouched)
            case "come back later":
                wait = _retry_after(answer) or action.wait
                error = ToolDown(self.tool, f"{answered}: come back in {wait:g} s.")
                raise _Again(error, wait)
            case _:
                raise ToolDown(
                    self.tool, f"{answered}. Check the tool's `base_url` and its status page."
                )

    def _lacks_scopes(self, answer: Answer) -> LacksScope:
        missing = ", ".join(self.scopes(answer))
        hint = f"Grant it one of these scopes and run again: {missing}." if missing else self.hint
        hint = self.advise(answer) or hint
        return LacksScope(self.tool, hint, str(answer.status))

    def _slow_down(self, answer: Answer, action: Action) -> NoReturn:
        wait = self.pause(answer)
        if wait is None:
            wait = _retry_after(answer) or action.wait
        if math.isinf(wait):
            raise OverBudget(self.tool, self.daily.when if self.daily else "tomorrow")
        raise _Again(ToolDown(self.tool, "keeps asking to wait."), wait, steady=True)

    def _repeat(
        self, request: Request, what: str, *, wait: float, untouched: bool = False
    ) -> NoReturn:
        """Ask for another attempt, where a second one can do no harm."""
        if request.repeatable or untouched:
            raise _Again(ToolDown(self.tool, what), wait)
        raise Retry(self.tool, what)


class _Again(Exception):
    """Wait and repeat; `error` is what a caller sees when patience is used up."""

    def __init__(self, error: JourneysyncError, wait: float, *, steady: bool = False) -> None:
        super().__init__(str(error))
        self.error = error
        self.wait = wait
        self.steady = steady
        """A tool that names its wait is obeyed: the wait grows by itself, it is not doubled."""


def _wait(state: RetryCallState) -> float:
    again = state.outcome.exception() if state.outcome else None
    assert isinstance(again, _Again)
    factor = state.attempt_number if again.steady else 2 ** (state.attempt_number - 1)
    return float(again.wait * factor)


def _retry_after(answer: Answer) -> float | None:
    return number(answer.headers.get("retry-after"))
