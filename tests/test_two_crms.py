"""One customer in two CRMs: the same stage in both, one task, and no word of a person lost."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from databases import fresh
from memory_tool import START, MemoryTool, contact, gone, happened
from plans import MAP

from journeysync.core.errors import ToolDown
from journeysync.core.language.model import Journey
from journeysync.core.models import CompanyRecord, RawRecord, Reading, RecordKey
from journeysync.core.planning.plan import Plan, encode
from journeysync.core.ports import ChangedBy, Held, Outcome, PresentRecord, RecordWrite
from journeysync.core.running.sync import Finished, Job, finish, look
from journeysync.core.state.store import Store, open_store
from journeysync.core.workspace import Workspace

STUDIO = Journey.model_validate(MAP)
NOW = START + timedelta(days=5)
STAGE = "journey_stage"


def company(number: str, tool: str) -> RawRecord:
    return RawRecord(RecordKey(tool, "company", number), {"label": "Example Ltd"})


@dataclass
class Crm(MemoryTool):
    """Knows who changed what, and can be away."""

    edits: dict[tuple[str, str], tuple[datetime | None, ChangedBy]] = field(default_factory=dict)
    away: bool = False
    written: int = 0

    def normalise(self, record: RawRecord) -> Reading:
        if record.key.type == "company":
            return Reading(companies=(CompanyRecord(record.key.tool, record.key.id),))
        return super().normalise(record)

    def edit(
        self,
        number: str,
        value: str,
        by: ChangedBy = "person",
        at: datetime | None = None,
        name: str = STAGE,
    ) -> None:
        self.fields.setdefault(number, {})[name] = value
        self.edits[number, name] = (at, by)

    def present(
        self, object_type: str, ids: Sequence[str], fields: Sequence[str], *, history: bool = False
    ) -> list[PresentRecord]:
        assert object_type in ("contact", "company")
        nobody: tuple[datetime | None, ChangedBy] = (None, "us" if history else "unknown")
        edits = self.edits if history else {}
        if self.away:
            raise ToolDown(self.name, "does not answer.")
        return [
            PresentRecord(
                one,
                one,
                {
                    name: Held(
                        self.fields.get(one, {}).get(name, ""),
                        *edits.get((one, name), nobody),
                    )
                    for name in fields
                },
            )
            for one in ids
        ]

    def write_records(self, rows: Sequence[RecordWrite]) -> list[Outcome]:
        self.written += len(rows)
        for row in rows:
            for name in row.values:
                self.edits.pop((row.id, name), None)
        return super().write_records(rows)


MARKETING = (contact("1", email="ann@example.com", tool="hub", first_name="Ann"),
             happened("a", "hub:1", "form.submitted", 1, tool="hub"))  # fmt: skip
SALES = (contact("s1", email="ann@example.com", tool="sales", first_name="Anna"),)


class Firm:
    """A workspace with two CRMs; runs as `sync` does."""

    def __init__(
        self, state: str, *, order: Sequence[str] = ("hub", "sales"), **more: object
    ) -> None:
        self.crms = {name: Crm(name) for name in ("hub", "sales")}
        self.order = tuple(order)
        self.store: Store = open_store(state, Path(), dry_run=False)
        self.now = NOW
        self.workspace = Workspace.model_validate(
            {
                "journeys": ["studio"],
                "tools": {name: {} for name in order},
                "write_to": ["hub", "sales"],
                **more,
            }
        )

    def job(self) -> Job:
        tools = {name: self.crms[name] for name in self.order}
        written = {name: tools[name] for name in self.workspace.write_to}
        return Job(self.store, self.workspace, (STUDIO,), tools, written, self.now, self.now)

    def give(self, **news: Sequence[RawRecord]) -> None:
        for name, crm in self.crms.items():
            crm.batches = [news[name]] if name in news else []

    def plan(self, **news: Sequence[RawRecord]) -> Plan:
        self.give(**news)
        return look(self.job()).plan

    def sync(self, **news: Sequence[RawRecord]) -> Finished:
        self.give(**news)
        done = finish(self.job(), look(self.job()), command="sync")
        self.now += timedelta(hours=1)
        return done

    def stages(self) -> tuple[str, str]:
        return self.shown(STAGE)

    def shown(self, name: str) -> tuple[str, str]:
        return (
            self.crms["hub"].fields.get("1", {}).get(name, ""),
            self.crms["sales"].fields.get("s1", {}).get(name, ""),
        )

    def tasks(self) -> Mapping[str, list[str]]:
        """CRM -> how each of its tasks stands."""
        return {name: [one.status for one in crm.held.values()] for name, crm in self.crms.items()}


@pytest.fixture
def firm(tmp_path: Path) -> Iterator[Firm]:
    made = Firm(fresh("sqlite", tmp_path))
    made.sync(hub=MARKETING, sales=SALES)
    yield made
    made.store.close()


def seen_again(firm: Firm) -> dict[str, Sequence[RawRecord]]:
    """Both records come again, as they do when anything of them was changed."""
    stamp = str(firm.now)
    return {
        "hub": [contact("1", email="ann@example.com", tool="hub", stamp=stamp)],
        "sales": [contact("s1", email="ann@example.com", tool="sales", stamp=stamp)],
    }


def moved(plan: Plan) -> list[str]:
    """The CRMs in which a plan changes a stage."""
    return [one.tool for one in plan.records if any(each.field == STAGE for each in one.fields)]


def test_both_show_the_same(firm: Firm) -> None:
    """Stage, reason, dates and the customer's id; and one task in all, which is answered once."""
    for name in ("journey_stage", "journey_stage_since", "journey_reason", "journey_customer_id",
                 "journey_status", "journey_missed", "journey_name"):  # fmt: skip
        hub, sales = firm.shown(name)
        assert hub == sales != ""
    assert firm.tasks() == {"hub": ["open"], "sales": []}


def test_an_echo_writes_nothing(firm: Firm) -> None:
    """Our own writes come back as changes of both records."""
    before = [crm.written for crm in firm.crms.values()]
    done = firm.sync(**seen_again(firm))

    assert done.counts.calls == 0
    assert [crm.written for crm in firm.crms.values()] == before
    assert firm.plan().empty


def test_a_copy_by_another_integration_writes_nothing(firm: Firm) -> None:
    """Somebody's own HubSpot-Salesforce sync carries our value over before we do."""
    firm.give()
    booked = happened("b", "hub:1", "booking.attended", 121, tool="hub")
    plan = firm.plan(hub=[booked])
    wanted = {one.field: one.after for one in plan.records[0].fields}
    for name, value in wanted.items():
        firm.crms["sales"].edit("s1", value, "automation", firm.now, name)
    done = firm.sync(hub=[booked], sales=seen_again(firm)["sales"])

    assert [change.tool for change in plan.records] == ["hub", "sales"]
    assert (firm.stages(), done.counts.stages) == (("after", "after"), 1)
    assert firm.sync(**seen_again(firm)).counts.calls == 0


@pytest.mark.parametrize(("there", "number"), [("hub", "1"), ("sales", "s1")])
def test_an_edit_in_either_is_kept_and_shown_in_the_other(
    firm: Firm, there: str, number: str
) -> None:
    firm.crms[there].edit(number, "lost", at=firm.now)
    plan = firm.plan(**seen_again(firm))
    firm.sync(**seen_again(firm))

    assert firm.stages() == ("lost", "lost")
    assert moved(plan) == ["sales" if there == "hub" else "hub"]
    assert f"Set by a person in {there}" in firm.shown("journey_reason")[0]
    assert firm.shown("journey_reason")[0] == firm.shown("journey_reason")[1]
    assert firm.sync(**seen_again(firm)).counts.calls == 0


EARLY, LATE = NOW + timedelta(minutes=5), NOW + timedelta(minutes=50)
RIVALS = {
    "the later edit wins": (EARLY, LATE, (), "after"),
    "wherever it was made": (LATE, EARLY, (), "lost"),
    "without times precedence decides": (None, None, ("sales", "hub"), "after"),
    "and without precedence the order of write_to": (None, None, (), "lost"),
}


@pytest.mark.parametrize(("hub", "sales", "precedence", "stage"), RIVALS.values(), ids=RIVALS)
def test_two_edits(
    tmp_path: Path, hub: datetime | None, sales: datetime | None, precedence: tuple[str, ...],
    stage: str,
) -> None:  # fmt: skip
    """The losing value is named in the plan."""
    firm = Firm(fresh("sqlite", tmp_path), precedence=precedence)
    firm.sync(hub=MARKETING, sales=SALES)
    firm.crms["hub"].edit("1", "lost", at=hub)
    firm.crms["sales"].edit("s1", "after", at=sales)
    plan = firm.plan(**seen_again(firm))
    loser = "after" if stage == "lost" else "lost"
    firm.sync(**seen_again(firm))

    assert firm.stages() == (stage, stage)
    assert [f"“{loser}”" in note.what for note in plan.notes if note.kind == "kept"] == [True]
    firm.store.close()


def test_an_edit_that_shows_late_does_not_win_over_a_later_one(firm: Firm) -> None:
    """The other CRM could not be read when the later one was found."""
    firm.crms["hub"].edit("1", "lost", at=LATE)
    firm.sync(hub=seen_again(firm)["hub"])
    firm.crms["sales"].edit("s1", "after", at=EARLY)
    plan = firm.plan(**seen_again(firm))
    firm.sync(**seen_again(firm))

    assert firm.stages() == ("lost", "lost")
    assert any("“after” was set by hand too" in note.what for note in plan.notes)


def test_a_later_edit_in_the_other_wins_over_a_pin(firm: Firm) -> None:
    firm.crms["hub"].edit("1", "lost", at=EARLY)
    firm.sync(**seen_again(firm))
    firm.crms["sales"].edit("s1", "after", at=LATE + timedelta(hours=3))
    firm.sync(**seen_again(firm))

    assert firm.stages() == ("after", "after")


def test_which_is_read_first_does_not_matter(tmp_path: Path) -> None:
    """Byte for byte, ids and edits included."""
    plans = []
    for order in (("hub", "sales"), ("sales", "hub")):
        folder = tmp_path / order[0]
        folder.mkdir()
        firm = Firm(fresh("sqlite", folder), order=order)
        first = firm.plan(hub=MARKETING, sales=SALES)
        firm.sync(hub=MARKETING, sales=SALES)
        firm.crms["hub"].edit("1", "lost")
        firm.crms["sales"].edit("s1", "after")
        plans.append([first, firm.plan(**seen_again(firm))])
        firm.store.close()

    # The fingerprint tells one workspace file from another; everything else must be the same.
    bare = [[encode(one).replace(one.fingerprint.encode(), b"") for one in some] for some in plans]
    assert bare[0] == bare[1]


def test_one_that_is_away_waits_and_the_other_is_served(firm: Firm) -> None:
    """The plan says which records wait; when it is back, it gets what it missed."""
    booked = [happened("b", "hub:1", "booking.attended", 121, tool="hub")]
    firm.crms["sales"].away = True
    done = firm.sync(hub=booked, sales=seen_again(firm)["sales"])
    assert done.exit_code == 3
    assert firm.stages() == ("after", "before")
    waiting = [note.record for note in firm.plan().notes if note.kind == "waiting"]
    assert waiting == ["contact s1"]
    firm.crms["sales"].away = False
    firm.sync()

    assert firm.stages() == ("after", "after")
    assert firm.sync().counts.calls == 0


def test_an_automation_that_flips_one_of_them_gets_its_way_there_only(firm: Firm) -> None:
    notes: list[str] = []
    for _ in range(4):
        firm.crms["sales"].edit("s1", "zzz", "automation", firm.now)
        notes += [note.what for note in firm.plan(**seen_again(firm)).notes]
        firm.sync(**seen_again(firm))

    assert firm.stages() == ("before", "zzz")
    assert any("another automation keeps changing" in what for what in notes)
    assert firm.sync(**seen_again(firm)).counts.calls == 0


def test_a_merge_in_one_duplicates_nothing_in_the_other(firm: Firm) -> None:
    """Another record takes the place of the one in sales, as after a conversion."""
    converted = contact("c9", email="ann@example.com", tool="sales", links=["sales:s1"])
    before = dict(firm.crms["hub"].fields["1"])
    done = firm.sync(sales=[gone(SALES[0]), converted])

    assert firm.tasks() == {"hub": ["open"], "sales": []}
    assert (done.counts.tasks_opened, firm.crms["hub"].fields["1"]) == (0, before)
    assert firm.crms["sales"].fields["c9"][STAGE] == "before"


def test_a_task_goes_where_its_department_works(tmp_path: Path) -> None:
    """And to the other CRM where the customer has no record there."""
    departments = {"sales": {"sales_owner": "sam@example.com"}}
    firm = Firm(fresh("sqlite", tmp_path), departments=departments)
    alone = [contact("2", email="bob@example.com", tool="hub"),
             happened("b", "hub:2", "form.submitted", 2, tool="hub")]  # fmt: skip
    firm.sync(hub=[*MARKETING, *alone], sales=SALES)

    assert firm.tasks() == {"hub": ["open"], "sales": ["open"]}
    assert firm.sync().counts.calls == 0
    firm.store.close()


def test_an_outage_is_no_reason_to_give_the_task_to_the_other(tmp_path: Path) -> None:
    departments = {"sales": {"sales_owner": "sam@example.com"}}
    firm = Firm(fresh("sqlite", tmp_path), departments=departments)
    firm.crms["sales"].away = True
    firm.sync(hub=MARKETING, sales=SALES)
    assert firm.tasks() == {"hub": [], "sales": []}
    firm.crms["sales"].away = False
    firm.sync()

    assert firm.tasks() == {"hub": [], "sales": ["open"]}
    firm.store.close()


def test_a_task_found_in_the_other_crm_is_taken_over_there(tmp_path: Path) -> None:
    """The state was lost and the departments were given out anew: the task stays where it is."""
    firm = Firm(fresh("sqlite", tmp_path))
    firm.sync(hub=MARKETING, sales=SALES)
    folder = tmp_path / "again"
    folder.mkdir()
    again = Firm(fresh("sqlite", folder), departments={"sales": {"sales_owner": "s@example.com"}})
    again.crms = firm.crms
    again.sync(hub=MARKETING, sales=SALES)
    assert again.tasks() == {"hub": ["open"], "sales": []}
    again.sync(hub=[happened("x", "hub:1", "email.sent", 119, tool="hub")])

    assert again.tasks() == {"hub": ["completed"], "sales": []}
    for one in (firm, again):
        one.store.close()


def test_a_crm_that_is_not_written_for_a_while_keeps_its_task(tmp_path: Path) -> None:
    """Nobody took it away: nothing opens it elsewhere, and it closes when it is looked at again."""
    state = fresh("sqlite", tmp_path)
    firm = Firm(state)
    firm.sync(hub=MARKETING, sales=SALES)
    firm.store.close()
    later = Firm(state, write_to=["sales"])
    later.crms = firm.crms
    later.sync()
    assert later.tasks() == {"hub": ["open"], "sales": []}
    later.store.close()
    again = Firm(state)
    again.crms = firm.crms
    again.sync(hub=[happened("x", "hub:1", "email.sent", 119, tool="hub")])

    assert again.tasks() == {"hub": ["completed"], "sales": []}
    again.store.close()


def test_two_companies_of_one_customer_show_the_same(tmp_path: Path) -> None:
    """A person who is known in both joins the company here and the account there."""
    firm = Firm(fresh("sqlite", tmp_path), customer="company")
    firm.sync(
        hub=[contact("1", email="ann@example.com", tool="hub", company="hub:77"), MARKETING[1],
             company("77", "hub")],
        sales=[contact("s1", email="ann@example.com", tool="sales", company="sales:001"),
               company("001", "sales")],
    )  # fmt: skip

    assert firm.crms["hub"].fields["77"] == firm.crms["sales"].fields["001"]
    assert firm.crms["hub"].fields["77"][STAGE] == "before"
    assert firm.sync().counts.calls == 0
    firm.store.close()
