"""Runs the studio in the pretend Salesforce: who is in it, and what is told there.

Beside the pretend HubSpot it holds the same people, but leaves to HubSpot what HubSpot tells:
no visit, e-mail or package stands in both. Alone it tells everything.
"""

import gc
import heapq
from itertools import count

from journeysync.sandbox.data.happenings import Happening, Story
from journeysync.sandbox.data.lives import newcomers, ordinary
from journeysync.sandbox.data.scripted import scripted
from journeysync.sandbox.salesforce import besides
from journeysync.sandbox.salesforce.diary import Diary
from journeysync.sandbox.salesforce.setting import set_up
from journeysync.sandbox.salesforce.store import Org
from journeysync.sandbox.world import DAY

MANY = 5_000
"""Beyond so many customers lives are told briefly: it is size that is wanted then."""
BOOKS = frozenset({"acuity", "calcom", "calcom-selfhosted", "calendly"})
WALK_IN = 23
ELSEWHERE = 9
"""One in so many is in the other CRM only."""
# Who is who, and whom one deals with: this much stands in both tools.
SHARED = frozenset({"enquired", "imported", "booked", "ended", "unsubscribed", "merged", "deleted"})
BOOKINGS = frozenset({"booked", "moved", "cancelled", "rescheduled", "ended"})


class Business:
    """The studio behind one org."""

    def __init__(self, org: Org) -> None:
        world = org.world
        self._org = org
        self.alone = "hubspot" not in world.tools
        set_up(org)
        self._diary = Diary(
            org, tells=self.alone, books=self.alone and not BOOKS & set(world.tools)
        )
        self._ahead: list[tuple[int, int, Story, Happening]] = []
        self._order = count()
        self._next_number = world.customers
        self._day = world.now // DAY

    def open(self) -> None:
        """Write down everything up to now."""
        # Nothing made here is garbage: looking for some again and again would take half the time.
        collecting = gc.isenabled()
        gc.disable()
        try:
            self._open()
        finally:
            if self._org.world.customers > MANY:
                gc.freeze()
            if collecting:
                gc.enable()

    def _open(self) -> None:
        world = self._org.world
        brief = world.customers > MANY
        told = scripted(world.now)[: world.customers]
        for number in range(world.customers):
            if not self._holds(number):
                continue
            story = (
                told[number]
                if number < len(told)
                else ordinary(number, world.seed, world.now, brief=brief)
            )
            self._take(story, world.now)
        self._diary.merge_all()
        besides.write(self._diary, world, alone=self.alone)
        for story in newcomers(self._day, world.seed, world.customers, self._next_number):
            self._plan(story, world.now)

    def _holds(self, number: int) -> bool:
        """Say whether somebody is in this org: a few are in the other CRM only."""
        if self.alone or number < besides.FIRST_ORDINARY:
            return self.alone or number != WALK_IN
        return number % ELSEWHERE != 0

    def until(self, at: int) -> None:
        """Let everything happen up to an instant."""
        world = self._org.world
        while self._day < at // DAY:
            self._day += 1
            for story in newcomers(self._day, world.seed, world.customers, self._next_number):
                self._plan(story, world.now)
        while self._ahead and self._ahead[0][0] <= at:
            _, _, story, happening = heapq.heappop(self._ahead)
            self._diary.write(story, happening)

    def _plan(self, story: Story, now: int) -> None:
        """Let a newcomer in; who came earlier today was written down already."""
        self._next_number += 1
        if self._holds(story.number):
            self._take(story, now)

    def _take(self, story: Story, now: int) -> None:
        self._diary.meet(story, now)
        for happening in sorted(story.happenings, key=lambda item: item.at):
            if not self.alone and happening.what not in SHARED:
                continue
            if happening.at <= now:
                self._diary.write(story, happening)
            else:
                entry = (happening.at, next(self._order), story, happening)
                heapq.heappush(self._ahead, entry)
