"""`journeysync explain`: why a customer is where they are, with the evidence."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from journeysync.commands.common import Console, options

if TYPE_CHECKING:
    from datetime import datetime

    from journeysync.core.planning.views import EventView
    from journeysync.core.running.explain import Explanation, PlaceReason
    from journeysync.core.running.workspace_file import OpenWorkspace


@click.command("explain")
@click.argument("customer", metavar="CUSTOMER")
@click.option("--now", metavar="T", help="Judge as of this instant, e.g. 2026-11-30T09:00:00Z.")
@options
def command(console: Console, customer: str, *, now: str | None) -> int:
    """Say why CUSTOMER is in their stage: the event, the rule, and what it would be without it.

    Shows what moves them on, every touchpoint with its window and what satisfied it, which records
    are this customer and why, what we wrote and what people changed, and how fresh each source is.
    Reads only what the last sync stored; asks no tool. CUSTOMER is an e-mail address, `tool:id`,
    a customer id, or the pasted URL of a record.

    \b
    Examples:
      journeysync explain hubspot:512
      journeysync explain jana@example.com
      journeysync explain https://app.hubspot.com/contacts/1/record/0-1/512
      journeysync explain hubspot:512 --now 2026-12-24T09:00:00Z --json

    \b
    Exit codes:
      0  explained
      2  no such customer, or the workspace must be corrected
    """
    from journeysync.commands.tools import make_sources
    from journeysync.core.errors import Usage
    from journeysync.core.identity.rules import IdentityRules
    from journeysync.core.running.answers import Setting
    from journeysync.core.running.explain import explain, find_customer
    from journeysync.core.running.ingest import emitted
    from journeysync.core.state.runs import reach
    from journeysync.core.state.store import has_state, read_store

    opened = console.open_workspace()
    if not has_state(opened.state_url, opened.folder):
        raise Usage("Nothing is known yet. Run `journeysync sync` (or `sync --dry-run`) first.")
    sources = make_sources(opened)
    rules = IdentityRules.of(opened.workspace)
    store = read_store(opened.state_url, opened.folder)
    try:
        with store.begin() as connection:
            setting = Setting(
                opened.journeys,
                rules,
                opened.now(now),
                ZoneInfo(opened.workspace.timezone),
                reach(connection),
                {name: emitted(connection, source) for name, source in sources.items()},
            )
            found = find_customer(connection, customer)
            explanation = explain(connection, found, setting, rules)
    finally:
        store.close()
    for line in _lines(explanation, opened):
        console.show(line)
    console.answer(_document(explanation))
    return 0


def _lines(found: "Explanation", opened: "OpenWorkspace") -> Iterator[str]:
    zone = ZoneInfo(opened.workspace.timezone)
    yield f"Customer {found.view.id}, {found.view.name}"
    if found.aliases:
        yield f"  known before as {', '.join(found.aliases)}"
    yield from _identity(found)
    yield from _by_hand(found, zone)
    for reason in found.reasons:
        journey = next(j for j in opened.journeys if j.journey == reason.answer.journey)
        labels = {place.id: place.title for place in journey.places}
        yield ""
        yield f"{journey.title} (route {reason.answer.route})"
        yield from _place(reason, labels, zone)
        yield from _expectations(reason, zone)
    yield from _written(found, zone)
    yield ""
    yield "Freshness"
    for tool, stream, at, _ in found.watermarks:
        yield f"  {tool} {stream}: read up to {_micros(at, zone)}"
    if found.next_change is not None:
        yield f"Without any news this answer holds until {_micros(found.next_change, zone)}."


def _identity(found: "Explanation") -> Iterator[str]:
    for person in found.view.people:
        since = f", created {person.created_at:%Y-%m-%d}" if person.created_at else ""
        yield f"  {person.name} ({person.type}{since})"
    for join in found.joins:
        yield f"  joined: {join.left} and {join.right}, because {join.because}"
    for refusal in found.refused:
        yield f"  not joined by {refusal.kind} {refusal.key}: {refusal.reason}"


def _by_hand(found: "Explanation", zone: ZoneInfo) -> Iterator[str]:
    from journeysync.core.planning.texts import ending

    if found.view.hold is not None:
        yield f"  left alone until {ending(found.view.hold, zone)}: no task"
    override = found.view.override
    if override is not None:
        end = f" until {ending(override.until, zone)}" if override.until else ""
        yield f"  stage set to “{override.value}” by a person ({override.tool}){end}"


def _place(reason: "PlaceReason", labels: dict[str, str], zone: ZoneInfo) -> Iterator[str]:
    answer = reason.answer
    if answer.since is None:
        yield "  Stage: none, nothing has brought them onto the path yet"
    else:
        since = _instant(answer.since, zone)
        yield f"  Stage: {labels[answer.place]} since {since}"
        if answer.previous:
            yield f"  Before that: {labels[answer.previous]}"
        if answer.evidence is not None:
            yield f"  Because: {_event(answer.evidence, zone)}"
        yield f"  Rule: {answer.place} {reason.rule}"
    if reason.without is not None:
        without = labels.get(reason.without.place, "none")
        since = f" since {_instant(reason.without.since, zone)}" if reason.without.since else ""
        yield f"  Without that event: {without}{since}"
    for words in reason.moves_on:
        yield f"  Moves {words}"


def _expectations(reason: "PlaceReason", zone: ZoneInfo) -> Iterator[str]:
    if reason.answer.expectations:
        yield "  Touchpoints"
    for one in sorted(reason.answer.expectations, key=lambda e: (e.deadline, e.touchpoint, e.k)):
        window = f" (window {one.k})" if one.k else ""
        status = one.status if one.status != "missed" or one.actionable else "missed, past helping"
        yield (
            f"    {status:<8} {one.touchpoint}{window}: {_instant(one.opens, zone)} to "
            f"{_instant(one.deadline, zone)}"
        )
        anchor = _event(one.anchor_event, zone) if one.anchor_event else one.anchor
        yield f"             because of {anchor}"
        if one.satisfied_by is not None:
            yield f"             seen: {_event(one.satisfied_by, zone)}"


def _written(found: "Explanation", zone: ZoneInfo) -> Iterator[str]:
    if found.written or found.tasks:
        yield ""
        yield "In the CRM"
    for (tool, kind, number), fields in sorted(found.written.items()):
        for name, entry in sorted(fields.items()):
            whose = {"ours": "", "kept": "  (a person's, kept)"}.get(
                entry.standing, "  (another automation's, left alone)"
            )
            yield f"  {tool} {kind} {number}  {name} = {entry.value or '(empty)'}{whose}"
    for task in found.tasks:
        yield (
            f"  {task.tool} task {task.id}  {task.standing}, due {_instant(task.due, zone)}: "
            f"{task.touchpoint}"
        )


def _event(event: "EventView", zone: ZoneInfo) -> str:
    return f"{event.kind} on {_instant(event.at, zone)} [{event.id}]"


def _instant(at: "datetime", zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"


def _micros(at: int, zone: ZoneInfo) -> str:
    from journeysync.core.instants import from_micros

    return _instant(from_micros(at), zone)


def _document(found: "Explanation") -> dict[str, Any]:
    import msgspec

    plain: dict[str, Any] = msgspec.to_builtins(
        {
            "customer": found.view.id,
            "people": [person.name for person in found.view.people],
            "aliases": found.aliases,
            "journeys": found.reasons,
            "hold": found.view.hold,
            "override": found.view.override,
            "joins": found.joins,
            "refused": found.refused,
            "tasks": found.tasks,
            "written": [
                {"tool": tool, "object_type": kind, "id": number, "fields": fields}
                for (tool, kind, number), fields in sorted(found.written.items())
            ],
            "watermarks": [
                {"tool": tool, "stream": stream, "read_until": at}
                for tool, stream, at, _ in found.watermarks
            ],
            "next_change": found.next_change,
        }
    )
    return plain
