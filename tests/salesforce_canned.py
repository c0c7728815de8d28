"""An org whose answers are a function of what it is asked, without a network."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests
from pydantic import SecretStr
from requests.adapters import HTTPAdapter

from journeysync.connectors.salesforce.client import Client
from journeysync.connectors.salesforce.settings import read_settings
from journeysync.core.ports import ToolSetup

HOST = "https://acme.my.salesforce.com"
DATE = "Sun, 22 Nov 2026 10:00:00 GMT"


@dataclass(frozen=True)
class Asked:
    """One request."""

    method: str
    path: str
    """Without the version's root."""
    soql: str = ""
    body: Any = None
    data: bytes = b""


Reply = Callable[[Asked], tuple[int, Any]]
"""Status and body: JSON, or bytes as they are."""


class Canned(HTTPAdapter):
    """Answers a request by a function; remembers what was asked."""

    def __init__(self, reply: Reply) -> None:
        super().__init__()
        self._reply = reply
        self.asked: list[Asked] = []

    def send(self, request: requests.PreparedRequest, *_: Any, **_more: Any) -> requests.Response:
        parts = urlsplit(str(request.url))
        path = parts.path.removeprefix("/services/data/v64.0/")
        if path == "/services/data":
            return _response(200, [{"version": "64.0"}])
        soql = parse_qs(parts.query).get("q", [""])[0]
        sent = request.body if isinstance(request.body, bytes) else b""
        is_json = "json" in str(request.headers.get("Content-Type", ""))
        body = json.loads(sent) if is_json else None
        one = Asked(str(request.method), path, soql, body, b"" if is_json else sent)
        self.asked.append(one)
        return _response(*self._reply(one))


def _response(status: int, body: Any) -> requests.Response:
    made = requests.Response()
    made.status_code = status
    made.headers["Date"] = DATE
    made.headers["Content-Type"] = "application/json"
    if isinstance(body, bytes):
        made._content = body
    else:
        made._content = b"" if body is None else json.dumps(body).encode()
    return made


def org(reply: Reply, slept: list[float] | None = None, **settings: Any) -> tuple[Client, Canned]:
    """Make a client of such an org; it never really sleeps."""
    given = {"base_url": HOST, "session_id": SecretStr("00D!x"), **settings}
    client = Client(
        "crm",
        read_settings(ToolSetup("crm", given, Path())),
        sleep=(slept if slept is not None else []).append,
        monotonic=lambda: 1000.0,
    )
    canned = Canned(reply)
    client._session.mount(HOST, canned)
    return client, canned


def page(*records: Mapping[str, Any]) -> dict[str, Any]:
    """The answer to a query."""
    return {"totalSize": len(records), "done": True, "records": list(records)}


def refusal(code: str, message: str = "no", *fields: str) -> list[dict[str, Any]]:
    """Why a whole request is refused."""
    return [{"errorCode": code, "message": message, "fields": list(fields)}]


def said(code: str, message: str = "no", *fields: str) -> dict[str, Any]:
    """Why a row is refused."""
    error = {"statusCode": code, "message": message, "fields": list(fields)}
    return {"success": False, "errors": [error]}


def done(number: str) -> dict[str, Any]:
    return {"id": number, "success": True, "errors": []}


def numbered(prefix: str, number: int) -> str:
    """An id of 18 characters; its three last ones are right for these."""
    return f"{prefix}Wi{number:010d}IAC"
