"""What `hold`, `override` and `forget` share: one customer, found in a state held for writing."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from journeysync.commands.common import Console

if TYPE_CHECKING:
    from datetime import datetime

    from journeysync.core.running.workspace_file import OpenWorkspace
    from journeysync.core.state.store import Store


@contextmanager
def held_state(opened: "OpenWorkspace", *, dry_run: bool = False) -> Iterator["Store"]:
    """Open the state to change it, while no run is at work; a dry run works on a copy.

    Raises Usage where there is none.
    """
    from journeysync.core.errors import Usage
    from journeysync.core.state.store import has_state, open_store

    if not has_state(opened.state_url, opened.folder):
        raise Usage("Nobody is known yet. Run `journeysync sync` first.")
    store = open_store(opened.state_url, opened.folder, dry_run=dry_run, lock=not dry_run)
    try:
        yield store
    finally:
        store.close()


def until_of(console: Console, opened: "OpenWorkspace", text: str, now: "datetime") -> "datetime":
    """Read `--until`: a date holds until its end. Raises Usage for one that is over."""
    from zoneinfo import ZoneInfo

    from journeysync.core.errors import Usage
    from journeysync.core.running.clock import parse_instant
    from journeysync.core.running.wishes import end_of

    zone = opened.workspace.timezone
    at = parse_instant(text, zone)
    if "T" not in text and ":" not in text:
        at = end_of(text, ZoneInfo(zone)) or at
    if at <= now:
        raise Usage(f"--until {text} is over already. Name a day to come.")
    console.detail(f"Ends at {at.isoformat()}.")
    return at


def shown(at: "datetime | None", opened: "OpenWorkspace") -> str:
    """Write the end of something for people."""
    from zoneinfo import ZoneInfo

    from journeysync.core.planning.texts import ending

    if at is None:
        return "until it is taken back"
    return f"until {ending(at, ZoneInfo(opened.workspace.timezone))}"
