"""Days on which people merge contacts again and again: who is who stays what the portal says.

Several merges between two syncs, chains of them (A into B, B into C), results under new ids,
survivors that are archived, and contacts whom an address joins to customers of a shop. After every
sync the state knows the same customers, with the same events, as one that reads everything for the
first time; no plan writes a record twice; and a second sync writes nothing. With
`JOURNEYSYNC_MONTHS=10` ten runs of two weeks instead of one of some days.
"""

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from urllib.error import HTTPError

import pytest
from hubspot_portal import SPECS, Portal, changes, everything, portal
from memory_tool import START, MemoryTool, contact, happened
from msgspec import structs
from plans import STUDIO
from sqlalchemy import select
from studio import Studio, studio

from journeysync.connectors.hubspot.connector import HubSpot
from journeysync.core.identity.rules import IdentityRules
from journeysync.core.models import RawRecord, RecordKey
from journeysync.core.planning.plan import Plan
from journeysync.core.ports import Held
from journeysync.core.running.identify import identify
from journeysync.core.running.ingest import ingest
from journeysync.core.running.progress import silent
from journeysync.core.running.sync import Job, finish, look
from journeysync.core.state import tables as t
from journeysync.core.state.store import Store, open_store
from journeysync.core.workspace import Workspace

ASKED = int(os.environ.get("JOURNEYSYNC_MONTHS", "0"))
SEEDS = range(1, (ASKED or 1) + 1)
DAYS = 14 if ASKED else 4
LEAST = 6
"""So many contacts stay, whatever people merge and archive."""

Who = tuple[list[tuple[str, ...]], dict[str, list[str]]]
"""The records of each customer, and the events of each record."""


@dataclass
class Shop(Studio):
    """A studio that sells, too: addresses join its buyers and its contacts."""

    buyers: list[RawRecord] = field(default_factory=list)

    def _job(self, store: Store, tool: HubSpot, **more: Any) -> Job:
        job = super()._job(store, tool, **more)
        shop = MemoryTool("shop", [self.buyers], complete=True)
        return replace(job, sources={**job.sources, "shop": shop})

    def who(self) -> Who:
        """Say who is who, and what happened to whom."""
        groups: dict[str, list[str]] = {}
        events: dict[str, list[str]] = {}
        with self.job() as job, job.store.begin() as connection:
            row = t.person.c
            for name, customer in connection.execute(
                select(row.name, row.customer).order_by(row.name)
            ):
                groups.setdefault(customer, []).append(name)
                events[name] = []
            for person, event in connection.execute(
                select(t.event.c.person, t.event.c.id).order_by(t.event.c.id)
            ):
                if person in events:
                    events[person].append(event)
        return sorted(map(tuple, groups.values())), events


@dataclass
class Desk:
    """People who merge."""

    place: Shop
    chance: Random
    done: Counter[str] = field(default_factory=Counter)

    def work(self) -> None:
        """Do a day's work."""
        acts = [self._takes_an_address, self._buys, self._merges, self._buys, self._archives]
        for act in acts:
            if self.chance.random() < 0.5 or act == self._merges:
                act()

    def _edit(self, action: str, record: str, **more: Any) -> str:
        self.done[action] += 1
        return str(self.place.portal.edit(action, "contacts", record, **more)["id"])

    def _merges(self) -> None:
        """Often the contact that the last merge left: a chain."""
        last = ""
        for _ in range(self.chance.randint(1, 4)):
            there = self.place.contacts()
            while len(there) < LEAST:
                email = f"new{self.chance.randrange(10**6)}@example.net"
                there.append(self._edit("create", "", properties={"email": email}))
            pair = self.chance.sample(there, 2)
            if last in there and last not in pair:
                pair[self.chance.randrange(2)] = last
            new = self.chance.random() < 0.4
            last = self._edit("merge", pair[0], other=pair[1], new_id=new)

    def _archives(self) -> None:
        there = self.place.contacts()
        if len(there) >= LEAST:
            self._edit("delete", self.chance.choice(there))

    def _addresses(self) -> list[str]:
        with self.place.job() as job, job.store.begin() as connection:
            row = t.person_key.c
            found = connection.execute(select(row.value).where(row.kind == "email").distinct())
            return sorted(value for (value,) in found)

    def _takes_an_address(self) -> None:
        """One that somebody else had, where HubSpot lets them."""
        addresses = self._addresses()
        if addresses:
            with suppress(HTTPError):
                email = self.chance.choice(addresses)
                self._edit(
                    "set", self.chance.choice(self.place.contacts()), properties={"email": email}
                )

    def _buys(self) -> None:
        """A buyer with the address of a contact, or one who gives another one now."""
        addresses, buyers = self._addresses(), self.place.buyers
        if addresses:
            number = self.chance.randint(0, len(buyers))
            buyer = contact(str(number), tool="shop", email=self.chance.choice(addresses))
            buyers[number : number + 1] = [buyer]
            self.done["buys"] += 1


def _sync(place: Shop) -> Plan:
    with place.job() as job:
        outlook = look(job)
        finished = finish(job, outlook, command="sync")
        assert finished.exit_code == 0
        return outlook.plan


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Portal]:
    with portal(tmp_path, customers=12) as one:
        yield one


def _people(record: RawRecord) -> list[str]:
    linked = record.content["contacts"]
    assert isinstance(linked, Sequence)
    return [one for one, _ in linked]


def _hanging(here: Portal, tool: HubSpot, stream: str, since: datetime) -> dict[str, list[str]]:
    """Say of what changed since then whom it names."""
    return {
        record.key.id: _people(record)
        for record in changes(tool, stream, since, here.now)
        if not record.deleted
    }


@pytest.mark.parametrize("cut_off", [False, True], ids=["in one run", "cut off after contacts"])
def test_what_hung_on_a_merged_contact_is_read_again(here: Portal, cut_off: bool) -> None:
    """HubSpot moves it without a new time of change; so every stream asks for itself."""
    since = here.now
    before = everything(here.connect(), "communications", since)
    moved = sorted(id_ for id_, one in before.items() if "99954" in _people(one))
    here.admin("POST", "/advance", {"days": 0.01})
    here.edit("merge", "contacts", "99951", other="99954")
    tool = here.connect()
    changes(tool, "contacts", since, here.now)
    tool = here.connect() if cut_off else tool

    found = _hanging(here, tool, "communications", since)
    assert moved
    assert {id_: found.get(id_) for id_ in moved} == {id_: ["99951"] for id_ in moved}


def test_an_old_merge_is_not_asked_about_again(here: Portal) -> None:
    """Whatever else changes on the contact that stayed."""
    here.edit("merge", "contacts", "99951", other="99954")
    here.admin("POST", "/advance", {"days": 1})
    since = here.now
    here.admin("POST", "/advance", {"days": 0.01})
    here.edit("set", "contacts", "99951", properties={"city": "Hove"})
    here.forget_journal()
    tool = here.connect()
    for stream in ("contacts", "communications", "submissions"):
        changes(tool, stream, since, here.now)

    asked = [one["path"] for one in here.journal()]
    assert [path for path in asked if "associations" in path] == [
        "/crm/associations/2026-03/contacts/companies/batch/read"
    ]


@pytest.mark.parametrize("new", [True, False], ids=["a new record", "the same record"])
def test_what_a_merge_carried_over_is_nobodys_wish(here: Portal, new: bool) -> None:
    """Whoever merged two contacts has not set the stage by hand."""
    here.connect().provision(["contact"], SPECS, dry_run=False, remove=False)
    here.edit("set", "contacts", "99954", properties={"journey_stage": "during"})
    here.admin("POST", "/advance", {"days": 0.01})
    number = here.edit("merge", "contacts", "99951", other="99954", new_id=new)["id"]
    merged = _stage(here, number)
    here.admin("POST", "/advance", {"days": 0.01})
    here.edit("set", "contacts", number, properties={"journey_stage": "before"})

    assert (merged.value, merged.by) == ("during", "unknown")
    assert (_stage(here, number).value, _stage(here, number).by) == ("before", "person")


def _stage(here: Portal, number: str) -> Held:
    (found,) = here.connect().present("contact", [number], ["journey_stage"], history=True)
    return found.fields["journey_stage"]


def test_all_former_ids_go_with_a_chain_of_merges(here: Portal) -> None:
    """Also where the last one to stay was archived: nothing else tells of them."""
    since = here.now
    here.admin("POST", "/advance", {"days": 0.01})
    here.edit("merge", "contacts", "99952", other="99951")
    here.edit("merge", "contacts", "99953", other="99952")
    told = {one.key.id: one.deleted for one in changes(here.connect(), "contacts", since, here.now)}
    here.edit("delete", "contacts", "99953")
    then = {one.key.id: one.deleted for one in changes(here.connect(), "contacts", since, here.now)}

    assert told == {"99951": True, "99952": True, "99953": False}
    assert then == {"99951": True, "99952": True, "99953": True}


@pytest.mark.parametrize("left", [(), ("2",)], ids=["both are gone", "one is gone"])
def test_a_merge_under_a_new_number_is_no_new_customer(
    tmp_path: Path, left: tuple[str, ...]
) -> None:
    store = open_store("sqlite:///s.db", tmp_path, dry_run=False)
    rules = IdentityRules()

    def who(*records: RawRecord) -> dict[str, str]:
        tool = MemoryTool(batches=[records], complete=True)
        ingest(
            store, {"crm": tool}, rules, now=START, full=True, only=(), most_gone=1.0,
            progress=silent,
        )  # fmt: skip
        with store.begin() as connection:
            dirty = connection.execute(select(t.dirty.c.person)).scalars().all()
            identify(connection, dirty, rules)
            rows = connection.execute(select(t.person.c.name, t.person.c.customer)).all()
        return {str(name): str(customer) for name, customer in rows}

    before = who(contact("1"), contact("2"))
    merged = contact("3", links=["crm:1", "crm:2"])
    after = who(merged, *(contact(one) for one in left))
    store.close()

    assert len(set(before.values())) == 2
    assert set(after) == {"crm:3", *(f"crm:{one}" for one in left)}
    assert len(set(after.values())) == 1
    assert set(after.values()) <= set(before.values())


def test_a_task_of_someone_who_was_joined_stays_theirs(tmp_path: Path) -> None:
    """Its former customer alone, looked at for its sake, would seem to need it no more."""
    tool = MemoryTool(batches=[
        [contact("1"), contact("2"), happened("b", "crm:2", "form.submitted", 2)]
    ])  # fmt: skip
    store = open_store("sqlite:///s.db", tmp_path, dry_run=False)
    workspace = Workspace.model_validate(
        {"journeys": ["studio"], "tools": {"crm": {}}, "write_to": ["crm"]}
    )

    def sync(*news: RawRecord) -> Plan:
        tool.batches = [news] if news else tool.batches
        now = START + timedelta(days=5)
        job = Job(store, workspace, (STUDIO,), {"crm": tool}, {"crm": tool}, now, now)
        outlook = look(job)
        finish(job, outlook, command="sync")
        return outlook.plan

    (task,) = sync().tasks
    sync(contact("1", links=["crm:2"]))
    (number,) = (one.id for one in tool.held.values())
    touched = structs.replace(
        happened("c", "crm:9", "note.added", 3), key=RecordKey("crm", "task", number)
    )

    assert sync(touched).tasks == ()
    assert tool.held[task.key].status == "open"


@pytest.mark.parametrize("seed", SEEDS)
def test_days_of_merges(tmp_path: Path, seed: int) -> None:
    with studio(tmp_path, customers=8) as made:
        tools = {"tools": {"crm": {"type": "hubspot"}, "shop": {"type": "files"}}}
        place = Shop(made.portal, tmp_path, tools)
        desk = Desk(place, Random(seed))
        for day in range(DAYS):
            place.advance(1)
            desk.work()
            plan = _sync(place)
            written = Counter((one.tool, one.object_type, one.id) for one in plan.records)
            assert {one: count for one, count in written.items() if count > 1} == {}
            assert [note for note in plan.notes if note.kind == "gone"] == []
            anew = tmp_path / f"anew{day}"
            anew.mkdir()
            fresh = Shop(place.portal, anew, tools, buyers=place.buyers)
            with fresh.job() as job:
                look(job)
            assert place.who() == fresh.who(), f"day {day}"
            again = _sync(place)
            assert (again.records, again.tasks) == ((), ()), f"day {day}"

        assert desk.done["merge"] > DAYS, "they hardly merged"
