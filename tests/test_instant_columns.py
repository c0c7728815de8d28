"""Columns of instants as text say what each instant says."""

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from journeysync.core.instant_columns import iso_texts
from journeysync.core.instants import DAY, EARLIEST, LATEST, SECOND, iso

INSTANTS = st.one_of(
    st.integers(EARLIEST, LATEST),
    st.integers(EARLIEST // SECOND, LATEST // SECOND).map(lambda second: second * SECOND),
    st.integers(-20 * DAY, 20 * DAY),
)


@settings(deadline=None)
@given(st.lists(st.tuples(INSTANTS, st.booleans()), max_size=20))
def test_columns_of_instants(given_: list[tuple[int, bool]]) -> None:
    """A column says what each of its instants says; missing ones say nothing."""
    at = pa.array([one for one, _ in given_], pa.int64()).to_numpy()
    missing = pa.array([gone for _, gone in given_], pa.bool_()).to_numpy(zero_copy_only=False)

    assert iso_texts(at).to_pylist() == [iso(one) for one, _ in given_]
    assert iso_texts(at, missing).to_pylist() == ["" if gone else iso(one) for one, gone in given_]
