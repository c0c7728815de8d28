"""An org that holds one great query ready: pages of contacts, as the sandbox's org gives them.

A sandbox of a hundred thousand customers takes minutes to make up; these are a few of its contacts,
told again and again under other ids. Runs in a process of its own and prints its address.
"""

import json
import sys
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit
from urllib.request import Request, urlopen

from journeysync.sandbox.server import start

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
PAGE = 2_000
_ROOT = "/services/data/v64.0/"
_TEMPLATES = 20


class Pages(BaseHTTPRequestHandler):
    """Answers what a reading of contacts asks."""

    protocol_version = "HTTP/1.1"
    contacts = 0
    described: bytes = b""
    rows: tuple[dict[str, Any], ...] = ()
    templates: tuple[str, ...] = ()

    def do_POST(self) -> None:
        """Give a token."""
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self._answer({"access_token": "token", "instance_url": "https://org.my.salesforce.com"})

    def do_GET(self) -> None:
        """Give versions, the description of contacts, a count, or a page."""
        parts = urlsplit(self.path)
        path = parts.path.removeprefix(_ROOT).rstrip("/")
        soql = parse_qs(parts.query).get("q", [""])[0]
        if parts.path == "/services/data":
            self._answer([{"version": "64.0"}])
        elif path == "sobjects/Contact/describe":
            self._send(self.described)
        elif path.startswith("query/"):
            self._send(self._page(int(path.rpartition("-")[2])))
        elif "COUNT()" in soql:
            self._answer({"totalSize": self.contacts, "done": True, "records": []})
        elif " FROM Contact" in soql and " FROM ContactHistory" not in soql and "NULL" not in soql:
            self._show(soql.removeprefix("SELECT ").partition(" FROM ")[0].split(","))
            self._send(self._page(0))
        else:
            self._answer({"totalSize": 0, "done": True, "records": []})

    def _show(self, names: list[str]) -> None:
        """Tell of each contact what is asked for."""
        told = ({name: row[name] for name in ("attributes", *names)} for row in self.rows)
        Pages.templates = tuple(
            json.dumps(one).replace(one["Id"], "003Wi#NUMBER#IAA") for one in told
        )

    def _page(self, first: int) -> bytes:
        last = min(first + PAGE, self.contacts)
        rows = ",".join(
            self.templates[number % len(self.templates)].replace("#NUMBER#", f"{number:010d}")
            for number in range(first, last)
        )
        done = last >= self.contacts
        following = "" if done else f'"nextRecordsUrl":"{_ROOT}query/01g-{last}",'
        head = f'{{"totalSize":{self.contacts},"done":{str(done).lower()},{following}'
        return f'{head}"records":[{rows}]}}'.encode()

    def _answer(self, body: object) -> None:
        self._send(json.dumps(body).encode())

    def _send(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json;charset=UTF-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Date", format_datetime(NOW, usegmt=True))
        self.send_header("Sforce-Limit-Info", "api-usage=18/100000")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: Any) -> None:
        """Say nothing."""


def learn() -> None:
    """Take the description and some contacts from a small sandbox."""
    with start(customers=_TEMPLATES, tools=("salesforce",)) as sandbox:
        tool = sandbox.tools["salesforce"]
        form = (
            f"grant_type=client_credentials&client_id={tool['client_id']}"
            f"&client_secret={tool['client_secret']}"
        )
        with urlopen(f"{tool['base_url']}/services/oauth2/token", form.encode()) as answer:
            token = json.load(answer)["access_token"]

        def get(path: str) -> bytes:
            headers = {"Authorization": f"Bearer {token}"}
            with urlopen(Request(f"{tool['base_url']}{_ROOT}{path}", headers=headers)) as answer:
                found: bytes = answer.read()
            return found

        Pages.described = get("sobjects/Contact/describe")
        fields = [one["name"] for one in json.loads(Pages.described)["fields"]]
        soql = f"SELECT+{','.join(fields)}+FROM+Contact"
        Pages.rows = tuple(json.loads(get(f"query?q={soql}"))["records"])


def main(contacts: int) -> None:
    """Serve until somebody ends it."""
    learn()
    Pages.contacts = contacts
    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main(int(sys.argv[1]))
