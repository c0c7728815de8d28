"""Somebody at work in the pretend Cal.com: edits that do not come through the API."""

from collections.abc import Callable, Mapping
from typing import Any

from journeysync.sandbox.calcom import show
from journeysync.sandbox.calcom.book import SEATED, Attendee, Book, Booking
from journeysync.sandbox.front import BadEdit
from journeysync.sandbox.world import millis

ACTIONS = (
    "create",
    "set",
    "move",
    "cancel",
    "ask-to-move",
    "add-attendee",
    "drop-attendee",
    "delete",
)


def edit(book: Book, command: dict[str, Any]) -> dict[str, Any]:
    """Do what the command says and show the booking afterwards."""
    action = str(command.get("action", ""))
    if command.get("object") != "booking":
        raise BadEdit("object must be booking")
    if action not in ACTIONS:
        raise BadEdit(f"action must be one of {', '.join(ACTIONS)} for calcom")
    wanted = dict(command.get("properties") or {})
    if action == "create":
        one = _create(book, wanted)
    else:
        found = book.bookings.get(str(command.get("id", "")))
        if found is None:
            raise BadEdit(f"there is no booking {command.get('id')}")
        one = found
    if action == "delete":
        del book.bookings[one.uid]
        return {"id": one.uid, "deleted": True}
    return show.booking(_done(book, one, action, wanted), book.successor)


def _done(book: Book, one: Booking, action: str, wanted: dict[str, Any]) -> Booking:
    """Do it, and give the link that the chain has come to."""
    by = str(wanted.get("by") or (one.attendees[0].email if one.attendees else ""))
    if action == "move":
        return book.move(one, millis(str(wanted["start"])), by=by)
    if action == "cancel":
        book.cancel(one, by=by, reason=str(wanted.get("reason", "")))
    elif action == "ask-to-move":
        book.ask_to_move(one)
    elif action == "add-attendee":
        one.attendees.append(_attendee(wanted, f"{one.uid}-{len(one.attendees)}"))
        one.updated = book.tick()
    elif action == "drop-attendee":
        if one.service != SEATED:
            raise BadEdit("only a booking with seats can lose one")
        # Who gives up a seat is in the booking no more.
        del one.attendees[int(wanted.get("attendee", 0))]
        one.updated = book.tick()
    elif action == "set":
        _set(book, one, wanted)
    return one


def _create(book: Book, wanted: dict[str, Any]) -> Booking:
    if "start" not in wanted:
        raise BadEdit("create needs properties: {start: INSTANT, email: ...}")
    service, start = int(wanted.pop("service", 1)), millis(str(wanted.pop("start")))
    one = book.add(service, start, [_attendee(wanted, "")])
    rest = {name: value for name, value in wanted.items() if name in _PROPERTIES}
    _set(book, one, rest)
    one.updated = one.created
    return one


def _attendee(wanted: Mapping[str, Any], seat: str) -> Attendee:
    return Attendee(
        str(wanted.get("name", "")),
        str(wanted.get("email", "")),
        phone=str(wanted.get("phone", "")),
        display=str(wanted.get("displayEmail", "")),
        seat=seat,
    )


_PROPERTIES: Mapping[str, tuple[str, Callable[[Any], Any]]] = {
    "status": ("status", str),
    "absentHost": ("absent_host", bool),
    "rating": ("rating", int),
    "guests": ("guests", list),
    "answers": ("answers", dict),
    "metadata": ("metadata", dict),
    "series": ("series", str),
}


def _set(book: Book, one: Booking, wanted: Mapping[str, Any]) -> None:
    for name, value in wanted.items():
        if name == "absent":
            # Kept with the attendee: the booking itself was not changed.
            one.attendees[int(wanted.get("attendee", 0))].absent = bool(value)
        elif name in _PROPERTIES:
            attribute, read = _PROPERTIES[name]
            setattr(one, attribute, read(value))
            one.updated = book.tick()
        elif name != "attendee":
            raise BadEdit(f"a booking has {', '.join(_PROPERTIES)}, absent, not {name}")
