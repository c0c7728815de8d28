"""The Bulk API 2.0: jobs that read, and jobs that write, with CSV on both sides."""

import csv
import io
from dataclasses import dataclass, field
from typing import Any

from journeysync.sandbox.salesforce import ingest, paths, soql
from journeysync.sandbox.salesforce.answers import Refusal, answer, not_found
from journeysync.sandbox.salesforce.call import Call
from journeysync.sandbox.salesforce.ids import make_id, read_id
from journeysync.sandbox.salesforce.ingest import Load
from journeysync.sandbox.salesforce.query import Plan, plan
from journeysync.sandbox.salesforce.schema import COMPOUND
from journeysync.sandbox.salesforce.store import Org
from journeysync.sandbox.salesforce.writing import Desk
from journeysync.sandbox.wire import Answer
from journeysync.sandbox.world import DAY, iso

KEPT = 7 * DAY
CSV = {"Content-Type": "text/csv"}
MOST_ROWS = 50_000
PAGES_SINCE = 58.0
DELIMITERS = {"COMMA": ",", "TAB": "\t", "SEMICOLON": ";", "PIPE": "|", "CARET": "^",
              "BACKQUOTE": "`"}  # fmt: skip
ENDINGS = {"LF": "\n", "CRLF": "\r\n"}
# What each look at a job finds: states take their time.
_STATES = ("UploadComplete", "InProgress", "JobComplete")


@dataclass
class Job:
    """One job, as it was asked for and as far as it has come."""

    id: str
    kind: str
    """`query` or `ingest`."""
    operation: str
    object: str
    version: str
    made: int
    delimiter: str
    ending: str
    looks: int = 0
    state: str = ""
    """Where it does not simply follow from how often it was looked at."""
    plan: Plan | None = None
    rows: list[Any] = field(default_factory=list)
    load: Load | None = None
    message: str = ""

    @property
    def now(self) -> str:
        return self.state or _STATES[min(self.looks, 2)]


class Jobs:
    """All jobs of an org."""

    def __init__(self, org: Org, desk: Desk) -> None:
        self.org, self.desk = org, desk
        self._held: dict[str, Job] = {}
        self._count = 0

    def _make(self, call: Call, kind: str, operation: str, name: str) -> Job:
        sent = call.document()
        ending, delimiter = (
            str(sent.get("lineEnding", "LF")),
            str(sent.get("columnDelimiter", "COMMA")),
        )
        if ending not in ENDINGS or delimiter not in DELIMITERS:
            raise Refusal("INVALIDJOB", "lineEnding or columnDelimiter is not supported")
        if sent.get("contentType", "CSV") != "CSV":
            raise Refusal("INVALIDJOB", "Unsupported content type")
        self._count += 1
        made = Job(make_id("750", self._count), kind, operation, name, call.version,
                   self.org.date, delimiter, ending)  # fmt: skip
        self._held[made.id] = made
        return made

    def _find(self, kind: str, text: str) -> Job:
        job = self._held.get(read_id(text) or "")
        if job is None or job.kind != kind or self.org.date - job.made > KEPT:
            raise not_found()
        return job

    def show(self, job: Job) -> dict[str, Any]:
        """Write a job as every answer about it does."""
        made = f"{iso(job.made)[:-1]}+0000"
        shown: dict[str, Any] = {
            "id": job.id, "operation": job.operation, "object": job.object,
            "createdById": self.org.user, "createdDate": made, "systemModstamp": made,
            "state": job.now, "concurrencyMode": "Parallel", "contentType": "CSV",
            "apiVersion": float(job.version), "lineEnding": job.ending,
            "columnDelimiter": job.delimiter,
        }  # fmt: skip
        if job.kind == "ingest":
            shown["jobType"] = "V2Ingest"
            shown["contentUrl"] = f"services/data/v{job.version}/jobs/ingest/{job.id}/batches"
            if job.load is not None:
                shown["externalIdFieldName"] = job.load.key or None
        if job.message:
            shown["errorMessage"] = job.message
        return shown

    # -- reading ---------------------------------------------------------------------------

    def query(self, call: Call) -> Answer:
        """Begin to read."""
        sent = call.document()
        operation = str(sent.get("operation", ""))
        if operation not in ("query", "queryAll"):
            raise Refusal("INVALIDJOB", f"Unsupported operation: {operation}")
        made = plan(self.org, soql.parse(str(sent.get("query", ""))),
                    deleted=operation == "queryAll", version=call.version)  # fmt: skip
        _bulk_can(made)
        job = self._make(call, "query", operation, made.kind.name)
        job.plan, job.rows = made, made.rows()
        return answer(200, self.show(job))

    def look(self, _: Call, kind: str, text: str) -> Answer:
        """Say how far a job is; it gets on between two looks."""
        job = self._find(kind, text)
        shown = self.show(job)
        done = len(job.rows) if job.load is None else job.load.processed
        failed = 0 if job.load is None else len(job.load.failed)
        if shown["state"] != "JobComplete" and not job.state:
            done = failed = 0
        shown |= {"numberRecordsProcessed": done, "retries": 0, "totalProcessingTime": 100}
        if kind == "ingest":
            shown |= {"numberRecordsFailed": failed, "apiActiveProcessingTime": 50,
                      "apexProcessingTime": 0}  # fmt: skip
        job.looks += 1
        return answer(200, shown)

    def results(self, call: Call, text: str) -> Answer:
        """Give a part of what was read."""
        job = self._find("query", text)
        if job.version != call.version:
            raise Refusal("API_ERROR", "The job was created in another version of the API", 409)
        if job.now != "JobComplete" or job.plan is None:
            words = "The query job is not complete."
            raise Refusal("INVALIDJOBSTATE", words)
        start = _place(call.query.get("locator", ""))
        size = min(int(call.query.get("maxRecords") or MOST_ROWS), MOST_ROWS)
        rows = job.rows[start : start + size]
        end = start + len(rows)
        body = io.StringIO()
        write = csv.writer(body, delimiter=DELIMITERS[job.delimiter], quoting=csv.QUOTE_ALL,
                           lineterminator=ENDINGS[job.ending])  # fmt: skip
        columns = job.plan.columns
        write.writerow([".".join((*column.steps, column.name)) for column in columns])
        for row in rows:
            write.writerow([paths.show_csv(one.field, one.get(row)) for one in columns])
        head = {
            "Sforce-Locator": "null" if end >= len(job.rows) else _locator(end),
            "Sforce-NumberOfRecords": str(len(rows)),
        }
        return Answer(200, body.getvalue().encode(), CSV | head)

    def pages(self, call: Call, text: str) -> Answer:
        """Name several parts at once, to be fetched side by side."""
        if float(call.version) < PAGES_SINCE:
            raise not_found()
        job = self._find("query", text)
        size = 2_000
        starts = range(0, max(len(job.rows), 1), size)
        base = f"{call.base()}/jobs/query/{job.id}"
        urls = [
            {
                "resultUrl": f"{base}/results?maxRecords={size}"
                + (f"&locator={_locator(at)}" if at else "")
            }
            for at in starts
        ]
        return answer(200, {"resultPages": urls[:5], "nextRecordsUrl": None,
                            "done": len(urls) <= 5})  # noqa: PLR2004 - five at most # fmt: skip

    # -- writing ---------------------------------------------------------------------------

    def load(self, call: Call) -> Answer:
        """Begin to write."""
        sent = call.document()
        operation, name = str(sent.get("operation", "")), str(sent.get("object", ""))
        kind = self.org.kind(name)
        if operation not in ingest.OPERATIONS:
            raise Refusal("INVALIDJOB", f"Unsupported operation: {operation}")
        if kind is None or not kind.bulk:
            words = f"InvalidEntity : Unable to find object: {name}"
            raise Refusal("INVALIDENTITY", words)
        key = str(sent.get("externalIdFieldName") or "")
        one = kind.find(key) if key else None
        if operation == "upsert" and (one is None or not (one.external or one.lookup)):
            raise Refusal("INVALIDJOB", "External ID field is required for upsert")
        job = self._make(call, "ingest", operation, kind.name)
        job.state, job.load = "Open", Load(kind, operation, key)
        return answer(200, self.show(job))

    def put(self, call: Call, text: str) -> Answer:
        """Take the CSV of a job."""
        job = self._find("ingest", text)
        if job.state != "Open" or job.load is None or job.load.body is not None:
            raise Refusal("INVALIDJOBSTATE", "Found multiple contents for job: this job has data")
        job.load.body = call.request.body.decode()
        return Answer(201)

    def change(self, call: Call, kind: str, text: str) -> Answer:
        """Let a job run, or stop it."""
        job = self._find(kind, text)
        wanted = call.document().get("state")
        if wanted == "Aborted" and job.now != "JobComplete":
            job.state = "Aborted"
            return answer(200, self.show(job))
        if wanted != "UploadComplete" or job.state != "Open" or job.load is None:
            raise Refusal("INVALIDJOBSTATE", f"Job cannot go from {job.now} to {wanted}")
        half = call.request.twist == "half-applied"
        job.state = ""
        try:
            job.load.run(self.desk, DELIMITERS[job.delimiter], ENDINGS[job.ending],
                         self.org.world.seed, half=half)  # fmt: skip
        except Refusal as refusal:
            job.message = f"{refusal.code} : {refusal.message}"
            job.state = "Failed"
        if half:
            job.state, job.message = "Failed", "InternalServerError : the job did not end"
        shown = self.show(job)
        shown["state"] = "UploadComplete"
        return answer(200, shown)

    def outcome(self, _: Call, text: str, which: str) -> Answer:
        """Give one of the three files that tell what became of the rows."""
        job = self._find("ingest", text)
        if job.load is None or job.now not in ("JobComplete", "Failed", "Aborted"):
            raise Refusal("INVALIDJOBSTATE", "The job is not in a terminal state")
        body = job.load.file(which, DELIMITERS[job.delimiter], ENDINGS[job.ending])
        return Answer(200, body.encode(), dict(CSV))

    def delete(self, _: Call, kind: str, text: str) -> Answer:
        del self._held[self._find(kind, text).id]
        return Answer(204)

    def listing(self, _: Call, kind: str) -> Answer:
        shown = [self.show(job) for job in self._held.values() if job.kind == kind]
        return answer(200, {"done": True, "nextRecordsUrl": None, "records": shown})


def _bulk_can(made: Plan) -> None:
    """Refuse what cannot be read in bulk."""
    if not made.kind.bulk or made.kind.rows is not None:
        words = f"Entity '{made.kind.name}' is not supported by the Bulk API."
        raise Refusal("INVALIDENTITY", words)
    if any(column.field.type in COMPOUND for column in made.columns):
        words = "Selecting compound data not supported in Bulk Query"
        raise Refusal("FEATURENOTENABLED", words)
    if made.children or made.groups is not None or made.counting or made.query.offset:
        words = "Aggregate Relationships not supported in Bulk Query"
        raise Refusal("API_ERROR", words)


def _locator(at: int) -> str:
    """Hide a place: clients must not count."""
    return f"MTA{at:X}x"


def _place(locator: str) -> int:
    if not locator or locator == "null":
        return 0
    try:
        return int(locator.removeprefix("MTA").removesuffix("x"), 16)
    except ValueError:
        raise Refusal("INVALID_QUERY_LOCATOR", "invalid query locator") from None
