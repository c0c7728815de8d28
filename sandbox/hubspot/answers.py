"""The shapes of HubSpot's answers: envelopes, errors, the HTML page for what is not there.

Compared with recorded answers of a real portal in the tests.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from journeysync.sandbox.wire import Answer

JSON = {"Content-Type": "application/json;charset=utf-8"}
NOT_FOUND_PAGE = (
    b"<html>\n<head>\n"
    b'<meta http-equiv="Content-Type" content="text/html;charset=utf-8"/>\n'
    b"<title>Error 404 Not Found</title>\n</head>\n"
    b"<body><h2>HTTP ERROR 404</h2>\n<p>Resource not found</p>\n</body>\n</html>\n"
)
_encode = msgspec.json.Encoder().encode


class Refusal(Exception):
    """The request ends here with an error of the tool."""

    def __init__(
        self,
        status: int,
        message: str,
        category: str | None = "VALIDATION_ERROR",
        **more: Any,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.category = category
        self.more = more

    def body(self, correlation: str) -> dict[str, Any]:
        body = {"status": "error", "message": self.message, "correlationId": correlation}
        if self.category:
            body["category"] = self.category
        return body | self.more


class Missing(Exception):
    """The record or page is not there: HTML or nothing, depending on what the client accepts."""


def answer(status: int, value: Any) -> Answer:
    """Answer with JSON."""
    return Answer(status, _encode(value), dict(JSON))


def empty() -> Answer:
    return Answer(204)


def not_found(accept: str) -> Answer:
    """Answer 404 as the live tool does: a page for `*/*`, an empty body for JSON alone."""
    headers = {"X-HubSpot-NotFound": "true"}
    if accept and "*/*" not in accept and "html" not in accept:
        return Answer(404, b"", headers)
    return Answer(404, NOT_FOUND_PAGE, {"Content-Type": "text/html;charset=iso-8859-1", **headers})


def batch(
    results: Sequence[Mapping[str, Any]],
    errors: Sequence[Mapping[str, Any]],
    now: str,
    status: int = 200,
) -> Answer:
    """Wrap the outcome of a batch; with errors it is a 207."""
    body: dict[str, Any] = {
        "status": "COMPLETE",
        "results": results,
        "startedAt": now,
        "completedAt": now,
    }
    if errors:
        body |= {"numErrors": len(errors), "errors": errors}
    return answer(207 if errors else status, body)


def row_error(
    category: str, message: str, context: dict[str, list[str]], **more: Any
) -> dict[str, Any]:
    """One failed row of a batch."""
    return {
        "status": "error",
        "category": category,
        "message": message,
        "context": context,
        **more,
    }
