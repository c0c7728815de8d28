"""A shop read into a real state: what is gone in the shop is gone in the state, the rest stays."""

from datetime import datetime
from pathlib import Path

from shop import Shop, shop
from sqlalchemy import select
from stripe_account import account

from journeysync.core.identity.rules import IdentityRules
from journeysync.core.ports import Source
from journeysync.core.running.ingest import ingest
from journeysync.core.running.progress import silent
from journeysync.core.state import tables as t
from journeysync.core.state.store import open_store


def run(folder: Path, source: Source, now: datetime) -> tuple[int, list[tuple[str, str]]]:
    """Read as a run does; return what changed, and all people and kinds of events there are."""
    store = open_store("sqlite:///journeysync.db", folder, dry_run=False)
    try:
        report = ingest(
            store, {source.name: source}, IdentityRules(), now=now, full=False, only=(),
            most_gone=1.0, progress=silent,
        )  # fmt: skip
        assert report.failed == {}
        with store.begin() as connection:
            found = [
                (str(person), str(kind))
                for person, kind in connection.execute(
                    select(t.event.c.person, t.event.c.kind).order_by(t.event.c.id)
                )
            ]
            people = {name for (name,) in connection.execute(select(t.person.c.name))}
        assert {person for person, _ in found} <= people
        return report.changed, found
    finally:
        store.close()


def one_more(here: Shop) -> str:
    return here.order(billing={"email": "ana@example.com", "first_name": "Ana"})


def test_deleted_orders_leave_the_state_and_their_guest_stays_for_the_others(
    tmp_path: Path,
) -> None:
    with shop(tmp_path) as here:
        first, second = one_more(here), one_more(here)
        tool = here.connect()
        _, before = run(tmp_path, tool, here.now)
        here.edit("order", "delete", id=first)
        here.admin("POST", "/advance", {"days": 1})
        changed, after = run(tmp_path, tool, here.now)

    assert changed == 1
    assert len(before) == 5
    assert after == [before[0], *before[3:]]
    assert second


def test_a_second_reading_changes_nothing(tmp_path: Path) -> None:
    with shop(tmp_path, customers=40) as here:
        tool = here.connect()
        first, found = run(tmp_path, tool, here.now)

        assert first > 20
        assert run(tmp_path, tool, here.now) == (0, found)


def test_a_second_reading_of_payments_changes_nothing(tmp_path: Path) -> None:
    with account(tmp_path, customers=40) as here:
        tool = here.connect()
        first, found = run(tmp_path, tool, here.now)

        assert first > 20
        assert run(tmp_path, tool, here.now) == (0, found)
