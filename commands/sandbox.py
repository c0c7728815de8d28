"""`journeysync sandbox`: pretend tools on this machine, to try a map on and to test against."""

import json
from threading import Event

import click

from journeysync.commands.common import Console, options
from journeysync.commands.played import DEFAULT, PLAYED


@click.command("sandbox")
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    default=0,
    metavar="P",
    help="Port of the admin API, the tools on the next ones.  [default: free ones]",
)
@click.option(
    "--customers",
    type=click.IntRange(1, 1_000_000),
    metavar="N",
    help="How many people the pretend business knows.",
)
@click.option("--seed", type=int, metavar="S", help="Another seed makes other customers.")
@click.option(
    "--journey",
    type=click.Choice(tuple(PLAYED)),
    default=DEFAULT,
    show_default=True,
    help="The map: it chooses the pretend business and its tools.",
)
@click.option("--only", multiple=True, metavar="TOOL", help="Pretend this tool; may be repeated.")
@click.option(
    "--limits",
    type=click.Choice(["on", "off"]),
    default="on",
    show_default=True,
    help="Whether the tools count calls and answer 429 as the real ones do.",
)
@options
def command(
    console: Console,
    port: int,
    customers: int | None,
    seed: int | None,
    journey: str,
    only: tuple[str, ...],
    limits: str,
) -> int:
    """Serve pretend tools, with a small business inside, until you stop them.

    Prints one line of JSON when ready: the admin API, the time in the sandbox, address and key of
    each tool, and a workspace folder that is ready for `journeysync sync --workspace FOLDER`. The
    data is the same for the same seed and number of customers; the clock stands still until
    `POST /advance`. Nothing leaves this machine, and nothing stays when it stops.

    \b
    Examples:
      journeysync sandbox
      journeysync sandbox --customers 500 --seed 7 --limits off
      journeysync sandbox --port 8700 --only hubspot
      journeysync sandbox --journey loyalty

    \b
    Exit codes:
      0  stopped by Ctrl-C or SIGTERM
      2  the port is taken, or there is no such pretend tool
    """
    from journeysync.commands.pretend import pretend

    try:
        with pretend(
            console,
            port=port,
            customers=customers,
            seed=seed,
            journey=journey,
            only=only,
            limits=limits == "on",
        ) as ready:
            click.echo(json.dumps(ready.document()))
            console.say(f"Try: journeysync sync --dry-run --workspace {ready.workspace}")
            console.say("Ctrl-C stops the sandbox.")
            Event().wait()
    except KeyboardInterrupt:
        console.detail("Stopped.")
    return 0
