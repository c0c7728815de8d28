"""The access token of an OAuth app: short-lived, and renewed before it ends.

HubSpot's tokens live half an hour and say so (`expires_in`); its refresh tokens stay. A refused
token is no sign that another is due, yet one is tried for: the app may have been connected anew.
Makes no request itself: the client does, and knows how to be patient.
"""

import threading
from collections.abc import Callable

import msgspec

MARGIN = 60.0
"""Seconds before its end that a token is not used any more."""


class Token(msgspec.Struct):
    """What HubSpot answers to a refresh token."""

    access_token: str
    expires_in: float = 1800.0


token = msgspec.json.Decoder(Token, strict=False).decode


class Tokens:
    """Keeps one token fresh, for however many threads use it."""

    def __init__(self, renew: Callable[[], Token], monotonic: Callable[[], float]) -> None:
        self._renew = renew
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._token = ""
        self._until = 0.0

    def fresh(self) -> str:
        """Return a token that is good for a while."""
        with self._lock:
            if not self._token or self._monotonic() >= self._until:
                self._take()
            return self._token

    def another_than(self, refused: str) -> str:
        """Return a token that is not this one: who asks second gets what the first was given."""
        with self._lock:
            if self._token == refused:
                self._take()
            return self._token

    def _take(self) -> None:
        given = self._renew()
        self._token = given.access_token
        self._until = self._monotonic() + max(0.0, given.expires_in - MARGIN)
