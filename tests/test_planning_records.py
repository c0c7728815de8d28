"""What records should show, and whose value stands."""

from datetime import timedelta

import pytest
from plans import NOW, Case, ago, need, person, view

from journeysync.core.planning.edits import FLIPS, judge
from journeysync.core.planning.fields import REASON
from journeysync.core.planning.ledger import Entry
from journeysync.core.ports import Held

OURS = Entry("old")
KEPT = Entry("theirs", "kept", "new")
BY = {"by": "person"}

JUDGED = {
    "never written, empty, nothing wanted": (None, Held(""), "", "nothing"),
    "never written, empty": (None, Held(""), "new", "write"),
    "never written, there already": (None, Held("new"), "new", "adopt"),
    "never written, a person was there first": (None, Held("x", None, "person"), "new", "keep"),
    "never written, another automation was": (None, Held("x", None, "automation"), "new", "write"),
    "as we left it, and still wanted": (Entry("new"), Held("new"), "new", "nothing"),
    "as we left it, now another": (OURS, Held("old"), "new", "write"),
    "as we left it, now nothing": (OURS, Held("old"), "", "write"),
    "changed by a person": (OURS, Held("x", None, "person"), "new", "keep"),
    "emptied by a person": (OURS, Held("", None, "person"), "new", "keep"),
    "changed by an automation": (OURS, Held("x", None, "automation"), "new", "write"),
    "changed by nobody knows whom": (OURS, Held("x"), "new", "write"),
    "changed to what we want": (OURS, Held("new", None, "person"), "new", "adopt"),
    "kept, and nothing new": (KEPT, Held("theirs", None, "person"), "new", "keep"),
    "kept, but we want another now": (KEPT, Held("theirs", None, "person"), "newer", "write"),
    "kept, then set to what we want": (KEPT, Held("new", None, "person"), "new", "adopt"),
    "kept, then changed again by a person": (KEPT, Held("y", None, "person"), "new", "keep"),
    "kept, then changed by an automation": (KEPT, Held("y", None, "automation"), "new", "write"),
    "flipped too often": (
        Entry("old", flips=FLIPS - 1), Held("x", None, "automation"), "new", "stop",
    ),
    "stopped stays stopped": (Entry("x", "stopped"), Held("x"), "new", "nothing"),
}  # fmt: skip


@pytest.mark.parametrize(("entry", "held", "want", "do"), JUDGED.values(), ids=JUDGED)
def test_whose_value_stands(entry: Entry | None, held: Held, want: str, do: str) -> None:
    assert judge("journey_reason", want, entry, held).do == do


def test_instants_compare_as_instants() -> None:
    """HubSpot answers milliseconds that nobody wrote."""
    held = Held("2026-11-18T10:00:00.000Z")

    assert judge("journey_stage_since", "2026-11-18T10:00:00Z", None, held).do == "adopt"


STATUSES = {
    "a missed touchpoint that can be made good: behind": (view(need()), "behind"),
    "one past helping: on track": (view(need(actionable=False)), "on_track"),
    "longer in the stage than its target: stuck": (view(since=ago(8)), "stuck"),
    "exactly as long: on track": (view(since=NOW - timedelta(days=7)), "on_track"),
    "in the last stage: done": (view(place="after"), "done"),
    "in an exit: done": (view(place="lost", kind="exit"), "done"),
    "behind comes before done": (view(need("check-in"), place="after"), "behind"),
}


@pytest.mark.parametrize(("seen", "status"), STATUSES.values(), ids=STATUSES)
def test_status_words(seen: object, status: str) -> None:
    plan = Case([seen]).plan()  # type: ignore[list-item]  # a view, as the table says
    (change,) = plan.records

    assert {one.field: one.after for one in change.fields}["journey_status"] == status


def test_a_customer_on_no_path_shows_nothing() -> None:
    assert Case([view(place="", kind="")]).plan().records == ()


def test_the_next_touchpoint_is_the_earliest_that_is_due() -> None:
    coming = view(need("check-in", status="due", late=-2), need(status="due", late=-1))
    (change,) = Case([coming]).plan().records
    held = {one.field: one.after for one in change.fields}

    assert (held["journey_next_touchpoint"], held["journey_next_due"]) == (
        "Answer",
        "2026-11-21T09:00:00Z",
    )


def test_a_field_that_the_crm_does_not_show_is_as_we_left_it() -> None:
    """What is to change there is tried, and fails with a reason; it is no edit of anybody's."""
    known = {
        change.field: Entry(change.after) for change in Case([view()]).plan().records[0].fields
    }
    shown = {name: Held(entry.value) for name, entry in known.items() if name != REASON}
    same = Case([view()], fields=known, held=shown)
    other = Case([view()], fields={**known, REASON: Entry("old")}, held=shown)

    assert same.plan().records == ()
    assert same.plan().adoptions == ()
    ((change,),) = [one.fields for one in other.plan().records]
    assert (change.field, change.before, change.flips) == (REASON, "old", 0)


def test_the_calls_of_a_plan_are_counted_in_batches() -> None:
    """150 records and 2 tasks: two calls and one."""
    from plans import person

    views = [view(name=f"c-{n}", people=[person(str(n))]) for n in range(148)]
    views += [
        view(need(), name="c-a", people=[person("901")]),
        view(need("check-in"), name="c-b", people=[person("902")]),
    ]

    assert Case(views).plan().counts.calls == 3


def test_a_record_is_written_once_although_others_were_merged_into_it() -> None:
    """Never under an old id: it may still stand for somebody else, and both would write it."""
    views = [view(name="c-1", people=[person("1")]), view(name="c-2", people=[person("2")])]
    plan = Case(views, merged={"2": "1"}).plan()

    assert [(change.id, change.customer) for change in plan.records] == [("1", "c-1")]
    assert [(note.kind, note.record) for note in plan.notes] == [("gone", "contact 2")]
