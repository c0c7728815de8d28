"""What the pretend Cal.com keeps: bookings as links of chains, each with its own uid.

A booking that is moved is cancelled and another takes its place. Marking somebody absent does
not touch when the booking was changed. Nothing here knows how answers look.
"""

import hashlib
from dataclasses import dataclass, field

from journeysync.sandbox.data.happenings import SERVICES, Happening, Story
from journeysync.sandbox.data.people import person
from journeysync.sandbox.world import MINUTE, World

FIRST_ID = 880_001
SEATED = 3
"""The service that has seats: the class."""
SOURCES = ("google", "friend", "walked-past")
HOSTS = ((41, "Ana"), (42, "Ben"), (43, "Cara"))


@dataclass(slots=True)
class Attendee:
    """Somebody who is to come."""

    name: str
    email: str
    zone: str = "Europe/London"
    phone: str = ""
    absent: bool = False
    seat: str = ""
    display: str = ""
    """The address without what Cal.com added to it; empty: the same."""


@dataclass(slots=True)
class Booking:
    """One link of a chain as it stands."""

    id: int
    uid: str
    service: int
    start: int
    created: int
    updated: int
    attendees: list[Attendee]
    host: tuple[int, str]
    status: str = "accepted"
    answers: dict[str, object] = field(default_factory=dict)
    metadata: dict[str, str] = field(default_factory=dict)
    guests: list[str] = field(default_factory=list)
    reason: str = ""
    cancelled_by: str = ""
    moved_by: str = ""
    from_uid: str = ""
    asked_to_move: bool = False
    """Its business asked for another time: cancelled, and nobody is named for it."""
    absent_host: bool = False
    rating: int | None = None
    series: str = ""

    @property
    def end(self) -> int:
        return self.start + SERVICES[self.service][1] * MINUTE


class Book:
    """All bookings of one account."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.bookings: dict[str, Booking] = {}
        self._next = FIRST_ID
        self._last = 0
        self._visits: dict[tuple[int, int], Booking] = {}
        self._asked: dict[int, Booking] = {}

    def tick(self, at: int | None = None) -> int:
        """Give the instant of a change: no two are the same."""
        self._last = max(self._last + 1, self.world.now if at is None else at)
        return self._last

    def successor(self, booking: Booking) -> Booking | None:
        """Find the link that took this one's place."""
        return next((one for one in self.bookings.values() if one.from_uid == booking.uid), None)

    # -- what happens in the studio --------------------------------------------------------------

    def write(self, story: Story, happening: Happening) -> None:
        """Write one happening of the studio down."""
        at, details = happening.at, happening.details
        key = (story.number, details["visit"])
        if happening.what == "booked":
            self._visits[key] = self._booked(story, happening)
            return
        booking = self._visits[key]
        if happening.what == "moved":
            self._visits[key] = self.move(
                booking, details["starts"], by=booking.attendees[0].email, at=at
            )
        elif happening.what == "cancelled":
            self.cancel(booking, by=booking.attendees[0].email, at=at)
        elif happening.what == "rescheduled":
            self.ask_to_move(booking, at=at)
            self._asked[story.number] = booking
        elif details["outcome"] == "NO_SHOW":
            booking.attendees[0].absent = True
        elif story.number % 4 == 0:
            booking.rating = 4 + story.number % 2
            booking.updated = self.tick(at)

    def _booked(self, story: Story, happening: Happening) -> Booking:
        details = happening.details
        asked = self._asked.pop(story.number, None)
        if asked is not None:
            return self.move(asked, details["starts"], by=asked.attendees[0].email, at=happening.at)
        who = person(story.about.get("person", story.number))
        email = story.about.get("email", who.email)
        digits = "".join(letter for letter in who.phone if letter.isdigit())
        attendee = Attendee(
            f"{who.first} {who.last}",
            # Booked with a phone number alone, somebody gets an address that is none.
            email or f"{digits}@sms.cal.com",
            phone=who.phone,
            zone="Europe/Paris" if story.number % 7 == 0 else "Europe/London",
        )
        made = self.add(details["service"], details["starts"], [attendee], at=happening.at)
        if details["service"] == 0:
            made.answers = {"heard-about-us": SOURCES[story.number % len(SOURCES)]}
            made.metadata = {"utm_campaign": "autumn"} if story.number % 3 == 0 else {}
        return made

    # -- what can be done with a booking -----------------------------------------------------------

    def add(
        self, service: int, start: int, attendees: list[Attendee], *, at: int | None = None
    ) -> Booking:
        """Make a booking."""
        made = self.tick(at)
        number = self._next
        self._next += 1
        uid = hashlib.sha256(f"{self.world.seed}:{number}".encode()).hexdigest()[:22]
        if service == SEATED:
            for place, one in enumerate(attendees):
                one.seat = f"{uid}-{place}"
        host = HOSTS[number % len(HOSTS)]
        booking = Booking(number, uid, service, start, made, made, attendees, host)
        self.bookings[uid] = booking
        return booking

    def move(self, booking: Booking, start: int, *, by: str, at: int | None = None) -> Booking:
        """Put another booking in the place of this one."""
        new = self.add(
            booking.service,
            start,
            [Attendee(one.name, one.email, one.zone, one.phone) for one in booking.attendees],
            at=at,
        )
        new.from_uid, new.moved_by, new.host = booking.uid, by, booking.host
        new.answers, new.metadata = dict(booking.answers), dict(booking.metadata)
        if not booking.asked_to_move:
            booking.status = "cancelled"
            booking.updated = self.tick(at)
        return new

    def cancel(self, booking: Booking, *, by: str, reason: str = "", at: int | None = None) -> None:
        booking.status, booking.cancelled_by, booking.reason = "cancelled", by, reason
        booking.updated = self.tick(at)

    def ask_to_move(self, booking: Booking, *, at: int | None = None) -> None:
        booking.status, booking.asked_to_move = "cancelled", True
        booking.updated = self.tick(at)
