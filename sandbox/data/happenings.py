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
HAPPY = 9
OPENS, CLOSES = 8, 19
NEWSLETTER_DAY = 5
"""Of the middle month of each quarter."""


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
    reviewed: bool = False
    """Asked for a review already: once in a life is enough."""

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

    def offer(self, starts: int) -> None:
        """Write about the next visit right after this one: they left without booking."""
        self.add(starts + 90 * MINUTE, "offered_next")

    def look_after(
        self, visit: int, starts: int, *, channel: str = "email", score: int | None = None
    ) -> None:
        """Check in, ask for feedback, thank for it, and ask the happiest for a review."""
        self.add(starts + 22 * HOUR, "checked_in", visit=visit, channel=channel)
        asked = self.add(starts + 2 * DAY + 3 * HOUR, "feedback_asked", visit=visit)
        if score is not None:
            given = self.add(daytime(asked + 5 * HOUR), "feedback_given", visit=visit, score=score)
            self.add(daytime(given + 16 * HOUR), "thanked", visit=visit)
            self.ask_review(given + 2 * DAY, score)

    def ask_review(self, at: int, score: int) -> None:
        if score >= HAPPY and not self.reviewed:
            self.reviewed = True
            self.add(daytime(at), "review_asked")

    def newsletters(self, start: int, end: int) -> None:
        """Send the newsletter of each quarter to those who asked for it."""
        if self.about.get("newsletter") != "true":
            return
        left = [item.at for item in self.happenings if item.what == "unsubscribed"]
        stop = min([*left, end])
        day = datetime.fromtimestamp(start / 1000, UTC).replace(
            month=2, day=NEWSLETTER_DAY, hour=10, minute=0, second=0, microsecond=0
        )
        while (at := round(day.timestamp() * 1000)) < stop:
            if at > start:
                self.add(at, "newsletter")
            later = day.month + 3
            day = day.replace(year=day.year + later // 13, month=(later - 1) % 12 + 1)


def opening(at: int, hour: int, minute: int = 0) -> int:
    """Give a clock time on the day of an instant."""
    midnight = at - at % DAY
    return midnight + hour * HOUR + minute * MINUTE


def working_day(at: int) -> int:
    """Move an instant that falls on a Sunday to the Monday: the studio is closed."""
    sunday = 6
    weekday = datetime.fromtimestamp(at / 1000, UTC).weekday()
    return at + DAY if weekday == sunday else at


def daytime(at: int) -> int:
    """Put an instant of the night off to the morning: nobody writes at three."""
    hour = at % DAY // HOUR
    if hour < OPENS:
        return at + (OPENS - hour) * HOUR
    if hour >= CLOSES:
        return at + (24 + OPENS - hour) * HOUR
    return at
