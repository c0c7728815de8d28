"""One request on its way through the pretend Salesforce."""

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import parse_qs

import msgspec

from journeysync.sandbox.salesforce.answers import unreadable
from journeysync.sandbox.salesforce.store import Org
from journeysync.sandbox.wire import Request

_OPTION = re.compile(r"batchSize\s*=\s*(\d+)", re.IGNORECASE)
LEAST, MOST = 200, 2_000


@dataclass
class Call:
    """A request, the org it is for, and the version it names."""

    org: Org
    request: Request
    version: str
    tooling: bool = False

    @cached_property
    def query(self) -> dict[str, str]:
        found = parse_qs(self.request.query, keep_blank_values=True)
        return {name: values[-1] for name, values in found.items()}

    @cached_property
    def body(self) -> Any:
        try:
            return msgspec.json.decode(self.request.body or b"{}")
        except (msgspec.DecodeError, UnicodeDecodeError):
            words = "Unexpected character at [line:1, column:1]"
            raise unreadable(words) from None

    def document(self) -> dict[str, Any]:
        """Give the body, which has to be an object."""
        if not isinstance(self.body, dict):
            raise unreadable(
                "The HTTP entity body is required, but this request has no entity body."
            )
        return self.body

    def base(self) -> str:
        return f"/services/data/v{self.version}"

    def batch_size(self) -> int:
        """How many rows a page may have: a hint that is kept within bounds."""
        found = _OPTION.search(self.request.headers.get("sforce-query-options", ""))
        wanted = int(found.group(1)) if found else MOST
        return min(max(wanted, LEAST), MOST, self.org.switches.page)

    def flag(self, header: str, name: str, default: bool) -> bool:
        """Read a switch such as `Sforce-Auto-Assign: FALSE` or `allowSave=true`."""
        text = self.request.headers.get(header, "").strip().lower()
        if name:
            found = re.search(rf"{name.lower()}\s*=\s*(\w+)", text)
            text = found.group(1) if found else ""
        return default if not text else text not in ("false", "0")
