"""Weeks of a studio's life, with people at work and requests that fail, run after run.

Whatever happened on the way: no second task, nothing that people ended comes back, a further run
writes nothing, and a run on an empty state finds every stage as it should be.
"""

import random
from collections import Counter
from pathlib import Path

import pytest
from studio import Studio, studio

STEPS = 5
DAYS = (0.02, 0.3, 1, 2.7, 6)
FAULTS = (
    "reset", "applied-then-reset", "500", "429", "html", "truncate", "half-applied", "repeat-page",
    "shrink-page", None, None,
)  # fmt: skip


def _keys(place: Studio) -> Counter[str]:
    tasks = place.snapshot()["hubspot"]["tasks"]
    found = (task["properties"].get("journeysync_key") for task in tasks)
    return Counter(str(key) for key in found if key)


def _people_work(place: Studio, chance: random.Random) -> set[str]:
    """Let people complete or delete some tasks; return their keys."""
    ended = set()
    for _ in range(chance.randint(0, 3)):
        tool = place.portal.connect()
        tasks = [task for task in tool.tasks(keys=sorted(_keys(place))) if task.status == "open"]
        if tasks:
            task = chance.choice(tasks)
            place.portal.edit(chance.choice(["complete", "delete"]), "tasks", task.id)
            ended.add(task.key)
    return ended


def _sync_roughly(place: Studio, chance: random.Random) -> None:
    fault = chance.choice(FAULTS)
    if fault is not None:
        place.portal.fault("", fault, nth=chance.randint(1, 60))
    place.sync()
    place.portal.admin("DELETE", "/faults")
    place.sync()


@pytest.mark.parametrize("seed", [1, 2])
def test_a_long_run(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    ended: set[str] = set()
    with studio(tmp_path, customers=16) as place:
        for step in range(STEPS):
            place.advance(chance.choice(DAYS))
            ended |= _people_work(place, chance) if step else set()
            _sync_roughly(place, chance)

            assert place.sync().counts.calls == 0
            assert set(_keys(place).values()) <= {1}
            open_now = place.portal.connect().tasks(keys=sorted(ended))
            assert [task.key for task in open_now if task.status == "open"] == []
            fresh = tmp_path / str(step)
            fresh.mkdir()
            assert Studio(place.portal, fresh).dry_run().plan.records == ()
