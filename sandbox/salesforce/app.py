"""The pretend Salesforce: who may ask, how often, and which endpoint answers."""

import re
from collections.abc import Callable, Mapping
from email.utils import formatdate
from typing import Any

from journeysync.sandbox.salesforce import account, fields, many, pages, people, sobjects, views
from journeysync.sandbox.salesforce.answers import Refusal, answer, not_found
from journeysync.sandbox.salesforce.bulk import Jobs
from journeysync.sandbox.salesforce.business import Business
from journeysync.sandbox.salesforce.call import Call
from journeysync.sandbox.salesforce.composite import composite
from journeysync.sandbox.salesforce.oauth import Sessions, refused
from journeysync.sandbox.salesforce.pages import Cursors
from journeysync.sandbox.salesforce.rules import Rules
from journeysync.sandbox.salesforce.snapshot import snapshot
from journeysync.sandbox.salesforce.store import LAG, Org
from journeysync.sandbox.salesforce.writing import Desk
from journeysync.sandbox.wire import Answer, Request
from journeysync.sandbox.world import DAY, World

MAX_ADDRESS = 16_384
HTML = {"Content-Type": "text/html; charset=UTF-8"}
_VERSION = re.compile(r"^/services/data/v(\d+\.\d)(?=/|$)")
_NAME, _ID = r"(\w+)", r"([^/]+)"
Endpoint = Callable[..., Answer]


class Salesforce:
    """The tool as the sandbox sees it."""

    name = "salesforce"

    def __init__(self, world: World, *, limits: bool) -> None:
        self._limits = limits
        self.access_token = f"00DWi0000000001!sandbox.{world.seed}"
        self.secrets = {
            "client_id": f"3MVG9sandbox.{world.seed}",
            "client_secret": f"sandbox-secret-{world.seed}",
        }
        self.org = Org(world)
        self.rules = Rules()
        self.desk = Desk(self.org, self.rules)
        self.org.kinds["ValidationRule"].rows = views.validations(self.rules)
        self.cursors = Cursors()
        self.jobs = Jobs(self.org, self.desk)
        self.business = Business(self.org)
        self.business.open()
        self.rules.assigned_to = next(iter(self.org.records["Group"]))
        self.sessions = Sessions(
            self.org,
            self.secrets["client_id"],
            self.secrets["client_secret"],
            self.access_token,
        )
        self._used: dict[int, int] = {}
        self._routes = tuple(
            (method, re.compile(f"^{path}/?$"), run) for method, path, run in self._endpoints()
        )

    @property
    def changes(self) -> int:
        return self.org.changes

    def canonical(self, path: str) -> str:
        """Leave the version away."""
        return _VERSION.sub("/services/data", path)

    def handle(self, request: Request) -> Answer:
        """Answer one request as the live tool would."""
        org = self.org
        org.requests += 1
        org.settle()
        org.lag_from = None
        org.turn("api")
        try:
            given = self._answer(request)
        except Refusal as refusal:
            given = refusal.http()
        if request.twist == "half-applied" and given.status < 300:  # noqa: PLR2004 - it went well
            given = self._broken()
        return self._stamped(given)

    def _answer(self, request: Request) -> Answer:
        length = len(request.path) + len(request.query)
        heads = sum(len(name) + len(text) + 4 for name, text in request.headers.items())
        if length > MAX_ADDRESS:
            return Answer(414, b"<h1>Bad Message 414</h1><pre>reason: URI Too Long</pre>", HTML)
        if length + heads > MAX_ADDRESS:
            return Answer(
                431, b"<h1>Bad Message 431</h1><pre>reason: Request Header Fields Too Large</pre>",
                HTML,
            )  # fmt: skip
        if request.path == "/services/oauth2/token":
            return self.sessions.token(request)
        if request.path.rstrip("/") == "/services/data":
            return account.versions()
        self._admit(request)
        found = _VERSION.match(request.path)
        if found is None or not account.offered(found.group(1)):
            raise not_found()
        path = request.path[found.end() :]
        call = Call(self.org, request, found.group(1), tooling=path.startswith("/tooling"))
        return self.run(call, path.removeprefix("/tooling") if call.tooling else path)

    def run(self, call: Call, path: str) -> Answer:
        """Find the endpoint of a path without its version."""
        methods = []
        for method, pattern, run in self._routes:
            found = pattern.match(path)
            if found is None:
                continue
            methods.append(method)
            if method == call.request.method:
                return run(call, *found.groups())
        if methods:
            allowed = ",".join(methods)
            words = f"HTTP Method '{call.request.method}' not allowed. Allowed are {allowed}"
            raise Refusal("METHOD_NOT_ALLOWED", words, 405)
        raise not_found()

    def _endpoints(self) -> list[tuple[str, str, Endpoint]]:
        desk, cursors = self.desk, self.cursors
        one = f"/sobjects/{_NAME}/{_ID}"
        key = f"/sobjects/{_NAME}/{_NAME}/{_ID}"
        return [
            ("GET", "", account.resources),
            ("GET", "/limits", lambda call: account.limits(call, self.used)),
            ("GET", "/query", lambda call: pages.first(call, cursors, deleted=False)),
            ("GET", "/queryAll", lambda call: pages.first(call, cursors, deleted=True)),
            ("GET", f"/query/{_ID}", lambda call, name: pages.following(call, cursors, name)),
            ("GET", f"/queryAll/{_ID}", lambda call, name: pages.following(call, cursors, name)),
            ("POST", "/sobjects/CustomField", self._tooling(fields.create)),
            ("PATCH", f"/sobjects/CustomField/{_ID}", self._tooling(fields.change)),
            ("DELETE", f"/sobjects/CustomField/{_ID}", self._tooling(fields.remove)),
            ("POST", "/sobjects/PathAssistant", self._tooling(views.create_path)),
            ("DELETE", f"/sobjects/PathAssistant/{_ID}", self._tooling(views.remove_path)),
            ("POST", f"/ui-api/list-info/{_NAME}", views.create_view),
            ("DELETE", f"/ui-api/list-info/{_NAME}/{_NAME}", views.remove_view),
            ("GET", "/sobjects", sobjects.describe_all),
            ("GET", f"/sobjects/{_NAME}", sobjects.basic),
            ("POST", f"/sobjects/{_NAME}", lambda call, name: sobjects.create(call, desk, name)),
            ("GET", f"/sobjects/{_NAME}/describe", sobjects.describe),
            ("GET", f"/sobjects/{_NAME}/deleted", sobjects.deleted),
            ("GET", f"/sobjects/{_NAME}/updated", sobjects.updated),
            ("GET", one, sobjects.read),
            ("PATCH", one, lambda call, name, id_: sobjects.update(call, desk, name, id_)),
            ("DELETE", one, lambda call, name, id_: sobjects.delete(call, desk, name, id_)),
            ("GET", key, sobjects.read_by),
            ("PATCH", key, lambda call, *names: sobjects.upsert(call, desk, *names)),
            ("DELETE", key, lambda call, *names: sobjects.delete_by(call, desk, *names)),
            ("POST", "/composite/sobjects", lambda call: many.create(call, desk)),
            ("PATCH", "/composite/sobjects", lambda call: many.update(call, desk)),
            ("DELETE", "/composite/sobjects", lambda call: many.delete(call, desk)),
            ("PATCH", f"/composite/sobjects/{_NAME}/{_NAME}",
             lambda call, *names: many.upsert(call, desk, *names)),
            ("GET", f"/composite/sobjects/{_NAME}", many.read),
            ("POST", f"/composite/sobjects/{_NAME}", many.read),
            ("POST", "/composite", lambda call: composite(call, self.run)),
            *self._bulk(),
        ]  # fmt: skip

    def _bulk(self) -> list[tuple[str, str, Endpoint]]:
        jobs, kind = self.jobs, r"/jobs/(query|ingest)"
        return [
            ("POST", "/jobs/query", jobs.query),
            ("POST", "/jobs/ingest", jobs.load),
            ("GET", kind, jobs.listing),
            ("GET", f"{kind}/{_ID}", jobs.look),
            ("PATCH", f"{kind}/{_ID}", jobs.change),
            ("DELETE", f"{kind}/{_ID}", jobs.delete),
            ("GET", f"/jobs/query/{_ID}/results", jobs.results),
            ("GET", f"/jobs/query/{_ID}/resultPages", jobs.pages),
            ("PUT", f"/jobs/ingest/{_ID}/batches", jobs.put),
            ("GET", f"/jobs/ingest/{_ID}/(successfulResults|failedResults|unprocessedrecords)",
             jobs.outcome),
        ]  # fmt: skip

    @staticmethod
    def _tooling(run: Endpoint) -> Endpoint:
        """Let an endpoint answer in the Tooling API alone."""

        def only(call: Call, *names: str) -> Answer:
            if not call.tooling:
                raise not_found()
            return run(call, *names)

        return only

    # -- who may ask -----------------------------------------------------------------------

    @property
    def used(self) -> int:
        """Calls of the last 24 hours."""
        today = self.org.world.now
        return sum(count for at, count in self._used.items() if today - at < DAY)

    def _admit(self, request: Request) -> None:
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        if kind.lower() not in ("bearer", "oauth") or not self.sessions.admits(token.strip()):
            raise expired()
        if not self.org.switches.api:
            words = "The REST API is not enabled for this Organization."
            raise Refusal("API_DISABLED_FOR_ORG", words, 403)
        if self._limits and self.used >= self.org.switches.daily_limit:
            raise Refusal("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.", 403)
        now = self.org.world.now
        self._used[now] = self._used.get(now, 0) + 1

    def _stamped(self, given: Answer) -> Answer:
        given.headers["Date"] = formatdate(self.org.date / 1000, usegmt=True)
        usage = f"api-usage={self.used}/{self.org.switches.daily_limit}"
        if self.org.switches.app_limit:
            share = f"{self.used}/{self.org.switches.app_limit}"
            usage += f"; per-app-api-usage={share}(appName=journeysync)"
        if given.status != 401:  # noqa: PLR2004 - whoever is not known is told nothing
            given.headers["Sforce-Limit-Info"] = usage
        return given

    # -- faults ----------------------------------------------------------------------------

    def _broken(self) -> Answer:
        return answer(500, many.INTERNAL)

    def refuse(self, kind: str, request: Request, options: Mapping[str, Any]) -> Answer:
        """Play a fault in Salesforce's own words."""
        if kind == "429":
            words = "TotalRequests Limit exceeded."
            if str(options.get("policy", "")).lower() == "concurrent":
                words = "ConcurrentRequests (Concurrent API Requests) Limit exceeded."
            given = Refusal("REQUEST_LIMIT_EXCEEDED", words, 403).http()
        elif kind == "500":
            given = self._broken()
        elif kind == "503":
            page = b"<html><body><h1>Service Unavailable</h1></body></html>\n"
            given = Answer(503, page, dict(HTML))
            if options.get("code"):
                words = "server temporarily unavailable"
                given = Refusal(str(options["code"]), words, 503).http()
        elif request.path == "/services/oauth2/token":
            if kind != "revoked-token":
                return self._stamped(self.sessions.token(request))
            given = refused("invalid_grant", "authentication failure")
        elif kind == "lost-scope":
            words = "The REST API is not enabled for this Organization."
            given = Refusal("API_DISABLED_FOR_ORG", words, 403).http()
        else:
            self.sessions.expire()
            given = expired().http()
        return self._stamped(given)

    # -- the sandbox's own ways in ---------------------------------------------------------

    def snapshot(self) -> dict[str, Any]:
        return snapshot(self.org)

    def edit(self, command: dict[str, Any]) -> dict[str, Any]:
        if not command.get("tie"):
            self.org.turn("people")
        self.org.lag_from = self.org.requests + 1 + LAG if command.get("lag") else None
        try:
            return people.edit(self.org, self.desk, self.sessions, command)
        finally:
            self.org.lag_from = None

    def advance(self, until: int) -> None:
        self.business.until(until)

    def settled(self) -> None:
        """Time has passed: whatever was late is there."""
        self.org.settle(all_of_them=True)


def expired() -> Refusal:
    return Refusal("INVALID_SESSION_ID", "Session expired or invalid", 401)
