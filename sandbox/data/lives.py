"""Makes up ordinary customers: a life with the studio from the seed, past and future alike.

About two in three are looked after as promised; with the third, something is forgotten now
and then. That is what there is to find.
"""

from random import Random

from journeysync.sandbox.data.happenings import Story, opening, working_day
from journeysync.sandbox.world import DAY, HOUR, MINUTE

CARELESS = 1 / 3
CHANNELS = ("sms", "email", "whatsapp", "phone")
HORIZON = 200 * DAY
MAX_VISITS = 12


class Life:
    """One customer being made up."""

    def __init__(self, number: int, rng: Random, start: int, end: int) -> None:
        self.story = Story(number)
        self.rng = rng
        self.start = start
        self.end = end
        self.careless = rng.random() < CARELESS
        self.channel = rng.choice(CHANNELS)

    def kept(self) -> bool:
        """Say whether a touchpoint was remembered."""
        return not self.careless or self.rng.random() < 0.55  # noqa: PLR2004

    def hours(self, low: float, high: float) -> int:
        return round(self.rng.uniform(low, high) * HOUR)

    def days(self, low: float, high: float) -> int:
        return round(self.rng.uniform(low, high) * DAY)

    def live(self) -> Story:
        """Tell the whole life."""
        story, rng = self.story, self.rng
        fate = rng.random()
        story.about = {
            "newsletter": rng.choice(("true", "true", "true", "false", "")),
            "owner": rng.choice((0, 0, 1, 1, 2, 2, 3, None)),
            "channel": self.channel,
        }
        if fate < 0.1:  # noqa: PLR2004 - one in ten only reads the newsletter
            story.add(self.start, "imported")
            return story
        story.add(self.start, "enquired", by=rng.choice(("form", "form", "form", "email", "call")))
        answered = self.start + self.hours(0.3, 3.5)
        if self.kept():
            story.add(answered, "answered", by=rng.choice(("email", "email", "call")))
        if fate < 0.24:  # noqa: PLR2004 - and some never book
            self._goes_elsewhere(answered)
            return story
        self._visits(answered + self.days(0.1, 3))
        return story

    def _goes_elsewhere(self, at: int) -> None:
        if self.rng.random() < 0.5:  # noqa: PLR2004
            self.story.add(at + DAY, "offered", deal=1, amount=280)
            self.story.add(at + self.days(12, 30), "lost", deal=1, reason="No answer")
        else:
            self.story.add(at + self.days(1, 4), "noted", text="Will think about it and call back.")

    def _visits(self, booked: int) -> None:
        """Visit after visit, until they stop coming or the horizon is reached."""
        rng = self.rng
        service, starts = 0, self._slot(booked + self.days(2, 12))
        while booked < self.end and self.story.visits < MAX_VISITS:
            ended = self._visit(booked, starts, service)
            if ended is None:
                if rng.random() < 0.4:  # noqa: PLR2004 - gone after a cancellation
                    return
                booked, starts = self._later(starts + self.days(1, 10), 2, 10)
                continue
            service = rng.choice((1, 1, 2, 3))
            if self.story.visits == 2 and rng.random() < 0.4:  # noqa: PLR2004
                self._package(ended)
            plan = rng.random()
            if plan < 0.5:  # noqa: PLR2004 - books the next one at the desk
                booked, starts = ended + 6 * MINUTE, self._slot(ended + self.days(14, 35))
            elif plan < 0.72:  # noqa: PLR2004 - comes back after a nudge
                nudged = ended + self.days(30, 40)
                if self.kept():
                    self.story.add(nudged, "nudged", channel=self.channel)
                booked, starts = self._later(nudged + self.days(1, 6), 3, 12)
            else:
                self._drifts_away(ended)
                return

    def _later(self, at: int, low: float, high: float) -> tuple[int, int]:
        booked = opening(working_day(at), self.rng.randrange(8, 18), self.rng.randrange(60))
        return booked, self._slot(booked + self.days(low, high))

    def _slot(self, at: int) -> int:
        return opening(working_day(at), self.rng.randrange(9, 18), self.rng.choice((0, 30)))

    def _visit(self, booked: int, starts: int, service: int) -> int | None:
        """Tell one visit; give its end, or None where it did not happen."""
        story, rng = self.story, self.rng
        visit = story.book(booked, starts, service, confirmed=self.kept())
        if starts - booked > 3 * DAY and rng.random() < 0.14:  # noqa: PLR2004 - moved
            moved = booked + self.days(0.3, 1.5)
            starts = self._slot(starts + self.days(1, 7))
            story.add(moved, "moved", visit=visit, starts=starts)
        if rng.random() < 0.07:  # noqa: PLR2004 - cancelled
            story.add(max(booked + HOUR, starts - self.days(0.3, 2)), "cancelled", visit=visit)
            return None
        reminder = starts - self.hours(25, 60)
        if reminder > booked + 12 * HOUR and self.kept():
            story.add(reminder, "reminded", visit=visit, channel=self.channel)
        fate = rng.random()
        if fate < 0.06:  # noqa: PLR2004 - did not turn up
            story.attend(visit, starts, "NO_SHOW")
            return None
        ended = starts + 75 * MINUTE
        if self.careless and fate > 0.96:  # noqa: PLR2004 - nobody ticked it off
            return ended
        story.attend(visit, starts)
        self._after(visit, starts)
        return ended

    def _after(self, visit: int, starts: int) -> None:
        story, rng = self.story, self.rng
        if self.kept():
            story.add(starts + self.hours(18, 44), "checked_in", visit=visit, channel=self.channel)
        if not self.kept():
            return
        asked = story.add(starts + self.days(2.1, 2.9), "feedback_asked", visit=visit)
        if rng.random() < 0.45:  # noqa: PLR2004 - most people never answer
            return
        score = rng.choice((10, 10, 9, 9, 8, 8, 7, 6, 4 if self.careless else 9))
        given = story.add(asked + self.hours(2, 50), "feedback_given", visit=visit, score=score)
        if score <= 6 and self.kept():  # noqa: PLR2004
            story.add(given + self.hours(2, 20), "called_back", visit=visit)
        if self.kept():
            story.add(given + self.hours(4, 22), "thanked", visit=visit)

    def _package(self, at: int) -> None:
        story = self.story
        story.add(at + HOUR, "offered", deal=1, amount=self.rng.choice((280, 420, 560)))
        story.add(at + self.days(1, 4), "deal_moved", deal=1, stage="contractsent")
        if self.rng.random() < 0.75:  # noqa: PLR2004
            story.add(at + self.days(5, 12), "won", deal=1)
        else:
            story.add(at + self.days(8, 20), "lost", deal=1, reason="Too expensive")

    def _drifts_away(self, ended: int) -> None:
        story = self.story
        if self.rng.random() < 0.15:  # noqa: PLR2004
            story.add(ended + self.days(10, 60), "unsubscribed")
            return
        for round_ in range(1, 4):
            if self.kept():
                at = ended + round_ * 36 * DAY + self.hours(1, 30)
                story.add(at, "nudged", channel=self.channel)


def ordinary(number: int, seed: int, now: int) -> Story:
    """Make up a customer who came some time ago, or only just."""
    rng = Random(seed * 1_000_003 + number)
    days_ago = rng.choice((rng.uniform(1, 45), rng.uniform(20, 200), rng.uniform(60, 400)))
    start = opening(now - round(days_ago * DAY), rng.randrange(8, 18), rng.randrange(60))
    return Life(number, rng, min(start, now - 6 * HOUR), now + HORIZON).live()


def newcomers(day: int, seed: int, customers: int, first_number: int) -> list[Story]:
    """Make up those who enquire on a day (days since 1970)."""
    rng = Random(seed * 7_368_787 + day)
    count = int(customers / 100 + rng.random())
    stories = []
    for index in range(count):
        start = opening(day * DAY, rng.randrange(8, 18), rng.randrange(60))
        stories.append(Life(first_number + index, rng, start, start + HORIZON).live())
    return stories
