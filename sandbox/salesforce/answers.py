"""How the pretend Salesforce answers: JSON, and its list of errors."""

from dataclasses import dataclass, field
from typing import Any

import msgspec

from journeysync.sandbox.wire import Answer

JSON = {"Content-Type": "application/json;charset=UTF-8"}


@dataclass
class Refusal(Exception):
    """A request that Salesforce refuses; the same words stand in a row's result."""

    code: str
    message: str
    status: int = 400
    fields: list[str] | None = None
    more: dict[str, Any] = field(default_factory=dict)

    def http(self) -> Answer:
        """Answer the whole request with it."""
        shown: dict[str, Any] = {"message": self.message, "errorCode": self.code, **self.more}
        if self.fields is not None:
            shown["fields"] = self.fields
        return answer(self.status, [shown])

    def row(self) -> dict[str, Any]:
        """Tell it of one row of many."""
        error = {"statusCode": self.code, "message": self.message, "fields": self.fields or []}
        return {"success": False, "errors": [error]}


def answer(status: int, value: Any = None) -> Answer:
    """Answer with JSON, or with nothing."""
    if value is None:
        return Answer(status)
    return Answer(status, msgspec.json.encode(value), dict(JSON))


def not_found() -> Refusal:
    return Refusal("NOT_FOUND", "The requested resource does not exist", 404)


def no_record(text: str) -> Refusal:
    words = f"Provided external ID field does not exist or is not accessible: {text}"
    return Refusal("NOT_FOUND", words, 404)


def unreadable(what: str) -> Refusal:
    return Refusal("JSON_PARSER_ERROR", what)
