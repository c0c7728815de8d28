"""`journeysync check`: look at every tool with a few cheap calls, and say the next step for each.

Writes nothing anywhere. One broken tool hides no other.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

from journeysync.commands.common import Console, options
from journeysync.commands.failures import failure, worst

if TYPE_CHECKING:
    from journeysync.core.ports import Display, Finding, Source
    from journeysync.core.running.workspace_file import OpenWorkspace

_TOLERATED = timedelta(minutes=2)
"""So much may two clocks differ."""


@click.command("check")
@click.option("--only", multiple=True, metavar="TOOL", help="Check this tool; may be repeated.")
@options
def command(console: Console, only: tuple[str, ...]) -> int:
    """Try every tool: keys, scopes, fields, clock, quota; say what is missing and what to do.

    Run it after `init`, after changing keys or the map, and when a run reports failures. It also
    names what a tool has that no mapping knows, departments whose owner the CRM does not know, and
    touchpoints that no connected tool can see. Where `write_to` names a tool, our fields must be
    there, and the key must be allowed to write them. Reads a little, changes nothing.

    \b
    Examples:
      journeysync check
      journeysync check --only hubspot
      journeysync check --json

    \b
    Exit codes:
      0  everything is in order (there may be notes and warnings)
      4  a tool refuses a key, or a scope is missing
      2  the workspace, a map or a tool's settings must be corrected
      3  a tool cannot be reached now
    """
    opened = console.open_workspace()
    findings = {}
    for name, found in _findings(console, opened, _chosen(opened, only)):
        findings[name] = found
        console.show(name)
        for finding in found:
            console.show(_hanging(f"  {finding.level:<8} ", finding.what))
            if finding.next_step:
                console.show(_hanging(f"{'next: ':>17}", finding.next_step))
    code = worst(finding.exit_code for found in findings.values() for finding in found)
    errors = sum(finding.level == "error" for found in findings.values() for finding in found)
    fine = "It can run; see the warnings." if code else "All is in order."
    console.show(f"To correct: {errors}." if errors else fine)
    console.answer(_document(opened, findings, code))
    return code


def _hanging(mark: str, text: str) -> str:
    """Keep the lines of what may be pasted, such as YAML, under the first."""
    return mark + text.replace("\n", "\n" + " " * len(mark))


def _chosen(opened: "OpenWorkspace", only: Sequence[str]) -> list[str]:
    from journeysync.core.errors import Usage

    unknown = [name for name in only if name not in opened.setups]
    if unknown:
        raise Usage(
            f"There is no tool `{unknown[0]}` in journeysync.yaml. It has: "
            f"{', '.join(opened.setups) or 'none'}."
        )
    if not opened.setups:
        raise Usage(
            "No tool is connected. Add one under `tools` in journeysync.yaml; `journeysync "
            "connectors list` says what can be connected."
        )
    return [name for name in opened.setups if not only or name in only]


def _findings(
    console: Console, opened: "OpenWorkspace", names: Sequence[str]
) -> "Iterator[tuple[str, list[Finding]]]":
    from journeysync.core.ports import Finding

    sources: dict[str, Source] = {}
    broken = set()
    for name in names:
        found: list[Finding] = []
        try:
            for more in _of_tool(opened, name, sources):
                found += more
        except Exception as error:  # noqa: BLE001 - one broken tool hides no other
            console.trace(error)
            failed = failure(error)
            found += [Finding("error", str(problem), "", 2) for problem in failed.problems]
            found.append(Finding("error", failed.sentence, "", failed.exit_code))
        if any(finding.exit_code for finding in found):
            broken.add(name)
        yield name, found
    if set(sources) == set(opened.setups):
        yield "journey", [*_unseen(opened, sources), *_owners(opened, sources, broken)]


def _of_tool(
    opened: "OpenWorkspace", name: str, sources: "dict[str, Source]"
) -> "Iterator[Sequence[Finding]]":
    """Look at one tool: at what reading needs, and where we write, at what writing needs."""
    from typing import cast

    from journeysync.commands.tools import make_source, object_types
    from journeysync.core.planning.fields import field_specs

    source = sources[name] = make_source(opened, name)
    yield source.check()
    yield list(_clock(name, source, opened.now()))
    if name in opened.workspace.write_to and hasattr(source, "check_writing"):
        fields = [spec.name for spec in field_specs(opened.journeys)]
        yield cast("Display", source).check_writing(object_types(opened), fields)


def _clock(name: str, source: "Source", now: datetime) -> "Iterator[Finding]":
    """Say where our clock and the tool's differ: runs ask for what changed until now."""
    from journeysync.core.ports import Finding, TellsTime

    told = source.told() if isinstance(source, TellsTime) else None
    if told is None or abs(now - told) <= _TOLERATED:
        return
    minutes = round(abs(now - told) / timedelta(minutes=1))
    side = "ahead of" if now > told else "behind"
    yield Finding(
        "warning",
        f"The clock here is {minutes} minutes {side} that of {name}: runs ask for what changed by "
        "it, and judge deadlines by it.",
        "Let this machine set its clock by the network (NTP).",
    )


def _unseen(opened: "OpenWorkspace", sources: "Mapping[str, Source]") -> "Iterator[Finding]":
    """Name the touchpoints that only their task can follow."""
    from journeysync.core.errors import JourneysyncError
    from journeysync.core.ports import Finding
    from journeysync.core.running.maps import read_maps

    try:
        kinds = frozenset().union(*(source.emits() for source in sources.values()))
    except JourneysyncError:
        return  # said at its tool already; what the others cannot see, this one might
    # Read again: a kind that nobody's vocabulary has may be one of the workspace's own mapping.
    _, warnings = read_maps(opened.workspace.journeys, opened.folder, kinds)
    doubts = sum(warning.code.startswith("JS4") for warning in warnings)
    if doubts:
        yield Finding("warning", f"The maps leave doubts: {doubts}.", "journeysync journey lint")
    for journey in opened.journeys:
        yield Finding("ok", f"{journey.journey}: {len(journey.touchpoints)} touchpoints.")
        for touchpoint in journey.touchpoints:
            wanted = [pattern.event for pattern in touchpoint.expect]
            if not any(_seen(kind, kinds) for kind in wanted):
                yield Finding(
                    "note",
                    f"{journey.journey}: no connected tool can see `{touchpoint.id}` "
                    f"({', '.join(wanted)}); it is followed through its task alone.",
                    "Connect a tool that sees it, or map one of your tool's stages, forms or "
                    "templates to it.",
                )


def _seen(wanted: str, kinds: frozenset[str]) -> bool:
    if wanted.endswith(".*"):
        return any(kind.startswith(wanted[:-1]) for kind in kinds)
    return wanted in kinds


def _owners(
    opened: "OpenWorkspace", sources: "Mapping[str, Source]", broken: Collection[str]
) -> "Iterator[Finding]":
    """Name departments whose tasks would have nobody to go to; a broken CRM is not asked again."""
    from journeysync.commands.tools import make_destinations
    from journeysync.core.errors import JourneysyncError
    from journeysync.core.ports import Destination, Finding

    workspace = opened.workspace
    try:
        destinations = make_destinations(opened, dict(sources))
        known = {
            name: {owner.email.lower(): owner.active for owner in crm.owners()}
            for name, crm in destinations.items()
            if name not in broken and isinstance(crm, Destination)
        }
    except JourneysyncError as error:
        failed = failure(error)
        yield Finding("error", failed.sentence, "", failed.exit_code)
        return
    for department, addresses in workspace.departments.items():
        for crm, owners in known.items():
            address = addresses.get(f"{crm}_owner", "")
            if address and not owners.get(address.lower()):
                state = "an inactive user" if address.lower() in owners else "no user"
                yield Finding(
                    "warning",
                    f"The owner of department `{department}` is {state} of {crm}; tasks without "
                    "another owner would be nobody's.",
                    f"Correct `departments: {department}: {crm}_owner` in journeysync.yaml.",
                )


def _document(
    opened: "OpenWorkspace", findings: "Mapping[str, Sequence[Finding]]", code: int
) -> dict[str, Any]:
    return {
        "exit_code": code,
        "tools": {
            name: {
                "type": opened.workspace.tool_type(name) if name in opened.setups else "",
                "findings": [
                    {
                        "level": finding.level,
                        "what": finding.what,
                        "next_step": finding.next_step,
                        "exit_code": finding.exit_code,
                    }
                    for finding in found
                ],
            }
            for name, found in findings.items()
        },
    }
