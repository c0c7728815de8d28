"""One pooled connection to HubSpot, by the official package, with answers as they came.

The package's generated models cost fifteen times what decoding costs, and its typed methods end
at paths that HubSpot retires; its connection pool and its handling of the key serve every path.
The package never retries here, never follows a redirect and never waits without a limit: patience
is `connectors.http`'s matter. No exception of it leaves this file.
"""

import math
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import islice
from typing import Any, Literal, TypeVar
from urllib.parse import quote

import hubspot
import msgspec
import urllib3
from hubspot.crm.contacts import ApiException

from journeysync.connectors.budgets import Daily, Window
from journeysync.connectors.http import (
    TIMEOUT,
    Answer,
    Caller,
    Exchange,
    LacksScope,
    Refused,
    Request,
)
from journeysync.connectors.hubspot.oauth import Token, Tokens, token
from journeysync.connectors.hubspot.paths import Paths
from journeysync.connectors.hubspot.settings import Settings, token_name
from journeysync.connectors.transport import unanswered
from journeysync.core.errors import BadCredentials

Method = Literal["GET", "POST", "PATCH", "DELETE"]
T = TypeVar("T")

_RAW: Mapping[str, Any] = {
    "_preload_content": False,
    "_return_http_data_only": True,
}
_CONNECT = "Connect the OAuth app to the portal again, and put its new refresh token into {}."
_WAITS = {"SECONDLY": 1.0, "TEN_SECONDLY": 10.0, "TEN_SECONDLY_ROLLING": 10.0, "DAILY": math.inf}
"""Seconds to wait by the name of the limit that was met; `Retry-After` is rarely sent."""


class Context(msgspec.Struct):
    """Which of the things that were sent an error is about."""

    ids: list[str] = []
    objectWriteTraceId: list[str] = []  # noqa: N815  the name HubSpot uses
    existingId: list[str] = []  # noqa: N815
    requiredGranularScopes: list[str] = []  # noqa: N815
    requiredScopes: list[str] = []  # noqa: N815
    propertyName: list[str] = []  # noqa: N815
    properties: list[str] = []


class Detail(msgspec.Struct):
    """One error inside an answer. Its message may quote what was sent and is never shown."""

    message: str = ""
    category: str = ""
    subCategory: Any = None  # noqa: N815
    code: str | None = None
    context: Context = msgspec.field(default_factory=Context)
    errors: list["Detail"] = []


class Failure(msgspec.Struct):
    """The body of an answer that is no success."""

    message: str = ""
    category: str = ""
    policyName: str = ""  # noqa: N815
    errors: list[Detail] = []


def failure(answer: Answer) -> Failure:
    """Read what an error says; an unreadable one says nothing."""
    try:
        return msgspec.json.decode(answer.body, type=Failure, strict=False)
    except msgspec.MsgspecError:
        return Failure()


def nothing(_body: bytes) -> None:
    """Read an answer that holds nothing of interest."""


def chunks(things: Iterable[T], size: int) -> Iterator[list[T]]:
    """Cut things into lists of at most `size`: what one request takes."""
    source = iter(things)
    while some := list(islice(source, size)):
        yield some


class Client:
    """Makes requests; knows keys, budgets and patience, but no record."""

    def __init__(
        self,
        tool: str,
        settings: Settings,
        *,
        sleep: Callable[[float], None] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.tool = tool
        self.paths = Paths(settings.api_version)
        key = settings.access_token
        portal = hubspot.HubSpot(
            access_token=key.get_secret_value() if key else "none yet",
            host=settings.base_url,
            retry=False,
            proxy=settings.proxy,
            ssl_ca_cert=settings.ca_file,
        )
        # The package makes a new connection pool at each look-up: this one is held.
        self._api = portal.crm.contacts.basic_api.api_client
        self._settings = settings
        self._tokens = None if key else Tokens(self._renew, monotonic)
        self.caller = Caller(
            tool,
            f"Renew the service key or private app token in {token_name(tool)}; "
            "HubSpot shows it under Development > Keys."
            if key
            else _CONNECT.format(token_name(tool, "refresh_token")),
            windows={
                "calls": Window(
                    settings.calls_per_10_seconds,
                    10.0,
                    limit_header="x-hubspot-ratelimit-max",
                    left_header="x-hubspot-ratelimit-remaining",
                ),
                "searches": Window(settings.searches_per_second, 1.0),
            },
            daily=Daily(
                left_header="x-hubspot-ratelimit-daily-remaining",
                limit_header="x-hubspot-ratelimit-daily",
                when="after midnight in the portal's time zone",
                reserve=settings.daily_reserve,
            ),
            pause=_pause,
            scopes=_scopes,
            sleep=sleep,
            monotonic=monotonic,
        )

    def get(self, path: str, read: Callable[[bytes], T], **query: str) -> T:
        """Ask for something that a path names."""
        return self._send("GET", path, read, query=query, repeatable=True)

    def ask(self, path: str, body: object, read: Callable[[bytes], T], **query: str) -> T:
        """Send a POST that only reads."""
        return self._send("POST", path, read, query=query, body=body, repeatable=True)

    def search(self, path: str, body: object, read: Callable[[bytes], T]) -> T:
        """Send a search, which has a budget of its own."""
        windows = ("calls", "searches")
        return self._send("POST", path, read, body=body, repeatable=True, windows=windows)

    def write(
        self, method: Method, path: str, read: Callable[[bytes], T], body: object = None
    ) -> T:
        """Send something that changes the portal; repeated only when it surely did nothing."""
        return self._send(method, path, read, body=body, repeatable=False)

    def _send(
        self,
        method: Method,
        path: str,
        read: Callable[[bytes], T],
        *,
        repeatable: bool,
        query: Mapping[str, str] | None = None,
        body: object = None,
        windows: tuple[str, ...] = ("calls",),
    ) -> T:
        request = Request(f"{method} {path}", repeatable, windows)
        exchange = self._exchange(method, path, query, body)
        if self._tokens is None:
            return self.caller.call(request, exchange, _strict(read))
        used = self._use(self._tokens.fresh())
        try:
            return self.caller.call(request, exchange, _strict(read))
        except LacksScope:
            raise
        except BadCredentials:
            # A refused request did nothing, so even a write may be sent once more.
            self._use(self._tokens.another_than(used))
            return self.caller.call(request, exchange, _strict(read))

    def _use(self, access_token: str) -> str:
        self._api.configuration.access_token = access_token
        return access_token

    def _renew(self) -> Token:
        """Ask for an access token. Raises BadCredentials where the app was disconnected."""
        settings = self._settings
        assert settings.refresh_token
        assert settings.client_secret
        form = {
            "grant_type": "refresh_token",
            "client_id": settings.client_id,
            "client_secret": settings.client_secret.get_secret_value(),
            "refresh_token": settings.refresh_token.get_secret_value(),
        }
        path = self.paths.token()
        request = Request(f"POST {path}", repeatable=True)
        exchange = self._form(path, form)
        try:
            return self.caller.call(request, exchange, _strict(token))
        except Refused as refused:
            status = str(refused.answer.status)
            hint = _CONNECT.format(token_name(self.tool, "refresh_token"))
            raise BadCredentials(self.tool, hint, status) from None

    def _exchange(
        self, method: Method, path: str, query: Mapping[str, str] | None, body: object
    ) -> Exchange:
        # The package would write the query anew for every page, and it names forty properties.
        address = path if not query else f"{path}?{'&'.join(_pair(*one) for one in query.items())}"
        return _exchange(
            lambda: self._api.call_api(
                address,
                method,
                header_params={"Accept": "application/json"},
                body=body,
                auth_settings=["oauth2"],
                _request_timeout=TIMEOUT,
                **_RAW,
            )
        )

    def _form(self, path: str, fields: Mapping[str, str]) -> Exchange:
        """Send a form, as the token endpoint wants it, without a key."""
        kind = "application/x-www-form-urlencoded"
        return _exchange(
            lambda: self._api.call_api(
                path,
                "POST",
                header_params={"Accept": "application/json", "Content-Type": kind},
                post_params=list(fields.items()),
                auth_settings=[],
                _request_timeout=TIMEOUT,
                **_RAW,
            )
        )


@lru_cache(maxsize=256)
def _pair(name: str, value: str) -> str:
    return f"{quote(name)}={quote(value, safe=',')}"


def _exchange(call: Callable[[], Any]) -> Exchange:
    """Make one exchange of a call of the package, whatever it raises."""

    def exchange() -> Answer:
        try:
            reply = call()
            return _answer(reply.status, reply.headers, reply.data)
        except ApiException as error:
            return _refusal(error)
        except (UnicodeDecodeError, AttributeError) as error:
            # The package decodes every error's body as UTF-8 text: a Latin-1 page or a
            # missing body makes it stumble over its own exception, which is the context.
            if not isinstance(error.__context__, ApiException):
                raise
            return _refusal(error.__context__)
        except urllib3.exceptions.HTTPError as error:
            raise unanswered(error) from None

    return exchange


def _answer(status: int, headers: Mapping[str, str] | None, body: bytes | str | None) -> Answer:
    names = {name.lower(): value for name, value in dict(headers or {}).items()}
    data = body.encode() if isinstance(body, str) else body or b""
    return Answer(status, names, data)


def _refusal(error: ApiException) -> Answer:
    if not error.status:
        # The package gives a failed TLS handshake no status and no body.
        raise unanswered(urllib3.exceptions.SSLError()) from None
    return _answer(error.status, error.headers, error.body)


def _strict(read: Callable[[bytes], T]) -> Callable[[bytes], T]:
    """Make a decoder say ValueError, as the caller asks of it."""

    def strict(body: bytes) -> T:
        try:
            return read(body)
        except msgspec.MsgspecError as error:
            raise ValueError("not the JSON that was asked for") from error

    return strict


def _pause(answer: Answer) -> float | None:
    said = failure(answer)
    if said.policyName in _WAITS:
        return _WAITS[said.policyName]
    return None


def _scopes(answer: Answer) -> Sequence[str]:
    granular = [
        name for one in failure(answer).errors for name in one.context.requiredGranularScopes
    ]
    broad = [name for one in failure(answer).errors for name in one.context.requiredScopes]
    return sorted(set(granular or broad))
