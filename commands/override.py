"""`journeysync override`: pin a customer's stage, until a date or until it is taken back."""

from typing import TYPE_CHECKING

import click

from journeysync.commands.by_hand import held_state, shown, until_of
from journeysync.commands.common import Console, options

if TYPE_CHECKING:
    from journeysync.core.running.workspace_file import OpenWorkspace


@click.command("override")
@click.argument("customer", metavar="CUSTOMER")
@click.argument("stage", metavar="[STAGE]", required=False)
@click.option("--until", metavar="D", help="The last day of it, or an instant.")
@click.option("--remove", is_flag=True, help="End the override now.")
@options
def command(
    console: Console, customer: str, *, stage: str | None, until: str | None, remove: bool
) -> int:
    """Pin the stage of CUSTOMER, whatever the events say.

    The computed stage goes on being computed and stands beside it in the reason. STAGE is a stage
    or an exit of a map, by its id or label; in an exit nothing is owed, as if they stood there. It
    ends on its day by itself, or with --remove, and the sync says so. Where the CRM's own field
    `journey_override` is set too, that one wins. Writes to the state only; the next sync does the
    rest.

    \b
    Examples:
      journeysync override jana@example.com lost
      journeysync override hubspot:512 after --until 2026-12-24
      journeysync override hubspot:512 --remove

    \b
    Exit codes:
      0  noted; the next sync acts on it
      2  no such customer or stage, no day to come, or nothing to remove
      9  another run holds the workspace
    """
    from journeysync.core.errors import Usage
    from journeysync.core.running.explain import find_customer
    from journeysync.core.state import wishes

    if bool(stage) == remove or (remove and until):
        raise Usage("Say either a STAGE, with --until or without, or --remove.")
    opened = console.open_workspace()
    now = opened.now()
    option = _option(stage, opened) if stage else ""
    end = until_of(console, opened, until, now) if until else None
    with held_state(opened) as store, store.begin() as connection:
        found = find_customer(connection, customer)
        if option:
            wishes.override(connection, found, option, end, now)
        elif not wishes.end_override(connection, found, now):
            raise Usage(f"No stage of customer {found} was set with `journeysync override`.")
    said = f"stays “{option}” {shown(end, opened)}" if option else "is the computed one again"
    console.show(f"The stage of customer {found} {said}. The next sync acts on it.")
    console.answer(
        {
            "exit_code": 0,
            "customer": found,
            "stage": option or None,
            "until": None if end is None else end.isoformat(),
        }
    )
    return 0


def _option(stage: str, opened: "OpenWorkspace") -> str:
    from journeysync.core.errors import Usage
    from journeysync.core.language.vocabulary import did_you_mean
    from journeysync.core.running.wishes import option_of

    option = option_of(stage, opened.journeys)
    if option is None:
        places = [place.id for journey in opened.journeys for place in journey.places]
        raise Usage(
            f"No map of the workspace has a stage `{stage}`{did_you_mean(stage, places)} "
            f"There are: {', '.join(dict.fromkeys(places))}."
        )
    return option
