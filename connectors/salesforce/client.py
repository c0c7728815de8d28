"""Asks and tells one org, patiently, and counts what it may still ask.

Knows the token, the server's clock, the daily calls and pages, but no record. Salesforce's own
statuses are first put into the words that the policy knows: its 403 for "too many calls" is a 429
elsewhere. No message holds a query: it may name a person.
"""

import contextlib
import math
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Literal, TypeVar

import msgspec

from journeysync.connectors.budgets import Daily
from journeysync.connectors.http import Answer, Caller, LacksScope, Refused, Request
from journeysync.connectors.salesforce.answers import (
    Page,
    failures,
    in_common_words,
    page,
    strict,
    versions,
)
from journeysync.connectors.salesforce.hints import advise, hint_for, verdict
from journeysync.connectors.salesforce.session import SigningIn, Tokens, new_session
from journeysync.connectors.salesforce.settings import Settings
from journeysync.connectors.transport import over_requests
from journeysync.core.errors import BadCredentials, ToolDown, Usage

Row = dict[str, Any]
Method = Literal["GET", "POST", "PATCH", "PUT", "DELETE"]
T = TypeVar("T")

_PATIENCE = 3
"""How often a page that leads to itself is asked for again."""
_CONCURRENT = 5.0
"""Seconds to wait while too many long requests run at once."""
_DATA = "/services/data"


class Client:
    """Makes requests; knows the token, patience and the daily calls, but no record."""

    def __init__(
        self,
        tool: str,
        settings: Settings,
        *,
        sleep: Callable[[float], None] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.tool = tool
        self.settings = settings
        self._monotonic = monotonic
        self._session = new_session(settings)
        self._root = f"{_DATA}/v{settings.api_version}/"
        self._tokens = Tokens(self._sign_in)
        self._clock: tuple[datetime, float] | None = None
        self._described: dict[str, Row] = {}
        self.caller = Caller(
            tool,
            hint_for(tool, settings),
            daily=Daily(
                left_header="calls-left",
                limit_header="calls-limit",
                when="in some hours, when older calls of the last 24 hours count no more",
                reserve=settings.daily_reserve,
            ),
            pause=_pause,
            considered=verdict,
            advise=advise,
            sleep=sleep,
            monotonic=monotonic,
        )

    # --- asking and telling --------------------------------------------------------------------

    def get(self, path: str, params: Mapping[str, str] | None = None) -> Any:
        """Ask for what a path names, as decoded JSON."""
        return self._send("GET", path, _decode, params=params, repeatable=True)

    def send(self, method: Method, path: str, body: object = None, *, repeatable: bool) -> Any:
        """Send something that may change the org; None for an answer without a body.

        `repeatable` says that a second time does no harm: then it is repeated when nobody knows
        what became of the first. Raises Refused for an answer that is the caller's matter.
        """
        return self._send(method, path, _decode, body=body, repeatable=repeatable)

    def fetch(self, path: str, params: Mapping[str, str] | None = None, *, accept: str) -> Answer:
        """Ask for something that is no JSON; its headers matter too."""
        heard: list[Answer] = []
        self._send(
            "GET", path, _nothing, params=params, repeatable=True, heard=heard,
            headers={"Accept": accept},
        )  # fmt: skip
        return heard[-1]

    def upload(self, method: Method, path: str, data: bytes, content_type: str) -> None:
        """Send data that is no JSON; repeated only when it surely did not arrive."""
        headers = {"Content-Type": content_type}
        self._send(method, path, _nothing, data=data, headers=headers, repeatable=False)

    # --- queries -------------------------------------------------------------------------------

    def query(self, soql: str, *, deleted: bool = False) -> Iterator[list[Row]]:
        """Yield the pages of a query, with what is deleted or archived when asked for.

        Raises ToolDown when fewer records came than Salesforce had counted.
        """
        for one in self.pages(soql, page, deleted=deleted):
            yield one.records

    def tooling(self, soql: str) -> Iterator[list[Row]]:
        """Yield the pages of a query about the org's own making."""
        for one in self._walk("tooling/query", soql, page):
            yield one.records

    def count(self, soql: str, *, deleted: bool = False) -> int:
        """Return how many records a query `SELECT COUNT() …` counts."""
        path = "queryAll" if deleted else "query"
        return self._first(path, soql, page).totalSize or 0

    def pages(
        self, soql: str, read: Callable[[bytes], Page], *, deleted: bool = False
    ) -> Iterator[Page]:
        """Yield the pages of a query, decoded in the caller's own way."""
        return self._walk("queryAll" if deleted else "query", soql, read)

    def _walk(self, path: str, soql: str, read: Callable[[bytes], Page]) -> Iterator[Page]:
        """Follow the pages; one that sends us back to an old one is asked for again."""
        found = self._first(path, soql, read)
        expected, came, again = found.totalSize or 0, 0, 0
        here, seen = "", {""}
        while True:
            following = found.nextRecordsUrl or ""
            if following in seen and not found.done:
                again += 1
                if again > _PATIENCE:
                    raise ToolDown(self.tool, "repeats the pages of a query.")
            else:
                came += len(found.records)
                yield found
                if found.done:
                    break
                here, again = following, 0
                seen.add(here)
            found = self._again(here, path, soql, read)
        if came < expected:
            raise ToolDown(self.tool, f"gave {came} of the {expected} records of a query.")

    def _first(self, path: str, soql: str, read: Callable[[bytes], Page]) -> Page:
        return self._send("GET", path, _strictly(read), params={"q": soql}, repeatable=True)

    def _again(self, here: str, path: str, soql: str, read: Callable[[bytes], Page]) -> Page:
        if not here:
            return self._first(path, soql, read)
        return self._send("GET", here, _strictly(read), repeatable=True)

    # --- what the org is -----------------------------------------------------------------------

    def describe(self, name: str) -> Row:
        """Return what an object is made of, asked for once. Raises Refused where there is none."""
        if name not in self._described:
            self._described[name] = self.get(f"sobjects/{name}/describe")
        return self._described[name]

    def forget(self, name: str = "") -> None:
        """Describe an object, or all, anew when next asked for: a field may have gone away."""
        if name:
            self._described.pop(name, None)
        else:
            self._described.clear()

    @property
    def token(self) -> str:
        """The session's id, for a program that works beside us."""
        return self._tokens.present()

    def now(self) -> datetime:
        """Say what time it is at the server."""
        if self._clock is None:
            self._tokens.present()
        if self._clock is None:
            raise ToolDown(self.tool, "does not say what time it is.")
        at, heard = self._clock
        return at + timedelta(seconds=int(self._monotonic() - heard))

    # --- sending -------------------------------------------------------------------------------

    def _send(
        self,
        method: Method,
        path: str,
        read: Callable[[bytes], T],
        *,
        repeatable: bool,
        params: Mapping[str, str] | None = None,
        body: object = None,
        data: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        heard: list[Answer] | None = None,
    ) -> T:
        url = self.settings.base_url + (path if path.startswith("/") else self._root + path)
        request = Request(f"{method} {_shown(path)}", repeatable)

        def once(token: str) -> T:
            bearer = {**(headers or {}), "Authorization": f"Bearer {token}"}
            exchange = over_requests(
                self._session, method, url, params=params, body=body, text=data, headers=bearer
            )

            def listen() -> Answer:
                answer = self._listen(exchange())
                if heard is not None:
                    heard.append(answer)
                return answer

            return self.caller.call(request, listen, read)

        token = self._tokens.present()
        try:
            return once(token)
        except LacksScope:
            raise
        except BadCredentials:
            if self.settings.sign_in == "session":
                raise
            # A refused request did nothing, so even a write may be sent once more.
            return once(self._tokens.another_than(token))

    def _listen(self, answer: Answer) -> Answer:
        """Note the server's clock, and put its words into common ones."""
        said = answer.headers.get("date")
        if said:
            with contextlib.suppress(ValueError):  # a proxy's idea of a date is no failure
                self._clock = (parsedate_to_datetime(said).astimezone(UTC), self._monotonic())
        return in_common_words(answer)

    def _sign_in(self) -> str:
        """Return a new token. Raises BadCredentials where the org refuses."""
        settings = self.settings
        if self._clock is None:
            self._find_version()
        if settings.sign_in == "session":
            assert settings.session_id
            return settings.session_id.get_secret_value().strip()
        way = SigningIn(self.tool, settings)
        request = Request("POST /services/oauth2/token", repeatable=True)
        try:
            return self.caller.call(request, lambda: self._listen(way.exchange()), way.token)
        except Refused as refused:
            status = str(refused.answer.status)
            hint = advise(refused.answer) or hint_for(self.tool, settings)
            raise BadCredentials(self.tool, hint, status) from None

    def _find_version(self) -> None:
        """Raise Usage where the org does not offer our version; needs no token, costs no call."""
        exchange = over_requests(self._session, "GET", f"{self.settings.base_url}{_DATA}")
        request = Request(f"GET {_DATA}", repeatable=True)
        offered = self.caller.call(request, lambda: self._listen(exchange()), versions)
        if self.settings.api_version not in offered:
            raise Usage(
                f"{self.tool} does not offer version {self.settings.api_version} of its API. Set "
                f"`api_version` in journeysync.yaml to one from {offered[0]} to {offered[-1]}."
            )


def _shown(path: str) -> str:
    """Write a path as it may be shown: nothing behind the object's name."""
    parts = path.strip("/").removeprefix("services/data/").split("/")
    return "/".join(parts[:4] if parts[0] == "composite" else parts[:3])


def _decode(body: bytes) -> Any:
    return strict(msgspec.json.decode, body) if body.strip() else None


def _strictly(read: Callable[[bytes], T]) -> Callable[[bytes], T]:
    return lambda body: strict(read, body)


def _nothing(_body: bytes) -> None:
    """Leave a body to its reader."""


def _pause(answer: Answer) -> float | None:
    """Say how long to wait when there are too many calls: moments, or until some have passed."""
    if any("concurrent" in one.message.casefold() for one in failures(answer)):
        return _CONCURRENT
    return math.inf
