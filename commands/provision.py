"""`journeysync provision`: make our fields in every CRM that the workspace writes to.

Additive: never changes or removes what journeysync did not make.
"""

import sys
from typing import TYPE_CHECKING

import click

from journeysync.commands.common import Console, options
from journeysync.commands.failures import worst

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from journeysync.core.ports import Provisioning
    from journeysync.core.running.workspace_file import OpenWorkspace


@click.command("provision")
@click.option("--dry-run", is_flag=True, help="Say what would be made; make nothing.")
@click.option("--remove", is_flag=True, help="Take away what journeysync made, values included.")
@options
def command(console: Console, dry_run: bool, remove: bool) -> int:
    """Make the fields that show the journey in your CRM: stage, since, reason, status, next step.

    Run it once before the first `sync`, and again when a map gets a new stage: it adds what is
    missing and leaves the rest alone. `--remove` takes away what journeysync made, with the values
    in it; your own fields are never touched.

    \b
    Examples:
      journeysync provision --dry-run
      journeysync provision
      journeysync provision --remove --dry-run

    \b
    Exit codes:
      0  all is there (or taken away)
      2  `write_to` in journeysync.yaml names no CRM, or another mistake in the workspace
      4  a CRM refuses the key, or the key may not make fields
      3  a CRM cannot be reached now
    """
    opened = console.open_workspace()
    asks = remove and not dry_run and sys.stdin.isatty() and not console.as_json
    if asks and not click.confirm("Remove our fields and everything in them?", err=True):
        console.say("Nothing was removed.")
        return 0
    done, codes = provision(console, opened, dry_run=dry_run, remove=remove)
    for crm, rows in done.items():
        for row in rows:
            console.show(f"{crm}  {row.action:<7} {row.what}")
    counts = [row.action for rows in done.values() for row in rows]
    console.show(
        " ".join(
            [
                "Plan:" if dry_run else "Done:",
                *(
                    f"{action}={counts.count(action)}"
                    for action in ("create", "change", "keep", "remove", "click")
                ),
            ]
        )
    )
    if dry_run:
        console.show("Dry run: nothing was written.")
    code = worst(codes)
    console.answer(
        {
            "exit_code": code,
            "dry_run": dry_run,
            "crms": {
                crm: [{"action": row.action, "what": row.what} for row in rows]
                for crm, rows in done.items()
            },
        }
    )
    return code


def provision(
    console: Console, opened: "OpenWorkspace", *, dry_run: bool = False, remove: bool = False
) -> "tuple[Mapping[str, Sequence[Provisioning]], Sequence[int]]":
    """Make or remove our fields in every CRM; one that fails does not stop the others."""
    from journeysync.commands.tools import make_destinations, make_sources, object_types
    from journeysync.core.errors import JourneysyncError, Usage
    from journeysync.core.planning.fields import field_specs

    if not opened.workspace.write_to:
        raise Usage(
            "`write_to` in journeysync.yaml names no CRM, so there is nowhere to make fields. "
            "Write for example `write_to: [hubspot]`."
        )
    specs = field_specs(opened.journeys)
    done: dict[str, Sequence[Provisioning]] = {}
    codes = []
    for name, crm in make_destinations(opened, make_sources(opened)).items():
        try:
            done[name] = crm.provision(object_types(opened), specs, dry_run=dry_run, remove=remove)
        except JourneysyncError as error:
            codes.append(console.complain(error))
    return done, codes
