"""Runs a business in the pretend HubSpot: writes its stories down and lets time pass.

What has happened by now stands in the portal from the start; the rest waits its turn.
"""

import gc
import heapq
from itertools import count

from journeysync.sandbox.data.businesses import MANY, first_stories, later_stories
from journeysync.sandbox.data.happenings import Happening, Story
from journeysync.sandbox.hubspot.besides import write_besides
from journeysync.sandbox.hubspot.diary import Diary
from journeysync.sandbox.hubspot.office import Office
from journeysync.sandbox.hubspot.portal import Portal
from journeysync.sandbox.world import DAY, STUDIO


class Business:
    """The business behind one portal."""

    def __init__(self, portal: Portal) -> None:
        self._portal = portal
        studio = portal.world.business == STUDIO
        self._diary: Diary = Diary(portal) if studio else Office(portal)
        self._ahead: list[tuple[int, int, Story, Happening]] = []
        self._order = count()
        world = portal.world
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
            if self._portal.world.customers > MANY:
                gc.freeze()
            if collecting:
                gc.enable()

    def _open(self) -> None:
        world = self._portal.world
        self._diary.set_up()
        for story in first_stories(world):
            self._take(story, world.now)
        # Merges join two finished records, whichever of them is told first.
        self._diary.merge_all()
        if world.business == STUDIO:
            write_besides(self._diary, world.now)
        for story in later_stories(world, self._day, self._next_number):
            self._plan(story, world.now)

    def until(self, at: int) -> None:
        """Let everything happen up to an instant."""
        world = self._portal.world
        while self._day < at // DAY:
            self._day += 1
            for story in later_stories(world, self._day, self._next_number):
                self._plan(story, world.now)
        while self._ahead and self._ahead[0][0] <= at:
            _, _, story, happening = heapq.heappop(self._ahead)
            self._diary.write(story, happening)

    def _plan(self, story: Story, now: int) -> None:
        """Let a newcomer in; who came earlier today was written down already."""
        self._next_number += 1
        self._take(story, now)

    def _take(self, story: Story, now: int) -> None:
        for happening in sorted(story.happenings, key=lambda item: item.at):
            if happening.at <= now:
                self._diary.write(story, happening)
            else:
                entry = (happening.at, next(self._order), story, happening)
                heapq.heappush(self._ahead, entry)
