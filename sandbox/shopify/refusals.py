"""What Shopify answers when it answers nothing that was asked for."""

from collections.abc import Mapping
from typing import Any

import msgspec

from journeysync.sandbox.wire import Answer

_WORDS: Mapping[int, str] = {
    401: "[API] Invalid API key or access token (unrecognized login or wrong password)",
    402: "Unavailable Shop",
    403: "[API] This action requires merchant approval for read_orders scope.",
    404: "Not Found",
    423: "[API] This shop is currently locked.",
    429: "Exceeded 2 calls per second for api client. Reduce request rates to resume "
    "uninterrupted service.",
    430: "Shopify Security Rejection",
    500: "Internal Server Error",
}
_AWAY = "<!DOCTYPE html>\n<html><body><h1>There was a problem loading this site</h1></body></html>"
BROKEN = """Internal error. Looks like something went wrong on our end.
Request ID: {} (include this in support requests)."""


def told(value: Any, status: int = 200) -> Answer:
    """Write JSON."""
    headers = {"Content-Type": "application/json; charset=utf-8"}
    return Answer(status, msgspec.json.encode(value), headers)


def refused(status: int) -> Answer:
    """Refuse with a sentence, as all refusals beside GraphQL are written."""
    return told({"errors": _WORDS[status]}, status)


def unknown() -> Answer:
    return refused(401)


def fault(kind: str, options: Mapping[str, Any]) -> Answer:
    """Play a fault that has nothing to do with what was asked."""
    if kind == "503" or options.get("html"):
        status = 503 if kind == "503" else int(options.get("status", 403))
        return Answer(status, _AWAY.encode(), {"Content-Type": "text/html; charset=utf-8"})
    if kind == "500" and options.get("graphql"):
        number = "00000000-sandbox"
        error = {"message": BROKEN.format(number),
                 "extensions": {"code": "INTERNAL_SERVER_ERROR", "requestId": number}}  # fmt: skip
        return told({"data": None, "errors": [error]})
    if kind == "refused":
        return refused(int(options.get("status", 403)))
    if kind == "429":
        given = refused(429)
        given.headers["Retry-After"] = str(options.get("retry_after", 2.0))
        return given
    return refused(500) if kind == "500" else unknown()
