"""A pretend Salesforce with a bare client, for the sandbox's own tests."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode
from urllib.request import urlopen

from sandbox_client import Client, Reply

from journeysync.sandbox.server import Sandbox, start

VERSION = "/services/data/v64.0"


@dataclass
class Pretend:
    """A sandbox, and a signed-in client of its Salesforce."""

    sandbox: Sandbox
    admin: Client
    client: Client

    @property
    def tool(self) -> dict[str, str]:
        return self.sandbox.tools["salesforce"]

    def sign_in(self) -> str:
        """Sign in anew, as a client does whose session has ended."""
        keys = {name: self.tool[name] for name in ("client_id", "client_secret")}
        form = urlencode({"grant_type": "client_credentials", **keys}).encode()
        with urlopen(f"{self.tool['base_url']}/services/oauth2/token", form) as answer:
            token = str(json.load(answer)["access_token"])
        self.client = Client(self.tool["base_url"], token)
        return token

    def __call__(self, method: str, path: str, value: Any = None, **headers: str) -> Reply:
        return self.client(method, VERSION + path, value, **headers)

    def query(self, soql: str, path: str = "/query", **headers: str) -> Reply:
        return self("GET", f"{path}?q={quote(soql)}", **headers)

    def rows(self, soql: str, path: str = "/query") -> list[dict[str, Any]]:
        reply = self.query(soql, path)
        assert reply.status == 200, reply.body
        records: list[dict[str, Any]] = reply.body["records"]
        return records

    def one(self, soql: str) -> Any:
        """Give the only value of the only row."""
        (row,) = self.rows(soql)
        (value,) = [value for name, value in row.items() if name != "attributes"]
        return value

    def count(self, soql: str) -> int:
        total: int = self.query(soql).body["totalSize"]
        return total

    def edit(self, object_: str, action: str, **command: Any) -> Any:
        reply = self.admin(
            "POST", "/edit", {"tool": "salesforce", "object": object_, "action": action, **command}
        )
        assert reply.status == 200, reply.body
        return reply.body

    def switch(self, **properties: Any) -> Any:
        return self.edit("org", "set", properties=properties)

    def fault(self, kind: str, match: str = "", **more: Any) -> None:
        fault = {"tool": "salesforce", "kind": kind, "match": match, **more}
        assert self.admin("POST", "/faults", fault).status == 200

    def advance(self, days: float) -> None:
        assert self.admin("POST", "/advance", {"days": days}).status == 200
        self.sign_in()

    def contact(self, email: str = "maya.okafor@example.com") -> str:
        number: str = self.one(f"SELECT Id FROM Contact WHERE Email = '{email}'")
        return number


@contextmanager
def pretend(customers: int = 40, seed: int = 1, *more: str, **options: Any) -> Iterator[Pretend]:
    """Serve a pretend Salesforce, by default alone and without limits."""
    tools = ("salesforce", *more)
    with start(
        customers=customers, seed=seed, tools=tools, **{"limits": False, **options}
    ) as sandbox:
        made = Pretend(sandbox, Client(sandbox.admin), Client(""))
        made.sign_in()
        yield made
