"""What the pretend Calendly keeps: events, who is invited, and what became of them.

Moving a booking cancels the old event and makes a new one with a new invitee; classes have many
invitees, of whom each comes and goes alone. Nothing here knows how answers look.
"""

import hashlib
import uuid
from dataclasses import dataclass, field

from journeysync.sandbox.data.businesses import house_of
from journeysync.sandbox.data.happenings import Happening, Story
from journeysync.sandbox.data.house import Service
from journeysync.sandbox.data.people import person
from journeysync.sandbox.world import MINUTE, STUDIO, World

USERS = (("Ana Costa", "ana"), ("Ben Hughes", "ben"), ("Cara Lindholm", "cara"))
CLASS = 3
"""The service that is a class."""
SEATS = 8
FULLY_PAID, DEPOSIT = 3, 20
CAMPAIGNS = (("google", "autumn-offer"), ("newsletter", "november"), ("", ""))
HEARD_FROM = ("Google", "A friend", "Walked past")
DELAY = 61
"""Milliseconds between the end of an old event and the making of the new one."""


@dataclass(slots=True)
class Cancellation:
    """Who ended it, and why."""

    at: int
    by: str
    kind: str
    reason: str | None = None


@dataclass(slots=True)
class Invitee:
    """One person's place in an event."""

    id: str
    event: str
    first: str
    last: str
    email: str
    created: int
    updated: int
    phone: str = ""
    zone: str = "Europe/London"
    canceled: Cancellation | None = None
    rescheduled: bool = False
    old: "Invitee | None" = None
    new: "Invitee | None" = None
    no_show: int | None = None
    paid: float = 0.0
    salesforce: str = ""
    campaign: tuple[str, str] = ("", "")
    answers: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Meeting:
    """One event of the calendar."""

    id: str
    service: int
    start: int
    user: int
    created: int
    updated: int
    entry: str
    """Its id in the connected calendar: a moved event keeps it."""
    offer: Service
    place: str
    canceled: Cancellation | None = None
    invitees: list[Invitee] = field(default_factory=list)

    @property
    def end(self) -> int:
        return self.start + self.offer[1] * MINUTE

    @property
    def seats(self) -> int:
        return SEATS if self.service == CLASS else 1

    @property
    def active(self) -> list[Invitee]:
        return [one for one in self.invitees if one.canceled is None]


class Book:
    """All events of one organisation."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.house = house_of(world)
        self.events: dict[str, Meeting] = {}
        self._made = 0
        self._visits: dict[tuple[int, int], Invitee] = {}
        self._moving: dict[int, Invitee] = {}
        self._classes: dict[int, list[Meeting]] = {}
        """By their start."""

    # -- the studio's stories ------------------------------------------------------------------

    def write(self, story: Story, happening: Happening) -> None:
        """Write one happening of the studio down."""
        at, what = happening.at, happening.what
        if what == "booked":
            self._booked(story, happening)
            return
        key = (story.number, happening.details["visit"])
        invitee = self._visits[key]
        if what == "moved":
            self._visits[key] = self.move(invitee, happening.details["starts"], at)
        elif what == "cancelled":
            self.cancel(invitee, at, reason="Something came up." if story.number % 2 else None)
        elif what == "rescheduled":
            # The desk moves it: the booking that follows is this one at its new time.
            self._moving[story.number] = invitee
        elif happening.details["outcome"] == "NO_SHOW":
            invitee.no_show = at

    def _booked(self, story: Story, happening: Happening) -> None:
        details, number = happening.details, story.number
        key = (number, details["visit"])
        moving = self._moving.pop(number, None)
        if moving is not None:
            self._visits[key] = self.move(moving, details["starts"], happening.at, kind="host")
            return
        who = person(story.about.get("person", number))
        invitee = self.book(
            details["service"], details["starts"], happening.at,
            first=who.first, last=who.last, email=story.about.get("email", who.email),
        )  # fmt: skip
        invitee.phone = who.phone if number % 2 else ""
        invitee.zone = "Europe/Paris" if number % 7 == 0 else "Europe/London"
        invitee.campaign = CAMPAIGNS[number % len(CAMPAIGNS)]
        invitee.paid = float(details.get("paid", 0))
        if self.world.business == STUDIO:
            self._as_in_the_studio(invitee, number, details["service"])
        self._visits[key] = invitee

    def _as_in_the_studio(self, invitee: Invitee, number: int, service: int) -> None:
        """Some pay when they book, some fill in the form, some come from Salesforce."""
        if service == 0:
            invitee.answers = {
                "Is this your first visit?": "yes",
                "How did you hear about us?": HEARD_FROM[number % len(HEARD_FROM)],
            }
            invitee.paid = float(DEPOSIT) if number % 2 else 0.0
        elif number % FULLY_PAID == 0:
            invitee.paid = float(self.house.services[service][2])
        if number % 4 == 0:
            invitee.salesforce = f"003Wd0000{number:06d}"

    # -- what can be done to a booking -----------------------------------------------------------

    def book(
        self,
        service: int,
        start: int,
        at: int,
        *,
        first: str,
        last: str,
        email: str,
        entry: str = "",
        user: int | None = None,
    ) -> Invitee:
        """Make an event, or join the class that is there already."""
        meeting = self._class_at(service, start) or Meeting(
            self._id("event"), service, start,
            self._made % len(USERS) if user is None else user, at, at,
            entry or self._id("entry").replace("-", ""),
            self.house.services[service], self.house.place,
        )  # fmt: skip
        meeting.updated = at
        invitee = Invitee(self._id("invitee"), meeting.id, first, last, email, at, at)
        meeting.invitees.append(invitee)
        if service == CLASS and meeting.id not in self.events:
            self._classes.setdefault(start, []).append(meeting)
        self.events[meeting.id] = meeting
        return invitee

    def move(self, old: Invitee, start: int, at: int, *, kind: str = "invitee") -> Invitee:
        """Take another time: a new event, the old one canceled."""
        before = self.events[old.event]
        self.cancel(old, at, kind=kind)
        alone = before.seats == 1
        new = self.book(
            before.service, start, at + DELAY, first=old.first, last=old.last, email=old.email,
            entry=before.entry if alone else "", user=before.user if alone else None,
        )  # fmt: skip
        new.phone, new.zone, new.answers, new.paid = old.phone, old.zone, old.answers, old.paid
        new.campaign, new.salesforce = old.campaign, old.salesforce
        old.rescheduled, old.new, new.old = True, new, old
        return new

    def cancel(
        self, invitee: Invitee, at: int, *, kind: str = "invitee", reason: str | None = None
    ) -> None:
        """Give a place up; the event ends when nobody is left."""
        meeting = self.events[invitee.event]
        by = USERS[meeting.user][0] if kind == "host" else f"{invitee.first} {invitee.last}"
        invitee.canceled = Cancellation(at, by, kind, reason)
        invitee.updated = meeting.updated = at
        if not meeting.active:
            meeting.canceled = invitee.canceled

    def erase(self, email: str) -> int:
        """Delete all that is kept of a person; events of nobody else go with them."""
        gone = 0
        for meeting in list(self.events.values()):
            left = [one for one in meeting.invitees if one.email.lower() != email.lower()]
            gone += len(meeting.invitees) - len(left)
            meeting.invitees = left
            if not left:
                del self.events[meeting.id]
        return gone

    def find(self, number: str) -> Invitee | None:
        """Find an invitee by id."""
        everybody = (one for meeting in self.events.values() for one in meeting.invitees)
        return next((one for one in everybody if one.id == number), None)

    def _class_at(self, service: int, start: int) -> Meeting | None:
        """Find a class that has a place left."""
        if service != CLASS:
            return None
        for one in self._classes.get(start, ()):
            if one.id in self.events and one.canceled is None and len(one.active) < SEATS:
                return one
        return None

    def _id(self, what: str) -> str:
        self._made += 1
        text = f"calendly {self.world.seed} {what} {self._made}"
        return str(uuid.UUID(bytes=hashlib.sha256(text.encode()).digest()[:16], version=4))
