"""The access token of an app of one's own: it lives a day, and is asked for anew.

Makes no request itself: the client does, and knows how to be patient.
"""

from collections.abc import Callable

import msgspec

MARGIN = 300.0
"""Seconds before its end that a token is not used any more."""


class Token(msgspec.Struct):
    """What Shopify answers to an app's id and secret."""

    access_token: str
    expires_in: float = 86_399.0


class Tokens:
    """Keeps one token fresh."""

    def __init__(self, renew: Callable[[], Token], monotonic: Callable[[], float]) -> None:
        self._renew = renew
        self._monotonic = monotonic
        self._token = ""
        self._until = 0.0

    def fresh(self) -> str:
        """Return a token that is good for a while."""
        if not self._token or self._monotonic() >= self._until:
            given = self._renew()
            self._token = given.access_token
            self._until = self._monotonic() + max(0.0, given.expires_in - MARGIN)
        return self._token

    def drop(self) -> None:
        """Forget a token that was refused."""
        self._token = ""
