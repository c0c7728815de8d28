"""One customer in two CRMs: the same stage in both, one task in all, and no echo."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from studio import plain
from two_crms import BOTH, TwoCrms, two_crms

from journeysync.core.planning.plan import encode


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TwoCrms]:
    """Both CRMs after one sync."""
    with two_crms(tmp_path_factory.mktemp("both")) as made:
        yield made


def test_a_dry_run_writes_nothing_anywhere(calm: TwoCrms) -> None:
    before = plain(calm.snapshot())
    plan = calm.dry_run().plan
    assert {one.tool for one in plan.records} == set(BOTH)
    assert calm.writes() == dict.fromkeys(BOTH, 0)
    assert plain(calm.snapshot()) == before
    assert not (calm.folder / "journeysync.db").exists()


def test_which_is_read_first_makes_no_difference(calm: TwoCrms) -> None:
    plan = calm.dry_run().plan
    calm.order = (BOTH[1], BOTH[0])
    try:
        other = calm.dry_run().plan
    finally:
        calm.order = BOTH
    assert encode(replace(other, fingerprint="")) == encode(replace(plan, fingerprint=""))


def test_a_second_sync_writes_nothing_in_either(calm: TwoCrms) -> None:
    first = calm.sync()
    assert first.counts.stages > 0
    assert first.counts.tasks_opened > 0
    assert all(calm.writes().values())
    calm.org.clear()
    again = calm.sync()
    assert (again.counts.calls, calm.writes()) == (0, dict.fromkeys(BOTH, 0))
