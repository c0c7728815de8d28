"""Applying small tables place -> place in the order of each customer's events.

Exact for any number of customers and events: the customers take their steps together; where few
have very many, their tables are combined by doubling instead.
"""

import numpy as np
from numpy.typing import NDArray

from journeysync.core.engine.primitives import Bools, Ints, first_of_run, running_count, starts_of

Codes = NDArray[np.uint16]

_STEPS = 256
"""So many steps are taken one by one; what is left is combined by doubling."""


def without_effect(customer: Ints, code: Codes, table: Codes) -> Bools:
    """Say which operations never change anything, whatever the place, after the one before."""
    # after[a, b, p]: the place after a and then b, from p
    after = table[np.arange(len(table))[None, :, None], table[:, None, :]]
    idle = (after == table[:, None, :]).all(axis=2)
    found = np.zeros(len(code), dtype=np.bool_)
    found[1:] = idle[code[:-1], code[1:]] & (customer[1:] == customer[:-1])
    return found


def apply_in_turn(customer: Ints, code: Codes, table: Codes, customers: int) -> Codes:
    """Return the place after each operation; every customer starts at place 0."""
    starts = starts_of(customer, customers)
    length = np.diff(starts)
    order = np.argsort(-length, kind="stable")
    begin, length = starts[:-1][order], length[order]
    longest = int(length.max(initial=0))
    taking = np.searchsorted(-length, -np.arange(longest), side="left")
    after = np.empty(len(code), dtype=table.dtype)
    place = np.zeros(customers, dtype=table.dtype)
    for step in range(min(longest, _STEPS)):
        spot = begin[: taking[step]] + step
        place = table[code[spot], place[: taking[step]]]
        after[spot] = place
    if longest > _STEPS:
        number = running_count(customer)
        rest = np.flatnonzero(number > _STEPS)
        start = place[: taking[_STEPS]][np.argsort(order[: taking[_STEPS]])]
        after[rest] = _combined(customer[rest], table[code[rest]], start)
    return after


def _combined(customer: Ints, steps: Codes, start: Codes) -> Codes:
    """Combine each table with those before it, twice as many each time; then apply them."""
    number = running_count(customer)
    reach = 1
    while reach < int(number.max()):
        later = np.flatnonzero(number > reach)
        steps[later] = np.take_along_axis(steps[later], steps[later - reach], axis=1)
        reach *= 2
    who = np.cumsum(first_of_run(customer)) - 1
    return np.asarray(steps[np.arange(len(steps)), start[who]])
