"""Measures what a run costs in which few of very many customers changed.

The yardstick is the product's own full evaluation of the same kind of state, as after a changed
map. Both are whole runs: they read, identify, evaluate, plan, write and remember. Start-up is
apart, as is what the CRM in memory stands for.
"""

import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from bench import multitude
from journeysync.commands.jobs import spare_collecting
from journeysync.core.models import RawRecord
from journeysync.core.running.sync import finish, look
from journeysync.core.state.store import open_store

SIZES = (100_000, 1_000_000)
CHANGED = 1000
SAMPLE = 20_000
"""So many customers are evaluated in full; more take longer in proportion."""
LIMIT = 0.03


@dataclass(frozen=True, slots=True)
class _Ran:
    cpu: float
    customers: int
    stages: int
    tasks: int


def run(sizes: tuple[int, ...] = SIZES) -> bool:
    """Print the figures; return whether they are within the limit."""
    _measure(multitude.BASE, multitude.news(multitude.BASE, 100), full=False)  # loads what it needs
    full = _measure(SAMPLE, (), full=True)
    each = full.cpu / full.customers
    print(
        f"a full evaluation: {full.cpu:.1f} s CPU for {full.customers:,} customers"
        f" ({len(multitude.journey().touchpoints)} touchpoints, about {multitude.EACH} events each)"
    )
    spent = []
    for customers in sizes:
        some = _measure(customers, multitude.news(customers, CHANGED), full=False)
        assert some.customers == CHANGED, "only who changed is looked at"
        share = some.cpu / (each * customers)
        spent.append(some.cpu)
        print(
            f"{CHANGED:,} of {customers:,} customers changed: {some.cpu:.2f} s CPU, {some.stages}"
            f" stages and {some.tasks} tasks written, {share:.2%} of the full evaluation"
            f" (at most {LIMIT:.0%} at a million)"
        )
    if len(sizes) > 1:
        times = sizes[-1] / sizes[0]
        print(f"{times:.0f} times the customers cost {spent[-1] / spent[0]:.2f} times the CPU")
    return spent[-1] <= LIMIT * each * sizes[-1]


def _measure(customers: int, records: Sequence[RawRecord], *, full: bool) -> _Ran:
    """Make a state and do one run on it."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        tool = multitude.make(customers, folder)
        tool.batches = [records]
        store = open_store(multitude.STATE, folder, dry_run=False)
        try:
            later = multitude.NOW + timedelta(minutes=1)
            job = multitude.job(store, tool, later, full=full)
            spare_collecting()  # as `sync` does
            begin = time.process_time()
            outlook = look(job)
            done = finish(job, outlook, command="sync")
            cpu = time.process_time() - begin
        finally:
            store.close()
    counts = done.counts
    tasks = counts.tasks_opened + counts.tasks_closed + counts.tasks_moved
    return _Ran(cpu, len(outlook.customers), counts.stages, tasks)


if __name__ == "__main__":
    sys.exit(not run(*([tuple(map(int, sys.argv[1:]))] if sys.argv[1:] else [])))
