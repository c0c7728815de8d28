"""`journeysync state`: the state itself, moved from one database to another."""

import os
from pathlib import Path

import click

from journeysync.commands.common import Console, options

_VARIABLE = "env:"


@click.group("state")
def command() -> None:
    """Move the state of a workspace to another database.

    The state is all that journeysync remembers: what it read, who is who, what it wrote.

    \b
    Examples:
      journeysync state copy sqlite:///journeysync.db env:JOURNEYSYNC_STATE
    """


@command.command("copy")
@click.argument("source", metavar="FROM")
@click.argument("target", metavar="TO")
@options
def copy_command(console: Console, source: str, target: str) -> int:
    """Copy a state between SQLite and PostgreSQL, in either direction, or to a second file.

    FROM and TO are URLs as under `state` in journeysync.yaml: `sqlite:///journeysync.db` is a file
    in the workspace folder, `postgresql://user@host/database` a database. A command line is no
    place for a password: `env:NAME` takes the URL from that environment variable, and
    env:JOURNEYSYNC_STATE from `.env` too.

    TO must be empty, and no run may work on either. The copy is compared with the original before
    it is kept; whatever happens, TO holds all of it or nothing, and FROM stays as it is. Then put
    the new URL where the old one stood, and check with `journeysync status`.

    \b
    Examples:
      journeysync state copy sqlite:///journeysync.db env:JOURNEYSYNC_STATE
      journeysync state copy env:JOURNEYSYNC_STATE sqlite:///backup.db
      journeysync state copy sqlite:///journeysync.db postgresql://studio@db.example.com/journeysync

    \b
    Exit codes:
      0  copied and compared       2  nothing to copy, TO is not empty, or one cannot be used
      1  what arrived differs      4  a database refuses the user or the password
      9  a run works on one of the two
    """
    from journeysync.core.running.secrets import passwords_in
    from journeysync.core.state.copying import copy_state, summary

    urls = [_url(console.folder, given) for given in (source, target)]
    for url in urls:
        console.hide(*passwords_in(url))
    with console.progress() as progress:
        copied = copy_state(urls[0], urls[1], console.folder, progress=progress)
    rows = {name: content.rows for name, content in copied.items() if content.rows}
    console.show(" ".join(f"{name}={count}" for name, count in rows.items()))
    console.show(f"Copied {sum(rows.values())} rows; both states are the same.")
    console.show(
        "Put the URL of the copy where the old one stands: under `state` in journeysync.yaml, or "
        "in JOURNEYSYNC_STATE where it holds a password. Then run `journeysync status`."
    )
    console.answer({"exit_code": 0, "rows": rows, "digest": summary(copied)})
    return 0


def _url(folder: Path, given: str) -> str:
    """Read an argument: a URL, or the variable that holds one."""
    from journeysync.core.errors import Usage
    from journeysync.core.running.secrets import read_secrets

    if not given.startswith(_VARIABLE):
        return given
    name = given.removeprefix(_VARIABLE)
    found = os.environ.get(name) or (
        read_secrets(folder, ()).state if name.upper() == "JOURNEYSYNC_STATE" else ""
    )
    if not found:
        raise Usage(f"`{name}` is not set. Set it to the state's URL, or write the URL here.")
    return found
