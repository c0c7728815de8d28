"""The pretend HubSpot: who may ask, how often, and which endpoint answers.

Knows every path in its numbered and its dated form; the endpoints themselves are elsewhere.
"""

import re
from collections.abc import Callable, Mapping
from email.utils import formatdate
from typing import Any

from journeysync.sandbox.hubspot import (
    account,
    associations,
    batch,
    forms,
    lists,
    oauth,
    objects,
    people,
    properties,
    search,
    snapshot,
)
from journeysync.sandbox.hubspot.answers import Missing, Refusal, answer, not_found
from journeysync.sandbox.hubspot.business import Business
from journeysync.sandbox.hubspot.objects import Call, kind_of
from journeysync.sandbox.hubspot.portal import PORTAL_ID, SEARCH_LAG, Portal
from journeysync.sandbox.wire import Answer, Request
from journeysync.sandbox.world import World

Endpoint = Callable[..., Answer]
MAX_ADDRESS = 16_000
STRICT_SINCE = "2026-09"
"""The version from which on administrators' rules hold for the API too."""
TOO_LONG_PAGE = b"<html><body><h1>414 Request-URI Too Large</h1></body></html>\n"
_VERSION = r"(v3|v4|\d{4}-\d{2})"
# Where the version stands in the path differs from family to family.
_FAMILIES = tuple(
    (re.compile(f"^{pattern}(?=/|$)"), oldest)
    for pattern, oldest in (
        (f"/crm/{_VERSION}/objects", "/crm/v3/objects"),
        (rf"/crm/objects/{_VERSION}", "/crm/v3/objects"),
        (f"/crm/{_VERSION}/properties", "/crm/v3/properties"),
        (rf"/crm/properties/{_VERSION}", "/crm/v3/properties"),
        (f"/crm/{_VERSION}/pipelines", "/crm/v3/pipelines"),
        (rf"/crm/pipelines/{_VERSION}", "/crm/v3/pipelines"),
        (f"/crm/{_VERSION}/owners", "/crm/v3/owners"),
        (rf"/crm/owners/{_VERSION}", "/crm/v3/owners"),
        (f"/crm/{_VERSION}/associations", "/crm/v4/associations"),
        (rf"/crm/associations/{_VERSION}", "/crm/v4/associations"),
        (rf"/account-info/{_VERSION}", "/account-info/v3"),
        (f"/marketing/{_VERSION}/forms", "/marketing/v3/forms"),
        (rf"/marketing/forms/{_VERSION}", "/marketing/v3/forms"),
        (f"/crm/{_VERSION}/lists", "/crm/v3/lists"),
        (rf"/crm/lists/{_VERSION}", "/crm/v3/lists"),
        (rf"/oauth/{_VERSION}", "/oauth/v3"),
    )
)


def _associate(call: Call, source: str, target: str, *, default: bool = False) -> Answer:
    return associations.create_batch(call, kind_of(source), kind_of(target), default=default)


_T = r"([\w-]+)"
_ID = r"([^/]+)"
_O, _P, _L, _A = (
    "/crm/v3/objects",
    "/crm/v3/properties",
    "/crm/v3/pipelines",
    "/crm/v4/associations",
)
_ENDPOINTS: tuple[tuple[str, str, Endpoint], ...] = (
    ("POST", f"{_O}/{_T}/batch/read", lambda call, kind: batch.read(call, kind_of(kind))),
    ("POST", f"{_O}/{_T}/batch/create", lambda call, kind: batch.create(call, kind_of(kind))),
    ("POST", f"{_O}/{_T}/batch/update", lambda call, kind: batch.update(call, kind_of(kind))),
    ("POST", f"{_O}/{_T}/batch/upsert", lambda call, kind: batch.upsert(call, kind_of(kind))),
    ("POST", f"{_O}/{_T}/batch/archive", lambda call, kind: batch.archive(call, kind_of(kind))),
    ("POST", f"{_O}/{_T}/search", lambda call, kind: search.search(call, kind_of(kind))),
    ("POST", f"{_O}/{_T}/merge", lambda call, kind: objects.merge_call(call, kind_of(kind))),
    ("POST", f"{_O}/{_T}/gdpr-delete", lambda call, kind: objects.gdpr_delete(call, kind_of(kind))),
    ("GET", f"{_O}/{_T}", lambda call, kind: objects.list_page(call, kind_of(kind))),
    ("POST", f"{_O}/{_T}", lambda call, kind: objects.create_one(call, kind_of(kind))),
    ("GET", f"{_O}/{_T}/{_ID}", lambda call, kind, id_: objects.read_one(call, kind_of(kind), id_)),
    ("PATCH", f"{_O}/{_T}/{_ID}",
     lambda call, kind, id_: objects.update_one(call, kind_of(kind), id_)),
    ("DELETE", f"{_O}/{_T}/{_ID}",
     lambda call, kind, id_: objects.archive_one(call, kind_of(kind), id_)),
    ("GET", f"{_O}/{_T}/{_ID}/associations/{_T}",
     lambda call, kind, id_, to: associations.read_of_one(call, kind_of(kind), id_, kind_of(to))),
    ("PUT", f"{_O}/{_T}/{_ID}/associations/default/{_T}/{_ID}",
     lambda call, kind, id_, to, other: associations.put_one(
         call, kind_of(kind), id_, kind_of(to), other, default=True)),
    ("PUT", f"{_O}/{_T}/{_ID}/associations/{_T}/{_ID}",
     lambda call, kind, id_, to, other: associations.put_one(
         call, kind_of(kind), id_, kind_of(to), other, default=False)),
    ("DELETE", f"{_O}/{_T}/{_ID}/associations/{_T}/{_ID}",
     lambda call, kind, id_, to, other: associations.delete_one(
         call, kind_of(kind), id_, kind_of(to), other)),
    ("POST", f"{_A}/{_T}/{_T}/batch/read",
     lambda call, one, two: associations.read_batch(call, kind_of(one), kind_of(two))),
    ("POST", f"{_A}/{_T}/{_T}/batch/create", _associate),
    ("POST", f"{_A}/{_T}/{_T}/batch/associate/default",
     lambda call, one, two: _associate(call, one, two, default=True)),
    ("POST", f"{_A}/{_T}/{_T}/batch/archive",
     lambda call, one, two: associations.archive_batch(call, kind_of(one), kind_of(two))),
    ("GET", f"{_A}/{_T}/{_T}/(?:labels|types)",
     lambda _, one, two: associations.labels(kind_of(one), kind_of(two))),
    ("GET", f"{_P}/{_T}/groups", lambda call, kind: properties.groups(call, kind_of(kind))),
    ("POST", f"{_P}/{_T}/groups", lambda call, kind: properties.create_group(call, kind_of(kind))),
    ("GET", f"{_P}/{_T}/groups/{_ID}",
     lambda call, kind, name: properties.group(call, kind_of(kind), name)),
    ("PATCH", f"{_P}/{_T}/groups/{_ID}",
     lambda call, kind, name: properties.change_group(call, kind_of(kind), name)),
    ("DELETE", f"{_P}/{_T}/groups/{_ID}",
     lambda call, kind, name: properties.archive_group(call, kind_of(kind), name)),
    ("POST", f"{_P}/{_T}/batch/read",
     lambda call, kind: properties.batch_read(call, kind_of(kind))),
    ("POST", f"{_P}/{_T}/batch/create",
     lambda call, kind: properties.batch_create(call, kind_of(kind))),
    ("POST", f"{_P}/{_T}/batch/archive",
     lambda call, kind: properties.batch_archive(call, kind_of(kind))),
    ("GET", f"{_P}/{_T}", lambda call, kind: properties.read_all(call, kind_of(kind))),
    ("POST", f"{_P}/{_T}", lambda call, kind: properties.create(call, kind_of(kind))),
    ("GET", f"{_P}/{_T}/{_ID}",
     lambda call, kind, name: properties.read_one(call, kind_of(kind), name)),
    ("PATCH", f"{_P}/{_T}/{_ID}",
     lambda call, kind, name: properties.change(call, kind_of(kind), name)),
    ("DELETE", f"{_P}/{_T}/{_ID}",
     lambda call, kind, name: properties.archive(call, kind_of(kind), name)),
    ("GET", f"{_L}/{_T}", lambda call, kind: account.pipelines(call, kind_of(kind))),
    ("GET", f"{_L}/{_T}/{_ID}",
     lambda call, kind, name: account.pipeline(call, kind_of(kind), name)),
    ("GET", f"{_L}/{_T}/{_ID}/stages",
     lambda call, kind, name: account.stages(call, kind_of(kind), name)),
    ("GET", "/crm/v3/owners", account.owners),
    ("GET", f"/crm/v3/owners/{_ID}", account.owner),
    ("POST", "/crm/v3/lists", lists.create),
    ("GET", f"/crm/v3/lists/object-type-id/{_ID}/name/{_ID}", lists.named),
    ("DELETE", f"/crm/v3/lists/{_ID}", lists.remove),
    ("GET", "/marketing/v3/forms", forms.forms),
    ("GET", f"/form-integrations/v1/submissions/forms/{_ID}", forms.submissions),
    ("GET", "/account-info/v3/details", account.details),
    ("GET", "/account-info/v3/api-usage/daily/private-apps", account.usage),
)  # fmt: skip
_ROUTES = tuple((method, re.compile(f"^{path}/?$"), run) for method, path, run in _ENDPOINTS)


class HubSpot:
    """The tool as the sandbox sees it."""

    name = "hubspot"

    def __init__(self, world: World, *, limits: bool) -> None:
        self.access_token = f"pat-sandbox-{world.seed}"
        self.portal = Portal(world, self.access_token, limits=limits)
        self.business = Business(self.portal)
        self.business.open()

    @property
    def changes(self) -> int:
        return self.portal.store.changes

    def canonical(self, path: str) -> str:
        return split_version(path)[0]

    def handle(self, request: Request) -> Answer:
        """Answer one request as the live tool would."""
        portal = self.portal
        portal.requests += 1
        portal.store.settle(portal.requests)
        portal.store.visible_from = portal.requests + SEARCH_LAG
        path, version = split_version(request.path)
        searching = path.endswith("/search")
        correlation = self._correlation()
        try:
            if len(request.path) + len(request.query) > MAX_ADDRESS:
                return Answer(414, TOO_LONG_PAGE, {"Content-Type": "text/html"})
            portal.strict = version[0].isdecimal() and version >= STRICT_SINCE
            if path == "/oauth/v3/token":
                given = oauth.token(portal, request)
            else:
                self._admit(request, searching=searching)
                given = self._run(Call.of(portal, request, version), path)
        except Refusal as refusal:
            given = answer(refusal.status, refusal.body(correlation))
        except Missing:
            given = not_found(request.headers.get("accept", "*/*"))
        finally:
            portal.store.visible_from = None
            portal.strict = False
        if request.twist == "half-applied":
            given = answer(500, _internal(correlation))
        given.headers["Date"] = formatdate(portal.now / 1000, usegmt=True)
        given.headers["X-HubSpot-Correlation-Id"] = correlation
        if given.status not in (401, 403):
            given.headers |= portal.limits.headers(search=searching)
        return given

    def refuse(self, kind: str, request: Request, options: Mapping[str, Any]) -> Answer:
        """Play a fault in HubSpot's own words."""
        searching = request.path.endswith("/search")
        correlation = self._correlation()
        if kind == "429":
            policy = str(options.get("policy") or _policy_of(searching=searching))
            given = answer(429, _too_fast(policy).body(correlation))
        elif kind == "500":
            given = answer(500, _internal(correlation))
        elif kind == "503":
            page = b"<html><body><h1>503 Service Unavailable</h1></body></html>\n"
            given = Answer(503, page, {"Content-Type": "text/html; charset=utf-8"})
        elif kind == "lost-scope":
            given = answer(403, _missing_scopes(self.canonical(request.path), correlation))
        elif kind == "expired-token":
            given = answer(401, _expired().body(correlation))
        else:
            given = answer(401, _unknown_token().body(correlation))
        if "retry_after" in options:
            given.headers["Retry-After"] = str(options["retry_after"])
        given.headers["Date"] = formatdate(self.portal.now / 1000, usegmt=True)
        given.headers["X-HubSpot-Correlation-Id"] = correlation
        if kind == "lost-scope" and "/properties/" in self.canonical(request.path):
            given.headers |= self.portal.limits.headers(search=False)
        return given

    def snapshot(self) -> dict[str, Any]:
        return snapshot.snapshot(self.portal)

    def edit(self, command: dict[str, Any]) -> dict[str, Any]:
        return people.edit(self.portal, command)

    def advance(self, until: int) -> None:
        self.business.until(until)

    def settled(self) -> None:
        self.portal.passed()

    def _admit(self, request: Request, *, searching: bool) -> None:
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        if token.strip() in self.portal.tokens:
            if self.portal.world.now >= self.portal.tokens[token.strip()]:
                raise _expired()
        elif kind.lower() != "bearer" or token.strip() != self.access_token:
            raise _unknown_token()
        policy = self.portal.limits.admit(search=searching)
        if policy:
            raise _too_fast(policy)

    def _run(self, call: Call, path: str) -> Answer:
        method = call.request.method
        other_methods = []
        for known, pattern, run in _ROUTES:
            found = pattern.match(path)
            if not found:
                continue
            if known != method:
                other_methods.append(known)
                continue
            content = call.request.headers.get("content-type", "application/json")
            if method in ("POST", "PATCH") and "json" not in content:
                raise Refusal(415, "Unsupported Media Type", None)
            return run(call, *found.groups())
        if other_methods:
            raise Refusal(405, f"Method Not Allowed: {method}", None)
        raise Missing

    def _correlation(self) -> str:
        portal = self.portal
        return f"{portal.world.seed & 0xFFFFFFFF:08x}-0000-4000-8000-{portal.requests:012x}"


def _unknown_token() -> Refusal:
    return Refusal(
        401,
        "Authentication credentials not found. This API supports OAuth 2.0 authentication and you "
        "can find more details at https://developers.hubspot.com/docs/methods/auth/oauth-overview",
        "INVALID_AUTHENTICATION",
    )


def _expired() -> Refusal:
    return Refusal(
        401,
        "The OAuth token used to make this call expired 5 minute(s) ago.",
        "EXPIRED_AUTHENTICATION",
        context={"expire time": ["2026-11-20T08:55:00.000Z"]},
    )


def split_version(path: str) -> tuple[str, str]:
    """Give a path its oldest name and tell the version it named."""
    for pattern, oldest in _FAMILIES:
        found = pattern.match(path)
        if found:
            return oldest + path[found.end() :], found.group(1)
    return path, "v3"


def _policy_of(*, searching: bool) -> str:
    return "SECONDLY" if searching else "TEN_SECONDLY_ROLLING"


def _too_fast(policy: str) -> Refusal:
    words = {
        "SECONDLY": "secondly",
        "TEN_SECONDLY_ROLLING": "ten_secondly_rolling",
        "DAILY": "daily",
    }
    message = f"You have reached your {words.get(policy, policy.lower())} limit."
    more = {"errorType": "RATE_LIMIT", "policyName": policy}
    return Refusal(429, message, "RATE_LIMITS", **more)


def _internal(correlation: str) -> dict[str, Any]:
    return {"status": "error", "message": "internal error", "correlationId": correlation}


def _missing_scopes(path: str, correlation: str) -> dict[str, Any]:
    definitions = re.match("/crm/v3/properties/(\\w+)", path)
    if definitions:
        kind = kind_of(definitions.group(1))
        message = (
            "You do not have permissions to view object type "
            f"ObjectTypeId{{legacyObjectType={kind.upper}}} in portal {PORTAL_ID} "
            f"(requires one of [{kind.name}-read])"
        )
        return Refusal(403, message, None).body(correlation)
    scopes = "https://developers.hubspot.com/scopes"
    context = {
        "requiredGranularScopes": [
            f"crm.objects.{kind}.{right}"
            for kind in ("contacts", "companies", "deals")
            for right in ("read", "write")
        ]
    }
    refusal = Refusal(
        403,
        "This app hasn't been granted all required scopes to make this call. "
        f"Read more about required scopes here: {scopes}.",
        "MISSING_SCOPES",
        errors=[
            {"message": "One or more of the following scopes are required.", "context": context}
        ],
        links={"scopes": scopes},
    )
    return refusal.body(correlation)
