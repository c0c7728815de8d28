"""The studio on HubSpot and Calendly together, as `journeysync sandbox` serves it."""

from pathlib import Path

from command_line import run

from journeysync.commands.common import Console
from journeysync.commands.pretend import Ready, pretend


def _sync(ready: Ready) -> str:
    ran = run("sync", "--workspace", ready.workspace)
    assert ran.code == 0, ran.err
    return ran.out.splitlines()[-1]


def test_bookings_of_calendly_make_the_stages_in_hubspot(tmp_path: Path) -> None:
    console = Console(tmp_path, as_json=False, verbose=False)
    with pretend(
        console, customers=12, limits=False, only=("hubspot", "calendly"), folder=tmp_path / "w"
    ) as ready:
        assert "stages=0" not in _sync(ready)
        assert "stages=0 tasks_opened=0 tasks_closed=0 tasks_moved=0" in _sync(ready)

        told = run("explain", "99951", "--workspace", ready.workspace).out
        assert "[calendly:booking:" in told
        assert "[hubspot:meeting:" not in told
        assert "both have the e-mail address" in told
