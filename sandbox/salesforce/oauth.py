"""Signing in: client credentials and signed assertions. Sessions end; none can be refreshed.

The signature of an assertion is not checked, its claims are.
"""

import base64
import hashlib
from typing import Any
from urllib.parse import parse_qs

import msgspec

from journeysync.sandbox.salesforce.answers import answer
from journeysync.sandbox.salesforce.store import Org
from journeysync.sandbox.wire import Answer, Request
from journeysync.sandbox.world import HOUR

SESSION = 2 * HOUR
JWT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
AUDIENCES = ("https://login.salesforce.com", "https://test.salesforce.com")
USERNAME = "journeysync@willowstreet.example"


class Sessions:
    """The tokens that are good, and until when."""

    def __init__(self, org: Org, client_id: str, client_secret: str, first: str) -> None:
        self.org = org
        self.client_id, self.client_secret = client_id, client_secret
        self.given: dict[str, int | None] = {first: None}
        self._count = 0

    def admits(self, token: str) -> bool:
        if token not in self.given:
            return False
        until = self.given[token]
        return until is None or self.org.world.now < until

    def expire(self) -> None:
        """End every session that was signed in for."""
        self.given = {token: until for token, until in self.given.items() if until is None}

    def token(self, request: Request) -> Answer:
        """Answer at the token endpoint."""
        form = {name: values[-1] for name, values in parse_qs(request.body.decode()).items()}
        grant = form.get("grant_type", "")
        if grant == "client_credentials":
            return self._credentials(request, form)
        if grant == JWT:
            return self._assertion(request, form)
        if grant == "refresh_token":
            return refused("invalid_grant", "expired access/refresh token")
        if grant == "password":
            return refused("invalid_grant", "authentication failure")
        return refused("unsupported_grant_type", "grant type not supported")

    def _credentials(self, request: Request, form: dict[str, str]) -> Answer:
        kind, _, coded = request.headers.get("authorization", "").partition(" ")
        if kind.lower() == "basic":
            name, _, secret = base64.b64decode(coded).decode().partition(":")
            form = {"client_id": name, "client_secret": secret, **form}
        if form.get("client_id") != self.client_id:
            return refused("invalid_client_id", "client identifier invalid")
        if form.get("client_secret") != self.client_secret:
            return refused("invalid_client", "invalid client credentials")
        if not self.org.switches.credentials_user:
            return refused("invalid_grant", "no client credentials user enabled")
        return self._give(request)

    def _assertion(self, request: Request, form: dict[str, str]) -> Answer:
        parts = form.get("assertion", "").split(".")
        try:
            head, claims = (msgspec.json.decode(_decode(part)) for part in parts[:2])
        except (ValueError, msgspec.DecodeError):
            return refused("invalid_grant", "invalid assertion")
        if len(parts) != 3 or not parts[2] or head.get("alg") != "RS256":  # noqa: PLR2004 - of a JWT
            return refused("invalid_grant", "invalid assertion")
        if claims.get("iss") != self.client_id:
            return refused("invalid_client_id", "client identifier invalid")
        if claims.get("aud") not in AUDIENCES:
            return refused("invalid_grant", "audience is invalid")
        if claims.get("sub") != USERNAME:
            return refused("invalid_grant", "user hasn't approved this consumer")
        return self._give(request)

    def _give(self, request: Request) -> Answer:
        self._count += 1
        organisation = next(iter(self.org.records["Organization"]))
        mark = hashlib.sha256(f"{self.org.world.seed}/{self._count}".encode()).hexdigest()
        token = f"{organisation[:15]}!AQ.{mark[:40]}"
        self.given[token] = self.org.world.now + SESSION
        host = f"http://{request.headers.get('host', '127.0.0.1')}"
        return answer(200, {
            "access_token": token,
            "signature": f"{mark[:43]}=",
            "scope": "api",
            "instance_url": host,
            "id": f"https://login.salesforce.com/id/{organisation}/{self.org.user}",
            "token_type": "Bearer",
            "issued_at": str(self.org.world.now),
        })  # fmt: skip


def _decode(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def refused(error: str, words: str) -> Answer:
    shown: dict[str, Any] = {"error": error, "error_description": words}
    return answer(400, shown)
