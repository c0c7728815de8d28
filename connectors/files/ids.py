"""The ids of events that have none of their own.

An id is made from person, kind, instant, subject and the number among equals: reading the file
again, in whatever order its rows stand, makes the same ids.
"""

from typing import Any

import pyarrow as pa
import pyarrow.compute

pc: Any = pyarrow.compute


def with_ids(batch: Any, names: Any) -> Any:
    """Fill in missing ids; `names` are those of the persons, by number."""
    table: Any = pa.Table.from_batches([batch])
    if not table["id"].null_count:
        return table
    missing = pc.is_null(table["id"].combine_chunks())
    part = table.filter(missing)
    person = names.take(part["person"])
    made = pc.binary_join_element_wise(person, "person.created", ":")
    by_hand = pc.not_equal(part["line"], 0)
    if pc.any(by_hand).as_py():
        made = pc.if_else(by_hand, _made(part, person), made)
    ids = pc.replace_with_mask(table["id"].combine_chunks(), missing, made.combine_chunks())
    return table.set_column(table.schema.get_field_index("id"), "id", ids)


def _made(table: Any, person: Any) -> Any:
    kind = table["kind"].cast(pa.string())
    at = pc.cast(table["moment"].cast(pa.timestamp("us")), pa.string())
    at = pc.replace_substring(at, " ", "T")
    at = pc.replace_substring_regex(at, r"\.000000$", "")
    whole = pc.binary_join_element_wise(person, kind, pc.binary_join_element_wise(at, "Z", ""), ":")
    subject = [
        pc.fill_null(table[name].cast(pa.string()), "") for name in ("subject_type", "subject_id")
    ]
    about = pc.binary_join_element_wise(*subject, ":")
    about = pc.if_else(pc.equal(about, ":"), None, pc.binary_join_element_wise("", about, ":"))
    whole = pc.binary_join_element_wise(whole, pc.fill_null(about, ""), "")
    number = table["number"]
    if pc.max(number).as_py() == 1:
        return whole
    counted = pc.binary_join_element_wise(whole, number.cast(pa.string()), "#")
    return pc.if_else(pc.greater(number, 1), counted, whole)
