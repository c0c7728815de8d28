"""One connection to Cal.com: its key, its budget, and the envelope around every answer."""

import time
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
import requests

from journeysync.connectors.budgets import Window
from journeysync.connectors.calcom.contracts import Contract
from journeysync.connectors.calcom.settings import Settings, secret_name
from journeysync.connectors.http import Answer, Caller, Exchange, Request
from journeysync.connectors.transport import over_requests
from journeysync.core.errors import ToolDown

Row = dict[str, Any]


class Client:
    """Makes requests; knows no record."""

    def __init__(
        self,
        tool: str,
        settings: Settings,
        contract: Contract,
        *,
        sleep: Callable[[float], None] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.contract = contract
        self._base = settings.base_url
        self._session = requests.Session()
        # Neither a .netrc nor a proxy of the environment may change what is sent where.
        self._session.trust_env = False
        if settings.proxy:
            self._session.proxies = {"http": settings.proxy, "https": settings.proxy}
        if settings.ca_file:
            self._session.verify = settings.ca_file
        token = settings.access_token.get_secret_value()
        self._session.headers["Authorization"] = f"Bearer {token}"
        self._session.headers["Accept"] = "application/json"
        self.caller = Caller(
            tool,
            f"Renew the API key in {secret_name(tool)}; Cal.com makes it under Settings > "
            "Developer > API keys.",
            windows={
                "calls": Window(
                    contract.per_minute,
                    60.0,
                    limit_header="x-ratelimit-limit-default",
                    left_header="x-ratelimit-remaining-default",
                )
            },
            # A key of one's own that is told to wait is blocked for a minute.
            patience=300.0,
            sleep=sleep,
            monotonic=monotonic,
        )

    def get(self, path: str, version: str, query: Mapping[str, str] | None = None) -> Row:
        """Ask for something in one version of its endpoint; the answer with its envelope."""
        request = Request(f"GET {path}", repeatable=True, windows=("calls",))
        answer = self.caller.call(request, self._exchange(path, version, query or {}), _read)
        if answer.get("status") != "success":
            raise ToolDown(
                self.caller.tool, f"answered an error to GET {path}, as if all was well."
            )
        return answer

    def _exchange(self, path: str, version: str, query: Mapping[str, str]) -> Exchange:
        def exchange() -> Answer:
            self._session.headers["cal-api-version"] = version
            return over_requests(self._session, "GET", self._base + path, params=query)()

        return exchange


def _read(body: bytes) -> Row:
    try:
        return msgspec.json.decode(body, type=Row)
    except msgspec.MsgspecError as error:
        raise ValueError("not the JSON that was asked for") from error
