"""A shop that is named in `write_to` shows stages: on its accounts, in the fields that it has."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

import pytest
from databases import fresh
from memory_tool import START, MemoryTool, contact, happened
from office import NOW, STUDIO

from journeysync.core.models import PersonRecord, RawRecord, Reading, RecordKey
from journeysync.core.ports import (
    Batch,
    Display,
    Finding,
    Held,
    Outcome,
    PresentRecord,
    Provisioning,
    RecordWrite,
    Source,
)
from journeysync.core.running.sync import Finished, Job, finish, look
from journeysync.core.state.store import Store, open_store
from journeysync.core.workspace import Workspace


class Shop:
    """Has accounts and guests; an account has room for the stage and the reason."""

    name = "shop"
    batch = 2
    shows = frozenset({"customer"})
    carries: frozenset[str] | None = frozenset({"journey_stage", "journey_reason"})
    streams: tuple[str, ...] = ("all",)
    lag = NOW - NOW
    mapping_version = "1"

    def __init__(self) -> None:
        self.inner = MemoryTool("shop")
        self.values: dict[str, dict[str, str]] = {}
        self.asked: set[str] = set()
        self.calls = 0

    def emits(self) -> frozenset[str]:
        return self.inner.emits()

    def read(self, stream: str, since: datetime | None, until: datetime) -> Iterator[Batch]:
        return self.inner.read(stream, since, until)

    def check(self) -> Sequence[Finding]:
        return ()

    def check_writing(
        self, object_types: Sequence[str], fields: Sequence[str]
    ) -> Sequence[Finding]:
        return self.inner.check_writing(object_types, fields)

    def normalise(self, record: RawRecord) -> Reading:
        person = PersonRecord(
            "shop", record.key.type, record.key.id, START, emails=("ann@example.com",)
        )
        return Reading(people=(person,))

    def present(
        self, object_type: str, ids: Sequence[str], fields: Sequence[str], *, history: bool = False
    ) -> list[PresentRecord]:
        assert object_type == "customer"
        assert not history, "nobody but us has changed anything"
        self.asked.update(fields)
        return [
            PresentRecord(
                one, one, {name: Held(self.values.get(one, {}).get(name, "")) for name in fields}
            )
            for one in ids
        ]

    def write_records(self, rows: Sequence[RecordWrite]) -> list[Outcome]:
        self.calls += 1
        for row in rows:
            self.values.setdefault(row.id, {}).update(row.values)
        return [Outcome(row.id, "done", row.id) for row in rows]

    def provision(self, *_: object, **__: object) -> list[Provisioning]:
        return []

    def record_url(self, object_type: str, record_id: str) -> str:
        return f"shop://{object_type}/{record_id}"


class Business:
    def __init__(self, state: str) -> None:
        self.crm, self.shop = MemoryTool("crm"), Shop()
        self.store: Store = open_store(state, Path(), dry_run=False)
        self.workspace = Workspace.model_validate(
            {"journeys": ["studio"], "tools": {"shop": {}, "crm": {}}, "write_to": ["shop", "crm"]}
        )

    def sync(self, crm: Sequence[RawRecord] = (), shop: Sequence[RawRecord] = ()) -> Finished:
        self.crm.batches, self.shop.inner.batches = [crm], [shop]
        tools: dict[str, Source] = {"crm": self.crm, "shop": self.shop}
        displays: dict[str, Display] = {"crm": self.crm, "shop": self.shop}
        job = Job(self.store, self.workspace, (STUDIO,), tools, displays, NOW, NOW)
        return finish(job, look(job), command="sync")


@pytest.fixture
def business(tmp_path: Path) -> Iterator[Business]:
    made = Business(fresh("sqlite", tmp_path))
    yield made
    made.store.close()


ANN = (contact("1", email="ann@example.com"), happened("a", "crm:1", "form.submitted", 1))
ACCOUNT = RawRecord(RecordKey("shop", "customer", "77"), {})
GUEST = RawRecord(RecordKey("shop", "guest", "ann@example.com"), {})


def test_an_account_shows_what_it_has_room_for(business: Business) -> None:
    """The stage as in the CRM; nothing is asked or written beyond; a guest has no record."""
    business.sync(ANN, (ACCOUNT, GUEST))

    assert business.shop.values == {
        "77": {name: business.crm.fields["1"][name] for name in ("journey_stage", "journey_reason")}
    }
    assert business.shop.asked == {"journey_stage", "journey_reason"}


def test_tasks_go_to_the_crm_though_the_shop_comes_first(business: Business) -> None:
    done = business.sync(ANN, (ACCOUNT,))

    assert done.counts.tasks_opened == 1
    assert [task.status for task in business.crm.held.values()] == ["open"]


def test_nothing_is_written_twice(business: Business) -> None:
    business.sync(ANN, (ACCOUNT,))

    assert business.sync(shop=(ACCOUNT,)).counts.calls == 0


def test_a_customer_of_the_shop_alone_gets_no_task(business: Business) -> None:
    """No CRM knows them: there is nowhere for a task to go."""
    business.sync(shop=(ACCOUNT,), crm=(happened("a", "shop:77", "form.submitted", 1),))

    assert business.shop.values["77"]["journey_stage"] == "before"
    assert business.crm.held == {}
