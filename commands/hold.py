"""`journeysync hold`: leave a customer alone until a date."""

import click

from journeysync.commands.by_hand import held_state, shown, until_of
from journeysync.commands.common import Console, options


@click.command("hold")
@click.argument("customer", metavar="CUSTOMER")
@click.option("--until", metavar="D", help="The last day of it, or an instant.")
@click.option("--remove", is_flag=True, help="End the hold now.")
@options
def command(console: Console, customer: str, *, until: str | None, remove: bool) -> int:
    """Leave CUSTOMER alone until a date: no task of any journey, whatever is missed.

    For a bereavement, a complaint, a lawyer's letter. Tasks that are open for nobody else close
    with the next sync; stages go on being shown. The hold ends by itself: the sync of that day says
    so, and opens what is still owed. CUSTOMER is an e-mail address, `tool:id`, a customer id, or
    the pasted URL of a record. Writes to the state only; the next sync does the rest.

    \b
    Examples:
      journeysync hold jana@example.com --until 2026-12-24
      journeysync hold hubspot:512 --until 2026-12-24T18:00:00Z
      journeysync hold hubspot:512 --remove

    \b
    Exit codes:
      0  noted; the next sync acts on it
      2  no such customer, no day to come, or nothing to remove
      9  another run holds the workspace
    """
    from journeysync.core.errors import Usage
    from journeysync.core.running.explain import find_customer
    from journeysync.core.state import wishes

    if bool(until) == remove:
        raise Usage("Say either --until with a day, or --remove.")
    opened = console.open_workspace()
    now = opened.now()
    end = until_of(console, opened, until, now) if until else None
    with held_state(opened) as store, store.begin() as connection:
        found = find_customer(connection, customer)
        if end is not None:
            wishes.hold(connection, found, end, now)
        elif not wishes.end_hold(connection, found, now):
            raise Usage(f"Customer {found} is not on hold.")
    said = f"is left alone {shown(end, opened)}" if end else "is no longer on hold"
    console.show(f"Customer {found} {said}. The next sync acts on it.")
    told = {"customer": found, "hold_until": None if end is None else end.isoformat()}
    console.answer({"exit_code": 0, **told})
    return 0
