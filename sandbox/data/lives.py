"""Makes up ordinary customers: a life with the studio from the seed, past and future alike.

About two in three are looked after as promised; with the third, something is forgotten now
and then. That is what there is to find.
"""

from random import Random

from journeysync.sandbox.data.happenings import Story, daytime, opening, working_day
from journeysync.sandbox.world import DAY, HOUR, MINUTE

CARELESS = 1 / 3
CHANNELS = ("sms", "email", "whatsapp", "phone")
HORIZON = 200 * DAY
MAX_VISITS = 12
HALF = 0.5
ONLY_READS = 0.1
NEVER_BOOKS = 0.24
COMES_BACK = 0.72
LOW = 6


class Life:
    """One customer being made up."""

    def __init__(
        self, number: int, rng: Random, start: int, end: int, *, brief: bool = False
    ) -> None:
        self.story = Story(number)
        self.rng = rng
        self.start = start
        self.end = end
        self.brief = brief
        self.careless = rng.random() < CARELESS
        self.channel = rng.choice(CHANNELS)

    def kept(self) -> bool:
        """Say whether a touchpoint was remembered."""
        return not self.careless or self.rng.random() < 0.55  # noqa: PLR2004

    def hours(self, low: float, high: float) -> int:
        return round(self.rng.uniform(low, high) * HOUR)

    def days(self, low: float, high: float) -> int:
        return round(self.rng.uniform(low, high) * DAY)

    def day(self, at: int, low: float, high: float) -> int:
        """Give a moment of the day so many hours after another."""
        return daytime(at + self.hours(low, high))

    def live(self) -> Story:
        """Tell the whole life."""
        story, rng = self.story, self.rng
        fate = rng.random()
        story.about = {
            "newsletter": rng.choice(("true", "true", "true", "false", "")),
            "owner": rng.choice((0, 0, 1, 1, 2, 2, 3, None)),
            "channel": self.channel,
        }
        if fate < ONLY_READS:
            story.add(self.start, "imported")
        else:
            story.add(
                self.start, "enquired", by=rng.choice(("form", "form", "form", "email", "call"))
            )
            answered = self.day(self.start, 0.3, 3.5)
            if self.kept():
                story.add(answered, "answered", by=rng.choice(("email", "email", "call")))
            if fate < NEVER_BOOKS:
                self._goes_elsewhere(answered)
            else:
                self._visits(self.day(answered, 2, 60))
        if not self.brief:
            story.newsletters(self.start, self.end)
        return story

    def _goes_elsewhere(self, at: int) -> None:
        offered = self.rng.random() < HALF
        if offered:
            self.story.add(self.day(at, 20, 30), "offered", deal=1, amount=280)
        for week in range(3):
            if self.kept():
                followed = self.day(at, week * 168 + 90, week * 168 + 150)
                self.story.add(followed, "followed_up", channel=self.channel)
        if offered:
            lost = self.day(at, 22 * 24, 30 * 24)
            self.story.add(lost, "lost", deal=1, reason="No answer")
        else:
            text = "Will think about it and call back."
            self.story.add(self.day(at, 24, 90), "noted", text=text)

    def _visits(self, booked: int) -> None:
        """Visit after visit, until they stop coming or the horizon is reached."""
        rng = self.rng
        service, starts = 0, self._slot(booked + self.days(2, 12))
        first: int | None = None
        most = 1 if self.brief else MAX_VISITS
        while booked < self.end and self.story.visits < most:
            ended = self._visit(booked, starts, service)
            if ended is None:
                if rng.random() < 0.4:  # noqa: PLR2004 - gone after a cancellation
                    return
                booked, starts = self._later(self.story.happenings[-1].at + self.days(1, 10), 2, 10)
                continue
            if first is None:
                first = ended
                self._anniversary(ended)
            service = rng.choice((1, 1, 2, 3))
            if self.story.visits == 2 and rng.random() < 0.4:  # noqa: PLR2004
                self._package(ended)
            plan = rng.random()
            if plan < HALF:  # books the next one at the desk
                booked, starts = ended + 6 * MINUTE, self._slot(ended + self.days(14, 35))
                continue
            if self.kept():
                self.story.offer(ended - 75 * MINUTE)
            if plan > COMES_BACK:
                self._drifts_away(ended)
                return
            nudged = self.day(ended, 30 * 24, 40 * 24)
            if self.kept():
                self.story.add(nudged, "nudged", channel=self.channel)
            booked, starts = self._later(nudged + self.days(1, 6), 3, 12)

    def _later(self, at: int, low: float, high: float) -> tuple[int, int]:
        booked = opening(working_day(at), self.rng.randrange(8, 18), self.rng.randrange(60))
        return booked, self._slot(booked + self.days(low, high))

    def _slot(self, at: int) -> int:
        return opening(working_day(at), self.rng.randrange(9, 18), self.rng.choice((0, 30)))

    def _visit(self, booked: int, starts: int, service: int) -> int | None:
        """Tell one visit; give its end, or None where it did not happen."""
        story, rng = self.story, self.rng
        visit = story.book(booked, starts, service, confirmed=self.kept())
        known = booked
        if starts - booked > 3 * DAY and rng.random() < 0.14:  # noqa: PLR2004 - moved
            known = self.day(booked, 7, 36)
            starts = self._slot(starts + self.days(1, 7))
            story.add(known, "moved", visit=visit, starts=starts)
            if self.kept():
                story.add(known + HOUR, "move_confirmed", visit=visit, channel=self.channel)
        if rng.random() < 0.07:  # noqa: PLR2004 - cancelled
            at = story.add(
                max(known + 2 * HOUR, starts - self.hours(8, 48)), "cancelled", visit=visit
            )
            if self.kept():
                story.add(self.day(at, 1, 5), "cared", visit=visit)
            return None
        earliest, latest = max(known + 2 * HOUR, starts - 60 * HOUR), starts - 25 * HOUR
        if earliest < latest and self.kept():
            reminded = min(daytime(round(rng.uniform(earliest, latest))), latest)
            story.add(reminded, "reminded", visit=visit, channel=self.channel)
        fate = rng.random()
        if fate < 0.06:  # noqa: PLR2004 - did not turn up
            at = story.attend(visit, starts, "NO_SHOW")
            if self.kept():
                story.add(self.day(at, 1, 20), "cared", visit=visit)
            return None
        if self.careless and fate > 0.96:  # noqa: PLR2004 - nobody ticked it off
            return starts + 75 * MINUTE
        self._after(visit, starts)
        return story.attend(visit, starts)

    def _after(self, visit: int, starts: int) -> None:
        story, rng = self.story, self.rng
        if self.kept():
            at = self.day(starts, 18, 44)
            story.add(at, "checked_in", visit=visit, channel=self.channel)
        if not self.kept():
            return
        asked = story.add(self.day(starts, 50, 70), "feedback_asked", visit=visit)
        if rng.random() < 0.45:  # noqa: PLR2004 - most people never answer
            return
        score = rng.choice((10, 10, 9, 9, 8, 8, 7, 6, 4 if self.careless else 9))
        given = story.add(self.day(asked, 2, 50), "feedback_given", visit=visit, score=score)
        if score <= LOW:
            if self.kept():
                story.add(self.day(given, 2, 12), "called_back", visit=visit)
            return
        if self.kept():
            story.add(self.day(given, 4, 22), "thanked", visit=visit)
        if self.kept():
            story.ask_review(given + 2 * DAY, score)

    def _anniversary(self, ended: int) -> None:
        if self.kept():
            self.story.add(daytime(ended + 358 * DAY), "anniversary")

    def _package(self, at: int) -> None:
        story = self.story
        story.add(at + 20 * MINUTE, "offered", deal=1, amount=self.rng.choice((280, 420, 560)))
        story.add(self.day(at, 24, 96), "deal_moved", deal=1, stage="contractsent")
        if self.rng.random() < 0.75:  # noqa: PLR2004
            story.add(self.day(at, 120, 290), "won", deal=1)
        else:
            story.add(self.day(at, 190, 480), "lost", deal=1, reason="Too expensive")

    def _drifts_away(self, ended: int) -> None:
        story = self.story
        if self.rng.random() < 0.15:  # noqa: PLR2004
            story.add(self.day(ended, 240, 1_440), "unsubscribed")
            return
        for round_ in range(1, 5):
            if self.kept():
                at = daytime(ended + round_ * 36 * DAY + self.hours(1, 30))
                story.add(at, "nudged", channel=self.channel)
        if self.kept():
            story.add(daytime(ended + 184 * DAY), "won_back", channel=self.channel)


def ordinary(number: int, seed: int, now: int, *, brief: bool) -> Story:
    """Make up a customer who came some time ago, or only just; a brief life has one visit."""
    rng = Random(seed * 1_000_003 + number)
    days_ago = rng.choice((rng.uniform(1, 45), rng.uniform(20, 200), rng.uniform(60, 400)))
    start = opening(now - round(days_ago * DAY), rng.randrange(8, 18), rng.randrange(60))
    return Life(number, rng, min(start, now - 6 * HOUR), now + HORIZON, brief=brief).live()


def newcomers(day: int, seed: int, customers: int, first_number: int) -> list[Story]:
    """Make up those who enquire on a day (days since 1970)."""
    rng = Random(seed * 7_368_787 + day)
    count = int(customers / 100 + rng.random())
    stories = []
    for index in range(count):
        start = opening(day * DAY, rng.randrange(8, 18), rng.randrange(60))
        stories.append(Life(first_number + index, rng, start, start + HORIZON).live())
    return stories
