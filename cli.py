"""The `journeysync` command: a table of commands, each loaded when it is called.

Imports click and nothing else, so that `journeysync --help` is instant: a test keeps that.
What a command does stands in `commands/NAME.py`, in the attribute `command`.
"""

import sys
from importlib import import_module

import click

COMMANDS = {
    "init": ("journeysync.commands.init", "Start a workspace in a folder."),
    "check": ("journeysync.commands.check", "Try every tool; say what is missing and what to do."),
    "provision": ("journeysync.commands.provision", "Make our fields in the CRM, or remove them."),
    "sync": ("journeysync.commands.sync", "Read every tool, show or write stages and tasks."),
    "apply": ("journeysync.commands.apply", "Carry out a plan that a dry run saved."),
    "undo": ("journeysync.commands.undo", "Put back what a run changed."),
    "retry": ("journeysync.commands.retry", "Try the rows that failed again, and nothing else."),
    "evaluate": (
        "journeysync.commands.evaluate",
        "Run a journey map over files of people, events.",
    ),
    "hold": ("journeysync.commands.hold", "Leave a customer alone until a date."),
    "override": ("journeysync.commands.override", "Pin a customer's stage until a date."),
    "forget": ("journeysync.commands.forget", "Delete a person from the state, for good."),
    "explain": ("journeysync.commands.explain", "Say why a customer is where they are."),
    "report": ("journeysync.commands.report", "Show links, punctuality and targets."),
    "journey": ("journeysync.commands.journey", "List, show and lint journey maps."),
    "status": ("journeysync.commands.status", "Show the last runs, and what waits."),
    "state": ("journeysync.commands.state", "Move the state to another database."),
    "connectors": ("journeysync.commands.connectors", "Show which tools can be connected."),
    "sandbox": ("journeysync.commands.sandbox", "Serve pretend tools to try things on."),
    "demo": ("journeysync.commands.demo", "See the whole product at work, without any account."),
}
"""Name -> module and the line in `journeysync --help`, which loads none of them."""


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        module = import_module(COMMANDS[cmd_name][0])
        command: click.Command = module.command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from difflib import get_close_matches

            near = get_close_matches(args[0], COMMANDS, n=1)
            hint = f"Did you mean `journeysync {near[0]}`?" if near else "`--help` lists them."
            ctx.fail(f"There is no command `{args[0]}`. {hint}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


def _version(ctx: click.Context, _parameter: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        from importlib.metadata import version

        click.echo(f"journeysync {version('journeysync')}")
        ctx.exit()


@click.command(
    cls=LazyGroup,
    name="journeysync",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_version,
    help="Show the version and exit.",
)
def main() -> None:
    """Keep one customer journey in step across a company's tools.

    journeysync reads what happened in your CRM and in the tools around it, finds where each
    customer stands on your journey map and which touchpoints they missed, and writes the stage
    and a task back to the CRM.

    \b
    Examples:
      journeysync demo                     see it work: no account, no network
      journeysync init                     start a workspace in this folder
      journeysync check                    try the keys of every tool
      journeysync sync --dry-run           show what would change; write nothing
      journeysync sync                     do it
      journeysync explain ann@example.com  why is she in this stage?

    \b
    Exit codes of every command; when several apply, the first in this order:
      9 another run works here        2 something you wrote cannot be used
      4 a key or scope is refused     6 a guard stopped the run, nothing written
      7 the saved plan is stale       130 interrupted, goes on next time
      1 unexpected error              8 out of the tool's calls, goes on next time
      3 done, but some rows failed    5 changes pending (--exit-code)   0 done
    """


if __name__ == "__main__":
    sys.exit(main())
