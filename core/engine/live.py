"""What may be said over live tools: `missed` only where all that could have seen it were read.

Pure: how far the tools were read comes in as instants.
"""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from journeysync.core.engine.answers import coded
from journeysync.core.engine.columns import plain
from journeysync.core.engine.primitives import Ints
from journeysync.core.engine.statuses import DUE, MISSED, STATUSES
from journeysync.core.texts import encoded, listed

LIVE_STATUSES = (*STATUSES, "unknown", "unseen")
_UNKNOWN, _UNSEEN = len(STATUSES), len(STATUSES) + 1
_NO_TOOL = -(2**63)


def live_statuses(expectations: pa.Table, read_until: Mapping[str, int | None]) -> pa.Table:
    """Return the expectations of an evaluation with the statuses of a run over live tools.

    `read_until` gives for each touchpoint the earliest instant up to which all tools that can
    emit one of its `expect` kinds were read, or None where no configured tool can emit any.
    `missed` becomes `unknown`, and then not actionable, unless the tools were read past the
    deadline. Where no tool can see the touchpoint, `due` and `missed` become `unseen`; whether a
    task is still of use then shows in `actionable` as before: true only past the deadline.
    """
    touchpoints, touchpoint = _decoded(expectations, "touchpoint")
    limits = [read_until[name] for name in touchpoints]
    reach = np.array([_NO_TOOL if one is None else one for one in limits], dtype=np.int64)
    seen = np.array([one is not None for one in limits], dtype=np.bool_)
    names, code = _decoded(expectations, "status")
    status = np.array([STATUSES.index(name) for name in names], dtype=np.int8)[code]
    missed = status == MISSED
    deadline = expectations.column("deadline").to_numpy()
    unknown = missed & seen[touchpoint] & (reach[touchpoint] <= deadline)
    status[~seen[touchpoint] & (missed | (status == DUE))] = _UNSEEN
    status[unknown] = _UNKNOWN
    actionable = expectations.column("actionable").to_numpy() & ~unknown
    texts = coded(status, LIVE_STATUSES)
    answers = {"status": texts, "actionable": pa.array(actionable)}
    return pa.table(
        {name: answers.get(name, expectations.column(name)) for name in expectations.column_names}
    )


def _decoded(table: pa.Table, name: str) -> tuple[list[str], Ints]:
    """Return the distinct texts of a column and each row's position among them."""
    code, values = encoded(plain(table.column(name)))
    return listed(values), code
