"""Stands before every pretend tool: keeps the journal and plays the faults of the line.

A tool answers as its tool would; what goes wrong between client and tool happens here.
"""

import time
from collections.abc import Mapping
from typing import Any, Protocol

from journeysync.sandbox.faults import Fault, Faults
from journeysync.sandbox.journal import Journal
from journeysync.sandbox.wire import Answer, Request
from journeysync.sandbox.world import World

PATIENCE = 600.0
"""Longest silence in seconds: a forgotten sandbox must not hold a thread for ever."""
HTML = b"<!DOCTYPE html>\n<html><head><title>Just a moment</title></head>\n<body><h1>We will be back soon</h1></body></html>\n"  # noqa: E501 - one line of markup
# Faults that only the tool can play, because they are about what it does or lists.
TWISTS = frozenset({"half-applied", "repeat-page", "shrink-page", "partial"})
TOOL_ANSWERS = frozenset(
    {"429", "500", "503", "expired-token", "revoked-token", "lost-scope", "refused"}
)


class BadEdit(Exception):
    """An edit that cannot be made; the text says why."""


class Tool(Protocol):
    """What the sandbox asks of a pretend tool."""

    name: str
    access_token: str

    @property
    def changes(self) -> int:
        """Grows with every change that a snapshot would show."""

    def canonical(self, path: str) -> str:
        """Give the path its oldest name, so that faults match every version of it."""

    def handle(self, request: Request) -> Answer: ...

    def refuse(self, kind: str, request: Request, options: Mapping[str, Any]) -> Answer:
        """Answer as the tool does when it is overloaded, broken or does not know us."""

    def snapshot(self) -> dict[str, Any]: ...

    def edit(self, command: dict[str, Any]) -> dict[str, Any]: ...

    def advance(self, until: int) -> None:
        """Let happen what happens up to then; the world's time still stands where it stood."""

    def settled(self) -> None:
        """Time has passed."""


class Front:
    """One tool behind its journal and faults."""

    def __init__(self, world: World, tool: Tool, journal: Journal, faults: Faults) -> None:
        self._world = world
        self._tool = tool
        self._journal = journal
        self._faults = faults

    def __call__(self, request: Request) -> Answer:
        """Answer one request, or fail as told."""
        tool = self._tool
        entry = self._journal.open(tool.name, request.method, request.path, request.query)
        paths = (request.path, tool.canonical(request.path))
        fault = self._faults.take(tool.name, request.method, paths)
        if fault is None:
            answer = self._play(request, entry)
        else:
            entry["fault"] = fault.kind
            answer = self._fail(request, entry, fault)
        if answer.sent != "reset":
            entry["status"] = answer.status
        return answer

    def _play(self, request: Request, entry: dict[str, Any]) -> Answer:
        with self._world.lock:
            before = self._tool.changes
            answer = self._tool.handle(request)
            entry["writes"] = self._tool.changes != before
        return answer

    def _fail(self, request: Request, entry: dict[str, Any], fault: Fault) -> Answer:
        kind = fault.kind
        if kind in TWISTS:
            request.twist = kind
        if kind in TOOL_ANSWERS:
            with self._world.lock:
                return self._tool.refuse(kind, request, fault.options)
        if kind == "html":
            status = int(fault.options.get("status", 200))
            return Answer(status, HTML, {"Content-Type": "text/html; charset=utf-8"})
        if kind == "reset":
            return Answer(0, sent="reset")
        if kind == "slow":
            time.sleep(float(fault.options.get("seconds", 3)))
        if kind in ("timeout", "hold"):
            return self._silence(request, entry, fault)
        answer = self._play(request, entry)
        if kind == "truncate":
            answer.sent = "truncate"
        elif kind == "applied-then-reset":
            answer.sent = "reset"
        return answer

    def _silence(self, request: Request, entry: dict[str, Any], fault: Fault) -> Answer:
        """Keep still until the faults are lifted or the client gives up.

        A held request whose client is gone is dropped: nothing may be written after a kill,
        unless the fault says `"applied": true` (then it is written first, and silence follows).
        """
        answer = self._play(request, entry) if fault.options.get("applied") else None
        end = time.monotonic() + PATIENCE
        while not fault.lifted.wait(0.02):
            if request.gone() or time.monotonic() > end:
                return Answer(0, sent="reset")
        if fault.kind == "timeout" or request.gone():
            return Answer(0, sent="reset")
        return answer or self._play(request, entry)
