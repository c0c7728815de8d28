"""What a business does as time passes, told to a pretend tool that sees a part of it.

Unless it says otherwise that is what a booking page sees: booked, moved, cancelled, turned up or
not. What has happened by now is told at the start; the rest waits its turn.
"""

import heapq
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from itertools import count

from journeysync.sandbox.data.businesses import first_stories, later_stories
from journeysync.sandbox.data.happenings import Happening, Story
from journeysync.sandbox.world import DAY, World

SEEN = frozenset({"booked", "moved", "cancelled", "rescheduled", "ended"})


class Agenda:
    """Tells one tool what happens in one business."""

    def __init__(
        self,
        world: World,
        write: Callable[[Story, Happening], None],
        seen: AbstractSet[str] = SEEN,
    ) -> None:
        self._world = world
        self._write = write
        self._seen = seen
        self._ahead: list[tuple[int, int, Story, Happening]] = []
        self._order = count()
        self._next_number = world.customers
        self._day = world.now // DAY

    def open(self) -> None:
        """Tell everything up to now."""
        for story in first_stories(self._world):
            self._take(story)
        self._let_in()
        self.until(self._world.now)

    def until(self, at: int) -> None:
        """Tell everything up to an instant, in the order in which it happens."""
        while self._day < at // DAY:
            self._day += 1
            self._let_in()
        while self._ahead and self._ahead[0][0] <= at:
            _, _, story, happening = heapq.heappop(self._ahead)
            self._write(story, happening)

    def _let_in(self) -> None:
        for story in later_stories(self._world, self._day, self._next_number):
            self._next_number += 1
            self._take(story)

    def _take(self, story: Story) -> None:
        for happening in story.happenings:
            if happening.what in self._seen:
                entry = (happening.at, next(self._order), story, happening)
                heapq.heappush(self._ahead, entry)
