"""What people and programs do in one of two CRMs, between syncs: kept, shown in the other, once."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from two_crms import BOTH, TwoCrms, two_crms

from journeysync.core.planning.plan import Plan
from journeysync.core.running.apply import carry_out
from journeysync.core.running.undo import plan_undo
from journeysync.core.state import runs

HUBSPOT, SALESFORCE = BOTH
A_MOMENT = 0.02


Pair = tuple[str, str]
"""The contacts of one customer, in both."""


@dataclass
class Synced:
    """Both CRMs after a sync, and customers of whom nothing else has happened yet."""

    place: TwoCrms
    pairs: Iterator[Pair]
    leads: Iterator[str]


@pytest.fixture(scope="module")
def synced(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Synced]:
    with two_crms(tmp_path_factory.mktemp("edits"), customers=12) as place:
        plan = place.dry_run().plan
        leads = [one.id for one in plan.records if one.object_type == "lead"]
        place.sync()
        yield Synced(place, iter(pairs(plan)), iter(leads))


@pytest.fixture
def place(synced: Synced) -> TwoCrms:
    return synced.place


@pytest.fixture
def one(synced: Synced) -> Pair:
    """A customer who has a contact in both and is on the way."""
    return next(synced.pairs)


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[TwoCrms]:
    """Both CRMs, and nothing written yet."""
    with two_crms(tmp_path, customers=4) as made:
        yield made


def pairs(plan: Plan) -> list[Pair]:
    """The customers who have a contact in both and are on the way."""
    found: dict[str, dict[str, str]] = {}
    for change in plan.records:
        stages = {one.after for one in change.fields if one.field == "journey_stage"}
        if stages & {"before", "during"} and change.object_type == "contact":
            found.setdefault(change.customer, {})[change.tool] = change.id
    return [(one[HUBSPOT], one[SALESFORCE]) for one in found.values() if set(one) == set(BOTH)]


def shown(place: TwoCrms, one: Pair, field: str = "journey_stage") -> list[str]:
    """What both CRMs show of a customer."""
    return [
        place.held(tool, "contact", number)[field] for tool, number in zip(BOTH, one, strict=True)
    ]


def set_in_salesforce(place: TwoCrms, number: str, by: str = "person", **values: str) -> None:
    place.org.edit("set", "Contact", id=number, by=by, properties=values)


def after_a_moment(place: TwoCrms) -> None:
    place.advance(A_MOMENT)
    place.sync()


def quiet(place: TwoCrms) -> None:
    """Nothing is left to write."""
    place.advance(A_MOMENT)
    place.org.clear()
    assert (place.sync().counts.calls, place.writes()) == (0, dict.fromkeys(BOTH, 0))


def test_a_stage_set_by_hand_in_salesforce_is_shown_in_hubspot(place: TwoCrms, one: Pair) -> None:
    set_in_salesforce(place, one[1], Journey_Stage__c="after")
    after_a_moment(place)
    assert shown(place, one) == ["after", "after"]
    reasons = shown(place, one, "journey_reason")
    assert reasons[0] == reasons[1]
    assert reasons[0].startswith("Set by a person in salesforce")
    quiet(place)


def test_of_two_edits_the_later_one_counts_and_the_other_is_named(
    place: TwoCrms, one: Pair
) -> None:
    place.portal.edit("set", "contacts", one[0], properties={"journey_stage": "after"})
    place.advance(A_MOMENT)
    set_in_salesforce(place, one[1], Journey_Stage__c="lost")
    place.advance(A_MOMENT)
    notes = place.dry_run().plan.notes
    assert [note.what for note in notes if note.kind == "kept"] == [
        "“after” was set by hand too, “lost” in salesforce later"
    ]
    place.sync()
    assert shown(place, one) == ["lost", "lost"]


def test_what_a_connector_between_the_two_copies_is_an_echo(place: TwoCrms, one: Pair) -> None:
    """It writes what both hold already: nothing follows from it."""
    held = place.held(SALESFORCE, "contact", one[1])
    set_in_salesforce(
        place, one[1], by="integration",
        Journey_Stage__c=held["journey_stage"], Journey_Reason__c=held["journey_reason"],
    )  # fmt: skip
    quiet(place)


def test_an_override_in_salesforce_holds_in_both(place: TwoCrms, one: Pair) -> None:
    set_in_salesforce(place, one[1], Journey_Override__c="lost")
    after_a_moment(place)
    assert shown(place, one) == ["lost", "lost"]


def test_a_lead_that_is_converted_keeps_its_stage(synced: Synced) -> None:
    """The lead is written no more; nothing of its customer is made twice."""
    place, lead = synced.place, next(synced.leads)
    held = place.held(SALESFORCE, "lead", lead)
    tasks = len(place.snapshot()[SALESFORCE]["tasks"]) + len(place.snapshot()[HUBSPOT]["tasks"])
    contact = str(place.org.edit("convert", "Lead", id=lead)["ConvertedContactId"])
    after_a_moment(place)
    kept = place.held(SALESFORCE, "contact", contact)
    for name in ("journey_stage", "journey_stage_since", "journey_customer_id"):
        assert kept[name] == held[name] != ""
    after = len(place.snapshot()[SALESFORCE]["tasks"]) + len(place.snapshot()[HUBSPOT]["tasks"])
    assert after == tasks
    quiet(place)


def test_a_merge_in_salesforce_makes_nothing_twice(place: TwoCrms, one: Pair) -> None:
    twin = place.org.create("Contact", LastName="Twin", Email="twin@example.com")
    after_a_moment(place)
    open_before = place.snapshot()[SALESFORCE]["tasks"]
    place.org.edit("merge", "Contact", id=one[1], other=twin)
    after_a_moment(place)
    assert shown(place, one)[0] == shown(place, one)[1] != ""
    assert len(place.snapshot()[SALESFORCE]["tasks"]) == len(open_before)
    quiet(place)


def test_when_salesforce_is_down_hubspot_is_served(fresh: TwoCrms) -> None:
    fresh.org.fault("503", "POST /services/data/composite/sobjects", times=99)
    done = fresh.sync()
    assert done.exit_code == 3
    assert fresh.writes()[HUBSPOT] > 0
    assert fresh.writes()[SALESFORCE] == 0
    fresh.org.admin("DELETE", "/faults")
    after_a_moment(fresh)
    assert fresh.writes()[SALESFORCE] > 0
    quiet(fresh)


def test_what_a_run_wrote_in_both_is_put_back(fresh: TwoCrms) -> None:
    one = pairs(fresh.dry_run().plan)[0]
    fresh.sync()
    with fresh.job() as job:
        with job.store.begin() as connection:
            (run,) = [row.id for row in runs.last_runs(connection, 9) if row.command == "sync"]
            keys = [key for (key,) in connection.exec_driver_sql("select key from task").all()]
        undone = carry_out(job, plan_undo(job, run)[1], "undo")
    assert undone.executed.failures == []
    for tool, number in zip(BOTH, one, strict=True):
        assert set(fresh.held(tool, "contact", number).values()) == {""}
    tools = fresh.connect()
    tasks = [task for tool in BOTH for task in tools[tool].tasks(keys=keys)]
    assert {(task.status, task.closed_by_us) for task in tasks} == {("completed", True)}
