"""Who may ask: the key in Basic authentication where the shop sees https, else a signature.

What a shop answers to a wrong way of asking is what a real one answered: it never says so. A
signature is made over the address that WordPress believes to have, not over the one that was asked.
"""

import base64
import binascii
import hashlib
import hmac
import re
from urllib.parse import parse_qsl, quote, unquote

from journeysync.sandbox.wire import Request
from journeysync.sandbox.woocommerce.queries import Refusal
from journeysync.sandbox.woocommerce.shop import Shop

_METHODS = {"HMAC-SHA1": hashlib.sha1, "HMAC-SHA256": hashlib.sha256}
_PAIR = re.compile(r'(\w+)="([^"]*)"')


_LATE = 15 * 60
"""Seconds."""


def admit(request: Request, key: str, secret: str, shop: Shop) -> None:
    """Raise the shop's refusal unless the request shows that it knows the secret."""
    kind, _, rest = request.headers.get("authorization", "").partition(" ")
    if kind.lower() == "oauth":
        _signed(request, dict(_PAIR.findall(rest)), key, secret, shop)
    elif shop.https and kind.lower() == "basic":
        try:
            name, _, word = base64.b64decode(rest).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            raise unknown() from None
        if name != key:
            raise unknown()
        if not hmac.compare_digest(word.encode(), secret.encode()):
            raise _wrong("Consumer secret is invalid.")
    else:
        raise unknown()


def admit_to_root(request: Request, shop: Shop) -> None:
    """Let anybody in, but for a key where WordPress' own passwords are in use: it is none."""
    kind = request.headers.get("authorization", "").partition(" ")[0]
    if shop.passwords and shop.https and kind.lower() == "basic":
        message = "<strong>Error:</strong> Unknown username. Check again or try your email address."
        raise Refusal(401, "invalid_username", message)


def unknown() -> Refusal:
    """What a shop says to strangers, and to anybody who comes by plain http."""
    return Refusal(401, "woocommerce_rest_cannot_view", "Sorry, you cannot list resources.")


def _wrong(message: str) -> Refusal:
    return Refusal(401, "woocommerce_rest_authentication_error", message)


def _signed(request: Request, given: dict[str, str], key: str, secret: str, shop: Shop) -> None:
    given = {name: unquote(value) for name, value in given.items()}
    if given.get("oauth_consumer_key") != key:
        raise _wrong("Consumer key is invalid.")
    hashing = _METHODS.get(given.get("oauth_signature_method", ""))
    if hashing is None:
        raise _wrong("Invalid signature - signature method is invalid.")
    signature = given.pop("oauth_signature", "")
    given.pop("realm", None)
    pairs = [*parse_qsl(request.query, keep_blank_values=True), *given.items()]
    told = "&".join(sorted(f"{_escape(name)}={_escape(value)}" for name, value in pairs))
    host = shop.host or request.headers.get("host", "")
    scheme = "https" if shop.https else "http"
    parts = (request.method, f"{scheme}://{host}{request.path}", told)
    base = "&".join(_escape(part) for part in parts)
    digest = hmac.new(f"{_escape(secret)}&".encode(), base.encode(), hashing).digest()
    if not hmac.compare_digest(base64.b64encode(digest).decode(), signature):
        raise _wrong("Invalid signature - provided signature does not match.")
    late = abs(int(given.get("oauth_timestamp", 0)) - shop.now // 1000)
    if shop.minds_clock and late > _LATE:
        raise _wrong("Invalid timestamp.")


def _escape(text: str) -> str:
    return quote(text, safe="~")
