"""A run against a pretend portal: what is written, what stays a person's, what comes only once."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from databases import KINDS, fresh
from studio import Studio, plain, studio

from journeysync.core.errors import Guarded, Stale
from journeysync.core.language.model import Journey
from journeysync.core.planning.plan import decode, encode
from journeysync.core.ports import TaskWrite


@pytest.fixture
def place(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Studio]:
    with studio(tmp_path, state=fresh(getattr(request, "param", "sqlite"), tmp_path)) as made:
        yield made


on_each_database = pytest.mark.parametrize("place", KINDS, indirect=True)


@on_each_database
def test_a_second_sync_writes_nothing(place: Studio) -> None:
    """And it sends no writing request at all."""
    first = place.sync()
    place.portal.forget_journal()
    second = place.sync()

    assert first.counts.stages > 10
    assert first.counts.tasks_opened > 3
    assert (second.counts.stages, second.counts.tasks_opened, second.counts.calls) == (0, 0, 0)
    assert place.writes() == []


def test_a_dry_run_changes_nothing_anywhere(place: Studio) -> None:
    """No writing request, and no state where there was none."""
    plan = place.dry_run().plan

    assert not plan.empty
    assert place.writes() == []
    assert list(place.folder.glob("journeysync.db*")) == []


def test_a_dry_run_leaves_an_existing_state_as_it_is(place: Studio) -> None:
    """To the byte."""
    place.sync()
    place.advance(2)
    before = (place.folder / "journeysync.db").read_bytes()
    place.dry_run()

    assert (place.folder / "journeysync.db").read_bytes() == before


def test_the_same_world_gives_the_same_plan(place: Studio) -> None:
    """Byte for byte."""
    assert encode(place.dry_run().plan) == encode(place.dry_run().plan)


@on_each_database
def test_what_a_dry_run_shows_is_what_a_sync_writes(place: Studio) -> None:
    """Every field after the sync holds what the plan had promised."""
    plan = place.dry_run().plan
    place.sync()

    for change in plan.records:
        held = place.contact(change.id)
        assert {one.field: held[one.field] for one in change.fields} == {
            one.field: one.after for one in change.fields
        }


@on_each_database
def test_syncs_along_the_way_end_as_one_sync_at_the_end(place: Studio, tmp_path: Path) -> None:
    """Incremental runs give every stage that a first run on an empty state would give."""
    for days in (1, 2.5, 4, 9):
        place.sync()
        place.advance(days)
    place.sync()
    fresh = tmp_path / "fresh"
    fresh.mkdir()
    again = Studio(place.portal, fresh)

    assert again.dry_run().plan.records == ()


# --- people at work --------------------------------------------------------------------------


def _someone(place: Studio, stage: str) -> str:
    return next(
        change.id
        for change in place.dry_run().plan.records
        for one in change.fields
        if one.field == "journey_stage" and one.after == stage
    )


@on_each_database
def test_a_stage_set_by_hand_is_kept(place: Studio) -> None:
    """The other fields say so, and the next run leaves all of it alone."""
    person = _someone(place, "before")
    place.sync()
    place.portal.edit("set", "contacts", person, properties={"journey_stage": "after"})
    place.advance(0.01)
    kept = place.sync()

    assert kept.counts.kept == 1
    assert place.contact(person)["journey_stage"] == "after"
    assert place.contact(person)["journey_reason"].startswith("Set by a person in crm")
    place.advance(0.01)
    assert place.sync().counts.calls == 0


def test_a_stage_set_back_by_hand_ends_the_pin(place: Studio) -> None:
    """Then the reason is ours again."""
    person = _someone(place, "before")
    place.sync()
    for stage in ("after", "before"):
        place.portal.edit("set", "contacts", person, properties={"journey_stage": stage})
        place.advance(0.01)
        place.sync()

    assert place.contact(person)["journey_stage"] == "before"
    assert "by a person" not in place.contact(person)["journey_reason"]


def test_another_field_changed_by_hand_is_kept_until_we_want_something_else(place: Studio) -> None:
    person = _someone(place, "before")
    place.sync()
    place.portal.edit("set", "contacts", person, properties={"journey_reason": "I know better"})
    place.advance(0.01)
    kept = place.sync()

    assert kept.counts.kept == 1
    assert place.contact(person)["journey_reason"] == "I know better"


def test_an_automation_that_keeps_flipping_a_field_gets_its_way(place: Studio) -> None:
    """Written again twice, then left alone and said."""
    person = _someone(place, "before")
    place.sync()
    written = []
    for _ in range(4):
        place.portal.edit(
            "set", "contacts", person, properties={"journey_name": "Bot"}, by="automation"
        )
        place.advance(0.01)
        outlook = place.dry_run()
        place.sync()
        written.append(any(change.id == person for change in outlook.plan.records))
        notes = [note.kind for note in outlook.plan.notes if person in note.record]

    assert written == [True, True, False, False]
    assert place.contact(person)["journey_name"] == "Bot"
    assert "stopped" not in notes  # said once, when it was found


@on_each_database
def test_an_override_pins_the_stage_until_it_is_taken_back(place: Studio) -> None:
    """To an exit: then nothing is owed either."""
    task = place.dry_run().plan.tasks[0]
    person = task.about[0][1]
    place.portal.edit("set", "contacts", person, properties={"journey_override": "lost"})
    place.sync()

    assert place.contact(person)["journey_stage"] == "lost"
    assert place.contact(person)["journey_missed"] == "0"
    assert not any(person in str(one) for one in place.snapshot()["hubspot"]["tasks"])
    place.portal.edit("set", "contacts", person, properties={"journey_override": ""})
    place.advance(0.01)
    place.sync()
    assert place.contact(person)["journey_stage"] != "lost"


@pytest.mark.parametrize("action", ["complete", "delete"])
def test_a_task_that_a_person_ended_never_comes_back(place: Studio, action: str) -> None:
    place.sync()
    tasks = place.portal.connect().tasks(keys=[_key(place)])
    place.portal.edit(action, "tasks", tasks[0].id)
    for _ in range(3):
        place.advance(0.01)
        place.sync()
        found = place.portal.connect().tasks(keys=[tasks[0].key])
        assert [one.status for one in found if one.status == "open"] == []


def _key(place: Studio) -> str:
    """The key of a task that is open now."""
    keys = [
        one["properties"]["journeysync_key"]
        for one in place.snapshot()["hubspot"]["tasks"]
        if one["properties"].get("journeysync_key")
    ]
    return str(keys[0])


# --- what may go wrong -----------------------------------------------------------------------


FAULTS = {
    "the connection breaks before an answer": "reset",
    "it is written, then the connection breaks": "applied-then-reset",
    "half of it is written": "half-applied",
    "a server error": "500",
    "too many calls": "429",
    "HTML instead of JSON": "html",
    "an answer cut short": "truncate",
}


@pytest.fixture(scope="module")
def untroubled(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What the portal holds after a run in which nothing goes wrong."""
    with studio(tmp_path_factory.mktemp("calm")) as calm:
        calm.sync()
        return plain(calm.snapshot())


@pytest.mark.parametrize("kind", FAULTS.values(), ids=FAULTS)
@pytest.mark.parametrize(
    "match",
    ["POST /crm/objects/2026-03/contacts/batch/update", "POST /crm/objects/2026-03/tasks"],
    ids=["writing stages", "writing tasks"],
)
def test_a_fault_while_writing_ends_as_if_nothing_had_happened(
    tmp_path: Path, kind: str, match: str, untroubled: str
) -> None:
    """After the next run the portal is as a run without faults leaves it."""
    with studio(tmp_path) as place:
        place.portal.fault(match, kind)
        place.sync()
        place.portal.admin("DELETE", "/faults")
        place.sync()
        assert plain(place.snapshot()) == untroubled
        assert place.sync().counts.calls == 0


def test_a_tool_that_is_down_costs_nothing(place: Studio) -> None:
    """Exit 3, a sentence, and the next run does all of it."""
    place.portal.fault("GET /crm/objects/2026-03/contacts", "503", times=50)
    down = place.sync()
    place.portal.admin("DELETE", "/faults")

    assert down.exit_code == 3
    assert place.writes() == []
    assert place.sync().counts.stages > 10


def test_a_revoked_key_stops_with_its_own_code(place: Studio) -> None:
    place.portal.fault("", "revoked-token", times=100)

    assert place.sync().exit_code == 4


def test_a_guard_stops_a_plan_that_changes_too_much(tmp_path: Path) -> None:
    """Nothing is written; `--accept changes` lets it pass."""
    with studio(tmp_path, customers=90) as place:
        place.sync()
        everybody = {"id": "elsewhere", "reached_by": "person.created"}
        other = Journey.model_validate({"format": 1, "journey": "other", "stages": [everybody]})
        place.journeys = (other, *place.journeys)
        place.provision()
        place.portal.forget_journal()
        with pytest.raises(Guarded):
            place.sync()
        assert place.writes() == []
        assert place.sync(accept=frozenset({"changes"})).counts.stages > 50


# --- saved plans -----------------------------------------------------------------------------


@on_each_database
def test_a_saved_plan_is_applied(place: Studio) -> None:
    """And then a sync has nothing left to write."""
    plan = decode(encode(place.dry_run().plan))
    done = place.apply(plan)

    assert (done.counts.stages, done.exit_code) == (plan.counts.stages, 0)
    assert place.sync().counts.calls == 0


def test_a_plan_that_was_applied_is_done(place: Studio) -> None:
    """Nothing is sent or counted again; where a part of it was made, the rest is."""
    plan = place.dry_run().plan
    place.apply(replace(plan, records=plan.records[2:], tasks=plan.tasks[1:]))
    rest = place.apply(plan)
    again = place.apply(plan)
    changes = len(plan.records) + len(plan.tasks)

    assert (rest.counts.stages, rest.counts.tasks_opened, rest.already) == (2, 1, changes - 3)
    assert (again.counts.stages, again.counts.tasks_opened, again.already) == (0, 0, changes)
    assert (again.counts.calls, again.exit_code) == (0, 0)


def test_a_plan_for_another_world_is_not_applied(place: Studio) -> None:
    plan = place.dry_run().plan
    person = plan.records[0].id
    place.portal.edit("set", "contacts", person, properties={"journey_stage": "after"})
    place.portal.forget_journal()

    with pytest.raises(Stale, match=f"contact {person} holds other values"):
        place.apply(plan)
    assert place.writes() == []


def test_an_old_plan_is_not_applied(place: Studio) -> None:
    plan = place.dry_run().plan
    place.advance(2)

    with pytest.raises(Stale, match="too long ago"):
        place.apply(plan)


# --- records that move and merge -----------------------------------------------------------------


def test_a_moved_visit_moves_its_task(place: Studio) -> None:
    """The reminder that was missed is due again before the new time."""
    task = place.task("reminder")
    place.sync()
    meeting = task.anchor.split(":")[2]
    begins = place.portal.now + timedelta(days=5)
    moved = {
        "hs_meeting_start_time": f"{begins:%Y-%m-%dT%H:%M:%SZ}",
        "hs_meeting_end_time": f"{begins + timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}",
    }
    place.portal.edit("set", "meetings", meeting, properties=moved)
    place.advance(0.01)
    done = place.sync()

    assert (done.counts.tasks_moved, done.counts.tasks_opened, done.counts.tasks_closed) == (
        1,
        0,
        0,
    )
    (held,) = place.portal.connect().tasks(keys=[task.key])
    assert (held.status, held.due) == ("open", begins - timedelta(days=1))


def _another(place: Studio, person: str) -> str:
    return next(change.id for change in place.dry_run().plan.records if change.id != person)


def test_merged_contacts_keep_one_task(place: Studio) -> None:
    """Also where the event that it hangs on now stands on the other contact."""
    old = place.task("enquiry-answer").about[0][1]
    other = _another(place, old)
    place.sync()
    place.portal.edit("merge", "contacts", old, into=other)
    place.advance(0.01)
    place.sync()
    place.advance(0.01)
    place.sync()
    same = [
        one
        for one in place.snapshot()["hubspot"]["tasks"]
        if one["properties"].get("journeysync_touchpoint") == "enquiry-answer"
    ]

    assert len(same) == 1
    assert place.sync().counts.calls == 0


# --- tasks in the portal -------------------------------------------------------------------------


def test_a_task_that_we_closed_can_be_opened_again(place: Studio) -> None:
    """With its key: there is no second one."""
    tool = place.portal.connect()
    (made,) = tool.create_tasks([TaskWrite("js1-x", subject="Call", due=place.portal.now)])
    tool.change_tasks([TaskWrite("js1-x", made.id, close_because="seen")])
    (closed,) = tool.tasks(ids=[made.id])
    again = TaskWrite("js1-x", made.id, subject="Call again", body="Why", reopen=True)
    tool.change_tasks([again])
    (reopened,) = tool.tasks(keys=["js1-x"])

    assert (closed.status, closed.closed_by_us) == ("completed", True)
    assert (reopened.status, reopened.closed_by_us, reopened.id) == ("open", False, made.id)


def test_a_portal_that_allows_no_properties_on_tasks(place: Studio) -> None:
    """The key stands in the task's text: no second task, and the first one closes."""
    tool = place.sandbox_request
    for name in ("key", "touchpoint", "anchor", "closed"):
        assert tool("DELETE", f"/crm/properties/2026-03/tasks/journeysync_{name}") == 204
    opened = place.sync().counts.tasks_opened
    place.advance(0.01)
    again = place.sync()

    assert opened > 3
    assert (again.counts.tasks_opened, again.counts.calls) == (0, 0)
    (place.folder / "journeysync.db").unlink()
    assert place.sync().counts.tasks_opened == opened  # found, not made: see the next line
    texts = [task["properties"]["hs_task_body"] for task in place.snapshot()["hubspot"]["tasks"]]
    assert sum("journeysync js1-" in text for text in texts) == opened


def test_a_contact_that_was_deleted_for_good_goes_when_it_is_missed(place: Studio) -> None:
    """No list of changes tells of it: the first run that wants to write there takes it out."""
    place.sync()
    place.advance(3)
    person = place.dry_run().plan.records[0].id
    place.portal.edit("delete", "contacts", person, permanently=True)
    place.sync()
    with place.job() as job, job.store.begin() as connection:
        known = connection.exec_driver_sql("select id from person").scalars().all()

    assert person not in known
    second = place.sync()
    assert (second.exit_code, second.counts.calls) == (0, 0)
