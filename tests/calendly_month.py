"""Somebody books, moves, cancels, stays away and is erased at random in a pretend Calendly."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta

from calendly_tool import Here

EMAILS = [f"guest{number}@example.com" for number in range(6)]
ACTIONS = ("create", "create", "create", "move", "move", "move", "cancel", "no_show", "attended",
           "erase", "sync", "sync")  # fmt: skip


class Month:
    """What is booked by the random people, beside the studio's own customers."""

    def __init__(self, here: Here, seed: int, emails: Sequence[str] = EMAILS) -> None:
        self.here = here
        self.emails = emails
        self.random = random.Random(seed)
        self.now = here.now
        self.standing: dict[str, tuple[str, datetime]] = {}
        """Invitee -> e-mail and start, of those not given up."""

    def act(self, action: str) -> None:
        """Do one thing, where there is somebody to do it."""
        if action == "create":
            email = self.random.choice(self.emails)
            start = self._start()
            service = self.random.choice((0, 1, 2, 3, 3))
            made = self.here.create(start.isoformat(), email, service=service)
            self.standing[made] = email, start
            return
        upcoming = [one for one, (_, start) in self.standing.items() if start > self.now]
        week = self.now - timedelta(days=6)
        past = [one for one, (_, start) in self.standing.items() if week < start <= self.now]
        if action == "erase" and self.random.random() < 0.3:
            email = self.random.choice(self.emails)
            self.here.edit("erase", email=email)
            self.standing = {one: had for one, had in self.standing.items() if had[0] != email}
        elif action in ("no_show", "attended") and past:
            self.here.edit(action, id=self.random.choice(past))
        elif action in ("move", "cancel") and upcoming:
            one = self.random.choice(upcoming)
            email, _ = self.standing.pop(one)
            by = self.random.choice(("invitee", "host"))
            if action == "cancel":
                self.here.edit("cancel", id=one, by=by)
                return
            start = self._start()
            self.standing[self.here.move(one, start.isoformat(), by)] = email, start

    def _start(self) -> datetime:
        """Choose a time ahead: a few are shared, so that classes fill."""
        hours = self.random.choice((1, 5, 24, 48, 48, 100, 200, 400))
        return (self.now + timedelta(hours=hours)).replace(minute=0)
