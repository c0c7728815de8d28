"""What the errors in a GraphQL answer mean. Pure.

Such an answer has status 200 and may hold half of what was asked for; an answer with an error is
never used, so nobody mistakes half for all.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from journeysync.connectors.http import Answer, LacksScope
from journeysync.core.errors import ToolDown

THROTTLED, TOO_COSTLY, DENIED = "THROTTLED", "MAX_COST_EXCEEDED", "ACCESS_DENIED"
PASSING = frozenset({"INTERNAL_SERVER_ERROR", "SERVICE_UNAVAILABLE", "TIMEOUT"})
"""Codes of what may work in a moment."""

_SCOPE = re.compile(r"\b(?:read|write)_[a-z_]+\b")
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class TooCostly(ToolDown):
    """One request would cost more than any may: it must ask for less."""


class Denied(LacksScope):
    """The key may not see some of what was asked for."""

    def __init__(self, tool: str, hint: str, fields: frozenset[str]) -> None:
        super().__init__(tool, hint, DENIED)
        self.fields = fields
        """The fields that it may not see."""


def errors_of(reply: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """List what went wrong; a bare text counts as one error without a code."""
    found = reply.get("errors")
    if isinstance(found, list):
        return [one if isinstance(one, Mapping) else {} for one in found]
    return [{}] if found else []


def codes(errors: Sequence[Mapping[str, Any]]) -> set[str]:
    """Name the codes of errors."""
    return {str(_extensions(one).get("code") or "") for one in errors}


def failure(tool: str, operation: str, errors: Sequence[Mapping[str, Any]]) -> Exception:
    """Make the error that a refused request is. Says names of fields and scopes, no values."""
    found = codes(errors)
    if TOO_COSTLY in found:
        return TooCostly(tool, f"refuses {operation}: it would cost more points than one may.")
    if DENIED in found:
        denied = [one for one in errors if _extensions(one).get("code") == DENIED]
        return Denied(tool, _advice(denied), frozenset(filter(None, map(_field, denied))))
    if unknown := sorted(set(_undefined(errors))):
        return ToolDown(
            tool,
            f"has no field {', '.join(unknown)}: correct the attributes in the field mapping.",
        )
    words = sorted(code for code in found if _WORD.fullmatch(code))
    why = f" ({', '.join(words)})" if words else ""
    return ToolDown(tool, f"answers {operation} with an error{why}; what came with it is not used.")


def scopes_of(answer: Answer) -> list[str]:
    """Read from a refusal which scopes the app lacks."""
    return sorted(set(_SCOPE.findall(answer.body.decode("utf-8", "replace"))))


def _advice(errors: Sequence[Mapping[str, Any]]) -> str:
    texts = [str(_extensions(one).get("requiredAccess") or "") for one in errors]
    scopes = sorted({scope for text in texts for scope in _SCOPE.findall(text)})
    fields = sorted({field for one in errors if (field := _field(one))})
    if scopes:
        return f"Grant the app one of these scopes and install it anew: {', '.join(scopes)}."
    names = f" `{'`, `'.join(fields)}`" if fields else " this"
    return (
        f"The app may not see{names}: ask for it in the Dev Dashboard under API access requests > "
        "Protected customer data access."
    )


def _undefined(errors: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Name the fields that this shop's version of the API does not have."""
    for one in errors:
        about = _extensions(one)
        names = [about.get("typeName"), about.get("fieldName")]
        if all(isinstance(name, str) and _WORD.fullmatch(name) for name in names):
            yield ".".join(map(str, names))


def _field(error: Mapping[str, Any]) -> str:
    path = error.get("path")
    names = [one for one in path if isinstance(one, str)] if isinstance(path, list) else []
    return names[-1] if names and _WORD.fullmatch(names[-1]) else ""


def _extensions(error: Mapping[str, Any]) -> Mapping[str, Any]:
    found = error.get("extensions")
    return found if isinstance(found, Mapping) else {}
