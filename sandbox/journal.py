"""The record of every request the pretend tools got, in the order they came."""

import threading
from typing import Any


class Journal:
    """Append-only until it is cleared; numbering starts again from 1 then."""

    def __init__(self) -> None:
        self._entries: list[dict[str, Any]] = []
        self._lock = threading.Lock()

    def open(self, tool: str, method: str, path: str, query: str) -> dict[str, Any]:
        """Note a request on arrival, so that one that is never answered shows too."""
        with self._lock:
            entry = {
                "n": len(self._entries) + 1,
                "tool": tool,
                "method": method,
                "path": path,
                "query": query,
                "status": None,
                "writes": False,
            }
            self._entries.append(entry)
            return entry

    def entries(self) -> list[dict[str, Any]]:
        with self._lock:
            return [dict(entry) for entry in self._entries]

    def clear(self) -> None:
        with self._lock:
            self._entries.clear()
