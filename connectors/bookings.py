"""What a booking means as events, whichever tool keeps it.

A booking is a chain: moving it makes a new link (Calendly, Cal.com) or changes it in place
(Acuity), and it stays the same booking with the same id. A connector tells a link as a `Booking`;
this file says which events follow. Pure: no clock. What lies ahead (its start, its end, that it
was attended) is an event of the future, and is taken back when the link turns out otherwise.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from journeysync.core.instants import to_micros
from journeysync.core.models import Attributes, Event, Scalar

SUBJECT = "booking"

Status = Literal["booked", "cancelled", "moved_away", "reschedule_requested", "no_show"]
"""What became of a link. `moved_away`: the chain goes on in another link. `reschedule_requested`:
the business asked for another time and none is chosen yet; neither kept nor lost. That it was
attended is no status: no tool says so, it follows from its end and the lack of anything else."""

By = Literal["customer", "business", ""]
"""Who cancelled or moved; empty where the tool does not tell."""

KINDS = frozenset(
    {
        "booking.created",
        "booking.rescheduled",
        "booking.cancelled",
        "booking.starts",
        "booking.ended",
        "booking.attended",
        "booking.no_show",
    }
)
"""What every tool with bookings gives."""

ASKED_TO_MOVE = "booking.reschedule_requested"
PAID = "deposit.paid"


@dataclass(frozen=True, slots=True)
class Move:
    """A change of the start in place, where the tool keeps one record for the whole chain."""

    at: datetime
    by: By = ""


@dataclass(frozen=True, slots=True)
class Sends:
    """A message that the tool itself sends to everybody who has such a booking."""

    kind: str
    on: Literal["created", "starts", "ends"]
    """What it is counted from; a move counts as making it anew."""
    offset: timedelta = timedelta(0)
    """Negative: before."""
    attributes: Attributes = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Paid:
    """Money that came with the booking."""

    amount: float
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Booking:
    """One link of a chain; where a tool moves in place, the chain is one link."""

    tool: str
    chain: str
    """The id of the first link: the booking's id in maps, whatever link it has come to."""
    people: tuple[str, ...]
    """Person records, `tool:id`; each gets the events."""
    created_at: datetime
    """When this link was made."""
    starts: datetime
    ends: datetime
    link: str = ""
    """The tool's id of this link where it came out of a move; empty: the first."""
    moved_by: By = ""
    """Who moved the booking here."""
    first_starts: datetime | None = None
    """What was booked at first, where a move in place changed it; None: `starts`."""
    moves: tuple[Move, ...] = ()
    """Moves in place, oldest first."""
    status: Status = "booked"
    decided_at: datetime | None = None
    """When it took its status; None where the tool does not tell."""
    by: By = ""
    """Who cancelled, or asked for another time."""
    reason: str = ""
    paid: Paid | None = None
    sends: tuple[Sends, ...] = ()
    attributes: Attributes = field(default_factory=dict)
    """On every event: service, price, staff, location, timezone…"""


def events(booking: Booking) -> tuple[Event, ...]:
    """Say what a link means. Ids are the chain's: a start that moved is the same event, moved."""
    return tuple(
        Event(
            f"{booking.tool}:{SUBJECT}:{booking.chain}:{told.kind}"
            + (f":{told.mark}" if told.mark else "")
            + f"/{person}",
            booking.tool,
            told.kind,
            told.at,
            person,
            SUBJECT,
            booking.chain,
            {**booking.attributes, **told.attributes},
        )
        for told in _told(booking)
        for person in booking.people
    )


@dataclass(frozen=True, slots=True)
class _Told:
    kind: str
    at: datetime
    attributes: Mapping[str, Scalar] = field(default_factory=dict)
    mark: str = ""
    """Tells apart what can come again in one chain."""


def _told(booking: Booking) -> Iterator[_Told]:
    yield from _made(booking)
    yield from _sent(booking)
    if booking.status in ("moved_away", "reschedule_requested"):
        # This start will never come; a link that takes its place has the start of the chain.
        if booking.status == "reschedule_requested":
            at = booking.decided_at or booking.starts
            yield _Told(ASKED_TO_MOVE, at, _who(booking.by), _mark(at))
        return
    ahead = {"lead_time": hours(booking.starts - _known(booking))}
    yield _Told("booking.starts", booking.starts, ahead)
    if booking.status == "cancelled":
        yield _cancelled(booking)
        return
    ends = max(booking.ends, booking.starts)
    yield _Told("booking.ended", ends)
    if booking.status == "no_show":
        # Marked before the planned end, it was over by then.
        marked = booking.decided_at
        early = marked is not None and booking.starts <= marked < ends
        yield _Told("booking.no_show", marked if early and marked else ends)
    else:
        yield _Told("booking.attended", ends, {"derived": True})


def _made(booking: Booking) -> Iterator[_Told]:
    """Tell how the link came to be, and each move in place."""
    made = min(booking.created_at, booking.starts)
    if booking.link:
        ahead = hours(booking.starts - made)
        yield _Told(
            "booking.rescheduled", made, {**_who(booking.moved_by), "lead_time": ahead},
            booking.link,
        )  # fmt: skip
    else:
        first = booking.first_starts or booking.starts
        # One that was written down afterwards was made no later than it began.
        made = min(booking.created_at, first)
        yield _Told("booking.created", made, {"lead_time": hours(first - made)})
        if booking.paid is not None:
            money: dict[str, Scalar] = {"amount": booking.paid.amount}
            if booking.paid.currency:
                money["currency"] = booking.paid.currency
            yield _Told(PAID, made, money)
    for move in booking.moves:
        yield _Told("booking.rescheduled", move.at, _who(move.by), _mark(move.at))


def _cancelled(booking: Booking) -> _Told:
    at = booking.decided_at or booking.starts
    more: dict[str, Scalar] = {**_who(booking.by), "notice": hours(booking.starts - at)}
    if booking.reason:
        more["reason"] = booking.reason
    return _Told("booking.cancelled", at, more)


def _sent(booking: Booking) -> Iterator[_Told]:
    """Tell what the tool sent, or will: while this start stood, and not once it was given up."""
    known = _known(booking)
    given_up = booking.decided_at or booking.starts
    for rule in booking.sends:
        origin = {"created": known, "starts": booking.starts, "ends": booking.ends}[rule.on]
        at = origin + rule.offset
        stands = booking.status in ("booked", "no_show") or at < given_up
        if at >= known and stands:
            yield _Told(rule.kind, at, {"automatic": True, **rule.attributes}, _mark(at))


def _known(booking: Booking) -> datetime:
    """Return since when the start stands."""
    last = booking.moves[-1].at if booking.moves else booking.created_at
    return min(last, booking.starts)


def _who(by: By) -> dict[str, Scalar]:
    return {"by": by} if by else {}


def _mark(at: datetime) -> str:
    return str(to_micros(at) // 1000)


def hours(span: timedelta) -> float:
    """Write how long ahead, as maps compare it: `lead_time: {lt: 24}`."""
    return round(span / timedelta(hours=1), 2)
