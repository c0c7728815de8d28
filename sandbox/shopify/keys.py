"""Who may do what: the app's tokens and scopes.

A token made in the admin stays; one that a client asked for lives for 24 hours of the sandbox.
"""

import json
from typing import Any
from urllib.parse import parse_qsl

from journeysync.sandbox.wire import Answer, Request
from journeysync.sandbox.world import DAY, World

CLIENT_ID = "7f0c1d5e9ab84e2f-sandbox"
SCOPES = (
    "read_all_orders", "read_draft_orders", "read_own_subscription_contracts", "read_returns",
    "write_customers", "write_orders",
)  # fmt: skip


class Keys:
    """What the pretend app was given."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.token = f"shpat_sandbox_{world.seed}"
        self.client_secret = f"shpss_sandbox_{world.seed}"
        self.own_namespace = "app--501001"
        """Where metafields of this app lie that name no namespace."""
        self.protected = ""
        """`redacted`: personal data are null; `denied`: customers are not to be seen at all."""
        self._scopes = set(SCOPES)
        self._lent: dict[str, int] = {}

    @property
    def scopes(self) -> list[str]:
        """All scopes, those that come with a scope to write included."""
        more = {f"read_{one.removeprefix('write_')}" for one in self._scopes if one[:6] == "write_"}
        return sorted(self._scopes | more)

    def grant(self, scopes: list[str]) -> None:
        self._scopes = set(scopes)

    def grants(self, scope: str) -> bool:
        return scope in self.scopes

    def admits(self, token: str) -> bool:
        """Say whether a token is good now."""
        return token == self.token or self._lent.get(token, 0) > self._world.now

    def lend(self, request: Request) -> Answer:
        """Answer `POST /admin/oauth/access_token`: a form or JSON."""
        text = request.body.decode("utf-8", "replace")
        try:
            told: Any = json.loads(text)
        except ValueError:
            told = dict(parse_qsl(text))
        given = told if isinstance(told, dict) else {}
        if given.get("grant_type") != "client_credentials":
            return _refuse("unsupported_grant_type", "The grant type is not supported.")
        if (given.get("client_id"), given.get("client_secret")) != (CLIENT_ID, self.client_secret):
            return _refuse("invalid_client", "The client is unknown, or its secret is wrong.")
        made = f"shpat_lent_{self._world.seed}_{len(self._lent) + 1:04d}"
        self._lent[made] = self._world.now + DAY
        scope = ",".join(sorted(self._scopes))
        return _json(200, {"access_token": made, "scope": scope, "expires_in": DAY // 1000 - 1})


def _refuse(error: str, words: str) -> Answer:
    return _json(400, {"error": error, "error_description": words})


def _json(status: int, body: dict[str, Any]) -> Answer:
    return Answer(status, json.dumps(body).encode(), {"Content-Type": "application/json"})
