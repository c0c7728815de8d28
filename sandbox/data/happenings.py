"""What can happen between a small studio and its customers, told without any tool's words.

A story is a list of happenings; `lives.py` makes them up, `scripted.py` holds the ones that
tests and the demo point at, and each pretend tool writes them down in its own way.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

from journeysync.sandbox.world import DAY, HOUR, MINUTE

SERVICES = (
    ("First consultation", 45, 55),
    ("Physiotherapy", 45, 62),
    ("Massage", 60, 70),
    ("Pilates class", 60, 18),
)
"""Name, minutes, price in pounds."""


class Happening(NamedTuple):
    """One thing that happened, or will: `what` names it, `details` say how."""

    at: int
    what: str
    details: dict[str, Any]


@dataclass(slots=True)
class Story:
    """One customer and what happens to them."""

    number: int
    """Which of the made-up people this is."""
    about: dict[str, Any] = field(default_factory=dict)
    """What stands in their record from the start; overrides what the person has."""
    happenings: list[Happening] = field(default_factory=list)
    visits: int = 0

    def add(self, at: int, what: str, **details: Any) -> int:
        self.happenings.append(Happening(at, what, details))
        return at

    # -- what tells itself in several happenings ------------------------------------------

    def book(
        self, at: int, starts: int, service: int = 1, *, confirmed: bool = True, by: str = "page"
    ) -> int:
        """Book a visit, with its confirmation and welcome letter; give its number."""
        self.visits += 1
        visit = self.visits
        self.add(at, "booked", visit=visit, starts=starts, service=service, by=by)
        if confirmed:
            self.add(at + 4 * MINUTE, "confirmed", visit=visit)
        return visit

    def remind(self, visit: int, starts: int, hours: int = 27, channel: str = "sms") -> None:
        self.add(starts - hours * HOUR, "reminded", visit=visit, channel=channel)

    def attend(self, visit: int, starts: int, outcome: str = "COMPLETED") -> int:
        """Tick the visit off a while after its end."""
        return self.add(starts + 75 * MINUTE, "ended", visit=visit, outcome=outcome)

    def look_after(
        self, visit: int, starts: int, *, channel: str = "email", score: int | None = None
    ) -> None:
        """Check in, ask for feedback, and thank for it."""
        self.add(starts + 22 * HOUR, "checked_in", visit=visit, channel=channel)
        asked = self.add(starts + 2 * DAY + 3 * HOUR, "feedback_asked", visit=visit)
        if score is not None:
            given = self.add(asked + 9 * HOUR, "feedback_given", visit=visit, score=score)
            self.add(given + 16 * HOUR, "thanked", visit=visit)


def opening(at: int, hour: int, minute: int = 0) -> int:
    """Give a clock time on the day of an instant."""
    midnight = at - at % DAY
    return midnight + hour * HOUR + minute * MINUTE


def working_day(at: int) -> int:
    """Move an instant that falls on a Sunday to the Monday: the studio is closed."""
    sunday = 6
    weekday = datetime.fromtimestamp(at / 1000, UTC).weekday()
    return at + DAY if weekday == sunday else at
