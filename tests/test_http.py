"""One retry policy for any transport: what each status means, how long is waited, what is said."""

import json
import math
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests
import urllib3

from journeysync.connectors.budgets import Daily, Window
from journeysync.connectors.http import Answer, Caller, Refused, Request, Unanswered
from journeysync.connectors.transport import over_requests, unanswered
from journeysync.core.errors import BadCredentials, JourneysyncError, OverBudget, Retry, ToolDown

READ = Request("POST /search", repeatable=True, windows=("calls",))
WRITE = Request("POST /update", repeatable=False, windows=("calls",))
HTML = b"<html><body>Sign in to the guest network, person@example.com</body></html>"


@dataclass
class Clock:
    """Time that passes only by sleeping."""

    now: float = 1000.0
    slept: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def caller(clock: Clock, window: Window | None = None, **more: object) -> Caller:
    return Caller(
        "crm",
        "Renew the key.",
        windows={"calls": window or Window(100, 10.0)},
        sleep=clock.sleep,
        monotonic=lambda: clock.now,
        **more,  # type: ignore[arg-type]  # the tests pass what the fields want
    )


def answers(*steps: Answer | Exception) -> Callable[[], Answer]:
    """Make an exchange that answers these, one after the other."""
    left: Iterator[Answer | Exception] = iter(steps)

    def exchange() -> Answer:
        step = next(left)
        if isinstance(step, Exception):
            raise step
        return step

    return exchange


def reply(status: int, body: object = None, **headers: str) -> Answer:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, names, json.dumps(body or {}).encode())


OK = reply(200, {"fine": True})


def outcome(request: Request, *steps: Answer | Exception) -> tuple[str, list[float]]:
    """Return what a call ends with, as a sentence, and what was slept."""
    clock = Clock()
    try:
        got = caller(clock).call(request, answers(*steps), json.loads)
    except JourneysyncError as error:
        return f"{type(error).__name__}: {error}", clock.slept
    return json.dumps(got), clock.slept


Steps = Sequence[Answer | Exception]
FINE = '{"fine": true}'
UNKNOWN = "Retry: crm answered {} to POST /update."
DOWN = "ToolDown: crm answered {} to POST /search."

NOT_JSON = "ToolDown: crm answers HTML instead of JSON: is a proxy or firewall in between?"

CASES: dict[str, tuple[Request, Steps, str, list[float]]] = {
    "a good answer": (READ, [OK], FINE, []),
    "500 is repeated": (READ, [reply(500), OK], FINE, [1]),
    "503 is repeated, each time twice as late": (READ, [reply(503)] * 3 + [OK], FINE, [2, 4, 8]),
    "503 for ever is a tool that is down": (
        READ, [reply(503)] * 6, DOWN.format(503), [2, 4, 8, 16, 32],
    ),
    "Retry-After is obeyed": (READ, [reply(503, retry_after="7"), OK], FINE, [7]),
    "a write is not repeated after 500": (WRITE, [reply(500), OK], UNKNOWN.format(500), []),
    "nor after 504": (WRITE, [reply(504), OK], UNKNOWN.format(504), []),
    "a write is repeated after 429": (WRITE, [reply(429), OK], FINE, [1]),
    "and after 423, which is a lock": (WRITE, [reply(423), OK], FINE, [2]),
    "and after 521, which never reached the tool": (WRITE, [reply(521), OK], FINE, [5]),
    "429 waits longer each time": (READ, [reply(429)] * 3 + [OK], FINE, [1, 2, 3]),
    "477 soon": (READ, [reply(477, retry_after="60"), OK], FINE, [60]),
    "477 for a day is no waiting": (
        READ,
        [reply(477, retry_after="86400")],
        "ToolDown: crm answered 477 to POST /search: come back in 86400 s.",
        [],
    ),
    "401": (READ, [reply(401)], "BadCredentials: crm refused the key (401). Renew the key.", []),
    "530 is a malformed key": (
        READ, [reply(530)], "BadCredentials: crm refused the key (530). Renew the key.", [],
    ),
    "400 is the connector's matter": (
        READ, [reply(400)], "Refused: crm answered 400 to POST /search.", [],
    ),
    "a redirect is followed by nobody": (
        READ,
        [reply(302)],
        f"{DOWN.format(302)} Check the tool's `base_url` and its status page.",
        [],
    ),
    "no connection": (
        READ,
        [Unanswered("cannot be reached.", sent=False)] * 6,
        "ToolDown: crm cannot be reached.",
        [1, 2, 4, 8, 16],
    ),
    "a write that found no connection is repeated": (
        WRITE, [Unanswered("cannot be reached.", sent=False), OK], FINE, [1],
    ),
    "a write without an answer is unknown": (
        WRITE, [Unanswered("did not answer in time.", sent=True), OK],
        "Retry: crm did not answer in time.", [],
    ),
    "half an answer is asked for again": (READ, [Answer(200, {}, b'{"fine": tr'), OK], FINE, [1]),
    "half an answer to a write is unknown": (
        WRITE, [Answer(200, {}, b'{"fine": tr')],
        "Retry: crm broke off its answer, or gave it in an unknown form.", [],
    ),
    "a page of HTML in place of JSON": (
        READ,
        [Answer(200, {"content-type": "text/html"}, HTML)] * 6,
        NOT_JSON,
        [1, 2, 4, 8, 16],
    ),
    "a firewall's 403 is no refused key": (
        READ,
        [Answer(403, {"content-type": "text/html"}, HTML)],
        f"{NOT_JSON} (403 to POST /search).",
        [],
    ),
    "an HTML 404 is a 404": (
        READ, [Answer(404, {"content-type": "text/html"}, HTML)],
        "Refused: crm answered 404 to POST /search.", [],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("request_", "steps", "ends", "slept"), CASES.values(), ids=CASES)
def test_what_follows_from_an_answer(
    request_: Request, steps: Steps, ends: str, slept: list[float]
) -> None:
    assert outcome(request_, *steps) == (ends, slept)


def test_no_message_holds_what_was_answered() -> None:
    """A body may hold anything; nothing of it is said."""
    for request, steps, _ends, _slept in CASES.values():
        said, _ = outcome(request, *steps)
        assert "example.com" not in said


def test_a_missing_scope_is_named() -> None:
    """A 403 says which scope to grant."""
    clock = Clock()
    one = caller(clock, scopes=lambda _answer: ["tickets.read"])
    with pytest.raises(BadCredentials, match=r"Grant it one of these scopes.*tickets\.read"):
        one.call(READ, answers(reply(403)), json.loads)


@pytest.mark.parametrize(
    ("said", "hour"),
    [("Sun, 22 Nov 2026 12:00:40 GMT", 12), ("yesterday", None), ("", None),
     ("Sun, 22 Nov 2026 09:00:00 -0000", None)],
)  # fmt: skip
def test_what_time_a_tool_has(said: str, hour: int | None) -> None:
    """None where it does not say, or not in which zone."""
    caller = Caller("shop", "Renew the key.")
    caller.call(
        Request("GET /", repeatable=True), lambda: Answer(200, {"date": said}, b"{}"), bytes
    )

    assert (caller.told and caller.told.hour) == hour


def test_the_day_is_over() -> None:
    """A tool that says the day's calls are used up is not waited for."""
    daily = Daily("left", "limit", when="after midnight")
    one = caller(Clock(), pause=lambda _answer: math.inf, daily=daily)
    with pytest.raises(OverBudget, match="Run again after midnight"):
        one.call(READ, answers(reply(429)), json.loads)


def test_the_last_share_of_the_day_is_left_to_others() -> None:
    """With five of a hundred calls left, we stop before the next one."""
    daily = Daily("left", "limit", when="after midnight")
    one = caller(Clock(), daily=daily)
    one.call(READ, answers(reply(200, None, left="5", limit="100")), json.loads)
    with pytest.raises(OverBudget):
        one.call(READ, answers(OK), json.loads)
    assert one.calls == 1


def test_a_window_lets_no_more_through_than_it_holds() -> None:
    """The fourth call waits until the first is ten seconds old."""
    clock = Clock()
    one = caller(clock, Window(3, 10.0))
    for _ in range(3):
        one.call(READ, answers(OK), json.loads)
        clock.now += 1
    one.call(READ, answers(OK), json.loads)
    assert clock.slept == [7.0]


def test_a_call_counts_from_its_end() -> None:
    """The tool counted it when it arrived, some time between its sending and its answer."""
    clock = Clock()
    one = caller(clock, Window(1, 10.0))

    def slow() -> Answer:
        clock.now += 2
        return OK

    one.call(READ, slow, json.loads)
    one.call(READ, answers(OK), json.loads)

    assert clock.slept == [10.0]


def test_a_window_learns_that_others_use_it_too() -> None:
    """The tool says that nothing is left, and that it allows 190 in all."""
    clock = Clock()
    window = Window(100, 10.0, limit_header="max", left_header="left")
    one = caller(clock, window)
    one.call(READ, answers(reply(200, None, max="190", left="0")), json.loads)
    one.call(READ, answers(OK), json.loads)
    assert clock.slept == [10.0]
    assert window.limit == 190


TRANSPORT = {
    "refused": (urllib3.exceptions.NewConnectionError(None, "secret"), False),  # type: ignore[arg-type]
    "refused, wrapped": (
        urllib3.exceptions.MaxRetryError(
            None,  # type: ignore[arg-type]
            "/?key=secret",
            urllib3.exceptions.NewConnectionError(None, "secret"),  # type: ignore[arg-type]
        ),
        False,
    ),
    "connecting took too long": (urllib3.exceptions.ConnectTimeoutError("secret"), False),
    "answering took too long": (
        urllib3.exceptions.ReadTimeoutError(None, "/", "secret"),  # type: ignore[arg-type]
        True,
    ),
    "hung up": (urllib3.exceptions.ProtocolError("secret"), True),
    "no certificate": (urllib3.exceptions.SSLError("secret"), True),
    "requests: refused": (
        requests.ConnectionError(
            urllib3.exceptions.NewConnectionError(None, "secret")  # type: ignore[arg-type]
        ),
        False,
    ),
    "requests: too long": (requests.ReadTimeout("secret"), True),
    "requests: proxy": (requests.exceptions.ProxyError("secret"), False),
}


@pytest.mark.parametrize(("error", "sent"), TRANSPORT.values(), ids=TRANSPORT)
def test_what_a_transport_error_means(error: Exception, sent: bool) -> None:
    """Whether a write may be repeated hangs on it; the error's text may hold a key."""
    found = unanswered(error)

    assert found.sent is sent
    assert "secret" not in str(found)


class _Echo(BaseHTTPRequestHandler):
    """Answers with the path it was asked for."""

    def do_GET(self) -> None:
        lost = self.path.startswith("/lost")
        body = json.dumps({"path": self.path}).encode()
        self.send_response(404 if lost else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        """Say nothing."""


@pytest.fixture
def address() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Echo) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def test_requests_is_one_transport(address: str) -> None:
    """The policy works the same over a real connection."""
    clock = Clock()
    with requests.Session() as session:
        session.trust_env = False
        good = over_requests(session, "GET", f"{address}/ok", params={"a": "1"})
        assert caller(clock).call(READ, good, json.loads) == {"path": "/ok?a=1"}
        lost = over_requests(session, "GET", f"{address}/lost")
        with pytest.raises(Refused, match="answered 404"):
            caller(clock).call(READ, lost, json.loads)


def test_nobody_listens() -> None:
    """A port that is closed: the write surely did not arrive, so it is repeated."""
    clock = Clock()
    with requests.Session() as session:
        session.trust_env = False
        lost = over_requests(session, "POST", "http://127.0.0.1:9/x", body={})
        with pytest.raises(ToolDown, match="cannot be reached"):
            caller(clock).call(WRITE, lost, json.loads)
    assert len(clock.slept) == 5


def test_an_unknown_write_says_so_by_its_type() -> None:
    """The run tells `Retry` with `sent` from a tool that is down."""
    with pytest.raises(Retry) as caught:
        caller(Clock()).call(WRITE, answers(reply(502)), json.loads)
    assert caught.value.sent
