"""Somebody at a desk books, moves, cancels, deletes and rebooks at random in a real calendar."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from calendar_server import Desk, basic, event

GUESTS = tuple(f"guest{number}@example.com" for number in range(5))
CALENDARS = ("clients", "ben")
WHAT = ("book", "book", "book", "class", "series", "move", "move", "move", "twice", "cancel",
        "revive", "decline", "once", "skip", "copy", "delete", "absent")  # fmt: skip


@dataclass
class Booked:
    """An event as the desk knows it."""

    uid: str
    start: datetime
    made: datetime
    guests: tuple[str, ...]
    more: dict[str, str] = field(default_factory=dict)
    """Properties that came later."""
    others: dict[datetime, tuple[datetime, datetime]] = field(default_factory=dict)
    """Of a series: when it was to be -> when it is, and when that was changed."""
    calendars: set[str] = field(default_factory=lambda: {"clients"})
    written: set[str] = field(default_factory=set)
    """Where it stands as yet."""

    @property
    def repeats(self) -> bool:
        return "RRULE" in self.more

    @property
    def declined(self) -> bool:
        return any("DECLINED" in name for name in self.more)

    def texts(self) -> list[str]:
        more = [f"{name}:{value}" for name, value in self.more.items()]
        made = f"CREATED:{basic(self.made)}"
        texts = [event(self.uid, basic(self.start), made, *more, guests=self.guests)]
        for planned, (start, changed) in self.others.items():
            told = (made, f"RECURRENCE-ID:{basic(planned)}", f"LAST-MODIFIED:{basic(changed)}")
            texts.append(event(self.uid, basic(start), *told, guests=self.guests))
        return texts


class Month:
    """What happens, one thing after the other."""

    def __init__(self, desk: Desk, seed: int, guests: Sequence[str] = GUESTS) -> None:
        self.desk = desk
        self.rng = Random(seed)
        self.guests = tuple(guests)
        self.books: dict[str, Booked] = {}
        self.count = 0
        desk.make("ben")

    def act(self) -> str:
        """Do one thing, where there is something to do it to."""
        what = self.rng.choice(WHAT)
        standing = [
            one for one in self.books.values()
            if ("STATUS" in one.more) == (what == "revive") and one.start > self.desk.now
            # A later change would date it anew for who has not seen it before.
            and not one.declined
        ]  # fmt: skip
        if what in ("book", "class", "series"):
            self._book(what)
        elif standing:
            one = self.rng.choice(standing)
            self._change(what, one)
        return what

    def _book(self, what: str) -> None:
        self.count += 1
        many = 3 if what == "class" else 1
        guests = tuple(self.rng.sample(self.guests, many))
        one = Booked(f"u{self.count}", self._start(), self.desk.now, guests)
        if what == "series":
            one.more["RRULE"] = self.rng.choice(("FREQ=WEEKLY;COUNT=4", "FREQ=WEEKLY"))
        self.books[one.uid] = one
        self._write(one)

    def _change(self, what: str, one: Booked) -> None:
        if what in ("move", "twice") and not one.repeats:
            for _ in range(2 if what == "twice" else 1):
                one.start = self._start()
                self._write(one)
        elif what in ("cancel", "revive", "absent", "copy", "delete"):
            self._mark(what, one)
            self._write(one)
        elif what == "decline" and one.guests and not one.others:
            email, *others = one.guests
            one.more[f"ATTENDEE;PARTSTAT=DECLINED;CN={email[:6]}"] = f"mailto:{email}"
            one.guests = tuple(others)
            self._write(one)
        elif what in ("once", "skip") and one.repeats:
            self._change_once(what, one)
            self._write(one)
        if not one.calendars:
            self.books.pop(one.uid, None)

    def _mark(self, what: str, one: Booked) -> None:
        if what == "cancel":
            one.more["STATUS"] = "CANCELLED"
        elif what == "revive":
            del one.more["STATUS"]
        elif what == "absent":
            one.more["CATEGORIES"] = "No-show"
        else:
            one.calendars = (
                one.calendars ^ {self.rng.choice(CALENDARS)} if what == "copy" else set()
            )

    def _change_once(self, what: str, one: Booked) -> None:
        if what == "once":
            planned = one.start + timedelta(days=7 * self.rng.randrange(3))
            moved = planned + timedelta(hours=self.rng.choice((-30, -3, 2, 50)))
            one.others[planned] = (moved, self.desk.now)
        elif not one.others:
            one.more["EXDATE"] = basic(one.start + timedelta(days=7))

    def _write(self, one: Booked) -> None:
        one.more["LAST-MODIFIED"] = basic(self.desk.now)
        for calendar in sorted(one.calendars):
            self.desk.put(one.uid, *one.texts(), calendar=calendar)
        for calendar in sorted(one.written - one.calendars):
            self.desk.delete(one.uid, calendar)
        one.written = set(one.calendars)

    def _start(self) -> datetime:
        hours = self.rng.choice((1, 5, 24, 48, 100, 200, 400)) + self.rng.randrange(3)
        return (self.desk.now + timedelta(hours=hours)).replace(minute=0)
