"""A bare client of the pretend Shopify for its own tests: no retries, no pacing."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sandbox_client import Client, Reply

from journeysync.sandbox.server import Sandbox, start

PATH = "/admin/api/2026-10/graphql.json"


@dataclass(frozen=True)
class Asker:
    """A sandbox with Shopify in it, and its two doors."""

    sandbox: Sandbox
    admin: Client
    client: Client

    def post(self, query: str, path: str = PATH, token: str = "", **variables: Any) -> Reply:
        """Ask, and take whatever comes."""
        given = token or self.sandbox.tools["shopify"]["access_token"]
        body = {"query": query, "variables": variables}
        return self.client("POST", path, body, X_Shopify_Access_Token=given)

    def ask(self, query: str, **variables: Any) -> Any:
        """Ask, and expect an answer without errors."""
        body = self.post(query, **variables).body
        assert "errors" not in body, body["errors"]
        return body["data"]

    def code(self, query: str, **variables: Any) -> str:
        """Ask, and expect an error with a code."""
        found: str = self.post(query, **variables).body["errors"][0]["extensions"]["code"]
        return found

    def edit(self, kind: str, action: str, **more: Any) -> Any:
        command = {"tool": "shopify", "object": kind, "action": action, **more}
        reply = self.admin("POST", "/edit", command)
        assert reply.status == 200, reply.body
        return reply.body

    def fault(self, kind: str, **more: Any) -> None:
        fault = {"tool": "shopify", "kind": kind, **more}
        assert self.admin("POST", "/faults", fault).status == 200

    def ids(self, name: str, arguments: str, fields: str = "id") -> list[Any]:
        """Read a list page by page; with one field, its values."""
        rows: list[Any] = []
        after = None
        while True:
            query = f"""query($after: String) {{ {name}(after: $after, {arguments})
                {{ nodes {{ {fields} }} pageInfo {{ hasNextPage endCursor }} }} }}"""
            page = self.ask(query, after=after)[name]
            rows += page["nodes"]
            if not page["pageInfo"]["hasNextPage"]:
                return [row[fields] for row in rows] if " " not in fields else rows
            after = page["pageInfo"]["endCursor"]

    def rows_of_file(self, url: str) -> list[dict[str, Any]]:
        """Fetch the file of a bulk operation, without a token."""
        path = url.split("/", 3)[3]
        reply = self.client("GET", f"/{path}")
        assert reply.status == 200
        return [json.loads(line) for line in reply.content.splitlines()]


@contextmanager
def asker(customers: int = 40, seed: int = 1, **options: Any) -> Iterator[Asker]:
    """Run a sandbox with Shopify alone, by default without rate limits."""
    options = {"limits": False, "tools": ("shopify",), **options}
    with start(customers=customers, seed=seed, **options) as sandbox:
        url = sandbox.tools["shopify"]["base_url"]
        yield Asker(sandbox, Client(sandbox.admin), Client(url))
