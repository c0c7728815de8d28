"""People and events out of files of any format, and the ids events are given."""

import json
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from file_pairs import EVENTS, PEOPLE, read, read_paths, write

from journeysync.connectors.files.reading import FilesReading
from journeysync.core.instants import iso


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


def test_duckdb_is_where_it_was_measured() -> None:
    """Rows of one customer may straddle batches, never in another order."""
    connection = duckdb.connect()
    batches = connection.sql("FROM range(600000) ORDER BY range DESC").to_arrow_reader(1000)
    rows = np.concatenate([batch.column(0).to_numpy() for batch in batches])

    assert (np.diff(rows) == -1).all()
