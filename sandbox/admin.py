"""The admin API: what tests and curious people ask of the sandbox itself.

JSON in and out. It is no tool: nothing here is journalled, limited or faulty.
"""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from journeysync.sandbox.faults import BadFault, Faults, read_fault
from journeysync.sandbox.front import BadEdit, Tool
from journeysync.sandbox.journal import Journal
from journeysync.sandbox.wire import Answer, Request
from journeysync.sandbox.world import DAY, World, iso_short

MAX_DAYS = 3_660


class BadRequest(Exception):
    """A request the admin API cannot read; the text says why."""


class Admin:
    """Answers on the admin port."""

    def __init__(
        self, world: World, tools: Mapping[str, Tool], journal: Journal, faults: Faults
    ) -> None:
        self._world = world
        self._tools = tools
        self._journal = journal
        self._faults = faults
        self._routes: dict[tuple[str, str], Callable[[Any], Any]] = {
            ("GET", "/now"): self._now,
            ("GET", "/journal"): self._read_journal,
            ("DELETE", "/journal"): self._clear_journal,
            ("GET", "/snapshot"): self._snapshot,
            ("GET", "/faults"): self._read_faults,
            ("POST", "/faults"): self._post_fault,
            ("DELETE", "/faults"): self._clear_faults,
            ("POST", "/advance"): self._advance,
            ("POST", "/edit"): self._edit,
        }

    def __call__(self, request: Request) -> Answer:
        """Answer one request."""
        run = self._routes.get((request.method, request.path.rstrip("/") or "/"))
        if run is None:
            known = ", ".join(f"{method} {path}" for method, path in self._routes)
            return _json(404, {"error": f"there is {known}"})
        try:
            body = msgspec.json.decode(request.body) if request.body else {}
            return _json(200, run(body))
        except (BadFault, BadEdit, BadRequest, msgspec.DecodeError) as problem:
            return _json(400, {"error": str(problem)})

    def _now(self, _: Any) -> dict[str, str]:
        return {"now": iso_short(self._world.now)}

    def _read_journal(self, _: Any) -> dict[str, Any]:
        return {"requests": self._journal.entries()}

    def _clear_journal(self, _: Any) -> dict[str, Any]:
        self._journal.clear()
        return {}

    def _snapshot(self, _: Any) -> dict[str, Any]:
        with self._world.lock:
            return {name: tool.snapshot() for name, tool in sorted(self._tools.items())}

    def _read_faults(self, _: Any) -> dict[str, Any]:
        return {"faults": self._faults.listing()}

    def _post_fault(self, body: Any) -> dict[str, Any]:
        for one in body if isinstance(body, list) else [body]:
            fault = read_fault(one)
            if fault.tool and fault.tool not in self._tools:
                raise BadFault(f"tool must be one of {', '.join(sorted(self._tools))}")
            self._faults.post(fault)
        return self._read_faults(body)

    def _clear_faults(self, _: Any) -> dict[str, Any]:
        self._faults.clear()
        return {}

    def _advance(self, body: Any) -> dict[str, str]:
        days = body.get("days") if isinstance(body, dict) else None
        if not isinstance(days, (int, float)) or not 0 <= days <= MAX_DAYS:
            raise BadRequest(f'send {{"days": N}} with N from 0 to {MAX_DAYS}')
        with self._world.lock:
            until = self._world.now + round(days * DAY)
            for _, tool in sorted(self._tools.items()):
                tool.advance(until)
            self._world.now = until
            for _, tool in sorted(self._tools.items()):
                tool.settled()
        return self._now(body)

    def _edit(self, body: Any) -> dict[str, Any]:
        if not isinstance(body, dict):
            raise BadRequest("send a JSON object")
        name = str(body.get("tool") or next(iter(self._tools)))
        if name not in self._tools:
            raise BadRequest(f"tool must be one of {', '.join(sorted(self._tools))}")
        with self._world.lock:
            return self._tools[name].edit(body)


def _json(status: int, value: Any) -> Answer:
    return Answer(status, msgspec.json.encode(value), {"Content-Type": "application/json"})
