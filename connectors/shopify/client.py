"""Asks a shop by GraphQL, patiently and within its points, always in one version of the API.

Knows keys, costs and patience, but no order. An answer with an error in it is never given back,
whatever else it holds. Reads and writes go the same way; what may not be sent twice says so.
"""

import re
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import IO, Any
from urllib.parse import urlsplit

import msgspec
import requests

from journeysync.connectors.http import TIMEOUT, Answer, Caller, LacksScope, Refused, Request
from journeysync.connectors.shopify.costs import Bucket
from journeysync.connectors.shopify.replies import (
    PASSING,
    THROTTLED,
    codes,
    errors_of,
    failure,
    scopes_of,
)
from journeysync.connectors.shopify.settings import Settings, is_safe, secret_name
from journeysync.connectors.shopify.tokens import Token, Tokens
from journeysync.connectors.transport import over_prepared, over_requests, unanswered
from journeysync.core.errors import BadCredentials, Retry, ToolDown

Row = dict[str, Any]

_OPERATION = re.compile(r"\b(?:query|mutation)\s+(\w+)")
_HEADER = "X-Shopify-Access-Token"
_THROTTLED_AT_MOST, _TRIES = 20, 4
_PLACES: Mapping[int, str] = {
    402: "is frozen: its bill is not paid, so nobody can read it.",
    404: "is not there under this address. Check `shop` in journeysync.yaml.",
    430: "refuses our requests as a threat. Shopify's support can say why.",
}
_FORBIDDEN, _GONE = (401, 403), 404
_BLOCK = 1 << 20


class Client:
    """Makes requests to one shop."""

    def __init__(
        self,
        tool: str,
        settings: Settings,
        *,
        sleep: Callable[[float], None] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.tool = tool
        self.at: datetime | None = None
        """The shop's clock, when it last answered."""
        self._settings = settings
        self._path = f"/admin/api/{settings.api_version}/graphql.json"
        self._session = self._new_session()
        self._prepared = self._session.prepare_request(
            requests.Request(
                "POST", settings.address + self._path, headers={"Content-Type": "application/json"}
            )
        )
        """All requests are this one, with another body."""
        self._files = self._new_session()
        """For files, which lie elsewhere: the key never goes there."""
        self.bucket = Bucket()
        self._tokens = None if settings.access_token else Tokens(self._renew, monotonic)
        names = ("access_token",) if settings.access_token else ("client_id", "client_secret")
        keys = " and ".join(secret_name(tool, name) for name in names)
        self.caller = Caller(
            tool,
            f"Check {keys}, and that the app is installed in this shop.",
            scopes=scopes_of,
            sleep=sleep,
            monotonic=monotonic,
        )

    def _new_session(self) -> requests.Session:
        session = requests.Session()
        session.trust_env = False  # a .netrc must not replace the key
        session.verify = self._settings.ca_file or True
        session.headers["Accept"] = "application/json"
        return session

    def send(self, document: str, variables: Mapping[str, Any], *, repeatable: bool) -> Row:
        """Send a query or a mutation and return its data, all of it.

        Raises TooCostly, Denied, and what `connectors.http` raises. A mutation that was received
        and not answered is a `Retry`: nobody knows what it did.
        """
        operation = operation_of(document)
        body = {"query": document, "variables": dict(variables)}
        throttled = tries = 0
        while True:
            self._pace(operation)
            reply = self._ask(operation, body, repeatable=repeatable)
            self.bucket.learn(operation, reply, self.caller.monotonic())
            errors = errors_of(reply)
            data = reply.get("data")
            if not errors and isinstance(data, dict):
                return data
            found = codes(errors)
            if THROTTLED in found:
                throttled += 1
                if throttled > _THROTTLED_AT_MOST:
                    raise ToolDown(self.tool, "keeps asking to wait.")
                self.caller.sleep(self.bucket.refused(operation, self.caller.monotonic()))
                continue
            error = failure(self.tool, operation, errors)
            if not found & PASSING:
                raise error
            if not repeatable:
                raise Retry(self.tool, f"broke off {operation}.")
            tries += 1
            if tries == _TRIES:
                raise error
            self.caller.sleep(2.0 ** (tries - 1))

    def _pace(self, operation: str) -> None:
        wait = self.bucket.wait(operation, self.caller.monotonic())
        if wait > 0:
            self.caller.sleep(wait)

    def _ask(self, operation: str, body: Row, *, repeatable: bool) -> Row:
        request = Request(f"POST {self._path} ({operation})", repeatable)
        answers: list[Answer] = []
        written = msgspec.json.encode(body)
        self._prepared.body = written
        self._prepared.headers["Content-Length"] = str(len(written))
        send = over_prepared(self._session, self._prepared)

        def exchange() -> Answer:
            answers.append(send())
            return answers[-1]

        try:
            reply = self._with_key(request, exchange)
        except Refused as error:
            if what := _PLACES.get(error.answer.status):
                raise ToolDown(self.tool, what) from None
            raise
        self._look_at(answers[-1])
        return reply

    def _with_key(self, request: Request, exchange: Callable[[], Answer]) -> Row:
        """Send with a key; one that lives a day may end early, so another is tried once."""
        if self._tokens is None:
            assert self._settings.access_token
            self._prepared.headers[_HEADER] = self._settings.access_token.get_secret_value().strip()
            return self.caller.call(request, exchange, _decode)
        self._prepared.headers[_HEADER] = self._tokens.fresh()
        try:
            return self.caller.call(request, exchange, _decode)
        except BadCredentials as error:
            if isinstance(error, LacksScope):
                raise
            self._tokens.drop()
            self._prepared.headers[_HEADER] = self._tokens.fresh()
            return self.caller.call(request, exchange, _decode)

    def _renew(self) -> Token:
        """Ask for a token. Raises BadCredentials where the app's id or secret is refused."""
        settings = self._settings
        assert settings.client_id
        assert settings.client_secret
        form = {
            "grant_type": "client_credentials",
            "client_id": settings.client_id.get_secret_value().strip(),
            "client_secret": settings.client_secret.get_secret_value().strip(),
        }
        request = Request("POST /admin/oauth/access_token", repeatable=True)
        send = over_requests(
            self._session, "POST", f"{settings.address}/admin/oauth/access_token", body=form
        )
        try:
            return self.caller.call(request, send, _token)
        except Refused as error:
            if what := _PLACES.get(error.answer.status):
                raise ToolDown(self.tool, what) from None
            raise BadCredentials(self.tool, self.caller.hint, str(error.answer.status)) from None

    def _look_at(self, answer: Answer) -> None:
        """Read the shop's clock and the version that it really answers in."""
        try:
            self.at = parsedate_to_datetime(answer.headers.get("date", "")).astimezone(UTC)
        except (ValueError, TypeError, OverflowError):
            self.at = None
        served = answer.headers.get("x-shopify-api-version", "")
        asked = self._settings.api_version
        if served and served != asked:
            raise ToolDown(
                self.tool,
                f"answers in version {served} of its API and serves {asked} no more, so what its "
                "answers mean may have changed, and nothing is read. Update journeysync; or try "
                f"`api_version: {served}` at the tool and look at what `sync --dry-run` shows.",
            )

    def fetch(self, address: str, into: IO[bytes]) -> None:
        """Copy a file that the shop has written for us, without showing the key to its host.

        Raises Refused where it is not there any more.
        """
        if not is_safe(address):
            raise ToolDown(self.tool, "offers its file at an address that is not safe.")
        host = urlsplit(address).hostname

        def exchange() -> Answer:
            into.seek(0)
            into.truncate()
            try:
                with self._files.get(address, stream=True, timeout=TIMEOUT) as found:
                    headers = {name.lower(): value for name, value in found.headers.items()}
                    if not found.ok:
                        # The host of files knows no keys: its refusals say nothing of ours.
                        forbidden = found.status_code in _FORBIDDEN
                        return Answer(_GONE if forbidden else found.status_code, headers, b"")
                    for block in found.iter_content(_BLOCK):
                        into.write(block)
            except requests.RequestException as error:
                raise unanswered(error) from None
            return Answer(found.status_code, headers, b"")

        self.caller.call(Request(f"GET a file of {host}", repeatable=True), exchange, len)


def operation_of(document: str) -> str:
    """Name the operation of a document."""
    found = _OPERATION.search(document)
    assert found, "every operation has a name"
    return found[1]


def user_errors(data: Mapping[str, Any]) -> list[Row]:
    """List what mutations refused: field, message and, where there is one, a code."""
    payloads = [one for one in data.values() if isinstance(one, Mapping)]
    return [dict(error) for one in payloads for error in one.get("userErrors") or ()]


def _token(body: bytes) -> Token:
    try:
        return msgspec.json.decode(body, type=Token, strict=False)
    except msgspec.MsgspecError as error:
        raise ValueError("no token") from error


def _decode(body: bytes) -> Row:
    try:
        return msgspec.json.decode(body, type=dict[str, Any])
    except msgspec.MsgspecError as error:
        raise ValueError("no JSON object") from error
