"""Access tokens for a pretend OAuth app: half an hour each, for a refresh token that stays."""

from typing import Any
from urllib.parse import parse_qsl

from journeysync.sandbox.hubspot.answers import answer
from journeysync.sandbox.hubspot.portal import PORTAL_ID, Portal
from journeysync.sandbox.wire import Answer, Request

LIFETIME = 1_800
"""Seconds."""
CLIENT_ID = "5d1c7a90-sandbox"


def client_secret(portal: Portal) -> str:
    return f"secret-sandbox-{portal.world.seed}"


def refresh_token(portal: Portal) -> str:
    return f"refresh-sandbox-{portal.world.seed}"


def token(portal: Portal, request: Request) -> Answer:
    """Answer `POST /oauth/v3/token`: everything in the body, as a form."""
    given = dict(parse_qsl(request.body.decode("utf-8", "replace")))
    if given.get("grant_type") != "refresh_token":
        return _refuse("unsupported_grant_type", "BAD_GRANT_TYPE", "missing or unknown grant type")
    known = (CLIENT_ID, client_secret(portal))
    if (given.get("client_id"), given.get("client_secret")) != known:
        return _refuse("invalid_client", "BAD_CLIENT_ID", "missing or unknown client id")
    if given.get("refresh_token") != refresh_token(portal):
        return _refuse("invalid_grant", "BAD_REFRESH_TOKEN", "missing or invalid refresh token")
    made = f"oauth-sandbox-{portal.world.seed}-{len(portal.tokens) + 1}"
    portal.tokens[made] = portal.world.now + LIFETIME * 1000
    return answer(
        200,
        {
            "token_type": "bearer",
            "access_token": made,
            "refresh_token": refresh_token(portal),
            "expires_in": LIFETIME,
            "hub_id": PORTAL_ID,
            "user_id": 1_001,
            "scopes": ["oauth"],
        },
    )


def _refuse(error: str, status: str, words: str) -> Answer:
    body: dict[str, Any] = {
        "error": error,
        "error_description": words,
        "status": status,
        "message": words,
    }
    return answer(400, body)
