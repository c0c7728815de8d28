"""Several requests in one: done in order, each may use what one before it answered."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

import msgspec

from journeysync.sandbox.salesforce.answers import Refusal, answer
from journeysync.sandbox.salesforce.call import Call
from journeysync.sandbox.salesforce.many import Before
from journeysync.sandbox.wire import Answer, Request

MOST, HEAVY = 25, 5
_REFERENCE = re.compile(r"@\{([\w.\[\]]+)\}")
_START = re.compile(r"^/services/data/v\d+\.\d")
_HEAVY = re.compile(r"/(query|queryAll|composite/sobjects)\b")
_WENT_WELL = range(200, 300)
_HALTED = "The transaction was rolled back since another operation in the same transaction failed."
Run = Callable[[Call, str], Answer]


def composite(call: Call, run: Run) -> Answer:
    """Do the sub-requests of one request."""
    wanted = call.document().get("compositeRequest")
    if not isinstance(wanted, list) or not wanted:
        raise Refusal("JSON_PARSER_ERROR", "Missing required field: compositeRequest")
    if len(wanted) > MOST:
        raise Refusal("LIMIT_EXCEEDED", f"Limit exceeded: at most {MOST} sub requests")
    if sum(bool(_HEAVY.search(str(one.get("url", "")))) for one in wanted) > HEAVY:
        raise Refusal("LIMIT_EXCEEDED", f"Limit exceeded: at most {HEAVY} queries or collections")
    together = bool(call.document().get("allOrNone"))
    before = Before(call.org) if together else None
    known: dict[str, Any] = {}
    results: list[dict[str, Any]] = []
    for one in wanted:
        result = _one(call, run, one, known)
        results.append(result)
        known[str(one.get("referenceId"))] = result["body"]
    if before is not None and any(row["httpStatusCode"] not in _WENT_WELL for row in results):
        before.restore()
        halted = [{"errorCode": "PROCESSING_HALTED", "message": _HALTED}]
        for row in results:
            if row["httpStatusCode"] in _WENT_WELL:
                row |= {"body": halted, "httpStatusCode": 400}
    return answer(200, {"compositeResponse": results})


def _one(call: Call, run: Run, one: dict[str, Any], known: dict[str, Any]) -> dict[str, Any]:
    try:
        request = _request(call, one, known)
        given = run(Call(call.org, request, call.version), request.path)
    except Refusal as refusal:
        given = refusal.http()
    body = msgspec.json.decode(given.body) if given.body else None
    return {"body": body, "httpHeaders": {}, "httpStatusCode": given.status,
            "referenceId": one.get("referenceId")}  # fmt: skip


def _request(call: Call, one: dict[str, Any], known: dict[str, Any]) -> Request:
    """Make a request of a sub-request."""
    url = _fill(str(one.get("url", "")), known)
    found = _START.match(url)
    if found is None:
        raise Refusal("INVALID_INPUT", f"Invalid url: {url}")
    path, _, query = url[found.end() :].partition("?")
    sent = _fill(msgspec.json.encode(one.get("body") or {}).decode(), known).encode()
    more = {name.lower(): str(text) for name, text in (one.get("httpHeaders") or {}).items()}
    headers = {**call.request.headers, **more}
    return Request(str(one.get("method", "GET")), unquote(path), query, headers, sent)


def _fill(text: str, known: dict[str, Any]) -> str:
    """Put what was answered before in the place of references to it."""

    def value(found: re.Match[str]) -> str:
        name, *steps = re.split(r"[.\[\]]+", found.group(1).rstrip("]"))
        here = known.get(name)
        for step in steps:
            try:
                here = here[int(step)] if isinstance(here, list) else here[step]  # type: ignore[index]
            except (KeyError, IndexError, TypeError, ValueError):
                words = f"Invalid reference specified. No value for {found.group(1)} in {name}"
                raise Refusal("PROCESSING_HALTED", words) from None
        return str(here)

    return _REFERENCE.sub(value, text)
