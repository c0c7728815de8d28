"""Connected components of a graph given as columns: the closure of "is the same as".

Roots hook onto smaller neighbours, then pointers jump to their roots; each round at least halves
the roots that can still move, so a chain of a million takes some twenty rounds. Pure.
"""

import numpy as np

from journeysync.core.texts import Ints


def components(count: int, left: Ints, right: Ints) -> Ints:
    """Label `count` nodes by the smallest node they are connected with."""
    label = np.arange(count, dtype=np.int64)
    while len(left):
        low = np.minimum(label[left], label[right])
        high = np.maximum(label[left], label[right])
        apart = low != high
        if not apart.any():
            break
        left, right = left[apart], right[apart]
        np.minimum.at(label, high[apart], low[apart])
        _jump(label)
    return label


def _jump(label: Ints) -> None:
    """Point every node at its root."""
    while True:
        further = label[label]
        if np.array_equal(further, label):
            return
        label[:] = further
