"""Salesforce's answers as values, and its statuses in the words that others use. Pure.

Only what is used is named. Names are Salesforce's own.
"""
# ruff: noqa: N815  the names of the fields are those of the JSON

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

import msgspec

from journeysync.connectors.http import Answer

T = TypeVar("T")


class Page(msgspec.Struct, gc=False):
    """One page of a query. It may be shorter than asked: only `done` tells the last."""

    records: list[dict[str, Any]] = []
    done: bool = True
    totalSize: int | None = None
    nextRecordsUrl: str | None = None


class Failure(msgspec.Struct):
    """Why something was refused. Its message may quote what was sent: it is never shown whole."""

    errorCode: str = ""
    statusCode: str = ""
    message: str = ""
    fields: list[str] | None = None

    @property
    def code(self) -> str:
        """The code, whichever dialect: whole requests have `errorCode`, rows `statusCode`."""
        return self.errorCode or self.statusCode


class OAuthFailure(msgspec.Struct):
    """Why no token was given."""

    error: str = ""
    error_description: str = ""


class Version(msgspec.Struct):
    """A version of the API that an org offers."""

    version: str


_ABSENT = frozenset({"INVALID_TYPE", "NOT_FOUND"})

page = msgspec.json.Decoder(Page).decode
_versions = msgspec.json.Decoder(list[Version]).decode
_failures = msgspec.json.Decoder(list[Failure]).decode
_oauth = msgspec.json.Decoder(OAuthFailure).decode


def strict(read: Callable[[bytes], T], body: bytes) -> T:
    """Say ValueError for what is not whole, as the caller asks of a decoder."""
    try:
        return read(body)
    except msgspec.MsgspecError as error:
        raise ValueError("not the JSON that was asked for") from error


def versions(body: bytes) -> list[str]:
    """Read which versions of the API are offered, oldest first."""
    found = [one.version for one in strict(_versions, body)]
    if not found:
        raise ValueError("no version")
    return sorted(found, key=float)


def failures(answer: Answer) -> Sequence[Failure]:
    """Read why a request was refused; an unreadable answer says nothing."""
    try:
        return _failures(answer.body)
    except msgspec.MsgspecError:
        return ()


def codes(answer: Answer) -> frozenset[str]:
    """Read the codes of a refusal."""
    return frozenset(one.code for one in failures(answer))


def is_absent(answer: Answer) -> bool:
    """Whether a refusal says that the org has no such object, or our user may not see it."""
    return bool(codes(answer) & _ABSENT)


def oauth_failure(answer: Answer) -> OAuthFailure:
    """Read why no token was given; an unreadable answer says nothing."""
    try:
        return _oauth(answer.body)
    except msgspec.MsgspecError:
        return OAuthFailure()


# --- statuses in common words --------------------------------------------------------------------

LIMIT_CODE = "REQUEST_LIMIT_EXCEEDED"
_BUSY = frozenset(
    {
        "SERVER_UNAVAILABLE",
        "REQUEST_RUNNING_TOO_LONG",
        "QUERY_TIMEOUT",
        "API_TEMPORARILY_UNAVAILABLE",
        "API_CURRENTLY_DISABLED",
    }
)
_TOO_MANY, _BUSY_STATUS, _CALM = 429, 503, 420
_USAGE = re.compile(r"api-usage=(\d+)/(\d+)")


def in_common_words(answer: Answer) -> Answer:
    """Give an answer the status that others would give it, and plain headers of what is left.

    Salesforce says 403 for too many calls, and now and then 400 for "busy".
    """
    answer = replace(answer, headers=_with_allowance(answer.headers))
    if answer.ok:
        return answer
    said = codes(answer)
    if LIMIT_CODE in said:
        return replace(answer, status=_TOO_MANY)
    if said & _BUSY or answer.status == _CALM:
        return replace(answer, status=_BUSY_STATUS)
    return answer


def _with_allowance(headers: Mapping[str, str]) -> Mapping[str, str]:
    """Add what is left of the day's calls: the org's, or our app's where that is scarcer."""
    told = [(int(used), int(most)) for used, most in _USAGE.findall(_info(headers))]
    known = [(max(most - used, 0), most) for used, most in told if most]
    if not known:
        return headers
    left, most = min(known, key=lambda one: one[0] / one[1])
    return {**headers, "calls-left": str(left), "calls-limit": str(most)}


def _info(headers: Mapping[str, str]) -> str:
    return headers.get("sforce-limit-info", "")
