"""Asks Calendly, page after page. Only reads: no request here changes anything.

Answers link to each other by whole addresses; of these only the path is followed, and always at
our `base_url`, so that the token goes nowhere else.
"""

import time
from collections.abc import Callable, Iterator
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlsplit

import msgspec
import requests

from journeysync.connectors.budgets import Window, number
from journeysync.connectors.calendly.settings import Settings, token_name
from journeysync.connectors.http import Answer, Caller, Refused, Request
from journeysync.connectors.transport import over_requests
from journeysync.core.errors import ToolDown

PAGE = 100
PATIENCE = 2
"""How often a page that leads to itself is asked for again."""
NOT_FOUND = 404

Row = dict[str, Any]
T = TypeVar("T")


class Pagination(msgspec.Struct):
    """Where the next page is."""

    next_page: str | None = None
    next_page_token: str | None = None

    @property
    def token(self) -> str:
        """The token of the next page; empty on the last."""
        named = parse_qs(urlsplit(self.next_page or "").query).get("page_token", [""])
        return self.next_page_token or named[0]


class Page(msgspec.Struct):
    """One page of a list. What rows hold is read with care elsewhere."""

    collection: list[Row]
    pagination: Pagination = msgspec.field(default_factory=Pagination)


class One(msgspec.Struct):
    """One thing that was asked for by its path."""

    resource: Row


_page = msgspec.json.Decoder(Page).decode
_one = msgspec.json.Decoder(One).decode


class Client:
    """One token's way to Calendly."""

    def __init__(
        self,
        tool: str,
        settings: Settings,
        *,
        sleep: Callable[[float], None] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.tool = tool
        self._base = settings.base_url
        self._session = requests.Session()
        # Neither a .netrc nor a proxy of the environment may change what is sent where.
        self._session.trust_env = False
        if settings.proxy:
            self._session.proxies = {"http": settings.proxy, "https": settings.proxy}
        if settings.ca_file:
            self._session.verify = settings.ca_file
        self._session.headers["Authorization"] = (
            f"Bearer {settings.access_token.get_secret_value()}"
        )
        self._session.headers["Accept"] = "application/json"
        self.caller = Caller(
            tool,
            f"Renew the personal access token in {token_name(tool)} (Calendly > Integrations > API "
            "and webhooks); reading a whole organisation needs an owner's or admin's, otherwise "
            "set `scope: user`.",
            windows={
                "calls": Window(
                    settings.calls_per_minute,
                    60.0,
                    limit_header="x-ratelimit-limit",
                    left_header="x-ratelimit-remaining",
                )
            },
            pause=_pause,
            sleep=sleep,
            monotonic=monotonic,
        )

    def one(self, path: str) -> Row:
        """Ask for one thing. Raises Refused where it is not there."""
        return self._get(path, {}, lambda body: _strict(_one, body).resource)

    def found(self, path: str) -> Row | None:
        """Ask for one thing, or None where it is gone."""
        try:
            return self.one(path)
        except Refused as refused:
            if refused.answer.status != NOT_FOUND:
                raise
            return None

    def all(self, path: str, **query: str) -> Iterator[Row]:
        """List everything, each thing once, whatever the pages repeat."""
        seen: set[str] = set()
        used: set[str] = set()
        token, again = "", 0
        while True:
            more = {"page_token": token} if token else {}
            page = self.page(path, **query, **more)
            for row in page.collection:
                uri = str(row.get("uri"))
                if uri not in seen:
                    seen.add(uri)
                    yield row
            following = page.pagination.token
            if not following:
                return
            again = again + 1 if following == token else 0
            if again > PATIENCE or (following in used and following != token):
                raise ToolDown(self.tool, f"leads from page to page in a circle (GET {path}).")
            used.add(following)
            token = following

    def page(self, path: str, **query: str) -> Page:
        """Ask for one page."""
        return self._get(path, {"count": str(PAGE), **query}, lambda body: _strict(_page, body))

    def _get(self, path: str, query: dict[str, str], read: Callable[[bytes], T]) -> T:
        request = Request(f"GET {path}", repeatable=True, windows=("calls",))
        exchange = over_requests(self._session, "GET", self._base + path, params=query)
        return self.caller.call(request, exchange, read)


def path_of(uri: str) -> str:
    """Take the path out of an address that Calendly gives."""
    return urlsplit(uri).path


def name_of(uri: object) -> str:
    """Take the id out of an address that Calendly gives: its last part."""
    return path_of(str(uri or "")).rstrip("/").rpartition("/")[2]


def _strict(decode: Callable[[bytes], T], body: bytes) -> T:
    """Say ValueError for what is not whole, as the caller asks of it."""
    try:
        return decode(body)
    except msgspec.MsgspecError as error:
        raise ValueError("not the JSON that was asked for") from error


def _pause(answer: Answer) -> float | None:
    """Read how long to wait: Calendly says it in seconds from now."""
    return number(answer.headers.get("x-ratelimit-reset"))
