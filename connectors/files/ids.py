"""The ids of events that have none of their own, and the order of events of one instant.

An id is made from person, kind, instant, subject and the number among equals: reading the file
again, in whatever order its rows stand, makes the same ids.
"""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute

pc: Any = pyarrow.compute


def with_ids(batch: Any, names: Any) -> Any:
    """Fill in missing ids; `names` are those of the persons, by number.

    Adds the column `person_name` and puts events of one customer and instant in the order of ids.
    """
    table: Any = pa.Table.from_batches([batch])
    person = pc.take(names, table["person"])
    ids = table["id"]
    if ids.null_count:
        created = pc.binary_join_element_wise(person, "person.created", ":")
        missing = pc.is_null(ids)
        if pc.any(pc.and_(missing, pc.not_equal(table["line"], 0))).as_py():
            created = pc.if_else(pc.equal(table["line"], 0), created, _made(table, person))
        ids = pc.coalesce(ids, created)
    table = table.set_column(table.schema.get_field_index("id"), "id", ids)
    return _in_order(table.append_column("person_name", person))


def _made(table: Any, person: Any) -> Any:
    kind = table["kind"].cast(pa.string())
    at = pc.cast(table["moment"].cast(pa.timestamp("us")), pa.string())
    at = pc.replace_substring(at, " ", "T")
    at = pc.replace_substring_regex(at, r"\.000000$", "")
    whole = pc.binary_join_element_wise(person, kind, pc.binary_join_element_wise(at, "Z", ""), ":")
    subject = [pc.fill_null(table[name], "") for name in ("subject_type", "subject_id")]
    about = pc.binary_join_element_wise(*subject, ":")
    about = pc.if_else(pc.equal(about, ":"), None, pc.binary_join_element_wise("", about, ":"))
    whole = pc.binary_join_element_wise(whole, pc.fill_null(about, ""), "")
    number = table["number"]
    if pc.max(number).as_py() == 1:
        return whole
    counted = pc.binary_join_element_wise(whole, number.cast(pa.string()), "#")
    return pc.if_else(pc.greater(number, 1), counted, whole)


def _in_order(table: Any) -> Any:
    """Sort the runs of events of one customer and instant by id."""
    customer, at = table["customer"].to_numpy(), table["moment"].to_numpy()
    same = (customer[1:] == customer[:-1]) & (at[1:] == at[:-1])
    if not same.any():
        return table
    run = np.concatenate([[0], np.cumsum(~same)])
    tied = np.flatnonzero(np.append(same, False) | np.append(False, same))
    ties = pa.table({"run": run[tied], "id": table["id"].take(pa.array(tied))})
    order = np.arange(len(at))
    order[tied] = tied[pc.sort_indices(ties, [("run", "ascending"), ("id", "ascending")])]
    return table.take(pa.array(order))
