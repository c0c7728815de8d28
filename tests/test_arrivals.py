"""Any order, batching or repetition of arrivals gives the same plan, byte for byte."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from databases import KINDS, fresh
from hypothesis import given, settings
from hypothesis import strategies as st
from memory_tool import START, contact, gone, happened
from office import NO_CAP, NOW, RECORDS, STUDIO, Office

from journeysync.core.errors import Guarded
from journeysync.core.models import RawRecord
from journeysync.core.planning.plan import encode
from journeysync.core.running.sync import finish, look
from journeysync.core.state import runs


@pytest.fixture
def office(state: str) -> Iterator[Office]:
    made = Office(state)
    yield made
    made.store.close()


@contextmanager
def offices(kind: str, **settings: object) -> Iterator[tuple[Office, Office]]:
    """Two that know nothing of each other."""
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
        both = [Office(fresh(kind, Path(folder)), **settings) for folder in (one, two)]
        yield both[0], both[1]
        for office in both:
            office.store.close()


EXAMPLES = {"sqlite": 15, "postgresql": 3}
"""A new state in PostgreSQL takes a while, and order is no matter of the database."""


@pytest.mark.parametrize("kind", KINDS)
def test_arrivals(kind: str) -> None:
    """Whatever comes first, together, or twice."""

    @given(
        order=st.permutations(RECORDS),
        cuts=st.sets(st.integers(1, len(RECORDS) - 1)),
        again=st.sets(st.integers(0, len(RECORDS) - 1)),
    )
    @settings(max_examples=EXAMPLES[kind], deadline=None)
    def check(order: list[RawRecord], cuts: set[int], again: set[int]) -> None:
        edges = [0, *sorted(cuts), len(order)]
        batches = [order[start:end] for start, end in pairwise(edges)]
        batches.append([order[number] for number in sorted(again)])
        with offices(kind) as (one, two):
            assert encode(two.plan(*batches)) == encode(one.plan(RECORDS))

    check()


def test_both_databases_give_the_same_plan(tmp_path: Path) -> None:
    """Byte for byte."""
    plans = []
    for kind in KINDS:
        office = Office(fresh(kind, tmp_path))
        plans.append(encode(office.plan(RECORDS)))
        office.store.close()

    assert plans[0] == plans[1]


@pytest.mark.parametrize("kind", KINDS)
def test_arrivals_over_two_runs_end_in_the_same_crm(kind: str) -> None:
    """A late event gives what it would have given in time."""

    @given(order=st.permutations(RECORDS), cut=st.integers(0, len(RECORDS)))
    @settings(max_examples=EXAMPLES[kind] * 2 // 3, deadline=None)
    def check(order: list[RawRecord], cut: int) -> None:
        # Without the cap: which of two tasks was first is a matter of when we knew.
        with offices(kind, tasks=NO_CAP) as (at_once, in_turn):
            at_once.sync(RECORDS)
            in_turn.sync(order[:cut])
            in_turn.sync(order[cut:])
            assert in_turn.sync().counts.calls == 0
            stages = [
                {number: fields["journey_stage"] for number, fields in place.tool.fields.items()}
                for place in (at_once, in_turn)
            ]
            assert stages[0] == stages[1]
            alive = [
                {key for key, task in place.tool.held.items() if task.status == "open"}
                for place in (at_once, in_turn)
            ]
            assert alive[0] == alive[1]

    check()


# --- who is who, run after run -------------------------------------------------------------------


def test_a_shared_address_makes_one_customer(office: Office) -> None:
    office.sync(RECORDS)

    assert sorted(map(sorted, office.customers().values())) == [["1", "2"], ["3", "4"]]


def test_an_id_is_kept_when_a_record_joins(office: Office) -> None:
    office.sync([RECORDS[0]])
    (before,) = office.customers()
    office.sync([RECORDS[1]])

    assert office.customers() == {before: {"1", "2"}}


def test_a_join_is_undone_when_the_key_goes_away(office: Office) -> None:
    """The id stays with the record it was minted from."""
    office.sync(RECORDS[:2])
    (before,) = office.customers()
    office.sync([contact("2", email="other@example.com")])

    assert office.customers()[before] == {"1"}
    assert len(office.customers()) == 2


def test_two_customers_that_become_one_leave_an_alias(office: Office) -> None:
    office.sync([contact("1", email="a@example.com"), contact("2", email="b@example.com")])
    ids = set(office.customers())
    office.sync([contact("2", email="a@example.com")])
    (kept,) = office.customers()
    with office.store.begin() as connection:
        aliases = connection.exec_driver_sql("select old, new from customer_alias").all()

    assert [tuple(row) for row in aliases] == [((ids - {kept}).pop(), kept)]


def test_a_key_of_too_many_parts_those_it_had_joined(office: Office) -> None:
    """At six records the address joins nobody any more."""
    five = [contact(str(n), email="family@example.com") for n in range(5)]
    office.sync(five)
    assert len(office.customers()) == 1
    office.sync([contact("5", email="family@example.com")])
    assert len(office.customers()) == 6


def test_an_erased_record_is_forgotten_with_its_events(office: Office) -> None:
    office.sync(RECORDS)
    office.sync([gone(RECORDS[2]), gone(RECORDS[6])])

    assert {"3", "4"} not in office.customers().values()
    with office.store.begin() as connection:
        assert runs.overview(connection)["events"] == 4


def test_what_a_full_read_no_longer_shows_is_gone(office: Office) -> None:
    office.tool.complete = True
    office.sync(RECORDS)
    later = NOW + timedelta(days=8)
    office.sync(RECORDS[:2], now=later)

    assert list(office.customers().values()) == [{"1", "2"}]


# --- what costs nothing --------------------------------------------------------------------------


def test_a_run_without_news_looks_at_nobody(office: Office) -> None:
    office.sync(RECORDS)
    office.tool.batches = []

    assert look(office.job()).customers == ()


def test_a_run_looks_at_those_whose_deadline_has_come(office: Office) -> None:
    """And at nobody else: contact 1 is due after four hours."""
    early = START + timedelta(hours=2)
    office.sync([*RECORDS[:1], RECORDS[2], RECORDS[4]], now=early)
    office.tool.batches = []
    outlook = look(office.job(START + timedelta(hours=6)))

    (owed,) = outlook.customers
    assert office.customers()[owed] == {"1"}
    assert [task.touchpoint for task in outlook.plan.tasks] == ["answer"]


def test_a_changed_mapping_reads_the_stored_records_again(office: Office) -> None:
    """Without asking the tool."""
    office.sync(RECORDS)
    office.tool.mapping_version = "2"
    office.tool.batches = []

    assert len(look(office.job()).customers) == 2


def test_a_changed_map_looks_at_everybody(office: Office) -> None:
    office.sync(RECORDS)
    office.tool.batches = []
    job = office.job()
    relabelled = STUDIO.model_copy(update={"label": "Another"})

    assert len(look(replace(job, journeys=(relabelled,))).customers) == 2


def test_a_company_is_one_customer_where_companies_are_the_customers(state: str) -> None:
    office = Office(state, customer="company")
    office.sync(
        [
            contact("1", company="crm:77"), contact("2", company="crm:77"), contact("3"),
            happened("a", "crm:2", "form.submitted", 1),
        ]
    )  # fmt: skip

    assert sorted(map(sorted, office.customers().values())) == [["1", "2"], ["3"]]
    assert office.tool.fields["1"]["journey_stage"] == "before"


# --- tasks when customers join, part and go ------------------------------------------------------


def _open(office: Office) -> dict[str, str]:
    """Key -> standing in the CRM of every task."""
    return {key: task.status for key, task in office.tool.held.items()}


def test_a_task_stays_one_when_two_customers_become_one(office: Office) -> None:
    """And it closes when the joined customer's touchpoint is seen."""
    office.sync([contact("1"), contact("2"), RECORDS[4]])
    assert list(_open(office).values()) == ["open"]
    joined = [contact("1", email="a@example.com"), contact("2", email="a@example.com")]
    assert office.sync(joined).counts.tasks_opened == 0
    assert office.sync([happened("x", "crm:2", "email.sent", 30)]).counts.tasks_closed == 1
    assert office.sync().counts.calls == 0


def test_a_task_goes_with_the_record_when_a_customer_is_parted(office: Office) -> None:
    office.sync([*RECORDS[:2], happened("a", "crm:2", "form.submitted", 1)])
    parted = office.sync([contact("2", email="other@example.com")])
    assert (parted.counts.tasks_opened, parted.counts.tasks_closed) == (0, 0)
    # Only the one who is left behind has news: the other's task is none of their business.
    office.sync([happened("n", "crm:1", "call.logged", 40)])
    assert list(_open(office).values()) == ["open"]
    office.sync([happened("x", "crm:2", "email.sent", 30)])
    assert list(_open(office).values()) == ["completed"]


def test_a_task_of_somebody_who_is_gone_closes(office: Office) -> None:
    office.sync([RECORDS[0], RECORDS[4]])
    office.sync([gone(RECORDS[0]), gone(RECORDS[4])])

    assert list(_open(office).values()) == ["completed"]
    assert office.sync().counts.calls == 0


def test_a_tool_that_suddenly_shows_little_stops_the_run(office: Office) -> None:
    """A key with fewer rights must not look like customers who went away."""
    office.tool.complete = True
    many = [contact(str(number)) for number in range(120)]
    office.sync(many)
    with pytest.raises(Guarded, match="shows 110 of 120 all no more"):
        office.sync(many[:10])
    assert len(office.customers()) == 120
    office.tool.batches = [many[:10]]
    job = replace(office.job(), accept=frozenset({"vanished"}))
    finish(job, look(job), command="sync")
    assert len(office.customers()) == 10


def test_a_record_that_became_another_one_takes_its_tasks_along(office: Office) -> None:
    """Also where the new one is read a run later: what a person deleted stays deleted."""
    visit = happened("v", "crm:1", "booking.attended", 3)
    office.sync([contact("1"), visit])
    assert len(office.tool.held) == 1
    office.tool.held.clear()
    office.sync([gone(contact("1"))])
    visit = happened("v", "crm:9", "booking.attended", 3)
    office.sync([contact("9", links=["crm:1"]), visit])
    office.sync([happened("w", "crm:9", "email.sent", 9)])

    assert office.tool.held == {}
