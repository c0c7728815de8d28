"""Faults on demand: which request fails next, and how.

Only chooses; `front.py` and the tools play them. Counting starts when a fault is posted.
"""

import threading
from dataclasses import dataclass, field
from typing import Any

KINDS = frozenset(
    {
        "429", "500", "503", "timeout", "reset", "truncate", "html", "slow", "expired-token",
        "revoked-token", "lost-scope", "half-applied", "applied-then-reset", "repeat-page",
        "shrink-page", "hold", "partial", "refused",
    }
)  # fmt: skip
# What is taken away stays away until somebody gives it back.
LASTING = frozenset({"revoked-token", "lost-scope"})


class BadFault(Exception):
    """A fault that cannot be understood; the text says why."""


@dataclass
class Fault:
    """One posted fault and how often it matched."""

    kind: str
    tool: str = ""
    method: str = ""
    prefix: str = ""
    nth: int = 1
    times: int | None = 1
    """None: until the faults are deleted."""
    options: dict[str, Any] = field(default_factory=dict)
    seen: int = 0
    lifted: threading.Event = field(default_factory=threading.Event, repr=False)

    def matches(self, tool: str, method: str, paths: tuple[str, ...]) -> bool:
        return (
            self.tool in ("", tool)
            and self.method in ("", "*", method)
            and any(path.startswith(self.prefix) for path in paths)
        )

    def strikes(self) -> bool:
        """Count one matching request and say whether it is hit."""
        self.seen += 1
        return self.seen >= self.nth and (self.times is None or self.seen < self.nth + self.times)


def read_fault(value: Any) -> Fault:
    """Read what was posted, or say what is wrong with it."""
    if not isinstance(value, dict):
        raise BadFault("a fault is a JSON object")
    kind = str(value.get("kind", ""))
    if kind not in KINDS:
        raise BadFault(f"kind must be one of {', '.join(sorted(KINDS))}, not {kind!r}")
    match = str(value.get("match") or "").split(None, 1)
    if match and match[0].startswith("/"):
        match = ["", " ".join(match)]
    times = value.get("times", None if kind in LASTING else 1)
    nth = value.get("nth", 1)
    if not isinstance(nth, int) or nth < 1 or not (times is None or isinstance(times, int)):
        raise BadFault("nth and times are whole numbers, nth from 1")
    known = {"tool", "match", "nth", "times", "kind"}
    return Fault(
        kind=kind,
        tool=str(value.get("tool") or ""),
        method=match[0].upper() if match else "",
        prefix=match[1] if len(match) > 1 else "",
        nth=nth,
        times=times,
        options={name: option for name, option in value.items() if name not in known},
    )


class Faults:
    """All posted faults, in the order they were posted."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._lock = threading.Lock()

    def post(self, fault: Fault) -> None:
        with self._lock:
            self._faults.append(fault)

    def clear(self) -> None:
        """Forget every fault and let go of what is held."""
        with self._lock:
            for fault in self._faults:
                fault.lifted.set()
            self._faults.clear()

    def take(self, tool: str, method: str, paths: tuple[str, ...]) -> Fault | None:
        """Count this request against every fault; give the first that hits it."""
        with self._lock:
            hits = [
                fault
                for fault in self._faults
                if fault.matches(tool, method, paths) and fault.strikes()
            ]
            return hits[0] if hits else None

    def listing(self) -> list[dict[str, Any]]:
        with self._lock:
            return [
                {
                    "kind": fault.kind,
                    "tool": fault.tool,
                    "match": f"{fault.method} {fault.prefix}".strip(),
                    "nth": fault.nth,
                    "times": fault.times,
                    "seen": fault.seen,
                    **fault.options,
                }
                for fault in self._faults
            ]
