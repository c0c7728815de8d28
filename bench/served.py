"""Serves one pretend tool from another process, so that only the reader's CPU is counted."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.request import Request, urlopen


@contextmanager
def serve(tool: str, customers: int) -> Iterator[dict[str, Any]]:
    """Serve a pretend tool without limits; yield what the sandbox says when it is ready."""
    command = (
        sys.executable, "-m", "journeysync.cli", "sandbox", "--only", tool,
        "--customers", str(customers), "--limits", "off",
    )  # fmt: skip
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert server.stdout is not None
        ready: dict[str, Any] = json.loads(server.stdout.readline())
        yield ready
    finally:
        server.terminate()
        server.wait()


def ask(admin: str, path: str, body: object = None) -> Any:
    """Ask the sandbox's admin API."""
    data = None if body is None else json.dumps(body).encode()
    request = Request(f"{admin}{path}", data, {"Content-Type": "application/json"})
    with urlopen(request, timeout=60) as answer:
        return json.load(answer)


def edit(admin: str, tool: str, kind: str, action: str, **more: object) -> Any:
    """Let a person work in a pretend tool."""
    return ask(admin, "/edit", {"tool": tool, "object": kind, "action": action, **more})
