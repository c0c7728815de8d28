"""`journeysync forget`: delete a person from the state, and keep them from coming back."""

from typing import TYPE_CHECKING

import click

from journeysync.commands.by_hand import held_state
from journeysync.commands.common import Console, options

if TYPE_CHECKING:
    from journeysync.core.running.workspace_file import OpenWorkspace
    from journeysync.core.state.erasing import Erased


@click.command("forget")
@click.argument("customer", metavar="CUSTOMER")
@click.option("--dry-run", is_flag=True, help="Say whom it means and what stays; delete nothing.")
@options
def command(console: Console, customer: str, *, dry_run: bool) -> int:
    """Delete every trace of CUSTOMER from the state, for good.

    What stays is a salted hash of their keys: by it the next sync knows them again and leaves them
    out. Nothing is deleted in any tool: what must be deleted there is listed. There is no way back,
    so look at --dry-run first. CUSTOMER is an e-mail address, `tool:id`, a customer id, or the
    pasted URL of a record; where companies are the customers, one of their people.

    \b
    Examples:
      journeysync forget jana@example.com --dry-run
      journeysync forget jana@example.com
      journeysync forget hubspot:512 --json

    \b
    Exit codes:
      0  forgotten
      2  no such customer, or it is not clear who is meant
      9  another run holds the workspace
    """
    from journeysync.core.identity.rules import IdentityRules
    from journeysync.core.running.forget import forget
    from journeysync.core.state.compact import compact

    opened = console.open_workspace()
    rules = IdentityRules.of(opened.workspace)
    with held_state(opened, dry_run=dry_run) as store:
        with store.begin() as connection:
            erased = forget(connection, customer, rules, opened.now())
        if not dry_run:
            compact(opened.state_url, opened.folder)
    _tell(console, opened, erased, dry_run=dry_run)
    return 0


def _tell(console: Console, opened: "OpenWorkspace", erased: "Erased", *, dry_run: bool) -> None:
    from journeysync.commands.tools import make_destinations, make_sources

    crms = make_destinations(opened, make_sources(opened))
    console.show(f"{'Would forget' if dry_run else 'Forgotten'}: "
                 f"{len(erased.records)} records, {erased.raw} answers of tools, "
                 f"{erased.events} events, {len(erased.tasks)} tasks.")  # fmt: skip
    console.show("In the tools they stay. Delete there what must not be kept:")
    left = []
    for tool, kind, number in erased.records:
        url = crms[tool].record_url(kind, number) if tool in crms else ""
        console.show(f"  {tool} {kind} {number}  {url}".rstrip())
        left.append({"tool": tool, "object_type": kind, "id": number, "url": url})
    for tool, number in erased.tasks:
        console.show(f"  {tool} task {number}")
        left.append({"tool": tool, "object_type": "task", "id": number, "url": ""})
    console.say("Backups of the state and saved plans may hold them too; these are yours.")
    if dry_run:
        console.show("Dry run: nothing was deleted.")
    console.answer(
        {
            "exit_code": 0,
            "dry_run": dry_run,
            "customers": erased.customers,
            "events": erased.events,
            "stays_in_tools": left,
        }
    )
