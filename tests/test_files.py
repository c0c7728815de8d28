"""People and events out of files: what is read, what is set aside and why, what stops a run."""

import errno
import gzip
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journeysync.connectors.files import duck as duck_module
from journeysync.connectors.files.duck import Duck
from journeysync.connectors.files.instants import instant_sql, parse_instant
from journeysync.connectors.files.reading import FilesReading
from journeysync.connectors.files.source import make
from journeysync.core.errors import Usage
from journeysync.core.instants import iso
from journeysync.core.models import RawRecord, Reading
from journeysync.core.ports import ToolSetup

PEOPLE = "id,email\nann,ann@x.example\nben,ben@x.example\n"
EVENTS = "id,person_id,kind,at\ne1,ann,order.placed,2026-01-05T10:00:00Z\n"
UTC_ZONE = ZoneInfo("UTC")


@dataclass(frozen=True)
class Read:
    """What stood in two files."""

    people: list[dict[str, Any]]
    events: list[dict[str, Any]]
    problems: list[str]
    notes: list[str]

    @property
    def ids(self) -> list[str]:
        return sorted(event["id"] for event in self.events)


def read(
    folder: Path,
    people: str | bytes = PEOPLE,
    events: str | bytes = EVENTS,
    *,
    suffix: str = ".csv",
    zone: str = "UTC",
    customers: Sequence[int] | None = None,
) -> Read:
    """Write two files and read them; problems as `FILE:LINE CODE`, files without their suffix."""
    paths = []
    for name, content in (("people", people), ("events", events)):
        path = folder / f"{name}{suffix}"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        paths.append(path)
    return read_paths(*paths, zone=zone, customers=customers)


def read_paths(
    people: Path, events: Path, *, zone: str = "UTC", customers: Sequence[int] | None = None
) -> Read:
    with FilesReading(people, events, zone=ZoneInfo(zone)) as reading:
        found = reading.people(None)
        numbers = np.arange(found.num_rows) if customers is None else np.array(customers)
        rows = [row for table in reading.events(numbers, None) for row in table.to_pylist()]
    short = [
        f"{Path(one.file).name.partition('.')[0]}:{one.line} {one.code}"
        for one in sorted(reading.problems)
    ]
    return Read(found.to_pylist(), rows, short, [one.what for one in reading.notes])


# --- what is read ----------------------------------------------------------------------------


def test_a_person(tmp_path: Path) -> None:
    people = (
        "id,email,phone,first_name,last_name,company_id,created_at,city,link:hubspot\n"
        " 7 ,Ann@X.example,020 1,Ann,Smith,acme,2026-01-02T00:00:00Z,Bath,501\n"
    )

    found = read(tmp_path, people, "person_id,kind,at\n")

    assert found.people == [
        {
            "name": "files:7", "id": "7", "email": "Ann@X.example", "phone": "020 1",
            "first_name": "Ann", "last_name": "Smith", "company": "files:acme",
            "created": 1767312000000000, "line": 2, "attr.city": "Bath",
            "link:hubspot": "hubspot:501",
        }
    ]  # fmt: skip
    assert found.ids == ["files:7:person.created"]
    assert found.problems == []


def test_an_event(tmp_path: Path) -> None:
    events = (
        "id,person_id,kind,at,subject_type,subject_id,amount\n"
        " e1 , ann , order.placed ,2026-01-05T10:00:00+01:00,order,7,12.50\n"
    )

    (event,) = read(tmp_path, events=events).events

    assert event == {
        "customer": 0, "person": 0, "line": 2, "number": 1, "id": " e1 ", "kind": "order.placed",
        "moment": 1767603600000000, "subject_type": "order", "subject_id": "7",
        "attr.amount": "12.50",
    }  # fmt: skip


FORMS = {
    "UTF-8 with a byte order mark": b"\xef\xbb\xbf" + EVENTS.encode(),
    "Windows line ends": EVENTS.replace("\n", "\r\n").encode(),
    "no end of line at the end": EVENTS.rstrip().encode(),
    "empty lines": EVENTS.replace("\n", "\n\n").encode(),
    "rows of nothing but commas": EVENTS.encode() + b",,,\n",
    "quotes": EVENTS.replace("order.placed", '"order.placed"').encode(),
    "spaces around the names of columns": EVENTS.replace("kind", " kind ").encode(),
}


@pytest.mark.parametrize("content", FORMS.values(), ids=FORMS)
def test_forms_of_csv(tmp_path: Path, content: bytes) -> None:
    found = read(tmp_path, events=content)

    assert (found.ids, found.problems) == (["e1"], [])


@pytest.mark.parametrize("suffix", [".csv", ".csv.gz", ".jsonl", ".jsonl.gz", ".parquet"])
def test_suffixes(tmp_path: Path, suffix: str) -> None:
    """One content in every format reads alike, down to the lines, which Parquet counts as rows."""
    expected = read(tmp_path)
    people = write(tmp_path / f"people{suffix}", PEOPLE)
    events = write(tmp_path / f"events{suffix}", EVENTS)
    ours = {".csv": 0, ".csv.gz": 0}.get(suffix, -1)
    for row in (*expected.people, *expected.events):
        row["line"] += ours

    assert read_paths(people, events) == expected


def write(path: Path, text: str) -> Path:
    """Write the content of a CSV text in the format that a path names."""
    header, *lines = text.splitlines()
    rows = [dict(zip(header.split(","), line.split(","), strict=True)) for line in lines]
    content = text.encode()
    if ".jsonl" in path.name:
        content = "".join(json.dumps(row) + "\n" for row in rows).encode()
    if path.suffix == ".parquet":
        pq.write_table(pa.Table.from_pylist(rows), path)
    else:
        path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return path


def test_typed_columns_of_parquet(tmp_path: Path) -> None:
    """Numbers, dates and truth values become the texts that a CSV file would hold."""
    at = datetime(2026, 1, 5, 10, 0, 0, 250_000, tzinfo=UTC)
    pq.write_table(
        pa.table({"id": [1.0, 2.5], "vip": [True, None], "since": [at.date(), None]}),
        tmp_path / "people.parquet",
    )
    pq.write_table(
        pa.table({"person_id": [1], "kind": ["order.placed"], "at": [at], "amount": [12.5]}),
        tmp_path / "events.parquet",
    )

    found = read_paths(tmp_path / "people.parquet", tmp_path / "events.parquet")

    assert [one["id"] for one in found.people] == ["1", "2.5"]
    assert [one["attr.vip"] for one in found.people] == ["true", ""]
    assert [one["attr.since"] for one in found.people] == ["2026-01-05", ""]
    assert [(one["moment"], one["attr.amount"]) for one in found.events] == [
        (1767607200250000, "12.5")
    ]


def test_values_of_json(tmp_path: Path) -> None:
    row = {"person_id": 7, "kind": "order.placed", "at": 1767607200.5, "paid": True, "sum": 3.0}

    found = read(tmp_path, '{"id": 7.0}\n', json.dumps(row), suffix=".jsonl")

    (event,) = found.events
    assert (event["moment"], event["attr.paid"], event["attr.sum"]) == (
        1767607200500000, "true", "3",
    )  # fmt: skip


@pytest.mark.parametrize("kind", [pa.timestamp("us"), pa.timestamp("s"), pa.date32()])
def test_local_columns_of_parquet(tmp_path: Path, kind: "pa.DataType") -> None:
    """A time without an offset is the workspace's, in a typed column as in a text."""
    write(tmp_path / "people.parquet", PEOPLE)
    at = pa.array([datetime(2026, 7, 1)]).cast(kind)  # noqa: DTZ001 - no offset is the case
    table = pa.table({"person_id": ["ann"], "kind": ["order.placed"], "at": at})
    pq.write_table(table, tmp_path / "events.parquet")

    found = read_paths(
        tmp_path / "people.parquet", tmp_path / "events.parquet", zone="Europe/London"
    )

    assert [iso(event["moment"]) for event in found.events] == ["2026-06-30T23:00:00+00:00"]


# --- instants --------------------------------------------------------------------------------

INSTANTS = {
    "2026-01-05T10:00:00Z": "2026-01-05T10:00:00+00:00",
    "2026-01-05T10:00:00+02:00": "2026-01-05T08:00:00+00:00",
    "2026-01-05 10:00:00.5-01:30": "2026-01-05T11:30:00.500000+00:00",
    "2026-07-05T10:00": "2026-07-05T09:00:00+00:00",
    "2026-07-05": "2026-07-04T23:00:00+00:00",
    "2026-03-29T01:30:00": "2026-03-29T01:30:00+00:00",
    "2026-10-25T01:30:00": "2026-10-25T00:30:00+00:00",
    "1767607200": "2026-01-05T10:00:00+00:00",
    "1767607200.000001": "2026-01-05T10:00:00.000001+00:00",
    "-1": "1969-12-31T23:59:59+00:00",
    "9999-12-31T23:59:59Z": "9999-12-31T23:59:59+00:00",
    "0001-01-01T00:00:00Z": "0001-01-01T00:00:00+00:00",
}


@pytest.mark.parametrize(("text", "expected"), INSTANTS.items(), ids=INSTANTS)
def test_instants(tmp_path: Path, text: str, expected: str) -> None:
    """With an offset, as Unix seconds, or local to the zone: of two the first, of none before."""
    events = f"person_id,kind,at\nann,order.placed,{text}\n"

    found = read(tmp_path, events=events, zone="Europe/London")

    assert [iso(event["moment"]) for event in found.events] == [expected]


NO_INSTANTS = {
    "yesterday": "no date and time",
    "2026-02-30T00:00:00Z": "no date and time",
    "2026-13-01": "no date and time",
    "05/01/2026": "no date and time",
    "2026-01-05T25:00:00Z": "no date and time",
    "0000-01-01T00:00:00Z": "no date and time",
    "10000-01-01T00:00:00Z": "no date and time",
    "9999-12-31T23:59:59-10:00": "outside the years",
    "1767607200000": "are these milliseconds?",
    "99999999999999999999": "outside the years",
    "20260105": "may be a date or Unix seconds",
}


@pytest.mark.parametrize(("text", "reason"), NO_INSTANTS.items(), ids=NO_INSTANTS)
def test_no_instants(tmp_path: Path, text: str, reason: str) -> None:
    found = read(tmp_path, events=f"person_id,kind,at\nann,order.placed,{text}\n")

    assert (found.events, found.problems) == ([], ["events:2 JF302"])
    with pytest.raises(ValueError, match=reason):
        parse_instant(text, UTC_ZONE)


TEXTS = st.one_of(
    st.datetimes(timezones=st.sampled_from([UTC, None, ZoneInfo("Asia/Kolkata")])).map(str),
    st.datetimes().map(lambda at: at.isoformat() + "Z"),
    st.decimals(-(10**13), 10**13, places=3).map(str),
    st.from_regex(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}(Z|\+0[0-9]:00)?",
                  fullmatch=True),
)  # fmt: skip


@pytest.fixture(scope="module", params=["UTC", "America/Sao_Paulo"])
def duck(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    zone = ZoneInfo(request.param)
    made = Duck(tmp_path_factory.mktemp("spill"), zone)
    yield made, zone
    made.close()


@settings(deadline=None, max_examples=60)
@given(texts=st.lists(TEXTS, max_size=20))
def test_columns_of_instants_are_read_as_one_by_one(duck: Any, texts: list[str]) -> None:
    """The quick way for whole columns and the definition agree."""
    made, zone = duck
    made.offer("given", pa.table({"given": pa.array(texts, pa.string())}))

    found = made.rows(f"SELECT {instant_sql('given', 'VARCHAR', zone)} FROM given")

    assert [row[0] for row in found] == [micros(text, zone) for text in texts]


def micros(text: str, zone: ZoneInfo) -> int | None:
    try:
        return parse_instant(text, zone)
    except ValueError:
        return None


# --- ids -------------------------------------------------------------------------------------


def test_made_ids(tmp_path: Path) -> None:
    """From person, kind, instant, subject and the number among equals."""
    events = (
        "person_id,kind,at,subject_type,subject_id,score\n"
        "ann,survey.answered,2026-01-05T10:00:00Z,order,7,5\n"
        "ann,survey.answered,2026-01-05T10:00:00Z,order,7,3\n"
        "ann,survey.answered,2026-01-05T10:00:00.5Z,,,3\n"
    )

    assert read(tmp_path, events=events).ids == [
        "files:ann:survey.answered:2026-01-05T10:00:00.500000Z",
        "files:ann:survey.answered:2026-01-05T10:00:00Z:order:7",
        "files:ann:survey.answered:2026-01-05T10:00:00Z:order:7#2",
    ]


def test_made_ids_do_not_depend_on_the_order_of_rows(tmp_path: Path) -> None:
    rows = [f"ann,survey.answered,2026-01-05T10:00:00Z,{score}\n" for score in (5, 3, 5, 1)]

    def made(order: list[str]) -> set[tuple[str, str]]:
        found = read(tmp_path, events="person_id,kind,at,score\n" + "".join(order))
        return {(event["id"], event["attr.score"]) for event in found.events}

    assert made(rows) == made(rows[::-1])
    assert len(made(rows)) == 4


def test_a_person_named_in_two_ways_makes_one_kind_of_id(tmp_path: Path) -> None:
    events = (
        "person_id,email,kind,at\n"
        "ann,,call.logged,2026-01-05T10:00:00Z\n"
        ",ANN@x.example,call.logged,2026-01-05T10:00:00Z\n"
    )

    assert read(tmp_path, events=events).ids == [
        "files:ann:call.logged:2026-01-05T10:00:00Z",
        "files:ann:call.logged:2026-01-05T10:00:00Z#2",
    ]


def test_some_ids_are_given_and_some_made(tmp_path: Path) -> None:
    events = EVENTS + ",ben,order.placed,2026-01-05T10:00:00Z\n"

    assert read(tmp_path, events=events).ids == [
        "e1",
        "files:ben:order.placed:2026-01-05T10:00:00Z",
    ]


def test_the_lower_of_two_events_of_one_id_counts(tmp_path: Path) -> None:
    """Even where it belongs to another person; that there were older rows is said."""
    events = EVENTS + "e1,ben,order.paid,2026-01-06T10:00:00Z\n"

    found = read(tmp_path, events=events)

    assert [(one["id"], one["person"], one["kind"]) for one in found.events] == [
        ("e1", 1, "order.paid")
    ]
    assert found.problems == []
    assert "1 such older rows" in found.notes[0]


def test_a_broken_row_is_no_newer_version(tmp_path: Path) -> None:
    events = EVENTS + "e1,ann,order.paid,someday\n"

    found = read(tmp_path, events=events)

    assert [one["kind"] for one in found.events] == ["order.placed"]
    assert found.problems == ["events:3 JF302"]


def test_the_lower_of_two_people_of_one_id_counts(tmp_path: Path) -> None:
    found = read(tmp_path, PEOPLE + "ann,new@x.example\n")

    assert [one["email"] for one in found.people] == ["new@x.example", "ben@x.example"]
    assert "line 2 too" in found.notes[0]


def test_a_creation_that_the_events_tell_themselves(tmp_path: Path) -> None:
    people = "id,created_at\nann,2026-01-01T00:00:00Z\nben,2026-01-01T00:00:00Z\n"
    events = "id,person_id,kind,at\nfiles:ann:person.created,ann,person.created,2026-02-01T00:00Z\n"

    found = read(tmp_path, people, events)

    assert {event["id"]: iso(event["moment"])[:10] for event in found.events} == {
        "files:ann:person.created": "2026-02-01",
        "files:ben:person.created": "2026-01-01",
    }


# --- rows that are set aside -----------------------------------------------------------------

GOOD = "e1,ann,order.placed,2026-01-05T10:00:00Z"
BROKEN_ROWS = {
    "too few cells": ("e2,ann,order.placed", "JF104"),
    "too many cells": (f"{GOOD},5", "JF104"),
    "no kind": ("e2,ann,,2026-01-05T10:00:00Z", "JF301"),
    "a kind that is none": ("e2,ann,Order Placed,2026-01-05T10:00:00Z", "JF301"),
    "no date": ("e2,ann,order.placed,", "JF302"),
    "a bad date": ("e2,ann,order.placed,soon", "JF302"),
    "no person": ("e2,,order.placed,2026-01-05T10:00:00Z", "JF304"),
    "an unknown person": ("e2,zoe,order.placed,2026-01-05T10:00:00Z", "JF304"),
    "an open quote": ('e2,"ann,order.placed,2026-01-05T10:00:00Z', "JF101"),
    "text after a quote": ('e2,"ann"x,order.placed,2026-01-05T10:00:00Z', "JF101"),
}


@pytest.mark.parametrize(("row", "code"), BROKEN_ROWS.values(), ids=BROKEN_ROWS)
def test_broken_rows_of_csv(tmp_path: Path, row: str, code: str) -> None:
    """A row is reported with its line, and the rows around it are read."""
    header = EVENTS.partition("\n")[0]
    after = "e3,ben,order.paid,2026-01-06T10:00:00Z"

    found = read(tmp_path, events=f"{header}\n{GOOD}\n{row}\n{after}\n")

    assert (found.ids, found.problems) == (["e1", "e3"], [f"events:3 {code}"])


BROKEN_LINES = {
    "no JSON": ('{"person_id": "ann", "kind": ', "JF102"),
    "no object": ("[1, 2]", "JF102"),
    "no date": ('{"person_id": "ann", "kind": "order.placed"}', "JF302"),
    "an unknown person": ('{"person_id": "zoe", "kind": "order.placed", "at": 1}', "JF304"),
}


@pytest.mark.parametrize(("line", "code"), BROKEN_LINES.values(), ids=BROKEN_LINES)
def test_broken_lines_of_jsonl(tmp_path: Path, line: str, code: str) -> None:
    good = '{"id": "e1", "person_id": "ann", "kind": "order.placed", "at": 1}'

    found = read(tmp_path, '{"id": "ann"}', f"{good}\n\n{line}\n", suffix=".jsonl")

    assert (found.ids, found.problems) == (["e1"], [f"events:3 {code}"])


def test_broken_rows_of_parquet(tmp_path: Path) -> None:
    write(tmp_path / "people.parquet", PEOPLE)
    rows: list[dict[str, Any]] = [
        {"person_id": "zoe", "kind": "order.placed", "at": "2026-01-05"},
        {"person_id": "ann", "kind": "order.placed", "at": "2026-01-05"},
        {"person_id": "ann", "kind": None, "at": "2026-01-05"},
    ]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "events.parquet")

    found = read_paths(tmp_path / "people.parquet", tmp_path / "events.parquet")

    assert found.problems == ["events:1 JF304", "events:3 JF301"]
    assert len(found.events) == 1


def test_rows_in_another_encoding(tmp_path: Path) -> None:
    """A file that is mostly UTF-8 loses only the rows that are not."""
    people = "id,city\nann,Bath\nben,Zürich\ncat,Acton\n".encode("latin-1")

    found = read(tmp_path, people, "person_id,kind,at\n")

    assert [one["id"] for one in found.people] == ["ann", "cat"]
    assert found.problems == ["people:3 JF103"]


@pytest.mark.parametrize(
    ("row", "code"), [(",x@x.example,", "JF201"), ("zoe,,someday", "JF202")], ids=["id", "date"]
)
def test_broken_people(tmp_path: Path, row: str, code: str) -> None:
    found = read(tmp_path, f"id,email,created_at\nann,,\n{row}\n")

    assert ([one["id"] for one in found.people], found.problems) == (["ann"], [f"people:3 {code}"])


def test_a_cell_over_several_lines(tmp_path: Path) -> None:
    """Lines are counted as an editor shows them."""
    people = 'id,note\nann,"one\ntwo\nthree"\n,none\n'

    found = read(tmp_path, people, "person_id,kind,at\n")

    assert found.people[0]["attr.note"] == "one\ntwo\nthree"
    assert found.problems == ["people:5 JF201"]


@pytest.mark.parametrize("suffix", [".jsonl", ".parquet"])
def test_no_events_at_all(tmp_path: Path, suffix: str) -> None:
    people = write(tmp_path / f"people{suffix}", PEOPLE)
    events = tmp_path / f"events{suffix}"
    if suffix == ".jsonl":
        events.write_text("")
    else:
        columns = {name: pa.array([], pa.string()) for name in ("person_id", "kind", "at")}
        pq.write_table(pa.table(columns), events)

    assert read_paths(people, events).events == []


def test_an_open_quote_loses_no_row_but_its_own(tmp_path: Path) -> None:
    rows = "".join(f"e{n},ann,order.placed,{n}\n" for n in range(200))

    found = read(tmp_path, events=f'id,person_id,kind,at\nx,"ann,order.placed,1\n{rows}')

    assert (len(found.ids), found.problems) == (200, ["events:2 JF101"])


def test_future_and_equal_dates_are_fine(tmp_path: Path) -> None:
    events = EVENTS + "e2,ann,booking.starts,2099-01-01T00:00:00Z\n"

    assert read(tmp_path, events=events).problems == []


# --- events by e-mail ------------------------------------------------------------------------

BY_EMAIL = "email,kind,at\n  ANN@x.example ,order.placed,2026-01-05T10:00:00Z\n"


def test_an_event_by_address(tmp_path: Path) -> None:
    assert [event["person"] for event in read(tmp_path, events=BY_EMAIL).events] == [0]


def test_an_address_of_one_customer_names_the_oldest_record(tmp_path: Path) -> None:
    people = "id,email,created_at\na,ann@x.example,\nb,Ann@x.example,2020-01-01T00:00:00Z\n"

    found = read(tmp_path, people, BY_EMAIL, customers=[0, 0])

    assert [event["person"] for event in found.events if event["line"]] == [1]


def test_an_address_of_two_customers_names_nobody(tmp_path: Path) -> None:
    people = "id,email\na,ann@x.example\nb,ann@x.example\n"

    assert read(tmp_path, people, BY_EMAIL).problems == ["events:2 JF304"]


def test_no_address_is_shown_whole(tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    path.write_text(BY_EMAIL.replace("ANN", "zoe"))
    (tmp_path / "people.csv").write_text(PEOPLE)
    with FilesReading(tmp_path / "people.csv", path) as reading:
        for _ in reading.events(np.arange(reading.people(None).num_rows), None):
            pass

    assert "z***@x.example" in str(reading.problems[0])
    assert "zoe@" not in str(reading.problems[0])


# --- files that cannot be used ---------------------------------------------------------------

WRONG_FILES = {
    "empty": (b"", "is empty"),
    "blank": (b"\n \n", "is empty"),
    "UTF-16": (EVENTS.encode("utf-16"), "no UTF-8 text"),
    "UTF-16 without a mark": (EVENTS.encode("utf-16-le"), "no UTF-8 text"),
    "a spreadsheet": (b"PK\x03\x04\0\0\0", "no UTF-8 text"),
    "a column missing": (b"id,person_id,at\n", "has no column `kind`"),
    "two columns missing": (b"id,person_id\n", "no column `kind` and none `at`"),
    "nobody named": (b"id,kind,at\n", "has no column `person_id`"),
    "a name that is nearly right": (b"id,Person ID,kind,at\n", "did you mean `Person ID`"),
    "semicolons": (b"id;person_id;kind;at\n", "parted by semicolons"),
    "a column twice": (b"id,kind,kind,person_id,at\n", "two columns called `kind`"),
    "a column without a name": (b"id,,kind,person_id,at\n", "Column 2 of"),
    "a header in another encoding": ("id,zür,kind\n".encode("latin-1"), "header of"),
}


@pytest.mark.parametrize(("content", "sentence"), WRONG_FILES.values(), ids=WRONG_FILES)
def test_wrong_files(tmp_path: Path, content: bytes, sentence: str) -> None:
    with pytest.raises(Usage, match=sentence):
        read(tmp_path, events=content)


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("gone.csv", None, "There is no file"),
        ("gone.parquet", None, "There is no file"),
        ("events.xlsx", b"PK", "of no known format"),
        ("events.csv.gz", b"no gzip", "cannot be unpacked"),
        ("events.csv.gz", gzip.compress(EVENTS.encode())[:-9], "cannot be unpacked"),
        ("events.parquet", b"no parquet", "is no Parquet file"),
    ],
    ids=["CSV", "Parquet", "format", "no gzip", "half a gzip", "no Parquet"],
)
def test_files_that_cannot_be_opened(
    tmp_path: Path, name: str, content: bytes | None, sentence: str
) -> None:
    (tmp_path / "people.csv").write_text(PEOPLE)
    if content is not None:
        (tmp_path / name).write_bytes(content)

    with pytest.raises(Usage, match=sentence):
        read_paths(tmp_path / "people.csv", tmp_path / name)


def test_nested_columns_of_parquet(tmp_path: Path) -> None:
    write(tmp_path / "people.parquet", PEOPLE)
    rows: list[dict[str, Any]] = [
        {"person_id": "ann", "kind": "order.placed", "at": 1, "items": ["a", "b"]}
    ]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "events.parquet")

    with pytest.raises(Usage, match="column `items`"):
        read_paths(tmp_path / "people.parquet", tmp_path / "events.parquet")


@pytest.mark.parametrize("harm", ["bytes changed", "a part missing"])
def test_damaged_parquet(tmp_path: Path, harm: str) -> None:
    """A file whose end is right and whose inside is not."""
    write(tmp_path / "people.parquet", PEOPLE)
    path = tmp_path / "events.parquet"
    ids = [f"{n * 7919 % 10007}-{n}" for n in range(20_000)]
    table = pa.table(
        {
            "id": ids,
            "person_id": ["ann"] * len(ids),
            "kind": ["order.placed"] * len(ids),
            "at": list(range(len(ids))),
        }
    )
    pq.write_table(table, path, use_dictionary=False)
    content = bytearray(path.read_bytes())
    middle = len(content) // 3
    if harm == "bytes changed":
        content[middle : middle + 4000] = b"\xff" * 4000
    else:
        del content[4:middle]
    path.write_bytes(content)

    with pytest.raises(Usage, match="damaged"):
        read_paths(tmp_path / "people.parquet", path)


def test_a_full_disk_while_sorting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What memory does not hold is sorted on disk; when that is full DuckDB says "memory"."""
    monkeypatch.setattr(duck_module, "MEMORY", "10MB")
    full = Duck(tmp_path, UTC_ZONE)
    full.run("SET max_temp_directory_size = '1MB'")

    with pytest.raises(OSError, match="disk is full") as raised:
        for _ in full.batches("SELECT hash(range)::VARCHAR AS h FROM range(3000000) ORDER BY h", 9):
            pass

    assert raised.value.errno == errno.ENOSPC
    full.close()


def test_names_of_columns_are_no_sql(tmp_path: Path) -> None:
    """Columns may be called anything, also what our own are called."""
    events = (
        'person_id,kind,at,"a ""quoted"" name",customer,line,moment,number,order\n'
        "ann,order.placed,2026-01-05,1,2,3,4,5,6\n"
    )

    (event,) = read(tmp_path, events=events).events

    assert [event[f"attr.{name}"] for name in ('a "quoted" name', "customer", "line", "order")] == [
        "1", "2", "3", "6",
    ]  # fmt: skip
    assert event["customer"] == 0


@pytest.mark.parametrize("suffix", [".csv", ".jsonl", ".parquet"])
def test_upper_and_lower_case_are_two_columns(tmp_path: Path, suffix: str) -> None:
    people = write(tmp_path / f"people{suffix}", "id,City,city\nann,Bath,Acton\n")
    events = write(
        tmp_path / f"events{suffix}", EVENTS.replace("at\n", "at,Score\n").replace("Z\n", "Z,5\n")
    )

    found = read_paths(people, events)

    assert found.events[0]["attr.Score"] == "5"
    if suffix != ".parquet":  # whose reader takes the two for one name and renames the second
        assert (found.people[0]["attr.City"], found.people[0]["attr.city"]) == ("Bath", "Acton")


def test_nothing_is_left_on_disk(tmp_path: Path) -> None:
    spill = tmp_path / "spill"
    spill.mkdir()
    (tmp_path / "people.csv").write_text("id\n")
    with FilesReading(tmp_path / "people.csv", tmp_path / "gone.csv", spill=spill) as reading:
        assert len(list(spill.iterdir())) == 1
        reading.people(None)

    assert list(spill.iterdir()) == []


# --- in a live workspace ---------------------------------------------------------------------


def source(folder: Path, **settings_: object) -> Any:
    given = {"type": "files", "people": "people.csv", "events": "events.csv", **settings_}
    return make(ToolSetup("old-crm", given, folder, "Europe/London"))


def everything(folder: Path, stream: str) -> list[tuple[RawRecord, Reading]]:
    files = source(folder)
    batches = list(files.read(stream, None, datetime.now(UTC)))
    assert [batch.complete for batch in batches] == [False] * (len(batches) - 1) + [True]
    return [(record, files.normalise(record)) for batch in batches for record in batch.records]


def test_a_source_of_people(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text(
        "id,email,company_id,created_at,link:shop,city\n"
        "ann,ann@x.example,acme,2026-07-01,77,Bath\n,,,,,\n"
    )
    (tmp_path / "events.csv").write_text(EVENTS)

    ((record, reading),) = everything(tmp_path, "people")

    assert record.key.name == "old-crm:ann"
    (person,) = reading.people
    assert (person.name, person.company, person.attributes) == (
        "old-crm:ann", "old-crm:acme", {"city": "Bath"},
    )  # fmt: skip
    (event,) = reading.events
    assert (event.id, event.at) == (
        "old-crm:ann:person.created", datetime(2026, 6, 30, 23, tzinfo=UTC),
    )  # fmt: skip
    assert [(link.left, link.right) for link in reading.links] == [("old-crm:ann", "shop:77")]


def test_a_source_of_events(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text(PEOPLE)
    (tmp_path / "events.csv").write_text(EVENTS + "e2,ann,order.paid,never\n")

    (good, reading), (broken, reason) = everything(tmp_path, "events")

    assert (good.key.type, good.key.id, broken.key.id) == ("event", "e1", "events.csv:3")
    (event,) = reading.events
    assert (event.id, event.person, event.kind) == ("e1", "old-crm:ann", "order.placed")
    assert [(one.record, one.code) for one in reason.set_aside] == [("events.csv:3", "JF302")]


def test_records_of_a_source_are_json(tmp_path: Path) -> None:
    """They are kept, and read again under another mapping."""
    (tmp_path / "people.csv").write_text(PEOPLE)
    (tmp_path / "events.csv").write_text(EVENTS + "e2,ann,order.paid,never\n")

    for stream in ("people", "events"):
        for record, reading in everything(tmp_path, stream):
            kept = RawRecord(record.key, json.loads(json.dumps(record.content)))
            assert source(tmp_path).normalise(kept) == reading


def test_a_large_source_comes_in_batches(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("id\n" + "".join(f"p{n}\n" for n in range(2500)))
    (tmp_path / "events.csv").write_text(EVENTS)

    assert len(everything(tmp_path, "people")) == 2500


def test_what_a_source_emits(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text(PEOPLE)
    (tmp_path / "events.csv").write_text(EVENTS)
    assert source(tmp_path).emits() == {"order.placed"}

    (tmp_path / "people.csv").write_text("id,created_at\nann,2026-01-01\n")
    assert source(tmp_path).emits() == {"order.placed", "person.created"}


@pytest.mark.parametrize(
    ("events", "levels", "code"),
    [
        (EVENTS, ["ok"], 0),
        (EVENTS + "e2,zoe,order.paid,1\n", ["ok", "warning"], 3),
        ("id\n", ["error"], 2),
    ],
    ids=["good", "broken rows", "no columns"],
)
def test_checking_a_source(tmp_path: Path, events: str, levels: list[str], code: int) -> None:
    (tmp_path / "people.csv").write_text(PEOPLE)
    (tmp_path / "events.csv").write_text(events)

    found = source(tmp_path).check()

    assert [one.level for one in found] == levels
    assert max(one.exit_code for one in found) == code


@pytest.mark.parametrize("key", ["people", "events"])
def test_a_source_needs_both_files(tmp_path: Path, key: str) -> None:
    with pytest.raises(Usage, match=f"no `{key}` file"):
        source(tmp_path, **{key: ""})


def test_duckdb_is_where_it_was_measured() -> None:
    """Rows of one customer may straddle batches, never in another order."""
    connection = duckdb.connect()
    batches = connection.sql("FROM range(600000) ORDER BY range DESC").to_arrow_reader(1000)
    rows = np.concatenate([batch.column(0).to_numpy() for batch in batches])

    assert (np.diff(rows) == -1).all()


def test_an_instant_in_every_hour_of_a_zone_reads_as_the_zone_says() -> None:
    zone = ZoneInfo("Europe/London")
    start = datetime(2026, 10, 24, tzinfo=UTC)

    for hours in range(72):
        at = (start + timedelta(hours=hours)).astimezone(zone)
        first = at.replace(fold=0)
        assert parse_instant(at.strftime("%Y-%m-%dT%H:%M:%S"), zone) == int(first.timestamp() * 1e6)
