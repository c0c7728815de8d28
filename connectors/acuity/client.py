"""One connection to Acuity: its key, its budget, and how it says how long to wait."""

import time
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar

import msgspec
import requests

from journeysync.connectors.acuity.settings import Settings, secret_name
from journeysync.connectors.budgets import Window, number
from journeysync.connectors.http import Answer, Caller, Request
from journeysync.connectors.transport import over_requests

API = "/api/v1"
PER_MINUTE = 5_000
"""What Acuity allowed when it was recorded; its answers correct it."""

Row = dict[str, Any]
T = TypeVar("T")


class Client:
    """Makes requests; knows no record."""

    def __init__(
        self,
        tool: str,
        settings: Settings,
        *,
        sleep: Callable[[float], None] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._base = settings.base_url + API
        self._session = requests.Session()
        # Neither a .netrc nor a proxy of the environment may change what is sent where.
        self._session.trust_env = False
        if settings.proxy:
            self._session.proxies = {"http": settings.proxy, "https": settings.proxy}
        if settings.ca_file:
            self._session.verify = settings.ca_file
        if settings.access_token is not None:
            token = settings.access_token.get_secret_value()
            self._session.headers["Authorization"] = f"Bearer {token}"
        elif settings.user_id is not None and settings.api_key is not None:
            self._session.auth = (settings.user_id, settings.api_key.get_secret_value())
        self._session.headers["Accept"] = "application/json"
        self.caller = Caller(
            tool,
            f"Renew the API key in {secret_name(tool, 'api_key')}; Acuity shows it under "
            "Integrations > API.",
            windows={
                "calls": Window(
                    PER_MINUTE,
                    60.0,
                    limit_header="x-ratelimit-limit",
                    left_header="x-ratelimit-remaining",
                )
            },
            pause=pause,
            sleep=sleep,
            monotonic=monotonic,
        )

    def rows(self, path: str, **query: str) -> list[Row]:
        """Ask for a list."""
        return self._get(path, list[Row], query)

    def row(self, path: str) -> Row:
        """Ask for one thing."""
        return self._get(path, Row, {})

    def _get(self, path: str, kind: type[T], query: Mapping[str, str]) -> T:
        def read(body: bytes) -> T:
            try:
                return msgspec.json.decode(body, type=kind)
            except msgspec.MsgspecError as error:
                raise ValueError("not the JSON that was asked for") from error

        request = Request(f"GET {API}{path}", repeatable=True, windows=("calls",))
        exchange = over_requests(self._session, "GET", self._base + path, params=query)
        return self.caller.call(request, exchange, read)


def pause(answer: Answer) -> float | None:
    """Read when the budget starts anew: an instant, by the clock of the answer itself."""
    reset = number(answer.headers.get("x-ratelimit-reset"))
    try:
        said = parsedate_to_datetime(answer.headers["date"]).timestamp()
    except (KeyError, ValueError):
        return None
    return None if reset is None else max(reset - said, 0.0) + 1.0
