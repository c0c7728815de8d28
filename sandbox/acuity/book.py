"""What the pretend Acuity keeps: appointments, who made them, and what became of them.

An appointment that is moved keeps its id and forgets where it stood. Nothing here knows how
answers look.
"""

from dataclasses import dataclass, field

from journeysync.sandbox.data.happenings import SERVICES, Happening, Story
from journeysync.sandbox.data.people import person
from journeysync.sandbox.world import World

FIRST_ID = 1_200_000_001
CALENDARS = ((6_301, "Ana"), (6_302, "Ben"), (6_303, "Cara"))
FIRST_TYPE = 48_001
DEPOSIT = 20
SOURCES = ("Google", "A friend", "Walked past")


@dataclass(slots=True)
class Appointment:
    """One appointment as it stands."""

    id: int
    first: str
    last: str
    email: str
    phone: str
    service: int
    start: int
    created: int
    calendar: int
    amount_paid: float = 0.0
    canceled: bool = False
    no_show: bool = False
    label: str = ""
    zone: str = "Europe/London"
    answers: dict[str, str] = field(default_factory=dict)

    @property
    def minutes(self) -> int:
        return SERVICES[self.service][1]

    @property
    def price(self) -> float:
        return float(SERVICES[self.service][2])

    @property
    def type(self) -> int:
        return FIRST_TYPE + self.service


class Book:
    """All appointments of one account."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.appointments: dict[int, Appointment] = {}
        self._next = FIRST_ID
        self._visits: dict[tuple[int, int], Appointment] = {}
        self._moving: dict[int, Appointment] = {}

    def write(self, story: Story, happening: Happening) -> None:
        """Write one happening of the studio down."""
        if happening.what == "booked":
            self._booked(story, happening)
            return
        appointment = self._visits[story.number, happening.details["visit"]]
        if happening.what == "moved":
            appointment.start = happening.details["starts"]
        elif happening.what == "cancelled":
            appointment.canceled = True
        elif happening.what == "rescheduled":
            # The desk moves it: the booking that follows is this one at its new time.
            self._moving[story.number] = appointment
        elif happening.details["outcome"] == "NO_SHOW":
            appointment.canceled = appointment.no_show = True

    def _booked(self, story: Story, happening: Happening) -> None:
        details = happening.details
        key = (story.number, details["visit"])
        moving = self._moving.pop(story.number, None)
        if moving is not None:
            moving.start = details["starts"]
            self._visits[key] = moving
            return
        who = person(story.about.get("person", story.number))
        number, service = story.number, details["service"]
        appointment = self.add(
            first=who.first,
            last=who.last,
            email=story.about.get("email", who.email),
            phone=who.phone,
            service=service,
            start=details["starts"],
            created=happening.at,
        )
        if service == 0:
            appointment.answers = {
                "Is this your first visit?": "yes",
                "How did you hear about us?": SOURCES[number % len(SOURCES)],
            }
            appointment.amount_paid = DEPOSIT if number % 2 else 0.0
        elif number % 3 == 0:
            appointment.amount_paid = appointment.price
        appointment.label = "Completed" if number % 5 == 0 else ""
        appointment.zone = "Europe/Paris" if number % 7 == 0 else "Europe/London"
        self._visits[key] = appointment

    def add(
        self,
        *,
        first: str,
        last: str,
        email: str,
        phone: str,
        service: int,
        start: int,
        created: int,
        calendar: int | None = None,
    ) -> Appointment:
        made = Appointment(
            self._next, first, last, email, phone, service, start, created,
            CALENDARS[self._next % len(CALENDARS)][0] if calendar is None else calendar,
        )  # fmt: skip
        self._next += 1
        self.appointments[made.id] = made
        return made
