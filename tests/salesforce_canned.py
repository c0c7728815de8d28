"""An org whose answers are a function of what it is asked, without a network."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
from pydantic import SecretStr

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


@dataclass
class Canned(requests.Session):
    """Answers a request by a function; remembers what was asked."""

    reply: Reply
    asked: list[Asked] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def request(self, method: str | bytes, url: str | bytes, **more: Any) -> requests.Response:
        path = str(url).removeprefix(HOST).removeprefix("/services/data/v64.0/")
        params: Mapping[str, str] = more.get("params") or {}
        one = Asked(
            str(method), path, params.get("q", ""), more.get("json"), more.get("data") or b""
        )
        if path == "/services/data":
            return _response(200, [{"version": "64.0"}])
        self.asked.append(one)
        return _response(*self.reply(one))


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
    client._session = canned
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
