"""What a customer or a colleague does in the pretend Calendly when `/edit` says so."""

from typing import Any

from journeysync.sandbox.calendly import show
from journeysync.sandbox.calendly.book import Book, Invitee
from journeysync.sandbox.front import BadEdit
from journeysync.sandbox.world import millis

ACTIONS = ("create", "move", "cancel", "no_show", "attended", "delete", "erase",
           "unlink")  # fmt: skip


def edit(book: Book, command: dict[str, Any]) -> dict[str, Any]:
    """Do one thing to a booking."""
    action = str(command.get("action", ""))
    if action not in ACTIONS:
        raise BadEdit(f"action must be one of {', '.join(ACTIONS)} for calendly")
    if action == "create":
        return _create(book, command)
    if action == "erase":
        return {"erased": book.erase(str(command.get("email", "")))}
    found = book.find(str(command.get("id", "")))
    if found is None:
        raise BadEdit(f"there is no invitee {command.get('id')}")
    if action == "delete":
        return _delete(book, found)
    if action in ("move", "cancel"):
        found = _give_up(book, command, found)
    elif action == "unlink":
        _unlink(found)
    else:
        found.no_show = book.world.now if action == "no_show" else None
    return show.invitee(found) | {"id": found.id}


def _give_up(book: Book, command: dict[str, Any], found: Invitee) -> Invitee:
    """Move or cancel a booking."""
    by, at = str(command.get("by", "invitee")), book.world.now
    if by not in ("invitee", "host"):
        raise BadEdit("by must be invitee or host")
    if found.canceled:
        raise BadEdit(f"the booking of invitee {found.id} was given up already")
    if command["action"] == "move":
        return book.move(found, _instant(command, "start"), at, kind=by)
    book.cancel(found, at, kind=by, reason=command.get("reason"))
    return found


def _create(book: Book, command: dict[str, Any]) -> dict[str, Any]:
    made = book.book(
        int(command.get("service", 1)),
        _instant(command, "start"),
        book.world.now,
        first=str(command.get("first", "")),
        last=str(command.get("last", "")),
        email=str(command.get("email", "")),
    )
    return show.invitee(made) | {"id": made.id}


def _delete(book: Book, found: Invitee) -> dict[str, Any]:
    """Make an event vanish, as Calendly deletes: without a trace."""
    del book.events[found.event]
    return {"id": found.id, "deleted": True}


def _unlink(found: Invitee) -> None:
    """Let a move show in the calendar alone: the invitees name each other no more."""
    if found.old is not None:
        found.old.new, found.old.rescheduled, found.old = None, False, None


def _instant(command: dict[str, Any], name: str) -> int:
    try:
        return millis(str(command[name]))
    except (KeyError, ValueError):
        raise BadEdit(f"{name} must be an instant") from None
