"""The studio's bookings as time passes, told to any pretend booking tool.

Only what a booking page can see is told: booked, moved, cancelled, turned up or not. What has
happened by now is told at the start; the rest waits its turn.
"""

import heapq
from collections.abc import Callable
from itertools import count

from journeysync.sandbox.data.happenings import Happening, Story
from journeysync.sandbox.data.lives import newcomers, ordinary
from journeysync.sandbox.data.scripted import scripted
from journeysync.sandbox.world import DAY, World

SEEN = frozenset({"booked", "moved", "cancelled", "rescheduled", "ended"})
MANY = 5_000
"""Beyond so many customers lives are told briefly, as in the other tools."""


class Agenda:
    """Tells one tool what happens to the bookings of one business."""

    def __init__(self, world: World, write: Callable[[Story, Happening], None]) -> None:
        self._world = world
        self._write = write
        self._ahead: list[tuple[int, int, Story, Happening]] = []
        self._order = count()
        self._next_number = world.customers
        self._day = world.now // DAY

    def open(self) -> None:
        """Tell everything up to now."""
        world = self._world
        told = scripted(world.now)[: world.customers]
        for number in range(world.customers):
            story = (
                told[number]
                if number < len(told)
                else ordinary(number, world.seed, world.now, brief=world.customers > MANY)
            )
            self._take(story)
        self._let_in()
        self.until(world.now)

    def until(self, at: int) -> None:
        """Tell everything up to an instant, in the order in which it happens."""
        while self._day < at // DAY:
            self._day += 1
            self._let_in()
        while self._ahead and self._ahead[0][0] <= at:
            _, _, story, happening = heapq.heappop(self._ahead)
            self._write(story, happening)

    def _let_in(self) -> None:
        world = self._world
        for story in newcomers(self._day, world.seed, world.customers, self._next_number):
            self._next_number += 1
            self._take(story)

    def _take(self, story: Story) -> None:
        for happening in story.happenings:
            if happening.what in SEEN:
                entry = (happening.at, next(self._order), story, happening)
                heapq.heappush(self._ahead, entry)
