"""`journeysync evaluate`: its tables to the byte, whatever the files' format and the batches."""

import csv
import errno
import json
from collections.abc import Mapping
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from command_line import Ran, run

from journeysync.core.running import bulk, outputs
from journeysync.core.running.rows import COLUMNS

MAP = Path(__file__).parent / "maps" / "salon.yaml"
NOW = "2026-06-01"

PEOPLE: list[dict[str, str]] = [
    {"id": "ann", "email": "ann@x.example", "created_at": "2026-01-02T00:00:00Z"},
    {"id": "ann-2", "email": "Ann@X.example", "created_at": "2026-01-01T00:00:00Z",
     "card": "gold"},
    {"id": "ben"},
    {"id": "c,1", "card": "gold"},
]  # fmt: skip
EVENTS: list[dict[str, str]] = [
    {"id": "e1", "person_id": "ann", "kind": "booking.created", "at": "2026-01-03T10:00:00Z"},
    {"id": "e2", "person_id": "ann-2", "kind": "email.sent", "at": "2026-01-03T12:00:00.5Z"},
    {"id": "e3", "person_id": "ann", "kind": "booking.attended", "at": "2026-01-10T10:00:00Z"},
    {"id": "e4", "person_id": "c,1", "kind": "booking.created",
     "at": "2026-02-25T10:00:00+01:00"},
]  # fmt: skip

PLACES = """\
customer,people,journey,route,place,kind,since,previous,evidence
files:ann-2,files:ann files:ann-2,salon,gold,quiet,exit,2026-03-11T10:00:00+00:00,visited,
files:ben,files:ben,salon,default,,,,,
"files:c,1","files:c,1",salon,gold,quiet,exit,2026-04-26T09:00:00+00:00,booked,
"""
MOVES = """\
customer,journey,at,place,previous,evidence
files:ann-2,salon,2026-01-03T10:00:00+00:00,booked,,e1
files:ann-2,salon,2026-01-10T10:00:00+00:00,visited,booked,e3
files:ann-2,salon,2026-03-11T10:00:00+00:00,quiet,visited,
"files:c,1",salon,2026-02-25T09:00:00+00:00,booked,,e4
"files:c,1",salon,2026-04-26T09:00:00+00:00,quiet,booked,
"""
EXPECTATIONS = """\
customer,journey,touchpoint,anchor,k,opens,deadline,status,satisfied_at,satisfied_by,actionable
files:ann-2,salon,confirm,e1,0,2026-01-03T10:00:00+00:00,2026-01-04T10:00:00+00:00,done,2026-01-03T12:00:00.500000+00:00,e2,false
files:ann-2,salon,greet,e3,0,2026-01-10T10:00:00+00:00,2026-01-12T10:00:00+00:00,missed,,,true
files:ann-2,salon,miss-you,quiet@2026-03-11T10:00:00+00:00,0,2026-03-11T10:00:00+00:00,2026-03-16T10:00:00+00:00,missed,,,true
files:ann-2,salon,nudge,e3,1,2026-01-10T10:00:00+00:00,2026-02-09T10:00:00+00:00,missed,,,false
files:ann-2,salon,nudge,e3,2,2026-02-09T10:00:00+00:00,2026-03-11T10:00:00+00:00,missed,,,false
files:ann-2,salon,nudge,e3,3,2026-03-11T10:00:00+00:00,2026-04-10T10:00:00+00:00,missed,,,false
files:ann-2,salon,nudge,e3,4,2026-04-10T10:00:00+00:00,2026-05-10T10:00:00+00:00,missed,,,true
files:ann-2,salon,nudge,e3,5,2026-05-10T10:00:00+00:00,2026-06-09T10:00:00+00:00,due,,,false
"files:c,1",salon,confirm,e4,0,2026-02-25T09:00:00+00:00,2026-02-26T09:00:00+00:00,missed,,,false
"files:c,1",salon,miss-you,quiet@2026-04-26T09:00:00+00:00,0,2026-04-26T09:00:00+00:00,2026-05-01T09:00:00+00:00,missed,,,true
"""
TABLES = {"places": PLACES, "moves": MOVES, "expectations": EXPECTATIONS}


def write(path: Path, rows: list[dict[str, str]]) -> Path:
    """Write rows in the format that the path names."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    if path.suffix == ".parquet":
        whole = [{name: row.get(name) for name in columns} for row in rows]
        pq.write_table(pa.Table.from_pylist(whole), path)
    elif path.suffix == ".jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    else:
        with path.open("w", newline="") as file:
            writer = csv.DictWriter(file, columns)
            writer.writeheader()
            writer.writerows(rows)
    return path


def evaluate(
    folder: Path,
    *more: str | Path,
    people: list[dict[str, str]] = PEOPLE,
    events: list[dict[str, str]] = EVENTS,
    suffix: str = ".csv",
    journey: Path = MAP,
    now: str = NOW,
) -> Ran:
    """Evaluate rows written to files; results go to the folder `out` in it."""
    return run(
        "evaluate", "--workspace", folder, "--journey", journey, "--now", now,
        "--people", write(folder / f"people{suffix}", people),
        "--events", write(folder / f"events{suffix}", events),
        "--out", folder / "out", *more,
    )  # fmt: skip


def results(folder: Path) -> dict[str, str]:
    return {path.stem: path.read_text() for path in sorted((folder / "out").iterdir())}


def parsed(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(text.splitlines()))


# --- what comes out --------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", [".csv", ".jsonl", ".parquet"])
def test_every_format_gives_the_same_tables(tmp_path: Path, suffix: str) -> None:
    ran = evaluate(tmp_path, suffix=suffix)

    assert (ran.code, results(tmp_path)) == (0, TABLES)
    assert ran.out.startswith("Evaluated 3 customers with 6 events.")


def test_parquet_holds_the_same_rows(tmp_path: Path) -> None:
    assert evaluate(tmp_path, "--format", "parquet").code == 0

    found = {path.stem: pq.read_table(path).to_pylist() for path in (tmp_path / "out").iterdir()}
    assert found == {name: parsed(text) for name, text in TABLES.items()}


def test_json_holds_the_same_rows(tmp_path: Path) -> None:
    ran = evaluate(tmp_path, "--json")

    assert ran.document == {
        **{name: parsed(text) for name, text in TABLES.items()}, "problems": [],
    }  # fmt: skip
    assert results(tmp_path) == TABLES


def test_json_alone_needs_no_folder(tmp_path: Path) -> None:
    people, events = write(tmp_path / "p.csv", PEOPLE), write(tmp_path / "e.csv", EVENTS)

    ran = run(
        "evaluate", "--workspace", tmp_path, "--journey", MAP, "--people", people,
        "--events", events, "--now", NOW, "--json",
    )  # fmt: skip

    assert (ran.code, len(ran.document["places"])) == (0, 3)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["e.csv", "p.csv"]


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_nobody_at_all(tmp_path: Path, form: str) -> None:
    """Tables without rows still name their columns."""
    (tmp_path / "people.csv").write_text("id\n")
    (tmp_path / "events.csv").write_text("person_id,kind,at\n")

    ran = run(
        "evaluate", "--workspace", tmp_path, "--journey", MAP, "--now", NOW, "--format", form,
        "--people", tmp_path / "people.csv", "--events", tmp_path / "events.csv",
        "--out", tmp_path / "out",
    )  # fmt: skip

    assert ran.code == 0
    for name, columns in COLUMNS.items():
        path = tmp_path / "out" / f"{name}.{form}"
        if form == "csv":
            assert path.read_text() == ",".join(columns) + "\n"
        else:
            assert tuple(pq.read_table(path).column_names) == columns


def test_the_order_of_rows_does_not_matter(tmp_path: Path) -> None:
    evaluate(tmp_path, people=PEOPLE[::-1], events=EVENTS[::-1])

    assert results(tmp_path) == TABLES


def many(seed: int) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """Make people and events with many equal instants, shared addresses and made ids."""
    random = Random(seed)
    people = [
        {"id": f"p{n}", "email": f"p{n % 25}@x.example", "card": random.choice(["", "gold"])}
        for n in range(40)
    ]
    kinds = ["booking.created", "booking.attended", "email.sent", "call.logged"]
    events = [
        {
            "id": f"e{n}" if random.random() < 0.8 else "",
            "person_id": f"p{random.randrange(40)}",
            "kind": random.choice(kinds),
            "at": f"2026-0{random.randrange(1, 6)}-{random.randrange(1, 4):02}T10:00:00Z",
        }
        for n in range(300)
    ]
    return people, events


def test_rows_are_sorted_by_all_columns_as_text(tmp_path: Path) -> None:
    people, events = many(1)
    evaluate(tmp_path, people=people, events=events, now="2027-06-01")

    for name, text in results(tmp_path).items():
        rows = [list(row.values()) for row in parsed(text)]
        assert rows == sorted(rows), name
        assert rows
    assert {"9", "10"} <= {row["k"] for row in parsed(results(tmp_path)["expectations"])}


def test_batches_change_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However few customers are evaluated at once, and wherever events are cut."""
    people, events = many(2)
    evaluate(tmp_path, people=people, events=events)
    whole = results(tmp_path)

    for customers, size in ((1, 1), (3, 7), (50, 50)):
        monkeypatch.setattr(bulk, "_CUSTOMERS", customers)
        monkeypatch.setattr(bulk, "_EVENTS", size)
        evaluate(tmp_path, people=people, events=events)
        assert results(tmp_path) == whole


# --- who is who ------------------------------------------------------------------------------


def test_refused_keys_are_said(tmp_path: Path) -> None:
    people = [{"id": name, "email": "info@x.example"} for name in ("a", "b")]

    ran = evaluate(tmp_path, people=people, events=[{**EVENTS[0], "person_id": "a"}])

    assert "Not joined: 2 records with i***@x.example (role address)." in ran.err
    assert "info@" not in ran.err
    assert len(parsed(results(tmp_path)["places"])) == 2


def test_records_that_name_one_record_elsewhere_are_one_customer(tmp_path: Path) -> None:
    people = [{"id": "a", "link:hubspot": "7"}, {"id": "b", "link:hubspot": "7"}, {"id": "c"}]

    evaluate(tmp_path, people=people, events=[{**EVENTS[0], "person_id": "a"}])

    assert [row["people"] for row in parsed(results(tmp_path)["places"])] == [
        "files:a files:b", "files:c",
    ]  # fmt: skip


def workspace(folder: Path, text: str) -> None:
    (folder / "journeysync.yaml").write_text(text)


def test_companies_as_customers(tmp_path: Path) -> None:
    """Their people share events: one of a shared record is one event."""
    workspace(tmp_path, "customer: company\n")
    people = [
        {"id": "ann", "company_id": "acme"}, {"id": "ben", "company_id": "acme"}, {"id": "cat"},
    ]  # fmt: skip
    shared = [
        {"id": f"deal-7:won/files:{name}", "person_id": name, "kind": "booking.created",
         "at": "2026-05-30T10:00:00Z"}
        for name in ("ben", "ann", "cat")
    ]  # fmt: skip

    evaluate(tmp_path, people=people, events=shared)

    found = results(tmp_path)
    assert [(row["customer"], row["people"]) for row in parsed(found["places"])] == [
        ("files:acme", "files:ann files:ben"), ("files:cat", "files:cat"),
    ]  # fmt: skip
    assert [row["anchor"] for row in parsed(found["expectations"])] == [
        "deal-7:won/files:ann", "deal-7:won/files:cat",
    ]  # fmt: skip


def test_the_workspace_says_the_time_zone(tmp_path: Path) -> None:
    workspace(tmp_path, "timezone: America/New_York\n")
    event = {"person_id": "ben", "kind": "booking.created", "at": "2026-05-30T10:00:00"}

    evaluate(tmp_path, events=[event], now="2026-05-31T00:00:00")

    (move,) = parsed(results(tmp_path)["moves"])
    assert (move["at"], move["evidence"]) == (
        "2026-05-30T14:00:00+00:00", "files:ben:booking.created:2026-05-30T14:00:00Z",
    )  # fmt: skip


# --- what goes wrong -------------------------------------------------------------------------


def test_broken_rows_end_with_3_and_all_else_is_written(tmp_path: Path) -> None:
    broken = {"id": "e9", "person_id": "zoe", "kind": "email.sent", "at": "2026-01-01"}

    ran = evaluate(tmp_path, events=[*EVENTS, broken])

    assert (ran.code, results(tmp_path)) == (3, TABLES)
    assert "events.csv:6: JF304 No person of the people file has the id `zoe`." in ran.err
    assert "1 row could not be read" in ran.out


def test_many_broken_rows_are_counted(tmp_path: Path) -> None:
    broken = [{"person_id": "zoe", "kind": "email.sent", "at": "2026-01-01"}] * 80

    ran = evaluate(tmp_path, events=[*EVENTS, *broken])
    told = evaluate(tmp_path, "-v", events=[*EVENTS, *broken])

    assert (ran.err.count("JF304"), told.err.count("JF304")) == (50, 80)
    assert "... and 30 more" in ran.err
    assert len(evaluate(tmp_path, "--json", events=[*EVENTS, *broken]).document["problems"]) == 80


def test_older_versions_are_remarked_and_no_failure(tmp_path: Path) -> None:
    ran = evaluate(tmp_path, events=[{**EVENTS[0], "kind": "email.sent"}, *EVENTS])

    assert (ran.code, results(tmp_path)) == (0, TABLES)
    assert "JF303" in ran.err


def test_a_map_with_mistakes_shows_them_all(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(
        MAP.read_text().replace("booking.created", "booking.creatd").replace("60d", "60 suns")
    )

    ran = evaluate(tmp_path, journey=wrong)

    assert ran.code == 2
    assert ran.err.count("wrong.yaml:") >= 2
    assert "booking.created" in ran.err
    assert not (tmp_path / "out").exists()


def test_a_kind_of_the_file_may_stand_in_the_map(tmp_path: Path) -> None:
    journey = tmp_path / "own.yaml"
    journey.write_text(MAP.read_text().replace("booking.created", "visit.planned"))
    events = [{**row, "kind": row["kind"].replace("booking.created", "visit.planned")}
              for row in EVENTS]  # fmt: skip

    assert evaluate(tmp_path, journey=journey, events=events).code == 0
    assert results(tmp_path) == TABLES


CALLS: dict[str, tuple[Mapping[str, str], str]] = {
    "no map": ({"--journey": "gone.yaml"}, "no such file"),
    "no people": ({"--people": "gone.csv"}, "There is no file"),
    "no events": ({"--events": "gone.csv"}, "There is no file"),
    "a date that is none": ({"--now": "soon"}, "is no instant"),
    "a format that is none": ({"--format": "xlsx"}, "xlsx"),
    "an engine that is not there": ({"--engine": "spark"}, "spark"),
    "a file where the folder should be": ({"--out": "people.csv/out"}, "cannot be written"),
}


@pytest.mark.parametrize(("changed", "sentence"), CALLS.values(), ids=CALLS)
def test_calls_that_cannot_be_carried_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changed: dict[str, str], sentence: str
) -> None:
    monkeypatch.chdir(tmp_path)
    write(Path("people.csv"), PEOPLE)
    write(Path("events.csv"), EVENTS)
    call = {
        "--journey": str(MAP), "--people": "people.csv", "--events": "events.csv", "--now": NOW,
        "--out": "out", **changed,
    }  # fmt: skip

    ran = run("evaluate", *(part for pair in call.items() for part in pair))

    assert ran.code == 2
    assert sentence in ran.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["events.csv", "people.csv"]


def test_without_a_place_for_results(tmp_path: Path) -> None:
    people, events = write(tmp_path / "p.csv", PEOPLE), write(tmp_path / "e.csv", EVENTS)

    ran = run("evaluate", "--journey", MAP, "--people", people, "--events", events)

    assert (ran.code, "--out DIR" in ran.err) == (2, True)


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "full"), KeyboardInterrupt()])
@pytest.mark.parametrize("step", ["write", "close"])
def test_results_are_all_new_or_all_old(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException, step: str
) -> None:
    """A full disk or an interruption leaves the results of the last run, and nothing beside."""
    evaluate(tmp_path)

    def fail(*_: Any) -> None:
        raise error

    monkeypatch.setattr(outputs._Csv, step, fail)
    ran = evaluate(tmp_path, people=PEOPLE[:1], events=EVENTS[:1])

    assert ran.code == (130 if isinstance(error, KeyboardInterrupt) else 1)
    assert results(tmp_path) == TABLES
