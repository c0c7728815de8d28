"""A bare client of the sandbox for its own tests: no retries, no pacing, nothing of ours."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

from journeysync.sandbox.server import Sandbox, start


@dataclass(frozen=True)
class Reply:
    status: int
    headers: dict[str, str]
    content: bytes

    @property
    def body(self) -> Any:
        return json.loads(self.content)


class Client:
    """Speaks JSON to one base URL over one connection."""

    def __init__(self, url: str, token: str = "", timeout: float = 30) -> None:
        self._connection = HTTPConnection(urlsplit(url).netloc, timeout=timeout)
        self._token = token

    def __call__(self, method: str, path: str, value: Any = None, **headers: str) -> Reply:
        """Send one request; header names with `_` for `-`."""
        sent = {"Accept": "application/json", "Content-Type": "application/json"}
        if self._token:
            sent["Authorization"] = f"Bearer {self._token}"
        sent |= {name.replace("_", "-"): text for name, text in headers.items()}
        body = None if value is None else json.dumps(value)
        try:
            self._connection.request(method, path, body, sent)
            answer = self._connection.getresponse()
            content = answer.read()
        except BaseException:
            self._connection.close()
            raise
        names = {name.lower(): text for name, text in answer.getheaders()}
        return Reply(answer.status, names, content)


@dataclass(frozen=True)
class Running:
    """A sandbox with a client for each of its doors."""

    sandbox: Sandbox
    admin: Client
    hubspot: Client

    def journal(self) -> list[dict[str, Any]]:
        entries: list[dict[str, Any]] = self.admin("GET", "/journal").body["requests"]
        return entries

    def edit(self, **command: Any) -> Any:
        reply = self.admin("POST", "/edit", {"tool": "hubspot", **command})
        assert reply.status == 200, reply.body
        return reply.body

    def fault(self, kind: str, match: str = "", **more: Any) -> None:
        fault = {"tool": "hubspot", "kind": kind, "match": match, **more}
        assert self.admin("POST", "/faults", fault).status == 200


@contextmanager
def running(customers: int = 30, seed: int = 1, **options: Any) -> Iterator[Running]:
    """Run a sandbox, by default without rate limits."""
    with start(customers=customers, seed=seed, **{"limits": False, **options}) as sandbox:
        tool = sandbox.tools["hubspot"]
        yield Running(
            sandbox, Client(sandbox.admin), Client(tool["base_url"], tool["access_token"])
        )
