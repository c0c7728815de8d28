"""Tools that answer as a test says: they stand in the registry while the test runs."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from journeysync.connectors import registry
from journeysync.core.ports import FieldSpec, Finding, OwnerInfo, Provisioning, ToolSetup

MADE: dict[str, "PretendTool"] = {}
"""The tools of the test that runs, by name; a maker finds them here."""


@dataclass
class PretendTool:
    """A source that finds what it is told to find, or fails as it is told to fail."""

    name: str
    findings: Sequence[Finding] = (Finding("ok", "The key works."),)
    error: Exception | None = None
    kinds: frozenset[str] = frozenset({"form.submitted"})
    streams: tuple[str, ...] = ()
    lag: timedelta = timedelta(0)
    mapping_version: str = "1"

    def emits(self) -> frozenset[str]:
        return self.kinds

    def check(self) -> Sequence[Finding]:
        if self.error:
            raise self.error
        return self.findings


@dataclass
class PretendCrm(PretendTool):
    """A CRM that remembers which fields it was asked for."""

    users: Sequence[OwnerInfo] = ()
    written: Sequence[Finding] = ()
    """What it says of writing."""
    asked: list[dict[str, Any]] = field(default_factory=list)

    def owners(self) -> Sequence[OwnerInfo]:
        return self.users

    def check_writing(
        self, object_types: Sequence[str], fields: Sequence[str]
    ) -> Sequence[Finding]:
        assert object_types
        assert "journey_stage" in fields
        return self.written

    def _nobody(self, *given: object, **more: object) -> list[Any]:
        raise AssertionError(f"nobody reads or writes records here: {given} {more}")

    present = tasks = write_records = create_tasks = change_tasks = record_url = _nobody
    batch, calls = 1, 0
    shows, carries = frozenset({"contact", "company"}), None

    def provision(
        self,
        object_types: Sequence[str],
        specs: Sequence[FieldSpec],
        *,
        dry_run: bool,
        remove: bool,
    ) -> list[Provisioning]:
        if self.error:
            raise self.error
        self.asked.append({"types": object_types, "dry_run": dry_run, "remove": remove})
        action: Any = "remove" if remove else "create"
        return [
            Provisioning(f"{kind}.{one.name}", action) for kind in object_types for one in specs
        ]


def connect(monkeypatch: pytest.MonkeyPatch, *tools: PretendTool) -> str:
    """Let the registry make these tools; the lines of `tools` in journeysync.yaml."""
    MADE.clear()
    MADE.update({tool.name: tool for tool in tools})
    monkeypatch.setattr(registry, "TYPES", {"pretend": "pretend_tools:make"})
    return "".join(f"  {tool.name}: {{type: pretend}}\n" for tool in tools)


def make(setup: ToolSetup) -> PretendTool:
    """Find the tool that the test made; the registry calls this."""
    return MADE[setup.name]
