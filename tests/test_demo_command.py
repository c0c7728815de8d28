"""`journeysync demo` from the first step to the last, as a user runs it."""

import pytest
from command_line import run

CASES = {
    "as it is": ((), 4),
    "with nobody who was forgotten": (("--customers", "1"), 0),
    "without a CRM there is nothing to write to": (("--only", "calendly"), 0),
}


@pytest.mark.parametrize(("words", "opened"), CASES.values(), ids=CASES)
def test_every_step_goes_as_it_should(words: tuple[str, ...], opened: int) -> None:
    ran = run("demo", "--json", "--customers", "5", *words)

    told = ran.document
    assert ran.code == 0, ran.err
    assert [told[step]["exit_code"] for step in ("dry_run", "sync", "second_sync")] == [0, 0, 0]
    assert told["sync"]["done"]["tasks_opened"] == opened
    assert {name for name, count in told["second_sync_wrote"].items() if count} == set()
    assert told["explain"]["customer"]
    assert told["report"]
