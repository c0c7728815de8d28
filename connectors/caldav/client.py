"""One connection to calendars: its key, where it may be shown, and how servers answer.

A server may send on to another address. The key goes along only to the same site.
"""

import time
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import urljoin, urlsplit

import requests
from requests.auth import HTTPBasicAuth

from journeysync.connectors.caldav.dav import Parts, parse
from journeysync.connectors.caldav.settings import Settings, is_loopback, secret_name
from journeysync.connectors.http import Answer, Caller, Exchange, Request
from journeysync.connectors.transport import over_requests
from journeysync.core.errors import ToolDown

_SENT_ON = {301, 302, 303, 307, 308}
_REFUSED = {401, 403}
_HOPS = 5
_XML = {"Content-Type": "application/xml; charset=utf-8"}


class Client:
    """Makes requests; knows no calendar."""

    def __init__(
        self,
        tool: str,
        settings: Settings,
        *,
        sleep: Callable[[float], None] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._home = urlsplit(settings.where).hostname or ""
        self._has_key = settings.password is not None or settings.access_token is not None
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
        elif settings.user is not None and settings.password is not None:
            # As bytes: requests would write anything but Latin letters in another way.
            self._session.auth = HTTPBasicAuth(
                settings.user.encode(), settings.password.get_secret_value().encode()
            )
        self.caller = Caller(
            tool,
            f"Look at the tool's key `user` and at {secret_name(tool, 'password')}; many servers "
            "want an app password here.",
            sleep=sleep,
            monotonic=monotonic,
        )

    def file(self, url: str) -> str:
        """Read an .ics file."""

        def read(body: bytes) -> str:
            text = body.decode("utf-8-sig", errors="replace")
            if "BEGIN:VCALENDAR" not in text or not text.rstrip().endswith("END:VCALENDAR"):
                raise ValueError("no whole calendar")
            return text

        where = [url]
        request = Request("GET the calendar", repeatable=True)
        return self.caller.call(request, self._exchange("GET", where, None, {}), read)

    def ask(self, method: str, url: str, body: bytes, *, depth: int) -> tuple[str, Parts]:
        """Ask a server; return where the answer came from, and its parts."""
        where = [url]
        request = Request(f"{method} (depth {depth})", repeatable=True)
        headers = {**_XML, "Depth": str(depth)}
        parts = self.caller.call(request, self._exchange(method, where, body, headers), parse)
        return where[-1], parts

    def _exchange(
        self, method: str, where: list[str], body: bytes | None, headers: dict[str, str]
    ) -> Exchange:
        def exchange() -> Answer:
            del where[1:]
            for _ in range(_HOPS):
                self._guard(where[-1])
                one = over_requests(self._session, method, where[-1], text=body, headers=headers)
                answer = one()
                to = answer.headers.get("location")
                if answer.status not in _SENT_ON or not to:
                    break
                where.append(urljoin(where[-1], to))
            return _honest(answer)

        return exchange

    def _guard(self, url: str) -> None:
        """Refuse to show a key to strangers, or to everyone on the way."""
        parts = urlsplit(url)
        host = parts.hostname or ""
        near = host == self._home or host.endswith("." + _site(self._home))
        safe = parts.scheme == "https" or is_loopback(host)
        if not safe or (self._has_key and not near):
            raise ToolDown(
                self.caller.tool,
                "sends on to another site, and a key is not shown there. If that is right, set "
                "its address as the tool's `url`.",
            )


def _site(host: str) -> str:
    """Take the last two names of a host: `p34-caldav.icloud.com` is of `icloud.com`."""
    return ".".join(host.split(".")[-2:])


def _honest(answer: Answer) -> Answer:
    """Take away the page that servers add to a refusal: it looks like a firewall's."""
    if answer.status in _REFUSED and (
        "www-authenticate" in answer.headers or "xml" in answer.headers.get("content-type", "")
    ):
        return replace(answer, headers={"content-type": "text/plain"}, body=b"")
    return answer
