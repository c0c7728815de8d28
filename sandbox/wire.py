"""A small, quick HTTP/1.1 server on loopback: requests in, answers out, and ways to fail.

Knows nothing of any tool. An answer may be sent whole, cut short or never: that is what the
standard library's server cannot do, and what pretend tools are for.
"""

import contextlib
import socket
import socketserver
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote

MAX_BODY = 32 * 1024 * 1024
REASONS = {status.value: status.phrase for status in HTTPStatus}


@dataclass(slots=True)
class Request:
    """One request as it came in; header names in lower case."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes
    gone: Callable[[], bool] = field(default=lambda: False, repr=False)
    """Says whether the client has hung up meanwhile."""
    twist: str = ""
    """A fault that the tool itself has to play, such as `repeat-page`."""


@dataclass(slots=True)
class Answer:
    """What goes back, and how: `whole`, `truncate` (half the body) or `reset` (nothing at all)."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    sent: str = "whole"

    def wire(self) -> bytes:
        """Write the answer as it goes over the line."""
        lines = [f"HTTP/1.1 {self.status} {REASONS.get(self.status, 'Unknown')}"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        if self.status != HTTPStatus.NO_CONTENT:
            lines.append(f"Content-Length: {len(self.body)}")
        head = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
        if self.sent == "truncate":
            return head + self.body[: len(self.body) // 2]
        return head + self.body


Handle = Callable[[Request], Answer]


class _Handler(socketserver.StreamRequestHandler):
    disable_nagle_algorithm = True
    server: "_Server"

    def setup(self) -> None:
        super().setup()
        self.server.open_sockets.add(self.connection)

    def handle(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            while self._one():
                pass

    def finish(self) -> None:
        self.server.open_sockets.discard(self.connection)
        with contextlib.suppress(OSError, ValueError):
            super().finish()

    def _one(self) -> bool:
        """Serve one request; say whether the connection may be used again."""
        line = self.rfile.readline(65537)
        if not line.strip():
            return False
        method, target, version = line.decode("latin-1").split()
        headers: dict[str, str] = {}
        while (header := self.rfile.readline(65537)) not in (b"\r\n", b"\n", b""):
            name, _, value = header.decode("latin-1").partition(":")
            headers[name.strip().lower()] = value.strip()
        path, _, query = target.partition("?")
        request = Request(
            method, unquote(path), query, headers, self._body(headers), gone=self._gone
        )
        answer = self.server.handle_request_of(request)
        if answer.sent == "reset":
            self._reset()
            return False
        self.wfile.write(answer.wire())
        closing = headers.get("connection", "").lower() == "close" or version == "HTTP/1.0"
        return answer.sent == "whole" and not closing

    def _body(self, headers: dict[str, str]) -> bytes:
        if headers.get("transfer-encoding", "").lower() == "chunked":
            parts = []
            while size := int(self.rfile.readline().split(b";")[0], 16):
                parts.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(parts)
        length = int(headers.get("content-length", "0"))
        if length > MAX_BODY:
            raise ValueError(length)
        return self.rfile.read(length) if length else b""

    def _gone(self) -> bool:
        try:
            flags = socket.MSG_PEEK | socket.MSG_DONTWAIT
            return not self.connection.recv(1, flags)
        except BlockingIOError:
            return False
        except OSError:
            return True

    def _reset(self) -> None:
        """Hang up the rude way: the client sees `connection reset`, not an orderly end."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        # rfile and wfile hold the descriptor too; the reset goes out with the last close.
        self.rfile.close()
        self.wfile.close()
        self.connection.close()


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, port: int, handle: Handle) -> None:
        self.handle_request_of = handle
        self.open_sockets: set[socket.socket] = set()
        super().__init__(("127.0.0.1", port), _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is everyday life here; anything else is shown."""
        import sys

        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with contextlib.suppress(OSError):
            super().shutdown_request(request)


class Listener:
    """One port that answers until it is stopped."""

    def __init__(self, port: int, handle: Handle) -> None:
        self._server = _Server(port, handle)
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def stop(self) -> None:
        """Stop listening and hang up on everyone."""
        self._server.shutdown()
        self._server.server_close()
        for connection in list(self._server.open_sockets):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self._thread.join(timeout=5)
