"""Lists that are read window by window, and people whom several records tell of."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from memory_tool import MemoryTool
from msgspec import structs
from sqlalchemy import select, text

from journeysync.core.identity.rules import IdentityRules
from journeysync.core.models import Event, PersonRecord, RawRecord, Reading, RecordKey
from journeysync.core.ports import Batch, Rereads, Window
from journeysync.core.running.ingest import ingest
from journeysync.core.state import tables as t
from journeysync.core.state.migrations import VERSION, migrate, version_of
from journeysync.core.state.people import together
from journeysync.core.state.store import Store, open_store

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)


@dataclass
class Diary(MemoryTool):
    """A tool that lists appointments by their day and reads them one by one."""

    name: str = "diary"
    entries: dict[str, tuple[int, str, str]] = field(default_factory=dict)
    """Id -> days from now, e-mail, phone."""
    back: int = 10
    fetched: list[str] = field(default_factory=list)

    def entry(self, number: str) -> RawRecord:
        self.fetched.append(number)
        days, email, phone = self.entries[number]
        key = RecordKey("diary", "visit", number)
        content = {"days": days, "email": email, "phone": phone}
        at = NOW + timedelta(days=days)
        return RawRecord(key, content, listed_at=at, mark=self.mark(number))

    def mark(self, number: str) -> str:
        return str(self.entries[number])

    def read(self, stream: str, since: datetime | None, until: datetime) -> Iterator[Batch]:
        assert stream == "all"
        start = None if since is None else until - timedelta(days=self.back)
        listed = [
            number
            for number, (days, _, _) in self.entries.items()
            if start is None or NOW + timedelta(days=days) >= start
        ]
        if since is None:
            yield Batch(tuple(self.entry(one) for one in listed))
            yield Batch((), complete=True, window=Window(start))
            return
        marks = {RecordKey("diary", "visit", one): self.mark(one) for one in listed}
        yield Batch((), listed=marks, window=Window(start))

    def reread(self, stream: str, keys: Sequence[RecordKey]) -> Iterator[Batch]:
        assert stream == "all"
        yield Batch(tuple(self.entry(key.id) for key in keys))

    def normalise(self, record: RawRecord) -> Reading:
        days, email = int(str(record.content["days"])), str(record.content["email"])
        at = NOW + timedelta(days=days)
        person = PersonRecord(
            "diary", "guest", email, at, (f"{email}@example.com",),
            tuple(filter(None, [str(record.content["phone"])])), last_name="Lee", gathered=True,
        )  # fmt: skip
        event = Event(f"diary:{record.key.id}", "diary", "booking.starts", at, person.name)
        return Reading(people=(person,), events=(event,))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store("sqlite:///state.db", tmp_path, dry_run=False)
    yield opened
    opened.close()


def sync(store: Store, tool: Diary, *, full: bool = False, minutes: int = 0) -> list[str]:
    """Read, and name what was asked for one by one."""
    tool.fetched.clear()
    report = ingest(
        store, {"diary": tool}, IdentityRules(), now=NOW + timedelta(minutes=minutes), full=full,
        only=(), most_gone=1.0, progress=lambda *_: None,
    )  # fmt: skip
    assert not report.failed
    return tool.fetched.copy()


def known(store: Store) -> list[str]:
    with store.begin() as connection:
        return sorted(one for (one,) in connection.execute(select(t.event.c.id)))


def phones(store: Store) -> dict[str, list[str]]:
    with store.begin() as connection:
        rows = connection.execute(
            select(t.person_key.c.person, t.person_key.c.value).where(
                t.person_key.c.kind == "phone"
            )
        )
        found: dict[str, list[str]] = {}
        for person, value in rows:
            found.setdefault(person, []).append(value)
    return {person: sorted(values) for person, values in found.items()}


def test_a_source_with_lists_is_known_as_such() -> None:
    assert isinstance(Diary(), Rereads)
    assert not isinstance(MemoryTool(), Rereads)


def test_only_what_a_list_shows_otherwise_is_read(store: Store) -> None:
    tool = Diary(entries={"a": (-1, "ann", ""), "b": (3, "bob", ""), "c": (5, "cy", "")})
    assert sync(store, tool) == ["a", "b", "c"]
    assert sync(store, tool, minutes=5) == []

    tool.entries["b"] = (2, "bob", "")
    tool.entries["d"] = (8, "di", "")

    assert sync(store, tool, minutes=10) == ["b", "d"]
    assert known(store) == ["diary:a", "diary:b", "diary:c", "diary:d"]


def test_what_a_window_no_longer_shows_is_gone_and_what_lies_outside_stays(store: Store) -> None:
    tool = Diary(entries={"old": (-30, "ann", ""), "in": (-2, "ann", ""), "next": (4, "bob", "")})
    sync(store, tool)
    del tool.entries["in"], tool.entries["old"]

    sync(store, tool, minutes=5)
    assert known(store) == ["diary:next", "diary:old"]

    sync(store, tool, full=True, minutes=10)
    assert known(store) == ["diary:next"]


def test_what_is_listed_again_was_never_gone(store: Store) -> None:
    """A list that showed too little does no lasting harm."""
    tool = Diary(entries={"a": (1, "ann", ""), "b": (2, "bob", "")})
    sync(store, tool)
    missed = tool.entries.pop("a")
    sync(store, tool, minutes=5)
    assert known(store) == ["diary:b"]

    tool.entries["a"] = missed

    assert sync(store, tool, minutes=10) == ["a"]
    assert known(store) == ["diary:a", "diary:b"]


def test_a_guest_is_one_person_as_long_as_one_record_tells_of_them(store: Store) -> None:
    tool = Diary(
        entries={"a": (-3, "ann", "+44 20 7946 0001"), "b": (2, "ann", "+44 20 7946 0002")}
    )
    sync(store, tool)
    assert phones(store) == {"diary:ann": ["+442079460001 lee", "+442079460002 lee"]}

    del tool.entries["b"]
    sync(store, tool, minutes=5)
    assert phones(store) == {"diary:ann": ["+442079460001 lee"]}

    del tool.entries["a"]
    sync(store, tool, minutes=10)
    with store.begin() as connection:
        assert connection.execute(select(t.person)).all() == []
        assert connection.execute(select(t.person_part)).all() == []
        contents = connection.execute(select(t.raw_record.c.content)).all()
        assert {content for (content,) in contents} == {"{}"}


GUESTS = (
    PersonRecord("d", "guest", "x", NOW, ("a@x.example",), ("1",), "Ann", "", attributes={"z": 1}),
    PersonRecord("d", "guest", "x", NOW + timedelta(1), ("A@x.example",), ("2",), "", "Lee",
                 attributes={"z": 2, "y": 3}),
    PersonRecord("d", "guest", "x", None, (), ("1",), "Anne", "Old"),
)  # fmt: skip


def test_what_several_records_say_does_not_depend_on_their_order() -> None:
    told = {repr(together(parts)) for parts in itertools.permutations(GUESTS)}

    assert told == {
        repr(
            structs.replace(
                GUESTS[1], created_at=NOW, emails=("A@x.example", "a@x.example"),
                phones=("2", "1"), first_name="Ann", attributes={"z": 2, "y": 3},
            )
        )
    }  # fmt: skip


def test_a_state_of_before_becomes_one_of_now(tmp_path: Path) -> None:
    first = open_store("sqlite:///old.db", tmp_path, dry_run=False)
    with first.begin() as connection:
        for statement in (
            "DROP INDEX raw_record_listed", "DROP TABLE person_part",
            "ALTER TABLE raw_record DROP COLUMN listed_at",
            "ALTER TABLE raw_record DROP COLUMN mark",
            "INSERT INTO raw_record VALUES ('d', 'visit', '1', 'all', '{}', '', '1', 0, 0)",
            "UPDATE meta SET value = '1' WHERE name = 'schema_version'",
        ):  # fmt: skip
            connection.execute(text(statement))
    first.close()

    again = open_store("sqlite:///old.db", tmp_path, dry_run=False)
    with again.begin() as connection:
        migrate(connection)
        assert version_of(connection) == VERSION
        (row,) = connection.execute(select(t.raw_record.c.mark, t.raw_record.c.listed_at)).all()
        assert tuple(row) == ("", None)
    again.close()
