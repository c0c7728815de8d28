"""Shows the key to a shop: in a header, or by a signature (OAuth 1) where the shop sees no https.

A shop checks a signature over the address that WordPress believes to have, with http or https as
it believes to be visited, and by its own clock. The root of its API, which is open to anybody, says
what it believes; so a refusal by which that may show is answered by asking there, once.
"""

import time
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import requests
from oauthlib.oauth1 import SIGNATURE_HMAC_SHA256
from oauthlib.oauth1 import Client as Signer
from requests.auth import AuthBase, HTTPBasicAuth

from journeysync.connectors.http import Answer
from journeysync.connectors.woocommerce.settings import Settings

API = "/wp-json"
WRONG = "woocommerce_rest_authentication_error"
UNSEEN = "woocommerce_rest_cannot"
"""How the codes begin of what is said to strangers."""
STRANGER = 401
_LATE = 60
"""Seconds by which a clock may be wrong without a word; a shop bears fifteen minutes."""


class Entry(AuthBase):
    """One key, and the way of showing it that the shop takes."""

    def __init__(self, settings: Settings) -> None:
        self._key = settings.consumer_key.get_secret_value().strip()
        self._secret = settings.consumer_secret.get_secret_value().strip()
        self._base = settings.url + API
        self._signed_as = self._base
        self._ahead = 0
        """Seconds by which the shop's clock is ahead of ours, where it matters."""
        self._may_sign = settings.auth == "auto"
        self.signs = settings.signs
        self.taken = False
        """Whether the shop has taken the key so."""
        self._left: list[str] | None = None
        """Addresses to sign with that are still to be tried; None: none was needed yet."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Show the key, but not at the root.

        Where WordPress' own passwords are in use, the root takes a key for one of them.
        """
        _, _, path = (request.url or "").partition(API)
        if path in ("", "/"):
            return request
        if not self.signs:
            HTTPBasicAuth(self._key, self._secret)(request)
            return request
        signer = Signer(
            self._key,
            client_secret=self._secret,
            signature_method=SIGNATURE_HMAC_SHA256,
            timestamp=str(int(time.time()) + self._ahead),
        )
        method: Any = request.method
        _, headers, _ = signer.sign(self._signed_as + path, http_method=method)
        request.headers.update(headers)
        return request

    @property
    def plain(self) -> bool:
        """Whether the shop has taken the key in a header, where it is the same every time."""
        return self.taken and not self.signs

    def another_way(self, answer: Answer, code: str, home: Callable[[], str]) -> bool:
        """Say whether the key is now shown in another way, after an answer with this error code.

        `home` asks the root which address WordPress believes to have.
        """
        self.taken = self.taken or answer.ok
        if self.taken or answer.status != STRANGER:
            return False
        unseen = self._may_sign and code.startswith(UNSEEN)
        if not (code == WRONG if self.signs else unseen):
            return False
        if self._left is None:
            self._left = self._believed(answer, home())
        if not self._left:
            return False
        self.signs, self._signed_as = True, self._left.pop(0)
        return True

    def _believed(self, answer: Answer, home: str) -> list[str]:
        """Name the addresses that a signature may have to be made for."""
        ahead = _told(answer) - int(time.time())
        self._ahead = ahead if abs(ahead) > _LATE else 0
        parts = urlsplit(home)
        same = [
            f"{scheme}://{parts.netloc}{parts.path.rstrip('/')}" for scheme in ("http", "https")
        ]
        found = dict.fromkeys([*(one + API for one in same if parts.netloc), self._base])
        tried = self._base if self.signs and not self._ahead else ""
        return [one for one in found if one != tried]


def _told(answer: Answer) -> int:
    """Read the shop's clock; ours, where it is not told."""
    try:
        return int(parsedate_to_datetime(answer.headers.get("date", "")).timestamp())
    except (ValueError, TypeError):
        return int(time.time())
