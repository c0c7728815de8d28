"""A month of booking, moving, cancelling, not turning up and erasing, read at odd moments."""

from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import pytest
from bookable import Bookable, ahead, bookable

from journeysync.core.running import ingest


@dataclass
class Desk:
    """Somebody at work, and the bookings they made: each by the link it has come to."""

    place: Bookable
    rng: Random
    made: list[str] = field(default_factory=list)
    reads: int = 0

    def live(self, steps: int) -> None:
        """Let a month pass; read now and then."""
        for _ in range(steps):
            self.place.advance(self.rng.choice((0, 0.2, 0.9, 2.1)))
            do = self.rng.choice(
                (self.book, self.book, self.move, self.move, self.cancel, self.ask,
                 self.mark, self.rate, self.erase)
            )  # fmt: skip
            (do if self.made else self.book)()
            self.read(0.4)

    def read(self, chance: float) -> None:
        if self.rng.random() < chance:
            self.place.sync("runs")
            self.reads += 1

    def start(self) -> str:
        return ahead(self.place.now, hours=self.rng.randrange(-30, 700))

    def change(self, action: str, **more: Any) -> None:
        number = self.rng.randrange(len(self.made))
        shown = self.place.edit(action, "booking", self.made[number], **more)
        self.made[number] = str(shown["uid"])

    def book(self) -> None:
        address = f"guest{self.rng.randrange(6)}@example.com"
        service = self.rng.choice((0, 1, 3))
        shown = self.place.edit(
            "create", "booking", start=self.start(), email=address, service=service
        )
        self.made.append(str(shown["uid"]))

    def move(self) -> None:
        for _ in range(self.rng.choice((1, 1, 2))):
            self.change("move", start=self.start())

    def cancel(self) -> None:
        self.change("cancel")

    def ask(self) -> None:
        """Ask for another time; often one is chosen."""
        self.rng.shuffle(self.made)
        self.place.edit("ask-to-move", "booking", self.made[0])
        if self.rng.random() < 0.6:
            self.read(0.5)
            self.place.advance(0.5)
            new = self.place.edit("move", "booking", self.made[0], start=self.start())
            self.made[0] = str(new["uid"])

    def mark(self) -> None:
        self.change("set", absent=self.rng.random() < 0.8)

    def rate(self) -> None:
        self.change("set", rating=self.rng.randrange(1, 6))

    def erase(self) -> None:
        self.place.edit("delete", "booking", self.made.pop(self.rng.randrange(len(self.made))))


@pytest.mark.parametrize(("tool", "seed"), [("calcom", 0), ("calcom-selfhosted", 1)])
def test_a_month_read_at_odd_moments_is_the_month_read_at_its_end(
    tool: str, seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No whole reading in between may help."""
    monkeypatch.setattr(ingest, "FULL_EVERY", ingest.FULL_EVERY * 100)
    with bookable(tool, tmp_path, customers=20, seed=seed, days_back=60) as place:
        place.sync("runs")
        desk = Desk(place, Random(seed))
        desk.live(45)
        place.sync("runs")
        place.sync("fresh")
        runs = place.stored("runs")

        assert desk.reads > 8
        assert runs == place.stored("fresh")
        assert sum("booking.rescheduled" in name for name in runs) > 5
        assert any("booking.reschedule_requested" in name for name in runs)
        assert place.sync("runs", full=True).changed == 0
