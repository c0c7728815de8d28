"""What comes over the line when things go wrong: the official client's traps, one by one."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from pydantic import SecretStr

from journeysync.connectors.http import Refused
from journeysync.connectors.hubspot import client as module
from journeysync.connectors.hubspot.client import Client, nothing
from journeysync.connectors.hubspot.settings import Settings
from journeysync.connectors.hubspot.times import parse_date, parse_instant, shown, written
from journeysync.core.errors import JourneysyncError, Retry, ToolDown

LATIN = "<html><body>Verboten für alle: ä ö ü</body></html>".encode("latin-1")
Handler = Callable[[BaseHTTPRequestHandler], None]


@contextmanager
def answering(handler: Handler) -> Iterator[tuple[Client, list[str]]]:
    """Serve one answer for everything; yield a client that never sleeps, and what it asked."""
    asked: list[str] = []

    class One(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(f"{self.command} {self.path}")
            length = int(self.headers.get("Content-Length", 0))
            self.rfile.read(length)
            handler(self)

        do_POST = do_GET  # noqa: N815  the name that the base class calls

        def log_message(self, *_args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), One) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings = Settings(
            access_token=SecretStr("pat-x"), base_url=f"http://127.0.0.1:{server.server_port}"
        )
        yield Client("crm", settings, sleep=lambda _seconds: None), asked
        server.shutdown()


def page(status: int, body: bytes, **headers: str) -> Handler:
    def handler(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            request.send_header(name.replace("_", "-"), value)
        request.end_headers()
        request.wfile.write(body)

    return handler


def silence(seconds: float) -> Handler:
    def handler(_request: BaseHTTPRequestHandler) -> None:
        threading.Event().wait(seconds)

    return handler


CASES: dict[str, tuple[Handler, str, type[JourneysyncError], int]] = {
    "a refusal in Latin-1, which the client cannot decode": (
        page(404, LATIN, Content_Type="text/html; charset=iso-8859-1"), "GET", Refused, 1,
    ),
    "a redirect is followed by nobody, least of all with our key": (
        page(302, b"", Location="http://127.0.0.1:9/login"), "GET", ToolDown, 1,
    ),
    "a redirected write is not sent again": (
        page(307, b"", Location="/elsewhere"), "POST", ToolDown, 1,
    ),
    "a write whose answer is lost is sent once": (page(502, LATIN), "POST", Retry, 1),
    "a read is sent again, six times in all": (page(502, LATIN), "GET", ToolDown, 6),
}  # fmt: skip


@pytest.mark.parametrize(("handler", "method", "error", "sent"), CASES.values(), ids=CASES)
def test_broken_answers(
    handler: Handler, method: str, error: type[JourneysyncError], sent: int
) -> None:
    with answering(handler) as (client, asked):
        with pytest.raises(error) as caught:
            call(client, method)

        assert len(asked) == sent == client.caller.calls
        assert "Verboten" not in str(caught.value)


def call(client: Client, method: str) -> Any:
    if method == "GET":
        return client.get("/x", nothing)
    return client.write("POST", "/x", nothing, {"inputs": []})


@pytest.mark.parametrize(
    ("method", "error", "sent"), [("GET", ToolDown, 6), ("POST", Retry, 1)], ids=["read", "write"]
)
def test_a_silent_tool_is_not_waited_for_without_a_limit(
    monkeypatch: pytest.MonkeyPatch, method: str, error: type[JourneysyncError], sent: int
) -> None:
    """The client has no time-out of its own, and would repeat reads three times each."""
    monkeypatch.setattr(module, "TIMEOUT", (0.2, 0.05))
    with answering(silence(0.1)) as (client, asked):
        with pytest.raises(error, match="did not answer in time"):
            call(client, method)

        assert len(asked) == sent


def test_one_connection_serves_all_calls() -> None:
    """The client makes a new pool at each look-up; ours is held."""
    ports = set()

    def handler(request: BaseHTTPRequestHandler) -> None:
        ports.add(request.client_address[1])
        page(200, b"{}")(request)

    with answering(handler) as (client, _asked):
        BaseHTTPRequestHandler.protocol_version = "HTTP/1.1"
        try:
            for _ in range(5):
                call(client, "GET")
        finally:
            BaseHTTPRequestHandler.protocol_version = "HTTP/1.0"

    assert len(ports) == 1


INSTANTS = {
    "with milliseconds": ("2024-10-23T22:42:36.650Z", "2024-10-23T22:42:36.650000+00:00"),
    "without": ("2023-01-15T05:00:00Z", "2023-01-15T05:00:00+00:00"),
    "one digit": ("2023-01-15T05:00:00.5Z", "2023-01-15T05:00:00.500000+00:00"),
    "six digits": ("2023-01-15T05:00:00.123456Z", "2023-01-15T05:00:00.123456+00:00"),
    "an offset": ("2023-01-15T05:00:00+02:00", "2023-01-15T03:00:00+00:00"),
    "no offset": ("2023-01-15T05:00:00", "2023-01-15T05:00:00+00:00"),
    "milliseconds since 1970": ("1729722996650", "2024-10-23T22:36:36.650000+00:00"),
    "before 1970": ("-1000", "1969-12-31T23:59:59+00:00"),
    "a day": ("2023-01-15", "2023-01-15T00:00:00+00:00"),
    "nothing": ("", None),
    "words": ("soon", None),
    "too late": ("99999999999999999", None),
}


@pytest.mark.parametrize(("text", "expected"), INSTANTS.values(), ids=INSTANTS)
def test_instants(text: str, expected: str | None) -> None:
    found = parse_instant(text)

    assert (found.isoformat() if found else None) == expected


DAYS = {
    "a day as text": ("2026-07-01", True, "2026-06-30T23:00:00+00:00"),
    "a day as text in an instant's field": ("2026-07-01", False, "2026-06-30T23:00:00+00:00"),
    "a day as midnight in UTC": ("1782864000000", True, "2026-06-30T23:00:00+00:00"),
    "an instant at midnight in UTC": ("2026-07-01T00:00:00Z", False, "2026-07-01T00:00:00+00:00"),
    "nothing": ("", True, None),
}


@pytest.mark.parametrize(("text", "whole", "expected"), DAYS.values(), ids=DAYS)
def test_days_begin_where_the_business_is(text: str, whole: bool, expected: str | None) -> None:
    found = parse_date(text, "Europe/London", whole_day=whole)

    assert (found.isoformat() if found else None) == expected


def test_instants_are_shown_with_as_few_digits_as_they_need() -> None:
    assert shown("2026-11-01T10:00:00.000Z") == "2026-11-01T10:00:00Z"
    assert shown("2026-11-01T10:00:00.120Z") == "2026-11-01T10:00:00.120000Z"
    assert shown("Tuesday") == "Tuesday"


def test_hubspot_keeps_milliseconds() -> None:
    at = datetime.fromisoformat("2026-11-01T12:00:00.123456+02:00")

    assert written(at) == "2026-11-01T10:00:00.123Z"
