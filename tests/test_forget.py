"""A person who is forgotten leaves no trace in the state, and does not come back."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from killing import Moments, needs_fork
from memory_tool import START, MemoryTool, contact, happened
from msgspec import structs
from plans import MAP
from sqlalchemy.engine import make_url

from journeysync.core.errors import Usage
from journeysync.core.identity.rules import IdentityRules
from journeysync.core.language.model import Journey
from journeysync.core.models import Event, RawRecord, Reading, RecordKey
from journeysync.core.running.forget import forget
from journeysync.core.running.sync import Job, Outlook, finish, look
from journeysync.core.state.compact import compact
from journeysync.core.state.erasing import Erased
from journeysync.core.state.store import Store, open_store
from journeysync.core.state.tables import META
from journeysync.core.workspace import Workspace

NOW = START + timedelta(days=5)
STUDIO = Journey.model_validate(MAP)
# An id that no hash can contain by chance: hashes are digits and the letters a to f.
JANA = contact("jana-512", email="jana.secret@example.com", first_name="Janaquis")
OTHER = contact("7", email="ann@example.com")
ASKED = happened("a", "crm:jana-512", "form.submitted", 1)
NOTE = RawRecord(RecordKey("crm", "note", "n1"), {"text": "Janaquis called", "on": ["jana-512"]})
DEAL = RawRecord(RecordKey("crm", "deal", "93"), {"of": ["jana-512", "7"], "title": "For Janaquis"})
TRACES = (b"jana-512", b"jana.secret", b"Janaquis")


class Tool(MemoryTool):
    """Also has notes, which mean nothing, and deals of several people."""

    def normalise(self, record: RawRecord) -> Reading:
        if record.key.type == "note":
            return Reading()
        if record.key.type == "deal":
            people = [f"crm:{number}" for number in record.content["of"]]  # type: ignore[attr-defined]
            return Reading(
                events=tuple(
                    Event(f"crm:deal:93:won/{one}", "crm", "booking.attended", START, one)
                    for one in people
                )
            )
        return super().normalise(record)


class Office:
    def __init__(self, state: str, **settings: object) -> None:
        self.state = state
        self.tool = Tool(batches=[[JANA, OTHER, ASKED, NOTE, DEAL]])
        self.store: Store = open_store(state, Path(), dry_run=False)
        self.workspace = Workspace.model_validate(
            {"journeys": ["studio"], "tools": {"crm": {}}, "write_to": ["crm"], **settings}
        )

    def sync(self, days: float = 0) -> Outlook:
        now = NOW + timedelta(days=days)
        tools = {"crm": self.tool}
        job = Job(self.store, self.workspace, (STUDIO,), tools, tools, now, now, full=True)
        outlook = look(job)
        finish(job, outlook, command="sync")
        return outlook

    def forget(self, text: str = "jana.secret@example.com") -> Erased:
        with self.store.begin() as connection:
            erased = forget(connection, text, IdentityRules.of(self.workspace), NOW)
        compact(self.state, Path())
        return erased

    def traces(self) -> list[bytes]:
        """What is left in the files of the database, to the byte; in PostgreSQL, in its rows."""
        if self.state.startswith("sqlite"):
            path = Path(str(make_url(self.state).database))
            held = b"".join(file.read_bytes() for file in path.parent.glob(f"{path.name}*"))
        else:
            with self.store.begin() as connection:
                rows = [connection.execute(one.select()).all() for one in META.sorted_tables]
            held = repr(rows).encode()
        return [trace for trace in TRACES if trace in held]

    def count(self, table: str) -> int:
        with self.store.begin() as connection:
            return int(connection.exec_driver_sql(f"select count(*) from {table}").scalar() or 0)


@pytest.fixture
def office(state: str) -> Iterator[Office]:
    made = Office(state)
    made.sync()
    yield made
    made.store.close()


def test_no_byte_of_them_is_left(office: Office) -> None:
    assert office.traces() == list(TRACES)
    erased = office.forget()

    assert office.traces() == []
    assert erased.records == [("crm", "contact", "jana-512")]
    assert len(erased.tasks) == 1


def test_the_next_read_does_not_bring_them_back(office: Office) -> None:
    """Whatever is read again is left out, and counted."""
    office.forget()
    outlook = office.sync(1)

    assert outlook.read.forgotten == 4
    assert office.traces() == []
    assert office.count("person") == 1


def test_nor_under_another_id(office: Office) -> None:
    """Events of the new record go too, also those that came first."""
    office.forget()
    again = happened("b", "crm:600", "form.submitted", 2)
    back = contact("600", email="Jana.Secret@example.com", first_name="Janaquis")
    office.tool.batches = [
        [again],
        [back],
        [structs.replace(again, key=RecordKey("crm", "happening", "c"))],
    ]
    office.sync(1)

    assert office.traces() == []
    assert (office.count("person"), office.count("event")) == (1, 1)


def test_what_others_share_stays_theirs(office: Office) -> None:
    """The deal's event of the other contact, and their task; not the deal as it was answered."""
    office.forget()

    assert office.count("event") == 1
    outlook = office.sync(1)
    assert outlook.plan.records == ()
    assert [(task.touchpoint, task.about) for task in outlook.plan.tasks] == [
        ("check-in", (("contact", "7"),))
    ]
    with office.store.begin() as connection:
        kept = connection.exec_driver_sql("select type, content from raw_record").all()
    assert ("deal", "{}") in [tuple(row) for row in kept]


def test_a_shared_mailbox_shuts_nobody_out(office: Office) -> None:
    office.tool.batches = [
        [contact("8", email="info@example.com"), contact("9", email="info@example.com")]
    ]
    office.sync(1)
    office.forget("crm:8")
    office.sync(2)

    assert office.count("person") == 3


def test_of_a_company_one_person_is_forgotten(state: str) -> None:
    """The company goes on; who is meant must be said."""
    office = Office(state, customer="company")
    office.tool.batches = [
        [
            contact(
                "jana-512", email="jana.secret@example.com", first_name="Janaquis", company="crm:c"
            ),
            contact("7", email="ann@example.com", company="crm:c"),
            ASKED,
        ]
    ]
    office.sync()
    with office.store.begin() as connection:
        customer = str(connection.exec_driver_sql("select customer from person").scalar())
    with pytest.raises(Usage, match="is 2 people"):
        office.forget(customer)
    erased = office.forget()

    assert (erased.customers, office.traces(), office.count("person")) == ([], [], 1)
    office.sync(1)
    assert office.traces() == []
    office.store.close()


@needs_fork
def test_a_forget_killed_and_run_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed before it was stored, nobody is forgotten; after, nothing of them is left."""
    moments = Moments(monkeypatch)
    for moment in ("before a commit", "after a commit"):
        folder = tmp_path / moment
        folder.mkdir()
        office = Office(f"sqlite:///{folder}/state.db")
        office.sync()
        office.store.close()
        moments.kill(office.forget, (moment, 1))
        known = office.count("person") == 2
        assert known == (moment == "before a commit")
        if known:
            office.forget()
        outlook = office.sync(1)
        office.store.close()
        assert outlook.read.forgotten == 4
        assert office.traces() == [], f"killed {moment}"
